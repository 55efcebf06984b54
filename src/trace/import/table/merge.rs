//! Blocks of a long table that were read ahead as columns, put together.

use super::block::{Key, Span, Typed, Wanted};
use super::endpoints::Endpoints;
use crate::trace::column::Names;
use crate::trace::import::queries::{Coded, GrowingNames};
use crate::trace::import::{Gather, Place};

/// What blocks have in common.
pub struct Merge<'a> {
    wanted: &'a Wanted,
    /// Whether rows tell about queries; otherwise a table of queries does.
    tells: bool,
    /// The row of the query before.
    last: u32,
    /// Rows without any value.
    pub empty: usize,
    /// By position of an endpoint the rows of a block that are its answers, and their queries.
    answers: Vec<(Vec<u32>, Vec<u32>)>,
}

/// What the lists of a block are here.
struct Lists {
    datasets: Vec<u32>,
    categories: Vec<u32>,
    endpoints: Vec<Option<usize>>,
}

impl<'a> Merge<'a> {
    /// Before the first block.
    pub fn new(wanted: &'a Wanted, tells: bool) -> Self {
        Merge { wanted, tells, last: 0, empty: 0, answers: Vec::new() }
    }

    /// Takes the rows of a block, up to the first that does not fit: its position, from which on rows are to be
    /// read one by one.
    pub fn block(&mut self, block: &Typed, place: Place, gather: &mut Gather, endpoints: &mut Endpoints) -> usize {
        let codes = |names: &mut GrowingNames, spans: &[Span]| {
            spans.iter().map(|&span| names.code(block.part(span))).collect::<Vec<u32>>()
        };
        let mut lists = Lists {
            datasets: codes(&mut gather.queries.dataset, &block.datasets),
            categories: codes(&mut gather.queries.category, &block.categories),
            endpoints: vec![None; block.endpoints.len()],
        };
        let mut empty = block.empty.iter().copied().peekable();
        let mut taken = block.rows;
        'runs: for (index, run) in block.runs.iter().enumerate() {
            let end = block.runs.get(index + 1).map_or(block.rows, |next| next.first);
            let code = |codes: &[u32], position: Option<u32>| position.and_then(|position| codes.get(position as usize)).copied().unwrap_or(Names::MISSING);
            let query = Coded {
                id: block.part(run.id),
                hash: run.hash,
                dataset: code(&lists.datasets, run.dataset),
                category: code(&lists.categories, run.category),
                input_tokens: run.input_tokens,
                arrival_s: run.arrival_s,
                prompt: run.prompt.map(|span| block.part(span)),
            };
            let Some(row) = self.query(&query, gather) else {
                taken = run.first;
                break;
            };
            for answer in run.first..end {
                let has_value = empty.next_if(|&empty| empty == answer).is_none();
                if !self.answer(block, answer, row, has_value, (&mut lists.endpoints, place), gather, endpoints) {
                    taken = answer;
                    break 'runs;
                }
            }
        }
        self.put(block, gather);
        taken
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

    /// Notes an answer, to be put with its endpoint's others; `false` where it does not fit.
    #[inline]
    #[allow(clippy::too_many_arguments, reason = "a row of a loop")]
    fn answer(
        &mut self,
        block: &Typed,
        answer: usize,
        row: u32,
        has_value: bool,
        (known, place): (&mut [Option<usize>], Place),
        gather: &mut Gather,
        endpoints: &mut Endpoints,
    ) -> bool {
        let Some(&endpoint) = block.endpoint.get(answer) else { return false };
        let Some(known) = known.get_mut(endpoint as usize) else { return false };
        let position = match known {
            Some(position) => *position,
            None => {
                let Some(position) = self.find(block, endpoint as usize, place, gather, endpoints) else { return false };
                *known.insert(position)
            }
        };
        if !has_value {
            self.empty += 1;
            return true;
        }
        if self.answers.len() <= position {
            self.answers.resize_with(position + 1, Default::default);
        }
        let begun = gather.endpoints.get_mut(position).is_some_and(|(_, answers)| answers.begin(row));
        if let (true, Some((answers, rows)), Ok(answer)) = (begun, self.answers.get_mut(position), u32::try_from(answer)) {
            answers.push(answer);
            rows.push(row);
        }
        begun
    }

    /// Puts the answers of a block with those before.
    fn put(&mut self, block: &Typed, gather: &mut Gather) {
        let columns = || self.wanted.metrics.iter().zip(&block.metrics).map(|(&(metric, ..), cells)| (metric, cells.as_slice()));
        for ((answers, rows), (_, known)) in self.answers.iter_mut().zip(&mut gather.endpoints) {
            known.extend(rows, answers, columns());
            answers.clear();
            rows.clear();
        }
    }

    fn find(&self, block: &Typed, endpoint: usize, place: Place, gather: &mut Gather, endpoints: &mut Endpoints) -> Option<usize> {
        let &(name, hardware) = block.endpoints.get(endpoint)?;
        let found = match self.wanted.endpoint {
            Key::Id(_) => endpoints.by_id(block.part(name), place, gather),
            Key::Model(..) => endpoints.by_model(block.part(name), hardware.map(|span| block.part(span)), place, gather),
        };
        // What is wrong with it the reader of single rows says, with its place.
        found.ok()
    }
}
