//! The folders of Intelligence per Watt's runs: their JSON, and columns of well-formed Arrow files.

use std::fs;
use std::path::Path;

use polars::prelude::{DataFrame, DataType, IntoSeries, IpcStreamWriter, NamedFrom, SerWriter, Series, StructChunked};
use wattroute::Result;
use wattroute::trace::import::ImportOptions;

use super::Reader;
use super::imports::imported;

const STATE: &str = r#"{"_data_files": [{"filename": "data.arrow"}], "_split": null}"#;
const SUMMARY: &str =
    r#"{"model": "org/m", "hardware_label": "HW", "dataset": "d", "total_queries": 2, "batch_size": 1, "system_info": {"gpu": "x"}}"#;

/// Lines of `PATH VALUE VALUE`: a leaf of the nested columns with its cells.
const COLUMNS: &str = "problem a b
dataset_index 0 1
model_metrics/org~m/energy_metrics/per_query_joules 10 0.5
model_metrics/org~m/power_metrics/gpu/per_query_watts/avg 5 7
model_metrics/org~m/latency_metrics/total_query_seconds 1 2
model_metrics/org~m/latency_metrics/time_to_first_token_seconds 0.1 0.2
model_metrics/org~m/token_metrics/input 10 20
model_metrics/org~m/token_metrics/output 30 40
model_metrics/org~m/lm_correctness true false
model_metrics/org~m/compute_metrics/flops_per_request 1e12 2e12
";

fn run(folder: &Path, summary: &[u8], state: &[u8], columns: &str) -> Result<()> {
    let run = folder.join("profile_HW_m_d_bs1");
    fs::create_dir_all(&run).unwrap();
    fs::write(run.join("summary.json"), summary).unwrap();
    fs::write(run.join("state.json"), state).unwrap();
    let leaves: Vec<(Vec<&str>, Series)> = columns.lines().take(40).filter_map(leaf).collect();
    let tops = nested(&leaves.iter().map(|(path, series)| (path.as_slice(), series)).collect::<Vec<_>>());
    if let Ok(mut table) = DataFrame::new_infer_height(tops.into_iter().map(Into::into).collect()) {
        let mut bytes = Vec::new();
        if IpcStreamWriter::new(&mut bytes).finish(&mut table).is_ok() {
            fs::write(run.join("data.arrow"), bytes).unwrap();
        }
    }
    imported("ipw", &[run], &ImportOptions::default(), folder)
}

/// A leaf and its cells: truth values, numbers or texts, whichever all are; `null` is none.
fn leaf(line: &str) -> Option<(Vec<&str>, Series)> {
    let (path, cells) = line.split_once(' ')?;
    let path: Vec<&str> = path.split('/').take(8).collect();
    let mut cells: Vec<Option<&str>> = cells.split(' ').take(2).map(|cell| (cell != "null").then_some(cell)).collect();
    cells.resize(2, None);
    let name = path.last()?.replace('~', "/");
    let number = |cell: &Option<&str>| cell.is_none_or(|cell| cell.parse::<f64>().is_ok());
    let truth = |cell: &Option<&str>| cell.is_none_or(|cell| cell.parse::<bool>().is_ok());
    let series = match () {
        () if cells.iter().all(Option::is_none) => Series::full_null(name.as_str().into(), 2, &DataType::Null),
        () if cells.iter().all(truth) => {
            Series::new(name.as_str().into(), cells.iter().map(|cell| (*cell)?.parse().ok()).collect::<Vec<Option<bool>>>())
        }
        () if cells.iter().all(number) => {
            Series::new(name.as_str().into(), cells.iter().map(|cell| (*cell)?.parse().ok()).collect::<Vec<Option<f64>>>())
        }
        () => Series::new(name.as_str().into(), cells),
    };
    Some((path, series))
}

/// Leaves under their structs, in the order in which they come.
fn nested(leaves: &[(&[&str], &Series)]) -> Vec<Series> {
    let mut names: Vec<&str> = Vec::new();
    for (path, _) in leaves {
        if !names.contains(&path[0]) {
            names.push(path[0]);
        }
    }
    let of = |name: &&str| {
        let mine: Vec<_> = leaves.iter().filter(|(path, _)| path[0] == *name).collect();
        if let Some((_, leaf)) = mine.iter().find(|(path, _)| path.len() == 1) {
            return Some((*leaf).clone());
        }
        let fields = nested(&mine.iter().map(|(path, leaf)| (&path[1..], *leaf)).collect::<Vec<_>>());
        Some(StructChunked::from_series(name.replace('~', "/").as_str().into(), 2, fields.iter()).ok()?.into_series())
    };
    names.iter().filter_map(of).collect()
}

pub static IPW_SUMMARY: Reader = Reader {
    name: "ipw-summary",
    group: "folder_imports",
    file: "summary.txt",
    words: &["model", "hardware_label", "dataset", "total_queries", "batch_size", "system_info", "gpu", "org/m", "HW"],
    seeds: || vec![SUMMARY.as_bytes().to_vec()],
    read: |folder, bytes| run(folder, bytes, STATE.as_bytes(), COLUMNS),
};

pub static IPW_STATE: Reader = Reader {
    name: "ipw-state",
    group: "folder_imports",
    file: "state.txt",
    words: &["_data_files", "filename", "data.arrow", "_split", "..", "summary.json", "state.json"],
    seeds: || vec![STATE.as_bytes().to_vec()],
    read: |folder, bytes| run(folder, SUMMARY.as_bytes(), bytes, COLUMNS),
};

pub static IPW_COLUMNS: Reader = Reader {
    name: "ipw-columns",
    group: "folder_imports",
    file: "columns.txt",
    words: &[
        "problem",
        "question",
        "prompt",
        "dataset_index",
        "model_metrics",
        "energy_metrics",
        "per_query_joules",
        "latency_metrics",
        "lm_correctness",
        "evaluation",
        "is_correct",
        "null",
        "NaN",
        "true",
        "a",
        "answer",
        "subject",
        "model_answers",
    ],
    seeds: || vec![COLUMNS.as_bytes().to_vec()],
    read: |folder, bytes| run(folder, SUMMARY.as_bytes(), STATE.as_bytes(), &String::from_utf8_lossy(bytes)),
};
