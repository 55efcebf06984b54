//! What a sweep adds up: the changes of queries that are routed right instead of wrong.

use super::line::Line;
use super::tile::Tile;
use crate::wide::{self, Ahead, Loop};

/// What changes when each query is routed right instead of wrong: the queries, by their keys and buckets, for
/// which anything does, and the change.
pub(crate) fn of(right: &[Line], wrong: &[Line], keys: &[u32], buckets: &[u32], changed: &mut Changed) {
    changed.clear(right.len());
    wide::run(Changes { right, wrong, keys, buckets, changed });
}

/// Queries for which it matters whether they are routed right.
#[derive(Default)]
pub(crate) struct Changed {
    keys: Vec<u32>,
    buckets: Vec<u32>,
    lines: Vec<Line>,
    count: usize,
}

impl Changed {
    /// Forgets all, and makes room for so many.
    pub fn clear(&mut self, queries: usize) {
        self.count = 0;
        self.keys.resize(queries, 0);
        self.buckets.resize(queries, 0);
        self.lines.resize(queries, Line::ZERO);
    }

    /// Their keys.
    pub fn keys(&self) -> &[u32] {
        &self.keys[..self.count]
    }

    /// Their bootstrap buckets.
    pub fn buckets(&self) -> &[u32] {
        &self.buckets[..self.count]
    }

    /// By query what changes.
    pub fn lines(&self) -> &[Line] {
        &self.lines[..self.count]
    }

    /// Adds the queries of a tile, by what is right and what is wrong.
    pub fn add_tile(&mut self, right: &mut Tile, wrong: &Tile, keys: &[u32], buckets: &[u32]) {
        let changes = right.less(wrong);
        right.lines(&mut self.lines[self.count..]);
        wide::run(Compact { changes: &changes[..right.len()], keys, buckets, changed: self });
    }
}

struct Compact<'a> {
    changes: &'a [bool],
    keys: &'a [u32],
    buckets: &'a [u32],
    changed: &'a mut Changed,
}

impl Loop for Compact<'_> {
    #[inline(always)]
    fn run(self) {
        let Changed { keys, buckets, lines, count } = self.changed;
        let start = *count;
        // Slices of one length, so that it is asked once whether a place is among them.
        let (keys, buckets, lines) = (&mut keys[start..], &mut buckets[start..], &mut lines[start..]);
        let room = keys.len().min(buckets.len()).min(lines.len());
        let mut end = 0;
        for (index, &changes) in self.changes.iter().enumerate().take(room) {
            // The next one takes the place of one that changes nothing.
            (keys[end], buckets[end]) = (self.keys[index], self.buckets[index]);
            lines[end] = lines[index];
            end += usize::from(changes);
        }
        *count = start + end;
    }
}

struct Changes<'a> {
    right: &'a [Line],
    wrong: &'a [Line],
    keys: &'a [u32],
    buckets: &'a [u32],
    changed: &'a mut Changed,
}

impl Loop for Changes<'_> {
    #[inline(always)]
    fn run(self) {
        let Changed { keys, buckets, lines, count } = self.changed;
        for (index, (right, wrong)) in self.right.iter().zip(self.wrong).enumerate() {
            let change = right.less(wrong);
            (keys[*count], buckets[*count], lines[*count]) = (self.keys[index], self.buckets[index], change);
            *count += usize::from(!change.is_nothing());
        }
    }
}

/// Adds each line to a row in each of four places: it is read once for all of them. Adding waits for no memory, so that
/// numbers are asked for on the way, a cache line of them with each line.
pub(crate) fn add_to_four(rows: [&mut [Line]; 4], at: [&[u32]; 4], lines: &[Line], ahead: &mut Ahead) {
    wide::run(AddToFour { rows, at, lines, ahead });
}

struct AddToFour<'a, 'b> {
    rows: [&'a mut [Line]; 4],
    at: [&'a [u32]; 4],
    lines: &'a [Line],
    ahead: &'a mut Ahead<'b>,
}

impl Loop for AddToFour<'_, '_> {
    #[inline(always)]
    fn run(self) {
        let AddToFour { rows: [rows_a, rows_b, rows_c, rows_d], at: [a, b, c, d], lines, ahead } = self;
        for ((((line, &a), &b), &c), &d) in lines.iter().zip(a).zip(b).zip(c).zip(d) {
            // A copy stays in registers; what is borrowed would be read again after each addition.
            let line = *line;
            ahead.ask();
            rows_a[a as usize].add(&line);
            rows_b[b as usize].add(&line);
            rows_c[c as usize].add(&line);
            rows_d[d as usize].add(&line);
        }
    }
}
