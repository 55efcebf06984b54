//! Plans: the endpoints tried for a query, in order, each with the rule that stops there.

use crate::trace::EndpointIx;

/// When the answer of an attempt stands. Rules are run by the engine, which alone sees outcomes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StopRule {
    /// The answer stands.
    Always,
    /// A verifier sends a wrong answer on with probability `detect` and a right one with `false_alarm`.
    Verify {
        /// Chance that a wrong answer is sent on.
        detect: f64,
        /// Chance that a right answer is sent on.
        false_alarm: f64,
    },
    /// A judge says whether the answer is right, and errs with this probability.
    Judge {
        /// Chance that the judge errs.
        error: f64,
    },
    /// The answer stands when the endpoint's logged confidence is high enough.
    Confidence {
        /// Confidence from which it stands.
        at_least: f64,
    },
}

/// The plans of a block of queries: attempts of query i are `offsets[i]..offsets[i + 1]`.
/// A query without attempts is served by nobody, which costs nothing and is wrong.
#[derive(Debug, Clone)]
pub struct PlanBlock {
    offsets: Vec<u32>,
    endpoint: Vec<EndpointIx>,
    stop: Vec<StopRule>,
    /// What may be spent on a query: a further attempt that would reach what is left is not made.
    pub budget_usd: f64,
}

impl PlanBlock {
    /// An attempt that takes the query out of the comparison.
    pub(crate) const SKIP: EndpointIx = EndpointIx::MAX;

    /// No plans yet.
    pub fn new() -> Self {
        PlanBlock { offsets: vec![0], endpoint: Vec::new(), stop: Vec::new(), budget_usd: f64::INFINITY }
    }

    /// Forgets all plans.
    pub fn clear(&mut self) {
        self.offsets.truncate(1);
        self.endpoint.clear();
        self.stop.clear();
        self.budget_usd = f64::INFINITY;
    }

    /// The next query goes to one endpoint, whose answer stands.
    #[inline]
    pub fn single(&mut self, endpoint: EndpointIx) {
        self.attempt(endpoint, StopRule::Always);
        self.next();
    }

    /// Adds an attempt to the plan of the current query.
    #[inline]
    pub fn attempt(&mut self, endpoint: EndpointIx, stop: StopRule) {
        self.endpoint.push(endpoint);
        self.stop.push(stop);
    }

    /// The plan of the current query is complete.
    #[inline]
    pub fn next(&mut self) {
        self.offsets.push(self.endpoint.len() as u32);
    }

    /// The next query leaves both sides of the comparison.
    pub fn skip(&mut self) {
        self.single(Self::SKIP);
    }

    /// Number of complete plans.
    pub fn len(&self) -> usize {
        self.offsets.len() - 1
    }

    /// Whether there is no complete plan.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The attempts of a query.
    #[inline]
    pub fn attempts(&self, index: usize) -> impl ExactSizeIterator<Item = (EndpointIx, StopRule)> + '_ {
        let range = self.offsets[index] as usize..self.offsets[index + 1] as usize;
        self.endpoint[range.clone()].iter().copied().zip(self.stop[range].iter().copied())
    }
}

impl Default for PlanBlock {
    fn default() -> Self {
        PlanBlock::new()
    }
}
