//! Policies side by side and the routers behind them as tables.

use crate::analysis::ACCOUNT_NAMES;
use crate::analysis::compare::MEASURES_A_POLICY;
use crate::report::columns::{Columns, Table};
use crate::report::{Compared, Comparison, PolicyReport, Report, RouterReport};
use crate::router::{Reliability, ReliabilityBin};

struct Row<'a> {
    rank: u64,
    comparison: &'a Comparison,
    compared: &'a Compared,
    policy: Option<&'a PolicyReport>,
}

/// A row for each policy, in the comparison's order. Yes and no are 1 and 0, unknown is empty.
pub(super) fn compare(report: &Report) -> Table {
    let mut rows = Vec::new();
    if let Some(comparison) = &report.compare {
        rows.extend(comparison.policies.iter().zip(1..).map(|(compared, rank)| {
            let policy = report.policies.iter().find(|policy| policy.name == compared.policy);
            Row { rank, comparison, compared, policy }
        }));
    }
    let columns = Columns::of("compare", &rows)
        .count("rank", |row| row.rank)
        .text("policy", |row| Some(&row.compared.policy))
        .text("kind", |row| row.policy.map(|policy| policy.kind.as_str()))
        .flag("hindsight", |row| row.policy.is_some_and(|policy| policy.hindsight))
        .text("fallback", |row| row.policy.and_then(|policy| policy.fallback.as_deref()))
        .text("sorted_by", |row| Some(&row.comparison.by))
        .text("account", |row| row.comparison.account.as_deref())
        .figure("answer_accuracy", |row| row.policy.and_then(|policy| policy.answer_accuracy))
        .fraction_figures("_above_fixed", |row| Some(row.compared.above_fixed))
        .fractions("_pareto", |row| Some(row.compared.pareto), |on| Some(f64::from(u8::from(on))))
        .text("worse_than", |row| row.compared.worse_than.as_ref().map(|worse| worse.endpoint.as_str()));
    let columns = ACCOUNT_NAMES.iter().fold(columns, |columns, name| {
        let worse = |row: &Row| Some(row.compared.worse_than.as_ref()?.accounts.iter().any(|account| account == name));
        columns.number(&format!("{name}_worse"), move |row| worse(row).map(|worse| f64::from(u8::from(worse))))
    });
    let columns = columns
        .text("nearly_all_to", |row| row.compared.nearly_all_to.as_ref().map(|nearly| nearly.endpoint.as_str()))
        .number("nearly_all_share", |row| row.compared.nearly_all_to.as_ref().map(|nearly| nearly.share));
    let measures = MEASURES_A_POLICY.into_iter();
    measures
        .fold(columns, |columns, name| columns.number(&name.replace('-', "_"), |row| row.compared.measures.get(name).copied().flatten()))
        .finish()
}

/// What is said of a router and an endpoint.
struct EndpointRow<'a> {
    router: &'a RouterReport,
    endpoint: &'a str,
    reliability: Option<&'a Reliability>,
}

/// A row for each learned policy and endpoint.
pub(super) fn routers(report: &Report) -> Table {
    let mut rows = Vec::new();
    for router in &report.routers {
        rows.extend(router.reliability.iter().map(|(endpoint, of)| EndpointRow { router, endpoint, reliability: of.as_ref() }));
    }
    let pair = |row: &EndpointRow, name: &str| {
        let pair = row.router.pairs.iter().find(|pair| pair.weak == row.endpoint)?;
        pair.measures.get(name).copied().flatten()
    };
    let columns = Columns::of("routers", &rows)
        .text("policy", |row| Some(&row.router.policy))
        .text("router", |row| Some(&row.router.router))
        .text("endpoint", |row| Some(row.endpoint))
        .number("queries", |row| row.reliability.map(|of| of.count as f64))
        .number("mean_predicted", |row| row.reliability.map(|of| of.mean_predicted))
        .number("mean_label", |row| row.reliability.map(|of| of.mean_label))
        .number("log_loss", |row| row.reliability.map(|of| of.log_loss))
        .number("base_log_loss", |row| row.reliability.map(|of| of.base_log_loss))
        .number("brier", |row| row.reliability.map(|of| of.brier))
        .number("auc_roc", |row| row.reliability.and_then(|of| of.auc))
        .number("ece", |row| row.reliability.map(|of| of.ece))
        .number("ece_equal_mass", |row| row.reliability.map(|of| of.ece_equal_mass))
        .number("aurc", |row| row.router.risk.get(row.endpoint).copied().flatten().map(|risk| risk.aurc))
        .number("excess_aurc", |row| row.router.risk.get(row.endpoint).copied().flatten().map(|risk| risk.excess_aurc))
        .text("strong", |row| row.router.pairs.iter().find(|pair| pair.weak == row.endpoint).map(|pair| pair.strong.as_str()));
    let names: Vec<String> =
        report.routers.iter().flat_map(|router| &router.pairs).take(1).flat_map(|pair| pair.measures.keys().cloned()).collect();
    let columns = names.iter().fold(columns, |columns, name| columns.number(&name.replace('-', "_"), |row| pair(row, name)));
    let trade_off = |row: &EndpointRow| row.router.trade_off.clone();
    columns
        .number("aiq", |row| trade_off(row).and_then(|of| of.aiq))
        .number("aiq_paper", |row| trade_off(row).and_then(|of| of.aiq_paper))
        .number("zero_aiq", |row| trade_off(row).and_then(|of| of.zero_aiq))
        .number("zero_aiq_paper", |row| trade_off(row).and_then(|of| of.zero_aiq_paper))
        .number("bias_entropy", |row| row.router.bias_entropy)
        .finish()
}

struct BinRow<'a> {
    router: &'a RouterReport,
    endpoint: &'a str,
    bin: &'a ReliabilityBin,
}

/// A row for each learned policy, endpoint and bin of predictions.
pub(super) fn reliability(report: &Report) -> Table {
    let mut rows = Vec::new();
    for router in &report.routers {
        for (endpoint, of) in &router.reliability {
            rows.extend(of.iter().flat_map(|of| &of.bins).map(|bin| BinRow { router, endpoint, bin }));
        }
    }
    Columns::of("reliability", &rows)
        .text("policy", |row| Some(&row.router.policy))
        .text("router", |row| Some(&row.router.router))
        .text("endpoint", |row| Some(row.endpoint))
        .number("low", |row| Some(row.bin.low))
        .number("high", |row| Some(row.bin.high))
        .count("queries", |row| row.bin.count as u64)
        .number("mean_predicted", |row| Some(row.bin.mean_predicted))
        .number("mean_label", |row| Some(row.bin.mean_label))
        .finish()
}
