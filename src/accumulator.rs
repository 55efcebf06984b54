//! Sums of floating-point numbers that do not depend on the order of their terms.
//!
//! A long accumulator (Kulisch & Miranker, Computer Arithmetic in Theory and Practice, 1981): a number of
//! fixed point that is wide enough for every finite `f64`, so that adding never rounds. The sum is rounded
//! once, when it is asked for. What is too small for [`Exact`](crate::replay::Exact), or too large, such as
//! squares, is added up in one of these, a block of queries at a time.

/// Words of 64 bits: from 2^-1074, the smallest number, over 2^1023, the largest power, to room for 2^77 terms.
pub(crate) const WORDS: usize = 34;
/// Bits of a number behind its leading one.
const MANTISSA_BITS: u32 = f64::MANTISSA_DIGITS - 1;
/// The exponent field of what is not finite.
const NOT_FINITE: u64 = 0x7ff;

/// A sum of numbers, exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accumulator {
    /// The sum in units of 2^-1074, in two's complement, the lowest word first.
    words: [u64; WORDS],
    /// Whether a term was infinite or no number: then neither is the sum one.
    spoilt: bool,
}

impl Default for Accumulator {
    fn default() -> Self {
        Accumulator { words: [0; WORDS], spoilt: false }
    }
}

impl Accumulator {
    /// Adds a term.
    pub fn add(&mut self, term: f64) {
        let exponent = (term.to_bits() >> MANTISSA_BITS) & NOT_FINITE;
        if exponent == NOT_FINITE {
            self.spoilt = true;
            return;
        }
        let fraction = term.to_bits() & ((1 << MANTISSA_BITS) - 1);
        // Numbers without a leading one have the exponent of the smallest that have it.
        let (mantissa, shift) = if exponent == 0 { (fraction, 0) } else { (fraction | 1 << MANTISSA_BITS, exponent - 1) };
        let mut words = [0; WORDS];
        let placed = u128::from(mantissa) << (shift % 64);
        for (word, part) in words.iter_mut().skip(shift as usize / 64).zip([placed as u64, (placed >> 64) as u64]) {
            *word = part;
        }
        if term.is_sign_negative() {
            negate(&mut words);
        }
        add(&mut self.words, &words);
    }

    /// Adds the terms of another.
    pub fn merge(&mut self, other: &Accumulator) {
        add(&mut self.words, &other.words);
        self.spoilt |= other.spoilt;
    }

    /// The sum, rounded to the nearest number, of two equally near ones to the even. NaN where a term was not
    /// finite.
    pub fn to_f64(&self) -> f64 {
        if self.spoilt {
            return f64::NAN;
        }
        let mut size = self.words;
        let is_negative = size.last().is_some_and(|word| word >> 63 == 1);
        if is_negative {
            negate(&mut size);
        }
        let rounded = rounded(&size);
        if is_negative { -rounded } else { rounded }
    }

    /// The words, and whether the sum is none.
    pub(crate) fn parts_mut(&mut self) -> (&mut [u64; WORDS], &mut bool) {
        (&mut self.words, &mut self.spoilt)
    }
}

fn add(sum: &mut [u64; WORDS], term: &[u64; WORDS]) {
    let mut carry = false;
    for (sum, term) in sum.iter_mut().zip(term) {
        let (more, first) = sum.overflowing_add(*term);
        let (all, second) = more.overflowing_add(u64::from(carry));
        (*sum, carry) = (all, first | second);
    }
}

fn negate(words: &mut [u64; WORDS]) {
    let mut carry = true;
    for word in words {
        (*word, carry) = (!*word).overflowing_add(u64::from(carry));
    }
}

/// A size in units of 2^-1074 as the nearest number.
fn rounded(size: &[u64; WORDS]) -> f64 {
    let Some(top) = size.iter().rposition(|word| *word != 0) else { return 0.0 };
    let word = |place: usize| size.get(place).copied().unwrap_or(0);
    let bits = top * 64 + 64 - word(top).leading_zeros() as usize;
    // What is behind the mantissa's last bit decides where it is rounded to.
    let behind = bits.saturating_sub(f64::MANTISSA_DIGITS as usize);
    let (place, offset) = (behind / 64, behind % 64);
    let above = u128::from(word(place)) | u128::from(word(place + 1)) << 64;
    let mantissa = (above >> offset) as u64 & ((1 << f64::MANTISSA_DIGITS) - 1);
    let half = behind > 0 && word((behind - 1) / 64) >> ((behind - 1) % 64) & 1 == 1;
    let low = (behind.max(1) - 1) / 64;
    let rest = size.iter().take(low).any(|word| *word != 0) || word(low) & ((1 << ((behind.max(1) - 1) % 64)) - 1) != 0;
    let up = half && (rest || mantissa & 1 == 1);
    // The leading one of the mantissa adds one to the exponent, and so does rounding up to the next power of two.
    let number = ((behind as u64) << MANTISSA_BITS) + mantissa + u64::from(up);
    f64::from_bits(number.min(NOT_FINITE << MANTISSA_BITS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Draws, Stream};

    fn sum(terms: &[f64]) -> f64 {
        let mut sum = Accumulator::default();
        terms.iter().for_each(|&term| sum.add(term));
        sum.to_f64()
    }

    #[test]
    fn a_term_comes_back() {
        for term in [0.0, 1.0, -1.0, 0.1, 1e300, -1e-300, 5e-324, f64::MIN_POSITIVE, -f64::MIN_POSITIVE / 3.0, f64::MAX, f64::MIN] {
            assert_eq!(sum(&[term]), term);
        }
    }

    #[test]
    fn nothing_is_lost_and_the_sum_is_rounded_once() {
        assert_eq!(sum(&[1e100, 1.0, -1e100]), 1.0);
        assert_eq!(sum(&[5e-324, 1.0, -1.0]), 5e-324);
        // The last bit of 1 is 2^-52: half of it goes to the even number, more than half up.
        let half = 2f64.powi(-53);
        assert_eq!(sum(&[1.0, half]), 1.0);
        assert_eq!(sum(&[1.0, half, 5e-324]), 1.0 + 2.0 * half);
        assert_eq!(sum(&[1.0 + 2.0 * half, half]), 1.0 + 4.0 * half);
        assert_eq!(sum(&[-1.0, -half, -5e-324]), -1.0 - 2.0 * half);
        // Rounded up to the next power of two, and beyond the largest number.
        assert_eq!(sum(&[2.0 - 2.0 * half, half]), 2.0);
        assert_eq!(sum(&[f64::MAX, f64::MAX]), f64::INFINITY);
        assert!(sum(&[1.0, f64::INFINITY]).is_nan() && sum(&[f64::NAN]).is_nan());
    }

    #[test]
    fn two_terms_are_added_as_the_processor_adds_them() {
        let stream = Draws::new(1, 0).stream(Stream::Choice, 0);
        let term = |draw: u64| {
            let exponent = stream.below(3 * draw, 300) as i32 - 150;
            (stream.uniform(3 * draw + 1) - 0.5) * 2f64.powi(exponent / if draw.is_multiple_of(2) { 1 } else { 20 })
        };
        for draw in 0..2_000 {
            let (a, b) = (term(2 * draw), term(2 * draw + 1));
            assert_eq!(sum(&[a, b]).to_bits(), (a + b).to_bits(), "{a:e} + {b:e}");
        }
    }

    #[test]
    fn order_and_grouping_do_not_matter() {
        let terms: Vec<f64> =
            (1..3_000).map(|i| f64::from(i).sqrt() * 10f64.powi(i % 61 - 30) * if i % 3 == 0 { -1.0 } else { 1.0 }).collect();
        let mut parts: Vec<Accumulator> = Vec::new();
        for part in terms.chunks(700) {
            let mut sum = Accumulator::default();
            part.iter().rev().for_each(|&term| sum.add(term));
            parts.push(sum);
        }
        let mut merged = Accumulator::default();
        parts.iter().rev().for_each(|part| merged.merge(part));
        assert_eq!(merged.to_f64().to_bits(), sum(&terms).to_bits());
    }
}
