//! The sums behind a break-even: an oracle's and its misroutes', mixed at a router accuracy.

use super::super::figure::{Figure, Fractions};
use super::super::interval::figure;
use crate::replay::{Part, Resampled, split_lane};

/// Accounts of a report.
pub(super) const ACCOUNTS: usize = 4;

/// What a router takes in an account at some router accuracy, in expectation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mix {
    /// What local attempts take.
    pub local: f64,
    /// What all else takes.
    pub rest: f64,
    /// What the baseline takes.
    pub theirs: f64,
}

/// One plan's part.
pub(super) fn part(sums: &[f64], plan: usize, part: Part) -> f64 {
    sums.get(split_lane(plan, part)).copied().unwrap_or_default()
}

impl Mix {
    /// At a router accuracy with a misroute's plan; plan 0 is the oracle's own. `None` where the
    /// account is not known of baseline and plan together, or the baseline takes nothing.
    pub fn of(sums: &[f64], plan: usize, account: usize, accuracy: f64) -> Option<Mix> {
        let of = |of: Part| accuracy * part(sums, 0, of) + (1.0 - accuracy) * part(sums, plan, of);
        let mix = Mix { local: of(Part::Local(account)), rest: of(Part::Rest(account)), theirs: of(Part::Theirs(account)) };
        (mix.theirs > 0.0).then_some(mix)
    }

    /// The saving with local attempts at a factor of what they take.
    pub fn saving(&self, factor: f64) -> f64 {
        1.0 - (factor * self.local + self.rest) / self.theirs
    }

    /// What is saved, in the account's unit.
    pub fn gain(&self) -> f64 {
        self.theirs - self.local - self.rest
    }

    /// What local attempts take, and what they may before the saving vanishes.
    pub fn parts(&self) -> (f64, f64) {
        (self.local, self.theirs - self.rest)
    }
}

/// Mean score of a mix and of its baseline on the same queries, `[mine, theirs]`.
pub(super) fn scores(sums: &[f64], plan: usize, accuracy: f64) -> Option<[f64; 2]> {
    let of = |of: Part| accuracy * part(sums, 0, of) + (1.0 - accuracy) * part(sums, plan, of);
    let scored = of(Part::Scored);
    (scored > 0.0).then(|| [of(Part::Score) / scored, of(Part::TheirScore) / scored])
}

/// By how much the scores of a mix are above its baseline's less a tolerance, summed up: linear in the
/// router accuracy. What rounding alone brings off 0 is 0.
pub(super) fn above_baseline(sums: &[f64], plan: usize, accuracy: f64, tolerance: f64) -> f64 {
    let of = |of: Part| accuracy * part(sums, 0, of) + (1.0 - accuracy) * part(sums, plan, of);
    let above = of(Part::Score) - of(Part::TheirScore) + tolerance * of(Part::Scored);
    if above.abs() < 1e-12 * of(Part::Scored) { 0.0 } else { above }
}

/// Something for each account.
pub(super) fn each<T: Copy>(value: impl Fn(usize) -> Option<T>) -> Fractions<T> {
    Fractions::from_array(std::array::from_fn(value))
}

/// Savings at a router accuracy.
pub(super) fn savings(sample: &Resampled, plan: usize, accuracy: f64) -> Fractions<Figure> {
    each(|account| figure(sample, |sums| Mix::of(sums, plan, account, accuracy).map(|mix| mix.saving(1.0))))
}
