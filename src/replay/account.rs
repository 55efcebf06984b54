//! What a plan costs, and what it answers.

use super::attempts::Waiting;
use super::lane::Results;
use crate::policy::Overhead;
use crate::trace::{EndpointIx, Metric};
use crate::workload::{ACCOUNTS, OutcomeBlock};

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
    /// Every attempt that was made: the query's index in the block, and the endpoint. First attempts first.
    pub attempts: Vec<(u32, EndpointIx)>,
    pub(super) waiting: Waiting,
}

impl AccountBlock {
    /// No endpoint.
    pub const NONE: EndpointIx = EndpointIx::MAX;
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
