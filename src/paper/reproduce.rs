//! The whole reproduction: traces, replays, the comparison, one report.

use std::path::PathBuf;

use super::arithmetic::{Bearing, implied};
use super::lines::{FULL, Lines};
use super::published::Published;
use super::scenario::{self, POLICIES, ScenarioKind};
use super::traces::Traces;
use super::{pair_lines, routing_lines};
use crate::analysis::study::{self, Analysis, Study, savings_by_size};
use crate::analysis::{Day, day};
use crate::error::{Error, Result};
use crate::policy::noisy_oracle::Misroute;
use crate::replay::{Progress, Replay, on_threads_of};
use crate::report::build::Making;
use crate::report::{Curve, Implication, Line, Report, Reproduction, Scenario, curve, studied};
use crate::sweep::{Grid, sweep};
use crate::trace::Trace;
use crate::work::Work;
use crate::workload::Arrivals;

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
    pub say: &'a (dyn Fn(&str) + Sync),
    /// Where it says how far the day is.
    pub progress: &'a dyn Progress,
}

/// Generates the paper's traces (or takes them from the cache), replays them, and holds what comes
/// out of their rows against what the paper prints.
///
/// # Errors
/// Where a spec, a trace or a replay fails. Figures outside of their tolerance are no error here.
pub fn reproduce(options: &Options) -> Result<Report> {
    let traces = &Traces::new(options);
    std::thread::scope(|scope| {
        // While one trace is replayed, the next ones are generated.
        let work = Work::current();
        let ahead = scope.spawn(move || on_threads_of(&work, || traces.generate_all())?);
        let report = compare(options, traces);
        let ahead = ahead.join().unwrap_or_else(|_| Err(Error::new("the thread that generates traces stopped")));
        report.and_then(|report| ahead.map(|()| report))
    })
}

/// Every scenario, in the report of the first.
fn compare(options: &Options, traces: &Traces) -> Result<Report> {
    let published = Published::read()?;
    let lines = Lines::new(options.queries);
    let mut report: Option<Report> = None;
    let mut scenarios = Vec::new();
    for &kind in &options.scenarios {
        if kind == ScenarioKind::Paper {
            let (found, scenario) = paper(options, traces, &published, lines)?;
            report = Some(found);
            scenarios.push(scenario);
        } else {
            let trace = traces.open(kind.spec())?;
            scenarios.push(scenario::measured(kind, &trace, &published, options.seed, &options.making)?);
            report.get_or_insert_with(|| studied(&trace, Study::default(), Vec::new(), options.making.clone(), options.seed));
        }
    }
    let mut report = report.ok_or_else(|| Error::new("no scenario is named").at("--scenario").usage())?;
    report.notes.extend(smaller(options.queries, lines));
    report.reproduction = Some(Reproduction { scenarios, implications: implications(&published)? });
    Ok(report)
}

/// Why a smaller trace tolerates more.
fn smaller(queries: u64, lines: Lines) -> Option<String> {
    let wider = lines.wider;
    (wider > 1.0)
        .then(|| format!("tolerances are for {FULL} queries; with {queries} they are {wider:.2} times as wide, as sampling errors are"))
}

/// The analyses of pairs of model and hardware.
const OF_PAIRS: [Analysis; 5] = [Analysis::Pairs, Analysis::OverTime, Analysis::LocalCloudGap, Analysis::Batching, Analysis::Precision];

/// Scenario `paper`: the routing study with its day, coverage, and the pairs of model and hardware.
fn paper(options: &Options, traces: &Traces, published: &Published, lines: Lines) -> Result<(Report, Scenario)> {
    let trace = traces.open(ScenarioKind::Paper.spec())?;
    let replay = scenario::prepare(&trace, &POLICIES, options.seed, None)?;
    let mut report = scenario::replayed(&replay, &options.making)?;
    report.curves = curves(&replay)?;
    report.day = Some(the_day(options, &trace)?);
    let routing = traces.study(&trace, &[Analysis::Coverage, Analysis::Difficulty, Analysis::BySize])?;
    let mut found = routing_lines::lines(published, &report, &routing, lines);
    let coverage = traces.study(&traces.open("ipw-coverage")?, &[Analysis::Coverage])?;
    found.extend(pair_lines::coverage(published, &coverage, lines));
    let pairs = traces.study(&traces.open("ipw-pairs")?, &OF_PAIRS)?;
    found.extend(pair_lines::pairs(published, &pairs, lines));
    found.extend(by_size(options, &trace, published, &routing)?);
    let scenario = Scenario {
        name: ScenarioKind::Paper.name().to_owned(),
        assumptions: ScenarioKind::Paper.assumptions(&trace),
        lines: found,
        break_even: Some(scenario::sentence(&replay)?),
    };
    // Each section from the trace that the paper's figure is about.
    report.study = Some(Study { coverage: coverage.coverage, difficulty: routing.difficulty, by_size: routing.by_size, ..pairs });
    Ok((report, scenario))
}

/// Savings over router accuracy under the paper's misroute.
fn curves(replay: &Replay) -> Result<Vec<Curve>> {
    let grid = Grid::new((0..=100).map(|percent| f64::from(percent) / 100.0).collect())?;
    let entry = replay.entries.iter().position(|entry| entry.spec.name == scenario::SWEPT);
    let of = |entry| {
        let sums = sweep(replay, entry, Misroute::Cloud, &grid, &crate::replay::Silent)?;
        Ok(curve(replay, entry, "cloud", &grid, &sums))
    };
    entry.into_iter().map(of).collect()
}

/// Figure 4: the arrivals of a day under five strategies.
fn the_day(options: &Options, trace: &Trace) -> Result<Day> {
    let arrivals = Arrivals::built_in(options.arrivals)?;
    let replay = scenario::prepare(trace, &scenario::STRATEGIES, options.seed, None)?;
    let totals = crate::replay::day::run(&replay, &arrivals, options.progress)?;
    Ok(day(&replay, &arrivals, &totals, None))
}

/// Tables 8 and 9: both families as the study has them, and Qwen alone.
fn by_size(options: &Options, trace: &Trace, published: &Published, routing: &Study) -> Result<Vec<Line>> {
    let Some(both) = routing.by_size.first() else { return Ok(Vec::new()) };
    let qwen: Vec<String> = both.local.iter().filter(|id| id.starts_with("qwen")).cloned().collect();
    let told = study::Options { seed: options.seed, ..study::Options::default() };
    let qwen = savings_by_size(trace, &both.baseline, &qwen, &told)?;
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
