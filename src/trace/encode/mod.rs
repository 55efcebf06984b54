//! Columns of a trace as pages of a Parquet file.
//!
//! The numbers of a trace often take few different values (scores, tokens, and what follows from tokens): a
//! dictionary of them with a place in it for each cell is smaller than compressed numbers, and written and read
//! without a compressor. polars writes numbers without a dictionary, having counted in vain.

mod bits;
mod distinct;
mod page;

use std::ops::Range;

use polars::prelude::{DataType, PolarsResult, Series};
use polars_parquet::parquet::schema::types::PrimitiveType;
use polars_parquet::write::CompressedPage;

pub(super) use self::page::Before;
use self::page::Chunk;
use super::column::{Column, Names};
use super::derived::Derived;
#[cfg(test)]
pub(in crate::trace) use bits::{differences, pack};

/// A column to be written.
pub(super) struct NewColumn<'a> {
    pub name: String,
    pub cells: Cells<'a>,
}

/// Its cells.
pub(super) enum Cells<'a> {
    Rows(&'a [u32]),
    Codes(&'a [u8]),
    /// The same code in so many rows.
    Code(u8, usize),
    /// NaN where missing.
    Numbers(&'a [f64]),
    Column(&'a Column),
    Derived(&'a Derived),
    Names(&'a Names),
    Texts(&'a [String]),
    /// What polars encodes.
    Other(Series),
}

impl<'a> NewColumn<'a> {
    /// A column of cells.
    pub fn new(name: impl Into<String>, cells: Cells<'a>) -> Self {
        NewColumn { name: name.into(), cells }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        match &self.cells {
            Cells::Rows(cells) => cells.len(),
            Cells::Codes(cells) => cells.len(),
            Cells::Code(_, rows) => *rows,
            Cells::Numbers(cells) => cells.len(),
            Cells::Column(cells) => cells.len(),
            Cells::Derived(cells) => cells.len(),
            Cells::Names(names) => names.codes.len(),
            Cells::Texts(cells) => cells.len(),
            Cells::Other(cells) => cells.len(),
        }
    }

    /// The type of its cells.
    pub fn dtype(&self) -> DataType {
        match &self.cells {
            Cells::Rows(_) => DataType::UInt32,
            Cells::Codes(_) | Cells::Code(..) => DataType::UInt8,
            Cells::Numbers(_) | Cells::Column(_) | Cells::Derived(_) => DataType::Float64,
            Cells::Names(_) | Cells::Texts(_) => DataType::String,
            Cells::Other(cells) => cells.dtype().clone(),
        }
    }

    /// The pages of some rows; `None` for what polars encodes. `before` has what columns before had in these rows.
    pub fn pages(&self, rows: Range<usize>, about: &PrimitiveType, before: &mut Before) -> PolarsResult<Option<Vec<CompressedPage>>> {
        let chunk = Chunk { about };
        Ok(Some(match &self.cells {
            Cells::Rows(cells) => chunk.rows(part(cells, &rows))?,
            Cells::Codes(cells) => chunk.codes(part(cells, &rows))?,
            Cells::Code(code, _) => chunk.codes(&vec![*code; rows.len()])?,
            Cells::Numbers(cells) => chunk.numbers(part(cells, &rows), before)?,
            Cells::Column(cells) => chunk.numbers(&cells.part(&rows), before)?,
            Cells::Derived(cells) => chunk.numbers(&cells.part(rows), before)?,
            Cells::Names(names) => chunk.names(&names.names, part(&names.codes, &rows))?,
            Cells::Texts(cells) => chunk.texts(part(cells, &rows).iter().map(|text| Some(text.as_str())))?,
            Cells::Other(_) => return Ok(None),
        }))
    }
}

fn part<'a, T>(cells: &'a [T], rows: &Range<usize>) -> &'a [T] {
    cells.get(rows.clone()).unwrap_or_default()
}
