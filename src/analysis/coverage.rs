//! Coverage: the share of queries that at least one endpoint of a set answers correctly.

use serde::Serialize;

use super::ByName;
use crate::trace::{Metric, Names, Trace};

/// Which endpoint answers which query correctly.
#[derive(Debug, Clone)]
pub struct Solved {
    queries: usize,
    /// For each endpoint, for each query.
    by_endpoint: Vec<Vec<bool>>,
    /// For each query the number of endpoints that solve it.
    solvers: Vec<u16>,
}

/// Shares of all queries of the trace; a query that was not answered is not answered correctly.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coverage {
    /// The score from which an answer is correct.
    pub correct_at: f64,
    /// By any endpoint.
    pub any: f64,
    /// By any local endpoint; `None` where no endpoint is known to be local.
    pub local: Option<f64>,
    /// By each endpoint.
    pub by_endpoint: ByName<f64>,
    /// By data set.
    pub by_dataset: Vec<DatasetCoverage>,
    /// The local endpoints.
    pub local_endpoints: Vec<String>,
}

/// Coverage of the queries of one data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DatasetCoverage {
    /// Its name; `None` for queries without one.
    pub dataset: Option<String>,
    /// Its queries.
    pub queries: usize,
    /// By any endpoint.
    pub any: f64,
    /// By any local endpoint.
    pub local: Option<f64>,
}

impl Solved {
    /// Looks at every score of a trace.
    pub fn of(trace: &Trace, correct_at: f64) -> Self {
        // NaN, a missing score, is not at least anything.
        let solved = |endpoint: usize| match trace.metric(endpoint, Metric::Score) {
            Some(scores) => scores.iter().map(|score| score >= correct_at).collect(),
            None => vec![false; trace.len()],
        };
        let by_endpoint: Vec<Vec<bool>> = (0..trace.outcomes.len()).map(solved).collect();
        let mut solvers = vec![0_u16; trace.len()];
        for solved in &by_endpoint {
            solvers.iter_mut().zip(solved).for_each(|(count, &solved)| *count += u16::from(solved));
        }
        Solved { queries: trace.len(), by_endpoint, solvers }
    }

    /// For each query whether an endpoint solves it.
    pub fn by(&self, endpoint: usize) -> &[bool] {
        &self.by_endpoint[endpoint]
    }

    /// For each query whether any of the endpoints solves it.
    pub fn by_any_of(&self, endpoints: &[usize]) -> Vec<bool> {
        let mut any = vec![false; self.queries];
        for &endpoint in endpoints {
            any.iter_mut().zip(&self.by_endpoint[endpoint]).for_each(|(any, solved)| *any |= *solved);
        }
        any
    }

    /// Whether any of the endpoints solves the query.
    fn by_any(&self, endpoints: &[usize], query: usize) -> bool {
        endpoints.iter().any(|&endpoint| self.by_endpoint[endpoint][query])
    }

    /// The number of queries that at least one of the endpoints solves.
    pub fn count(&self, endpoints: &[usize]) -> usize {
        (0..self.queries).filter(|&query| self.by_any(endpoints, query)).count()
    }

    /// The share of all queries that at least one of the endpoints solves.
    pub fn share(&self, endpoints: &[usize]) -> f64 {
        self.count(endpoints) as f64 / self.queries as f64
    }

    /// The number of queries that `endpoint` solves and no endpoint outside `group`, which it is one of.
    pub fn alone(&self, endpoint: usize, group: &[usize]) -> usize {
        let within = |query: usize| group.iter().filter(|&&member| self.by_endpoint[member][query]).count();
        let solved = self.by_endpoint[endpoint].iter().enumerate().filter(|(_, solved)| **solved);
        solved.filter(|(query, _)| usize::from(self.solvers[*query]) == within(*query)).count()
    }
}

impl Coverage {
    /// The coverage of a trace, with given local endpoints.
    pub fn of(trace: &Trace, solved: &Solved, correct_at: f64, local: &[usize]) -> Self {
        let all: Vec<usize> = (0..trace.outcomes.len()).collect();
        let ids = trace.info.endpoints.iter().map(|endpoint| endpoint.id.clone());
        Coverage {
            correct_at,
            any: solved.share(&all),
            local: (!local.is_empty()).then(|| solved.share(local)),
            by_endpoint: ByName(ids.zip(all.iter().map(|&endpoint| solved.share(&[endpoint]))).collect()),
            by_dataset: trace.queries.dataset.as_ref().map_or_else(Vec::new, |names| by_dataset(names, solved, &all, local)),
            local_endpoints: local.iter().map(|&endpoint| trace.info.endpoints[endpoint].id.clone()).collect(),
        }
    }
}

/// One line for each data set in the order of the trace, and one for queries without any.
fn by_dataset(names: &Names, solved: &Solved, all: &[usize], local: &[usize]) -> Vec<DatasetCoverage> {
    // [queries, solved by any, solved by a local one]; the last entry is of queries without a data set.
    let mut counts = vec![[0_usize; 3]; names.names.len() + 1];
    for query in 0..solved.queries {
        let slot = (names.codes[query] as usize).min(names.names.len());
        counts[slot][0] += 1;
        counts[slot][1] += usize::from(solved.by_any(all, query));
        counts[slot][2] += usize::from(solved.by_any(local, query));
    }
    let lines = counts.into_iter().enumerate().filter(|(_, [queries, ..])| *queries > 0);
    lines
        .map(|(slot, [queries, any, by_local])| DatasetCoverage {
            dataset: names.names.get(slot).cloned(),
            queries,
            any: any as f64 / queries as f64,
            local: (!local.is_empty()).then(|| by_local as f64 / queries as f64),
        })
        .collect()
}
