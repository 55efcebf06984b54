//! One run folder of the IPW harness: a model on a hardware, over a data set.

use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::super::files::{file_name, files};
use super::arrow::Table;
use crate::error::{Error, Result};

/// What a run says about one question and its answer, each as the file has it.
pub(super) struct Row {
    /// Text of the question.
    pub problem: String,
    /// Subject of the question.
    pub subject: Option<String>,
    /// Data set of the question, where rows tell it.
    pub dataset: Option<String>,
    /// Place of the question in its data set (harness v2).
    pub dataset_index: Option<f64>,
    /// Text of the answer, where it was asked for.
    pub answer: Option<String>,
    /// Right or wrong (v1): false until scored.
    pub lm_correctness: Option<bool>,
    /// Right or wrong (v2), where scored.
    pub is_correct: Option<bool>,
    /// Energy of the answer.
    pub joules: Option<f64>,
    /// Mean power while the answer was made.
    pub watts: Option<f64>,
    /// Time from request to end of the answer.
    pub seconds: Option<f64>,
    /// Time from request to first token.
    pub first_token_seconds: Option<f64>,
    /// Tokens of the question.
    pub input_tokens: Option<f64>,
    /// Tokens of the answer.
    pub output_tokens: Option<f64>,
    /// Floating-point operations.
    pub flops: Option<f64>,
    /// File and row, as errors name them.
    pub place: String,
}

/// A run folder, read.
pub(super) struct Run {
    /// The folder, as errors and notes name it.
    pub place: String,
    /// Name of the model: the field of `model_metrics`.
    pub model: String,
    /// Label of the hardware.
    pub hardware: Option<String>,
    /// Queries answered at a time, from the folder's name.
    pub batch_size: Option<u32>,
    /// Data set.
    pub dataset: Option<String>,
    /// The rows of all files.
    pub rows: Vec<Row>,
    /// What there is to say about it.
    pub notes: Vec<String>,
}

/// `state.json` of HuggingFace `save_to_disk`.
#[derive(Deserialize)]
struct State {
    #[serde(rename = "_data_files")]
    data_files: Vec<DataFile>,
}

#[derive(Deserialize)]
struct DataFile {
    filename: String,
}

/// `summary.json` of the harness, as far as it is used.
#[derive(Deserialize)]
struct Summary {
    model: Option<String>,
    hardware_label: Option<String>,
    dataset: Option<String>,
    dataset_name: Option<String>,
    total_queries: Option<u64>,
}

impl Run {
    /// Reads a run folder; `answers`: with the texts of the answers.
    pub fn read(folder: &Path, answers: bool) -> Result<Run> {
        let state: State = json(folder, "state.json", "it lists the data files")?;
        let summary: Summary = json(folder, "summary.json", "it names model and hardware")?;
        let named = |name: Option<String>| name.filter(|name| !name.trim().is_empty());
        let mut run = Run {
            place: folder.display().to_string(),
            model: String::new(),
            hardware: named(summary.hardware_label),
            batch_size: batch_size(&file_name(folder)),
            dataset: named(summary.dataset).or(named(summary.dataset_name)),
            rows: Vec::new(),
            notes: Vec::new(),
        };
        for file in &state.data_files {
            run.read_file(&folder.join(&file.filename), answers)?;
        }
        if run.rows.is_empty() {
            let found = format!("0 rows in {} data files", state.data_files.len());
            return Err(Error::new("a run has no rows").at(&run.place).found(found).allowed("1 and more"));
        }
        run.note_summary(named(summary.model), summary.total_queries);
        run.note_strays(folder, &state)?;
        Ok(run)
    }

    fn read_file(&mut self, path: &Path, answers: bool) -> Result<()> {
        let wanted = ["problem", "model_metrics", "subject", "dataset_metadata", "dataset_index", "model_answers"];
        let wanted: Vec<&str> = wanted.into_iter().filter(|name| answers || *name != "model_answers").collect();
        let table = Table::read(path, &wanted)?;
        table.require("problem")?;
        table.require("model_metrics")?;
        let model = only_model(&table)?;
        if !self.model.is_empty() && self.model != model {
            return Err(Error::new("the files of a run have different models")
                .at(&table.place)
                .found(format!("`{model}` after `{}`", self.model))
                .allowed("one model a run"));
        }
        self.rows.extend(rows(&table, &model, &mut self.notes)?);
        self.model = model;
        Ok(())
    }

    fn note_summary(&mut self, model: Option<String>, total: Option<u64>) {
        if let Some(model) = model.filter(|model| *model != self.model) {
            let line = format!("{}: summary.json names the model `{model}`, the rows name `{}`, which counts", self.place, self.model);
            self.notes.push(line);
        }
        if let Some(total) = total.filter(|total| *total != self.rows.len() as u64) {
            self.notes.push(format!("{}: {} rows, but summary.json tells of {total} queries", self.place, self.rows.len()));
        }
        if self.hardware.is_none() {
            self.notes.push(format!("{}: summary.json has no `hardware_label` (--hardware MODEL=NAME sets one)", self.place));
        }
    }

    /// Data files that `state.json` does not list are leftovers, and are not read.
    fn note_strays(&mut self, folder: &Path, state: &State) -> Result<()> {
        for path in files(folder, &["arrow"])? {
            let name = file_name(&path);
            if state.data_files.iter().all(|file| file.filename != name) {
                self.notes.push(format!("{}: `{name}` is not listed in state.json and was not read", self.place));
            }
        }
        Ok(())
    }
}

fn json<T: DeserializeOwned>(folder: &Path, name: &str, use_of_it: &str) -> Result<T> {
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Error::new(format!("a run folder without a readable {name}"))
            .at(path.display())
            .cause(error)
            .hint(format!("{use_of_it}; copy the run again, or let the harness finish it"))
    })?;
    serde_json::from_str(&text).map_err(|error| Error::new(format!("{name} cannot be read")).at(path.display()).cause(error))
}

/// The batch size at the end of a folder's name: `..._bs<n>`.
fn batch_size(folder: &str) -> Option<u32> {
    let (_, digits) = folder.rsplit_once("_bs")?;
    digits.parse().ok().filter(|&size| size > 0)
}

/// The one model of a run: the one field of `model_metrics`.
fn only_model(table: &Table) -> Result<String> {
    let mut models = table.fields("model_metrics")?;
    match models.pop() {
        Some(model) if models.is_empty() => Ok(model),
        last => {
            models.extend(last);
            let found = if models.is_empty() { "no field".to_owned() } else { models.join(", ") };
            Err(Error::new("a run is of one model")
                .at(format!("{}, column `model_metrics`", table.place))
                .found(found)
                .allowed("a struct with one field, named after the model"))
        }
    }
}

fn rows(table: &Table, model: &str, notes: &mut Vec<String>) -> Result<Vec<Row>> {
    let metric = |path: &[&'static str]| [&["model_metrics", model], path].concat();
    let mut numbers = |path: &[&'static str]| table.numbers(&metric(path), notes).map(Vec::into_iter);
    let mut joules = numbers(&["energy_metrics", "per_query_joules"])?;
    let mut watts = numbers(&["power_metrics", "gpu", "per_query_watts", "avg"])?;
    let mut seconds = numbers(&["latency_metrics", "total_query_seconds"])?;
    let mut first_token_seconds = numbers(&["latency_metrics", "time_to_first_token_seconds"])?;
    let mut input_tokens = numbers(&["token_metrics", "input"])?;
    let mut output_tokens = numbers(&["token_metrics", "output"])?;
    let mut flops = numbers(&["compute_metrics", "flops_per_request"])?;
    let mut dataset_index = table.numbers(&["dataset_index"], notes)?.into_iter();
    let mut lm_correctness = table.flags(&metric(&["lm_correctness"]))?.into_iter();
    let mut is_correct = table.flags(&metric(&["evaluation", "is_correct"]))?.into_iter();
    let mut subject = first_text(table, &[&["subject"], &["dataset_metadata", "subject"]])?.into_iter();
    let mut dataset = first_text(table, &[&["dataset_metadata", "dataset_name"], &["dataset_metadata", "dataset"]])?.into_iter();
    let mut answer = table.strings(&["model_answers", model])?.into_iter();
    let mut rows = Vec::with_capacity(table.rows());
    for (row, problem) in table.strings(&["problem"])?.into_iter().enumerate() {
        let place = format!("{}, row {row}", table.place);
        rows.push(Row {
            problem: problem.ok_or_else(|| Error::new("a row has no question").at(format!("{place}, column `problem`")))?,
            subject: subject.next().flatten(),
            dataset: dataset.next().flatten(),
            dataset_index: dataset_index.next().flatten(),
            answer: answer.next().flatten(),
            lm_correctness: lm_correctness.next().flatten(),
            is_correct: is_correct.next().flatten(),
            joules: joules.next().flatten(),
            watts: watts.next().flatten(),
            seconds: seconds.next().flatten(),
            first_token_seconds: first_token_seconds.next().flatten(),
            input_tokens: input_tokens.next().flatten(),
            output_tokens: output_tokens.next().flatten(),
            flops: flops.next().flatten(),
            place,
        });
    }
    Ok(rows)
}

/// For each row the first text that is there. `dataset_metadata` is free in form: what is no struct has none.
fn first_text(table: &Table, paths: &[&[&str]]) -> Result<Vec<Option<String>>> {
    let mut texts = vec![None; table.rows()];
    for path in paths {
        if let [outer, _, ..] = path
            && !table.is_struct(&[outer])
        {
            continue;
        }
        for (text, cell) in texts.iter_mut().zip(table.strings(path)?) {
            *text = text.take().or(cell.filter(|cell: &String| !cell.is_empty()));
        }
    }
    Ok(texts)
}
