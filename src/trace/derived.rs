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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::schema::Metric;
    use super::super::table::Queries;
    use super::super::{Draft, DraftEndpoint, Endpoint};
    use super::*;

    /// So much for each row.
    #[derive(Debug)]
    struct Each(f64);

    impl Follow for Each {
        fn block(&self, start: usize, end: usize, out: &mut Vec<f64>) {
            assert_eq!(start / BLOCK_ROWS, (end - 1) / BLOCK_ROWS, "within a block");
            out.extend((start..end).map(|row| self.0 * row as f64));
        }
    }

    const ROWS: usize = 2 * BLOCK_ROWS + 77;

    fn draft(answers: impl FnOnce(&mut DraftEndpoint)) -> Draft {
        let ids = Some((0..ROWS).map(|row| row.to_string()).collect());
        let mut draft = Draft { queries: Queries { rows: (0..ROWS as u32).collect(), ids, ..Queries::default() }, ..Draft::default() };
        draft.info.name = "t".into();
        assert_eq!(draft.info.source_code("a guess").unwrap_or_default(), 1);
        let mut endpoint =
            DraftEndpoint { endpoint: Endpoint::new("a", None), rows: (0..ROWS as u32).collect(), ..DraftEndpoint::default() };
        answers(&mut endpoint);
        draft.endpoints.push(endpoint);
        draft
    }

    #[test]
    fn what_follows_is_written_as_what_is_held() {
        let held = draft(|out| {
            out.metrics.set(Metric::EnergyJ, (0..ROWS).map(|row| 0.25 * row as f64).collect());
            out.sources.set(Metric::EnergyJ, vec![1; ROWS]);
            out.metrics.set(Metric::OutputTokens, (0..ROWS).map(|row| 2.0 * row as f64).collect());
        });
        let follows = draft(|out| {
            out.derived.set(Metric::EnergyJ, Derived::new(ROWS, Each(0.25)).estimated(1));
            out.derived.set(Metric::OutputTokens, Derived::new(ROWS, Each(2.0)));
        });
        assert_eq!(held.endpoints[0].cells(Metric::EnergyJ), follows.endpoints[0].cells(Metric::EnergyJ));
        let folder = tempfile::tempdir().unwrap();
        let bytes = |name: &str, draft: Draft| {
            let path = folder.path().join(name);
            draft.write(&path, false).unwrap();
            std::fs::read(path.join("outcomes/endpoint=a/part-0.parquet")).unwrap()
        };
        assert!(bytes("held", held) == bytes("follows", follows));
    }

    #[test]
    fn a_cell_that_cannot_be_is_found_where_it_is() {
        let draft = draft(|out| {
            out.derived.set(Metric::EnergyJ, Derived::new(ROWS - 1, Each(1.0)));
            out.derived.set(Metric::Score, Derived::new(ROWS, Each(1.0 / 5000.0)));
        });
        let error = draft.check().unwrap_err().to_string();
        // 5,001 / 5,000 is the first that is more than 1.
        for part in ["column `score`, row 5001", "1.0002", "0 to 1", "column `energy_j`", "8268 cells for 8269 rows"] {
            assert!(error.contains(part), "{error}");
        }
    }
}
