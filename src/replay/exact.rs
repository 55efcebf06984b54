//! Sums that do not depend on the order of their terms.
//!
//! A term is rounded once to the nearest multiple of 2^-64 of its unit and added as an integer of 128 bits.
//! Integer addition is associative, so that any number of threads, any split of a trace and any
//! grouping of its queries give the same total to the last bit: a sweep's prefix sums and a replay's
//! running sums are equal, not merely close. Totals up to 2^62 units fit, whatever their number of terms;
//! a replay refuses a workload whose totals might not.

/// Bits after the binary point.
const SCALE: i32 = 64;
/// The largest term, in units: what is above (or below its negative) is cut to it.
pub(super) const LARGEST: f64 = (1u64 << 62) as f64;

/// A quantity as an integer multiple of 2^-64 of its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub struct Exact(pub i128);

impl Exact {
    /// Nothing.
    pub const ZERO: Exact = Exact(0);
    /// One: a count.
    pub const ONE: Exact = Exact(1 << SCALE);

    /// A term, rounded to the nearest multiple of 2^-64, of two equally near ones to the even.
    #[inline]
    pub fn new(value: f64) -> Exact {
        debug_assert!(!value.is_nan(), "a missing value is never added");
        let value = value.clamp(-LARGEST, LARGEST);
        let bits = value.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as i32;
        // Below 2^-65 nothing is left; subnormal numbers are far below.
        let mantissa = i128::from((bits & ((1 << 52) - 1)) | (1 << 52));
        let shift = exponent - 1075 + SCALE;
        let size = match shift {
            0.. => mantissa << shift,
            -54..0 => {
                let (whole, rest) = (mantissa >> -shift, mantissa & ((1 << -shift) - 1));
                let half = 1 << (-shift - 1);
                whole + i128::from(rest > half || (rest == half && whole & 1 == 1))
            }
            _ => 0,
        };
        Exact(if value < 0.0 { -size } else { size })
    }

    /// One if it counts, else nothing.
    #[inline]
    pub fn count(is: bool) -> Exact {
        if is { Exact::ONE } else { Exact::ZERO }
    }

    /// A term, or nothing where it is not known.
    #[inline]
    pub fn known(value: f64) -> Exact {
        if value.is_nan() { Exact::ZERO } else { Exact::new(value) }
    }

    /// The number, within one unit of its last place.
    #[inline]
    pub fn to_f64(self) -> f64 {
        // In two halves, since the conversion of 128 bits at once is a slow library call.
        let size = self.0.unsigned_abs();
        let (units, fraction) = ((size >> SCALE) as u64, size as u64);
        let value = units as f64 + fraction as f64 / (1u128 << SCALE) as f64;
        if self.0 < 0 { -value } else { value }
    }
}

impl std::ops::AddAssign for Exact {
    #[inline]
    fn add_assign(&mut self, other: Exact) {
        self.0 += other.0;
    }
}

impl std::ops::SubAssign for Exact {
    #[inline]
    fn sub_assign(&mut self, other: Exact) {
        self.0 -= other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_come_back() {
        for value in [0.0, 1.0, -1.0, 0.25, 1e-9, 3.7e6, 1234.5678, -0.001, 1e15] {
            let back = Exact::new(value).to_f64();
            assert!((back - value).abs() <= 2f64.powi(-63) + value.abs() * 1e-16, "{value} {back}");
        }
        assert_eq!(Exact::new(1.0), Exact::ONE);
        assert_eq!(Exact::new(1e-40), Exact::ZERO);
        // Halves of the last unit go to the even one.
        let units = [0.5, 0.75, 1.0, 1.5, 2.5, 2.51, -0.5, -1.5].map(|units| Exact::new(units * 2f64.powi(-64)).0);
        assert_eq!(units, [0, 1, 1, 2, 2, 3, 0, -2]);
    }

    #[test]
    fn order_does_not_matter() {
        let terms: Vec<f64> = (1..1000).map(|i| f64::from(i).sqrt() * 10f64.powi(i % 17 - 8)).collect();
        let sum = |terms: &mut dyn Iterator<Item = &f64>| {
            let mut sum = Exact::ZERO;
            terms.for_each(|&term| sum += Exact::new(term));
            sum
        };
        assert_eq!(sum(&mut terms.iter()), sum(&mut terms.iter().rev()));
    }
}
