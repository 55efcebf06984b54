//! Making lines: answers as columns of numbers, which loops in wide registers turn into words.
//!
//! A line is sixteen words of one query, a register holds one number of several queries: the words are
//! made column by column for a few queries that stay in the nearest cache, and then put side by side.

// Loops over queries and words by their number are what compilers turn into wide operations.
#![allow(clippy::needless_range_loop)]

use super::block::Judge;
use super::lane::UNITS;
use super::line::{self, COUNTS, ENERGY, FIRST_COUNTS, LATENCY, Line, QUANTITIES, WORDS};
use crate::trace::EndpointIx;
use crate::wide::{self, Loop};
use crate::workload::ACCOUNTS;

/// Queries whose lines are made at a time.
pub(super) const TILE: usize = 64;

/// Some answers: by query the score, what was taken in each account, NaN where not known, and the
/// endpoint of the first attempt.
#[derive(Clone, Copy)]
pub(crate) struct Answers<'a> {
    pub score: &'a [f64],
    pub totals: [&'a [f64]; ACCOUNTS.len()],
    pub first: &'a [EndpointIx],
}

/// The lines of some queries, before they are put side by side.
pub(crate) struct Tile {
    queries: usize,
    words: [[i64; TILE]; WORDS],
}

impl Tile {
    pub fn new() -> Self {
        Tile { queries: 0, words: [[0; TILE]; WORDS] }
    }

    /// Takes the place of what was there; `start` is where the answers stand in their block.
    pub fn fill(&mut self, answers: &Answers, judge: &Judge, start: usize, correct_at: f64) {
        self.queries = answers.score.len().min(TILE);
        wide::run(Fill { words: &mut self.words, answers, judge, start, correct_at });
    }

    /// Puts the words of each line side by side.
    pub fn lines(&self, lines: &mut [Line]) {
        let queries = self.queries.min(lines.len());
        wide::side_by_side(&self.words, &mut lines[..queries]);
    }
}

struct Fill<'a, 'b> {
    words: &'a mut [[i64; TILE]; WORDS],
    answers: &'a Answers<'b>,
    judge: &'a Judge<'b>,
    start: usize,
    correct_at: f64,
}

impl Loop for Fill<'_, '_> {
    #[inline(always)]
    fn run(self) {
        // Most tiles are whole, and their loops have a length that the compiler knows.
        match self.answers.score.len() {
            TILE => self.fill(TILE),
            queries => self.fill(queries),
        }
    }
}

impl Fill<'_, '_> {
    #[inline(always)]
    fn fill(self, queries: usize) {
        let Fill { words, answers, judge, start, correct_at } = self;
        let powers = answers.powers(queries);
        for quantity in 0..QUANTITIES {
            let numbers = answers.numbers(quantity, &powers, queries);
            for index in 0..queries {
                let (high, low) = line::split(numbers[index]);
                words[quantity][index] = high;
                words[QUANTITIES + quantity][index] = low;
            }
        }
        let counting = answers.counting(&powers, judge, start, correct_at, queries);
        for index in 0..queries {
            let counts = counting.words(index);
            for word in 0..counts.len() {
                words[FIRST_COUNTS + word][index] = counts[word];
            }
        }
    }
}

impl Answers<'_> {
    /// The power of each answer, NaN where not known.
    #[inline(always)]
    pub(super) fn powers(&self, queries: usize) -> [f64; TILE] {
        let mut powers = [f64::NAN; TILE];
        let (energy_j, latency_s) = (&self.totals[ENERGY][..queries], &self.totals[LATENCY][..queries]);
        for index in 0..queries {
            powers[index] = line::power(energy_j[index], latency_s[index]);
        }
        powers
    }

    /// A quantity of each answer in the unit of its lane, as lines add it up: 0 where not known.
    #[inline(always)]
    pub(super) fn numbers(&self, quantity: usize, powers: &[f64; TILE], queries: usize) -> [f64; TILE] {
        let (column, factor) = match quantity {
            0 => (self.score, 1.0),
            1 => (&powers[..], 1.0),
            // Units are powers of two: multiplying by their inverse is exact.
            _ => (self.totals[quantity - 2], 1.0 / UNITS[quantity - 2]),
        };
        let column = &column[..queries];
        let mut numbers = [0.0; TILE];
        for index in 0..queries {
            numbers[index] = line::at_least_nothing(column[index] * factor);
        }
        numbers
    }

    /// What the words of counts are made of; `start` is where the answers stand in their block.
    #[inline(always)]
    pub(super) fn counting<'a>(
        &'a self,
        powers: &'a [f64; TILE],
        judge: &'a Judge,
        start: usize,
        correct_at: f64,
        queries: usize,
    ) -> Counting<'a> {
        let (first, oracle_is_local) = (&self.first[..queries], &judge.oracle_is_local()[start..][..queries]);
        let mut tier_agrees = [false; TILE];
        judge.are_local(first, &mut tier_agrees);
        for index in 0..queries {
            tier_agrees[index] = tier_agrees[index] == oracle_is_local[index];
        }
        let [energy_j, flops, cost_usd, latency_s] = self.totals;
        Counting {
            first,
            score: &self.score[..queries],
            powers: &powers[..queries],
            totals: [&energy_j[..queries], &flops[..queries], &cost_usd[..queries], &latency_s[..queries]],
            oracle: &judge.oracle()[start..][..queries],
            solvable: &judge.solvable[start..][..queries],
            tier_agrees,
            correct_at,
        }
    }
}

/// What the words of counts of some answers are made of.
pub(super) struct Counting<'a> {
    first: &'a [EndpointIx],
    score: &'a [f64],
    powers: &'a [f64],
    totals: [&'a [f64]; ACCOUNTS.len()],
    oracle: &'a [EndpointIx],
    solvable: &'a [bool],
    tier_agrees: [bool; TILE],
    correct_at: f64,
}

impl Counting<'_> {
    /// The words of an answer.
    #[inline(always)]
    pub fn words(&self, index: usize) -> [i64; COUNTS / 3] {
        let judgement = line::Judgement {
            solvable: self.solvable[index],
            agrees: self.first[index] == self.oracle[index],
            tier_agrees: self.tier_agrees[index],
        };
        let [energy_j, flops, cost_usd, latency_s] = &self.totals;
        let totals = [energy_j[index], flops[index], cost_usd[index], latency_s[index]];
        let score = self.score[index];
        let counts = line::counts(score, score >= self.correct_at, self.powers[index], totals, judgement);
        let mut words = [0; COUNTS / 3];
        for word in 0..words.len() {
            words[word] = line::marks(counts[3 * word], counts[3 * word + 1], counts[3 * word + 2]);
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::super::exact::Exact;
    use super::super::lane::Lane;
    use super::*;

    /// The lines of answers that all are the oracle's, which is local.
    fn lines_of(score: &[f64], totals: [&[f64]; ACCOUNTS.len()], correct_at: f64) -> Vec<Line> {
        let first = vec![0; score.len()];
        let solvable = vec![true; score.len()];
        let judge = Judge::new(0, None, first.clone(), vec![true], &solvable);
        let (mut tile, mut lines) = (Tile::new(), vec![Line::ZERO; score.len()]);
        tile.fill(&Answers { score, totals, first: &first }, &judge, 0, correct_at);
        tile.lines(&mut lines);
        lines
    }

    #[test]
    fn lines_add_up_to_exact_sums() {
        let value = |index: usize, scale: f64| (index as f64).sqrt() * scale;
        let (mut sum, mut exact, mut right) = (Line::ZERO, [Exact::ZERO; QUANTITIES], 0);
        for start in (0..5000).step_by(50) {
            let column = |scale: f64| (start..start + 50).map(|index| value(index, scale)).collect::<Vec<_>>();
            let score: Vec<f64> = column(0.31).iter().map(|value| value.fract()).collect();
            let [energy_j, flops, cost_usd, latency_s] = [1e6, 1e15, 1e-7, 0.7].map(column);
            let lines = lines_of(&score, [&energy_j, &flops, &cost_usd, &latency_s], 0.5);
            lines.iter().for_each(|line| sum.add(line));
            for index in 0..50 {
                right += u32::from(score[index] >= 0.5);
                let power = if latency_s[index] > 0.0 { energy_j[index] / latency_s[index] } else { f64::NAN };
                let all = [score[index], power, energy_j[index], flops[index] / UNITS[1], cost_usd[index], latency_s[index]];
                exact.iter_mut().zip(all).for_each(|(sum, value)| *sum += Exact::known(value));
            }
        }
        let lanes = [Lane::Score, Lane::Power, Lane::Sum(0), Lane::Sum(1), Lane::Sum(2), Lane::Sum(3)];
        assert_eq!(lanes.map(|lane| sum.exact(lane)), exact);
        let counts = |lanes: &[Lane]| lanes.iter().map(|&lane| sum.exact(lane).to_f64()).collect::<Vec<_>>();
        assert_eq!(counts(&[Lane::Correct, Lane::Adequate]), [f64::from(right); 2]);
        // The power of the first, which took no time, is not known.
        assert_eq!(
            counts(&[Lane::PowerKnown, Lane::Queries, Lane::Solvable, Lane::Agreement, Lane::TierAgreement]),
            [4999.0, 5000.0, 5000.0, 5000.0, 5000.0]
        );
        assert_eq!(sum.exact(Lane::Theirs(0, 0)), Exact::ZERO);
    }

    #[test]
    fn what_is_not_known_adds_nothing() {
        let lines = lines_of(&[0.5], [&[f64::NAN], &[1.0], &[f64::NAN], &[f64::NAN]], 0.6);
        let known: Vec<f64> = (0..4).map(|account| lines[0].exact(Lane::Known(account)).to_f64()).collect();
        assert_eq!(known, [0.0, 1.0, 0.0, 0.0]);
        assert_eq!([Lane::Sum(0), Lane::Power, Lane::PowerKnown, Lane::Correct].map(|lane| lines[0].exact(lane)), [Exact::ZERO; 4]);
    }
}
