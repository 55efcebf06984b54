//! What another program decided, or how it scored, for each query: one named value a row, from a
//! CSV, JSON Lines, JSON list or Parquet file.

mod delimited;
mod json;
mod parquet;

use std::collections::HashMap;
use std::path::Path;

use super::problems::Problems;
use crate::error::{Error, Result};

/// The columns to read.
#[derive(Debug, Clone, Copy)]
pub struct RecordingColumns<'a> {
    /// The name of the query.
    pub id: &'a str,
    /// The decision or the score.
    pub value: &'a str,
    /// Rows where this column is true are passed over.
    pub skip_if: Option<&'a str>,
}

/// A value as a file has it.
#[derive(Debug, Clone, PartialEq)]
pub enum RecordedValue {
    /// An empty cell, a null or an absent key.
    Missing,
    /// A text.
    Text(String),
    /// A number.
    Number(f64),
    /// A truth value.
    Flag(bool),
}

impl RecordedValue {
    /// As a finite number; CSV has only texts.
    pub fn number(&self) -> Option<f64> {
        let number = match self {
            RecordedValue::Number(number) => Some(*number),
            RecordedValue::Text(text) => text.trim().parse().ok(),
            _ => None,
        };
        number.filter(|number| number.is_finite())
    }

    fn is_true(&self) -> Option<bool> {
        match self {
            RecordedValue::Missing => Some(false),
            RecordedValue::Flag(flag) => Some(*flag),
            RecordedValue::Number(_) => None,
            RecordedValue::Text(text) if text.eq_ignore_ascii_case("true") => Some(true),
            RecordedValue::Text(text) if text.eq_ignore_ascii_case("false") => Some(false),
            RecordedValue::Text(_) => None,
        }
    }
}

impl std::fmt::Display for RecordedValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RecordedValue::Missing => f.write_str("nothing"),
            RecordedValue::Text(text) => write!(f, "`{text}`"),
            RecordedValue::Number(number) => write!(f, "{number}"),
            RecordedValue::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

/// The value of one query.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedRow {
    /// The name of the query, each once.
    pub id: String,
    /// Its value.
    pub value: RecordedValue,
    /// Line of the file (from 1), or row of a Parquet file (from 0).
    pub line: usize,
}

/// The values of a file, in its order.
#[derive(Debug, Clone)]
pub struct Recording {
    /// One row a query.
    pub rows: Vec<RecordedRow>,
    /// Rows that were passed over because of [`RecordingColumns::skip_if`].
    pub skipped: usize,
    file: String,
    unit: &'static str,
}

impl Recording {
    /// Reads a file; its ending says what it is.
    ///
    /// # Errors
    /// Where the file cannot be read, lacks a column, or names a query not at all or twice: with line.
    pub fn read(path: &Path, columns: &RecordingColumns) -> Result<Recording> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let file = path.display().to_string();
        let unit = if ending == "parquet" { "row" } else { "line" };
        let mut keep = Keep { out: Recording { rows: Vec::new(), skipped: 0, file, unit }, columns, problems: Problems::default() };
        match ending.as_str() {
            "csv" => delimited::read(path, &mut keep)?,
            "json" | "jsonl" | "ndjson" => json::read(path, &mut keep)?,
            "parquet" => parquet::read(path, &mut keep)?,
            _ => {
                let error = Error::new("a file of decisions has an ending that tells what it is").found(path.display());
                return Err(error.allowed(".csv, .jsonl, .ndjson, .json (a list, or a row a line), .parquet"));
            }
        }
        keep.finish()
    }

    /// A row as errors name it: file and line.
    pub fn place(&self, row: &RecordedRow) -> String {
        self.at(row.line)
    }

    fn at(&self, line: usize) -> String {
        format!("{}, {} {line}", self.file, self.unit)
    }
}

/// One row as a reader has it.
struct Raw {
    id: Option<String>,
    value: RecordedValue,
    skip: RecordedValue,
    line: usize,
}

/// Takes rows from a reader, and the faults in them.
struct Keep<'a> {
    out: Recording,
    columns: &'a RecordingColumns<'a>,
    problems: Problems,
}

impl Keep<'_> {
    /// The columns that the file must have.
    fn wanted(&self) -> impl Iterator<Item = &str> {
        [self.columns.id, self.columns.value].into_iter().chain(self.columns.skip_if)
    }

    /// The error of a wanted column that a file lacks.
    fn lacks<'n>(&self, column: &str, has: impl IntoIterator<Item = &'n str>) -> Error {
        crate::error::unknown("column in the file", column, has).at(&self.out.file)
    }

    fn row(&mut self, raw: Raw) {
        match raw.skip.is_true() {
            Some(true) => {
                self.out.skipped += 1;
                return;
            }
            Some(false) => {}
            None => self.problems.push(
                Error::new("a row to be skipped or not says neither")
                    .at(format!("{}, column `{}`", self.out.at(raw.line), self.columns.skip_if.unwrap_or_default()))
                    .found(&raw.skip)
                    .allowed("true, false or nothing"),
            ),
        }
        match raw.id.filter(|id| !id.is_empty()) {
            Some(id) => self.out.rows.push(RecordedRow { id, value: raw.value, line: raw.line }),
            None => self.problems.push(
                Error::new("a row names no query").at(format!("{}, column `{}`", self.out.at(raw.line), self.columns.id)).found("nothing"),
            ),
        }
    }

    fn finish(mut self) -> Result<Recording> {
        let mut first = HashMap::with_capacity(self.out.rows.len());
        let mut repeated: Vec<(&RecordedRow, &RecordedRow)> = Vec::new();
        for row in &self.out.rows {
            let earlier = *first.entry(row.id.as_str()).or_insert(row);
            if !std::ptr::eq(earlier, row) {
                repeated.push((row, earlier));
            }
        }
        let out = &self.out;
        self.problems.cells(&out.file, repeated.iter(), |(row, earlier)| {
            Error::new("two rows are about the same query")
                .at(out.place(row))
                .found(format!("`{}`, which {} {} has already", row.id, out.unit, earlier.line))
                .allowed("each query once")
                .hint("rows of another kind can be passed over: `skip_if = COLUMN`")
        });
        if out.rows.is_empty() && self.problems.is_empty() {
            self.problems.push(Error::new("a file of decisions has no rows").at(&out.file).found(format!("{} skipped", out.skipped)));
        }
        self.problems.into_error().map_or(Ok(self.out), Err)
    }
}

#[cfg(test)]
mod tests;
