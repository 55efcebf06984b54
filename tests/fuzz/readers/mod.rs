//! The readers: for each kind of file its seeds, its words, and what reads it and uses the result.

mod arrivals;
mod calls;
mod decisions;
mod enriching;
mod folder_imports;
mod imports;
mod policies;
mod reports;
mod routers;
mod specs;
mod tables;
mod tallies;
mod traces;

use std::path::Path;

use wattroute::Result;

/// What reads one kind of file.
pub struct Reader {
    pub name: &'static str,
    /// Readers that share a time.
    pub group: &'static str,
    /// The file's name; endings matter.
    pub file: &'static str,
    /// Words of the format, to put in place of others.
    pub words: &'static [&'static str],
    /// Files that it reads without an error.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Reads the file, which stands in this folder under its name and has these bytes, and uses what it
    /// gives a little, so that nothing panics later.
    pub read: fn(&Path, &[u8]) -> Result<()>,
}

pub static READERS: &[&Reader] = &[
    &traces::DESCRIPTION,
    &traces::CELLS,
    &policies::FILE,
    &policies::SETTINGS,
    &policies::WORKLOAD,
    &specs::SPEC,
    &imports::ROUTERBENCH,
    &imports::ROUTELLM,
    &imports::LLMROUTER_LIST,
    &imports::LLMROUTER_LOG,
    &imports::ROUTERARENA,
    &imports::LLMROUTERBENCH,
    &imports::LM_EVAL,
    &imports::PROMPTS_TO_DROP,
    &folder_imports::IPW_SUMMARY,
    &folder_imports::IPW_STATE,
    &folder_imports::IPW_COLUMNS,
    &tables::MAPPING,
    &tables::CSV,
    &tables::JSON_LINES,
    &tables::QUERIES,
    &arrivals::ARRIVALS,
    &arrivals::CARBON,
    &decisions::CSV,
    &decisions::JSON_LINES,
    &decisions::JSON,
    &enriching::PROFILE_TOML,
    &enriching::PROFILE_CSV,
    &enriching::ML_ENERGY,
    &enriching::PRICES,
    &routers::SAVED,
    &reports::REPORT,
    &tallies::TALLY,
    &calls::CALL,
];
