//! Decision rules: from what a router predicts to the endpoint that a query goes to.
//!
//! A rule is one file in `rules/` and one word in the list there. Any rule goes with any router.

use crate::error::Result;
use crate::policy::{Context, Objective, Problems, oracle};
use crate::router::Past;

/// A kind of decision rule.
pub struct RuleKind {
    /// The word after `kind =`.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The names of its parameters with what they mean, for listings.
    pub parameters: &'static [(&'static str, &'static str)],
    /// Reads and checks `[parameters.rule]`; `None` where that found problems.
    pub read: fn(&mut Problems) -> Option<Box<dyn DecisionRule>>,
}

/// Checked parameters of a rule.
pub trait DecisionRule: Send + Sync {
    /// Where each query goes, from predictions alone.
    ///
    /// # Errors
    /// Where the trace lacks what the rule compares.
    fn decide(&self, case: &Case) -> Result<Decisions>;

    /// Whether it looks at what answers took in the past; else a case may come without it.
    fn looks_at_past(&self) -> bool {
        true
    }

    /// Whether predictions must be chances, 0 to 1, and not any numbers of which more is better.
    fn takes_chances(&self) -> bool {
        false
    }
}

/// What a rule decides on.
pub struct Case<'a> {
    /// Trace and pool.
    pub context: &'a Context<'a>,
    /// By candidate (of the pool, in its order) and position: the predicted quality, 0 to 1; NaN where unknown.
    pub predicted: &'a [Vec<f64>],
    /// By position: which past is known of it. A query's own fold is not in its past.
    pub part: &'a [u32],
    /// By part and candidate.
    pub past: &'a [Vec<Past>],
}

/// Where queries go.
pub struct Decisions {
    /// By position the candidate's place in the pool.
    pub candidate: Vec<usize>,
    /// What a reader should know, a line each.
    pub notes: Vec<String>,
}

impl Case<'_> {
    /// By part and candidate what an answer took on average of an objective, or of the run's.
    ///
    /// # Errors
    /// Where some candidate has no such cells.
    pub fn prices(&self, objective: Option<Objective>) -> Result<Vec<Vec<f64>>> {
        let objective = objective.unwrap_or(self.context.objective);
        oracle::comparable(objective, self.context)?;
        let price = |past: &Vec<Past>| past.iter().map(|past| past.price(objective.metric())).collect();
        Ok(self.past.iter().map(price).collect())
    }

    /// The place of the fallback in the pool.
    pub fn fallback(&self) -> usize {
        self.context.pool.all.iter().position(|&endpoint| endpoint == self.context.pool.fallback).unwrap_or_default()
    }

    /// The candidates of highest value for a query, the first of equals; those of NaN are none.
    pub fn highest(&self, position: usize, value: impl Fn(usize, f64) -> f64) -> Option<usize> {
        let mut best: Option<(usize, f64)> = None;
        for (candidate, predicted) in self.predicted.iter().enumerate() {
            let value = value(candidate, predicted[position]);
            if !value.is_nan() && best.is_none_or(|(_, known)| value > known) {
                best = Some((candidate, value));
            }
        }
        best.map(|(candidate, _)| candidate)
    }

    /// A decision for each query; where there is none it goes to the fallback, which a note counts.
    pub fn each(&self, choose: impl Fn(usize) -> Option<usize>, otherwise: &str) -> Decisions {
        let chosen: Vec<Option<usize>> = (0..self.part.len()).map(choose).collect();
        let without = chosen.iter().filter(|choice| choice.is_none()).count();
        let notes = (without > 0).then(|| format!("{without} of {} queries go to the fallback: {otherwise}", chosen.len()));
        let fallback = self.fallback();
        Decisions { candidate: chosen.into_iter().map(|choice| choice.unwrap_or(fallback)).collect(), notes: notes.into_iter().collect() }
    }
}
