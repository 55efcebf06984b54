//! Rows of lanes.

use super::exact::Exact;

/// Rows of lanes: for each bucket, group or replicate one. Kept lane by lane, so that adding a block
/// of queries works through one small column after the other, in the nearest cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    rows: usize,
    cells: Vec<Exact>,
}

impl Rows {
    /// Rows of zeros.
    pub fn new(rows: usize, width: usize) -> Self {
        Rows { rows, cells: vec![Exact::ZERO; rows * width] }
    }

    /// A row: a sum for each lane.
    pub fn row(&self, row: usize) -> Vec<Exact> {
        self.cells.chunks_exact(self.rows).map(|lane| lane[row]).collect()
    }

    /// The cells of a lane, a row each.
    #[inline]
    pub fn lane_mut(&mut self, lane: usize) -> &mut [Exact] {
        &mut self.cells[lane * self.rows..(lane + 1) * self.rows]
    }

    /// The cells of a lane, a row each.
    pub fn lane(&self, lane: usize) -> &[Exact] {
        &self.cells[lane * self.rows..(lane + 1) * self.rows]
    }

    /// The lanes, a column each.
    pub fn lanes(&self) -> impl Iterator<Item = &[Exact]> {
        self.cells.chunks_exact(self.rows)
    }

    /// Number of lanes.
    pub fn width(&self) -> usize {
        self.cells.len() / self.rows.max(1)
    }

    /// The lanes, a column each, to be changed.
    pub fn lanes_mut(&mut self) -> impl Iterator<Item = &mut [Exact]> {
        self.cells.chunks_exact_mut(self.rows)
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds another's rows.
    pub fn merge(&mut self, other: &Rows) {
        self.cells.iter_mut().zip(&other.cells).for_each(|(mine, &theirs)| *mine += theirs);
    }

    /// The same rows in other places among so many.
    pub fn placed(&self, places: &[usize], rows: usize) -> Rows {
        let mut out = Rows::new(rows, self.cells.len() / self.rows.max(1));
        for (into, lane) in out.lanes_mut().zip(self.cells.chunks_exact(self.rows)) {
            places.iter().zip(lane).for_each(|(&place, &cell)| into[place] = cell);
        }
        out
    }

    /// The sum of all rows.
    pub fn total(&self) -> Vec<Exact> {
        let sum = |lane: &[Exact]| {
            lane.iter().fold(Exact::ZERO, |mut sum, &cell| {
                sum += cell;
                sum
            })
        };
        self.cells.chunks_exact(self.rows).map(sum).collect()
    }
}
