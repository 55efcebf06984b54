//! What baselines take: the same for all policies, and added up once.

use super::block::{Block, Judge};
use super::cells::{Cells, Scratch};
use super::exact::Exact;
use super::lane::{Lane, Layout};
use super::line::Line;
use super::line_rows::LineRows;
use super::rows::Rows;
use super::setup::Replay;
use super::tally::{BUCKETS, Tally};
use crate::workload::ACCOUNTS;

/// Where the lanes of a baseline's answers belong in the tally of a policy.
pub(crate) fn their_lanes(baseline: usize) -> impl Iterator<Item = (Lane, Lane)> {
    let accounts = (0..ACCOUNTS.len()).map(move |account| (Lane::Sum(account), Lane::Theirs(baseline, account)));
    accounts.chain([(Lane::Score, Lane::TheirScore(baseline))])
}

/// What the baselines take for every query, in the lanes of [`Lane::Theirs`].
#[derive(Debug, Clone)]
pub(crate) struct Theirs {
    layout: Layout,
    buckets: Rows,
    groups: Rows,
}

impl Theirs {
    fn new(groups: usize, layout: Layout) -> Self {
        Theirs { layout, buckets: Rows::new(BUCKETS, layout.width()), groups: Rows::new(groups, layout.width()) }
    }

    pub fn merge(&mut self, other: &Theirs) {
        self.buckets.merge(&other.buckets);
        self.groups.merge(&other.groups);
    }

    /// Hands them to a policy that was replayed so many times.
    pub fn give(&self, tally: &mut Tally) {
        let times = tally.replicates.len() as i128;
        for (_, lane) in (0..self.layout.baselines).flat_map(their_lanes) {
            let lane = self.layout.at(lane);
            let mut total = Exact::ZERO;
            for (mine, theirs) in tally.buckets.lane_mut(lane).iter_mut().zip(self.buckets.lane(lane)) {
                *mine += Exact(theirs.0 * times);
                total += *theirs;
            }
            tally.groups.lane_mut(lane).iter_mut().zip(self.groups.lane(lane)).for_each(|(mine, theirs)| *mine += Exact(theirs.0 * times));
            tally.replicates.lane_mut(lane).iter_mut().for_each(|cell| *cell += total);
        }
    }

    /// Adds what a baseline takes, from the tally of all queries that go to it.
    pub fn add(&mut self, baseline: usize, tally: &Tally) {
        for (lane, into) in their_lanes(baseline) {
            let (lane, into) = (self.layout.at(lane), self.layout.at(into));
            self.buckets.lane_mut(into).iter_mut().zip(tally.buckets.lane(lane)).for_each(|(mine, more)| *mine += *more);
            self.groups.lane_mut(into).iter_mut().zip(tally.groups.lane(lane)).for_each(|(mine, more)| *mine += *more);
        }
    }

    /// By bucket.
    pub fn buckets(&self) -> &Rows {
        &self.buckets
    }
}

/// Baselines on the way to [`Theirs`].
pub(crate) struct Baselines {
    rows: Vec<LineRows>,
    /// One that is added up elsewhere.
    elsewhere: Option<usize>,
    made: Vec<Line>,
    pub theirs: Theirs,
}

impl Baselines {
    /// Nothing yet, by bucket and by so many groups. One baseline may be added up elsewhere.
    pub fn new(replay: &Replay, groups: usize, elsewhere: Option<usize>) -> Self {
        let theirs = Theirs::new(groups, replay.layout());
        let rows = |position: usize| if elsewhere == Some(position) { LineRows::none() } else { LineRows::new(groups) };
        Baselines { rows: (0..replay.roles.baselines.len()).map(rows).collect(), elsewhere, made: Vec::new(), theirs }
    }

    /// Adds the answers of each baseline to a block, but for the queries that left the comparison.
    #[allow(clippy::too_many_arguments)]
    pub fn add(
        &mut self,
        replay: &Replay,
        room: usize,
        block: &Block,
        cells: &Cells,
        judge: &Judge,
        scratch: &mut Scratch,
        left: impl Fn(usize) -> bool,
    ) {
        let elsewhere = self.elsewhere;
        for position in (0..self.rows.len()).filter(|&position| elsewhere != Some(position)) {
            if !self.rows[position].admits(block.queries.len(), room) {
                self.take(replay, position);
            }
            cells.all_of(judge, replay.roles.baselines[position], scratch, &mut self.made);
            self.made.iter_mut().enumerate().filter(|(index, _)| left(*index)).for_each(|(_, line)| *line = Line::ZERO);
            let rows = &mut self.rows[position];
            rows.admit(block.queries.len());
            rows.add(&block.bucket, &block.group, &self.made);
        }
    }

    fn take(&mut self, replay: &Replay, position: usize) {
        let Theirs { buckets, groups, .. } = &mut self.theirs;
        self.rows[position].take(replay.layout(), their_lanes(position), buckets, Some(groups));
    }

    /// All that has been added.
    pub fn finish(mut self, replay: &Replay) -> Theirs {
        (0..self.rows.len()).for_each(|position| self.take(replay, position));
        self.theirs
    }
}
