//! What readers have in common: files of the repository, results of the program, and uses of what was read.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use wattroute::analysis::inspect::inspect;
use wattroute::policy::PolicySpec;
use wattroute::replay::{Replay, Request, Silent};
use wattroute::report::{Report, at_width, build};
use wattroute::trace::{Columns, Draft, Metric, Trace};
use wattroute::{Error, Result};

/// Whether this case is used in ways that take long too.
pub static THOROUGH: AtomicBool = AtomicBool::new(true);

/// A file of the repository.
pub fn shipped(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// All that a trace has.
pub fn everything() -> Columns {
    Columns { metrics: Metric::ALL.to_vec(), ids: true, prompts: true, features: true, embedding: true }
}

/// The shipped trace of twelve queries.
pub fn toy() -> &'static Trace {
    static TOY: OnceLock<Trace> = OnceLock::new();
    TOY.get_or_init(|| Trace::open("toy", &everything()).unwrap())
}

/// What the program prints.
pub fn printed(arguments: &[&str]) -> Vec<u8> {
    let out = Command::new(env!("CARGO_BIN_EXE_wattroute")).args(arguments).output().unwrap();
    assert!(out.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

/// A call of the program that must end as it says: done, failed or called wrongly.
pub fn call(arguments: &[&str]) -> Result<()> {
    let out = Command::new(env!("CARGO_BIN_EXE_wattroute")).args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(matches!(out.status.code(), Some(0..=2)) && !said.contains("panicked"), "{:?}: {said}", out.status);
    if out.status.success() { Ok(()) } else { Err(Error::new(said)) }
}

/// Looks at a trace, and replays an oracle where the trace allows it.
pub fn use_trace(trace: &Trace) {
    let _ = inspect(trace, None, &[]);
    if let Ok(oracle) = PolicySpec::find("oracle") {
        let _ = replay(trace, &[oracle]);
    }
}

/// Replays policies, and where there is time for its intervals shows the report.
pub fn replay(trace: &Trace, specs: &[PolicySpec]) -> Result<()> {
    let request = Request { replicates: 2, ..Request::default() };
    let replay = Replay::prepare(trace, specs, &request)?;
    let tallies = replay.run(&Silent)?;
    if !THOROUGH.load(Ordering::Relaxed) {
        return Ok(());
    }
    let making = build::Making { verb: "replay".to_owned(), arguments: Vec::new(), carbon_g_per_kwh: Some(400.0) };
    show(&build::report(&replay, &tallies, making));
    Ok(())
}

/// Shows a report in every form of text.
pub fn show(report: &Report) {
    for width in [None, Some(40)] {
        at_width(report, width);
    }
    report.to_markdown();
    let _ = report.to_json();
}

/// Writes an imported draft where it may be written, and reads it back.
pub fn use_draft(draft: Draft, folder: &Path) -> Result<()> {
    draft.check()?;
    let place = folder.join("written");
    draft.write(&place, true)?;
    let name = place.to_str().unwrap().to_owned();
    let found = wattroute::trace::check(&name)?;
    let trace = Trace::open(&name, &everything())?;
    assert_eq!(found.fault_count, 0, "what was written has faults: {:?}", found.faults);
    use_trace(&trace);
    Ok(())
}
