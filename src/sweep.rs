//! The sweep: every router accuracy from one pass.
//!
//! A query is routed right at accuracy a where its draw lies below round(a·2^53), and one draw serves
//! all accuracies: queries are put into bins by their draw, the difference between the oracle's lanes
//! and the misroute's is added to the bin, and prefix sums over the bins are the totals at each
//! accuracy. The cost of a curve does not grow with its points, and since sums are exact a sweep's
//! totals are those of the replay at that accuracy, to the last bit.

use rayon::prelude::*;

use crate::draw::{Draws, Stream, threshold};
use crate::error::{Error, Result};
use crate::policy::noisy_oracle::{Misroute, NoisyOracle, Rates};
use crate::policy::{PlanBlock, Rule};
use crate::replay::sweeping::{Block, LaneNumbers, LaneVisitor, Reference, result_of, visit_lanes};
use crate::replay::{AccountBlock, BUCKETS, Entry, Exact, Progress, Replay, Rows};
use crate::trace::BLOCK_ROWS;

/// Blocks that one task works through before its sums are merged.
const BLOCKS_A_TASK: usize = 16;

/// What is swept.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Router accuracies, increasing.
    pub accuracies: Vec<f64>,
    thresholds: Vec<u64>,
    /// For the first bits of a draw the first bin that it may be in.
    first_bin: Vec<u32>,
}

/// Bits of a draw that look up its bin.
const LOOKUP_BITS: u32 = 10;

impl Grid {
    /// A grid of accuracies, which are sorted; doubles are dropped.
    ///
    /// # Errors
    /// Where there is none, or one lies outside 0 to 1.
    pub fn new(mut accuracies: Vec<f64>) -> Result<Grid> {
        if let Some(bad) = accuracies.iter().find(|accuracy| !(0.0..=1.0).contains(*accuracy)) {
            return Err(Error::new("a router accuracy is a share of queries")
                .at("--accuracy")
                .found(bad)
                .allowed("0 to 1 (0.8 for 80%)")
                .usage());
        }
        accuracies.sort_by(f64::total_cmp);
        accuracies.dedup();
        if accuracies.is_empty() {
            return Err(Error::new("no router accuracy to sweep").at("--accuracy").allowed("0 to 1, as FROM:TO:STEP or a list").usage());
        }
        let thresholds: Vec<u64> = accuracies.iter().map(|&accuracy| threshold(accuracy)).collect();
        let first = |part: u64| thresholds.partition_point(|&bound| bound <= part << (53 - LOOKUP_BITS)) as u32;
        let first_bin = (0..1u64 << LOOKUP_BITS).map(first).collect();
        Ok(Grid { accuracies, thresholds, first_bin })
    }

    /// The position of the first accuracy at which a draw is right; the number of accuracies if at none.
    #[inline]
    fn bin(&self, draw: u64) -> usize {
        let mut bin = self.first_bin[(draw >> (53 - LOOKUP_BITS)) as usize] as usize;
        while bin < self.thresholds.len() && self.thresholds[bin] <= draw {
            bin += 1;
        }
        bin
    }
}

/// The sums of one curve: an oracle, a misroute rule and a pool.
#[derive(Debug, Clone)]
pub struct CurveSums {
    /// By replicate and accuracy the exact sum of each lane.
    pub simulated: Vec<Rows>,
    /// By bootstrap bucket the oracle's lanes.
    pub oracle: Rows,
    /// By bootstrap bucket the expectation of the misroute's lanes.
    pub misroute: Rows,
    /// By lane the sum over queries of the squared difference between the oracle's and the expected misroute's.
    pub difference_squared: Vec<f64>,
    /// By lane the sum over queries of the variance of the misroute.
    pub misroute_variance: Vec<f64>,
}

/// Sweeps one entry, a noisy oracle, under a misroute rule.
///
/// # Errors
/// Where the entry is no noisy oracle that errs at one rate.
pub fn sweep(replay: &Replay, entry: &Entry, misroute: Misroute, grid: &Grid, progress: &dyn Progress) -> Result<CurveSums> {
    let Rule::NoisyOracle(noisy) = &entry.built.rule else {
        return Err(Error::new("only a noisy oracle can be swept")
            .at(&entry.spec.name)
            .found(entry.spec.kind)
            .allowed("noisy-oracle")
            .usage());
    };
    if !matches!(noisy.rates(), Rates::Accuracy(_)) {
        let what = "a noisy oracle with two rates has no one accuracy to sweep";
        return Err(Error::new(what).at(&entry.spec.name).allowed("`router_accuracy`").usage());
    }
    let sweep = Sweep { replay, entry, noisy: noisy.with_misroute(misroute), grid };
    let tasks = replay.workload.len().div_ceil(BLOCK_ROWS * BLOCKS_A_TASK);
    let parts: Vec<CurveSums> = (0..tasks).into_par_iter().map(|task| sweep.task(task, progress)).collect();
    let mut sums = sweep.empty();
    parts.iter().for_each(|part| sums.merge(part));
    sums.accumulate();
    Ok(sums)
}

struct Sweep<'a, 't> {
    replay: &'a Replay<'t>,
    entry: &'a Entry,
    noisy: NoisyOracle,
    grid: &'a Grid,
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
    fn lane(&mut self, lane: usize, value: impl Fn(usize) -> Exact) {
        let column = &mut self.cells[lane * self.queries..(lane + 1) * self.queries];
        column.iter_mut().enumerate().for_each(|(index, cell)| *cell = value(index));
    }
}

impl Sweep<'_, '_> {
    fn empty(&self) -> CurveSums {
        let width = self.replay.layout().width();
        // One row more than accuracies: draws that are right at none.
        let rows = || Rows::new(self.grid.accuracies.len() + 1, width);
        CurveSums {
            simulated: (0..self.replay.replicates).map(|_| rows()).collect(),
            oracle: Rows::new(BUCKETS, width),
            misroute: Rows::new(BUCKETS, width),
            difference_squared: vec![0.0; width],
            misroute_variance: vec![0.0; width],
        }
    }

    fn task(&self, task: usize, progress: &dyn Progress) -> CurveSums {
        let mut sums = self.empty();
        for block in task * BLOCKS_A_TASK..(task + 1) * BLOCKS_A_TASK {
            let start = block * BLOCK_ROWS;
            let end = (start + BLOCK_ROWS).min(self.replay.workload.len());
            if start >= end {
                break;
            }
            self.block(&self.replay.block(start, end), &mut sums);
            progress.advance((end - start) as u64);
        }
        sums
    }

    fn block(&self, block: &Block, sums: &mut CurveSums) {
        let side = self.replay.oracle_side(self.entry, block);
        let local = self.replay.local_flags(self.entry.pool);
        let reference = self.replay.reference(block, &side, &local);
        let mut plans = PlanBlock::new();
        (0..block.queries.len()).for_each(|index| self.noisy.oracle().choose(&block.outcomes, index).plan(&mut plans));
        let right = self.lanes(block, &reference, &plans, &Draws::new(self.replay.seed, 0));
        let mut change: Option<Change> = None;
        for replicate in 0..self.replay.replicates {
            let draws = Draws::new(self.replay.seed, u64::from(replicate));
            let current = match change.take() {
                Some(change) if !self.noisy.misroute_is_random() => change,
                _ => {
                    plans.clear();
                    self.noisy.plan_misroutes(&block.queries, &block.outcomes, &draws, &mut plans);
                    right.less(&self.lanes(block, &reference, &plans, &draws))
                }
            };
            self.add_simulated(block, &current, &draws, &mut sums.simulated[replicate as usize]);
            change = Some(current);
        }
        self.add_expected(block, &reference, &right, sums);
    }

    /// The lanes of a block under given plans.
    fn lanes(&self, block: &Block, reference: &Reference, plans: &PlanBlock, draws: &Draws) -> BlockLanes {
        let layout = self.replay.layout();
        let mut results = AccountBlock::default();
        results.run(&block.queries, &block.outcomes, plans, &self.entry.spec.overhead, draws);
        let mut lanes = BlockLanes::new(block.queries.len(), layout.width());
        visit_lanes(layout, &results, reference, &mut lanes);
        lanes
    }

    /// Adds the misroutes to the last bin, and what the oracle changes to the bin of each query's draw.
    fn add_simulated(&self, block: &Block, change: &Change, draws: &Draws, bins: &mut Rows) {
        let coin = draws.stream(Stream::Coin, 0);
        let last = self.grid.accuracies.len();
        let bin_of: Vec<u32> = block.queries.keys.iter().map(|&key| self.grid.bin(coin.draw53(u64::from(key))) as u32).collect();
        for (lane, column) in change.lanes.columns().enumerate() {
            let bins = bins.lane_mut(lane);
            bins[last] += change.wrong[lane];
            if change.changes[lane] {
                // What is right at no accuracy falls into a bin beyond the last.
                column.iter().zip(&bin_of).filter(|(_, bin)| (**bin as usize) < last).for_each(|(&cell, &bin)| bins[bin as usize] += cell);
            }
        }
    }

    fn add_expected(&self, block: &Block, reference: &Reference, right: &BlockLanes, sums: &mut CurveSums) {
        let layout = self.replay.layout();
        let width = layout.width();
        let mut numbers = LaneNumbers::new(layout);
        let (mut mean, mut square) = (vec![0.0; width], vec![0.0; width]);
        let mut expected = vec![Exact::ZERO; width];
        for (lane, column) in sums.oracle.lanes_mut().zip(right.columns()) {
            column.iter().zip(&block.bucket).for_each(|(&cell, &bucket)| lane[bucket as usize] += cell);
        }
        for index in 0..block.queries.len() {
            mean.fill(0.0);
            square.fill(0.0);
            let choice = self.noisy.oracle().choose(&block.outcomes, index);
            self.noisy.wrong_cases(&block.outcomes, index, choice, false, |chance, endpoints| {
                let result = result_of(&block.outcomes, index, endpoints, &self.entry.spec.overhead);
                for (lane, value) in numbers.of(layout, &result, reference, index).iter().enumerate() {
                    let value = value.to_f64();
                    mean[lane] += chance * value;
                    square[lane] += chance * value * value;
                }
            });
            for lane in 0..width {
                expected[lane] = Exact::new(mean[lane]);
                let difference = right.cells[lane * right.queries + index].to_f64() - mean[lane];
                sums.difference_squared[lane] += difference * difference;
                sums.misroute_variance[lane] += (square[lane] - mean[lane] * mean[lane]).max(0.0);
            }
            let bucket = block.bucket[index] as usize;
            sums.misroute.lanes_mut().zip(&expected).for_each(|(lane, &value)| lane[bucket] += value);
        }
    }
}

impl CurveSums {
    fn merge(&mut self, other: &CurveSums) {
        self.simulated.iter_mut().zip(&other.simulated).for_each(|(mine, theirs)| mine.merge(theirs));
        self.oracle.merge(&other.oracle);
        self.misroute.merge(&other.misroute);
        let add = |mine: &mut Vec<f64>, theirs: &[f64]| mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        add(&mut self.difference_squared, &other.difference_squared);
        add(&mut self.misroute_variance, &other.misroute_variance);
    }

    /// From bins to totals: all misroutes, and what is right up to each accuracy.
    fn accumulate(&mut self) {
        for lane in self.simulated.iter_mut().flat_map(Rows::lanes_mut) {
            let Some((misroutes, bins)) = lane.split_last_mut() else { continue };
            let mut total = *misroutes;
            for bin in bins {
                total += *bin;
                *bin = total;
            }
        }
    }

    /// The variance of a lane's sum over the router's draws, at an accuracy.
    pub fn variance(&self, lane: usize, accuracy: f64) -> f64 {
        accuracy * (1.0 - accuracy) * self.difference_squared[lane] + (1.0 - accuracy) * self.misroute_variance[lane]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_the_first_accuracy_that_is_right() -> Result<()> {
        let grid = Grid::new(vec![0.0, 0.25, 0.5, 1.0])?;
        // A draw of u is right at a where u < a: 0.1 from 0.25 on, 0.25 from 0.5 on, 0.9 at 1 alone.
        let at = |u: f64| grid.bin(threshold(u));
        assert_eq!([at(0.0), at(0.1), at(0.25), at(0.49), at(0.5), at(0.9)], [1, 1, 2, 2, 3, 3]);
        // At accuracies that end below 1 a high draw is right nowhere.
        assert_eq!(Grid::new(vec![0.3])?.bin(threshold(0.7)), 1);
        assert!(Grid::new(vec![1.2]).is_err_and(|error| error.is_usage()));
        Ok(())
    }
}
