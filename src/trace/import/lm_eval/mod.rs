//! Samples of lm-evaluation-harness (`--log_samples`): a JSONL file for each model, task and date,
//! with a line for each document and filter.

mod choice;
mod sample;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::files::{Latest, file_stem, files_below};
use super::prompts::estimate_tokens;
use super::{Format, Gather, ImportOptions, Outcome, Place, Query, option};
use crate::error::{Error, Result};
use crate::trace::schema::Metric;
use choice::Choices;
use sample::Sample;

pub(super) struct LmEval;
pub(super) static FORMAT: LmEval = LmEval;

impl Format for LmEval {
    fn name(&self) -> &'static str {
        "lm-eval"
    }

    fn title(&self) -> &'static str {
        "samples of lm-evaluation-harness (--log_samples)"
    }

    fn summary(&self) -> &'static str {
        "samples of lm-evaluation-harness (--log_samples): scores of several models, joined on doc_hash"
    }

    fn input(&self) -> &'static str {
        "output folders (<model>/samples_<task>_<date>.jsonl), folders of one model, or single files"
    }

    fn options(&self) -> &'static [&'static str] {
        &[option::FILTER, option::SCORE, option::TOKENS_FROM_TEXT]
    }

    fn read(&self, inputs: &[PathBuf], options: &ImportOptions) -> Result<Gather> {
        let mut gather = Gather::new("samples of lm-evaluation-harness");
        let files = files(&mut gather, inputs)?;
        let mut choices = Choices::new(options);
        let mut import = Import { gather, options, prompts: Vec::new(), other_prompts: 0, repeated: 0 };
        for file in &files {
            let samples = sample::read(&file.path)?;
            import.file(file, samples, &mut choices)?;
        }
        choices.finish(&mut import.gather)?;
        Ok(import.finish())
    }
}

/// A samples file and what its place says.
struct File {
    path: PathBuf,
    model: String,
    task: String,
}

/// The latest samples file of each model and task.
fn files(gather: &mut Gather, inputs: &[PathBuf]) -> Result<Vec<File>> {
    let mut paths = Vec::new();
    for input in inputs {
        let given = input.is_file();
        let mut below = Vec::new();
        files_below(input, "jsonl", &mut below)?;
        // Other JSONL files may lie in a folder; a file that is named is taken at its word.
        paths.extend(below.into_iter().filter(|path| given || file_stem(path).starts_with("samples_")));
    }
    let mut latest = Latest::new("model and task");
    for path in paths {
        let (task, date) = task(&path);
        latest.add(gather, [model(&path)?, task], date, path, ());
    }
    if latest.is_empty() {
        let places: Vec<String> = inputs.iter().map(|input| input.display().to_string()).collect();
        let error = Error::new("no samples to import").at(places.join(", ")).found("no samples_*.jsonl").allowed(FORMAT.input());
        return Err(error.hint("run lm_eval with --log_samples"));
    }
    Ok(latest.into_files().map(|([model, task], path, ())| File { path, model, task }).collect())
}

/// Task and date of `samples_<task>_<date>.jsonl`; without a date all of it is the task.
fn task(path: &Path) -> (String, String) {
    let stem = file_stem(path);
    let name = stem.strip_prefix("samples_").unwrap_or(&stem);
    let is_date = |date: &str| date.len() >= 19 && date.starts_with(|c: char| c.is_ascii_digit()) && date.as_bytes().get(10) == Some(&b'T');
    match name.rsplit_once('_') {
        Some((task, date)) if is_date(date) => (task.to_owned(), date.to_owned()),
        _ => (name.to_owned(), String::new()),
    }
}

/// The model's name: the folder's, in which lm-eval writes `__` for `/`.
fn model(path: &Path) -> Result<String> {
    let whole = path.canonicalize().map_err(|error| Error::new("no such file").at(path.display()).cause(error))?;
    let folder = whole.parent().and_then(Path::file_name).and_then(|name| name.to_str()).map(|name| name.replace("__", "/"));
    folder.ok_or_else(|| Error::new("no folder names the model").at(path.display()).allowed("<model>/samples_<task>_<date>.jsonl"))
}

/// What is gathered while the files are read.
struct Import<'a> {
    gather: Gather,
    options: &'a ImportOptions,
    /// Hash of each query's prompt as its first model has it.
    prompts: Vec<u64>,
    other_prompts: usize,
    repeated: usize,
}

impl Import<'_> {
    fn file(&mut self, file: &File, samples: Vec<Sample>, choices: &mut Choices) -> Result<()> {
        let place = file.path.display().to_string();
        let (filter, metric) = choices.of(&samples, &file.task, &place)?;
        let endpoint = self.gather.model(&file.model, &place)?;
        let mut times_seen = HashMap::<String, u32>::new();
        for sample in samples.into_iter().filter(|sample| sample.filter == filter) {
            let times = *times_seen.entry(sample.doc_hash.clone()).and_modify(|times| *times += 1).or_insert(1);
            self.repeated += usize::from(times > 1);
            let place = Place { file: &place, unit: "line", number: sample.line as u64 };
            let outcome = self.outcome(&sample, &metric, place)?;
            let query = self.query(&file.task, sample, times);
            self.gather.outcome(endpoint, query, outcome, place)?;
        }
        Ok(())
    }

    fn outcome(&self, sample: &Sample, metric: &str, place: Place) -> Result<Outcome> {
        let outcome = Outcome::default().with(Metric::Score, sample.score(metric, place)?);
        Ok(estimate_tokens(outcome, sample.prompt.as_deref(), sample.answer.as_deref(), self.options))
    }

    fn query(&mut self, task: &str, sample: Sample, times: u32) -> u32 {
        let id = match times {
            1 => format!("{task}/{}", sample.doc_hash),
            _ => format!("{task}/{}-{times}", sample.doc_hash),
        };
        let hash = xxh3_64(sample.prompt.as_deref().unwrap_or_default().as_bytes());
        let row = self.gather.query_or_insert(&id, || Query { dataset: Some(task.to_owned()), prompt: sample.prompt, ..Query::default() });
        match self.prompts.get(row as usize) {
            None => self.prompts.push(hash),
            Some(first) => self.other_prompts += usize::from(*first != hash),
        }
        row
    }

    fn finish(mut self) -> Gather {
        if self.repeated > 0 {
            let line = "answers are to a document that its task has more than once: each is a query of its own, matched in order";
            self.gather.note(format!("{} {line}", self.repeated));
        }
        if self.other_prompts > 0 {
            let line = "answers are to another prompt of the same document than the first model's, which the trace keeps";
            self.gather.note(format!("{} {line}", self.other_prompts));
        }
        self.gather
    }
}

#[cfg(test)]
mod tests;
