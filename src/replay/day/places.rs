//! Where the arrivals of a mixture are added up, and the loop that does it.

use super::batch::{Leg, Sorted};
use super::fixed::LANES;
use super::mixture::{Mixtures, Routed};
use super::pack::Cell;
use crate::draw::{Draws, Stream, StreamDraws};

/// What the arrivals of a leg add up to, place by place: a cache line, so that none reaches into two.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(64))]
pub(super) struct Place {
    sums: [i64; LANES],
    count: i64,
}

/// As much of the same as 64 bits do not hold.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct WidePlace {
    pub sums: [i128; LANES],
    pub count: u64,
}

impl Place {
    #[inline]
    fn add(&mut self, cell: &Cell) {
        self.sums.iter_mut().zip(cell.0).for_each(|(sum, add)| *sum += add);
        self.count += 1;
    }
}

impl WidePlace {
    pub fn add(&mut self, place: &Place) {
        self.count += place.count as u64;
        self.sums.iter_mut().zip(place.sums).for_each(|(sum, add)| *sum += i128::from(add));
    }
}

/// Where the sums of each group stand.
pub(super) struct Layout {
    pub groups: Vec<GroupLayout>,
    pub parts: Vec<usize>,
    pub places: usize,
}

pub(super) struct GroupLayout {
    /// By bin, the last one for coins that are right nowhere.
    pub fallbacks: usize,
    /// By bin and endpoint; nobody asks for those of the last bin, which spare a branch that nothing foretells.
    pub choices: usize,
}

impl Layout {
    pub fn of(mixtures: &Mixtures) -> Self {
        let width = mixtures.endpoints.len();
        let mut places = 0;
        let mut take = |count: usize| {
            places += count;
            places - count
        };
        let group = |group: &Routed| {
            let bins = group.thresholds.len() + 1;
            GroupLayout { fallbacks: take(bins), choices: take(if group.choices.is_empty() { 0 } else { bins * width }) }
        };
        let groups = mixtures.routed.iter().map(group).collect();
        let parts = mixtures.parts.iter().map(|_| take(width)).collect();
        Layout { groups, parts, places }
    }
}

/// The draws of an arrival.
pub(super) struct Streams {
    pub query: StreamDraws,
    coin: StreamDraws,
    choice: StreamDraws,
}

impl Streams {
    pub fn new(draws: &Draws) -> Self {
        let stream = |stream| draws.stream(stream, 0);
        Streams { query: stream(Stream::Arrival), coin: stream(Stream::Coin), choice: stream(Stream::Choice) }
    }
}

impl Mixtures {
    /// Adds up some legs, block by block of queries; the places of one leg after those of the other.
    pub fn add_legs(&self, legs: &[Leg], streams: &Streams, layout: &Layout) -> Vec<Place> {
        let width = self.endpoints.len();
        let queries = self.cells.len() / width;
        let shift = block_shift(width);
        let sorted = Sorted::draw(legs, &streams.query, queries, shift);
        let mut places = vec![Place::default(); legs.len() * layout.places];
        for block in 0..sorted.blocks() {
            let (start, end) = (block << shift, queries.min((block + 1) << shift));
            let rows = &self.cells[start * width..end * width];
            read_ahead(rows);
            for (index, (leg, places)) in legs.iter().zip(places.chunks_exact_mut(layout.places)).enumerate() {
                let arrivals = sorted.of(index, block).map(|(query, arrival)| (query, leg.from + arrival));
                for (group, at) in self.routed.iter().zip(&layout.groups) {
                    group.add(arrivals.clone(), start, rows, width, &streams.coin, at, places);
                }
                for (parts, &base) in self.parts.iter().zip(&layout.parts) {
                    for (query, arrival) in arrivals.clone() {
                        let endpoint = part(parts, streams.choice.draw53(arrival));
                        places[base + endpoint].add(&rows[query * width + endpoint]);
                    }
                }
            }
        }
        places
    }
}

/// Bytes of the rows that a core's own cache should hold while arrivals look them up at random.
const BLOCK_BYTES: usize = 1 << 20;

/// Queries of a block, as a power of two: at most 2^15, since a row is 32 bytes and more.
fn block_shift(width: usize) -> u32 {
    (BLOCK_BYTES / (width * size_of::<Cell>())).max(1).ilog2()
}

/// Reads the rows of a block in their order, which the processor foresees, before they are read at
/// random: a word of each cache line.
fn read_ahead(rows: &[Cell]) {
    std::hint::black_box(rows.iter().step_by(2).fold(0, |all, cell| all ^ cell.0[0]));
}

/// The endpoint of a draw.
#[inline]
fn part(parts: &[(u64, usize)], draw: u64) -> usize {
    let part: usize = parts.iter().map(|(bound, _)| usize::from(*bound <= draw)).sum();
    parts[part].1
}

impl Routed {
    /// Adds arrivals to the bins of their coins. `start` is the first query of the rows.
    #[allow(clippy::too_many_arguments)]
    #[inline]
    fn add(
        &self,
        arrivals: impl Iterator<Item = (usize, u64)>,
        start: usize,
        rows: &[Cell],
        width: usize,
        coins: &StreamDraws,
        at: &GroupLayout,
        places: &mut [Place],
    ) {
        if self.choices.is_empty() {
            return arrivals.for_each(|(query, _)| places[at.fallbacks].add(&rows[query * width + self.fallback]));
        }
        let choices = &self.choices[start..];
        for (query, arrival) in arrivals {
            let coin = coins.draw53(arrival);
            let bin: usize = self.thresholds.iter().map(|bound| usize::from(*bound <= coin)).sum();
            let row = &rows[query * width..][..width];
            let choice = usize::from(choices[query]);
            places[at.fallbacks + bin].add(&row[self.fallback]);
            places[at.choices + bin * width + choice].add(&row[choice]);
        }
    }
}
