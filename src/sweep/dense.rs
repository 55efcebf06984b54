//! Sweeping a workload without gaps: in lines.

use super::{CurveSums, Ordered, Sweep, Task};
use crate::draw::{Draws, Stream};
use crate::error::Result;
use crate::policy::noisy_oracle::Misroute;
use crate::policy::oracle::Choice;
use crate::policy::{Overhead, PlanBlock};
use crate::replay::sweeping::{
    Baselines, Block, Cells, ClosedForm, FIGURES, Figures, Judge, Line, LineRows, QUERIES_AT_A_TIME, deal, lines, own_lanes, result_of,
};
use crate::replay::{AccountBlock, Exact, Layout, Progress, Rows};

/// Blocks that one task works through: sums of floating-point numbers are taken task by task.
const BLOCKS_A_TASK: usize = 64;

/// Adds the sums of a curve.
pub(super) fn run(sweep: &Sweep, room: usize, ordered: &mut Ordered, sums: &mut CurveSums, progress: &dyn Progress) -> Result<()> {
    let size = QUERIES_AT_A_TIME * BLOCKS_A_TASK;
    let layout = sweep.replay.layout();
    let queries = sweep.replay.workload.len();
    let tasks = ordered.tasks(queries, size);
    let work = |worker: &mut Worker, position: usize| {
        let task = &tasks[position];
        worker.forms.push((position, form_of(layout, &ordered.begin(task, layout.width()))));
        for start in task.clone().step_by(QUERIES_AT_A_TIME) {
            let block = sweep.replay.block(start, task.end.min(start + QUERIES_AT_A_TIME));
            worker.block(&block);
            progress.advance(block.queries.len() as u64);
        }
        Ok(())
    };
    // Exact sums do not depend on how tasks are dealt out; the others are taken in their order.
    let parts = deal(tasks.len(), || Worker::new(sweep, room), work)?.into_iter().map(Worker::finish);
    let mut forms = Vec::new();
    for (part, of_tasks) in parts {
        sums.merge(&part);
        forms.extend(of_tasks);
    }
    forms.sort_by_key(|(task, _)| *task);
    ordered.take(forms.iter().map(|(_, form)| task_of(layout, form)), queries, size, sums);
    Ok(())
}

/// The sums of a task from the figures of its closed form.
fn task_of(layout: Layout, form: &ClosedForm) -> Task {
    let mut task = Task::new(layout.width());
    for (figure, lane) in FIGURES.into_iter().enumerate() {
        task.difference_squared[layout.at(lane)] = form.difference_squared[figure];
        task.misroute_variance[layout.at(lane)] = form.wrong_variance[figure];
    }
    task
}

/// A closed form that goes on from those of a task.
fn form_of(layout: Layout, task: &Task) -> ClosedForm {
    let figures = |sums: &[f64]| FIGURES.map(|lane| sums[layout.at(lane)]);
    let mut form = ClosedForm::default();
    (form.difference_squared, form.wrong_variance) = (figures(&task.difference_squared), figures(&task.misroute_variance));
    form
}

/// A worker's sums, and what it fills anew for each block.
struct Worker<'a, 't> {
    sweep: &'a Sweep<'a, 't>,
    room: usize,
    sums: CurveSums,
    /// By replicate what changes in each bin, and all misroutes.
    bins: Vec<Bins>,
    oracle: LineRows,
    misroute: LineRows,
    baselines: Baselines,
    forms: Vec<(usize, ClosedForm)>,
    right: Vec<Line>,
    wrong: Vec<Line>,
    changes: Vec<Line>,
    draws: Vec<u64>,
    bin_of: Vec<u32>,
}

/// The sums of a replicate that are not exact yet.
struct Bins {
    misroutes: Line,
    changes: Vec<Line>,
    added: usize,
}

impl<'a, 't> Worker<'a, 't> {
    fn new(sweep: &'a Sweep<'a, 't>, room: usize) -> Self {
        let bins = || Bins { misroutes: Line::ZERO, changes: vec![Line::ZERO; sweep.grid.accuracies.len() + 1], added: 0 };
        Worker {
            sums: sweep.empty(),
            bins: (0..sweep.replay.replicates).map(|_| bins()).collect(),
            // Groups of queries have no curves.
            oracle: LineRows::new(1),
            misroute: LineRows::new(1),
            baselines: Baselines::new(sweep.replay),
            forms: Vec::new(),
            right: Vec::new(),
            wrong: Vec::new(),
            changes: Vec::new(),
            draws: Vec::new(),
            bin_of: Vec::new(),
            sweep,
            room,
        }
    }

    fn block(&mut self, block: &Block) {
        let sweep = self.sweep;
        let judge = sweep.replay.judge(sweep.entry, block);
        let Some(choices) = judge.choices else { return };
        let cells = Cells::of(&block.outcomes, sweep.replay.workload.trace().outcomes.len());
        self.baselines.add(sweep.replay, self.room, block, &cells, &judge, |index| choices[index] == Choice::Skip);
        self.make_room(block.queries.len());
        let mut right = std::mem::take(&mut self.right);
        if self.is_plain(choices) {
            cells.chosen(&judge, judge.oracle(), &mut right);
        } else {
            right.clear();
            right.extend(choices.iter().enumerate().map(|(index, &choice)| self.line(block, &judge, choice, index)));
        }
        self.oracle.add(&block.bucket, &[], &right);
        if sweep.noisy.misroute() == Misroute::Cloud {
            self.add_fallbacks(block, &cells, &judge, choices, &right);
        } else {
            (0..self.bins.len()).for_each(|replicate| self.add_random(block, &judge, choices, &right, replicate));
            self.add_means(block);
        }
        self.right = right;
    }

    /// Takes sums to where they are exact if the lines of another block might be too many.
    fn make_room(&mut self, queries: usize) {
        let layout = self.sweep.replay.layout();
        let CurveSums { simulated, oracle, misroute, .. } = &mut self.sums;
        for (bins, rows) in self.bins.iter_mut().zip(simulated) {
            if bins.added + queries > self.room {
                bins.take(layout, rows);
            }
            bins.added += queries;
        }
        for (lines, rows) in [(&mut self.oracle, oracle), (&mut self.misroute, misroute)] {
            if !lines.admits(queries, self.room) {
                lines.take(layout, own_lanes(), rows, None);
            }
            lines.admit(queries);
        }
    }

    /// Whether every choice is an endpoint, and its line all that counts.
    fn is_plain(&self, choices: &[Choice]) -> bool {
        let overhead = &self.sweep.replay.entries[self.sweep.entry].spec.overhead;
        *overhead == Overhead::default() && choices.iter().all(|choice| choice.endpoint().is_some())
    }

    /// The line of any choice.
    fn line(&self, block: &Block, judge: &Judge, choice: Choice, index: usize) -> Line {
        let overhead = &self.sweep.replay.entries[self.sweep.entry].spec.overhead;
        match choice {
            Choice::Skip => Line::ZERO,
            choice => {
                result_of(&block.outcomes, index, choice.endpoint().as_slice(), overhead).line(block.outcomes.correct_at(), judge, index)
            }
        }
    }

    /// Misroutes that all go to the fallback: the same in every replicate.
    fn add_fallbacks(&mut self, block: &Block, cells: &Cells, judge: &Judge, choices: &[Choice], right: &[Line]) {
        let fallback = self.sweep.noisy.oracle().fallback();
        let mut wrong = std::mem::take(&mut self.wrong);
        if self.is_plain(choices) {
            cells.all_of(judge, fallback, &mut wrong);
        } else {
            wrong.clear();
            wrong.extend(choices.iter().enumerate().map(|(index, &choice)| {
                let misrouted = if choice == Choice::Skip { choice } else { Choice::Endpoint(fallback) };
                self.line(block, judge, misrouted, index)
            }));
        }
        self.misroute.add(&block.bucket, &[], &wrong);
        let total = lines::total(&wrong);
        lines::changes(right, &wrong, &mut self.changes);
        for (replicate, bins) in self.bins.iter_mut().enumerate() {
            let coin = Draws::new(self.sweep.replay.seed, replicate as u64).stream(Stream::Coin, 0);
            self.sweep.grid.bins(&coin, &block.queries.keys, &mut self.draws, &mut self.bin_of);
            lines::add(&mut bins.changes, &self.bin_of, &self.changes);
            bins.misroutes.add(&total);
        }
        if let Some((_, form)) = self.forms.last_mut() {
            form.add_lines(right, &wrong);
        }
        self.wrong = wrong;
    }

    /// Misroutes that depend on draws of their own.
    fn add_random(&mut self, block: &Block, judge: &Judge, choices: &[Choice], right: &[Line], replicate: usize) {
        let draws = Draws::new(self.sweep.replay.seed, replicate as u64);
        let (mut plans, mut results) = (PlanBlock::new(), AccountBlock::default());
        self.sweep.noisy.plan_misroutes(choices, &block.queries, &block.outcomes, &draws, &mut plans);
        results.run(&block.queries, &block.outcomes, &plans, &self.sweep.replay.entries[self.sweep.entry].spec.overhead, &draws);
        let mut wrong = std::mem::take(&mut self.wrong);
        lines::of_results(&results, judge, block.outcomes.correct_at(), &mut wrong);
        lines::changes(right, &wrong, &mut self.changes);
        self.sweep.grid.bins(&draws.stream(Stream::Coin, 0), &block.queries.keys, &mut self.draws, &mut self.bin_of);
        let bins = &mut self.bins[replicate];
        lines::add(&mut bins.changes, &self.bin_of, &self.changes);
        bins.misroutes.add(&lines::total(&wrong));
        self.wrong = wrong;
    }

    /// Adds the closed form of misroutes with draws of their own, and their means by bucket.
    fn add_means(&mut self, block: &Block) {
        let layout = self.sweep.replay.layout();
        let Some((_, form)) = self.forms.last_mut() else { return };
        let misroute = &mut self.sums.misroute;
        form.add_ways(self.sweep.replay, self.sweep.entry, &self.sweep.noisy, block, |index, means: &Figures| {
            for (lane, &mean) in FIGURES.into_iter().zip(means) {
                misroute.lane_mut(layout.at(lane))[block.bucket[index] as usize] += Exact::new(mean);
            }
        });
    }

    fn finish(mut self) -> (CurveSums, Vec<(usize, ClosedForm)>) {
        let layout = self.sweep.replay.layout();
        let CurveSums { simulated, oracle, misroute, .. } = &mut self.sums;
        self.bins.iter_mut().zip(&mut *simulated).for_each(|(bins, rows)| bins.take(layout, rows));
        self.oracle.take(layout, own_lanes(), oracle, None);
        self.misroute.take(layout, own_lanes(), misroute, None);
        let theirs = self.baselines.finish(self.sweep.replay);
        oracle.merge(theirs.buckets());
        misroute.merge(theirs.buckets());
        let total = theirs.buckets().total();
        for rows in simulated {
            rows.lanes_mut().zip(&total).for_each(|(lane, &total)| lane.iter_mut().for_each(|cell| *cell += total));
        }
        (self.sums, self.forms)
    }
}

impl Bins {
    /// Adds the totals at each accuracy to exact ones: all misroutes, and what is right up to there.
    fn take(&mut self, layout: Layout, rows: &mut Rows) {
        let points = self.changes.len() - 1;
        let mut total = self.misroutes;
        for bin in &mut self.changes[..points] {
            total.add(bin);
            *bin = total;
        }
        for (lane, _) in own_lanes() {
            let column = &mut rows.lane_mut(layout.at(lane))[..points];
            column.iter_mut().zip(&self.changes).for_each(|(cell, total)| *cell += total.exact(lane));
        }
        self.changes.fill(Line::ZERO);
        self.misroutes = Line::ZERO;
        self.added = 0;
    }
}
