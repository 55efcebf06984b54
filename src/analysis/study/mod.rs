//! The analyses of a trace that need no policy of a person's, as the paper (Intelligence per Watt) has
//! them, on any trace. Each stands in a file of its own; what a trace does not carry is left out, and
//! a line says why.

mod batching;
pub mod by_size;
mod coverage;
mod difficulty;
mod gap;
mod group;
mod means;
mod over_time;
mod pairs;
mod precision;

pub use batching::{BatchRow, Batching};
pub use by_size::{SavingsBySize, SizeLimit, SizeRow};
pub use coverage::{Best, CoverageRow, CoverageTable};
pub use difficulty::{DifficultyLevel, DifficultyRow, DifficultyTable};
pub use gap::LocalCloudGap;
pub use group::{Extent, Group};
pub use means::Means;
pub use over_time::{CrossedPairs, Improvement, OverTime, TimeStep};
pub use pairs::Pair;
pub use precision::{Precision, PrecisionRow};

use serde::{Deserialize, Serialize};

/// The analyses of a trace. Fractions and ratios, never percents; figures with 95% intervals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Study {
    /// Who answers what correctly, by data set and category (the paper's Figures 2 and 5, Table 4).
    pub coverage: Option<CoverageTable>,
    /// For each baseline, savings by the largest local model allowed (Tables 8 and 9).
    pub by_size: Vec<SavingsBySize>,
    /// Each endpoint's answer accuracy, power, energy and efficiency (Tables 13, 14 and 17).
    pub pairs: Vec<Pair>,
    /// Improvement over the years (Table 2, Figure 3).
    pub over_time: Option<OverTime>,
    /// Models that run both near and far: how much more efficient far is.
    pub local_cloud_gap: Vec<LocalCloudGap>,
    /// Endpoints that differ in nothing but batch size (Table 15).
    pub batching: Vec<Batching>,
    /// Endpoints that differ in nothing but precision (Figure 9).
    pub precision: Vec<Precision>,
    /// How large a model it takes, by data set and category (Figures 6 and 7).
    pub difficulty: Option<DifficultyTable>,
}
