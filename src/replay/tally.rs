//! Tallies: exact sums for each policy, by bootstrap bucket and by group of queries.

use super::account::{AccountBlock, Status};
use super::exact::Exact;
use super::histogram::Histogram;
use super::line::{self, ENERGY, LATENCY};
use crate::trace::EndpointIx;
use crate::workload::ACCOUNTS;

/// Queries are spread over this many buckets by hash: the units that a bootstrap resamples.
pub const BUCKETS: usize = 1000;

/// By account the unit in which lanes hold it. A day of queries takes 10^22 FLOP and more, which as
/// single operations would leave the range of [`Exact`]: they are added up in units of 2^40.
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

/// Rows of lanes: for each bucket, group or replicate one. Kept lane by lane, so that adding a block
/// of queries works through one small column after the other, in the nearest cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    rows: usize,
    cells: Vec<Exact>,
}

impl Rows {
    /// Rows of zeros.
    pub fn new(rows: usize, width: usize) -> Self {
        Rows { rows, cells: vec![Exact::ZERO; rows * width] }
    }

    /// A row: a sum for each lane.
    pub fn row(&self, row: usize) -> Vec<Exact> {
        self.cells.chunks_exact(self.rows).map(|lane| lane[row]).collect()
    }

    /// The cells of a lane, a row each.
    #[inline]
    pub fn lane_mut(&mut self, lane: usize) -> &mut [Exact] {
        &mut self.cells[lane * self.rows..(lane + 1) * self.rows]
    }

    /// The lanes, a column each.
    pub fn lanes(&self) -> impl Iterator<Item = &[Exact]> {
        self.cells.chunks_exact(self.rows)
    }

    /// Number of lanes.
    pub fn width(&self) -> usize {
        self.cells.len() / self.rows.max(1)
    }

    /// The lanes, a column each, to be changed.
    pub fn lanes_mut(&mut self) -> impl Iterator<Item = &mut [Exact]> {
        self.cells.chunks_exact_mut(self.rows)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds another's rows.
    pub fn merge(&mut self, other: &Rows) {
        self.cells.iter_mut().zip(&other.cells).for_each(|(mine, &theirs)| *mine += theirs);
    }

    /// The same rows in other places among so many.
    pub fn placed(&self, places: &[usize], rows: usize) -> Rows {
        let mut out = Rows::new(rows, self.cells.len() / self.rows.max(1));
        for (into, lane) in out.lanes_mut().zip(self.cells.chunks_exact(self.rows)) {
            places.iter().zip(lane).for_each(|(&place, &cell)| into[place] = cell);
        }
        out
    }

    /// The sum of all rows.
    pub fn total(&self) -> Vec<Exact> {
        let sum = |lane: &[Exact]| {
            lane.iter().fold(Exact::ZERO, |mut sum, &cell| {
                sum += cell;
                sum
            })
        };
        self.cells.chunks_exact(self.rows).map(sum).collect()
    }
}

/// What a policy's replay adds up to. Tallies of parts of a workload merge into that of the whole,
/// in any order and to the last bit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// By bootstrap bucket, all replicates together.
    pub buckets: Rows,
    /// By group of queries (data set and category), all replicates together.
    pub groups: Rows,
    /// By replicate.
    pub replicates: Rows,
    /// Answers that stand, by endpoint; the last one is nobody's.
    pub served: Vec<u64>,
    /// Attempts by endpoint.
    pub attempts: Vec<u64>,
    /// Queries by status: served, nobody, unserved, skipped.
    pub status: [u64; 4],
    /// By account the sum of estimated cells that were paid, in its unit of [`UNITS`].
    pub estimated: [Exact; ACCOUNTS.len()],
    /// Latencies of the answers that stand.
    pub latency: Histogram,
    /// Answers from which a policy that learns could learn nothing, all replicates together.
    pub unlearned: u64,
}

/// What the tally of a block is compared with: the same for all policies of a pool.
pub struct Reference<'a> {
    /// The group of each query.
    pub group: &'a [u32],
    /// The bucket of each query.
    pub bucket: &'a [u32],
    /// The oracle's endpoint for each query, or [`AccountBlock::NONE`].
    pub oracle: &'a [EndpointIx],
    /// Whether any endpoint of the pool is right.
    pub solvable: &'a [bool],
    /// By endpoint: whether it is local to the pool.
    pub local: &'a [bool],
    /// By baseline and account what the baseline takes for each query, NaN where not known.
    pub baselines: &'a [[Vec<f64>; ACCOUNTS.len()]],
    /// By baseline the score of its answer to each query, NaN where not known.
    pub baseline_scores: &'a [Vec<f64>],
    /// The score from which an answer is correct.
    pub correct_at: f64,
}

impl Tally {
    /// A tally of nothing yet.
    pub fn new(layout: Layout, groups: usize, replicates: usize, endpoints: usize) -> Self {
        let width = layout.width();
        Tally {
            buckets: Rows::new(BUCKETS, width),
            groups: Rows::new(groups, width),
            replicates: Rows::new(replicates, width),
            served: vec![0; endpoints + 1],
            attempts: vec![0; endpoints],
            status: [0; 4],
            estimated: [Exact::ZERO; ACCOUNTS.len()],
            latency: Histogram::default(),
            unlearned: 0,
        }
    }

    /// Adds the results of a block in one replicate.
    pub fn add(&mut self, layout: Layout, results: &AccountBlock, reference: &Reference, replicate: usize) {
        self.count(results);
        visit_lanes(layout, results, reference, &mut Adder { tally: self, reference, replicate });
    }

    /// Counts what became of the queries of a block.
    pub fn count(&mut self, results: &AccountBlock) {
        for (index, &status) in results.status.iter().enumerate() {
            self.status[status as usize] += 1;
            match status {
                Status::Served => self.served[results.served_by[index] as usize] += 1,
                Status::Nobody => *self.served.last_mut().unwrap_or(&mut 0) += 1,
                _ => {}
            }
            let seconds = results.totals[LATENCY][index];
            if status == Status::Served && !seconds.is_nan() {
                self.latency.add(seconds);
            }
        }
        results.attempts.iter().for_each(|(_, endpoint)| self.attempts[*endpoint as usize] += 1);
    }

    /// Adds the tally of another part of the workload.
    pub fn merge(&mut self, other: &Tally) {
        self.buckets.merge(&other.buckets);
        self.groups.merge(&other.groups);
        self.replicates.merge(&other.replicates);
        self.served.iter_mut().zip(&other.served).for_each(|(mine, theirs)| *mine += theirs);
        self.attempts.iter_mut().zip(&other.attempts).for_each(|(mine, theirs)| *mine += theirs);
        self.status.iter_mut().zip(&other.status).for_each(|(mine, theirs)| *mine += theirs);
        self.estimated.iter_mut().zip(&other.estimated).for_each(|(mine, theirs)| *mine += *theirs);
        self.latency.merge(&other.latency);
        self.unlearned += other.unlearned;
    }
}

/// Adds a block's lanes to a tally, one after the other.
struct Adder<'a> {
    tally: &'a mut Tally,
    reference: &'a Reference<'a>,
    replicate: usize,
}

impl Adder<'_> {
    fn add(&mut self, lane: usize, value: impl Fn(usize) -> Exact) {
        let buckets = self.tally.buckets.lane_mut(lane);
        let groups = self.tally.groups.lane_mut(lane);
        let mut sum = Exact::ZERO;
        for (index, (&bucket, &group)) in self.reference.bucket.iter().zip(self.reference.group).enumerate() {
            let value = value(index);
            buckets[bucket as usize] += value;
            groups[group as usize] += value;
            sum += value;
        }
        self.tally.replicates.lane_mut(lane)[self.replicate] += sum;
    }
}

impl LaneVisitor for Adder<'_> {
    fn count(&mut self, lane: usize, is: impl Fn(usize) -> bool) {
        self.add(lane, |index| Exact::count(is(index)));
    }

    fn sum(&mut self, lane: usize, value: impl Fn(usize) -> f64) {
        self.add(lane, |index| Exact::known(value(index)));
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
