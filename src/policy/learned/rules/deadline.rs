//! `deadline`: the best endpoint that is usually fast enough.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::rule::{Case, DecisionRule, Decisions, RuleKind};
use crate::error::{Error, Result};
use crate::router::Past;

/// The kind.
pub const KIND: RuleKind = RuleKind {
    name: "deadline",
    summary: "the highest predicted quality of the endpoints that are fast enough",
    parameters: &[
        ("seconds", "the latency to keep"),
        ("quantile", "the share of the queries fitted on for which an endpoint kept it (default 0.95)"),
    ],
    read: |problems| {
        let file: File = problems.rule_section()?;
        let seconds = *file.seconds.get_ref();
        if !(seconds.is_finite() && seconds > 0.0) {
            problems.add(file.seconds.span(), Error::new("`seconds` is no time").found(seconds).allowed("above 0"));
        }
        let quantile = file.quantile.as_ref().map_or(0.95, |quantile| problems.probability("quantile", quantile));
        Some(Box::new(Deadline { seconds, quantile }))
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: IgnoredAny,
    seconds: toml::Spanned<f64>,
    quantile: Option<toml::Spanned<f64>>,
}

struct Deadline {
    seconds: f64,
    quantile: f64,
}

impl DecisionRule for Deadline {
    fn decide(&self, case: &Case) -> Result<Decisions> {
        let keeps = |past: &Past| {
            let latency = past.latency_s(self.quantile);
            let error = || Error::new("a deadline needs the latencies of every endpoint").at(format!("endpoint `{}`", past.endpoint)).found("none");
            latency.map(|latency| latency <= self.seconds).ok_or_else(error)
        };
        let fast = case.past.iter().map(|past| past.iter().map(keeps).collect::<Result<Vec<bool>>>()).collect::<Result<Vec<_>>>()?;
        let choose = |position: usize| {
            let fast = &fast[case.part[position] as usize];
            case.highest(position, |candidate, predicted| if fast[candidate] { predicted } else { f64::NAN })
        };
        let otherwise = format!("no endpoint answers {:.0}% of queries within {} s", 100.0 * self.quantile, self.seconds);
        Ok(case.each(choose, &otherwise))
    }
}
