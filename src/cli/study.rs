//! `wattroute study`.

use super::replaying::{CELLS, ENDPOINTS, RunArgs};
use super::{Common, finish};
use crate::analysis::study::{Analysis, METRICS, Options, of};
use crate::error::{Error, Result};
use crate::report::build::Making;
use crate::report::studied;
use crate::trace::{Columns, Trace};
use crate::workload::MissingRules;

const HELP: &str = "\
Coverage, difficulty, savings by the largest local model, pairs of model and
hardware, improvement over time, the gap between local and cloud, batching,
precision: whatever the trace carries. What it lacks is named in a note.

Examples:
  wattroute study ladder
  wattroute study my-trace --local small,medium --baseline large";

/// The paper's analyses of any trace: coverage, efficiency, years
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// Endpoints that savings are measured against [default: the trace's, else the only cloud endpoint]
    #[arg(long = "baseline", value_name = "ENDPOINT", value_delimiter = ',', help_heading = ENDPOINTS)]
    baselines: Vec<String>,
    /// Local endpoints [default: the trace's, else all whose tier is not cloud]
    #[arg(long, value_name = "ENDPOINT", value_delimiter = ',', help_heading = ENDPOINTS)]
    local: Vec<String>,
    /// Score from which an answer is correct [default: the trace's, else 1 where every score is 0 or 1]
    #[arg(long, value_name = "SCORE", help_heading = CELLS)]
    correct_at: Option<f64>,
    /// The analyses that are wanted, with commas: coverage, difficulty, by_size, pairs, over_time, local_cloud_gap, batching, precision [default: all]
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// Missing cells, for savings by size: `require` refuses, `complete` drops such queries, `unavailable` takes the endpoint as unable to serve them
    #[arg(long, value_name = "[METRIC=]RULE", default_value = "require", help_heading = CELLS)]
    missing: Vec<String>,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    finish::claim(args.run.out.as_deref(), common)?;
    let mut missing = MissingRules::default();
    for rule in &args.missing {
        missing.add(rule).map_err(|problem| Error::new(problem).at("--missing").usage())?;
    }
    let only = args.only.iter().map(|name| analysis(name)).collect::<Result<Vec<_>>>()?;
    let options = Options { local: args.local, baselines: args.baselines, correct_at: args.correct_at, missing, seed: common.seed, only };
    let trace = Trace::open(&args.run.trace, &Columns::metrics(&METRICS))?;
    let (study, notes) = of(&trace, &options)?;
    let making = Making { verb: "study".to_owned(), arguments: common.arguments(), carbon_g_per_kwh: None };
    let report = studied(&trace, study, notes, making, common.seed);
    finish::finish(&report, args.run.out.as_deref(), common)
}

fn analysis(name: &str) -> Result<Analysis> {
    let found = Analysis::ALL.iter().find(|(known, _)| *known == name).map(|(_, analysis)| *analysis);
    found.ok_or_else(|| crate::error::unknown("analysis", name, Analysis::ALL.iter().map(|(name, _)| *name)).at("--only").usage())
}
