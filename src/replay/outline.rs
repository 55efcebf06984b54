//! What a report asks of a replay beside its sums: how it was set up, and what its trace is called.

use serde::{Deserialize, Serialize};

use super::lane::Layout;
use super::setup::{Entry, Replay};
use crate::policy::Objective;
use crate::trace::{Endpoint, EndpointIx, Metric};
use crate::workload::{Pool, Roles};

/// A replay without its queries. Parts of a trace that are replayed alike have the same one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outline {
    /// The trace.
    pub trace: TraceOutline,
    /// The policies, one in each pool that it is replayed in.
    pub entries: Vec<EntryOutline>,
    /// The roles of the endpoints.
    pub roles: Roles,
    /// The endpoints in use, in the trace's order.
    pub in_use: Vec<EndpointIx>,
    /// The metrics that are accounted for.
    pub metrics: Vec<Metric>,
    /// Whether every cell that is accounted for is known: see [`Layout::dense`].
    pub dense: bool,
    /// Whether results are small enough for the sums that are fast, which floating-point figures depend on.
    pub in_lines: bool,
    /// What oracles make small.
    pub objective: Objective,
    /// The score from which an answer is correct.
    pub correct_at: f64,
    /// Replicates of policies that draw.
    pub replicates: u32,
    /// Seed of every draw.
    pub seed: u64,
    /// What a reader should know, a line each.
    pub notes: Vec<String>,
}

/// What a report says of a trace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceOutline {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence.
    pub summary: String,
    /// The fingerprint of the whole trace.
    pub fingerprint: String,
    /// Its endpoints, whether they are in use or not.
    pub endpoints: Vec<Endpoint>,
}

/// A policy in a pool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryOutline {
    /// What reports call the policy, but for the pool.
    pub policy: String,
    /// Its kind.
    pub kind: String,
    /// What it does.
    pub summary: String,
    /// Its TOML.
    pub text: String,
    /// The position of its pool.
    pub pool: usize,
    /// Whether reports must tell the pool, because the policy runs in several.
    pub name_pool: bool,
    /// Whether it depends on the pool.
    pub uses_pool: bool,
    /// Whether it sees outcomes in advance.
    pub hindsight: bool,
    /// The chance that its coin is right, where it has one.
    pub nominal: Option<f64>,
    /// Whether its plans depend on random draws.
    pub random: bool,
    /// Whether its choices can be held against an oracle's.
    pub has_oracle: bool,
    /// Whether its figures are known in closed form.
    pub has_moments: bool,
}

impl Outline {
    /// That of a replay.
    pub fn of(replay: &Replay) -> Outline {
        let (workload, info) = (&replay.workload, &replay.workload.trace().info);
        Outline {
            trace: TraceOutline {
                name: info.name.clone(),
                summary: info.summary.clone(),
                fingerprint: workload.trace().fingerprint.clone(),
                endpoints: info.endpoints.clone(),
            },
            entries: replay.entries.iter().enumerate().map(|(position, entry)| EntryOutline::of(replay, position, entry)).collect(),
            roles: replay.roles.clone(),
            in_use: workload.in_use().collect(),
            metrics: workload.metrics().to_vec(),
            dense: workload.is_dense(),
            in_lines: replay.room.is_some(),
            objective: replay.objective,
            correct_at: workload.correct_at(),
            replicates: replay.replicates,
            seed: replay.seed,
            notes: replay.notes.clone(),
        }
    }

    /// What reports call an entry.
    pub fn name(&self, entry: &EntryOutline) -> String {
        if entry.name_pool { format!("{} (fallback {})", entry.policy, self.id(self.pool(entry).fallback)) } else { entry.policy.clone() }
    }

    /// The id of an endpoint.
    pub fn id(&self, endpoint: EndpointIx) -> &str {
        &self.trace.endpoints[usize::from(endpoint)].id
    }

    /// The pool of an entry.
    pub fn pool(&self, entry: &EntryOutline) -> &Pool {
        &self.roles.pools[entry.pool]
    }

    /// Replicates of an entry: one where nothing is drawn.
    pub fn replicates_of(&self, entry: &EntryOutline) -> u32 {
        if entry.random { self.replicates } else { 1 }
    }

    /// The layout of its tallies.
    pub fn layout(&self) -> Layout {
        Layout { baselines: self.roles.baselines.len(), dense: self.dense }
    }

    /// Whether every place that it names is there: one that comes from a file may name any.
    pub fn holds_together(&self) -> bool {
        let is_endpoint = |endpoint: &EndpointIx| usize::from(*endpoint) < self.trace.endpoints.len();
        let is_pool = |pool: &Pool| is_endpoint(&pool.fallback) && pool.local.iter().chain(&pool.all).all(is_endpoint);
        self.roles.baselines.iter().chain(&self.in_use).all(is_endpoint)
            && self.roles.pools.iter().all(is_pool)
            && self.in_use.is_sorted_by(|before, after| before < after)
            && self.entries.iter().all(|entry| entry.pool < self.roles.pools.len())
            && self.replicates > 0
            && !self.entries.is_empty()
            && !self.roles.baselines.is_empty()
    }
}

impl EntryOutline {
    fn of(replay: &Replay, position: usize, entry: &Entry) -> EntryOutline {
        EntryOutline {
            policy: entry.spec.name.clone(),
            kind: entry.spec.kind.to_owned(),
            summary: entry.spec.summary.clone(),
            text: entry.spec.text.clone(),
            pool: entry.pool,
            name_pool: entry.name_pool,
            uses_pool: entry.built.uses_pool,
            hindsight: entry.built.rule.is_hindsight(),
            nominal: entry.built.nominal,
            random: entry.built.random,
            has_oracle: replay.has_oracle(position),
            has_moments: replay.has_moments(entry),
        }
    }
}
