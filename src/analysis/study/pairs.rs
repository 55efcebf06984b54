//! Model-hardware pairs: answer accuracy, power, energy, and the four efficiency metrics (the paper's
//! Tables 13, 14 and 17).

use serde::{Deserialize, Serialize};

use crate::analysis::Figure;
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
