//! What routers are fitted to, from a trace.

use super::fit::Labels;
use super::predictor::Target;
use crate::error::{Error, Result};
use crate::trace::{EndpointIx, Metric, Trace};

/// What endpoints did with every query of a trace. The costs are of the objective's metric; where that
/// is none (the size, which no answer takes) of the first that every endpoint has: energy, cost,
/// compute, time.
///
/// # Errors
/// Where an endpoint has no scores.
pub fn labels(trace: &Trace, endpoints: &[EndpointIx], target: Target, correct_at: f64, objective: Option<Metric>) -> Result<Labels> {
    let has = |metric: Metric, endpoint: EndpointIx| {
        trace.metric(usize::from(endpoint), metric).is_some_and(|column| column.missing() < column.len())
    };
    let known = |metric: &Metric| endpoints.iter().all(|&endpoint| has(*metric, endpoint));
    let taken = objective.or_else(|| [Metric::EnergyJ, Metric::CostUsd, Metric::Flops, Metric::LatencyS].into_iter().find(known));
    let mut labels = Labels { endpoints: Vec::new(), scores: Vec::new(), costs: Vec::new(), target };
    for &endpoint in endpoints {
        let index = usize::from(endpoint);
        let id = &trace.info.endpoints[index].id;
        let scores = trace.metric(index, Metric::Score).filter(|column| column.missing() < column.len());
        let scores =
            scores.ok_or_else(|| Error::new("a router cannot be fitted to an endpoint without scores").at(format!("endpoint `{id}`")))?;
        let label = |score: f64| match target {
            Target::Correct if !score.is_nan() => f64::from(u8::from(score >= correct_at)),
            _ => score,
        };
        labels.scores.push(scores.iter().map(label).collect());
        let costs = taken.and_then(|metric| trace.metric(index, metric)).map(|column| column.iter().collect());
        labels.costs.push(costs.unwrap_or_else(|| vec![f64::NAN; trace.len()]));
        labels.endpoints.push(id.clone());
    }
    Ok(labels)
}
