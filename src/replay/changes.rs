//! What a sweep adds up: the changes of queries that are routed right instead of wrong.

use super::line::Line;
use crate::wide::{self, Loop};

/// What changes when each query is routed right instead of wrong: the queries, by their keys, for which
/// anything does, and the change.
pub(crate) fn of(right: &[Line], wrong: &[Line], keys: &[u32], changed: &mut Changed) {
    changed.lines.resize(right.len(), Line::ZERO);
    changed.keys.resize(right.len(), 0);
    wide::run(Changes { right, wrong, keys, changed });
}

/// Queries for which it matters whether they are routed right.
#[derive(Default)]
pub(crate) struct Changed {
    keys: Vec<u32>,
    lines: Vec<Line>,
    count: usize,
}

impl Changed {
    /// Their keys.
    pub fn keys(&self) -> &[u32] {
        &self.keys[..self.count]
    }

    /// By query what changes.
    pub fn lines(&self) -> &[Line] {
        &self.lines[..self.count]
    }
}

struct Changes<'a> {
    right: &'a [Line],
    wrong: &'a [Line],
    keys: &'a [u32],
    changed: &'a mut Changed,
}

impl Loop for Changes<'_> {
    #[inline(always)]
    fn run(self) {
        let Changed { keys, lines, .. } = self.changed;
        let mut count = 0;
        for ((right, wrong), &key) in self.right.iter().zip(self.wrong).zip(self.keys) {
            // The next one takes the place of one that changes nothing.
            let change = right.less(wrong);
            (keys[count], lines[count]) = (key, change);
            count += usize::from(!change.is_nothing());
        }
        self.changed.count = count;
    }
}

/// Adds each line to a row in each of two places, and is read once for both.
pub(crate) fn add_to_two(rows: [&mut [Line]; 2], at: [&[u32]; 2], lines: &[Line]) {
    wide::run(AddToTwo { rows, at, lines });
}

struct AddToTwo<'a> {
    rows: [&'a mut [Line]; 2],
    at: [&'a [u32]; 2],
    lines: &'a [Line],
}

impl Loop for AddToTwo<'_> {
    #[inline(always)]
    fn run(self) {
        let AddToTwo { rows: [first, second], at: [in_first, in_second], lines } = self;
        for ((line, &in_first), &in_second) in lines.iter().zip(in_first).zip(in_second) {
            first[in_first as usize].add(line);
            second[in_second as usize].add(line);
        }
    }
}
