//! Sweeping a workload that lacks cells: lane by lane.

use std::ops::Range;

use rayon::prelude::*;

use super::{CurveSums, DrawSums, Ordered, Sweep};
use crate::draw::{Draws, Keys, Stream};
use crate::policy::PlanBlock;
use crate::policy::oracle::Choice;
use crate::replay::sweeping::{Block, LaneNumbers, LaneVisitor, QUERIES_AT_A_TIME, Reference, Ways, result_of, visit_lanes};
use crate::replay::{AccountBlock, Exact, Progress, Rows};

/// Blocks that one task works through before its sums are merged.
const BLOCKS_A_TASK: usize = 256;

/// Adds the sums of a curve.
pub(super) fn run(sweep: &Sweep, ordered: &mut Ordered, sums: &mut CurveSums, progress: &dyn Progress) {
    let size = QUERIES_AT_A_TIME * BLOCKS_A_TASK;
    let queries = sweep.replay.workload.len();
    let layout = sweep.replay.layout();
    let tasks = ordered.tasks(queries, size);
    let parts: Vec<CurveSums> = tasks.par_iter().map(|task| sweep.task(task.clone(), ordered.begin(task, layout), progress)).collect();
    let mut exact = sweep.empty();
    parts.iter().for_each(|part| exact.merge(part));
    accumulate(&mut exact);
    sums.merge(&exact);
    // In the order of the tasks, so that the bytes do not depend on the threads.
    ordered.take(parts.into_iter().map(|part| part.draws), queries, size, sums);
}

/// From bins to totals: all misroutes, and what is right up to each accuracy.
fn accumulate(sums: &mut CurveSums) {
    for lane in sums.simulated.iter_mut().flat_map(Rows::lanes_mut) {
        let Some((misroutes, bins)) = lane.split_last_mut() else { continue };
        let mut total = *misroutes;
        for bin in bins {
            total += *bin;
            *bin = total;
        }
    }
}

/// The lanes of a block of queries, a column each.
struct BlockLanes {
    queries: usize,
    cells: Vec<Exact>,
}

impl BlockLanes {
    fn new(queries: usize, width: usize) -> Self {
        BlockLanes { queries, cells: vec![Exact::ZERO; queries * width] }
    }

    fn column(&mut self, lane: usize) -> impl Iterator<Item = &mut Exact> {
        self.cells[lane * self.queries..(lane + 1) * self.queries].iter_mut()
    }

    fn columns(&self) -> std::slice::ChunksExact<'_, Exact> {
        self.cells.chunks_exact(self.queries)
    }

    /// What changes where a query is routed right instead of wrong, and the sum of the wrong.
    fn less(&self, wrong: &BlockLanes) -> Change {
        let width = self.cells.len() / self.queries;
        let mut change = BlockLanes::new(self.queries, width);
        for ((cell, &right), &wrong) in change.cells.iter_mut().zip(&self.cells).zip(&wrong.cells) {
            *cell += right;
            *cell -= wrong;
        }
        let sum = |lane: &[Exact]| {
            let mut sum = Exact::ZERO;
            lane.iter().for_each(|&cell| sum += cell);
            sum
        };
        let changes = change.columns().map(|lane| lane.iter().any(|&cell| cell != Exact::ZERO)).collect();
        Change { wrong: wrong.columns().map(sum).collect(), lanes: change, changes }
    }
}

/// A block of queries that are all misrouted, and what each changes when it is not.
struct Change {
    /// By lane the sum over misrouted queries.
    wrong: Vec<Exact>,
    /// The oracle's lanes less the misroute's.
    lanes: BlockLanes,
    /// By lane whether there is any difference.
    changes: Vec<bool>,
}

impl LaneVisitor for BlockLanes {
    fn count(&mut self, lane: usize, is: impl Fn(usize) -> bool) {
        self.column(lane).enumerate().for_each(|(index, cell)| *cell = Exact::count(is(index)));
    }

    fn sum(&mut self, lane: usize, value: impl Fn(usize) -> f64) {
        self.column(lane).enumerate().for_each(|(index, cell)| *cell = Exact::known(value(index)));
    }
}

impl Sweep<'_, '_> {
    fn task(&self, task: Range<usize>, begun: DrawSums, progress: &dyn Progress) -> CurveSums {
        let mut sums = CurveSums { draws: begun, ..self.empty() };
        for start in task.clone().step_by(QUERIES_AT_A_TIME) {
            let end = task.end.min(start + QUERIES_AT_A_TIME);
            self.block(&self.replay.block(start, end), &mut sums);
            progress.advance((end - start) as u64);
        }
        sums
    }

    fn block(&self, block: &Block, sums: &mut CurveSums) {
        let compared = self.replay.compared(self.entry, block);
        let reference = self.replay.reference(block, &compared);
        let Some(choices) = compared.choices() else { return };
        let mut plans = PlanBlock::new();
        choices.iter().for_each(|choice| choice.plan(&mut plans));
        let right = self.lanes(block, &reference, &plans, &Draws::new(self.replay.seed, 0));
        let mut change: Option<Change> = None;
        for replicate in 0..self.replay.replicates {
            let draws = Draws::new(self.replay.seed, u64::from(replicate));
            let current = match change.take() {
                Some(change) if !self.noisy.misroute_is_random() => change,
                _ => {
                    plans.clear();
                    self.noisy.plan_misroutes(choices, &block.queries, &block.outcomes, &draws, &mut plans);
                    right.less(&self.lanes(block, &reference, &plans, &draws))
                }
            };
            self.add_simulated(block, &current, &draws, &mut sums.simulated[replicate as usize]);
            change = Some(current);
        }
        self.add_expected(block, &reference, choices, &right, sums);
    }

    /// The lanes of a block under given plans.
    fn lanes(&self, block: &Block, reference: &Reference, plans: &PlanBlock, draws: &Draws) -> BlockLanes {
        let layout = self.replay.layout();
        let mut results = AccountBlock::default();
        results.run(&block.queries, &block.outcomes, plans, &self.replay.entries[self.entry].spec.overhead, draws);
        let mut lanes = BlockLanes::new(block.queries.len(), layout.width());
        visit_lanes(layout, &results, reference, &mut lanes);
        lanes
    }

    /// Adds the misroutes to the last bin, and what the oracle changes to the bin of each query's draw.
    fn add_simulated(&self, block: &Block, change: &Change, draws: &Draws, bins: &mut Rows) {
        let coin = draws.stream(Stream::Coin, 0);
        let last = self.grid.accuracies.len();
        let (mut keys, mut bin_of) = (Keys::default(), vec![0; block.queries.keys.len()]);
        keys.set(&block.queries.keys);
        self.grid.bins(&coin, &keys, &mut Vec::new(), &mut bin_of);
        for (lane, column) in change.lanes.columns().enumerate() {
            let bins = bins.lane_mut(lane);
            bins[last] += change.wrong[lane];
            if change.changes[lane] {
                // What is right at no accuracy falls into a bin beyond the last.
                column.iter().zip(&bin_of).filter(|(_, bin)| (**bin as usize) < last).for_each(|(&cell, &bin)| bins[bin as usize] += cell);
            }
        }
    }

    fn add_expected(&self, block: &Block, reference: &Reference, choices: &[Choice], right: &BlockLanes, sums: &mut CurveSums) {
        let layout = self.replay.layout();
        let (mut numbers, mut ways) = (LaneNumbers::new(layout), Ways::new(layout));
        for (lane, column) in sums.oracle.lanes_mut().zip(right.columns()) {
            column.iter().zip(&block.bucket).for_each(|(&cell, &bucket)| lane[bucket as usize] += cell);
        }
        for (index, &choice) in choices.iter().enumerate() {
            ways.clear();
            self.noisy.wrong_cases(&block.outcomes, index, choice, false, |chance, endpoints| {
                let result = result_of(&block.outcomes, index, endpoints, &self.replay.entries[self.entry].spec.overhead);
                ways.add(layout, chance, numbers.of(layout, &result, reference, index));
            });
            let difference = |lane: usize| right.cells[lane * right.queries + index].to_f64() - ways.mean[lane];
            sums.draws.difference.add_squares(layout, difference);
            sums.draws.misroute.add_ways(layout, &ways);
            let bucket = block.bucket[index] as usize;
            sums.misroute.lanes_mut().zip(&ways.mean).for_each(|(lane, &mean)| lane[bucket] += Exact::new(mean));
        }
    }
}
