//! What policies saved against a baseline.

use super::{at, marked, word};
use crate::report::grid::{Density, Grid};
use crate::report::words::{OWN, name_under, percent, queries, signed, with_interval};
use crate::report::{PolicyReport, Report};

/// Where there are several fallbacks, more rows than this are shown only of policies that fall back on the baseline itself.
const MANY: usize = 40;

/// The baseline and how well it answers.
pub(in crate::report) fn baseline_title(report: &Report, baseline: &str) -> String {
    let accuracy = report.run.endpoints.iter().find(|endpoint| endpoint.id == baseline).and_then(|endpoint| endpoint.answer_accuracy);
    match accuracy {
        Some(accuracy) => format!("{baseline} (answer accuracy {})", percent(accuracy)),
        None => baseline.to_owned(),
    }
}

/// The policies compared with a baseline: those that fall back on it first. And how many were left off.
pub(in crate::report) fn savings_rows<'a>(report: &'a Report, baseline: &str) -> (Vec<&'a PolicyReport>, usize) {
    let compared = report.policies.iter().filter(|policy| policy.savings.contains_key(baseline));
    let (own, mut others): (Vec<_>, Vec<_>) = compared.partition(|policy| policy.fallback.as_deref() == Some(baseline));
    let before = others.len();
    if before + own.len() > MANY / report.run.baselines.len().max(1) && report.run.pools.len() > 1 && !own.is_empty() {
        others.retain(|policy| policy.fallback.is_none());
    }
    let left_off = before - others.len();
    (own.into_iter().chain(others).collect(), left_off)
}

/// Savings by account, the answer accuracy beside them.
pub(in crate::report) fn savings(report: &Report, baseline: &str, density: Density) -> Grid {
    let (rows, _) = savings_rows(report, baseline);
    let own = |policy: &PolicyReport| report.run.pools.len() > 1 && policy.fallback.as_deref() == Some(baseline);
    let of = |policy: &PolicyReport| policy.savings.get(baseline).map_or([None; 4], |savings| savings.to_array());
    let mut grid = Grid::default();
    grid.column("policy", &rows, |policy| {
        let name = marked(policy, name_under(policy, Some(baseline)));
        if own(policy) { format!("{name}{OWN}") } else { name }
    });
    grid.column("answer accuracy", &rows, |policy| with_interval(policy.answer_accuracy, percent, density.gap()));
    let known = (0..4).filter(|&account| rows.iter().any(|policy| at(of(policy), account).is_some())).collect();
    for account in density.accounts(known) {
        grid.column(format!("{} saved", word(account)), &rows, |policy| with_interval(at(of(policy), account), signed, density.gap()));
    }
    grid
}

/// Over how many queries the savings of a table are, where that is not all of them.
pub(in crate::report) fn over(report: &Report, baseline: &str) -> Option<String> {
    let (rows, _) = savings_rows(report, baseline);
    let mut known: Vec<f64> = Vec::new();
    let mut partial = false;
    for policy in rows {
        let all = policy.queries as f64;
        let savings = policy.savings.get(baseline).map_or([None; 4], |savings| savings.to_array());
        let over = policy.savings_queries.get(baseline).map_or([None; 4], |over| over.to_array());
        for account in (0..4).filter(|&account| at(savings, account).is_some()) {
            known.extend(at(over, account));
            partial |= at(over, account).is_some_and(|over| over < all);
        }
    }
    let range = range(&known).filter(|_| partial)?;
    Some(format!("savings are over the queries where both sides are known: {range}"))
}

/// The least and the most of some numbers of queries.
fn range(known: &[f64]) -> Option<String> {
    let (least, most) = (known.iter().copied().min_by(f64::total_cmp)?, known.iter().copied().max_by(f64::total_cmp)?);
    Some(if least == most { queries(least) } else { format!("{} to {} (by policy and column)", queries(least), queries(most)) })
}
