//! Words and character n-grams of a text, hashed into few dimensions.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::draw::{below, mix};

/// Start and factor of a word's hash: FNV-1a over its characters (Fowler, Noll and Vo), 64 bits.
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;
/// Texts that one task counts.
const TASK: usize = 1024;

/// How many of the texts fitted on have anything in a dimension.
///
/// A text is lower-cased, white space of any length is one space. Its words are the runs of letters and
/// digits (Unicode's; of Chinese a run is a phrase, and the n-grams carry it), its n-grams the 3 to 5
/// characters from each character on, across words. Either is hashed by 64 bits to one of the dimensions of
/// its half and a sign, so that what falls together cancels on average (Weinberger et al.
/// 2009, "Feature hashing for large scale multitask learning", section 2).
///
/// The sum of signs in a dimension is multiplied by ln((1 + n) / (1 + d)) + 1, where d of n texts have
/// something in it (inverse document frequency, Spärck Jones 1972, smoothed as scikit-learn does), and
/// each half is divided by its length: there are twenty times as many n-grams as words, which would be
/// drowned. The whole then has length 1, or 0 for a text without a word or n-gram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct TextHash {
    /// Texts fitted on.
    texts: u32,
    /// For each dimension of words the texts that have one there.
    words: Vec<u32>,
    /// For each dimension of n-grams the texts that have one there.
    ngrams: Vec<u32>,
}

impl TextHash {
    /// Counts texts.
    pub fn fit(dims: usize, texts: &[&str]) -> TextHash {
        let halves = [dims / 2, dims - dims / 2];
        let count = |texts: &[&str]| {
            let mut having = vec![0u32; dims];
            let mut last = vec![u32::MAX; dims];
            for (text, number) in texts.iter().zip(0u32..) {
                hashes(text, |half, hash| {
                    let place = place(half, hash, halves);
                    // Once for each text.
                    having[place] += u32::from(last[place] != number);
                    last[place] = number;
                });
            }
            having
        };
        let add = |mut sum: Vec<u32>, other: Vec<u32>| {
            sum.iter_mut().zip(other).for_each(|(sum, other)| *sum += other);
            sum
        };
        let mut words = texts.par_chunks(TASK).map(count).reduce(|| vec![0; dims], add);
        let ngrams = words.split_off(halves[0]);
        TextHash { texts: texts.len() as u32, words, ngrams }
    }

    /// Dimensions of both halves.
    pub fn width(&self) -> usize {
        self.words.len() + self.ngrams.len()
    }

    /// Words for listings.
    pub fn describe(&self) -> String {
        format!("prompt text (words in {} dimensions, n-grams in {})", self.words.len(), self.ngrams.len())
    }

    /// The weights, ready to be used.
    pub fn weights(&self) -> TextWeights {
        let weight = |having: &u32| ((1.0 + f64::from(self.texts)) / (1.0 + f64::from(*having))).ln() + 1.0;
        let weights = self.words.iter().chain(&self.ngrams).map(|having| weight(having) as f32).collect();
        TextWeights { halves: [self.words.len(), self.ngrams.len()], weights }
    }
}

/// The weight of each dimension, those of words first.
#[derive(Debug)]
pub(super) struct TextWeights {
    halves: [usize; 2],
    weights: Vec<f32>,
}

impl TextWeights {
    pub fn width(&self) -> usize {
        self.weights.len()
    }

    /// Writes a text.
    pub fn write(&self, text: &str, out: &mut [f32]) {
        out.fill(0.0);
        hashes(text, |half, hash| {
            if self.halves[half] > 0 {
                out[place(half, hash, self.halves)] += if hash & 1 == 0 { 1.0 } else { -1.0 };
            }
        });
        out.iter_mut().zip(&self.weights).for_each(|(cell, weight)| *cell *= weight);
        let (words, ngrams) = out.split_at_mut(self.halves[0]);
        let (words_there, ngrams_there) = (normalise(words), normalise(ngrams));
        if words_there && ngrams_there {
            out.iter_mut().for_each(|cell| *cell *= std::f32::consts::FRAC_1_SQRT_2);
        }
    }
}

/// Divides a vector by its length; `false` where that is 0.
pub(super) fn normalise(vector: &mut [f32]) -> bool {
    let length = vector.iter().map(|cell| f64::from(*cell).powi(2)).sum::<f64>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|cell| *cell = (f64::from(*cell) / length) as f32);
    }
    length > 0.0
}

/// The dimension of a hash, by its upper bits; its lowest is the sign.
#[inline]
fn place(half: usize, hash: u64, halves: [usize; 2]) -> usize {
    half * halves[0] + below(hash, halves[half])
}

/// The hashes of a text's words (half 0) and n-grams (half 1), read off it in one pass.
struct Reader<F> {
    take: F,
    /// The last three characters, 21 bits each, and the two before, the later first.
    last: u64,
    before: [u64; 2],
    /// How many of these five there are.
    length: usize,
    /// The hash of the word so far, where there is one.
    word: Option<u64>,
}

fn hashes(text: &str, take: impl FnMut(usize, u64)) {
    let mut reader = Reader { take, last: 0, before: [0; 2], length: 0, word: None };
    let mut space = false;
    for c in text.chars() {
        if c.is_whitespace() {
            // Told once, and only before what follows: none stands at the ends.
            space = reader.length > 0;
            continue;
        }
        if std::mem::take(&mut space) {
            reader.character(' ');
        }
        if c.is_ascii() {
            reader.character(c.to_ascii_lowercase());
        } else {
            c.to_lowercase().for_each(|c| reader.character(c));
        }
    }
    reader.end_of_word();
}

impl<F: FnMut(usize, u64)> Reader<F> {
    #[inline]
    fn character(&mut self, c: char) {
        self.before = [self.last >> 42, self.before[0]];
        self.last = (self.last << 21) & (u64::MAX >> 1) | u64::from(u32::from(c));
        self.length += usize::from(self.length < 5);
        if self.length >= 3 {
            let three = mix(self.last);
            (self.take)(1, three);
            if self.length >= 4 {
                let four = mix(three ^ self.before[0]);
                (self.take)(1, four);
                if self.length == 5 {
                    (self.take)(1, mix(four ^ self.before[1]));
                }
            }
        }
        if c.is_alphanumeric() {
            self.word = Some((self.word.unwrap_or(FNV_START) ^ u64::from(u32::from(c))).wrapping_mul(FNV_PRIME));
        } else {
            self.end_of_word();
        }
    }

    fn end_of_word(&mut self) {
        if let Some(word) = self.word.take() {
            (self.take)(0, mix(word));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn of(half: usize, text: &str) -> Vec<u64> {
        let mut found = Vec::new();
        hashes(text, |other, hash| found.extend((half == other).then_some(hash)));
        found
    }

    fn set(hashes: Vec<u64>) -> BTreeSet<u64> {
        hashes.into_iter().collect()
    }

    #[test]
    fn an_n_gram_has_one_hash_wherever_it_stands() {
        // Of 7 characters 5 n-grams of three, 4 of four and 3 of five, and no two alike.
        let alone = of(1, "abcdéfg");
        assert_eq!((alone.len(), set(alone.clone()).len()), (12, 12));
        let within = set(of(1, "xyzzy  ABCDÉFG, xyzzy"));
        assert!(alone.iter().all(|hash| within.contains(hash)));
        // Without the first character those that begin with it are gone: one of each length.
        let shorter = set(of(1, "bcdéfg"));
        assert_eq!(alone.iter().filter(|hash| !shorter.contains(hash)).count(), 3);
        // Every n-gram of "aaaa" but one is of its own length: aaa twice, aaaa once.
        assert_eq!((of(1, "aaaa").len(), set(of(1, "aaaa")).len()), (3, 2));
        assert!(of(1, "ab").is_empty() && of(1, " a  b ").len() == 1);
    }

    #[test]
    fn words_are_runs_of_letters_and_digits() {
        let words = of(0, "Don't panic: 42 Ünits_x");
        assert_eq!((words.len(), set(words.clone()).len()), (6, 6));
        assert_eq!(of(0, "don t PANIC 42 ünits (x)"), words);
        assert!(of(0, "?! …").is_empty());
    }

    #[test]
    fn dimensions_and_signs_are_used_evenly() {
        // 10,000 words into 16 dimensions, half of them negative: 625 a dimension with a standard deviation
        // of 24, and 5,000 with one of 50.
        let text: String = (0..10_000).map(|number| format!("w{number} ")).collect();
        let words = of(0, &text);
        let mut counts = [0u32; 16];
        words.iter().for_each(|&hash| counts[place(0, hash, [16, 16])] += 1);
        assert!(counts.iter().all(|count| count.abs_diff(625) < 100), "{counts:?}");
        assert!(words.iter().filter(|hash| *hash & 1 == 1).count().abs_diff(5000) < 200);
    }
}
