//! `wattroute check`: its exit code and what it prints.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::{Command, Output};

fn check(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wattroute")).arg("check").args(arguments).output().expect("the program runs")
}

#[test]
fn a_sound_trace_gives_code_0() {
    let output = check(&["toy"]);
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.ends_with("no faults in 12 queries x 4 endpoints\n"), "{text}");
}

#[test]
fn a_fault_gives_code_1_and_json_lists_it() {
    let folder = tempfile::TempDir::new().expect("a temporary folder");
    std::fs::write(folder.path().join("trace.toml"), "format = 1\nname = \"empty\"\n").expect("a file");
    let output = check(&[&folder.path().display().to_string(), "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("one object on stdout");
    // No endpoints, and no table of queries.
    assert_eq!((json["fault_count"].as_u64(), json["faults"].as_array().map(Vec::len)), (Some(2), Some(2)));
    assert!(json["faults"][1]["where"].as_str().is_some_and(|place| place.contains("queries.parquet")), "{json}");
    assert!(json["warnings"].is_array() && json["queries"].is_null());
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(complaint.contains("the trace has 2 faults"), "{complaint}");
}

#[test]
fn no_trace_gives_code_1() {
    let output = check(&["no-such-trace"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("toy"), "it lists what there is");
}
