//! `wattroute inspect`: known answers on the traces that ship, and the contract of its JSON.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::{Command, Output};

use wattroute::analysis::coverage::Solved;
use wattroute::analysis::inspect::{EndpointSummary, Inspection, inspect};
use wattroute::trace::{Columns, Metric, Trace};

fn open(name: &str) -> Trace {
    Trace::open(name, &Columns::metrics(&Metric::ALL)).unwrap_or_else(|error| panic!("{error}"))
}

fn look(trace: &Trace) -> Inspection {
    inspect(trace, None, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn wattroute(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wattroute")).args(arguments).output().expect("the program runs")
}

#[track_caller]
fn close(found: Option<f64>, expected: f64, within: f64) {
    assert!(found.is_some_and(|found| (found - expected).abs() <= within), "{found:?} is not {expected} within {within}");
}

/// Known answers of the recording: accuracy in percent, joules a query at batch 1, 4, 16, 64 and
/// 256, milliseconds at batch 1, 16 and 256.
const LADDER: [(&str, f64, [f64; 5], [f64; 3]); 4] = [
    ("ladder-s", 63.4714, [0.1941, 0.0785, 0.0304, 0.0112, 0.0059], [1.50, 3.56, 6.52]),
    ("ladder-m", 76.9000, [0.3669, 0.1458, 0.0501, 0.0181, 0.0107], [2.74, 5.81, 10.73]),
    ("ladder-l", 84.6143, [0.6875, 0.3014, 0.1066, 0.0432, 0.0238], [4.73, 11.19, 21.37]),
    ("ladder-xl", 85.7143, [1.2613, 0.4877, 0.1833, 0.0803, 0.0478], [7.35, 15.49, 34.73]),
];

#[test]
fn ladder_has_its_known_answers() {
    let trace = open("ladder");
    let inspection = look(&trace);
    let find = |id: String| inspection.endpoints.iter().find(|endpoint| endpoint.id == id).expect("an endpoint of that id");
    for (model, accuracy, joules, milliseconds) in LADDER {
        let batch = |size: u32| -> &EndpointSummary { find(format!("{model}@nvidia-h200-bs{size}")) };
        for (size, joules) in [1, 4, 16, 64, 256].into_iter().zip(joules) {
            close(batch(size).answer_accuracy, accuracy / 100.0, 5e-7);
            close(batch(size).energy_j_mean, joules, 5.1e-5);
            assert_eq!((batch(size).answered, batch(size).missing), (7000, 0));
        }
        for (size, milliseconds) in [1, 16, 256].into_iter().zip(milliseconds) {
            close(batch(size).latency_s_mean, milliseconds / 1e3, 5.1e-6);
        }
    }
    let cpu = find("ladder-m@cpu-2-threads".to_owned());
    assert_eq!((cpu.answered, cpu.missing, cpu.energy_j_mean, cpu.apj, cpu.cost_usd_total), (510, 6490, None, None, None));
    assert_eq!(cpu.missing_cells.get("energy_j"), Some(&510));
}

#[test]
fn ladder_is_covered_as_known() {
    let trace = open("ladder");
    let coverage = look(&trace).coverage;
    close(coverage.local, 0.871429, 5e-7);
    // With xl at batch 1 besides; the other batches and the CPU may differ in the last bit of a logit.
    let solved = Solved::of(&trace, 1.0);
    let ids = ["ladder-s@nvidia-h200-bs1", "ladder-m@nvidia-h200-bs1", "ladder-l@nvidia-h200-bs1", "ladder-xl@nvidia-h200-bs1"];
    let four: Vec<usize> = ids.iter().map(|id| trace.info.endpoint(id).expect("an endpoint")).collect();
    close(Some(solved.share(&four)), 0.892286, 5e-7);
    // xl alone adds 89.2286 − 87.1429 = 2.0857%, 146 queries of 7,000.
    assert_eq!(solved.count(&four) - solved.count(&four[..3]), 146);
    assert_eq!(look(&trace).endpoints[15].solved_by_model_alone, 146);
}

#[test]
fn toy_has_the_figures_of_its_readme() {
    let inspection = look(&open("toy"));
    let coverage = &inspection.coverage;
    assert_eq!((coverage.any, coverage.local), (11.0 / 12.0, Some(8.0 / 12.0)));
    let by_dataset: Vec<_> = coverage.by_dataset.iter().map(|line| (line.any, line.local)).collect();
    assert_eq!(by_dataset, [(1.0, Some(5.0 / 6.0)), (5.0 / 6.0, Some(0.5))]);
    // Accuracy, mean J, mean W, accuracy per W and per J, USD in all, queries solved alone.
    let expected = [
        (5.0 / 12.0, 1.5, 2.0, 0.2083, 0.2778, 0.0018, 1),
        (0.5, 3.0, 3.0, 0.1667, 0.1667, 0.0036, 1),
        (8.0 / 12.0, 15.0, 7.5, 0.0889, 0.0444, 0.018, 2),
        (3.0 / 11.0, 0.75, 0.5, 0.5455, 0.3636, 0.0, 1),
    ];
    for (endpoint, (accuracy, joules, watts, apw, apj, usd, alone)) in inspection.endpoints.iter().zip(expected) {
        close(endpoint.answer_accuracy, accuracy, 1e-12);
        close(endpoint.energy_j_mean, joules, 1e-12);
        close(endpoint.power_w_mean, watts, 1e-12);
        close(endpoint.apw, apw, 5.1e-5);
        close(endpoint.apj, apj, 5.1e-5);
        close(endpoint.cost_usd_total, usd, 1e-12);
        assert_eq!(endpoint.solved_alone, alone, "{}", endpoint.id);
    }
    let phone = &inspection.endpoints[3];
    assert_eq!((phone.missing, phone.missing_cells.get("energy_j"), phone.missing_cells.get("score")), (1, Some(&1), Some(&0)));
    // 12 known energies: rank ceil(0.95 x 12) = 12, the largest.
    assert_eq!(inspection.endpoints[2].energy_j_p95, Some(20.0));
}

#[test]
fn local_endpoints_can_be_named() {
    let trace = open("toy");
    let local = |ids: &[&str]| inspect(&trace, None, &ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>());
    // The phone solves rows 0, 3 and 10.
    assert_eq!(local(&["tiny@phone"]).expect("known").coverage.local, Some(3.0 / 12.0));
    let error = local(&["tiny@fone"]).expect_err("unknown");
    assert!(error.is_usage() && error.to_string().contains("did you mean `tiny@phone`"), "{error}");
}

#[test]
fn json_keeps_the_contract() {
    let output = wattroute(&["inspect", "toy", "--json"]);
    assert!(output.status.success() && output.stderr.is_empty());
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!(json["queries"], 12);
    let keys = [
        "id",
        "model",
        "hardware",
        "tier",
        "answered",
        "missing",
        "answer_accuracy",
        "energy_j_mean",
        "latency_s_mean",
        "cost_usd_total",
        "apw",
        "apj",
    ];
    for endpoint in json["endpoints"].as_array().expect("endpoints") {
        for key in keys {
            assert!(!endpoint[key].is_null(), "{key} of {endpoint}");
        }
        assert!(endpoint.get("ppw").is_some_and(serde_json::Value::is_null), "what is not known is null");
    }
    assert_eq!(json["coverage"]["any"], 11.0 / 12.0);
    assert_eq!(json["coverage"]["by_endpoint"]["medium@laptop"], 0.5);
}

#[test]
fn text_fits_a_page_and_tells_the_gaps() {
    let output = wattroute(&["inspect", "ladder"]);
    let text = String::from_utf8(output.stdout).expect("text");
    let longest = text.lines().map(|line| line.chars().count()).max();
    assert!(longest.is_some_and(|longest| longest <= 100), "{longest:?}");
    for part in ["answered 510 of 7,000 queries", "energy_j unknown for 536 answers", "no cost_usd", "87.14%", "89.23%"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}
