//! Decimal numbers as files have them, read fast where that is exact.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "places that are counted here; of a word of 128 bits both halves are wanted"
)]

use super::rows;

/// Powers of ten that are exact as floating-point numbers.
const POWERS: [f64; 23] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22];
/// Whole numbers up to here are exact too.
const EXACT: u64 = 1 << 53;
/// Digits that fit in a number of 64 bits.
const DIGITS: usize = 19;

/// A finite number, to the last bit as [`rows::number`] reads it.
#[inline]
pub(super) fn number(text: &str) -> Option<f64> {
    plain(text.as_bytes()).or_else(|| rows::number(text))
}

/// Digits with perhaps a sign and a point. A whole number divided by a power of ten, both exact, is rounded
/// once, as it should be (Clinger 1990).
#[inline]
fn plain(text: &[u8]) -> Option<f64> {
    let (negative, unsigned) = match text.strip_prefix(b"-") {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mut whole, mut point) = (0_u64, None);
    for (position, &byte) in unsigned.iter().enumerate() {
        match byte {
            b'0'..=b'9' => whole = whole.wrapping_mul(10).wrapping_add(u64::from(byte - b'0')),
            b'.' if point.is_none() => point = Some(position),
            _ => return None,
        }
    }
    let digits = unsigned.len() - usize::from(point.is_some());
    if digits == 0 || digits > DIGITS || whole > EXACT {
        return None;
    }
    let power = point.map_or(0, |point| unsigned.len() - 1 - point);
    let value = whole as f64 / POWERS.get(power)?;
    Some(if negative { -value } else { value })
}

/// Bytes of a number that are looked at together: two words.
const BYTES: usize = 2 * WORD;
const WORD: usize = size_of::<u64>();
/// A byte in each place of a word.
const EACH: u64 = u64::MAX / 0xff;
/// The highest bit of each place.
const TOPS: u64 = EACH << 7;

/// Short numbers that are read side by side: up to sixteen digits with perhaps a sign and a point. No branch hangs on
/// how many there are: numbers of a column differ in length, which no processor foresees.
pub(super) struct Short {
    high: [u64; Short::TOGETHER],
    low: [u64; Short::TOGETHER],
    /// Without the sign; 0 of what is no short number.
    lengths: [u64; Short::TOGETHER],
    /// 1 of what is negative.
    signs: [u64; Short::TOGETHER],
}

impl Short {
    /// How many there are.
    pub const TOGETHER: usize = 64;

    /// Places without numbers.
    #[inline(always)]
    pub fn new() -> Self {
        let none = [0; Short::TOGETHER];
        Short { high: none, low: none, lengths: none, signs: none }
    }

    /// Puts what stands between two places of a text into a place.
    #[inline(always)]
    pub fn put(&mut self, place: usize, text: &[u8], (start, end): (usize, usize)) {
        self.lengths[place] = 0;
        let bytes = text.get(end.wrapping_sub(BYTES)..end).and_then(|bytes| bytes.first_chunk::<BYTES>());
        let (Some(bytes), Some(first)) = (bytes, text.get(start)) else { return };
        let bytes = u128::from_be_bytes(*bytes);
        (self.high[place], self.low[place]) = ((bytes >> u64::BITS) as u64, bytes as u64);
        let sign = u64::from(*first == b'-');
        let length = (end as u64).wrapping_sub(start as u64).wrapping_sub(sign);
        self.lengths[place] = if length > BYTES as u64 { 0 } else { length };
        self.signs[place] = sign;
    }

    /// The numbers as [`number`] reads them, NaN in the place of what is no short one.
    #[inline(always)]
    pub fn read(&self, values: &mut [f64; Short::TOGETHER]) {
        for (place, value) in values.iter_mut().enumerate() {
            let length = self.lengths[place];
            // The last byte of a number is the lowest; digits become what they count, what stands before them zeros.
            let high = (self.high[place] ^ (EACH * b'0' as u64)) & lowest(length.max(WORD as u64) - WORD as u64);
            let low = (self.low[place] ^ (EACH * b'0' as u64)) & lowest(length);
            // A bit in the lowest place that has a point, if one has.
            let in_low = point(low);
            let in_high = if in_low == 0 { point(high) } else { 0 };
            // What stands before the point moves into its place; without one all stands behind it.
            let behind_low = in_low.wrapping_sub(1);
            let behind_high = if in_low == 0 { in_high.wrapping_sub(1) } else { 0 };
            let packed_low = (low & behind_low) | ((low >> 8 | high << (u64::BITS - 8)) & !behind_low);
            let packed_high = (high & behind_high) | ((high >> 8) & !behind_high);
            let other = (not_digits(packed_low) | not_digits(packed_high)) & TOPS;
            let whole = eight_digits(packed_high) * 100_000_000 + eight_digits(packed_low);
            // The point's place with a digit of 1 is the power of ten.
            let has_point = u64::from(in_low | in_high != 0);
            let power = eight_digits(in_high) * 100_000_000 + eight_digits(in_low) + (1 - has_point);
            let read = whole.cast_signed() as f64 / power.cast_signed() as f64;
            let signed = f64::from_bits(read.to_bits() | self.signs[place] << (u64::BITS - 1));
            *value = if (length > has_point) & (other == 0) & (whole <= EXACT) { signed } else { f64::NAN };
        }
    }
}

/// So many of the lowest bytes.
#[inline(always)]
fn lowest(bytes: u64) -> u64 {
    if bytes >= WORD as u64 { u64::MAX } else { (1 << (8 * (bytes & 7))) - 1 }
}

/// A one in the lowest byte that has a point (Mycroft's test for a zero), of digits that became what they count.
#[inline(always)]
fn point(digits: u64) -> u64 {
    let points = digits ^ (EACH * (b'.' ^ b'0') as u64);
    let found = points.wrapping_sub(EACH) & !points & TOPS;
    (found & found.wrapping_neg()) >> 7
}

/// The highest bit of each byte that is above nine, and perhaps of others beside one.
#[inline(always)]
fn not_digits(digits: u64) -> u64 {
    digits | digits.wrapping_add(EACH * (0x7f - 9))
}

/// What eight digits say, a byte each, the first the highest.
#[inline(always)]
fn eight_digits(digits: u64) -> u64 {
    let pairs = (digits & 0x00ff_00ff_00ff_00ff) + ((digits >> 8) & 0x00ff_00ff_00ff_00ff) * 10;
    let fours = (pairs & 0x0000_ffff_0000_ffff) + ((pairs >> 16) & 0x0000_ffff_0000_ffff) * 100;
    (fours & 0xffff_ffff) + (fours >> 32) * 10_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_standard_library() {
        let odd =
            ["", "-", ".", "-.", "1.", ".5", "-0", "-0.0", "+1", "1e3", "1.5e-3", "1..2", "1.2.3", "--1", "nan", "inf", "1_0", " 1", "1 "];
        let long =
            ["9007199254740992", "9007199254740993", "18446744073709551616", "0.1234567890123456789", "123456789012345678901234567890"];
        let small = ["0.000000000000000000000001", "0.00000000000000000001", "00012.50", "4.35", "0.3", "2.2250738585072014e-308"];
        let drawn = (0..20_000_u64).map(|seed| {
            let bits = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            format!("{}.{:0width$}", bits >> 50, bits & 0xff_ffff, width = (bits >> 40) as usize % 12)
        });
        for text in odd.into_iter().chain(long).chain(small).map(str::to_owned).chain(drawn) {
            let expected = rows::number(&text).map(f64::to_bits);
            assert_eq!(number(&text).map(f64::to_bits), expected, "{text}");
            let together = short(&text);
            assert!(together.is_nan() || Some(together.to_bits()) == expected, "{text}");
        }
    }

    /// What is read of a text in each place, behind a number that must not be read with it.
    fn short(text: &str) -> f64 {
        let line = format!("12345678901234567890,{text}");
        let (mut short, mut values) = (Short::new(), [0.0; Short::TOGETHER]);
        (0..Short::TOGETHER).for_each(|place| short.put(place, line.as_bytes(), (21, line.len())));
        short.read(&mut values);
        assert!(values.iter().all(|value| value.to_bits() == values[0].to_bits()), "{text}");
        values[0]
    }

    #[test]
    fn short_numbers_are_read_together() {
        for text in ["0", "7", "-0.0", "1.", ".5", "-.5", "38.317", "-4230.426", "0.000116351", "123456789012345", "1234567.89012345"] {
            assert_eq!(Some(short(text).to_bits()), rows::number(text).map(f64::to_bits), "{text}");
        }
        // The point in every place of numbers of every length.
        for digits in 1..16 {
            for point in 0..=digits {
                let mut text = "9070503010204068"[..digits].to_owned();
                text.insert(point, '.');
                assert_eq!(Some(short(&text).to_bits()), rows::number(&text).map(f64::to_bits), "{text}");
            }
        }
        for text in ["", "-", ".", "-.", "1e3", "+1", "1..2", "1.2.3", "--1", "1 ", "é", "1é1", "ÿ1", ":1", "/1", "12345678901234567"] {
            assert!(short(text).is_nan(), "{text}");
        }
        let (mut early, mut values) = (Short::new(), [0.0; Short::TOGETHER]);
        [(0, 2), (1, 3), (2, 2)].into_iter().enumerate().for_each(|(place, span)| early.put(place, b"12", span));
        early.read(&mut values);
        assert!(values.iter().all(|value| value.is_nan()), "nothing before, or no such place");
    }
}
