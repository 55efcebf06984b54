//! Replicates of a policy that draws, added up together.
//!
//! Where a query goes to an endpoint in k of them, k times the line of that answer is k lines: rows of buckets
//! and groups are added to once for each endpoint that a query goes to, however many replicates there are.

use std::ops::Range;

use super::line::Line;
use super::lines::Lines;
use crate::policy::PlanBlock;
use crate::trace::EndpointIx;
use crate::wide::{self, Loop};

/// How often each answer to the queries of a block is chosen.
#[derive(Default)]
pub(super) struct Times {
    endpoints: usize,
    queries: usize,
    /// The replicates that wait, and replicate by replicate what is chosen.
    replicates: Range<usize>,
    chosen: Vec<EndpointIx>,
    /// Endpoint by endpoint a count for each query.
    counts: Vec<u32>,
    answers: Vec<Chosen>,
    totals: Vec<Line>,
}

/// An answer that is chosen.
#[derive(Clone, Copy, Default)]
pub(super) struct Chosen {
    pub index: u32,
    pub times: u32,
    pub endpoint: EndpointIx,
}

impl Times {
    /// Replicates that wait to be added.
    pub fn replicates(&self) -> Range<usize> {
        self.replicates.clone()
    }

    /// Counts one more replicate of a block, the one after those that wait.
    pub fn add(&mut self, endpoints: usize, replicate: usize, chosen: &[EndpointIx]) {
        if self.replicates.is_empty() {
            (self.endpoints, self.queries, self.replicates) = (endpoints, chosen.len(), replicate..replicate);
            self.chosen.clear();
            self.counts.clear();
            self.counts.resize(endpoints * chosen.len(), 0);
        }
        self.replicates.end = replicate + 1;
        self.chosen.extend_from_slice(chosen);
        for (index, &endpoint) in chosen.iter().enumerate().filter(|(_, endpoint)| **endpoint != PlanBlock::SKIP) {
            self.counts[usize::from(endpoint) * self.queries + index] += 1;
        }
    }

    /// By replicate that waits the sum of what was chosen.
    pub fn totals(&mut self, lines: &Lines) -> &[Line] {
        self.totals.clear();
        self.totals.resize(self.replicates.len(), Line::ZERO);
        wide::run(Totals { lines, queries: self.queries, chosen: &self.chosen, totals: &mut self.totals });
        &self.totals
    }

    /// The answers that were chosen; no replicate waits any more.
    pub fn take(&mut self) -> &[Chosen] {
        self.replicates = 0..0;
        self.answers.clear();
        self.answers.resize(self.counts.len() + 1, Chosen::default());
        let mut count = 0;
        for (endpoint, counts) in self.counts.chunks_exact(self.queries.max(1)).enumerate() {
            for (index, &times) in counts.iter().enumerate() {
                // The next one takes the place of one that is never chosen.
                self.answers[count] = Chosen { index: index as u32, times, endpoint: endpoint as EndpointIx };
                count += usize::from(times > 0);
            }
        }
        &self.answers[..count]
    }
}

/// Queries whose lines stay in the nearest cache while all replicates are added up.
const AT_A_TIME: usize = 64;

struct Totals<'a> {
    lines: &'a Lines,
    queries: usize,
    chosen: &'a [EndpointIx],
    totals: &'a mut [Line],
}

impl Loop for Totals<'_> {
    #[inline(always)]
    fn run(self) {
        let Totals { lines, queries, chosen, totals } = self;
        for start in (0..queries).step_by(AT_A_TIME) {
            let part = start..queries.min(start + AT_A_TIME);
            for (total, chosen) in totals.iter_mut().zip(chosen.chunks_exact(queries)) {
                let mut sum = *total;
                for (index, &endpoint) in part.clone().zip(&chosen[part.clone()]) {
                    if endpoint != PlanBlock::SKIP {
                        sum.add(lines.get(endpoint, index));
                    }
                }
                *total = sum;
            }
        }
    }
}
