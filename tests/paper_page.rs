//! `docs/paper.md` shows the numbers that `wattroute reproduce` wrote to `figures/paper/lines.csv`, and all of the
//! judged ones are within their tolerances.
//!
//! A row of the page that ends with a comment is held: `<!-- KEY; KEY -->` names lines of scenario `paper`, each with
//! two cells after the first, the paper's number and ours (`-`: none). In the table whose columns are the scenarios the
//! comment names the line of `paper` (printed, ours) and the line of the two others (`tables`, `measured`).
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

const PAGE: &str = include_str!("../docs/paper.md");
/// The page that explains what measured energy does has some of the rows again.
const MEASURED: &str = include_str!("../docs/explanation/measured-energy.md");
const LINES: &str = include_str!("../figures/paper/lines.csv");

/// The heading of the table whose columns are the scenarios.
const SCENARIOS: &str = "| saved | printed | `paper` | `tables` | `measured` |";

#[derive(Debug, Clone)]
struct Line {
    paper: Option<f64>,
    here: Option<f64>,
    tolerance: Option<f64>,
    within: String,
}

/// The lines by scenario and key.
fn lines(text: &str) -> BTreeMap<(String, String), Line> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    assert_eq!(header, ["scenario", "key", "what", "paper", "here", "tolerance", "within", "source"]);
    let line = |record: csv::StringRecord| {
        let number = |index: usize| (!record[index].is_empty()).then(|| record[index].parse::<f64>().expect("a number"));
        let line = Line { paper: number(3), here: number(4), tolerance: number(5), within: record[6].to_owned() };
        ((record[0].to_owned(), record[1].to_owned()), line)
    };
    reader.records().map(|record| line(record.expect("a row"))).collect()
}

/// A number as the page writes it: ours with one more digit than the paper's.
fn shown(key: &str, value: Option<f64>, is_ours: bool) -> String {
    let Some(value) = value else { return "–".to_owned() };
    let more = usize::from(is_ours);
    let text = if key.starts_with("apw.") || key.starts_with("apj.") {
        format!("{value:.0$e}", 2 + more)
    } else if key.starts_with("batching.") || key.starts_with("over_time.") {
        format!("{value:.0$}x", 1 + more)
    } else {
        format!("{:.1$}%", 100.0 * value, 1 + more)
    };
    text.replace('-', "−")
}

/// The held rows of a page: their cells after the first, their keys, and whether their columns are scenarios.
fn rows(page: &str) -> Vec<(Vec<&str>, Vec<&str>, bool)> {
    let mut out = Vec::new();
    let mut by_scenario = false;
    for line in page.lines() {
        if line == SCENARIOS {
            by_scenario = true;
        } else if !line.starts_with('|') {
            by_scenario = false;
        }
        let Some((row, comment)) = line.strip_prefix("| ").and_then(|line| line.split_once(" | <!-- ")) else { continue };
        let keys = comment.strip_suffix(" -->").expect("the end of the comment").split("; ").collect();
        out.push((row.split(" | ").skip(1).collect(), keys, by_scenario));
    }
    out
}

/// What is wrong with a page, given the lines: a row that shows another number, a line that is on no row.
fn faults(page: &str, lines: &BTreeMap<(String, String), Line>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = BTreeSet::new();
    let mut find = |scenario: &str, key: &str| {
        let at = (scenario.to_owned(), key.to_owned());
        let line = lines.get(&at).cloned();
        assert!(key == "-" || line.is_some(), "the page names a line that is not there: {at:?}");
        seen.insert(at);
        line
    };
    for (cells, keys, by_scenario) in rows(page) {
        let mut wanted = Vec::new();
        if by_scenario {
            let [paper, others] = keys[..] else { panic!("two keys: {keys:?}") };
            let line = find("paper", paper);
            wanted.push(shown(paper, line.as_ref().and_then(|line| line.paper), false));
            wanted.push(shown(paper, line.and_then(|line| line.here), true));
            wanted.extend(["tables", "measured"].map(|scenario| shown(others, find(scenario, others).and_then(|line| line.here), true)));
        } else {
            for key in &keys {
                let line = find("paper", key);
                wanted.push(shown(key, line.as_ref().and_then(|line| line.paper), false));
                wanted.push(shown(key, line.and_then(|line| line.here), true));
            }
        }
        if cells[..wanted.len()] != wanted {
            faults.push(format!("{keys:?}: the page has {cells:?}, the run {wanted:?}"));
        }
    }
    // Tables 8 and 9 for Qwen models alone stand in a sentence.
    let left_out = |key: &str| key.starts_with("by_size.") && key.contains(".qwen.");
    let missing = lines.keys().filter(|at| !seen.contains(*at) && !left_out(&at.1));
    faults.extend(missing.map(|at| format!("no row of the page shows {at:?}")));
    faults
}

#[test]
fn every_row_shows_the_numbers_of_the_run() {
    assert!(rows(MEASURED).len() >= 7);
    let faults = faults(&format!("{PAGE}\n{MEASURED}"), &lines(LINES));
    assert!(faults.is_empty(), "docs/paper.md is not figures/paper/lines.csv:\n{}", faults.join("\n"));
}

#[test]
fn a_changed_page_and_changed_lines_are_seen() {
    let run = lines(LINES);
    for (cells, keys, _) in rows(PAGE) {
        // The last digit of the first number of our own in the row.
        let Some(number) = cells.iter().rev().find(|cell| cell.ends_with('%')) else { continue };
        let other = if number.contains('1') { number.replacen('1', "7", 1) } else { format!("1{number}") };
        let comment = format!("<!-- {} -->", keys.join("; "));
        let row = PAGE.lines().find(|line| line.ends_with(&comment)).expect("the row");
        let (before, after) = row.rsplit_once(number).expect("the number");
        assert_eq!(faults(&PAGE.replace(row, &format!("{before}{other}{after}")), &run).len(), 1, "{row}");
    }
    for (at, line) in &run {
        let mut run = run.clone();
        // More than any rounding hides: 2% and a tenth of a point.
        run.insert(at.clone(), Line { here: line.here.map(|here| here + 0.02 * here.abs() + 0.001), ..line.clone() });
        // Figure 4's lines stand in two tables.
        assert_eq!(faults(PAGE, &run).is_empty(), at.1.contains(".qwen."), "{at:?}");
    }
}

#[test]
fn every_judged_line_is_within_its_tolerance() {
    let run = lines(LINES);
    let judged: Vec<_> = run.iter().filter(|(_, line)| line.tolerance.is_some() || !line.within.is_empty()).collect();
    // 10 of Figure 4, 46 of Table 4, 2 baselines, 4 of Figure 2, 12 of Tables 2 and 13, 10 of Table 14, 3 of Table 15, 5 of Figure 3.
    assert_eq!(judged.len(), 92);
    assert!(PAGE.contains("92 of them"), "the page says how many are judged");
    for (at, line) in judged {
        let (paper, here, tolerance) = (line.paper.unwrap(), line.here.unwrap(), line.tolerance.unwrap());
        assert!(line.within == "within" && (here - paper).abs() <= tolerance * (1.0 + 1e-9), "{at:?}: {line:?}");
    }
}

/// What a fresh run wrote (`WATTROUTE_LINES` names its `lines.csv`) is what is committed, but for the last
/// digits, in which machines may differ.
#[test]
#[ignore = "needs a run of `wattroute reproduce` in full size, named by WATTROUTE_LINES"]
fn a_fresh_run_gives_the_committed_lines() {
    let path = std::env::var("WATTROUTE_LINES").expect("WATTROUTE_LINES names a lines.csv");
    let (fresh, committed) = (lines(&std::fs::read_to_string(&path).expect("the lines of a run")), lines(LINES));
    assert_eq!(fresh.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (key, line) in &committed {
        let found = &fresh[key];
        assert_eq!((&found.within, found.paper), (&line.within, line.paper), "{key:?}");
        let (here, was) = (found.here.unwrap_or(f64::NAN), line.here.unwrap_or(f64::NAN));
        assert!(here == was || (here - was).abs() <= 1e-6 * was.abs(), "{key:?}: {here} is not the committed {was}");
    }
}
