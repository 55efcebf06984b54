//! What policies answered and took, where queries went, and the same by group.

use super::{at, known, marked, part, word};
use crate::report::grid::{Density, Grid};
use crate::report::words::{amount, count, name_under, or_unknown, percent, queries, signed, significant, with_interval};
use crate::report::{Figure, GroupReport, PolicyReport, Quantities, Report};

/// The policies that stand under a fallback: see [`super::fallbacks`].
pub(in crate::report) fn policies_under<'a>(report: &'a Report, fallback: Option<&str>) -> Vec<&'a PolicyReport> {
    let single = report.run.pools.len() < 2;
    report.policies.iter().filter(|policy| single || policy.fallback.as_deref() == fallback).collect()
}

/// The policies under a fallback: answer accuracy, router, what a query and a right answer take.
pub(in crate::report) fn policies(report: &Report, fallback: Option<&str>, density: Density) -> Grid {
    let rows: Vec<&PolicyReport> = policies_under(report, fallback);
    let mut grid = Grid::default();
    grid.column("policy", &rows, |policy| marked(policy, name_under(policy, fallback)));
    grid.column("answer accuracy", &rows, |policy| with_interval(policy.answer_accuracy, percent, density.gap()));
    grid.column("router agrees", &rows, |policy| or_unknown(policy.router_accuracy.agreement, |figure| percent(figure.value)));
    grid.column("stays local", &rows, |policy| percent(policy.local_share));
    if rows.iter().any(|policy| policy.unserved > 0.0) {
        grid.column("unserved", &rows, |policy| queries(policy.unserved));
    }
    if rows.iter().any(|policy| policy.skipped > 0.0) {
        grid.column("skipped", &rows, |policy| queries(policy.skipped));
    }
    let known = known(rows.iter().map(|policy| policy.per_query));
    // What people ask for first; the file has all.
    let shown = if density == Density::Full { known } else { Density::Slim.accounts(known) };
    for account in shown {
        amounts(&mut grid, &rows, account, density);
    }
    grid
}

/// What a query and what a right answer takes: two columns, or one of two lines.
fn amounts(grid: &mut Grid, rows: &[&PolicyReport], account: usize, density: Density) {
    let taken = |policy: &PolicyReport, taken: Quantities<Figure>| {
        or_unknown(at(taken.to_array(), account), |figure| part(policy, account, amount(account, figure.value)))
    };
    let per_query = |policy: &&PolicyReport| taken(policy, policy.per_query);
    let per_correct = |policy: &&PolicyReport| taken(policy, policy.per_correct);
    let word = word(account);
    if density.is_narrow() {
        grid.column(format!("{word} a query, a right answer"), rows, |policy| format!("{}\n{}", per_query(policy), per_correct(policy)));
    } else {
        grid.column(format!("{word} a query"), rows, per_query);
        grid.column(format!("{word} a right answer"), rows, per_correct);
    }
}

/// What else is known of policies: latency, the router's other accuracies, efficiency, carbon.
pub(in crate::report) fn further(report: &Report) -> Grid {
    let rows: Vec<&PolicyReport> = report.policies.iter().collect();
    let share = |figure: Option<Figure>| or_unknown(figure, |figure| percent(figure.value));
    let mut grid = Grid::default();
    grid.column("policy", &rows, |policy| marked(policy, &policy.name));
    grid.column("latency p50", &rows, |policy| or_unknown(policy.latency_s.p50, |value| amount(3, value)));
    grid.column("p95", &rows, |policy| or_unknown(policy.latency_s.p95, |value| amount(3, value)));
    grid.column("p99", &rows, |policy| or_unknown(policy.latency_s.p99, |value| amount(3, value)));
    grid.column("nominal router accuracy", &rows, |policy| or_unknown(policy.router_accuracy.nominal, percent));
    grid.column("tier agreement", &rows, |policy| share(policy.router_accuracy.tier_agreement));
    grid.column("adequate", &rows, |policy| share(policy.router_accuracy.adequate));
    grid.column("answer accuracy per W", &rows, |policy| or_unknown(policy.apw, |figure| significant(figure.value)));
    grid.column("answer accuracy per J", &rows, |policy| or_unknown(policy.apj, |figure| significant(figure.value)));
    if rows.iter().any(|policy| policy.carbon_g.is_some()) {
        grid.column("g CO2", &rows, |policy| or_unknown(policy.carbon_g, significant));
    }
    grid
}

/// Where queries went: shares of answers by endpoint.
pub(in crate::report) fn shares(report: &Report) -> Grid {
    let rows: Vec<&PolicyReport> = report.policies.iter().collect();
    let mut grid = Grid::default();
    grid.column("policy", &rows, |policy| marked(policy, &policy.name));
    let endpoints = report.run.endpoints.iter().map(|endpoint| endpoint.id.as_str()).chain(["none"]);
    for id in endpoints.filter(|&id| rows.iter().any(|policy| policy.share.get(id).is_some_and(|share| *share > 0.0))) {
        // A share that is absent is one of an endpoint outside of the policy's pool: it got nothing.
        grid.column(id, &rows, |policy| percent(policy.share.get(id).copied().unwrap_or(0.0)));
    }
    grid.column("attempts a query", &rows, |policy| format!("{:.2}", policy.attempts.values().sum::<f64>()));
    grid
}

/// A policy by data set and category, the largest groups first; how many were left off.
pub(in crate::report) fn groups(report: &Report, policy: &PolicyReport, most: usize) -> (Grid, usize) {
    let mut rows: Vec<&GroupReport> = policy.groups.iter().collect();
    rows.sort_by_key(|group| std::cmp::Reverse(group.queries));
    let left_off = rows.len().saturating_sub(most);
    rows.truncate(most);
    let mut grid = Grid::default();
    grid.column("group", &rows, |group| group_name(group));
    grid.column("queries", &rows, |group| count(group.queries));
    grid.column("answer accuracy", &rows, |group| or_unknown(group.answer_accuracy, percent));
    for baseline in &report.run.baselines {
        let savings = |group: &GroupReport| group.savings.get(baseline).map(|savings| savings.to_array());
        let account = (0..4).find(|&account| rows.iter().any(|group| savings(group).is_some_and(|cells| at(cells, account).is_some())));
        if let Some(account) = account {
            grid.column(format!("{} saved against {baseline}", word(account)), &rows, |group| {
                or_unknown(savings(group).and_then(|cells| at(cells, account)), signed)
            });
        }
    }
    (grid, left_off)
}

/// A group by its data set and category.
pub(in crate::report) fn group_name(group: &GroupReport) -> String {
    match (&group.dataset, &group.category) {
        (Some(dataset), Some(category)) => format!("{dataset} / {category}"),
        (Some(name), None) | (None, Some(name)) => name.clone(),
        (None, None) => "(no data set or category)".to_owned(),
    }
}
