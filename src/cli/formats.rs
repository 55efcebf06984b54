//! `wattroute formats`.

use serde::Serialize;

use super::{Common, output};
use crate::error::Result;
use crate::trace::import::{FORMATS, Format, find};

/// List the formats that can be imported, or show one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute formats\n  wattroute formats ipw")]
pub(super) struct Args {
    /// Show one format: what it reads, what an INPUT is, its options [default: list all]
    name: Option<String>,
}

#[derive(Serialize)]
struct Listing {
    formats: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    name: &'static str,
    title: &'static str,
    summary: &'static str,
    input: &'static str,
    options: &'static [&'static str],
}

fn entry(format: &dyn Format) -> Entry {
    let (name, title, summary) = (format.name(), format.title(), format.summary());
    Entry { name, title, summary, input: format.input(), options: format.options() }
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    match args.name {
        Some(name) => {
            let entry = entry(find(&name)?);
            output::show(common, &entry, || text(&entry))
        }
        None => {
            let listing = Listing { formats: FORMATS.iter().map(|format| entry(*format)).collect() };
            output::show(common, &listing, || list(&listing))
        }
    }
}

fn list(listing: &Listing) -> String {
    let rows: Vec<_> = listing.formats.iter().map(|entry| vec![entry.name.to_owned(), entry.title.to_owned()]).collect();
    let more = "`wattroute formats NAME` says what an INPUT of one is, and its options.";
    format!("{}\n{}", output::table(&["format", "what it reads"], &rows), output::text(more))
}

fn text(entry: &Entry) -> String {
    let facts = [("reads", entry.summary.to_owned()), ("input", entry.input.to_owned()), ("options", entry.options.join(", "))];
    let example = format!("  wattroute import {} INPUT... --out TRACE", entry.name);
    let more = output::text("It also takes the options of `wattroute import` that no format names.");
    format!("{}\n\n{}\n{example}\n\n{more}", entry.name, output::facts(&facts))
}
