//! What must hold on every trace.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod closed_form;
mod day;
mod edges;
mod equivalents;
mod merging;
mod oracle;
mod replicates;
mod streaming;
#[path = "../support/mod.rs"]
mod support;
mod sweeping;
mod tallies;

use wattroute::policy::PolicySpec;
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Replay, Request};
use wattroute::report::{Report, build};
use wattroute::trace::Trace;

/// Every misroute rule, the verifier between its corners too.
fn misroutes() -> Vec<Misroute> {
    let mut all: Vec<Misroute> = Misroute::NAMED.iter().map(|(_, misroute)| *misroute).collect();
    all.push(Misroute::Local { detect: 0.7, false_alarm: 0.2 });
    all
}

/// A noisy oracle as TOML, with further lines of parameters.
fn noisy(accuracy: f64, misroute: Misroute, more: &str) -> PolicySpec {
    let misroute = match misroute {
        Misroute::Local { detect, false_alarm } => format!("misroute = \"local\"\ndetect = {detect:?}\nfalse_alarm = {false_alarm:?}"),
        named => format!("misroute = \"{named}\""),
    };
    support::spec(&format!("kind = \"noisy-oracle\"\n[parameters]\nrouter_accuracy = {accuracy:?}\n{misroute}\n{more}\n"))
}

fn policy(name: &str) -> PolicySpec {
    PolicySpec::find(name).unwrap_or_else(|error| panic!("{error}"))
}

fn prepare<'t>(trace: &'t Trace, specs: &[PolicySpec], request: &Request) -> Replay<'t> {
    Replay::prepare(trace, specs, request).unwrap_or_else(|error| panic!("{error}"))
}

fn report(replay: &Replay) -> Report {
    let tallies = replay.run(&wattroute::replay::Silent).unwrap();
    let making = build::Making { verb: "replay".to_owned(), arguments: Vec::new(), carbon_g_per_kwh: Some(400.0) };
    build::report(replay, &tallies, making)
}
