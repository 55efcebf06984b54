//! Replays of one policy and of ten at once.

use std::hint::black_box;

use wattroute::policy::PolicySpec;
use wattroute::replay::{Lane, Replay, Request, Silent};
use wattroute::trace::Trace;

use crate::shared::TEN;
use crate::side::{Figures, Settings, Side};

/// The seed of every draw, which the baselines that check sums know too.
pub const SEED: u64 = 11;

pub fn prepare(trace: &'static Trace, policies: &[&str], replicates: u32) -> Replay<'static> {
    let specs: Vec<PolicySpec> = policies.iter().map(|name| PolicySpec::find(name).expect("a shipped policy")).collect();
    Replay::prepare(trace, &specs, &Request { replicates, seed: SEED, ..Request::default() }).expect("the trace has all that is needed")
}

/// Replays policies; the result is the first one's energy, the same whatever else is replayed beside it.
fn side(settings: &Settings, policies: &[&str]) -> Side {
    let replay = prepare(settings.trace(), policies, 1);
    let tallies = replay.run(&Silent).expect("the replay runs");
    let energy = tallies[0].buckets.total()[replay.layout().at(Lane::Sum(0))].to_f64();
    let result = Figures::from([("energy_j".to_owned(), vec![energy])]);
    Side::new(result, move || drop(black_box(replay.run(&Silent).expect("the replay runs"))))
}

pub fn one(settings: &Settings) -> Side {
    side(settings, &TEN[..1])
}

pub fn ten(settings: &Settings) -> Side {
    side(settings, &TEN)
}
