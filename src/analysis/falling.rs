//! A score column from its highest score down, and what is added up on the way: every threshold curve.

/// Bits of a digit of the sort: the 256 places that are written to stay in the nearest cache.
const DIGIT_BITS: u32 = 8;
/// Digits that cover the 32 bits sorted by.
const DIGITS: usize = 4;
/// Bits of a row.
const ROW_BITS: u32 = 32;
/// Below so many rows, comparing is faster than counting.
const FEW: usize = 1 << 10;

/// The rows of a score column in the order of falling scores; rows of one score in their own order.
#[derive(Debug, Clone)]
pub struct Falling<'a> {
    scores: &'a [f64],
    /// Rows, each below bits of its score's key: where these differ, scores do.
    words: Vec<u64>,
}

/// What is accepted at a threshold: all rows whose score is at least it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The threshold: a score that occurs.
    pub threshold: f64,
    /// Rows that have this very score.
    pub tied: usize,
    /// Rows accepted.
    pub accepted: usize,
    /// The sum of what they gain. Rows of one score are added up before they are added to those above.
    pub gain: f64,
}

impl<'a> Falling<'a> {
    /// The order of at most 2^32 scores, none of them NaN.
    pub fn of(scores: &'a [f64]) -> Self {
        debug_assert!(scores.iter().all(|score| !score.is_nan()), "a score is known");
        Falling { scores, words: words(scores) }
    }

    /// The score that so many others stand before.
    pub fn score(&self, place: usize) -> f64 {
        self.scores[row(self.words[place])]
    }

    /// Every distinct threshold, from the highest down, with the sum of what the rows gain. 0 and -0 are
    /// one score.
    pub fn steps(&self, gain: impl Fn(usize) -> f64) -> impl Iterator<Item = Step> {
        let score = |word: u64| self.scores[row(word)];
        let (mut accepted, mut sum) = (0, 0.0);
        let is_tied = move |&a: &u64, &b: &u64| a >> ROW_BITS == b >> ROW_BITS && score(a) == score(b);
        self.words.chunk_by(is_tied).map(move |tied| {
            accepted += tied.len();
            sum += tied.iter().map(|&word| gain(row(word))).sum::<f64>();
            Step { threshold: score(tied[0]), tied: tied.len(), accepted, gain: sum }
        })
    }
}

/// The row of a word.
#[inline]
fn row(word: u64) -> usize {
    word as u32 as usize
}

/// A whole number that rises as a score falls, the same for 0 and -0.
fn key(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    // Positive numbers rise with their bits, negative ones fall.
    if bits >> 63 == 0 { !bits ^ (1 << 63) } else { bits }
}

/// Rows by rising key: a radix sort, from the last digit to the first, of 32 bits of the key (Knuth, The
/// Art of Computer Programming 3, Section 5.2.5). The bits are those from the first in which keys differ
/// on; where two keys differ only later, which is seldom, they are compared.
fn words(scores: &[f64]) -> Vec<u64> {
    let by_key = |&a: &u64, &b: &u64| key(scores[row(a)]).cmp(&key(scores[row(b)])).then(a.cmp(&b));
    if scores.len() < FEW {
        let mut words: Vec<u64> = (0..scores.len() as u64).collect();
        words.sort_unstable_by(by_key);
        return words;
    }
    let (all, any) = scores.iter().fold((u64::MAX, 0), |(all, any), &score| (all & key(score), any | key(score)));
    let shift = (64 - (all ^ any).leading_zeros()).saturating_sub(u64::BITS - ROW_BITS);
    // A word has the key's bits above and the row below: half the memory of two words.
    let mut words = sorted((0..).zip(scores).map(|(row, &score)| (key(score) >> shift) << ROW_BITS | row).collect());
    if shift > 0 {
        let alike = |a: &u64, b: &u64| a >> ROW_BITS == b >> ROW_BITS;
        // Most that are alike are tied, and in the order of their rows already.
        let in_order = |alike: &[u64]| alike.is_sorted_by(|a, b| by_key(a, b).is_lt());
        words.chunk_by_mut(alike).filter(|alike| alike.len() > 1 && !in_order(alike)).for_each(|alike| alike.sort_unstable_by(by_key));
    }
    words
}

/// Words by their upper half; those that agree in it keep their order.
fn sorted(mut words: Vec<u64>) -> Vec<u64> {
    let place = |word: u64, digit: usize| (word >> (ROW_BITS + digit as u32 * DIGIT_BITS)) as usize & ((1 << DIGIT_BITS) - 1);
    let mut starts = [[0_u32; 1 << DIGIT_BITS]; DIGITS];
    for &word in &words {
        for (digit, starts) in starts.iter_mut().enumerate() {
            starts[place(word, digit)] += 1;
        }
    }
    let mut other = vec![0; words.len()];
    for (digit, starts) in starts.iter_mut().enumerate() {
        if starts.iter().any(|&count| count as usize == words.len()) {
            continue;
        }
        let mut sum = 0;
        starts.iter_mut().for_each(|start| sum += std::mem::replace(start, sum));
        for &word in &words {
            let start = &mut starts[place(word, digit)];
            other[*start as usize] = word;
            *start += 1;
        }
        std::mem::swap(&mut words, &mut other);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Draws, Stream};

    /// The order by comparing, 0 and -0 alike.
    fn plain(scores: &[f64]) -> Vec<u32> {
        let mut order: Vec<u32> = (0..scores.len() as u32).collect();
        order.sort_by(|&a, &b| scores[b as usize].partial_cmp(&scores[a as usize]).unwrap());
        order
    }

    #[test]
    fn steps_by_hand() {
        let scores = [0.5, 0.9, 0.0, 0.5, -0.0, -3.0];
        let gains = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0];
        let falling = Falling::of(&scores);
        let steps: Vec<_> = falling.steps(|row| gains[row]).map(|step| (step.threshold, step.tied, step.accepted, step.gain)).collect();
        assert_eq!(steps, [(0.9, 1, 1, 2.0), (0.5, 2, 3, 11.0), (0.0, 2, 5, 31.0), (-3.0, 1, 6, 63.0)]);
        assert_eq!((falling.score(0), falling.score(5)), (0.9, -3.0));
        assert_eq!(Falling::of(&[]).steps(|_| 0.0).count(), 0);
    }

    #[test]
    fn counting_orders_as_comparing_does() {
        let draws = Draws::new(3, 0).stream(Stream::Sample, 0);
        let uniform = move |row: usize| draws.uniform(row as u64);
        type Column = Box<dyn Fn(usize) -> f64>;
        let columns: Vec<(&str, Column)> = vec![
            ("uniform", Box::new(uniform)),
            ("both signs, many sizes", Box::new(move |row| (uniform(row) - 0.5) * 10f64.powi((row % 600) as i32 - 300))),
            ("few values, both zeros", Box::new(move |row| ((uniform(row) - 0.5) * 8.0).trunc())),
            ("one value", Box::new(|_| 0.25)),
            // Keys that differ in their last bits only, but for one: all of them are compared.
            ("neighbours and an outlier", Box::new(move |row| if row == 7 { -1e300 } else { 1.0 + uniform(row) * 1e-12 })),
            ("the ends", Box::new(|row| [f64::MAX, f64::MIN, f64::MIN_POSITIVE, 5e-324, -5e-324, f64::INFINITY][row % 6])),
        ];
        for (name, column) in columns {
            for rows in [0, 1, 2, FEW - 1, FEW, 5 * FEW + 3] {
                let scores: Vec<f64> = (0..rows).map(&column).collect();
                let order: Vec<u32> = words(&scores).iter().map(|&word| word as u32).collect();
                assert_eq!(order, plain(&scores), "{name}, {rows} rows");
            }
        }
    }
}
