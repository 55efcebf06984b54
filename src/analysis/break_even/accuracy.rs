//! The router accuracy that it takes, by what an error does.
//!
//! Expectations are linear in the router accuracy a, so that the two ends a = 0 and a = 1 give the
//! crossing. Where misrouted queries go back to the baseline, S is the oracle's saving and w what a wrong
//! attempt takes (both as shares of the baseline), it lies at a* = w/(S + w).

use serde::{Deserialize, Serialize};

use super::super::figure::{Figure, Fractions};
use super::super::interval::figure;
use super::crossing::Crossing;
use super::local::factor;
use super::section::{MISROUTES, Study};
use super::sums::{ACCOUNTS, Mix, above_baseline, each, savings, scores};
use crate::error::Result;

/// The router accuracy at which savings vanish under one misroute rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MisrouteBreakEven {
    /// What an error does.
    pub misroute: String,
    /// The router accuracy at which each saving is 0.
    pub router_accuracy: Fractions<Crossing>,
    /// The expected answer accuracy there.
    pub answer_accuracy_at_zero: Fractions<f64>,
    /// The router accuracy at which the answer accuracy meets the baseline's less the tolerance.
    pub answers_meet_baseline: Option<Crossing>,
    /// Savings where every query is misrouted.
    pub savings_when_wrong: Fractions<Figure>,
    /// Answer accuracy where every query is misrouted.
    pub answer_accuracy_when_wrong: Option<Figure>,
    /// Expected savings at the router accuracy "here".
    pub savings_here: Fractions<Figure>,
    /// Expected answer accuracy there.
    pub answer_accuracy_here: Option<Figure>,
    /// The factor on what local endpoints take at which the saving there is 0.
    pub local_factor_here: Fractions<Crossing>,
}

/// Every named misroute.
pub(super) fn misroutes(study: &Study) -> Result<Vec<MisrouteBreakEven>> {
    MISROUTES.iter().enumerate().map(|(index, (name, _))| misroute(study, name, index + 1)).collect()
}

fn misroute(study: &Study, name: &str, plan: usize) -> Result<MisrouteBreakEven> {
    let (sample, here) = (&study.recorded, study.options.router_accuracy());
    let gain = |sums: &[f64], account: usize, accuracy: f64| Mix::of(sums, plan, account, accuracy).map(|mix| mix.gain());
    let router_accuracy = each(|account| Crossing::of_line(sample, |sums| Some([gain(sums, account, 0.0)?, gain(sums, account, 1.0)?])));
    let answers = |accuracy: f64| figure(sample, |sums| scores(sums, plan, accuracy).map(|[mine, _]| mine));
    let crossings = router_accuracy.to_array();
    let crossing = |account: usize| crossings.get(account).copied().flatten().and_then(|crossing| crossing.value());
    let at_zero = |account: usize| Some(scores(&sample.point, plan, crossing(account)?)?[0]);
    let mut factors = [None; ACCOUNTS];
    for (account, found) in factors.iter_mut().enumerate() {
        *found = factor(study, account, plan, here)?;
    }
    Ok(MisrouteBreakEven {
        misroute: name.to_owned(),
        router_accuracy,
        answer_accuracy_at_zero: each(at_zero),
        answers_meet_baseline: answers_meet(study, plan),
        savings_when_wrong: savings(sample, plan, 0.0),
        answer_accuracy_when_wrong: answers(0.0),
        savings_here: savings(sample, plan, here),
        answer_accuracy_here: answers(here),
        local_factor_here: Fractions::from_array(factors),
    })
}

/// The router accuracy at which the answer accuracy meets the baseline's less the tolerance; just
/// meeting it is enough.
fn answers_meet(study: &Study, plan: usize) -> Option<Crossing> {
    let ends = |sums: &[f64]| Some([0.0, 1.0].map(|accuracy| above_baseline(sums, plan, accuracy, study.options.tolerance())));
    scores(&study.recorded.point, plan, 0.0).and(scores(&study.recorded.point, plan, 1.0))?;
    match ends(&study.recorded.point)? {
        [low, high] if low >= 0.0 && high >= 0.0 => Some(Crossing::none(true)),
        _ => Crossing::of_line(&study.recorded, ends),
    }
}
