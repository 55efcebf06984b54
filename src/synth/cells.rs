//! The queries of a generated trace by data set and category, and stratified draws within them.

use std::ops::Range;

use rayon::prelude::*;

use super::quantile::normal_quantiles;
use super::spec::Answers;
use crate::draw::{Draws, Stream, StreamDraws};

/// The queries of one category of one data set, next to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub dataset: usize,
    pub category: usize,
    pub queries: Range<usize>,
}

/// The cells of a trace of `total` queries: shares by the largest remainder, so that counts are exact.
pub(super) fn cells(answers: &Answers, total: usize) -> Vec<Cell> {
    let keys = answers.datasets.iter().enumerate();
    let keys =
        keys.flat_map(|(dataset, spec)| spec.categories.iter().enumerate().map(move |(category, spec)| (dataset, category, spec.queries)));
    let keys: Vec<(usize, usize, f64)> = keys.collect();
    let whole: f64 = keys.iter().map(|(_, _, queries)| queries).sum();
    let exact: Vec<f64> = keys.iter().map(|(_, _, queries)| queries / whole * total as f64).collect();
    let mut counts: Vec<usize> = exact.iter().map(|exact| (exact + 1e-9).floor() as usize).collect();
    let mut by_remainder: Vec<usize> = (0..keys.len()).collect();
    by_remainder.sort_by(|&a, &b| (exact[b] - counts[b] as f64).total_cmp(&(exact[a] - counts[a] as f64)).then(a.cmp(&b)));
    let missing = total - counts.iter().sum::<usize>().min(total);
    by_remainder.iter().take(missing).for_each(|&index| counts[index] += 1);
    let mut start = 0;
    let cell = |((dataset, category, _), count): (&(usize, usize, f64), usize)| {
        start += count;
        Cell { dataset: *dataset, category: *category, queries: start - count..start }
    };
    keys.iter().zip(counts).map(cell).collect()
}

/// Queries of a cell that are worked on at a time.
const PIECE: usize = 1 << 14;

/// A number for each query. `fill` is told a cell, some of its queries and where their numbers go.
pub(super) fn filled(cells: &[Cell], fill: impl Fn(&Cell, Range<usize>, &mut [f64]) + Sync) -> Vec<f64> {
    filled_by(PIECE, cells, fill)
}

fn filled_by(piece: usize, cells: &[Cell], fill: impl Fn(&Cell, Range<usize>, &mut [f64]) + Sync) -> Vec<f64> {
    let mut out = vec![0.0; cells.last().map_or(0, |cell| cell.queries.end)];
    let mut rest = out.as_mut_slice();
    let mut pieces = Vec::new();
    for cell in cells {
        for start in cell.queries.clone().step_by(piece) {
            let queries = start..cell.queries.end.min(start.saturating_add(piece));
            let (part, after) = rest.split_at_mut(queries.len());
            pieces.push((cell, queries, part));
            rest = after;
        }
    }
    pieces.into_par_iter().with_max_len(1).for_each(|(cell, queries, part)| {
        crate::work::go_on();
        fill(cell, queries, part);
    });
    out
}

/// A standard normal number for each query. Within each cell the numbers fill the distribution evenly
/// (one from each of as many equally likely strata, in random order: a Latin hypercube, McKay et al.
/// 1979), so that means over a cell are nearly exact.
pub(super) fn stratified(cells: &[Cell], draws: &Draws, stream: Stream, dimension: u64) -> Vec<f64> {
    let numbers = draws.stream(stream, dimension);
    filled_by(usize::MAX, cells, |_, queries, part| {
        let count = part.len();
        let order = shuffled(count, &numbers, queries.start as u64);
        // Other keys than those that chose the strata.
        numbers.uniforms(queries.start as u64 | 1 << 40, part);
        for (place, stratum) in part.iter_mut().zip(order) {
            *place = (f64::from(stratum) + place.clamp(1e-9, 1.0 - 1e-9)) / count as f64;
        }
        normal_quantiles(part);
    })
}

/// The numbers below `count` in random order (Fisher & Yates 1938); `key` is that of the first draw.
pub(super) fn shuffled(count: usize, numbers: &StreamDraws, key: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count as u32).collect();
    for last in (1..count).rev() {
        order.swap(last, numbers.below(key + last as u64, last + 1));
    }
    order
}
