//! Strategies over a day of arrivals: cumulative energy, compute and money, minute by minute.

use serde::{Deserialize, Serialize};

/// Strategies over a day of arrivals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Day {}
