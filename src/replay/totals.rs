//! What a replay adds up to, whether its queries were read at once or part by part.

use std::collections::HashMap;

use rayon::prelude::*;

use super::engine::Progress;
use super::expect::LaneMoments;
use super::setup::Replay;
use super::tally::Tally;
use crate::error::Result;
use crate::trace::{EndpointIx, Metric};
use crate::workload::{ACCOUNTS, KnownSum};

/// A data set and a category, where they are known.
pub type Group = (Option<String>, Option<String>);

/// What is counted of the queries themselves, whatever the policies do with them.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Queries of the trace.
    pub trace_queries: u64,
    /// Queries that were replayed.
    pub queries: u64,
    /// Queries that were left out because they lack a needed cell.
    pub dropped: u64,
    /// The groups of queries, in the order in which they first appear.
    pub groups: Vec<Group>,
    place_of: HashMap<Group, usize>,
    /// By pool the queries that its local endpoints solve, and that any of it does.
    solved: Vec<[u64; 2]>,
    /// By endpoint in use its scores and [`ACCOUNTS`].
    known: Vec<(EndpointIx, [KnownSum; 1 + ACCOUNTS.len()])>,
}

impl Facts {
    /// Those of a replay.
    pub fn of(replay: &Replay) -> Facts {
        let mut facts = Facts::default();
        facts.add(replay);
        facts
    }

    /// Adds the queries of a part that comes after those before; the places of its groups among those of all.
    fn add(&mut self, part: &Replay) -> Vec<usize> {
        let workload = &part.workload;
        self.trace_queries += workload.trace().len() as u64;
        self.queries += workload.len() as u64;
        self.dropped += workload.dropped as u64;
        self.solved.resize(part.roles.pools.len(), [0; 2]);
        for (solved, pool) in self.solved.iter_mut().zip(&part.roles.pools) {
            solved[0] += workload.solved(&pool.local);
            solved[1] += workload.solved(&pool.all);
        }
        if self.known.is_empty() {
            self.known = workload.in_use().map(|endpoint| (endpoint, Default::default())).collect();
        }
        // A mean is summed in the order of the queries: endpoints side by side, and each goes on where it was.
        self.known.par_iter_mut().for_each(|(endpoint, sums)| {
            let metrics = std::iter::once(Metric::Score).chain(ACCOUNTS);
            sums.iter_mut().zip(metrics).for_each(|(sum, metric)| workload.add_known(*endpoint, metric, sum));
        });
        part.groups.names.iter().map(|group| self.place(group)).collect()
    }

    fn place(&mut self, group: &Group) -> usize {
        *self.place_of.entry(group.clone()).or_insert_with(|| {
            self.groups.push(group.clone());
            self.groups.len() - 1
        })
    }

    /// By pool the shares of queries that one of its local endpoints answers correctly, and that any of it does.
    pub fn coverage(&self, pool: usize) -> [f64; 2] {
        self.solved.get(pool).copied().unwrap_or_default().map(|solved| solved as f64 / self.queries as f64)
    }

    /// The mean of an endpoint's scores and of its [`ACCOUNTS`], each over the queries where it is known.
    pub fn means(&self, endpoint: EndpointIx) -> (Option<f64>, [Option<f64>; ACCOUNTS.len()]) {
        let known = self.known.iter().find(|(known, _)| *known == endpoint).map(|(_, sums)| *sums).unwrap_or_default();
        (known[0].mean(), std::array::from_fn(|account| known[1 + account].mean()))
    }
}

/// What a report is made of.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// A tally for each entry.
    pub tallies: Vec<Tally>,
    /// By entry its moments in closed form, where it has any.
    pub expected: Vec<Option<LaneMoments>>,
    /// What is counted of the queries.
    pub facts: Facts,
}

impl Totals {
    /// Those of a replay that was run.
    pub fn of(replay: &Replay, tallies: Vec<Tally>) -> Totals {
        let mut totals = Totals::default();
        totals.merge(replay, tallies);
        totals
    }

    /// Runs a replay and adds it up. Parts of a trace are added in their order; the same bytes come out of
    /// any parts that are cut at multiples of [`BLOCK_ROWS`](crate::trace::BLOCK_ROWS).
    ///
    /// # Errors
    /// Where a policy fails.
    pub fn add(&mut self, part: &Replay, progress: &dyn Progress) -> Result<()> {
        let tallies = part.run(progress)?;
        self.merge(part, tallies);
        Ok(())
    }

    fn merge(&mut self, part: &Replay, tallies: Vec<Tally>) {
        let places = self.facts.add(part);
        self.expected.resize(part.entries.len(), None);
        for (entry, moments) in self.expected.iter_mut().enumerate() {
            *moments = part.expect_after(entry, moments.take());
        }
        if self.tallies.is_empty() {
            self.tallies = tallies;
            return;
        }
        let groups = self.facts.groups.len();
        for (mine, mut theirs) in self.tallies.iter_mut().zip(tallies) {
            if mine.groups.len() < groups {
                let own: Vec<usize> = (0..mine.groups.len()).collect();
                mine.groups = mine.groups.placed(&own, groups);
                mine.served = mine.served.placed(&own, groups);
            }
            theirs.groups = theirs.groups.placed(&places, groups);
            theirs.served = theirs.served.placed(&places, groups);
            mine.merge(&theirs);
        }
    }
}
