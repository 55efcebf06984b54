//! Arrivals sorted by the part of the table that they look up.
//!
//! An arrival looks up a query at random, and a table of a million queries is in no cache: nearly every
//! look-up would wait for the memory, and for the page's place in it. So some ten million arrivals are
//! drawn at a time and sorted by blocks of queries that fit in the cache of a core; the table then
//! streams through it once for all of them. Memory grows with a batch, not with the day.

use super::fixed::CELLS_IN_64_BITS;
use crate::draw::StreamDraws;

/// Arrivals of a batch at most, four bytes each.
const LARGEST: u64 = 10 << 20;
/// Legs of a batch at most: each keeps sums of its own, and where its blocks end.
const MOST_LEGS: usize = 1 << 10;

/// Arrivals of one step, few enough for sums of 64 bits and for numbers of 16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Leg {
    pub step: usize,
    pub from: u64,
    pub to: u64,
}

/// The legs of a day.
pub(super) fn legs(ranges: &[(u64, u64)]) -> Vec<Leg> {
    let step = |(step, &(from, to)): (usize, &(u64, u64))| {
        let starts = (from..to).step_by(CELLS_IN_64_BITS);
        starts.map(move |start| Leg { step, from: start, to: to.min(start + CELLS_IN_64_BITS as u64) })
    };
    ranges.iter().enumerate().flat_map(step).collect()
}

/// Legs in batches, none of which is too large, about as many arrivals in each, and as many batches
/// for each thread.
pub(super) fn batches(legs: &[Leg], threads: usize) -> Vec<&[Leg]> {
    let total: u64 = legs.iter().map(Leg::arrivals).sum();
    let rounds = total.div_ceil(LARGEST * threads as u64).max(1);
    let share = total.div_ceil(rounds * threads as u64).max(1);
    let (mut all, mut rest) = (Vec::new(), legs);
    let mut before = 0;
    while let Some(first) = rest.first() {
        // A batch ends where the next share of the day begins, so that what one has too many the next has not.
        let until = (before / share + 1) * share;
        let mut count = 0;
        while count < rest.len().min(MOST_LEGS) && (count == 0 || before + rest[count].arrivals() / 2 < until) {
            before += rest[count].arrivals();
            count += 1;
        }
        debug_assert!(first.arrivals() <= CELLS_IN_64_BITS as u64);
        let (batch, after) = rest.split_at(count);
        all.push(batch);
        rest = after;
    }
    all
}

impl Leg {
    pub fn arrivals(&self) -> u64 {
        self.to - self.from
    }
}

/// Queries drawn for the arrivals of some legs, sorted by block of queries within each leg.
pub(super) struct Sorted {
    /// Leg by leg and block by block: the query's number in its block above 16 bits of the arrival's in its leg.
    drawn: Vec<u32>,
    /// By leg and block, where the block starts in [`Sorted::drawn`]; one more for where the last one ends.
    starts: Vec<u32>,
    blocks: usize,
}

impl Sorted {
    /// Draws and sorts. Blocks have 2^`shift` queries, 2^16 at most.
    pub fn draw(legs: &[Leg], stream: &StreamDraws, queries: usize, shift: u32) -> Sorted {
        let blocks = queries.div_ceil(1 << shift);
        let total: u64 = legs.iter().map(Leg::arrivals).sum();
        let mut sorted = Sorted { drawn: vec![0; total as usize], starts: Vec::with_capacity(legs.len() * (blocks + 1)), blocks };
        let (mut asked, mut next) = (vec![0u32; CELLS_IN_64_BITS], vec![0u32; blocks]);
        let mut at = 0;
        for leg in legs {
            crate::work::go_on();
            let asked = &mut asked[..leg.arrivals() as usize];
            next.fill(0);
            for (query, arrival) in asked.iter_mut().zip(leg.from..) {
                *query = stream.below(arrival, queries) as u32;
                next[(*query >> shift) as usize] += 1;
            }
            for next in &mut next {
                sorted.starts.push(at);
                at += std::mem::replace(next, at);
            }
            sorted.starts.push(at);
            for (arrival, &query) in (0u32..).zip(asked.iter()) {
                let next = &mut next[(query >> shift) as usize];
                sorted.drawn[*next as usize] = (query & ((1 << shift) - 1)) << 16 | arrival;
                *next += 1;
            }
        }
        sorted
    }

    /// The arrivals of a leg that look up queries of a block: each query's number in the block, and
    /// the arrival's in the leg.
    #[inline]
    pub fn of(&self, leg: usize, block: usize) -> impl Iterator<Item = (usize, u64)> + Clone + '_ {
        let starts = &self.starts[leg * (self.blocks + 1) + block..][..2];
        let drawn = &self.drawn[starts[0] as usize..starts[1] as usize];
        drawn.iter().map(|&drawn| ((drawn >> 16) as usize, u64::from(drawn & 0xffff)))
    }

    pub fn blocks(&self) -> usize {
        self.blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Draws, Stream};

    #[test]
    fn a_step_of_many_has_several_legs() {
        let legs = legs(&[(0, 3), (3, 3), (3, 140_000)]);
        let wanted = [(0, 0, 3), (2, 3, 65_539), (2, 65_539, 131_075), (2, 131_075, 140_000)];
        assert_eq!(legs, wanted.map(|(step, from, to)| Leg { step, from, to }));
    }

    #[test]
    fn batches_are_even_and_not_too_large() {
        let steps = |count: u64, each: u64| legs(&(0..count).map(|step| (step * each, (step + 1) * each)).collect::<Vec<_>>());
        let sizes = |legs: &[Leg], threads| -> Vec<u64> {
            let batches = batches(legs, threads);
            assert_eq!(batches.concat(), legs);
            batches.iter().map(|batch| batch.iter().map(Leg::arrivals).sum()).collect()
        };
        // 80.64M arrivals: four rounds on two threads, since 10.5M are the largest batch.
        let day = sizes(&steps(1440, 56_000), 2);
        assert!(day.len() == 8 && day.iter().all(|size| size.abs_diff(10_080_000) <= 56_000), "{day:?}");
        assert_eq!(sizes(&steps(1440, 56_000), 3).len(), 9);
        assert_eq!(sizes(&steps(2, 5), 2), [5, 5]);
        assert_eq!(sizes(&steps(1, 5), 8), [5]);
        // Many short steps.
        assert_eq!(sizes(&steps(3000, 1), 1), [1024, 1024, 952]);
    }

    #[test]
    fn every_arrival_is_in_the_block_of_its_query() {
        let stream = Draws::new(3, 0).stream(Stream::Arrival, 0);
        let (legs, queries, shift) = (legs(&[(0, 70_000), (70_000, 70_010)]), 5000, 10);
        let sorted = Sorted::draw(&legs, &stream, queries, shift);
        assert_eq!(sorted.blocks(), 5);
        for (index, leg) in legs.iter().enumerate() {
            let found = (0..5)
                .flat_map(|block| sorted.of(index, block).map(move |(query, arrival)| (leg.from + arrival, (block << shift) + query)));
            let mut found: Vec<(u64, usize)> = found.collect();
            found.sort_unstable();
            let wanted: Vec<(u64, usize)> = (leg.from..leg.to).map(|arrival| (arrival, stream.below(arrival, queries))).collect();
            assert_eq!(found, wanted);
        }
    }
}
