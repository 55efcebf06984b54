//! `wattroute measures`.

use serde::Serialize;

use super::{Common, output};
use crate::analysis::peers::{self, Better, MEASURES, Measure};
use crate::error::Result;

/// List the measures of routers' papers, or show a formula
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute measures\n  wattroute measures apgr")]
pub(super) struct Args {
    /// Show one measure: its formula, source and needs, and where a paper and its code part
    name: Option<String>,
}

#[derive(Serialize)]
struct Listing {
    measures: &'static [Measure],
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    match args.name {
        None => output::show(common, &Listing { measures: MEASURES }, text),
        Some(name) => {
            let measure = peers::find(&name)?;
            output::show(common, measure, || one(measure))
        }
    }
}

fn text() -> String {
    let rows: Vec<_> = MEASURES.iter().map(|measure| vec![measure.name.to_owned(), measure.title.to_owned()]).collect();
    let more = "Each is computed by its authors' formula; `wattroute measures NAME` shows it, where a paper and its code part, and \
                where we had to choose.";
    format!("{}\n{}", output::table(&["measure", "what it says"], &rows), output::text(more))
}

fn one(measure: &Measure) -> String {
    let better = match measure.better {
        Better::Higher => "higher",
        Better::Lower => "lower",
        Better::Neither => "neither: it describes",
    };
    let mut facts = vec![("formula", measure.formula), ("source", measure.source), ("needs", measure.needs), ("better", better)];
    facts.extend(measure.difference.map(|difference| ("difference", difference)));
    let facts: Vec<_> = facts.into_iter().map(|(label, text)| (label, text.to_owned())).collect();
    format!("{}\n{}", output::text(&format!("{}: {}", measure.name, measure.title)), output::facts(&facts))
}
