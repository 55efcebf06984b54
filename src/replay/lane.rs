//! Lanes: what is added up for each query.

use super::line::{self, ENERGY, LATENCY};
use super::tally::Reference;
use crate::trace::EndpointIx;
use crate::workload::ACCOUNTS;

/// By account the unit in which lanes hold it. A day of queries takes 10^22 FLOP and more, which as
/// single operations would leave the range of [`Exact`](super::Exact): they are added up in units of 2^40.
pub const UNITS: [f64; ACCOUNTS.len()] = [1.0, (1u64 << 40) as f64, 1.0, 1.0];

/// What is added up for each query. One row of lanes is the sum over some queries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Queries that did not leave the comparison.
    Queries,
    /// Queries whose answer has a score: served, or 0 by nobody.
    Scored,
    /// Sum of their scores.
    Score,
    /// Those that are correct.
    Correct,
    /// Queries whose first attempt is the oracle's endpoint.
    Agreement,
    /// Queries whose first attempt is local where the oracle's is, and not where it is not.
    TierAgreement,
    /// Queries that some endpoint of the pool can answer.
    Solvable,
    /// Those of them that were answered correctly.
    Adequate,
    /// Queries whose power (energy over latency) is known, and the sum of their powers in watts.
    PowerKnown,
    /// Sum of powers in watts.
    Power,
    /// Queries for which an account is known.
    Known(usize),
    /// Sum of an account, in its unit of [`UNITS`].
    Sum(usize),
    /// Queries for which an account is known of policy and baseline.
    Both(usize, usize),
    /// The policy's sum over those queries.
    Mine(usize, usize),
    /// The baseline's sum over those queries.
    Theirs(usize, usize),
    /// Sum of the policy's scores over the queries that both policy and baseline answer.
    MyScore(usize),
    /// Sum of the baseline's scores over those queries.
    TheirScore(usize),
}

/// Lanes that every policy has.
const FIXED: usize = 10;

/// Where each lane stands in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Number of baselines.
    pub baselines: usize,
    /// Whether scores are known for every query and endpoint in use, and an account for every one or
    /// for none: then what is known of policy and baseline is what is known of the policy, and needs no
    /// lanes of its own.
    pub dense: bool,
}

impl Layout {
    /// Lanes of a row.
    pub fn width(&self) -> usize {
        FIXED + 2 * ACCOUNTS.len() + self.lanes_a_baseline() * self.baselines
    }

    fn lanes_a_pair(&self) -> usize {
        if self.dense { 1 } else { 3 }
    }

    /// The accounts' lanes and the scores'.
    fn lanes_a_baseline(&self) -> usize {
        self.lanes_a_pair() * ACCOUNTS.len() + if self.dense { 1 } else { 2 }
    }

    /// The positions of numerator and denominator of the ratios whose denominators depend on who serves a query:
    /// none where every cell is known.
    pub fn ratios(self) -> impl Iterator<Item = [usize; 2]> {
        let pair = move |above: Lane, below: Lane| [self.at(above), self.at(below)];
        let of_baseline = move |baseline: usize| {
            (0..ACCOUNTS.len()).map(move |account| pair(Lane::Mine(baseline, account), Lane::Theirs(baseline, account)))
        };
        let baselines = if self.dense { 0 } else { self.baselines };
        let scores = (!self.dense).then(|| pair(Lane::Score, Lane::Scored));
        scores.into_iter().chain((0..baselines).flat_map(of_baseline))
    }

    /// The position of a lane.
    #[inline]
    pub fn at(&self, lane: Lane) -> usize {
        let first = |baseline: usize| FIXED + 2 * ACCOUNTS.len() + self.lanes_a_baseline() * baseline;
        let pair = |baseline: usize, account: usize| first(baseline) + self.lanes_a_pair() * account;
        match lane {
            Lane::Queries => 0,
            Lane::Scored => 1,
            Lane::Score => 2,
            Lane::Correct => 3,
            Lane::Agreement => 4,
            Lane::TierAgreement => 5,
            Lane::Solvable => 6,
            Lane::Adequate => 7,
            Lane::PowerKnown => 8,
            Lane::Power => 9,
            Lane::Known(account) => FIXED + 2 * account,
            Lane::Sum(account) => FIXED + 2 * account + 1,
            Lane::Theirs(baseline, account) => pair(baseline, account),
            Lane::Both(_, account) if self.dense => self.at(Lane::Known(account)),
            Lane::Mine(_, account) if self.dense => self.at(Lane::Sum(account)),
            Lane::Both(baseline, account) => pair(baseline, account) + 1,
            Lane::Mine(baseline, account) => pair(baseline, account) + 2,
            Lane::TheirScore(baseline) => pair(baseline, ACCOUNTS.len()),
            Lane::MyScore(_) if self.dense => self.at(Lane::Score),
            Lane::MyScore(baseline) => pair(baseline, ACCOUNTS.len()) + 1,
        }
    }
}

/// Results as lanes are computed from them: of a block of queries, or of one.
pub trait Results {
    /// Whether a query left the comparison.
    fn skipped(&self, index: usize) -> bool;
    /// The endpoint of its first attempt.
    fn first(&self, index: usize) -> EndpointIx;
    /// The score of its answer, NaN where not known.
    fn score(&self, index: usize) -> f64;
    /// What it took in an account, NaN where not known.
    fn total(&self, account: usize, index: usize) -> f64;
}

/// What is done with each lane, by its position in the layout.
pub trait LaneVisitor {
    /// A lane that counts queries: whether it counts one of the block.
    fn count(&mut self, lane: usize, is: impl Fn(usize) -> bool);
    /// A lane that adds up a quantity: what a query of the block adds, NaN for nothing.
    fn sum(&mut self, lane: usize, value: impl Fn(usize) -> f64);
}

/// Hands every lane of some results to a visitor. The one place that says what a lane is.
pub fn visit_lanes(layout: Layout, results: &impl Results, reference: &Reference, visitor: &mut impl LaneVisitor) {
    let is_local = |endpoint: EndpointIx| reference.local.get(endpoint as usize).copied().unwrap_or(false);
    let correct = |index: usize| results.score(index) >= reference.correct_at;
    let agrees = |index: usize| !results.skipped(index) && results.first(index) == reference.oracle[index];
    let tier_agrees = |index: usize| !results.skipped(index) && is_local(results.first(index)) == is_local(reference.oracle[index]);
    let solvable = |index: usize| !results.skipped(index) && reference.solvable[index];
    let power = |index: usize| line::power(results.total(ENERGY, index), results.total(LATENCY, index));
    visitor.count(layout.at(Lane::Queries), |index| !results.skipped(index));
    visitor.count(layout.at(Lane::Scored), |index| !results.score(index).is_nan());
    visitor.sum(layout.at(Lane::Score), |index| results.score(index));
    visitor.count(layout.at(Lane::Correct), correct);
    visitor.count(layout.at(Lane::Agreement), agrees);
    visitor.count(layout.at(Lane::TierAgreement), tier_agrees);
    visitor.count(layout.at(Lane::Solvable), solvable);
    visitor.count(layout.at(Lane::Adequate), |index| solvable(index) && correct(index));
    visitor.count(layout.at(Lane::PowerKnown), |index| !power(index).is_nan());
    visitor.sum(layout.at(Lane::Power), power);
    for (baseline, scores) in reference.baseline_scores.iter().enumerate() {
        let if_both = |index: usize, score: f64| if results.score(index).is_nan() { f64::NAN } else { score };
        visitor.sum(layout.at(Lane::TheirScore(baseline)), |index| if_both(index, scores[index]));
        if !layout.dense {
            let mine = |index: usize| if scores[index].is_nan() { f64::NAN } else { results.score(index) };
            visitor.sum(layout.at(Lane::MyScore(baseline)), mine);
        }
    }
    for account in 0..ACCOUNTS.len() {
        let unit = UNITS[account];
        visitor.count(layout.at(Lane::Known(account)), |index| !results.total(account, index).is_nan());
        visitor.sum(layout.at(Lane::Sum(account)), |index| results.total(account, index) / unit);
        for (baseline, theirs) in reference.baselines.iter().enumerate() {
            let both = |index: usize| !results.total(account, index).is_nan() && !theirs[account][index].is_nan();
            let if_both = |index: usize, value: f64| if both(index) { value / unit } else { f64::NAN };
            visitor.sum(layout.at(Lane::Theirs(baseline, account)), |index| if_both(index, theirs[account][index]));
            if !layout.dense {
                visitor.count(layout.at(Lane::Both(baseline, account)), both);
                visitor.sum(layout.at(Lane::Mine(baseline, account)), |index| if_both(index, results.total(account, index)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Metric;

    #[test]
    fn only_operations_are_counted_in_bulk() {
        for (metric, unit) in ACCOUNTS.into_iter().zip(UNITS) {
            assert_eq!(unit, if metric == Metric::Flops { 2f64.powi(40) } else { 1.0 }, "{metric}");
        }
    }
}
