//! How much of what was paid is estimated, not measured.

use std::borrow::Cow;

use super::block::Block;
use super::line::Line;
use super::setup::Replay;
use crate::trace::{EndpointIx, Metric, Outcomes, schema::MEASURED};
use crate::wide::{self, Loop};
use crate::workload::ACCOUNTS;

/// Which cells of a block are estimated.
pub(super) struct Estimates<'a> {
    outcomes: &'a [Outcomes],
    /// Whether any cell of the trace is.
    any: bool,
    /// By endpoint and account the codes of the sources; none where all is measured.
    codes: Vec<[Option<Cow<'a, [u8]>>; ACCOUNTS.len()]>,
    /// By endpoint ones in the words of the accounts that are estimated for every query of the block; `None`
    /// where an account is for some of them.
    masks: Option<Vec<Line>>,
    /// Whether the masks hold for every block: codes are not looked at then.
    hold: bool,
}

impl<'a> Estimates<'a> {
    pub fn new(replay: &'a Replay) -> Self {
        let outcomes = &replay.workload.trace().outcomes;
        let any = outcomes.iter().any(|outcomes| ACCOUNTS.iter().any(|&metric| outcomes.sources.get(metric).is_some()));
        let of_all = |outcomes: &'a Outcomes| mask_of(|metric| outcomes.sources.get(metric).map(Vec::as_slice));
        let masks: Option<Vec<Line>> = outcomes.iter().map(of_all).collect();
        Estimates { outcomes, any, codes: Vec::new(), hold: masks.is_some(), masks }
    }

    /// A block begins.
    pub fn begin(&mut self, block: &Block<'a>) {
        if !self.any || self.hold {
            return;
        }
        self.codes.clear();
        let of = |outcomes: &'a Outcomes| ACCOUNTS.map(|metric| outcomes.sources.get(metric).map(|codes| block.queries.of_all(codes)));
        self.codes.extend(self.outcomes.iter().map(of));
        let of_block = |codes: &[Option<Cow<[u8]>>; ACCOUNTS.len()]| {
            let mut codes = codes.iter();
            mask_of(|_| codes.next().and_then(Option::as_deref))
        };
        self.masks = self.codes.iter().map(of_block).collect();
    }

    /// By endpoint ones in the words of the accounts that are estimated, where each is for all queries of the
    /// block or for none.
    pub fn masks(&self) -> Option<&[Line]> {
        self.masks.as_deref().filter(|_| self.any)
    }

    /// The estimated part of some answers where there are no such masks.
    #[inline]
    pub fn of_mixed(&self, answers: impl Iterator<Item = (usize, EndpointIx)>, line: impl Fn(usize, EndpointIx) -> Line) -> Line {
        if self.masks.is_some() { Line::ZERO } else { self.of_answers(answers, line) }
    }

    /// The estimated part of some answers, by query and endpoint; `line` makes the line of one.
    #[inline]
    pub fn of_answers(&self, answers: impl Iterator<Item = (usize, EndpointIx)>, line: impl Fn(usize, EndpointIx) -> Line) -> Line {
        let mut sum = Line::ZERO;
        if !self.any {
            return sum;
        }
        for (index, endpoint) in answers {
            // What left the comparison has no endpoint.
            if usize::from(endpoint) < self.outcomes.len() {
                let mask = self.masks.as_ref().map_or_else(|| self.mask(endpoint, index), |masks| masks[usize::from(endpoint)]);
                sum.add(&line(index, endpoint).masked(&mask));
            }
        }
        sum
    }

    /// Ones in the words of the accounts that are estimated for a query.
    fn mask(&self, endpoint: EndpointIx, index: usize) -> Line {
        let estimated = |codes: &Option<Cow<[u8]>>| codes.as_ref().is_some_and(|codes| codes[index] != MEASURED);
        Line::mask_of_accounts(self.codes[usize::from(endpoint)].each_ref().map(estimated))
    }
}

/// Ones in the words of the accounts that are estimated, by the codes of their sources; `None` where one is for some
/// queries alone.
fn mask_of<'a>(codes_of: impl FnMut(Metric) -> Option<&'a [u8]>) -> Option<Line> {
    let all = ACCOUNTS.map(codes_of).map(|codes| codes.map_or(Some(false), all_estimated));
    all.iter().all(Option::is_some).then(|| Line::mask_of_accounts(all.map(|all| all == Some(true))))
}

/// Whether all cells are estimated, or none; `None` where some are.
fn all_estimated(codes: &[u8]) -> Option<bool> {
    let (mut any, mut all) = (false, true);
    wide::run(AnyAndAll { codes, any: &mut any, all: &mut all });
    (any == all).then_some(any)
}

struct AnyAndAll<'a> {
    codes: &'a [u8],
    any: &'a mut bool,
    all: &'a mut bool,
}

impl Loop for AnyAndAll<'_> {
    #[inline(always)]
    fn run(self) {
        let (mut any, mut all) = (0, u8::MAX);
        for &code in self.codes {
            let estimated = u8::from(code != MEASURED);
            any |= estimated;
            all &= estimated;
        }
        (*self.any, *self.all) = (any == 1, all == 1);
    }
}
