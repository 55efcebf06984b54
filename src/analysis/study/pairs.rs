//! Model-hardware pairs: answer accuracy, power, energy, and the four efficiency metrics (the paper's
//! Tables 13, 14 and 17).

use serde::{Deserialize, Serialize};

use super::sample::Subject;
use crate::analysis::Figure;
use crate::analysis::efficiency::Means;
use crate::trace::Tier;

/// One endpoint. Figures are over the answers that have what they need; what none has is `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pair {
    /// Its id.
    pub endpoint: String,
    /// Its model.
    pub model: String,
    /// Its hardware, where known.
    pub hardware: Option<String>,
    /// Phone, local or cloud, where known.
    pub tier: Option<Tier>,
    /// All parameters, in billions, where known.
    pub params_total_b: Option<f64>,
    /// Queries answered at a time, where known.
    pub batch_size: Option<u32>,
    /// Number format of the weights, where known.
    pub precision: Option<String>,
    /// Queries that it answered.
    pub answered: u64,
    /// Mean score.
    pub answer_accuracy: Option<Figure>,
    /// Mean over queries of energy / latency, in watts.
    pub power_w: Option<Figure>,
    /// Mean energy, in joules.
    pub energy_j: Option<Figure>,
    /// Mean latency, in seconds.
    pub latency_s: Option<Figure>,
    /// Mean perplexity.
    pub perplexity: Option<Figure>,
    /// Accuracy per watt: mean score over mean power, in 1/W.
    pub apw: Option<Figure>,
    /// Accuracy per joule: mean score over mean energy, in 1/J.
    pub apj: Option<Figure>,
    /// Perplexity per watt: 1 / mean perplexity, over mean power, in 1/W.
    pub ppw: Option<Figure>,
    /// Perplexity per joule: 1 / mean perplexity, over mean energy, in 1/J.
    pub ppj: Option<Figure>,
}

/// Every endpoint that answered anything, in the order of the trace.
pub(super) fn of(subject: &Subject, notes: &mut Vec<String>) -> Vec<Pair> {
    let answered = |index: &usize| subject.trace.outcomes[*index].answered > 0;
    let pairs: Vec<Pair> = (0..subject.trace.outcomes.len()).filter(answered).map(|index| pair(subject, index)).collect();
    let lacking = |what: fn(&Pair) -> Option<Figure>| pairs.iter().all(|pair| what(pair).is_none());
    if lacking(|pair| pair.answer_accuracy) {
        notes.push("no accuracy per watt or joule: the trace has no scores".to_owned());
    }
    match (lacking(|pair| pair.energy_j), lacking(|pair| pair.power_w)) {
        (true, _) => notes.push("no efficiency: the trace has no energies (`wattroute enrich` can fill them in)".to_owned()),
        (false, true) => notes.push("no power, and no figure per watt: no answer's energy and latency are both known".to_owned()),
        _ => {}
    }
    if lacking(|pair| pair.perplexity) {
        notes.push("no perplexity per watt or joule: the trace has no perplexities".to_owned());
    }
    pairs
}

fn pair(subject: &Subject, index: usize) -> Pair {
    let (endpoint, measured) = (subject.endpoint(index), &subject.measured[index]);
    Pair {
        endpoint: endpoint.id.clone(),
        model: endpoint.model.clone(),
        hardware: endpoint.hardware.clone(),
        tier: endpoint.tier,
        params_total_b: endpoint.params_total_b,
        batch_size: endpoint.batch_size,
        precision: endpoint.precision.clone(),
        answered: subject.trace.outcomes[index].answered as u64,
        answer_accuracy: measured.figure(|means| means.answer_accuracy),
        power_w: measured.figure(|means| means.power_w),
        energy_j: measured.figure(|means| means.energy_j),
        latency_s: measured.figure(|means| means.latency_s),
        perplexity: measured.figure(|means| means.perplexity),
        apw: measured.figure(Means::apw),
        apj: measured.figure(Means::apj),
        ppw: measured.figure(Means::ppw),
        ppj: measured.figure(Means::ppj),
    }
}
