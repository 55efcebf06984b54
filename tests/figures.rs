//! The committed figures are what their command draws now, and can be drawn for a paper.
//!
//! `SNAPSHOTS=overwrite cargo test --test figures` draws them again, after a change that is meant.
// A test may stop at the first surprise.
#![allow(clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// The commands of the README, by verb, with the figures that are theirs.
const COMMITTED: [(&str, &[&str]); 2] = [("sweep", &["savings_curves", "quality_cost"]), ("break-even", &["break_even"])];

/// The command of a verb in the README's shell code, without the program's name and `--out`.
fn command_of(readme: &str, verb: &str) -> Vec<String> {
    let start = format!("wattroute {verb} ");
    let line = readme.lines().find(|line| line.starts_with(&start)).expect("the README has the command");
    let (command, out) = line.split_once(" --out ").expect("the command writes a folder");
    assert!(!out.contains(' '), "`--out` comes last: {line}");
    command.split(' ').skip(1).map(str::to_owned).collect()
}

#[test]
fn committed_figures_are_what_the_commands_draw() {
    let figures = Path::new(env!("CARGO_MANIFEST_DIR")).join("figures");
    let readme = std::fs::read_to_string(figures.join("README.md")).expect("the README of the figures");
    for (verb, names) in COMMITTED {
        compare(&figures, &command_of(&readme, verb), names);
    }
}

/// Widths of the files of one figure, in inches.
fn inches(folder: &Path, name: &str) -> (String, f64) {
    let text =
        |ending: &str| String::from_utf8_lossy(&std::fs::read(folder.join(format!("{name}.{ending}"))).expect("a figure")).into_owned();
    let (svg, pdf) = (text("svg"), text("pdf"));
    let width = svg.split('"').nth(1).expect("a width").to_owned();
    let points = pdf.split("/MediaBox [0 0 ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a page");
    (width, points.parse::<f64>().expect("a number") / 72.0)
}

#[test]
fn figures_are_laid_out_for_the_columns_of_a_paper() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (run, bin) = (folder.path().join("run"), env!("CARGO_BIN_EXE_wattroute"));
    let done = Command::new(bin).args(["study", "toy", "--out"]).arg(&run).output().expect("the program runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(!run.join("figures/coverage.pdf").exists(), "a run has SVG and PNG");
    for (columns, width, wide) in [("1", "3.33in", 3.33), ("2", "7in", 7.0)] {
        let out = folder.path().join(columns);
        let arguments = ["--quiet", "--format", "pdf,svg", "--columns", columns, "--out"];
        let done = Command::new(bin).arg("figures").arg(&run).args(arguments).arg(&out).output().expect("the program runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert!(!out.join("coverage.png").exists());
        for name in ["coverage", "efficiency", "difficulty"] {
            let (svg, pdf) = inches(&out, name);
            assert!(svg == width && (pdf - wide).abs() < 1e-3, "{name}: {svg} {pdf}");
        }
    }
}

/// Draws figures anew and compares them with the committed ones.
fn compare(figures: &Path, command: &[String], names: &[&str]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = folder.path().join("run");
    let output = Command::new(env!("CARGO_BIN_EXE_wattroute")).args(command).arg("--out").arg(&run).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let overwrite = std::env::var("SNAPSHOTS").is_ok_and(|value| value == "overwrite");
    for name in names {
        let pair = |ending: &str| -> (PathBuf, PathBuf) {
            let file = format!("{name}.{ending}");
            (figures.join("ladder").join(&file), run.join("figures").join(file))
        };
        if overwrite {
            for (committed, drawn) in ["svg", "png"].map(pair) {
                std::fs::copy(drawn, committed).expect("the figure is copied");
            }
        }
        let (committed, drawn) = pair("svg");
        let read = |path: &Path| std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        // Checkouts may have other line ends.
        let differs = read(&committed).replace("\r\n", "\n") != read(&drawn);
        assert!(
            !differs,
            "{} is stale: look at what is drawn now, then SNAPSHOTS=overwrite cargo test --test figures",
            committed.display()
        );
        assert!(pair("png").0.is_file(), "{name}.png goes with the SVG");
    }
}
