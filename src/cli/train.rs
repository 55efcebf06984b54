//! `wattroute train`.

use std::path::PathBuf;

use serde::Serialize;

use super::output::{facts, show};
use super::replaying::{ScopeArgs, open};
use super::{Common, output};
use crate::error::{Error, Result};
use crate::policy::learned::{Training, train};
use crate::units::Count;
use crate::workload::Roles;

const HELP: &str = "\
A replay cross-fits learned policies by itself. It refuses to judge a saved
router on queries that it was fitted to: `on_fitted=skip` leaves them out.

Examples:
  wattroute train ladder --router logistic --share 0.8 -o router.json
  wattroute replay ladder --policy saved:router.file=router.json,on_fitted=skip";

/// Fit a router once and save it, to be judged elsewhere
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Folder of a trace, or the name of one in the program
    trace: String,
    /// Learned policy whose router is fitted: NAME or FILE, with settings as NAME:key=value,key=value
    #[arg(long, value_name = "NAME|FILE")]
    router: String,
    /// File for the fitted router
    #[arg(long, short, value_name = "FILE")]
    out: PathBuf,
    /// Share of the queries to fit it to; the others are left to judge it on
    #[arg(long, value_name = "S", default_value_t = 1.0)]
    share: f64,
    #[command(flatten)]
    scope: ScopeArgs,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Summary {
    router: String,
    kind: String,
    endpoints: Vec<String>,
    features: Vec<String>,
    queries: usize,
    fitted_to: usize,
    notes: Vec<String>,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    crate::output::claim_file(&args.out, common.force)?;
    if !(args.share > 0.0 && args.share <= 1.0) {
        return Err(Error::new("no share of queries").at("--share").found(args.share).allowed("above 0, up to 1").usage());
    }
    let request = args.scope.request(common, 1)?;
    let spec = common.policy(&args.router)?;
    // The names of the queries tell later which ones it was fitted to.
    let trace = open(&args.trace, std::slice::from_ref(&spec), true)?;
    let roles = Roles::resolve(&trace.info, &request.roles)?;
    let mut endpoints: Vec<_> = roles.pools.iter().flat_map(|pool| pool.all.iter().copied()).collect();
    endpoints.sort_unstable();
    endpoints.dedup();
    let training = Training {
        trace: &trace,
        endpoints: &endpoints,
        selection: &request.workload.selection,
        share: args.share,
        correct_at: trace.correct_at(request.workload.correct_at, Some(&endpoints))?,
        objective: request.objective_of(&trace)?,
        seed: common.seed,
    };
    let (saved, notes) = train(&spec, &training)?;
    crate::output::file(&args.out, common.force, saved.to_json()?.as_bytes())?;
    let summary = Summary {
        router: args.out.display().to_string(),
        kind: saved.kind.clone(),
        endpoints: saved.past.iter().map(|past| past.endpoint.clone()).collect(),
        features: saved.fitted.encoder.names(),
        queries: saved.fitted_to.queries,
        fitted_to: saved.fitted_to.ids.len(),
        notes,
    };
    summary.notes.iter().for_each(|note| output::remark(common, note));
    show(common, &summary, || text(&summary))
}

fn text(summary: &Summary) -> String {
    facts(&[
        ("router", summary.router.clone()),
        ("kind", summary.kind.clone()),
        ("endpoints", summary.endpoints.join(", ")),
        ("features", summary.features.join(", ")),
        ("fitted to", format!("{} of {} queries", Count(summary.fitted_to), Count(summary.queries))),
    ])
}
