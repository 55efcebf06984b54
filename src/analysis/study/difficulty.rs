//! Difficulty: the smallest local model that solves a query (the paper's Figures 6 and 7).

use serde::{Deserialize, Serialize};

use super::group::Group;
use crate::analysis::Figure;

/// How large a model it takes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DifficultyTable {
    /// The local models by size; those whose size is not known are one level, the last.
    pub levels: Vec<DifficultyLevel>,
    /// All queries, each data set, each category.
    pub rows: Vec<DifficultyRow>,
}

/// Local models of one size.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DifficultyLevel {
    /// All parameters, in billions; `None` where not known.
    pub params_total_b: Option<f64>,
    /// The models.
    pub models: Vec<String>,
    /// Their local endpoints.
    pub endpoints: Vec<String>,
}

/// Shares of a group's queries, together 1: `smallest`, then `cloud_only` and `nobody`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DifficultyRow {
    /// Which queries.
    pub group: Group,
    /// For each of the levels the share of queries that it solves and no level before it does.
    pub smallest: Vec<Option<Figure>>,
    /// Share that no local endpoint solves: `cloud_only` and `nobody` together.
    pub no_local: Option<Figure>,
    /// Share that a cloud endpoint solves and no local one does; `None` where there is no cloud endpoint.
    pub cloud_only: Option<Figure>,
    /// Share that neither a local nor a cloud endpoint solves.
    pub nobody: Option<Figure>,
}
