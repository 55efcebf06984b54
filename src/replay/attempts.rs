//! Running plans: one attempt after the other, each for all queries that still wait for an answer.
//!
//! Queries that go on are put behind each other without a branch, since what a judge says is as hard to foresee
//! as a coin.

use super::account::{AccountBlock, Status, by_account, nobody};
use super::line::COST;
use crate::draw::{Draws, Stream, threshold};
use crate::policy::{Overhead, PlanBlock, StopRule};
use crate::trace::EndpointIx;
use crate::workload::{ACCOUNTS, OutcomeBlock, QueryBlock};

/// Queries that wait for an attempt, by their index in the block, and what judges are drawn from.
#[derive(Debug, Clone, Default)]
pub(super) struct Waiting {
    pub queries: Vec<u32>,
    /// Those that go on.
    next: Vec<u32>,
    keys: Vec<u32>,
    /// By query that waits a draw.
    draws: Vec<u64>,
}

/// What the plans of a block are run against.
struct Run<'a> {
    outcomes: &'a OutcomeBlock<'a>,
    plans: &'a PlanBlock,
    router: [f64; ACCOUNTS.len()],
}

/// A stop rule, with the draws that it is decided by.
#[derive(Clone, Copy)]
pub(super) struct Verdict {
    pub rule: StopRule,
    /// Of a wrong and of a right answer: the draw from which on it stands, or from which on it does not.
    from: [u64; 2],
    stands_from: [bool; 2],
    /// Instead of a draw, the confidence from which it stands.
    confidence: Option<f64>,
}

impl Verdict {
    pub fn of(rule: StopRule) -> Self {
        let always = Verdict { rule, from: [0; 2], stands_from: [true; 2], confidence: None };
        match rule {
            StopRule::Always => always,
            StopRule::Verify { detect, false_alarm } => Verdict { from: [detect, false_alarm].map(threshold), ..always },
            // Who errs lets a wrong answer stand and a right one not.
            StopRule::Judge { error } => Verdict { from: [threshold(error); 2], stands_from: [false, true], ..always },
            StopRule::Confidence { at_least } => Verdict { confidence: Some(at_least), ..always },
        }
    }

    /// Whether an answer stands.
    #[inline]
    pub fn stands(&self, correct: bool, draw: u64, confidence: impl FnOnce() -> f64) -> bool {
        match self.confidence {
            Some(at_least) => confidence() >= at_least,
            None => self.stands_by_draw(correct, draw),
        }
    }

    /// The same where it does not depend on the confidence.
    #[inline(always)]
    pub fn stands_by_draw(&self, correct: bool, draw: u64) -> bool {
        let (from, stands_from) = if correct { (self.from[1], self.stands_from[1]) } else { (self.from[0], self.stands_from[0]) };
        (draw >= from) == stands_from
    }

    /// Whether every draw says the same.
    pub fn is_certain(&self) -> bool {
        self.from.iter().all(|&from| from == 0 || from >= threshold(1.0))
    }
}

impl AccountBlock {
    /// Runs the plans of a block: tries endpoints, asks the stop rules, adds up every attempt and
    /// the router's own overhead. An attempt at an endpoint that cannot serve is passed over, unpaid.
    pub fn run(&mut self, queries: &QueryBlock, outcomes: &OutcomeBlock, plans: &PlanBlock, overhead: &Overhead, draws: &Draws) {
        let run = Run { outcomes, plans, router: by_account(overhead) };
        let mut waiting = std::mem::take(&mut self.waiting);
        self.begin(&run, queries.len(), &mut waiting.queries);
        let mut attempt = 0;
        while !waiting.queries.is_empty() {
            waiting.draw(queries, draws, attempt);
            self.attempt(&run, attempt, &mut waiting);
            attempt += 1;
        }
        self.waiting = waiting;
        if self.status.contains(&Status::Unserved) {
            self.forget_unserved();
        }
    }

    /// What is known before the first attempt, and who waits for it.
    fn begin(&mut self, run: &Run, queries: usize, waiting: &mut Vec<u32>) {
        self.clear(queries, &run.router);
        waiting.clear();
        let nobody = nobody(run.outcomes, &run.router);
        for index in 0..queries {
            match run.plans.tried(index).0 {
                [] => {
                    self.status[index] = Status::Nobody;
                    self.score[index] = 0.0;
                    self.totals.iter_mut().zip(nobody).for_each(|(total, nothing)| total[index] = nothing);
                }
                [PlanBlock::SKIP] => {
                    self.status[index] = Status::Skipped;
                    self.first[index] = PlanBlock::SKIP;
                    self.totals.iter_mut().for_each(|total| total[index] = f64::NAN);
                }
                [first, ..] => {
                    self.first[index] = *first;
                    waiting.push(index as u32);
                }
            }
        }
    }

    /// Makes every query unserved.
    fn clear(&mut self, queries: usize, router: &[f64; ACCOUNTS.len()]) {
        fn fill<T: Copy>(column: &mut Vec<T>, queries: usize, value: T) {
            column.clear();
            column.resize(queries, value);
        }
        fill(&mut self.status, queries, Status::Unserved);
        fill(&mut self.served_by, queries, Self::NONE);
        fill(&mut self.first, queries, Self::NONE);
        fill(&mut self.score, queries, f64::NAN);
        self.totals.iter_mut().zip(router).for_each(|(total, &router)| fill(total, queries, router));
        self.attempts.clear();
    }

    /// One more attempt for all that wait: it is paid, and its answer stands or the query goes on.
    fn attempt(&mut self, run: &Run, attempt: usize, waiting: &mut Waiting) {
        let mut verdict = Verdict::of(StopRule::Always);
        waiting.go_on(|query, draw| {
            let index = query as usize;
            let (endpoints, stops) = run.plans.tried(index);
            let (endpoint, more) = (endpoints[attempt], endpoints.len() > attempt + 1);
            if !run.outcomes.available(endpoint, index) {
                return more;
            }
            if !self.pay(run, endpoint, index) || !more {
                return false;
            }
            let rule = stops.get(attempt).copied().unwrap_or(StopRule::Always);
            if rule != verdict.rule {
                verdict = Verdict::of(rule);
            }
            let correct = self.score[index] >= run.outcomes.correct_at();
            !verdict.stands(correct, draw, || run.outcomes.confidence(endpoint, index))
        });
    }

    /// Adds what an attempt takes, and takes its answer, if the budget allows it.
    #[inline]
    fn pay(&mut self, run: &Run, endpoint: EndpointIx, index: usize) -> bool {
        let spent = self.totals[COST][index] - run.router[COST];
        if spent > 0.0 && run.outcomes.account(COST, endpoint, index) >= run.plans.budget_usd - spent {
            return false;
        }
        for account in 0..ACCOUNTS.len() {
            self.totals[account][index] += run.outcomes.account(account, endpoint, index);
        }
        self.attempts.push((index as u32, endpoint));
        self.status[index] = Status::Served;
        self.served_by[index] = endpoint;
        self.score[index] = run.outcomes.score(endpoint, index);
        true
    }

    /// What queries take that no endpoint could serve is not known.
    fn forget_unserved(&mut self) {
        for (index, _) in self.status.iter().enumerate().filter(|(_, status)| **status == Status::Unserved) {
            self.totals.iter_mut().for_each(|total| total[index] = f64::NAN);
        }
    }
}

impl Waiting {
    /// Draws what judges are drawn from in an attempt.
    pub fn draw(&mut self, queries: &QueryBlock, draws: &Draws, attempt: usize) {
        self.keys.clear();
        self.keys.extend(self.queries.iter().map(|&index| queries.keys[index as usize]));
        draws.stream(Stream::Verdict, attempt as u64).draws53(&self.keys, &mut self.draws);
    }

    /// Keeps the queries that go on, by their index and draw.
    #[inline(always)]
    pub fn go_on(&mut self, mut goes_on: impl FnMut(u32, u64) -> bool) {
        self.next.resize(self.queries.len(), 0);
        let mut count = 0;
        for (&query, &draw) in self.queries.iter().zip(&self.draws) {
            // The next one takes the place of one that does not.
            self.next[count] = query;
            count += usize::from(goes_on(query, draw));
        }
        self.next.truncate(count);
        std::mem::swap(&mut self.queries, &mut self.next);
    }
}
