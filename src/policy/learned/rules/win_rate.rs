//! `win-rate`: the strong endpoint where it is likely enough to do better than the weak one.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::rule::{Case, DecisionRule, Decisions, RuleKind};
use crate::error::{Error, Result};
use crate::policy::target;
use crate::router::win_rate;

/// The kind (RouteLLM, arXiv 2406.18665, Section 3).
pub const KIND: RuleKind = RuleKind {
    name: "win-rate",
    summary: "the strong endpoint from a predicted win rate of tau on (RouteLLM)",
    parameters: &[
        ("tau", "the win rate from which the strong one serves, 0 to 1"),
        ("strong", "an id, `fallback` (default) or `local`"),
        ("weak", "an id, `fallback` or `local` (default)"),
    ],
    read: |problems| {
        let file: File = problems.rule_section()?;
        problems.probability("tau", &file.tau);
        Some(Box::new(WinRate { tau: file.tau.into_inner(), strong: file.strong, weak: file.weak }))
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: IgnoredAny,
    tau: toml::Spanned<f64>,
    strong: Option<String>,
    weak: Option<String>,
}

struct WinRate {
    tau: f64,
    strong: Option<String>,
    weak: Option<String>,
}

impl DecisionRule for WinRate {
    fn decide(&self, case: &Case) -> Result<Decisions> {
        let place = |name: &Option<String>, usual: &str, parameter: &str| {
            let name = name.as_deref().unwrap_or(usual);
            let (endpoint, _) = target::resolve(name, parameter, case.context)?;
            case.context.pool.all.iter().position(|&candidate| candidate == endpoint).ok_or_else(|| {
                let ids = case.context.pool.all.iter().map(|&candidate| case.context.trace.info.endpoints[usize::from(candidate)].id.as_str());
                Error::new("a router was fitted to the endpoints of the pool alone")
                    .at(format!("`rule.{parameter}`"))
                    .found(format!("`{name}`"))
                    .allowed(ids.collect::<Vec<_>>().join(", "))
            })
        };
        let (strong, weak) = (place(&self.strong, target::FALLBACK, "strong")?, place(&self.weak, target::LOCAL, "weak")?);
        let choose = |position: usize| {
            let rate = win_rate(case.predicted[strong][position], case.predicted[weak][position]);
            (!rate.is_nan()).then_some(if rate >= self.tau { strong } else { weak })
        };
        Ok(case.each(choose, "nothing is predicted of them"))
    }

    fn looks_at_past(&self) -> bool {
        false
    }

    fn takes_chances(&self) -> bool {
        true
    }
}
