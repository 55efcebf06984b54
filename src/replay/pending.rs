//! Sums of a policy's lines that are not in its tally yet.

use super::bases::Choices;
use super::block::Block;
use super::counts;
use super::estimates::Estimates;
use super::lane::{Lane, Layout};
use super::line::{LANES, Line};
use super::line_rows::{LineRows, own_lanes};
use super::lines::Lines;
use super::tally::Tally;
use crate::trace::EndpointIx;
use crate::wide::Ahead;
use crate::workload::ACCOUNTS;

/// The sums of one policy.
#[derive(Clone)]
pub(super) struct Pending {
    pub rows: LineRows,
    pub estimated: Line,
}

impl Pending {
    /// Nothing yet, of so many groups.
    pub fn new(groups: usize) -> Self {
        Pending { rows: LineRows::new(groups), estimated: Line::ZERO }
    }

    /// Says that so many lines will be added, and makes room for them.
    pub fn admit(&mut self, lines: usize, room: usize, layout: Layout, tally: &mut Tally) {
        if !self.rows.admits(lines, room) {
            self.take(layout, tally);
        }
        self.rows.admit(lines);
    }

    /// Adds and counts the answers of the endpoints chosen, whose lines are there; gives the sum of their lines.
    pub fn add(
        &mut self,
        block: &Block,
        estimates: &Estimates,
        lines: &Lines,
        chosen: &[EndpointIx],
        tally: &mut Tally,
        ahead: &mut Ahead,
    ) -> Line {
        let mut total = Line::ZERO;
        let sums = self.rows.sums(&block.bucket, &block.group, estimates.masks(), &mut total, &mut self.estimated);
        sums.add(chosen, |index, endpoint| lines.get(endpoint, index), ahead);
        counts::answers(block, chosen, |index, endpoint| lines.latency(endpoint, index), tally);
        let answers = chosen.iter().copied().enumerate();
        self.estimated.add(&estimates.of_mixed(answers, |index, endpoint| *lines.get(endpoint, index)));
        total
    }

    /// Adds what the answers chosen add more than those of a base, at the queries in which they differ.
    pub fn add_differences(&mut self, block: &Block, estimates: &Estimates, lines: &Lines, choices: Choices, ahead: &mut Ahead) {
        let mut total = Line::ZERO;
        let sums = self.rows.sums(&block.bucket, &block.group, estimates.masks(), &mut total, &mut self.estimated);
        sums.add_differences(lines, choices, ahead);
        let Choices { chosen, base, differing } = choices;
        let of = |choices: &[EndpointIx]| {
            let answers = differing.iter().map(|&index| (index as usize, choices[index as usize]));
            estimates.of_mixed(answers, |index, endpoint| *lines.get(endpoint, index))
        };
        self.estimated.add(&of(chosen).less(&of(base)));
    }

    /// Takes the sums to the policy's tally, and starts again at nothing.
    pub fn take(&mut self, layout: Layout, tally: &mut Tally) {
        let Pending { rows, estimated } = self;
        if tally.replicates.len() == 1 {
            let total = rows.total();
            let lanes = LANES.into_iter().enumerate();
            lanes.for_each(|(place, lane)| tally.replicates.lane_mut(layout.at(lane))[0] += total.at(place));
        }
        rows.take(layout, own_lanes(), &mut tally.buckets, Some(&mut tally.groups));
        let sums = (0..ACCOUNTS.len()).map(|account| estimated.exact(Lane::Sum(account)));
        tally.estimated.iter_mut().zip(sums).for_each(|(sum, more)| *sum += more);
        *estimated = Line::ZERO;
    }
}
