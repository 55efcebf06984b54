//! Workloads: which queries of a trace are replayed, how often, on which endpoints.

mod arrivals;
mod block;
mod missing;
mod pool;
mod select;

pub use arrivals::{Arrivals, PAPER_ARRIVALS};
pub use block::{ACCOUNTS, Change, OutcomeBlock, QueryBlock, Scale, electricity_usd};
pub use missing::{MissingRule, MissingRules, metric_of};
pub use pool::{Pool, RoleNames, Roles};
pub use select::Selection;

use std::ops::Range;

use crate::accumulator::Accumulator;
use crate::error::{Error, Result};
use crate::trace::{BLOCK_ROWS, Column, EndpointIx, Metric, Trace};
use crate::wide::{self, Loop};

/// What a workload is made from, beside the trace.
#[derive(Debug, Clone, Default)]
pub struct WorkloadSpec {
    /// Which queries.
    pub selection: Selection,
    /// What is done about missing cells.
    pub missing: MissingRules,
    /// The metrics that are needed; by default the score and every account that an endpoint in use has.
    pub metrics: Option<Vec<Metric>>,
    /// The score from which an answer counts as correct; needed for graded scores.
    pub correct_at: Option<f64>,
    /// Seed of a sampled selection.
    pub seed: u64,
}

/// The queries that are replayed, with their outcomes on the endpoints in use.
#[derive(Debug)]
pub struct Workload<'t> {
    pub(crate) trace: &'t Trace,
    /// Positions in the trace; `None` for all of them in order.
    positions: Option<Vec<u32>>,
    /// Where a query may stand twice, the number of each arrival, by which its draws are keyed.
    arrivals: Option<Vec<u32>>,
    len: usize,
    correct_at: f64,
    in_use: Vec<bool>,
    has_gaps: Vec<bool>,
    unavailable: Vec<Vec<bool>>,
    metrics: Vec<Metric>,
    /// What was left out and why, a line each.
    pub notes: Vec<String>,
    /// Queries that were left out because they lack a needed cell.
    pub dropped: usize,
}

/// The sum of the cells that are known, and their number.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct KnownSum {
    /// Sums of blocks.
    pub sum: Accumulator,
    pub count: u64,
}

impl KnownSum {
    /// Adds a block.
    fn add(&mut self, cells: impl Iterator<Item = f64>) {
        let known = cells.filter(|cell| !cell.is_nan()).fold((0.0, 0), |(sum, count), cell| (sum + cell, count + 1));
        self.add_sum(known);
    }

    fn add_sum(&mut self, (sum, count): (f64, u64)) {
        self.sum.add(sum);
        self.count += count;
    }

    /// Adds the cells of other queries, whose blocks are others.
    pub fn merge(&mut self, other: &KnownSum) {
        self.sum.merge(&other.sum);
        self.count = self.count.saturating_add(other.count);
    }

    /// Their mean.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum.to_f64() / self.count as f64)
    }
}

impl<'t> Workload<'t> {
    /// Selects queries and settles what is missing.
    ///
    /// # Errors
    /// Where a needed cell is missing and must not be, no query is left, or graded scores come
    /// without `correct_at`.
    pub fn new(trace: &'t Trace, endpoints: &[EndpointIx], spec: &WorkloadSpec) -> Result<Self> {
        let mut notes = Vec::new();
        let selected = spec.selection.positions(trace, spec.seed)?;
        let metrics = needed(trace, endpoints, spec)?;
        let gaps = missing::find(trace, endpoints, &metrics, &spec.missing, selected.as_deref())?;
        notes.extend(gaps.notes);
        let (mut positions, mut arrivals, mut dropped) = (None, None, 0);
        if selected.is_some() || !gaps.dropped.is_empty() {
            let every_arrival = selected.as_ref().map_or(trace.len(), Vec::len) as u32;
            let place = |arrival: &u32| selected.as_ref().map_or(*arrival, |selected| selected[*arrival as usize]);
            let is_kept = |arrival: &u32| !gaps.dropped.get(place(arrival) as usize).copied().unwrap_or(false);
            // Draws are keyed before anything is dropped.
            let kept: Vec<u32> = (0..every_arrival).filter(is_kept).collect();
            dropped = every_arrival as usize - kept.len();
            positions = (selected.is_some() || dropped > 0).then(|| kept.iter().map(place).collect::<Vec<u32>>());
            arrivals = spec.selection.resampled().then_some(kept);
        }
        let len = positions.as_ref().map_or(trace.len(), Vec::len);
        if len == 0 {
            return Err(Error::new("no query is left to replay")
                .found(notes.join("\n"))
                .allowed("1 and more")
                .hint("`--metrics` says which metrics are needed: those that all endpoints in use have some of"));
        }
        let correct_at = trace.correct_at(spec.correct_at, Some(endpoints))?;
        let mut in_use = vec![false; trace.outcomes.len()];
        endpoints.iter().for_each(|&endpoint| in_use[endpoint as usize] = true);
        let has_gaps = gaps.unavailable.iter().map(|flags| !flags.is_empty()).collect();
        Ok(Workload {
            trace,
            positions,
            arrivals,
            len,
            correct_at,
            in_use,
            has_gaps,
            unavailable: gaps.unavailable,
            metrics,
            notes,
            dropped,
        })
    }

    /// Number of queries to replay.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no query; there always is.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The trace behind the workload.
    pub fn trace(&self) -> &'t Trace {
        self.trace
    }

    /// The score from which an answer counts as correct.
    pub fn correct_at(&self) -> f64 {
        self.correct_at
    }

    /// Whether a metric is accounted for: one that an endpoint in use has.
    pub fn has(&self, metric: Metric) -> bool {
        self.metrics.contains(&metric)
    }

    /// The metrics whose cells must be there.
    pub(crate) fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// Whether an endpoint in use may lack a cell of a query.
    pub fn has_gaps(&self) -> bool {
        self.has_gaps.contains(&true)
    }

    /// The endpoints in use, in the trace's order.
    pub fn in_use(&self) -> impl Iterator<Item = EndpointIx> + '_ {
        self.in_use.iter().enumerate().filter(|(_, used)| **used).map(|(endpoint, _)| endpoint as EndpointIx)
    }

    /// The mean of an endpoint's metric over the queries where it is known.
    pub fn mean(&self, endpoint: EndpointIx, metric: Metric) -> Option<f64> {
        self.known(endpoint, metric).mean()
    }

    /// The sum of the known cells of an endpoint's metric.
    pub(crate) fn known(&self, endpoint: EndpointIx, metric: Metric) -> KnownSum {
        let mut sum = KnownSum::default();
        let Some(column) = self.trace.metric(endpoint as usize, metric) else { return sum };
        for (start, end) in blocks(self.len) {
            match &self.positions {
                None => sum.add(column.block(start, end).iter().copied()),
                Some(_) => sum.add((start..end).filter_map(|index| column.get(self.position(index)))),
            }
        }
        sum
    }

    /// The sums of the known cells of some endpoints' metrics over some blocks, by their numbers.
    pub(crate) fn known_of_blocks(&self, wanted: &[(EndpointIx, Metric)], numbers: Range<usize>) -> Vec<KnownSum> {
        let mut sums = vec![KnownSum::default(); wanted.len()];
        let columns = wanted.iter().map(|&(endpoint, metric)| self.trace.metric(endpoint as usize, metric));
        let held = columns.zip(&mut sums).filter_map(|(column, sum)| Some((column?, sum)));
        // Those of which each cell is known are added up side by side.
        let (mut whole, mut others): (Vec<(&Column, &mut KnownSum)>, Vec<_>) =
            held.partition(|(column, _)| self.positions.is_none() && column.missing() == 0);
        let (several, rest) = whole.as_chunks_mut::<SIDE_BY_SIDE>();
        for number in numbers {
            let (start, end) = (number * BLOCK_ROWS, self.len.min((number + 1) * BLOCK_ROWS));
            for columns in &mut *several {
                let sums = sums_side_by_side(columns.each_ref().map(|(column, _)| column.block(start, end)));
                columns.iter_mut().zip(sums).for_each(|((_, known), sum)| known.add_sum((sum, (end - start) as u64)));
            }
            for (column, known) in rest.iter_mut().chain(&mut others) {
                match &self.positions {
                    None => known.add(column.block(start, end).iter().copied()),
                    Some(_) => known.add((start..end).filter_map(|index| column.get(self.position(index)))),
                }
            }
        }
        sums
    }

    /// Number of blocks of the queries to replay.
    pub(crate) fn blocks(&self) -> usize {
        self.len.div_ceil(BLOCK_ROWS)
    }

    /// The number of queries of some blocks that at least one of some endpoints answers correctly.
    pub(crate) fn solved(&self, endpoints: &[EndpointIx], numbers: Range<usize>) -> u64 {
        let columns: Vec<_> = endpoints.iter().filter_map(|&endpoint| self.trace.metric(endpoint as usize, Metric::Score)).collect();
        let block = |number: usize| (number * BLOCK_ROWS, self.len.min((number + 1) * BLOCK_ROWS));
        if self.positions.is_none() {
            return numbers.map(block).map(|(start, end)| self.solved_of_block(&columns, start, end)).sum();
        }
        let solved = |index: &usize| {
            let position = self.position(*index);
            columns.iter().any(|column| column.get(position).is_some_and(|score| score >= self.correct_at))
        };
        numbers.map(block).map(|(start, end)| (start..end).filter(solved).count() as u64).sum()
    }

    /// The same among the rows of a block.
    fn solved_of_block(&self, columns: &[&Column], start: usize, end: usize) -> u64 {
        let mut solved = vec![false; end - start];
        columns.iter().for_each(|column| mark_right(column.block(start, end), self.correct_at, &mut solved));
        solved.into_iter().map(u64::from).sum()
    }

    /// Where a query stands in the trace.
    pub(crate) fn position(&self, index: usize) -> usize {
        self.positions.as_ref().map_or(index, |positions| positions[index] as usize)
    }

    /// The key of a query's random draws: its row, or where a query may stand twice its arrival.
    pub(crate) fn key(&self, index: usize) -> u32 {
        self.arrivals.as_ref().map_or_else(|| self.trace.queries.rows[self.position(index)], |arrivals| arrivals[index])
    }

    /// Whether an endpoint is in use.
    pub(crate) fn is_in_use(&self, endpoint: EndpointIx) -> bool {
        self.in_use.get(usize::from(endpoint)).copied().unwrap_or(false)
    }

    /// Whether an account is known either for every query and endpoint in use, or for none.
    pub fn is_dense(&self) -> bool {
        let absent = |metric: Metric| self.in_use().all(|endpoint| self.trace.metric(endpoint as usize, metric).is_none());
        !self.has_gaps() && ACCOUNTS.into_iter().all(|metric| self.has(metric) || absent(metric))
    }

    /// Whether an endpoint cannot serve the query at a position of the trace.
    pub(crate) fn is_gap(&self, endpoint: usize, position: usize) -> bool {
        self.unavailable[endpoint].get(position).copied().unwrap_or(false)
    }
}

/// Columns that are added up side by side: each waits for one addition after the other.
const SIDE_BY_SIDE: usize = 8;
/// Rows that are added up at a time.
const ROWS_AT_A_TIME: usize = 64;

/// The sum of each of some columns, in the order of its rows, of which all have as many.
fn sums_side_by_side(columns: [&[f64]; SIDE_BY_SIDE]) -> [f64; SIDE_BY_SIDE] {
    let mut sums = [0.0; SIDE_BY_SIDE];
    let mut rest = columns;
    while let Some(parts) = split_all(&mut rest) {
        // By number: rows outside, so that additions of different columns stand beside each other.
        #[allow(clippy::needless_range_loop)]
        for row in 0..ROWS_AT_A_TIME {
            for column in 0..SIDE_BY_SIDE {
                sums[column] += parts[column][row];
            }
        }
    }
    sums.iter_mut().zip(rest).for_each(|(sum, rest)| rest.iter().for_each(|cell| *sum += cell));
    sums
}

/// Takes the first rows off each column.
fn split_all<'a>(columns: &mut [&'a [f64]; SIDE_BY_SIDE]) -> Option<[&'a [f64; ROWS_AT_A_TIME]; SIDE_BY_SIDE]> {
    let mut parts = [&[0.0; ROWS_AT_A_TIME]; SIDE_BY_SIDE];
    for (part, column) in parts.iter_mut().zip(columns) {
        (*part, *column) = column.split_first_chunk()?;
    }
    Some(parts)
}

/// Marks queries that an endpoint answers correctly, beside those that are marked.
pub(crate) fn mark_right(scores: &[f64], correct_at: f64, marks: &mut [bool]) {
    wide::run(MarkRight { scores, correct_at, marks });
}

struct MarkRight<'a> {
    scores: &'a [f64],
    correct_at: f64,
    marks: &'a mut [bool],
}

impl Loop for MarkRight<'_> {
    #[inline(always)]
    fn run(self) {
        for (mark, &score) in self.marks.iter_mut().zip(self.scores) {
            *mark |= score >= self.correct_at;
        }
    }
}

/// The metrics whose cells must be there.
fn needed(trace: &Trace, endpoints: &[EndpointIx], spec: &WorkloadSpec) -> Result<Vec<Metric>> {
    let has = |metric: Metric| {
        let mut columns = endpoints.iter().filter_map(|&endpoint| trace.metric(endpoint as usize, metric));
        columns.any(|column| column.missing() < column.len())
    };
    if !has(Metric::Score) {
        return Err(Error::new("the trace has no scores of the endpoints in use")
            .found("no `score` anywhere")
            .hint("a replay judges answers: import a source that has them"));
    }
    let mut needed = vec![Metric::Score];
    for metric in ACCOUNTS {
        match &spec.metrics {
            Some(wanted) if !wanted.contains(&metric) => {}
            Some(_) if !has(metric) => {
                return Err(Error::new("no endpoint in use has this metric").at("--metrics").found(metric).usage());
            }
            _ if has(metric) => needed.push(metric),
            _ => {}
        }
    }
    Ok(needed)
}

/// Where the blocks of so many rows start and end.
fn blocks(rows: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).step_by(BLOCK_ROWS).map(move |start| (start, rows.min(start + BLOCK_ROWS)))
}
