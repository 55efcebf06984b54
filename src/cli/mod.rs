//! The command line: one file a verb. Each verb parses, calls the library and prints.
// What comes from a file is neither indexed nor cast: a wrong one is an error, not a panic.
#![cfg_attr(
    not(test),
    warn(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )
)]

mod break_even;
mod check;
mod compare;
mod day;
mod enrich;
mod figures;
mod finish;
mod formats;
mod import;
mod inspect;
mod measures;
mod output;
mod parts;
mod policies;
mod replay;
mod replaying;
mod report;
mod reproduce;
#[cfg(unix)]
mod stop;
mod study;
mod sweep;
mod synth;
mod train;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::error::{Error, Result};

/// What would it cost, and what would it save, to route LLM queries differently?
#[derive(Debug, Parser)]
#[command(name = "wattroute", version, about, max_term_width = 110, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    common: Common,
}

/// Options of every verb.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// Print one JSON object on stdout and nothing else
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub json: bool,
    /// Print errors only
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub quiet: bool,
    /// Seed of every random number: the same seed gives the same bytes
    #[arg(long, global = true, value_name = "S", default_value_t = 0, help_heading = "Everywhere")]
    pub seed: u64,
    /// Threads to work on [default: all cores]
    #[arg(long, global = true, value_name = "N", help_heading = "Everywhere")]
    pub threads: Option<usize>,
    /// Replace what is there already
    #[arg(long, global = true, help_heading = "Everywhere")]
    pub force: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a trace from another program's files
    Import(import::Args),
    /// Generate a trace from a spec
    Synth(synth::Args),
    /// Look at a trace: accuracy, energy, time, money, coverage, and what is missing
    Inspect(inspect::Args),
    /// What each policy would have cost, saved and answered
    Replay(Box<replay::Args>),
    /// Policies side by side: which are worth their cost, which one endpoint beats
    Compare(Box<compare::Args>),
    /// Savings and answer accuracy over router accuracy
    Sweep(Box<sweep::Args>),
    /// Analyse a trace without a policy: coverage, efficiency, years, batching, savings by size
    Study(study::Args),
    /// Reproduce Intelligence per Watt: the paper's figures beside ours
    Reproduce(reproduce::Args),
    /// Where savings vanish: local energy, batch size of the cloud, router accuracy, prices
    BreakEven(Box<break_even::Args>),
    /// Fit a router once and save it, to be judged elsewhere
    Train(Box<train::Args>),
    /// Strategies over a day of arrivals: cumulative energy, compute, money and CO2
    Day(Box<day::Args>),
    /// Find every fault of a trace
    Check(check::Args),
    /// Fill in missing energy, latency, compute and cost of a trace from measured profiles
    Enrich(enrich::Args),
    /// List the policies, and the kinds that a policy file may have
    Policies(policies::Args),
    /// Show the report of a run again, or write it as a page
    Report(report::Args),
    /// Draw the figures of a run as SVG, PNG and PDF
    Figures(figures::Args),
    /// List the formats that can be imported
    Formats(formats::Args),
    /// List the measures of routers' papers, with their formulas
    Measures(measures::Args),
}

/// Parses the command line and runs it. Exit code 0: done, 1: failed, 2: called wrongly, 130 and 143: stopped.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to stdout with code 0, mistakes to stderr with code 2.
            let code = u8::try_from(error.exit_code()).unwrap_or(2);
            return match error.print() {
                Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
                    output::complain(&output::unwritten(&cause));
                    ExitCode::FAILURE
                }
                _ => ExitCode::from(code),
            };
        }
    };
    #[cfg(unix)]
    stop::watch();
    let done = run(cli);
    crate::output::wait_if_stopping();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&error);
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    let Cli { verb, common } = cli;
    if common.threads == Some(0) {
        return Err(Error::new("no work gets done on no threads").at("--threads").found(0).allowed("1 and more").usage());
    }
    crate::replay::use_threads(common.threads)?;
    crate::trace::use_threads(common.threads);
    match verb {
        Verb::Import(args) => import::run(args, &common),
        Verb::Synth(args) => synth::run(args, &common),
        Verb::Inspect(args) => inspect::run(args, &common),
        Verb::Replay(args) => replay::run(*args, &common),
        Verb::Compare(args) => compare::run(*args, &common),
        Verb::Sweep(args) => sweep::run(*args, &common),
        Verb::Study(args) => study::run(args, &common),
        Verb::Reproduce(args) => reproduce::run(args, &common),
        Verb::BreakEven(args) => break_even::run(*args, &common),
        Verb::Train(args) => train::run(*args, &common),
        Verb::Day(args) => day::run(*args, &common),
        Verb::Check(args) => check::run(args, &common),
        Verb::Enrich(args) => enrich::run(args, &common),
        Verb::Policies(args) => policies::run(args, &common),
        Verb::Report(args) => report::run(args, &common),
        Verb::Figures(args) => figures::run(args, &common),
        Verb::Formats(args) => formats::run(args, &common),
        Verb::Measures(args) => measures::run(args, &common),
    }
}

/// The arguments of this call, as a trace or a report keeps them.
fn arguments() -> Vec<String> {
    std::env::args().skip(1).collect()
}
