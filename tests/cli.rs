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

/// The files below a folder, with their bytes.
fn files(folder: &Path) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path.strip_prefix(folder).unwrap().to_owned(), std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn a_run_of_tallies_has_the_bytes_of_a_run_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let run = |line: &str| {
        let output = wattroute(folder.path(), &line.split_whitespace().collect::<Vec<_>>());
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    };
    run("synth ipw-routing --queries 10000 --out trace");
    let replay = "replay trace --policy oracle --policy random --policy noisy-oracle:misroute=retry --replicates 3 --seed 4 --carbon 400";
    run(&format!("{replay} --out whole --threads 1"));
    run(&format!("{replay} --stream --out streamed --quiet"));
    run(&format!("{replay} --rows 8192.. --tally c.tally --json --threads 2"));
    run(&format!("--quiet {replay} --rows=..4096 --tally=a.tally --stream"));
    run(&format!("{replay} --tally b.tally --rows 4096..8192"));
    run("merge c.tally a.tally b.tally --out merged --force");
    let whole = files(&folder.path().join("whole"));
    assert!(whole.len() > 8 && whole.contains_key(Path::new("report.json")));
    for other in ["streamed", "merged"] {
        let found = files(&folder.path().join(other));
        assert!(found.keys().eq(whole.keys()), "{other}");
        whole.iter().for_each(|(name, bytes)| assert!(found[name] == *bytes, "{other}: {} differs", name.display()));
    }
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
