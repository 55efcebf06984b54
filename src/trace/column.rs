//! Columns in memory: numbers as borrowed slices, names as codes.

use polars::prelude::{Float64Chunked, IntoSeries, NamedFrom, Series};

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
            return Column::from_vec(cells.iter().map(|cell| cell.unwrap_or(f64::NAN)).collect());
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

    /// As a column of a table: null where missing.
    pub(super) fn to_series(&self, name: &str) -> Series {
        numbers(name, self.iter())
    }
}

/// A column of a table from numbers: null where NaN.
pub(super) fn numbers(name: &str, cells: impl Iterator<Item = f64>) -> Series {
    cells.map(|cell| (!cell.is_nan()).then_some(cell)).collect::<Float64Chunked>().with_name(name.into()).into_series()
}

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

    /// The name of a query; `None` where it is missing.
    pub fn get(&self, index: usize) -> Option<&str> {
        self.names.get(*self.codes.get(index)? as usize).map(String::as_str)
    }

    /// The names of chosen rows, with the same codes.
    pub fn gather(&self, rows: &[u32]) -> Self {
        Names { names: self.names.clone(), codes: rows.iter().map(|&row| self.codes[row as usize]).collect() }
    }

    /// As a column of a table: null where missing.
    pub(super) fn to_series(&self, name: &str) -> Series {
        let cells: Vec<Option<&str>> = (0..self.codes.len()).map(|index| self.get(index)).collect();
        Series::new(name.into(), cells)
    }
}
