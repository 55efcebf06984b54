//! Improvement over the years, split into models and hardware (the paper's Table 2 and Figure 3).

use serde::{Deserialize, Serialize};

use crate::analysis::Figure;

/// The endpoints that have a year, in its order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OverTime {
    /// At least two.
    pub steps: Vec<TimeStep>,
}

/// A year's endpoint, compared with the first year's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TimeStep {
    /// The year.
    pub year: u16,
    /// The endpoint's id.
    pub endpoint: String,
    /// Its model.
    pub model: String,
    /// Its hardware, where known.
    pub hardware: Option<String>,
    /// Mean score.
    pub answer_accuracy: Option<Figure>,
    /// Mean over queries of energy / latency, in watts.
    pub power_w: Option<Figure>,
    /// Mean energy, in joules.
    pub energy_j: Option<Figure>,
    /// Accuracy per watt, in 1/W.
    pub apw: Option<Figure>,
    /// Accuracy per joule, in 1/J.
    pub apj: Option<Figure>,
    /// Gain in accuracy per watt over the first; `None` for the first itself and where it is not known.
    pub per_watt: Option<Improvement>,
    /// Gain in accuracy per joule over the first; `None` for the first itself and where it is not known.
    pub per_joule: Option<Improvement>,
}

/// A gain as a factor, and the factors that it is the product of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Improvement {
    /// This year's efficiency over the first year's.
    pub total: Figure,
    /// The models' part as the paper has it: the ratio of answer accuracies, this over the first.
    pub models: Figure,
    /// The hardware's part as the paper has it: the ratio of mean powers (or energies), the first over this.
    pub hardware: Figure,
    /// The order-free split, where the trace has both crossed pairs.
    pub crossed: Option<CrossedPairs>,
}

/// The Shapley split of the logarithm of a gain, as factors whose product is the gain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CrossedPairs {
    /// The first year's model on this year's hardware.
    pub first_model: String,
    /// This year's model on the first year's hardware.
    pub this_model: String,
    /// The models' part.
    pub models: Figure,
    /// The hardware's part.
    pub hardware: Figure,
}
