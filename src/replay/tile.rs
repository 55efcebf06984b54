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
    /// By quantity: scores, powers and accounts, in the units of lanes.
    numbers: [[f64; TILE]; QUANTITIES],
    words: [[i64; TILE]; WORDS],
}

impl Tile {
    pub fn new() -> Self {
        Tile { queries: 0, numbers: [[0.0; TILE]; QUANTITIES], words: [[0; TILE]; WORDS] }
    }

    /// Takes the place of what was there; `start` is where the answers stand in their block.
    pub fn fill(&mut self, answers: &Answers, judge: &Judge, start: usize, correct_at: f64) {
        self.queries = answers.score.len();
        wide::run(Fill { tile: self, answers, judge, start, correct_at });
    }

    /// The numbers of a quantity, 0 where not known.
    pub fn numbers(&self, quantity: usize) -> &[f64] {
        &self.numbers[quantity][..self.queries]
    }

    /// Puts the words of each line side by side.
    pub fn lines(&self, lines: &mut [Line]) {
        let queries = self.queries.min(lines.len());
        wide::side_by_side(&self.words, &mut lines[..queries]);
    }

    /// How many queries there are.
    pub fn len(&self) -> usize {
        self.queries
    }

    /// Takes the words of another tile away, and says by query whether anything is left.
    pub fn less(&mut self, other: &Tile) -> [bool; TILE] {
        let mut left = [false; TILE];
        wide::run(Less { words: &mut self.words, other: &other.words, left: &mut left });
        left
    }

    /// Adds up marks, and those in which two tiles differ.
    pub fn add_marks(&self, other: &Tile, sums: &mut [Line; 3]) {
        wide::run(AddMarks { mine: &self.words, theirs: &other.words, queries: self.queries.min(TILE), sums });
    }
}

struct AddMarks<'a> {
    mine: &'a [[i64; TILE]; WORDS],
    theirs: &'a [[i64; TILE]; WORDS],
    queries: usize,
    sums: &'a mut [Line; 3],
}

impl Loop for AddMarks<'_> {
    #[inline(always)]
    fn run(self) {
        for word in FIRST_COUNTS..WORDS {
            let (mut right, mut wrong, mut differing) = (0i64, 0i64, 0i64);
            for (mine, theirs) in self.mine[word][..self.queries].iter().zip(&self.theirs[word]) {
                (right, wrong) = (right.wrapping_add(*mine), wrong.wrapping_add(*theirs));
                differing = differing.wrapping_add(mine ^ theirs);
            }
            self.sums[0].add_word(word, right);
            self.sums[1].add_word(word, wrong);
            self.sums[2].add_word(word, differing);
        }
    }
}

struct Less<'a> {
    words: &'a mut [[i64; TILE]; WORDS],
    other: &'a [[i64; TILE]; WORDS],
    left: &'a mut [bool; TILE],
}

impl Loop for Less<'_> {
    #[inline(always)]
    fn run(self) {
        let mut any = [0; TILE];
        for word in 0..WORDS {
            for index in 0..TILE {
                let less = self.words[word][index].wrapping_sub(self.other[word][index]);
                self.words[word][index] = less;
                any[index] |= less;
            }
        }
        for index in 0..TILE {
            self.left[index] = any[index] != 0;
        }
    }
}

struct Fill<'a, 'b> {
    tile: &'a mut Tile,
    answers: &'a Answers<'b>,
    judge: &'a Judge<'b>,
    start: usize,
    correct_at: f64,
}

impl Loop for Fill<'_, '_> {
    #[inline(always)]
    fn run(mut self) {
        self.numbers();
        self.marks();
        self.split();
    }
}

impl Fill<'_, '_> {
    /// The quantities as they are, NaN where not known.
    #[inline(always)]
    fn numbers(&mut self) {
        let Fill { tile, answers, .. } = self;
        let queries = tile.queries.min(TILE);
        tile.numbers[0][..queries].copy_from_slice(&answers.score[..queries]);
        let (energy_j, latency_s) = (&answers.totals[ENERGY][..queries], &answers.totals[LATENCY][..queries]);
        for index in 0..queries {
            tile.numbers[1][index] = line::power(energy_j[index], latency_s[index]);
        }
        for account in 0..ACCOUNTS.len() {
            let totals = &answers.totals[account][..queries];
            for index in 0..queries {
                // Units are powers of two: multiplying by their inverse is exact.
                tile.numbers[2 + account][index] = totals[index] * (1.0 / UNITS[account]);
            }
        }
    }

    /// The words of counts.
    #[inline(always)]
    fn marks(&mut self) {
        let Fill { tile, answers, judge, start, correct_at } = self;
        let queries = tile.queries.min(TILE);
        let first = &answers.first[..queries];
        let (oracle, oracle_is_local, solvable) =
            (&judge.oracle()[*start..][..queries], &judge.oracle_is_local()[*start..][..queries], &judge.solvable[*start..][..queries]);
        let mut tier_agrees = [false; TILE];
        judge.are_local(first, &mut tier_agrees);
        for index in 0..queries {
            tier_agrees[index] = tier_agrees[index] == oracle_is_local[index];
        }
        for index in 0..queries {
            let number = |quantity: usize| tile.numbers[quantity][index];
            let correct = number(0) >= *correct_at;
            let judgement =
                line::Judgement { solvable: solvable[index], agrees: first[index] == oracle[index], tier_agrees: tier_agrees[index] };
            let totals = [number(2), number(3), number(4), number(5)];
            let counts = line::counts(number(0), correct, number(1), totals, judgement);
            for word in 0..COUNTS / 3 {
                let marks = line::marks(counts[3 * word], counts[3 * word + 1], counts[3 * word + 2]);
                tile.words[FIRST_COUNTS + word][index] = marks;
            }
        }
    }

    /// The words of quantities.
    #[inline(always)]
    fn split(&mut self) {
        let queries = self.tile.queries.min(TILE);
        for quantity in 0..QUANTITIES {
            for index in 0..queries {
                let number = line::at_least_nothing(self.tile.numbers[quantity][index]);
                self.tile.numbers[quantity][index] = number;
                let (high, low) = line::split(number);
                self.tile.words[quantity][index] = high;
                self.tile.words[QUANTITIES + quantity][index] = low;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::exact::Exact;
    use super::super::lane::Lane;
    use super::*;

    /// The lines of answers that all are the oracle's, which is local.
    fn lines_of(score: &[f64], totals: [&[f64]; ACCOUNTS.len()], correct_at: f64) -> (Tile, Vec<Line>) {
        let first = vec![0; score.len()];
        let solvable = vec![true; score.len()];
        let judge = Judge::new(0, None, first.clone(), vec![true], &solvable);
        let (mut tile, mut lines) = (Tile::new(), vec![Line::ZERO; score.len()]);
        tile.fill(&Answers { score, totals, first: &first }, &judge, 0, correct_at);
        tile.lines(&mut lines);
        (tile, lines)
    }

    #[test]
    fn lines_add_up_to_exact_sums() {
        let value = |index: usize, scale: f64| (index as f64).sqrt() * scale;
        let (mut sum, mut exact, mut right) = (Line::ZERO, [Exact::ZERO; QUANTITIES], 0);
        for start in (0..5000).step_by(50) {
            let column = |scale: f64| (start..start + 50).map(|index| value(index, scale)).collect::<Vec<_>>();
            let score: Vec<f64> = column(0.31).iter().map(|value| value.fract()).collect();
            let [energy_j, flops, cost_usd, latency_s] = [1e6, 1e15, 1e-7, 0.7].map(column);
            let (_, lines) = lines_of(&score, [&energy_j, &flops, &cost_usd, &latency_s], 0.5);
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
        let (tile, lines) = lines_of(&[0.5], [&[f64::NAN], &[1.0], &[f64::NAN], &[f64::NAN]], 0.6);
        let known: Vec<f64> = (0..4).map(|account| lines[0].exact(Lane::Known(account)).to_f64()).collect();
        assert_eq!(known, [0.0, 1.0, 0.0, 0.0]);
        assert_eq!([Lane::Sum(0), Lane::Power, Lane::PowerKnown, Lane::Correct].map(|lane| lines[0].exact(lane)), [Exact::ZERO; 4]);
        assert_eq!((tile.numbers(1), tile.numbers(3)), (&[0.0][..], &[1.0 / UNITS[1]][..]));
    }

    #[test]
    fn marks_differ_where_answers_do() {
        let (right, _) = lines_of(&[1.0, 0.0], [&[1.0, 1.0]; 4], 0.5);
        let (wrong, _) = lines_of(&[0.0, 0.0], [&[1.0, f64::NAN]; 4], 0.5);
        let mut sums = [Line::ZERO; 3];
        right.add_marks(&wrong, &mut sums);
        let of = |lane: Lane| sums.map(|line| line.exact(lane).to_f64());
        assert_eq!((of(Lane::Correct), of(Lane::Known(0)), of(Lane::Queries)), ([1.0, 0.0, 1.0], [2.0, 1.0, 1.0], [2.0, 2.0, 0.0]));
    }
}
