//! The routers behind learned policies: how good their predictions are, and what they would buy at every
//! threshold and price.

mod pair;
#[cfg(test)]
mod tests;
mod trade_off;

use serde::{Deserialize, Serialize};

pub use pair::PairReport;
pub use trade_off::{TradeOff, TradeOffPoint};

use super::ById;
use super::peers::{RiskCurve, bias_entropy, soft_shares};
use crate::error::Result;
use crate::replay::{Entry, Replay};
use crate::router::{Reliability, RouterFacts, Target};
use crate::trace::{EndpointIx, Metric};

/// The router of a learned policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RouterReport {
    /// The policy, as it is called among the report's policies.
    pub policy: String,
    /// The kind of router.
    pub router: String,
    /// What it predicts.
    pub target: Target,
    /// Rows that each of its fits saw.
    pub fitted_to: Vec<usize>,
    /// By endpoint how good the predictions are, over all queries of the trace that it was not fitted to;
    /// `None` where no label is known.
    pub reliability: ById<Option<Reliability>>,
    /// By endpoint what a prediction says as a confidence; `None` where a score or prediction is missing.
    pub risk: ById<Option<Risk>>,
    /// Each local endpoint as the weak model, the fallback as the strong one.
    pub pairs: Vec<PairReport>,
    /// What its predictions buy at a price.
    pub trade_off: Option<TradeOff>,
    /// RouterEval's E_p in bits, of the predictions made shares by softmax.
    pub bias_entropy: Option<f64>,
}

/// Selective prediction by a router's own confidence in an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    /// Area under the risk-coverage curve.
    pub aurc: f64,
    /// That area above the least that the answers allow.
    pub excess_aurc: f64,
}

/// What a router predicted of the queries that it judged, beside what came true.
pub(super) struct Judged {
    /// The candidates and their ids.
    endpoints: Vec<(EndpointIx, String)>,
    /// By candidate and judged query.
    predicted: Vec<Vec<f64>>,
    /// By candidate and judged query, NaN where not known.
    scores: Vec<Vec<f64>>,
    /// Positions of the judged queries in the trace.
    positions: Vec<usize>,
}

/// The routers of a replay's learned policies.
///
/// # Errors
/// Where a policy cannot plan.
pub fn routers(replay: &Replay) -> Result<Vec<RouterReport>> {
    let with_router = replay.entries.iter().filter_map(|entry| Some((entry, entry.built.router.as_ref()?)));
    with_router.map(|(entry, facts)| report(replay, entry, facts)).collect()
}

fn report(replay: &Replay, entry: &Entry, facts: &RouterFacts) -> Result<RouterReport> {
    let judged = judged(replay, entry, facts)?;
    let ids = || judged.endpoints.iter().map(|(_, id)| id.clone());
    let risk = |candidate: usize| {
        let curve = RiskCurve::of(&judged.scores[candidate], &judged.predicted[candidate]).ok()?;
        Some(Risk { aurc: curve.aurc, excess_aurc: curve.excess_aurc })
    };
    Ok(RouterReport {
        policy: replay.name(entry),
        router: facts.kind.to_owned(),
        target: facts.target,
        fitted_to: facts.fitted_to.clone(),
        reliability: facts.endpoints.iter().cloned().zip(facts.reliability.iter().cloned()).collect(),
        risk: ids().enumerate().map(|(candidate, id)| (id, risk(candidate))).collect(),
        pairs: pair::pairs(&judged, replay.roles.pools[entry.pool].fallback),
        trade_off: trade_off::trade_off(replay, &judged),
        bias_entropy: entropy(&judged),
    })
}

/// The queries that a policy judged: those of the workload that it did not leave out.
fn judged(replay: &Replay, entry: &Entry, facts: &RouterFacts) -> Result<Judged> {
    let firsts = replay.firsts(entry)?;
    let kept = firsts.position.iter().zip(&firsts.endpoint).filter(|(_, endpoint)| endpoint.is_some());
    let positions: Vec<usize> = kept.map(|(position, _)| *position).collect();
    let trace = replay.workload.trace();
    let of = |id: &String| trace.info.endpoints.iter().position(|endpoint| endpoint.id == *id);
    let endpoints: Vec<(EndpointIx, String)> = facts.endpoints.iter().filter_map(|id| Some((of(id)? as EndpointIx, id.clone()))).collect();
    let scores = |&(endpoint, _): &(EndpointIx, String)| {
        let column = trace.metric(usize::from(endpoint), Metric::Score);
        positions.iter().map(|&position| column.and_then(|column| column.get(position)).unwrap_or(f64::NAN)).collect()
    };
    Ok(Judged {
        scores: endpoints.iter().map(scores).collect(),
        predicted: facts.predicted.iter().map(|of| positions.iter().map(|&position| of[position]).collect()).collect(),
        endpoints,
        positions,
    })
}

/// RouterEval's entropy of predictions over endpoints; `None` where one is missing.
fn entropy(judged: &Judged) -> Option<f64> {
    let mut shares = Vec::new();
    for query in 0..judged.positions.len() {
        let mut row: Vec<f64> = judged.predicted.iter().map(|of| of[query]).collect();
        soft_shares(&mut row);
        shares.extend(row);
    }
    bias_entropy(&shares, judged.predicted.len()).ok()
}
