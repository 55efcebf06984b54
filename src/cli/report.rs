//! `wattroute report`.

use std::path::PathBuf;

use serde::Serialize;

use super::{Common, output};
use crate::error::{Error, Result};
use crate::figure;
use crate::report::{self, Report, html};

/// Show the report of a run again, or write it as a page
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute report my-run\n  wattroute report my-run --markdown my-run.md\n  \
    wattroute report my-sweep my-break-even --html my-page.html")]
pub(super) struct Args {
    /// Folder that `--out` made, or its report.json; several of the same trace make one HTML page
    #[arg(required = true)]
    run: Vec<PathBuf>,
    /// Write the report as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Write the report as one HTML page with charts to move, which needs no network and no other file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Serialize)]
struct Written<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<&'a PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<&'a PathBuf>,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    if args.run.len() > 1 && (args.html.is_none() || args.markdown.is_some()) {
        let what = "several runs make one HTML page, and nothing else";
        return Err(Error::new(what)
            .at("RUN")
            .found(format!("{} runs", args.run.len()))
            .allowed("1, or several with --html alone")
            .usage());
    }
    let reports = args.run.iter().map(|run| Report::read(run)).collect::<Result<Vec<_>>>()?;
    let Some(report) = reports.first() else { return Err(Error::new("a report needs a run").usage()) };
    let files = [&args.markdown, &args.html];
    for file in files.into_iter().flatten() {
        crate::output::claim_file(file, common.force)?;
    }
    let page = args.html.as_ref().map(|_| page(&reports)).transpose()?;
    if let Some(file) = &args.markdown {
        crate::output::file(file, common.force, report.to_markdown().as_bytes())?;
    }
    if let (Some(file), Some(page)) = (&args.html, page) {
        crate::output::file(file, common.force, page.as_bytes())?;
    }
    common.keep(args.run.len().eq(&1).then_some(report), &files.into_iter().flatten().cloned().collect::<Vec<_>>());
    if files.iter().all(|file| file.is_none()) {
        return output::show(common, report, || report::terminal(report));
    }
    let written = Written { markdown: args.markdown.as_ref(), html: args.html.as_ref() };
    output::show(common, &written, || files.into_iter().flatten().map(|file| format!("{}\n", file.display())).collect())
}

/// The HTML page of runs, with the figures that it has no charts of its own for.
///
/// # Errors
/// Where there is no run, where runs are of different traces, and where a figure cannot be drawn.
pub fn page(reports: &[Report]) -> Result<String> {
    let mut pictures = Vec::new();
    for report in reports {
        pictures.extend(figure::pictures(report)?);
    }
    let inks = reports.first().map(figure::inks).unwrap_or_default();
    html::html(reports, &pictures, &inks)
}
