//! What changes between misrouted and right, by replicate and by the bin of each query's coin.

use rayon::prelude::*;

use super::Grid;
use super::dense::QUERIES;
use crate::draw::{Draws, Keys, Stream};
use crate::replay::sweeping::{AT_MOST, Addend, Changed, LANES, Line, List, Of, Slim, Units, changes, lines, many};
use crate::replay::{Layout, Rows};
use crate::wide::Ahead;

/// Replicates that a slim line is added to at a time: the nearest cache holds the bins of as many beside the lines that
/// pass through it.
const SLIM_AT_ONCE: usize = 5;
/// The same of lines, which are twice as wide.
const AT_ONCE: usize = 3;

/// Sums of all replicates that are not exact yet.
pub(super) struct Bins<'a> {
    grid: &'a Grid,
    seed: u64,
    units: Units,
    /// How many lines may be in a bin before those of a block are added to it; `None` where no slim lines are.
    many: Option<u64>,
    replicates: Vec<Replicate>,
    keys: Keys,
    draws: Vec<u64>,
    /// By replicate the bin of each query for which it matters.
    bin_of: Vec<[u32; QUERIES]>,
}

struct Replicate {
    misroutes: Line,
    /// By bin what changes: sums of a few queries.
    slim: Vec<Slim>,
    /// And of the others.
    changes: Vec<Line>,
}

impl<'a> Bins<'a> {
    /// Nothing yet, for so many replicates of a seed, in units for slim lines.
    pub fn new(grid: &'a Grid, seed: u64, replicates: u32, units: Units) -> Self {
        let bins = grid.accuracies.len() + 1;
        let replicate = || Replicate { misroutes: Line::ZERO, slim: vec![Slim::ZERO; bins], changes: vec![Line::ZERO; bins] };
        let replicates: Vec<_> = (0..replicates).map(|_| replicate()).collect();
        let many = many(grid.largest_share() * QUERIES as f64);
        Bins { grid, seed, units, many, keys: Keys::default(), draws: Vec::new(), bin_of: vec![[0; QUERIES]; replicates.len()], replicates }
    }

    /// The units of slim lines, where bins may get some.
    pub fn units(&self) -> Option<Units> {
        self.many.and(Some(self.units))
    }

    /// Adds what changes to the bins of every replicate's coins, and asks for the cells that come next.
    pub fn add_to_all(&mut self, changed: &Changed, ahead: &mut Ahead) {
        const { assert!(QUERIES <= AT_MOST) }
        let (units, many) = (self.units, self.many.unwrap_or(0));
        self.add_list::<_, SLIM_AT_ONCE>(
            &changed.slim,
            |replicate| &mut replicate.slim,
            ahead,
            |replicate, bin_of| {
                let added = (bin_of, changed.slim.lines());
                units.settle(Of::Changes, &mut replicate.slim, many, &mut replicate.changes, added);
            },
        );
        self.add_list::<_, AT_ONCE>(&changed.lines, |replicate| &mut replicate.changes, ahead, |_, _| ());
    }

    /// Adds some of it to rows of every replicate, a few replicates at a time, of which each is `done` then.
    fn add_list<L: Addend, const SOME: usize>(
        &mut self,
        list: &List<L>,
        rows: impl Fn(&mut Replicate) -> &mut [L],
        ahead: &mut Ahead,
        done: impl Fn(&mut Replicate, &[u32]),
    ) {
        if list.keys().is_empty() {
            return;
        }
        self.keys.set(list.keys());
        for first in (0..self.replicates.len()).step_by(SOME) {
            let some = first..self.replicates.len().min(first + SOME);
            some.clone().for_each(|replicate| self.toss(replicate));
            let (replicates, bin_of) = (&mut self.replicates[some.clone()], &self.bin_of[some]);
            match (<&mut [_; SOME]>::try_from(&mut *replicates), <&[_; SOME]>::try_from(bin_of)) {
                (Ok(replicates), Ok(bin_of)) => changes::add_to_some(replicates.each_mut().map(&rows), bin_of, list.lines(), ahead),
                _ => replicates.iter_mut().zip(bin_of).for_each(|(one, bin_of)| lines::add(rows(one), bin_of, list.lines())),
            }
            replicates.iter_mut().zip(bin_of).for_each(|(replicate, bin_of)| done(replicate, bin_of));
        }
    }

    /// Adds a replicate's misroutes, and what changes, to the bins of its coins.
    pub fn add_to_one(&mut self, replicate: usize, misroutes: &Line, changed: &Changed) {
        self.keys.set(changed.lines.keys());
        self.toss(replicate);
        let Replicate { misroutes: all, changes, .. } = &mut self.replicates[replicate];
        all.add(misroutes);
        lines::add(changes, &self.bin_of[replicate], changed.lines.lines());
    }

    /// Adds misroutes that are the same in every replicate.
    pub fn misroute_all(&mut self, misroutes: &Line) {
        self.replicates.iter_mut().for_each(|replicate| replicate.misroutes.add(misroutes));
    }

    /// Finds the bins of a replicate's coins.
    fn toss(&mut self, replicate: usize) {
        let coin = Draws::new(self.seed, replicate as u64).stream(Stream::Coin, 0);
        let bins = &mut self.bin_of[replicate][..self.keys.each().len()];
        self.grid.bins(&coin, &self.keys, &mut self.draws, bins);
    }

    /// Starts again at nothing.
    pub fn clear(&mut self) {
        for Replicate { misroutes, slim, changes } in &mut self.replicates {
            *misroutes = Line::ZERO;
            slim.fill(Slim::ZERO);
            changes.fill(Line::ZERO);
        }
    }

    /// Adds the totals at each accuracy to exact ones, by replicate; what remains is of no use.
    pub fn take(&mut self, layout: Layout, simulated: &mut [Rows]) {
        let units = self.units;
        self.replicates.par_iter_mut().zip(simulated).for_each(|(replicate, rows)| {
            units.take(Of::Changes, &mut replicate.slim, &mut replicate.changes);
            replicate.take(layout, rows);
        });
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
    }
}
