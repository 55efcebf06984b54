//! Sums of slim lines, on their way to lines.

// Loops over queries and words by their number are what compilers turn into wide operations.
#![allow(clippy::needless_range_loop)]

use super::super::line::{Addend, COUNT_BITS, FIRST_COUNTS, LOW_BITS, Line, QUANTITIES, WORDS};
use super::super::lines;
use super::{
    ADDED_BITS, BELOW, CORRECT, FIELDS, FIRST_COUNT, LINES, MOST, Of, SCORE, SECOND_COUNT, SLIM_WORDS, STEP, Slim, TILE, Units, WHOLE,
};
use crate::wide::{self, Loop};

impl Units {
    /// Tells each of some sums, or slim lines, as a line.
    fn each_line(&self, of: Of, sums: &[Slim], mut tell: impl FnMut(usize, &Line)) {
        let (mut slim, mut words, mut lines) = ([[0; TILE]; SLIM_WORDS], [[0; TILE]; WORDS], [Line::ZERO; TILE]);
        for (part, sums) in sums.chunks(TILE).enumerate() {
            wide::columns(sums, &mut slim);
            wide::run(Widen { units: self, slim: &slim, words: &mut words });
            wide::side_by_side(&words, &mut lines[..sums.len()]);
            for (index, (line, sum)) in lines.iter_mut().zip(sums).enumerate() {
                if of == Of::Answers {
                    line.add(&self.common(sum));
                }
                tell(part * TILE + index, line);
            }
        }
    }

    /// What a sum of answers has beside what changes: what is usual, and which counts stand where changes have others.
    fn common(&self, sum: &Slim) -> Line {
        let [.., third, last] = sum.0;
        let mut line = self.usual.times(field(last, LINES, u64::BITS - LINES) as u32);
        let (solvable, correct) = (count(third, FIRST_COUNT), count(last, CORRECT));
        line.add_word(FIRST_COUNTS + 2, solvable << (2 * COUNT_BITS));
        line.add_word(FIRST_COUNTS + 3, (correct - solvable) << (2 * COUNT_BITS));
        line
    }

    /// Takes sums to lines, and starts again at nothing.
    pub fn take(&self, of: Of, sums: &mut [Slim], lines: &mut [Line]) {
        self.each_line(of, sums, |index, line| lines[index].add(line));
        sums.fill(Slim::ZERO);
    }

    /// Takes sums to lines where one has more lines than `many`, so that there is room for those of the next block. The
    /// lines that were added last, and to which sum each, are taken back first where there was no room for them.
    pub fn settle(&self, of: Of, sums: &mut [Slim], many: u64, lines: &mut [Line], (at, added): (&[u32], &[Slim])) {
        let most = most(sums);
        if most <= many {
            return;
        }
        if most <= MOST {
            return self.take(of, sums, lines);
        }
        added.iter().zip(at).for_each(|(line, &at)| sums[at as usize].take(line));
        self.take(of, sums, lines);
        self.add_each(of, at, added, lines);
    }

    /// Adds slim lines to lines, each to the one at its place.
    fn add_each(&self, of: Of, at: &[u32], added: &[Slim], lines: &mut [Line]) {
        self.each_line(of, added, |index, line| lines[at[index] as usize].add(line));
    }
}

impl Slim {
    /// Takes it away again.
    fn take(&mut self, other: &Slim) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine = mine.wrapping_sub(theirs));
    }
}

/// A field of a word by its first bit and its bits.
#[inline(always)]
fn field(word: i64, first: u32, bits: u32) -> i64 {
    // What is below a field borrows from it where it is below nothing.
    let below = if first == 0 { 0 } else { word << (u64::BITS - first) >> (u64::BITS - first) };
    word.wrapping_sub(below) << (u64::BITS - first - bits) >> (u64::BITS - bits)
}

/// A count of a word by its first bit.
#[inline(always)]
fn count(word: i64, first: u32) -> i64 {
    field(word, first, ADDED_BITS + 1)
}

/// The words of lines from those of slim ones: what changes.
struct Widen<'a> {
    units: &'a Units,
    slim: &'a [[i64; TILE]; SLIM_WORDS],
    words: &'a mut [[i64; TILE]; WORDS],
}

impl Loop for Widen<'_> {
    #[inline(always)]
    fn run(self) {
        let Widen { units, slim, words } = self;
        for place in 0..WHOLE {
            let ((word, first, bits), doubled) = (FIELDS[place], units.doubled[place]);
            for index in 0..TILE {
                let field = field(slim[word][index], first, bits);
                let below = slim[place][index].wrapping_sub(field << BELOW) as u64;
                // The higher word is rounded to the nearest, as those of lines are, so that lower ones stay as small.
                let low = (below << doubled) as i64 & ((1 << LOW_BITS) - 1);
                let up = low >> (LOW_BITS - 1);
                let high = (field << (BELOW - LOW_BITS as u32 + doubled)) + (below >> (LOW_BITS as u32 - doubled)) as i64;
                (words[1 + place][index], words[QUANTITIES + 1 + place][index]) = (high + up, low - (up << LOW_BITS));
            }
        }
        for index in 0..TILE {
            let [second, third, last] = [slim[5][index], slim[6][index], slim[7][index]];
            words[0][index] = field(last, SCORE, CORRECT - SCORE) << STEP;
            words[FIRST_COUNTS][index] = count(last, CORRECT) << (2 * COUNT_BITS);
            words[FIRST_COUNTS + 1][index] = count(third, SECOND_COUNT);
            let (agrees, tier_agrees, adequate) = (count(second, FIRST_COUNT), count(second, SECOND_COUNT), count(third, FIRST_COUNT));
            words[FIRST_COUNTS + 3][index] = agrees + (tier_agrees << COUNT_BITS) + (adequate << (2 * COUNT_BITS));
        }
    }
}

/// How many lines a sum may have before those of a block are added, where so many are expected for it; `None` where
/// there may be no room even then.
pub(crate) fn many(expected: f64) -> Option<u64> {
    // Six standard deviations more: what happens nevertheless is seen, and costs time.
    MOST.checked_sub((expected + 6.0 * expected.sqrt()).ceil() as u64)
}

/// How many lines the sum has that has the most.
fn most(sums: &[Slim]) -> u64 {
    const SIDE_BY_SIDE: usize = 4;
    let mut most = [0; SIDE_BY_SIDE];
    let (fours, rest) = sums.as_chunks::<SIDE_BY_SIDE>();
    for sums in fours {
        for place in 0..SIDE_BY_SIDE {
            most[place] = most[place].max(sums[place].0[SLIM_WORDS - 1] as u64);
        }
    }
    for sum in rest {
        most[0] = most[0].max(sum.0[SLIM_WORDS - 1] as u64);
    }
    most.into_iter().fold(0, u64::max) >> LINES
}

/// Sums of slim lines, by row, on their way to lines.
pub(crate) struct SlimRows {
    of: Of,
    units: Units,
    sums: Vec<Slim>,
    /// No sum has more lines.
    most: u64,
}

impl SlimRows {
    /// Nothing yet.
    pub fn new(of: Of, units: Units, rows: usize) -> Self {
        SlimRows { of, units, sums: vec![Slim::ZERO; rows], most: 0 }
    }

    /// Adds the lines of a block, each to the row at its place, where no row gets `more` than so many of them; `lines` are
    /// the rows that sums are taken to.
    pub fn add(&mut self, at: &[u32], added: &[Slim], more: u64, lines: &mut [Line]) {
        if more > MOST {
            return self.units.add_each(self.of, at, added, lines);
        }
        if self.most + more > MOST {
            self.most = most(&self.sums);
        }
        if self.most + more > MOST {
            self.take(lines);
        }
        self.most += more;
        lines::add(&mut self.sums, at, added);
    }

    /// Takes all sums to lines.
    pub fn take(&mut self, lines: &mut [Line]) {
        self.units.take(self.of, &mut self.sums, lines);
        self.most = 0;
    }
}

/// How many of some there are at each place.
pub(crate) struct Crowds {
    counts: Vec<u16>,
}

impl Crowds {
    /// Of so many places.
    pub fn new(places: usize) -> Self {
        Crowds { counts: vec![0; places] }
    }

    /// How many of some are at the place that has the most of them.
    pub fn most(&mut self, at: &[u32]) -> u64 {
        self.counts.fill(0);
        at.iter().for_each(|&at| self.counts[at as usize] += 1);
        let mut most = 0;
        wide::run(Most { counts: &self.counts, most: &mut most });
        u64::from(most)
    }
}

struct Most<'a> {
    counts: &'a [u16],
    most: &'a mut u16,
}

impl Loop for Most<'_> {
    #[inline(always)]
    fn run(self) {
        let mut most = 0;
        for &count in self.counts {
            most = count.max(most);
        }
        *self.most = most;
    }
}
