//! Tables of a report as CSV: RFC 4180, UTF-8, an empty cell where something is not known.

use super::columns::{Cells, Table};
use super::{Report, finite, tables};
use crate::error::{Error, Result};

impl Report {
    /// A row for each policy and baseline, as CSV.
    ///
    /// # Errors
    /// Where a figure is not finite, naming it.
    pub fn policies_csv(&self) -> Result<Vec<u8>> {
        finite::check(self)?;
        bytes(&tables::policies(self))
    }

    /// A row for each misroute rule, fallback, router accuracy and baseline, as CSV.
    ///
    /// # Errors
    /// Where a figure is not finite, naming it.
    pub fn curves_csv(&self) -> Result<Vec<u8>> {
        finite::check(self)?;
        bytes(&tables::curves(self))
    }
}

/// A table as the bytes of a CSV file.
pub(super) fn bytes(table: &Table) -> Result<Vec<u8>> {
    let fail = |cause: String| Error::new("the table cannot be written as CSV").at(table.name).cause(cause);
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(table.columns.iter().map(|(name, _)| name)).map_err(|error| fail(error.to_string()))?;
    for row in 0..table.rows {
        let record = table.columns.iter().map(|(_, cells)| text(cells, row));
        writer.write_record(record).map_err(|error| fail(error.to_string()))?;
    }
    writer.into_inner().map_err(|error| fail(error.to_string()))
}

/// A cell as text: numbers with as many digits as it takes to read the same number back.
pub(super) fn text(cells: &Cells, row: usize) -> String {
    match cells {
        Cells::Text(cells) => cells.get(row).cloned().flatten(),
        Cells::Count(cells) => cells.get(row).copied().flatten().map(|count| count.to_string()),
        Cells::Number(cells) => cells.get(row).copied().flatten().map(|number| format!("{number:?}")),
        Cells::Flag(cells) => cells.get(row).map(bool::to_string),
    }
    .unwrap_or_default()
}
