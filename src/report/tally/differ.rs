//! How tallies differ that cannot be merged.

use super::{Head, TallyFile};
use crate::error::Error;
use crate::policy::Objective;
use crate::replay::Outline;
use crate::trace::EndpointIx;

/// What a tally says of its run, and what another one says of it.
type Difference = (String, String);

/// The error of a tally that is of another run than the first; `None` where both are of one.
pub(super) fn differences(first: &TallyFile, file: &TallyFile) -> Option<Error> {
    let found = differing(&first.head, &file.head);
    if found.is_empty() {
        return None;
    }
    let (allowed, found): (Vec<String>, Vec<String>) = found.into_iter().unzip();
    let error = Error::new("tallies of different runs cannot be merged").at(&file.place).found(found.join("; "));
    let error = error.allowed(format!("{}, as in `{}`", allowed.join("; "), first.place));
    Some(error.hint("make all tallies with the same arguments, but for `--rows` and `--tally`, of the same trace"))
}

/// Each difference of two heads. How the command was spelled and where the trace lies is none.
fn differing(a: &Head, b: &Head) -> Vec<Difference> {
    let (mine, theirs) = (&a.outline, &b.outline);
    let mut found: Vec<Difference> = Vec::new();
    let mut differ = |what: &str, a: String, b: String| {
        if a != b {
            found.push((format!("{what} {a}"), format!("{what} {b}")));
        }
    };
    differ("version", a.program.clone(), b.program.clone());
    differ("trace", trace(a), trace(b));
    differ("seed", mine.seed.to_string(), theirs.seed.to_string());
    differ("replicates", mine.replicates.to_string(), theirs.replicates.to_string());
    differ("policies", policies(mine), policies(theirs));
    for entry in &mine.entries {
        let other = theirs.entries.iter().find(|other| other.policy == entry.policy);
        if let Some(other) = other.filter(|other| other.text != entry.text) {
            differ(&format!("policy `{}` of", entry.policy), in_a_line(&entry.text), in_a_line(&other.text));
        }
    }
    differ("baselines", names(mine, &mine.roles.baselines), names(theirs, &theirs.roles.baselines));
    differ("fallbacks", fallbacks(mine), fallbacks(theirs));
    differ("local endpoints", local(mine), local(theirs));
    differ("objective", objective(mine), objective(theirs));
    differ("correct from score", mine.correct_at.to_string(), theirs.correct_at.to_string());
    differ("metrics", metrics(mine), metrics(theirs));
    let carbon = |head: &Head| head.making.carbon_g_per_kwh.map_or_else(|| "none".to_owned(), |grams| format!("{grams} g/kWh"));
    differ("carbon intensity", carbon(a), carbon(b));
    differ("verb", a.making.verb.clone(), b.making.verb.clone());
    differ("notes", mine.notes.join(", "), theirs.notes.join(", "));
    if found.is_empty() && mine != theirs {
        let of = |outline: &Outline| match (outline.dense, outline.in_lines) {
            (false, _) => "some cells unknown",
            (true, false) => "cells that are very large",
            (true, true) => "all cells known",
        };
        found.push((of(mine).to_owned(), of(theirs).to_owned()));
    }
    found
}

fn trace(head: &Head) -> String {
    format!("{} ({}, {} queries)", head.outline.trace.name, head.outline.trace.fingerprint, head.of)
}

fn policies(outline: &Outline) -> String {
    outline.entries.iter().map(|entry| outline.name(entry)).collect::<Vec<_>>().join(", ")
}

fn names(outline: &Outline, endpoints: &[EndpointIx]) -> String {
    endpoints.iter().map(|&endpoint| outline.id(endpoint)).collect::<Vec<_>>().join(", ")
}

fn fallbacks(outline: &Outline) -> String {
    outline.roles.pools.iter().map(|pool| outline.id(pool.fallback)).collect::<Vec<_>>().join(", ")
}

fn local(outline: &Outline) -> String {
    outline.roles.pools.first().map(|pool| names(outline, &pool.local)).unwrap_or_default()
}

fn objective(outline: &Outline) -> String {
    let known = Objective::ALL.iter().find(|(_, objective)| *objective == outline.objective);
    known.map_or_else(String::new, |(name, _)| (*name).to_owned())
}

fn metrics(outline: &Outline) -> String {
    outline.metrics.iter().map(|metric| metric.column()).collect::<Vec<_>>().join(", ")
}

fn in_a_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
