//! `wattroute reproduce` as a program: small, so that it runs in a test; `.ci/run` has it in full size.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs it in a folder, with arguments for a small size.
fn reproduce(folder: &Path, more: &[&str]) -> Output {
    told(folder, &[&["--json"], more].concat())
}

/// The same with its remarks, which are silent where it prints JSON.
fn told(folder: &Path, more: &[&str]) -> Output {
    let size = ["--queries", "3000", "--arrivals", "50000", "--force"];
    Command::new(env!("CARGO_BIN_EXE_wattroute")).arg("reproduce").args(size).args(more).current_dir(folder).output().unwrap()
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn lines(report: &Value) -> Vec<&Value> {
    let scenarios = report["reproduction"]["scenarios"].as_array().unwrap();
    scenarios.iter().flat_map(|scenario| scenario["lines"].as_array().unwrap()).collect()
}

fn line<'a>(report: &'a Value, key: &str) -> &'a Value {
    lines(report).into_iter().find(|line| line["key"] == key).unwrap_or_else(|| panic!("no line `{key}`"))
}

#[test]
fn the_paper_comes_out_of_generated_rows() {
    let folder = tempfile::tempdir().unwrap();
    let output = reproduce(folder.path(), &[]);
    let report = report(&output);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let names: Vec<&str> =
        report["reproduction"]["scenarios"].as_array().unwrap().iter().map(|scenario| scenario["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["paper", "tables", "measured"]);
    let judged: Vec<&Value> = lines(&report).into_iter().filter(|line| !line["within"].is_null()).collect();
    // Figure 4 has 10 figures; Table 11 gives 2; Figure 2 4; Tables 2, 13, 14, 15 and Figure 3 30; Table 4 up to 46.
    assert!((80..=92).contains(&judged.len()), "{}", judged.len());
    assert!(judged.iter().all(|line| line["within"] == true));
    // 80.7% of 3,000 queries: the standard error is 0.7 points.
    let local = line(&report, "local_share");
    assert!((local["here"].as_f64().unwrap() - 0.807).abs() < 0.022);
    // A tolerance of 0.1 points for a million queries is 18 times as wide for 3,000.
    assert!((local["tolerance"].as_f64().unwrap() - 0.001 * (1e6_f64 / 3000.0).sqrt()).abs() < 1e-12);
    // With Table 14's energies routing takes more than a cloud at batch 128.
    let key = "saving.energy.oracle.qwen3-235b@8x-nvidia-h100-bs128";
    assert!(line(&report, key)["here"].as_f64().unwrap() < -0.4);
    assert_eq!(report["day"]["arrivals"], 50_000);
    assert!(!report["reproduction"]["implications"].as_array().unwrap().is_empty());
    for file in ["runs/reproduce/report.json", "runs/reproduce/report.md", "figures/paper/lines.csv", "figures/paper/day.svg"] {
        assert!(folder.path().join(file).is_file(), "{file}");
    }
}

#[test]
fn a_changed_spec_changes_the_figures() {
    let folder = tempfile::tempdir().unwrap();
    let spec = fs::read_to_string("traces/ipw-routing.toml").unwrap();
    // Qwen3-4B, whose queries are free, answers more of them, and nothing is solved for.
    let targets = "[savings] # Figure 4, oracle\nflops = 0.773\ncost = 0.738\n";
    assert!(spec.contains(targets) && spec.contains("\"Qwen3-4B\" = \"solve\""));
    let spec = spec.replace(targets, "").replace("\"Qwen3-4B\" = \"solve\"", "\"Qwen3-4B\" = 0.6");
    fs::create_dir(folder.path().join("traces")).unwrap();
    // A spec in the working directory goes before the program's own.
    fs::write(folder.path().join("traces/ipw-routing.toml"), spec).unwrap();
    let output = reproduce(folder.path(), &["--scenario", "paper"]);
    assert_eq!(output.status.code(), Some(1));
    let report = report(&output);
    let cost = line(&report, "saving.cost.1");
    assert_eq!((cost["within"].as_bool(), cost["paper"].as_f64()), (Some(false), Some(0.738)));
    // At most what the local share leaves: 0.807 less 16% of the cloud's price on the 20.7% that others than
    // Qwen3-4B solve.
    assert!((cost["here"].as_f64().unwrap() - 0.774).abs() < 0.015, "{cost}");
    assert_eq!(line(&report, "local_share")["within"], true);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("outside of their tolerance") && error.contains("cost saved, oracle"), "{error}");
}

#[test]
fn traces_are_kept_and_made_again_where_they_are_not_whole() {
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        let output = told(folder.path(), &["--scenario", "measured"]);
        assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
        let report: Value = serde_json::from_slice(&fs::read(folder.path().join("runs/reproduce/report.json")).unwrap()).unwrap();
        let here: Vec<Value> = lines(&report).into_iter().map(|line| line["here"].clone()).collect();
        (here, String::from_utf8(output.stderr).unwrap())
    };
    let (first, said) = run();
    assert!(said.contains("generating 600 queries of ipw-measured"), "{said}");
    let (again, said) = run();
    assert_eq!(first, again);
    assert!(!said.contains("generat"), "{said}");
    let trace = folder.path().join(".cache/ipw-measured-600-seed-0");
    fs::remove_file(trace.join("queries.parquet")).unwrap();
    let (mended, said) = run();
    assert_eq!(first, mended);
    assert!(said.contains("cannot be read; it is generated again"), "{said}");
    let description = fs::read_to_string(trace.join("trace.toml")).unwrap();
    fs::write(trace.join("trace.toml"), description.replace("spec ", "speck ")).unwrap();
    let (other, said) = run();
    assert_eq!(first, other);
    assert!(said.contains("of another version or spec; it is generated again"), "{said}");
}
