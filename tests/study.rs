//! `wattroute study` on the traces that the program carries, against known answers: those that the
//! recording of `ladder` was published with, and `toy`, worked out by hand on its own page.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

use wattroute::analysis::study::{Extent, Study};
use wattroute::report::{Figure, Report};

/// The report of a study in a folder of its own.
fn study(arguments: &[&str]) -> (tempfile::TempDir, Report) {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let call = Command::new(env!("CARGO_BIN_EXE_wattroute")).arg("study").args(arguments).arg("--out").arg(&run).output().unwrap();
    assert!(call.status.success(), "{}", String::from_utf8_lossy(&call.stderr));
    let report = Report::read(&run).unwrap();
    (folder, report)
}

fn of(report: &Report) -> &Study {
    report.study.as_ref().unwrap()
}

/// In percent, as published: to four decimals.
fn close(found: Option<Figure>, percent: f64) {
    let found = 100.0 * found.unwrap().value;
    assert!((found - percent).abs() <= 5.1e-5, "{found} is not {percent}%");
}

fn xl(batch: u32) -> String {
    format!("ladder-xl@nvidia-h200-bs{batch}")
}

#[test]
fn the_ladder_as_published() {
    let (folder, report) = study(&["ladder"]);
    let study = of(&report);
    // Local are s, m and l at batch 1: they solve 87.1429%, l alone 84.6143%; xl 85.7143%.
    let row = &study.coverage.as_ref().unwrap().rows[0];
    close(row.local, 87.1429);
    let (local, cloud) = (row.best_local.as_ref().unwrap(), row.best_cloud.as_ref().unwrap());
    assert_eq!((local.endpoint.as_str(), cloud.endpoint.as_str()), ("ladder-l@nvidia-h200-bs1", xl(1).as_str()));
    close(Some(local.share), 84.6143);
    close(Some(cloud.share), 85.7143);
    // The oracle's shares; 2.0857% only xl solves, 10.7714% nobody.
    let row = &study.difficulty.as_ref().unwrap().rows[0];
    for (found, percent) in row.smallest.iter().zip([63.4714, 14.4571, 9.2143]) {
        close(*found, percent);
    }
    close(row.cloud_only, 2.0857);
    close(row.nobody, 10.7714);
    // xl at batch 1 takes 1.2613 J, at 16 0.1833 J, at 64 a fifteenth: of the same answer accuracy, so that
    // the gain per joule is the inverse ratio of energies.
    let group = study.batching.iter().find(|group| group.model == "ladder-xl").unwrap();
    assert_eq!(group.rows.iter().map(|row| row.batch_size).collect::<Vec<_>>(), [1, 4, 16, 64, 256]);
    assert!(group.rows.iter().zip([1, 4, 16, 64, 256]).all(|(row, batch)| row.endpoint == xl(batch)));
    let (gain, energy) = (group.rows[2].apj_gain.unwrap(), group.rows[2].energy_j.unwrap());
    assert!((gain.value - 1.2613 / 0.1833).abs() < 0.005 && (energy.value - 0.1833).abs() < 5e-5, "{gain:?} {energy:?}");
    assert!(gain.low < Some(gain.value) && Some(gain.value) < gain.high);
    assert_eq!(group.rows[3].apj_gain.map(|gain| gain.value.floor()), Some(15.0));
    // Both baselines of the trace; the sign hangs on the cloud's batch size here too.
    let energies: Vec<f64> = study.by_size.iter().map(|savings| savings.limits[2].rows[0].savings.energy.unwrap().value).collect();
    assert!(energies.len() == 2 && energies[0] > 0.6 && energies[1] < -0.4, "{energies:?}");
    for file in ["coverage", "difficulty", "savings_by_size", "pairs", "batching"] {
        assert!(["csv", "parquet"].iter().all(|ending| folder.path().join(format!("run/{file}.{ending}")).is_file()), "{file}");
    }
    assert!(!folder.path().join("run/over_time.csv").exists() && report.notes.iter().any(|note| note.contains("`year`")));
}

#[test]
fn the_toy_by_hand() {
    let (folder, report) = study(&["toy"]);
    let study = of(&report);
    // traces/toy/README.md: 5/12 by small, 3/12 more by medium; large alone rows 5 and 11; 8 and 10 nobody of them.
    let row = &study.difficulty.as_ref().unwrap().rows[0];
    let shares: Vec<f64> = row.smallest.iter().chain([&row.cloud_only, &row.nobody]).map(|figure| 12.0 * figure.unwrap().value).collect();
    assert!(shares.iter().zip([5.0, 3.0, 2.0, 2.0]).all(|(found, queries)| (found - queries).abs() < 1e-9), "{shares:?}");
    let rows = &study.coverage.as_ref().unwrap().rows;
    let datasets: Vec<f64> =
        rows.iter().filter(|row| row.group.extent == Extent::Dataset).map(|row| 6.0 * row.local.unwrap().value).collect();
    assert!((datasets[0] - 5.0).abs() < 1e-9 && (datasets[1] - 3.0).abs() < 1e-9, "{datasets:?}");
    // The oracle takes 7 + 8 + 30 J for what is solved. Rows 8 and 10 go to small, at 2 J each, and not to
    // large: 49 of 180 J. Up to 1B rows 2, 4 and 9 change hands: 2 and 4 to large at 10 J, 9 to small at 2 J.
    let saved = |limit: usize| study.by_size[0].limits[limit].rows[0].savings.energy.unwrap().value;
    assert!((saved(1) - (1.0 - 49.0 / 180.0)).abs() < 1e-12, "{}", saved(1));
    assert!((saved(0) - (1.0 - 63.0 / 180.0)).abs() < 1e-12, "{}", saved(0));
    let phone = study.pairs.iter().find(|pair| pair.endpoint == "tiny@phone").unwrap();
    assert_eq!((phone.apw.unwrap().value, phone.apj.unwrap().value), (3.0 / 11.0 / 0.5, 3.0 / 11.0 / 0.75));
    let page = std::fs::read_to_string(folder.path().join("run/report.md")).unwrap();
    assert!(page.contains("## Coverage: share of queries") && page.contains("## What was studied"), "{page}");
}

#[test]
fn json_and_threads() {
    let call = |threads: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_wattroute")).args(["study", "toy", "--json", "--threads", threads]).output().unwrap();
        let mut report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        report["manifest"]["arguments"] = serde_json::Value::Null;
        report
    };
    let one = call("1");
    assert_eq!(one, call("2"));
    assert_eq!(one["study"]["coverage"]["rows"][0]["group"]["extent"], "all");
}

#[test]
fn missing_cells_leave_out_savings_alone() {
    let local = "small@laptop,medium@laptop,tiny@phone";
    let (_folder, report) = study(&["toy", "--local", local]);
    assert!(of(&report).by_size.is_empty() && of(&report).coverage.is_some());
    let note = report.notes.iter().find(|note| note.contains("no savings by size")).unwrap();
    assert!(note.contains("tiny@phone") && note.contains("--missing complete"), "{note}");
    let (_folder, report) = study(&["toy", "--local", local, "--missing", "complete"]);
    // Rows 4 and 11 lack a cell of the phone.
    assert_eq!(of(&report).by_size[0].limits[0].rows[0].group.queries, 10, "{:?}", report.notes);
}

#[test]
fn tables_fit_80_columns() {
    let output = Command::new(env!("CARGO_BIN_EXE_wattroute")).args(["study", "ladder"]).env("COLUMNS", "80").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("batching") && text.contains("difficulty"), "{text}");
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
        // An interval is whole, or left out.
        assert_eq!(line.matches('[').count(), line.matches(']').count(), "{line}");
    }
}
