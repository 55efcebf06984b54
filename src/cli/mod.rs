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
mod completions;
mod day;
mod enrich;
mod figures;
mod finish;
mod formats;
mod host;
mod import;
mod inspect;
mod man;
mod measures;
mod options;
mod output;
mod paint;
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
mod tree;

use std::io::ErrorKind;
use std::process::ExitCode;

use clap::{Args, FromArgMatches, Parser, Subcommand};

use crate::error::{Error, Result};
pub use finish::write;
pub use host::{Answer, Call, Failure, Progress, Watch, call};
pub use options::options;
pub use report::page;
pub use tree::{reference, understood, verbs};

/// What would it cost, and what would it save, to route LLM queries differently?
#[derive(Debug, Parser)]
#[command(
    name = "wattroute",
    version,
    about,
    max_term_width = tree::WIDEST,
    disable_help_subcommand = true,
    disable_help_flag = true,
    disable_version_flag = true,
    subcommand_value_name = "VERB",
    subcommand_help_heading = "VERBS",
    after_help = "Examples:\n  wattroute sweep ladder --out runs/ladder\n  \
        wattroute replay toy --policy oracle --policy random\n  wattroute break-even ladder --json"
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
    #[command(flatten)]
    common: Common,
    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version, help_heading = EVERYWHERE)]
    version: Option<bool>,
}

/// The version of the program.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The heading of the options that every verb has.
const EVERYWHERE: &str = "Everywhere";

/// Options of every verb.
#[derive(Debug, Clone, Args)]
pub(crate) struct Common {
    /// Print one JSON object on stdout and nothing else; errors as one JSON object on stderr
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub json: bool,
    /// Print errors only
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub quiet: bool,
    /// Seed of every random number: the same seed gives the same bytes
    #[arg(long, global = true, value_name = "S", default_value_t = 0, help_heading = EVERYWHERE)]
    pub seed: u64,
    /// Threads to work on [default: all cores]
    #[arg(long, global = true, value_name = "N", help_heading = EVERYWHERE)]
    pub threads: Option<usize>,
    /// Replace what is there already [default: that is an error]
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub force: bool,
    /// Print this help
    #[arg(short, long, global = true, action = clap::ArgAction::Help, help_heading = EVERYWHERE)]
    help: Option<bool>,
    /// Who made the call.
    #[arg(skip)]
    caller: host::Caller,
}

/// The verbs. What each does is said beside its arguments, and `tree` lists them by purpose.
#[derive(Debug, Subcommand)]
enum Verb {
    Import(import::Args),
    Synth(synth::Args),
    Inspect(inspect::Args),
    Replay(Box<replay::Args>),
    Compare(Box<compare::Args>),
    Sweep(Box<sweep::Args>),
    Study(study::Args),
    Reproduce(reproduce::Args),
    BreakEven(Box<break_even::Args>),
    Train(Box<train::Args>),
    Day(Box<day::Args>),
    Check(check::Args),
    Enrich(enrich::Args),
    Policies(policies::Args),
    Report(report::Args),
    Figures(figures::Args),
    Formats(formats::Args),
    Measures(measures::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Parses the command line and runs it. Exit code 0: done, 1: failed, 2: called wrongly, 130 and 143: stopped.
pub fn main() -> ExitCode {
    let mut cli = match tree::command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return called_wrongly(&error),
    };
    cli.common.caller.arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
    #[cfg(unix)]
    stop::watch();
    let json = cli.common.json;
    let done = run(cli);
    crate::output::wait_if_stopping();
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = if error.is_usage() { 2 } else { 1 };
            output::complain(error, json, code);
            ExitCode::from(code)
        }
    }
}

/// Prints help and version on stdout with code 0, and mistakes on stderr with code 2.
fn called_wrongly(error: &clap::Error) -> ExitCode {
    let code = u8::try_from(error.exit_code()).unwrap_or(2);
    // The command line could not be read: whether it asks for JSON is seen from its words.
    let json = std::env::args_os().any(|argument| argument == "--json");
    if json && error.use_stderr() {
        output::complain(tree::mistake(error), json, code);
        return ExitCode::from(code);
    }
    match error.print() {
        Err(cause) if cause.kind() != ErrorKind::BrokenPipe => {
            output::complain(output::unwritten(&cause), json, 1);
            ExitCode::FAILURE
        }
        _ => ExitCode::from(code),
    }
}

fn run(cli: Cli) -> Result<()> {
    let Cli { verb, common, .. } = cli;
    if common.threads == Some(0) {
        return Err(Error::new("no work gets done on no threads").at("--threads").found(0).allowed("1 and more").usage());
    }
    crate::replay::on_threads_of(&common.work(), || on_these(verb, &common))?
}

fn on_these(verb: Verb, common: &Common) -> Result<()> {
    match verb {
        Verb::Import(args) => import::run(args, common),
        Verb::Synth(args) => synth::run(args, common),
        Verb::Inspect(args) => inspect::run(args, common),
        Verb::Replay(args) => replay::run(*args, common),
        Verb::Compare(args) => compare::run(*args, common),
        Verb::Sweep(args) => sweep::run(*args, common),
        Verb::Study(args) => study::run(args, common),
        Verb::Reproduce(args) => reproduce::run(args, common),
        Verb::BreakEven(args) => break_even::run(*args, common),
        Verb::Train(args) => train::run(*args, common),
        Verb::Day(args) => day::run(*args, common),
        Verb::Check(args) => check::run(args, common),
        Verb::Enrich(args) => enrich::run(args, common),
        Verb::Policies(args) => policies::run(args, common),
        Verb::Report(args) => report::run(args, common),
        Verb::Figures(args) => figures::run(args, common),
        Verb::Formats(args) => formats::run(args, common),
        Verb::Measures(args) => measures::run(args, common),
        Verb::Completions(args) => completions::run(args, common),
        Verb::Man(args) => man::run(args, common),
    }
}
