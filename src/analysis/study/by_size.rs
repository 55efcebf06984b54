//! Savings by the largest local model allowed, at the answer accuracy of the baseline or better
//! (beside the paper's Tables 8 and 9).

use serde::{Deserialize, Serialize};

use super::group::Group;
use crate::analysis::{Figure, Fractions};

/// Savings against one baseline as larger local models are allowed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SavingsBySize {
    /// What savings are measured against, and where unsolved queries would go.
    pub baseline: String,
    /// The local endpoints that were considered.
    pub local: Vec<String>,
    /// In order of size.
    pub limits: Vec<SizeLimit>,
}

/// Savings with local models up to a size.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SizeLimit {
    /// The largest local model's parameters, in billions.
    pub params_total_b: f64,
    /// The local endpoints up to this size.
    pub local: Vec<String>,
    /// All queries, then each data set.
    pub rows: Vec<SizeRow>,
}

/// Savings on a group of queries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SizeRow {
    /// Which queries; only those that were replayed are counted.
    pub group: Group,
    /// Mean score of what the oracle served.
    pub answer_accuracy: Option<Figure>,
    /// Share of queries that a local endpoint served.
    pub local_share: f64,
    /// 1 - oracle / baseline.
    pub savings: Fractions<Figure>,
}
