//! `wattroute formats`.

use serde::Serialize;

use super::{Common, output};
use crate::error::Result;
use crate::trace::import::{FORMATS, Format};

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
    options: &'static [&'static str],
}

pub(super) fn run(_: Args, common: &Common) -> Result<()> {
    let entry =
        |format: &&dyn Format| Entry { name: format.name(), summary: format.summary(), input: format.input(), options: format.options() };
    let listing = Listing { formats: FORMATS.iter().map(entry).collect() };
    output::show(common, &listing, || {
        let facts: Vec<String> = listing.formats.iter().map(text).collect();
        format!("{}\nEvery format takes the options of `wattroute import` that no line here names.\n", facts.join("\n"))
    })
}

fn text(entry: &Entry) -> String {
    let options = entry.options.join(", ");
    let facts = [("  reads", entry.summary), ("  input", entry.input), ("  options", &options)];
    format!("{}\n{}", entry.name, output::facts(&facts.map(|(label, text)| (label, text.to_owned()))))
}
