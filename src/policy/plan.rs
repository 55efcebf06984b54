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

/// The plans of a block of queries, one after the other.
/// A query without attempts is served by nobody, which costs nothing and is wrong.
#[derive(Debug, Clone)]
pub struct PlanBlock {
    endpoint: Vec<EndpointIx>,
    /// Attempts of query i are `offsets[i]..offsets[i + 1]`; empty as long as every query has one attempt
    /// whose answer stands, which is what most policies plan.
    offsets: Vec<u32>,
    /// Empty together with `offsets`, but where all queries have one plan.
    stop: Vec<StopRule>,
    /// Queries that all have the one plan there is; 0 where each has its own.
    alike: usize,
    /// What may be spent on a query: a further attempt that would reach what is left is not made.
    pub budget_usd: f64,
}

impl PlanBlock {
    /// An attempt that takes the query out of the comparison.
    pub(crate) const SKIP: EndpointIx = EndpointIx::MAX;

    /// No plans yet.
    pub fn new() -> Self {
        PlanBlock { endpoint: Vec::new(), offsets: Vec::new(), stop: Vec::new(), alike: 0, budget_usd: f64::INFINITY }
    }

    /// Forgets all plans.
    pub fn clear(&mut self) {
        self.endpoint.clear();
        self.offsets.clear();
        self.stop.clear();
        self.alike = 0;
        self.budget_usd = f64::INFINITY;
    }

    /// The next query goes to one endpoint, whose answer stands.
    #[inline]
    pub fn single(&mut self, endpoint: EndpointIx) {
        if self.is_plain() {
            self.endpoint.push(endpoint);
        } else {
            self.attempt(endpoint, StopRule::Always);
            self.next();
        }
    }

    /// The next queries go to one endpoint each.
    pub fn singles(&mut self, endpoints: impl Iterator<Item = EndpointIx>) {
        if self.is_plain() { self.endpoint.extend(endpoints) } else { endpoints.for_each(|endpoint| self.single(endpoint)) }
    }

    /// So many queries try the same endpoints, each by the same rule. Of plans that are there they are the first.
    pub fn alike(&mut self, queries: usize, attempts: impl Iterator<Item = (EndpointIx, StopRule)> + Clone) {
        if queries > 0 && self.is_empty() {
            (self.endpoint, self.stop) = attempts.unzip();
            self.alike = queries;
            return;
        }
        for _ in 0..queries {
            attempts.clone().for_each(|(endpoint, stop)| self.attempt(endpoint, stop));
            self.next();
        }
    }

    /// Adds an attempt to the plan of the current query.
    #[inline]
    pub fn attempt(&mut self, endpoint: EndpointIx, stop: StopRule) {
        self.unfold();
        self.endpoint.push(endpoint);
        self.stop.push(stop);
    }

    /// The plan of the current query is complete.
    #[inline]
    pub fn next(&mut self) {
        self.unfold();
        self.offsets.push(self.endpoint.len() as u32);
    }

    /// The next query leaves both sides of the comparison.
    pub fn skip(&mut self) {
        self.single(Self::SKIP);
    }

    /// Whether every plan there is has one attempt, and no more was said.
    #[inline]
    fn is_plain(&self) -> bool {
        self.offsets.is_empty() && self.alike == 0
    }

    /// Writes out what one attempt for each query says by itself, and what is alike.
    #[inline]
    fn unfold(&mut self) {
        if self.alike > 0 {
            self.write_out();
        } else if self.offsets.is_empty() {
            self.offsets.extend(0..=self.endpoint.len() as u32);
            self.stop.resize(self.endpoint.len(), StopRule::Always);
        }
    }

    /// Writes the one plan out for each query.
    #[cold]
    fn write_out(&mut self) {
        let queries = std::mem::take(&mut self.alike);
        let attempts = self.endpoint.len();
        (self.endpoint, self.stop) = (self.endpoint.repeat(queries), self.stop.repeat(queries));
        self.offsets = (0..=queries).map(|query| (query * attempts) as u32).collect();
    }

    /// Number of complete plans.
    pub fn len(&self) -> usize {
        match self.alike {
            0 if self.offsets.is_empty() => self.endpoint.len(),
            0 => self.offsets.len() - 1,
            queries => queries,
        }
    }

    /// Whether there is no complete plan.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The endpoint of each query, where every plan is one attempt whose answer stands.
    pub fn plain(&self) -> Option<&[EndpointIx]> {
        self.is_plain().then_some(&self.endpoint[..])
    }

    /// The endpoints tried for a query, and where a plan of any query is more than one attempt whose answer
    /// stands, their stop rules.
    #[inline]
    pub(crate) fn tried(&self, index: usize) -> (&[EndpointIx], &[StopRule]) {
        if self.alike > 0 {
            return (&self.endpoint, &self.stop);
        }
        if self.offsets.is_empty() {
            return (&self.endpoint[index..=index], &[]);
        }
        let range = self.offsets[index] as usize..self.offsets[index + 1] as usize;
        (&self.endpoint[range.clone()], &self.stop[range])
    }

    /// More plans of one attempt, to be filled in; none where plans of another kind are there.
    pub(crate) fn more_plain(&mut self, queries: usize) -> Option<&mut [EndpointIx]> {
        let start = self.endpoint.len();
        self.is_plain().then(|| {
            self.endpoint.resize(start + queries, Self::SKIP);
            &mut self.endpoint[start..]
        })
    }

    /// The next queries go to one endpoint each; those that may go on have it tried by a rule, and then another.
    pub(crate) fn more_in_two(&mut self, first: &[EndpointIx], goes_on: &[bool], stop: StopRule, second: EndpointIx) {
        self.unfold();
        let (start, offset) = (self.endpoint.len(), self.offsets.len());
        // Room for two attempts each; without a branch, since who goes on is not to be foreseen.
        self.endpoint.resize(start + 2 * first.len(), second);
        self.stop.resize(start + 2 * first.len(), StopRule::Always);
        self.offsets.resize(offset + first.len(), 0);
        let (stops, mut at) = ([StopRule::Always, stop], start);
        for ((&first, &goes_on), offset) in first.iter().zip(goes_on).zip(&mut self.offsets[offset..]) {
            self.endpoint[at..at + 2].copy_from_slice(&[first, second]);
            self.stop[at] = stops[usize::from(goes_on)];
            // The next one takes the place of a second attempt that is not made.
            at += 1 + usize::from(goes_on);
            *offset = at as u32;
        }
        self.endpoint.truncate(at);
        self.stop.truncate(at);
    }

    /// The one plan that all queries have, if it was said so.
    pub(crate) fn one(&self) -> Option<(&[EndpointIx], &[StopRule])> {
        (self.alike > 0).then_some((&self.endpoint, &self.stop))
    }

    /// The attempts of a query.
    #[inline]
    pub fn attempts(&self, index: usize) -> impl ExactSizeIterator<Item = (EndpointIx, StopRule)> + '_ {
        let (endpoints, stops) = self.tried(index);
        endpoints.iter().enumerate().map(|(attempt, &endpoint)| (endpoint, stops.get(attempt).copied().unwrap_or(StopRule::Always)))
    }
}

impl Default for PlanBlock {
    fn default() -> Self {
        PlanBlock::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_of_one_attempt_and_of_several_stand_side_by_side() {
        let mut plans = PlanBlock::new();
        plans.single(3);
        plans.skip();
        assert_eq!((plans.plain(), plans.len()), (Some(&[3, PlanBlock::SKIP][..]), 2));
        plans.next(); // nobody
        plans.attempt(1, StopRule::Judge { error: 0.1 });
        plans.single(2);
        plans.single(4);
        let attempts = |index| plans.attempts(index).collect::<Vec<_>>();
        assert_eq!((plans.plain(), plans.len()), (None, 5));
        assert_eq!((attempts(0), attempts(2)), (vec![(3, StopRule::Always)], vec![]));
        assert_eq!(attempts(3), [(1, StopRule::Judge { error: 0.1 }), (2, StopRule::Always)]);
        assert_eq!(attempts(4), [(4, StopRule::Always)]);
    }

    #[test]
    fn some_of_many_go_on_to_another() {
        let judge = StopRule::Judge { error: 0.1 };
        let mut plans = PlanBlock::new();
        plans.single(4);
        plans.more_in_two(&[1, PlanBlock::SKIP, 2], &[true, false, true], judge, 3);
        plans.more_in_two(&[1], &[false], judge, 3);
        let attempts = |index| plans.attempts(index).collect::<Vec<_>>();
        let alone = |endpoint| vec![(endpoint, StopRule::Always)];
        assert_eq!(plans.len(), 5);
        assert_eq!([0, 2, 4].map(attempts), [alone(4), alone(PlanBlock::SKIP), alone(1)]);
        assert_eq!([1, 3].map(attempts), [1, 2].map(|first| vec![(first, judge), (3, StopRule::Always)]));
    }

    #[test]
    fn one_plan_of_many_queries_is_written_out_where_others_follow() {
        let judge = StopRule::Judge { error: 0.1 };
        let cascade = [(1, judge), (2, StopRule::Always)];
        let (mut plans, mut written) = (PlanBlock::new(), PlanBlock::new());
        plans.alike(3, cascade.iter().copied());
        assert_eq!((plans.len(), plans.plain(), plans.one().is_some()), (3, None, true));
        for follow in [false, true] {
            if follow {
                plans.single(4);
                plans.alike(1, cascade.iter().copied());
                assert_eq!((plans.len(), plans.one().is_some()), (5, false));
                assert_eq!(plans.attempts(3).collect::<Vec<_>>(), [(4, StopRule::Always)]);
                assert_eq!(plans.attempts(4).collect::<Vec<_>>(), cascade);
            }
            (0..3).for_each(|index| assert_eq!(plans.attempts(index).collect::<Vec<_>>(), cascade));
        }
        written.alike(0, cascade.iter().copied());
        assert!(written.is_empty());
    }
}
