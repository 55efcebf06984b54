//! What changes between misrouted and right, by replicate and by the bin of each query's coin.

use std::ops::Range;

use super::Grid;
use crate::draw::{Draws, Stream};
use crate::replay::sweeping::{Changed, LANES, Line, changes, lines};
use crate::replay::{Layout, Rows};
use crate::wide;

/// Sums of all replicates that are not exact yet.
pub(super) struct Bins<'a> {
    grid: &'a Grid,
    seed: u64,
    replicates: Vec<Replicate>,
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
        Bins { grid, seed, draws: Vec::new(), bin_of: vec![Vec::new(); replicates.len()], replicates }
    }

    /// Adds what changes to the bins of every replicate's coins, and asks between them for the cells that come next:
    /// adding waits for no memory.
    pub fn add_to_all(&mut self, changed: &Changed, ahead: &[&[f64]]) {
        let replicates = self.replicates.len();
        let mut parts = ahead.chunks(ahead.len().div_ceil(replicates.div_ceil(2)).max(1));
        for first in (0..replicates).step_by(2) {
            parts.next().iter().copied().flatten().for_each(|cells| wide::ask_for(cells));
            let two = first..replicates.min(first + 2);
            two.clone().for_each(|replicate| self.toss(replicate, changed));
            self.add_changes(two, changed);
        }
    }

    /// Adds a replicate's misroutes, and what changes, to the bins of its coins.
    pub fn add_to_one(&mut self, replicate: usize, misroutes: &Line, changed: &Changed) {
        self.replicates[replicate].misroutes.add(misroutes);
        self.toss(replicate, changed);
        self.add_changes(replicate..replicate + 1, changed);
    }

    /// Adds misroutes that are the same in every replicate.
    pub fn misroute_all(&mut self, misroutes: &Line) {
        self.replicates.iter_mut().for_each(|replicate| replicate.misroutes.add(misroutes));
    }

    /// Finds the bins of a replicate's coins.
    fn toss(&mut self, replicate: usize, changed: &Changed) {
        let coin = Draws::new(self.seed, replicate as u64).stream(Stream::Coin, 0);
        self.grid.bins(&coin, changed.keys(), &mut self.draws, &mut self.bin_of[replicate]);
    }

    /// Adds what changes in one or two replicates to the bins of their coins: in two at once, since lines are more than
    /// the nearest cache holds beside the bins.
    fn add_changes(&mut self, replicates: Range<usize>, changed: &Changed) {
        let lines = changed.lines();
        match (&mut self.replicates[replicates.clone()], &self.bin_of[replicates]) {
            ([first, second], [in_first, in_second]) => {
                changes::add_to_two([&mut first.changes, &mut second.changes], [in_first, in_second], lines);
            }
            (one, bin_of) => one.iter_mut().zip(bin_of).for_each(|(one, bin_of)| lines::add(&mut one.changes, bin_of, lines)),
        }
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
