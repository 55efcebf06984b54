//! `highest`: the endpoint of highest predicted quality, whatever it takes.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::rule::{Case, DecisionRule, Decisions, RuleKind};
use crate::error::Result;

/// The kind.
pub const KIND: RuleKind = RuleKind {
    name: "highest",
    summary: "the highest predicted quality, whatever it takes; of equals the first",
    parameters: &[],
    read: |problems| {
        problems.rule_section::<File>()?;
        Some(Box::new(Highest))
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: IgnoredAny,
}

struct Highest;

impl DecisionRule for Highest {
    fn decide(&self, case: &Case) -> Result<Decisions> {
        Ok(case.each(|position| case.highest(position, |_, predicted| predicted), "nothing is predicted of them"))
    }

    fn looks_at_past(&self) -> bool {
        false
    }
}
