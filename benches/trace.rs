//! Loading, writing and importing a trace of one million queries, or answers.
//!
//! Every result is checked before anything is timed: the sum of what was loaded against the numbers that
//! were written, ranges against the whole, and each imported cell against the number that its line was made of.

// A bench may stop at the first surprise.
#![allow(clippy::expect_used)]

#[path = "shared/allocator.rs"]
mod allocator;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use divan::Bencher;
use wattroute::draw::{Draws, Stream};
use wattroute::trace::import::{self, ImportOptions};
use wattroute::trace::{Column, Columns, Draft, DraftEndpoint, Endpoint, Metric, Names, Queries, Trace, TraceReader};

const QUERIES: usize = 1_000_000;
/// Answers of an imported table: 200,000 queries.
const ANSWERS: usize = 1_000_000;
const ENDPOINTS: usize = 5;
const METRICS: [Metric; 5] = [Metric::Score, Metric::EnergyJ, Metric::Flops, Metric::CostUsd, Metric::LatencyS];

fn main() {
    check();
    divan::main();
}

/// A cell: a score is 0 or 1, anything else a random number.
fn cell(endpoint: usize, metric: usize, row: usize) -> f64 {
    let draws = Draws::new(7, 0).stream(Stream::Sample, 0);
    let uniform = draws.uniform(((endpoint * METRICS.len() + metric) * QUERIES + row) as u64);
    if metric == 0 { f64::from(uniform < 0.7) } else { 0.5 + uniform }
}

fn draft() -> Draft {
    let endpoint = |index: usize| {
        let about = Endpoint::new(&format!("m{index}"), Some("hw"));
        let mut out = DraftEndpoint { endpoint: about, rows: (0..QUERIES as u32).collect(), ..DraftEndpoint::default() };
        for (position, metric) in METRICS.into_iter().enumerate() {
            out.metrics.set(metric, (0..QUERIES).map(|row| cell(index, position, row)).collect());
        }
        out
    };
    let queries = Queries {
        rows: (0..QUERIES as u32).collect(),
        ids: Some((0..QUERIES).map(|row| row.to_string()).collect()),
        category: Some(Names::new((0..QUERIES).map(|row| Some(["a", "b", "c", "d"][row % 4])))),
        input_tokens: Some(Column::from_vec((0..QUERIES).map(|row| 100.0 + (row % 50) as f64).collect())),
        ..Queries::default()
    };
    Draft { queries, endpoints: (0..ENDPOINTS).map(endpoint).collect(), ..Draft::default() }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// The trace that is loaded, written once.
fn trace() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let folder = folder("bench-trace-1m-by-5");
        draft().write(&folder, true).expect("the trace can be written");
        folder.display().to_string()
    })
}

fn load() -> Trace {
    Trace::open(trace(), &Columns::metrics(&METRICS)).expect("the trace can be read")
}

fn energy(trace: &Trace) -> Vec<f64> {
    trace.metric(3, Metric::EnergyJ).into_iter().flat_map(Column::iter).collect()
}

/// Reads all ranges, one at a time, and adds up an endpoint's energy.
fn load_in_ranges() -> f64 {
    let reader = TraceReader::open(trace()).expect("the trace can be read");
    let mut sum = 0.0;
    for bounds in reader.bounds().windows(2) {
        let range = reader.read(bounds[0]..bounds[1], &Columns::metrics(&METRICS)).expect("a range can be read");
        energy(&range).into_iter().for_each(|cell| sum += cell);
    }
    sum
}

const MAP: &str = r#"
layout = "long"
[columns]
id = "id"
category = "category"
endpoint = "endpoint"
[metrics]
score = { column = "score" }
energy_j = { column = "energy" }
flops = { column = "flops" }
cost_usd = { column = "cost" }
latency_s = { column = "latency" }
"#;

/// A table of answers and its mapping, written once.
fn table(ending: &str) -> (PathBuf, PathBuf) {
    let (map, file) = (folder("bench-import.map.toml"), folder(&format!("bench-import.{ending}")));
    let mut text = String::new();
    if ending == "csv" {
        text.push_str("id,category,endpoint,score,energy,flops,cost,latency\n");
    }
    for answer in 0..ANSWERS {
        let (row, endpoint) = (answer / ENDPOINTS, answer % ENDPOINTS);
        let [score, energy, flops, cost, latency] = std::array::from_fn(|metric| cell(endpoint, metric, row));
        let category = ["a", "b", "c", "d"][row % 4];
        let line = if ending == "csv" {
            writeln!(text, "q{row},{category},m{endpoint}@hw,{score},{energy},{flops},{cost},{latency}")
        } else {
            writeln!(
                text,
                r#"{{"id":"q{row}","category":"{category}","endpoint":"m{endpoint}@hw","score":{score},"energy":{energy},"flops":{flops},"cost":{cost},"latency":{latency}}}"#
            )
        };
        line.expect("text grows");
    }
    std::fs::write(&map, MAP).expect("the mapping can be written");
    std::fs::write(&file, text).expect("the table can be written");
    (file, map)
}

fn import(file: &Path, map: &Path) -> Draft {
    let options = ImportOptions { map: Some(map.to_owned()), ..ImportOptions::default() };
    let format = import::find("table").expect("a format");
    import::import(format, &[file.to_owned()], &options, Vec::new()).expect("the table can be imported")
}

/// What is timed is right.
fn check() {
    let loaded = energy(&load());
    assert!(loaded.iter().enumerate().all(|(row, energy)| *energy == cell(3, 1, row)) && loaded.len() == QUERIES, "loaded as written");
    let mut sum = 0.0;
    loaded.into_iter().for_each(|cell| sum += cell);
    assert_eq!(load_in_ranges().to_bits(), sum.to_bits(), "ranges are the whole");
    for ending in ["csv", "jsonl"] {
        let (file, map) = table(ending);
        let draft = import(&file, &map);
        assert_eq!(draft.queries.rows.len() * ENDPOINTS, ANSWERS);
        for (index, endpoint) in draft.endpoints.iter().enumerate() {
            for (position, metric) in METRICS.into_iter().enumerate() {
                let cells = endpoint.metrics.get(metric).expect("a column");
                assert!(cells.iter().enumerate().all(|(row, found)| *found == cell(index, position, row)), "{ending}, {metric}");
            }
        }
    }
}

#[divan::bench(sample_count = 10)]
fn load_compressed(bencher: Bencher) {
    trace();
    bencher.bench(load);
}

#[divan::bench(sample_count = 10)]
fn load_compressed_in_ranges(bencher: Bencher) {
    trace();
    bencher.bench(load_in_ranges);
}

#[divan::bench(sample_count = 3)]
fn write(bencher: Bencher) {
    let folder = folder("bench-trace-written");
    bencher.with_inputs(draft).bench_values(|draft| draft.write(&folder, true));
}

#[divan::bench(args = ["csv", "jsonl"], sample_count = 3)]
fn import_table(bencher: Bencher, ending: &str) {
    let (file, map) = table(ending);
    bencher.bench(|| import(&file, &map));
}
