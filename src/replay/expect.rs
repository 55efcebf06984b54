//! Closed forms: what a noisy oracle's figures are on average over its draws, and how much they vary.
//!
//! For a query let o be a figure of the oracle's plan and m its figure when misrouted. With router
//! accuracy a the expectation is a·o + (1 - a)·E\[m\], and the variance
//! a(1 - a)·(o - E\[m\])² + (1 - a)·Var\[m\]; queries are independent, so that both add up.

use super::account::{AccountBlock, QueryResult, Status, by_account, nobody};
use super::exact::Exact;
use super::tally::{LaneVisitor, Layout, Reference, visit_lanes};
use crate::policy::{Overhead, PlanBlock, Rule};
use crate::trace::EndpointIx;
use crate::workload::OutcomeBlock;

use super::engine::Block;
use super::setup::{Entry, Replay};
use crate::trace::BLOCK_ROWS;
use rayon::prelude::*;

/// Expectation and variance of the sum of each lane over the router's draws.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneMoments {
    /// Expectation by lane.
    pub mean: Vec<f64>,
    /// Variance by lane.
    pub variance: Vec<f64>,
}

/// The result of a plan all of whose attempts are paid, the last one answering.
pub(crate) fn result_of(outcomes: &OutcomeBlock, index: usize, endpoints: &[EndpointIx], overhead: &Overhead) -> QueryResult {
    let (Some(&first), Some(&last)) = (endpoints.first(), endpoints.last()) else {
        let totals = nobody(outcomes, &by_account(overhead));
        return QueryResult { status: Status::Nobody, first: AccountBlock::NONE, score: 0.0, totals };
    };
    if first == PlanBlock::SKIP {
        return QueryResult { status: Status::Skipped, first, score: f64::NAN, totals: [f64::NAN; _] };
    }
    if endpoints.iter().any(|&endpoint| !outcomes.available(endpoint, index)) {
        return QueryResult { status: Status::Unserved, first, score: f64::NAN, totals: [f64::NAN; _] };
    }
    let mut totals = by_account(overhead);
    for (account, total) in totals.iter_mut().enumerate() {
        *total += endpoints.iter().map(|&endpoint| outcomes.account(account, endpoint, index)).sum::<f64>();
    }
    QueryResult { status: Status::Served, first, score: outcomes.score(last, index), totals }
}

/// The lanes of one query.
pub(crate) struct LaneNumbers {
    lanes: Vec<Exact>,
    index: usize,
}

impl LaneNumbers {
    pub(crate) fn new(layout: Layout) -> Self {
        LaneNumbers { lanes: vec![Exact::ZERO; layout.width()], index: 0 }
    }

    /// The lanes of a result.
    pub(crate) fn of(&mut self, layout: Layout, result: &QueryResult, reference: &Reference, index: usize) -> &[Exact] {
        self.index = index;
        visit_lanes(layout, result, reference, self);
        &self.lanes
    }
}

impl LaneVisitor for LaneNumbers {
    fn lane(&mut self, lane: usize, value: impl Fn(usize) -> Exact) {
        self.lanes[lane] = value(self.index);
    }
}

impl Replay<'_> {
    /// The moments of an entry's lanes; `None` where it is no noisy oracle.
    pub fn expect(&self, entry: &Entry) -> Option<LaneMoments> {
        let Rule::NoisyOracle(noisy) = &entry.built.rule else { return None };
        let blocks = self.workload.len().div_ceil(BLOCK_ROWS);
        // Blocks are added up in their order, so that the bytes do not depend on the threads.
        let parts: Vec<LaneMoments> = (0..blocks)
            .into_par_iter()
            .map(|block| {
                let block = self.block(block * BLOCK_ROWS, ((block + 1) * BLOCK_ROWS).min(self.workload.len()));
                self.expect_block(entry, &block, |index, each| noisy.cases(&block.outcomes, index, each))
            })
            .collect();
        let width = self.layout().width();
        let mut total = LaneMoments { mean: vec![0.0; width], variance: vec![0.0; width] };
        for part in parts {
            total.mean.iter_mut().zip(&part.mean).for_each(|(sum, term)| *sum += term);
            total.variance.iter_mut().zip(&part.variance).for_each(|(sum, term)| *sum += term);
        }
        Some(total)
    }

    fn expect_block(&self, entry: &Entry, block: &Block, cases: impl Fn(usize, &mut dyn FnMut(f64, &[EndpointIx]))) -> LaneMoments {
        let layout = self.layout();
        let side = self.oracle_side(entry, block);
        let local = self.local_flags(entry.pool);
        let reference = self.reference(block, &side, &local);
        let mut numbers = LaneNumbers::new(layout);
        let width = layout.width();
        let mut moments = LaneMoments { mean: vec![0.0; width], variance: vec![0.0; width] };
        let (mut mean, mut square) = (vec![0.0; width], vec![0.0; width]);
        for index in 0..block.queries.len() {
            mean.fill(0.0);
            square.fill(0.0);
            cases(index, &mut |chance, endpoints| {
                let result = result_of(&block.outcomes, index, endpoints, &entry.spec.overhead);
                for (lane, value) in numbers.of(layout, &result, &reference, index).iter().enumerate() {
                    let value = value.to_f64();
                    mean[lane] += chance * value;
                    square[lane] += chance * value * value;
                }
            });
            for lane in 0..width {
                moments.mean[lane] += mean[lane];
                // Rounding may leave a variance of 0 slightly below it.
                moments.variance[lane] += (square[lane] - mean[lane] * mean[lane]).max(0.0);
            }
        }
        moments
    }
}
