//! The groups of queries that tables have a row for: all, each data set, each of its categories.

use serde::{Deserialize, Serialize};

/// How much a row of a table is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// All queries.
    #[default]
    All,
    /// One data set.
    Dataset,
    /// One category of one data set.
    Category,
}

/// A group of queries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What the group is.
    pub extent: Extent,
    /// Its data set; `None` for all queries, and for those without one.
    pub dataset: Option<String>,
    /// Its category; `None` for all queries and a whole data set, and for queries without one.
    pub category: Option<String>,
    /// Its queries.
    pub queries: u64,
}
