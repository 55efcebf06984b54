//! A population of queries whose savings are known, and recordings drawn from it.
//!
//! Each query has a standard normal difficulty z. A small local model answers it correctly with chance
//! 1/(1 + exp(0.8 z - 0.8)), a large one in the cloud with chance 0.9. What an answer takes is c·exp(σ z + 0.3 ε),
//! ε standard normal, c = 0.2 for the small model and 1 for the large one; σ is 0.5 for the energy, 1 for the cost
//! and 1.5 for the time, so that standard deviations are 0.6, 1.4 and 3.1 times the mean. Harder queries take more
//! and go to the cloud more often: a few of them decide what is saved.

use wattroute::draw::{Draws, Stream};
use wattroute::trace::{Column, Endpoint, Metric, Outcomes, Queries, Tier, Trace, TraceInfo};

/// Chance that a router is right.
pub const ROUTER_ACCURACY: f64 = 0.8;
/// Light, heavy and extreme: the metric, and its σ.
pub const TAILS: [(Metric, f64); 3] = [(Metric::EnergyJ, 0.5), (Metric::CostUsd, 1.0), (Metric::LatencyS, 1.5)];
const LARGE_RIGHT: f64 = 0.9;
const SMALL_TAKES: f64 = 0.2;
const OWN_NOISE: f64 = 0.3;

fn small_right(z: f64) -> f64 {
    1.0 / (1.0 + (0.8 * z - 0.8).exp())
}

/// A standard normal number (Box and Muller 1958).
fn normal(draws: &Draws, which: u64, query: u64) -> f64 {
    let stream = draws.stream(Stream::Sample, which);
    let (radius, angle) = (stream.uniform(2 * query), stream.uniform(2 * query + 1));
    (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}

/// A recording of a small local model and a large one in the cloud.
pub fn recording(queries: usize, seed: u64) -> Trace {
    // Another key than the replay's, which draws from the same numbers.
    let draws = Draws::new(seed, u64::MAX);
    let difficulty: Vec<f64> = (0..queries as u64).map(|query| normal(&draws, 0, query)).collect();
    let outcomes = [(0, SMALL_TAKES), (1, 1.0)].map(|(endpoint, takes)| {
        let mut outcomes = Outcomes { answered: queries, ..Outcomes::default() };
        let chance = draws.stream(Stream::Sample, 10 + endpoint);
        let right = |query: usize| chance.uniform(query as u64) < if endpoint == 0 { small_right(difficulty[query]) } else { LARGE_RIGHT };
        outcomes.metrics.set(Metric::Score, Column::from_vec((0..queries).map(|query| f64::from(u8::from(right(query)))).collect()));
        for (tail, (metric, sigma)) in (0..).zip(TAILS) {
            let amount = |query: usize| {
                let own = normal(&draws, 20 + 2 * tail + endpoint, query as u64);
                takes * (sigma * difficulty[query] + OWN_NOISE * own).exp()
            };
            outcomes.metrics.set(metric, Column::from_vec((0..queries).map(amount).collect()));
        }
        outcomes
    });
    let endpoint = |id: &str, tier: Tier, size: f64| Endpoint { tier: Some(tier), params_total_b: Some(size), ..Endpoint::new(id, None) };
    Trace {
        outcomes: outcomes.into(),
        info: TraceInfo {
            endpoints: vec![endpoint("small", Tier::Local, 1.0), endpoint("large", Tier::Cloud, 10.0)],
            ..TraceInfo::default()
        },
        queries: Queries { rows: (0..queries as u32).collect(), ..Queries::default() },
        fingerprint: String::new(),
    }
}

/// What is true of the population.
pub struct Truths {
    /// By tail what the oracle saves, the router that accepts wrong local answers, and the one whose errors go to
    /// the cloud.
    pub savings: Vec<[f64; 3]>,
    /// The same three's answer accuracy.
    pub answer_accuracy: [f64; 3],
}

impl Truths {
    /// The accepting router's answer accuracy over the large model's.
    pub fn relative(&self) -> f64 {
        self.answer_accuracy[1] / LARGE_RIGHT
    }
}

/// By the trapezoid rule over the difficulty, which for smooth functions of a normal number is exact to rounding.
pub fn truths() -> Truths {
    let steps = || (-12_000..=12_000).map(|step| f64::from(step) / 1000.0);
    let mean =
        |of: &dyn Fn(f64) -> f64| steps().map(|z| of(z) * (-z * z / 2.0).exp()).sum::<f64>() / (1000.0 * std::f64::consts::TAU.sqrt());
    // Where the small model is right the oracle takes it; else, and where nobody is, the large one. A router that
    // errs takes the large one instead of the small, and where `accept`s may go, the small instead of the large.
    let local = |z: f64, policy: usize| match policy {
        0 => small_right(z),
        1 => ROUTER_ACCURACY * small_right(z) + (1.0 - ROUTER_ACCURACY) * (1.0 - small_right(z)),
        _ => ROUTER_ACCURACY * small_right(z),
    };
    let saving = |sigma: f64, policy: usize| {
        let taken = mean(&|z| (sigma * z).exp() * (1.0 - (1.0 - SMALL_TAKES) * local(z, policy)));
        1.0 - taken / mean(&|z| (sigma * z).exp())
    };
    let right = |policy: usize| {
        let of = |z: f64| {
            let right_at_home = if policy == 0 { small_right(z) } else { ROUTER_ACCURACY * small_right(z) };
            right_at_home + LARGE_RIGHT * (1.0 - local(z, policy))
        };
        mean(&of)
    };
    Truths {
        savings: TAILS.iter().map(|(_, sigma)| std::array::from_fn(|policy| saving(*sigma, policy))).collect(),
        answer_accuracy: std::array::from_fn(right),
    }
}
