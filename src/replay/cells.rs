//! The cells of a block, and their lines.

use super::block::Judge;
use super::gather::Gathered;
use super::histogram::bin_of;
use super::line::{LATENCY, Line};
use super::lines::{self, clear};
use super::pair::{Both, Pair};
use super::tile::{Answers, TILE, Tile};
use crate::policy::PlanBlock;
use crate::trace::{BLOCK_ROWS, EndpointIx};
use crate::workload::{ACCOUNTS, OutcomeBlock};

/// The cells of a metric that an endpoint lacks.
static MISSING: [f64; BLOCK_ROWS] = [f64::NAN; BLOCK_ROWS];

/// The cells of a block without gaps: by endpoint its scores and accounts.
pub(crate) struct Cells<'a> {
    pub(super) by_endpoint: Vec<(&'a [f64], [&'a [f64]; ACCOUNTS.len()])>,
    outcomes: &'a OutcomeBlock<'a>,
    has: [bool; ACCOUNTS.len()],
    correct_at: f64,
    queries: usize,
}

impl<'a> Cells<'a> {
    /// The cells of a block.
    pub fn of(outcomes: &'a OutcomeBlock<'a>, endpoints: usize) -> Self {
        let of = |endpoint: usize| {
            let endpoint = endpoint as EndpointIx;
            let scores = outcomes.scores(endpoint);
            let account = |account: usize| match outcomes.accounts(account, endpoint) {
                [] => &MISSING[..scores.len()],
                cells => &cells[..scores.len()],
            };
            (scores, std::array::from_fn(account))
        };
        Cells {
            by_endpoint: (0..endpoints).map(of).collect(),
            outcomes,
            has: std::array::from_fn(|account| outcomes.has(account)),
            correct_at: outcomes.correct_at(),
            queries: outcomes.len(),
        }
    }

    /// The accounts of an endpoint's answer, and nothing else.
    #[inline]
    pub fn accounts_of(&self, endpoint: EndpointIx, index: usize) -> Line {
        let (_, [energy_j, flops, cost_usd, latency_s]) = &self.by_endpoint[usize::from(endpoint)];
        Line::of_accounts([energy_j[index], flops[index], cost_usd[index], latency_s[index]])
    }

    /// The scores of an endpoint's answers.
    #[inline]
    pub fn scores(&self, endpoint: EndpointIx) -> &'a [f64] {
        self.by_endpoint[usize::from(endpoint)].0
    }

    /// What an endpoint's answers took in an account, NaN where no answer has it.
    #[inline]
    pub fn account(&self, account: usize, endpoint: EndpointIx) -> &'a [f64] {
        self.by_endpoint[usize::from(endpoint)].1[account]
    }

    /// The bin of an answer's latency, if it is known.
    #[inline]
    pub fn latency(&self, endpoint: EndpointIx, index: usize) -> Option<u16> {
        self.has(LATENCY).then(|| bin_of(self.account(LATENCY, endpoint)[index]))
    }

    /// The score from which an answer is correct.
    pub fn correct_at(&self) -> f64 {
        self.correct_at
    }

    /// Whether an endpoint's answer is correct.
    #[inline]
    pub fn correct(&self, endpoint: EndpointIx, index: usize) -> bool {
        self.scores(endpoint)[index] >= self.correct_at
    }

    /// An endpoint's logged confidence in its answer, NaN where missing.
    pub fn confidence(&self, endpoint: EndpointIx, index: usize) -> f64 {
        self.outcomes.confidence(endpoint, index)
    }

    /// Whether answers have an account.
    pub fn has(&self, account: usize) -> bool {
        self.has[account]
    }

    /// The line of the endpoint chosen for each query; nothing for one that left the comparison.
    pub fn chosen(&self, judge: &Judge, chosen: &[EndpointIx], scratch: &mut Scratch, lines: &mut Vec<Line>) {
        lines.resize(self.queries, Line::ZERO);
        let Scratch { tile, gathered, .. } = scratch;
        for (start, lines) in (0..self.queries).step_by(TILE).zip(lines.chunks_mut(TILE)) {
            tile.fill(&self.chosen_answers(chosen, start, gathered), judge, start, self.correct_at);
            tile.lines(lines);
        }
        clear(lines, |index| chosen[index] == PlanBlock::SKIP);
    }

    /// The answers of the endpoints chosen, of the queries of a tile, where none left the comparison.
    fn chosen_answers<'g>(&self, chosen: &'g [EndpointIx], start: usize, gathered: &'g mut Gathered) -> Answers<'g> {
        let chosen = &chosen[start..self.queries.min(start + TILE)];
        gathered.gather(self, chosen, start);
        let [score, energy_j, flops, cost_usd, latency_s] = gathered.columns();
        let part = ..chosen.len();
        let totals = [&energy_j[part], &flops[part], &cost_usd[part], &latency_s[part]];
        Answers { score: &score[part], totals, first: chosen }
    }

    /// The line of one endpoint's answer to each query.
    pub fn all_of(&self, judge: &Judge, endpoint: EndpointIx, scratch: &mut Scratch, lines: &mut Vec<Line>) {
        lines.resize(self.queries, Line::ZERO);
        let first = [endpoint; TILE];
        for (start, lines) in (0..self.queries).step_by(TILE).zip(lines.chunks_mut(TILE)) {
            scratch.tile.fill(&self.answers_of(endpoint, &first, start), judge, start, self.correct_at);
            scratch.tile.lines(lines);
        }
    }

    /// The answers of one endpoint to the queries of a tile; `first` has it for each of them.
    fn answers_of<'b>(&'b self, endpoint: EndpointIx, first: &'b [EndpointIx; TILE], start: usize) -> Answers<'b> {
        let (score, totals) = self.by_endpoint[usize::from(endpoint)];
        let end = self.queries.min(start + TILE);
        let [energy_j, flops, cost_usd, latency_s] = totals;
        let totals = [&energy_j[start..end], &flops[start..end], &cost_usd[start..end], &latency_s[start..end]];
        Answers { score: &score[start..end], totals, first: &first[..end - start] }
    }

    /// The answers to the queries of a tile of the oracle's endpoints, and of the one that misroutes go to.
    pub(super) fn pair(&self, judge: &Judge, misroute: EndpointIx, start: usize, gathered: &mut Gathered, pair: &mut Pair) {
        let first = [misroute; TILE];
        let right = self.chosen_answers(judge.oracle(), start, gathered);
        let both = Both { right, wrong: self.answers_of(misroute, &first, start), start, correct_at: self.correct_at };
        pair.fill(&both, judge);
    }

    /// The lines of some answers.
    pub fn lines_of(&self, answers: &Answers, judge: &Judge, scratch: &mut Scratch, lines: &mut Vec<Line>) {
        lines::of(answers, judge, self.correct_at, scratch, lines);
    }
}

/// Where lines are made: large, and kept from block to block.
pub(crate) struct Scratch {
    pub tile: Tile,
    pub pair: Pair,
    pub gathered: Gathered,
}

impl Scratch {
    pub fn new() -> Box<Scratch> {
        Box::new(Scratch { tile: Tile::new(), pair: Pair::new(), gathered: Gathered::new() })
    }
}
