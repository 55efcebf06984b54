//! `wattroute formats`.

use serde::Serialize;

use super::{Common, output};
use crate::error::Result;
use crate::trace::import::FORMATS;

/// List the formats that can be imported
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  wattroute formats")]
pub(super) struct Args {}

#[derive(Serialize)]
struct Listing {
    formats: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    summary: &'static str,
    input: &'static str,
}

pub(super) fn run(_: Args, common: &Common) -> Result<()> {
    let entry =
        |format: &&dyn crate::trace::import::Format| Entry { name: format.name(), summary: format.summary(), input: format.input() };
    let listing = Listing { formats: FORMATS.iter().map(entry).collect() };
    let rows: Vec<Vec<String>> =
        listing.formats.iter().map(|entry| vec![entry.name.to_owned(), entry.summary.to_owned(), entry.input.to_owned()]).collect();
    output::show(common, &listing, || output::table(&["format", "reads", "input"], &rows))
}
