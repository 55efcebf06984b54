//! The bootstrap: buckets of queries, resampled with replacement.
//!
//! Queries are spread over [`BUCKETS`] by hash, and whole buckets are resampled (Efron & Tibshirani
//! 1993, chapter 6). All policies of a run share the resamples, so that differences between policies
//! are paired. A policy's own draws are independent from query to query, so that resampling queries
//! covers them together with the sample.

use rayon::prelude::*;

use super::rows::Rows;
use super::tally::BUCKETS;
use crate::draw::{Draws, Stream};
use crate::wide::{self, Loop};

/// Resamples for an interval.
pub const RESAMPLES: usize = 1000;

/// How often each bucket is in each resample.
#[derive(Debug, Clone)]
pub struct Weights {
    /// By resample the buckets that it holds, ascending, each with how often.
    counts: Vec<Vec<(u16, u16)>>,
}

/// Sums of lanes: over all queries, and over each resample of them.
#[derive(Debug, Clone)]
pub struct Resampled {
    /// Over all queries.
    pub point: Vec<f64>,
    /// Over each resample.
    pub draws: Vec<Vec<f64>>,
    /// Buckets that hold any query: the effective size of what is resampled.
    pub filled: usize,
}

/// The bucket of each query, by its row number in the trace: a query has the same one in every run of a seed.
pub fn buckets(seed: u64, rows: &[u32]) -> Vec<u32> {
    let mut buckets = Vec::new();
    Draws::new(seed, 0).stream(Stream::Bucket, 0).all_below(rows, BUCKETS as u32, &mut buckets);
    buckets
}

impl Weights {
    /// The resamples of a seed.
    pub fn new(seed: u64) -> Self {
        let draws = Draws::new(seed, 0);
        let resample = |resample: usize| {
            let stream = draws.stream(Stream::Bootstrap, 0);
            let mut counts = vec![0u16; BUCKETS];
            (0..BUCKETS).for_each(|draw| counts[stream.below((resample * BUCKETS + draw) as u64, BUCKETS)] += 1);
            (0u16..).zip(counts).filter(|(_, count)| *count > 0).collect()
        };
        Weights { counts: (0..RESAMPLES).into_par_iter().map(resample).collect() }
    }

    /// The sums of some lanes over all resamples; `replicates` divides what replicates added up.
    pub fn apply(&self, buckets: &Rows, replicates: u32) -> Resampled {
        let scale = 1.0 / f64::from(replicates);
        let numbers = Numbers::new(buckets, scale);
        Resampled {
            point: buckets.total().iter().map(|cell| cell.to_f64() * scale).collect(),
            draws: self.counts.par_iter().with_min_len(64).map(|counts| numbers.sum(counts)).collect(),
            filled: numbers.filled,
        }
    }
}

/// Lanes that are summed side by side.
const SIDE_BY_SIDE: usize = 8;

/// The lanes of all buckets as numbers, in groups of lanes that are summed side by side.
struct Numbers {
    width: usize,
    /// Group after group, each bucket after bucket; lanes beyond the last are 0.
    groups: Vec<Vec<[f64; SIDE_BY_SIDE]>>,
    /// By bucket whether it holds anything: small groups of queries leave most buckets empty.
    held: Vec<bool>,
    filled: usize,
}

impl Numbers {
    fn new(buckets: &Rows, scale: f64) -> Self {
        let width = buckets.width();
        let mut groups = vec![vec![[0.0; SIDE_BY_SIDE]; buckets.len()]; width.div_ceil(SIDE_BY_SIDE)];
        let mut held = vec![false; buckets.len()];
        let mut filled = 0;
        for (lane, column) in buckets.lanes().enumerate() {
            let group = &mut groups[lane / SIDE_BY_SIDE];
            for ((bucket, cell), held) in column.iter().enumerate().zip(&mut held) {
                let number = cell.to_f64() * scale;
                group[bucket][lane % SIDE_BY_SIDE] = number;
                *held |= number != 0.0;
                filled += usize::from(lane == 0 && number > 0.0);
            }
        }
        Numbers { width, groups, held, filled }
    }

    /// The sums of a resample: bucket after bucket, in the order of the buckets.
    fn sum(&self, counts: &[(u16, u16)]) -> Vec<f64> {
        let counts: Vec<(usize, f64)> = counts.iter().map(|&(bucket, count)| (usize::from(bucket), f64::from(count))).collect();
        let counts: Vec<(usize, f64)> = counts.into_iter().filter(|(bucket, _)| self.held[*bucket]).collect();
        let mut sums = Vec::with_capacity(self.groups.len() * SIDE_BY_SIDE);
        for group in &self.groups {
            let mut sum = [0.0; SIDE_BY_SIDE];
            wide::run(Weighted { group, counts: &counts, sum: &mut sum });
            sums.extend(sum);
        }
        sums.truncate(self.width);
        sums
    }
}

/// Adds up buckets, each as often as a resample has it.
struct Weighted<'a> {
    group: &'a [[f64; SIDE_BY_SIDE]],
    counts: &'a [(usize, f64)],
    sum: &'a mut [f64; SIDE_BY_SIDE],
}

impl Loop for Weighted<'_> {
    #[inline(always)]
    fn run(self) {
        let mut sum = *self.sum;
        for &(bucket, count) in self.counts {
            let cells = &self.group[bucket];
            // By number: what tests run unoptimised takes a fraction of the time of iterators.
            #[allow(clippy::needless_range_loop)]
            for lane in 0..SIDE_BY_SIDE {
                sum[lane] += count * cells[lane];
            }
        }
        *self.sum = sum;
    }
}
