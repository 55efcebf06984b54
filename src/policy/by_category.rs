//! `by-category`: an endpoint for each category (or data set).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Built, BuiltFrom, Context, Parameters, PlanBlock, Policy, PolicyKind, PolicySpec, Rule, target};
use crate::draw::Draws;
use crate::error::{Error, Result};
use crate::trace::EndpointIx;
use crate::workload::QueryBlock;

/// The kind.
pub const KIND: PolicyKind = PolicyKind {
    name: "by-category",
    summary: "an endpoint for each category, or for each data set",
    parameters: &[
        ("route", "a table of endpoints by category"),
        ("default", "the endpoint of every other category"),
        ("by", "`category` (default) or `dataset`"),
    ],
    read: |text| PolicySpec::read(text, "by-category", |file: File, _| file),
};

#[derive(Deserialize, Clone, Copy, Default)]
#[serde(rename_all = "lowercase")]
enum By {
    #[default]
    Category,
    Dataset,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    route: BTreeMap<String, String>,
    default: String,
    #[serde(default)]
    by: By,
}

impl Parameters for File {
    fn built_from(&self) -> BuiltFrom {
        BuiltFrom::Names
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let names = match self.by {
            By::Category => context.trace.queries.category.as_ref(),
            By::Dataset => context.trace.queries.dataset.as_ref(),
        };
        let names = names.ok_or_else(|| Error::new("the trace does not tell what this policy routes by").hint("import it with categories"))?;
        let (default, mut uses_pool) = target::resolve(&self.default, "default", context)?;
        let mut by_code = vec![default; names.names.len()];
        for (name, endpoint) in &self.route {
            let code = names.names.iter().position(|known| known == name).ok_or_else(|| {
                crate::error::unknown("category in the trace", name, names.names.iter().map(String::as_str)).at("`route`")
            })?;
            let (endpoint, pooled) = target::resolve(endpoint, "route", context)?;
            uses_pool |= pooled;
            by_code[code] = endpoint;
        }
        let mut endpoints = by_code.clone();
        endpoints.push(default);
        let rule = Rule::Foresight(Box::new(ByCode { by_code, default, names: names.clone() }));
        Ok(Built { uses_pool, ..Built::fixed(rule, endpoints) })
    }
}

struct ByCode {
    names: crate::trace::Names,
    by_code: Vec<EndpointIx>,
    default: EndpointIx,
}

impl Policy for ByCode {
    fn plan(&self, queries: &QueryBlock, _: &Draws, out: &mut PlanBlock) -> Result<()> {
        for index in 0..queries.len() {
            let code = queries.code(&self.names, index);
            out.single(self.by_code.get(code as usize).copied().unwrap_or(self.default));
        }
        Ok(())
    }
}
