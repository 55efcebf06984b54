//! The engine: blocks of queries, in parallel, every policy in one pass, merged exactly.

use std::borrow::Cow;

use rayon::prelude::*;

use super::account::{AccountBlock, Status};
use super::adaptive::Decisions;
use super::bootstrap::buckets;
use super::exact::Exact;
use super::setup::{Entry, Replay};
use super::tally::{Layout, Reference, Tally, UNITS};
use crate::draw::Draws;
use crate::error::Result;
use crate::policy::PlanBlock;
use crate::policy::oracle::Oracle;
use crate::trace::{BLOCK_ROWS, EndpointIx, Metric, schema::MEASURED};
use crate::workload::{ACCOUNTS, OutcomeBlock, QueryBlock};

/// Blocks that one task works through before its tallies are merged.
const BLOCKS_A_TASK: usize = 16;

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

/// What the blocks of a workload have in common.
pub(crate) struct Block<'a> {
    /// Where the block starts in the workload.
    start: usize,
    pub queries: QueryBlock<'a>,
    pub outcomes: OutcomeBlock<'a>,
    pub group: Vec<u32>,
    pub bucket: Vec<u32>,
    pub baselines: Vec<[Vec<f64>; ACCOUNTS.len()]>,
    pub baseline_scores: Vec<Vec<f64>>,
    pools: Vec<PoolSide>,
}

/// What is filled anew for each block, policy and replicate.
#[derive(Default)]
struct Scratch {
    plans: PlanBlock,
    results: AccountBlock,
}

/// The oracle's side of router accuracy, for one block.
pub(crate) struct OracleSide<'a> {
    endpoint: Cow<'a, [EndpointIx]>,
    solvable: &'a [bool],
}

/// What a pool's own oracle does with a block: the same for every policy that has no other.
struct PoolSide {
    endpoint: Vec<EndpointIx>,
    solvable: Vec<bool>,
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
        let tasks = self.workload.len().div_ceil(BLOCK_ROWS * BLOCKS_A_TASK);
        let merged = (0..tasks).into_par_iter().map(|task| self.task(task, &decisions, progress)).try_reduce_with(|mut mine, theirs| {
            mine.iter_mut().zip(&theirs).for_each(|(mine, theirs)| mine.merge(theirs));
            Ok(mine)
        });
        let mut tallies = merged.unwrap_or_else(|| Ok(self.empty()))?;
        for (tally, decisions) in tallies.iter_mut().zip(&decisions) {
            tally.unlearned = decisions.as_ref().map_or(0, Decisions::unlearned);
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

    fn task(&self, task: usize, decisions: &[Option<Decisions>], progress: &dyn Progress) -> Result<Vec<Tally>> {
        let mut tallies = self.empty();
        let mut scratch = Scratch::default();
        for block in task * BLOCKS_A_TASK..(task + 1) * BLOCKS_A_TASK {
            let start = block * BLOCK_ROWS;
            let end = (start + BLOCK_ROWS).min(self.workload.len());
            if start >= end {
                break;
            }
            let block = self.block(start, end);
            for ((entry, decisions), tally) in self.entries.iter().zip(decisions).zip(&mut tallies) {
                self.entry(entry, decisions.as_ref(), &block, tally, &mut scratch)?;
            }
            progress.advance((end - start) as u64);
        }
        Ok(tallies)
    }

    /// One policy on one block, in all its replicates.
    fn entry(&self, entry: &Entry, decided: Option<&Decisions>, block: &Block, tally: &mut Tally, scratch: &mut Scratch) -> Result<()> {
        let Scratch { plans, results } = scratch;
        let side = self.oracle_side(entry, block);
        let local = self.local_flags(entry.pool);
        let reference = self.reference(block, &side, &local);
        for replicate in 0..self.replicates_of(entry) {
            let draws = Draws::new(self.seed, u64::from(replicate));
            plans.clear();
            match decided {
                Some(decided) => decided.plan(replicate, block.start..block.start + block.queries.len(), plans),
                None => entry.built.rule.plan(&block.queries, &block.outcomes, &draws, plans)?,
            }
            results.run(&block.queries, &block.outcomes, plans, &entry.spec.overhead, &draws);
            tally.add(self.layout(), results, &reference, replicate as usize);
            self.add_estimated(block, results, tally);
        }
        Ok(())
    }

    /// The block of queries `start..end`, with what all policies share.
    pub(crate) fn block(&self, start: usize, end: usize) -> Block<'_> {
        let queries = QueryBlock::new(&self.workload, start..end);
        let outcomes = OutcomeBlock::new(&self.workload, &queries);
        let baseline = |&endpoint: &EndpointIx| {
            std::array::from_fn(|account| {
                let value = |index| if outcomes.available(endpoint, index) { outcomes.account(account, endpoint, index) } else { f64::NAN };
                (0..outcomes.len()).map(value).collect()
            })
        };
        let scores = |&endpoint: &EndpointIx| {
            let score = |index| if outcomes.available(endpoint, index) { outcomes.score(endpoint, index) } else { f64::NAN };
            (0..outcomes.len()).map(score).collect()
        };
        Block {
            start,
            group: (0..queries.len()).map(|index| self.groups.of[queries.position(index)]).collect(),
            // By the query and not by its arrival: a query that a workload has twice is one of the sample.
            bucket: buckets(self.seed, (0..queries.len()).map(|index| queries.row(index))),
            baselines: self.roles.baselines.iter().map(baseline).collect(),
            baseline_scores: self.roles.baselines.iter().map(scores).collect(),
            pools: (0..self.roles.pools.len()).map(|pool| self.pool_side(pool, &outcomes)).collect(),
            queries,
            outcomes,
        }
    }

    fn pool_side(&self, pool: usize, outcomes: &OutcomeBlock) -> PoolSide {
        let all = &self.roles.pools[pool].all;
        let right = |index: usize| all.iter().any(|&endpoint| outcomes.available(endpoint, index) && outcomes.correct(endpoint, index));
        PoolSide { endpoint: choices(self.oracles[pool].as_ref(), outcomes), solvable: (0..outcomes.len()).map(right).collect() }
    }

    /// What an entry is held against: its own oracle, or its pool's.
    pub(crate) fn oracle_side<'a>(&self, entry: &Entry, block: &'a Block) -> OracleSide<'a> {
        let pool = &block.pools[entry.pool];
        let oracle = self.oracle_of(entry);
        let endpoint = match oracle == self.oracles[entry.pool].as_ref() {
            true => Cow::Borrowed(&pool.endpoint[..]),
            false => Cow::Owned(choices(oracle, &block.outcomes)),
        };
        OracleSide { endpoint, solvable: &pool.solvable }
    }

    /// By endpoint: whether it is local to a pool.
    pub(crate) fn local_flags(&self, pool: usize) -> Vec<bool> {
        let endpoints = self.workload.trace().outcomes.len();
        (0..endpoints).map(|endpoint| self.roles.pools[pool].is_local(endpoint as EndpointIx)).collect()
    }

    pub(crate) fn reference<'a>(&self, block: &'a Block, side: &'a OracleSide<'a>, local: &'a [bool]) -> Reference<'a> {
        let position = |metric: Metric| ACCOUNTS.iter().position(|&account| account == metric).unwrap_or_default();
        Reference {
            group: &block.group,
            bucket: &block.bucket,
            oracle: &side.endpoint,
            solvable: side.solvable,
            local,
            baselines: &block.baselines,
            baseline_scores: &block.baseline_scores,
            correct_at: self.workload.correct_at(),
            power: (position(Metric::EnergyJ), position(Metric::LatencyS)),
        }
    }

    /// Adds up the estimated cells among what was paid.
    fn add_estimated(&self, block: &Block, results: &AccountBlock, tally: &mut Tally) {
        let outcomes = &self.workload.trace().outcomes;
        for (account, metric) in ACCOUNTS.into_iter().enumerate() {
            if outcomes.iter().all(|outcomes| outcomes.sources.get(metric).is_none()) {
                continue;
            }
            for &(index, endpoint) in &results.attempts {
                let position = block.queries.position(index as usize);
                let source = outcomes[endpoint as usize].sources.get(metric).map_or(MEASURED, |sources| sources[position]);
                let value = block.outcomes.account(account, endpoint, index as usize);
                if source != MEASURED && !value.is_nan() && results.status[index as usize] == Status::Served {
                    tally.estimated[account] += Exact::new(value / UNITS[account]);
                }
            }
        }
    }
}

/// The endpoint of an oracle's choice for each query of a block; none where it has no endpoint, or is none.
fn choices(oracle: Option<&Oracle>, outcomes: &OutcomeBlock) -> Vec<EndpointIx> {
    let choice = |index: usize| oracle.and_then(|oracle| oracle.choose(outcomes, index).endpoint()).unwrap_or(AccountBlock::NONE);
    (0..outcomes.len()).map(choice).collect()
}
