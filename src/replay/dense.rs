//! Tallying in lines: for workloads in which every cell that is needed is there.
//!
//! What an answer adds is the same whichever policy chose it, so that the lines of a block's answers are
//! made once, and each policy only adds up those that it chose. What a baseline takes is the same for all
//! policies too: it is added up once and handed to each of them at the end ([`Theirs`]).

use super::Exact;
use super::account::{AccountBlock, Status};
use super::block::{Block, Judge};
use super::line::{LATENCY, Line, Lines};
use super::setup::Replay;
use super::tally::{BUCKETS, Lane, Layout, Rows, Tally};
use crate::policy::{Overhead, PlanBlock};
use crate::trace::{EndpointIx, schema::MEASURED};
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

    #[inline(always)]
    pub fn add(&mut self, bucket: u32, group: u32, line: &Line) {
        self.buckets[bucket as usize].add(line);
        if let Some(row) = self.groups.get_mut(group as usize) {
            row.add(line);
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
        let mut total = Line::ZERO;
        self.buckets.iter().for_each(|row| total.add(row));
        total
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
    Line::lanes().map(|lane| (lane, lane))
}

/// Where the lanes of a baseline's answers belong in the tally of a policy.
fn their_lanes(baseline: usize) -> impl Iterator<Item = (Lane, Lane)> {
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
    pub fn new(replay: &Replay) -> Self {
        let (groups, width) = (replay.groups.names.len(), replay.layout().width());
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
}

/// Baselines on the way to [`Theirs`].
pub(crate) struct Baselines {
    rows: Vec<LineRows>,
    pub theirs: Theirs,
}

impl Baselines {
    pub fn new(replay: &Replay) -> Self {
        let rows = LineRows::new(replay.groups.names.len());
        Baselines { rows: vec![rows; replay.roles.baselines.len()], theirs: Theirs::new(replay) }
    }

    /// Adds the answers of each baseline to a block, where they count.
    pub fn add(&mut self, replay: &Replay, room: usize, block: &Block, judge: &Judge, lines: &mut Lines, counts: impl Fn(usize) -> bool) {
        for position in 0..self.rows.len() {
            if !self.rows[position].admits(block.queries.len(), room) {
                self.take(replay, position);
            }
            let rows = &mut self.rows[position];
            rows.admit(block.queries.len());
            let lines = lines.of(&block.outcomes, judge, replay.roles.baselines[position]);
            for (index, line) in lines.iter().enumerate().filter(|(index, _)| counts(*index)) {
                rows.add(block.bucket[index], block.group[index], line);
            }
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
    /// By judge.
    lines: Vec<Lines>,
    /// The lines of results that are no one endpoint's.
    made: Vec<Line>,
    results: AccountBlock,
    /// By endpoint and account the sources of its cells, where some are estimated.
    sources: Vec<[Option<&'a [u8]>; ACCOUNTS.len()]>,
    has_estimates: bool,
}

/// An entry's part of a block in one replicate.
pub(super) struct Turn<'a> {
    pub entry: usize,
    pub replicate: usize,
    pub block: &'a Block<'a>,
    pub judge: &'a Judge<'a>,
}

impl<'a> Dense<'a> {
    /// Room for every entry; `None` where the workload is not one for lines.
    pub fn new(replay: &'a Replay<'a>) -> Option<Self> {
        let room = replay.room?;
        let pending = Pending { rows: LineRows::new(replay.groups.names.len()), estimated: Line::ZERO };
        let outcomes = replay.workload.trace().outcomes.iter();
        let sources: Vec<_> =
            outcomes.map(|outcomes| ACCOUNTS.map(|metric| outcomes.sources.get(metric).map(|codes| &codes[..]))).collect();
        Some(Dense {
            room,
            pending: vec![pending; replay.entries.len()],
            baselines: Baselines::new(replay),
            lines: (0..replay.entries.len()).map(|_| Lines::default()).collect(),
            made: Vec::new(),
            results: AccountBlock::default(),
            has_estimates: sources.iter().flatten().any(Option::is_some),
            sources,
            replay,
        })
    }

    /// A block begins: what baselines take for it is added up.
    pub fn begin(&mut self, block: &Block) {
        let endpoints = self.sources.len();
        self.lines.iter_mut().for_each(|lines| lines.clear(endpoints));
        if !self.pending.is_empty() {
            let judge = self.replay.judge(0, block);
            self.baselines.add(self.replay, self.room, block, &judge, &mut self.lines[judge.number], |_| true);
        }
    }

    /// Adds what came of an entry's plans; `run` makes the results of plans that are not one attempt for
    /// each query.
    pub fn add(&mut self, turn: &Turn, plans: &PlanBlock, tally: &mut Tally, run: impl FnOnce(&mut AccountBlock)) {
        if !self.pending[turn.entry].rows.admits(turn.block.queries.len(), self.room) {
            self.take(turn.entry, tally);
        }
        self.pending[turn.entry].rows.admit(turn.block.queries.len());
        let overhead = &self.replay.entries[turn.entry].spec.overhead;
        match plans.plain().filter(|_| *overhead == Overhead::default()) {
            Some(chosen) => self.add_plain(turn, chosen, tally),
            None => {
                let mut results = std::mem::take(&mut self.results);
                run(&mut results);
                self.add_results(turn, &results, tally);
                self.results = results;
            }
        }
    }

    /// Plans of one attempt for each query: lines that are there.
    fn add_plain(&mut self, turn: &Turn, chosen: &[EndpointIx], tally: &mut Tally) {
        self.make_lines(turn, chosen.iter().copied());
        count_plain(turn.block, chosen, tally);
        let lines = &self.lines[turn.judge.number];
        let left = match chosen.contains(&PlanBlock::SKIP) {
            false => {
                let line = |index: usize| lines.get(chosen[index], index);
                add_lines(self.replay, turn, &mut self.pending[turn.entry].rows, tally, line);
                Vec::new()
            }
            true => {
                let line = |index: usize| if chosen[index] == PlanBlock::SKIP { &Line::ZERO } else { lines.get(chosen[index], index) };
                add_lines(self.replay, turn, &mut self.pending[turn.entry].rows, tally, line);
                (0..chosen.len()).filter(|&index| chosen[index] == PlanBlock::SKIP).collect()
            }
        };
        self.leave(turn, &left, tally);
        self.add_estimated(turn, chosen.iter().copied().enumerate().filter(|(_, endpoint)| *endpoint != PlanBlock::SKIP));
    }

    /// Results of any plans.
    fn add_results(&mut self, turn: &Turn, results: &AccountBlock, tally: &mut Tally) {
        tally.count(results);
        let correct_at = turn.block.outcomes.correct_at();
        let left = |&index: &usize| results.status[index] == Status::Skipped;
        let line = |index: usize| if left(&index) { Line::ZERO } else { results.line(index, correct_at, turn.judge) };
        self.made.clear();
        self.made.extend((0..results.status.len()).map(line));
        add_lines(self.replay, turn, &mut self.pending[turn.entry].rows, tally, |index| &self.made[index]);
        let left: Vec<usize> = (0..results.status.len()).filter(left).collect();
        self.leave(turn, &left, tally);
        if self.has_estimates {
            self.make_lines(turn, results.attempts.iter().map(|(_, endpoint)| *endpoint));
            let served = results.attempts.iter().filter(|(index, _)| results.status[*index as usize] == Status::Served);
            self.add_estimated(turn, served.map(|&(index, endpoint)| (index as usize, endpoint)));
        }
    }

    /// Makes the lines of every endpoint that occurs.
    fn make_lines(&mut self, turn: &Turn, endpoints: impl Iterator<Item = EndpointIx>) {
        let mut occurs = vec![false; self.sources.len() + 1];
        let last = occurs.len() - 1;
        endpoints.for_each(|endpoint| occurs[usize::from(endpoint).min(last)] = true);
        for endpoint in (0..last).filter(|&endpoint| occurs[endpoint]) {
            self.lines[turn.judge.number].of(&turn.block.outcomes, turn.judge, endpoint as EndpointIx);
        }
    }

    /// Takes queries that left the comparison from the baselines' side, to which all queries are added.
    fn leave(&mut self, turn: &Turn, left: &[usize], tally: &mut Tally) {
        if left.is_empty() {
            return;
        }
        let (layout, block) = (self.replay.layout(), turn.block);
        for (baseline, &endpoint) in self.replay.roles.baselines.iter().enumerate() {
            let lines = self.lines[turn.judge.number].of(&block.outcomes, turn.judge, endpoint);
            for (lane, into) in their_lanes(baseline) {
                let into = layout.at(into);
                for &index in left {
                    let value = lines[index].exact(lane);
                    tally.buckets.lane_mut(into)[block.bucket[index] as usize] -= value;
                    tally.groups.lane_mut(into)[block.group[index] as usize] -= value;
                    tally.replicates.lane_mut(into)[turn.replicate] -= value;
                }
            }
        }
    }

    /// Adds up the estimated cells among what was paid.
    fn add_estimated(&mut self, turn: &Turn, attempts: impl Iterator<Item = (usize, EndpointIx)>) {
        if !self.has_estimates {
            return;
        }
        let (estimated, lines) = (&mut self.pending[turn.entry].estimated, &self.lines[turn.judge.number]);
        for (index, endpoint) in attempts {
            let position = turn.block.queries.position(index);
            let sources = &self.sources[usize::from(endpoint)];
            let mut is_estimated = [false; ACCOUNTS.len()];
            for (is_estimated, codes) in is_estimated.iter_mut().zip(sources) {
                *is_estimated = codes.is_some_and(|codes| codes[position] != MEASURED);
            }
            estimated.add(&lines.get(endpoint, index).accounts_of(is_estimated));
        }
    }

    /// Takes an entry's sums to its tally.
    fn take(&mut self, entry: usize, tally: &mut Tally) {
        let Pending { rows, estimated } = &mut self.pending[entry];
        let layout = self.replay.layout();
        if tally.replicates.len() == 1 {
            let total = rows.total();
            Line::lanes().for_each(|lane| tally.replicates.lane_mut(layout.at(lane))[0] += total.exact(lane));
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

/// Adds a line for each query of a block. Where there are several replicates, each has a row of its own.
#[inline(always)]
fn add_lines<'a>(replay: &Replay, turn: &Turn, rows: &mut LineRows, tally: &mut Tally, line: impl Fn(usize) -> &'a Line) {
    let Block { bucket, group, .. } = turn.block;
    (0..bucket.len()).for_each(|index| rows.add(bucket[index], group[index], line(index)));
    if tally.replicates.len() > 1 {
        let mut total = Line::ZERO;
        (0..bucket.len()).for_each(|index| total.add(line(index)));
        let layout = replay.layout();
        Line::lanes().for_each(|lane| tally.replicates.lane_mut(layout.at(lane))[turn.replicate] += total.exact(lane));
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
