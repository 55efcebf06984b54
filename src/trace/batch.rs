//! Consecutive queries as they are handed to another program: columns in the form that Arrow has, and no outcome.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "columns in memory: positions are made here, and a text in memory is shorter than 2^63"
)]

use std::ops::Range;

use super::column::{BLOCK_ROWS, Column, Names};
use super::embedding::Embedding;
use super::schema;
use super::table::{Feature, Queries};
use super::wanted::Columns;

/// Consecutive queries of a trace with what is known of them before an answer. It owns its columns: its
/// numbers are the trace's own memory, kept alive and not copied; texts and row numbers are copied.
#[derive(Debug, Clone)]
pub struct QueryBatch {
    range: Range<usize>,
    place: String,
    columns: Vec<(String, BatchColumn)>,
}

/// A column of a batch.
#[derive(Debug, Clone)]
pub enum BatchColumn {
    /// Row numbers in the trace, all there.
    Rows(Vec<u32>),
    /// Numbers.
    Numbers(Numbers),
    /// Texts, and names.
    Texts(Texts),
    /// Vectors of one width.
    Vectors(Vectors),
}

impl QueryBatch {
    /// Queries at a time: a call of a host takes micro- to milliseconds, which so many queries make little of,
    /// and their prompts still fit anywhere. The row groups that traces are written in are whole batches, so
    /// that the numbers of one lie side by side.
    pub const ROWS: usize = 16 * BLOCK_ROWS;

    /// The queries at some positions, with those of the columns that are wanted.
    ///
    /// # Panics
    /// If the range ends beyond the last query.
    pub fn new(queries: &Queries, range: Range<usize>, wanted: &Columns) -> Self {
        let mut batch = QueryBatch { place: place(queries, &range), range, columns: Vec::new() };
        batch.columns.push((schema::ROW.to_owned(), BatchColumn::Rows(queries.rows[batch.range.clone()].to_vec())));
        batch.texts(schema::QUERY_ID, &queries.ids, wanted, |ids, at| Some(ids[at].as_str()));
        batch.texts(schema::DATASET, &queries.dataset, wanted, Names::get);
        batch.texts(schema::CATEGORY, &queries.category, wanted, Names::get);
        batch.numbers(schema::INPUT_TOKENS, queries.input_tokens.as_ref(), wanted);
        batch.numbers(schema::ARRIVAL_S, queries.arrival_s.as_ref(), wanted);
        batch.texts(schema::PROMPT, &queries.prompts, wanted, |prompts, at| prompts[at].as_deref());
        if let Some(embedding) = queries.embedding.as_ref().filter(|_| wanted.wants_of_queries(schema::EMBEDDING)) {
            let vectors = Vectors { embedding: embedding.clone(), range: batch.range.clone() };
            batch.columns.push((schema::EMBEDDING.to_owned(), BatchColumn::Vectors(vectors)));
        }
        for (name, feature) in &queries.features {
            let name = format!("{}{name}", schema::FEATURE_PREFIX);
            match feature {
                Feature::Number(column) => batch.numbers(&name, Some(column), wanted),
                Feature::Name(names) => batch.texts(&name, &Some(names), wanted, |names, at| names.get(at)),
            }
        }
        batch
    }

    fn numbers(&mut self, name: &str, column: Option<&Column>, wanted: &Columns) {
        if let Some(column) = column.filter(|_| wanted.wants_of_queries(name)) {
            self.columns.push((name.to_owned(), BatchColumn::Numbers(Numbers::new(column, self.range.clone()))));
        }
    }

    fn texts<C>(&mut self, name: &str, cells: &Option<C>, wanted: &Columns, get: impl Fn(&C, usize) -> Option<&str>) {
        if let Some(cells) = cells.as_ref().filter(|_| wanted.wants_of_queries(name)) {
            let texts = Texts::new(self.range.clone().map(|position| get(cells, position)));
            self.columns.push((name.to_owned(), BatchColumn::Texts(texts)));
        }
    }

    /// Number of queries.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there is no query.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The positions of the queries in the trace.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// How a message names the batch: by its first and its last row number.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The columns with their names in a trace's files: the row number first.
    pub fn columns(&self) -> &[(String, BatchColumn)] {
        &self.columns
    }
}

fn place(queries: &Queries, range: &Range<usize>) -> String {
    let block = range.start / QueryBatch::ROWS;
    match queries.rows[range.clone()] {
        [first, .., last] => format!("block {block}, rows {first} to {last}"),
        [only] => format!("block {block}, row {only}"),
        [] => format!("block {block}"),
    }
}

/// Numbers of a batch, NaN where missing.
#[derive(Debug, Clone)]
pub struct Numbers {
    column: Column,
    range: Range<usize>,
}

impl Numbers {
    fn new(column: &Column, range: Range<usize>) -> Self {
        if column.side_by_side(&range).is_some() {
            return Numbers { column: column.clone(), range };
        }
        // Row groups of another program, which split the batch.
        let cells = range.clone().map(|position| column.get(position).unwrap_or(f64::NAN)).collect();
        Numbers { column: Column::from_vec(cells), range: 0..range.len() }
    }

    /// The cells.
    pub fn cells(&self) -> &[f64] {
        self.column.side_by_side(&self.range).unwrap_or_default()
    }

    /// Which cells are there, a bit each, as Arrow has it; `None` where all are.
    pub fn validity(&self) -> Option<Vec<u8>> {
        let any = self.column.missing() > 0;
        any.then(|| validity(self.cells().iter().map(|cell| !cell.is_nan()))).flatten()
    }
}

/// Vectors of a batch, NaN throughout where one is missing.
#[derive(Debug, Clone)]
pub struct Vectors {
    embedding: Embedding,
    range: Range<usize>,
}

impl Vectors {
    /// Numbers of a vector.
    pub fn width(&self) -> usize {
        self.embedding.width()
    }

    /// The numbers of all vectors, one vector after the other.
    pub fn cells(&self) -> &[f32] {
        self.embedding.vectors(self.range.clone())
    }

    /// Which vectors are there, a bit each, as Arrow has it; `None` where all are.
    pub fn validity(&self) -> Option<Vec<u8>> {
        let any = self.embedding.missing() > 0;
        any.then(|| validity(self.range.clone().map(|position| self.embedding.get(position).is_some()))).flatten()
    }
}

/// Texts of a batch one after the other, as Arrow's large UTF-8 has them.
#[derive(Debug, Clone)]
pub struct Texts {
    bytes: String,
    offsets: Vec<i64>,
    validity: Option<Vec<u8>>,
}

impl Texts {
    fn new<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> Self {
        let (mut bytes, mut offsets, mut present) = (String::new(), vec![0], Vec::new());
        for cell in cells {
            bytes.push_str(cell.unwrap_or_default());
            offsets.push(bytes.len() as i64);
            present.push(cell.is_some());
        }
        Texts { bytes, offsets, validity: validity(present.into_iter()) }
    }

    /// All texts without anything between.
    pub fn bytes(&self) -> &str {
        &self.bytes
    }

    /// Where each text begins in [`Texts::bytes`], and where the last one ends.
    pub fn offsets(&self) -> &[i64] {
        &self.offsets
    }

    /// Which texts are there, a bit each, as Arrow has it; `None` where all are.
    pub fn validity(&self) -> Option<Vec<u8>> {
        self.validity.clone()
    }
}

/// A bit for each cell, the first one lowest; `None` where all are there.
fn validity(present: impl Iterator<Item = bool>) -> Option<Vec<u8>> {
    let (mut bits, mut all) = (Vec::new(), true);
    for (index, present) in present.enumerate() {
        if index % 8 == 0 {
            bits.push(0);
        }
        if let Some(last) = bits.last_mut() {
            *last |= u8::from(present) << (index % 8);
        }
        all &= present;
    }
    (!all).then_some(bits)
}
