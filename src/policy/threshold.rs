//! `threshold`: one endpoint from a value of a score column on, another below it.

use serde::Deserialize;

use super::{Built, BuiltFrom, Context, Needs, Parameters, PlanBlock, Policy, PolicyKind, PolicySpec, Rule, target};
use crate::draw::Draws;
use crate::error::{Error, Result};
use crate::trace::{EndpointIx, Feature};
use crate::workload::QueryBlock;

/// The kind.
pub const KIND: PolicyKind = PolicyKind {
    name: "threshold",
    summary: "one endpoint where a column is high, another where it is low",
    parameters: &[
        ("column", "a feature that is a number, known before routing"),
        ("at_least", "the value from which it is high"),
        ("high", "where high ones go: an id, `fallback` (default) or `local`"),
        ("low", "where low ones go: an id, `fallback` or `local` (default)"),
        ("missing", "where queries without a value go; without it they are an error"),
    ],
    read: |text| PolicySpec::read(text, "threshold", check),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    column: String,
    at_least: toml::Spanned<f64>,
    high: Option<String>,
    low: Option<String>,
    missing: Option<String>,
}

fn check(file: File, problems: &mut super::Problems) -> File {
    if !file.at_least.get_ref().is_finite() {
        problems.add(file.at_least.span(), Error::new("`at_least` is no number").found(file.at_least.get_ref()).allowed("finite numbers"));
    }
    file
}

impl Parameters for File {
    fn needs(&self) -> Needs {
        Needs { features: true, ..Needs::default() }
    }

    fn built_from(&self) -> BuiltFrom {
        BuiltFrom::Description
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let features = &context.trace.queries.features;
        let numbers = features.iter().filter(|(_, feature)| matches!(feature, Feature::Number(_))).map(|(name, _)| name.as_str());
        let found = features.iter().enumerate().find_map(|(position, (name, feature))| match feature {
            Feature::Number(column) if *name == self.column => Some((position, column)),
            _ => None,
        });
        let (feature, column) = found.ok_or_else(|| {
            crate::error::unknown("feature that is a number", &self.column, numbers).at("`column`").hint("`wattroute inspect` lists a trace's features")
        })?;
        let (high, high_pooled) = target::resolve(self.high.as_deref().unwrap_or(target::FALLBACK), "high", context)?;
        let (low, low_pooled) = target::resolve(self.low.as_deref().unwrap_or(target::LOCAL), "low", context)?;
        let missing = self.missing.as_deref().map(|name| target::resolve(name, "missing", context)).transpose()?;
        if missing.is_none() && column.missing() > 0 {
            return Err(Error::new("queries without the value that a threshold compares")
                .at(format!("feature `{}`", self.column))
                .found(format!("{} of {} missing", column.missing(), column.len()))
                .hint("say where they go: `missing = \"fallback\"`"));
        }
        let mut endpoints = vec![high, low];
        endpoints.extend(missing.map(|(endpoint, _)| endpoint));
        let uses_pool = high_pooled || low_pooled || missing.is_some_and(|(_, pooled)| pooled);
        let rule = Threshold { feature, at_least: *self.at_least.get_ref(), high, low, missing: missing.map_or(low, |(endpoint, _)| endpoint) };
        Ok(Built { uses_pool, ..Built::fixed(Rule::Foresight(Box::new(rule)), endpoints) })
    }
}

struct Threshold {
    feature: usize,
    at_least: f64,
    high: EndpointIx,
    low: EndpointIx,
    missing: EndpointIx,
}

impl Policy for Threshold {
    fn plan(&self, queries: &QueryBlock, _: &Draws, out: &mut PlanBlock) -> Result<()> {
        let values = queries.number(self.feature).ok_or_else(|| Error::new("the score column of a threshold went away"))?;
        for &value in values.iter() {
            out.single(match value {
                value if value.is_nan() => self.missing,
                value if value >= self.at_least => self.high,
                _ => self.low,
            });
        }
        Ok(())
    }
}
