//! What routers are fitted to, from a trace.

use super::fit::Labels;
use super::predictor::Target;
use crate::error::{Error, Result};
use crate::trace::{EndpointIx, Metric, Trace};

/// What endpoints did with every query of a trace; the costs are of a metric, or, for none, of nothing.
///
/// # Errors
/// Where an endpoint has no scores.
pub fn labels(trace: &Trace, endpoints: &[EndpointIx], target: Target, correct_at: f64, objective: Option<Metric>) -> Result<Labels> {
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
        let costs = objective.and_then(|metric| trace.metric(index, metric)).map(|column| column.iter().collect());
        labels.costs.push(costs.unwrap_or_else(|| vec![f64::NAN; trace.len()]));
        labels.endpoints.push(id.clone());
    }
    Ok(labels)
}
