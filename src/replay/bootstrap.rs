//! The bootstrap: buckets of queries, resampled with replacement.
//!
//! Queries are spread over [`BUCKETS`] by hash, and whole buckets are resampled (Efron & Tibshirani
//! 1993, chapter 6). All policies of a run share the resamples, so that differences between policies
//! are paired. A policy's own draws are independent from query to query, so that resampling queries
//! covers them together with the sample.

use rayon::prelude::*;

use super::tally::{BUCKETS, Rows};
use crate::draw::{Draws, Stream};

/// Resamples for an interval.
pub const RESAMPLES: usize = 1000;

/// How often each bucket is in each resample.
#[derive(Debug, Clone)]
pub struct Weights {
    counts: Vec<Vec<u16>>,
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
pub fn buckets(seed: u64, rows: impl Iterator<Item = u32>) -> Vec<u32> {
    let hash = Draws::new(seed, 0).stream(Stream::Bucket, 0);
    rows.map(|row| hash.below(u64::from(row), BUCKETS) as u32).collect()
}

impl Weights {
    /// The resamples of a seed.
    pub fn new(seed: u64) -> Self {
        let draws = Draws::new(seed, 0);
        let resample = |resample: usize| {
            let stream = draws.stream(Stream::Bootstrap, 0);
            let mut counts = vec![0u16; BUCKETS];
            (0..BUCKETS).for_each(|draw| counts[stream.below((resample * BUCKETS + draw) as u64, BUCKETS)] += 1);
            counts
        };
        Weights { counts: (0..RESAMPLES).into_par_iter().map(resample).collect() }
    }

    /// The sums of some lanes over all resamples; `replicates` divides what replicates added up.
    pub fn apply(&self, buckets: &Rows, replicates: u32) -> Resampled {
        let scale = 1.0 / f64::from(replicates);
        let numbers: Vec<Vec<f64>> =
            (0..buckets.len()).map(|row| buckets.row(row).iter().map(|cell| cell.to_f64() * scale).collect()).collect();
        let width = numbers.first().map_or(0, Vec::len);
        // Small groups of queries leave most buckets empty: a row of zeros adds nothing.
        let held: Vec<(usize, &Vec<f64>)> = numbers.iter().enumerate().filter(|(_, row)| row.iter().any(|cell| *cell != 0.0)).collect();
        let sum = |counts: &Vec<u16>| {
            let mut sum = vec![0.0; width];
            for (row, count) in held.iter().map(|&(bucket, row)| (row, counts[bucket])).filter(|(_, count)| *count > 0) {
                let count = f64::from(count);
                sum.iter_mut().zip(row).for_each(|(sum, cell)| *sum += count * cell);
            }
            sum
        };
        Resampled {
            point: buckets.total().iter().map(|cell| cell.to_f64() * scale).collect(),
            draws: self.counts.par_iter().map(sum).collect(),
            filled: numbers.iter().filter(|row| row.first().is_some_and(|queries| *queries > 0.0)).count(),
        }
    }
}
