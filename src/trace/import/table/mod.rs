//! Any table, long or wide, by a mapping file that names columns, units and endpoints.

mod ahead;
mod block;
mod endpoints;
mod frame;
mod inputs;
mod long;
mod mapping;
mod memory;
mod merge;
mod plan;
mod sheet;
mod tables;
mod unit;
mod wide;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::path::PathBuf;

use self::block::Fields;
use self::endpoints::Endpoints;
pub use self::memory::InMemory;
use self::mapping::{Layout, Mapping, Problems};
use self::sheet::Sheet;
use self::tables::{Plan, Tables};
use self::unit::Clock;
use super::files::file_name;
use super::prompts::{Dropper, estimate_tokens};
use super::{Format, Gather, ImportOptions, Outcome, Query, option};
use crate::error::{Error, Result};

pub(super) struct Table;
pub(super) static FORMAT: Table = Table;

/// Whether a text is a mapping file, without a table to map.
///
/// # Errors
/// All mistakes of it, with lines and columns.
pub fn check_mapping(text: &str, place: &str) -> Result<()> {
    mapping::Mapping::parse(text, place).map(drop)
}

impl Format for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn title(&self) -> &'static str {
        "any long or wide table, by a mapping file (--map)"
    }

    fn summary(&self) -> &'static str {
        "any long or wide table, by a mapping file (--map) that names columns, units and endpoints"
    }

    fn input(&self) -> &'static str {
        "CSV, TSV, JSONL, Parquet or Arrow files (or streams), or a folder with them"
    }

    fn options(&self) -> &'static [&'static str] {
        &[option::MAP, option::DROP_PROMPTS, option::TOKENS_FROM_TEXT, option::KEEP_FEATURES]
    }

    fn read(&self, inputs: &[PathBuf], options: &ImportOptions) -> Result<Gather> {
        // Most JSON Lines files have all their fields at the start: then one reading does. Where one has not, or
        // anything is wrong, they are read from the start with all names known, and errors are those of that.
        let fields = Fields::default();
        match read(inputs, options, &fields) {
            Err(_) if fields.are_cut() => read(inputs, options, &Fields::of_all()),
            done => done,
        }
    }
}

/// Reads the inputs, of which JSON Lines files have such fields.
fn read(inputs: &[PathBuf], options: &ImportOptions, fields: &Fields) -> Result<Gather> {
    let path = options.map.as_deref().ok_or_else(|| {
        Error::new("format `table` needs a mapping file").allowed("--map FILE").hint("traces/ladder.map.toml is one").usage()
    })?;
    let place = path.display().to_string();
    let text = match options.memory.mapping(path) {
        Some(text) => text.to_owned(),
        None => std::fs::read_to_string(path).map_err(|error| Error::new("cannot read the mapping").at(&place).cause(error))?,
    };
    let mapping = Mapping::parse(&text, &place)?;
    let mut tables = Tables::open(&mapping, path, inputs, options, fields, Problems::new(&text, &place))?;
    let mut gather = Gather::new(mapping.summary.clone().unwrap_or_default());
    let mut job = Job { options, dropper: Dropper::new(options)?, dropped: HashSet::new() };
    for note in std::mem::take(&mut tables.notes) {
        gather.note(note);
    }
    tables.read_queries(&mut gather, &mut job)?;
    let mut endpoints = Endpoints::new(&mapping.endpoints, &place, &mut gather)?;
    for (sheet, plan) in &mut tables.outcomes {
        match plan {
            Plan::Long(plan) => plan.read(sheet, &mut gather, &mut endpoints, &mut job)?,
            Plan::Wide(plan) => plan.read(sheet, &mut gather, &mut job)?,
        }
    }
    if mapping.layout == Layout::Long {
        let mut problems = Problems::new(&text, &place);
        endpoints.finish(&mapping.endpoints, &mut problems);
        problems.finish()?;
    }
    job.dropper.note(&mut gather);
    // A table of queries has what is to be known of them.
    if mapping.queries.is_none() {
        gather.tokens_of_answers();
    }
    if let Some(arrival) = mapping.columns.arrival.as_ref().filter(|arrival| Clock::is_date(arrival)) {
        from_the_first(&mut gather, arrival.column.get_ref());
    }
    Ok(gather)
}

/// Makes arrivals that are dates count from the first of them.
fn from_the_first(gather: &mut Gather, column: &str) {
    let arrivals = &mut gather.queries.arrival_s;
    let Some(first) = arrivals.iter().copied().filter(|arrival| !arrival.is_nan()).min_by(f64::total_cmp) else { return };
    arrivals.iter_mut().for_each(|arrival| *arrival -= first);
    gather.note(format!("`arrival_s` is column `{column}` in seconds after its first, {first} s after the beginning of 1970"));
}

/// What reading a row needs beside the row.
struct Job<'a> {
    options: &'a ImportOptions,
    dropper: Dropper,
    /// The ids of queries that were dropped.
    dropped: HashSet<String>,
}

impl Job<'_> {
    /// Whether texts decide about rows, or tell tokens.
    fn looks_at_texts(&self) -> bool {
        self.options.tokens_from_text || self.options.drop_prompts.is_some()
    }

    /// Whether a query is dropped by its prompt.
    fn drops(&mut self, query: &Query) -> bool {
        let drops = query.prompt.as_deref().is_some_and(|prompt| self.dropper.drops(prompt));
        if drops {
            self.dropped.insert(query.id.clone());
        }
        drops
    }

    fn estimate(&self, outcome: Outcome, gather: &Gather, row: u32) -> Outcome {
        estimate_tokens(outcome, gather.get(row).and_then(|query| query.prompt), None, self.options)
    }

    fn name_of(&self, sheet: &Sheet) -> String {
        file_name(sheet.path())
    }
}
