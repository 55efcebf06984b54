//! The bootstrap: buckets of queries, resampled with replacement.
//!
//! Queries are spread over [`BUCKETS`] by hash, and whole buckets are resampled (Efron & Tibshirani
//! 1993, chapter 6). All policies of a run share the resamples, so that differences between policies
//! are paired. A policy's own draws are independent from query to query, so that resampling queries
//! covers them together with the sample.
//!
//! Most of what tests do, unoptimised, is resampling: the inner loops count by hand, which takes a fraction of the time
//! that iterators and ranges do.

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
        let resample = |(keys, drawn): &mut (Vec<u32>, Vec<u32>), resample: usize| {
            keys.resize(BUCKETS, 0);
            number_from((resample * BUCKETS) as u32, keys);
            draws.stream(Stream::Bootstrap, 0).all_below(keys, BUCKETS as u32, drawn);
            counted(drawn)
        };
        Weights { counts: (0..RESAMPLES).into_par_iter().with_min_len(64).map_init(Default::default, resample).collect() }
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

/// Numbers keys in order.
fn number_from(first: u32, keys: &mut [u32]) {
    let mut place = 0;
    while place < keys.len() {
        keys[place] = first + place as u32;
        place += 1;
    }
}

/// The buckets among some, ascending, each with how often it is there.
fn counted(buckets: &[u32]) -> Vec<(u16, u16)> {
    let (mut counts, mut place) = ([0u16; BUCKETS], 0);
    while place < buckets.len() {
        counts[buckets[place] as usize] += 1;
        place += 1;
    }
    let (mut list, mut length, mut bucket) = ([(0, 0); BUCKETS], 0, 0);
    while bucket < BUCKETS {
        // The next one takes the place of a bucket that is not there.
        list[length] = (bucket as u16, counts[bucket]);
        length += (counts[bucket] > 0) as usize;
        bucket += 1;
    }
    list[..length].to_vec()
}

/// Lanes that are summed side by side.
const SIDE_BY_SIDE: usize = 8;
/// Groups of them that are summed in one pass, as each waits for one addition after the other: those of one baseline.
const GROUPS_AT_A_TIME: usize = 3;

/// The lanes of all buckets as numbers, in groups of lanes that are summed side by side.
struct Numbers {
    width: usize,
    /// Group after group, each bucket after bucket; lanes beyond the last are 0.
    groups: Vec<Group>,
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
        let (mut held, mut length, mut place) = ([(0, 0.0); BUCKETS], 0, 0);
        while place < counts.len() {
            let (bucket, count) = (counts[place].0 as usize, counts[place].1 as f64);
            held[length] = (bucket, count);
            length += self.held[bucket] as usize;
            place += 1;
        }
        let held = &held[..length];
        let mut sums = Vec::with_capacity(self.groups.len() * SIDE_BY_SIDE);
        let (several, rest) = self.groups.as_chunks::<GROUPS_AT_A_TIME>();
        several.iter().for_each(|groups| add_up(groups, held, &mut sums));
        rest.iter().for_each(|group| add_up(std::array::from_ref(group), held, &mut sums));
        sums.truncate(self.width);
        sums
    }
}

/// The lanes of a group by bucket.
type Group = Vec<[f64; SIDE_BY_SIDE]>;

/// Appends the sums of some groups of lanes.
fn add_up<const GROUPS: usize>(groups: &[Group; GROUPS], counts: &[(usize, f64)], sums: &mut Vec<f64>) {
    let mut sum = [[0.0; SIDE_BY_SIDE]; GROUPS];
    wide::run(Weighted { groups: groups.each_ref().map(Vec::as_slice), counts, sum: &mut sum });
    sums.extend(sum.as_flattened());
}

/// Adds up buckets, each as often as a resample has it.
struct Weighted<'a, const GROUPS: usize> {
    groups: [&'a [[f64; SIDE_BY_SIDE]]; GROUPS],
    counts: &'a [(usize, f64)],
    sum: &'a mut [[f64; SIDE_BY_SIDE]; GROUPS],
}

impl<const GROUPS: usize> Loop for Weighted<'_, GROUPS> {
    #[inline(always)]
    fn run(self) {
        let Weighted { groups, counts, sum } = self;
        let (mut sums, mut place) = (*sum, 0);
        while place < counts.len() {
            let (bucket, count) = counts[place];
            let mut group = 0;
            while group < GROUPS {
                let (cells, mut lane) = (&groups[group][bucket], 0);
                while lane < SIDE_BY_SIDE {
                    sums[group][lane] += count * cells[lane];
                    lane += 1;
                }
                group += 1;
            }
            place += 1;
        }
        *sum = sums;
    }
}
