//! Percentiles from a histogram with logarithmic bins: a relative error of at most 1%.

/// Bins in each doubling. A value differs from its bin's middle by at most 1/128 of itself.
const BINS_PER_OCTAVE: usize = 64;
/// The smallest power of two with bins of its own: what is below counts as 0.
const LOWEST: i32 = -40;
/// Doublings covered: up to 2^24 seconds, half a year.
const OCTAVES: usize = 64;

/// How often values of each size occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    zero: u64,
    bins: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram { zero: 0, bins: vec![0; BINS_PER_OCTAVE * OCTAVES] }
    }
}

impl Histogram {
    /// Counts a value from 0 up.
    #[inline]
    pub fn add(&mut self, value: f64) {
        let bits = value.to_bits();
        let exponent = (bits >> 52) as i32 - 1023 - LOWEST;
        if exponent < 0 {
            self.zero += 1;
            return;
        }
        // The first six bits of the mantissa say which of the 64 bins of the octave.
        let part = (bits >> 46) as usize & (BINS_PER_OCTAVE - 1);
        let bin = exponent as usize * BINS_PER_OCTAVE + part;
        self.bins[bin.min(BINS_PER_OCTAVE * OCTAVES - 1)] += 1;
    }

    /// Adds the counts of another.
    pub fn merge(&mut self, other: &Histogram) {
        self.zero += other.zero;
        self.bins.iter_mut().zip(&other.bins).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// All counts.
    pub(super) fn counts(&self) -> impl Iterator<Item = u64> {
        std::iter::once(self.zero).chain(self.bins.iter().copied())
    }

    /// All counts, to be changed.
    pub(super) fn counts_mut(&mut self) -> impl Iterator<Item = &mut u64> {
        std::iter::once(&mut self.zero).chain(&mut self.bins)
    }

    /// The value below which a share of the values lies (nearest rank); `None` where there is no value.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let count = self.counts().sum::<u64>();
        if count == 0 {
            return None;
        }
        let rank = (share * count as f64).ceil().max(1.0) as u64;
        let mut seen = self.zero;
        if seen >= rank {
            return Some(0.0);
        }
        let bin = self.bins.iter().position(|bin| {
            seen += bin;
            seen >= rank
        })?;
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
}
