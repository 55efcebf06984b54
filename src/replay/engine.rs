//! The engine: blocks of queries, in parallel, every policy in one pass, merged exactly.

use std::ops::Range;

use super::account::{AccountBlock, Status};
use super::adaptive::Decisions;
use super::baselines::Theirs;
use super::block::{Block, Judge};
use super::cells::Cells;
use super::deal::deal;
use super::dense::{Dense, Turn};
use super::exact::Exact;
use super::lane::{Layout, UNITS};
use super::references;
use super::setup::{Entry, Replay};
use super::tally::Tally;
use crate::draw::Draws;
use crate::error::Result;
use crate::policy::PlanBlock;
use crate::trace::schema::MEASURED;
use crate::work::go_on;
use crate::workload::ACCOUNTS;

/// Queries that are planned and tallied at a time: what is known of them stays in the nearer caches. A
/// divisor of the rows that a column lends at a time.
pub(crate) const QUERIES_AT_A_TIME: usize = 256;

/// Blocks that a thread takes at a time: few, since all wait for the last one.
const BLOCKS_A_DEAL: usize = 16;

/// Where long work says how far it is.
pub trait Progress: Sync {
    /// That many more queries are done.
    fn advance(&self, queries: u64);
}

/// Says nothing.
pub struct Silent;

impl Progress for Silent {
    fn advance(&self, _: u64) {}
}

/// What a task has added up.
struct Part {
    tallies: Vec<Tally>,
    theirs: Option<Theirs>,
}

impl Part {
    fn merge(mut self, other: &Part) -> Part {
        self.tallies.iter_mut().zip(&other.tallies).for_each(|(mine, theirs)| mine.merge(theirs));
        if let (Some(mine), Some(theirs)) = (&mut self.theirs, &other.theirs) {
            mine.merge(theirs);
        }
        self
    }
}

/// A task on its way: sums, and what is filled anew for each block, policy and replicate.
struct Task<'a> {
    replay: &'a Replay<'a>,
    decisions: &'a [Option<Decisions>],
    tallies: Vec<Tally>,
    /// For workloads without gaps.
    dense: Option<Dense<'a>>,
    plans: PlanBlock,
    results: AccountBlock,
}

impl<'t> Replay<'t> {
    /// Replays every policy in one pass over the workload: a tally for each entry, the same to the
    /// last bit for any number of threads. Policies that learn are asked first, one query after the
    /// other; then their decisions are plans like any other.
    ///
    /// # Errors
    /// Where a policy fails.
    pub fn run(&self, progress: &dyn Progress) -> Result<Vec<Tally>> {
        let decisions = self.decide(progress)?;
        let blocks = self.workload.len().div_ceil(QUERIES_AT_A_TIME);
        let queries = |block: usize| block * QUERIES_AT_A_TIME..((block + 1) * QUERIES_AT_A_TIME).min(self.workload.len());
        let some = |task: &mut Task, number: usize, next: Option<usize>| {
            let all = number * BLOCKS_A_DEAL..((number + 1) * BLOCKS_A_DEAL).min(blocks);
            for block in all.clone() {
                let after = if block + 1 < all.end { Some(block + 1) } else { next.map(|next| next * BLOCKS_A_DEAL) };
                task.block(queries(block), after.map_or(0..0, queries))?;
                progress.advance(queries(block).len() as u64);
            }
            Ok(())
        };
        let tasks = deal(blocks.div_ceil(BLOCKS_A_DEAL), || Task::new(self, &decisions), some)?;
        let merged = tasks.into_iter().map(Task::finish).reduce(|mine, theirs| mine.merge(&theirs));
        let Part { mut tallies, theirs } = merged.unwrap_or_else(|| Task::new(self, &decisions).finish());
        for (tally, decisions) in tallies.iter_mut().zip(&decisions) {
            tally.unlearned = decisions.as_ref().map_or(0, Decisions::unlearned);
            theirs.iter().for_each(|theirs| theirs.give(tally));
        }
        Ok(tallies)
    }

    /// Queries that [`Replay::run`] reports to its progress: once for all policies, and once more for
    /// each replicate of one that learns.
    pub fn steps(&self) -> u64 {
        self.workload.len() as u64 * (1 + self.learners().len() as u64)
    }

    /// The layout of the tallies.
    pub fn layout(&self) -> Layout {
        Layout { baselines: self.roles.baselines.len(), dense: self.workload.is_dense() }
    }

    fn empty(&self) -> Vec<Tally> {
        let endpoints = self.workload.trace().outcomes.len();
        let tally = |entry: &Entry| Tally::new(self.layout(), self.groups.names.len(), self.replicates_of(entry) as usize, endpoints);
        self.entries.iter().map(tally).collect()
    }
}

impl<'a> Task<'a> {
    fn new(replay: &'a Replay<'a>, decisions: &'a [Option<Decisions>]) -> Self {
        let (plans, results) = (PlanBlock::new(), AccountBlock::default());
        Task { replay, decisions, tallies: replay.empty(), dense: Dense::new(replay), plans, results }
    }

    /// Every policy on a block of queries, in all replicates; the `next` ones likely come then.
    fn block(&mut self, queries: Range<usize>, next: Range<usize>) -> Result<()> {
        let block = &self.replay.block(queries.start, queries.end);
        let cells = Cells::of(&block.outcomes, self.replay.workload.trace().outcomes.len());
        if let Some(dense) = &mut self.dense {
            dense.begin(block, &cells, next);
        }
        // Policies of one oracle and pool are held against the same.
        let mut judges: Vec<Option<Judge>> = Vec::new();
        judges.resize_with(self.replay.entries.len(), || None);
        for (position, entry) in self.replay.entries.iter().enumerate() {
            go_on();
            let judge = &*judges[self.replay.references.judge(position)].get_or_insert_with(|| self.replay.judge(position, block));
            for replicate in 0..self.replay.replicates_of(entry) {
                let draws = Draws::new(self.replay.seed, u64::from(replicate));
                self.plans.clear();
                match &self.decisions[position] {
                    Some(decided) => decided.plan(replicate, block.start..block.start + block.queries.len(), &mut self.plans),
                    None => references::plan(entry, judge.choices, &block.queries, &block.outcomes, &draws, &mut self.plans)?,
                }
                let plans = &self.plans;
                let tally = &mut self.tallies[position];
                match &mut self.dense {
                    Some(dense) => {
                        let turn = Turn { entry: position, replicate: replicate as usize, block, cells: &cells, judge, draws: &draws };
                        dense.add(&turn, plans, tally);
                    }
                    None => {
                        self.results.run(&block.queries, &block.outcomes, plans, &entry.spec.overhead, &draws);
                        let compared = self.replay.compared(position, block);
                        tally.add(self.replay.layout(), &self.results, &self.replay.reference(block, &compared), replicate as usize);
                        add_estimated(self.replay, block, &self.results, tally);
                    }
                }
            }
            if let Some(dense) = &mut self.dense {
                let draws = &Draws::new(self.replay.seed, 0);
                dense.settle(&Turn { entry: position, replicate: 0, block, cells: &cells, judge, draws }, &mut self.tallies[position]);
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Part {
        let theirs = self.dense.map(|dense| dense.finish(&mut self.tallies));
        Part { tallies: self.tallies, theirs }
    }
}

/// Adds up the estimated cells among what was paid, of queries whose totals are known: the others are in no total.
fn add_estimated(replay: &Replay, block: &Block, results: &AccountBlock, tally: &mut Tally) {
    let outcomes = &replay.workload.trace().outcomes;
    for (account, metric) in ACCOUNTS.into_iter().enumerate() {
        if outcomes.iter().all(|outcomes| outcomes.sources.get(metric).is_none()) {
            continue;
        }
        for &(index, endpoint) in &results.attempts {
            let position = block.queries.position(index as usize);
            let source = outcomes[endpoint as usize].sources.get(metric).map_or(MEASURED, |sources| sources[position]);
            let value = block.outcomes.account(account, endpoint, index as usize);
            let known = results.status[index as usize] == Status::Served && !results.totals[account][index as usize].is_nan();
            if source != MEASURED && known {
                tally.estimated[account] += Exact::new(value / UNITS[account]);
            }
        }
    }
}
