//! JSON and JSON Lines, with file and line in every error.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::marker::PhantomData;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::files::{LONGEST_LINE, open, too_long};
use crate::error::{Error, Result};
use crate::trace::text::excerpt;

/// The rows of a JSON Lines file, each with the number of its line, from 1. Blank lines are passed over.
pub(in crate::trace) struct JsonLines<T> {
    file: String,
    reader: BufReader<File>,
    /// The line that is read, kept so that its memory serves all lines.
    line: Vec<u8>,
    number: usize,
    rows: PhantomData<fn() -> T>,
}

/// Opens a JSON Lines file.
pub(in crate::trace) fn json_lines<T: DeserializeOwned>(path: &Path) -> Result<JsonLines<T>> {
    Ok(JsonLines { file: path.display().to_string(), reader: open(path)?, line: Vec::new(), number: 0, rows: PhantomData })
}

impl<T: DeserializeOwned> JsonLines<T> {
    /// Reads the next line that is not blank; `false` after the last.
    fn read(&mut self) -> Result<bool> {
        loop {
            self.line.clear();
            self.number += 1;
            let read = (&mut self.reader).take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut self.line);
            let read = read.and_then(|bytes| if bytes > LONGEST_LINE { Err(too_long()) } else { Ok(bytes) });
            let bytes = read.map_err(|error| Error::new("cannot read a line").at(self.place()).cause(error))?;
            if bytes == 0 || !self.line.iter().all(u8::is_ascii_whitespace) {
                return Ok(bytes > 0);
            }
        }
    }

    fn place(&self) -> String {
        format!("{}, line {}", self.file, self.number)
    }
}

impl<T: DeserializeOwned> Iterator for JsonLines<T> {
    type Item = Result<(usize, T)>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.read() {
            Ok(false) => None,
            Ok(true) => Some(
                serde_json::from_slice(self.line.trim_ascii_end())
                    .map(|row| (self.number, row))
                    .map_err(|error| json_error(&self.place(), &error).allowed("one JSON object a line, with the fields of this format")),
            ),
            Err(error) => Some(Err(error)),
        }
    }
}

/// Reads a file that is one JSON value.
pub(super) fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let place = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| Error::new("cannot read a file").at(&place).cause(error))?;
    serde_json::from_slice(&bytes).map_err(|error| json_error(&format!("{place}, line {}", error.line()), &error))
}

/// The error of JSON that cannot be read at a place, which names the line.
pub(in crate::trace) fn json_error(place: &str, error: &serde_json::Error) -> Error {
    let text = error.to_string();
    // serde's own line counts from the start of what it was given.
    let cause = text.rsplit_once(" at line ").map_or(text.as_str(), |(cause, _)| cause);
    let problem = Error::new("JSON that cannot be read").at(format!("{place}, character {}", error.column())).cause(cause);
    match error.classify() {
        serde_json::error::Category::Eof => problem.hint("the file is cut off: copy it again"),
        serde_json::error::Category::Syntax => {
            problem.hint("JSON has no NaN and no Infinity, though Python writes them: put null where a value is missing")
        }
        _ => problem,
    }
}

/// A score as number or truth value; null is missing.
pub(super) fn score(value: &Value, place: impl std::fmt::Display) -> Result<Option<f64>> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(right) => Ok(Some(if *right { 1.0 } else { 0.0 })),
        Value::Number(number) => Ok(number.as_f64()),
        other => Err(Error::new("a score is no number")
            .at(place)
            .found(excerpt(&other.to_string()))
            .allowed("0 to 1, true, false, or null where not known")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(usize, i64)>> {
        let folder = tempfile::tempdir().map_err(|error| Error::new(error.to_string()))?;
        let path = folder.path().join("x.jsonl");
        std::fs::write(&path, text).map_err(|error| Error::new(error.to_string()))?;
        json_lines(&path)?.collect()
    }

    #[test]
    fn lines_are_numbered_from_one_and_empty_ones_count() {
        assert_eq!(read("1\r\n\n3").unwrap_or_default(), [(1, 1), (3, 3)]);
    }

    #[test]
    fn a_fault_names_line_and_column() {
        let error = read("1\nNaN\n").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("x.jsonl, line 2, character 1") && error.contains("no NaN"), "{error}");
    }
}
