//! The sweep: every router accuracy from one pass.
//!
//! A query is routed right at accuracy a where its draw lies below round(a·2^53), and one draw serves
//! all accuracies: queries are put into bins by their draw, the difference between the oracle's lanes
//! and the misroute's is added to the bin, and prefix sums over the bins are the totals at each
//! accuracy. The cost of a curve does not grow with its points, and since sums are exact a sweep's
//! totals are those of the replay at that accuracy, to the last bit.

mod dense;
mod general;
mod grid;

pub use grid::Grid;

use std::ops::Range;

use crate::error::{Error, Result};
use crate::policy::Rule;
use crate::policy::noisy_oracle::{Misroute, NoisyOracle, Rates};
use crate::replay::{BUCKETS, Progress, Replay, Rows};

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

/// Sweeps one entry, a noisy oracle, by its position, under a misroute rule.
///
/// # Errors
/// Where the entry is no noisy oracle that errs at one rate.
pub fn sweep(replay: &Replay, entry: usize, misroute: Misroute, grid: &Grid, progress: &dyn Progress) -> Result<CurveSums> {
    let mut sweeping = Sweeping::new(replay, entry, misroute, grid)?;
    sweeping.add(replay, progress)?;
    Ok(sweeping.finish())
}

/// A sweep on its way through the parts of a trace.
pub struct Sweeping<'a> {
    entry: usize,
    noisy: NoisyOracle,
    grid: &'a Grid,
    sums: CurveSums,
    ordered: Ordered,
}

/// Sums of floating-point numbers of the queries so far: task by task, and tasks in their order, so that the
/// bytes depend neither on threads nor on where parts end.
#[derive(Default)]
struct Ordered {
    /// Queries that were added.
    queries: usize,
    /// By lane the sums of the task that the last part ended in.
    open: Task,
}

/// The sums of a task, by lane.
#[derive(Clone, Default)]
struct Task {
    difference_squared: Vec<f64>,
    misroute_variance: Vec<f64>,
}

impl Task {
    fn new(width: usize) -> Task {
        Task { difference_squared: vec![0.0; width], misroute_variance: vec![0.0; width] }
    }
}

impl Ordered {
    /// The tasks of a part of so many queries, where a task is `size` queries of the whole: the first of them
    /// may have begun before.
    fn tasks(&self, part: usize, size: usize) -> Vec<Range<usize>> {
        let mut tasks = Vec::new();
        let mut start = 0;
        while start < part {
            let end = part.min(start + size - (self.queries + start) % size);
            tasks.push(start..end);
            start = end;
        }
        tasks
    }

    /// The sums that a task of the part begins with.
    fn begin(&self, task: &Range<usize>, width: usize) -> Task {
        if task.start == 0 && self.queries > 0 { self.open.clone() } else { Task::new(width) }
    }

    /// Takes the sums of a part's tasks, in their order, to those of the curve.
    fn take(&mut self, tasks: impl Iterator<Item = Task>, queries: usize, size: usize, sums: &mut CurveSums) {
        self.queries += queries;
        let mut last: Option<Task> = None;
        for task in tasks {
            last.iter().for_each(|last| sums.add_task(last));
            last = Some(task);
        }
        self.open = last.unwrap_or_default();
        if self.queries.is_multiple_of(size) {
            self.close(sums);
        }
    }

    /// Takes the sums of the task that was open.
    fn close(&mut self, sums: &mut CurveSums) {
        sums.add_task(&self.open);
        self.open = Task::new(sums.difference_squared.len());
    }
}

impl<'a> Sweeping<'a> {
    /// A sweep of one entry, a noisy oracle, by its position, under a misroute rule.
    ///
    /// # Errors
    /// Where the entry is no noisy oracle that errs at one rate.
    pub fn new(replay: &Replay, entry: usize, misroute: Misroute, grid: &'a Grid) -> Result<Self> {
        let spec = &replay.entries[entry].spec;
        let Rule::NoisyOracle(noisy) = &replay.entries[entry].built.rule else {
            return Err(Error::new("only a noisy oracle can be swept").at(&spec.name).found(spec.kind).allowed("noisy-oracle").usage());
        };
        if !matches!(noisy.rates(), Rates::Accuracy(_)) {
            let what = "a noisy oracle with two rates has no one accuracy to sweep";
            return Err(Error::new(what).at(&spec.name).allowed("`router_accuracy`").usage());
        }
        let sums = CurveSums::new(replay, grid);
        Ok(Sweeping { entry, noisy: noisy.with_misroute(misroute), grid, sums, ordered: Ordered::default() })
    }

    /// Adds a part of the queries, after those before.
    ///
    /// # Errors
    /// None of its own: what dealing out work may tell.
    pub fn add(&mut self, part: &Replay, progress: &dyn Progress) -> Result<()> {
        let sweep = Sweep { replay: part, entry: self.entry, noisy: self.noisy.clone(), grid: self.grid };
        match part.room {
            Some(room) => dense::run(&sweep, room, &mut self.ordered, &mut self.sums, progress),
            None => {
                general::run(&sweep, &mut self.ordered, &mut self.sums, progress);
                Ok(())
            }
        }
    }

    /// The sums of all parts.
    pub fn finish(mut self) -> CurveSums {
        self.ordered.close(&mut self.sums);
        self.sums
    }
}

/// What is swept, for both ways of adding up.
struct Sweep<'a, 't> {
    replay: &'a Replay<'t>,
    entry: usize,
    noisy: NoisyOracle,
    grid: &'a Grid,
}

impl Sweep<'_, '_> {
    fn empty(&self) -> CurveSums {
        CurveSums::new(self.replay, self.grid)
    }
}

impl CurveSums {
    fn new(replay: &Replay, grid: &Grid) -> CurveSums {
        let width = replay.layout().width();
        // One row more than accuracies: draws that are right at none.
        let rows = || Rows::new(grid.accuracies.len() + 1, width);
        CurveSums {
            simulated: (0..replay.replicates).map(|_| rows()).collect(),
            oracle: Rows::new(BUCKETS, width),
            misroute: Rows::new(BUCKETS, width),
            difference_squared: vec![0.0; width],
            misroute_variance: vec![0.0; width],
        }
    }

    fn add_task(&mut self, task: &Task) {
        let add = |mine: &mut Vec<f64>, theirs: &[f64]| mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        add(&mut self.difference_squared, &task.difference_squared);
        add(&mut self.misroute_variance, &task.misroute_variance);
    }

    /// Adds the exact sums of other queries.
    fn merge(&mut self, other: &CurveSums) {
        self.simulated.iter_mut().zip(&other.simulated).for_each(|(mine, theirs)| mine.merge(theirs));
        self.oracle.merge(&other.oracle);
        self.misroute.merge(&other.misroute);
    }

    /// The variance of a lane's sum over the router's draws, at an accuracy.
    pub fn variance(&self, lane: usize, accuracy: f64) -> f64 {
        accuracy * (1.0 - accuracy) * self.difference_squared[lane] + (1.0 - accuracy) * self.misroute_variance[lane]
    }
}
