//! Larger traces in memory: as many blocks of queries as a test needs.

use wattroute::draw::{Draws, Stream};
use wattroute::trace::{Column, Endpoint, Metric, Names, Outcomes, Queries, Tier, Trace, TraceInfo};

use super::{ACCOUNTS, id};

/// A recording of `endpoints`, each larger, dearer and more often right than the one before; the
/// last one is the cloud. Row numbers leave gaps, costs are irregular, nothing is missing.
pub fn recording(queries: usize, endpoints: usize) -> Trace {
    let uniform = |endpoint: usize, what: u64, query: usize| {
        Draws::new(99, what * 64 + endpoint as u64).stream(Stream::Sample, 0).uniform(query as u64)
    };
    let column = |cell: &dyn Fn(usize) -> f64| Column::from_vec((0..queries).map(cell).collect());
    let outcomes = (0..endpoints).map(|endpoint| {
        let mut outcomes = Outcomes { answered: queries, ..Outcomes::default() };
        let hit = 0.35 + 0.5 * endpoint as f64 / endpoints as f64;
        outcomes.metrics.set(Metric::Score, column(&|query| f64::from(u8::from(uniform(endpoint, 0, query) < hit))));
        for (account, (metric, unit)) in ACCOUNTS.into_iter().zip([1.3, 2.9e9, 0.000_31, 0.17]).enumerate() {
            let dear = 3f64.powi(endpoint as i32) * unit;
            outcomes.metrics.set(metric, column(&|query| dear * (0.2 + uniform(endpoint, 1 + account as u64, query))));
        }
        outcomes
    });
    let endpoint = |index: usize| {
        let tier = if index + 1 == endpoints { Tier::Cloud } else { Tier::Local };
        Endpoint { id: id(index), tier: Some(tier), params_total_b: Some(index as f64 + 1.0), ..Endpoint::new(&id(index), None) }
    };
    Trace {
        outcomes: outcomes.collect(),
        info: TraceInfo { name: "recording".to_owned(), endpoints: (0..endpoints).map(endpoint).collect(), ..TraceInfo::default() },
        queries: Queries {
            rows: (0..queries as u32).map(|query| query * 3 + 1).collect(),
            category: Some(Names::new((0..queries).map(|query| [Some("odd"), Some("even"), None][query % 3]))),
            ..Queries::default()
        },
        fingerprint: "made in memory".to_owned(),
    }
}

/// The recording with one column replaced.
pub fn with_column(mut trace: Trace, endpoint: usize, metric: Metric, cells: Vec<f64>) -> Trace {
    trace.outcomes[endpoint].metrics.set(metric, Column::from_vec(cells));
    trace
}
