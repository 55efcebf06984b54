//! Two answers to each query, the one of a right route and the one of a wrong route: what changes between them.

// Loops over queries and words by their number are what compilers turn into wide operations.
#![allow(clippy::needless_range_loop)]

use super::block::Judge;
use super::closed_form::{ColumnSums, ManySums, set_sums};
use super::line::{self, FIRST_COUNTS, Line, QUANTITIES, WORDS};
use super::slim::{SLIM_WORDS, Slims, Units};
use super::tile::{Answers, TILE};
use crate::wide::{self, Loop};

/// Both answers to the queries of a tile, number by number as a [`Tile`](super::tile::Tile) holds them.
pub(crate) struct Pair {
    queries: usize,
    /// By quantity the numbers of the right answers and the wrong ones, 0 where not known.
    numbers: [[[f64; TILE]; 2]; QUANTITIES],
    /// The powers of both, NaN where not known.
    powers: [[f64; TILE]; 2],
    /// The words of the lines of wrong answers.
    wrong: [[i64; TILE]; WORDS],
    /// What is added to them when a query is routed right; of slim lines the words of counts alone.
    change: [[i64; TILE]; WORDS],
    /// The same as words of slim lines, where these are wanted and all of it fits.
    slim: Slims,
    is_slim: bool,
    /// By query a number that is 0 where nothing changes.
    changes: [i64; TILE],
    /// By quantity.
    sums: ManySums,
    /// Sums of marks: of the right answers, of the wrong ones, and of those in which the two differ, as words of a line.
    marks: [Line; 3],
}

/// The answers that a pair is made of.
pub(crate) struct Both<'a> {
    pub right: Answers<'a>,
    pub wrong: Answers<'a>,
    /// Where they start in their block.
    pub start: usize,
    pub correct_at: f64,
}

impl Pair {
    pub fn new() -> Self {
        let words = [[0; TILE]; WORDS];
        Pair {
            queries: 0,
            numbers: [[[0.0; TILE]; 2]; QUANTITIES],
            powers: [[0.0; TILE]; 2],
            wrong: words,
            change: words,
            slim: Slims::new(),
            is_slim: false,
            changes: [0; TILE],
            sums: ManySums::new(),
            marks: [Line::ZERO; 3],
        }
    }

    /// Takes the place of what was there; lines are not made yet.
    pub fn fill(&mut self, both: &Both, judge: &Judge) {
        self.queries = both.right.score.len().min(both.wrong.score.len()).min(TILE);
        wide::run(Numbers { pair: self, both });
        wide::run(Sums { pair: self });
        wide::run(Marks { pair: self, both, judge });
    }

    /// Makes the lines of the wrong answers and of what changes: slim ones if units are given and all of it fits.
    /// `is_first` says whether the queries are the first of their block.
    pub fn make_lines(&mut self, units: Option<&Units>, is_first: bool) {
        // Where a tile of a block does not fit, the next ones hardly do.
        let is_tried = self.is_slim || is_first;
        self.is_slim = false;
        if let Some(units) = units.filter(|_| is_tried) {
            wide::run(SlimWords { pair: self, units });
        }
        if !self.is_slim {
            wide::run(Words { pair: self });
        }
    }

    /// How many queries there are.
    pub fn len(&self) -> usize {
        self.queries
    }

    /// By quantity what both answers add up to.
    pub fn sums(&self) -> [ColumnSums; QUANTITIES] {
        self.sums.totals()
    }

    /// Sums of marks: of the right answers, of the wrong ones, and of those in which the two differ.
    pub fn marks(&self) -> &[Line; 3] {
        &self.marks
    }

    /// The lines of the wrong answers.
    pub fn wrong(&self, lines: &mut [Line]) {
        let queries = self.queries.min(lines.len());
        wide::side_by_side(&self.wrong, &mut lines[..queries]);
    }

    /// By query a number that is 0 where nothing changes.
    pub fn changes(&self) -> &[i64] {
        &self.changes[..self.queries]
    }

    /// Words of what changes, or of the same as slim lines if it is there as such.
    pub fn change(&self) -> Change<'_> {
        if self.is_slim { Change::Slim(self.slim.words()) } else { Change::Lines(&self.change) }
    }
}

/// What changes, word by word.
pub(crate) enum Change<'a> {
    Slim(&'a [[i64; TILE]; SLIM_WORDS]),
    Lines(&'a [[i64; TILE]; WORDS]),
}

/// The numbers of both answers.
struct Numbers<'a, 'b> {
    pair: &'a mut Pair,
    both: &'a Both<'b>,
}

impl Loop for Numbers<'_, '_> {
    #[inline(always)]
    fn run(self) {
        // Most tiles are whole, and their loops have a length that the compiler knows.
        match self.pair.queries {
            TILE => self.of(TILE),
            queries => self.of(queries),
        }
    }
}

impl Numbers<'_, '_> {
    #[inline(always)]
    fn of(self, queries: usize) {
        let Numbers { pair, both: Both { right, wrong, .. } } = self;
        pair.powers = [right.powers(queries), wrong.powers(queries)];
        for quantity in 0..QUANTITIES {
            let [powers, wrong_powers] = &pair.powers;
            pair.numbers[quantity] = [right.numbers(quantity, powers, queries), wrong.numbers(quantity, wrong_powers, queries)];
        }
    }
}

/// Their sums.
struct Sums<'a> {
    pair: &'a mut Pair,
}

impl Loop for Sums<'_> {
    #[inline(always)]
    fn run(self) {
        for (quantity, [right, wrong]) in self.pair.numbers.iter().enumerate() {
            set_sums(self.pair.sums.of_mut(quantity), right, wrong);
        }
    }
}

/// The words of counts, and their sums.
struct Marks<'a, 'b> {
    pair: &'a mut Pair,
    both: &'a Both<'b>,
    judge: &'a Judge<'b>,
}

impl Loop for Marks<'_, '_> {
    #[inline(always)]
    fn run(self) {
        match self.pair.queries {
            TILE => self.of(TILE),
            queries => self.of(queries),
        }
    }
}

impl Marks<'_, '_> {
    #[inline(always)]
    fn of(self, queries: usize) {
        let Marks { pair: Pair { powers, wrong: wrongs, change: changes, changes: any, marks, .. }, both, judge } = self;
        let Both { right, wrong, start, correct_at } = both;
        right.marks(&powers[0], judge, *start, *correct_at, queries, changes);
        wrong.marks(&powers[1], judge, *start, *correct_at, queries, wrongs);
        (*marks, *any) = ([Line::ZERO; 3], [0; TILE]);
        for word in FIRST_COUNTS..WORDS {
            let (change, wrong) = (&mut changes[word], &wrongs[word]);
            let mut sums = [0i64; 3];
            for index in 0..queries {
                sums[0] = sums[0].wrapping_add(change[index]);
                sums[1] = sums[1].wrapping_add(wrong[index]);
                sums[2] = sums[2].wrapping_add(change[index] ^ wrong[index]);
            }
            for place in 0..sums.len() {
                marks[place].add_word(word, sums[place]);
            }
            for index in 0..queries {
                change[index] = change[index].wrapping_sub(wrong[index]);
                any[index] |= change[index];
            }
        }
    }
}

/// The words of quantities.
struct Words<'a> {
    pair: &'a mut Pair,
}

impl Loop for Words<'_> {
    #[inline(always)]
    fn run(self) {
        for quantity in 0..QUANTITIES {
            let [high, low] = self.pair.quantity(quantity);
            (self.pair.change[quantity], self.pair.change[QUANTITIES + quantity]) = (high, low);
        }
    }
}

/// The words of slim lines.
struct SlimWords<'a> {
    pair: &'a mut Pair,
    units: &'a Units,
}

impl Loop for SlimWords<'_> {
    #[inline(always)]
    fn run(self) {
        let SlimWords { pair, units } = self;
        let scores = pair.quantity(0);
        let mut left = pair.slim.scores(&scores);
        for quantity in 1..QUANTITIES {
            let change = pair.quantity(quantity);
            left |= pair.slim.quantity(quantity, units, &change);
        }
        let Pair { slim, change, marks: [_, _, differing], .. } = &mut *pair;
        left |= slim.counts(change, differing);
        pair.is_slim = left == 0;
    }
}

impl Pair {
    /// Sets the words of a quantity of the wrong answers, and tells those of what changes: the higher and the lower ones.
    #[inline(always)]
    fn quantity(&mut self, quantity: usize) -> [[i64; TILE]; 2] {
        let [right, wrong] = &self.numbers[quantity];
        let (highs, lows) = self.wrong.split_at_mut(QUANTITIES);
        let (highs, lows) = (&mut highs[quantity], &mut lows[quantity]);
        let mut change = [[0; TILE]; 2];
        for index in 0..TILE {
            let ((high, low), (wrong_high, wrong_low)) = (line::split(right[index]), line::split(wrong[index]));
            (highs[index], lows[index]) = (wrong_high, wrong_low);
            let (high, low) = (high.wrapping_sub(wrong_high), low.wrapping_sub(wrong_low));
            self.changes[index] |= high | low;
            (change[0][index], change[1][index]) = (high, low);
        }
        change
    }
}
