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
use crate::accumulator::Accumulator;
use crate::policy::noisy_oracle::{NoisyOracle, Rates};
use crate::policy::oracle::Choice;
use crate::policy::{Overhead, PlanBlock, Rule};
use crate::trace::EndpointIx;
use crate::workload::OutcomeBlock;

use super::block::Block;
use super::setup::{Entry, Replay};
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

/// The moments of any number of blocks, added up so that the order of the blocks does not matter.
#[derive(Debug, Clone, PartialEq)]
pub struct MomentSums {
    /// As in [`LaneMoments`].
    pub(super) mean: Vec<Accumulator>,
    /// As in [`Spread`].
    pub(super) variance: Vec<Accumulator>,
    /// As in [`Spread`].
    pub(super) covariance: Vec<Accumulator>,
}

impl MomentSums {
    /// Of no block yet.
    pub(super) fn new(layout: Layout) -> Self {
        let sums = |count: usize| vec![Accumulator::default(); count];
        MomentSums { mean: sums(layout.width()), variance: sums(layout.width()), covariance: sums(layout.ratios().count()) }
    }

    fn add(&mut self, block: &LaneMoments) {
        let terms = [&block.mean, &block.spread.variance, &block.spread.covariance];
        for (sums, terms) in [&mut self.mean, &mut self.variance, &mut self.covariance].into_iter().zip(terms) {
            sums.iter_mut().zip(terms).for_each(|(sum, &term)| sum.add(term));
        }
    }

    /// Adds the moments of other blocks.
    pub fn merge(&mut self, other: &MomentSums) {
        let theirs = [&other.mean, &other.variance, &other.covariance];
        for (mine, theirs) in [&mut self.mean, &mut self.variance, &mut self.covariance].into_iter().zip(theirs) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| mine.merge(theirs));
        }
    }

    /// The moments of all.
    pub fn moments(&self) -> LaneMoments {
        let rounded = |sums: &[Accumulator]| sums.iter().map(Accumulator::to_f64).collect();
        LaneMoments {
            mean: rounded(&self.mean),
            spread: Spread { variance: rounded(&self.variance), covariance: rounded(&self.covariance) },
        }
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
        self.moment_sums(entry).map(|sums| sums.moments())
    }

    /// Whether an entry's moments are known.
    pub(super) fn has_moments(&self, entry: &Entry) -> bool {
        matches!(entry.built.rule, Rule::NoisyOracle(_))
    }

    /// The same, to be added to those of other queries.
    pub fn moment_sums(&self, entry: usize) -> Option<MomentSums> {
        let Rule::NoisyOracle(noisy) = &self.entries[entry].built.rule else { return None };
        let blocks: Vec<usize> = (0..self.workload.len()).step_by(BLOCK_ROWS).collect();
        let part = |&start: &usize| {
            crate::work::go_on();
            let block = self.block(start, (start + BLOCK_ROWS).min(self.workload.len()));
            match (self.room, noisy.rates()) {
                (Some(_), Rates::Accuracy(accuracy)) => self.expect_dense(entry, noisy, accuracy, &block),
                _ => self.expect_block(entry, &block, |index, each| noisy.cases(&block.outcomes, index, each)),
            }
        };
        let parts: Vec<LaneMoments> = blocks.par_iter().map(part).collect();
        let mut sums = MomentSums::new(self.layout());
        parts.iter().for_each(|part| sums.add(part));
        Some(sums)
    }

    /// One router accuracy on a workload without gaps: sums that serve every accuracy, at this one.
    fn expect_dense(&self, entry: usize, noisy: &NoisyOracle, accuracy: f64, block: &Block) -> LaneMoments {
        let layout = self.layout();
        let mut moments = LaneMoments::new(layout);
        let mut sums = ClosedForm::default();
        sums.add(self, entry, noisy, block);
        sums.moments(accuracy, |lane, mean, variance| {
            moments.mean[layout.at(lane)] += mean;
            moments.spread.variance[layout.at(lane)] += variance;
        });
        let judge = self.judge(entry, block);
        let counts = |index: usize| judge.choices.is_none_or(|choices| choices[index] != Choice::Skip);
        for (position, &endpoint) in self.roles.baselines.iter().enumerate() {
            Baseline::of(&block.outcomes, endpoint, counts).lanes(position, |lane, sum| moments.mean[layout.at(lane)] += sum);
        }
        moments
    }

    /// Any workload and any rates, way by way.
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
