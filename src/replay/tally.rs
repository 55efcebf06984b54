//! Tallies: exact sums for each policy, by bootstrap bucket and by group of queries.

use super::account::{AccountBlock, QueryResult, Status};
use super::exact::Exact;
use super::histogram::Histogram;
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
/// Lanes for each baseline: three for each account, two for the scores.
const PAIRED: usize = 3 * ACCOUNTS.len() + 2;

/// Where each lane stands in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Number of baselines.
    pub baselines: usize,
}

impl Layout {
    /// Lanes of a row.
    pub fn width(&self) -> usize {
        FIXED + 2 * ACCOUNTS.len() + PAIRED * self.baselines
    }

    /// The position of a lane.
    #[inline]
    pub fn at(&self, lane: Lane) -> usize {
        let pair = |baseline: usize, account: usize| FIXED + 2 * ACCOUNTS.len() + PAIRED * baseline + 3 * account;
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
            Lane::Both(baseline, account) => pair(baseline, account),
            Lane::Mine(baseline, account) => pair(baseline, account) + 1,
            Lane::Theirs(baseline, account) => pair(baseline, account) + 2,
            Lane::MyScore(baseline) => pair(baseline, ACCOUNTS.len()),
            Lane::TheirScore(baseline) => pair(baseline, ACCOUNTS.len()) + 1,
        }
    }
}

/// Rows of lanes: for each bucket, group or replicate one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    width: usize,
    cells: Vec<Exact>,
}

impl Rows {
    /// Rows of zeros.
    pub fn new(rows: usize, width: usize) -> Self {
        Rows { width, cells: vec![Exact::ZERO; rows * width] }
    }

    /// A row.
    #[inline]
    pub fn row(&self, row: usize) -> &[Exact] {
        &self.cells[row * self.width..(row + 1) * self.width]
    }

    /// Adds a row of lanes to a row.
    #[inline]
    pub fn add(&mut self, row: usize, lanes: &[Exact]) {
        let cells = &mut self.cells[row * self.width..(row + 1) * self.width];
        cells.iter_mut().zip(lanes).for_each(|(cell, &lane)| *cell += lane);
    }

    /// Adds the difference of two rows of lanes to a row.
    #[inline]
    pub fn add_difference(&mut self, row: usize, plus: &[Exact], minus: &[Exact]) {
        let cells = &mut self.cells[row * self.width..(row + 1) * self.width];
        for ((cell, &plus), &minus) in cells.iter_mut().zip(plus).zip(minus) {
            *cell += plus;
            *cell -= minus;
        }
    }

    /// Puts lanes into a row.
    pub fn set(&mut self, row: usize, lanes: &[Exact]) {
        self.cells[row * self.width..(row + 1) * self.width].copy_from_slice(lanes);
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.cells.len() / self.width
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Adds another's rows.
    pub fn merge(&mut self, other: &Rows) {
        self.cells.iter_mut().zip(&other.cells).for_each(|(mine, &theirs)| *mine += theirs);
    }

    /// The sum of all rows.
    pub fn total(&self) -> Vec<Exact> {
        let mut total = vec![Exact::ZERO; self.width];
        for row in self.cells.chunks_exact(self.width) {
            total.iter_mut().zip(row).for_each(|(sum, &cell)| *sum += cell);
        }
        total
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
    /// Positions of energy and latency among the accounts.
    pub power: (usize, usize),
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
        }
    }

    /// Adds the results of a block in one replicate.
    pub fn add(&mut self, layout: Layout, results: &AccountBlock, reference: &Reference, replicate: usize) {
        let mut lanes = vec![Exact::ZERO; layout.width()];
        let mut sum = vec![Exact::ZERO; layout.width()];
        for index in 0..results.status.len() {
            self.count(results, index, reference.power.1);
            if results.status[index] == Status::Skipped {
                continue;
            }
            lanes.fill(Exact::ZERO);
            fill(&mut lanes, layout, &results.get(index), reference, index);
            self.buckets.add(reference.bucket[index] as usize, &lanes);
            self.groups.add(reference.group[index] as usize, &lanes);
            sum.iter_mut().zip(&lanes).for_each(|(sum, &lane)| *sum += lane);
        }
        self.replicates.add(replicate, &sum);
        results.attempts.iter().for_each(|(_, endpoint)| self.attempts[*endpoint as usize] += 1);
    }

    fn count(&mut self, results: &AccountBlock, index: usize, latency: usize) {
        let status = results.status[index];
        self.status[status as usize] += 1;
        match status {
            Status::Served => self.served[results.served_by[index] as usize] += 1,
            Status::Nobody => *self.served.last_mut().unwrap_or(&mut 0) += 1,
            _ => {}
        }
        let seconds = results.totals[latency][index];
        if status == Status::Served && !seconds.is_nan() {
            self.latency.add(seconds);
        }
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
    }
}

/// The lanes of one query.
#[inline]
pub fn fill(lanes: &mut [Exact], layout: Layout, result: &QueryResult, reference: &Reference, index: usize) {
    let one = |yes: bool| if yes { Exact::ONE } else { Exact::ZERO };
    let score = result.score;
    let correct = score >= reference.correct_at;
    let (first, oracle) = (result.first, reference.oracle[index]);
    let is_local = |endpoint: EndpointIx| reference.local.get(endpoint as usize).copied().unwrap_or(false);
    lanes[layout.at(Lane::Queries)] = Exact::ONE;
    if !score.is_nan() {
        lanes[layout.at(Lane::Scored)] = Exact::ONE;
        lanes[layout.at(Lane::Score)] = Exact::new(score);
    }
    for (baseline, scores) in reference.baseline_scores.iter().enumerate() {
        if !score.is_nan() && !scores[index].is_nan() {
            lanes[layout.at(Lane::MyScore(baseline))] = Exact::new(score);
            lanes[layout.at(Lane::TheirScore(baseline))] = Exact::new(scores[index]);
        }
    }
    lanes[layout.at(Lane::Correct)] = one(correct);
    lanes[layout.at(Lane::Agreement)] = one(first == oracle);
    lanes[layout.at(Lane::TierAgreement)] = one(is_local(first) == is_local(oracle));
    lanes[layout.at(Lane::Solvable)] = one(reference.solvable[index]);
    lanes[layout.at(Lane::Adequate)] = one(reference.solvable[index] && correct);
    let (energy, latency) = (result.totals[reference.power.0], result.totals[reference.power.1]);
    if latency > 0.0 && !energy.is_nan() {
        lanes[layout.at(Lane::PowerKnown)] = Exact::ONE;
        lanes[layout.at(Lane::Power)] = Exact::new(energy / latency);
    }
    for (account, mine) in result.totals.into_iter().enumerate() {
        if mine.is_nan() {
            continue;
        }
        let mine = Exact::new(mine / UNITS[account]);
        lanes[layout.at(Lane::Known(account))] = Exact::ONE;
        lanes[layout.at(Lane::Sum(account))] = mine;
        for (baseline, accounts) in reference.baselines.iter().enumerate() {
            let theirs = accounts[account][index];
            if !theirs.is_nan() {
                lanes[layout.at(Lane::Both(baseline, account))] = Exact::ONE;
                lanes[layout.at(Lane::Mine(baseline, account))] = mine;
                lanes[layout.at(Lane::Theirs(baseline, account))] = Exact::new(theirs / UNITS[account]);
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
