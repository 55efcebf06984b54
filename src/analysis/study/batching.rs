//! What batching brings: endpoints that differ in nothing but batch size (the paper's Table 15).

use serde::{Deserialize, Serialize};

use crate::analysis::Figure;

/// A model on a hardware at several batch sizes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Batching {
    /// The model.
    pub model: String,
    /// The hardware, where known.
    pub hardware: Option<String>,
    /// Number format of the weights, where known.
    pub precision: Option<String>,
    /// In order of batch size.
    pub rows: Vec<BatchRow>,
}

/// One batch size. Ratios are to the smallest one, which has 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BatchRow {
    /// Queries answered at a time.
    pub batch_size: u32,
    /// The endpoint's id.
    pub endpoint: String,
    /// Mean score.
    pub answer_accuracy: Option<Figure>,
    /// Mean energy of a query, in joules.
    pub energy_j: Option<Figure>,
    /// Mean latency of a query, in seconds: its batch's.
    pub latency_s: Option<Figure>,
    /// Accuracy per watt, in 1/W. A query's power is its share of the batch's energy over the batch's time.
    pub apw: Option<Figure>,
    /// Accuracy per joule, in 1/J.
    pub apj: Option<Figure>,
    /// Energy of a query over that at the smallest batch.
    pub energy_ratio: Option<Figure>,
    /// Accuracy per watt over that at the smallest batch.
    pub apw_gain: Option<Figure>,
    /// Accuracy per joule over that at the smallest batch.
    pub apj_gain: Option<Figure>,
}
