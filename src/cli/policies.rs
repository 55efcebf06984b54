//! `wattroute policies`.

use serde::Serialize;

use super::{Common, output};
use crate::error::Result;
use crate::policy::{KINDS, PolicySpec, shipped_names};

/// List the policies, and the kinds that a policy file may have
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute policies\n  wattroute policies noisy-oracle")]
pub(super) struct Args {
    /// Show the parameters of one kind, or the file of one policy
    name: Option<String>,
}

#[derive(Serialize)]
struct Listing {
    policies: Vec<Shipped>,
    kinds: Vec<Kind>,
}

#[derive(Serialize)]
struct Shipped {
    name: String,
    kind: &'static str,
    summary: String,
    toml: String,
}

#[derive(Serialize)]
struct Kind {
    name: &'static str,
    summary: &'static str,
    parameters: Vec<(&'static str, &'static str)>,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    let listing = listing()?;
    match args.name {
        None => output::show(common, &listing, || text(&listing)),
        Some(name) => one(&name, &listing, common),
    }
}

fn listing() -> Result<Listing> {
    let shipped = |name: &str| {
        let spec = PolicySpec::find(name)?;
        Ok(Shipped { name: name.to_owned(), kind: spec.kind, summary: spec.summary, toml: spec.text })
    };
    let kind = |kind: &crate::policy::PolicyKind| Kind { name: kind.name, summary: kind.summary, parameters: kind.parameters.to_vec() };
    Ok(Listing { policies: shipped_names().map(shipped).collect::<Result<_>>()?, kinds: KINDS.iter().map(kind).collect() })
}

fn text(listing: &Listing) -> String {
    let policies: Vec<_> = listing.policies.iter().map(|policy| vec![policy.name.clone(), policy.summary.clone()]).collect();
    let kinds: Vec<_> = listing.kinds.iter().map(|kind| vec![kind.name.to_owned(), kind.summary.to_owned()]).collect();
    format!(
        "{}\n{}\nA policy is a TOML file with a kind and [parameters]; `wattroute policies NAME` shows one.\n",
        output::table(&["policy", "what it does"], &policies),
        output::table(&["kind", "what it does"], &kinds)
    )
}

/// The file of a policy and the parameters of its kind.
fn one(name: &str, listing: &Listing, common: &Common) -> Result<()> {
    let policy = listing.policies.iter().find(|policy| policy.name == name);
    let kind = listing.kinds.iter().find(|kind| kind.name == policy.map_or(name, |policy| policy.kind));
    let Some(kind) = kind else {
        let names = listing.policies.iter().map(|policy| policy.name.as_str()).chain(listing.kinds.iter().map(|kind| kind.name));
        return Err(crate::error::unknown("policy or kind", name, names).usage());
    };
    output::show(common, kind, || {
        let parameters: Vec<_> = kind.parameters.iter().map(|(name, meaning)| vec![(*name).to_owned(), (*meaning).to_owned()]).collect();
        let file = policy.map_or(String::new(), |policy| format!("# policies/{}.toml\n{}\n", policy.name, policy.toml.trim_end()));
        format!("{file}\nkind {}: {}\n\n{}", kind.name, kind.summary, output::table(&["parameter", "meaning"], &parameters))
            .trim_start()
            .to_owned()
    })
}
