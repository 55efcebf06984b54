//! Which attempts of a block's plans are paid, where every endpoint can serve every query.
//!
//! Most plans of several attempts end with the first: the line of that answer is there already. Only queries that
//! paid for several, or that nobody served, have lines of their own made, of what all their attempts took.

use super::attempts::{Verdict, Waiting};
use super::block::Judge;
use super::cells::{Cells, Scratch};
use super::line::{COST, Line};
use super::steps::{self, Steps};
use super::tile::Answers;
use crate::draw::Draws;
use crate::policy::{PlanBlock, StopRule};
use crate::trace::EndpointIx;
use crate::workload::{ACCOUNTS, QueryBlock};

/// The paid attempts of a block's plans.
#[derive(Default)]
pub(super) struct Resolved {
    /// Of plans that all queries share.
    steps: Steps,
    /// Of other plans, by query how many attempts were paid: those that its plan begins with.
    paid: Vec<u64>,
    /// By query the endpoint of its only attempt; [`PlanBlock::SKIP`] where there is not one.
    single: Vec<EndpointIx>,
    /// The other queries that did not leave the comparison, in their order, and what came of them.
    others: Vec<u32>,
    first: Vec<EndpointIx>,
    last: Vec<EndpointIx>,
    score: Vec<f64>,
    totals: [Vec<f64>; ACCOUNTS.len()],
    attempts: Vec<(u32, EndpointIx)>,
    lines: Vec<Line>,
    /// Queries that left the comparison.
    skipped: Vec<usize>,
    waiting: Waiting,
}

impl Resolved {
    /// Runs the plans of a block.
    pub fn run(&mut self, queries: &QueryBlock, cells: &Cells, plans: &PlanBlock, draws: &Draws) {
        self.skipped.clear();
        match in_steps(plans) {
            Some((endpoints, stops)) => {
                self.steps.run(queries, cells, (endpoints, stops), draws);
                steps::fill(&mut self.single, queries.len(), endpoints[0]);
                steps::sort(self.steps.paid(), &mut self.single, &mut self.others);
            }
            None => self.one_by_one(queries, cells, plans, draws),
        }
    }

    /// The same for plans of their own.
    fn one_by_one(&mut self, queries: &QueryBlock, cells: &Cells, plans: &PlanBlock, draws: &Draws) {
        self.begin(queries.len(), plans);
        let mut waiting = std::mem::take(&mut self.waiting);
        let mut attempt = 0;
        while !waiting.queries.is_empty() {
            waiting.draw(queries, draws, attempt);
            self.attempt(cells, plans, attempt, &mut waiting);
            attempt += 1;
        }
        self.waiting = waiting;
        steps::sort(&self.paid, &mut self.single, &mut self.others);
        if !self.skipped.is_empty() {
            self.others.retain(|&index| self.skipped.binary_search(&(index as usize)).is_err());
        }
    }

    /// Plans of one attempt are paid, and all of several wait for the first: whose those are is not to be foreseen.
    fn begin(&mut self, queries: usize, plans: &PlanBlock) {
        self.paid.clear();
        self.single.clear();
        self.waiting.queries.clear();
        self.waiting.queries.resize(queries, 0);
        let mut waiting = 0;
        for index in 0..queries {
            let endpoints = plans.tried(index).0;
            let skipped = endpoints == [PlanBlock::SKIP];
            if skipped {
                self.skipped.push(index);
            }
            self.single.push(endpoints.first().copied().unwrap_or(PlanBlock::SKIP));
            self.paid.push(u64::from(endpoints.len() == 1 && !skipped));
            self.waiting.queries[waiting] = index as u32;
            waiting += usize::from(endpoints.len() > 1);
        }
        self.waiting.queries.truncate(waiting);
    }

    /// One more attempt for all that wait: it is paid, and its answer stands or the query goes on.
    fn attempt(&mut self, cells: &Cells, plans: &PlanBlock, attempt: usize, waiting: &mut Waiting) {
        let mut verdict = Verdict::of(StopRule::Always);
        waiting.go_on(|query, draw| {
            let index = query as usize;
            let (endpoints, stops) = plans.tried(index);
            if plans.budget_usd.is_finite() && !affordable(cells, &endpoints[..=attempt], index, plans.budget_usd) {
                return false;
            }
            self.paid[index] += 1;
            if endpoints.len() == attempt + 1 {
                return false;
            }
            let rule = stops.get(attempt).copied().unwrap_or(StopRule::Always);
            if rule != verdict.rule {
                verdict = Verdict::of(rule);
            }
            !verdict.stands(cells.correct(endpoints[attempt], index), draw, || cells.confidence(endpoints[attempt], index))
        });
    }

    /// Makes the lines of queries of not one paid attempt.
    pub fn make(&mut self, cells: &Cells, plans: &PlanBlock, judge: &Judge, scratch: &mut Scratch) {
        [&mut self.first, &mut self.last].into_iter().for_each(Vec::clear);
        self.score.clear();
        self.attempts.clear();
        self.totals.iter_mut().for_each(Vec::clear);
        match in_steps(plans) {
            Some((endpoints, _)) => self.add_steps(cells, endpoints),
            None => self.add_one_by_one(cells, plans),
        }
        let totals = self.totals.each_ref().map(|totals| &totals[..]);
        cells.lines_of(&Answers { score: &self.score, totals, first: &self.first }, &judge.of_some(&self.others), scratch, &mut self.lines);
    }

    /// What came of one plan.
    fn add_steps(&mut self, cells: &Cells, endpoints: &[EndpointIx]) {
        let (others, paid) = (&self.others, self.steps.paid());
        self.first.resize(others.len(), endpoints[0]);
        self.last.extend(others.iter().map(|&query| endpoints[paid[query as usize] as usize - 1]));
        self.score.extend(others.iter().zip(&self.last).map(|(&query, &last)| cells.scores(last)[query as usize]));
        for (column, totals) in self.totals.iter_mut().zip(self.steps.totals()) {
            column.extend(others.iter().map(|&query| totals[query as usize]));
        }
        self.steps.attempts(endpoints, others, &mut self.attempts);
    }

    /// What came of plans of their own.
    fn add_one_by_one(&mut self, cells: &Cells, plans: &PlanBlock) {
        let nothing: [f64; ACCOUNTS.len()] = std::array::from_fn(|account| if cells.has(account) { 0.0 } else { f64::NAN });
        for &query in &self.others {
            let index = query as usize;
            let endpoints = &plans.tried(index).0[..self.paid[index] as usize];
            let last = endpoints.last().copied().unwrap_or(PlanBlock::SKIP);
            let mut totals = nothing;
            for &endpoint in endpoints {
                totals.iter_mut().enumerate().for_each(|(account, total)| *total += cells.account(account, endpoint)[index]);
                self.attempts.push((query, endpoint));
            }
            self.first.push(endpoints.first().copied().unwrap_or(PlanBlock::SKIP));
            self.last.push(last);
            // Who is served by nobody is wrong.
            self.score.push(if last == PlanBlock::SKIP { 0.0 } else { cells.scores(last)[index] });
            self.totals.iter_mut().zip(totals).for_each(|(column, total)| column.push(total));
        }
    }

    /// By query the endpoint of its only attempt; [`PlanBlock::SKIP`] where there is not one.
    pub fn single(&self) -> &[EndpointIx] {
        &self.single
    }

    /// The other queries that did not leave the comparison, in their order.
    pub fn others(&self) -> &[u32] {
        &self.others
    }

    /// Their lines, once they are made.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Their attempts, by query and endpoint.
    pub fn attempts(&self) -> &[(u32, EndpointIx)] {
        &self.attempts
    }

    /// Who served the one at a place among them; [`PlanBlock::SKIP`] where nobody did.
    pub fn last(&self, place: usize) -> EndpointIx {
        self.last[place]
    }

    /// What it took in an account.
    pub fn total(&self, account: usize, place: usize) -> f64 {
        self.totals[account][place]
    }

    /// Queries that left the comparison.
    pub fn skipped(&self) -> &[usize] {
        &self.skipped
    }
}

/// The one plan that all queries have, if every attempt of it can be made.
fn in_steps(plans: &PlanBlock) -> Option<(&[EndpointIx], &[StopRule])> {
    plans.one().filter(|(endpoints, _)| endpoints.len() > 1 && !plans.budget_usd.is_finite())
}

/// Whether the budget allows the last of some attempts, of which the others are paid.
fn affordable(cells: &Cells, attempts: &[EndpointIx], index: usize, budget_usd: f64) -> bool {
    let cost = |endpoint: EndpointIx| cells.account(COST, endpoint)[index];
    let Some((&last, before)) = attempts.split_last() else { return true };
    let spent = before.iter().fold(0.0, |sum, &endpoint| sum + cost(endpoint));
    !(spent > 0.0 && cost(last) >= budget_usd - spent)
}
