//! Strategies that are mixtures of outcomes known beforehand: always one endpoint, one drawn by
//! weights, an oracle that is right with some chance and else takes the fallback.
//!
//! For each query the accounts of all endpoints and the oracle's choice are packed side by side, so
//! that an arrival takes one random place in memory, one coin and a few additions. Strategies that
//! share an oracle and a fallback share the coin: each arrival goes into the bin of its coin, and each
//! strategy is a sum over bins, as in a sweep.

use super::fixed::{AMOUNTS, CELLS_IN_64_BITS, LANES, Units, metric};
use super::pack::{Cell, PairCell, pack, pair_up};
use super::sums::Sums;
use crate::draw::{Draws, Stream, StreamDraws, threshold};
use crate::policy::noisy_oracle::{Misroute, Rates};
use crate::policy::oracle::Oracle;
use crate::policy::{Overhead, Rule};
use crate::replay::{Entry, Replay};
use crate::trace::EndpointIx;

/// An entry as a mixture.
enum Shape<'a> {
    /// Endpoints with the upper ends of their parts of the draws.
    Parts(Vec<(u64, EndpointIx)>),
    /// An oracle where the coin is below a threshold, else its fallback.
    Routed(&'a Oracle, u64),
}

/// An oracle's choices and the fallback, for coins in bins.
struct Routed {
    /// By query the oracle's choice, as a position among the endpoints in use; empty where no strategy
    /// of the group has an oracle.
    choices: Vec<u8>,
    /// By query what the fallback and the oracle's choice take; empty with them.
    pairs: Vec<PairCell>,
    fallback: usize,
    /// The ends of the bins, ascending.
    thresholds: Vec<u64>,
}

/// Which sums of the arrivals are a strategy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Recipe {
    /// In a group of [`Routed`]: the oracle's choices in that many bins, the fallback in the others.
    Bins(usize, usize),
    /// The endpoints of a drawn mixture.
    Parts(usize),
}

/// All mixtures of a replay, packed.
pub(super) struct Mixtures {
    endpoints: Vec<EndpointIx>,
    cells: Vec<Cell>,
    has: [bool; AMOUNTS],
    routed: Vec<Routed>,
    parts: Vec<Vec<(u64, usize)>>,
    recipes: Vec<Option<Recipe>>,
    baselines: Vec<Recipe>,
    all_endpoints: usize,
}

/// What the arrivals of a step add up to, place by place.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    sums: [i64; LANES],
    count: i64,
}

/// As much of the same as 64 bits do not hold.
#[derive(Debug, Clone, Copy, Default)]
struct WidePlace {
    sums: [i128; LANES],
    count: u64,
}

fn shape(entry: &Entry) -> Option<Shape<'_>> {
    if entry.spec.overhead != Overhead::default() {
        return None;
    }
    match &entry.built.rule {
        Rule::Foresight(policy) => policy.parts().map(Shape::Parts),
        // An oracle's own plans are its choices; another policy may be held against one that it is not.
        Rule::Hindsight(policy) if entry.spec.kind == crate::policy::oracle::KIND.name => {
            policy.oracle().map(|oracle| Shape::Routed(oracle, threshold(1.0)))
        }
        Rule::NoisyOracle(noisy) => match (noisy.rates(), noisy.misroute()) {
            (Rates::Accuracy(accuracy), Misroute::Cloud) => Some(Shape::Routed(noisy.oracle(), threshold(accuracy))),
            _ => None,
        },
        Rule::Hindsight(_) | Rule::Adaptive(_) => None,
    }
}

impl Mixtures {
    /// The strategies of a replay that are mixtures; none where cells are missing, which make an
    /// arrival's outcome depend on more than the draw.
    pub fn of(replay: &Replay, units: &Units) -> Option<Mixtures> {
        if !replay.workload.is_dense() {
            return None;
        }
        let endpoints: Vec<EndpointIx> = replay.workload.in_use().collect();
        let shapes: Vec<Option<Shape>> = replay.entries.iter().map(shape).collect();
        // Choices are bytes and places in the table are 32 bits.
        let fits = endpoints.len() <= usize::from(u8::MAX) && replay.workload.len() * endpoints.len() <= u32::MAX as usize;
        if !fits || shapes.iter().all(Option::is_none) {
            return None;
        }
        let (cells, choices) = pack(replay, units, &endpoints, &oracles(&shapes));
        let trace = replay.workload.trace();
        let known = |lane: usize| endpoints.iter().any(|&endpoint| trace.metric(endpoint as usize, metric(lane)).is_some());
        let mut mixtures = Mixtures {
            cells,
            has: std::array::from_fn(known),
            routed: Vec::new(),
            parts: Vec::new(),
            recipes: Vec::new(),
            baselines: Vec::new(),
            all_endpoints: trace.outcomes.len(),
            endpoints,
        };
        mixtures.add_groups(&shapes, choices);
        mixtures.recipes = shapes.iter().map(|shape| shape.as_ref().and_then(|shape| mixtures.recipe(shape, &oracles(&shapes)))).collect();
        mixtures.baselines = replay.roles.baselines.iter().map(|&baseline| mixtures.always(baseline)).collect();
        Some(mixtures)
    }

    /// Whether an entry is one of the mixtures.
    pub fn has(&self, entry: usize) -> bool {
        self.recipes.get(entry).is_some_and(Option::is_some)
    }

    fn place_of(&self, endpoint: EndpointIx) -> usize {
        self.endpoints.iter().position(|&known| known == endpoint).unwrap_or_default()
    }

    /// A group for each oracle whose choices are all endpoints, in the order of the oracles.
    fn add_groups(&mut self, shapes: &[Option<Shape>], choices: Vec<Option<Vec<u8>>>) {
        for (oracle, choices) in oracles(shapes).into_iter().zip(choices) {
            let mut thresholds: Vec<u64> = shapes.iter().flatten().filter_map(|shape| threshold_of(shape, oracle)).collect();
            thresholds.sort_unstable();
            thresholds.dedup();
            let (choices, thresholds) = choices.map_or_else(Default::default, |choices| (choices, thresholds));
            let fallback = self.place_of(oracle.fallback());
            let pairs = pair_up(&self.cells, self.endpoints.len(), fallback, &choices);
            self.routed.push(Routed { choices, pairs, fallback, thresholds });
        }
    }

    fn recipe(&mut self, shape: &Shape, oracles: &[&Oracle]) -> Option<Recipe> {
        match shape {
            Shape::Parts(parts) => match parts[..] {
                [(_, endpoint)] => Some(self.always(endpoint)),
                _ => {
                    self.parts.push(parts.iter().map(|&(bound, endpoint)| (bound, self.place_of(endpoint))).collect());
                    Some(Recipe::Parts(self.parts.len() - 1))
                }
            },
            Shape::Routed(oracle, threshold) => {
                let group = oracles.iter().position(|known| known == oracle)?;
                let bin = self.routed[group].thresholds.iter().position(|known| known == threshold)?;
                Some(Recipe::Bins(group, bin + 1))
            }
        }
    }

    /// All to one endpoint: a group whose fallback it is, in no bin the oracle's.
    fn always(&mut self, endpoint: EndpointIx) -> Recipe {
        let fallback = self.place_of(endpoint);
        let group = self.routed.iter().position(|group| group.fallback == fallback).unwrap_or_else(|| {
            self.routed.push(Routed { choices: Vec::new(), pairs: Vec::new(), fallback, thresholds: Vec::new() });
            self.routed.len() - 1
        });
        Recipe::Bins(group, 0)
    }

    /// Adds up arrivals `from..to`: sums for each entry that is a mixture, and for each baseline.
    pub fn add(&self, from: u64, to: u64, draws: &Draws, queries: usize) -> (Vec<Option<Sums>>, Vec<Sums>) {
        let layout = Layout::of(self);
        let mut wide = vec![WidePlace::default(); layout.places];
        let mut places = vec![Place::default(); layout.places];
        let streams = Streams::new(draws);
        for start in (from..to).step_by(CELLS_IN_64_BITS) {
            places.fill(Place::default());
            self.run(start, to.min(start + CELLS_IN_64_BITS as u64), &streams, queries, &layout, &mut places);
            for (wide, place) in wide.iter_mut().zip(&places) {
                wide.count += place.count as u64;
                wide.sums.iter_mut().zip(place.sums).for_each(|(sum, add)| *sum += i128::from(add));
            }
        }
        let entry = |recipe: &Option<Recipe>| recipe.map(|recipe| self.sums(recipe, &layout, &wide));
        (self.recipes.iter().map(entry).collect(), self.baselines.iter().map(|&recipe| self.sums(recipe, &layout, &wide)).collect())
    }

    /// The loop over arrivals, in batches: first what each draws, then one short loop for each group,
    /// so that the processor has the places in memory of many arrivals under way at a time.
    fn run(&self, from: u64, to: u64, streams: &Streams, queries: usize, layout: &Layout, places: &mut [Place]) {
        let width = self.endpoints.len();
        let mut batch = Batch { queries: [0; BATCH], draws: [0; BATCH] };
        for start in (from..to).step_by(BATCH) {
            let count = BATCH.min((to - start) as usize);
            for (query, arrival) in batch.queries[..count].iter_mut().zip(start..) {
                *query = streams.query.below(arrival, queries) as u32;
            }
            batch.draw(&streams.coin, start, count);
            for (group, at) in self.routed.iter().zip(&layout.groups) {
                let arrivals = batch.queries[..count].iter().zip(&batch.draws[..count]);
                look_ahead(&batch.queries[..count], |query| group.pairs.get(query).map_or(0, |pair| pair.fallback.0[0]));
                if group.pairs.is_empty() {
                    arrivals.for_each(|(&query, _)| places[at.fallbacks].add(&self.cells[query as usize * width + group.fallback]));
                } else {
                    arrivals.for_each(|(&query, &coin)| group.add(query as usize, coin, at, width, places));
                }
            }
            if !self.parts.is_empty() {
                batch.draw(&streams.choice, start, count);
            }
            for (parts, base) in self.parts.iter().zip(&layout.parts) {
                // The draw has become the endpoint's place: no need to look for it twice.
                let mut taken = [0u32; BATCH];
                for (taken, (&query, &draw)) in taken.iter_mut().zip(batch.queries.iter().zip(&batch.draws[..count])) {
                    let part: usize = parts.iter().map(|(bound, _)| usize::from(*bound <= draw)).sum();
                    *taken = query * width as u32 + parts[part].1 as u32;
                }
                look_ahead(&taken[..count], |cell| self.cells[cell].0[0]);
                for (&cell, &query) in taken[..count].iter().zip(&batch.queries) {
                    places[base + (cell - query * width as u32) as usize].add(&self.cells[cell as usize]);
                }
            }
        }
    }

    /// The sums of a strategy.
    fn sums(&self, recipe: Recipe, layout: &Layout, wide: &[WidePlace]) -> Sums {
        let mut sums = Sums::new(self.all_endpoints);
        let width = self.endpoints.len();
        let mut add = |endpoint: usize, place: &WidePlace| sums.add_served(self.endpoints[endpoint], place.count, place.sums, self.has);
        match recipe {
            Recipe::Parts(index) => (0..width).for_each(|endpoint| add(endpoint, &wide[layout.parts[index] + endpoint])),
            Recipe::Bins(index, right) => {
                let (group, at) = (&self.routed[index], &layout.groups[index]);
                for bin in 0..right {
                    (0..width).for_each(|endpoint| add(endpoint, &wide[at.choices + bin * width + endpoint]));
                }
                (right..=group.thresholds.len()).for_each(|bin| add(group.fallback, &wide[at.fallbacks + bin]));
            }
        }
        sums
    }
}

/// Arrivals whose draws are made at a time: few enough to stay in the nearest cache.
const BATCH: usize = 256;

/// What some arrivals draw: their queries, and a coin or a choice.
struct Batch {
    queries: [u32; BATCH],
    draws: [u64; BATCH],
}

impl Batch {
    fn draw(&mut self, stream: &StreamDraws, start: u64, count: usize) {
        self.draws[..count].iter_mut().zip(start..).for_each(|(draw, arrival)| *draw = stream.draw53(arrival));
    }
}

/// Reads a word of each of some places in memory before they are worked on. These reads wait for
/// nothing, so that many are under way at a time; a fifth to a quarter of the loop's time, measured.
#[inline]
fn look_ahead(places: &[u32], word: impl Fn(usize) -> i64) {
    std::hint::black_box(places.iter().fold(0, |all, &place| all ^ word(place as usize)));
}

impl Routed {
    /// Adds an arrival to the bin of its coin.
    #[inline]
    fn add(&self, query: usize, coin: u64, at: &GroupLayout, width: usize, places: &mut [Place]) {
        let pair = &self.pairs[query];
        let bin: usize = self.thresholds.iter().map(|bound| usize::from(*bound <= coin)).sum();
        places[at.fallbacks + bin].add(&pair.fallback);
        if bin < self.thresholds.len() {
            places[at.choices + bin * width + usize::from(self.choices[query])].add(&pair.choice);
        }
    }
}

/// Where the sums of each group stand.
struct Layout {
    groups: Vec<GroupLayout>,
    parts: Vec<usize>,
    places: usize,
}

struct GroupLayout {
    /// By bin, the last one for coins that are right nowhere.
    fallbacks: usize,
    /// By bin and endpoint.
    choices: usize,
}

impl Layout {
    fn of(mixtures: &Mixtures) -> Self {
        let width = mixtures.endpoints.len();
        let mut places = 0;
        let mut take = |count: usize| {
            places += count;
            places - count
        };
        let group =
            |group: &Routed| GroupLayout { fallbacks: take(group.thresholds.len() + 1), choices: take(group.thresholds.len() * width) };
        let groups = mixtures.routed.iter().map(group).collect();
        let parts = mixtures.parts.iter().map(|_| take(width)).collect();
        Layout { groups, parts, places }
    }
}

impl Place {
    #[inline]
    fn add(&mut self, cell: &Cell) {
        self.sums.iter_mut().zip(cell.0).for_each(|(sum, add)| *sum += add);
        self.count += 1;
    }
}

/// The draws of an arrival.
struct Streams {
    query: StreamDraws,
    coin: StreamDraws,
    choice: StreamDraws,
}

impl Streams {
    fn new(draws: &Draws) -> Self {
        let stream = |stream| draws.stream(stream, 0);
        Streams { query: stream(Stream::Arrival), coin: stream(Stream::Coin), choice: stream(Stream::Choice) }
    }
}

/// The different oracles, in the order of the entries.
fn oracles<'a>(shapes: &[Option<Shape<'a>>]) -> Vec<&'a Oracle> {
    let mut all: Vec<&Oracle> = Vec::new();
    for shape in shapes.iter().flatten() {
        if let Shape::Routed(oracle, _) = shape
            && !all.contains(oracle)
        {
            all.push(oracle);
        }
    }
    all
}

fn threshold_of(shape: &Shape, wanted: &Oracle) -> Option<u64> {
    match shape {
        Shape::Routed(oracle, threshold) if *oracle == wanted => Some(*threshold),
        _ => None,
    }
}
