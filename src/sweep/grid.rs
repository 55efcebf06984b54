//! Router accuracies, and which of them a draw is right at.

use crate::draw::{StreamDraws, threshold};
use crate::error::{Error, Result};
use crate::wide::{self, Loop};

/// What is swept.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Router accuracies, increasing.
    pub accuracies: Vec<f64>,
    thresholds: Vec<u64>,
    table: Table,
}

/// How the bin of a draw is found.
#[derive(Debug, Clone)]
enum Table {
    /// Thresholds that lie as far from each other, as those of most grids do: by a multiplication.
    Even(Even),
    /// For each value of the first 8 bits.
    Small(Box<Slots<{ 1 << 8 }>>),
    /// For each value of the first 12 bits.
    Large(Box<Slots<{ 1 << 12 }>>),
    /// For each value of the first bits the first bin that the draw may be in, and how many bits are behind them.
    Any(Vec<u32>, u32),
}

/// Bins that are counted by steps of a multiple of the draw.
#[derive(Debug, Clone, Copy)]
struct Even {
    /// Steps from 0 to 1.
    steps: i64,
    offset: i64,
    bins: i64,
}

/// For each value of the first bits of a draw the first bin that it may be in, and the last draw that is in it:
/// later ones are in the next bin.
#[derive(Debug, Clone)]
struct Slots<const SLOTS: usize> {
    first: [u32; SLOTS],
    last: [u64; SLOTS],
}

/// Bits of a draw.
const DRAW_BITS: u32 = 53;

/// Bits of a draw that look up its bin where slots do not do: at least, and at most.
const LOOKUP_BITS: std::ops::RangeInclusive<u32> = 10..=16;

impl Grid {
    /// A grid of accuracies, which are sorted; doubles are dropped.
    ///
    /// # Errors
    /// Where there is none, or one lies outside 0 to 1.
    pub fn new(mut accuracies: Vec<f64>) -> Result<Grid> {
        if let Some(bad) = accuracies.iter().find(|accuracy| !(0.0..=1.0).contains(*accuracy)) {
            return Err(Error::new("a router accuracy is a share of queries")
                .at("--accuracy")
                .found(bad)
                .allowed("0 to 1 (0.8 for 80%)")
                .usage());
        }
        accuracies.sort_by(f64::total_cmp);
        accuracies.dedup();
        if accuracies.is_empty() {
            return Err(Error::new("no router accuracy to sweep").at("--accuracy").allowed("0 to 1, as FROM:TO:STEP or a list").usage());
        }
        let thresholds: Vec<u64> = accuracies.iter().map(|&accuracy| threshold(accuracy)).collect();
        let table = Even::new(&accuracies, &thresholds).map(Table::Even);
        let table = table.or_else(|| Slots::new(&thresholds).map(Table::Small)).or_else(|| Slots::new(&thresholds).map(Table::Large));
        let table = table.unwrap_or_else(|| {
            let bits = (8 * thresholds.len()).ilog2().clamp(*LOOKUP_BITS.start(), *LOOKUP_BITS.end());
            let shift = DRAW_BITS - bits;
            Table::Any((0..1u64 << bits).map(|part| bin_from(&thresholds, part << shift) as u32).collect(), shift)
        });
        Ok(Grid { accuracies, thresholds, table })
    }

    /// For each key the position of the first accuracy at which its coin is right; the number of accuracies if at none.
    pub(super) fn bins(&self, coin: &StreamDraws, keys: &[u32], draws: &mut Vec<u64>, bins: &mut Vec<u32>) {
        if let Table::Even(even) = self.table {
            coin.each53(keys, bins, move |draw| even.bin(draw));
            if largest(bins) == Even::NEAR {
                let near = bins.iter_mut().zip(keys).filter(|(bin, _)| **bin == Even::NEAR);
                near.for_each(|(bin, &key)| *bin = bin_from(&self.thresholds, coin.draw53(u64::from(key))) as u32);
            }
            return;
        }
        coin.draws53(keys, draws);
        bins.resize(keys.len(), 0);
        match &self.table {
            Table::Even(_) => {}
            Table::Small(slots) => slots.bins(draws, bins),
            Table::Large(slots) => slots.bins(draws, bins),
            Table::Any(first_bin, shift) => {
                let bin = |draw: u64| {
                    let first = first_bin[(draw >> shift) as usize] as usize;
                    first + self.thresholds[first..].iter().take_while(|&&bound| bound <= draw).count()
                };
                bins.iter_mut().zip(draws).for_each(|(into, &mut draw)| *into = bin(draw) as u32);
            }
        }
    }
}

impl Even {
    /// Most steps: a draw times as many fits a word.
    const MOST: f64 = 1000.0;
    /// The bin of a draw that lies too near to a threshold.
    const NEAR: u32 = u32::MAX;
    /// Draws from a threshold that are too near: thresholds are rounded to draws.
    const FAR: i64 = 2;

    /// For thresholds that lie as far from each other; `None` where a bin would not be the right one.
    fn new(accuracies: &[f64], thresholds: &[u64]) -> Option<Even> {
        let (first, next) = (accuracies.first()?, accuracies.get(1)?);
        let steps = (1.0 / (next - first)).round();
        if steps > Self::MOST {
            return None;
        }
        let before = (first * steps).round() as i64;
        let even = Even { steps: steps as i64, offset: (1 - before) << DRAW_BITS, bins: thresholds.len() as i64 };
        // Bins rise with draws: they are right everywhere if they are on both sides of each threshold.
        let last = (1 << DRAW_BITS) - 1;
        let around = thresholds.iter().flat_map(|&bound| bound.saturating_sub(5)..=(bound + 5).min(last));
        let is_right = |draw: u64| [Self::NEAR, bin_from(thresholds, draw) as u32].contains(&even.bin(draw));
        around.chain([0, last]).all(is_right).then_some(even)
    }

    /// The bin of a draw, or [`Even::NEAR`].
    #[inline(always)]
    fn bin(&self, draw: u64) -> u32 {
        let counted = draw as i64 * self.steps + self.offset;
        let within = counted & ((1 << DRAW_BITS) - 1);
        let bin = (counted >> DRAW_BITS).clamp(0, self.bins) as u32;
        // Below `far`, or as near to the end: one comparison, since what is below wraps around.
        let far = Self::FAR * self.steps;
        let near = within.wrapping_sub(far) as u64 >= ((1 << DRAW_BITS) - 2 * far) as u64;
        if near { Self::NEAR } else { bin }
    }
}

/// The largest of some bins.
fn largest(bins: &[u32]) -> u32 {
    let mut largest = 0;
    wide::run(Largest { bins, largest: &mut largest });
    largest
}

struct Largest<'a> {
    bins: &'a [u32],
    largest: &'a mut u32,
}

impl Loop for Largest<'_> {
    #[inline(always)]
    fn run(self) {
        for &bin in self.bins {
            *self.largest = bin.max(*self.largest);
        }
    }
}

/// The first bin whose draws lie above one.
fn bin_from(thresholds: &[u64], draw: u64) -> usize {
    thresholds.partition_point(|&bound| bound <= draw)
}

impl<const SLOTS: usize> Slots<SLOTS> {
    /// Bits behind those that look up a slot.
    const SHIFT: u32 = DRAW_BITS - SLOTS.ilog2();

    /// A table; `None` where two thresholds have the same first bits.
    fn new(thresholds: &[u64]) -> Option<Box<Self>> {
        let mut slots = Box::new(Slots { first: [0; SLOTS], last: [0; SLOTS] });
        for (part, (first, last)) in (0u64..).zip(slots.first.iter_mut().zip(&mut slots.last)) {
            let (here, next) = (bin_from(thresholds, part << Self::SHIFT), bin_from(thresholds, ((part + 1) << Self::SHIFT) - 1));
            if next - here > 1 {
                return None;
            }
            *first = here as u32;
            *last = if next > here { thresholds[here] - 1 } else { u64::MAX };
        }
        Some(slots)
    }

    fn bins(&self, draws: &[u64], bins: &mut [u32]) {
        for (bin, &draw) in bins.iter_mut().zip(draws) {
            // A draw has no more bits than those: nothing lies beyond the table.
            let slot = (draw >> Self::SHIFT) as usize % SLOTS;
            *bin = self.first[slot] + u32::from(draw > self.last[slot]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{Draws, Stream};

    /// The bins of some coins, and what comparing each with every threshold gives.
    fn compared(grid: &Grid, keys: std::ops::Range<u32>) -> (Vec<u32>, Vec<u32>) {
        let (coin, keys) = (Draws::new(7, 0).stream(Stream::Coin, 0), keys.collect::<Vec<_>>());
        let (mut draws, mut bins) = (Vec::new(), Vec::new());
        grid.bins(&coin, &keys, &mut draws, &mut bins);
        let one_by_one = |&key: &u32| grid.thresholds.iter().filter(|&&bound| bound <= coin.draw53(u64::from(key))).count() as u32;
        (bins, keys.iter().map(one_by_one).collect())
    }

    #[test]
    fn bins_are_the_first_accuracy_that_is_right() -> Result<()> {
        let steps = |count: usize| (0..=count).map(|step| step as f64 / count as f64).collect::<Vec<_>>();
        let uneven = vec![0.0, 0.3, 0.3000001, 0.30001, 0.9];
        for accuracies in [vec![0.3], vec![0.0, 0.25, 0.5, 1.0], uneven, steps(100), steps(1000), steps(10_000)] {
            let grid = Grid::new(accuracies)?;
            let (found, expected) = compared(&grid, 0..20_000);
            assert_eq!(found, expected, "{} accuracies", grid.accuracies.len());
        }
        Ok(())
    }

    #[test]
    fn bins_are_found_as_fast_as_they_can_be() -> Result<()> {
        let grid = |count: usize| Grid::new((0..=count).map(|step| step as f64 / count as f64).collect());
        for count in [1, 2, 3, 7, 20, 100, 1000] {
            assert!(matches!(grid(count)?.table, Table::Even(_)), "{count}");
        }
        let some = (0..=10).map(|step| 0.5 + f64::from(step) * 0.05).map(|accuracy| (accuracy * 1e9).round() / 1e9).collect();
        assert!(matches!(Grid::new(some)?.table, Table::Even(_)));
        assert!(matches!(Grid::new(vec![0.1, 0.2, 0.4])?.table, Table::Small(_)));
        assert!(matches!(Grid::new(vec![0.1, 0.101, 0.102, 0.2])?.table, Table::Large(_)));
        assert!(matches!(grid(10_000)?.table, Table::Any(..)));
        Ok(())
    }

    #[test]
    fn accuracies_are_shares() {
        assert!(Grid::new(vec![1.2]).is_err_and(|error| error.is_usage()));
    }

    #[test]
    fn draws_near_a_threshold_are_looked_at_again() -> Result<()> {
        // 0.2 of 2^53 is 1801439850948198.4, and the draw at which it ends the next but one.
        let grid = Grid::new((0..=100).map(|step| f64::from(step) / 100.0).collect())?;
        let Table::Even(even) = grid.table else { return Err(Error::new("an even grid")) };
        assert_eq!(grid.thresholds[20], 1_801_439_850_948_199);
        let bins = [-3i64, -1, 0, 3].map(|away| even.bin((grid.thresholds[20] as i64 + away) as u64));
        assert_eq!(bins, [20, Even::NEAR, Even::NEAR, 21]);
        Ok(())
    }

    #[test]
    fn slots_end_where_their_thresholds_do() {
        // Draws below 1 are in bin 0, from 1 on in bin 1, from 2^53 - 1 on in bin 2, and nothing lies above that.
        let slots = Slots::<2>::new(&[1, (1 << DRAW_BITS) - 1]).map(|slots| (slots.first, slots.last));
        assert_eq!(slots, Some(([0, 1], [0, (1 << DRAW_BITS) - 2])));
    }
}
