//! A policy beside fixed endpoints and coins between them.

use super::WorseThan;
use super::subject::Subject;
use crate::analysis::peers::{Hull, Point, Points};
use crate::analysis::{ACCOUNT_NAMES, Figure, Measures, bounded};
use crate::replay::Resampled;

/// Sums of the same numbers in different orders differ by this much at most.
const ROUNDING: f64 = 1e-12;
/// The accounts in which a policy is called worse than an endpoint, beside the objective's: a slower answer
/// that saves energy is a choice.
const PAID: [usize; 2] = [0, 2];

/// Answer accuracy less that of the Zero router at the same amount a query (RouterBench, arXiv 2403.12031,
/// Section 3.2): the non-decreasing convex hull of the fixed endpoints' points, which is what the best coin
/// between two of them buys. Both sides are computed anew in every resample of the queries, so that the
/// interval is of the difference. Below the cheapest endpoint no coin is to be had for the amount, and the
/// policy is held against that endpoint. `None` where the account is not known of every answer.
pub(super) fn above_fixed(measures: Measures, account: usize, subject: &Subject, fixed: &[&Subject]) -> Option<Figure> {
    let known = |subject: &&&Subject| measures.per_any_query(&subject.sample.point, account).is_some();
    let fixed: Vec<&Resampled> = fixed.iter().filter(known).map(|subject| subject.sample).collect();
    let value = above(measures, account, &subject.sample.point, fixed.iter().map(|sample| &sample.point[..]))?;
    let resamples = subject.sample.draws.iter().enumerate();
    let resamples = resamples.map(|(index, mine)| above(measures, account, mine, fixed.iter().map(|sample| &sample.draws[index][..])));
    let filled = fixed.iter().map(|sample| sample.filled).fold(subject.sample.filled, usize::min);
    Some(bounded(value, filled, resamples.collect()))
}

fn above<'s>(measures: Measures, account: usize, mine: &[f64], fixed: impl Iterator<Item = &'s [f64]>) -> Option<f64> {
    let hull = zero_router(measures, account, fixed)?;
    Some(measures.answer_accuracy(mine)? - bought(&hull, measures.per_any_query(mine, account)?))
}

/// What coins between some endpoints buy, of which all sums are known.
pub(super) fn zero_router<'s>(measures: Measures, account: usize, fixed: impl Iterator<Item = &'s [f64]>) -> Option<Hull> {
    let point = |sums: &[f64]| Some(Point::new(measures.per_any_query(sums, account)?, measures.answer_accuracy(sums)?));
    Some(Hull::of(&Points::new(fixed.map(point).collect::<Option<_>>()?).ok()?))
}

/// The answer accuracy that an amount buys; the cheapest endpoint's where nothing is that cheap.
pub(super) fn bought(hull: &Hull, amount: f64) -> f64 {
    hull.at(amount).or_else(|| hull.corners().first().map(|corner| corner.quality)).unwrap_or(0.0)
}

/// The fixed endpoint that beats a policy in most accounts, of several the first.
pub(super) fn worse_than(measures: Measures, subject: &Subject, fixed: &[&Subject], account: Option<usize>) -> Option<WorseThan> {
    let mut accounts: Vec<usize> = PAID.into_iter().chain(account).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let mut found: Option<(&str, Vec<usize>)> = None;
    for other in fixed {
        let Some((endpoint, id)) = &other.fixed else { continue };
        if subject.fixed.as_ref().is_some_and(|(own, _)| own == endpoint) {
            continue;
        }
        let beaten: Vec<usize> = accounts.iter().copied().filter(|&account| is_beaten(measures, account, subject, other)).collect();
        if beaten.len() > found.as_ref().map_or(0, |(_, accounts)| accounts.len()) {
            found = Some((id, beaten));
        }
    }
    let (endpoint, accounts) = found?;
    Some(WorseThan {
        endpoint: endpoint.to_owned(),
        accounts: accounts.into_iter().map(|account| ACCOUNT_NAMES[account].to_owned()).collect(),
    })
}

/// Whether another answers at least as well and takes no more, and is better in one of the two.
fn is_beaten(measures: Measures, account: usize, subject: &Subject, other: &Subject) -> bool {
    let figures = |subject: &Subject| {
        let sums = &subject.sample.point;
        Some((measures.answer_accuracy(sums)?, measures.per_any_query(sums, account)?))
    };
    let (Some((accuracy, amount)), Some((better, less))) = (figures(subject), figures(other)) else { return false };
    let slack = ROUNDING * amount.abs();
    let at_least = better >= accuracy - ROUNDING && less <= amount + slack;
    at_least && (better > accuracy + ROUNDING || less < amount - slack)
}
