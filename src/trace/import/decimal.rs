//! Decimal numbers as files have them, read fast where that is exact.

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
            assert_eq!(number(&text).map(f64::to_bits), rows::number(&text).map(f64::to_bits), "{text}");
        }
    }
}
