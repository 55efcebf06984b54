//! Traces: their description, and cells in well-formed Parquet. Parquet's own bytes are polars' matter.

use std::fs::{self, File};
use std::path::Path;

use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, ParquetReader, ParquetWriter, SerReader, Series};
use wattroute::Result;
use wattroute::trace::{Draft, Trace, TraceReader, check};

use super::Reader;
use crate::seeds::{everything, shipped, use_trace};

const FILES: [&str; 5] = [
    "queries.parquet",
    "outcomes/endpoint=small@laptop/part-0.parquet",
    "outcomes/endpoint=medium@laptop/part-0.parquet",
    "outcomes/endpoint=large@server/part-0.parquet",
    "outcomes/endpoint=tiny@phone/part-0.parquet",
];

pub static DESCRIPTION: Reader = Reader {
    name: "trace-description",
    group: "traces",
    file: "trace.toml",
    words: &[
        "format",
        "name",
        "summary",
        "licence",
        "defaults",
        "baseline",
        "fallback",
        "local",
        "objective",
        "endpoint",
        "id",
        "model",
        "hardware",
        "tier",
        "cloud",
        "phone",
        "params_total_b",
        "params_active_b",
        "batch_size",
        "energy_scope",
        "node",
        "accelerator",
        "price",
        "input_usd_per_mtok",
        "output_usd_per_mtok",
        "electricity_usd_per_kwh",
        "source",
        "code",
        "step",
        "verb",
        "arguments",
        "version",
        "notes",
        "correct_at",
        "embedding",
        "size",
        "cost",
        "small@laptop",
        "quantization",
        "released",
        "family",
        "precision",
    ],
    seeds: || {
        let toy = shipped("traces/toy/trace.toml");
        let more = "[[source]]\ncode = 1\nname = \"estimated\"\n[[step]]\nverb = \"import\"\narguments = [\"a\"]\nversion = \"0.1.0\"\nnotes = [\"n\"]\n";
        vec![toy.clone(), [&toy, more.as_bytes()].concat()]
    },
    read: |folder, bytes| {
        for file in FILES {
            let to = folder.join(file);
            if !to.exists() {
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::write(to, shipped(&format!("traces/toy/{file}"))).unwrap();
            }
        }
        used(folder, bytes)
    },
};

/// Reads a trace at once, and in one of the other ways that there are.
fn used(folder: &Path, bytes: &[u8]) -> Result<()> {
    let name = folder.to_str().unwrap();
    let way = bytes.iter().map(|byte| usize::from(*byte)).sum::<usize>() % 3;
    let other = match way {
        0 => check(name).map(|found| found.faults.iter().map(ToString::to_string).collect()),
        1 => Draft::open(name).map(|_| Vec::new()),
        // Not every trace can be read in parts.
        _ => TraceReader::open(name).and_then(|reader| reader.read(0..reader.len(), &everything())).map(|_| Vec::new()).or(Ok(Vec::new())),
    };
    let trace = Trace::open(name, &everything())?;
    // What reads at once reads in other ways, and has no faults.
    let faults: Vec<String> = other?;
    assert!(faults.is_empty(), "read at once, but with faults: {faults:?}");
    use_trace(&trace);
    Ok(())
}

/// A line is a change of the toy trace: `FILE COLUMN VERB VALUE [ROW]`, files by number. Others say nothing.
pub static CELLS: Reader = Reader {
    name: "trace-cells",
    group: "cells",
    file: "changes.txt",
    words: &[
        "set",
        "all",
        "type",
        "name",
        "drop",
        "rows",
        "row",
        "query_id",
        "dataset",
        "category",
        "prompt",
        "input_tokens",
        "arrival_s",
        "score",
        "energy_j",
        "latency_s",
        "ttft_s",
        "output_tokens",
        "cost_usd",
        "flops",
        "confidence",
        "energy_j_source",
        "feature_hard",
        "feature_x",
        "embedding",
        "null",
        "NaN",
        "inf",
        "text",
        "int",
        "u8",
        "u32",
        "i64",
        "f32",
        "f64",
        "bool",
        "list",
    ],
    seeds: || {
        vec![
            b"".to_vec(),
            b"1 score set 0.5 3\n0 row name row\n2 energy_j set 7 1\n".to_vec(),
            b"3 energy_j type f32\n1 flops drop\n".to_vec(),
        ]
    },
    read: |folder, bytes| {
        fs::write(folder.join("trace.toml"), shipped("traces/toy/trace.toml")).unwrap();
        let text = String::from_utf8_lossy(bytes);
        let changes: Vec<Vec<&str>> = text.lines().take(20).map(|line| line.split(' ').collect()).collect();
        for (number, file) in FILES.iter().enumerate() {
            let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("traces/toy").join(file);
            let to = folder.join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            let mine: Vec<_> = changes.iter().filter(|change| change.first().is_some_and(|file| file.parse() == Ok(number))).collect();
            if mine.is_empty() {
                fs::copy(shipped, to).unwrap();
                continue;
            }
            let mut table = ParquetReader::new(File::open(shipped).unwrap()).finish().unwrap();
            for change in mine {
                if let [_, column, verb, rest @ ..] = change.as_slice() {
                    table = changed(table, column, verb, rest);
                }
            }
            ParquetWriter::new(File::create(to).unwrap()).finish(&mut table).unwrap();
        }
        used(folder, bytes)
    },
};

/// A table after one change; the same where the change is none.
fn changed(mut table: DataFrame, column: &str, verb: &str, rest: &[&str]) -> DataFrame {
    let value = rest.first().copied().unwrap_or_default();
    let row = rest.get(1).and_then(|row| row.parse::<usize>().ok());
    let found = table.column(column).ok().map(|column| column.as_materialized_series().clone());
    let height = table.height();
    match (verb, found) {
        ("drop", _) => table.drop(column).unwrap_or(table),
        ("name", Some(_)) => table.rename(column, value.into()).cloned().unwrap_or(table),
        ("rows", _) => {
            let rows = value.parse::<usize>().unwrap_or(0).min(100);
            if rows <= height { table.head(Some(rows)) } else { table.vstack(&table.head(Some(rows - height))).unwrap_or(table) }
        }
        ("type", Some(series)) => {
            let types = [
                ("text", DataType::String),
                ("int", DataType::Int32),
                ("u8", DataType::UInt8),
                ("u32", DataType::UInt32),
                ("i64", DataType::Int64),
                ("f32", DataType::Float32),
                ("f64", DataType::Float64),
                ("bool", DataType::Boolean),
                ("list", DataType::List(Box::new(DataType::Float32))),
                ("null", DataType::Null),
            ];
            let wanted = types.into_iter().find(|(name, _)| *name == value).map(|(_, of)| of);
            if let Some(cast) = wanted.and_then(|wanted| series.cast(&wanted).ok()) {
                let _ = table.with_column(cast.into_column());
            }
            table
        }
        ("set" | "all", found) => {
            let all = verb == "all";
            let put = |at: usize| all || row.is_none_or(|row| row == at);
            let texts = found.as_ref().is_some_and(|series| series.dtype().is_string());
            let series = if texts {
                let cells = found.as_ref().and_then(|series| series.str().ok().cloned());
                let cell = |at: usize| cells.as_ref().and_then(|cells| cells.get(at)).map(str::to_owned);
                let cells = (0..height).map(|at| if put(at) { (value != "null").then(|| value.to_owned()) } else { cell(at) });
                Series::new(column.into(), cells.collect::<Vec<_>>())
            } else {
                let numbers = found.as_ref().and_then(|series| series.cast(&DataType::Float64).ok());
                let numbers = numbers.as_ref().and_then(|series| series.f64().ok());
                let cells = (0..height).map(|at| if put(at) { value.parse().ok() } else { numbers.and_then(|cells| cells.get(at)) });
                Series::new(column.into(), cells.collect::<Vec<Option<f64>>>())
            };
            // Back to the column's type where that holds the value.
            let series = found.and_then(|found| series.cast(found.dtype()).ok()).unwrap_or(series);
            let _ = table.with_column(series.into_column());
            table
        }
        _ => table,
    }
}
