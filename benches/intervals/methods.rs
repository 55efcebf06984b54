//! Other intervals of a ratio of two sums over buckets of queries than the percentile interval that reports have.

use statrs::distribution::{ContinuousCDF, Normal};
use wattroute::replay::{Exact, Rows, Weights};

const TAIL: f64 = 0.025;

/// A figure that is `offset + sign` times a ratio of sums.
pub struct Ratio {
    pub above: Vec<f64>,
    pub below: Vec<f64>,
    pub offset: f64,
    pub sign: f64,
}

/// What both methods are made of.
struct Sample {
    value: f64,
    standard_error: f64,
    /// By resample the ratio, and its own standard error.
    draws: Vec<(f64, f64)>,
    /// By bucket the ratio without it.
    without: Vec<f64>,
}

fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// The standard error of a ratio (the delta method over buckets), from sums of squares and products.
fn standard_error([_, below, above_squared, product, below_squared]: [f64; 5], ratio: f64) -> f64 {
    (above_squared - 2.0 * ratio * product + ratio * ratio * below_squared).max(0.0).sqrt() / below
}

impl Ratio {
    fn sample(&self, weights: &Weights) -> Sample {
        let Ratio { above, below, .. } = self;
        let mut rows = Rows::new(above.len(), 5);
        for (bucket, (&above, &below)) in above.iter().zip(below).enumerate() {
            for (lane, value) in [above, below, above * above, above * below, below * below].into_iter().enumerate() {
                rows.lane_mut(lane)[bucket] = Exact::new(value);
            }
        }
        let resampled = weights.apply(&rows, 1);
        let of = |sums: &[f64]| {
            let sums = [sums[0], sums[1], sums[2], sums[3], sums[4]];
            let ratio = sums[0] / sums[1];
            (ratio, standard_error(sums, ratio))
        };
        let (value, error) = of(&resampled.point);
        let (all_above, all_below) = (sum(above), sum(below));
        Sample {
            value,
            standard_error: error,
            draws: resampled.draws.iter().map(|sums| of(sums)).collect(),
            without: above.iter().zip(below).map(|(above, below)| (all_above - above) / (all_below - below)).collect(),
        }
    }

    /// The figure's interval from the ratio's.
    fn figure(&self, (low, high): (f64, f64)) -> (f64, f64) {
        let (a, b) = (self.offset + self.sign * low, self.offset + self.sign * high);
        (a.min(b), a.max(b))
    }

    /// The intervals by both methods, where they can be given.
    pub fn intervals(&self, weights: &Weights) -> [(&'static str, Option<(f64, f64)>); 2] {
        let sample = self.sample(weights);
        [("BCa", sample.bca().map(|ends| self.figure(ends))), ("studentised", sample.studentised().map(|ends| self.figure(ends)))]
    }
}

impl Sample {
    /// Bias-corrected and accelerated (Efron 1987), the acceleration by the jackknife over buckets.
    fn bca(&self) -> Option<(f64, f64)> {
        let normal = Normal::standard();
        let mut draws: Vec<f64> = self.draws.iter().map(|(ratio, _)| *ratio).collect();
        draws.sort_by(f64::total_cmp);
        let below = draws.iter().filter(|draw| **draw < self.value).count() as f64;
        let ties = draws.iter().filter(|draw| **draw == self.value).count() as f64;
        let mean = sum(&self.without) / self.without.len() as f64;
        let power = |exponent: i32| self.without.iter().map(|without| (mean - without).powi(exponent)).sum::<f64>();
        let (bias, spread) = (normal.inverse_cdf((below + ties / 2.0) / draws.len() as f64), power(2));
        let acceleration = power(3) / (6.0 * spread.powf(1.5));
        let share = |tail: f64| {
            let z = bias + normal.inverse_cdf(tail);
            normal.cdf(bias + z / (1.0 - acceleration * z))
        };
        let can = bias.is_finite() && acceleration.is_finite();
        can.then(|| (quantile(&draws, share(TAIL)), quantile(&draws, share(1.0 - TAIL))))
    }

    /// Bootstrap-t (Efron & Tibshirani 1993, chapter 12).
    fn studentised(&self) -> Option<(f64, f64)> {
        let mut t: Vec<f64> = self.draws.iter().map(|(ratio, error)| (ratio - self.value) / error).collect();
        t.sort_by(f64::total_cmp);
        let (low, high) = (quantile(&t, TAIL), quantile(&t, 1.0 - TAIL));
        let ends = (self.value - high * self.standard_error, self.value - low * self.standard_error);
        (ends.0.is_finite() && ends.1.is_finite() && self.standard_error > 0.0).then_some(ends)
    }
}

/// Linear between order statistics.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[rank as usize], sorted[rank.ceil() as usize]);
    below + (above - below) * rank.fract()
}
