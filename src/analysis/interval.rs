//! Intervals: percentiles of a statistic over bootstrap resamples.

use super::figure::Figure;
use crate::draw::{Draws, Stream};
use crate::replay::Resampled;

/// Buckets with queries below which no interval is given: too few to resample.
const FEWEST_BUCKETS: usize = 20;
/// Share of resamples below a 95% interval, and above it.
const TAIL: f64 = 0.025;
/// Of a bound: what rounding alone may move a figure by.
const ROUNDING: f64 = 1e-13;

/// A statistic of a policy's sums with its 95% percentile interval (Efron & Tibshirani 1993,
/// chapter 13). `None` where the statistic is not defined; without bounds where queries are too few.
pub fn figure(sample: &Resampled, statistic: impl Fn(&[f64]) -> Option<f64>) -> Option<Figure> {
    let value = statistic(&sample.point)?;
    Some(bounded(value, sample.filled, sample.draws.iter().map(|sums| statistic(sums)).collect()))
}

/// A statistic of the sums of two policies over the same resamples, so that what they share cancels.
pub fn paired(mine: &Resampled, theirs: &Resampled, statistic: impl Fn(&[f64], &[f64]) -> Option<f64>) -> Option<Figure> {
    let value = statistic(&mine.point, &theirs.point)?;
    let resamples = mine.draws.iter().zip(&theirs.draws).map(|(mine, theirs)| statistic(mine, theirs)).collect();
    Some(bounded(value, mine.filled.min(theirs.filled), resamples))
}

/// A value with the interval of its resamples; without bounds where too few buckets hold any query.
pub fn bounded(value: f64, filled: usize, resamples: Vec<Option<f64>>) -> Figure {
    // A resample in which the statistic is not defined says that the data cannot carry an interval.
    let interval = resamples.into_iter().collect::<Option<Vec<f64>>>().filter(|_| filled >= FEWEST_BUCKETS).and_then(percentile_interval);
    Figure { value, low: interval.map(|(low, _)| low), high: interval.map(|(_, high)| high) }
}

/// The 2.5th and 97.5th percentile (linear between order statistics). `None` without values, and where both are the
/// same: what never happened in a sample says nothing about how often it happens outside, and what holds by
/// definition needs no interval.
fn percentile_interval(mut values: Vec<f64>) -> Option<(f64, f64)> {
    let last = values.len().checked_sub(1)? as f64;
    let mut at = |share: f64| {
        let rank = share * last;
        // The smallest of those above the rank is the next one: no need to sort them all.
        let (_, &mut below, rest) = values.select_nth_unstable_by(rank as usize, f64::total_cmp);
        let above = rest.iter().copied().reduce(f64::min).filter(|_| rank.fract() > 0.0).unwrap_or(below);
        below + (above - below) * rank.fract()
    };
    let (low, high) = (at(TAIL), at(1.0 - TAIL));
    (high - low > ROUNDING * low.abs().max(high.abs())).then_some((low, high))
}

/// A standard normal number for each resample (Box and Muller 1958): the router's own noise, in closed form.
pub fn normal_noise(seed: u64, count: usize) -> Vec<f64> {
    let (radius, angle) = (Draws::new(seed, 0).stream(Stream::Noise, 0), Draws::new(seed, 1).stream(Stream::Noise, 0));
    let number = |key: u64| (-2.0 * (1.0 - radius.uniform(key)).ln()).sqrt() * (std::f64::consts::TAU * angle.uniform(key)).cos();
    (0..count as u64).map(number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_between_order_statistics() {
        // Of 0..=1000 the 2.5th percentile is 25, the 97.5th 975.
        let interval = percentile_interval((0..=1000).rev().map(f64::from).collect());
        assert_eq!(interval, Some((25.0, 975.0)));
        assert_eq!(percentile_interval(Vec::new()), None);
        // Nothing varied, but for rounding.
        assert_eq!(percentile_interval(vec![1.0; 1000]), None);
        assert_eq!(percentile_interval((0..1000).map(|one| 0.3 + f64::from(one % 2) * 1e-16).collect()), None);
    }

    #[test]
    fn too_few_buckets_give_no_bounds() {
        let sample = |filled| Resampled { point: vec![1.0], draws: vec![vec![0.5], vec![1.5]], filled };
        let of = |sample: &Resampled| figure(sample, |sums| Some(sums[0]));
        assert_eq!(of(&sample(19)), Some(Figure { value: 1.0, low: None, high: None }));
        assert!(of(&sample(20)).is_some_and(|figure| figure.low.is_some()));
    }

    #[test]
    fn noise_is_standard_normal() {
        // 10,000 numbers: mean within 4/sqrt(10,000) = 0.04 of 0, mean square within 4*sqrt(2/10,000) of 1.
        let noise = normal_noise(7, 10_000);
        let mean = noise.iter().sum::<f64>() / 1e4;
        let square = noise.iter().map(|z| z * z).sum::<f64>() / 1e4;
        assert!(mean.abs() < 0.04 && (square - 1.0).abs() < 0.057, "{mean} {square}");
    }
}
