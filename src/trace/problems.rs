//! The faults of a trace as they are found: opening a trace and checking it share what finds them.

use crate::error::{Error, Result};

/// Faults of one kind in one column that are told one by one; the rest are counted.
const TOLD_OF_A_COLUMN: usize = 5;
/// Faults that an error lists; the rest are counted.
const TOLD_IN_AN_ERROR: usize = 20;

/// Faults, in the order in which they were found.
#[derive(Debug, Default)]
pub(super) struct Problems {
    told: Vec<Error>,
    count: usize,
}

impl Problems {
    /// Whether nothing was found so far.
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Adds a fault, or the several of one error.
    pub(super) fn push(&mut self, error: Error) {
        let errors = error.into_each();
        self.count += errors.len();
        self.told.extend(errors);
    }

    /// Adds the faults that were found elsewhere.
    pub(super) fn absorb(&mut self, other: Problems) {
        self.told.extend(other.told);
        self.count += other.count;
    }

    /// What a step gave, or `None` with its fault added.
    pub(super) fn keep<T>(&mut self, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// Adds the faults of cells of one column by position: the first few are told, the rest counted.
    pub(super) fn cells<T>(&mut self, column: &str, bad: impl IntoIterator<Item = T>, tell: impl Fn(T) -> Error) {
        let mut bad = bad.into_iter();
        for index in bad.by_ref().take(TOLD_OF_A_COLUMN) {
            self.push(tell(index));
        }
        let rest = bad.count();
        if rest > 0 {
            self.told.push(Error::new("more cells with the same fault").at(column).found(format!("{rest} more")));
            self.count += rest;
        }
    }

    /// The faults that are told, and the number of all.
    pub(super) fn into_parts(self) -> (Vec<Error>, usize) {
        (self.told, self.count)
    }

    /// All faults as one error, the first of them listed; `None` where there are none.
    pub(super) fn into_error(self) -> Option<Error> {
        let mut told = self.told;
        if told.len() > TOLD_IN_AN_ERROR {
            let rest = told.len() - TOLD_IN_AN_ERROR;
            told.truncate(TOLD_IN_AN_ERROR);
            told.push(Error::new("more faults").found(format!("{rest} more")).hint("`wattroute check TRACE` lists them"));
        }
        Error::all(told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_faults_is_told_in_part_and_counted_whole() {
        let mut problems = Problems::default();
        problems.cells("column `x`", 0..12, |row| Error::new(format!("bad cell {row}")));
        problems.push(Error::new("other"));
        let (told, count) = problems.into_parts();
        // Five cells, the line that counts the other seven, and the other fault.
        assert_eq!((told.len(), count), (7, 13));
        assert!(told[5].to_string().contains("7 more"), "{}", told[5]);
    }

    #[test]
    fn an_error_lists_twenty() {
        let mut problems = Problems::default();
        (0..23).for_each(|n| problems.push(Error::new(format!("fault {n}."))));
        let text = problems.into_error().map(|error| error.to_string()).unwrap_or_default();
        assert!(text.contains("fault 19.") && !text.contains("fault 20.") && text.contains("3 more"), "{text}");
    }
}
