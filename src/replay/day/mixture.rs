//! Strategies that are mixtures of outcomes known beforehand: always one endpoint, one drawn by
//! weights, an oracle that is right with some chance and else takes the fallback.
//!
//! For each query the accounts of all endpoints are packed side by side, and the oracle's choice is
//! known, so that an arrival takes one look-up, one coin and a few additions. Strategies that share an
//! oracle and a fallback share the coin: each arrival goes into the bin of its coin, and each strategy
//! is a sum over bins, as in a sweep.

use rayon::prelude::*;

use super::batch::{Leg, batches, legs};
use super::fixed::{AMOUNTS, Units, metric};
use super::pack::{Cell, pack};
use super::places::{Bounds, Layout, Streams, WidePlace};
use super::sums::Sums;
use crate::draw::{Draws, threshold};
use crate::policy::noisy_oracle::{Misroute, Rates};
use crate::policy::oracle::Oracle;
use crate::policy::{Overhead, Rule};
use crate::replay::{Entry, Progress, Replay};
use crate::trace::EndpointIx;

/// An entry as a mixture.
enum Shape<'a> {
    /// Endpoints with the upper ends of their parts of the draws.
    Parts(Vec<(u64, EndpointIx)>),
    /// An oracle where the coin is below a threshold, else its fallback.
    Routed(&'a Oracle, u64),
}

/// An oracle's choices and the fallback, for coins in bins.
pub(super) struct Routed {
    /// By query the oracle's choice, as a position among the endpoints in use; empty where no strategy
    /// of the group has an oracle.
    pub choices: Vec<u8>,
    pub fallback: usize,
    /// The ends of the bins, ascending.
    pub thresholds: Vec<u64>,
    pub bounds: Bounds,
}

/// A mixture drawn by weights.
pub(super) struct Parts {
    /// The upper ends of the parts.
    pub bounds: Bounds,
    /// The positions of their endpoints.
    pub endpoints: Vec<usize>,
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
    pub endpoints: Vec<EndpointIx>,
    pub cells: Vec<Cell>,
    has: [bool; AMOUNTS],
    pub routed: Vec<Routed>,
    pub parts: Vec<Parts>,
    recipes: Vec<Option<Recipe>>,
    baselines: Vec<Recipe>,
    all_endpoints: usize,
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
            self.routed.push(Routed { choices, fallback, bounds: Bounds::new(&thresholds), thresholds });
        }
    }

    fn recipe(&mut self, shape: &Shape, oracles: &[&Oracle]) -> Option<Recipe> {
        match shape {
            Shape::Parts(parts) => match parts[..] {
                [(_, endpoint)] => Some(self.always(endpoint)),
                _ => {
                    let bounds: Vec<u64> = parts.iter().map(|(bound, _)| *bound).collect();
                    let endpoints = parts.iter().map(|&(_, endpoint)| self.place_of(endpoint)).collect();
                    self.parts.push(Parts { bounds: Bounds::new(&bounds), endpoints });
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
            self.routed.push(Routed { choices: Vec::new(), fallback, thresholds: Vec::new(), bounds: Bounds::default() });
            self.routed.len() - 1
        });
        Recipe::Bins(group, 0)
    }

    /// Adds up the steps of a day, `from..to` each: for every step the sums of each entry that is a
    /// mixture, and of each baseline.
    pub fn add(&self, steps: &[(u64, u64)], draws: &Draws, progress: &dyn Progress) -> Vec<(Vec<Option<Sums>>, Vec<Sums>)> {
        let (layout, streams) = (Layout::of(self), Streams::new(draws));
        let legs = legs(steps);
        let batches = batches(&legs, rayon::current_num_threads());
        let run = |batch: &&[Leg]| {
            let places = self.add_legs(batch, &streams, &layout);
            progress.advance(batch.iter().map(Leg::arrivals).sum());
            places
        };
        // A batch is long: threads take one after the other, as they are done with one.
        let places: Vec<_> = batches.par_iter().with_max_len(1).map(run).collect();
        let mut wide = vec![WidePlace::default(); steps.len() * layout.places];
        for (leg, places) in legs.iter().zip(places.iter().flat_map(|batch| batch.chunks_exact(layout.places))) {
            let wide = wide[leg.step * layout.places..].iter_mut();
            wide.zip(places).for_each(|(wide, place)| wide.add(place));
        }
        let step = |wide: &[WidePlace]| {
            let sums = |recipe: Recipe| self.sums(recipe, &layout, wide);
            (self.recipes.iter().map(|recipe| recipe.map(sums)).collect(), self.baselines.iter().map(|&recipe| sums(recipe)).collect())
        };
        wide.par_chunks_exact(layout.places).map(step).collect()
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
