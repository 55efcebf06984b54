//! Two answers to each query, the one of a right route and the one of a wrong route: what changes between them.

// Loops over queries and words by their number are what compilers turn into wide operations.
#![allow(clippy::needless_range_loop)]

use super::block::Judge;
use super::closed_form::{ColumnSums, ManySums, set_sums};
use super::line::{self, COST, COUNTS, ENERGY, FIRST_COUNTS, FLOPS, LATENCY, Line, QUANTITIES, WORDS};
use super::slim::{self, SLIM_WORDS, Slims, Units};
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
    /// And of the wrong answers.
    wrong_slim: Slims,
    wrong_is_slim: bool,
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
            wrong_slim: Slims::new(),
            wrong_is_slim: false,
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
        (self.is_slim, self.wrong_is_slim) = (false, false);
        if let Some(units) = units.filter(|_| is_tried) {
            wide::run(SlimWords { pair: self, units });
        }
        if !(self.is_slim && self.wrong_is_slim) {
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

    /// Words of the wrong answers.
    pub fn wrong(&self) -> Made<'_> {
        if self.wrong_is_slim { Made::Slim(self.wrong_slim.words()) } else { Made::Lines(&self.wrong) }
    }

    /// By query a number that is 0 where nothing changes.
    pub fn changes(&self) -> &[i64] {
        &self.changes[..self.queries]
    }

    /// Words of what changes.
    pub fn change(&self) -> Made<'_> {
        if self.is_slim { Made::Slim(self.slim.words()) } else { Made::Lines(&self.change) }
    }
}

/// The words of lines, or of the same as slim lines if they are there as such.
pub(crate) enum Made<'a> {
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
        // In an order in which nothing is read that was just stored.
        pair.powers[1] = wrong.powers(queries);
        pair.powers[0] = right.powers(queries);
        for quantity in [0, 2, 3, 4, 5, 1] {
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
        let right = right.counting(&powers[0], judge, *start, *correct_at, queries);
        let wrong = wrong.counting(&powers[1], judge, *start, *correct_at, queries);
        *any = [0; TILE];
        let mut sums = [[0i64; 3]; COUNTS / 3];
        // All in one loop: a wide register that is stored can be read again only once it is in the cache.
        for index in 0..queries {
            let (right, wrong) = (right.words(index), wrong.words(index));
            let mut differs = 0;
            for word in 0..sums.len() {
                let change = right[word].wrapping_sub(wrong[word]);
                sums[word][0] = sums[word][0].wrapping_add(right[word]);
                sums[word][1] = sums[word][1].wrapping_add(wrong[word]);
                sums[word][2] = sums[word][2].wrapping_add(right[word] ^ wrong[word]);
                (wrongs[FIRST_COUNTS + word][index], changes[FIRST_COUNTS + word][index]) = (wrong[word], change);
                differs |= change;
            }
            any[index] = differs;
        }
        *marks = [Line::ZERO; 3];
        for word in 0..sums.len() {
            for place in 0..marks.len() {
                marks[place].add_word(FIRST_COUNTS + word, sums[word][place]);
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
        match self.pair.queries {
            TILE => self.of(TILE),
            queries => self.of(queries),
        }
    }
}

impl SlimWords<'_> {
    #[inline(always)]
    fn of(self, queries: usize) {
        let SlimWords { pair, units } = self;
        let Pair { numbers, wrong, change, changes, marks: [_, _, differing], slim, wrong_slim, .. } = &mut *pair;
        let (mut left, mut wrong_left) = (slim::without_place(differing), 0);
        // Quantities whose fields are in one word together: what was just stored should not be read again.
        for index in 0..queries {
            let (score, power) = (Split::of(&numbers[0], index), Split::of(&numbers[1], index));
            changes[index] |= score.any() | power.any();
            let correct = slim::highest_count(change[FIRST_COUNTS][index]);
            left |= slim.set_last(index, units, score.difference, power.difference, correct);
            let correct = slim::highest_count(wrong[FIRST_COUNTS][index]);
            wrong_left |= wrong_slim.set_last(index, units, score.wrong, power.wrong, correct);
        }
        for index in 0..queries {
            let (energy, cost) = (Split::of(&numbers[2 + ENERGY], index), Split::of(&numbers[2 + COST], index));
            changes[index] |= energy.any() | cost.any();
            let [agrees, tier_agrees, _] = slim::last_counts(change[FIRST_COUNTS + 3][index]);
            left |= slim.set_two(index, units, [(ENERGY, energy.difference), (COST, cost.difference)], [agrees, tier_agrees]);
            let [agrees, tier_agrees, _] = slim::last_counts(wrong[FIRST_COUNTS + 3][index]);
            wrong_left |= wrong_slim.set_two(index, units, [(ENERGY, energy.wrong), (COST, cost.wrong)], [agrees, tier_agrees]);
        }
        for index in 0..queries {
            let (flops, time) = (Split::of(&numbers[2 + FLOPS], index), Split::of(&numbers[2 + LATENCY], index));
            changes[index] |= flops.any() | time.any();
            let [_, _, adequate] = slim::last_counts(change[FIRST_COUNTS + 3][index]);
            let known = change[FIRST_COUNTS + 1][index];
            left |= slim.set_two(index, units, [(FLOPS, flops.difference), (LATENCY, time.difference)], [adequate, known]);
            let word = |word: usize| wrong[FIRST_COUNTS + word][index];
            wrong_left |= units.without_place([word(0), word(1), word(2), word(3)]);
            let counts = [slim::highest_count(word(2)), word(1) & 1];
            wrong_left |= wrong_slim.set_two(index, units, [(FLOPS, flops.wrong), (LATENCY, time.wrong)], counts);
        }
        (pair.is_slim, pair.wrong_is_slim) = (left == 0, wrong_left == 0);
    }
}

impl Pair {
    /// Sets the words of a quantity of the wrong answers, and tells those of what changes: the higher and the lower ones.
    #[inline(always)]
    fn quantity(&mut self, quantity: usize) -> [[i64; TILE]; 2] {
        let (highs, lows) = self.wrong.split_at_mut(QUANTITIES);
        let (highs, lows) = (&mut highs[quantity], &mut lows[quantity]);
        let mut change = [[0; TILE]; 2];
        for index in 0..TILE {
            let split = Split::of(&self.numbers[quantity], index);
            (highs[index], lows[index]) = split.wrong;
            self.changes[index] |= split.any();
            (change[0][index], change[1][index]) = split.difference;
        }
        change
    }
}

/// Higher and lower words of a quantity of two answers.
#[derive(Clone, Copy)]
struct Split {
    wrong: (i64, i64),
    /// By how much the right one has more of both.
    difference: (i64, i64),
}

impl Split {
    #[inline(always)]
    fn of([right, wrong]: &[[f64; TILE]; 2], index: usize) -> Split {
        let ((high, low), wrong) = (line::split(right[index]), line::split(wrong[index]));
        Split { wrong, difference: (high.wrapping_sub(wrong.0), low.wrapping_sub(wrong.1)) }
    }

    /// Is 0 where there is no difference.
    #[inline(always)]
    fn any(&self) -> i64 {
        self.difference.0 | self.difference.1
    }
}
