//! The whole reproduction: traces, replays, the comparison, one report.

use std::path::PathBuf;

use super::arithmetic::{Bearing, implied};
use super::cache::Cache;
use super::lines::{FULL, Lines};
use super::published::Published;
use super::scenario::{self, ScenarioKind};
use super::{pair_lines, routing_lines};
use crate::analysis::study::{self, Study, savings_by_size};
use crate::error::Result;
use crate::policy::noisy_oracle::Misroute;
use crate::replay::{Replay, Silent};
use crate::report::build::Making;
use crate::report::{Curve, Implication, Report, Reproduction, Scenario, curve, studied};
use crate::sweep::{Grid, sweep};
use crate::synth::Spec;
use crate::trace::{Columns, Trace};

/// What is reproduced, and how.
pub struct Options<'a> {
    /// The scenarios.
    pub scenarios: Vec<ScenarioKind>,
    /// Queries of the routing study; the other traces shrink and grow with it.
    pub queries: u64,
    /// Seed of the traces and of every draw.
    pub seed: u64,
    /// Folder of generated traces.
    pub cache: PathBuf,
    /// Arrivals of the day.
    pub arrivals: u64,
    /// What the report says of its making.
    pub making: Making,
    /// Where it says what it does.
    pub say: &'a dyn Fn(&str),
}

/// Generates the paper's traces (or takes them from the cache), replays them, and holds what comes
/// out of their rows against what the paper prints.
///
/// # Errors
/// Where a spec, a trace or a replay fails. Figures outside of their tolerance are no error here.
pub fn reproduce(options: &Options) -> Result<Report> {
    let published = Published::read()?;
    let lines = Lines::new(options.queries);
    let mut report = None;
    let mut scenarios = Vec::new();
    for &kind in &options.scenarios {
        if kind == ScenarioKind::Paper {
            let (found, scenario) = paper(options, &published, lines)?;
            report = Some(found);
            scenarios.push(scenario);
        } else {
            let trace = options.trace(kind.spec())?;
            scenarios.push(scenario::measured(kind, &trace, &published, options.seed, &options.making)?);
            if report.is_none() {
                report = Some(studied(&trace, Study::default(), Vec::new(), options.making.clone(), options.seed));
            }
        }
    }
    let mut report = report.ok_or_else(|| crate::Error::new("no scenario is named").at("--scenario").usage())?;
    report.notes.extend(smaller(options.queries, lines));
    report.reproduction = Some(Reproduction { scenarios, implications: implications(&published)? });
    Ok(report)
}

/// Why a smaller trace tolerates more.
fn smaller(queries: u64, lines: Lines) -> Option<String> {
    (lines.wider > 1.0).then(|| {
        format!(
            "tolerances are for {FULL} queries; at {queries} they are {:.2} times as wide, since sampling errors grow with the root of the queries that are not there",
            lines.wider
        )
    })
}

impl Options<'_> {
    /// The trace of a shipped spec, in the size that belongs to this reproduction.
    fn trace(&self, name: &str) -> Result<Trace> {
        let spec = Spec::find(name)?;
        let queries = ((spec.queries as f64 * self.queries as f64 / FULL as f64).round() as u64).max(1);
        let cache = Cache { folder: self.cache.clone(), seed: self.seed, say: self.say };
        cache.trace(&spec, queries, &Columns::metrics(&study::METRICS))
    }

    fn study(&self, name: &str) -> Result<Study> {
        let trace = self.trace(name)?;
        Ok(study::of(&trace, &scenario::study_options(self.seed))?.0)
    }
}

/// Scenario `paper`: the routing study with its day, coverage, and the pairs of model and hardware.
fn paper(options: &Options, published: &Published, lines: Lines) -> Result<(Report, Scenario)> {
    let trace = options.trace(ScenarioKind::Paper.spec())?;
    let replay = scenario::prepare(&trace, options.seed, None)?;
    let mut report = scenario::replayed(&replay, &options.making)?;
    report.curves = curves(&replay)?;
    let routing = study::of(&trace, &scenario::study_options(options.seed))?.0;
    let mut found = routing_lines::lines(published, &report, &routing, lines);
    let coverage = options.study("ipw-coverage")?;
    found.extend(pair_lines::coverage(published, &coverage, lines));
    let pairs = options.study("ipw-pairs")?;
    found.extend(pair_lines::pairs(published, &pairs, lines));
    found.extend(by_size(options, &trace, published, &routing)?);
    let scenario =
        Scenario { name: ScenarioKind::Paper.name().to_owned(), assumptions: ScenarioKind::Paper.assumptions(&trace), lines: found };
    // Each section from the trace that the paper's figure is about.
    report.study = Some(Study { coverage: coverage.coverage, difficulty: routing.difficulty, by_size: routing.by_size, ..pairs });
    Ok((report, scenario))
}

/// Savings over router accuracy under the paper's misroute.
fn curves(replay: &Replay) -> Result<Vec<Curve>> {
    let grid = Grid::new((0..=100).map(|percent| f64::from(percent) / 100.0).collect())?;
    let entry = replay.entries.iter().find(|entry| entry.spec.name == scenario::POLICIES[2]);
    let of = |entry| sweep(replay, entry, Misroute::Cloud, &grid, &Silent).map(|sums| curve(replay, entry, "cloud", &grid, &sums));
    entry.into_iter().map(of).collect()
}

/// Tables 8 and 9: both families as the study has them, and Qwen alone.
fn by_size(options: &Options, trace: &Trace, published: &Published, routing: &Study) -> Result<Vec<crate::report::Line>> {
    let Some(both) = routing.by_size.first() else { return Ok(Vec::new()) };
    let qwen: Vec<String> = both.local.iter().filter(|id| id.starts_with("qwen")).cloned().collect();
    let qwen = savings_by_size(trace, &both.baseline, &qwen, &scenario::study_options(options.seed))?;
    Ok(routing_lines::by_size(published, both, &qwen))
}

fn implications(published: &Published) -> Result<Vec<Implication>> {
    let item = |item: super::Implied| Implication {
        fits: item.bearing == Bearing::Follows,
        title: item.title,
        statement: item.statement,
        arithmetic: item.arithmetic,
    };
    Ok(implied(published)?.into_iter().map(item).collect())
}
