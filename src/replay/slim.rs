//! What changes in a query, in half the words of a line: a sweep adds it to a bin of every replicate.
//!
//! A quantity of a [`Line`] has two words, so that any number of them can be added up exactly. A change takes fewer
//! bits where few of them are added up at a time. Let v be a change in units so small that it is a multiple of them. A
//! slim line holds v modulo 2^64, in a word that may wrap around, and floor(v / 2^56), in a field of a few bits. What
//! 256 changes have below 2^56 adds up to less than 2^64, so that the word tells it once the sum of the fields is
//! known: sums of slim lines are as exact as those of lines.
//!
//! Changes that do not fit, since they are no multiple of the units, or differ in more than the fields say, remain
//! lines. An answer is a change too, from what all answers have in common.

// Loops over queries and words by their number are what compilers turn into wide operations.
#![allow(clippy::needless_range_loop)]

mod sums;

pub(crate) use sums::{Crowds, SlimRows, many};

use super::line::{Addend, COUNT_BITS, COUNTS, FIRST_COUNTS, LOW_BITS, Line, QUANTITIES, marks};
use super::tile::TILE;
use crate::wide::Adder;
use crate::workload::ACCOUNTS;

/// Words of a slim line: one of each quantity but the score, and three of fields.
pub(super) const SLIM_WORDS: usize = 8;
/// Quantities with a word of their own: power and the accounts.
const WHOLE: usize = QUANTITIES - 1;
/// Bits of a change, in units, that its field does not tell.
const BELOW: u32 = 56;
/// As many changes can be added up as these bits count; a field has another one for the sign.
const ADDED_BITS: u32 = 8;
/// By quantity with a word of its own the word of its field, the field's first bit and its bits. A change may have 47
/// more. A number has 53: the others allow for a largest one of 2^24 (power), 2^22 (energy), 2^19 (operations), 2^12
/// (cost) and 2^15 times (time) the smallest. Units are never smaller than 2^-64, so that costs below 2 dollars fit.
const FIELDS: [(usize, u32, u32); WHOLE] = [(7, 0, 30), (5, 18, 28), (6, 0, 25), (5, 0, 18), (6, 25, 21)];
/// The first bits of counts, of nine bits each: agreement and agreement of tiers, adequate answers and known powers.
const FIRST_COUNT: u32 = 46;
const SECOND_COUNT: u32 = FIRST_COUNT + ADDED_BITS + 1;
/// The first bits of fields of the last word: scores, in steps of 1/16, correct answers, and how many lines were added.
const SCORE: u32 = 30;
const CORRECT: u32 = 44;
const LINES: u32 = CORRECT + ADDED_BITS + 1;
/// Bits above a count of a line, and those of a word below the highest of three.
const ABOVE_COUNT: u32 = u64::BITS - COUNT_BITS as u32;
const BELOW_HIGHEST: i64 = (1 << (2 * COUNT_BITS)) - 1;
/// A step of scores, in bits of a line's higher word, and the steps that a change may have.
const STEP: u32 = 64 - LOW_BITS as u32 - 4;
const STEPS: i64 = 31;
/// Lines that can be added up before sums are looked at: so many and those that were there leave the last field its bits.
pub(crate) const AT_MOST: usize = 1 << 10;
/// The largest number of lines, as its field says it, whose sum can be told. What is below nothing in the fields before
/// it borrows one; where up to [`AT_MOST`] lines too many were added, they take or carry no more than three.
const MOST: u64 = (1 << ADDED_BITS) - 3;

/// What changes in a query, or in some.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(64))]
pub(crate) struct Slim([i64; SLIM_WORDS]);

impl AsMut<[i64; SLIM_WORDS]> for Slim {
    #[inline(always)]
    fn as_mut(&mut self) -> &mut [i64; SLIM_WORDS] {
        &mut self.0
    }
}

impl AsRef<[i64; SLIM_WORDS]> for Slim {
    #[inline(always)]
    fn as_ref(&self) -> &[i64; SLIM_WORDS] {
        &self.0
    }
}

impl Addend for Slim {
    const ZERO: Slim = Slim([0; SLIM_WORDS]);

    #[inline(always)]
    fn add(&mut self, other: &Slim, adder: impl Adder) {
        adder.add(&mut self.0, &other.0);
    }
}

/// What slim lines are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Changes from one answer to another.
    Changes,
    /// Answers that are known in all, and are correct where their query is adequately answered. Whether it is solvable
    /// stands where changes say that.
    Answers,
}

/// The units of changes: by quantity with a word of its own, how often 2^-64 of that of its lane is doubled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Units {
    doubled: [u32; WHOLE],
    /// What counts say of every answer that has a slim line.
    usual: Line,
}

impl Units {
    /// The smallest units in which changes of power and of each account have room, by the largest of each, in the unit
    /// of its lane. Answers have the accounts that are `known`.
    pub fn of(largest: impl Iterator<Item = f64>, known: [bool; ACCOUNTS.len()]) -> Units {
        let mut doubled = [0; WHOLE];
        for ((doubled, largest), (_, _, bits)) in doubled.iter_mut().zip(largest).zip(FIELDS) {
            // Bits of the largest number before the binary point.
            let before = largest.max(1.0).log2().floor() as u32 + 1;
            *doubled = (before + 64).saturating_sub(BELOW + bits - ADDED_BITS - 1);
        }
        let [energy, flops, cost, latency] = known;
        let counts = [marks(true, true, false), marks(false, energy, flops), marks(cost, latency, false), 0];
        let usual = Line::of_words(|word| word.checked_sub(FIRST_COUNTS).map_or(0, |word| counts[word]));
        Units { doubled, usual }
    }

    /// Whether there is a place for the counts of an answer, by the words of its line: 0 if so.
    #[inline(always)]
    pub fn without_place(&self, [first, second, third, last]: [i64; COUNTS / 3]) -> i64 {
        let usual = |word: usize| self.usual.word(FIRST_COUNTS + word);
        let (first_differs, third_differs) = ((first ^ usual(0)) & BELOW_HIGHEST, (third ^ usual(2)) & BELOW_HIGHEST);
        first_differs | (second ^ usual(1)) >> COUNT_BITS | third_differs | highest_count(first ^ last)
    }

    /// Of a number by its higher and lower word the slim line's word and field, and which bits have no place.
    #[inline(always)]
    fn parts(&self, place: usize, (high, low): (i64, i64)) -> (i64, i64, i64) {
        let ((_, first, _), doubled) = (FIELDS[place], self.doubled[place]);
        let whole = (high << (LOW_BITS as u32 - doubled)).wrapping_add(low >> doubled);
        // Lower words may be below nothing.
        let field = high.wrapping_add(low >> LOW_BITS) >> (BELOW - LOW_BITS as u32 + doubled);
        (whole, field << first, low & ((1 << doubled) - 1))
    }
}

/// Agreement, agreement of tiers and adequate answers by their word of a line or a change.
#[inline(always)]
pub(super) fn last_counts(word: i64) -> [i64; 3] {
    // Each takes what it has below nothing from those above.
    let lowest = |word: i64| word << ABOVE_COUNT >> ABOVE_COUNT;
    let agrees = lowest(word);
    let tier_and_more = word.wrapping_sub(agrees) >> COUNT_BITS;
    let tier_agrees = lowest(tier_and_more);
    [agrees, tier_agrees, tier_and_more.wrapping_sub(tier_agrees) >> COUNT_BITS]
}

/// The highest count of a word.
#[inline(always)]
pub(super) fn highest_count(word: i64) -> i64 {
    word >> (2 * COUNT_BITS)
}

/// What changes in counts that have no place in slim lines, as bits, by the words of a line in which any differ.
pub(super) fn without_place(differing: &Line) -> i64 {
    let word = |word: usize| differing.word(FIRST_COUNTS + word);
    word(0) & BELOW_HIGHEST | word(1) >> COUNT_BITS | word(2)
}

/// Slim lines of some queries, before they are put side by side.
pub(super) struct Slims {
    words: [[i64; TILE]; SLIM_WORDS],
}

impl Slims {
    pub fn new() -> Self {
        Slims { words: [[0; TILE]; SLIM_WORDS] }
    }

    /// Their words, one after the other.
    pub fn words(&self) -> &[[i64; TILE]; SLIM_WORDS] {
        &self.words
    }

    /// Takes what of a query is told by the last word: its score, its power, and whether it is correct. Tells which bits
    /// have no place.
    #[inline(always)]
    pub fn set_last(&mut self, index: usize, units: &Units, (high, low): (i64, i64), power: (i64, i64), correct: i64) -> i64 {
        let (whole, field, left) = units.parts(0, power);
        self.words[0][index] = whole;
        let fields = field.wrapping_add(high >> STEP << SCORE).wrapping_add(correct << CORRECT).wrapping_add(1 << LINES);
        self.words[SLIM_WORDS - 1][index] = fields;
        left | low | high.wrapping_abs() & !(STEPS << STEP)
    }

    /// Takes two accounts by their numbers, and two counts, which are told by the same word.
    #[inline(always)]
    pub fn set_two(&mut self, index: usize, units: &Units, accounts: [(usize, (i64, i64)); 2], counts: [i64; 2]) -> i64 {
        let [(one, one_words), (other, other_words)] = accounts;
        let (one_whole, one_field, one_left) = units.parts(1 + one, one_words);
        let (other_whole, other_field, other_left) = units.parts(1 + other, other_words);
        (self.words[1 + one][index], self.words[1 + other][index]) = (one_whole, other_whole);
        let counts = (counts[0] << FIRST_COUNT).wrapping_add(counts[1] << SECOND_COUNT);
        self.words[FIELDS[1 + one].0][index] = one_field.wrapping_add(other_field).wrapping_add(counts);
        one_left | other_left
    }
}

#[cfg(test)]
mod tests;
