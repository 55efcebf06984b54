//! Tallying in lines: for workloads in which every cell that is needed is there.
//!
//! What an answer adds is the same whichever policy chose it, so that the lines of a block's answers are
//! made once, and each policy only adds up those that it chose. What a baseline takes is the same for all
//! policies too: it is added up once and handed to each of them at the end ([`Theirs`]).

use super::Exact;
use super::account::{AccountBlock, Status};
use super::block::{Block, Judge};
use super::estimates::Estimates;
use super::line::{LANES, LATENCY, Line};
use super::lines::{self, Cells, Lines};
use super::setup::Replay;
use super::tally::{BUCKETS, Lane, Layout, Rows, Tally};
use crate::policy::{Overhead, PlanBlock};
use crate::trace::EndpointIx;
use crate::workload::ACCOUNTS;

/// Sums of lines by bootstrap bucket and by group of queries.
#[derive(Debug, Clone)]
pub(crate) struct LineRows {
    buckets: Vec<Line>,
    /// None where there is one group: it is the sum of the buckets.
    groups: Vec<Line>,
    /// Lines that were added since the sums were last taken.
    added: usize,
}

impl LineRows {
    pub fn new(groups: usize) -> Self {
        LineRows { buckets: vec![Line::ZERO; BUCKETS], groups: vec![Line::ZERO; if groups > 1 { groups } else { 0 }], added: 0 }
    }

    /// Adds a line for each query of a block.
    pub fn add(&mut self, bucket: &[u32], group: &[u32], lines: &[Line]) {
        lines::add(&mut self.buckets, bucket, lines);
        if !self.groups.is_empty() {
            lines::add(&mut self.groups, group, lines);
        }
    }

    /// Whether there is room for so many more lines.
    pub fn admits(&self, lines: usize, room: usize) -> bool {
        self.added + lines <= room
    }

    /// Says that so many lines will be added.
    pub fn admit(&mut self, lines: usize) {
        self.added += lines;
    }

    /// The sum of all rows.
    pub fn total(&self) -> Line {
        lines::total(&self.buckets)
    }

    /// Takes the sums of some lanes to where they belong, and starts again at nothing.
    pub fn take(&mut self, layout: Layout, lanes: impl Iterator<Item = (Lane, Lane)>, buckets: &mut Rows, mut groups: Option<&mut Rows>) {
        let total = [self.total()];
        let of_groups: &[Line] = if self.groups.is_empty() { &total } else { &self.groups };
        for (lane, into) in lanes {
            add_lane(lane, &self.buckets, buckets.lane_mut(layout.at(into)));
            if let Some(groups) = groups.as_deref_mut() {
                add_lane(lane, of_groups, groups.lane_mut(layout.at(into)));
            }
        }
        self.buckets.fill(Line::ZERO);
        self.groups.fill(Line::ZERO);
        self.added = 0;
    }
}

fn add_lane(lane: Lane, lines: &[Line], column: &mut [Exact]) {
    column.iter_mut().zip(lines).for_each(|(cell, line)| *cell += line.exact(lane));
}

/// The lanes of a policy's own, each where it belongs.
pub(crate) fn own_lanes() -> impl Iterator<Item = (Lane, Lane)> {
    LANES.into_iter().map(|lane| (lane, lane))
}

/// Where the lanes of a baseline's answers belong in the tally of a policy.
pub(crate) fn their_lanes(baseline: usize) -> impl Iterator<Item = (Lane, Lane)> {
    let accounts = (0..ACCOUNTS.len()).map(move |account| (Lane::Sum(account), Lane::Theirs(baseline, account)));
    accounts.chain([(Lane::Score, Lane::TheirScore(baseline))])
}

/// What the baselines take for every query, in the lanes of [`Lane::Theirs`].
#[derive(Debug, Clone)]
pub(crate) struct Theirs {
    buckets: Rows,
    groups: Rows,
}

impl Theirs {
    fn new(groups: usize, width: usize) -> Self {
        Theirs { buckets: Rows::new(BUCKETS, width), groups: Rows::new(groups, width) }
    }

    pub fn merge(&mut self, other: &Theirs) {
        self.buckets.merge(&other.buckets);
        self.groups.merge(&other.groups);
    }

    /// Hands them to a policy that was replayed so many times.
    pub fn give(&self, tally: &mut Tally) {
        let replicates = tally.replicates.len();
        for _ in 0..replicates {
            tally.buckets.merge(&self.buckets);
            tally.groups.merge(&self.groups);
        }
        let total = self.buckets.total();
        for (lane, total) in tally.replicates.lanes_mut().zip(total) {
            lane.iter_mut().for_each(|cell| *cell += total);
        }
    }

    /// By bucket.
    pub fn buckets(&self) -> &Rows {
        &self.buckets
    }

    /// By bucket, to be changed.
    pub fn buckets_mut(&mut self) -> &mut Rows {
        &mut self.buckets
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
        let theirs = Theirs::new(groups, replay.layout().width());
        Baselines { rows: vec![LineRows::new(groups); replay.roles.baselines.len()], elsewhere, made: Vec::new(), theirs }
    }

    /// Adds the answers of each baseline to a block, but for the queries that left the comparison.
    pub fn add(&mut self, replay: &Replay, room: usize, block: &Block, cells: &Cells, judge: &Judge, left: impl Fn(usize) -> bool) {
        let elsewhere = self.elsewhere;
        for position in (0..self.rows.len()).filter(|&position| elsewhere != Some(position)) {
            if !self.rows[position].admits(block.queries.len(), room) {
                self.take(replay, position);
            }
            cells.all_of(judge, replay.roles.baselines[position], &mut self.made);
            self.made.iter_mut().enumerate().filter(|(index, _)| left(*index)).for_each(|(_, line)| *line = Line::ZERO);
            let rows = &mut self.rows[position];
            rows.admit(block.queries.len());
            rows.add(&block.bucket, &block.group, &self.made);
        }
    }

    fn take(&mut self, replay: &Replay, position: usize) {
        let Theirs { buckets, groups } = &mut self.theirs;
        self.rows[position].take(replay.layout(), their_lanes(position), buckets, Some(groups));
    }

    /// All that has been added.
    pub fn finish(mut self, replay: &Replay) -> Theirs {
        (0..self.rows.len()).for_each(|position| self.take(replay, position));
        self.theirs
    }
}

/// The sums of one policy that are not in its tally yet.
#[derive(Clone)]
struct Pending {
    rows: LineRows,
    estimated: Line,
}

/// Work on the blocks of a task.
pub(super) struct Dense<'a> {
    replay: &'a Replay<'a>,
    room: usize,
    pending: Vec<Pending>,
    baselines: Baselines,
    /// By judge the lines of all endpoints, where it is worth making them: more policies choose among
    /// them than there are endpoints.
    lines: Vec<Option<Lines>>,
    /// The lines of a turn.
    made: Vec<Line>,
    results: AccountBlock,
    estimates: Estimates<'a>,
}

/// An entry's part of a block in one replicate.
pub(super) struct Turn<'a> {
    pub entry: usize,
    pub replicate: usize,
    pub block: &'a Block<'a>,
    pub cells: &'a Cells<'a>,
    pub judge: &'a Judge<'a>,
}

impl<'a> Dense<'a> {
    /// Room for every entry; `None` where the workload is not one for lines.
    pub fn new(replay: &'a Replay<'a>) -> Option<Self> {
        let room = replay.room?;
        let pending = Pending { rows: LineRows::new(replay.groups.names.len()), estimated: Line::ZERO };
        let turns = |judge: usize| {
            let of_judge = (0..replay.entries.len()).filter(|&entry| replay.references.judge(entry) == judge);
            of_judge.map(|entry| replay.replicates_of(&replay.entries[entry]) as usize).sum::<usize>()
        };
        let endpoints = replay.workload.in_use().count();
        let lines = (0..replay.entries.len()).map(|judge| (turns(judge) > endpoints).then(Lines::default));
        Some(Dense {
            room,
            pending: vec![pending; replay.entries.len()],
            baselines: Baselines::new(replay, replay.groups.names.len(), None),
            lines: lines.collect(),
            made: Vec::new(),
            results: AccountBlock::default(),
            estimates: Estimates::new(replay),
            replay,
        })
    }

    /// A block begins: what baselines take for it is added up.
    pub fn begin(&mut self, block: &Block<'a>, cells: &Cells) {
        let endpoints = self.replay.workload.trace().outcomes.len();
        self.estimates.begin(block);
        self.lines.iter_mut().flatten().for_each(|lines| lines.clear(endpoints));
        if !self.pending.is_empty() {
            self.baselines.add(self.replay, self.room, block, cells, &self.replay.judge(0, block), |_| false);
        }
    }

    /// Adds what came of an entry's plans; `run` makes the results of plans that are not one attempt for
    /// each query.
    pub fn add(&mut self, turn: &Turn, plans: &PlanBlock, tally: &mut Tally, run: impl FnOnce(&mut AccountBlock)) {
        if !self.pending[turn.entry].rows.admits(turn.block.queries.len(), self.room) {
            self.take(turn.entry, tally);
        }
        let overhead = &self.replay.entries[turn.entry].spec.overhead;
        match plans.plain().filter(|_| *overhead == Overhead::default()) {
            Some(chosen) => {
                match &mut self.lines[turn.judge.number] {
                    Some(lines) => lines.chosen(turn.cells, turn.judge, chosen, &mut self.made),
                    None => turn.cells.chosen(turn.judge, chosen, &mut self.made),
                }
                count_plain(turn.block, chosen, tally);
                self.add_made(turn, tally);
                self.pending[turn.entry].estimated.add(&self.estimates.of_lines(chosen, &self.made));
                let left: Vec<usize> = (0..chosen.len()).filter(|&index| chosen[index] == PlanBlock::SKIP).collect();
                self.leave(turn, &left, tally);
            }
            None => {
                let mut results = std::mem::take(&mut self.results);
                run(&mut results);
                tally.count(&results);
                lines::of_results(&results, turn.judge, turn.block.outcomes.correct_at(), &mut self.made);
                self.add_made(turn, tally);
                let left: Vec<usize> = (0..results.status.len()).filter(|&index| results.status[index] == Status::Skipped).collect();
                self.leave(turn, &left, tally);
                let served = results.attempts.iter().filter(|(index, _)| results.status[*index as usize] == Status::Served);
                let answers = served.map(|&(index, endpoint)| (index as usize, endpoint));
                let estimated = match &mut self.lines[turn.judge.number] {
                    Some(lines) => {
                        lines.make(turn.cells, turn.judge, results.attempts.iter().map(|(_, endpoint)| *endpoint));
                        self.estimates.of_answers(answers, |index, endpoint| *lines.get(endpoint, index))
                    }
                    None => self.estimates.of_answers(answers, |index, endpoint| turn.cells.accounts_of(endpoint, index)),
                };
                self.pending[turn.entry].estimated.add(&estimated);
                self.results = results;
            }
        }
    }

    /// Adds the lines of a turn. Where there are several replicates, each has a row of its own.
    fn add_made(&mut self, turn: &Turn, tally: &mut Tally) {
        let rows = &mut self.pending[turn.entry].rows;
        rows.admit(turn.block.queries.len());
        rows.add(&turn.block.bucket, &turn.block.group, &self.made);
        if tally.replicates.len() > 1 {
            let (total, layout) = (lines::total(&self.made), self.replay.layout());
            LANES.into_iter().for_each(|lane| tally.replicates.lane_mut(layout.at(lane))[turn.replicate] += total.exact(lane));
        }
    }

    /// Takes queries that left the comparison from the baselines' side, to which all queries are added.
    fn leave(&mut self, turn: &Turn, left: &[usize], tally: &mut Tally) {
        if left.is_empty() {
            return;
        }
        let (layout, block) = (self.replay.layout(), turn.block);
        for (baseline, &endpoint) in self.replay.roles.baselines.iter().enumerate() {
            turn.cells.all_of(turn.judge, endpoint, &mut self.made);
            for (lane, into) in their_lanes(baseline) {
                let into = layout.at(into);
                for &index in left {
                    let value = self.made[index].exact(lane);
                    tally.buckets.lane_mut(into)[block.bucket[index] as usize] -= value;
                    tally.groups.lane_mut(into)[block.group[index] as usize] -= value;
                    tally.replicates.lane_mut(into)[turn.replicate] -= value;
                }
            }
        }
    }

    /// Takes an entry's sums to its tally.
    fn take(&mut self, entry: usize, tally: &mut Tally) {
        let Pending { rows, estimated } = &mut self.pending[entry];
        let layout = self.replay.layout();
        if tally.replicates.len() == 1 {
            let total = rows.total();
            LANES.into_iter().for_each(|lane| tally.replicates.lane_mut(layout.at(lane))[0] += total.exact(lane));
        }
        rows.take(layout, own_lanes(), &mut tally.buckets, Some(&mut tally.groups));
        let sums = (0..ACCOUNTS.len()).map(|account| estimated.exact(Lane::Sum(account)));
        tally.estimated.iter_mut().zip(sums).for_each(|(sum, more)| *sum += more);
        *estimated = Line::ZERO;
    }

    /// Takes all sums to the tallies, and gives what the baselines take.
    pub fn finish(mut self, tallies: &mut [Tally]) -> Theirs {
        tallies.iter_mut().enumerate().for_each(|(entry, tally)| self.take(entry, tally));
        self.baselines.finish(self.replay)
    }
}

/// Counts plans of one attempt for each query.
fn count_plain(block: &Block, chosen: &[EndpointIx], tally: &mut Tally) {
    let mut skipped = 0;
    for (index, &endpoint) in chosen.iter().enumerate() {
        if endpoint == PlanBlock::SKIP {
            skipped += 1;
            continue;
        }
        tally.served[usize::from(endpoint)] += 1;
        tally.attempts[usize::from(endpoint)] += 1;
        let seconds = block.outcomes.account(LATENCY, endpoint, index);
        if !seconds.is_nan() {
            tally.latency.add(seconds);
        }
    }
    tally.status[Status::Skipped as usize] += skipped;
    tally.status[Status::Served as usize] += chosen.len() as u64 - skipped;
}
