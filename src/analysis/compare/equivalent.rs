//! The router accuracy of the noisy oracle that a policy equals: in what it saves, and in its answers.
//!
//! What a noisy oracle takes and answers is linear in its router accuracy a, in expectation. A ratio of two
//! such sums, n(a) / d(a), is the policy's own ratio r where a·(n₁ − r·d₁) + (1 − a)·(n₀ − r·d₀) = 0, with
//! the ends of the curve at 0 and 1: one solution, in closed form.

mod line;

use serde::{Deserialize, Serialize};

use super::subject::Subject;
use crate::analysis::{Figure, Fractions, Measures, bounded};
use crate::policy::noisy_oracle::Misroute;
use crate::replay::{EndLane, Replay, Resampled, Weights};
use crate::trace::EndpointIx;
use crate::workload::ACCOUNTS;
use line::Line;

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
    /// By misroute rule the curves of what is taken in each account, and then that of the answer accuracy.
    rules: Vec<Vec<OverResamples<Line>>>,
}

/// Something of the sample and of every resample, where it is known.
struct OverResamples<T> {
    point: Option<T>,
    draws: Vec<Option<T>>,
    filled: usize,
}

impl<T> OverResamples<T> {
    fn of(sample: &Resampled, of: impl Fn(&[f64]) -> Option<T>) -> Self {
        OverResamples { point: of(&sample.point), draws: sample.draws.iter().map(|sums| of(sums)).collect(), filled: sample.filled }
    }
}

/// The lanes of each curve.
fn lanes() -> impl Iterator<Item = [EndLane; 2]> {
    let of_account = |account: usize| [EndLane::Mine(account), EndLane::Theirs(account)];
    (0..ACCOUNTS.len()).map(of_account).chain([[EndLane::Score, EndLane::Scored]])
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
            let Some(rows) = self.replay.ends(pool, endpoint, &misroutes) else { continue };
            let sample = weights.apply(&rows, 1);
            let curves = |plan: usize| lanes().map(|lanes| OverResamples::of(&sample, |sums| Line::of(sums, plan, lanes))).collect();
            self.ends.push(Ends { pool, baseline, rules: (1..=misroutes.len()).map(curves).collect() });
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
        // What a policy takes over what the baseline does is 1 less its saving.
        let taken = |account: usize| {
            OverResamples::of(sample, |sums| self.measures.saving(sums, ends.baseline, account).map(|saving| 1.0 - saving))
        };
        let taken: [OverResamples<f64>; ACCOUNTS.len()] = std::array::from_fn(taken);
        let answers = OverResamples::of(sample, |sums| self.measures.answer_accuracy(sums));
        let under = |(curves, (name, _)): (&Vec<OverResamples<Line>>, (&str, Misroute))| Equivalents {
            fallback: id(roles.pools.get(ends.pool).map(|pool| &pool.fallback)),
            baseline: id(roles.baselines.get(ends.baseline)),
            misroute: name.to_owned(),
            by_savings: Fractions::from_array(std::array::from_fn(|account| {
                Some(by_saving(equivalent(&curves[account], &taken[account])?))
            })),
            by_answers: equivalent(&curves[ACCOUNTS.len()], &answers),
        };
        ends.rules.iter().zip(Misroute::NAMED).map(under).collect()
    }
}

/// Less taken is more saved.
fn by_saving(found: Equivalent) -> Equivalent {
    let lies = match found.lies {
        Lies::AboveCurve => Lies::BelowCurve,
        Lies::BelowCurve => Lies::AboveCurve,
        lies => lies,
    };
    Equivalent { lies, falls: !found.falls && lies != Lies::FlatCurve, ..found }
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

/// Where the ratio of a curve is that of a policy, and whether the ratio falls.
fn equivalent(curve: &OverResamples<Line>, mine: &OverResamples<f64>) -> Option<Equivalent> {
    let (line, own) = (curve.point?, mine.point?);
    let Some(rise) = line.rise() else {
        return Some(Equivalent { router_accuracy: None, lies: Lies::FlatCurve, falls: false });
    };
    // A resample whose line runs the other way says that the sample cannot place the policy on it.
    let along = |line: &Line| line.rise().is_some_and(|other| (other > 0.0) == (rise > 0.0));
    let root = |(line, own): (&Option<Line>, &Option<f64>)| line.filter(along)?.at((*own)?);
    let resamples = || curve.draws.iter().zip(&mine.draws).map(root).collect();
    let router_accuracy = line.at(own).map(|value| bounded(value, curve.filled.min(mine.filled), resamples()));
    let on_curve = router_accuracy.is_some_and(|figure| (0.0..=1.0).contains(&figure.value));
    let highest = line.ratios().into_iter().fold(f64::NEG_INFINITY, f64::max);
    let lies = match on_curve {
        true => Lies::OnCurve,
        false if own > highest => Lies::AboveCurve,
        false => Lies::BelowCurve,
    };
    Some(Equivalent { router_accuracy, lies, falls: rise < 0.0 })
}
