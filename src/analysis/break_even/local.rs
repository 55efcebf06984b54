//! What local attempts take against the baseline, and how much more they may.

use serde::{Deserialize, Serialize};

use super::super::figure::{Figure, Fractions};
use super::super::interval::figure;
use super::crossing::{Crossing, solve};
use super::section::{Study, is_known};
use super::sums::{ACCOUNTS, Mix, part};
use crate::error::Result;
use crate::policy::noisy_oracle::Misroute;
use crate::replay::Part;

/// An account of the oracle's local attempts against the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LocalRatio {
    /// The mean of the oracle's local attempts over the baseline's mean on the same queries; absent
    /// where the oracle keeps nothing local.
    pub ratio: Option<Figure>,
    /// The factor on what local endpoints take at which the oracle's saving is 0.
    pub factor: Crossing,
    /// Whether the oracle was asked again at each factor, because it makes small what is scaled.
    pub asked_again: bool,
}

/// The ratio of each account that is known.
pub(super) fn ratios(study: &Study) -> Result<Fractions<LocalRatio>> {
    let mut ratios = [None; ACCOUNTS];
    for (account, ratio) in ratios.iter_mut().enumerate().filter(|(account, _)| is_known(&study.recorded, *account)) {
        let today = figure(&study.recorded, |sums| {
            let theirs = part(sums, 0, Part::TheirsLocal(account));
            (theirs > 0.0).then(|| part(sums, 0, Part::Local(account)) / theirs)
        });
        let factor = factor(study, account, 0, 1.0)?;
        *ratio = factor.map(|factor| LocalRatio { ratio: today, factor, asked_again: study.chooses_by == Some(account) });
    }
    Ok(Fractions::from_array(ratios))
}

/// The factor on what local endpoints take at which the saving at a router accuracy is 0. `plan` is
/// that of a misroute, or 0.
pub(super) fn factor(study: &Study, account: usize, plan: usize, accuracy: f64) -> Result<Option<Crossing>> {
    let at = |sums: &[f64], plan: usize| Mix::of(sums, plan, account, accuracy).map(|mix| mix.parts());
    if study.chooses_by != Some(account) {
        return Ok(Crossing::of_factor(&study.recorded, |sums| at(sums, plan)));
    }
    let misroute: Vec<Misroute> =
        plan.checked_sub(1).and_then(|index| super::section::MISROUTES.get(index)).map(|named| named.1).into_iter().collect();
    let mut failed = None;
    let crossing = solve(|factor| match study.scaled(&misroute, account, factor) {
        Ok(sums) => at(&sums, misroute.len()),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    failed.map_or(Ok(crossing), Err)
}
