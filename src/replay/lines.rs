//! Making the lines of a block, and adding them up: the loops that a replay and a sweep consist of.

use super::account::AccountBlock;
use super::block::Judge;
use super::line::Line;
use crate::policy::PlanBlock;
use crate::trace::{BLOCK_ROWS, EndpointIx};
use crate::wide::{self, Loop};
use crate::workload::{ACCOUNTS, OutcomeBlock};

/// The cells of a metric that an endpoint lacks.
static MISSING: [f64; BLOCK_ROWS] = [f64::NAN; BLOCK_ROWS];

/// The cells of a block without gaps: by endpoint its scores and accounts.
pub(crate) struct Cells<'a> {
    by_endpoint: Vec<(&'a [f64], [&'a [f64]; ACCOUNTS.len()])>,
    correct_at: f64,
    queries: usize,
}

impl<'a> Cells<'a> {
    /// The cells of a block.
    pub fn of(outcomes: &'a OutcomeBlock, endpoints: usize) -> Self {
        let of = |endpoint: usize| {
            let endpoint = endpoint as EndpointIx;
            let scores = outcomes.scores(endpoint);
            let account = |account: usize| match outcomes.accounts(account, endpoint) {
                [] => &MISSING[..scores.len()],
                cells => &cells[..scores.len()],
            };
            (scores, std::array::from_fn(account))
        };
        Cells { by_endpoint: (0..endpoints).map(of).collect(), correct_at: outcomes.correct_at(), queries: outcomes.len() }
    }

    /// The line of an endpoint's answer.
    #[inline(always)]
    fn line(&self, judge: &Judge, endpoint: EndpointIx, index: usize) -> Line {
        let (scores, [energy_j, flops, cost_usd, latency_s]) = &self.by_endpoint[usize::from(endpoint)];
        let score = scores[index];
        let totals = [energy_j[index], flops[index], cost_usd[index], latency_s[index]];
        Line::of(score, score >= self.correct_at, totals, judge.of(endpoint, index))
    }

    /// The line of the endpoint chosen for each query; nothing for one that left the comparison.
    pub fn chosen(&self, judge: &Judge, chosen: &[EndpointIx], lines: &mut Vec<Line>) {
        lines.resize(self.queries, Line::ZERO);
        wide::run(Chosen { cells: self, judge, chosen, lines });
    }

    /// The line of one endpoint's answer to each query.
    pub fn all_of(&self, judge: &Judge, endpoint: EndpointIx, lines: &mut Vec<Line>) {
        lines.resize(self.queries, Line::ZERO);
        wide::run(AllOf { cells: self, judge, endpoint, lines });
    }
}

struct Chosen<'a, 'b> {
    cells: &'a Cells<'b>,
    judge: &'a Judge<'b>,
    chosen: &'a [EndpointIx],
    lines: &'a mut [Line],
}

impl Loop for Chosen<'_, '_> {
    #[inline(always)]
    fn run(self) {
        for (index, (line, &endpoint)) in self.lines.iter_mut().zip(self.chosen).enumerate() {
            *line = if endpoint == PlanBlock::SKIP { Line::ZERO } else { self.cells.line(self.judge, endpoint, index) };
        }
    }
}

struct AllOf<'a, 'b> {
    cells: &'a Cells<'b>,
    judge: &'a Judge<'b>,
    endpoint: EndpointIx,
    lines: &'a mut [Line],
}

impl Loop for AllOf<'_, '_> {
    #[inline(always)]
    fn run(self) {
        for (index, line) in self.lines.iter_mut().enumerate() {
            *line = self.cells.line(self.judge, self.endpoint, index);
        }
    }
}

/// The lines of all endpoints, as a judge sees them, each endpoint's once it is asked for.
#[derive(Default)]
pub(super) struct Lines {
    by_endpoint: Vec<Vec<Line>>,
}

impl Lines {
    /// Forgets the block before.
    pub fn clear(&mut self, endpoints: usize) {
        self.by_endpoint.resize(endpoints, Vec::new());
        self.by_endpoint.iter_mut().for_each(Vec::clear);
    }

    /// Copies the line of the endpoint chosen for each query, and makes what is not there yet.
    pub fn chosen(&mut self, cells: &Cells, judge: &Judge, chosen: &[EndpointIx], lines: &mut Vec<Line>) {
        for &endpoint in chosen.iter().filter(|endpoint| **endpoint != PlanBlock::SKIP) {
            let made = &mut self.by_endpoint[usize::from(endpoint)];
            if made.is_empty() {
                cells.all_of(judge, endpoint, made);
            }
        }
        lines.resize(chosen.len(), Line::ZERO);
        wide::run(Copied { made: &self.by_endpoint, chosen, lines });
    }
}

struct Copied<'a> {
    made: &'a [Vec<Line>],
    chosen: &'a [EndpointIx],
    lines: &'a mut [Line],
}

impl Loop for Copied<'_> {
    #[inline(always)]
    fn run(self) {
        for (index, (line, &endpoint)) in self.lines.iter_mut().zip(self.chosen).enumerate() {
            *line = if endpoint == PlanBlock::SKIP { Line::ZERO } else { self.made[usize::from(endpoint)][index] };
        }
    }
}

/// The lines of results, nothing for a query that left the comparison.
pub(crate) fn of_results(results: &AccountBlock, judge: &Judge, correct_at: f64, lines: &mut Vec<Line>) {
    lines.resize(results.status.len(), Line::ZERO);
    wide::run(OfResults { results, judge, correct_at, lines });
}

struct OfResults<'a> {
    results: &'a AccountBlock,
    judge: &'a Judge<'a>,
    correct_at: f64,
    lines: &'a mut [Line],
}

impl Loop for OfResults<'_> {
    #[inline(always)]
    fn run(self) {
        for (index, line) in self.lines.iter_mut().enumerate() {
            *line = self.results.line(index, self.correct_at, self.judge);
        }
    }
}

/// Adds each line to the row at its place.
pub(crate) fn add(rows: &mut [Line], at: &[u32], lines: &[Line]) {
    wide::run(Add { rows, at, lines });
}

struct Add<'a> {
    rows: &'a mut [Line],
    at: &'a [u32],
    lines: &'a [Line],
}

impl Loop for Add<'_> {
    #[inline(always)]
    fn run(self) {
        for (&at, line) in self.at.iter().zip(self.lines) {
            self.rows[at as usize].add(line);
        }
    }
}

/// The sum of some lines.
pub(crate) fn total(lines: &[Line]) -> Line {
    let mut total = [Line::ZERO];
    wide::run(Total { lines, total: &mut total[0] });
    total[0]
}

struct Total<'a> {
    lines: &'a [Line],
    total: &'a mut Line,
}

impl Loop for Total<'_> {
    #[inline(always)]
    fn run(self) {
        for line in self.lines {
            self.total.add(line);
        }
    }
}

/// What changes when each query is routed right instead of wrong.
pub(crate) fn changes(right: &[Line], wrong: &[Line], changes: &mut Vec<Line>) {
    changes.resize(right.len(), Line::ZERO);
    wide::run(Changes { right, wrong, changes });
}

struct Changes<'a> {
    right: &'a [Line],
    wrong: &'a [Line],
    changes: &'a mut [Line],
}

impl Loop for Changes<'_> {
    #[inline(always)]
    fn run(self) {
        for ((change, right), wrong) in self.changes.iter_mut().zip(self.right).zip(self.wrong) {
            *change = right.less(wrong);
        }
    }
}
