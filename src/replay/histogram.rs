//! Percentiles from a histogram with logarithmic bins: a relative error of at most 1%.

/// Bins in each doubling. A value differs from its bin's middle by at most 1/128 of itself.
const BINS_PER_OCTAVE: usize = 64;
/// The smallest power of two with bins of its own: what is below counts as 0.
const LOWEST: i32 = -40;
/// Doublings covered: up to 2^24 seconds, half a year.
const OCTAVES: usize = 64;

/// Bins: one of what counts as 0, then those of each doubling.
const BINS: usize = 1 + BINS_PER_OCTAVE * OCTAVES;

/// How often values of each size occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    bins: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { bins: vec![0; BINS] }
    }
}

/// The bin of a value from 0 up.
#[inline(always)]
pub(super) fn bin_of(value: f64) -> u16 {
    // The exponent with the first six bits of the mantissa, which say which of the 64 bins of the octave.
    let place = (value.to_bits() >> 46) as i64 - (1023 + LOWEST as i64) * BINS_PER_OCTAVE as i64;
    (place + 1).clamp(0, BINS as i64 - 1) as u16
}

impl Histogram {
    /// Counts a value from 0 up.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.add_times(bin_of(value), 1);
    }

    /// Counts so many values of a bin.
    #[inline]
    pub(super) fn add_times(&mut self, bin: u16, times: u64) {
        self.bins[usize::from(bin)] += times;
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Histogram) {
        self.bins.iter_mut().zip(&other.bins).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// All counts.
    pub(super) fn counts(&self) -> impl Iterator<Item = u64> {
        self.bins.iter().copied()
    }

    /// All counts, to be changed.
    pub(super) fn counts_mut(&mut self) -> impl Iterator<Item = &mut u64> {
        self.bins.iter_mut()
    }

    /// The value below which a share of the values lies (nearest rank); `None` where there is no value.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let count = self.counts().sum::<u64>();
        if count == 0 {
            return None;
        }
        let rank = (share * count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        let bin = self.bins.iter().position(|bin| {
            seen += bin;
            seen >= rank
        })?;
        let Some(bin) = bin.checked_sub(1) else { return Some(0.0) };
        let octave = 2f64.powi((bin / BINS_PER_OCTAVE) as i32 + LOWEST);
        let part = (bin % BINS_PER_OCTAVE) as f64 + 0.5;
        Some(octave * (1.0 + part / BINS_PER_OCTAVE as f64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_within_one_percent() {
        let mut histogram = Histogram::default();
        (1..=10_000).for_each(|i| histogram.add(f64::from(i) * 0.001));
        for (share, value) in [(0.5, 5.0), (0.95, 9.5), (0.99, 9.9)] {
            let found = histogram.quantile(share).unwrap_or_default();
            assert!((found / value - 1.0).abs() < 0.01, "{share}: {found} for {value}");
        }
        assert_eq!(Histogram::default().quantile(0.5), None);
    }

    #[test]
    fn what_is_too_small_or_too_large_has_a_bin_too() {
        // The first bin begins at 2^-40, the last one ends at 2^24.
        let bins = [0.0, 9e-13, 2f64.powi(-40), 1.0, 1.999, 2f64.powi(24), f64::INFINITY].map(bin_of);
        let octave = BINS_PER_OCTAVE as u16;
        assert_eq!(bins, [0, 0, 1, 1 + 40 * octave, 41 * octave, 64 * octave, 64 * octave]);
        let mut histogram = Histogram::default();
        [0.0, 0.0, 3.0].into_iter().for_each(|value| histogram.add(value));
        assert_eq!((histogram.quantile(0.5), histogram.quantile(0.9).map(f64::round)), (Some(0.0), Some(3.0)));
    }
}
