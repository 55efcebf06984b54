//! Where a worker's sums go.

use super::super::CurveSums;
use super::Worker;
use crate::replay::sweeping::{ClosedForm, own_lanes, their_lanes};
use crate::replay::{Exact, Rows};

impl Worker<'_, '_> {
    /// Adds sums to where they are exact; what remains is of no use.
    pub(super) fn take(&mut self, sums: &mut CurveSums) {
        let layout = self.sweep.replay.layout();
        self.misroutes_by_bucket.take(self.misroute.buckets_mut());
        let misrouted = self.misroute.total();
        if self.misroutes_draw_nothing() {
            self.bins.misroute_all(&misrouted);
            self.changes_by_bucket.take(self.oracle.buckets_mut());
            self.oracle.add_rows(&self.misroute);
        }
        let CurveSums { simulated, oracle, misroute, .. } = sums;
        let of_baseline = || self.misrouted_to.into_iter().flat_map(their_lanes);
        let by_bucket = || {
            self.misroute.add_to(layout, of_baseline(), oracle);
            self.oracle.add_to(layout, own_lanes(), oracle);
            self.misroute.add_to(layout, own_lanes().chain(of_baseline()), misroute);
        };
        rayon::join(|| self.bins.take(layout, simulated), by_bucket);
        for (lane, into) in of_baseline() {
            add_to_all(simulated, layout.at(into), misrouted.exact(lane));
        }
    }

    /// Starts again at nothing.
    pub(super) fn clear(&mut self) {
        self.bins.clear();
        self.oracle.clear();
        self.misroute.clear();
        self.added = 0;
    }

    /// Adds all that there is to the sums of a curve, but for the closed forms of tasks.
    pub(super) fn finish(mut self, sums: &mut CurveSums) -> Vec<(usize, ClosedForm)> {
        self.sums.take().iter().for_each(|exact| sums.merge(exact));
        self.take(sums);
        let layout = self.sweep.replay.layout();
        let theirs = self.baselines.finish(self.sweep.replay);
        let others = (0..layout.baselines).filter(|&baseline| self.misrouted_to != Some(baseline));
        for (_, lane) in others.flat_map(their_lanes) {
            let lane = layout.at(lane);
            let column = theirs.buckets().lane(lane);
            for rows in [&mut sums.oracle, &mut sums.misroute] {
                rows.lane_mut(lane).iter_mut().zip(column).for_each(|(cell, &more)| *cell += more);
            }
            let mut total = Exact::ZERO;
            column.iter().for_each(|&cell| total += cell);
            add_to_all(&mut sums.simulated, lane, total);
        }
        self.forms
    }
}

/// Adds what is the same at every accuracy to a lane of each replicate.
fn add_to_all(simulated: &mut [Rows], lane: usize, more: Exact) {
    simulated.iter_mut().for_each(|rows| rows.lane_mut(lane).iter_mut().for_each(|cell| *cell += more));
}
