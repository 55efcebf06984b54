//! `budget`: the best that can be had for so much a query, or for so much in all.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::super::rule::{Case, DecisionRule, Decisions, RuleKind};
use crate::error::{Error, Result};
use crate::policy::Objective;

/// The kind.
pub const KIND: RuleKind = RuleKind {
    name: "budget",
    summary: "the highest predicted quality within a budget, a query's or of all",
    parameters: &[
        ("per_query", "what a query may take, by the endpoint's mean over the queries fitted on, in the objective's unit"),
        ("total", "instead: what all queries of the trace may take together, by these means; the highest sum of predicted quality within it"),
        ("objective", "what is limited: cost (default), energy, flops, latency or size"),
    ],
    read: |problems| {
        let file: File = problems.rule_section()?;
        let limit = match (file.per_query, file.total) {
            (Some(limit), None) => Limit::PerQuery(limit),
            (None, Some(limit)) => Limit::Total(limit),
            _ => {
                problems.whole(Error::new("a budget is one limit").allowed("either `per_query` or `total`"));
                return None;
            }
        };
        let (Limit::PerQuery(value) | Limit::Total(value)) = &limit;
        if !(value.get_ref().is_finite() && *value.get_ref() > 0.0) {
            problems.add(value.span(), Error::new("a budget that buys nothing").found(value.get_ref()).allowed("above 0"));
        }
        Some(Box::new(Budget { limit, objective: file.objective.unwrap_or(Objective::Cost) }))
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: IgnoredAny,
    per_query: Option<toml::Spanned<f64>>,
    total: Option<toml::Spanned<f64>>,
    objective: Option<Objective>,
}

enum Limit {
    PerQuery(toml::Spanned<f64>),
    Total(toml::Spanned<f64>),
}

struct Budget {
    limit: Limit,
    objective: Objective,
}

impl DecisionRule for Budget {
    fn decide(&self, case: &Case) -> Result<Decisions> {
        let prices = case.prices(Some(self.objective))?;
        match &self.limit {
            Limit::PerQuery(limit) => {
                let choose = |position: usize| {
                    let prices = &prices[case.part[position] as usize];
                    case.highest(position, |candidate, predicted| if prices[candidate] <= *limit.get_ref() { predicted } else { f64::NAN })
                };
                Ok(case.each(choose, &format!("no endpoint takes at most {} on average", limit.get_ref())))
            }
            Limit::Total(limit) => in_all(case, &prices, *limit.get_ref()),
        }
    }
}

/// Doublings and halvings of the price of a unit: past the resolution of the numbers.
const STEPS: usize = 200;

/// The queries' best sum of p within a total: the least λ at which the choices of highest p − λ·price
/// keep it (Lagrange; Everett 1963, Operations Research 11, Theorem 1, which makes that sum the best
/// for what it takes).
fn in_all(case: &Case, prices: &[Vec<f64>], limit: f64) -> Result<Decisions> {
    let price = |position: usize, candidate: usize| prices[case.part[position] as usize][candidate];
    let choose = |lambda: f64, position: usize| match lambda.is_finite() {
        true => case.highest(position, |candidate, predicted| predicted - lambda * price(position, candidate)),
        false => case.highest(position, |candidate, predicted| if predicted.is_nan() { predicted } else { -price(position, candidate) }),
    };
    let fallback = case.fallback();
    let queries = 0..case.part.len();
    let total = |lambda: f64| -> f64 { queries.clone().map(|position| price(position, choose(lambda, position).unwrap_or(fallback))).sum() };
    let least = total(f64::INFINITY);
    if least > limit {
        return Err(Error::new("the budget does not even buy the cheapest answers").at("`rule.total`").found(limit).allowed(format!("{least} and more")));
    }
    let (mut low, mut high) = (0.0, f64::INFINITY);
    if total(0.0) > limit {
        let mut probe = 1.0 / limit;
        for _ in 0..STEPS {
            if total(probe) > limit { low = probe } else { high = probe }
            probe = match (low, high) {
                (0.0, high) => high / 2.0,
                (low, high) if high.is_infinite() => low * 2.0,
                (low, high) => (low + high) / 2.0,
            };
            if probe <= low || probe >= high {
                break;
            }
        }
    } else {
        high = 0.0;
    }
    let mut decisions = case.each(|position| choose(high, position), "nothing is predicted of them");
    decisions.notes.push(format!("a budget of {limit} in all: the choices are expected to take {}, at a lambda of {high:.6e}", total(high)));
    Ok(decisions)
}
