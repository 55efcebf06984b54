//! What a replay adds up to, whether its queries were read at once or part by part.

use std::collections::HashMap;

use rayon::prelude::*;

use super::engine::Progress;
use super::expect::MomentSums;
use super::outline::Outline;
use super::setup::Replay;
use super::tally::Tally;
use crate::error::Result;
use crate::trace::{EndpointIx, Metric};
use crate::workload::{ACCOUNTS, KnownSum};

/// Blocks that are counted at a time.
const BLOCKS_A_TASK: usize = 8;

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
    pub(super) solved: Vec<[u64; 2]>,
    /// By endpoint in use its scores and [`ACCOUNTS`].
    pub(super) known: Vec<(EndpointIx, [KnownSum; 1 + ACCOUNTS.len()])>,
}

impl Facts {
    /// Those of a replay.
    pub fn of(replay: &Replay) -> Facts {
        let workload = &replay.workload;
        let metrics: Vec<Metric> = std::iter::once(Metric::Score).chain(ACCOUNTS).collect();
        let in_use: Vec<EndpointIx> = workload.in_use().collect();
        let wanted: Vec<_> = in_use.iter().flat_map(|&endpoint| metrics.iter().map(move |&metric| (endpoint, metric))).collect();
        let pools = &replay.roles.pools;
        let tasks: Vec<usize> = (0..workload.blocks()).step_by(BLOCKS_A_TASK).collect();
        let count = |&first: &usize| {
            crate::work::go_on();
            let blocks = first..workload.blocks().min(first + BLOCKS_A_TASK);
            let solved = pools.iter().map(|pool| [&pool.local, &pool.all].map(|endpoints| workload.solved(endpoints, blocks.clone())));
            (solved.collect::<Vec<_>>(), workload.known_of_blocks(&wanted, blocks.clone()))
        };
        let counted: Vec<_> = tasks.par_iter().map(count).collect();
        let (mut solved, mut known) = (vec![[0; 2]; pools.len()], vec![KnownSum::default(); wanted.len()]);
        for (more_solved, more_known) in &counted {
            solved.iter_mut().flatten().zip(more_solved.iter().flatten()).for_each(|(sum, more)| *sum += more);
            known.iter_mut().zip(more_known).for_each(|(sum, more)| sum.merge(more));
        }
        let of_endpoint = known.chunks(metrics.len()).map(|sums| std::array::from_fn(|metric| sums[metric].clone()));
        let mut facts = Facts {
            trace_queries: workload.trace().len() as u64,
            queries: workload.len() as u64,
            dropped: workload.dropped as u64,
            solved,
            known: in_use.iter().copied().zip(of_endpoint).collect(),
            ..Facts::default()
        };
        for group in &replay.groups.names {
            facts.place(group);
        }
        facts
    }

    /// Those of no query yet, in the shape of those of some replay.
    pub(super) fn empty(outline: &Outline, groups: Vec<Group>) -> Facts {
        let solved = vec![[0; 2]; outline.roles.pools.len()];
        let known = outline.in_use.iter().map(|&endpoint| (endpoint, Default::default())).collect();
        let mut facts = Facts { solved, known, ..Facts::default() };
        for group in &groups {
            facts.place(group);
        }
        facts
    }

    /// Whether its counts can be those of so many queries.
    pub(super) fn are_within(&self, queries: u64) -> bool {
        let known = self.known.iter().flat_map(|(_, sums)| sums).all(|sum| sum.count <= queries);
        known && self.solved.iter().all(|[local, all]| local <= all && *all <= queries)
    }

    /// Adds the queries of a part that comes after those before; the places of its groups among those of all.
    fn merge(&mut self, part: &Facts) -> Vec<usize> {
        for (mine, theirs) in
            [(&mut self.trace_queries, part.trace_queries), (&mut self.queries, part.queries), (&mut self.dropped, part.dropped)]
        {
            *mine = mine.saturating_add(theirs);
        }
        for (mine, theirs) in self.solved.iter_mut().flatten().zip(part.solved.iter().flatten()) {
            *mine = mine.saturating_add(*theirs);
        }
        for ((_, mine), (_, theirs)) in self.known.iter_mut().zip(&part.known) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| mine.merge(theirs));
        }
        part.groups.iter().map(|group| self.place(group)).collect()
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
        let known = self.known.iter().find(|(known, _)| *known == endpoint);
        let mean = |metric: usize| known.and_then(|(_, sums)| sums[metric].mean());
        (mean(0), std::array::from_fn(|account| mean(1 + account)))
    }
}

/// What a report is made of.
#[derive(Debug, Clone, Default)]
pub struct Totals {
    /// A tally for each entry.
    pub tallies: Vec<Tally>,
    /// By entry its moments in closed form, where it has any.
    pub expected: Vec<Option<MomentSums>>,
    /// What is counted of the queries.
    pub facts: Facts,
}

impl Totals {
    /// Those of a replay that was run.
    pub fn of(replay: &Replay, tallies: Vec<Tally>) -> Totals {
        let expected = (0..replay.entries.len()).map(|entry| replay.moment_sums(entry)).collect();
        Totals { tallies, expected, facts: Facts::of(replay) }
    }

    /// Runs a replay and adds it up. Parts of a trace are added in their order; the same bytes come out of
    /// any parts that are cut at multiples of [`BLOCK_ROWS`](crate::trace::BLOCK_ROWS).
    ///
    /// # Errors
    /// Where a policy fails.
    pub fn add(&mut self, part: &Replay, progress: &dyn Progress) -> Result<()> {
        let tallies = part.run(progress)?;
        self.merge(Totals::of(part, tallies));
        Ok(())
    }

    /// Adds those of the queries that come next, of the same policies and roles.
    pub fn merge(&mut self, next: Totals) {
        if self.tallies.is_empty() {
            *self = next;
            return;
        }
        let places = self.facts.merge(&next.facts);
        for (mine, theirs) in self.expected.iter_mut().zip(&next.expected) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| mine.merge(theirs));
        }
        let groups = self.facts.groups.len();
        for (mine, mut theirs) in self.tallies.iter_mut().zip(next.tallies) {
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
