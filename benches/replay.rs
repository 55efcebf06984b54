//! Load, replay and sweep at one million queries by five endpoints, beside a plain loop.
//!
//! `cargo bench` prints medians; `benches/README.md` has the ratios and what the limits are. Every
//! result is checked against the plain loop before anything is timed.

// A bench may stop at the first surprise.
#![allow(clippy::expect_used)]

use std::path::Path;
use std::sync::OnceLock;

use divan::{Bencher, black_box};
use wattroute::draw::{Draws, Stream, threshold};
use wattroute::policy::PolicySpec;
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Lane, Replay, Request, Silent, day};
use wattroute::sweep::{Grid, sweep};
use wattroute::trace::{Column, Columns, Draft, DraftEndpoint, Endpoint, Metric, Names, Queries, Tier, Trace};
use wattroute::workload::{ACCOUNTS, Arrivals, PAPER_ARRIVALS};

#[path = "shared/allocator.rs"]
mod allocator;
mod shared;

use shared::TEN;

const QUERIES: usize = 1_000_000;
const ENDPOINTS: usize = 5;
const SEED: u64 = 11;

fn main() {
    check();
    divan::main();
}

/// A trace of random outcomes: endpoint e is right with chance 0.5 + 0.1 e and takes 2^e times the energy.
fn draft() -> Draft {
    let draws = Draws::new(SEED, 0).stream(Stream::Sample, 0);
    let number = |column: usize, row: usize| draws.uniform((column * QUERIES + row) as u64);
    let endpoint = |index: usize| {
        let tier = if index + 1 == ENDPOINTS { Tier::Cloud } else { Tier::Local };
        let size = 2f64.powi(index as i32);
        let about = Endpoint { tier: Some(tier), params_total_b: Some(size), ..Endpoint::new(&format!("m{index}"), Some("hw")) };
        let mut out = DraftEndpoint { endpoint: about, rows: (0..QUERIES as u32).collect(), ..DraftEndpoint::default() };
        let right = 0.5 + 0.1 * index as f64;
        out.metrics.set(Metric::Score, (0..QUERIES).map(|row| f64::from(number(index, row) < right)).collect());
        for (account, metric) in ACCOUNTS.into_iter().enumerate() {
            let column = ENDPOINTS * (account + 1) + index;
            out.metrics.set(metric, (0..QUERIES).map(|row| size * (0.5 + number(column, row))).collect());
        }
        out
    };
    let category = (0..QUERIES).map(|row| Some(["a", "b", "c", "d"][row % 4]));
    let queries = Queries {
        rows: (0..QUERIES as u32).collect(),
        ids: Some((0..QUERIES).map(|row| row.to_string()).collect()),
        category: Some(Names::new(category)),
        input_tokens: Some(Column::from_vec((0..QUERIES).map(|row| 100.0 + (row % 50) as f64).collect())),
        ..Queries::default()
    };
    Draft { queries, endpoints: (0..ENDPOINTS).map(endpoint).collect(), ..Draft::default() }
}

/// The folder of the trace, written once below the target folder.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<std::path::PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-1m-by-5");
        draft().write(&folder, true).expect("the bench trace can be written");
        folder
    })
}

fn load() -> Trace {
    let mut metrics = vec![Metric::Score];
    metrics.extend(ACCOUNTS);
    Trace::open(&folder().display().to_string(), &Columns::metrics(&metrics)).expect("the bench trace can be read")
}

fn trace() -> &'static Trace {
    static TRACE: OnceLock<Trace> = OnceLock::new();
    TRACE.get_or_init(load)
}

fn prepare(policies: &[&str], replicates: u32) -> Replay<'static> {
    let specs: Vec<PolicySpec> = policies.iter().map(|name| PolicySpec::find(name).expect("a shipped policy")).collect();
    Replay::prepare(trace(), &specs, &Request { replicates, seed: SEED, ..Request::default() }).expect("the trace has all that is needed")
}

/// The energy of the noisy oracle at 0.8 with misroute `cloud`, as a plain loop over the columns adds it up.
fn plain_loop(trace: &Trace) -> f64 {
    let column =
        |endpoint: usize, metric: Metric| -> Vec<f64> { trace.metric(endpoint, metric).into_iter().flat_map(Column::iter).collect() };
    let scores: Vec<Vec<f64>> = (0..ENDPOINTS).map(|endpoint| column(endpoint, Metric::Score)).collect();
    let energy: Vec<Vec<f64>> = (0..ENDPOINTS).map(|endpoint| column(endpoint, Metric::EnergyJ)).collect();
    let coin = Draws::new(SEED, 0).stream(Stream::Coin, 0);
    let mut sum = 0.0;
    for row in 0..trace.len() {
        let right = (0..ENDPOINTS).find(|&endpoint| scores[endpoint][row] >= 1.0).unwrap_or(ENDPOINTS - 1);
        let endpoint = if coin.draw53(row as u64) < threshold(0.8) { right } else { ENDPOINTS - 1 };
        sum += energy[endpoint][row];
    }
    sum
}

/// Replay, sweep and plain loop must agree before anything is timed.
fn check() {
    let plain = plain_loop(trace());
    let replay = prepare(&["noisy-oracle"], 1);
    let lane = replay.layout().at(Lane::Sum(0));
    let tallies = replay.run(&Silent).expect("the replay runs");
    let replayed = tallies[0].buckets.total()[lane];
    let grid = Grid::new(vec![0.5, 0.8]).expect("a grid");
    let swept = sweep(&replay, 0, Misroute::Cloud, &grid, &Silent).expect("the sweep runs");
    assert_eq!(replayed, swept.simulated[0].row(1)[lane], "replay and sweep agree to the bit");
    let error = (replayed.to_f64() / plain - 1.0).abs();
    assert!(error < 1e-9, "replay {} and plain loop {plain} differ by {error}", replayed.to_f64());
}

#[divan::bench(sample_count = 10)]
fn load_compressed(bencher: Bencher) {
    folder();
    bencher.bench(load);
}

#[divan::bench(sample_count = 10)]
fn loop_one_policy_one_sum(bencher: Bencher) {
    bencher.bench(|| plain_loop(black_box(trace())));
}

#[divan::bench(sample_count = 10)]
fn replay_one(bencher: Bencher) {
    let replay = prepare(&["noisy-oracle"], 1);
    bencher.bench(|| replay.run(&Silent));
}

#[divan::bench(sample_count = 10)]
fn replay_ten(bencher: Bencher) {
    let replay = prepare(&TEN, 1);
    bencher.bench(|| replay.run(&Silent));
}

#[divan::bench(args = [2, 11, 101, 1001], sample_count = 10)]
fn sweep_points(bencher: Bencher, points: u32) {
    let replay = prepare(&["noisy-oracle"], 1);
    let grid = Grid::new((0..points).map(|point| f64::from(point) / f64::from(points - 1)).collect()).expect("a grid");
    bencher.bench(|| sweep(&replay, 0, Misroute::Cloud, &grid, &Silent));
}

#[divan::bench(args = [1, 20], sample_count = 5)]
fn sweep_replicates(bencher: Bencher, replicates: u32) {
    let replay = prepare(&["noisy-oracle"], replicates);
    let grid = Grid::new((0..=100).map(|point| f64::from(point) / 100.0).collect()).expect("a grid");
    bencher.bench(|| sweep(&replay, 0, Misroute::Cloud, &grid, &Silent));
}

const STRATEGIES: [&str; 5] = ["all-fallback", "random", "noisy-oracle:router_accuracy=0.6", "noisy-oracle:router_accuracy=0.8", "oracle"];

/// The paper's day: 80.2 million arrivals, five strategies, the table that they look up packed each time.
#[divan::bench(sample_count = 5)]
fn day_of_the_paper(bencher: Bencher) {
    let replay = prepare(&STRATEGIES, 1);
    let arrivals = Arrivals::built_in(PAPER_ARRIVALS).expect("a day");
    bencher.bench(|| day::run(&replay, &arrivals, &Silent));
}

/// Packing alone: a day of one arrival.
#[divan::bench(sample_count = 5)]
fn day_of_one_arrival(bencher: Bencher) {
    let replay = prepare(&STRATEGIES, 1);
    let arrivals = Arrivals::built_in(1).expect("a day");
    bencher.bench(|| day::run(&replay, &arrivals, &Silent));
}

/// A misroute that draws, planned and run arrival by arrival.
#[divan::bench(sample_count = 3)]
fn day_of_two_million_through_the_engine(bencher: Bencher) {
    let replay = prepare(&["noisy-oracle:misroute=retry"], 1);
    let arrivals = Arrivals::built_in(2_000_000).expect("a day");
    bencher.bench(|| day::run(&replay, &arrivals, &Silent));
}
