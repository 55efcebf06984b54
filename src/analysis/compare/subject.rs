//! A policy as a comparison sees it.

use super::NearlyAll;
use crate::replay::{Replay, Resampled, Tally};
use crate::trace::EndpointIx;

/// A policy with its sums.
pub(super) struct Subject<'a> {
    /// Its name in the report.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// Whether it sees outcomes in advance.
    pub hindsight: bool,
    /// The pool that it depends on.
    pub pool: Option<usize>,
    /// The candidates of that pool.
    candidates: Vec<EndpointIx>,
    /// The endpoint and its id, where it always takes the same.
    pub fixed: Option<(EndpointIx, String)>,
    /// Queries (mean over replicates) without a figure: nobody could serve them, or they left the comparison.
    pub left_queries: f64,
    /// Whether every query has one attempt, and nothing is drawn: then its decisions can be looked at.
    pub decides_once: bool,
    /// Share of queries by the endpoint whose answer stands, with the id.
    shares: Vec<(String, f64)>,
    /// Its sums.
    pub sample: &'a Resampled,
}

impl<'a> Subject<'a> {
    pub fn new(replay: &Replay, position: usize, sample: &'a Resampled, tally: &Tally) -> Self {
        let entry = &replay.entries[position];
        let replicates = f64::from(replay.replicates_of(entry));
        let endpoints = replay.workload.trace().info.endpoints.len();
        let served = tally.served.all();
        let (by_endpoint, nobody) = served.split_at(endpoints.min(served.len()));
        let answered: u64 = served.iter().sum();
        let used = || (0..by_endpoint.len()).filter(|&endpoint| by_endpoint[endpoint] > 0);
        let only = used().next().filter(|_| entry.spec.kind == "always" && used().count() == 1);
        let attempts: u64 = tally.attempts.iter().sum();
        Subject {
            name: replay.name(entry),
            kind: entry.spec.kind,
            hindsight: entry.built.rule.is_hindsight(),
            pool: entry.built.uses_pool.then_some(entry.pool),
            candidates: if entry.built.uses_pool { replay.roles.pools[entry.pool].all.clone() } else { Vec::new() },
            fixed: only.map(|endpoint| (endpoint as EndpointIx, replay.id(endpoint as EndpointIx).to_owned())),
            left_queries: (tally.status[2] + tally.status[3]) as f64 / replicates,
            decides_once: !entry.built.random && attempts == answered && nobody.iter().all(|count| *count == 0),
            shares: used()
                .map(|endpoint| (replay.id(endpoint as EndpointIx).to_owned(), by_endpoint[endpoint] as f64 / answered as f64))
                .collect(),
            sample,
        }
    }

    /// The policies that always take one endpoint and that this one is held against: those of its pool, or all
    /// where it depends on none. An endpoint that does not answer every query is no choice for all of them.
    pub fn held_against<'s, 'b>(&self, subjects: &'s [Subject<'b>]) -> Vec<&'s Subject<'b>> {
        let mut seen: Vec<EndpointIx> = Vec::new();
        let mut fixed = Vec::new();
        for subject in subjects.iter().filter(|subject| subject.left_queries == 0.0) {
            let Some((endpoint, _)) = &subject.fixed else { continue };
            if (self.pool.is_none() || self.candidates.contains(endpoint)) && !seen.contains(endpoint) {
                seen.push(*endpoint);
                fixed.push(subject);
            }
        }
        fixed
    }

    /// Why its figures stand beside no fixed endpoint's.
    pub fn why_not_held(&self) -> String {
        format!("{:.0} queries have no answer of it, which fixed endpoints do answer", self.left_queries.max(1.0))
    }

    /// The endpoint that answers at least that share, where it is not one that always takes it.
    pub fn nearly_all(&self, least: f64) -> Option<NearlyAll> {
        let (endpoint, share) = self.shares.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        (self.kind != "always" && *share >= least).then(|| NearlyAll { endpoint: endpoint.clone(), share: *share })
    }
}
