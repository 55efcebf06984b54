//! One result file.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::super::Place;
use super::super::files::file_stem;
use super::super::jsonl::{json, score};
use crate::error::{Error, Result};

/// What a result file says about itself.
#[derive(Deserialize)]
pub(super) struct Header {
    /// Data set.
    pub dataset_name: String,
    /// Split of the data set.
    pub split: String,
    /// Model.
    pub model_name: String,
    /// Whether it is a short trial run.
    pub demo: Option<bool>,
}

/// The records of a result file.
#[derive(Deserialize)]
pub(super) struct Results {
    /// In the order of the file.
    pub records: Vec<Record>,
}

/// A question and its answer.
#[derive(Deserialize)]
pub(super) struct Record {
    index: Value,
    /// The question.
    #[serde(default)]
    pub origin_query: Text,
    /// What was sent to the model.
    #[serde(default)]
    pub prompt: Text,
    /// Tokens of the prompt.
    pub prompt_tokens: Option<f64>,
    /// Tokens of the answer.
    pub completion_tokens: Option<f64>,
    /// US dollars.
    pub cost: Option<f64>,
    #[serde(default)]
    score: Value,
    /// What the model answered: a string, or null.
    #[serde(default)]
    pub raw_output: Value,
}

/// A string, or what else stands for one (a list of messages), as JSON.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Text(Value);

impl Text {
    /// As a string; `None` for null.
    pub fn text(&self) -> Option<String> {
        match &self.0 {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

impl Record {
    /// The index within the split.
    pub fn index(&self, place: Place) -> Result<String> {
        match &self.index {
            Value::String(index) => Ok(index.clone()),
            Value::Number(index) => Ok(index.to_string()),
            other => Err(Error::new("a record has no index").at(format!("{place}, `index`")).found(other).allowed("a number or a string")),
        }
    }

    /// The score; null is missing.
    pub fn score(&self, place: Place) -> Result<Option<f64>> {
        score(&self.score, format_args!("{place}, `score`"))
    }
}

/// Reads a file as one JSON value.
pub(super) fn parse<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let allowed = "one JSON object with dataset_name, split, model_name and records, as LLMRouterBench writes it";
    json(path).map_err(|error| error.allowed(allowed))
}

/// The time in a file's name (`...-20250102_030405.json`), as text that sorts; empty where there is none.
pub(super) fn time(path: &Path) -> String {
    let name = file_stem(path);
    let time = name.rsplit('-').next().unwrap_or_default();
    let is_time = time.len() == 15 && time.chars().all(|c| c.is_ascii_digit() || c == '_');
    if is_time { time.to_owned() } else { String::new() }
}
