//! One plan of several attempts for all queries of a block, run column by column: who goes on from one attempt to
//! the next is as hard to foresee as a coin, so that every attempt looks at all queries.

use super::attempts::Verdict;
use super::cells::Cells;
use crate::draw::{Draws, Stream};
use crate::policy::{PlanBlock, StopRule};
use crate::trace::EndpointIx;
use crate::wide::{self, Loop};
use crate::workload::{ACCOUNTS, QueryBlock};

/// What came of the plan, by query.
#[derive(Default)]
pub(super) struct Steps {
    /// 1 for a query that waits for another attempt, else 0.
    goes_on: Vec<u64>,
    /// Attempts that were paid.
    paid: Vec<u64>,
    /// What they took.
    totals: [Vec<f64>; ACCOUNTS.len()],
    draws: Vec<u64>,
}

impl Steps {
    /// Runs a plan of which every attempt can be made.
    pub fn run(&mut self, queries: &QueryBlock, cells: &Cells, (endpoints, stops): (&[EndpointIx], &[StopRule]), draws: &Draws) {
        fill(&mut self.goes_on, queries.len(), 1);
        fill(&mut self.paid, queries.len(), 0);
        self.totals.iter_mut().for_each(|totals| fill(totals, queries.len(), 0.0));
        for (attempt, (&endpoint, &stop)) in endpoints.iter().zip(stops).enumerate() {
            self.pay(cells, endpoint);
            if attempt + 1 < endpoints.len() {
                self.judge(queries, cells, endpoint, stop, draws, attempt);
            }
            if !self.goes_on.contains(&1) {
                break;
            }
        }
    }

    /// All that wait pay for an answer.
    fn pay(&mut self, cells: &Cells, endpoint: EndpointIx) {
        let cells = std::array::from_fn(|account| cells.account(account, endpoint));
        wide::run(Pay { goes_on: &self.goes_on, paid: &mut self.paid, totals: &mut self.totals, cells });
    }

    /// Who waits on after an answer.
    fn judge(&mut self, queries: &QueryBlock, cells: &Cells, endpoint: EndpointIx, stop: StopRule, draws: &Draws, attempt: usize) {
        let verdict = Verdict::of(stop);
        if let StopRule::Confidence { .. } = stop {
            let stands = |index: usize| verdict.stands(false, 0, || cells.confidence(endpoint, index));
            return self.goes_on.iter_mut().enumerate().for_each(|(index, goes_on)| *goes_on &= u64::from(!stands(index)));
        }
        if verdict.is_certain() {
            fill(&mut self.draws, queries.len(), 0);
        } else {
            draws.stream(Stream::Verdict, attempt as u64).draws53(&queries.keys, &mut self.draws);
        }
        let (scores, correct_at) = (cells.scores(endpoint), cells.correct_at());
        wide::run(Judge { goes_on: &mut self.goes_on, scores, correct_at, draws: &self.draws, verdict });
    }

    /// Attempts that were paid, by query.
    pub fn paid(&self) -> &[u64] {
        &self.paid
    }

    /// By account and query what they took.
    pub fn totals(&self) -> &[Vec<f64>; ACCOUNTS.len()] {
        &self.totals
    }

    /// The attempts of some queries, in order: all first ones, then all second ones.
    pub fn attempts(&self, endpoints: &[EndpointIx], queries: &[u32], attempts: &mut Vec<(u32, EndpointIx)>) {
        let mut waiting = queries.to_vec();
        for (attempt, &endpoint) in endpoints.iter().enumerate() {
            let mut count = 0;
            for place in 0..waiting.len() {
                let query = waiting[place];
                waiting[count] = query;
                count += usize::from(self.paid[query as usize] > attempt as u64);
            }
            waiting.truncate(count);
            attempts.extend(waiting.iter().map(|&query| (query, endpoint)));
        }
    }
}

pub(super) fn fill<T: Copy>(column: &mut Vec<T>, queries: usize, value: T) {
    column.clear();
    column.resize(queries, value);
}

struct Pay<'a, 'b> {
    goes_on: &'a [u64],
    paid: &'a mut [u64],
    totals: &'a mut [Vec<f64>; ACCOUNTS.len()],
    cells: [&'b [f64]; ACCOUNTS.len()],
}

impl Loop for Pay<'_, '_> {
    #[inline(always)]
    fn run(self) {
        for (paid, &goes_on) in self.paid.iter_mut().zip(self.goes_on) {
            *paid += goes_on;
        }
        for (totals, cells) in self.totals.iter_mut().zip(self.cells) {
            for ((total, &cell), &goes_on) in totals.iter_mut().zip(cells).zip(self.goes_on) {
                *total = if goes_on == 1 { *total + cell } else { *total };
            }
        }
    }
}

struct Judge<'a> {
    goes_on: &'a mut [u64],
    scores: &'a [f64],
    correct_at: f64,
    draws: &'a [u64],
    verdict: Verdict,
}

impl Loop for Judge<'_> {
    #[inline(always)]
    fn run(self) {
        let Judge { goes_on, scores, correct_at, draws, verdict } = self;
        for ((goes_on, &score), &draw) in goes_on.iter_mut().zip(scores).zip(draws) {
            *goes_on &= u64::from(!verdict.stands_by_draw(score >= correct_at, draw));
        }
    }
}

/// Leaves the first endpoint of queries that paid for one attempt alone, and lists all others in order.
pub(super) fn sort(paid: &[u64], first: &mut [EndpointIx], others: &mut Vec<u32>) {
    others.resize(paid.len(), 0);
    let mut count = 0;
    wide::run(Sort { paid, first, others, count: &mut count });
    others.truncate(count);
}

struct Sort<'a> {
    paid: &'a [u64],
    first: &'a mut [EndpointIx],
    others: &'a mut [u32],
    count: &'a mut usize,
}

impl Loop for Sort<'_> {
    #[inline(always)]
    fn run(self) {
        let Sort { paid, first, others, count } = self;
        *count = wide::list(paid.len(), |query| paid[query] != 1, others);
        for (first, &paid) in first.iter_mut().zip(paid) {
            *first = if paid == 1 { *first } else { PlanBlock::SKIP };
        }
    }
}
