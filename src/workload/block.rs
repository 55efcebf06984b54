//! Blocks of queries: what a policy sees, and what only hindsight sees.

mod change;

pub use change::{Change, Scale, electricity_usd};

use std::borrow::Cow;
use std::ops::Range;

use super::Workload;
use crate::trace::{Column, EndpointIx, Feature, Metric, Names, Trace};

/// The metrics that are added up for a policy.
pub const ACCOUNTS: [Metric; 4] = [Metric::EnergyJ, Metric::Flops, Metric::CostUsd, Metric::LatencyS];

/// A block of queries, as any policy sees it: everything that is known before an answer.
#[derive(Debug, Clone)]
pub struct QueryBlock<'a> {
    /// The key of each query's random draws.
    pub keys: Cow<'a, [u32]>,
    positions: Positions<'a>,
    trace: &'a Trace,
}

/// Where the queries of a block stand in the trace.
#[derive(Debug, Clone)]
enum Positions<'a> {
    Range(Range<usize>),
    List(&'a [u32]),
}

impl<'a> QueryBlock<'a> {
    /// The queries `range` of a workload; the range lies within one block.
    pub fn new(workload: &'a Workload<'_>, range: Range<usize>) -> Self {
        let trace = workload.trace;
        match &workload.positions {
            None => QueryBlock { keys: Cow::Borrowed(&trace.queries.rows[range.clone()]), positions: Positions::Range(range), trace },
            Some(positions) => {
                let positions = &positions[range.clone()];
                let keys = match &workload.arrivals {
                    Some(arrivals) => Cow::Borrowed(&arrivals[range]),
                    None => positions.iter().map(|&position| trace.queries.rows[position as usize]).collect(),
                };
                QueryBlock { keys, positions: Positions::List(positions), trace }
            }
        }
    }

    /// Queries drawn from a workload: where they stand in the trace, and the keys of their draws.
    pub(crate) fn drawn(workload: &'a Workload<'_>, positions: &'a [u32], keys: &'a [u32]) -> Self {
        QueryBlock { keys: Cow::Borrowed(keys), positions: Positions::List(positions), trace: workload.trace }
    }

    /// Number of queries.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is no query.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Where query `index` of the block stands in the trace.
    #[inline]
    pub fn position(&self, index: usize) -> usize {
        match &self.positions {
            Positions::Range(range) => range.start + index,
            Positions::List(list) => list[index] as usize,
        }
    }

    /// The row number of a query in the trace, the same for every arrival of it.
    #[inline]
    pub fn row(&self, index: usize) -> u32 {
        self.trace.queries.rows[self.position(index)]
    }

    /// The data set of a query.
    pub fn dataset(&self, index: usize) -> Option<&'a str> {
        self.trace.queries.dataset.as_ref()?.get(self.position(index))
    }

    /// The category of a query.
    pub fn category(&self, index: usize) -> Option<&'a str> {
        self.trace.queries.category.as_ref()?.get(self.position(index))
    }

    /// A feature that is a number, for the whole block, NaN where missing; `feature` is its position.
    pub fn number(&self, feature: usize) -> Option<Cow<'a, [f64]>> {
        match self.trace.queries.features.get(feature)? {
            (_, Feature::Number(column)) => Some(self.cells(column)),
            _ => None,
        }
    }

    /// A feature that is a name, of one query.
    pub fn name(&self, feature: usize, index: usize) -> Option<&'a str> {
        match self.trace.queries.features.get(feature)? {
            (_, Feature::Name(names)) => names.get(self.position(index)),
            _ => None,
        }
    }

    /// Tokens of the prompts, NaN where missing.
    pub fn input_tokens(&self) -> Option<Cow<'a, [f64]>> {
        self.trace.queries.input_tokens.as_ref().map(|column| self.cells(column))
    }

    /// The code of each query's name in a column of names.
    pub(crate) fn code(&self, names: &Names, index: usize) -> u32 {
        names.codes[self.position(index)]
    }

    /// What is known of each query, of a list for all queries of the trace.
    pub(crate) fn of_all<T: Copy>(&self, all: &'a [T]) -> Cow<'a, [T]> {
        match &self.positions {
            Positions::Range(range) => Cow::Borrowed(&all[range.clone()]),
            Positions::List(list) => list.iter().map(|&position| all[position as usize]).collect(),
        }
    }

    /// The row number of each query in the trace.
    pub(crate) fn rows(&self) -> Cow<'a, [u32]> {
        self.of_all(&self.trace.queries.rows)
    }

    /// The cells of a column for this block: borrowed where the block is a range of the trace.
    fn cells(&self, column: &'a Column) -> Cow<'a, [f64]> {
        match &self.positions {
            Positions::Range(range) => Cow::Borrowed(column.block(range.start, range.end)),
            Positions::List(list) => Cow::Owned(list.iter().map(|&position| column.get(position as usize).unwrap_or(f64::NAN)).collect()),
        }
    }
}

/// What the endpoints did with a block of queries. Only hindsight policies and the engine see it.
#[derive(Debug)]
pub struct OutcomeBlock<'a> {
    len: usize,
    correct_at: f64,
    /// By endpoint; empty where the endpoint is not in use.
    score: Vec<Cow<'a, [f64]>>,
    /// By account and endpoint; empty where the endpoint is not in use or lacks the metric.
    accounts: [Vec<Cow<'a, [f64]>>; ACCOUNTS.len()],
    confidence: Vec<Cow<'a, [f64]>>,
    /// By endpoint, empty where every query can be served.
    unavailable: Vec<Vec<bool>>,
}

impl<'a> OutcomeBlock<'a> {
    /// The outcomes of the endpoints in use on the queries of a block.
    pub fn new(workload: &'a Workload<'_>, queries: &QueryBlock<'a>) -> Self {
        let trace = workload.trace;
        let columns = |metric: Metric| -> Vec<Cow<'a, [f64]>> {
            let cells = |endpoint: usize| match workload.in_use[endpoint] {
                true => trace.metric(endpoint, metric).map_or(Cow::Borrowed(&[][..]), |column| queries.cells(column)),
                false => Cow::Borrowed(&[][..]),
            };
            (0..trace.outcomes.len()).map(cells).collect()
        };
        let mut block = OutcomeBlock {
            len: queries.len(),
            correct_at: workload.correct_at,
            score: columns(Metric::Score),
            accounts: ACCOUNTS.map(columns),
            confidence: columns(Metric::Confidence),
            unavailable: vec![Vec::new(); trace.outcomes.len()],
        };
        for endpoint in (0..trace.outcomes.len()).filter(|&endpoint| workload.has_gaps[endpoint]) {
            block.unavailable[endpoint] = (0..block.len).map(|index| workload.is_gap(endpoint, queries.position(index))).collect();
        }
        block
    }

    /// The cells that the block of some queries will read where they stand; none where its queries are picked from
    /// here and there.
    pub(crate) fn ahead(workload: &'a Workload<'_>, range: Range<usize>) -> impl Iterator<Item = &'a [f64]> {
        let trace = workload.trace;
        let in_use = (0..trace.outcomes.len()).filter(|&endpoint| workload.positions.is_none() && workload.in_use[endpoint]);
        let metrics = std::iter::once(Metric::Score).chain(ACCOUNTS);
        let columns = in_use.flat_map(move |endpoint| metrics.clone().filter_map(move |metric| trace.metric(endpoint, metric)));
        columns.map(move |column| column.block(range.start, range.end))
    }

    /// Number of queries.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no query.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The score from which an answer is correct.
    pub fn correct_at(&self) -> f64 {
        self.correct_at
    }

    /// Whether an endpoint can serve every query of the block.
    pub fn serves_all(&self, endpoint: EndpointIx) -> bool {
        self.unavailable[endpoint as usize].is_empty()
    }

    /// The scores of an endpoint's answers, NaN where missing; none where it is not in use.
    pub fn scores(&self, endpoint: EndpointIx) -> &[f64] {
        &self.score[endpoint as usize]
    }

    /// What an endpoint's answers took in one of the [`ACCOUNTS`], NaN where missing; none where the
    /// endpoint is not in use or lacks the metric.
    pub fn accounts(&self, account: usize, endpoint: EndpointIx) -> &[f64] {
        &self.accounts[account][endpoint as usize]
    }

    /// Whether an endpoint can serve a query.
    #[inline]
    pub fn available(&self, endpoint: EndpointIx, index: usize) -> bool {
        let unavailable = &self.unavailable[endpoint as usize];
        unavailable.is_empty() || !unavailable[index]
    }

    /// The score of an endpoint's answer, NaN where missing.
    #[inline]
    pub fn score(&self, endpoint: EndpointIx, index: usize) -> f64 {
        self.score[endpoint as usize].get(index).copied().unwrap_or(f64::NAN)
    }

    /// Whether an endpoint's answer counts as correct; not where its score is missing.
    #[inline]
    pub fn correct(&self, endpoint: EndpointIx, index: usize) -> bool {
        self.score(endpoint, index) >= self.correct_at
    }

    /// What an answer took in one of the [`ACCOUNTS`], by position; NaN where missing.
    #[inline(always)]
    pub fn account(&self, account: usize, endpoint: EndpointIx, index: usize) -> f64 {
        self.accounts[account][endpoint as usize].get(index).copied().unwrap_or(f64::NAN)
    }

    /// Whether any endpoint in use has an account at all.
    pub fn has(&self, account: usize) -> bool {
        self.accounts[account].iter().any(|cells| !cells.is_empty())
    }

    /// An endpoint's logged confidence in its answer, NaN where missing.
    #[inline]
    pub fn confidence(&self, endpoint: EndpointIx, index: usize) -> f64 {
        self.confidence[endpoint as usize].get(index).copied().unwrap_or(f64::NAN)
    }
}
