//! The routers behind learned policies.

use crate::report::grid::{Density, Grid};
use crate::report::words::{count, or_unknown, percent, significant};
use crate::report::{Report, RouterReport};
use crate::router::Reliability;

/// Routers that predict the same, with the policies that decide on them.
fn distinct(report: &Report) -> Vec<(Vec<&str>, &RouterReport)> {
    let mut found: Vec<(Vec<&str>, &RouterReport)> = Vec::new();
    for router in &report.routers {
        let same = |other: &RouterReport| (&other.router, &other.reliability) == (&router.router, &router.reliability);
        match found.iter_mut().find(|(_, other)| same(other)) {
            Some((policies, _)) => policies.push(&router.policy),
            None => found.push((vec![&router.policy], router)),
        }
    }
    found
}

/// A row for each router: its figures over the endpoints, the least and the most.
pub(in crate::report) fn routers(report: &Report, density: Density) -> Grid {
    let rows = distinct(report);
    let over = |router: &RouterReport, of: fn(&Reliability) -> Option<f64>, text: fn(f64) -> String| {
        range(router.reliability.values().flatten().filter_map(of), text)
    };
    let mut grid = Grid::default();
    grid.column("router of", &rows, |(policies, _)| match &policies[..] {
        [first, others @ ..] if density != Density::Full && !others.is_empty() => format!("{first} and {} more", others.len()),
        all => all.join(", "),
    });
    if density != Density::Slim {
        grid.column("fitted to rows", &rows, |(_, router)| {
            range(router.fitted_to.iter().map(|rows| *rows as f64), |rows| count(rows as u64))
        });
    }
    grid.column("calibration error", &rows, |(_, router)| over(router, |of| Some(of.ece), percent));
    grid.column("log loss less base", &rows, |(_, router)| over(router, |of| Some(of.log_loss - of.base_log_loss), difference));
    grid.column("AUC", &rows, |(_, router)| over(router, |of| of.auc, share));
    grid.column("APGR", &rows, |(_, router)| {
        range(router.pairs.iter().filter_map(|pair| pair.measures.get("apgr").copied().flatten()), share)
    });
    grid
}

/// The least and the most of some figures.
fn range(figures: impl Iterator<Item = f64>, text: fn(f64) -> String) -> String {
    let known: Vec<f64> = figures.collect();
    let (least, most) = (known.iter().copied().min_by(f64::total_cmp), known.iter().copied().max_by(f64::total_cmp));
    let Some((least, most)) = least.zip(most) else { return or_unknown(least, text) };
    let (low, high) = (text(least), text(most));
    // A dash before a minus would be hard to read.
    match (low == high, high.starts_with(['−', '+'])) {
        (true, _) => low,
        (false, true) => format!("{low} to {high}"),
        (false, false) => format!("{}–{high}", if high.ends_with('%') { low.trim_end_matches('%') } else { &low }),
    }
}

fn share(value: f64) -> String {
    format!("{value:.3}").replace('-', "−")
}

fn difference(value: f64) -> String {
    let text = format!("{value:+.3}");
    if text.ends_with("0.000") { "0.000".to_owned() } else { text.replace('-', "−") }
}

/// How to read the table of routers.
pub(in crate::report) fn routers_remark(report: &Report) -> Option<String> {
    let text = "over the endpoints, on queries that a router was not fitted to; log loss below that of the mean label (a negative \
                difference) is what predictions are good for; AUC 0.5 is chance; APGR is of each local endpoint against the fallback, \
                0.5 for a coin";
    (!report.routers.is_empty()).then(|| text.to_owned())
}

/// A row for each router and endpoint.
pub(in crate::report) fn reliability(report: &Report) -> Grid {
    let mut rows: Vec<(String, Option<&Reliability>)> = Vec::new();
    for (policies, router) in distinct(report) {
        rows.extend(router.reliability.iter().map(|(id, of)| (format!("{}: {id}", policies.join(", ")), of.as_ref())));
    }
    let mut grid = Grid::default();
    grid.column("router of: endpoint", &rows, |(name, _)| name.clone());
    grid.column("queries", &rows, |(_, of)| or_unknown(*of, |of| count(of.count as u64)));
    grid.column("mean predicted", &rows, |(_, of)| or_unknown(*of, |of| percent(of.mean_predicted)));
    grid.column("mean label", &rows, |(_, of)| or_unknown(*of, |of| percent(of.mean_label)));
    grid.column("calibration error", &rows, |(_, of)| or_unknown(*of, |of| percent(of.ece)));
    grid.column("log loss", &rows, |(_, of)| or_unknown(*of, |of| share(of.log_loss)));
    grid.column("of the mean label", &rows, |(_, of)| or_unknown(*of, |of| share(of.base_log_loss)));
    grid.column("Brier score", &rows, |(_, of)| or_unknown(*of, |of| share(of.brier)));
    grid.column("AUC", &rows, |(_, of)| or_unknown(of.and_then(|of| of.auc), share));
    grid
}

/// A row for each router and pair of a local endpoint and the fallback.
pub(in crate::report) fn pairs(report: &Report) -> Grid {
    let mut rows = Vec::new();
    for (policies, router) in distinct(report) {
        rows.extend(router.pairs.iter().map(|pair| (format!("{}: {} / {}", policies.join(", "), pair.weak, pair.strong), pair)));
    }
    let names =
        ["auc", "random-pair", "optimal-pair", "apgr", "apgr-mean", "cpt-20", "cpt-50", "cpt-80", "deferral-area", "quality-drop-20"];
    let mut grid = Grid::default();
    grid.column("router of: weak / strong", &rows, |(name, _)| name.clone());
    for name in names {
        grid.column(name, &rows, |(_, pair)| or_unknown(pair.measures.get(name).copied().flatten(), share));
    }
    grid
}

/// A row for each router: what its predictions buy at every price, beside coins between fixed endpoints.
pub(in crate::report) fn trade_offs(report: &Report) -> Grid {
    let rows: Vec<_> =
        distinct(report).into_iter().filter_map(|(policies, router)| Some((policies, router, router.trade_off.as_ref()?))).collect();
    let mut grid = Grid::default();
    grid.column("router of", &rows, |(policies, ..)| policies.join(", "));
    grid.column("aiq", &rows, |(.., of)| or_unknown(of.aiq, share));
    grid.column("of coins", &rows, |(.., of)| or_unknown(of.zero_aiq, share));
    grid.column("aiq-paper", &rows, |(.., of)| or_unknown(of.aiq_paper, share));
    grid.column("of coins", &rows, |(.., of)| or_unknown(of.zero_aiq_paper, share));
    grid.column("bias entropy, bits", &rows, |(_, router, _)| or_unknown(router.bias_entropy, significant));
    grid
}
