//! The lines of answers, and their sums.

use super::account::{AccountBlock, Status};
use super::block::Judge;
use super::cells::{Cells, Scratch};
use super::histogram::bin_of;
use super::line::{Addend, LATENCY, Line};
use super::tile::{Answers, TILE};
use crate::trace::EndpointIx;
use crate::wide::{self, Adder, AddingLoop, Loop};

/// Nothing for queries that left the comparison.
pub(super) fn clear(lines: &mut [Line], left: impl Fn(usize) -> bool) {
    lines.iter_mut().enumerate().filter(|(index, _)| left(*index)).for_each(|(_, line)| *line = Line::ZERO);
}

/// The lines of all endpoints, as a judge sees them, each endpoint's once it is asked for.
#[derive(Default)]
pub(super) struct Lines {
    by_endpoint: Vec<Vec<Line>>,
    /// The bins of the answers' latencies; none where no answer has one.
    latency: Vec<Vec<u16>>,
    /// Whose lines are those of the block.
    made: Vec<bool>,
}

impl Lines {
    /// Forgets the block before.
    pub fn clear(&mut self, endpoints: usize) {
        self.by_endpoint.resize(endpoints, Vec::new());
        self.latency.resize(endpoints, Vec::new());
        self.made.clear();
        self.made.resize(endpoints, false);
    }

    /// Makes the lines of some endpoints, where they are not there yet; [`SKIP`](crate::policy::PlanBlock) has none.
    pub fn make(&mut self, cells: &Cells, judge: &Judge, scratch: &mut Scratch, endpoints: impl Iterator<Item = EndpointIx>) {
        if !self.made.contains(&false) {
            return;
        }
        for endpoint in endpoints {
            if self.made.get(usize::from(endpoint)) == Some(&false) {
                let place = usize::from(endpoint);
                self.made[place] = true;
                cells.all_of(judge, endpoint, scratch, &mut self.by_endpoint[place]);
                let seconds = if cells.has(LATENCY) { cells.account(LATENCY, endpoint) } else { &[] };
                self.latency[place].resize(seconds.len(), 0);
                wide::run(Bins { seconds, bins: &mut self.latency[place] });
            }
        }
    }

    /// The line of an answer, which is there.
    #[inline(always)]
    pub fn get(&self, endpoint: EndpointIx, index: usize) -> &Line {
        &self.by_endpoint[usize::from(endpoint)][index]
    }

    /// The bin of an answer's latency, which is there if it is known.
    #[inline(always)]
    pub fn latency(&self, endpoint: EndpointIx, index: usize) -> Option<u16> {
        self.latency[usize::from(endpoint)].get(index).copied()
    }
}

struct Bins<'a> {
    seconds: &'a [f64],
    bins: &'a mut [u16],
}

impl Loop for Bins<'_> {
    #[inline(always)]
    fn run(self) {
        for (bin, &seconds) in self.bins.iter_mut().zip(self.seconds) {
            *bin = bin_of(seconds);
        }
    }
}

/// The lines of results, nothing for a query that left the comparison.
pub(crate) fn of_results(results: &AccountBlock, judge: &Judge, correct_at: f64, scratch: &mut Scratch, lines: &mut Vec<Line>) {
    let totals = results.totals.each_ref().map(|totals| &totals[..]);
    of(&Answers { score: &results.score, totals, first: &results.first }, judge, correct_at, scratch, lines);
    clear(lines, |index| results.status[index] == Status::Skipped);
}

/// The lines of answers.
pub(super) fn of(answers: &Answers, judge: &Judge, correct_at: f64, scratch: &mut Scratch, lines: &mut Vec<Line>) {
    lines.resize(answers.score.len(), Line::ZERO);
    let [energy_j, flops, cost_usd, latency_s] = answers.totals;
    for (part, lines) in lines.chunks_mut(TILE).enumerate() {
        let (start, end) = (part * TILE, part * TILE + lines.len());
        let totals = [&energy_j[start..end], &flops[start..end], &cost_usd[start..end], &latency_s[start..end]];
        let part = Answers { score: &answers.score[start..end], totals, first: &answers.first[start..end] };
        scratch.tile.fill(&part, judge, start, correct_at);
        scratch.tile.lines(lines);
    }
}

/// Adds each line to the row at its place.
pub(crate) fn add<L: Addend>(rows: &mut [L], at: &[u32], lines: &[L]) {
    wide::run_adding(Add { rows, at, lines });
}

struct Add<'a, L> {
    rows: &'a mut [L],
    at: &'a [u32],
    lines: &'a [L],
}

impl<L: Addend> AddingLoop for Add<'_, L> {
    #[inline(always)]
    fn run(self, adder: impl Adder) {
        for (&at, line) in self.at.iter().zip(self.lines) {
            self.rows[at as usize].add(line, adder);
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
