//! `random`: endpoints drawn with given weights, whatever the query.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Built, BuiltFrom, Context, Parameters, PlanBlock, Policy, PolicyKind, PolicySpec, Rule, target};
use crate::draw::{Draws, Stream, threshold};
use crate::error::{Error, Result};
use crate::trace::EndpointIx;
use crate::wide::{self, Loop};
use crate::workload::QueryBlock;

/// The kind.
pub const KIND: PolicyKind = PolicyKind {
    name: "random",
    summary: "endpoints drawn with given weights, whatever the query",
    parameters: &[
        ("fallback_share", "share of queries that go to the fallback; the others go to a local endpoint, each as likely"),
        ("weights", "instead: a table of weights by endpoint"),
    ],
    read: |text| PolicySpec::read(text, "random", check),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fallback_share: Option<toml::Spanned<f64>>,
    weights: Option<toml::Spanned<BTreeMap<String, f64>>>,
}

enum Weights {
    FallbackShare(f64),
    Named(BTreeMap<String, f64>),
}

fn check(file: File, problems: &mut super::Problems) -> Random {
    let weights = match (file.fallback_share, file.weights) {
        (Some(share), None) => Weights::FallbackShare(problems.probability("fallback_share", &share)),
        (None, Some(weights)) => {
            let span = weights.span();
            let weights = weights.into_inner();
            let usable = weights.values().all(|weight| weight.is_finite() && *weight >= 0.0) && weights.values().sum::<f64>() > 0.0;
            if !usable {
                let allowed = "numbers from 0 up, not all 0";
                problems.add(span, Error::new("`weights` are no weights").found(format!("{weights:?}")).allowed(allowed));
            }
            Weights::Named(weights)
        }
        (None, None) => {
            problems.whole(Error::new("a random policy has no weights").allowed("`fallback_share` or `weights`"));
            Weights::FallbackShare(0.0)
        }
        (Some(_), Some(weights)) => {
            problems.add(weights.span(), Error::new("a random policy has two kinds of weights").allowed("`fallback_share` or `weights`"));
            Weights::FallbackShare(0.0)
        }
    };
    Random { weights }
}

struct Random {
    weights: Weights,
}

impl Parameters for Random {
    fn built_from(&self) -> BuiltFrom {
        BuiltFrom::Description
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let mut weights: Vec<(EndpointIx, f64)> = Vec::new();
        let mut uses_pool = false;
        match &self.weights {
            Weights::FallbackShare(share) => {
                uses_pool = true;
                let local = &context.pool.local;
                if local.is_empty() && *share < 1.0 {
                    return Err(Error::new("there is no local endpoint to draw").hint("name some by `--local ENDPOINT`"));
                }
                weights.extend(local.iter().map(|&endpoint| (endpoint, (1.0 - share) / local.len() as f64)));
                weights.push((context.pool.fallback, *share));
            }
            Weights::Named(named) => {
                for (name, weight) in named {
                    let (endpoint, pooled) = target::resolve(name, "weights", context)?;
                    uses_pool |= pooled;
                    weights.push((endpoint, *weight));
                }
            }
        }
        let endpoints = weights.iter().map(|(endpoint, _)| *endpoint).collect();
        let rule = Rule::Foresight(Box::new(Draw::new(&weights)));
        Ok(Built { uses_pool, random: true, ..Built::fixed(rule, endpoints) })
    }
}

/// Bounds that are compared one by one.
const FEW: usize = 16;

/// Endpoints with the upper ends of their parts of the draws.
struct Draw {
    bounds: Vec<(u64, EndpointIx)>,
}

impl Draw {
    fn new(weights: &[(EndpointIx, f64)]) -> Self {
        let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
        let mut sum = 0.0;
        let bound = |&(endpoint, weight): &(EndpointIx, f64)| {
            sum += weight;
            (threshold((sum / total).min(1.0)), endpoint)
        };
        let mut bounds: Vec<(u64, EndpointIx)> = weights.iter().map(bound).collect();
        // Rounding must not leave draws above the last endpoint that has a weight.
        let last = weights.iter().rposition(|(_, weight)| *weight > 0.0).unwrap_or(0);
        bounds.truncate(last + 1);
        bounds[last].0 = u64::MAX;
        Draw { bounds }
    }
}

impl Policy for Draw {
    fn plan(&self, queries: &QueryBlock, draws: &Draws, out: &mut PlanBlock) -> Result<()> {
        let stream = draws.stream(Stream::Choice, 0);
        let mut draws = Vec::new();
        stream.draws53(&queries.keys, &mut draws);
        if self.bounds.len() <= FEW
            && let Some(endpoints) = out.more_plain(draws.len())
        {
            wide::run(Parts { bounds: &self.bounds, draws: &draws, endpoints });
            return Ok(());
        }
        let part = |draw: u64| self.bounds.partition_point(|(bound, _)| *bound <= draw);
        out.singles(draws.iter().map(|&draw| self.bounds[part(draw)].1));
        Ok(())
    }

    fn parts(&self) -> Option<Vec<(u64, EndpointIx)>> {
        Some(self.bounds.clone())
    }
}

/// The endpoint of the part in which each draw lies, found without a branch: a draw is not to be foreseen.
struct Parts<'a> {
    bounds: &'a [(u64, EndpointIx)],
    draws: &'a [u64],
    endpoints: &'a mut [EndpointIx],
}

impl Loop for Parts<'_> {
    #[inline(always)]
    fn run(self) {
        let Parts { bounds, draws, endpoints } = self;
        let Some((_, first)) = bounds.first() else { return };
        endpoints.fill(*first);
        for (&(bound, _), &(_, next)) in bounds.iter().zip(&bounds[1..]) {
            for (endpoint, &draw) in endpoints.iter_mut().zip(draws) {
                *endpoint = if draw < bound { *endpoint } else { next };
            }
        }
    }
}
