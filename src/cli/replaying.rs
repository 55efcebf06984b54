//! What the verbs that replay have in common: options, reading the trace, progress.

use std::path::PathBuf;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Common, Watch};
use crate::error::{Error, Result};
use crate::policy::{Objective, PolicySpec};
use crate::replay::{Progress, Request};
use crate::report::build::Making;
use crate::trace::{Columns, Metric, Trace};
use crate::work::go_on;
use crate::workload::{ACCOUNTS, MissingRules, RoleNames, Selection, WorkloadSpec, metric_of};

/// Headings of options that several verbs have.
pub(super) const OUTPUT: &str = "Output";
/// See [`OUTPUT`].
pub(super) const ENDPOINTS: &str = "Endpoints";
/// See [`OUTPUT`].
pub(super) const CELLS: &str = "Queries and cells";
/// See [`OUTPUT`].
pub(super) const REPLAYING: &str = "Replaying";

/// What is replayed, and where the report goes.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct RunArgs {
    /// Folder of a trace, or the name of one in the program
    #[arg(default_value = "ladder")]
    pub(super) trace: String,
    /// Folder for the report, its tables and figures [default: nothing is written]
    #[arg(long, value_name = "RUN", help_heading = OUTPUT)]
    pub(super) out: Option<PathBuf>,
}

/// Options of the verbs that replay.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ReplayArgs {
    #[command(flatten)]
    scope: ScopeArgs,
    /// Replicates of policies that draw random numbers
    #[arg(long, value_name = "R", default_value_t = 20, help_heading = REPLAYING)]
    replicates: u32,
    /// Carbon intensity of the grid, to report grams of CO2 [default: no CO2 is reported]
    #[arg(long, value_name = "G_PER_KWH", help_heading = REPLAYING)]
    carbon: Option<f64>,
}

/// Which endpoints and queries a run is about.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct ScopeArgs {
    /// Endpoints that savings are measured against [default: the trace's, else the fallback, else the only cloud endpoint]
    #[arg(long = "baseline", value_name = "ENDPOINT", value_delimiter = ',', help_heading = ENDPOINTS)]
    baselines: Vec<String>,
    /// Endpoint that misrouted and unsolved queries go to [default: the trace's, else each baseline in turn]
    #[arg(long, value_name = "ENDPOINT", help_heading = ENDPOINTS)]
    fallback: Option<String>,
    /// Endpoints that may serve instead of the fallback [default: the trace's, else all that are not of tier cloud]
    #[arg(long, value_name = "ENDPOINT", value_delimiter = ',', help_heading = ENDPOINTS)]
    local: Vec<String>,
    /// What oracles make small: size, energy, cost, flops or latency [default: the trace's, else size]
    #[arg(long, value_name = "NAME", help_heading = REPLAYING)]
    objective: Option<String>,
    /// Score from which an answer is correct [default: the trace's, else 1 where every score is 0 or 1]
    #[arg(long, value_name = "SCORE", help_heading = CELLS)]
    correct_at: Option<f64>,
    /// Missing cells: `require` refuses, `complete` drops such queries, `unavailable` takes the endpoint as unable to serve them
    #[arg(long, value_name = "[METRIC=]RULE", default_value = "require", help_heading = CELLS)]
    missing: Vec<String>,
    /// The metrics that are needed [default: all that the endpoints in use have]
    #[arg(long, value_name = "METRIC", value_delimiter = ',', help_heading = CELLS)]
    metrics: Vec<String>,
    /// File that selects queries: data sets, categories, a range, a sample [default: all queries]
    #[arg(long, value_name = "FILE", help_heading = CELLS)]
    workload: Option<PathBuf>,
}

impl ReplayArgs {
    /// The options as a request, checked as far as that goes without a trace.
    pub(super) fn request(&self, common: &Common) -> Result<Request> {
        if self.replicates == 0 {
            return Err(Error::new("a policy that draws is replayed at least once")
                .at("--replicates")
                .found(0)
                .allowed("1 and more")
                .usage());
        }
        if let Some(carbon) = self.carbon.filter(|carbon| !(carbon.is_finite() && *carbon >= 0.0)) {
            return Err(Error::new("no carbon intensity").at("--carbon").found(carbon).allowed("0 and more, in g/kWh").usage());
        }
        self.scope.request(common, self.replicates)
    }

    /// What the report says of its making.
    pub(super) fn making(&self, verb: &str, common: &Common) -> Making {
        Making { verb: verb.to_owned(), arguments: common.deciding_arguments(), carbon_g_per_kwh: self.carbon }
    }
}

impl ScopeArgs {
    /// The options as a request, checked as far as that goes without a trace.
    pub(super) fn request(&self, common: &Common, replicates: u32) -> Result<Request> {
        let mut missing = MissingRules::default();
        for rule in &self.missing {
            missing.add(rule).map_err(|problem| Error::new(problem).at("--missing").usage())?;
        }
        let selection = match &self.workload {
            None => Selection::default(),
            Some(path) => {
                let fail = |cause| Error::new("cannot read the workload").at(path.display()).cause(cause);
                Selection::parse(&std::fs::read_to_string(path).map_err(fail)?, &path.display().to_string())?
            }
        };
        let metric = |name: &String| {
            metric_of(name)
                .ok_or_else(|| crate::error::unknown("metric", name, ACCOUNTS.iter().map(|metric| metric.column())).at("--metrics").usage())
        };
        let metrics: Vec<Metric> = self.metrics.iter().map(metric).collect::<Result<_>>()?;
        let workload = WorkloadSpec {
            selection,
            missing,
            metrics: (!metrics.is_empty()).then_some(metrics),
            correct_at: self.correct_at,
            seed: common.seed,
        };
        Ok(Request {
            roles: RoleNames { baselines: self.baselines.clone(), fallback: self.fallback.clone(), local: self.local.clone() },
            workload,
            objective: self.objective.as_deref().map(|name| Objective::find(name).map_err(|error| error.at("--objective"))).transpose()?,
            replicates,
            seed: common.seed,
        })
    }
}

/// Opens a trace with the columns that some policies need, and where asked for with the queries' names.
pub(super) fn open(name: &str, specs: &[PolicySpec], ids: bool) -> Result<Trace> {
    Trace::open(name, &columns(specs, ids))
}

/// The columns that some policies need.
pub(super) fn columns(specs: &[PolicySpec], ids: bool) -> Columns {
    let needs: Vec<_> = specs.iter().map(|spec| spec.parameters.needs()).collect();
    let mut metrics = vec![Metric::Score];
    metrics.extend(ACCOUNTS);
    for metric in needs.iter().flat_map(|needs| &needs.metrics) {
        if !metrics.contains(metric) {
            metrics.push(*metric);
        }
    }
    let any = |need: fn(&crate::policy::Needs) -> bool| needs.iter().any(need);
    Columns {
        metrics,
        ids: ids || any(|needs| needs.ids),
        prompts: any(|needs| needs.prompts),
        features: any(|needs| needs.features),
        embedding: any(|needs| needs.embedding),
    }
}

/// How far long work is: a bar on a terminal, a host's to ask for; silent in a pipe, with `--quiet` and with `--json`.
pub(super) enum Bar {
    Shown(ProgressBar),
    Watched(Arc<Watch>),
}

impl Bar {
    /// A bar over some queries.
    pub(super) fn new(common: &Common, units: u64) -> Bar {
        Bar::of(common, units, "queries")
    }

    /// A bar over some units of work.
    pub(super) fn of(common: &Common, units: u64, what: &'static str) -> Bar {
        if let Some(host) = &common.caller.host {
            host.watch.begin(units, what);
            return Bar::Watched(host.watch.clone());
        }
        if common.quiet || common.json {
            return Bar::Shown(ProgressBar::hidden());
        }
        let bar = ProgressBar::new(units);
        if let Ok(style) = ProgressStyle::with_template(&format!("{{bar:30}} {{percent}}% of {{human_len}} {what}, {{eta}} to go")) {
            bar.set_style(style);
        }
        Bar::Shown(bar)
    }
}

impl Progress for Bar {
    fn advance(&self, queries: u64) {
        match self {
            Bar::Shown(bar) => bar.inc(queries),
            Bar::Watched(watch) => watch.advance(queries),
        }
        go_on();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if let Bar::Shown(bar) = self {
            bar.finish_and_clear();
        }
    }
}
