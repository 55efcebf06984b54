//! `wattroute figures`.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::{Common, output};
use crate::error::{Error, Result};
use crate::figure::{self, Drawing, Format, Width};
use crate::report::Report;

/// Draw the figures of a run
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  wattroute figures runs/sweep --out runs/sweep/pdf --format pdf\n  wattroute figures runs/sweep --out paper/figures --columns 1"
)]
pub(super) struct Args {
    /// Folder of a run, or its report.json
    run: PathBuf,
    /// Folder of the figures
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Files of each figure, by commas
    #[arg(long = "format", value_name = "FORMAT", value_delimiter = ',', default_value = "svg,png,pdf", value_parser = formats())]
    formats: Vec<Format>,
    /// Lay them out for so many columns of a paper, 3.33 or 7 inches wide, with letters of 7 to 8 points
    #[arg(long, value_name = "COLUMNS", value_parser = widths())]
    columns: Option<Width>,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(Format::ALL.map(Format::name))
        .map(|name| Format::ALL.into_iter().find(|format| format.name() == name).unwrap_or(Format::Svg))
}

fn widths() -> impl TypedValueParser<Value = Width> {
    PossibleValuesParser::new(["1", "2"]).map(|columns| if columns == "1" { Width::OneColumn } else { Width::TwoColumns })
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    let report = Report::read(&args.run)?;
    // Each once, in whatever order and however often it was asked for.
    let formats = Format::ALL.into_iter().filter(|format| args.formats.contains(format)).collect();
    let drawing = Drawing { formats, width: args.columns.unwrap_or_default() };
    let drawn = figure::draw_all(&report, &args.out, &drawing, common.force)?;
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
    common.keep(None, &drawn.files);
    output::show(common, &drawn, || drawn.files.iter().map(|file| format!("{}\n", file.display())).collect())
}
