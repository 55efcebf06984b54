//! `always`: every query to one endpoint.

use serde::Deserialize;

use super::{Built, BuiltFrom, Context, Parameters, PlanBlock, Policy, PolicyKind, PolicySpec, Rule, target};
use crate::draw::Draws;
use crate::error::Result;
use crate::trace::EndpointIx;
use crate::workload::QueryBlock;

/// The kind.
pub const KIND: PolicyKind = PolicyKind {
    name: "always",
    summary: "every query to one endpoint",
    parameters: &[("endpoint", "an id, `fallback`, or `local` where there is one")],
    read: |text| PolicySpec::read(text, "always", |file: File, _| Always { endpoint: file.endpoint }),
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    endpoint: String,
}

struct Always {
    endpoint: String,
}

impl Parameters for Always {
    fn built_from(&self) -> BuiltFrom {
        BuiltFrom::Description
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let (endpoint, uses_pool) = target::resolve(&self.endpoint, "endpoint", context)?;
        let rule = Rule::Foresight(Box::new(To(endpoint)));
        Ok(Built { uses_pool, ..Built::fixed(rule, vec![endpoint]) })
    }
}

/// Every query to this endpoint.
pub struct To(pub EndpointIx);

impl Policy for To {
    fn plan(&self, queries: &QueryBlock, _: &Draws, out: &mut PlanBlock) -> Result<()> {
        out.singles(std::iter::repeat_n(self.0, queries.len()));
        Ok(())
    }

    fn parts(&self) -> Option<Vec<(u64, EndpointIx)>> {
        Some(vec![(u64::MAX, self.0)])
    }
}
