//! `wattroute figures`.

use std::path::PathBuf;

use super::{Common, output};
use crate::error::{Error, Result};
use crate::figure;
use crate::report::Report;

/// Draw the figures of a run
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  wattroute figures runs/sweep --out runs/sweep/figures")]
pub(super) struct Args {
    /// Folder of a run, or its report.json
    run: PathBuf,
    /// Folder of the figures: an SVG and a PNG each
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    let report = Report::read(&args.run)?;
    let drawn = figure::draw_all(&report, &args.out, common.force)?;
    if drawn.files.is_empty() {
        let reasons: Vec<String> = drawn.skipped.iter().map(|skipped| format!("{}: {}", skipped.figure, skipped.why)).collect();
        return Err(Error::new("no figure can be drawn from this report").at(args.run.display()).cause(reasons.join("\n")));
    }
    if !common.json {
        // One line for all that lack the same.
        for skipped in drawn.skipped.chunk_by(|a, b| a.why == b.why) {
            let names: Vec<&str> = skipped.iter().map(|skipped| skipped.figure).collect();
            let why = skipped.first().map_or("", |skipped| skipped.why.as_str());
            output::remark(common, &format!("not drawn: {} ({why})", names.join(", ")));
        }
    }
    output::show(common, &drawn, || drawn.files.iter().map(|file| format!("{}\n", file.display())).collect())
}
