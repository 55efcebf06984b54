//! The two ends of a noisy oracle's curve: what it takes and answers if it is always right, and if every
//! query is misrouted.
//!
//! Expectations in between are linear in the router accuracy, so that these sums hold the whole curve, and
//! by bootstrap bucket that of every resample.

use rayon::prelude::*;

use super::lane::UNITS;
use super::rows::Rows;
use super::setup::Replay;
use super::tally::BUCKETS;
use super::{Exact, buckets};
use crate::policy::noisy_oracle::{Misroute, NoisyOracle};
use crate::policy::oracle::{Choice, Oracle};
use crate::trace::{BLOCK_ROWS, EndpointIx};
use crate::workload::{ACCOUNTS, OutcomeBlock, QueryBlock};

/// Blocks that one task works through before its sums are merged.
const BLOCKS_A_TASK: usize = 16;
/// Lanes of a plan: two of scores, two of each account.
const LANES: usize = 2 + 2 * ACCOUNTS.len();

/// What is added up for a plan, in expectation and as a report's figures are made of it. Amounts are in the
/// unit of [`UNITS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndLane {
    /// Queries whose answer has a score.
    Scored,
    /// Sum of their scores.
    Score,
    /// What the plan takes of an account, where plan and baseline are both known.
    Mine(usize),
    /// What the baseline takes on these queries.
    Theirs(usize),
}

/// The lane of a plan in a row of [`Replay::ends`]: plan 0 is the oracle's, the n-th misroute's is n. Lane 0
/// counts the queries.
pub fn end_lane(plan: usize, lane: EndLane) -> usize {
    let lane = match lane {
        EndLane::Scored => 0,
        EndLane::Score => 1,
        EndLane::Mine(account) => 2 + 2 * account,
        EndLane::Theirs(account) => 3 + 2 * account,
    };
    1 + LANES * plan + lane
}

impl Replay<'_> {
    /// By bootstrap bucket the ends of the noisy oracles' curves over a pool, one for each misroute, against a
    /// baseline; the oracle is the one that the pool's router accuracy is measured against. `None` where there
    /// is none. The same to the last bit for any number of threads.
    pub fn ends(&self, pool: usize, baseline: EndpointIx, misroutes: &[Misroute]) -> Option<Rows> {
        let oracle = self.references.of_pool(pool)?;
        let local = &self.roles.pools.get(pool)?.local;
        let ends = Ends {
            replay: self,
            oracle,
            misroutes: misroutes.iter().map(|&misroute| NoisyOracle::over(oracle, local, misroute)).collect(),
            baseline,
        };
        let tasks = self.workload.len().div_ceil(BLOCK_ROWS * BLOCKS_A_TASK);
        let merged = (0..tasks).into_par_iter().map(|task| ends.task(task)).reduce_with(|mut mine, theirs| {
            mine.merge(&theirs);
            mine
        });
        Some(merged.unwrap_or_else(|| ends.empty()))
    }
}

struct Ends<'a, 't> {
    replay: &'a Replay<'t>,
    oracle: &'a Oracle,
    misroutes: Vec<NoisyOracle>,
    baseline: EndpointIx,
}

impl Ends<'_, '_> {
    fn width(&self) -> usize {
        1 + LANES * (1 + self.misroutes.len())
    }

    fn empty(&self) -> Rows {
        Rows::new(BUCKETS, self.width())
    }

    fn task(&self, task: usize) -> Rows {
        let mut rows = self.empty();
        let queries = self.replay.workload.len();
        for block in task * BLOCKS_A_TASK..(task + 1) * BLOCKS_A_TASK {
            let start = block * BLOCK_ROWS;
            if start < queries {
                self.block(start, (start + BLOCK_ROWS).min(queries), &mut rows);
            }
        }
        rows
    }

    fn block(&self, start: usize, end: usize, rows: &mut Rows) {
        let workload = &self.replay.workload;
        let queries = QueryBlock::new(workload, start..end);
        let outcomes = OutcomeBlock::new(workload, &queries);
        let places = buckets(self.replay.seed, (0..queries.len()).map(|index| queries.row(index)));
        let mut cells = vec![0.0; self.width()];
        for (index, bucket) in places.into_iter().enumerate() {
            cells.fill(0.0);
            self.query(&outcomes, index, &mut cells);
            rows.lanes_mut().zip(&cells).for_each(|(lane, &cell)| lane[bucket as usize] += Exact::new(cell));
        }
    }

    fn query(&self, outcomes: &OutcomeBlock, index: usize, cells: &mut [f64]) {
        let right = self.oracle.choose(outcomes, index);
        match right {
            Choice::Skip => return,
            Choice::Nobody => self.add(outcomes, index, 1.0, &[], &mut cells[1..=LANES]),
            Choice::Endpoint(endpoint) => self.add(outcomes, index, 1.0, &[endpoint], &mut cells[1..=LANES]),
        }
        cells[0] = 1.0;
        for (misroute, lanes) in self.misroutes.iter().zip(cells[1..].chunks_exact_mut(LANES).skip(1)) {
            misroute.wrong_cases(outcomes, index, right, false, |chance, endpoints| self.add(outcomes, index, chance, endpoints, lanes));
        }
    }

    /// Adds one way in which a query may go.
    fn add(&self, outcomes: &OutcomeBlock, index: usize, chance: f64, endpoints: &[EndpointIx], lanes: &mut [f64]) {
        if chance == 0.0 || !endpoints.iter().all(|&endpoint| outcomes.available(endpoint, index)) {
            return;
        }
        let mut put = |lane: EndLane, value: f64| lanes[end_lane(0, lane) - 1] += chance * value;
        let score = endpoints.last().map_or(0.0, |&last| outcomes.score(last, index));
        if !score.is_nan() {
            put(EndLane::Scored, 1.0);
            put(EndLane::Score, score);
        }
        if !outcomes.available(self.baseline, index) {
            return;
        }
        for (account, unit) in UNITS.into_iter().enumerate() {
            let theirs = outcomes.account(account, self.baseline, index) / unit;
            let mine = endpoints.iter().map(|&endpoint| outcomes.account(account, endpoint, index)).sum::<f64>() / unit;
            if !(mine + theirs).is_nan() {
                put(EndLane::Mine(account), mine);
                put(EndLane::Theirs(account), theirs);
            }
        }
    }
}
