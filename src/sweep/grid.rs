//! Router accuracies, and which of them a draw is right at.

use crate::draw::{Keys, StreamDraws, threshold};
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

/// Bins that are counted by steps of a multiple of the draw's upper bits.
#[derive(Debug, Clone, Copy)]
struct Even {
    /// Steps from 0 to 1.
    steps: u32,
    /// Bits of the upper half that are left away, so that the multiple fits a word.
    left_away: u32,
    /// The bin of draws that lie in the first step.
    first: i32,
    bins: i32,
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

    /// The share of draws in the bin that has the most.
    pub(super) fn largest_share(&self) -> f64 {
        let bounds = [0.0].into_iter().chain(self.accuracies.iter().copied()).zip(self.accuracies.iter().copied().chain([1.0]));
        bounds.map(|(from, to)| to - from).fold(0.0, f64::max)
    }

    /// For each key the position of the first accuracy at which its coin is right; the number of accuracies if at none.
    pub(super) fn bins(&self, coin: &StreamDraws, keys: &Keys, draws: &mut Vec<u64>, bins: &mut [u32]) {
        if let Table::Even(even) = self.table {
            // In a pass of its own: registers hold twice as many halves as draws.
            coin.upper_halves(keys, bins);
            let mut largest = 0;
            wide::run(EvenBins { even, bins, largest: &mut largest });
            if largest == Even::NEAR {
                let near = bins.iter_mut().zip(keys.each()).filter(|(bin, _)| **bin == Even::NEAR);
                near.for_each(|(bin, &key)| *bin = bin_from(&self.thresholds, coin.draw53(u64::from(key))) as u32);
            }
            return;
        }
        coin.draws53(keys.each(), draws);
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
    /// Most steps: of larger ones too many draws would lie near to a threshold.
    const MOST: f64 = 1000.0;
    /// The bin of a draw that lies too near to a threshold.
    const NEAR: u32 = u32::MAX;

    /// For thresholds that lie as far from each other; `None` where a bin would not be the right one.
    fn new(accuracies: &[f64], thresholds: &[u64]) -> Option<Even> {
        let (first, next) = (accuracies.first()?, accuracies.get(1)?);
        let steps = (1.0 / (next - first)).round();
        if steps > Self::MOST {
            return None;
        }
        let (before, steps) = ((first * steps).round() as i32, steps as u32);
        let even = Even { steps, left_away: steps.ilog2() + 1, first: 1 - before, bins: thresholds.len() as i32 };
        // Bins rise with draws: they are right everywhere if they are on both sides of each threshold.
        let last = (1 << DRAW_BITS) - 1;
        let beside = 1u64 << (DRAW_BITS - u32::BITS + even.left_away);
        let around = thresholds.iter().flat_map(|&bound| {
            let upper = [bound, bound + beside, bound + 2 * beside].map(|draw| draw.min(last));
            let lower = [1, beside, 2 * beside].map(|less| bound.saturating_sub(less).min(last));
            upper.into_iter().chain(lower)
        });
        let is_right = |draw: u64| [Self::NEAR, bin_from(thresholds, draw) as u32].contains(&even.bin(upper_half(draw)));
        around.chain([0, last]).all(is_right).then_some(even)
    }

    /// The bin of a draw by its upper half, or [`Even::NEAR`].
    #[inline(always)]
    fn bin(&self, half: u32) -> u32 {
        let bits = u32::BITS - self.left_away;
        let counted = (half >> self.left_away) * self.steps;
        let bin = ((counted >> bits) as i32 + self.first).clamp(0, self.bins) as u32;
        // What is left away may reach the next step, and thresholds are rounded to draws: at the end of a step, or at
        // its very start. One comparison, since what is below nothing wraps around.
        let within = counted & ((1 << bits) - 1);
        let near = within.wrapping_sub(1) >= (1 << bits) - self.steps - 2;
        if near { Self::NEAR } else { bin }
    }
}

/// The upper half of the bits that a draw is made of.
fn upper_half(draw: u64) -> u32 {
    (draw >> (DRAW_BITS - u32::BITS)) as u32
}

/// Turns upper halves into bins, and finds the largest.
struct EvenBins<'a> {
    even: Even,
    bins: &'a mut [u32],
    largest: &'a mut u32,
}

impl Loop for EvenBins<'_> {
    #[inline(always)]
    fn run(self) {
        let EvenBins { even, bins, largest } = self;
        let mut most = 0;
        for bin in bins {
            *bin = even.bin(*bin);
            most = most.max(*bin);
        }
        *largest = most;
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
        let (coin, mut all, mut draws) = (Draws::new(7, 0).stream(Stream::Coin, 0), Keys::default(), Vec::new());
        let mut bins = vec![0; keys.len()];
        all.set(&keys.collect::<Vec<_>>());
        grid.bins(&coin, &all, &mut draws, &mut bins);
        let one_by_one = |&key: &u32| grid.thresholds.iter().filter(|&&bound| bound <= coin.draw53(u64::from(key))).count() as u32;
        (bins, all.each().iter().map(one_by_one).collect())
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
        // 0.2 of 2^53 is 1801439850948198.4: its upper half is 858993459, which is 51 more than a multiple of the 128 that
        // the seven bits left away count to.
        let grid = Grid::new((0..=100).map(|step| f64::from(step) / 100.0).collect())?;
        let Table::Even(even) = grid.table else { return Err(Error::new("an even grid")) };
        assert_eq!((grid.thresholds[20], upper_half(grid.thresholds[20]), even.left_away), (1_801_439_850_948_199, 858_993_459, 7));
        let bins = [-52, -51, 76, 77].map(|away| even.bin((858_993_459 + away) as u32));
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
