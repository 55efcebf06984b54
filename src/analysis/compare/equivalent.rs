//! The router accuracy of the noisy oracle that a policy equals: in what it saves, and in its answers.
//!
//! What a noisy oracle takes and answers is linear in its router accuracy a, in expectation. A ratio of two
//! such sums, n(a) / d(a), is the policy's own ratio r where a·(n₁ − r·d₁) + (1 − a)·(n₀ − r·d₀) = 0, with
//! the ends of the curve at 0 and 1: one solution, in closed form.

use serde::{Deserialize, Serialize};

use super::subject::Subject;
use crate::analysis::{Figure, Fractions, Measures, paired};
use crate::policy::noisy_oracle::Misroute;
use crate::replay::{EndLane, Replay, Resampled, Weights, end_lane};
use crate::trace::EndpointIx;

/// By how much a curve's ends must differ, as a share of the larger, to lead anywhere; and how far beyond an
/// end of 0 to 1 a solution still is that end, but for rounding.
const ROUNDING: f64 = 1e-9;

/// The router accuracies that a policy equals under one misroute rule. One of the two figures says nothing
/// without the other: whatever sends every query to a small model saves like a perfect router.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Equivalents {
    /// The fallback of the noisy oracle's pool.
    pub fallback: String,
    /// What savings are measured against.
    pub baseline: String,
    /// What an error of the noisy oracle does.
    pub misroute: String,
    /// At which router accuracy it saves what the policy saves; `None` where that is not known.
    pub by_savings: Fractions<Equivalent>,
    /// At which router accuracy it has the policy's answer accuracy.
    pub by_answers: Option<Equivalent>,
}

/// A router accuracy at which a noisy oracle does what a policy does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Equivalent {
    /// The router accuracy. Outside of 0 to 1 it is where the line meets the policy if it is drawn on: no noisy
    /// oracle has it. `None` where the curve is flat.
    pub router_accuracy: Option<Figure>,
    /// Where the policy lies beside the curve.
    pub lies: Lies,
    /// Whether the curve falls: a better router saves less.
    pub falls: bool,
}

/// Where a policy lies beside a noisy oracle's curve from router accuracy 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lies {
    /// Some router accuracy does what the policy does.
    OnCurve,
    /// The policy saves (answers) more than any router accuracy does.
    AboveCurve,
    /// The policy saves (answers) less than any router accuracy does.
    BelowCurve,
    /// Every router accuracy does the same: none can be told from it.
    FlatCurve,
}

impl Lies {
    /// Its name in JSON and tables.
    pub fn name(self) -> &'static str {
        match self {
            Lies::OnCurve => "on_curve",
            Lies::AboveCurve => "above_curve",
            Lies::BelowCurve => "below_curve",
            Lies::FlatCurve => "flat_curve",
        }
    }
}

/// The router accuracies that some sums of a replay's lanes equal, of whatever policy, on the curves of a pool:
/// one for each baseline and misroute rule. None where the pool can have no oracle.
pub fn equivalents(replay: &Replay, pool: usize, sample: &Resampled) -> Vec<Equivalents> {
    let mut curves = Curves { replay, measures: Measures { layout: replay.layout() }, ends: Vec::new() };
    curves.add(pool, &Weights::new(replay.seed));
    curves.ends.iter().flat_map(|ends| curves.on(ends, sample)).collect()
}

/// The ends of the curves of a replay's pools.
pub(super) struct Curves<'a, 't> {
    replay: &'a Replay<'t>,
    measures: Measures,
    ends: Vec<Ends>,
}

/// The curves of a pool against a baseline.
struct Ends {
    pool: usize,
    /// The position of the baseline.
    baseline: usize,
    sample: Resampled,
}

impl<'a, 't> Curves<'a, 't> {
    /// Those that some policy without hindsight is held against.
    pub fn new(replay: &'a Replay<'t>, subjects: &[Subject], measures: Measures) -> Self {
        let mut curves = Curves { replay, measures, ends: Vec::new() };
        let wanted = |pool: usize| subjects.iter().any(|subject| is_equated(subject) && subject.pool.is_none_or(|own| own == pool));
        let pools: Vec<usize> = (0..replay.roles.pools.len()).filter(|&pool| wanted(pool)).collect();
        if pools.is_empty() {
            return curves;
        }
        let weights = Weights::new(replay.seed);
        pools.into_iter().for_each(|pool| curves.add(pool, &weights));
        curves
    }

    fn add(&mut self, pool: usize, weights: &Weights) {
        let misroutes = Misroute::NAMED.map(|(_, misroute)| misroute);
        for (baseline, endpoint) in baselines_of(self.replay, pool) {
            let rows = self.replay.ends(pool, endpoint, &misroutes);
            self.ends.extend(rows.map(|rows| Ends { pool, baseline, sample: weights.apply(&rows, 1) }));
        }
    }

    /// The router accuracies that a policy equals, on the curves of its pool, or of every pool where it depends on
    /// none. None for one with hindsight, and for one that leaves queries without an answer: it is measured over
    /// other queries than the curve.
    pub fn equal_to(&self, subject: &Subject) -> Vec<Equivalents> {
        let belongs = |ends: &&Ends| is_equated(subject) && subject.pool.is_none_or(|own| own == ends.pool);
        self.ends.iter().filter(belongs).flat_map(|ends| self.on(ends, subject.sample)).collect()
    }

    fn on(&self, ends: &Ends, sample: &Resampled) -> Vec<Equivalents> {
        let roles = &self.replay.roles;
        let id = |endpoint: Option<&EndpointIx>| endpoint.map_or(String::new(), |&endpoint| self.replay.id(endpoint).to_owned());
        let under = |(index, (name, _)): (usize, &(&str, Misroute))| Equivalents {
            fallback: id(roles.pools.get(ends.pool).map(|pool| &pool.fallback)),
            baseline: id(roles.baselines.get(ends.baseline)),
            misroute: (*name).to_owned(),
            by_savings: Fractions::from_array(std::array::from_fn(|account| self.by_saving(ends, index + 1, account, sample))),
            by_answers: self.by_answers(ends, index + 1, sample),
        };
        Misroute::NAMED.iter().enumerate().map(under).collect()
    }

    fn by_saving(&self, ends: &Ends, plan: usize, account: usize, mine: &Resampled) -> Option<Equivalent> {
        let lanes = [EndLane::Mine(account), EndLane::Theirs(account)];
        // What a policy takes over what the baseline does, 1 less its saving: less is more saved.
        let taken = |sums: &[f64]| self.measures.saving(sums, ends.baseline, account).map(|saving| 1.0 - saving);
        let found = equivalent(&ends.sample, mine, plan, lanes, taken)?;
        let lies = match found.lies {
            Lies::AboveCurve => Lies::BelowCurve,
            Lies::BelowCurve => Lies::AboveCurve,
            lies => lies,
        };
        Some(Equivalent { lies, falls: !found.falls && lies != Lies::FlatCurve, ..found })
    }

    fn by_answers(&self, ends: &Ends, plan: usize, mine: &Resampled) -> Option<Equivalent> {
        equivalent(&ends.sample, mine, plan, [EndLane::Score, EndLane::Scored], |sums| self.measures.answer_accuracy(sums))
    }
}

/// The baselines that savings over a pool are measured against, by position: its fallback where that is one,
/// else all.
fn baselines_of(replay: &Replay, pool: usize) -> Vec<(usize, EndpointIx)> {
    let fallback = replay.roles.pools[pool].fallback;
    let all: Vec<(usize, EndpointIx)> = replay.roles.baselines.iter().copied().enumerate().collect();
    let own: Vec<_> = all.iter().copied().filter(|(_, endpoint)| *endpoint == fallback).collect();
    if own.is_empty() { all } else { own }
}

fn is_equated(subject: &Subject) -> bool {
    !subject.hindsight && subject.left_queries == 0.0
}

/// The ratio of two lanes at both ends of a curve.
#[derive(Debug, Clone, Copy)]
struct Line {
    /// At router accuracy 0 and 1.
    above: [f64; 2],
    below: [f64; 2],
}

impl Line {
    fn of(sums: &[f64], plan: usize, lanes: [EndLane; 2]) -> Option<Line> {
        let ends = |lane: EndLane| [plan, 0].map(|plan| sums.get(end_lane(plan, lane)).copied().unwrap_or_default());
        let line = Line { above: ends(lanes[0]), below: ends(lanes[1]) };
        line.below.iter().all(|below| *below > 0.0).then_some(line)
    }

    fn ratios(&self) -> [f64; 2] {
        [0, 1].map(|end| self.above[end] / self.below[end])
    }

    /// How much the ratio grows from 0 to 1; `None` where that is nothing but rounding.
    fn rise(&self) -> Option<f64> {
        let [low, high] = self.ratios();
        Some(high - low).filter(|rise| rise.abs() > ROUNDING * low.abs().max(high.abs()))
    }

    /// Where the ratio is a given one. `None` where the line is flat, or drawn on so far that there the sum below
    /// would be none.
    fn at(&self, ratio: f64) -> Option<f64> {
        self.rise()?;
        let [low, high] = [0, 1].map(|end| self.above[end] - ratio * self.below[end]);
        let accuracy = low / (low - high);
        let below = accuracy * self.below[1] + (1.0 - accuracy) * self.below[0];
        (accuracy.is_finite() && below > 0.0).then(|| nearest_end(accuracy))
    }
}

/// The end that an accuracy is, but for rounding.
fn nearest_end(accuracy: f64) -> f64 {
    [0.0, 1.0].into_iter().find(|end| (accuracy - end).abs() < ROUNDING).unwrap_or(accuracy)
}

/// Where the ratio of two lanes of a curve is that of a policy, and whether the ratio falls.
fn equivalent(
    ends: &Resampled,
    mine: &Resampled,
    plan: usize,
    lanes: [EndLane; 2],
    ratio: impl Fn(&[f64]) -> Option<f64>,
) -> Option<Equivalent> {
    let (line, own) = (Line::of(&ends.point, plan, lanes)?, ratio(&mine.point)?);
    let Some(rise) = line.rise() else {
        return Some(Equivalent { router_accuracy: None, lies: Lies::FlatCurve, falls: false });
    };
    // A resample whose line runs the other way says that the sample cannot place the policy on it.
    let along = |line: &Line| line.rise().is_some_and(|other| (other > 0.0) == (rise > 0.0));
    let root = |ends: &[f64], mine: &[f64]| Line::of(ends, plan, lanes).filter(along)?.at(ratio(mine)?);
    let router_accuracy = paired(ends, mine, root);
    let on_curve = router_accuracy.is_some_and(|figure| (0.0..=1.0).contains(&figure.value));
    let highest = line.ratios().into_iter().fold(f64::NEG_INFINITY, f64::max);
    let lies = match on_curve {
        true => Lies::OnCurve,
        false if own > highest => Lies::AboveCurve,
        false => Lies::BelowCurve,
    };
    Some(Equivalent { router_accuracy, lies, falls: rise < 0.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_met_once() {
        // From 10/100 to 60/100: 35/100 half-way; 110/100 at 2, drawn on.
        let line = Line { above: [10.0, 60.0], below: [100.0, 100.0] };
        assert_eq!([0.1, 0.35, 0.6].map(|ratio| line.at(ratio)), [Some(0.0), Some(0.5), Some(1.0)]);
        assert!((line.at(1.1).unwrap() - 2.0).abs() < 1e-12);
        // Of 10 of 100 and 60 of 50, half-way is 70 of 150: 0.4667 and not 0.65.
        let uneven = Line { above: [10.0, 60.0], below: [100.0, 50.0] };
        assert!((uneven.at(70.0 / 150.0).unwrap() - 0.5).abs() < 1e-12);
        // Drawn on, 10 + 50a is twice 100 − 50a at a = 190/150, with 36.7 below; it is never −1 times that.
        assert!((uneven.at(2.0).unwrap() - 190.0 / 150.0).abs() < 1e-12);
        assert_eq!(uneven.at(-1.0), None);
        // Flat but for rounding.
        assert_eq!(Line { above: [0.3, 0.1 + 0.2], below: [1.0, 1.0] }.at(0.5), None);
    }
}
