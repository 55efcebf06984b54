//! Blocks of a long table that were read ahead as columns, put together.

use super::block::{Key, Run, Span, Typed, Wanted};
use super::endpoints::Endpoints;
use crate::trace::column::Names;
use crate::trace::import::queries::{Coded, GrowingNames};
use crate::trace::import::{Gather, Place};

/// What blocks have in common.
pub struct Merge<'a> {
    wanted: &'a Wanted,
    /// Whether rows tell about queries; otherwise a table of queries does.
    tells: bool,
    /// Whether a block was taken before.
    begun: bool,
    /// The row of the query before.
    last: u32,
    /// Rows without any value.
    pub empty: usize,
    /// The query of each run of a block.
    rows: Vec<u32>,
    /// The queries of an endpoint's answers.
    answered: Vec<u32>,
}

/// What the lists of names of a block are here.
struct Lists {
    datasets: Vec<u32>,
    categories: Vec<u32>,
}

impl<'a> Merge<'a> {
    /// Before the first block.
    pub fn new(wanted: &'a Wanted, tells: bool) -> Self {
        Merge { wanted, tells, begun: false, last: 0, empty: 0, rows: Vec::new(), answered: Vec::new() }
    }

    /// Takes the rows of a block, up to the first that does not fit: its position, from which on rows are to be
    /// read one by one. The file has about so many blocks like it.
    pub fn block(&mut self, block: &Typed, blocks: usize, place: Place, gather: &mut Gather, endpoints: &mut Endpoints) -> usize {
        // The first block tells what the others will have; endpoints that come later grow as they come.
        let times = if std::mem::replace(&mut self.begun, true) { 1 } else { blocks };
        if gather.is_empty() {
            gather.queries.reserve(block.runs.len() * times);
        }
        let mut taken = self.queries(block, gather);
        // By endpoint its position, of those that a row up to there names.
        let mut positions = Vec::with_capacity(block.answered.len());
        for answered in block.answered.iter().filter(|answered| answered.first < taken) {
            match self.find(block, answered.name, place, gather, endpoints) {
                Some(position) => positions.push(position),
                None => {
                    taken = answered.first;
                    break;
                }
            }
        }
        // Answers beyond the first that is a second one of its pair are not missed: there reading ends.
        for (answered, &position) in block.answered.iter().zip(&positions) {
            let Some((_, known)) = gather.endpoints.get_mut(position) else { continue };
            let count = answered.rows.partition_point(|&row| (row as usize) < taken);
            self.answered.clear();
            for &run in answered.runs.iter().take(count) {
                self.answered.push(self.rows.get(run as usize).copied().unwrap_or(u32::MAX));
            }
            let begun = known.begin_all(&self.answered);
            if begun < count {
                taken = answered.rows.get(begun).map_or(taken, |&row| taken.min(row as usize));
            }
            let metrics = self.wanted.metrics.iter().enumerate();
            let columns = metrics.map(|(index, &(metric, ..))| (metric, answered.cells(index, begun)));
            known.extend(self.answered.get(..begun).unwrap_or_default(), columns, times);
        }
        self.empty += block.empty.partition_point(|&row| row < taken);
        taken
    }

    /// Finds the queries of runs, and how many rows fit to them.
    fn queries(&mut self, block: &Typed, gather: &mut Gather) -> usize {
        let codes = |names: &mut GrowingNames, spans: &[Span]| {
            spans.iter().map(|&span| names.code(block.part(span))).collect::<Vec<u32>>()
        };
        let lists = Lists {
            datasets: codes(&mut gather.queries.dataset, &block.datasets),
            categories: codes(&mut gather.queries.category, &block.categories),
        };
        self.rows.clear();
        for run in &block.runs {
            match self.query(&lists.coded(block, run), gather) {
                Some(row) => self.rows.push(row),
                None => return run.first,
            }
        }
        block.rows
    }

    /// The row of a query, which is added where it is new and rows tell about queries; `None` where it does not fit.
    #[inline]
    fn query(&mut self, query: &Coded, gather: &mut Gather) -> Option<u32> {
        let queries = &mut gather.queries;
        let near = [self.last, self.last.saturating_add(1)].into_iter().find(|&row| queries.is(row, query.id));
        let row = match near.or_else(|| queries.row_hashed(query.id, query.hash)) {
            Some(row) if !self.tells || queries.agrees(row, query) => row,
            None if self.tells => {
                queries.push_coded(query);
                queries.next_row().saturating_sub(1)
            }
            _ => return None,
        };
        self.last = row;
        Some(row)
    }

    /// The position of an endpoint; `None` where there is something wrong with it: the reader of single rows says
    /// what, and its place.
    fn find(
        &self,
        block: &Typed,
        (name, hardware): (Span, Option<Span>),
        place: Place,
        gather: &mut Gather,
        endpoints: &mut Endpoints,
    ) -> Option<usize> {
        let found = match self.wanted.endpoint {
            Key::Id(_) => endpoints.by_id(block.part(name), place, gather),
            Key::Model(..) => endpoints.by_model(block.part(name), hardware.map(|span| block.part(span)), place, gather),
        };
        found.ok()
    }
}

impl Lists {
    /// What a run says about its query.
    #[inline]
    fn coded<'b>(&self, block: &'b Typed, run: &Run) -> Coded<'b> {
        let code = |codes: &[u32], position: Option<u32>| {
            position.and_then(|position| codes.get(position as usize)).copied().unwrap_or(Names::MISSING)
        };
        Coded {
            id: block.id(run),
            hash: run.hash,
            dataset: code(&self.datasets, run.dataset),
            category: code(&self.categories, run.category),
            input_tokens: run.input_tokens,
            arrival_s: run.arrival_s,
            prompt: run.prompt.map(|span| block.part(span)),
        }
    }
}
