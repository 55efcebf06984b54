//! Decisions in CSV: an empty cell is a missing value.

use std::path::Path;

use super::{Keep, Raw, RecordedValue};
use crate::error::{Error, Result};

pub(super) fn read(path: &Path, keep: &mut Keep) -> Result<()> {
    let fail = |cause: csv::Error| Error::new("a CSV file cannot be read").at(path.display()).cause(cause);
    let bytes = std::fs::read(path).map_err(|cause| fail(cause.into()))?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let headers = reader.headers().map_err(fail)?.clone();
    let column = |name: &str| headers.iter().position(|header| header == name).ok_or_else(|| keep.lacks(name, headers.iter()));
    let (id, value) = (column(keep.columns.id)?, column(keep.columns.value)?);
    let skip = keep.columns.skip_if.map(column).transpose()?;
    let mut lines = Lines { bytes: &bytes, counted: 0, line: 1 };
    for record in reader.records() {
        // The reader refuses rows of another length, so that no column shifts; its error has the line.
        let record = record.map_err(fail)?;
        let text = |column: usize| record.get(column).filter(|cell| !cell.is_empty()).map(str::to_owned);
        let cell = |column: usize| text(column).map_or(RecordedValue::Missing, RecordedValue::Text);
        let start = record.position().map_or(0, csv::Position::byte);
        let line = lines.at(usize::try_from(start).unwrap_or(usize::MAX));
        keep.row(Raw { id: text(id), value: cell(value), skip: skip.map_or(RecordedValue::Missing, cell), line });
    }
    Ok(())
}

/// Counts lines up to a record. The reader's own count stands before the line feed of a CR LF and
/// before empty lines, one or more too low.
struct Lines<'a> {
    bytes: &'a [u8],
    counted: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the record that starts at a byte; called with increasing bytes.
    fn at(&mut self, byte: usize) -> usize {
        let rest = self.bytes.get(byte..).unwrap_or_default();
        let start = byte.saturating_add(rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count());
        let passed = self.bytes.get(self.counted..start).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.counted = start;
        self.line
    }
}
