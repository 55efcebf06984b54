//! The sweep: every router accuracy from one pass.
//!
//! A query is routed right at accuracy a where its draw lies below round(a·2^53), and one draw serves
//! all accuracies: queries are put into bins by their draw, the difference between the oracle's lanes
//! and the misroute's is added to the bin, and prefix sums over the bins are the totals at each
//! accuracy. The cost of a curve does not grow with its points, and since sums are exact a sweep's
//! totals are those of the replay at that accuracy, to the last bit.

mod bins;
mod dense;
mod general;
mod grid;

pub use grid::Grid;

use std::ops::Range;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::policy::Rule;
use crate::policy::noisy_oracle::{Misroute, NoisyOracle, Rates};
use crate::replay::{BUCKETS, Layout, Progress, Replay, Rows, Spread};

/// The sums of one curve: an oracle, a misroute rule and a pool.
#[derive(Debug, Clone)]
pub struct CurveSums {
    /// By replicate and accuracy the exact sum of each lane.
    pub simulated: Vec<Rows>,
    /// By bootstrap bucket the oracle's lanes.
    pub oracle: Rows,
    /// By bootstrap bucket the expectation of the misroute's lanes.
    pub misroute: Rows,
    /// Sums of floating-point numbers.
    draws: DrawSums,
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
    /// The sums of the task that the last part ended in, if it did not end with it.
    open: Option<DrawSums>,
}

/// What the spread over the router's draws is made of, at any accuracy.
#[derive(Debug, Clone, Default)]
struct DrawSums {
    /// Squares of the difference between the oracle's lanes and the expected misroute's.
    difference: Spread,
    /// The spread of the misroute.
    misroute: Spread,
}

impl DrawSums {
    fn new(layout: Layout) -> Self {
        DrawSums { difference: Spread::new(layout), misroute: Spread::new(layout) }
    }

    fn add(&mut self, other: &DrawSums) {
        self.difference.add(&other.difference);
        self.misroute.add(&other.misroute);
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
    fn begin(&self, task: &Range<usize>, layout: Layout) -> DrawSums {
        self.open.clone().filter(|_| task.start == 0).unwrap_or_else(|| DrawSums::new(layout))
    }

    /// Takes the sums of a part's tasks, in their order, to those of the curve.
    fn take(&mut self, tasks: impl Iterator<Item = DrawSums>, queries: usize, size: usize, sums: &mut CurveSums) {
        self.queries += queries;
        self.open = None;
        for task in tasks {
            self.close(sums);
            self.open = Some(task);
        }
        if self.queries.is_multiple_of(size) {
            self.close(sums);
        }
    }

    /// Takes the sums of the task that was open.
    fn close(&mut self, sums: &mut CurveSums) {
        self.open.take().iter().for_each(|open| sums.draws.add(open));
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
            draws: DrawSums::new(replay.layout()),
        }
    }

    /// Adds the exact sums of other queries.
    fn merge(&mut self, other: &CurveSums) {
        let (mine, theirs) = ([&mut self.oracle, &mut self.misroute], [&other.oracle, &other.misroute]);
        let (mine, theirs) = (self.simulated.par_iter_mut().chain(mine), other.simulated.par_iter().chain(theirs));
        mine.zip(theirs).for_each(|(mine, theirs)| mine.merge(theirs));
    }

    /// How much the sums of one replicate vary over the router's draws, at an accuracy.
    pub fn spread(&self, accuracy: f64) -> Spread {
        Spread::at(accuracy, &self.draws.difference, &self.draws.misroute)
    }
}
