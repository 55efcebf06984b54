//! What a sweep adds up: the changes of queries that are routed right instead of wrong.

// Loops over places by their number are unrolled, and what they reach stays in registers.
#![allow(clippy::needless_range_loop)]

use super::line::{Addend, Line};
use super::pair::{Made, Pair};
use super::slim::Slim;
use super::tile::TILE;
use crate::wide::{self, Adder, AddingLoop, Ahead, Loop};

/// What changes when each query is routed right instead of wrong: the queries, by their keys and buckets, for
/// which anything does, and the change.
pub(crate) fn of(right: &[Line], wrong: &[Line], keys: &[u32], buckets: &[u32], changed: &mut Changed) {
    changed.clear(right.len());
    wide::run(Changes { right, wrong, keys, buckets, list: &mut changed.lines });
}

/// Queries for which it matters whether they are routed right.
#[derive(Default)]
pub(crate) struct Changed {
    /// Those whose changes fit slim lines.
    pub slim: List<Slim>,
    /// All others.
    pub lines: List<Line>,
}

/// Some of them.
pub(crate) struct List<L> {
    keys: Vec<u32>,
    buckets: Vec<u32>,
    lines: Vec<L>,
    count: usize,
}

impl Changed {
    /// Forgets all, and makes room for so many.
    pub fn clear(&mut self, queries: usize) {
        self.slim.clear(queries);
        self.lines.clear(queries);
    }

    /// Adds the queries of a tile.
    pub fn add_pair(&mut self, pair: &Pair, keys: &[u32], buckets: &[u32]) {
        match pair.change() {
            Made::Slim(words) => self.slim.add(words, pair.changes(), keys, buckets),
            Made::Lines(words) => self.lines.add(words, pair.changes(), keys, buckets),
        }
    }
}

impl<L> Default for List<L> {
    fn default() -> Self {
        List { keys: Vec::new(), buckets: Vec::new(), lines: Vec::new(), count: 0 }
    }
}

impl<L: Addend> List<L> {
    fn clear(&mut self, queries: usize) {
        self.count = 0;
        self.keys.resize(queries, 0);
        self.buckets.resize(queries, 0);
        self.lines.resize(queries, L::ZERO);
    }

    /// Adds those of some queries that change, by the words of their lines; `changes` is 0 where nothing changes.
    fn add<const WORDS: usize>(&mut self, words: &[[i64; TILE]; WORDS], changes: &[i64], keys: &[u32], buckets: &[u32])
    where
        L: AsMut<[i64; WORDS]>,
    {
        let mut places = [0; TILE];
        wide::run(Compact { changes, keys, buckets, list: self, places: &mut places });
        wide::side_by_side_at(words, &places[..changes.len()], &mut self.lines);
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
    pub fn lines(&self) -> &[L] {
        &self.lines[..self.count]
    }
}

/// Keeps keys and buckets of those of some queries that change, and says where the line of each belongs.
struct Compact<'a, L> {
    changes: &'a [i64],
    keys: &'a [u32],
    buckets: &'a [u32],
    list: &'a mut List<L>,
    places: &'a mut [u32; TILE],
}

impl<L: Addend> Loop for Compact<'_, L> {
    #[inline(always)]
    fn run(self) {
        let List { keys, buckets, count, .. } = self.list;
        let mut end = *count;
        // Slices of one length, so that it is asked once whether a place is among them.
        let room = keys.len().min(buckets.len());
        let (keys, buckets) = (&mut keys[..room], &mut buckets[..room]);
        for (index, &changes) in self.changes.iter().enumerate().take(TILE.min(room - end)) {
            // The next one takes the place of one that changes nothing.
            (keys[end], buckets[end], self.places[index]) = (self.keys[index], self.buckets[index], end as u32);
            end += usize::from(changes != 0);
        }
        *count = end;
    }
}

struct Changes<'a> {
    right: &'a [Line],
    wrong: &'a [Line],
    keys: &'a [u32],
    buckets: &'a [u32],
    list: &'a mut List<Line>,
}

impl Loop for Changes<'_> {
    #[inline(always)]
    fn run(self) {
        let List { keys, buckets, lines, count } = self.list;
        for (index, (right, wrong)) in self.right.iter().zip(self.wrong).enumerate() {
            let change = right.less(wrong);
            (keys[*count], buckets[*count], lines[*count]) = (self.keys[index], self.buckets[index], change);
            *count += usize::from(!change.is_nothing());
        }
    }
}

/// Adds each line to a row in each of some places: it is read once for all of them. Adding waits for no memory, so that
/// numbers are asked for on the way, a cache line of them with each line.
pub(crate) fn add_to_some<L: Addend, const SOME: usize, const MOST: usize>(
    rows: [&mut [L]; SOME],
    at: &[[u32; MOST]; SOME],
    lines: &[L],
    ahead: &mut Ahead,
) {
    wide::run_adding(AddToSome { rows, at, lines, ahead });
}

struct AddToSome<'a, 'b, L, const SOME: usize, const MOST: usize> {
    rows: [&'a mut [L]; SOME],
    at: &'a [[u32; MOST]; SOME],
    lines: &'a [L],
    ahead: &'a mut Ahead<'b>,
}

impl<L: Addend, const SOME: usize, const MOST: usize> AddingLoop for AddToSome<'_, '_, L, SOME, MOST> {
    #[inline(always)]
    fn run(mut self, adder: impl Adder) {
        let mut start = 0;
        while start < self.lines.len() {
            let (wanted, asking) = self.ahead.stretch(self.lines.len() - start);
            if wanted.is_empty() {
                return self.add(start, self.lines.len(), adder, |_| ());
            }
            self.add(start, start + wanted.len(), adder, |index| asking.ask_for(&wanted[index]));
            start += wanted.len();
        }
    }
}

impl<L: Addend, const SOME: usize, const MOST: usize> AddToSome<'_, '_, L, SOME, MOST> {
    /// Adds some of the lines, and does something with each of them.
    #[inline(always)]
    fn add(&mut self, start: usize, end: usize, adder: impl Adder, also: impl Fn(usize)) {
        // Slices of one length, so that it is asked once whether a place is among them; registers do not hold more.
        let count = self.rows[0].len();
        for place in 0..SOME {
            self.rows[place] = &mut std::mem::take(&mut self.rows[place])[..count];
        }
        let (at, lines) = (self.at, &self.lines[..end.min(MOST)]);
        for index in start..lines.len() {
            also(index - start);
            // A copy stays in registers; what is borrowed would be read again after each addition.
            let line = lines[index];
            for place in 0..SOME {
                self.rows[place][at[place][index] as usize].add(&line, adder);
            }
        }
    }
}
