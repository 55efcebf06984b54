//! `wattroute day`.

use std::path::{Path, PathBuf};

use super::replay::{named, with_baselines};
use super::replaying::{Bar, RunArgs, ScopeArgs, open};
use super::{Common, finish};
use crate::analysis::{Zones, day};
use crate::error::{Error, Result};
use crate::policy::PolicySpec;
use crate::replay::Replay;
use crate::report::build::{Making, frame};
use crate::trace::GridIntensity;
use crate::trace::arrivals::ArrivalFile;
use crate::workload::{Arrivals, PAPER_ARRIVALS, Roles};

/// The strategies of the paper's Figure 4, beside the one that always takes the baseline.
const STRATEGIES: [&str; 4] = ["random", "noisy-oracle:router_accuracy=0.6", "noisy-oracle:router_accuracy=0.8", "oracle"];

/// Strategies over a day of arrivals: energy, compute, money, CO2
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute day ladder --baseline ladder-xl@nvidia-h200-bs1 --out runs/day\n  \
    wattroute day my-trace --arrivals azure.csv --arrivals-total 1000000\n  \
    wattroute day my-trace --carbon local=NO_2022_hourly.csv \\\n      \
    --carbon cloud=US-CAL-CISO_2022_hourly.csv --carbon-day 2022-06-21")]
pub(super) struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// Strategy: NAME or FILE, with settings as NAME:key=value; may be given several times [default: random, the noisy oracle at 0.6 and 0.8, oracle]
    #[arg(long = "policy", value_name = "NAME|FILE")]
    policies: Vec<String>,
    /// Number of arrivals [default: 80200000, or those of the file of --arrivals]
    #[arg(long, value_name = "N")]
    arrivals_total: Option<u64>,
    /// When requests arrive: a log of Azure, BurstGPT or Mooncake [default: a built-in day]
    #[arg(long, value_name = "FILE")]
    arrivals: Option<PathBuf>,
    /// Carbon intensity of the grid, a number or hourly CSV of Electricity Maps; `local=` or `cloud=` before it for one tier
    #[arg(long, value_name = "[TIER=]G_PER_KWH|FILE")]
    carbon: Vec<String>,
    /// Day of the hourly files [default: the mean of each hour of the day over the file]
    #[arg(long, value_name = "YYYY-MM-DD", requires = "carbon")]
    carbon_day: Option<String>,
    #[command(flatten)]
    scope: ScopeArgs,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    finish::claim(args.run.out.as_deref(), common)?;
    // A policy that draws is run once: a day has enough arrivals.
    let request = args.scope.request(common, 1)?;
    let strategies: Vec<String> = if args.policies.is_empty() { STRATEGIES.map(str::to_owned).to_vec() } else { args.policies.clone() };
    let specs = named(&strategies, common)?;
    let arrivals = arrivals(&args)?;
    let zones = zones(&args)?;
    let trace = open(&args.run.trace, &specs, false)?;
    let specs = baselines_first(with_baselines(specs, &trace.info, &Roles::resolve(&trace.info, &request.roles)?)?, strategies.len());
    let replay = Replay::prepare(&trace, &specs, &request)?;
    zones.as_ref().map_or(Ok(()), |zones| zones.check(&replay))?;
    let bar = Bar::of(common, arrivals.total(), "arrivals");
    let totals = crate::replay::day::run(&replay, &arrivals, &bar)?;
    drop(bar);
    let constant = zones.as_ref().and_then(|zones| zones.local.as_constant().filter(|_| zones.local == zones.cloud));
    let making = Making { verb: "day".to_owned(), arguments: common.arguments(), carbon_g_per_kwh: constant };
    let mut report = frame(&replay, making);
    report.day = Some(day(&replay, &arrivals, &totals, zones.as_ref()));
    report.notes.extend(arrivals.notes.iter().cloned());
    if zones.as_ref().is_some_and(|zones| zones.local.as_constant().and(zones.cloud.as_constant()).is_none()) {
        report.notes.push("hours of the arrivals are taken as hours of the grid files, which are in UTC".to_owned());
    }
    finish::finish(&report, args.run.out.as_deref(), common)
}

/// The baselines that were added at the end, before the strategies that are held against them.
fn baselines_first(mut specs: Vec<PolicySpec>, strategies: usize) -> Vec<PolicySpec> {
    specs.rotate_left(strategies);
    specs
}

fn arrivals(args: &Args) -> Result<Arrivals> {
    match &args.arrivals {
        None => Arrivals::built_in(args.arrivals_total.unwrap_or(PAPER_ARRIVALS)),
        Some(path) => Arrivals::from_file(&ArrivalFile::read(path)?, args.arrivals_total),
    }
}

/// The grids of the command, where it names any.
fn zones(args: &Args) -> Result<Option<Zones>> {
    let (mut local, mut cloud) = (None, None);
    for text in &args.carbon {
        let (local_too, cloud_too, value) = match text.split_once('=') {
            Some(("local", value)) => (true, false, value),
            Some(("cloud", value)) => (false, true, value),
            _ => (true, true, text.as_str()),
        };
        let grid = grid(value, args.carbon_day.as_deref())?;
        for (place, wanted) in [(&mut local, local_too), (&mut cloud, cloud_too)] {
            if wanted && place.replace(grid.clone()).is_some() {
                return Err(Error::new("a tier has two grids")
                    .at("--carbon")
                    .found(args.carbon.join(", "))
                    .allowed("one for all, or one `local=` and one `cloud=`")
                    .usage());
            }
        }
    }
    match (local, cloud) {
        (None, None) => Ok(None),
        (Some(local), Some(cloud)) => Ok(Some(Zones { local, cloud })),
        _ => Err(Error::new("only one tier has a grid")
            .at("--carbon")
            .found(args.carbon.join(", "))
            .allowed("`local=` and `cloud=`, or one for both")
            .usage()),
    }
}

/// A number or an hourly file.
fn grid(text: &str, day: Option<&str>) -> Result<GridIntensity> {
    match text.parse::<f64>() {
        Ok(grams) if grams.is_finite() && grams >= 0.0 => Ok(GridIntensity::constant(grams)),
        Ok(_) => Err(Error::new("no carbon intensity").at("--carbon").found(text).allowed("0 and more, in g/kWh, or a file").usage()),
        Err(_) => GridIntensity::read(Path::new(text), day),
    }
}
