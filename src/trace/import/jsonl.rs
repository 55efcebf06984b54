//! JSON Lines, read one at a time, with file and line in every error.

use std::io::BufRead;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, Result};

/// Calls `row` with the number of each line (from 1), what it holds, and its place (`file, line n`).
/// Empty lines are passed over.
pub(in crate::trace) fn lines<T: DeserializeOwned>(path: &Path, mut row: impl FnMut(usize, T, String) -> Result<()>) -> Result<()> {
    for (index, line) in super::open(path)?.split(b'\n').enumerate() {
        let place = format!("{}, line {}", path.display(), index + 1);
        let line = line.map_err(|error| Error::new("cannot read a file").at(&place).cause(error))?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let value = serde_json::from_slice(&line).map_err(|error| {
            // The cause counts lines within this one: its column is what helps.
            why(Error::new("a line cannot be read").at(format!("{place}, column {}", error.column())).cause(&error), &error)
        })?;
        row(index + 1, value, place)?;
    }
    Ok(())
}

/// Adds what a person can do about a JSON error.
pub(in crate::trace) fn why(error: Error, cause: &serde_json::Error) -> Error {
    match cause.classify() {
        serde_json::error::Category::Eof => error.hint("the file is cut off: copy it again"),
        serde_json::error::Category::Syntax => {
            error.hint("JSON has no NaN and no Infinity, though Python writes them: put null where a value is missing")
        }
        _ => error,
    }
}

/// A score as number or truth value; null is missing.
pub(super) fn score(value: &Value, place: &str) -> Result<Option<f64>> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(right) => Ok(Some(if *right { 1.0 } else { 0.0 })),
        Value::Number(number) => Ok(number.as_f64()),
        other => Err(Error::new("a score is no number")
            .at(place)
            .found(super::text::start(&other.to_string()))
            .allowed("0 to 1, true, false, or null where not scored")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(i64, String)>> {
        let folder = tempfile::tempdir().map_err(|error| Error::new(error.to_string()))?;
        let path = folder.path().join("x.jsonl");
        std::fs::write(&path, text).map_err(|error| Error::new(error.to_string()))?;
        let mut rows = Vec::new();
        lines(&path, |_, number: i64, place| {
            rows.push((number, place.rsplit(',').next().unwrap_or_default().to_owned()));
            Ok(())
        })?;
        Ok(rows)
    }

    #[test]
    fn lines_are_numbered_from_one_and_empty_ones_count() {
        let rows = read("1\r\n\n3").unwrap_or_default();
        assert_eq!(rows, [(1, " line 1".to_owned()), (3, " line 3".to_owned())]);
    }

    #[test]
    fn a_fault_names_line_and_column() {
        let error = read("1\nNaN\n").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("x.jsonl, line 2, column 1") && error.contains("no NaN"), "{error}");
    }
}
