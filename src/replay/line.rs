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
use super::tally::{Lane, UNITS};
use crate::workload::ACCOUNTS;

/// Words of a line.
const WORDS: usize = 16;
/// Bits of the lower word of a quantity; the higher words of a line come first, then the lower ones.
const LOW_BITS: i32 = 44;
/// See [`Line::of`].
const ROUNDS: f64 = 1.5 * (1u64 << 52) as f64;
/// Quantities: score, power, and the accounts.
pub(super) const QUANTITIES: usize = 2 + ACCOUNTS.len();
/// Bits of a count; three are a word.
const COUNT_BITS: usize = 21;
/// Lines that may be added up before counts and lower words overflow.
const MOST_LINES: i32 = 18;
/// A quantity below 2^30 of its unit leaves room for as many lines as a block has queries.
const LARGEST_EXPONENT: i32 = 30;
/// Positions of energy and time among the accounts.
pub(super) const ENERGY: usize = 0;
pub(super) const LATENCY: usize = 3;

/// What an answer adds, or a sum of such.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(align(64))]
pub(crate) struct Line([i64; WORDS]);

/// The lanes of a line that count queries, by position.
const COUNTS: [Lane; 12] = [
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

/// The first word of counts.
const FIRST_COUNTS: usize = 2 * QUANTITIES;

/// Three marks as a word of counts.
#[inline(always)]
fn marks(first: bool, second: bool, third: bool) -> i64 {
    i64::from(first) | i64::from(second) << COUNT_BITS | i64::from(third) << (2 * COUNT_BITS)
}

/// How many lines may be added up where no quantity of one exceeds `largest` of its unit; `None` where
/// a quantity is too large for a line.
pub(super) fn room(largest: f64) -> Option<usize> {
    // 2^(62 + 44 - 64) terms of 1 fit the upper word.
    let exponent = (largest.max(1.0).log2().floor() as i32) + 1;
    (exponent <= LARGEST_EXPONENT).then(|| 1 << (42 - exponent).min(MOST_LINES))
}

impl Line {
    /// Nothing.
    pub const ZERO: Line = Line([0; WORDS]);

    /// The line of an answer: its score, whether it is correct, what it took, NaN where not known, and
    /// what an oracle says of the choice.
    #[inline(always)]
    pub fn of(score: f64, correct: bool, totals: [f64; ACCOUNTS.len()], judgement: Judgement) -> Line {
        // Power is known where energy and a time above 0 are.
        let power = if totals[LATENCY] > 0.0 { totals[ENERGY] / totals[LATENCY] } else { f64::NAN };
        // Units are powers of two: multiplying by their inverse is exact.
        let mut values = [score, power, 0.0, 0.0, 0.0, 0.0];
        for account in 0..ACCOUNTS.len() {
            values[2 + account] = totals[account] * (1.0 / UNITS[account]);
        }
        let mut line = Line::ZERO;
        for quantity in 0..QUANTITIES {
            // What is not known adds nothing, and nothing is below it.
            let value = if values[quantity] > 0.0 { values[quantity] } else { 0.0 };
            // Adding 1.5 * 2^52 rounds a number below 2^51 to a whole one, which the last bits then hold.
            let scaled = value * (1u64 << (64 - LOW_BITS)) as f64;
            let high = scaled + ROUNDS;
            let rest = scaled - (high - ROUNDS);
            let low = rest * (1u64 << LOW_BITS) as f64 + ROUNDS;
            line.0[quantity] = high.to_bits().wrapping_sub(ROUNDS.to_bits()) as i64;
            line.0[QUANTITIES + quantity] = low.to_bits().wrapping_sub(ROUNDS.to_bits()) as i64;
        }
        let Judgement { solvable, agrees, tier_agrees } = judgement;
        let known = |account: usize| !totals[account].is_nan();
        // A query whose result is looked at did not leave the comparison.
        line.0[FIRST_COUNTS] = marks(true, !score.is_nan(), correct);
        line.0[FIRST_COUNTS + 1] = marks(!power.is_nan(), known(0), known(1));
        line.0[FIRST_COUNTS + 2] = marks(known(2), known(3), solvable);
        line.0[FIRST_COUNTS + 3] = marks(agrees, tier_agrees, solvable && correct);
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

    #[inline(always)]
    pub fn less(&self, other: &Line) -> Line {
        let (mine, theirs) = (self.0, other.0);
        let mut less = Line::ZERO;
        for word in 0..WORDS {
            less.0[word] = mine[word].wrapping_sub(theirs[word]);
        }
        less
    }

    /// Some of the accounts of an answer, NaN for the others, and nothing else.
    #[inline(always)]
    pub fn of_accounts(taken: [f64; ACCOUNTS.len()]) -> Line {
        Line::of(f64::NAN, false, taken, Judgement { solvable: false, agrees: false, tier_agrees: false })
    }

    /// The accounts of a line that are wanted, and nothing else.
    #[inline(always)]
    pub fn accounts_of(&self, wanted: [bool; ACCOUNTS.len()]) -> Line {
        let mut line = Line::ZERO;
        for account in 0..ACCOUNTS.len() {
            let (high, mask) = (2 + account, -i64::from(wanted[account]));
            line.0[high] = self.0[high] & mask;
            line.0[QUANTITIES + high] = self.0[QUANTITIES + high] & mask;
        }
        line
    }

    /// The marks in which two answers differ, to be added up as counts; no quantities.
    #[inline(always)]
    pub fn differing_marks(&self, other: &Line) -> Line {
        let mut marks = Line::ZERO;
        for word in FIRST_COUNTS..WORDS {
            marks.0[word] = self.0[word] ^ other.0[word];
        }
        marks
    }

    /// The quantities as numbers: score, power, and the accounts in their units.
    #[inline(always)]
    pub fn numbers(&self) -> [f64; QUANTITIES] {
        let (high, low) = (1.0 / (1u64 << (64 - LOW_BITS)) as f64, 1.0 / (1u128 << 64) as f64);
        let mut numbers = [0.0; QUANTITIES];
        for quantity in 0..QUANTITIES {
            numbers[quantity] = self.0[quantity] as f64 * high + self.0[QUANTITIES + quantity] as f64 * low;
        }
        numbers
    }

    fn quantity(&self, quantity: usize) -> Exact {
        Exact((i128::from(self.0[quantity]) << LOW_BITS) + i128::from(self.0[QUANTITIES + quantity]))
    }

    fn count(&self, count: usize) -> Exact {
        let count = (self.0[FIRST_COUNTS + count / 3] >> (COUNT_BITS * (count % 3))) & ((1 << COUNT_BITS) - 1);
        Exact(i128::from(count) * Exact::ONE.0)
    }

    /// What the line adds to a lane; nothing where it holds no such lane, as those of baselines.
    pub fn exact(&self, lane: Lane) -> Exact {
        match lane {
            Lane::Score => self.quantity(0),
            Lane::Power => self.quantity(1),
            Lane::Sum(account) => self.quantity(2 + account),
            lane => COUNTS.iter().position(|&known| known == lane).map_or(Exact::ZERO, |count| self.count(count)),
        }
    }

    /// The lanes that a line holds.
    pub fn lanes() -> impl Iterator<Item = Lane> {
        COUNTS.into_iter().chain([Lane::Score, Lane::Power]).chain((0..ACCOUNTS.len()).map(Lane::Sum))
    }
}

/// What an oracle says of the choice for a query.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judgement {
    pub solvable: bool,
    pub agrees: bool,
    pub tier_agrees: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Metric;

    const UNJUDGED: Judgement = Judgement { solvable: true, agrees: false, tier_agrees: true };

    #[test]
    fn accounts_stand_where_power_looks_for_them() {
        assert_eq!((ACCOUNTS[ENERGY], ACCOUNTS[LATENCY]), (Metric::EnergyJ, Metric::LatencyS));
    }

    #[test]
    fn lines_add_up_to_exact_sums() {
        let value = |index: u32, scale: f64| f64::from(index).sqrt() * scale;
        let (mut sum, mut exact, mut right) = (Line::ZERO, [Exact::ZERO; QUANTITIES], 0);
        for index in 0..5000 {
            let score = (value(index, 0.31)).fract();
            let totals = [value(index, 1e6), value(index, 1e15), value(index, 1e-7), value(index, 0.7)];
            let correct = index % 3 == 0;
            right += i128::from(correct);
            sum.add(&Line::of(score, correct, totals, UNJUDGED));
            let power = if totals[3] > 0.0 { totals[0] / totals[3] } else { f64::NAN };
            let all = [score, power, totals[0], totals[1] / UNITS[1], totals[2], totals[3]];
            exact.iter_mut().zip(all).for_each(|(sum, value)| *sum += Exact::known(value));
        }
        let lanes = [Lane::Score, Lane::Power, Lane::Sum(0), Lane::Sum(1), Lane::Sum(2), Lane::Sum(3)];
        assert_eq!(lanes.map(|lane| sum.exact(lane)), exact);
        assert_eq!(sum.exact(Lane::Correct).0, right * Exact::ONE.0);
        // The power of the first, which took no time, is not known.
        assert_eq!((sum.exact(Lane::PowerKnown).to_f64(), sum.exact(Lane::Queries).to_f64()), (4999.0, 5000.0));
        assert_eq!([Lane::Solvable, Lane::Agreement, Lane::TierAgreement].map(|lane| sum.exact(lane).to_f64()), [5000.0, 0.0, 5000.0]);
        assert_eq!((sum.exact(Lane::Adequate), sum.exact(Lane::Theirs(0, 0))), (sum.exact(Lane::Correct), Exact::ZERO));
    }

    #[test]
    fn what_is_not_known_adds_nothing() {
        let line = Line::of(0.5, false, [f64::NAN, 1.0, f64::NAN, f64::NAN], UNJUDGED);
        let known: Vec<f64> = (0..4).map(|account| line.exact(Lane::Known(account)).to_f64()).collect();
        assert_eq!(known, [0.0, 1.0, 0.0, 0.0]);
        assert_eq!(
            (line.exact(Lane::Sum(0)), line.exact(Lane::Power), line.exact(Lane::PowerKnown)),
            (Exact::ZERO, Exact::ZERO, Exact::ZERO)
        );
    }

    #[test]
    fn room_suits_the_largest_quantity() {
        assert_eq!([0.0, 1.0, 1.6e7, 1.7e7, 6e8, 1e9].map(room), [1 << 18, 1 << 18, 1 << 18, 1 << 17, 1 << 12, 1 << 12].map(Some));
        assert_eq!(room(1.1e9), None);
        // At the limit: as many of the largest as there is room for.
        for largest in [1.6e7, 1e9] {
            let (line, count) = (Line::of(1.0, true, [largest, 1.0, 1.0, 1.0], UNJUDGED), room(largest).unwrap_or_default());
            let mut sum = Line::ZERO;
            (0..count).for_each(|_| sum.add(&line));
            assert_eq!(sum.exact(Lane::Sum(0)).to_f64(), largest * count as f64);
            assert_eq!(sum.exact(Lane::Known(3)).to_f64(), count as f64);
        }
    }

    #[test]
    fn differences_go_both_ways() {
        let (right, wrong) = (Line::of(1.0, true, [2.0, 3.0, 0.25, 0.0], UNJUDGED), Line::of(0.0, false, [5.5, 3.0, 0.125, 1.0], UNJUDGED));
        let mut back = wrong;
        back.add(&right.less(&wrong));
        assert_eq!(back, right);
        assert_eq!(wrong.numbers(), [0.0, 5.5, 5.5, 3.0 / UNITS[1], 0.125, 1.0]);
        let marks = right.differing_marks(&wrong);
        assert_eq!([Lane::Correct, Lane::PowerKnown, Lane::Adequate].map(|lane| marks.exact(lane).to_f64()), [1.0, 1.0, 1.0]);
        assert_eq!([Lane::Scored, Lane::TierAgreement, Lane::Sum(0)].map(|lane| marks.exact(lane).to_f64()), [0.0, 0.0, 0.0]);
    }
}
