//! A table as it was read, with what is known of its numbers without a look at them.

use std::ops::Range;

use polars::prelude::{Column, DataFrame, Float64Chunked, IntoSeries, PolarsResult, UInt8Chunked, UInt32Chunked};

use super::decode::{Cells, Decoded, joined};

/// Columns of one height.
#[derive(Default)]
pub(super) struct Sheet {
    pub columns: Vec<Column>,
    /// By column, where it is known, two numbers within which all of its numbers lie.
    bounds: Vec<(String, [f64; 2])>,
}

/// A table that is to be checked.
pub(super) struct Table {
    pub frame: DataFrame,
    bounds: Vec<(String, [f64; 2])>,
}

impl Sheet {
    /// Appends a column.
    pub fn push(&mut self, name: &str, decoded: Decoded) {
        let Decoded { cells, bounds } = decoded;
        let series = match cells {
            Cells::Numbers(cells) => Float64Chunked::from_vec(name.into(), cells).into_series(),
            Cells::Rows(cells) => UInt32Chunked::from_vec(name.into(), cells).into_series(),
            Cells::Codes(cells) => UInt8Chunked::from_vec(name.into(), cells).into_series(),
        };
        self.columns.push(series.into());
        self.bounds.extend(bounds.map(|bounds| (name.to_owned(), bounds)));
    }

    /// The sheet as a table.
    pub fn table(self) -> PolarsResult<Table> {
        Ok(Table { frame: DataFrame::new_infer_height(self.columns)?, bounds: self.bounds })
    }
}

impl Table {
    /// Appends the rows of another one.
    pub fn append(&mut self, other: &Table) -> PolarsResult<()> {
        self.frame.vstack_mut(&other.frame)?;
        let theirs = |name: &str| other.bounds(name);
        self.bounds = self.bounds.iter().filter_map(|(name, mine)| Some((name.clone(), joined(*mine, theirs(name)?)))).collect();
        Ok(())
    }

    /// Two numbers within which all of a column lie, where they are known; NaN where one of them is none.
    pub fn bounds(&self, name: &str) -> Option<[f64; 2]> {
        self.bounds.iter().find(|(known, _)| known == name).map(|(_, bounds)| *bounds)
    }

    /// Of a table that begins at a row of a file the rows that are wanted, and the row at which they begin.
    pub fn cut(self, first: usize, rows: &Range<usize>) -> (Table, usize) {
        let height = self.frame.height();
        let start = rows.start.saturating_sub(first).min(height);
        let end = rows.end.saturating_sub(first).min(height);
        if (start, end) == (0, height) {
            return (self, first);
        }
        let frame = self.frame.slice(i64::try_from(start).unwrap_or(i64::MAX), end.saturating_sub(start));
        (Table { frame, ..self }, first + start)
    }
}
