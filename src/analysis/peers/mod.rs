//! The measures that routers' papers use, each by its authors' formula.
//!
//! Pure functions: they take numbers, points and decisions, and know nothing of traces. Where a paper
//! and its code part, both are here and [`Measure::difference`] says where. A new measure is a function
//! with a [`Measure`] beside it, and one word in the list below.
//!
//! Accuracies, shares and gaps are fractions, never percents. A cost is in any one unit (dollars, joules,
//! seconds) unless a measure names its own. What is not defined is `None`; a number that is missing (NaN)
//! among those that a measure needs is an error, since a measure over other queries is another measure.

mod check;
mod curve;
mod points;

pub use arena::{ArenaScale, arena_score};
pub use baseline::{Answers, Baseline, max_expert, random};
pub use curve::{Curve, CurvePoint};
pub use deferral::{deferral_curve, quality_drop};
pub use entropy::{MixedOracle, bias_entropy, decision_entropy, mixed_oracle, soft_shares};
pub use front::{pareto_distance, pareto_front};
pub use hull::Hull;
pub use optimality::{Optimality, optimality};
pub use pair::Pair;
pub use points::{Point, Points};
pub use regret::{cost_regret, cumulative_regret, score_regret};
pub use risk::{RiskCurve, RiskPoint};
pub use robustness::{Robustness, robustness};
pub use saving::{cost_saving, cost_to_reach, performance_gain, quality_neutral_cost, ratio_to};

use serde::Serialize;

use crate::error::{Result, unknown};

macro_rules! measures {
    ($($module:ident: $($measure:ident)+;)+) => {
        $(mod $module;)+
        /// Every measure, in the order in which they are listed.
        pub static MEASURES: &[Measure] = &[$($($module::$measure,)+)+];
    };
}

measures! {
    hull: AIQ AIQ_PAPER ZERO_ROUTER;
    pair: AUC OPTIMAL_PAIR RANDOM_PAIR;
    gap: APGR APGR_MEAN CPT;
    saving: PERFORMANCE_GAIN COST_SAVING QUALITY_NEUTRAL_COST REFERENCE_VALUE BEST_SINGLE_VALUE;
    front: PARETO_DISTANCE;
    baseline: MAX_EXPERT RANDOM;
    arena: ARENA_SCORE;
    optimality: OPTIMAL_SELECTION OPTIMAL_COST OPTIMAL_ACCURACY;
    robustness: ROBUSTNESS;
    entropy: BIAS_ENTROPY MIXED_ORACLE;
    regret: SCORE_REGRET COST_REGRET;
    deferral: DEFERRAL_AREA QUALITY_DROP;
    risk: AURC EXCESS_AURC;
}

/// Which way a measure is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Better {
    /// A larger value is better.
    Higher,
    /// A smaller value is better.
    Lower,
    /// It describes and does not rank.
    Neither,
}

/// What a measure is, for those who read its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// What it is called on the command line and in reports.
    pub name: &'static str,
    /// What it says, in a line.
    pub title: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// The paper, and the file of its code where that is public.
    pub source: &'static str,
    /// What it is computed from.
    pub needs: &'static str,
    /// Where the paper and its code part, or where we had to choose; `None` where nothing is to be said.
    pub difference: Option<&'static str>,
    /// Which way it is better.
    pub better: Better,
}

/// The measure of a name.
///
/// # Errors
/// A name that no measure has: the nearest one is the hint.
pub fn find(name: &str) -> Result<&'static Measure> {
    let names = MEASURES.iter().map(|measure| measure.name);
    MEASURES.iter().find(|measure| measure.name == name).ok_or_else(|| unknown("measure", name, names).usage())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_says_what_it_is_under_a_name_of_its_own() {
        for (index, measure) in MEASURES.iter().enumerate() {
            let name = measure.name;
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
            assert!(MEASURES[..index].iter().all(|other| other.name != name), "{name} twice");
            for text in [measure.title, measure.formula, measure.source, measure.needs, measure.difference.unwrap_or("none")] {
                assert!(!text.is_empty() && !text.ends_with('.') && text.trim() == text, "{name}: {text:?}");
            }
        }
    }

    #[test]
    fn a_mistyped_name_is_told_the_nearest() {
        assert_eq!(find("apgr").unwrap().name, "apgr");
        let error = find("arena-scor").unwrap_err();
        assert!(error.is_usage() && error.to_string().contains("did you mean `arena-score`?"), "{error}");
    }
}
