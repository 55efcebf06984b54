//! Whether a router decides alike when prompts are perturbed.

use serde::{Deserialize, Serialize};

use crate::analysis::peers::robustness;
use crate::error::{Error, Result};
use crate::replay::{Entry, Replay};

/// Two policies that are decisions of one router: for the prompts, and for perturbed prompts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Perturbed {
    /// The decisions for the prompts.
    pub policy: String,
    /// The decisions for the perturbed prompts.
    pub perturbed: String,
    /// The fallback of the pool, where there are several.
    pub fallback: Option<String>,
    /// Queries that both decide.
    pub queries: usize,
    /// RouterArena's robustness: share of these that go to the same endpoint first. `None` where there are none.
    pub robustness: Option<f64>,
}

/// The robustness of pairs of policies of a replay, by name, in each pool.
///
/// # Errors
/// Where a pair names a policy that is not in the replay, or one cannot plan.
pub fn perturbed(replay: &Replay, pairs: &[(String, String)]) -> Result<Vec<Perturbed>> {
    let mut found = Vec::new();
    for (plain, changed) in pairs {
        for (first, second) in entries(replay, plain)?.into_iter().zip(entries(replay, changed)?) {
            let (plain, changed) = (decisions(replay, first)?, decisions(replay, second)?);
            let kept = robustness(&borrowed(&plain), &borrowed(&changed))?;
            found.push(Perturbed {
                policy: first.spec.name.clone(),
                perturbed: second.spec.name.clone(),
                fallback: (replay.roles.pools.len() > 1).then(|| replay.id(replay.roles.pools[first.pool].fallback).to_owned()),
                queries: kept.compared,
                robustness: kept.stay,
            });
        }
    }
    Ok(found)
}

fn entries<'r, 't>(replay: &'r Replay<'t>, name: &str) -> Result<Vec<&'r Entry>> {
    let found: Vec<&Entry> = replay.entries.iter().filter(|entry| entry.spec.name == name).collect();
    if found.is_empty() {
        let error = Error::new("no such policy in this comparison").at("--perturbed").found(format!("`{name}`"));
        return Err(error.hint("a pair is POLICY=POLICY, each as it is named by `--policy`").usage());
    }
    Ok(found)
}

/// The first endpoint of each query that has one, by its place in the workload.
fn decisions<'t>(replay: &Replay<'t>, entry: &Entry) -> Result<Vec<(String, &'t str)>> {
    let firsts = replay.firsts(entry)?.endpoint;
    let known = firsts.into_iter().enumerate().filter_map(|(index, endpoint)| Some((index.to_string(), replay.id(endpoint?))));
    Ok(known.collect())
}

fn borrowed<'a>(decisions: &'a [(String, &str)]) -> Vec<(&'a str, &'a str)> {
    decisions.iter().map(|(query, endpoint)| (query.as_str(), *endpoint)).collect()
}
