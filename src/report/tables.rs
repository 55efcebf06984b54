//! The tidy tables of a report: one list of columns each, for CSV and Parquet alike.
//!
//! Savings come in long form: a row for each policy (point, group) and baseline.

mod compare;
mod day;
mod equivalents;
mod lines;

use super::columns::{Columns, Table};
use super::{Curve, GroupReport, Point, PolicyReport, Report, study_tables};
use crate::analysis::{ById, Fractions};

struct PolicyRow<'a> {
    policy: &'a PolicyReport,
    baseline: Option<&'a str>,
}

struct CurveRow<'a> {
    curve: &'a Curve,
    point: &'a Point,
    baseline: Option<&'a str>,
}

struct GroupRow<'a> {
    policy: &'a PolicyReport,
    group: &'a GroupReport,
    baseline: Option<&'a str>,
}

struct GroupShareRow<'a> {
    policy: &'a PolicyReport,
    group: &'a GroupReport,
    endpoint: &'a str,
    share: f64,
}

struct ShareRow<'a> {
    policy: &'a PolicyReport,
    endpoint: &'a str,
}

/// All tables that have rows.
pub(super) fn all(report: &Report) -> Vec<Table> {
    every(report).into_iter().filter(|table| table.rows > 0).collect()
}

/// Every table, in the order of `dictionary`, which says what their columns are.
pub(super) fn every(report: &Report) -> Vec<Table> {
    let replayed =
        [policies(report), shares(report), groups(report), group_shares(report), curves(report), day::day(report), lines::lines(report)];
    let compared = [compare::compare(report), equivalents::equivalents(report), compare::routers(report), compare::reliability(report)];
    let studied = report.study.iter().flat_map(study_tables::all);
    replayed.into_iter().chain(compared).chain(studied).collect()
}

/// The baselines of the run; one that is not known where there are none, so that policies still have a row.
fn baselines(report: &Report) -> Vec<Option<&str>> {
    let baselines: Vec<_> = report.run.baselines.iter().map(|id| Some(id.as_str())).collect();
    if baselines.is_empty() { vec![None] } else { baselines }
}

fn of<T: Copy>(by_baseline: &ById<T>, baseline: Option<&str>) -> Option<T> {
    baseline.and_then(|id| by_baseline.get(id)).copied()
}

/// A row for each policy and baseline.
pub(super) fn policies(report: &Report) -> Table {
    let baselines = baselines(report);
    let row = |policy| baselines.iter().map(move |&baseline| PolicyRow { policy, baseline });
    let rows: Vec<PolicyRow> = report.policies.iter().flat_map(row).collect();
    let columns = Columns::of("policies", &rows)
        .text("policy", |row| Some(&row.policy.name))
        .text("baseline", |row| row.baseline)
        .text("kind", |row| Some(&row.policy.kind))
        .flag("hindsight", |row| row.policy.hindsight)
        .text("fallback", |row| row.policy.fallback.as_deref())
        .count("replicates", |row| row.policy.replicates.into())
        .count("queries", |row| row.policy.queries)
        .number("unserved", |row| Some(row.policy.unserved))
        .number("skipped", |row| Some(row.policy.skipped));
    costs(quality(columns))
        .fraction_figures("_saving", |row| of(&row.policy.savings, row.baseline))
        .fractions("_saving_queries", |row| of(&row.policy.savings_queries, row.baseline), Some)
        .fraction_figures("_regret", |row| of(&row.policy.regret, row.baseline))
        .fractions("_saving_expected", |row| expected_savings(row), |moments| Some(moments.mean))
        .fractions("_saving_expected_sd", |row| expected_savings(row), |moments| Some(moments.sd))
        .finish()
}

fn expected_savings(row: &PolicyRow) -> Option<Fractions<super::Moments>> {
    row.policy.expected.as_ref().and_then(|expected| of(&expected.savings, row.baseline))
}

fn quality<'r, 'a>(columns: Columns<'r, PolicyRow<'a>>) -> Columns<'r, PolicyRow<'a>> {
    let expected = |row: &PolicyRow| row.policy.expected.as_ref().and_then(|expected| expected.answer_accuracy);
    columns
        .figure("answer_accuracy", |row| row.policy.answer_accuracy)
        .number("answer_accuracy_expected", move |row| expected(row).map(|moments| moments.mean))
        .number("answer_accuracy_expected_sd", move |row| expected(row).map(|moments| moments.sd))
        .figure("relative_answer_accuracy", |row| of(&row.policy.relative_answer_accuracy, row.baseline).flatten())
        .number("router_accuracy_nominal", |row| row.policy.router_accuracy.nominal)
        .figure("router_accuracy_agreement", |row| row.policy.router_accuracy.agreement)
        .figure("router_accuracy_tier_agreement", |row| row.policy.router_accuracy.tier_agreement)
        .figure("router_accuracy_adequate", |row| row.policy.router_accuracy.adequate)
        .number("local_share", |row| Some(row.policy.local_share))
}

fn costs<'r, 'a>(columns: Columns<'r, PolicyRow<'a>>) -> Columns<'r, PolicyRow<'a>> {
    columns
        .quantities("_total", |row| Some(row.policy.totals), Some)
        .quantities("_total_expected", |row| row.policy.expected.as_ref().map(|e| e.totals), |moments| Some(moments.mean))
        .quantities("_total_expected_sd", |row| row.policy.expected.as_ref().map(|e| e.totals), |moments| Some(moments.sd))
        .quantities("_known_queries", |row| Some(row.policy.known), Some)
        .quantity_figures("_per_query", |row| row.policy.per_query)
        .quantity_figures("_per_correct", |row| row.policy.per_correct)
        .number("latency_s_p50", |row| row.policy.latency_s.p50)
        .number("latency_s_p95", |row| row.policy.latency_s.p95)
        .number("latency_s_p99", |row| row.policy.latency_s.p99)
        .fractions("_estimated_share", |row| Some(row.policy.estimated), Some)
        .figure("apw", |row| row.policy.apw)
        .figure("apj", |row| row.policy.apj)
        .number("carbon_g", |row| row.policy.carbon_g)
}

/// A row for each policy and endpoint: where queries went.
pub(super) fn shares(report: &Report) -> Table {
    let row = |policy: &'_ PolicyReport| -> Vec<String> {
        let mut ids: Vec<String> = policy.share.keys().chain(policy.attempts.keys()).cloned().collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let ids: Vec<(&PolicyReport, Vec<String>)> = report.policies.iter().map(|policy| (policy, row(policy))).collect();
    let rows: Vec<ShareRow> = ids.iter().flat_map(|(policy, ids)| ids.iter().map(move |endpoint| ShareRow { policy, endpoint })).collect();
    Columns::of("shares", &rows)
        .text("policy", |row| Some(&row.policy.name))
        .text("fallback", |row| row.policy.fallback.as_deref())
        .text("endpoint", |row| Some(row.endpoint))
        .number("share", |row| row.policy.share.get(row.endpoint).copied())
        .number("attempts_per_query", |row| row.policy.attempts.get(row.endpoint).copied())
        .finish()
}

/// A row for each policy, data set, category and baseline.
pub(super) fn groups(report: &Report) -> Table {
    let baselines = baselines(report);
    let mut rows = Vec::new();
    for policy in &report.policies {
        for group in &policy.groups {
            rows.extend(baselines.iter().map(|&baseline| GroupRow { policy, group, baseline }));
        }
    }
    Columns::of("groups", &rows)
        .text("policy", |row| Some(&row.policy.name))
        .text("fallback", |row| row.policy.fallback.as_deref())
        .text("dataset", |row| row.group.dataset.as_deref())
        .text("category", |row| row.group.category.as_deref())
        .text("baseline", |row| row.baseline)
        .count("queries", |row| row.group.queries)
        .number("answer_accuracy", |row| row.group.answer_accuracy)
        .quantities("_total", |row| Some(row.group.totals), Some)
        .fractions("_saving", |row| of(&row.group.savings, row.baseline), Some)
        .finish()
}

/// A row for each policy, data set, category and endpoint that answers some of its queries.
pub(super) fn group_shares(report: &Report) -> Table {
    let mut rows = Vec::new();
    for policy in &report.policies {
        for group in &policy.groups {
            let shares = group.share.iter();
            rows.extend(shares.map(|(endpoint, &share)| GroupShareRow { policy, group, endpoint, share }));
        }
    }
    Columns::of("group_shares", &rows)
        .text("policy", |row| Some(&row.policy.name))
        .text("fallback", |row| row.policy.fallback.as_deref())
        .text("dataset", |row| row.group.dataset.as_deref())
        .text("category", |row| row.group.category.as_deref())
        .count("queries", |row| row.group.queries)
        .text("endpoint", |row| Some(row.endpoint))
        .number("share", |row| Some(row.share))
        .finish()
}

/// A row for each misroute rule, fallback, router accuracy and baseline.
pub(super) fn curves(report: &Report) -> Table {
    let baselines = baselines(report);
    let mut rows = Vec::new();
    for curve in &report.curves {
        for point in &curve.points {
            rows.extend(baselines.iter().map(|&baseline| CurveRow { curve, point, baseline }));
        }
    }
    Columns::of("curves", &rows)
        .text("misroute", |row| Some(&row.curve.misroute))
        .text("policy", |row| Some(&row.curve.policy))
        .text("fallback", |row| Some(&row.curve.fallback))
        .number("router_accuracy", |row| Some(row.point.router_accuracy))
        .text("baseline", |row| row.baseline)
        .count("replicates", |row| row.curve.replicates.into())
        .figure("answer_accuracy", |row| row.point.answer_accuracy)
        .number("answer_accuracy_expected", |row| row.point.expected_answer_accuracy)
        .figure("router_accuracy_agreement", |row| row.point.measured_router_accuracy.agreement)
        .figure("router_accuracy_tier_agreement", |row| row.point.measured_router_accuracy.tier_agreement)
        .figure("router_accuracy_adequate", |row| row.point.measured_router_accuracy.adequate)
        .quantities("_total", |row| Some(row.point.totals), Some)
        .quantities("_per_query", |row| Some(row.point.per_query), Some)
        .quantities("_per_correct", |row| Some(row.point.per_correct), Some)
        .fraction_figures("_saving", |row| of(&row.point.savings, row.baseline))
        .fractions("_saving_expected", |row| of(&row.point.expected_savings, row.baseline), Some)
        .finish()
}
