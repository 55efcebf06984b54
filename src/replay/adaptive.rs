//! Policies that learn while they route: asked one query after the other in arrival order, each told
//! what came of its own choice before it meets the next query. Replicates are independent of each
//! other and run in parallel; within one nothing is.

use std::ops::Range;

use rayon::prelude::*;

use super::engine::{Progress, Silent};
use super::setup::{Entry, Replay};
use crate::draw::Draws;
use crate::error::{Error, Result};
use crate::policy::{Feedback, Fresh, PlanBlock, QueryRow, Rule};
use crate::trace::{BLOCK_ROWS, EndpointIx, Metric};
use crate::workload::{ACCOUNTS, Workload};

/// What a policy that learns chose for every query of a workload, by replicate.
pub(super) struct Decisions {
    replicates: Vec<Learned>,
}

/// What one learner chose.
struct Learned {
    /// By position in the workload.
    chosen: Vec<EndpointIx>,
    /// Answers from which there was nothing to learn.
    unlearned: u64,
}

impl Decisions {
    /// Appends the decisions of a range of the workload as plans.
    pub fn plan(&self, replicate: u32, range: Range<usize>, out: &mut PlanBlock) {
        out.singles(self.replicates[replicate as usize].chosen[range].iter().copied());
    }

    /// Answers from which there was nothing to learn, in all replicates.
    pub fn unlearned(&self) -> u64 {
        self.replicates.iter().map(|learned| learned.unlearned).sum()
    }
}

impl Replay<'_> {
    /// By entry what it chose, for those that learn.
    ///
    /// # Errors
    /// Where one chooses an endpoint that is not in use.
    pub(super) fn decide(&self, progress: &dyn Progress) -> Result<Vec<Option<Decisions>>> {
        let learners = self.learners();
        let mut all: Vec<Option<Decisions>> = self.entries.iter().map(|_| None).collect();
        if learners.is_empty() {
            return Ok(all);
        }
        let order = times(&self.workload).ok().map(|times| by_time(&times));
        let run = |&(position, replicate, fresh): &(usize, u32, &Fresh)| -> Result<(usize, Learned)> {
            let entry = &self.entries[position];
            let learned = learn(&self.workload, order.as_deref(), fresh, &Draws::new(self.seed, u64::from(replicate)), progress);
            Ok((position, learned.map_err(|error| error.at(format!("policy `{}`", entry.spec.name)))?))
        };
        for (position, learned) in learners.par_iter().map(run).collect::<Result<Vec<_>>>()? {
            all[position].get_or_insert_with(|| Decisions { replicates: Vec::new() }).replicates.push(learned);
        }
        Ok(all)
    }

    /// What an entry that learns chooses in its first replicate; `None` for one that does not learn.
    ///
    /// # Errors
    /// Where it chooses an endpoint that is not in use.
    pub(super) fn first_decisions(&self, entry: &Entry) -> Result<Option<Decisions>> {
        let Rule::Adaptive(fresh) = &entry.built.rule else { return Ok(None) };
        let order = times(&self.workload).ok().map(|times| by_time(&times));
        let learned = learn(&self.workload, order.as_deref(), fresh, &Draws::new(self.seed, 0), &Silent)?;
        Ok(Some(Decisions { replicates: vec![learned] }))
    }

    /// The learners of a run, by entry and replicate in that order.
    pub(super) fn learners(&self) -> Vec<(usize, u32, &Fresh)> {
        let mut learners = Vec::new();
        for (position, entry) in self.entries.iter().enumerate() {
            if let Rule::Adaptive(fresh) = &entry.built.rule {
                learners.extend((0..self.replicates_of(entry)).map(|replicate| (position, replicate, fresh)));
            }
        }
        learners
    }
}

/// Takes one learner through a workload.
fn learn(workload: &Workload, order: Option<&[u32]>, fresh: &Fresh, draws: &Draws, progress: &dyn Progress) -> Result<Learned> {
    let mut policy = fresh();
    let mut learned = Learned { chosen: vec![0; workload.len()], unlearned: 0 };
    for turn in 0..workload.len() {
        let index = order.map_or(turn, |order| order[turn] as usize);
        let query = QueryRow { position: workload.position(index), key: workload.key(index) };
        let endpoint = policy.choose(&query, draws);
        if !workload.is_in_use(endpoint) {
            return Err(Error::new("a policy chose an endpoint that is not in use").found(endpoint));
        }
        learned.chosen[index] = endpoint;
        // An endpoint that cannot serve the query gives no answer to learn from.
        if !workload.is_gap(usize::from(endpoint), query.position) {
            learned.unlearned += u64::from(!policy.learn(&query, &feedback(workload, endpoint, query.position)));
        }
        if (turn + 1) % BLOCK_ROWS == 0 || turn + 1 == workload.len() {
            progress.advance((turn % BLOCK_ROWS + 1) as u64);
        }
    }
    Ok(learned)
}

/// What an endpoint did with a query.
fn feedback(workload: &Workload, endpoint: EndpointIx, position: usize) -> Feedback {
    let cell = |metric| workload.trace().metric(usize::from(endpoint), metric).and_then(|column| column.get(position)).unwrap_or(f64::NAN);
    Feedback { endpoint, score: cell(Metric::Score), accounts: ACCOUNTS.map(cell) }
}

/// When each query of a workload arrived, in seconds.
///
/// # Errors
/// The number of queries whose time is not known.
fn times(workload: &Workload) -> std::result::Result<Vec<f64>, usize> {
    let Some(column) = &workload.trace().queries.arrival_s else { return Err(workload.len()) };
    let times: Vec<Option<f64>> = (0..workload.len()).map(|index| column.get(workload.position(index))).collect();
    match times.iter().filter(|time| time.is_none()).count() {
        0 => Ok(times.into_iter().flatten().collect()),
        lacking => Err(lacking),
    }
}

/// The order of arrival: queries of the same time in the workload's order.
fn by_time(times: &[f64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..times.len() as u32).collect();
    order.sort_by(|&a, &b| times[a as usize].total_cmp(&times[b as usize]));
    order
}

/// In which order policies that learn are asked, for readers.
pub(super) fn order_note(workload: &Workload) -> String {
    let how = match times(workload) {
        Ok(_) => "in the order of their arrival times".to_owned(),
        Err(lacking) if lacking == workload.len() => "in the order of the workload, since arrival times are not known".to_owned(),
        Err(lacking) => format!("in the order of the workload, since the arrival times of {lacking} queries are not known"),
    };
    format!("policies that learn while they route are asked one query after the other, {how}")
}

#[cfg(test)]
mod tests;
