//! Coverage by data set and category (the paper's Figures 2 and 5, Table 4).

use serde::{Deserialize, Serialize};

use super::group::Group;
use crate::analysis::Figure;

/// Who answers what correctly.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CoverageTable {
    /// The score from which an answer is correct.
    pub correct_at: f64,
    /// The local endpoints.
    pub local: Vec<String>,
    /// The endpoints of tier `cloud` that are not local.
    pub cloud: Vec<String>,
    /// All queries, each data set, each category.
    pub rows: Vec<CoverageRow>,
}

/// Shares of a group's queries that are answered correctly; a query that was not answered is not.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CoverageRow {
    /// Which queries.
    pub group: Group,
    /// By any endpoint.
    pub any: Option<Figure>,
    /// By any local endpoint; `None` where none is known to be local.
    pub local: Option<Figure>,
    /// By the one local endpoint that answers most of them.
    pub best_local: Option<Best>,
    /// By the one cloud endpoint that answers most of them.
    pub best_cloud: Option<Best>,
}

/// The endpoint that answers most queries of a group: of several, the one listed first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Best {
    /// Its id.
    pub endpoint: String,
    /// The share that it answers correctly. The interval is that of this endpoint, chosen as it was.
    pub share: Figure,
}
