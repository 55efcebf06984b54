//! `bandit`: learns from its own outcomes which endpoint suits which query, while it routes.
//!
//! Each endpoint of the pool is an arm with a linear model of its own (the *disjoint* models of Li et
//! al. 2010, arXiv 1003.0146, Section 3.1) over the query's context x: its features, standardised, and
//! a constant 1. With A = ridge·I + Σ x·xᵀ and b = Σ r·x over the queries that the arm served, its worth
//! is estimated as x·θ, θ = A⁻¹·b, with a width of √(xᵀ·A⁻¹·x).
//!
//! - `linucb` takes the arm of greatest x·θ + alpha·√(xᵀ·A⁻¹·x): Algorithm 1 there, with ridge = 1. Of
//!   equal arms it takes the first; the paper draws one.
//! - `thompson` takes the arm of greatest x·θ̃ with θ̃ drawn from N(θ, spread²·A⁻¹) (Agrawal and Goyal
//!   2013, arXiv 1209.3352, Algorithm 1, whose v the spread is). Only the scalar x·θ̃ decides, and it
//!   is normal with mean x·θ and variance spread²·xᵀ·A⁻¹·x: drawing it is the same as drawing θ̃, and
//!   takes one normal number. Their one θ for all arms with contexts by arm is, with the context in the
//!   arm's own block and zeros elsewhere, an independent θ for each arm, as here.
//!
//! A query costs O(arms·d²) for d numbers of context, an update O(d²).
//!
//! **The reward** is r = (1 − lambda)·score − lambda·amount/scale. GreenServ (arXiv 2601.17551) weighs
//! accuracy and energy so. Its published code takes (1 − lambda)·accuracy + lambda·(1 − energy), cut to
//! 0..1, with the energy *of a token* between a least and a greatest value that are set beforehand for
//! each data set. Here it is the energy of the answer; the scale is given, or the largest amount that
//! this learner has been told of so far, so that nothing is known in advance; and the constant lambda
//! is left out, which moves all arms alike but those that have not been tried: their worth of 0 is then
//! above that of an arm that has only cost. Scores and amounts are learned apart and weighed when an arm
//! is chosen, so that a new scale holds for what was learned before as well.
//!
//! **Forgetting**: at each update of an arm its A and b are first multiplied by `forgetting`. What is
//! then missing of the prior is put back, (1 − forgetting)·ridge·I, as in D-LinUCB (Russac et al. 2019,
//! arXiv 1909.09146): without it A⁻¹ grows without bound where an arm meets no queries. It is put back
//! one dimension an update, d times as much each, so that the inverse stays a matter of rank-one steps
//! (Sherman and Morrison 1950). Unlike D-LinUCB an arm forgets by its own updates and not by the clock,
//! and the width is that of A alone.

mod arm;
mod context;
mod learner;

use std::sync::Arc;

use serde::Deserialize;

use super::{Adaptive, Built, Context, Needs, Objective, Parameters, PolicyKind, PolicySpec, Problems, Rule};
use crate::error::{Error, Result};
use crate::router::FeatureSpec;
use crate::router::features::Reads;
use crate::trace::{EndpointIx, Metric};

/// The kind.
pub const KIND: PolicyKind = PolicyKind {
    name: "bandit",
    summary: "learns from its own outcomes while it routes, in arrival order",
    parameters: &[
        ("algorithm", "`linucb` (upper confidence bounds) or `thompson` (sampling)"),
        ("alpha", "`linucb`: width of the confidence bound, 0 and more (default 0.5)"),
        ("spread", "`thompson`: spread of the sampled worth, 0 and more (default 0.25)"),
        ("lambda", "weight of what an answer takes against its score, 0 to 1: the reward is (1 - lambda) score - lambda amount / scale (default 0.5)"),
        ("objective", "what an answer takes: energy, cost, latency or flops (default: the run's objective, or energy where that is the size)"),
        ("scale", "what that is divided by, in joules, USD, seconds or operations, beside an `objective`; by default the largest that this learner has seen so far"),
        ("forgetting", "what an endpoint's past counts after each of its further answers, 0.9 to 1 (default 1: nothing is forgotten)"),
        ("ridge", "weight of the prior, that every endpoint is worth 0, above 0 (default 1)"),
        ("features", "a section, as for `learned`; by default everything but hashed text and embeddings"),
    ],
    read: |text| PolicySpec::read(text, "bandit", check),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    algorithm: Algorithm,
    alpha: Option<toml::Spanned<f64>>,
    spread: Option<toml::Spanned<f64>>,
    lambda: Option<toml::Spanned<f64>>,
    objective: Option<toml::Spanned<Objective>>,
    scale: Option<toml::Spanned<f64>>,
    forgetting: Option<toml::Spanned<f64>>,
    ridge: Option<toml::Spanned<f64>>,
    #[serde(default)]
    features: FeatureSpec,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Algorithm {
    Linucb,
    Thompson,
}

/// How an arm is chosen from estimates and their widths.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Explore {
    /// By the upper end of an interval of so many widths.
    Bound(f64),
    /// By a normal draw of so many widths.
    Draw(f64),
}

/// What a learner goes by.
#[derive(Debug, Clone, Copy)]
struct Settings {
    explore: Explore,
    /// Weight of what an answer takes against its score.
    lambda: f64,
    objective: Objective,
    /// What that is divided by; `None` for the largest seen so far.
    scale: Option<f64>,
    forgetting: f64,
    ridge: f64,
}

struct Bandit {
    settings: Settings,
    /// Whether the run says what an answer takes, since the policy's file does not.
    objective_of_run: bool,
    features: FeatureSpec,
}

fn check(file: File, problems: &mut Problems) -> Bandit {
    let explore = explore(&file, problems);
    let lambda = file.lambda.map_or(0.5, |lambda| {
        number("lambda", &lambda, "0 (the score alone counts) to 1 (what it takes alone)", |lambda| (0.0..=1.0).contains(&lambda), problems)
    });
    let objective_of_run = file.objective.is_none();
    let objective = file.objective.map_or(Objective::Energy, |objective| {
        if *objective.get_ref() == Objective::Size {
            let error = Error::new("a size is nothing that an answer takes").found("size").allowed("energy, cost, latency, flops");
            problems.add(objective.span(), error);
        }
        objective.into_inner()
    });
    let ridge = file.ridge.map_or(1.0, |ridge| number("ridge", &ridge, "numbers above 0", |ridge| ridge > 0.0, problems));
    let forgetting = file.forgetting.map_or(1.0, |forgetting| {
        number("forgetting", &forgetting, "0.9 to 1 (1: nothing is forgotten)", |share| (0.9..=1.0).contains(&share), problems)
    });
    if let (true, Some(scale)) = (objective_of_run, &file.scale) {
        let error = Error::new("a scale without what it is of").allowed("`objective` beside `scale`");
        problems.add(scale.span(), error.hint("without `objective` the run's objective decides, whose unit is not known here"));
    }
    let scale = file.scale.map(|scale| number("scale", &scale, "numbers above 0", |scale| scale > 0.0, problems));
    Bandit { settings: Settings { explore, lambda, objective, scale, forgetting, ridge }, objective_of_run, features: file.features }
}

/// The rule of an algorithm; a width of the other one is a mistake.
fn explore(file: &File, problems: &mut Problems) -> Explore {
    let (name, own, usual, other, others) = match file.algorithm {
        Algorithm::Linucb => ("alpha", &file.alpha, 0.5, "spread", &file.spread),
        Algorithm::Thompson => ("spread", &file.spread, 0.25, "alpha", &file.alpha),
    };
    if let Some(others) = others {
        problems.add(others.span(), Error::new(format!("`{other}` is of the other algorithm")).allowed(format!("`{name}`")));
    }
    let width = own.as_ref().map_or(usual, |own| number(name, own, "0 and more", |width| width >= 0.0, problems));
    match file.algorithm {
        Algorithm::Linucb => Explore::Bound(width),
        Algorithm::Thompson => Explore::Draw(width),
    }
}

fn number(name: &str, value: &toml::Spanned<f64>, allowed: &str, may_be: impl Fn(f64) -> bool, problems: &mut Problems) -> f64 {
    let number = *value.get_ref();
    if !(number.is_finite() && may_be(number)) {
        problems.add(value.span(), Error::new(format!("`{name}` is out of range")).found(number).allowed(allowed));
    }
    number
}

impl Parameters for Bandit {
    fn needs(&self) -> Needs {
        {
            let Reads { features, prompts, embedding } = self.features.reads();
            Needs { features, prompts, embedding, ..Needs::default() }
        }
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let settings = self.settings_for(context.objective);
        rewarded(&settings, context)?;
        let contexts = Arc::new(context::context(context.trace, &self.features)?);
        let arms = context.pool.all.clone();
        let mut notes = vec![settings.note(arms.len())];
        notes.extend(contexts.notes.iter().cloned());
        let fresh = move || -> Box<dyn Adaptive> { Box::new(learner::Learner::new(settings, arms.clone(), contexts.clone())) };
        // Without a spread nothing is drawn, and replicates would all be the same.
        let random = matches!(settings.explore, Explore::Draw(spread) if spread > 0.0);
        Ok(Built { random, notes, ..Built::pooled(Rule::Adaptive(Box::new(fresh))) })
    }
}

impl Bandit {
    /// The settings in a run with that objective.
    fn settings_for(&self, of_run: Objective) -> Settings {
        match of_run {
            // A size is nothing that an answer takes.
            Objective::Size => self.settings,
            objective if self.objective_of_run => Settings { objective, ..self.settings },
            _ => self.settings,
        }
    }
}

impl Settings {
    fn note(&self, arms: usize) -> String {
        let (name, width) = match self.explore {
            Explore::Bound(alpha) => ("LinUCB, alpha", alpha),
            Explore::Draw(spread) => ("Thompson sampling, spread", spread),
        };
        let objective = Objective::ALL.iter().find(|(_, known)| *known == self.objective).map_or("", |(name, _)| name);
        let scale = self.scale.map_or_else(|| "the largest seen so far".to_owned(), |scale| scale.to_string());
        let lambda = self.lambda;
        format!(
            "{name} {width}, over {arms} endpoints; rewarded by (1 - {lambda}) score - {lambda} {objective} / {scale}; forgetting {}, ridge {}; \
             it is told its own outcomes alone, after each choice",
            self.forgetting, self.ridge
        )
    }
}

/// Refuses endpoints of which no answer has what the reward is made from: nothing would ever be learned
/// of them, and an endpoint of which nothing is known is tried again and again.
fn rewarded(settings: &Settings, context: &Context) -> Result<()> {
    let mut taken: Vec<Metric> = Vec::new();
    taken.extend((settings.lambda < 1.0).then_some(Metric::Score));
    taken.extend(settings.objective.metric().filter(|_| settings.lambda > 0.0));
    let known = |endpoint: EndpointIx, metric: Metric| {
        context.trace.metric(usize::from(endpoint), metric).is_some_and(|column| column.missing() < column.len())
    };
    let lacking = |metric: Metric| -> Vec<&str> {
        let without = context.pool.all.iter().filter(|&&endpoint| !known(endpoint, metric));
        without.map(|&endpoint| context.trace.info.endpoints[usize::from(endpoint)].id.as_str()).collect()
    };
    let lacking = taken.into_iter().map(|metric| (metric, lacking(metric))).filter(|(_, ids)| !ids.is_empty());
    let error = |(metric, ids): (Metric, Vec<&str>)| {
        let hint = match metric {
            Metric::Score => "leave these endpoints out by `--local ENDPOINT`",
            _ => "say another `objective` (energy, cost, latency, flops), or `lambda = 0`, or fill it in by `wattroute enrich`",
        };
        Error::new("endpoints without what a reward is made from").at(ids.join(", ")).found(format!("no `{metric}` of any answer")).hint(hint)
    };
    Error::all(lacking.map(error).collect()).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests;
