//! `wattroute reproduce`.

use std::path::{Path, PathBuf};

use super::replaying::Bar;
use super::{Common, finish, output};
use crate::error::{Error, Result};
use crate::paper::{Options, ScenarioKind, reproduce};
use crate::report::Report;
use crate::report::build::Making;

const HELP: &str = "\
Generates traces from the specs of traces/ that the paper's figures imply,
replays them, and holds what comes out of their rows against the paper. Exit
code 1 if a figure is outside of its tolerance.

Examples:
  wattroute reproduce
  wattroute reproduce --scenario all --out runs/reproduce --force";

/// Reproduce Intelligence per Watt: the paper's figures beside ours
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// Assumptions: paper, tables, measured, or all; several with commas
    #[arg(long, value_name = "NAME", value_delimiter = ',', default_value = "all")]
    scenario: Vec<String>,
    /// Queries of the generated trace
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    queries: u64,
    /// Arrivals of the day
    #[arg(long, value_name = "N", default_value_t = 80_200_000)]
    arrivals: u64,
    /// Folder where generated traces are kept
    #[arg(long, value_name = "DIR", default_value = ".cache")]
    cache: PathBuf,
    /// Folder for the report, its tables and figures
    #[arg(long, value_name = "RUN", default_value = "runs/reproduce")]
    out: PathBuf,
    /// Folder for the figures and the comparison, beside the run's: files that differ are replaced only by --force
    #[arg(long, value_name = "DIR", default_value = "figures/paper")]
    figures: PathBuf,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    finish::claim(Some(&args.out), common)?;
    if args.queries < FEWEST {
        let error = Error::new("too few queries to reproduce anything").at("--queries").found(args.queries);
        return Err(error.allowed(format!("{FEWEST} and more")).usage());
    }
    let bar = Bar::of(common, args.arrivals, "arrivals");
    let options = Options {
        scenarios: scenarios(&args.scenario)?,
        queries: args.queries,
        seed: common.seed,
        cache: args.cache.clone(),
        arrivals: args.arrivals,
        making: Making { verb: "reproduce".to_owned(), arguments: common.arguments(), carbon_g_per_kwh: None },
        say: &|text| output::remark(common, text),
        progress: &bar,
    };
    let report = reproduce(&options)?;
    drop(bar);
    finish::finish(&report, Some(&args.out), common)?;
    publish(&args.out, &args.figures, common)?;
    judge(&report)
}

/// Copies the run's figures and the lines of the comparison to the folder of the paper's figures.
fn publish(run: &Path, folder: &Path, common: &Common) -> Result<()> {
    let fail = |path: &Path, error| Error::new("cannot read what was just written").at(path.display()).cause(error);
    let drawn = run.join(finish::FIGURES);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&drawn)
        .map_err(|error| fail(&drawn, error))?
        .map(|entry| entry.map(|entry| entry.path()).map_err(|error| fail(&drawn, error)))
        .collect::<Result<_>>()?;
    files.push(run.join("lines.csv"));
    files.sort();
    for file in files {
        let contents = std::fs::read(&file).map_err(|error| fail(&file, error))?;
        crate::output::update(&folder.join(file.file_name().unwrap_or_default()), common.force, &contents)?;
    }
    output::remark(common, &format!("figures and lines: {}", folder.display()));
    Ok(())
}

/// Queries below which some data set would be empty.
const FEWEST: u64 = 1_000;

fn scenarios(names: &[String]) -> Result<Vec<ScenarioKind>> {
    if names.iter().any(|name| name == "all") {
        return Ok(ScenarioKind::ALL.iter().map(|(_, kind)| *kind).collect());
    }
    let find = |name: &String| {
        let found = ScenarioKind::ALL.iter().find(|(known, _)| known == name).map(|(_, kind)| *kind);
        found.ok_or_else(|| {
            crate::error::unknown("scenario", name, ScenarioKind::ALL.iter().map(|(name, _)| *name)).at("--scenario").usage()
        })
    };
    names.iter().map(find).collect()
}

/// An error that names the figures outside of their tolerance.
fn judge(report: &Report) -> Result<()> {
    let Some(reproduction) = &report.reproduction else { return Ok(()) };
    let outside: Vec<String> = reproduction.outside().map(|line| line.what.clone()).collect();
    if outside.is_empty() {
        return Ok(());
    }
    Err(Error::new(format!("{} figures are outside of their tolerance", outside.len())).found(outside.join("\n")))
}
