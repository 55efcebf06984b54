//! What policies saved against a baseline.

use super::{at, marked, word};
use crate::report::grid::{Density, Grid};
use crate::report::words::{OWN, name_under, or_unknown, percent, queries, signed, with_interval};
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
    for account in (0..4).filter(|&account| rows.iter().any(|policy| at(of(policy), account).is_some())) {
        grid.column(format!("{} saved", word(account)), &rows, |policy| with_interval(at(of(policy), account), signed, density.gap()));
    }
    // Over how many queries, where that is not all of them.
    let over = |policy: &PolicyReport| policy.savings_queries.get(baseline).copied().unwrap_or_default().to_array();
    let partial = |policy: &&PolicyReport| {
        let all = policy.queries as f64 - policy.skipped;
        (0..4).any(|account| at(of(policy), account).is_some() && at(over(policy), account).is_some_and(|known| known < all))
    };
    if rows.iter().any(partial) {
        grid.column("over queries", &rows, |policy| or_unknown(range(over(policy)), |range| range));
    }
    grid
}

/// The least and the most of some numbers of queries.
fn range(known: [Option<f64>; 4]) -> Option<String> {
    let some = || known.into_iter().flatten().filter(|known| *known > 0.0);
    let (least, most) = (some().min_by(f64::total_cmp)?, some().max_by(f64::total_cmp)?);
    Some(if least == most { queries(least) } else { format!("{} to {}", queries(least), queries(most)) })
}
