//! One line of a samples file.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::Place;
use super::super::jsonl::{self, json_lines};
use crate::error::{Error, Result};

/// Keys of a sample that are no metric, for files older than the list `metrics`.
const NO_METRICS: [&str; 3] = ["doc_id", "idx", "num_fewshot"];

/// A document, as one filter sees the model's answer.
pub(super) struct Sample {
    /// Line of the file, from 1.
    pub line: usize,
    /// Hash of the document: the key that joins models.
    pub doc_hash: String,
    /// Filter; `none` in files that are older than filters.
    pub filter: String,
    /// Each metric with what it says.
    metrics: Vec<(String, Value)>,
    /// Text sent to the model.
    pub prompt: Option<String>,
    /// Text that the model wrote; absent where it only weighed given answers.
    pub answer: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    doc_hash: Option<String>,
    filter: Option<String>,
    metrics: Option<Vec<String>>,
    #[serde(default)]
    arguments: Value,
    #[serde(default)]
    resps: Value,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// The samples of a file.
pub(super) fn read(path: &Path) -> Result<Vec<Sample>> {
    let file = path.display().to_string();
    let sample = |line: Result<(usize, Line)>| {
        let (number, line) = line?;
        sample(number, line, Place { file: &file, unit: "line", number: number as u64 })
    };
    json_lines(path)?.map(sample).collect()
}

fn sample(number: usize, line: Line, place: Place) -> Result<Sample> {
    let doc_hash = line.doc_hash.ok_or_else(|| {
        Error::new("a sample has no `doc_hash`")
            .at(place)
            .allowed("a line of samples_<task>_<date>.jsonl as lm-eval writes it")
            .hint("models are joined on it: run the task again with a later lm-eval, which writes it")
    })?;
    let names: Vec<String> = match line.metrics {
        Some(names) => names,
        None => {
            let scores = line.rest.iter().filter(|(_, value)| value.is_number() || value.is_boolean());
            scores.map(|(name, _)| name.clone()).filter(|name| !NO_METRICS.contains(&name.as_str())).collect()
        }
    };
    let value = |name: &String| line.rest.get(name).cloned().unwrap_or(Value::Null);
    let metrics = names.iter().map(|name| (name.clone(), value(name))).collect();
    let (prompt, generates) = request(&line.arguments);
    let answer = if generates { first_string(&line.resps) } else { None };
    Ok(Sample { line: number, doc_hash, filter: line.filter.unwrap_or_else(|| "none".to_owned()), metrics, prompt, answer })
}

impl Sample {
    /// Names of the metrics.
    pub fn metrics(&self) -> impl Iterator<Item = &str> {
        self.metrics.iter().map(|(name, _)| name.as_str())
    }

    /// The value of a metric as a score; null, or a metric that this line lacks, is missing.
    pub fn score(&self, metric: &str, place: Place) -> Result<Option<f64>> {
        let Some((_, value)) = self.metrics.iter().find(|(name, _)| name == metric) else { return Ok(None) };
        jsonl::score(value, format_args!("{place}, `{metric}`"))
    }
}

/// The prompt of the first request, and whether the model was to write: then the second argument is
/// a set of options and not an answer to be weighed. Written as `{"gen_args_0": {"arg_0": ..}}` or `[[..]]`.
fn request(arguments: &Value) -> (Option<String>, bool) {
    let first = arguments.get("gen_args_0").or_else(|| arguments.get(0));
    let argument = |index: usize| first.and_then(|first| first.get(format!("arg_{index}")).or_else(|| first.get(index)));
    let prompt = argument(0).and_then(first_string);
    (prompt, argument(1).is_some_and(Value::is_object))
}

/// A string, or the first within lists: a chat's messages are one string in a list, answers are lists of lists.
fn first_string(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => values.first().and_then(first_string),
        _ => None,
    }
}
