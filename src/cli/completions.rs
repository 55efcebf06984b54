//! `wattroute completions`.

use clap_complete::Shell;
use serde::Serialize;

use super::{Common, output, tree};
use crate::error::{Error, Result};

const HELP: &str = "\
Put what it prints where the shell looks for it, and start a new shell. For bash
that is a file `wattroute` in ~/.local/share/bash-completion/completions.

Examples:
  wattroute completions bash > wattroute
  wattroute completions zsh > ~/.zfunc/_wattroute
  wattroute completions fish > ~/.config/fish/completions/wattroute.fish";

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

#[derive(Serialize)]
struct Script {
    shell: String,
    script: String,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut tree::command(), "wattroute", &mut script);
    let script = String::from_utf8(script).map_err(|cause| Error::new("the completions are no text").cause(cause))?;
    let made = Script { shell: args.shell.to_string(), script };
    output::show_as_it_is(common, &made, || made.script.clone())
}
