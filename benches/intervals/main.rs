//! Do 95% intervals contain the truth 95 times of 100?
//!
//! `intervals --queries N --simulations S` makes S recordings of N queries of a population whose truth is known,
//! replays each as `wattroute replay` and `sweep` do, and prints as JSON how often the intervals of their
//! reports, and those of two other methods, contain it. `benches/intervals.py` writes the table.

// A bench may stop at the first surprise.
#![allow(clippy::expect_used, clippy::panic)]

mod methods;
mod population;
mod simulate;

use std::collections::BTreeMap;

use clap::Parser;
use rayon::prelude::*;
use serde::Serialize;

use simulate::{Found, REPORTED, simulate};

#[derive(Parser)]
struct Arguments {
    /// Queries of a recording.
    #[arg(long)]
    queries: usize,
    /// Recordings.
    #[arg(long)]
    simulations: u64,
    /// Recordings, the first of them, whose intervals are also made by other methods.
    #[arg(long)]
    others: u64,
    /// What `cargo bench` says to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How often an interval contains the truth.
#[derive(Debug, Clone, Default, Serialize)]
struct Coverage {
    truth: f64,
    /// Simulations in which an interval was given.
    given: u64,
    /// Those of them whose interval contains the truth, and has all of itself below it, and above.
    contains: u64,
    below: u64,
    above: u64,
    /// Mean width of the intervals given.
    width: f64,
}

impl Coverage {
    fn add(&mut self, found: &Found) {
        self.truth = found.truth;
        let Some((low, high)) = found.interval else { return };
        self.width = (self.width * self.given as f64 + (high - low)) / (self.given + 1) as f64;
        self.given += 1;
        let place = if high < found.truth { &mut self.below } else { &mut self.above };
        *(if low <= found.truth && found.truth <= high { &mut self.contains } else { place }) += 1;
    }
}

/// By figure and method how often the intervals of some recordings contain the truth.
fn coverage(recordings: &[Vec<Found>], counts: impl Fn(&Found) -> bool) -> BTreeMap<&str, BTreeMap<&str, Coverage>> {
    let mut figures: BTreeMap<&str, BTreeMap<&str, Coverage>> = BTreeMap::new();
    for one in recordings.iter().flatten().filter(|one| counts(one)) {
        figures.entry(one.figure).or_default().entry(one.method).or_default().add(one);
    }
    figures
}

fn main() {
    let Arguments { queries, simulations, others, .. } = Arguments::parse();
    let truth = population::truths();
    let one = |seed: u64| simulate(queries, seed, &truth, seed < others);
    let found: Vec<Vec<Found>> = (0..simulations).into_par_iter().map(one).collect();
    let told = serde_json::json!({
        "queries": queries,
        "simulations": simulations,
        "figures": coverage(&found, |one| one.method == REPORTED),
        "methods": coverage(&found[..found.len().min(others as usize)], |_| true),
    });
    println!("{}", serde_json::to_string(&told).expect("numbers and names"));
}
