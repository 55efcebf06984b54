//! Tallying in lines: for workloads in which every cell that is needed is there.
//!
//! What an answer adds is the same whichever policy chose it, so that the lines of a block's answers are
//! made once, and each policy only adds up those that it chose. What a baseline takes is the same for all
//! policies too: it is added up once and handed to each of them at the end ([`Theirs`]).

use super::account::{AccountBlock, Status};
use super::baselines::{Baselines, Theirs, their_lanes};
use super::block::{Block, Judge};
use super::cells::Cells;
use super::estimates::Estimates;
use super::lane::Lane;
use super::line::{LANES, LATENCY, Line};
use super::line_rows::{LineRows, own_lanes};
use super::lines::{self, Lines};
use super::setup::Replay;
use super::tally::Tally;
use crate::policy::{Overhead, PlanBlock};
use crate::trace::EndpointIx;
use crate::workload::ACCOUNTS;

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
                count_plain(turn.block, chosen, tally);
                self.add_chosen(turn, chosen, tally);
                let left: Vec<usize> = (0..chosen.len()).filter(|&index| chosen[index] == PlanBlock::SKIP).collect();
                self.leave(turn, &left, tally);
            }
            None => {
                let mut results = std::mem::take(&mut self.results);
                run(&mut results);
                tally.count(&results, &turn.block.group);
                lines::of_results(&results, turn.judge, turn.block.outcomes.correct_at(), &mut self.made);
                self.add_made(turn, tally);
                let left: Vec<usize> = (0..results.status.len()).filter(|&index| results.status[index] == Status::Skipped).collect();
                self.leave(turn, &left, tally);
                let served = results.attempts.iter().filter(|(index, _)| results.status[*index as usize] == Status::Served);
                let answers = served.map(|&(index, endpoint)| (index as usize, endpoint));
                // An attempt whose query has no known total is in no total, and so in no part of one.
                let known = |index: usize| Line::mask_of_accounts(results.totals.each_ref().map(|of| !of[index].is_nan()));
                let estimated = match &mut self.lines[turn.judge.number] {
                    Some(lines) => {
                        lines.make(turn.cells, turn.judge, results.attempts.iter().map(|(_, endpoint)| *endpoint));
                        self.estimates.of_answers(answers, |index, endpoint| lines.get(endpoint, index).masked(&known(index)))
                    }
                    None => {
                        let line = |index, endpoint| turn.cells.accounts_of(endpoint, index).masked(&known(index));
                        self.estimates.of_answers(answers, line)
                    }
                };
                self.pending[turn.entry].estimated.add(&estimated);
                self.results = results;
            }
        }
    }

    /// Adds the answers of the endpoints chosen.
    fn add_chosen(&mut self, turn: &Turn, chosen: &[EndpointIx], tally: &mut Tally) {
        let Pending { rows, estimated } = &mut self.pending[turn.entry];
        rows.admit(chosen.len());
        let mut total = Line::ZERO;
        let sums = rows.sums(&turn.block.bucket, &turn.block.group, self.estimates.masks(), &mut total, estimated);
        let answers = chosen.iter().copied().enumerate();
        let mixed = match &mut self.lines[turn.judge.number] {
            Some(lines) => {
                lines.make(turn.cells, turn.judge, chosen.iter().copied());
                sums.add(chosen, |index, endpoint| lines.get(endpoint, index));
                self.estimates.of_mixed(answers, |index, endpoint| *lines.get(endpoint, index))
            }
            None => {
                let made = &mut self.made;
                turn.cells.chosen(turn.judge, chosen, made);
                sums.add(chosen, |index, _| &made[index]);
                self.estimates.of_mixed(answers, |index, _| made[index])
            }
        };
        estimated.add(&mixed);
        self.add_replicate(turn, &total, tally);
    }

    /// Where there are several replicates, each has a row of its own.
    fn add_replicate(&self, turn: &Turn, total: &Line, tally: &mut Tally) {
        if tally.replicates.len() > 1 {
            let layout = self.replay.layout();
            LANES.into_iter().for_each(|lane| tally.replicates.lane_mut(layout.at(lane))[turn.replicate] += total.exact(lane));
        }
    }

    /// Adds the lines of a turn.
    fn add_made(&mut self, turn: &Turn, tally: &mut Tally) {
        let rows = &mut self.pending[turn.entry].rows;
        rows.admit(turn.block.queries.len());
        rows.add(&turn.block.bucket, &turn.block.group, &self.made);
        self.add_replicate(turn, &lines::total(&self.made), tally);
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
    for (index, (&endpoint, &group)) in chosen.iter().zip(&block.group).enumerate() {
        if endpoint == PlanBlock::SKIP {
            skipped += 1;
            continue;
        }
        tally.served.add(group, usize::from(endpoint));
        tally.attempts[usize::from(endpoint)] += 1;
        let seconds = block.outcomes.account(LATENCY, endpoint, index);
        if !seconds.is_nan() {
            tally.latency.add(seconds);
        }
    }
    tally.status[Status::Skipped as usize] += skipped;
    tally.status[Status::Served as usize] += chosen.len() as u64 - skipped;
}
