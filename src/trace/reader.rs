//! One table of a trace: its columns in the types of the format, every fault told.
#![allow(clippy::indexing_slicing, reason = "messages about cells by the positions at which they were found")]

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::RangeInclusive;

use polars::prelude::{DataType, Series, StringChunked};

use super::column::{Column, Names};
use super::info::Source;
use super::memory::room_for;
use super::problems::Problems;
use super::schema::{self, MEASURED, Metric};
use super::sheet::Table;
use super::table::Feature;
use super::text::hidden;
use crate::error::Error;

/// A table with the name that faults give it. A column is `None` where the table lacks it, and where
/// it has a fault that leaves nothing to go on with.
pub(super) struct TableReader<'a> {
    pub(super) table: &'a Table,
    /// The row of the file at which the table begins.
    pub(super) first: usize,
    pub(super) place: String,
    pub(super) problems: &'a mut Problems,
}

impl TableReader<'_> {
    pub(super) fn column_place(&self, name: &str) -> String {
        format!("{}, column `{name}`", self.place)
    }

    fn lacks(&mut self, name: &str) {
        let error = Error::new("a column is missing").at(&self.place).found("no such column").allowed(format!("a column `{name}`"));
        self.problems.push(error);
    }

    pub(super) fn wrong_type(&mut self, name: &str, found: &DataType, allowed: &str) {
        let error = Error::new("a column has the wrong type").at(self.column_place(name)).found(found).allowed(allowed);
        self.problems.push(error);
    }

    /// A column of numbers in the wanted type, without loss.
    fn numbers(&mut self, name: &str, wanted: &DataType) -> Option<Series> {
        let column = self.table.frame.column(name).ok()?;
        let dtype = column.dtype();
        let number = dtype.is_primitive_numeric() && (wanted.is_float() || !dtype.is_float());
        if !number && dtype != &DataType::Null {
            self.wrong_type(name, dtype, &wanted.to_string());
            return None;
        }
        let cast = column.as_materialized_series().strict_cast(wanted);
        let place = self.column_place(name);
        self.problems.keep(cast.map_err(|error| Error::new("a column's numbers do not fit").at(place).allowed(wanted).cause(error)))
    }

    /// Polars' own type check, which [`TableReader::numbers`] has made sure of.
    pub(super) fn cast<T>(&mut self, cells: polars::error::PolarsResult<T>) -> Option<T> {
        let place = &self.place;
        self.problems.keep(cells.map_err(|error| Error::new("a column has the wrong type").at(place).cause(error)))
    }

    /// The row numbers: present, and increasing, so that none repeats.
    pub(super) fn rows(&mut self) -> Option<Vec<u32>> {
        if self.table.frame.column(schema::ROW).is_err() {
            self.lacks(schema::ROW);
        }
        let cells = self.numbers(schema::ROW, &DataType::UInt32)?;
        let cells = self.cast(cells.u32())?;
        let place = self.column_place(schema::ROW);
        if cells.null_count() > 0 {
            let missing = cells.iter().enumerate().filter(|(_, cell)| cell.is_none()).map(|(index, _)| index);
            let first = self.first;
            self.problems
                .cells(&place, missing, |index| Error::new("a row number is missing").at(format!("{place}, row {}", first + index)));
            return None;
        }
        let mut rows: Vec<u32> = Vec::with_capacity(cells.len());
        cells.downcast_iter().for_each(|chunk| rows.extend_from_slice(chunk.values().as_slice()));
        let from = first_bad(rows.windows(2), |pair| pair[0] < pair[1]).unwrap_or(rows.len());
        let disorder = (from + 1..rows.len()).filter(|&index| rows[index - 1] >= rows[index]);
        let first = self.first;
        self.problems.cells(&place, disorder, |index| {
            Error::new("row numbers do not increase: two outcomes of one query, or the file is not sorted")
                .at(format!("{place}, row {}", first + index))
                .found(format!("{} after {}", rows[index], rows[index - 1]))
                .allowed("increasing numbers, each once")
        });
        Some(rows)
    }

    pub(super) fn strings(&mut self, name: &str) -> Option<StringChunked> {
        let series = self.table.frame.column(name).ok()?.as_materialized_series();
        if series.dtype() == &DataType::Null {
            return Some(std::iter::repeat_n(None::<&str>, series.len()).collect());
        }
        let cells = series.str().ok().cloned();
        if cells.is_none() {
            self.wrong_type(name, series.dtype(), "str");
        }
        cells
    }

    /// A column of texts to be copied one by one. In the file, and as they are read, equal ones may share a place.
    pub(super) fn texts(&mut self, name: &str) -> Option<StringChunked> {
        let cells = self.strings(name)?;
        let bytes = cells.iter().map(|cell| (cell.map_or(0, str::len) + size_of::<String>()) as u64).sum();
        let place = self.column_place(name);
        self.problems.keep(room_for(bytes, "the texts of a column").map_err(|error| error.at(place)))?;
        Some(cells)
    }

    /// A column of names, each of them as it is shown.
    pub(super) fn names(&mut self, name: &str) -> Option<Names> {
        let names = self.strings(name).map(|cells| Names::from_polars(&cells))?;
        if let Some(error) = names.names.iter().find_map(|name| hidden(name)) {
            self.problems.push(error.at(self.column_place(name)));
            return None;
        }
        Some(names)
    }

    /// The names of the queries: present, and each once.
    pub(super) fn ids(&mut self) -> Option<Vec<String>> {
        if self.table.frame.column(schema::QUERY_ID).is_err() {
            self.lacks(schema::QUERY_ID);
        }
        let cells = self.texts(schema::QUERY_ID)?;
        let place = self.column_place(schema::QUERY_ID);
        let missing = cells.iter().enumerate().filter(|(_, id)| id.is_none()).map(|(row, _)| row);
        let start = self.first;
        self.problems.cells(&place, missing, |row| Error::new("a query has no id").at(format!("{place}, row {}", start + row)));
        let mut first = HashMap::with_capacity(cells.len());
        let mut repeated = Vec::new();
        for (row, id) in cells.iter().enumerate().filter_map(|(row, id)| Some((row, id?))) {
            match first.entry(id) {
                Entry::Occupied(_) => repeated.push((row, id)),
                Entry::Vacant(place) => {
                    place.insert(row);
                }
            }
        }
        self.problems.cells(&place, 0..repeated.len(), |index| {
            let (row, id) = repeated[index];
            let found = format!("`{id}`, which row {} has already", start + first[id]);
            Error::new("two queries have the same id").at(format!("{place}, row {}", start + row)).found(found).allowed("unique ids")
        });
        Some(cells.iter().flatten().map(str::to_owned).collect())
    }

    /// A column of numbers whose present cells are all allowed.
    pub(super) fn quantity(&mut self, name: &str, allows: RangeInclusive<f64>, allowed: &str) -> Option<Column> {
        let series = self.numbers(name, &DataType::Float64)?;
        let cells = self.cast(series.f64())?;
        let place = self.column_place(name);
        let (low, high) = (*allows.start(), *allows.end());
        if self.table.bounds(name).is_some_and(|[least, greatest]| low <= least && greatest <= high) {
            return Some(Column::from_polars(cells));
        }
        let mut offset = self.first;
        for chunk in cells.downcast_iter() {
            let values = chunk.values().as_slice();
            let valid = |index: usize| chunk.validity().is_none_or(|validity| validity.get_bit(index));
            // NaN compares as false on both sides.
            if let Some(from) = first_bad(values.iter(), |&&cell| (cell >= low) & (cell <= high)) {
                let bad = (from..values.len()).filter(|&index| valid(index) && !allows.contains(&values[index]));
                self.problems.cells(&place, bad, |index| {
                    Error::new("a cell has a value that it cannot have")
                        .at(format!("{place}, row {}", offset + index))
                        .found(values[index])
                        .allowed(allowed)
                });
            }
            offset += chunk.len();
        }
        Some(Column::from_polars(cells))
    }

    /// The sources of a metric's cells, where any is estimated. Where the list of sources could not
    /// be read (`None`), codes are taken as they are.
    pub(super) fn sources(&mut self, metric: Metric, sources: Option<&[Source]>) -> Option<Vec<u8>> {
        let name = metric.source_column();
        let cells = self.numbers(&name, &DataType::UInt8)?;
        let cells = self.cast(cells.u8())?;
        let known = |code: u8| code == MEASURED || sources.is_none_or(|sources| sources.iter().any(|source| source.code == code));
        let bounds = self.table.bounds(&name);
        // Most often all cells come from one source.
        let one = (0..=u8::MAX).find(|&code| bounds == Some([f64::from(code); 2]) && known(code));
        if let Some(code) = one {
            return (code != MEASURED).then(|| vec![code; cells.len()]);
        }
        let mut codes = Vec::with_capacity(cells.len());
        for chunk in cells.downcast_iter() {
            match chunk.validity() {
                None => codes.extend_from_slice(chunk.values().as_slice()),
                Some(_) => codes.extend(chunk.iter().map(|code| code.copied().unwrap_or(MEASURED))),
            }
        }
        let known: [bool; 1 << u8::BITS] = std::array::from_fn(|code| u8::try_from(code).is_ok_and(known));
        let place = self.column_place(&name);
        let first = self.first;
        // Most often the whole column is well.
        let from = first_bad(codes.iter(), |code| known[usize::from(**code)]).unwrap_or(codes.len());
        let unknown = (from..codes.len()).filter(|&row| !known[usize::from(codes[row])]);
        self.problems.cells(&place, unknown, |row| {
            Error::new("a cell comes from a source that the trace does not name")
                .at(format!("{place}, row {}", first + row))
                .found(codes[row])
                .allowed(format!("0 (measured) or the code of a [[source]] in {}", schema::TRACE_FILE))
        });
        codes.iter().any(|&code| code != MEASURED).then_some(codes)
    }

    /// A feature: strings, or finite numbers.
    pub(super) fn feature(&mut self, name: &str) -> Option<Feature> {
        if let Some(error) = hidden(name) {
            self.problems.push(error.at(format!("{}, a column's name", self.place)));
            return None;
        }
        if self.table.frame.column(name).ok()?.dtype().is_string() {
            return self.names(name).map(Feature::Name);
        }
        self.quantity(name, f64::MIN..=f64::MAX, "finite numbers").map(Feature::Number)
    }
}

/// Where the first block with a bad cell begins: one fast pass where all is well. Counting, unlike
/// stopping at the first, is what the compiler does several cells at a time.
fn first_bad<T>(cells: impl ExactSizeIterator<Item = T>, good: impl Fn(&T) -> bool) -> Option<usize> {
    const BLOCK: usize = 1024;
    let rows = cells.len();
    let mut cells = cells;
    (0..rows).step_by(BLOCK).find(|_| cells.by_ref().take(BLOCK).map(|cell| u64::from(!good(&cell))).sum::<u64>() > 0)
}
