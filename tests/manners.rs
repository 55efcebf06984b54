//! The manners of the program, verb by verb: `--json`, `--quiet`, colour, width, and mistyped names.
//!
//! The verbs are those of the program's own tree, so that a new one has to be added here.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A short call of each verb, in a folder laid out by [`lay_out`].
const CALLS: &[&str] = &[
    "import table answers.csv --map map.toml --out trace",
    "synth ipw-routing --queries 1000 --out made",
    "enrich toy --electricity 0.2 --out priced",
    "inspect toy",
    "check toy",
    "study toy",
    "replay toy --policy oracle --policy random",
    "replay made --policy oracle --tally part.tally",
    "merge part.tally",
    "compare toy --policy oracle --policy random",
    "sweep toy --accuracy 0,0.5,1",
    "break-even toy",
    "day toy --arrivals-total 1000",
    "train ladder --router bradley-terry --out router.json",
    "reproduce --scenario paper --queries 3000 --arrivals 50000",
    "report run",
    "figures run --out figures",
    "policies",
    "policies noisy-oracle",
    "policies rule",
    "formats",
    "formats ipw",
    "measures",
    "measures apgr",
    "completions bash",
    "man",
    "man replay",
    "man --out man1",
];

/// Calls that fail, with their exit codes: called wrongly, and called well on something that does not work.
const FAILING: &[(i32, &str)] = &[
    (2, "replya toy"),
    (2, "replay toy"),
    (2, "replay toy --polcy oracle"),
    (2, "replay toy --policy oracel"),
    (2, "completions bsh"),
    (1, "replay nowhere --policy oracle"),
    (1, "replay toy --policy wrong.toml"),
];

/// Mistyped names of every sort, and what must have been meant.
const TYPOS: &[(&str, &str)] = &[
    ("replya toy", "replay"),
    ("break-evn toy", "break-even"),
    ("replay toy --polcy oracle", "--policy"),
    ("inspect tyo", "toy"),
    ("inspect laddr", "ladder"),
    ("replay toy --policy oracel", "oracle"),
    ("replay toy --policy kind.toml", "oracle"),
    ("replay toy --policy noisy-oracle:misroute=rety", "retry"),
    ("policies noisy-orcale", "noisy-oracle"),
    ("import routerbnch answers.csv --out new", "routerbench"),
    ("formats lmeval", "lm-eval"),
    ("measures arena-scor", "arena-score"),
    ("replay toy --policy oracle --baseline large@sever", "large@server"),
    ("replay toy --policy oracle --local smal@laptop", "small@laptop"),
    ("replay toy --policy column.toml", "score_hard"),
    ("import table answers.csv --map column-map.toml --out new", "joules"),
    ("replay toy --policy oracle --objective enrgy", "energy"),
    ("replay toy --policy oracle --metrics energyj", "energy_j"),
    ("replay toy --policy oracle --missing complet", "complete"),
    ("replay toy --policy oracle --missing scor=complete", "score"),
    ("sweep toy --misroute acept", "accept"),
    ("study toy --only pears", "pairs"),
    ("reproduce --scenario papr", "paper"),
    ("synth ipw-rooting --out new", "ipw-routing"),
    ("compare toy --by arena-scor", "arena-score"),
    ("import routellm answers.csv --tier small=lokal --out new", "local"),
    ("enrich toy --flops toal --out new", "total"),
    ("completions fsh", "fish"),
    ("man replya", "replay"),
];

fn lay_out(folder: &Path) {
    let answers = "question,model,right,joules\nq1,small,yes,12\nq1,large,yes,150\nq2,small,no,14\nq2,large,yes,160\n";
    let map = |energy: &str| {
        format!(
            "layout = \"long\"\ncolumns = {{ id = \"question\", model = \"model\" }}\n[metrics]\nscore = {{ column = \"right\" }}\n\
             energy_j = {{ column = \"{energy}\", unit = \"J\" }}\n"
        )
    };
    let threshold =
        |column: &str| format!("kind = \"threshold\"\n[parameters]\ncolumn = \"{column}\"\nat_least = 0.5\nlow = \"small@laptop\"\n");
    for (name, text) in [
        ("answers.csv", answers.to_owned()),
        ("map.toml", map("joules")),
        ("column-map.toml", map("joule")),
        ("kind.toml", "kind = \"orakle\"\n".to_owned()),
        ("column.toml", threshold("score_hrad")),
        ("wrong.toml", "kind = \"always\"\n".to_owned()),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
    let made = wattroute(folder, &words("replay toy --policy oracle --out run"), &[]);
    assert!(made.status.success(), "{}", stderr(&made));
}

fn words(call: &str) -> Vec<&str> {
    call.split_whitespace().collect()
}

/// Runs the program where nothing is said of colour or width but by `variables`.
fn wattroute(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wattroute"));
    for unset in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "TERM"] {
        command.env_remove(unset);
    }
    command.args(arguments).current_dir(folder).envs(variables.iter().copied()).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn object(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(value.is_object(), "{text}");
    value
}

#[test]
fn every_verb_has_a_call_here() {
    for verb in wattroute::cli::verbs() {
        assert!(CALLS.iter().any(|call| words(call)[0] == verb), "`{verb}` has no call");
    }
}

#[test]
fn json_is_one_object() {
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path());
    for call in CALLS {
        let output = wattroute(folder.path(), &[&words(call)[..], &["--json"]].concat(), &[("CLICOLOR_FORCE", "1")]);
        assert!(output.status.success(), "{call}: {}", stderr(&output));
        object(&stdout(&output));
        assert_eq!(stderr(&output), "", "{call}");
    }
}

#[test]
fn quiet_is_nothing() {
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path());
    for call in CALLS {
        // What writes something does it again, over what is there by then.
        let again = call.contains(" --out ") || call.contains(" --tally ");
        for options in [&["--quiet"][..], &["--quiet", "--force"]].into_iter().take(1 + usize::from(again)) {
            let output = wattroute(folder.path(), &[&words(call)[..], options].concat(), &[]);
            let silent = (Some(0), String::new(), String::new());
            assert_eq!((output.status.code(), stdout(&output), stderr(&output)), silent, "{call} {options:?}");
        }
    }
    let failed = wattroute(folder.path(), &words("replay toy --policy oracel --quiet"), &[]);
    assert!(failed.status.code() == Some(2) && stderr(&failed).starts_with("error: no such policy"), "{}", stderr(&failed));
}

#[test]
fn a_failure_under_json_is_one_object_on_stderr() {
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path());
    for (code, call) in FAILING {
        let output = wattroute(folder.path(), &[&words(call)[..], &["--json"]].concat(), &[("CLICOLOR_FORCE", "1")]);
        assert_eq!((output.status.code(), stdout(&output)), (Some(*code), String::new()), "{call}");
        let failure = object(&stderr(&output));
        assert_eq!(failure["exit_code"], *code, "{call}");
        assert!(failure["errors"][0]["what"].as_str().is_some_and(|what| !what.is_empty()), "{call}: {failure}");
    }
    // A trace with faults: they are what was asked for, and stand on stdout; that there are any, on stderr.
    let trace = folder.path().join("broken");
    fs::create_dir(&trace).unwrap();
    fs::write(trace.join("trace.toml"), "format = 1\nname = 3\n").unwrap();
    let output = wattroute(folder.path(), &["check", "broken", "--json"], &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(object(&stdout(&output))["faults"].as_array().is_some_and(|faults| !faults.is_empty()));
    assert_eq!(object(&stderr(&output))["exit_code"], 1);
}

#[test]
fn a_mistyped_name_is_told_the_nearest() {
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path());
    for (call, meant) in TYPOS {
        let output = wattroute(folder.path(), &words(call), &[]);
        let said = stderr(&output);
        // clap says `tip: a similar … exists: 'X'`, the rest of the program `did you mean `X`?`.
        let is_told = said.contains(&format!("did you mean `{meant}`?"))
            || said.lines().any(|line| line.contains("similar") && line.contains(&format!("'{meant}'")));
        assert!(output.status.code().is_some_and(|code| code > 0) && is_told, "{call} should be told `{meant}`:\n{said}");
    }
}

const ESCAPE: char = '\u{1b}';

#[test]
fn colour_is_for_terminals_and_never_with_no_color() {
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path());
    let calls = ["--help", "replay --help", "replay toy --policy oracle", "inspect toy", "replay toy --policy oracel", "replya"];
    for call in calls {
        for plain in [&[][..], &[("TERM", "xterm-256color")], &[("NO_COLOR", "1")], &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]] {
            let output = wattroute(folder.path(), &words(call), plain);
            assert!(!(stdout(&output) + &stderr(&output)).contains(ESCAPE), "{call} with {plain:?}");
        }
        let output = wattroute(folder.path(), &words(call), &[("CLICOLOR_FORCE", "1")]);
        let painted = stdout(&output) + &stderr(&output);
        assert!(painted.contains(ESCAPE), "{call}");
        // The same text, whether it is painted or not.
        let plain = wattroute(folder.path(), &words(call), &[]);
        assert_eq!(unpainted(&painted), stdout(&plain) + &stderr(&plain), "{call}");
    }
    // What another program reads is never painted.
    for call in ["completions bash", "man", "replay toy --policy oracle --json"] {
        let output = wattroute(folder.path(), &words(call), &[("CLICOLOR_FORCE", "1")]);
        assert!(!stdout(&output).contains(ESCAPE), "{call}");
    }
}

/// Text without the orders that colour it.
fn unpainted(text: &str) -> String {
    let mut parts = text.split(ESCAPE);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| all + part.split_once('m').expect("an order ends with m").1)
}

#[test]
fn what_is_printed_fits_80_columns() {
    let folder = tempfile::tempdir().unwrap();
    lay_out(folder.path());
    // Scripts and pages for other programs keep their lines, and a name of a file is one word.
    let others = |call: &&&str| !["completions", "man", "figures", "reproduce"].contains(&words(call)[0]);
    let more = ["inspect ladder", "break-even ladder", "study ladder", "policies bandit"];
    for call in CALLS.iter().filter(others).chain(&more) {
        let output = wattroute(folder.path(), &words(call), &[("COLUMNS", "80")]);
        assert!(output.status.success(), "{call}: {}", stderr(&output));
        for line in stdout(&output).lines() {
            assert!(line.chars().count() <= 80, "{call}: {line}");
        }
    }
    for verb in wattroute::cli::verbs() {
        let output = wattroute(folder.path(), &[verb, "--help"], &[("COLUMNS", "80")]);
        for line in stdout(&output).lines() {
            assert!(line.chars().count() <= 80, "{verb} --help: {line}");
        }
    }
}

#[test]
fn lists_have_a_line_for_each_of_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    for (verb, key) in [("policies", "policies"), ("formats", "formats")] {
        let listed = object(&stdout(&wattroute(folder.path(), &[verb, "--json"], &[])));
        let names: Vec<&str> = listed[key].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
        let text = stdout(&wattroute(folder.path(), &[verb], &[("COLUMNS", "80")]));
        let lines: Vec<&str> = text.lines().skip(1).take(names.len()).collect();
        for (line, name) in lines.iter().zip(&names) {
            assert!(line.starts_with(&format!("{name} ")), "{line} is not the one line of {name}");
        }
        assert!(text.lines().all(|line| !line.starts_with(' ')), "{verb}: a line is wrapped:\n{text}");
    }
}

#[test]
fn completions_and_pages_name_every_verb() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = stdout(&wattroute(folder.path(), &["completions", shell], &[]));
        for verb in wattroute::cli::verbs() {
            assert!(script.contains(verb), "{shell}: {verb}");
        }
        assert!(script.contains("router-accuracy"), "{shell}: options of a verb");
    }
    let output = wattroute(folder.path(), &["man", "--out", "man1"], &[]);
    assert!(output.status.success(), "{}", stderr(&output));
    for verb in wattroute::cli::verbs() {
        let page = fs::read_to_string(folder.path().join(format!("man1/wattroute-{verb}.1"))).unwrap();
        assert!(page.contains(".SH EXAMPLES") && page.contains(&format!("wattroute {verb}").replace('-', "\\-")), "{verb}: {page}");
    }
    assert!(fs::read_to_string(folder.path().join("man1/wattroute.1")).unwrap().contains(".SH VERBS"));
    // What is there is not replaced unasked.
    assert_eq!(wattroute(folder.path(), &["man", "--out", "man1"], &[]).status.code(), Some(1));
}
