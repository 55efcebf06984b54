//! Run folders of the IPW profiling harness, v1 and v2: HuggingFace `save_to_disk`, a row for each
//! question, what was measured in nested structs under the model's name.

mod arrow;
mod join;
mod outcome;
mod run;

use std::path::{Path, PathBuf};

use super::files::{entries, file_name};
use super::{Format, Gather, ImportOptions, option};
use crate::error::{Error, Result};
use run::Run;

pub(super) struct Ipw;
pub(super) static FORMAT: Ipw = Ipw;

impl Format for Ipw {
    fn name(&self) -> &'static str {
        "ipw"
    }

    fn title(&self) -> &'static str {
        "run folders of the Intelligence per Watt profiling harness"
    }

    fn summary(&self) -> &'static str {
        "run folders of the Intelligence-per-Watt profiling harness, one for each model and hardware, joined on the question"
    }

    fn input(&self) -> &'static str {
        "run folders (`profile_*`, with state.json, summary.json and .arrow files), or folders that hold them"
    }

    fn options(&self) -> &'static [&'static str] {
        &[option::TOKENS_FROM_TEXT]
    }

    fn read(&self, inputs: &[PathBuf], options: &ImportOptions) -> Result<Gather> {
        let mut runs = Vec::new();
        for input in inputs {
            for folder in folders(input)? {
                runs.push(Run::read(&folder, options.tokens_from_text)?);
            }
        }
        join::join(runs, options)
    }
}

/// The run folders of an input: itself, or those within.
fn folders(input: &Path) -> Result<Vec<PathBuf>> {
    let wrong = |found: &str| Error::new("not a run folder").at(input.display()).found(found).allowed(FORMAT.input());
    if !input.is_dir() {
        return Err(wrong("a file"));
    }
    if is_run(input) {
        return Ok(vec![input.to_owned()]);
    }
    let mut folders = entries(input)?;
    folders.retain(|path| path.is_dir() && (file_name(path).starts_with("profile_") || is_run(path)));
    if folders.is_empty() {
        return Err(wrong("neither a state.json nor run folders in it"));
    }
    Ok(folders)
}

/// Either file is enough, so that a run that lacks the other is told what it lacks.
fn is_run(folder: &Path) -> bool {
    ["state.json", "summary.json", "dataset_info.json"].iter().any(|name| folder.join(name).is_file())
}

#[cfg(test)]
mod tests;
