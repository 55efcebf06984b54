//! A block of a long table as typed columns: what threads make of it ahead of their use.
//!
//! Only blocks in which every cell is as it should be become columns: what is left out, doubled or wrong is for
//! the reader of single rows, which has the words for it.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "rows and runs of a block that are counted here; a block has fewer bytes than 32 bits count"
)]

use super::reader::Reader;
use super::scan::Grid;
use crate::trace::import::table::plan::{Metrics, QueryColumns};

/// The columns that name an endpoint.
#[derive(Debug, Clone, Copy)]
pub enum Key {
    /// Its id.
    Id(usize),
    /// Its model, and perhaps its hardware.
    Model(usize, Option<usize>),
}

/// The columns of a long table, by what they are about.
pub struct Wanted {
    pub id: usize,
    pub endpoint: Key,
    pub of_query: QueryColumns,
    pub metrics: Metrics,
    /// Words that stand for a missing value.
    pub missing: Vec<String>,
}

/// A part of the text.
pub type Span = (u32, u32);

/// Rows next to each other that say the same about one query.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub first: usize,
    /// A part of the block's ids.
    pub id: Span,
    pub hash: u64,
    /// Positions in the lists of the block.
    pub dataset: Option<u32>,
    pub category: Option<u32>,
    pub prompt: Option<Span>,
    /// NaN where missing.
    pub input_tokens: f64,
    pub arrival_s: f64,
}

/// What a block has of an endpoint.
#[derive(Default)]
pub struct Answered {
    /// Its id, or its model and its hardware.
    pub name: (Span, Option<Span>),
    /// The first row that names it.
    pub first: usize,
    /// The rows that are answers, and the run of each.
    pub rows: Vec<u32>,
    pub runs: Vec<u32>,
    /// For each metric that is wanted the cells of these rows, NaN where missing.
    cells: Vec<f64>,
}

impl Answered {
    /// An endpoint that a row names first, before its first answer.
    pub(super) fn new(name: (Span, Option<Span>), first: usize) -> Self {
        Answered { name, first, ..Answered::default() }
    }

    /// The first cells of a metric, by its position among those that are wanted.
    pub fn cells(&self, metric: usize, count: usize) -> &[f64] {
        let start = metric * self.rows.len();
        &self.cells[start..start + count]
    }
}

/// The rows of a block.
#[derive(Default)]
pub struct Typed {
    pub text: Vec<u8>,
    /// Number of lines.
    pub lines: usize,
    /// Number of rows.
    pub rows: usize,
    pub runs: Vec<Run>,
    /// The ids of all runs, side by side: who puts blocks together has none of the text in its cache.
    pub ids: String,
    pub datasets: Vec<Span>,
    pub categories: Vec<Span>,
    pub answered: Vec<Answered>,
    /// Rows without any value.
    pub empty: Vec<usize>,
}

impl Typed {
    /// A part of its text, which was found to be one before.
    pub fn part(&self, (start, end): Span) -> &str {
        let part = self.text.get(start as usize..end as usize).unwrap_or_default();
        std::str::from_utf8(part).unwrap_or_default()
    }

    /// The id of a run.
    pub fn id(&self, run: &Run) -> &str {
        self.ids.get(run.id.0 as usize..run.id.1 as usize).unwrap_or_default()
    }
}

/// The columns of rows, which take so many lines of a text; `None` where a cell is not as it should be.
pub(super) fn typed(text: &[u8], grid: &impl Grid, lines: usize, wanted: &Wanted) -> Option<Typed> {
    let reader = Reader::new(text, grid, wanted);
    let rows = grid.rows();
    let mut out = Typed { lines, rows, ..Typed::default() };
    let runs = reader.runs(&mut out)?;
    let endpoints = reader.endpoints(&mut out)?;
    let columns = wanted.metrics.iter().map(|&metric| reader.metric(metric)).collect::<Option<Vec<Vec<f64>>>>()?;
    if columns.iter().all(|cells| cells.iter().any(|cell| cell.is_nan())) {
        out.empty = (0..rows).filter(|&row| columns.iter().all(|cells| cells[row].is_nan())).collect();
    }
    let mut empty = out.empty.iter().copied().peekable();
    for (row, &endpoint) in endpoints.iter().enumerate() {
        if empty.next_if_eq(&row).is_none() {
            let answered = &mut out.answered[endpoint as usize];
            answered.rows.push(row as u32);
            answered.runs.push(runs[row]);
        }
    }
    for answered in &mut out.answered {
        answered.cells.reserve_exact(columns.len() * answered.rows.len());
        for cells in &columns {
            answered.cells.extend(answered.rows.iter().map(|&row| cells[row as usize]));
        }
    }
    Some(out)
}
