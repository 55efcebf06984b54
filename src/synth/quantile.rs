//! The inverse of the normal distribution function: algorithm AS 241, PPND16 (Wichura 1988), exact to about one
//! part in 10^16. It is a ratio of polynomials where most numbers are, which wide registers take several at a time.

use crate::wide::{self, Loop};

/// From the middle: so far the first ratio holds.
const CENTRAL: f64 = 0.425;
/// Of the root of minus the logarithm: where the third ratio begins.
const FAR: f64 = 5.0;

/// Coefficients of a ratio, of the constant terms first.
type Ratio = [[f64; 8]; 2];

const MIDDLE: Ratio = [
    [
        3.387_132_872_796_366_5,
        133.141_667_891_784_38,
        1_971.590_950_306_551_3,
        13_731.693_765_509_46,
        45_921.953_931_549_87,
        67_265.770_927_008_7,
        33_430.575_583_588_13,
        2_509.080_928_730_122_7,
    ],
    [
        1.0,
        42.313_330_701_600_91,
        687.187_007_492_057_9,
        5_394.196_021_424_751,
        21_213.794_301_586_597,
        39_307.895_800_092_71,
        28_729.085_735_721_943,
        5_226.495_278_852_854,
    ],
];
const SIDES: Ratio = [
    [
        1.423_437_110_749_683_5,
        4.630_337_846_156_546,
        5.769_497_221_460_691,
        3.647_848_324_763_204_5,
        1.270_458_252_452_368_4,
        0.241_780_725_177_450_6,
        0.022_723_844_989_269_184,
        0.000_774_545_014_278_341_4,
    ],
    [
        1.0,
        2.053_191_626_637_759,
        1.676_384_830_183_803_8,
        0.689_767_334_985_1,
        0.148_103_976_427_480_08,
        0.015_198_666_563_616_457,
        0.000_547_593_808_499_534_5,
        1.050_750_071_644_416_9e-9,
    ],
];
const ENDS: Ratio = [
    [
        6.657_904_643_501_103,
        5.463_784_911_164_114,
        1.784_826_539_917_291_3,
        0.296_560_571_828_504_87,
        0.026_532_189_526_576_124,
        0.001_242_660_947_388_078_4,
        2.711_555_568_743_487_6e-5,
        2.010_334_399_292_288_1e-7,
    ],
    [
        1.0,
        0.599_832_206_555_888,
        0.136_929_880_922_735_8,
        0.014_875_361_290_850_615,
        0.000_786_869_131_145_613_3,
        1.846_318_317_510_054_8e-5,
        1.421_511_758_316_446e-7,
        2.044_263_103_389_939_8e-15,
    ],
];

/// The number below which a standard normal one lies with this chance. The ends give infinities.
pub(super) fn normal_quantile(share: f64) -> f64 {
    if share <= 0.0 {
        f64::NEG_INFINITY
    } else if share >= 1.0 {
        f64::INFINITY
    } else if (share - 0.5).abs() <= CENTRAL {
        middle(share)
    } else {
        side(share)
    }
}

/// As [`normal_quantile`] for each of some shares above 0 and below 1, in their place.
pub(super) fn normal_quantiles(shares: &mut [f64]) {
    let (mut places, mut logarithms) = ([0; PART], [0.0; PART]);
    let (mut middles, mut sides) = ([0.0; PART], [0.0; PART]);
    for shares in shares.chunks_mut(PART) {
        // One in seven is no middle, which no processor foresees: their places are collected without a branch.
        let mut count = 0;
        for (place, share) in shares.iter().enumerate() {
            places[count] = place;
            count += usize::from((share - 0.5).abs() > CENTRAL);
        }
        let (places, logarithms) = (&places[..count], &mut logarithms[..count]);
        for (logarithm, &place) in logarithms.iter_mut().zip(places) {
            *logarithm = self::logarithm(shares[place]);
        }
        wide::run(Middles { shares, middles: &mut middles });
        wide::run(Sides { logarithms, sides: &mut sides });
        for ((&place, &logarithm), &side) in places.iter().zip(&*logarithms).zip(&sides) {
            let share = shares[place];
            middles[place] = if logarithm <= FAR * FAR { side.copysign(share - 0.5) } else { self::side(share) };
        }
        shares.copy_from_slice(&middles[..shares.len()]);
    }
}

/// Shares that are worked on at a time.
const PART: usize = 512;

struct Middles<'a> {
    shares: &'a [f64],
    middles: &'a mut [f64; PART],
}

impl Loop for Middles<'_> {
    #[inline(always)]
    fn run(self) {
        for (middle, &share) in self.middles.iter_mut().zip(self.shares) {
            *middle = self::middle(share);
        }
    }
}

/// Sides that the second ratio holds for, without their signs.
struct Sides<'a> {
    logarithms: &'a [f64],
    sides: &'a mut [f64; PART],
}

impl Loop for Sides<'_> {
    #[inline(always)]
    fn run(self) {
        for (side, &logarithm) in self.sides.iter_mut().zip(self.logarithms) {
            *side = near(logarithm.sqrt());
        }
    }
}

#[inline(always)]
fn middle(share: f64) -> f64 {
    let from_middle = share - 0.5;
    from_middle * ratio(&MIDDLE, 0.180_625 - from_middle * from_middle)
}

fn side(share: f64) -> f64 {
    let root = logarithm(share).sqrt();
    let number = if root <= FAR { near(root) } else { ratio(&ENDS, root - FAR) };
    number.copysign(share - 0.5)
}

/// Minus that of the distance to the nearer end.
fn logarithm(share: f64) -> f64 {
    -share.min(1.0 - share).ln()
}

#[inline(always)]
fn near(root: f64) -> f64 {
    ratio(&SIDES, root - 1.6)
}

#[inline(always)]
fn ratio([above, below]: &Ratio, at: f64) -> f64 {
    polynomial(above, at) / polynomial(below, at)
}

#[inline(always)]
fn polynomial(terms: &[f64; 8], at: f64) -> f64 {
    let [a, b, c, d, e, f, g, h] = *terms;
    ((((((h * at + g) * at + f) * at + e) * at + d) * at + c) * at + b) * at + a
}

#[cfg(test)]
mod tests {
    use statrs::function::erf::erfc_inv;

    use super::*;
    use crate::synth::joint::normal_cdf;
    use crate::wide::narrowly;

    /// Shares of all sizes, to both ends.
    fn shares() -> Vec<f64> {
        let even = (1..20_000).map(|index| f64::from(index) / 20_000.0);
        let small = (1..300).map(|index| (-0.11 * f64::from(index)).exp());
        even.chain(small.clone()).chain(small.map(|share| 1.0 - share)).filter(|share| *share > 0.0 && *share < 1.0).collect()
    }

    #[test]
    fn quantiles_are_those_of_another_algorithm() {
        for share in shares() {
            let (found, other) = (normal_quantile(share), -std::f64::consts::SQRT_2 * erfc_inv(2.0 * share));
            assert!((found - other).abs() <= 4e-15 * other.abs().max(0.1), "{share}: {found} {other}");
        }
        assert_eq!([normal_quantile(0.0), normal_quantile(0.5), normal_quantile(1.0)], [f64::NEG_INFINITY, 0.0, f64::INFINITY]);
    }

    #[test]
    fn quantiles_invert_the_distribution() {
        for share in [1e-9, 0.025, 0.5, 0.8, 0.999] {
            assert!((normal_cdf(normal_quantile(share)) - share).abs() < 1e-10 * share.max(1e-3), "{share}");
        }
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
    }

    #[test]
    fn wide_registers_give_the_same_bits() {
        let single: Vec<u64> = shares().into_iter().map(|share| normal_quantile(share).to_bits()).collect();
        let bits = |()| {
            let mut shares = shares();
            normal_quantiles(&mut shares);
            shares.into_iter().map(f64::to_bits).collect::<Vec<u64>>()
        };
        assert!(bits(()) == single && narrowly(|| bits(())) == single);
    }
}
