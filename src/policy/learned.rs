//! `learned`: a router fitted to recorded outcomes predicts, and a rule decides.
//!
//! By default every query is judged by a router that was fitted to others (cross-fitting). A saved
//! router judges only queries that it was not fitted to.

mod rule;
mod rules;
mod source;
mod train;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use serde::Deserialize;

use super::library::PolicyText;
use super::recorded::ByPosition;
use super::{Built, Context, Needs, Parameters, PlanBlock, PolicyKind, PolicySpec, Problems, Rule};
use crate::error::{Error, Result};
use crate::router::features::Reads;
use crate::router::supplied::SUPPLIED;
use crate::router::{Calibration, FeatureSpec, How, ROUTERS, Router, RouterFacts, SuppliedRouter};
use crate::trace::EndpointIx;

pub use rule::{Case, DecisionRule, Decisions, RuleKind};
pub use rules::RULES;
pub(super) use source::past_by_fold;
pub use source::{Memo, labels};
pub use train::{Training, train};
use source::{Judged, OnFitted, Source};

/// Names of parameters with what they mean.
type Meanings = &'static [(&'static str, &'static str)];

/// A section of the parameters whose kind says what else stands in it.
pub struct Section {
    /// Its name.
    pub name: &'static str,
    /// Its kinds: name, what it does, and its parameters.
    pub kinds: Vec<(&'static str, &'static str, Meanings)>,
}

/// The sections of a learned policy, for listings.
pub fn sections() -> Vec<Section> {
    let routers = ROUTERS.iter().map(|kind| (kind.name, kind.summary, kind.parameters)).collect();
    let rules = RULES.iter().map(|kind| (kind.name, kind.summary, kind.parameters)).collect();
    vec![Section { name: "router", kinds: routers }, Section { name: "rule", kinds: rules }]
}

/// The kind.
pub const KIND: PolicyKind = PolicyKind {
    name: "learned",
    summary: "a router fitted to outcomes predicts quality, and a rule decides",
    parameters: &[
        ("router", "a section: `kind` (below) and its parameters; `kind = \"saved\"` takes a `file` of `wattroute train`"),
        ("rule", "a section: `kind` (below) and its parameters; any rule goes with any router"),
        ("features", "a section: what the router looks at (below)"),
        ("folds", "parts of the cross-fit: each is judged by a router fitted to the others (default 5)"),
        ("max_rows", "rows that a router is fitted to at most, a sample (default 100000)"),
        ("calibrate", "`none` (default), `platt` or `isotonic`: on a fold that the router was not fitted to"),
        ("on_fitted", "what a saved router does about queries that it was fitted to: `refuse` (default) or `skip`"),
    ],
    read: |text| PolicySpec::try_read(text, KIND.name, |file, problems| check(file, problems, None)),
};

/// A learned policy whose router a host brings.
pub(super) fn with_router(text: &PolicyText, router: Arc<dyn SuppliedRouter>) -> Result<PolicySpec> {
    PolicySpec::try_read(text, KIND.name, |file, problems| check(file, problems, Some(router)))
}

/// The form of the parameters; router and rule are read again in the form of their kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    router: Head,
    rule: Head,
    #[serde(default)]
    features: FeatureSpec,
    folds: Option<toml::Spanned<usize>>,
    max_rows: Option<toml::Spanned<usize>>,
    calibrate: Option<toml::Spanned<Calibration>>,
    on_fitted: Option<toml::Spanned<OnFitted>>,
}

/// What a section is, whatever else stands in it.
#[derive(Deserialize)]
pub(super) struct Head {
    kind: toml::Spanned<String>,
}

/// A learned policy's checked parameters.
pub struct Learned {
    source: Source,
    rule: Box<dyn DecisionRule>,
    how: How,
}

fn check(file: File, problems: &mut Problems, supplied: Option<Arc<dyn SuppliedRouter>>) -> Option<Learned> {
    let is_saved = file.router.kind.get_ref() == source::SAVED;
    let calibrate = file.calibrate.as_ref().map_or(Calibration::None, |calibrate| *calibrate.get_ref());
    // One fold is judged, one calibrates, and the router is fitted to the rest.
    let folds = problems.at_least("folds", &file.folds, 5, if calibrate == Calibration::None { 2 } else { 3 });
    let max_rows = problems.at_least("max_rows", &file.max_rows, 100_000, 2);
    if is_saved {
        let spans = [file.folds.map(|value| value.span()), file.max_rows.map(|value| value.span()), file.calibrate.map(|value| value.span())];
        for span in spans.into_iter().flatten() {
            problems.add(span, Error::new("a saved router is not fitted again").hint("leave this out, or give it to `wattroute train`"));
        }
    } else if let Some(on_fitted) = &file.on_fitted {
        problems.add(on_fitted.span(), Error::new("only a saved router may meet queries that it was fitted to"));
    }
    let on_fitted = file.on_fitted.map_or(OnFitted::Refuse, toml::Spanned::into_inner);
    let source = match supplied {
        Some(router) => Some(Source::supplied(router)),
        None => source::read(&file.router.kind, on_fitted, problems),
    };
    let rule = rule_of(&file.rule, problems);
    Some(Learned { source: source?, rule: rule?, how: How { folds, max_rows, calibrate, features: file.features, seed: 0 } })
}

/// Reads `[parameters.rule]`.
pub(super) fn rule_of(head: &Head, problems: &mut Problems) -> Option<Box<dyn DecisionRule>> {
    let name = head.kind.get_ref();
    let Some(kind) = RULES.iter().find(|kind| kind.name == name) else {
        problems.add(head.kind.span(), crate::error::unknown("decision rule", name, RULES.iter().map(|kind| kind.name)));
        return None;
    };
    (kind.read)(problems)
}

impl Learned {
    /// The router that it fits; a saved one is none.
    pub fn router(&self) -> Option<&dyn Router> {
        match &self.source {
            Source::Fit { router, .. } => Some(&**router),
            Source::Saved { .. } => None,
        }
    }
}

impl Parameters for Learned {
    fn needs(&self) -> Needs {
        if matches!(self.source, Source::Saved { .. }) {
            // What it looks at stands in its file.
            return Needs { features: true, prompts: true, embedding: true, ids: true, ..Needs::default() };
        }
        let Reads { features, prompts, embedding } = self.how.features.reads();
        // A router that may fail names the query.
        let ids = matches!(&self.source, Source::Fit { kind, .. } if *kind == SUPPLIED);
        Needs { features, prompts, embedding, ids, ..Needs::default() }
    }

    fn learned(&self) -> Option<&Learned> {
        Some(self)
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let how = How { seed: context.seed, ..self.how.clone() };
        let judged = context.memo.judged(&source::key(&self.source, &how, context), || self.source.judge(&how, context))?;
        let Judged { predicted, part, past, withheld, facts, notes } = &*judged;
        let case = Case { context, predicted, part, past };
        let decisions = self.rule.decide(&case)?;
        let endpoint = |candidate: usize| context.pool.all[candidate];
        let mut by_position: Vec<EndpointIx> = decisions.candidate.into_iter().map(endpoint).collect();
        withheld.iter().for_each(|&position| by_position[position] = PlanBlock::SKIP);
        let notes = notes.iter().cloned().chain(decisions.notes).collect();
        let router = Some(RouterFacts { predicted: predicted.clone(), ..facts.clone() });
        Ok(Built { notes, router, ..Built::pooled(Rule::Foresight(Box::new(ByPosition(by_position)))) })
    }
}
