//! Reading other programs' recordings, one file a format.
//!
//! A format is a unit struct that implements [`Format`] in a file of its own and stands as one word
//! in the list below. It reads its input into a [`Gather`], which joins queries and outcomes, counts
//! what is duplicated or missing, and makes the [`Draft`] of a trace.

mod answers;
mod gather;
pub(super) mod jsonl;
mod models;
mod prompts;
mod rows;
#[cfg(test)]
mod test_files;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use gather::{Gather, Outcome, Query};

use super::draft::Draft;
use super::endpoint::Tier;
use super::info::Step;
use crate::error::{Error, Result};

macro_rules! formats {
    ($($module:ident)*) => {
        $(mod $module;)*
        /// Every format, in the order in which they are listed.
        pub static FORMATS: &[&dyn Format] = &[$(&$module::FORMAT),*];
    };
}

formats! { ipw routerbench routellm llmrouterbench routerarena llmrouter lm_eval table }

/// How one kind of file is read.
pub trait Format: Sync {
    /// The word on the command line.
    fn name(&self) -> &'static str;
    /// What it reads and from which program, in a line.
    fn summary(&self) -> &'static str;
    /// What an INPUT is: a file, a folder, several.
    fn input(&self) -> &'static str;
    /// Reads the inputs. What was dropped, doubled, missing or converted goes to [`Gather::note`].
    fn read(&self, inputs: &[PathBuf], options: &ImportOptions) -> Result<Gather>;
}

/// What a person may say about an import.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The mapping file of format `table`.
    pub map: Option<PathBuf>,
    /// Output tokens of every answer where the source has none (marked as estimated).
    pub output_tokens: Option<f64>,
    /// Count tokens from texts, four characters each, where the source has none (marked as estimated).
    pub tokens_from_text: bool,
    /// Keep columns that nothing else uses as features.
    pub keep_features: bool,
    /// Which filter of lm-evaluation-harness counts.
    pub filter: Option<String>,
    /// Which metric of lm-evaluation-harness is the score.
    pub score: Option<String>,
    /// Leave out the prompts (shared traces, privacy, size).
    pub no_prompts: bool,
    /// A file of prompts to drop: JSONL, one `eval_prompt` a line (RouteLLM's contaminated ones).
    pub drop_prompts: Option<PathBuf>,
    /// Tiers by endpoint id or model name.
    pub tiers: BTreeMap<String, Tier>,
    /// Hardware by model name, for sources that do not tell it.
    pub hardware: BTreeMap<String, String>,
    /// The name of the trace; the output folder's by default.
    pub name: Option<String>,
}

/// The format of a name.
pub fn find(name: &str) -> Result<&'static dyn Format> {
    let known = FORMATS.iter().find(|format| format.name() == name).copied();
    known.ok_or_else(|| crate::error::unknown("format", name, FORMATS.iter().map(|format| format.name())).usage())
}

/// Imports files as a draft of a trace. `arguments` are kept in it.
///
/// # Errors
/// Where an input cannot be read, or has a value that no trace may hold: with file, line and column.
pub fn import(format: &dyn Format, inputs: &[PathBuf], options: &ImportOptions, arguments: Vec<String>) -> Result<Draft> {
    if inputs.is_empty() {
        return Err(Error::new("nothing to import").allowed(format.input()).usage());
    }
    if let Some(absent) = inputs.iter().find(|input| !input.exists()) {
        return Err(Error::new("no such file or folder").found(absent.display()));
    }
    let gather = format.read(inputs, options)?;
    let (mut draft, notes) = gather.finish(options)?;
    draft.info.name = options.name.clone().unwrap_or_else(|| format.name().to_owned());
    let version = env!("CARGO_PKG_VERSION").to_owned();
    draft.info.steps.push(Step { verb: "import".to_owned(), arguments, version, notes });
    Ok(draft)
}

/// The files of an input: itself, or in a folder those with one of some endings, in order.
pub(super) fn files(input: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    if input.is_file() {
        return Ok(vec![input.to_owned()]);
    }
    let fail = |cause: std::io::Error| Error::new("cannot read a folder").at(input.display()).cause(cause);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(input).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        let matches = path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| endings.contains(&ending));
        if matches && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Error::new("a folder has no file to import")
            .at(input.display())
            .allowed(format!("files ending in .{}", endings.join(", ."))));
    }
    Ok(files)
}

/// All files of an ending in a folder and the folders below it, in order; or the file itself.
pub(super) fn files_below(input: &Path, ending: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    if input.is_file() {
        found.push(input.to_owned());
        return Ok(());
    }
    let fail = |cause: std::io::Error| Error::new("cannot read a folder").at(input.display()).cause(cause);
    let entries = std::fs::read_dir(input).map_err(fail)?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<_>>().map_err(fail)?;
    paths.sort();
    for path in paths {
        if path.is_dir() || path.extension().is_some_and(|found| found == ending) {
            files_below(&path, ending, found)?;
        }
    }
    Ok(())
}

/// Opens a file, with its name in the error.
pub(in crate::trace) fn open(path: &Path) -> Result<std::io::BufReader<std::fs::File>> {
    let file = std::fs::File::open(path).map_err(|error| Error::new("cannot open a file").at(path.display()).cause(error))?;
    Ok(std::io::BufReader::with_capacity(1 << 20, file))
}
