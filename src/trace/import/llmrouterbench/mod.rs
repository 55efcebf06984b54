//! Results of LLMRouterBench: a JSON file for each data set, split, model and time, with a record a question.

mod file;

use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::files::{Latest, files_below};
use super::prompts::estimate_tokens;
use super::{Format, Gather, ImportOptions, Outcome, Place, Query, option};
use crate::error::{Error, Result};
use crate::trace::schema::Metric;
use crate::trace::text::excerpt;
use file::{Header, Record, Results};

pub(super) struct LlmRouterBench;
pub(super) static FORMAT: LlmRouterBench = LlmRouterBench;

impl Format for LlmRouterBench {
    fn name(&self) -> &'static str {
        "llmrouterbench"
    }

    fn title(&self) -> &'static str {
        "LLMRouterBench's results: score, tokens and dollars"
    }

    fn summary(&self) -> &'static str {
        "results of LLMRouterBench: score, tokens and USD of every model on every question"
    }

    fn input(&self) -> &'static str {
        "the folder results/bench (<dataset>/<split>/<model>/*.json), a folder within it, or single files"
    }

    fn options(&self) -> &'static [&'static str] {
        &[option::TOKENS_FROM_TEXT, option::KEEP_FEATURES]
    }

    fn read(&self, inputs: &[PathBuf], options: &ImportOptions) -> Result<Gather> {
        let mut gather = Gather::new("results of LLMRouterBench");
        let mut paths = Vec::new();
        for input in inputs {
            // Beside `bench` stand the results of routers, which are of another form.
            let bench = input.join("bench");
            files_below(if bench.is_dir() { &bench } else { input }, "json", &mut paths)?;
        }
        if paths.is_empty() {
            let places: Vec<String> = inputs.iter().map(|input| input.display().to_string()).collect();
            return Err(Error::new("no results to import").at(places.join(", ")).found("no .json file").allowed(self.input()));
        }
        let chosen = choose(&mut gather, paths)?;
        let mut import = Import { gather, options, questions: Vec::new(), other_prompts: 0 };
        for (path, header) in chosen {
            import.file(&path, &header)?;
        }
        Ok(import.finish())
    }
}

/// The file that counts for each data set, split and model: the latest that is no demonstration.
fn choose(gather: &mut Gather, paths: Vec<PathBuf>) -> Result<Vec<(PathBuf, Header)>> {
    let mut latest = Latest::new("data set, split and model");
    for path in paths {
        let header: Header = file::parse(&path)?;
        if header.demo == Some(true) {
            gather.note(format!("{}: a demonstration (`demo` is true), left out", path.display()));
            continue;
        }
        let key = [header.dataset_name.clone(), header.split.clone(), header.model_name.clone()];
        latest.add(gather, key, file::time(&path), path, header);
    }
    Ok(latest.into_files().map(|(_, path, header)| (path, header)).collect())
}

/// What is gathered while the files are read.
struct Import<'a> {
    gather: Gather,
    options: &'a ImportOptions,
    /// Hashes of question and prompt of each query, as its first model has them.
    questions: Vec<(u64, u64)>,
    other_prompts: usize,
}

impl Import<'_> {
    fn file(&mut self, path: &Path, header: &Header) -> Result<()> {
        let place = path.display().to_string();
        let results: Results = file::parse(path)?;
        let endpoint = self.gather.model(&header.model_name, &place)?;
        let mut empty = 0;
        for (number, record) in results.records.iter().enumerate() {
            let place = Place { file: &place, unit: "record", number: number as u64 };
            let index = record.index(place)?;
            let id = format!("{}/{}/{index}", header.dataset_name, header.split);
            let query = self.query(id, record, header, place)?;
            empty += usize::from(record.prompt_tokens == Some(0.0) && record.completion_tokens == Some(0.0));
            let outcome = self.outcome(record, place)?;
            self.gather.outcome(endpoint, query, outcome, place)?;
        }
        if empty > 0 {
            let line = "records have 0 prompt and 0 output tokens, perhaps failed requests: they stay as they are";
            self.gather.note(format!("{place}: {empty} {line}"));
        }
        Ok(())
    }

    fn outcome(&self, record: &Record, place: Place) -> Result<Outcome> {
        let outcome = Outcome::default()
            .with(Metric::Score, record.score(place)?)
            .with(Metric::InputTokens, record.prompt_tokens)
            .with(Metric::OutputTokens, record.completion_tokens)
            .with(Metric::CostUsd, record.cost);
        let prompt = record.prompt.text().filter(|_| self.options.tokens_from_text);
        Ok(estimate_tokens(outcome, prompt.as_deref(), record.raw_output.as_str(), self.options))
    }

    /// The row of a question. Models must mean the same question by an index; prompts may differ,
    /// as templates do, and are counted.
    fn query(&mut self, id: String, record: &Record, header: &Header, place: Place) -> Result<u32> {
        let prompt = record.prompt.text().or_else(|| record.origin_query.text());
        let question = record.origin_query.text().or_else(|| record.prompt.text());
        let hash = |text: &Option<String>| xxh3_64(text.as_deref().unwrap_or_default().trim().as_bytes());
        let about = (hash(&question), hash(&prompt));
        let split = self.options.keep_features.then(|| ("split".to_owned(), header.split.clone()));
        let row = self.gather.query_or_insert(&id, || Query {
            dataset: Some(header.dataset_name.clone()),
            input_tokens: record.prompt_tokens,
            prompt,
            name_features: split.into_iter().collect(),
            ..Query::default()
        });
        match self.questions.get(row as usize) {
            None => self.questions.push(about),
            Some(first) if first.0 != about.0 => {
                return Err(Error::new("two models have different questions at the same index")
                    .at(place)
                    .found(format!("at `{id}`: {}", excerpt(&question.unwrap_or_default())))
                    .allowed("the question that the files read before have there")
                    .hint("the data set changed between the runs: import the models of one version"));
            }
            Some(first) => self.other_prompts += usize::from(first.1 != about.1),
        }
        Ok(row)
    }

    fn finish(mut self) -> Gather {
        self.gather.note("a question's prompt and `input_tokens` are those of the first model that has it");
        if self.other_prompts > 0 {
            self.gather.note(format!("{} answers are to another prompt of the same question than the first model's", self.other_prompts));
        }
        self.gather
    }
}

#[cfg(test)]
mod tests;
