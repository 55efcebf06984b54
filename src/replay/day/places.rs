//! Where the arrivals of a mixture are added up, and the loop that does it.

use super::batch::{Leg, Sorted};
use super::fixed::LANES;
use super::mixture::{Mixtures, Parts, Routed};
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
        for lane in 0..LANES {
            self.sums[lane] += cell.0[lane];
        }
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
                    group.add(arrivals.clone(), (start, rows), width, &streams.coin, at, places);
                }
                for (parts, &base) in self.parts.iter().zip(&layout.parts) {
                    parts.add(arrivals.clone(), rows, width, &streams.choice, &mut places[base..base + width]);
                }
            }
        }
        places
    }
}

/// Bytes of the rows that a core's own cache should hold while arrivals look them up at random: a
/// quarter of the usual 2 MiB, measured to be better than a half where other work shares it.
const BLOCK_BYTES: usize = 1 << 19;

/// Queries of a block, as a power of two: at most 2^14, since a row is 32 bytes and more.
fn block_shift(width: usize) -> u32 {
    (BLOCK_BYTES / (width * size_of::<Cell>())).max(1).ilog2()
}

/// Reads the rows of a block in their order, which the processor foresees, before they are read at
/// random: a word of each cache line.
fn read_ahead(rows: &[Cell]) {
    let mut all = 0;
    for line in rows.chunks(2) {
        all ^= line[0].0[0];
    }
    std::hint::black_box(all);
}

/// The upper ends of the parts of a draw, by fours: as many comparisons for every draw, and no branch.
#[derive(Debug, Clone, Default)]
pub(super) struct Bounds(Vec<[u64; 4]>);

impl Bounds {
    pub fn new(bounds: &[u64]) -> Self {
        // No draw reaches what fills the last four.
        Bounds(bounds.chunks(4).map(|four| std::array::from_fn(|index| four.get(index).copied().unwrap_or(u64::MAX))).collect())
    }

    /// The part that a draw falls in.
    #[inline]
    fn part(&self, draw: u64) -> usize {
        let mut part = 0;
        for four in &self.0 {
            for bound in four {
                part += usize::from(*bound <= draw);
            }
        }
        part
    }
}

impl Parts {
    // Each loop by itself, so that what it needs stays in registers.
    #[inline(never)]
    fn add(&self, arrivals: impl Iterator<Item = (usize, u64)>, rows: &[Cell], width: usize, choices: &StreamDraws, places: &mut [Place]) {
        for (query, arrival) in arrivals {
            let endpoint = self.endpoints[self.bounds.part(choices.draw53(arrival))];
            places[endpoint].add(&rows[query * width + endpoint]);
        }
    }
}

impl Routed {
    /// Adds arrivals to the bins of their coins. The first of the rows is that of query `start`.
    #[inline(never)]
    fn add(
        &self,
        arrivals: impl Iterator<Item = (usize, u64)>,
        (start, rows): (usize, &[Cell]),
        width: usize,
        coins: &StreamDraws,
        at: &GroupLayout,
        places: &mut [Place],
    ) {
        if self.choices.is_empty() {
            for (query, _) in arrivals {
                places[at.fallbacks].add(&rows[query * width + self.fallback]);
            }
            return;
        }
        let (choices, (fallbacks, chosen)) = (&self.choices[start..], places[at.fallbacks..].split_at_mut(at.choices - at.fallbacks));
        for (query, arrival) in arrivals {
            let bin = self.bounds.part(coins.draw53(arrival));
            let row = &rows[query * width..][..width];
            let choice = usize::from(choices[query]);
            fallbacks[bin].add(&row[self.fallback]);
            chosen[bin * width + choice].add(&row[choice]);
        }
    }
}
