//! Where a policy sends each query first, for analyses that look at single decisions.

use rayon::prelude::*;

use super::account::AccountBlock;
use super::adaptive::Decisions;
use super::setup::{Entry, Replay};
use crate::draw::Draws;
use crate::error::Result;
use crate::policy::PlanBlock;
use crate::trace::{BLOCK_ROWS, EndpointIx};

/// What a policy does with each query of the workload, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Firsts {
    /// Where the query stands in the trace.
    pub position: Vec<usize>,
    /// The endpoint of the first attempt; `None` where the query goes to nobody or left the comparison.
    pub endpoint: Vec<Option<EndpointIx>>,
}

impl Replay<'_> {
    /// The first attempt of an entry at each query. Where it draws, of the first replicate.
    ///
    /// # Errors
    /// Where the policy cannot plan.
    pub fn firsts(&self, entry: &Entry) -> Result<Firsts> {
        let learned = self.first_decisions(entry)?;
        let blocks = self.workload.len().div_ceil(BLOCK_ROWS);
        let parts: Vec<Firsts> =
            (0..blocks).into_par_iter().map(|block| self.firsts_of(entry, learned.as_ref(), block)).collect::<Result<_>>()?;
        let mut all = Firsts::default();
        for part in parts {
            all.position.extend(part.position);
            all.endpoint.extend(part.endpoint);
        }
        Ok(all)
    }

    fn firsts_of(&self, entry: &Entry, learned: Option<&Decisions>, block: usize) -> Result<Firsts> {
        crate::work::go_on();
        let range = block * BLOCK_ROWS..((block + 1) * BLOCK_ROWS).min(self.workload.len());
        let block = self.block(range.start, range.end);
        let draws = Draws::new(self.seed, 0);
        let (mut plans, mut results) = (PlanBlock::new(), AccountBlock::default());
        match learned {
            Some(decisions) => decisions.plan(0, range, &mut plans),
            None => entry.built.rule.plan(&block.queries, &block.outcomes, &draws, &mut plans)?,
        }
        results.run(&block.queries, &block.outcomes, &plans, &entry.spec.overhead, &draws);
        let known = |&first: &EndpointIx| (first != AccountBlock::NONE).then_some(first);
        Ok(Firsts {
            position: (0..block.queries.len()).map(|index| block.queries.position(index)).collect(),
            endpoint: results.first.iter().map(known).collect(),
        })
    }
}
