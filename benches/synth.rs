//! The parts of the reproduction at one million queries by five endpoints: calibrating, generating,
//! writing and studying the trace of `ipw-routing`. The day is in `replay.rs`.
//!
//! Before anything is timed, the generated trace is checked: every answer accuracy is met to one query.

// A bench may stop at the first surprise.
#![allow(clippy::expect_used)]

#[path = "shared/allocator.rs"]
mod allocator;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use divan::Bencher;
use wattroute::analysis::study::{self, Analysis};
use wattroute::synth::{Calibration, Spec, calibrate, feasibility, generate};
use wattroute::trace::{Columns, Draft, Metric, Trace};

const QUERIES: u64 = 1_000_000;
const SEED: u64 = 11;

fn main() {
    check();
    divan::main();
}

fn spec() -> &'static Spec {
    static SPEC: OnceLock<Spec> = OnceLock::new();
    SPEC.get_or_init(|| Spec::find("ipw-routing").expect("a shipped spec"))
}

fn calibration() -> &'static Calibration {
    static CALIBRATION: OnceLock<Calibration> = OnceLock::new();
    CALIBRATION.get_or_init(|| calibrate(&spec().answers))
}

fn draft() -> &'static Draft {
    static DRAFT: OnceLock<Draft> = OnceLock::new();
    DRAFT.get_or_init(|| generate(spec(), calibration(), QUERIES, SEED).expect("a trace"))
}

/// The folder of the trace, written once below the target folder.
fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-ipw-routing");
        draft().clone().write(&folder, true).expect("the trace is written");
        folder
    })
}

/// GPT-OSS-20B answers 77.3% of one half and 60% of the other, the baseline all of one and 70% of the other.
fn check() {
    for (endpoint, wanted) in [(3, 0.5 * (0.773 + 0.6)), (4, 0.5 * (1.0 + 0.7))] {
        let scores = draft().endpoints[endpoint].cells(Metric::Score).expect("scores");
        let mean = scores.iter().sum::<f64>() / scores.len() as f64;
        assert!((mean - wanted).abs() < 2e-6, "{mean} {wanted}");
    }
}

#[divan::bench(sample_count = 5)]
fn feasible(bencher: Bencher) {
    bencher.bench(|| feasibility(&spec().answers));
}

#[divan::bench(sample_count = 5)]
fn calibrate_routing(bencher: Bencher) {
    bencher.bench(|| calibrate(&spec().answers));
}

#[divan::bench(sample_count = 5)]
fn generate_rows(bencher: Bencher) {
    calibration();
    bencher.bench(|| generate(spec(), calibration(), QUERIES, SEED));
}

#[divan::bench(sample_count = 3)]
fn check_and_write(bencher: Bencher) {
    let out = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-written");
    bencher.with_inputs(|| draft().clone()).bench_values(|draft| draft.write(&out, true));
}

#[divan::bench(sample_count = 3)]
fn study_coverage_and_sizes(bencher: Bencher) {
    let trace = Trace::open(&folder().to_string_lossy(), &Columns::metrics(&study::METRICS)).expect("the trace opens");
    let only = vec![Analysis::Coverage, Analysis::Difficulty, Analysis::BySize];
    let told = study::Options { seed: SEED, only, ..study::Options::default() };
    bencher.bench(|| study::of(&trace, &told));
}
