//! The program as a person meets it: its help, and what it says to every mistake.
//!
//! The texts stand in `tests/cmd`. After a change of words `TRYCMD=overwrite cargo test --test cli`
//! writes them anew; read the difference as a newcomer would.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod mistakes;

use std::fmt::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn wattroute(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_wattroute")).args(arguments).current_dir(folder).env("COLUMNS", "100").output().unwrap()
}

#[test]
fn help() {
    let verbs = wattroute::cli::verbs();
    if std::env::var("TRYCMD").is_ok_and(|action| action == "overwrite") {
        // A verb that is new gets its place; trycmd fills in what the program says.
        let calls = std::iter::once(String::new()).chain(verbs.iter().map(|verb| format!("{verb} ")));
        let text = calls.map(|verb| format!("```console\n$ wattroute {verb}--help\n\n```\n\n")).collect::<String>();
        std::fs::write("tests/cmd/help.md", format!("# What `--help` says\n\n{text}")).unwrap();
    }
    let text = std::fs::read_to_string("tests/cmd/help.md").unwrap();
    for verb in verbs {
        assert!(text.contains(&format!("$ wattroute {verb} --help")), "tests/cmd/help.md lacks `{verb}`");
    }
    trycmd::TestCases::new().env("COLUMNS", "100").case("tests/cmd/help.md").run();
}

#[test]
fn every_mistake_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    mistakes::lay_out(folder.path());
    let (mut transcript, mut wrong) = (String::new(), Vec::new());
    for (code, arguments) in mistakes::CALLS {
        let output = wattroute(folder.path(), arguments);
        let (stdout, stderr) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        write!(transcript, "$ wattroute {}\n{stdout}{stderr}\n", arguments.join(" ")).unwrap();
        // What is wrong with a trace is what `check` is asked for.
        let silent = stdout.is_empty() || arguments[0] == "check";
        if output.status.code() != Some(*code) || !stderr.starts_with("error: ") || !silent {
            wrong.push(format!("{arguments:?} ends with {}, not {code}:\n{stderr}{stdout}", output.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    snapbox::Assert::new().action_env("TRYCMD").eq(transcript, snapbox::file!["cmd/mistakes.txt"]);
}

#[test]
fn what_was_there_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("run")).unwrap();
    std::fs::write(folder.path().join("run/mine.txt"), "mine").unwrap();
    for force in [&[][..], &["--force"]] {
        let arguments = [&["replay", "toy", "--policy", "oracle", "--replicates", "1", "--out", "run"], force].concat();
        let output = wattroute(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(std::fs::read_to_string(folder.path().join("run/mine.txt")).unwrap(), "mine");
    }
}

/// The JSON of a call.
fn json(arguments: &[&str]) -> serde_json::Value {
    let output = wattroute(Path::new("."), arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_comparison_has_the_policies_of_a_replay() {
    let policies = ["--policy", "oracle", "--policy", "cascade", "--policy", "random", "--json"];
    let replayed = json(&[&["replay", "toy"], &policies[..]].concat());
    let compared = json(&[&["compare", "toy"], &policies[..]].concat());
    let rows = |report: &serde_json::Value| report["policies"].as_array().unwrap().clone();
    let (replayed, all) = (rows(&replayed), rows(&compared));
    assert_eq!((replayed.len(), all.len()), (4, 6), "two fixed endpoints more");
    assert!(replayed.iter().all(|row| all.contains(row)));
    // The policies are sorted, and each is among the report's.
    let sorted = compared["compare"]["policies"].as_array().unwrap();
    assert_eq!(sorted[0]["policy"], "oracle");
    assert!(sorted.len() == 6 && sorted.iter().all(|row| all.iter().any(|policy| policy["name"] == row["policy"])));
    assert_eq!(compared["compare"]["left_out"], serde_json::json!([]));
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    for arguments in [&["replay", "toy", "--policy", "oracle", "--json"][..], &["inspect", "ladder"], &["--help"], &["policies"]] {
        let mut child =
            Command::new(env!("CARGO_BIN_EXE_wattroute")).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !stderr.contains("panicked") && !stderr.contains("error"), "{arguments:?}: {stderr}");
    }
}
