//! Tallies: exact sums for each policy, by bootstrap bucket and by group of queries.

use super::account::{AccountBlock, Status};
use super::exact::Exact;
use super::histogram::Histogram;
use super::lane::{LaneVisitor, Layout, visit_lanes};
use super::line::LATENCY;
use super::rows::Rows;
use crate::trace::EndpointIx;
use crate::workload::ACCOUNTS;

/// Queries are spread over this many buckets by hash: the units that a bootstrap resamples.
pub const BUCKETS: usize = 1000;

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
    /// Answers that stand.
    pub served: Served,
    /// Attempts by endpoint.
    pub attempts: Vec<u64>,
    /// Queries by status: served, nobody, unserved, skipped.
    pub status: [u64; 4],
    /// By account the sum of estimated cells that were paid, in its unit of [`UNITS`](super::UNITS).
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

/// Counts of answers that stand, by group of queries and endpoint; behind the endpoints of each group stands
/// the count of queries that nobody was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    endpoints: usize,
    counts: Vec<u64>,
}

impl Served {
    fn new(groups: usize, endpoints: usize) -> Self {
        Served { endpoints, counts: vec![0; groups * (endpoints + 1)] }
    }

    /// One more answer of an endpoint, or nobody's, in a group.
    #[inline]
    pub fn add(&mut self, group: u32, endpoint: usize) {
        self.add_times(group, endpoint, 1);
    }

    /// So many more answers of an endpoint in a group.
    #[inline]
    pub fn add_times(&mut self, group: u32, endpoint: usize, times: u64) {
        self.counts[group as usize * (self.endpoints + 1) + endpoint] += times;
    }

    /// By endpoint, and then nobody's, the answers in a group.
    pub fn of_group(&self, group: usize) -> &[u64] {
        let width = self.endpoints + 1;
        &self.counts[group * width..][..width]
    }

    /// By endpoint, and then nobody's, all answers.
    pub fn all(&self) -> Vec<u64> {
        let mut all = vec![0; self.endpoints + 1];
        for group in self.counts.chunks_exact(self.endpoints + 1) {
            all.iter_mut().zip(group).for_each(|(sum, count)| *sum += count);
        }
        all
    }

    /// The same counts with each group in another place among so many.
    pub fn placed(&self, places: &[usize], groups: usize) -> Served {
        let width = self.endpoints + 1;
        let mut out = Served::new(groups, self.endpoints);
        for (&place, counts) in places.iter().zip(self.counts.chunks_exact(width)) {
            out.counts[place * width..][..width].copy_from_slice(counts);
        }
        out
    }

    /// All counts.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// All counts, to be changed.
    pub(super) fn counts_mut(&mut self) -> &mut [u64] {
        &mut self.counts
    }

    fn merge(&mut self, other: &Served) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
    }
}

impl Tally {
    /// A tally of nothing yet.
    pub fn new(layout: Layout, groups: usize, replicates: usize, endpoints: usize) -> Self {
        let width = layout.width();
        Tally {
            buckets: Rows::new(BUCKETS, width),
            groups: Rows::new(groups, width),
            replicates: Rows::new(replicates, width),
            served: Served::new(groups, endpoints),
            attempts: vec![0; endpoints],
            status: [0; 4],
            estimated: [Exact::ZERO; ACCOUNTS.len()],
            latency: Histogram::default(),
            unlearned: 0,
        }
    }

    /// Adds the results of a block in one replicate.
    pub fn add(&mut self, layout: Layout, results: &AccountBlock, reference: &Reference, replicate: usize) {
        self.count(results, reference.group);
        visit_lanes(layout, results, reference, &mut Adder { tally: self, reference, replicate });
    }

    /// Counts what became of the queries of a block, whose groups are given.
    pub fn count(&mut self, results: &AccountBlock, groups: &[u32]) {
        for (index, (&status, &group)) in results.status.iter().zip(groups).enumerate() {
            self.status[status as usize] += 1;
            match status {
                Status::Served => self.served.add(group, usize::from(results.served_by[index])),
                Status::Nobody => self.served.add(group, self.served.endpoints),
                _ => {}
            }
            let seconds = results.totals[LATENCY][index];
            if status == Status::Served && !seconds.is_nan() {
                self.latency.add(seconds);
            }
        }
        results.attempts.iter().for_each(|(_, endpoint)| self.attempts[*endpoint as usize] += 1);
    }

    /// Whether its counts can be those of so many queries and replicates.
    pub(super) fn counts_agree(&self, terms: u128) -> bool {
        let sum = |counts: &[u64]| counts.iter().map(|count| u128::from(*count)).sum::<u128>();
        let answered = sum(&self.status[..2]);
        sum(&self.status) == terms
            && sum(&self.served.counts) == answered
            && self.latency.counts().map(u128::from).sum::<u128>() <= answered
            && self.attempts.iter().chain([&self.unlearned]).all(|count| u128::from(*count) <= terms)
    }

    /// Adds the tally of another part of the workload.
    pub fn merge(&mut self, other: &Tally) {
        self.buckets.merge(&other.buckets);
        self.groups.merge(&other.groups);
        self.replicates.merge(&other.replicates);
        self.served.merge(&other.served);
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
