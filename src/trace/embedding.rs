//! Embeddings: a column of vectors, one for each query.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "vectors in memory, one after the other: positions are made here, ends are those of a list that polars checked"
)]

use std::ops::Range;
use std::sync::Arc;

use polars::prelude::{
    DataType, Float32Type, IntoSeries, LargeListArray, ListBuilderTrait, ListPrimitiveChunkedBuilder, PlSmallStr, Series,
};

use super::reader::TableReader;
use super::schema;
use crate::error::{Error, Result};

/// A vector for each query in the order of the queries, all of one width. A missing vector is NaN
/// throughout, which no file may hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Embedding {
    width: usize,
    /// Shared, so that a copy of the column costs nothing.
    cells: Arc<Vec<f32>>,
    missing: usize,
}

impl Embedding {
    /// Vectors one after the other, `width` numbers each; NaN throughout where one is missing.
    ///
    /// # Errors
    /// Where the width is 0, or the last vector is cut off.
    pub fn from_vec(width: usize, cells: Vec<f32>) -> Result<Self> {
        if width == 0 || !cells.len().is_multiple_of(width) {
            let found = format!("{} numbers for vectors of {width}", cells.len());
            return Err(Error::new("embeddings have no common width").found(found).allowed("1 number and more, as many for each query"));
        }
        let missing = cells.chunks_exact(width).filter(|vector| vector[0].is_nan()).count();
        Ok(Embedding { width, cells: Arc::new(cells), missing })
    }

    /// Numbers of a vector.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Number of vectors, the missing ones among them.
    pub fn len(&self) -> usize {
        self.cells.len() / self.width
    }

    /// Whether there is no vector.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// Number of missing vectors.
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// The vector of a query; `None` where it is missing.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&[f32]> {
        let vector = &self.cells[index * self.width..(index + 1) * self.width];
        (!vector[0].is_nan()).then_some(vector)
    }

    /// The vectors of a range, one after the other; NaN throughout where one is missing.
    ///
    /// # Panics
    /// If the range ends beyond the last vector.
    pub fn vectors(&self, range: Range<usize>) -> &[f32] {
        &self.cells[range.start * self.width..range.end * self.width]
    }

    /// The vectors of chosen rows, in the order given.
    pub fn gather(&self, rows: &[u32]) -> Self {
        let mut cells = Vec::with_capacity(rows.len() * self.width);
        let mut missing = 0;
        for &row in rows {
            let vector = &self.cells[row as usize * self.width..(row as usize + 1) * self.width];
            missing += usize::from(vector[0].is_nan());
            cells.extend_from_slice(vector);
        }
        Embedding { width: self.width, cells: Arc::new(cells), missing }
    }

    /// The first number that no file may hold: its row.
    pub(super) fn first_bad(&self) -> Option<usize> {
        let present = |row: &usize| self.get(*row).is_some_and(|vector| !vector.iter().all(|cell| cell.is_finite()));
        (0..self.len()).find(present)
    }

    /// As a column of a table: lists, null where missing.
    pub(super) fn to_series(&self, name: &str) -> Series {
        let mut lists = ListPrimitiveChunkedBuilder::<Float32Type>::new(name.into(), self.len(), self.cells.len(), DataType::Float32);
        for row in 0..self.len() {
            match self.get(row) {
                Some(vector) => lists.append_slice(vector),
                None => lists.append_null(),
            }
        }
        lists.finish().into_series()
    }
}

/// What is wrong with a vector of a file.
enum Fault {
    /// A number that is null, NaN, or infinite (perhaps since f32 cannot hold it), as found.
    Number(String),
    /// So many numbers, where other vectors have more or fewer.
    Width(usize),
}

impl TableReader<'_> {
    /// The embeddings: lists of finite numbers, all of one length, or null. `None` where all are missing:
    /// such a column says nothing, as if the table had none.
    pub(super) fn embedding(&mut self, name: &str) -> Option<Embedding> {
        let series = self.table.frame.column(name).ok()?.as_materialized_series().clone();
        if series.dtype() == &DataType::Null {
            return None;
        }
        let numbers = matches!(series.dtype(), DataType::List(inner) if inner.is_primitive_numeric() || **inner == DataType::Null);
        if !numbers {
            self.wrong_type(name, series.dtype(), ALLOWED_TYPES);
            return None;
        }
        let lists = self.cast(series.list())?;
        let mut found = Gathering::default();
        for chunk in lists.downcast_iter() {
            let read = found.chunk(chunk);
            self.cast(read)?;
        }
        self.tell(name, &found);
        Embedding::from_vec(found.width, found.cells).ok().filter(|embedding| embedding.missing() < embedding.len())
    }

    fn tell(&mut self, name: &str, found: &Gathering) {
        let place = self.column_place(name);
        let first = self.first;
        self.problems.cells(&place, 0..found.faults.len(), |index| {
            let (row, fault) = &found.faults[index];
            let at = format!("{place}, row {}", first + row);
            match fault {
                Fault::Number(cell) => {
                    Error::new("an embedding has a number that it cannot have").at(at).found(cell).allowed("finite numbers within f32")
                }
                Fault::Width(0) => Error::new("an embedding has no numbers")
                    .at(at)
                    .found("an empty list")
                    .allowed("1 number and more, or null where missing"),
                Fault::Width(width) => Error::new("embeddings differ in length").at(at).found(format!("{width} numbers")).allowed(format!(
                    "{} numbers, as in row {}",
                    found.width,
                    first + found.first
                )),
            }
        });
    }
}

/// The types that [`TableReader::embedding`] takes, in words.
pub(super) const ALLOWED_TYPES: &str = "lists of f32 or f64";

/// The vectors of a column as they are read.
#[derive(Default)]
struct Gathering {
    /// Numbers of the first vector; 0 before there is one.
    width: usize,
    /// The row of the first vector.
    first: usize,
    cells: Vec<f32>,
    rows: usize,
    faults: Vec<(usize, Fault)>,
}

impl Gathering {
    fn chunk(&mut self, chunk: &LargeListArray) -> polars::prelude::PolarsResult<()> {
        let values = Series::try_from((PlSmallStr::from_static(schema::EMBEDDING), chunk.values().clone()))?;
        let values = values.cast(&DataType::Float32)?;
        let values = values.f32()?.rechunk();
        // A null within a list: NaN, which is a fault.
        let nulls = (values.null_count() > 0).then(|| values.iter().map(|cell| cell.unwrap_or(f32::NAN)).collect::<Vec<f32>>());
        let cells = match &nulls {
            Some(cells) => cells.as_slice(),
            None => values.downcast_as_array().values().as_slice(),
        };
        for (index, ends) in chunk.offsets().as_slice().windows(2).enumerate() {
            let present = chunk.validity().is_none_or(|validity| validity.get_bit(index));
            self.vector(present.then(|| &cells[ends[0] as usize..ends[1] as usize]));
        }
        Ok(())
    }

    fn vector(&mut self, vector: Option<&[f32]>) {
        let row = self.rows;
        self.rows += 1;
        let Some(vector) = vector else {
            self.cells.extend(std::iter::repeat_n(f32::NAN, self.width));
            return;
        };
        if self.width == 0 && !vector.is_empty() {
            // The missing vectors before this one take its width.
            (self.width, self.first) = (vector.len(), row);
            self.cells = vec![f32::NAN; row * self.width];
        }
        if vector.len() != self.width || vector.is_empty() {
            self.faults.push((row, Fault::Width(vector.len())));
            self.cells.extend(std::iter::repeat_n(f32::NAN, self.width));
            return;
        }
        if let Some(cell) = vector.iter().find(|cell| !cell.is_finite()) {
            let cell = if cell.is_nan() { "null or NaN".to_owned() } else { cell.to_string() };
            self.faults.push((row, Fault::Number(cell)));
        }
        self.cells.extend_from_slice(vector);
    }
}
