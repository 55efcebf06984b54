//! What changes in a query, in half the words of a line: a sweep adds it to a bin of every replicate.
//!
//! A quantity of a [`Line`] has two words, so that any number of them can be added up exactly. A change takes fewer
//! bits where few of them are added up at a time. Let v be a change in units so small that it is a multiple of them. A
//! slim line holds v modulo 2^64, in a word that may wrap around, and floor(v / 2^56), in a field of a few bits. What
//! 256 changes have below 2^56 adds up to less than 2^64, so that the word tells it once the sum of the fields is
//! known: sums of slim lines are as exact as those of lines.
//!
//! Changes that do not fit, since they are no multiple of the units, or differ in more than the fields say, remain
//! lines.

// Loops over queries and words by their number are what compilers turn into wide operations.
#![allow(clippy::needless_range_loop)]

use super::line::{Addend, COUNT_BITS, FIRST_COUNTS, LOW_BITS, Line, QUANTITIES, WORDS};
use super::tile::TILE;

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
/// Bits above a count of a line.
const ABOVE_COUNT: u32 = u64::BITS - COUNT_BITS as u32;
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

impl Addend for Slim {
    const ZERO: Slim = Slim([0; SLIM_WORDS]);

    #[inline(always)]
    fn add(&mut self, other: &Slim) {
        let (mine, theirs) = (self.0, other.0);
        for word in 0..SLIM_WORDS {
            self.0[word] = mine[word].wrapping_add(theirs[word]);
        }
    }
}

impl Slim {
    /// A field of a word by its first bit and its bits.
    #[inline]
    fn field(&self, word: usize, first: u32, bits: u32) -> i64 {
        // What is below a field borrows from it where it is below nothing.
        let below = if first == 0 { 0 } else { self.0[word] << (u64::BITS - first) >> (u64::BITS - first) };
        self.0[word].wrapping_sub(below) << (u64::BITS - first - bits) >> (u64::BITS - bits)
    }

    /// Takes it away again.
    fn take(&mut self, other: &Slim) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine = mine.wrapping_sub(theirs));
    }
}

/// The units of changes: by quantity with a word of its own, how often 2^-64 of that of its lane is doubled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Units([u32; WHOLE]);

impl Units {
    /// The smallest units in which changes of power and of each account have room, by the largest of each, in the unit
    /// of its lane.
    pub fn of(largest: impl Iterator<Item = f64>) -> Units {
        let mut doubled = [0; WHOLE];
        for ((doubled, largest), (_, _, bits)) in doubled.iter_mut().zip(largest).zip(FIELDS) {
            // Bits of the largest number before the binary point.
            let before = largest.max(1.0).log2().floor() as u32 + 1;
            *doubled = (before + 64).saturating_sub(BELOW + bits - ADDED_BITS - 1);
        }
        Units(doubled)
    }

    /// The sum of some slim lines, or one, as a line.
    #[inline]
    fn line(&self, slim: &Slim) -> Line {
        let count = |word: usize, first: u32| slim.field(word, first, ADDED_BITS + 1);
        let mut words = [0; WORDS];
        words[0] = slim.field(SLIM_WORDS - 1, SCORE, CORRECT - SCORE) << STEP;
        for (place, (word, first, bits)) in FIELDS.into_iter().enumerate() {
            let (field, doubled) = (slim.field(word, first, bits), self.0[place]);
            let below = slim.0[place].wrapping_sub(field << BELOW) as u64;
            // The higher word is rounded to the nearest, as those of lines are, so that lower ones stay as small.
            let low = (below << doubled) as i64 & ((1 << LOW_BITS) - 1);
            let up = low >> (LOW_BITS - 1);
            words[1 + place] = (field << (BELOW - LOW_BITS as u32 + doubled)) + (below >> (LOW_BITS as u32 - doubled)) as i64 + up;
            words[QUANTITIES + 1 + place] = low - (up << LOW_BITS);
        }
        words[FIRST_COUNTS] = count(SLIM_WORDS - 1, CORRECT) << (2 * COUNT_BITS);
        words[FIRST_COUNTS + 1] = count(6, SECOND_COUNT);
        let (agrees, tier_agrees, adequate) = (count(5, FIRST_COUNT), count(5, SECOND_COUNT), count(6, FIRST_COUNT));
        words[FIRST_COUNTS + 3] = agrees + (tier_agrees << COUNT_BITS) + (adequate << (2 * COUNT_BITS));
        Line::of_words(|word| words[word])
    }

    /// Takes sums to lines, and starts again at nothing.
    pub fn take(&self, sums: &mut [Slim], lines: &mut [Line]) {
        for (line, sum) in lines.iter_mut().zip(&mut *sums) {
            line.add(&self.line(sum));
        }
        sums.fill(Slim::ZERO);
    }

    /// Takes sums to lines where one has more lines than `many`, so that there is room for those of the next block. The
    /// lines that were added last, and to which sum each, are taken back first where there was no room for them.
    pub fn settle(&self, sums: &mut [Slim], many: u64, lines: &mut [Line], at: &[u32], added: &[Slim]) {
        let most = most(sums);
        if most <= many {
            return;
        }
        if most <= MOST {
            return self.take(sums, lines);
        }
        added.iter().zip(at).for_each(|(line, &at)| sums[at as usize].take(line));
        self.take(sums, lines);
        added.iter().zip(at).for_each(|(line, &at)| lines[at as usize].add(&self.line(line)));
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

    /// Starts anew with changes of scores, by their higher and lower words, and tells which bits have no place.
    #[inline(always)]
    pub fn scores(&mut self, [highs, lows]: &[[i64; TILE]; 2]) -> i64 {
        self.words[WHOLE..].fill([0; TILE]);
        let fields = &mut self.words[SLIM_WORDS - 1];
        let mut left = 0;
        for index in 0..TILE {
            let (high, low) = (highs[index], lows[index]);
            left |= low | high.wrapping_abs() & !(STEPS << STEP);
            fields[index] = (1i64 << LINES).wrapping_add(high >> STEP << SCORE);
        }
        left
    }

    /// Goes on with the changes of another quantity, and tells which bits have no place.
    #[inline(always)]
    pub fn quantity(&mut self, quantity: usize, units: &Units, [highs, lows]: &[[i64; TILE]; 2]) -> i64 {
        let place = quantity - 1;
        let ((word, first, _), doubled) = (FIELDS[place], units.0[place]);
        let (wholes, fields) = self.words.split_at_mut(WHOLE);
        let (wholes, fields) = (&mut wholes[place], &mut fields[word - WHOLE]);
        let mut left = 0;
        for index in 0..TILE {
            let (high, low) = (highs[index], lows[index]);
            left |= low & ((1 << doubled) - 1);
            wholes[index] = (high << (LOW_BITS as u32 - doubled)).wrapping_add(low >> doubled);
            // Lower words may be below nothing.
            let field = high.wrapping_add(low >> LOW_BITS) >> (BELOW - LOW_BITS as u32 + doubled);
            fields[index] = fields[index].wrapping_add(field << first);
        }
        left
    }

    /// Ends with changes of counts, by the words of lines, and tells which have no place of those that differ in any.
    #[inline(always)]
    pub fn counts(&mut self, change: &[[i64; TILE]; WORDS], differing: &Line) -> i64 {
        let word = |word: usize| differing.word(FIRST_COUNTS + word);
        let elsewhere = word(0) & ((1 << (2 * COUNT_BITS)) - 1) | word(1) >> COUNT_BITS | word(2);
        let [.., first, second, third] = &mut self.words;
        let (correct, known, agrees) = (&change[FIRST_COUNTS], &change[FIRST_COUNTS + 1], &change[FIRST_COUNTS + 3]);
        for index in 0..TILE {
            third[index] = third[index].wrapping_add(correct[index] >> (2 * COUNT_BITS) << CORRECT);
        }
        for index in 0..TILE {
            // Each takes what it has below nothing from those above.
            let agrees_and_more = agrees[index];
            let agrees = agrees_and_more << ABOVE_COUNT >> ABOVE_COUNT;
            let tier_and_more = agrees_and_more.wrapping_sub(agrees) >> COUNT_BITS;
            let tier_agrees = tier_and_more << ABOVE_COUNT >> ABOVE_COUNT;
            let adequate = tier_and_more.wrapping_sub(tier_agrees) >> COUNT_BITS;
            first[index] = first[index].wrapping_add(agrees << FIRST_COUNT).wrapping_add(tier_agrees << SECOND_COUNT);
            second[index] = second[index].wrapping_add(adequate << FIRST_COUNT).wrapping_add(known[index] << SECOND_COUNT);
        }
        elsewhere
    }
}

#[cfg(test)]
mod tests {
    use super::super::block::Judge;
    use super::super::line::LANES;
    use super::super::lines;
    use super::super::pair::{Both, Change, Pair};
    use super::super::tile::Answers;
    use super::*;
    use crate::draw::{Draws, Stream};
    use crate::trace::EndpointIx;
    use crate::workload::ACCOUNTS;

    /// Scores and accounts.
    type Answer = (f64, [f64; ACCOUNTS.len()]);

    /// A pair of answers of the first endpoint, the oracle's and local, and of the second.
    fn filled(right: &[Answer], wrong: &[Answer], units: Option<&Units>) -> Box<Pair> {
        let columns = |answers: &[Answer]| -> [Vec<f64>; 1 + ACCOUNTS.len()] {
            std::array::from_fn(|column| {
                answers.iter().map(|(score, accounts)| if column == 0 { *score } else { accounts[column - 1] }).collect()
            })
        };
        let (mine, theirs, first, other) = (columns(right), columns(wrong), vec![0; right.len()], vec![1; right.len()]);
        fn answers<'a>([score, a, b, c, d]: &'a [Vec<f64>; 5], first: &'a [EndpointIx]) -> Answers<'a> {
            Answers { score, totals: [a, b, c, d], first }
        }
        let solvable: Vec<bool> = right.iter().zip(wrong).map(|(right, wrong)| right.0.max(wrong.0) >= 1.0).collect();
        let judge = Judge::new(0, None, first.clone(), vec![true, false], &solvable);
        let mut pair = Box::new(Pair::new());
        pair.fill(&Both { right: answers(&mine, &first), wrong: answers(&theirs, &other), start: 0, correct_at: 1.0 }, &judge);
        pair.make_lines(units, true);
        pair
    }

    fn slims(pair: &Pair) -> Option<Vec<Slim>> {
        let Change::Slim(words) = pair.change() else { return None };
        Some((0..pair.len()).map(|query| Slim(std::array::from_fn(|word| words[word][query]))).collect())
    }

    fn wides(pair: &Pair) -> Option<Vec<Line>> {
        let Change::Lines(words) = pair.change() else { return None };
        Some((0..pair.len()).map(|query| Line::of_words(|word| words[word][query])).collect())
    }

    /// Random answers of some tiles: scores of quarters, numbers over the ranges that are expected.
    fn answers(seed: u64, local: bool) -> Vec<Answer> {
        let stream = Draws::new(seed, 0).stream(Stream::Sample, 0);
        let of = |query: u64| {
            let number = |draw: u64| stream.uniform(8 * query + draw);
            let [low, high]: [f64; 2] = if local { [0.3, 500.0] } else { [200.0, 65_000.0] };
            let accounts = [low * (high / low).powf(number(0)), 1e12 * (1.0 + 5e3 * number(1)), 0.01 * number(2), 0.5 + 6.0 * number(3)];
            ((number(4) * 5.0).floor() / 4.0, accounts)
        };
        (0..3_000).map(of).collect()
    }

    const LARGEST: [f64; WHOLE] = [150_000.0, 66_000.0, 5_000.0, 0.01, 700.0];

    #[test]
    fn sums_are_those_of_lines() {
        let (right, wrong, units) = (answers(1, true), answers(2, false), Units::of(LARGEST.into_iter()));
        let stream = Draws::new(3, 0).stream(Stream::Sample, 0);
        // Few rows get so many lines of a block that they are taken back.
        for (rows, block) in [(101, 600), (12, 600), (3, 600), (1, 100), (1, 1_000)] {
            let (mut slim, mut taken, mut expected) = (vec![Slim::ZERO; rows], vec![Line::ZERO; rows], vec![Line::ZERO; rows]);
            let many = many(block as f64 / rows as f64).unwrap_or(0);
            for start in (0..right.len()).step_by(block) {
                let (mut added, mut places) = (Vec::new(), Vec::new());
                for tile in (start..start + block).step_by(50) {
                    let (right, wrong) = (&right[tile..tile + 50], &wrong[tile..tile + 50]);
                    let at: Vec<u32> = (tile..tile + 50).map(|query| stream.below(query as u64, rows) as u32).collect();
                    lines::add(&mut expected, &at, &wides(&filled(right, wrong, None)).expect("lines are asked for"));
                    added.extend(slims(&filled(right, wrong, Some(&units))).expect("everything fits"));
                    places.extend(at);
                }
                lines::add(&mut slim, &places, &added);
                units.settle(&mut slim, many, &mut taken, &places, &added);
            }
            units.take(&mut slim, &mut taken);
            let sums = |lines: &[Line]| lines.iter().flat_map(|line| (0..LANES.len()).map(|place| line.at(place))).collect::<Vec<_>>();
            assert_eq!(sums(&taken), sums(&expected), "{rows} rows, {block} queries a block");
            assert!(slim.iter().all(|sum| *sum == Slim::ZERO));
        }
    }

    #[test]
    fn what_does_not_fit_remains_lines() {
        let units = Units::of(LARGEST.into_iter());
        let fits = |right: Answer, wrong: Answer| slims(&filled(&[right], &[wrong], Some(&units))).is_some();
        let usual = [10.3, 1e12, 0.001, 2.3];
        assert!(fits((1.0, usual), (0.0, usual)) && fits((0.25, usual), (1.0, [60_000.7, 5e15, 0.009, 650.9])));
        // A score of tenths, a smaller unit of energy, and a time that is no more known on one side than a score.
        assert!(!fits((0.1, usual), (0.0, usual)));
        assert!(!fits((1.0, [1e-9, 1e12, 0.001, 2.3]), (0.0, usual)));
        assert!(!fits((1.0, [10.3, 1e12, 0.001, f64::NAN]), (0.0, usual)) && !fits((f64::NAN, usual), (0.0, usual)));
        // An answer that takes no time has no power; more than one and fifteen sixteenths is no change of scores.
        assert!(fits((1.0, [10.3, 1e12, 0.001, 0.0]), (0.0, usual)) && !fits((2.0, usual), (0.0, usual)));
    }

    #[test]
    fn room_for_another_block() {
        assert_eq!([many(0.0), many(10.24), many(125.0), many(160.0), many(250.0)], [Some(253), Some(223), Some(60), Some(17), None]);
    }
}
