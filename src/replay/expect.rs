//! Closed forms: what a noisy oracle's figures are on average over its draws, and how much they vary.
//!
//! For a query let o be a figure of the oracle's plan and m its figure when misrouted. With router
//! accuracy a the expectation is a·o + (1 - a)·E\[m\], and the variance
//! a(1 - a)·(o - E\[m\])² + (1 - a)·Var\[m\]; queries are independent, so that both add up.

use super::account::{AccountBlock, QueryResult, Status, by_account, nobody};
use super::closed_form::{Baseline, ClosedForm};
use super::lane::{LaneVisitor, Layout, visit_lanes};
use super::spread::{Spread, Ways};
use super::tally::Reference;
use crate::policy::noisy_oracle::{NoisyOracle, Rates};
use crate::policy::oracle::Choice;
use crate::policy::{Overhead, PlanBlock, Rule};
use crate::trace::EndpointIx;
use crate::workload::OutcomeBlock;

use super::block::Block;
use super::setup::Replay;
use crate::trace::BLOCK_ROWS;
use rayon::prelude::*;

/// Expectation and spread of the sum of each lane over the router's draws.
#[derive(Debug, Clone, PartialEq)]
pub struct LaneMoments {
    /// Expectation by lane.
    pub mean: Vec<f64>,
    /// Variances and covariances.
    pub spread: Spread,
}

impl LaneMoments {
    fn new(layout: Layout) -> Self {
        LaneMoments { mean: vec![0.0; layout.width()], spread: Spread::new(layout) }
    }
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

/// The lanes of one query, as numbers.
pub(crate) struct LaneNumbers {
    lanes: Vec<f64>,
    index: usize,
}

impl LaneNumbers {
    pub(crate) fn new(layout: Layout) -> Self {
        LaneNumbers { lanes: vec![0.0; layout.width()], index: 0 }
    }

    /// The lanes of a result.
    pub(crate) fn of(&mut self, layout: Layout, result: &QueryResult, reference: &Reference, index: usize) -> &[f64] {
        self.index = index;
        visit_lanes(layout, result, reference, self);
        &self.lanes
    }
}

impl LaneVisitor for LaneNumbers {
    #[inline]
    fn count(&mut self, lane: usize, is: impl Fn(usize) -> bool) {
        self.lanes[lane] = f64::from(u8::from(is(self.index)));
    }

    #[inline]
    fn sum(&mut self, lane: usize, value: impl Fn(usize) -> f64) {
        let value = value(self.index);
        self.lanes[lane] = if value.is_nan() { 0.0 } else { value };
    }
}

impl Replay<'_> {
    /// The moments of an entry's lanes, by its position; `None` where it is no noisy oracle.
    pub fn expect(&self, entry: usize) -> Option<LaneMoments> {
        self.expect_after(entry, None)
    }

    /// The same with those of the queries before, which are added up in the same order as those of one
    /// workload would be.
    pub(crate) fn expect_after(&self, entry: usize, before: Option<LaneMoments>) -> Option<LaneMoments> {
        let Rule::NoisyOracle(noisy) = &self.entries[entry].built.rule else { return None };
        let mut moments = before.unwrap_or_else(|| LaneMoments::new(self.layout()));
        match (self.room, noisy.rates()) {
            (Some(_), Rates::Accuracy(accuracy)) => self.expect_dense(entry, noisy, accuracy, &mut moments),
            _ => self.expect_any(entry, noisy, &mut moments),
        }
        Some(moments)
    }

    /// One router accuracy on a workload without gaps: sums that serve every accuracy, at this one.
    fn expect_dense(&self, entry: usize, noisy: &NoisyOracle, accuracy: f64, moments: &mut LaneMoments) {
        let blocks: Vec<usize> = (0..self.workload.len()).step_by(BLOCK_ROWS).collect();
        let part = |&start: &usize| {
            crate::work::go_on();
            let block = self.block(start, (start + BLOCK_ROWS).min(self.workload.len()));
            let mut sums = ClosedForm::default();
            sums.add(self, entry, noisy, &block);
            let judge = self.judge(entry, &block);
            let counts = |index: usize| judge.choices.is_none_or(|choices| choices[index] != Choice::Skip);
            let baseline = |&endpoint: &EndpointIx| Baseline::of(&block.outcomes, endpoint, counts);
            (self.roles.baselines.iter().map(baseline).collect::<Vec<_>>(), sums)
        };
        // Blocks are added up in their order, so that the bytes do not depend on the threads.
        let parts: Vec<(Vec<Baseline>, ClosedForm)> = blocks.par_iter().map(part).collect();
        let layout = self.layout();
        for (baselines, sums) in &parts {
            sums.moments(accuracy, |lane, mean, variance| {
                moments.mean[layout.at(lane)] += mean;
                moments.spread.variance[layout.at(lane)] += variance;
            });
            for (position, baseline) in baselines.iter().enumerate() {
                baseline.lanes(position, |lane, sum| moments.mean[layout.at(lane)] += sum);
            }
        }
    }

    /// Any workload and any rates, way by way.
    fn expect_any(&self, entry: usize, noisy: &NoisyOracle, moments: &mut LaneMoments) {
        let blocks = self.workload.len().div_ceil(BLOCK_ROWS);
        let part = |block: usize| {
            crate::work::go_on();
            let block = self.block(block * BLOCK_ROWS, ((block + 1) * BLOCK_ROWS).min(self.workload.len()));
            self.expect_block(entry, &block, |index, each| noisy.cases(&block.outcomes, index, each))
        };
        // In the order of the blocks, as above.
        let parts: Vec<LaneMoments> = (0..blocks).into_par_iter().map(part).collect();
        for part in parts {
            moments.mean.iter_mut().zip(&part.mean).for_each(|(sum, term)| *sum += term);
            moments.spread.add(&part.spread);
        }
    }

    fn expect_block(&self, entry: usize, block: &Block, cases: impl Fn(usize, &mut dyn FnMut(f64, &[EndpointIx]))) -> LaneMoments {
        let layout = self.layout();
        let compared = self.compared(entry, block);
        let reference = self.reference(block, &compared);
        let (mut numbers, mut ways, mut moments) = (LaneNumbers::new(layout), Ways::new(layout), LaneMoments::new(layout));
        let overhead = &self.entries[entry].spec.overhead;
        for index in 0..block.queries.len() {
            ways.clear();
            cases(index, &mut |chance, endpoints| {
                let result = result_of(&block.outcomes, index, endpoints, overhead);
                ways.add(layout, chance, numbers.of(layout, &result, &reference, index));
            });
            moments.mean.iter_mut().zip(&ways.mean).for_each(|(sum, term)| *sum += term);
            moments.spread.add_ways(layout, &ways);
        }
        moments
    }
}
