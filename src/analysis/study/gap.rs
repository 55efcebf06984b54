//! The gap between the same model near and far.

use serde::{Deserialize, Serialize};

use crate::analysis::Figure;

/// A model on a local and on a cloud endpoint, of the same precision where both are known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LocalCloudGap {
    /// The model.
    pub model: String,
    /// The local endpoint.
    pub local: String,
    /// The cloud endpoint.
    pub cloud: String,
    /// Queries that the local endpoint answers at a time, where known.
    pub local_batch_size: Option<u32>,
    /// Queries that the cloud endpoint answers at a time, where known.
    pub cloud_batch_size: Option<u32>,
    /// The cloud's accuracy per watt over the local one.
    pub apw: Option<Figure>,
    /// The cloud's accuracy per joule over the local one.
    pub apj: Option<Figure>,
}
