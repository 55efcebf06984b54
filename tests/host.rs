//! Calls of verbs by another program, in its process: the same as on the command line.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use wattroute::cli::{Answer, Call, Failure, Watch, call};
use wattroute::policy::PolicySpec;

fn words(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

fn called(line: &str) -> Result<Answer, Failure> {
    call(Call { arguments: words(line), ..Call::default() })
}

fn answer(line: &str) -> Answer {
    called(line).unwrap_or_else(|failure| panic!("{line}: {failure:?}"))
}

/// What the program prints, and with which code it ends.
fn printed(folder: &Path, line: &str) -> (String, String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_wattroute")).args(words(line)).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code().unwrap())
}

#[test]
fn a_call_answers_what_the_program_prints() {
    let dir = tempfile::tempdir().unwrap();
    for line in ["replay toy --policy oracle --policy random", "inspect ladder", "formats table", "man replay"] {
        let answer = answer(line);
        assert_eq!(answer.json, printed(dir.path(), &format!("{line} --json")).0, "{line}");
        assert_eq!(answer.text, printed(dir.path(), line).0, "{line}");
    }
    let said = answer("replay toy --policy oracle").report.unwrap().manifest.arguments;
    assert_eq!(said, words("replay toy --policy oracle"));
}

#[test]
fn a_report_does_not_say_how_it_was_shown() {
    let dir = tempfile::tempdir().unwrap();
    printed(dir.path(), "replay toy --policy oracle --out run --json");
    printed(dir.path(), "replay toy --quiet --policy oracle --out again");
    let report = |run: &str| fs::read_to_string(dir.path().join(run).join("report.json")).unwrap();
    assert_eq!(report("run"), report("again"));
}

#[test]
fn a_failure_is_that_of_the_program() {
    let dir = tempfile::tempdir().unwrap();
    for (line, code) in [("replay toy", 2), ("replay toy --polcy oracle", 2), ("replay toy --policy orcale", 2), ("inspect nowhere", 1)] {
        let Err(Failure::Failed(error, _)) = called(line) else { panic!("{line}") };
        let (_, said, ended) = printed(dir.path(), line);
        assert_eq!((ended, error.is_usage()), (code, code == 2), "{line}");
        if !line.contains("polcy") && line != "replay toy" {
            assert_eq!(said, format!("error: {error}\n"));
        }
    }
    let Err(Failure::Failed(error, _)) = called("replay toy --polcy oracle") else { panic!() };
    assert_eq!(error.what(), "unexpected argument '--polcy' found");
    assert!(error.said("hint").unwrap().contains("did you mean `--policy`?") && error.said("where").is_none());
    assert!(answer("replay --help").text.contains("--replicates"));
}

#[test]
fn each_call_has_its_number_of_threads() {
    let json = |threads: usize| answer(&format!("compare toy --policy oracle --policy thompson --threads {threads}")).json;
    let without = |threads: usize| json(threads).replace(&format!("\"{threads}\""), "\"N\"");
    assert_eq!(without(1), without(3));
    assert!(matches!(called("inspect toy --threads 0"), Err(Failure::Failed(..))));
}

#[test]
fn policies_of_a_host_are_found_by_name_before_any_file() {
    let mut policy = PolicySpec::find("noisy-oracle:router_accuracy=1").unwrap();
    policy.name = "random".to_owned();
    let arguments = words("replay toy --policy random");
    let answer = call(Call { arguments, policies: vec![policy], ..Call::default() }).unwrap();
    let report = answer.report.unwrap();
    assert_eq!((report.policies[0].name.as_str(), report.policies[0].kind.as_str()), ("random", "noisy-oracle"));
}

#[test]
fn a_call_that_is_not_wanted_any_more_ends_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("run");
    let watch = Arc::new(Watch::default());
    // Millions of replicates: it would go on for an hour.
    let arguments = words(&format!("replay ladder --policy noisy-oracle --replicates 5000000 --out {}", out.display()));
    let call_of = Call { arguments, watch: watch.clone(), ..Call::default() };
    let working = std::thread::spawn(move || call(call_of));
    while watch.progress().is_none_or(|progress| progress.total != 7000) {
        assert!(!working.is_finished());
        std::thread::sleep(Duration::from_millis(5));
    }
    watch.stop();
    assert!(matches!(working.join().unwrap(), Err(Failure::Stopped)));
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    assert!(watch.progress().is_some_and(|progress| progress.done < progress.total));
    // Others go on.
    assert!(!answer("inspect toy").json.is_empty());
}
