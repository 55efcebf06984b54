//! Sums over queries of what the plans of an oracle and of its misroutes add, by bootstrap bucket.
//!
//! A row begins with the number of queries; the lanes of the oracle's plan follow, then those of each misroute's.

use rayon::prelude::*;

use super::exact::Exact;
use super::rows::Rows;
use super::setup::Replay;
use crate::draw::{Draws, Stream};
use crate::policy::noisy_oracle::NoisyOracle;
use crate::policy::oracle::{Choice, Oracle};
use crate::trace::{BLOCK_ROWS, EndpointIx};
use crate::workload::{Change, OutcomeBlock, QueryBlock};

/// Blocks that one task works through before its sums are merged.
const BLOCKS_A_TASK: usize = 16;

/// An oracle, its misroutes, and how their plans are added up.
pub(super) struct Plans<'a, 't> {
    pub replay: &'a Replay<'t>,
    pub oracle: &'a Oracle,
    pub misroutes: Vec<NoisyOracle>,
    /// Rows of the sums: [`BUCKETS`](super::tally::BUCKETS), or one for everything.
    pub buckets: usize,
    /// Lanes of a plan.
    pub lanes: usize,
    /// What is changed in the outcomes.
    pub change: &'a Change,
}

impl Plans<'_, '_> {
    /// The sums of what `add` puts into a plan's lanes for one way in which a query may go: its chance, and the
    /// endpoints in order. The same to the last bit for any number of threads.
    pub fn add_up<F: Fn(&OutcomeBlock, usize, f64, &[EndpointIx], &mut [f64]) + Sync>(&self, add: F) -> Rows {
        let tasks = self.replay.workload.len().div_ceil(BLOCK_ROWS * BLOCKS_A_TASK);
        let merged = (0..tasks).into_par_iter().map(|task| self.task(task, &add)).reduce_with(|mut mine, theirs| {
            mine.merge(&theirs);
            mine
        });
        merged.unwrap_or_else(|| self.empty())
    }

    fn width(&self) -> usize {
        1 + self.lanes * (1 + self.misroutes.len())
    }

    fn empty(&self) -> Rows {
        Rows::new(self.buckets, self.width())
    }

    fn task<F: Fn(&OutcomeBlock, usize, f64, &[EndpointIx], &mut [f64])>(&self, task: usize, add: &F) -> Rows {
        crate::work::go_on();
        let mut rows = self.empty();
        let queries = self.replay.workload.len();
        for block in task * BLOCKS_A_TASK..(task + 1) * BLOCKS_A_TASK {
            let start = block * BLOCK_ROWS;
            if start < queries {
                self.block(start, (start + BLOCK_ROWS).min(queries), &mut rows, add);
            }
        }
        rows
    }

    fn block<F: Fn(&OutcomeBlock, usize, f64, &[EndpointIx], &mut [f64])>(&self, start: usize, end: usize, rows: &mut Rows, add: &F) {
        let workload = &self.replay.workload;
        let queries = QueryBlock::new(workload, start..end);
        let mut outcomes = OutcomeBlock::new(workload, &queries);
        outcomes.change(&queries, self.change);
        let hash = Draws::new(self.replay.seed, 0).stream(Stream::Bucket, 0);
        let mut cells = vec![0.0; self.width()];
        for index in 0..queries.len() {
            cells.fill(0.0);
            self.query(&outcomes, index, &mut cells, add);
            let bucket = hash.below(u64::from(queries.row(index)), self.buckets);
            rows.lanes_mut().zip(&cells).for_each(|(lane, &cell)| lane[bucket] += Exact::new(cell));
        }
    }

    fn query<F: Fn(&OutcomeBlock, usize, f64, &[EndpointIx], &mut [f64])>(
        &self,
        outcomes: &OutcomeBlock,
        index: usize,
        cells: &mut [f64],
        add: &F,
    ) {
        let right = self.oracle.choose(outcomes, index);
        let own = &mut cells[1..=self.lanes];
        match right {
            Choice::Skip => return,
            Choice::Nobody => add(outcomes, index, 1.0, &[], own),
            Choice::Endpoint(endpoint) => add(outcomes, index, 1.0, &[endpoint], own),
        }
        cells[0] = 1.0;
        for (misroute, lanes) in self.misroutes.iter().zip(cells[1..].chunks_exact_mut(self.lanes).skip(1)) {
            misroute.wrong_cases(outcomes, index, right, false, |chance, endpoints| add(outcomes, index, chance, endpoints, lanes));
        }
    }
}
