//! Columns in memory: numbers as borrowed slices, names as codes.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "columns in memory: rows and codes are positions that were made here, of a hash some bits are wanted"
)]

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use polars::prelude::{Float64Chunked, StringChunked};

/// Rows that the engine works on at a time. Chunks of a column never split a block.
pub const BLOCK_ROWS: usize = 4096;

/// A column of numbers, one for each query in the order of the queries. A missing cell is NaN,
/// which no file may hold: it makes whatever is computed from it missing too, and never zero.
///
/// The memory is the Parquet reader's own where the file is dense; it is copied only to mark
/// missing cells, to scatter a sparse file, or where row groups split a block.
#[derive(Debug, Clone)]
pub struct Column {
    cells: Float64Chunked,
    /// Rows of every chunk but the last.
    chunk_rows: usize,
    missing: usize,
}

impl Column {
    /// A column of given numbers, NaN where missing.
    pub fn from_vec(cells: Vec<f64>) -> Self {
        let missing = cells.iter().filter(|cell| cell.is_nan()).count();
        let chunk_rows = cells.len().max(1);
        Column { cells: Float64Chunked::from_vec("".into(), cells), chunk_rows, missing }
    }

    /// A column as a reader gave it: borrowed where it can be, with NaN for null.
    pub(super) fn from_polars(cells: &Float64Chunked) -> Self {
        if cells.null_count() > 0 {
            let mut out = Vec::with_capacity(cells.len());
            for chunk in cells.downcast_iter() {
                let start = out.len();
                out.extend_from_slice(chunk.values().as_slice());
                let Some(validity) = chunk.validity() else { continue };
                for (cell, valid) in out[start..].iter_mut().zip(validity.iter()) {
                    *cell = if valid { *cell } else { f64::NAN };
                }
            }
            return Column { missing: cells.null_count(), chunk_rows: out.len().max(1), cells: Float64Chunked::from_vec("".into(), out) };
        }
        let lengths: Vec<usize> = cells.downcast_iter().map(|chunk| chunk.len()).collect();
        let chunk_rows = lengths.first().copied().unwrap_or(0).max(1);
        let (last, full) = lengths.split_last().map_or((0, &[][..]), |(last, full)| (*last, full));
        let whole = full.iter().all(|&rows| rows == chunk_rows);
        if lengths.len() > 1 && !(whole && chunk_rows.is_multiple_of(BLOCK_ROWS) && last <= chunk_rows) {
            let cells = cells.rechunk().into_owned();
            return Column { chunk_rows: cells.len().max(1), cells, missing: 0 };
        }
        Column { cells: cells.clone(), chunk_rows, missing: 0 }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Number of missing cells.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// The cells of a range that lies within one block.
    ///
    /// # Panics
    /// If the range crosses a multiple of [`BLOCK_ROWS`] or the end.
    #[inline]
    pub fn block(&self, start: usize, end: usize) -> &[f64] {
        let chunk = start / self.chunk_rows;
        let offset = chunk * self.chunk_rows;
        match self.cells.downcast_get(chunk) {
            Some(array) => &array.values().as_slice()[start - offset..end - offset],
            None => &[],
        }
    }

    /// The cells of a range where they lie side by side: within one chunk.
    ///
    /// # Panics
    /// If the range ends beyond the last cell.
    pub(super) fn side_by_side(&self, range: &Range<usize>) -> Option<&[f64]> {
        let whole = range.is_empty() || range.start / self.chunk_rows == (range.end - 1) / self.chunk_rows;
        whole.then(|| self.block(range.start, range.end))
    }

    /// All cells in order, block by block, NaN where missing.
    pub fn blocks(&self) -> impl Iterator<Item = &[f64]> {
        (0..self.len()).step_by(BLOCK_ROWS).map(|start| self.block(start, self.len().min(start + BLOCK_ROWS)))
    }

    /// One cell; `None` where it is missing.
    pub fn get(&self, index: usize) -> Option<f64> {
        let value = self.block(index, index + 1)[0];
        (!value.is_nan()).then_some(value)
    }

    /// All cells in order, NaN where missing.
    pub fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        self.cells.downcast_iter().flat_map(|chunk| chunk.values().as_slice().iter().copied())
    }

    /// The cells of chosen rows, in the order given.
    pub fn gather(&self, rows: &[u32]) -> Self {
        Column::from_vec(rows.iter().map(|&row| self.get(row as usize).unwrap_or(f64::NAN)).collect())
    }

    /// The cells of some rows, copied where they stand in several chunks.
    pub(super) fn part(&self, rows: &Range<usize>) -> Cow<'_, [f64]> {
        let of_chunk = |start: usize| {
            let (chunk, offset) = (start / self.chunk_rows, start % self.chunk_rows);
            let cells = self.cells.downcast_get(chunk).map_or(&[][..], |cells| cells.values().as_slice());
            &cells[offset..cells.len().min(offset + rows.end - start)]
        };
        let first = if rows.is_empty() { &[][..] } else { of_chunk(rows.start) };
        if first.len() == rows.len() {
            return Cow::Borrowed(first);
        }
        let mut cells = first.to_vec();
        while cells.len() < rows.len() {
            cells.extend_from_slice(of_chunk(rows.start + cells.len()));
        }
        Cow::Owned(cells)
    }
}

/// Views of names that are remembered, of each chunk.
const SEEN_BITS: u32 = 8;
const SEEN_VIEWS: usize = 1 << SEEN_BITS;
/// An odd number of well mixed bits (2^64 over the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A column of names as codes into a list. A missing cell has the code [`Names::MISSING`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// The distinct names, in the order in which they first appear.
    pub names: Vec<String>,
    /// For each query the position of its name in `names`.
    pub codes: Vec<u32>,
}

impl Names {
    /// The code of a missing cell.
    pub const MISSING: u32 = u32::MAX;

    /// Codes for a column of names.
    pub fn new<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut index = std::collections::BTreeMap::<&str, u32>::new();
        let mut out = Names::default();
        for cell in cells {
            let code = match cell {
                None => Names::MISSING,
                Some(name) => *index.entry(name).or_insert_with(|| {
                    out.names.push(name.to_owned());
                    out.names.len() as u32 - 1
                }),
            };
            out.codes.push(code);
        }
        out
    }

    /// Codes for a column as a reader gave it. Most cells repeat one of a few names: a small table of names
    /// by their view (length, and the text or where it lies) answers for them without a look at the text.
    pub(super) fn from_polars(cells: &StringChunked) -> Self {
        if cells.null_count() > 0 {
            return Names::new(cells.iter());
        }
        let mut index = HashMap::<&str, u32>::new();
        let mut out = Names { codes: Vec::with_capacity(cells.len()), ..Names::default() };
        for chunk in cells.downcast_iter() {
            let mut seen = [(0_u128, Names::MISSING); SEEN_VIEWS];
            for (row, view) in chunk.views().iter().enumerate() {
                let view = view.as_u128();
                let slot =
                    &mut seen[((view ^ (view >> 32) ^ (view >> 64)) as u64).wrapping_mul(SPREAD) as usize >> (usize::BITS - SEEN_BITS)];
                if slot.0 != view || slot.1 == Names::MISSING {
                    let name = chunk.value(row);
                    let code = *index.entry(name).or_insert_with(|| {
                        out.names.push(name.to_owned());
                        out.names.len() as u32 - 1
                    });
                    *slot = (view, code);
                }
                out.codes.push(slot.1);
            }
        }
        out
    }

    /// The name of a query; `None` where it is missing.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.name(*self.codes.get(index)?)
    }

    /// The name of a code; `None` of [`Names::MISSING`].
    pub(super) fn name(&self, code: u32) -> Option<&str> {
        self.names.get(code as usize).map(String::as_str)
    }

    /// The names of chosen rows, with the same codes.
    pub fn gather(&self, rows: &[u32]) -> Self {
        Names { names: self.names.clone(), codes: rows.iter().map(|&row| self.codes[row as usize]).collect() }
    }
}
