//! What changes between misrouted and right, by replicate and by the bin of each query's coin.

use super::Grid;
use crate::draw::{Draws, Keys, Stream};
use crate::replay::sweeping::{Changed, LANES, Line, changes, lines};
use crate::replay::{Layout, Rows};
use crate::wide::Ahead;

/// Replicates that a line is added to at a time: lines are more than the nearest cache holds beside the bins.
const AT_ONCE: usize = 4;

/// Sums of all replicates that are not exact yet.
pub(super) struct Bins<'a> {
    grid: &'a Grid,
    seed: u64,
    replicates: Vec<Replicate>,
    keys: Keys,
    draws: Vec<u64>,
    /// By replicate the bin of each query for which it matters.
    bin_of: Vec<Vec<u32>>,
}

struct Replicate {
    misroutes: Line,
    /// By bin what changes.
    changes: Vec<Line>,
}

impl<'a> Bins<'a> {
    /// Nothing yet, for so many replicates of a seed.
    pub fn new(grid: &'a Grid, seed: u64, replicates: u32) -> Self {
        let replicate = || Replicate { misroutes: Line::ZERO, changes: vec![Line::ZERO; grid.accuracies.len() + 1] };
        let replicates: Vec<_> = (0..replicates).map(|_| replicate()).collect();
        Bins { grid, seed, keys: Keys::default(), draws: Vec::new(), bin_of: vec![Vec::new(); replicates.len()], replicates }
    }

    /// Adds what changes to the bins of every replicate's coins, and asks for the cells that come next.
    pub fn add_to_all(&mut self, changed: &Changed, ahead: &mut Ahead) {
        self.keys.set(changed.keys());
        for first in (0..self.replicates.len()).step_by(AT_ONCE) {
            let some = first..self.replicates.len().min(first + AT_ONCE);
            some.clone().for_each(|replicate| self.toss(replicate));
            let (replicates, bin_of) = (&mut self.replicates[some.clone()], &self.bin_of[some]);
            match (<&mut [Replicate; AT_ONCE]>::try_from(&mut *replicates), <&[Vec<u32>; AT_ONCE]>::try_from(bin_of)) {
                (Ok(replicates), Ok(bin_of)) => {
                    let rows = replicates.each_mut().map(|replicate| &mut replicate.changes[..]);
                    changes::add_to_four(rows, bin_of.each_ref().map(|bins| &bins[..]), changed.lines(), ahead);
                }
                _ => replicates.iter_mut().zip(bin_of).for_each(|(one, bin_of)| lines::add(&mut one.changes, bin_of, changed.lines())),
            }
        }
    }

    /// Adds a replicate's misroutes, and what changes, to the bins of its coins.
    pub fn add_to_one(&mut self, replicate: usize, misroutes: &Line, changed: &Changed) {
        self.keys.set(changed.keys());
        self.toss(replicate);
        let Replicate { misroutes: all, changes } = &mut self.replicates[replicate];
        all.add(misroutes);
        lines::add(changes, &self.bin_of[replicate], changed.lines());
    }

    /// Adds misroutes that are the same in every replicate.
    pub fn misroute_all(&mut self, misroutes: &Line) {
        self.replicates.iter_mut().for_each(|replicate| replicate.misroutes.add(misroutes));
    }

    /// Finds the bins of a replicate's coins.
    fn toss(&mut self, replicate: usize) {
        let coin = Draws::new(self.seed, replicate as u64).stream(Stream::Coin, 0);
        self.grid.bins(&coin, &self.keys, &mut self.draws, &mut self.bin_of[replicate]);
    }

    /// Adds the totals at each accuracy to exact ones, by replicate, and starts again at nothing.
    pub fn take(&mut self, layout: Layout, simulated: &mut [Rows]) {
        self.replicates.iter_mut().zip(simulated).for_each(|(replicate, rows)| replicate.take(layout, rows));
    }
}

impl Replicate {
    /// All misroutes, and what is right up to each accuracy.
    fn take(&mut self, layout: Layout, rows: &mut Rows) {
        let points = self.changes.len() - 1;
        let mut total = self.misroutes;
        for bin in &mut self.changes[..points] {
            total.add(bin);
            *bin = total;
        }
        for (place, lane) in LANES.into_iter().enumerate() {
            let column = &mut rows.lane_mut(layout.at(lane))[..points];
            column.iter_mut().zip(&self.changes).for_each(|(cell, total)| *cell += total.at(place));
        }
        self.changes.fill(Line::ZERO);
        self.misroutes = Line::ZERO;
    }
}
