//! Cells of a draft that follow from others: held as what they follow from, and made when they are wanted, so that
//! columns which endpoints share are in memory once.

use std::fmt::Debug;
use std::ops::Range;
use std::sync::Arc;

use super::column::BLOCK_ROWS;
use super::schema::MEASURED;

/// How the cells of a column follow.
pub trait Follow: Debug + Send + Sync {
    /// Appends the cells of a range that lies within one block, of which none is missing.
    fn block(&self, start: usize, end: usize, out: &mut Vec<f64>);
}

/// A column of a draft whose cells are made when they are wanted.
#[derive(Debug, Clone)]
pub struct Derived {
    rows: usize,
    from: Arc<dyn Follow>,
    source: u8,
}

impl Derived {
    /// A column of so many measured cells.
    pub fn new(rows: usize, from: impl Follow + 'static) -> Self {
        Derived { rows, from: Arc::new(from), source: MEASURED }
    }

    /// The same column with cells that are estimated, all from one source.
    pub fn estimated(self, source: u8) -> Self {
        Derived { source, ..self }
    }

    /// Number of cells.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Where the cells come from (0 = measured).
    pub fn source(&self) -> u8 {
        self.source
    }

    /// The cells of some rows.
    pub fn part(&self, rows: Range<usize>) -> Vec<f64> {
        let mut cells = Vec::with_capacity(rows.len());
        let mut start = rows.start;
        while start < rows.end {
            let end = rows.end.min((start / BLOCK_ROWS + 1) * BLOCK_ROWS);
            self.from.block(start, end, &mut cells);
            start = end;
        }
        cells
    }

    /// The cells block by block.
    pub fn blocks(&self) -> impl Iterator<Item = Vec<f64>> {
        (0..self.rows).step_by(BLOCK_ROWS).map(|start| self.part(start..self.rows.min(start + BLOCK_ROWS)))
    }
}
