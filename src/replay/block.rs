//! A block of queries with what all policies of a run share.

use std::borrow::Cow;

use super::account::AccountBlock;
use super::bootstrap::buckets;
use super::line::Judgement;
use super::setup::Replay;
use super::tally::Reference;
use crate::policy::oracle::{Choice, endpoints_of};
use crate::trace::EndpointIx;
use crate::wide::{self, Loop};
use crate::workload::{ACCOUNTS, OutcomeBlock, QueryBlock, mark_right};

/// What the blocks of a workload have in common.
pub(crate) struct Block<'a> {
    /// Where the block starts in the workload.
    pub start: usize,
    pub queries: QueryBlock<'a>,
    pub outcomes: OutcomeBlock<'a>,
    pub group: Cow<'a, [u32]>,
    pub bucket: Vec<u32>,
    /// By oracle of the run its choices.
    choices: Vec<Vec<Choice>>,
    /// By pool and query: whether any of its endpoints is right.
    solvable: Vec<Vec<bool>>,
}

/// What an entry's choices in a block are held against.
pub(crate) struct Judge<'a> {
    /// Which of the run's judges it is.
    pub number: usize,
    /// The oracle's choices; none where there is no oracle.
    pub choices: Option<&'a [Choice]>,
    /// The endpoint of each choice, or [`AccountBlock::NONE`], and whether that is local.
    oracle: Vec<EndpointIx>,
    oracle_is_local: Vec<bool>,
    /// By endpoint: whether it is local to the pool.
    pub local: Vec<bool>,
    /// The same as bits, where there are no more than 64 endpoints.
    local_bits: Option<u64>,
    pub solvable: Cow<'a, [bool]>,
}

/// What the tally of a block is compared with, where its lanes are made one by one.
pub(crate) struct Compared<'a> {
    judge: Judge<'a>,
    baselines: Vec<[Vec<f64>; ACCOUNTS.len()]>,
    baseline_scores: Vec<Vec<f64>>,
}

impl Compared<'_> {
    /// The oracle's choices; none where there is no oracle.
    pub fn choices(&self) -> Option<&[Choice]> {
        self.judge.choices
    }
}

impl<'a> Judge<'a> {
    /// A judge by its oracle's choices and their endpoints.
    pub fn new(number: usize, choices: Option<&'a [Choice]>, oracle: Vec<EndpointIx>, local: Vec<bool>, solvable: &'a [bool]) -> Self {
        let judge = Judge {
            number,
            choices,
            oracle,
            oracle_is_local: Vec::new(),
            local_bits: bits_of(&local),
            local,
            solvable: Cow::Borrowed(solvable),
        };
        let mut is_local = vec![false; judge.oracle.len()];
        wide::run(AreLocal { judge: &judge, endpoints: &judge.oracle, is_local: &mut is_local });
        Judge { oracle_is_local: is_local, ..judge }
    }

    /// The same judge of some of the queries.
    pub fn of_some(&self, queries: &[u32]) -> Judge<'static> {
        let at = |index: &u32| *index as usize;
        Judge {
            number: self.number,
            choices: None,
            oracle: queries.iter().map(|index| self.oracle[at(index)]).collect(),
            oracle_is_local: queries.iter().map(|index| self.oracle_is_local[at(index)]).collect(),
            local: self.local.clone(),
            local_bits: self.local_bits,
            solvable: queries.iter().map(|index| self.solvable[at(index)]).collect(),
        }
    }

    /// The endpoint of each of its choices, or [`AccountBlock::NONE`].
    pub fn oracle(&self) -> &[EndpointIx] {
        &self.oracle
    }

    /// Whether that is local.
    pub fn oracle_is_local(&self) -> &[bool] {
        &self.oracle_is_local
    }

    /// What it says of a first attempt.
    #[inline(always)]
    pub fn of(&self, first: EndpointIx, index: usize) -> Judgement {
        let tier_agrees = self.is_local(first) == self.oracle_is_local[index];
        Judgement { solvable: self.solvable[index], agrees: first == self.oracle[index], tier_agrees }
    }

    /// Whether the endpoint of each first attempt is local.
    #[inline(always)]
    pub fn are_local(&self, endpoints: &[EndpointIx], is_local: &mut [bool]) {
        match self.local_bits {
            Some(bits) => {
                for (is_local, &endpoint) in is_local.iter_mut().zip(endpoints) {
                    *is_local = (endpoint < 64) & (bits >> (endpoint % 64) & 1 == 1);
                }
            }
            None => is_local.iter_mut().zip(endpoints).for_each(|(is_local, &endpoint)| *is_local = self.is_local(endpoint)),
        }
    }

    /// Whether an endpoint is local; nobody is not.
    #[inline(always)]
    pub fn is_local(&self, endpoint: EndpointIx) -> bool {
        let endpoint = usize::from(endpoint);
        endpoint < self.local.len() && self.local[endpoint]
    }
}

/// Marks as bits, of the lowest first; `None` of more than 64.
fn bits_of(marks: &[bool]) -> Option<u64> {
    let bits = || marks.iter().rev().fold(0, |bits, &mark| bits << 1 | u64::from(mark));
    (marks.len() <= 64).then(bits)
}

struct AreLocal<'a, 'b> {
    judge: &'a Judge<'b>,
    endpoints: &'a [EndpointIx],
    is_local: &'a mut [bool],
}

impl Loop for AreLocal<'_, '_> {
    #[inline(always)]
    fn run(self) {
        self.judge.are_local(self.endpoints, self.is_local);
    }
}

impl Replay<'_> {
    /// The block of queries `start..end`, with what all policies share.
    pub(crate) fn block(&self, start: usize, end: usize) -> Block<'_> {
        let queries = QueryBlock::new(&self.workload, start..end);
        let outcomes = OutcomeBlock::new(&self.workload, &queries);
        let solvable = |pool: usize| {
            let mut solvable = vec![false; outcomes.len()];
            for &endpoint in &self.roles.pools[pool].all {
                let scores = outcomes.scores(endpoint);
                if outcomes.serves_all(endpoint) && scores.len() == solvable.len() {
                    mark_right(scores, outcomes.correct_at(), &mut solvable);
                } else {
                    let right = |index: usize| outcomes.available(endpoint, index) && outcomes.correct(endpoint, index);
                    solvable.iter_mut().enumerate().for_each(|(index, solvable)| *solvable |= right(index));
                }
            }
            solvable
        };
        Block {
            start,
            group: queries.of_all(&self.groups.of),
            // By the query and not by its arrival: a query that a workload has twice is one of the sample.
            bucket: buckets(self.seed, &queries.rows()),
            choices: self.references.choices(&outcomes),
            solvable: (0..self.roles.pools.len()).map(solvable).collect(),
            queries,
            outcomes,
        }
    }

    /// What an entry is held against, by its position.
    pub(crate) fn judge<'a>(&self, entry: usize, block: &'a Block) -> Judge<'a> {
        let pool = self.entries[entry].pool;
        let choices = self.references.of(entry).map(|oracle| &block.choices[oracle][..]);
        let mut oracle = vec![AccountBlock::NONE; block.queries.len()];
        choices.into_iter().for_each(|choices| endpoints_of(choices, &mut oracle));
        Judge::new(self.references.judge(entry), choices, oracle, self.local_flags(pool), &block.solvable[pool])
    }

    /// By endpoint: whether it is local to a pool.
    pub(crate) fn local_flags(&self, pool: usize) -> Vec<bool> {
        let endpoints = self.workload.trace().outcomes.len();
        (0..endpoints).map(|endpoint| self.roles.pools[pool].is_local(endpoint as EndpointIx)).collect()
    }

    /// The same with what baselines do.
    pub(crate) fn compared<'a>(&self, entry: usize, block: &'a Block) -> Compared<'a> {
        let outcomes = &block.outcomes;
        let cells = |endpoint: EndpointIx, cell: &dyn Fn(usize) -> f64| -> Vec<f64> {
            (0..outcomes.len()).map(|index| if outcomes.available(endpoint, index) { cell(index) } else { f64::NAN }).collect()
        };
        let accounts =
            |&endpoint: &EndpointIx| std::array::from_fn(|account| cells(endpoint, &|index| outcomes.account(account, endpoint, index)));
        Compared {
            judge: self.judge(entry, block),
            baselines: self.roles.baselines.iter().map(accounts).collect(),
            baseline_scores: self
                .roles
                .baselines
                .iter()
                .map(|&endpoint| cells(endpoint, &|index| outcomes.score(endpoint, index)))
                .collect(),
        }
    }

    pub(crate) fn reference<'a>(&self, block: &'a Block, compared: &'a Compared) -> Reference<'a> {
        Reference {
            group: &block.group,
            bucket: &block.bucket,
            oracle: &compared.judge.oracle,
            solvable: &compared.judge.solvable,
            local: &compared.judge.local,
            baselines: &compared.baselines,
            baseline_scores: &compared.baseline_scores,
            correct_at: self.workload.correct_at(),
        }
    }
}
