//! `wattroute report`.

use std::path::PathBuf;

use serde::Serialize;

use super::{Common, output};
use crate::error::Result;
use crate::report::{self, Report};

/// Show the report of a run again, or write it as a page
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute report my-run\n  wattroute report my-run --markdown my-run.md")]
pub(super) struct Args {
    /// Folder that `--out` made, or its report.json
    run: PathBuf,
    /// Write the report as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

#[derive(Serialize)]
struct Written<'a> {
    markdown: &'a PathBuf,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    let report = Report::read(&args.run)?;
    let Some(file) = &args.markdown else {
        return output::show(common, &report, || report::terminal(&report));
    };
    crate::output::file(file, common.force, report.to_markdown().as_bytes())?;
    output::show(common, &Written { markdown: file }, || format!("{}\n", file.display()))
}
