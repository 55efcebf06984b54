//! Adding up lines: the loops that a replay and a sweep consist of.

use super::account::{AccountBlock, Status};
use super::block::Judge;
use super::cells::Cells;
use super::line::Line;
use super::tile::{Answers, TILE, Tile};
use crate::policy::PlanBlock;
use crate::trace::EndpointIx;
use crate::wide::{self, Loop};

/// Nothing for queries that left the comparison.
pub(super) fn clear(lines: &mut [Line], left: impl Fn(usize) -> bool) {
    lines.iter_mut().enumerate().filter(|(index, _)| left(*index)).for_each(|(_, line)| *line = Line::ZERO);
}

/// The lines of all endpoints, as a judge sees them, each endpoint's once it is asked for.
#[derive(Default)]
pub(super) struct Lines {
    by_endpoint: Vec<Vec<Line>>,
    /// Whose lines are those of the block.
    made: Vec<bool>,
}

impl Lines {
    /// Forgets the block before.
    pub fn clear(&mut self, endpoints: usize) {
        self.by_endpoint.resize(endpoints, Vec::new());
        self.made.clear();
        self.made.resize(endpoints, false);
    }

    /// Makes the lines of some endpoints, where they are not there yet; [`PlanBlock::SKIP`] has none.
    pub fn make(&mut self, cells: &Cells, judge: &Judge, endpoints: impl Iterator<Item = EndpointIx>) {
        for endpoint in endpoints {
            if self.made.get(usize::from(endpoint)) == Some(&false) {
                cells.all_of(judge, endpoint, &mut self.by_endpoint[usize::from(endpoint)]);
                self.made[usize::from(endpoint)] = true;
            }
        }
    }

    /// The line of an answer, which is there.
    #[inline(always)]
    pub fn get(&self, endpoint: EndpointIx, index: usize) -> &Line {
        &self.by_endpoint[usize::from(endpoint)][index]
    }
}

/// The lines of results, nothing for a query that left the comparison.
pub(crate) fn of_results(results: &AccountBlock, judge: &Judge, correct_at: f64, lines: &mut Vec<Line>) {
    lines.resize(results.status.len(), Line::ZERO);
    let mut tile = Tile::new();
    let [energy_j, flops, cost_usd, latency_s] = &results.totals;
    for (part, lines) in lines.chunks_mut(TILE).enumerate() {
        let (start, end) = (part * TILE, part * TILE + lines.len());
        let totals = [&energy_j[start..end], &flops[start..end], &cost_usd[start..end], &latency_s[start..end]];
        tile.fill(&Answers { score: &results.score[start..end], totals, first: &results.first[start..end] }, judge, start, correct_at);
        tile.lines(lines);
    }
    clear(lines, |index| results.status[index] == Status::Skipped);
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

/// What is added up for each query of a block: rows by bucket and, where there are several, by group, and sums
/// over all, of the lines and of what masks leave of them.
pub(super) struct Sums<'a> {
    pub buckets: &'a mut [Line],
    pub bucket: &'a [u32],
    pub groups: &'a mut [Line],
    pub group: &'a [u32],
    /// By endpoint the mask of its lines.
    pub masks: Option<&'a [Line]>,
    pub total: &'a mut Line,
    pub masked: &'a mut Line,
}

impl Sums<'_> {
    /// Adds the lines of the endpoints chosen; `line` has the one of a query and an endpoint.
    pub fn add<'l>(self, chosen: &[EndpointIx], line: impl Fn(usize, EndpointIx) -> &'l Line) {
        wide::run(AddChosen { sums: self, chosen, line });
    }
}

struct AddChosen<'a, F> {
    sums: Sums<'a>,
    chosen: &'a [EndpointIx],
    line: F,
}

impl<'l, F: Fn(usize, EndpointIx) -> &'l Line> Loop for AddChosen<'_, F> {
    #[inline(always)]
    fn run(self) {
        let AddChosen { sums, chosen, line } = self;
        let (mut total, mut masked) = (*sums.total, *sums.masked);
        let by_group = !sums.groups.is_empty();
        for (index, &endpoint) in chosen.iter().enumerate() {
            if endpoint == PlanBlock::SKIP {
                continue;
            }
            let line = line(index, endpoint);
            sums.buckets[sums.bucket[index] as usize].add(line);
            if by_group {
                sums.groups[sums.group[index] as usize].add(line);
            }
            total.add(line);
            if let Some(masks) = sums.masks {
                masked.add(&line.masked(&masks[usize::from(endpoint)]));
            }
        }
        (*sums.total, *sums.masked) = (total, masked);
    }
}

/// What changes when each query is routed right instead of wrong: the queries, by their keys, for which
/// anything does, and the change.
pub(crate) fn changes(right: &[Line], wrong: &[Line], keys: &[u32], changed: &mut Changed) {
    changed.lines.resize(right.len(), Line::ZERO);
    changed.keys.resize(right.len(), 0);
    let Changed { keys: into, lines, count } = changed;
    *count = 0;
    wide::run(Changes { right, wrong, keys, lines, into, count });
}

/// Queries for which it matters whether they are routed right.
#[derive(Default)]
pub(crate) struct Changed {
    keys: Vec<u32>,
    lines: Vec<Line>,
    count: usize,
}

impl Changed {
    /// Their keys.
    pub fn keys(&self) -> &[u32] {
        &self.keys[..self.count]
    }

    /// By query what changes.
    pub fn lines(&self) -> &[Line] {
        &self.lines[..self.count]
    }
}

struct Changes<'a> {
    right: &'a [Line],
    wrong: &'a [Line],
    keys: &'a [u32],
    lines: &'a mut [Line],
    into: &'a mut [u32],
    count: &'a mut usize,
}

impl Loop for Changes<'_> {
    #[inline(always)]
    fn run(self) {
        let mut count = 0;
        for ((right, wrong), &key) in self.right.iter().zip(self.wrong).zip(self.keys) {
            // The next one takes the place of one that changes nothing.
            self.into[count] = key;
            self.lines[count] = right.less(wrong);
            count += usize::from(!self.lines[count].is_nothing());
        }
        *self.count = count;
    }
}
