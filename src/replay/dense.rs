//! Tallying in lines: for workloads in which every cell that is needed is there.
//!
//! What an answer adds is the same whichever policy chose it, so that the lines of a block's answers are
//! made once, and each policy only adds up those that it chose, or where that is less, what is different from a
//! choice that several share ([`Bases`]). What a baseline takes is the same for all policies too: it is added up
//! once and handed to each of them at the end ([`Theirs`]).

use std::ops::Range;

use super::account::{AccountBlock, Status};
use super::baselines::{Baselines, Theirs, their_lanes};
use super::bases::{Bases, Beside};
use super::block::{Block, Judge};
use super::cells::{Cells, Scratch};
use super::counts;
use super::estimates::Estimates;
use super::lane::Layout;
use super::line::{LANES, Line};
use super::line_sums;
use super::lines::{self, Lines};
use super::pending::Pending;
use super::resolve::Resolved;
use super::setup::Replay;
use super::tally::Tally;
use super::times::{Chosen, Times};
use crate::draw::Draws;
use crate::policy::{Overhead, PlanBlock};
use crate::trace::EndpointIx;
use crate::wide::Ahead;
use crate::workload::OutcomeBlock;

/// Work on the blocks of a task.
pub(super) struct Dense<'a> {
    replay: &'a Replay<'a>,
    room: usize,
    pending: Vec<Pending>,
    bases: Bases,
    /// Where baselines are not among the bases.
    baselines: Baselines,
    /// By judge the lines of all endpoints, where it is worth making them: more policies choose among
    /// them than there are endpoints.
    lines: Vec<Option<Lines>>,
    /// The lines of a turn.
    made: Vec<Line>,
    scratch: Box<Scratch>,
    results: AccountBlock,
    resolved: Resolved,
    estimates: Estimates<'a>,
    /// What the replicates of an entry choose in the block, until it is added.
    times: Times,
    /// The cells of the next block, where lines of all endpoints are added up: of one policy's lines there are too few
    /// for cells to arrive meanwhile.
    ahead: Ahead<'a>,
}

/// An entry's part of a block in one replicate.
pub(super) struct Turn<'a> {
    pub entry: usize,
    pub replicate: usize,
    pub block: &'a Block<'a>,
    pub cells: &'a Cells<'a>,
    pub judge: &'a Judge<'a>,
    pub draws: &'a Draws,
}

impl<'a> Dense<'a> {
    /// Room for every entry; `None` where the workload is not one for lines.
    pub fn new(replay: &'a Replay<'a>) -> Option<Self> {
        let room = replay.room?;
        let turns = |judge: usize| {
            let of_judge = (0..replay.entries.len()).filter(|&entry| replay.references.judge(entry) == judge);
            of_judge.map(|entry| replay.replicates_of(&replay.entries[entry]) as usize).sum::<usize>()
        };
        let (groups, endpoints) = (replay.groups.names.len(), replay.workload.in_use().count());
        let has_lines = |judge: usize| turns(judge) > endpoints;
        let lines = (0..replay.entries.len()).map(|judge| has_lines(judge).then(Lines::default));
        Some(Dense {
            room,
            pending: vec![Pending::new(groups); replay.entries.len()],
            bases: Bases::new(replay, room, has_lines),
            baselines: Baselines::new(replay, groups, None),
            lines: lines.collect(),
            made: Vec::new(),
            scratch: Scratch::new(),
            results: AccountBlock::default(),
            resolved: Resolved::default(),
            estimates: Estimates::new(replay),
            times: Times::default(),
            ahead: Ahead::new(Vec::new()),
            replay,
        })
    }

    /// A block begins: what baselines take for it is added up.
    pub fn begin(&mut self, block: &Block<'a>, cells: &Cells, next: Range<usize>) {
        if self.lines.iter().any(Option::is_some) {
            self.ahead = Ahead::new(OutcomeBlock::ahead(&self.replay.workload, next).collect());
        }
        let endpoints = self.replay.workload.trace().outcomes.len();
        self.estimates.begin(block);
        self.lines.iter_mut().flatten().for_each(|lines| lines.clear(endpoints));
        self.bases.begin();
        if !self.pending.is_empty() && !self.bases.have_baselines() {
            let judge = self.replay.judge(0, block);
            self.baselines.add(self.replay, self.room, block, cells, &judge, &mut self.scratch, |_| false);
        }
    }

    /// Adds what came of an entry's plans.
    pub fn add(&mut self, turn: &Turn, plans: &PlanBlock, tally: &mut Tally) {
        if let Some(lines) = &mut self.lines[turn.judge.number] {
            self.bases.add(self.replay, turn, &self.estimates, lines, &mut self.scratch, &mut self.ahead);
        }
        if self.replay.entries[turn.entry].spec.overhead != Overhead::default() {
            return self.add_results(turn, plans, tally);
        }
        if let Some(chosen) = plans.plain() {
            self.add_answers(turn, chosen, tally);
            if chosen.contains(&PlanBlock::SKIP) {
                let left: Vec<usize> = (0..chosen.len()).filter(|&index| chosen[index] == PlanBlock::SKIP).collect();
                self.leave(turn, &left, tally);
            }
            return;
        }
        let mut resolved = std::mem::take(&mut self.resolved);
        resolved.run(&turn.block.queries, turn.cells, plans, turn.draws);
        self.add_answers(turn, resolved.single(), tally);
        if !resolved.others().is_empty() {
            resolved.make(turn.cells, plans, turn.judge, &mut self.scratch);
            self.add_others(turn, &resolved, tally);
        }
        self.leave(turn, resolved.skipped(), tally);
        self.resolved = resolved;
    }

    /// Adds the answers of the endpoints chosen, one for each query but those with [`PlanBlock::SKIP`].
    fn add_answers(&mut self, turn: &Turn, chosen: &[EndpointIx], tally: &mut Tally) {
        // With lines of all endpoints at hand, replicates are added up together.
        if tally.replicates.len() > 1 && self.lines[turn.judge.number].is_some() {
            self.gather(turn, chosen, tally);
        } else {
            self.add_chosen(turn, chosen, tally);
        }
    }

    /// Adds the answers of the endpoints chosen at once.
    fn add_chosen(&mut self, turn: &Turn, chosen: &[EndpointIx], tally: &mut Tally) {
        let (layout, block, pending) = (self.replay.layout(), turn.block, &mut self.pending[turn.entry]);
        if let Some(lines) = &mut self.lines[turn.judge.number] {
            lines.make(turn.cells, turn.judge, &mut self.scratch, chosen.iter().copied());
            if let Some(Beside { choices, counts }) = self.bases.beside(turn.entry, turn.judge, chosen) {
                pending.admit(choices.differing.len(), self.room, layout, tally);
                pending.add_differences(block, &self.estimates, lines, choices, &mut self.ahead);
                return counts.add(block, lines, choices);
            }
            pending.admit(chosen.len(), self.room, layout, tally);
            let total = pending.add(block, &self.estimates, lines, chosen, tally, &mut self.ahead);
            return add_replicate(layout, &total, turn.replicate, tally);
        }
        pending.admit(chosen.len(), self.room, layout, tally);
        let (made, mut total) = (&mut self.made, Line::ZERO);
        turn.cells.chosen(turn.judge, chosen, &mut self.scratch, made);
        let Pending { rows, estimated } = pending;
        let sums = rows.sums(&block.bucket, &block.group, self.estimates.masks(), &mut total, estimated);
        sums.add(chosen, |index, _| &made[index], &mut self.ahead);
        counts::answers(block, chosen, |index, endpoint| turn.cells.latency(endpoint, index), tally);
        estimated.add(&self.estimates.of_mixed(chosen.iter().copied().enumerate(), |index, _| made[index]));
        add_replicate(layout, &total, turn.replicate, tally);
    }

    /// Keeps the answers chosen in a replicate until those of the others are known.
    fn gather(&mut self, turn: &Turn, chosen: &[EndpointIx], tally: &mut Tally) {
        if (self.times.replicates().len() + 1) * chosen.len() > self.room {
            self.settle(turn, tally);
        }
        let Some(lines) = &mut self.lines[turn.judge.number] else { return };
        lines.make(turn.cells, turn.judge, &mut self.scratch, chosen.iter().copied());
        self.times.add(tally.attempts.len(), turn.replicate, chosen);
    }

    /// Adds what the replicates of an entry have chosen in the block.
    pub fn settle(&mut self, turn: &Turn, tally: &mut Tally) {
        let replicates = self.times.replicates();
        if replicates.is_empty() {
            return;
        }
        self.admit(turn, replicates.len() * turn.block.queries.len(), tally);
        let Some(lines) = &self.lines[turn.judge.number] else { return };
        replicates
            .zip(self.times.totals(lines))
            .for_each(|(replicate, total)| add_replicate(self.replay.layout(), total, replicate, tally));
        let Pending { rows, estimated } = &mut self.pending[turn.entry];
        let chosen = self.times.take();
        let mut total = Line::ZERO;
        rows.sums(&turn.block.bucket, &turn.block.group, self.estimates.masks(), &mut total, estimated).add_times(lines, chosen);
        // One by one, since few blocks are estimated in part.
        let each = |chosen: &Chosen| std::iter::repeat_n((chosen.index as usize, chosen.endpoint), chosen.times as usize);
        estimated.add(&self.estimates.of_mixed(chosen.iter().flat_map(each), |index, endpoint| *lines.get(endpoint, index)));
        counts::times(turn.block, chosen, |index, endpoint| lines.latency(endpoint, index), tally);
    }

    /// Adds queries that paid for several attempts, or that nobody served.
    fn add_others(&mut self, turn: &Turn, resolved: &Resolved, tally: &mut Tally) {
        // Of what is estimated there is a line for each attempt.
        self.admit(turn, resolved.others().len().max(resolved.attempts().len()), tally);
        let block = turn.block;
        let of_others = |column: &[u32]| resolved.others().iter().map(|&index| column[index as usize]).collect::<Vec<u32>>();
        let Pending { rows, estimated } = &mut self.pending[turn.entry];
        rows.add(&of_others(&block.bucket), &of_others(&block.group), resolved.lines());
        let attempts = || resolved.attempts().iter().map(|&(index, endpoint)| (index as usize, endpoint));
        // Every total is known of an account that any answer has: all attempts are parts of totals.
        match (&mut self.lines[turn.judge.number], self.estimates.masks()) {
            (Some(lines), Some(masks)) => {
                lines.make(turn.cells, turn.judge, &mut self.scratch, attempts().map(|(_, endpoint)| endpoint));
                line_sums::add_masked(estimated, lines, masks, attempts());
            }
            _ => estimated.add(&self.estimates.of_answers(attempts(), |index, endpoint| turn.cells.accounts_of(endpoint, index))),
        }
        counts::others(block, resolved, turn.cells, tally);
        add_replicate(self.replay.layout(), &lines::total(resolved.lines()), turn.replicate, tally);
    }

    /// Adds results of plans whose router takes something itself.
    fn add_results(&mut self, turn: &Turn, plans: &PlanBlock, tally: &mut Tally) {
        let mut results = std::mem::take(&mut self.results);
        let (block, overhead) = (turn.block, &self.replay.entries[turn.entry].spec.overhead);
        results.run(&block.queries, &block.outcomes, plans, overhead, turn.draws);
        tally.count(&results, &block.group);
        lines::of_results(&results, turn.judge, block.outcomes.correct_at(), &mut self.scratch, &mut self.made);
        self.admit(turn, block.queries.len().max(results.attempts.len()), tally);
        let Pending { rows, estimated } = &mut self.pending[turn.entry];
        rows.add(&block.bucket, &block.group, &self.made);
        let answers = results.attempts.iter().map(|&(index, endpoint)| (index as usize, endpoint));
        estimated.add(&self.estimates.of_answers(answers, |index, endpoint| turn.cells.accounts_of(endpoint, index)));
        add_replicate(self.replay.layout(), &lines::total(&self.made), turn.replicate, tally);
        let left: Vec<usize> = (0..results.status.len()).filter(|&index| results.status[index] == Status::Skipped).collect();
        // The count of results has them.
        tally.status[Status::Skipped as usize] -= left.len() as u64;
        self.leave(turn, &left, tally);
        self.results = results;
    }

    /// Says that so many lines will be added to an entry's, and makes room for them.
    fn admit(&mut self, turn: &Turn, lines: usize, tally: &mut Tally) {
        self.pending[turn.entry].admit(lines, self.room, self.replay.layout(), tally);
    }

    /// Counts queries that left the comparison, and takes them from the baselines' side, to which all queries are
    /// added.
    fn leave(&mut self, turn: &Turn, left: &[usize], tally: &mut Tally) {
        if left.is_empty() {
            return;
        }
        tally.status[Status::Skipped as usize] += left.len() as u64;
        let (layout, block) = (self.replay.layout(), turn.block);
        for (baseline, &endpoint) in self.replay.roles.baselines.iter().enumerate() {
            turn.cells.all_of(turn.judge, endpoint, &mut self.scratch, &mut self.made);
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

    /// Takes all sums to the tallies, and gives what the baselines take.
    pub fn finish(mut self, tallies: &mut [Tally]) -> Theirs {
        let layout = self.replay.layout();
        self.pending.iter_mut().zip(&mut *tallies).for_each(|(pending, tally)| pending.take(layout, tally));
        let mut theirs = self.baselines.finish(self.replay);
        self.bases.finish(self.replay, tallies, &mut theirs);
        theirs
    }
}

/// Where there are several replicates, each has a row of its own.
fn add_replicate(layout: Layout, total: &Line, replicate: usize, tally: &mut Tally) {
    if tally.replicates.len() > 1 {
        let lanes = LANES.into_iter().enumerate();
        lanes.for_each(|(place, lane)| tally.replicates.lane_mut(layout.at(lane))[replicate] += total.at(place));
    }
}
