//! The queries of a generated trace by data set and category, and stratified draws within them.

use std::ops::Range;

use rayon::prelude::*;

use super::quantile::normal_quantiles;
use super::spec::Answers;
use crate::draw::{Draws, Stream, StreamDraws};
use crate::wide::{self, Loop};

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

/// Queries of a cell that are worked on at a time: so many that a few numbers of each stay in the nearest cache.
pub(super) const PIECE: usize = 1 << 11;

/// The cells in pieces, in order.
pub(super) fn pieces(cells: &[Cell]) -> Vec<(&Cell, Range<usize>)> {
    let of_cell = |cell: &Cell| {
        let end = cell.queries.end;
        cell.queries.clone().step_by(PIECE).map(move |start| start..end.min(start + PIECE))
    };
    cells.iter().flat_map(|cell| of_cell(cell).map(move |queries| (cell, queries))).collect()
}

/// A column cut into parts of these ranges, which follow one another.
pub(super) fn parts<T>(ranges: impl Iterator<Item = Range<usize>>, mut column: &mut [T]) -> impl Iterator<Item = &mut [T]> {
    ranges.map_while(move |range| column.split_off_mut(..range.len()))
}

/// Standard normal numbers that fill the distribution evenly within each cell: one from each of as many equally
/// likely strata, in random order (a Latin hypercube, McKay et al. 1979), so that means over a cell are nearly exact.
pub(super) struct Stratified {
    numbers: StreamDraws,
    /// The stratum of each query within its cell.
    strata: Vec<u32>,
}

impl Stratified {
    /// Puts the strata of each cell in random order.
    pub fn new(cells: &[Cell], draws: &Draws, stream: Stream, dimension: u64) -> Self {
        let numbers = draws.stream(stream, dimension);
        let mut strata = vec![0; cells.last().map_or(0, |cell| cell.queries.end)];
        let cells: Vec<_> = cells.iter().zip(parts(cells.iter().map(|cell| cell.queries.clone()), &mut strata)).collect();
        cells.into_par_iter().with_max_len(1).for_each(|(cell, strata)| {
            crate::work::go_on();
            shuffle(strata, &numbers, cell.queries.start as u64);
        });
        Stratified { numbers, strata }
    }

    /// The numbers of some queries of a cell.
    pub fn normals(&self, cell: &Cell, queries: Range<usize>, out: &mut [f64]) {
        // Other keys than those that chose the strata.
        self.numbers.uniforms(queries.start as u64 | 1 << 40, out);
        wide::run(Places { strata: &self.strata[queries], count: cell.queries.len() as f64, places: out });
        normal_quantiles(out);
    }

    /// A number for each query.
    pub fn all(&self, cells: &[Cell]) -> Vec<f64> {
        let mut out = vec![0.0; self.strata.len()];
        let pieces = pieces(cells);
        let parts = parts(pieces.iter().map(|(_, queries)| queries.clone()), &mut out);
        let pieces: Vec<_> = pieces.iter().zip(parts).collect();
        pieces.into_par_iter().for_each(|((cell, queries), part)| {
            crate::work::go_on();
            self.normals(cell, queries.clone(), part);
        });
        out
    }
}

/// Where in its stratum each number lies, as a share of the whole distribution.
struct Places<'a> {
    strata: &'a [u32],
    count: f64,
    places: &'a mut [f64],
}

impl Loop for Places<'_> {
    #[inline(always)]
    fn run(self) {
        for (place, &stratum) in self.places.iter_mut().zip(self.strata) {
            *place = (f64::from(stratum) + place.clamp(1e-9, 1.0 - 1e-9)) / self.count;
        }
    }
}

/// Draws of a shuffle that are made at a time.
const DRAWN: usize = 512;

/// Fills in the numbers below the length in random order (Fisher & Yates 1938); `key` is that of the first draw.
pub(super) fn shuffle(order: &mut [u32], numbers: &StreamDraws, key: u64) {
    order.iter_mut().zip(0..).for_each(|(place, number)| *place = number);
    let mut places = [0; DRAWN];
    let mut end = order.len();
    while end > 1 {
        let start = end.saturating_sub(DRAWN).max(1);
        let places = &mut places[..end - start];
        numbers.up_to(key, start as u32, places);
        for (last, &place) in (start..end).zip(&*places).rev() {
            order.swap(last, place as usize);
        }
        end = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::quantile::normal_quantile;

    /// One swap after the other, the last place first.
    #[test]
    fn a_shuffle_is_that_of_fisher_and_yates() {
        let numbers = Draws::new(5, 0).stream(Stream::SynthOrder, 0);
        for count in [0, 1, 2, DRAWN, DRAWN + 1, DRAWN + 2, 5000] {
            let mut plain: Vec<u32> = (0..count as u32).collect();
            for last in (1..count).rev() {
                plain.swap(last, numbers.below(1000 + last as u64, last + 1));
            }
            let mut order = vec![0; count];
            shuffle(&mut order, &numbers, 1000);
            assert_eq!(order, plain);
        }
    }

    /// Of 5000 queries in two cells each stratum has one number.
    #[test]
    fn every_stratum_has_one_number() {
        let cell = |queries| Cell { dataset: 0, category: 0, queries };
        let cells = [cell(0..4000), cell(4000..5000)];
        let normals = Stratified::new(&cells, &Draws::new(5, 0), Stream::SynthMeter, 3).all(&cells);
        for cell in &cells {
            let count = cell.queries.len();
            let mut sorted = normals[cell.queries.clone()].to_vec();
            sorted.sort_by(f64::total_cmp);
            let ends =
                |stratum: usize| normal_quantile(stratum as f64 / count as f64)..normal_quantile((stratum + 1) as f64 / count as f64);
            assert!(sorted.iter().enumerate().all(|(stratum, number)| ends(stratum).contains(number)));
        }
    }
}
