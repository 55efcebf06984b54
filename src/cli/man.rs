//! `wattroute man`.

use std::path::PathBuf;

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};
use serde::Serialize;

use super::{Cli, Common, output, tree};
use crate::error::{Error, Result};

const HELP: &str = "\
`man ./wattroute.1` shows a page. In a folder `man1` of MANPATH,
`man wattroute-replay` finds it.

Examples:
  wattroute man > wattroute.1
  wattroute man replay
  wattroute man --out man1";

/// Print the manual page of the program or a verb, or write all
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Args {
    /// The verb whose page is printed [default: the program's own page]
    #[arg(value_name = "VERB", conflicts_with = "out")]
    verb: Option<String>,
    /// Folder for all pages: the program's and one for each verb
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A page in the language of `man`.
#[derive(Serialize)]
struct Page {
    file: String,
    roff: String,
}

#[derive(Serialize)]
struct Written {
    files: Vec<PathBuf>,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    let mut command = Cli::command();
    command.build();
    let Some(out) = args.out else {
        let page = match &args.verb {
            None => page(&command)?,
            Some(name) => {
                let verb = command.find_subcommand(name);
                page(verb.ok_or_else(|| crate::error::unknown("verb", name, tree::verbs()).usage())?)?
            }
        };
        return output::show_as_it_is(common, &page, || page.roff.clone());
    };
    let pages = std::iter::once(&command).chain(command.get_subcommands()).map(page).collect::<Result<Vec<_>>>()?;
    let files: Vec<PathBuf> = pages.iter().map(|page| out.join(&page.file)).collect();
    // Refused before anything is written.
    files.iter().try_for_each(|file| crate::output::claim_file(file, common.force))?;
    pages.iter().zip(&files).try_for_each(|(page, file)| crate::output::file(file, common.force, page.roff.as_bytes()))?;
    common.keep(None, &files);
    output::show(common, &Written { files: files.clone() }, || files.iter().map(|file| format!("{}\n", file.display())).collect())
}

/// The page of the program or of a verb.
fn page(command: &Command) -> Result<Page> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
    // Without the text after the options, whose lines the usual form would run together.
    let man = Man::new(command.clone().after_help(None::<&str>).after_long_help(None::<&str>));
    let man = man.source(concat!("wattroute ", env!("CARGO_PKG_VERSION"))).manual("wattroute");
    let mut roff = Vec::new();
    let rendered = man.render(&mut roff).and_then(|()| match command.get_after_help() {
        Some(text) => after(&text.to_string()).to_writer(&mut roff),
        None => Ok(()),
    });
    let fail = |cause: &dyn std::fmt::Display| Error::new("the manual page cannot be made").found(&name).cause(cause);
    rendered.map_err(|cause| fail(&cause))?;
    let roff = String::from_utf8(roff).map_err(|cause| fail(&cause))?;
    Ok(Page { file: format!("{name}.1"), roff })
}

/// The text after the options, line by line as it stands in the help; a title of its own for examples.
fn after(text: &str) -> Roff {
    let mut roff = Roff::new();
    let mut section = |title: &str, text: &str| {
        if text.trim().is_empty() {
            return;
        }
        roff.control("SH", [title]);
        roff.control("nf", []);
        text.trim_matches('\n').lines().for_each(|line| {
            roff.text([roman(line)]);
        });
        roff.control("fi", []);
    };
    let (before, examples) = ["Examples:\n", "Example:\n"].iter().find_map(|title| text.split_once(title)).unwrap_or((text, ""));
    section("NOTES", before);
    section("EXAMPLES", examples);
    roff
}
