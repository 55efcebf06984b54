//! `wattroute policies`.

use serde::Serialize;

use super::{Common, output};
use crate::error::Result;
use crate::policy::learned::sections;
use crate::policy::{KINDS, PolicySpec, shipped_names};

/// List policies, kinds, routers and rules, or show one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute policies\n  wattroute policies noisy-oracle\n  wattroute policies router")]
pub(super) struct Args {
    /// Show the file of one policy, the parameters of one kind, or the kinds of a section: `router`, `rule`
    name: Option<String>,
}

#[derive(Serialize)]
struct Listing {
    policies: Vec<Shipped>,
    kinds: Vec<Kind>,
    sections: Vec<Section>,
}

/// A section of a learned policy, with its kinds.
#[derive(Serialize)]
struct Section {
    name: &'static str,
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
    let kind = |(name, summary, parameters): (_, _, &[_])| Kind { name, summary, parameters: parameters.to_vec() };
    let section =
        |section: crate::policy::learned::Section| Section { name: section.name, kinds: section.kinds.into_iter().map(kind).collect() };
    Ok(Listing {
        policies: shipped_names().map(shipped).collect::<Result<_>>()?,
        kinds: KINDS.iter().map(|of| kind((of.name, of.summary, of.parameters))).collect(),
        sections: sections().into_iter().map(section).collect(),
    })
}

fn text(listing: &Listing) -> String {
    let policies: Vec<_> = listing.policies.iter().map(|policy| vec![policy.name.clone(), policy.summary.clone()]).collect();
    let sections: String = listing.sections.iter().map(|section| format!("\n{}", list(section.name, &section.kinds))).collect();
    let more = "A policy is a TOML file with a kind and [parameters]; `wattroute policies NAME` shows one, or the parameters of a kind.";
    let policies = output::table(&["policy", "what it does"], &policies);
    format!("{policies}\n{}{sections}\n{}", list("kind", &listing.kinds), output::text(more))
}

fn list(title: &str, kinds: &[Kind]) -> String {
    let rows: Vec<_> = kinds.iter().map(|kind| vec![kind.name.to_owned(), kind.summary.to_owned()]).collect();
    output::table(&[title, "what it does"], &rows)
}

/// The file of a policy and the parameters of its kind, or the kinds of a section with theirs.
fn one(name: &str, listing: &Listing, common: &Common) -> Result<()> {
    if let Some(section) = listing.sections.iter().find(|section| section.name == name) {
        return output::show(common, section, || {
            section.kinds.iter().map(|kind| described(section.name, kind)).collect::<Vec<_>>().join("\n")
        });
    }
    let policy = listing.policies.iter().find(|policy| policy.name == name);
    let kind = listing.kinds.iter().find(|kind| kind.name == policy.map_or(name, |policy| policy.kind));
    let Some(kind) = kind else {
        let names = listing.policies.iter().map(|policy| policy.name.as_str()).chain(listing.kinds.iter().map(|kind| kind.name));
        let sections = listing.sections.iter().map(|section| section.name);
        return Err(crate::error::unknown("policy, kind or section", name, names.chain(sections)).usage());
    };
    output::show(common, kind, || {
        let file = policy.map_or(String::new(), |policy| format!("# policies/{}.toml\n{}\n\n", policy.name, policy.toml.trim_end()));
        file + &described("kind", kind)
    })
}

fn described(title: &str, kind: &Kind) -> String {
    let heading = output::text(&format!("{title} {}: {}", kind.name, kind.summary));
    if kind.parameters.is_empty() {
        return heading;
    }
    let parameters: Vec<_> = kind.parameters.iter().map(|(name, meaning)| vec![(*name).to_owned(), (*meaning).to_owned()]).collect();
    format!("{heading}\n{}", output::table(&["parameter", "meaning"], &parameters))
}
