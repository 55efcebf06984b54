//! Sweeping a workload without gaps: in lines.

mod ending;
mod forms;

use self::forms::{form_of, task_of};
use super::bins::Bins;
use super::{CurveSums, Ordered, Sweep};
use crate::draw::Draws;
use crate::error::Result;
use crate::policy::PlanBlock;
use crate::policy::noisy_oracle::Misroute;
use crate::policy::oracle::Choice;
use crate::replay::sweeping::{
    Addend, Baselines, Block, Cells, Changed, ClosedForm, Crowds, Figures, Judge, LANES, Line, LineRows, Made, Of, QUERIES_AT_A_TIME,
    Scratch, Slim, SlimRows, Units, changes, deal, goes_to_endpoints, lines,
};
use crate::replay::{AccountBlock, BUCKETS, Exact, Progress};
use crate::trace::EndpointIx;
use crate::wide::{self, Ahead};
use crate::workload::{ACCOUNTS, OutcomeBlock};

/// Queries of a block: more than a replay takes, whose lines of every endpoint would not stay in the cache, so that the
/// bins of a few replicates are fetched less often.
pub(super) const QUERIES: usize = 4 * QUERIES_AT_A_TIME;
/// Blocks that one task works through: sums of floating-point numbers are taken task by task.
const BLOCKS_A_TASK: usize = 16;

/// Adds the sums of a curve.
pub(super) fn run(sweep: &Sweep, room: usize, ordered: &mut Ordered, sums: &mut CurveSums, progress: &dyn Progress) -> Result<()> {
    let size = QUERIES * BLOCKS_A_TASK;
    let layout = sweep.replay.layout();
    let queries = sweep.replay.workload.len();
    let tasks = ordered.tasks(queries, size);
    let work = |worker: &mut Worker, position: usize, next_position: Option<usize>| {
        let task = &tasks[position];
        let next_task = next_position.map_or(0..0, |position| tasks[position].clone());
        worker.form = form_of(layout, &ordered.begin(task, layout));
        for start in task.clone().step_by(QUERIES) {
            let end = task.end.min(start + QUERIES);
            let block = sweep.replay.block(start, end);
            let after = if end < task.end { end..task.end } else { next_task.clone() };
            let next = after.start..after.end.min(after.start + QUERIES);
            let mut ahead = Ahead::new(OutcomeBlock::ahead(&sweep.replay.workload, next).collect());
            worker.block(&block, &mut ahead);
            progress.advance(block.queries.len() as u64);
        }
        worker.forms.push((position, std::mem::take(&mut worker.form)));
        Ok(())
    };
    // Exact sums do not depend on how tasks are dealt out; the others are taken in their order.
    let mut forms = Vec::new();
    for worker in deal(tasks.len(), || Worker::new(sweep, room), work)? {
        forms.extend(worker.finish(sums));
    }
    forms.sort_by_key(|(task, _)| *task);
    ordered.take(forms.iter().map(|(_, form)| task_of(layout, form)), queries, size, sums);
    Ok(())
}

/// A worker's sums, and what it fills anew for each block.
struct Worker<'a, 't> {
    sweep: &'a Sweep<'a, 't>,
    room: usize,
    /// Lines that were added since they were last taken to where they are exact.
    added: usize,
    /// Whether every query goes to one endpoint, right or wrong, whose answer is all that counts.
    plain: bool,
    /// The baseline that misroutes go to, if they are its answers and nothing else.
    misrouted_to: Option<usize>,
    /// Where they are exact, if there was no room for more lines on the way.
    sums: Option<CurveSums>,
    /// By replicate what changes in each bin, and all misroutes.
    bins: Bins<'a>,
    /// Where misroutes draw nothing what changes when they are routed right, otherwise all that is routed right.
    oracle: LineRows,
    misroute: LineRows,
    /// The same of a few queries.
    changes_by_bucket: SlimRows,
    misroutes_by_bucket: SlimRows,
    /// How many queries of a block are in each bucket.
    crowds: Crowds,
    baselines: Baselines,
    /// The closed form of the task at hand, and those of the tasks before.
    form: ClosedForm,
    forms: Vec<(usize, ClosedForm)>,
    right: Vec<Line>,
    wrong: Vec<Line>,
    /// The queries whose misroutes have slim lines, by their buckets.
    misrouted: (Vec<u32>, Vec<Slim>),
    changed: Changed,
    plans: PlanBlock,
    results: AccountBlock,
    scratch: Box<Scratch>,
}

impl<'a, 't> Worker<'a, 't> {
    fn new(sweep: &'a Sweep<'a, 't>, room: usize) -> Self {
        let Sweep { replay, entry, noisy, .. } = sweep;
        let plain = goes_to_endpoints(noisy, &replay.entries[*entry].spec.overhead);
        let is_fallback = |&endpoint: &EndpointIx| plain && endpoint == noisy.oracle().fallback();
        let misrouted_to = replay.roles.baselines.iter().position(is_fallback);
        let known = ACCOUNTS.map(|metric| replay.workload.trace().metric(usize::from(noisy.oracle().fallback()), metric).is_some());
        let units = Units::of(replay.largest.quantities(), known);
        Worker {
            sums: None,
            bins: Bins::new(sweep.grid, sweep.replay.seed, sweep.replay.replicates, units),
            // Groups of queries have no curves.
            oracle: LineRows::new(1),
            misroute: LineRows::new(1),
            changes_by_bucket: SlimRows::new(Of::Changes, units, BUCKETS),
            misroutes_by_bucket: SlimRows::new(Of::Answers, units, BUCKETS),
            crowds: Crowds::new(BUCKETS),
            baselines: Baselines::new(sweep.replay, 1, misrouted_to),
            form: ClosedForm::default(),
            forms: Vec::new(),
            right: Vec::new(),
            wrong: Vec::new(),
            misrouted: Default::default(),
            changed: Changed::default(),
            plans: PlanBlock::new(),
            results: AccountBlock::default(),
            scratch: Scratch::new(),
            sweep,
            room,
            added: 0,
            plain,
            misrouted_to,
        }
    }

    /// Adds a block; `ahead` are the cells of the next one.
    fn block(&mut self, block: &Block, ahead: &mut Ahead) {
        let sweep = self.sweep;
        let judge = sweep.replay.judge(sweep.entry, block);
        let Some(choices) = judge.choices else { return };
        let cells = Cells::of(&block.outcomes, sweep.replay.workload.trace().outcomes.len());
        self.baselines.add(sweep.replay, self.room, block, &cells, &judge, &mut self.scratch, |index| choices[index] == Choice::Skip);
        if self.added + block.queries.len() > self.room {
            let mut sums = self.sums.take().unwrap_or_else(|| sweep.empty());
            self.take(&mut sums);
            self.clear();
            self.sums = Some(sums);
        }
        self.added += block.queries.len();
        if self.misroutes_draw_nothing() {
            self.make_both(block, &cells, &judge, choices);
            self.add_by_bucket(&block.bucket);
            self.bins.add_to_all(&self.changed, ahead);
        } else {
            let mut right = std::mem::take(&mut self.right);
            self.make(block, &judge, choices.iter().copied(), &mut right);
            self.right = right;
            (0..sweep.replay.replicates).for_each(|replicate| self.add_random(block, &judge, choices, replicate));
            self.add_means(block);
            self.oracle.add(&block.bucket, &[], &self.right);
        }
    }

    /// Adds what was made of the queries of some buckets, but for misroutes that are lines.
    fn add_by_bucket(&mut self, buckets: &[u32]) {
        let most = self.crowds.most(buckets);
        let (of_buckets, misrouted) = &self.misrouted;
        self.misroutes_by_bucket.add(of_buckets, &misrouted[..of_buckets.len()], most, self.misroute.buckets_mut());
        let Changed { slim, lines } = &self.changed;
        self.changes_by_bucket.add(slim.buckets(), slim.lines(), most, self.oracle.buckets_mut());
        self.oracle.add(lines.buckets(), &[], lines.lines());
    }

    fn misroutes_draw_nothing(&self) -> bool {
        self.sweep.noisy.misroute() == Misroute::Cloud
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

    /// The lines of a block routed to the fallback, what changes when its queries are routed right, and its closed form.
    fn make_both(&mut self, block: &Block, cells: &Cells, judge: &Judge, choices: &[Choice]) {
        let Sweep { replay, entry, noisy, .. } = self.sweep;
        let fallback = noisy.oracle().fallback();
        let (mut right, mut wrong) = (std::mem::take(&mut self.right), std::mem::take(&mut self.wrong));
        let (keys, buckets) = (&block.queries.keys, &block.bucket);
        if self.plain {
            self.changed.clear(block.queries.len());
            let (changed, misroute, units) = (&mut self.changed, &mut self.misroute, self.bins.units());
            let (of_buckets, slim) = &mut self.misrouted;
            of_buckets.clear();
            slim.resize(block.queries.len(), Slim::ZERO);
            self.form.add_endpoints(cells, judge, fallback, &mut self.scratch, |start, pair| {
                pair.make_lines(units.as_ref(), start == 0);
                let here = start..start + pair.len();
                match pair.wrong() {
                    Made::Slim(words) => {
                        wide::side_by_side(words, &mut slim[of_buckets.len()..][..here.len()]);
                        of_buckets.extend_from_slice(&buckets[here.clone()]);
                    }
                    Made::Lines(words) => {
                        wrong.resize(here.len(), Line::ZERO);
                        wide::side_by_side(words, &mut wrong);
                        misroute.add(&buckets[here.clone()], &[], &wrong);
                    }
                }
                changed.add_pair(pair, &keys[here.clone()], &buckets[here]);
            });
        } else {
            self.make(block, judge, choices.iter().copied(), &mut right);
            let misrouted = |&choice: &Choice| if choice == Choice::Skip { choice } else { Choice::Endpoint(fallback) };
            self.make(block, judge, choices.iter().map(misrouted), &mut wrong);
            self.form.add_ways(replay, *entry, noisy, block, |_, _| ());
            self.misroute.add(buckets, &[], &wrong);
            changes::of(&right, &wrong, keys, buckets, &mut self.changed);
        }
        (self.right, self.wrong) = (right, wrong);
    }

    /// Misroutes that depend on draws of their own.
    fn add_random(&mut self, block: &Block, judge: &Judge, choices: &[Choice], replicate: u32) {
        let Sweep { replay, entry, noisy, .. } = self.sweep;
        let draws = Draws::new(replay.seed, u64::from(replicate));
        self.plans.clear();
        noisy.plan_misroutes(choices, &block.queries, &block.outcomes, &draws, &mut self.plans);
        self.results.run(&block.queries, &block.outcomes, &self.plans, &replay.entries[*entry].spec.overhead, &draws);
        lines::of_results(&self.results, judge, block.outcomes.correct_at(), &mut self.scratch, &mut self.wrong);
        changes::of(&self.right, &self.wrong, &block.queries.keys, &block.bucket, &mut self.changed);
        self.bins.add_to_one(replicate as usize, &lines::total(&self.wrong), &self.changed);
    }

    /// Adds the closed form of misroutes with draws of their own, and their means by bucket.
    fn add_means(&mut self, block: &Block) {
        let layout = self.sweep.replay.layout();
        let misroute = &mut self.sums.get_or_insert_with(|| self.sweep.empty()).misroute;
        self.form.add_ways(self.sweep.replay, self.sweep.entry, &self.sweep.noisy, block, |index, means: &Figures| {
            for (lane, &mean) in LANES.into_iter().zip(means) {
                misroute.lane_mut(layout.at(lane))[block.bucket[index] as usize] += Exact::new(mean);
            }
        });
    }
}
