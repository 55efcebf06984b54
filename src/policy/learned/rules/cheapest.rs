//! `cheapest`: of the endpoints that are likely enough to be right, the cheapest.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::rule::{Case, DecisionRule, Decisions, RuleKind};
use crate::error::Result;
use crate::policy::Objective;

/// The kind.
pub const KIND: RuleKind = RuleKind {
    name: "cheapest",
    summary: "the cheapest endpoint whose predicted quality is at least tau",
    parameters: &[
        ("tau", "the predicted quality from which an endpoint is adequate, 0 to 1"),
        ("objective", "what is cheap, by its mean over the queries fitted on: size, energy, cost, flops, latency; the run's if not said"),
        ("otherwise", "where no endpoint is adequate: `fallback` (default) or `highest` (the one of highest predicted quality)"),
    ],
    read: |problems| {
        let file: File = problems.rule_section()?;
        problems.probability("tau", &file.tau);
        Some(Box::new(Cheapest { tau: file.tau.into_inner(), objective: file.objective, otherwise: file.otherwise }))
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: IgnoredAny,
    tau: toml::Spanned<f64>,
    objective: Option<Objective>,
    #[serde(default)]
    otherwise: Otherwise,
}

/// Where a query goes for which no endpoint is adequate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Otherwise {
    #[default]
    Fallback,
    Highest,
}

struct Cheapest {
    tau: f64,
    objective: Option<Objective>,
    otherwise: Otherwise,
}

impl DecisionRule for Cheapest {
    fn decide(&self, case: &Case) -> Result<Decisions> {
        let prices = case.prices(self.objective)?;
        let choose = |position: usize| {
            let prices = &prices[case.part[position] as usize];
            // A price that is not known is never the least: NaN is no value.
            let cheapest = case.highest(position, |candidate, predicted| if predicted >= self.tau { -prices[candidate] } else { f64::NAN });
            match self.otherwise {
                Otherwise::Fallback => cheapest,
                Otherwise::Highest => cheapest.or_else(|| case.highest(position, |_, predicted| predicted)),
            }
        };
        Ok(case.each(choose, &format!("no predicted quality reaches tau {}", self.tau)))
    }
}
