//! `utility`: predicted quality less what it takes, at a price.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::rule::{Case, DecisionRule, Decisions, RuleKind};
use crate::error::{Error, Result};
use crate::policy::Objective;

/// The kind. RouterBench (arXiv 2403.12031, Section 4.1) scores endpoints by λ·P − cost, which is the
/// same rule with 1/λ in the place of our λ.
pub const KIND: RuleKind = RuleKind {
    name: "utility",
    summary: "the highest p - lambda * price (RouterBench, whose lambda is 1/ours)",
    parameters: &[
        ("lambda", "quality that a unit of the objective is worth: 1/USD, 1/J, 1/FLOP, 1/s, or 1/billion parameters"),
        ("objective", "whose mean over the queries fitted on is the price: size, energy, cost, flops, latency; the run's if not said"),
    ],
    read: |problems| {
        let file: File = problems.rule_section()?;
        let lambda = *file.lambda.get_ref();
        if !(lambda.is_finite() && lambda >= 0.0) {
            problems.add(file.lambda.span(), Error::new("`lambda` is no price").found(lambda).allowed("0 and more"));
        }
        Some(Box::new(Utility { lambda, objective: file.objective }))
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: IgnoredAny,
    lambda: toml::Spanned<f64>,
    objective: Option<Objective>,
}

struct Utility {
    lambda: f64,
    objective: Option<Objective>,
}

impl DecisionRule for Utility {
    fn decide(&self, case: &Case) -> Result<Decisions> {
        let prices = case.prices(self.objective)?;
        let choose = |position: usize| {
            let prices = &prices[case.part[position] as usize];
            case.highest(position, |candidate, predicted| predicted - self.lambda * prices[candidate])
        };
        Ok(case.each(choose, "nothing is predicted of them"))
    }
}
