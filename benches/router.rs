//! Fitting logistic routers for five endpoints on one million queries with 32 features, cross-fitted in
//! five folds, beside scikit-learn on the same data in the same run.
//!
//! ```sh
//! pip install -r benches/baselines/requirements.txt
//! cargo bench --bench router
//! ```
//!
//! Without scikit-learn it says so and times ours alone. Results are checked before times are told: the
//! mean log loss on queries not fitted on lies within 0.001 of the true chances' loss for each of them.

// A bench may stop at the first surprise.
#![allow(clippy::expect_used)]

#[path = "shared/allocator.rs"]
mod allocator;

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use wattroute::draw::{Draws, Stream};
use wattroute::policy::PolicySpec;
use wattroute::router::{Calibration, FeatureSpec, How, Labels, Reliability, Target, crossfit};
use wattroute::trace::{Column, Feature, Queries, Trace, TraceInfo};

const QUERIES: usize = 1_000_000;
const FEATURES: usize = 32;
const ENDPOINTS: usize = 5;
/// How far a mean log loss may be above that of the true chances.
const TOLERANCE: f64 = 1e-3;

fn main() {
    // `cargo test --benches` only wants to know that this runs at all.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let columns: Vec<Vec<f64>> = (0..FEATURES).map(column).collect();
    let (labels, best) = labels(&columns);
    let named = columns.iter().enumerate().map(|(index, cells)| (format!("x{index}"), Feature::Number(Column::from_vec(cells.clone()))));
    let queries = Queries { rows: (0..QUERIES as u32).collect(), features: named.collect(), ..Queries::default() };
    let trace = Trace { info: TraceInfo::default(), queries, outcomes: Vec::new(), fingerprint: String::new() };
    println!("{QUERIES} queries, {FEATURES} features, {ENDPOINTS} endpoints, 5 folds; log loss of the true chances {best:.5}");
    let sampled = ours(&trace, &labels, best, 100_000);
    let whole = ours(&trace, &labels, best, QUERIES);
    let theirs = scikit_learn(&columns, &labels, best);
    if let Some(theirs) = theirs {
        println!(
            "scikit-learn, all rows: {theirs:.2} s; {:.1} times ours on samples, {:.2} times ours on all rows",
            theirs / sampled,
            theirs / whole
        );
    }
}

/// Nearly normal: the sum of four uniform numbers, standardised.
fn column(feature: usize) -> Vec<f64> {
    let streams: Vec<_> = (0..4).map(|part| Draws::new(11, 0).stream(Stream::Verdict, (4 * feature + part) as u64)).collect();
    let cell = |query: usize| streams.iter().map(|stream| stream.uniform(query as u64) - 0.5).sum::<f64>() * 3f64.sqrt();
    (0..QUERIES).map(cell).collect()
}

/// Answers by a logistic model for each endpoint, and the log loss of its true chances.
fn labels(columns: &[Vec<f64>]) -> (Labels, f64) {
    let weight = |endpoint: usize, feature: usize| ((endpoint * 7 + feature * 3) % 11) as f64 / 11.0 - 0.4;
    let mut scores = Vec::new();
    let mut loss = 0.0;
    for endpoint in 0..ENDPOINTS {
        let coin = Draws::new(11, 1).stream(Stream::Verdict, endpoint as u64);
        let answer = |query: usize| {
            let z: f64 = columns.iter().enumerate().map(|(feature, cells)| weight(endpoint, feature) * cells[query]).sum();
            let chance = 1.0 / (1.0 + (-z).exp());
            let right = coin.uniform(query as u64) < chance;
            loss -= (if right { chance } else { 1.0 - chance }).ln();
            f64::from(u8::from(right))
        };
        scores.push((0..QUERIES).map(answer).collect());
    }
    let endpoints = (0..ENDPOINTS).map(|endpoint| format!("e{endpoint}")).collect();
    let labels = Labels { endpoints, scores, costs: vec![vec![f64::NAN; QUERIES]; ENDPOINTS], target: Target::Correct };
    (labels, loss / (QUERIES * ENDPOINTS) as f64)
}

fn ours(trace: &Trace, labels: &Labels, best: f64, max_rows: usize) -> f64 {
    let how = How { folds: 5, max_rows, calibrate: Calibration::None, features: FeatureSpec::default(), seed: 1 };
    let spec = PolicySpec::find("logistic").expect("a shipped policy");
    let router = spec.parameters.learned().and_then(|learned| learned.router()).expect("a router that is fitted");
    let start = Instant::now();
    let fitted = crossfit(router, trace, labels, &how).expect("a cross-fit");
    let seconds = start.elapsed().as_secs_f64();
    let losses =
        fitted.predicted.iter().zip(&labels.scores).map(|(predicted, label)| Reliability::of(predicted, label).expect("labels").log_loss);
    let loss = losses.sum::<f64>() / ENDPOINTS as f64;
    assert!((loss - best).abs() < TOLERANCE, "a log loss of {loss}, {best} by the true chances");
    println!("ours, at most {max_rows} rows a fit: {seconds:.2} s, log loss {loss:.5}");
    seconds
}

/// Seconds that scikit-learn takes on the same numbers; `None` without it.
fn scikit_learn(columns: &[Vec<f64>], labels: &Labels, best: f64) -> Option<f64> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("router-bench.f32");
    let mut out = std::io::BufWriter::new(std::fs::File::create(&file).expect("a file"));
    for cells in columns.iter().chain(&labels.scores) {
        cells.iter().for_each(|cell| out.write_all(&(*cell as f32).to_le_bytes()).expect("a file that can be written"));
    }
    out.flush().expect("a file that can be written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/baselines/logistic.py");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let run = Command::new(python).arg(script).arg(&file).args([QUERIES, FEATURES, ENDPOINTS].map(|number| number.to_string())).output();
    std::fs::remove_file(&file).expect("a file that can be removed");
    let text = run.ok().filter(|run| run.status.success()).map(|run| String::from_utf8_lossy(&run.stdout).into_owned());
    let Some(text) = text else {
        println!("scikit-learn is not there: pip install -r benches/baselines/requirements.txt, or name an interpreter by PYTHON");
        return None;
    };
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[seconds, loss] = &numbers[..] else { panic!("the baseline printed {text}") };
    assert!((loss - best).abs() < TOLERANCE, "scikit-learn's log loss is {loss}, {best} by the true chances");
    Some(seconds)
}
