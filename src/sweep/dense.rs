//! Sweeping a workload without gaps: in lines.

use std::ops::Range;

use super::{CurveSums, DrawSums, Ordered, Sweep};
use crate::draw::{Draws, Stream};
use crate::error::Result;
use crate::policy::PlanBlock;
use crate::policy::noisy_oracle::Misroute;
use crate::policy::oracle::Choice;
use crate::replay::sweeping::{
    Baselines, Block, Cells, Changed, ClosedForm, Figures, Judge, LANES, Line, LineRows, QUERIES_AT_A_TIME, Scratch, changes, deal,
    goes_to_endpoints, lines, own_lanes, their_lanes,
};
use crate::replay::{AccountBlock, Exact, Layout, Progress, Rows, Spread};
use crate::trace::EndpointIx;

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
        worker.form = form_of(layout, &ordered.begin(task, layout));
        for start in task.clone().step_by(QUERIES_AT_A_TIME) {
            let block = sweep.replay.block(start, task.end.min(start + QUERIES_AT_A_TIME));
            worker.block(&block);
            progress.advance(block.queries.len() as u64);
        }
        worker.forms.push((position, std::mem::take(&mut worker.form)));
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

/// The sums of a task from the figures of its closed form. Without gaps no denominator varies.
fn task_of(layout: Layout, form: &ClosedForm) -> DrawSums {
    let mut task = DrawSums::new(layout);
    for (figure, lane) in LANES.into_iter().enumerate() {
        task.difference.variance[layout.at(lane)] = form.difference_squared[figure];
        task.misroute.variance[layout.at(lane)] = form.wrong_variance[figure];
    }
    task
}

/// A closed form that goes on from those of a task.
fn form_of(layout: Layout, task: &DrawSums) -> ClosedForm {
    let figures = |spread: &Spread| LANES.map(|lane| spread.variance[layout.at(lane)]);
    let mut form = ClosedForm::default();
    (form.difference_squared, form.wrong_variance) = (figures(&task.difference), figures(&task.misroute));
    form
}

/// A worker's sums, and what it fills anew for each block.
struct Worker<'a, 't> {
    sweep: &'a Sweep<'a, 't>,
    room: usize,
    /// Whether every query goes to one endpoint, right or wrong, whose answer is all that counts.
    plain: bool,
    /// The baseline that misroutes go to, if they are its answers and nothing else.
    misrouted_to: Option<usize>,
    sums: CurveSums,
    /// By replicate what changes in each bin, and all misroutes.
    bins: Vec<Bins>,
    oracle: LineRows,
    misroute: LineRows,
    baselines: Baselines,
    /// The closed form of the task at hand, and those of the tasks before.
    form: ClosedForm,
    forms: Vec<(usize, ClosedForm)>,
    right: Vec<Line>,
    wrong: Vec<Line>,
    changed: Changed,
    plans: PlanBlock,
    results: AccountBlock,
    draws: Vec<u64>,
    /// By replicate the bin of each query for which it matters.
    bin_of: Vec<Vec<u32>>,
    scratch: Box<Scratch>,
}

/// The sums of a replicate that are not exact yet.
struct Bins {
    misroutes: Line,
    /// By bin what changes.
    changes: Vec<Line>,
    added: usize,
}

impl<'a, 't> Worker<'a, 't> {
    fn new(sweep: &'a Sweep<'a, 't>, room: usize) -> Self {
        let Sweep { replay, entry, noisy, .. } = sweep;
        let plain = goes_to_endpoints(noisy, &replay.entries[*entry].spec.overhead);
        let is_fallback = |&endpoint: &EndpointIx| plain && endpoint == noisy.oracle().fallback();
        let misrouted_to = replay.roles.baselines.iter().position(is_fallback);
        let bins = || Bins { misroutes: Line::ZERO, changes: vec![Line::ZERO; sweep.grid.accuracies.len() + 1], added: 0 };
        Worker {
            sums: sweep.empty(),
            bins: (0..sweep.replay.replicates).map(|_| bins()).collect(),
            // Groups of queries have no curves.
            oracle: LineRows::new(1),
            misroute: LineRows::new(1),
            baselines: Baselines::new(sweep.replay, 1, misrouted_to),
            form: ClosedForm::default(),
            forms: Vec::new(),
            right: Vec::new(),
            wrong: Vec::new(),
            changed: Changed::default(),
            plans: PlanBlock::new(),
            results: AccountBlock::default(),
            draws: Vec::new(),
            bin_of: vec![Vec::new(); sweep.replay.replicates as usize],
            scratch: Scratch::new(),
            sweep,
            room,
            plain,
            misrouted_to,
        }
    }

    fn block(&mut self, block: &Block) {
        let sweep = self.sweep;
        let judge = sweep.replay.judge(sweep.entry, block);
        let Some(choices) = judge.choices else { return };
        let cells = Cells::of(&block.outcomes, sweep.replay.workload.trace().outcomes.len());
        self.baselines.add(sweep.replay, self.room, block, &cells, &judge, &mut self.scratch, |index| choices[index] == Choice::Skip);
        self.make_room(block.queries.len());
        if sweep.noisy.misroute() == Misroute::Cloud {
            self.make_both(block, &cells, &judge, choices);
            self.add_fallbacks(block);
        } else {
            let mut right = std::mem::take(&mut self.right);
            self.make(block, &judge, choices.iter().copied(), &mut right);
            self.right = right;
            (0..self.bins.len()).for_each(|replicate| self.add_random(block, &judge, choices, replicate));
            self.add_means(block);
        }
        self.oracle.add(&block.bucket, &[], &self.right);
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

    /// The lines of some choices.
    fn make(&mut self, block: &Block, judge: &Judge, choices: impl Iterator<Item = Choice>, lines: &mut Vec<Line>) {
        let replay = self.sweep.replay;
        self.plans.clear();
        choices.for_each(|choice| choice.plan(&mut self.plans));
        // Plans of one attempt at most draw nothing.
        let (overhead, draws) = (&replay.entries[self.sweep.entry].spec.overhead, Draws::new(replay.seed, 0));
        self.results.run(&block.queries, &block.outcomes, &self.plans, overhead, &draws);
        lines::of_results(&self.results, judge, block.outcomes.correct_at(), &mut self.scratch, lines);
    }

    /// The lines of a block, routed right and routed to the fallback, and its closed form.
    fn make_both(&mut self, block: &Block, cells: &Cells, judge: &Judge, choices: &[Choice]) {
        let Sweep { replay, entry, noisy, .. } = self.sweep;
        let fallback = noisy.oracle().fallback();
        let (mut right, mut wrong) = (std::mem::take(&mut self.right), std::mem::take(&mut self.wrong));
        if self.plain {
            right.resize(block.queries.len(), Line::ZERO);
            wrong.resize(block.queries.len(), Line::ZERO);
            self.form.add_endpoints(cells, judge, fallback, &mut self.scratch, |start, mine, theirs| {
                mine.lines(&mut right[start..]);
                theirs.lines(&mut wrong[start..]);
            });
        } else {
            self.make(block, judge, choices.iter().copied(), &mut right);
            let misrouted = |&choice: &Choice| if choice == Choice::Skip { choice } else { Choice::Endpoint(fallback) };
            self.make(block, judge, choices.iter().map(misrouted), &mut wrong);
            self.form.add_ways(replay, *entry, noisy, block, |_, _| ());
        }
        (self.right, self.wrong) = (right, wrong);
    }

    /// Misroutes that all go to the fallback: the same in every replicate.
    fn add_fallbacks(&mut self, block: &Block) {
        self.misroute.add(&block.bucket, &[], &self.wrong);
        let total = lines::total(&self.wrong);
        changes::of(&self.right, &self.wrong, &block.queries.keys, &mut self.changed);
        for replicate in 0..self.bins.len() {
            self.bins[replicate].misroutes.add(&total);
            self.toss(&Draws::new(self.sweep.replay.seed, replicate as u64), replicate);
        }
        self.add_changes(0..self.bins.len());
    }

    /// Finds the bins of a replicate's coins.
    fn toss(&mut self, draws: &Draws, replicate: usize) {
        self.sweep.grid.bins(&draws.stream(Stream::Coin, 0), self.changed.keys(), &mut self.draws, &mut self.bin_of[replicate]);
    }

    /// Adds what changes in some replicates to the bins of their coins.
    fn add_changes(&mut self, replicates: Range<usize>) {
        let lines = self.changed.lines();
        // Two at a time, since lines are more than the nearest cache holds beside the bins.
        for (bins, bin_of) in self.bins[replicates.clone()].chunks_mut(2).zip(self.bin_of[replicates].chunks(2)) {
            match (bins, bin_of) {
                ([first, second], [in_first, in_second]) => {
                    changes::add_to_two([&mut first.changes, &mut second.changes], [in_first, in_second], lines);
                }
                (bins, bin_of) => bins.iter_mut().zip(bin_of).for_each(|(bins, bin_of)| lines::add(&mut bins.changes, bin_of, lines)),
            }
        }
    }

    /// Misroutes that depend on draws of their own.
    fn add_random(&mut self, block: &Block, judge: &Judge, choices: &[Choice], replicate: usize) {
        let Sweep { replay, entry, noisy, .. } = self.sweep;
        let draws = Draws::new(replay.seed, replicate as u64);
        self.plans.clear();
        noisy.plan_misroutes(choices, &block.queries, &block.outcomes, &draws, &mut self.plans);
        self.results.run(&block.queries, &block.outcomes, &self.plans, &replay.entries[*entry].spec.overhead, &draws);
        lines::of_results(&self.results, judge, block.outcomes.correct_at(), &mut self.scratch, &mut self.wrong);
        self.bins[replicate].misroutes.add(&lines::total(&self.wrong));
        changes::of(&self.right, &self.wrong, &block.queries.keys, &mut self.changed);
        self.toss(&draws, replicate);
        self.add_changes(replicate..replicate + 1);
    }

    /// Adds the closed form of misroutes with draws of their own, and their means by bucket.
    fn add_means(&mut self, block: &Block) {
        let layout = self.sweep.replay.layout();
        let misroute = &mut self.sums.misroute;
        self.form.add_ways(self.sweep.replay, self.sweep.entry, &self.sweep.noisy, block, |index, means: &Figures| {
            for (lane, &mean) in LANES.into_iter().zip(means) {
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
        let mut theirs = self.baselines.finish(self.sweep.replay);
        if let Some(baseline) = self.misrouted_to {
            for (lane, into) in their_lanes(baseline) {
                theirs.buckets_mut().lane_mut(layout.at(into)).copy_from_slice(misroute.lane_mut(layout.at(lane)));
            }
        }
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
        for (place, lane) in LANES.into_iter().enumerate() {
            let column = &mut rows.lane_mut(layout.at(lane))[..points];
            column.iter_mut().zip(&self.changes).for_each(|(cell, total)| *cell += total.at(place));
        }
        self.changes.fill(Line::ZERO);
        self.misroutes = Line::ZERO;
        self.added = 0;
    }
}
