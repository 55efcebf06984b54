//! What one answer adds to a tally, as sixteen words that are added side by side.
//!
//! The exact sums of a tally are integers of 128 bits ([`Exact`]), and adding a score of them for each
//! query and policy is most of a replay's work. A line holds the same numbers in two words each, the
//! lower one of 44 bits, and twelve counts of queries in fields of 21 bits: adding a line is sixteen
//! additions that have nothing to do with each other, which compilers turn into a few wide ones. Rows of
//! lines are turned into exact sums before a word can overflow, so that totals are the same to the last bit.

// Loops over words by their number are what compilers turn into wide additions.
#![allow(clippy::needless_range_loop)]

use super::exact::Exact;
use super::lane::{Lane, UNITS};
use crate::wide::Adder;
use crate::workload::ACCOUNTS;

/// Words of a line.
pub(super) const WORDS: usize = 16;
/// Bits of the lower word of a quantity; the higher words of a line come first, then the lower ones.
pub(super) const LOW_BITS: i32 = 44;
/// See [`split`].
const ROUNDS: f64 = 1.5 * (1u64 << 52) as f64;
/// Quantities: score, power, and the accounts.
pub(super) const QUANTITIES: usize = 2 + ACCOUNTS.len();
/// Bits of a count; three are a word.
pub(super) const COUNT_BITS: usize = 21;
/// Lines that may be added up before counts and lower words overflow.
const MOST_LINES: i32 = 19;
/// A quantity below 2^30 of its unit leaves room for as many lines as a block has queries.
const LARGEST_EXPONENT: i32 = 30;
/// Positions of energy, operations, cost and time among the accounts.
pub(super) const ENERGY: usize = 0;
pub(super) const FLOPS: usize = 1;
pub(super) const COST: usize = 2;
pub(super) const LATENCY: usize = 3;

/// What an answer adds, or a sum of such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(64))]
pub(crate) struct Line([i64; WORDS]);

/// The lanes of a line: quantities, then counts of queries, in the order of [`counts`].
pub(crate) const LANES: [Lane; QUANTITIES + COUNTS] = [
    Lane::Score,
    Lane::Power,
    Lane::Sum(0),
    Lane::Sum(1),
    Lane::Sum(2),
    Lane::Sum(3),
    Lane::Queries,
    Lane::Scored,
    Lane::Correct,
    Lane::PowerKnown,
    Lane::Known(0),
    Lane::Known(1),
    Lane::Known(2),
    Lane::Known(3),
    Lane::Solvable,
    Lane::Agreement,
    Lane::TierAgreement,
    Lane::Adequate,
];

/// Where a lane stands in [`LANES`]; nowhere where lines do not hold it.
pub(crate) fn place_of(lane: Lane) -> Option<usize> {
    LANES.iter().position(|&known| known == lane)
}

/// Counts of a line.
pub(super) const COUNTS: usize = 12;

/// The lower word of the first account.
const FIRST_ACCOUNT_LOW: usize = QUANTITIES + 2;
/// The first word of counts.
pub(super) const FIRST_COUNTS: usize = 2 * QUANTITIES;

/// What an oracle says of the choice for a query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judgement {
    pub solvable: bool,
    pub agrees: bool,
    pub tier_agrees: bool,
}

/// Power, known where energy and a time above 0 are.
#[inline(always)]
pub(super) fn power(energy_j: f64, latency_s: f64) -> f64 {
    if latency_s > 0.0 { energy_j / latency_s } else { f64::NAN }
}

/// Which counts an answer adds one to. A query whose answer is looked at did not leave the comparison.
#[inline(always)]
pub(super) fn counts(score: f64, correct: bool, power: f64, totals: [f64; ACCOUNTS.len()], judgement: Judgement) -> [bool; COUNTS] {
    let Judgement { solvable, agrees, tier_agrees } = judgement;
    let known = |account: usize| !totals[account].is_nan();
    [
        true,
        !score.is_nan(),
        correct,
        !power.is_nan(),
        known(0),
        known(1),
        known(2),
        known(3),
        solvable,
        agrees,
        tier_agrees,
        solvable & correct,
    ]
}

/// Three marks as a word of counts.
#[inline(always)]
pub(super) fn marks(first: bool, second: bool, third: bool) -> i64 {
    i64::from(first) | i64::from(second) << COUNT_BITS | i64::from(third) << (2 * COUNT_BITS)
}

/// A quantity as a line adds it: what is not known adds nothing, and nothing is below it.
#[inline(always)]
pub(super) fn at_least_nothing(value: f64) -> f64 {
    if value > 0.0 { value } else { 0.0 }
}

/// The higher and the lower word of a quantity, rounded to the nearest multiple of 2^-64.
#[inline(always)]
pub(super) fn split(value: f64) -> (i64, i64) {
    // Adding 1.5 * 2^52 rounds a number below 2^51 to a whole one, which the last bits then hold.
    let scaled = value * (1u64 << (64 - LOW_BITS)) as f64;
    let high = scaled + ROUNDS;
    let rest = scaled - (high - ROUNDS);
    let low = rest * (1u64 << LOW_BITS) as f64 + ROUNDS;
    (high.to_bits().wrapping_sub(ROUNDS.to_bits()) as i64, low.to_bits().wrapping_sub(ROUNDS.to_bits()) as i64)
}

/// How many lines may be added up where no quantity of one exceeds `largest` of its unit; `None` where
/// a quantity is too large for a line.
pub(super) fn room(largest: f64) -> Option<usize> {
    // 2^(62 + 44 - 64) terms of 1 fit the upper word.
    let exponent = (largest.max(1.0).log2().floor() as i32) + 1;
    (exponent <= LARGEST_EXPONENT).then(|| 1 << (42 - exponent).min(MOST_LINES))
}

impl AsMut<[i64; WORDS]> for Line {
    #[inline(always)]
    fn as_mut(&mut self) -> &mut [i64; WORDS] {
        &mut self.0
    }
}

/// What rows add up.
pub(crate) trait Addend: Copy {
    /// Nothing.
    const ZERO: Self;

    /// Adds another one; to be marked `#[inline(always)]`, for loops.
    fn add(&mut self, other: &Self, adder: impl Adder);
}

impl Addend for Line {
    const ZERO: Line = Line::ZERO;

    #[inline(always)]
    fn add(&mut self, other: &Line, adder: impl Adder) {
        let (sums, words) = (self.0.as_chunks_mut().0, other.0.as_chunks().0);
        for part in 0..sums.len() {
            adder.add(&mut sums[part], &words[part]);
        }
    }
}

impl Line {
    /// Nothing.
    pub const ZERO: Line = Line([0; WORDS]);

    /// A line by its words.
    #[inline(always)]
    pub(super) fn of_words(word: impl Fn(usize) -> i64) -> Line {
        let mut line = Line::ZERO;
        for at in 0..WORDS {
            line.0[at] = word(at);
        }
        line
    }

    #[inline(always)]
    pub fn add(&mut self, other: &Line) {
        // All read before any is written: additions side by side.
        let (mine, theirs) = (self.0, other.0);
        for word in 0..WORDS {
            self.0[word] = mine[word].wrapping_add(theirs[word]);
        }
    }

    /// So many of it.
    #[inline(always)]
    pub fn times(&self, times: u32) -> Line {
        let mut product = Line::ZERO;
        for word in 0..WORDS {
            product.0[word] = self.0[word].wrapping_mul(i64::from(times));
        }
        product
    }

    /// Whether it adds nothing.
    #[inline(always)]
    pub fn is_nothing(&self) -> bool {
        let mut any = 0;
        for word in 0..WORDS {
            any |= self.0[word];
        }
        any == 0
    }

    #[inline(always)]
    pub fn less(&self, other: &Line) -> Line {
        let (mine, theirs) = (self.0, other.0);
        let mut less = Line::ZERO;
        for word in 0..WORDS {
            less.0[word] = mine[word].wrapping_sub(theirs[word]);
        }
        less
    }

    /// One of the words.
    #[inline(always)]
    pub(super) fn word(&self, word: usize) -> i64 {
        self.0[word]
    }

    /// Adds to one word.
    #[inline(always)]
    pub(super) fn add_word(&mut self, word: usize, more: i64) {
        self.0[word] = self.0[word].wrapping_add(more);
    }

    /// What is taken in each account, NaN where not known, and nothing else.
    #[inline(always)]
    pub fn of_accounts(totals: [f64; ACCOUNTS.len()]) -> Line {
        let mut line = Line::ZERO;
        for account in 0..ACCOUNTS.len() {
            let (high, low) = split(at_least_nothing(totals[account] * (1.0 / UNITS[account])));
            line.0[2 + account] = high;
            line.0[FIRST_ACCOUNT_LOW + account] = low;
        }
        line
    }

    /// Ones in the words of some accounts.
    pub fn mask_of_accounts(wanted: [bool; ACCOUNTS.len()]) -> Line {
        Line::of_words(|word| match word {
            2..QUANTITIES => -i64::from(wanted[word - 2]),
            FIRST_ACCOUNT_LOW..FIRST_COUNTS => -i64::from(wanted[word - FIRST_ACCOUNT_LOW]),
            _ => 0,
        })
    }

    /// The words that a mask has.
    #[inline(always)]
    pub fn masked(&self, mask: &Line) -> Line {
        let mut masked = Line::ZERO;
        for word in 0..WORDS {
            masked.0[word] = self.0[word] & mask.0[word];
        }
        masked
    }

    fn quantity(&self, quantity: usize) -> Exact {
        Exact((i128::from(self.0[quantity]) << LOW_BITS) + i128::from(self.0[QUANTITIES + quantity]))
    }

    fn count(&self, count: usize) -> Exact {
        // A difference of lines may have less than nothing of a count: half of what a field holds is added to each of
        // the three before they are looked at, so that none borrows from the next.
        let half = |field: usize| 1 << (COUNT_BITS * (field + 1) - 1);
        let word = self.0[FIRST_COUNTS + count / 3].wrapping_add(half(0) + half(1) + half(2));
        let field = (word >> (COUNT_BITS * (count % 3))) & ((1 << COUNT_BITS) - 1);
        Exact(i128::from(field - half(0)) * Exact::ONE.0)
    }

    /// What the line adds to a lane; nothing where it holds no such lane, as those of baselines.
    pub fn exact(&self, lane: Lane) -> Exact {
        place_of(lane).map_or(Exact::ZERO, |place| self.at(place))
    }

    /// What the line adds to the lane at a place of [`LANES`].
    #[inline]
    pub fn at(&self, place: usize) -> Exact {
        if place < QUANTITIES { self.quantity(place) } else { self.count(place - QUANTITIES) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Metric;

    #[test]
    fn accounts_stand_where_they_are_looked_for() {
        let metrics = [Metric::EnergyJ, Metric::Flops, Metric::CostUsd, Metric::LatencyS];
        assert_eq!([ENERGY, FLOPS, COST, LATENCY].map(|account| ACCOUNTS[account]), metrics);
    }

    /// A line of quantities alone.
    fn of(values: [f64; QUANTITIES]) -> Line {
        let words = values.map(|value| split(at_least_nothing(value)));
        Line::of_words(|word| match word {
            0..QUANTITIES => words[word].0,
            QUANTITIES..FIRST_COUNTS => words[word - QUANTITIES].1,
            _ => 0,
        })
    }

    #[test]
    fn room_suits_the_largest_quantity() {
        assert_eq!([0.0, 1.0, 1.6e7, 1.7e7, 6e8, 1e9].map(room), [1 << 19, 1 << 19, 1 << 18, 1 << 17, 1 << 12, 1 << 12].map(Some));
        assert_eq!(room(1.1e9), None);
        // At the limit: as many of the largest as there is room for.
        for largest in [1.6e7, 1e9] {
            let (mut line, count) = (of([1.0, 1.0, largest, 1.0, 1.0, 1.0]), room(largest).unwrap_or_default());
            (FIRST_COUNTS..WORDS).for_each(|word| line.add_word(word, marks(true, true, true)));
            let mut sum = Line::ZERO;
            (0..count).for_each(|_| sum.add(&line));
            assert_eq!(sum.exact(Lane::Sum(0)).to_f64(), largest * count as f64);
            assert_eq!([Lane::Queries, Lane::Known(3), Lane::Adequate].map(|lane| sum.exact(lane).to_f64()), [count as f64; 3]);
        }
    }

    #[test]
    fn differences_go_both_ways() {
        let (right, wrong) = (of([1.0, f64::NAN, 2.0, 3.0, 0.25, 0.0]), of([0.0, 5.5, 5.5, 3.0, 0.125, 1.0]));
        let mut back = wrong;
        back.add(&right.less(&wrong));
        assert_eq!((back, right.is_nothing(), right.less(&right).is_nothing()), (right, false, true));
    }

    #[test]
    fn counts_of_differences_may_be_below_nothing() {
        // Fields of one word: 1 - 0, 0 - 1 and 0 - 0, twice; alone, and once they are added to three of each.
        let of = |first, second, third| Line::of_words(|word| if word == FIRST_COUNTS { marks(first, second, third) } else { 0 });
        let difference = of(true, false, false).less(&of(false, true, false)).times(2);
        let counts = |line: Line| [Lane::Queries, Lane::Scored, Lane::Correct].map(|lane| line.exact(lane).to_f64());
        let mut sum = of(true, true, true).times(3);
        sum.add(&difference);
        assert_eq!((counts(difference), counts(sum)), ([2.0, -2.0, 0.0], [5.0, 1.0, 3.0]));
    }

    #[test]
    fn some_accounts_of_a_line() {
        let line = Line::of_accounts([2.5, 3.0 * UNITS[1], f64::NAN, 1.0]);
        let sums = |line: Line| [0, 1, 2, 3].map(|account| line.exact(Lane::Sum(account)).to_f64());
        assert_eq!(sums(line), [2.5, 3.0, 0.0, 1.0]);
        assert_eq!(sums(line.masked(&Line::mask_of_accounts([false, true, true, false]))), [0.0, 3.0, 0.0, 0.0]);
    }
}
