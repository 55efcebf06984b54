//! `wattroute break-even`.

use super::replaying::{ReplayArgs, RunArgs, open};
use super::{Common, finish};
use crate::analysis::{BreakEvenOptions, break_even};
use crate::error::Result;
use crate::replay::Replay;
use crate::report::build;

/// Where savings vanish: energy, batch size, accuracy, prices
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute break-even ladder\n  \
    wattroute break-even my-trace --router-accuracy 0.7 --electricity 0.30")]
pub(super) struct Args {
    #[command(flatten)]
    run: RunArgs,
    /// The noisy oracle to study
    #[arg(long, value_name = "NAME|FILE", default_value = "noisy-oracle")]
    policy: String,
    /// The router accuracy to look from: what may change until its savings vanish
    #[arg(long, value_name = "A", default_value_t = 0.8)]
    router_accuracy: f64,
    /// How far the answer accuracy may be below the baseline's
    #[arg(long, value_name = "SHARE", default_value_t = 0.01)]
    tolerance: f64,
    /// Price of electricity for local endpoints [default: as the trace says, else not counted]
    #[arg(long, value_name = "USD_PER_KWH")]
    electricity: Option<f64>,
    #[command(flatten)]
    replaying: ReplayArgs,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    finish::claim(args.run.out.as_deref(), common)?;
    let request = args.replaying.request(common)?;
    let options = BreakEvenOptions::new(args.router_accuracy, args.tolerance, args.electricity)?;
    let studied = common.policy(&args.policy)?;
    let specs = [studied.clone()];
    let trace = open(&args.run.trace, &specs, false)?;
    let replay = Replay::prepare(&trace, &specs, &request)?;
    let mut report = build::frame(&replay, args.replaying.making("break-even", common));
    report.break_even = Some(break_even(&replay, &studied.name, &options)?);
    finish::finish(&report, args.run.out.as_deref(), common)
}
