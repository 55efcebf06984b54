//! What precision costs and brings: endpoints that differ in nothing else (the paper's Figure 9).

use serde::{Deserialize, Serialize};

use crate::analysis::Figure;

/// A model on a hardware in several precisions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Precision {
    /// The model.
    pub model: String,
    /// The hardware, where known.
    pub hardware: Option<String>,
    /// Queries answered at a time, where known.
    pub batch_size: Option<u32>,
    /// From wide to narrow; words that are not known come last.
    pub rows: Vec<PrecisionRow>,
}

/// One precision. Ratios are to the widest, which has 1; `None` where no width is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PrecisionRow {
    /// Number format of the weights, as the trace has it.
    pub precision: String,
    /// The endpoint's id.
    pub endpoint: String,
    /// Mean score.
    pub answer_accuracy: Option<Figure>,
    /// Mean energy of a query, in joules.
    pub energy_j: Option<Figure>,
    /// Accuracy per joule, in 1/J.
    pub apj: Option<Figure>,
    /// Answer accuracy over that of the widest.
    pub answer_accuracy_ratio: Option<Figure>,
    /// Energy over that of the widest.
    pub energy_ratio: Option<Figure>,
    /// Accuracy per joule over that of the widest.
    pub apj_gain: Option<Figure>,
}
