//! Small traces for the tests of policies.

use super::{Built, Context, Memo, Objective, PlanBlock, PolicySpec};
use crate::draw::Draws;
use crate::error::{Error, Result};
use crate::trace::{Column, Endpoint, EndpointIx, Metric, Outcomes, Queries, Tier, Trace, TraceInfo};
use crate::workload::{MissingRules, OutcomeBlock, Pool, QueryBlock, RoleNames, Roles, Workload, WorkloadSpec};

/// A trace with endpoints `e0`, `e1`, … of 1, 2, … billion parameters, the last one in the cloud, by
/// their scores.
pub(super) fn trace(scores: &[Vec<f64>]) -> Trace {
    let queries = scores[0].len();
    let endpoint = |index: usize| Endpoint {
        tier: Some(if index + 1 == scores.len() { Tier::Cloud } else { Tier::Local }),
        params_total_b: Some(index as f64 + 1.0),
        ..Endpoint::new(&format!("e{index}"), None)
    };
    let outcome = |scores: &Vec<f64>| {
        let mut outcomes = Outcomes { answered: queries, ..Outcomes::default() };
        outcomes.metrics.set(Metric::Score, Column::from_vec(scores.clone()));
        outcomes
    };
    Trace {
        info: TraceInfo { endpoints: (0..scores.len()).map(endpoint).collect(), ..TraceInfo::default() },
        queries: Queries {
            rows: (0..queries as u32).collect(),
            ids: Some((0..queries).map(|query| format!("q{query}")).collect()),
            ..Queries::default()
        },
        outcomes: scores.iter().map(outcome).collect(),
        fingerprint: String::new(),
    }
}

/// The pool of a trace's only cloud endpoint.
pub(super) fn pool(trace: &Trace) -> Result<Pool> {
    Ok(Roles::resolve(&trace.info, &RoleNames::default())?.pools.remove(0))
}

/// A policy fitted to a trace with seed 1.
pub(super) fn build(policy: &str, trace: &Trace) -> Result<Built> {
    let pool = pool(trace)?;
    let context = Context { trace, pool: &pool, objective: Objective::Size, correct_at: 1.0, seed: 1, memo: &Memo::default() };
    PolicySpec::find(policy)?.parameters.build(&context)
}

/// The endpoint of each query's only attempt.
pub(super) fn plan(built: &Built, trace: &Trace) -> Result<Vec<EndpointIx>> {
    let all: Vec<EndpointIx> = (0..trace.outcomes.len() as EndpointIx).collect();
    let mut missing = MissingRules::default();
    missing.add("unavailable").map_err(Error::new)?;
    let spec = WorkloadSpec { correct_at: Some(1.0), missing, ..WorkloadSpec::default() };
    let workload = Workload::new(trace, &all, &spec)?;
    let mut chosen = Vec::new();
    for start in (0..trace.len()).step_by(crate::trace::BLOCK_ROWS) {
        let queries = QueryBlock::new(&workload, start..trace.len().min(start + crate::trace::BLOCK_ROWS));
        let outcomes = OutcomeBlock::new(&workload, &queries);
        let mut plans = PlanBlock::new();
        built.rule.plan(&queries, &outcomes, &Draws::new(1, 0), &mut plans)?;
        chosen.extend((0..queries.len()).flat_map(|index| plans.attempts(index).map(|(endpoint, _)| endpoint).collect::<Vec<_>>()));
    }
    Ok(chosen)
}
