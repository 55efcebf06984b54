//! What a plan costs, and what it answers.

use super::lane::Results;
use super::line::COST;
use crate::draw::{Draws, Stream, StreamDraws, threshold};
use crate::policy::{Overhead, PlanBlock, StopRule};
use crate::trace::{EndpointIx, Metric};
use crate::workload::{ACCOUNTS, OutcomeBlock, QueryBlock};

/// What became of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// An endpoint's answer stands.
    Served,
    /// The policy sent it to nobody: it costs nothing and is wrong.
    Nobody,
    /// It was sent to an endpoint that cannot serve it: what it costs is not known.
    Unserved,
    /// It left the comparison.
    Skipped,
}

/// What became of one query, what it took and how good the answer is.
#[derive(Debug, Clone, Copy)]
pub struct QueryResult {
    /// What became of it.
    pub status: Status,
    /// The endpoint of the first attempt, or [`AccountBlock::NONE`].
    pub first: EndpointIx,
    /// The score of the answer that stands: 0 where nobody serves, NaN where not known.
    pub score: f64,
    /// What all attempts took, by account: NaN where not known.
    pub totals: [f64; ACCOUNTS.len()],
}

/// The results of a block of queries, a column each.
#[derive(Debug, Clone, Default)]
pub struct AccountBlock {
    /// What became of each query.
    pub status: Vec<Status>,
    /// The endpoint whose answer stands, or [`AccountBlock::NONE`].
    pub served_by: Vec<EndpointIx>,
    /// The endpoint of the first attempt, or [`AccountBlock::NONE`].
    pub first: Vec<EndpointIx>,
    /// The score of the answer that stands: 0 where nobody serves, NaN where not known.
    pub score: Vec<f64>,
    /// What all attempts took, by account: NaN where not known.
    pub totals: [Vec<f64>; ACCOUNTS.len()],
    /// Every attempt that was made: the query's index in the block, and the endpoint.
    pub attempts: Vec<(u32, EndpointIx)>,
}

impl AccountBlock {
    /// No endpoint.
    pub const NONE: EndpointIx = EndpointIx::MAX;

    /// Runs the plans of a block: tries endpoints, asks the stop rules, adds up every attempt and
    /// the router's own overhead.
    pub fn run(&mut self, queries: &QueryBlock, outcomes: &OutcomeBlock, plans: &PlanBlock, overhead: &Overhead, draws: &Draws) {
        self.clear();
        let router = by_account(overhead);
        let verdicts: [StreamDraws; 4] = std::array::from_fn(|attempt| draws.stream(Stream::Verdict, attempt as u64));
        for (index, &key) in queries.keys.iter().enumerate() {
            let (endpoints, stops) = plans.tried(index);
            let result = match endpoints {
                [endpoint] => self.single(outcomes, index, *endpoint, &router),
                _ => {
                    let verdict = |attempt: usize| match verdicts.get(attempt) {
                        Some(stream) => stream.draw53(u64::from(key)),
                        None => draws.stream(Stream::Verdict, attempt as u64).draw53(u64::from(key)),
                    };
                    self.several(outcomes, index, (endpoints, stops), plans.budget_usd, &router, verdict)
                }
            };
            self.push(result);
        }
    }

    fn clear(&mut self) {
        self.status.clear();
        self.served_by.clear();
        self.first.clear();
        self.score.clear();
        self.totals.iter_mut().for_each(Vec::clear);
        self.attempts.clear();
    }

    #[inline]
    fn push(&mut self, (served_by, result): (EndpointIx, QueryResult)) {
        self.status.push(result.status);
        self.served_by.push(served_by);
        self.first.push(result.first);
        self.score.push(result.score);
        for account in 0..ACCOUNTS.len() {
            self.totals[account].push(result.totals[account]);
        }
    }

    /// A query with one attempt, whose answer stands, and the endpoint that serves it.
    #[inline]
    fn single(
        &mut self,
        outcomes: &OutcomeBlock,
        index: usize,
        endpoint: EndpointIx,
        router: &[f64; ACCOUNTS.len()],
    ) -> (EndpointIx, QueryResult) {
        let nothing = |status: Status| QueryResult { status, first: endpoint, score: f64::NAN, totals: [f64::NAN; _] };
        if endpoint == PlanBlock::SKIP {
            return (Self::NONE, nothing(Status::Skipped));
        }
        if !outcomes.available(endpoint, index) {
            return (Self::NONE, nothing(Status::Unserved));
        }
        let mut totals = *router;
        for (account, total) in totals.iter_mut().enumerate() {
            *total += outcomes.account(account, endpoint, index);
        }
        self.attempts.push((index as u32, endpoint));
        (endpoint, QueryResult { status: Status::Served, first: endpoint, score: outcomes.score(endpoint, index), totals })
    }

    /// A query with any number of attempts: each is paid until an answer stands or none is left.
    /// An attempt at an endpoint that cannot serve is passed over, unpaid.
    #[inline]
    fn several(
        &mut self,
        outcomes: &OutcomeBlock,
        index: usize,
        (endpoints, stops): (&[EndpointIx], &[StopRule]),
        budget_usd: f64,
        router: &[f64; ACCOUNTS.len()],
        verdict: impl Fn(usize) -> u64,
    ) -> (EndpointIx, QueryResult) {
        let mut totals = if endpoints.is_empty() { nobody(outcomes, router) } else { *router };
        let mut served_by = Self::NONE;
        for (attempt, (&endpoint, &stop)) in endpoints.iter().zip(stops).enumerate() {
            if !outcomes.available(endpoint, index) {
                continue;
            }
            let spent = totals[COST] - router[COST];
            if spent > 0.0 && outcomes.account(COST, endpoint, index) >= budget_usd - spent {
                break;
            }
            for (account, total) in totals.iter_mut().enumerate() {
                *total += outcomes.account(account, endpoint, index);
            }
            self.attempts.push((index as u32, endpoint));
            served_by = endpoint;
            if stands(stop, outcomes, endpoint, index, || verdict(attempt)) {
                break;
            }
        }
        let (status, score) = match (served_by, endpoints) {
            (Self::NONE, []) => (Status::Nobody, 0.0),
            (Self::NONE, _) => (Status::Unserved, f64::NAN),
            (endpoint, _) => (Status::Served, outcomes.score(endpoint, index)),
        };
        let totals = if status == Status::Unserved { [f64::NAN; _] } else { totals };
        (served_by, QueryResult { status, first: endpoints.first().copied().unwrap_or(Self::NONE), score, totals })
    }
}

impl Results for AccountBlock {
    #[inline]
    fn skipped(&self, index: usize) -> bool {
        self.status[index] == Status::Skipped
    }
    #[inline]
    fn first(&self, index: usize) -> EndpointIx {
        self.first[index]
    }
    #[inline]
    fn score(&self, index: usize) -> f64 {
        self.score[index]
    }
    #[inline]
    fn total(&self, account: usize, index: usize) -> f64 {
        self.totals[account][index]
    }
}

impl Results for QueryResult {
    fn skipped(&self, _: usize) -> bool {
        self.status == Status::Skipped
    }
    fn first(&self, _: usize) -> EndpointIx {
        self.first
    }
    fn score(&self, _: usize) -> f64 {
        self.score
    }
    fn total(&self, account: usize, _: usize) -> f64 {
        self.totals[account]
    }
}

/// What a query takes that nobody serves: the router's own overhead, and in an account that the trace
/// lacks nothing that could be known.
pub fn nobody(outcomes: &OutcomeBlock, router: &[f64; ACCOUNTS.len()]) -> [f64; ACCOUNTS.len()] {
    std::array::from_fn(|account| if outcomes.has(account) { router[account] } else { f64::NAN })
}

/// A router's own overhead in the order of the accounts.
pub fn by_account(overhead: &Overhead) -> [f64; ACCOUNTS.len()] {
    ACCOUNTS.map(|metric| match metric {
        Metric::EnergyJ => overhead.energy_j,
        Metric::Flops => overhead.flops,
        Metric::CostUsd => overhead.cost_usd,
        _ => overhead.latency_s,
    })
}

/// Whether the answer of an attempt stands.
fn stands(stop: StopRule, outcomes: &OutcomeBlock, endpoint: EndpointIx, index: usize, draw: impl Fn() -> u64) -> bool {
    let correct = || outcomes.correct(endpoint, index);
    match stop {
        StopRule::Always => true,
        StopRule::Verify { detect, false_alarm } => draw() >= threshold(if correct() { false_alarm } else { detect }),
        StopRule::Judge { error } => correct() != (draw() < threshold(error)),
        StopRule::Confidence { at_least } => outcomes.confidence(endpoint, index) >= at_least,
    }
}
