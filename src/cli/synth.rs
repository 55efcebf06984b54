//! `wattroute synth`.

use std::path::PathBuf;

use serde::Serialize;

use super::output::{facts, show};
use super::{Common, output};
use crate::error::{Result, in_a_line};
use crate::synth::{Reached, Spec, Synthesis, synthesize};
use crate::trace::{Step, schema};
use crate::units::{Count, Share};

/// Generate a trace from a spec
#[derive(Debug, clap::Args)]
#[command(after_help = "The form of a spec is described in traces/README.md.\n\nExamples:\n  \
    wattroute synth ipw-routing --queries 10000 --out my-trace\n  \
    wattroute synth my-spec.toml --out my-trace --seed 7")]
pub(super) struct Args {
    /// File of a spec, or the name of one in the program
    #[arg(value_name = "SPEC")]
    spec: String,
    /// Folder for the trace
    #[arg(long, value_name = "TRACE")]
    out: PathBuf,
    /// Number of queries [default: the spec's]
    #[arg(long, value_name = "N")]
    queries: Option<u64>,
    /// Generate with the nearest targets where the spec's cannot hold together
    #[arg(long)]
    nearest: bool,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Summary {
    trace: String,
    queries: u64,
    endpoints: usize,
    targets: Vec<TargetEntry>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct TargetEntry {
    what: String,
    wanted: f64,
    reached: f64,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    crate::output::claim(&args.out, common.force, schema::TRACE_FILE)?;
    let spec = Spec::find(&args.spec)?;
    let queries = args.queries.unwrap_or(spec.queries);
    let mut synthesis = synthesize(&spec, queries, common.seed, args.nearest)?;
    let notes = notes(&synthesis);
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let step = Step { verb: "synth".to_owned(), arguments: common.arguments(), version, notes };
    synthesis.draft.info.steps.push(step);
    let summary = summary(&spec, queries, &synthesis, &args);
    summary.notes.iter().for_each(|note| output::remark(common, &in_a_line(note)));
    synthesis.draft.write(&args.out, common.force)?;
    show(common, &summary, || text(&summary, &synthesis.calibration.reached))
}

/// What became of targets that cannot hold together, or that calibration misses.
fn notes(synthesis: &Synthesis) -> Vec<String> {
    let moved = synthesis.feasibility.targets.iter().filter(|target| (target.nearest - target.wanted).abs() > 1e-6);
    let moved =
        moved.map(|target| format!("{}: {} cannot be, the nearest is {}", target.name, Share(target.wanted), Share(target.nearest)));
    let missed = synthesis.calibration.reached.iter().filter(|target| target.is_missed());
    let missed = missed.map(|target| format!("{}: reached {}, wanted {}", target.name, Share(target.reached), Share(target.wanted)));
    moved.chain(missed).collect()
}

fn summary(spec: &Spec, queries: u64, synthesis: &Synthesis, args: &Args) -> Summary {
    let entry = |target: &Reached| TargetEntry { what: target.name.clone(), wanted: target.wanted, reached: target.reached };
    Summary {
        trace: args.out.display().to_string(),
        queries,
        endpoints: spec.endpoints.len(),
        targets: synthesis.calibration.reached.iter().map(entry).collect(),
        notes: synthesis.draft.info.steps.iter().flat_map(|step| step.notes.clone()).collect(),
    }
}

fn text(summary: &Summary, reached: &[Reached]) -> String {
    let furthest = reached.iter().map(|target| (target.reached - target.wanted).abs()).fold(0.0, f64::max);
    facts(&[
        ("trace", summary.trace.clone()),
        ("queries", Count(usize::try_from(summary.queries).unwrap_or(usize::MAX)).to_string()),
        ("endpoints", summary.endpoints.to_string()),
        ("targets", format!("{}, the furthest is off by {:.4} points", reached.len(), 100.0 * furthest)),
    ])
}
