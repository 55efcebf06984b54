//! Run folders of the IPW harness as `save_to_disk` writes them: v1 in one and in two files, and v2.
#![allow(clippy::expect_used, reason = "a test may stop")]

use std::path::PathBuf;

use wattroute::trace::import::{self, ImportOptions};
use wattroute::trace::{Columns, Metric, Trace};

const METRICS: [Metric; 7] =
    [Metric::Score, Metric::EnergyJ, Metric::LatencyS, Metric::TtftS, Metric::InputTokens, Metric::OutputTokens, Metric::Flops];

fn runs() -> PathBuf {
    let data = std::env::var_os("WATTROUTE_DATA").expect("WATTROUTE_DATA names the folder of test data");
    PathBuf::from(data).join("ipw-runs")
}

fn trace() -> Trace {
    let format = import::find("ipw").expect("the format is listed");
    let draft = import::import(format, &[runs()], &ImportOptions::default(), Vec::new()).expect("the runs are read");
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("trace");
    draft.write(&out, false).expect("the trace is written");
    Trace::open(&out.to_string_lossy(), &Columns::all()).expect("the trace is read")
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn three_runs_are_one_trace_that_lacks_nothing_but_cost() {
    let trace = trace();
    let endpoints: Vec<&str> = trace.info.endpoints.iter().map(|endpoint| endpoint.id.as_str()).collect();
    assert_eq!(endpoints, ["qwen3-235b-a22b@h200", "qwen3-8b@m4max", "gpt-oss-20b@m4max"]);
    let batches: Vec<Option<u32>> = trace.info.endpoints.iter().map(|endpoint| endpoint.batch_size).collect();
    assert_eq!(batches, [Some(1), None, None]);
    assert_eq!(trace.queries.rows.len(), 400);
    for outcomes in &trace.outcomes {
        assert_eq!(outcomes.answered, 400);
        for metric in METRICS {
            assert_eq!(outcomes.metrics.get(metric).map(|column| column.missing()), Some(0), "{metric}");
        }
        assert!(outcomes.metrics.get(Metric::CostUsd).is_none());
    }
    assert!(trace.info.sources.is_empty(), "nothing is estimated");
}

/// The sums over the files as another Arrow reader (pyarrow) gives them.
#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn sums_are_those_of_another_reader() {
    let trace = trace();
    let known = [
        [330.0, 2_534_400.0, 2816.0, 80.0, 18761.0, 164_160.0, 2.926736e15],
        [228.0, 260_787.272_727_272_53, 2_897.636_363_636_361_2, 80.0, 18761.0, 154_970.0, 2.779696e15],
        [267.0, 177_164.312_5, 1_864.887_5, 80.0, 18761.0, 142_791.0, 2.584832e15],
    ];
    for (outcomes, known) in trace.outcomes.iter().zip(known) {
        for (metric, known) in METRICS.into_iter().zip(known) {
            let sum: f64 = outcomes.metrics.get(metric).expect("the column is there").iter().sum();
            assert!((sum - known).abs() <= 1e-9 * known, "{metric}: {sum}, not {known}");
        }
    }
}

/// Row 0 of the two-file run: `question 0 on chemistry`, 2852.375 J, 30.025 s, 34 and 2386 tokens.
#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn outcomes_stand_at_their_questions() {
    let trace = trace();
    let prompts = trace.queries.prompts.as_ref().expect("prompts");
    let row = prompts.iter().position(|prompt| prompt.as_deref() == Some("question 0 on chemistry")).expect("the question");
    let cell = |metric| trace.metric(2, metric).and_then(|column| column.get(row));
    assert_eq!(cell(Metric::EnergyJ), Some(2852.375));
    assert_eq!(cell(Metric::LatencyS), Some(30.025));
    assert_eq!((cell(Metric::InputTokens), cell(Metric::OutputTokens)), (Some(34.0), Some(2386.0)));
    assert_eq!(cell(Metric::Score), Some(1.0));
    let category = trace.queries.category.as_ref().and_then(|names| names.get(row));
    let dataset = trace.queries.dataset.as_ref().and_then(|names| names.get(row));
    assert_eq!((category, dataset), (Some("chemistry"), Some("ipw")));
}
