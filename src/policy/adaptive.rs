//! Policies that learn while they route: asked one query after the other, told their own outcomes alone.

use crate::draw::Draws;
use crate::trace::{EndpointIx, Metric};
use crate::workload::ACCOUNTS;

/// A query as a policy that learns meets it. It carries no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryRow {
    /// Where it stands in the trace: features are looked up by it.
    pub position: usize,
    /// The key of its random draws, the same as for every other policy.
    pub key: u32,
}

/// What came of a policy's own choice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Feedback {
    /// The endpoint that the policy chose.
    pub endpoint: EndpointIx,
    /// The score of its answer, 0 to 1; NaN where not known.
    pub score: f64,
    /// What the answer took, by [`ACCOUNTS`]: joules, floating-point operations, US dollars, seconds;
    /// NaN where not known. The router's own overhead is not in it.
    pub accounts: [f64; ACCOUNTS.len()],
}

impl Feedback {
    /// What the answer took of a metric; NaN where not known, or where the metric is no account.
    pub fn account(&self, metric: Metric) -> f64 {
        ACCOUNTS.iter().position(|&account| account == metric).map_or(f64::NAN, |account| self.accounts[account])
    }
}

/// A policy that learns while it routes. It is asked one query after the other in arrival order, and
/// after each it is told what came of its own choice, before the next is asked. Of endpoints that it
/// did not choose it learns nothing, and of a choice that cannot serve the query neither.
pub trait Adaptive: Send {
    /// The endpoint for a query: one of the pool, or of those that [`Built::endpoints`](super::Built) names.
    fn choose(&mut self, query: &QueryRow, draws: &Draws) -> EndpointIx;

    /// What came of the last choice. Says whether there was something to learn: not where a cell is
    /// missing that the policy goes by.
    fn learn(&mut self, query: &QueryRow, feedback: &Feedback) -> bool;
}

/// Makes a policy that has learned nothing yet: one for each replicate.
pub type Fresh = Box<dyn Fn() -> Box<dyn Adaptive> + Send + Sync>;
