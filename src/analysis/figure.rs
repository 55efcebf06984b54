//! Figures: numbers that may be unknown and may have an interval.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A figure with its 95% interval. Bounds are absent where an interval cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// Lower bound of the 95% interval.
    pub low: Option<f64>,
    /// Upper bound of the 95% interval.
    pub high: Option<f64>,
}

impl Figure {
    /// A figure without an interval.
    pub fn exact(value: f64) -> Self {
        Figure { value, low: None, high: None }
    }
}

/// What is added up for a policy, in units. `None` is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Quantities<T> {
    /// Energy in joules.
    pub energy_j: Option<T>,
    /// Floating-point operations.
    pub flops: Option<T>,
    /// Money in US dollars.
    pub cost_usd: Option<T>,
    /// Time in seconds, all attempts of a query one after the other.
    pub latency_s: Option<T>,
}

/// Fractions by account: savings, or shares that are estimated. `None` is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Fractions<T> {
    /// Of energy.
    pub energy: Option<T>,
    /// Of floating-point operations.
    pub flops: Option<T>,
    /// Of money.
    pub cost: Option<T>,
    /// Of time.
    pub latency: Option<T>,
}

/// Something for each endpoint or baseline, by id.
pub type ById<T> = BTreeMap<String, T>;

/// The accounts of a report, in the order of the engine's: names for tables and figures.
pub const ACCOUNT_NAMES: [&str; 4] = ["energy", "flops", "cost", "latency"];

impl<T: Copy> Quantities<T> {
    /// From values in the order of the engine's accounts: energy, compute, cost, latency.
    pub fn from_array([energy_j, flops, cost_usd, latency_s]: [Option<T>; 4]) -> Self {
        Quantities { energy_j, flops, cost_usd, latency_s }
    }

    /// The values in the order of [`ACCOUNT_NAMES`].
    pub fn to_array(self) -> [Option<T>; 4] {
        [self.energy_j, self.flops, self.cost_usd, self.latency_s]
    }
}

impl<T: Copy> Fractions<T> {
    /// From values in the order of the engine's accounts: energy, compute, cost, latency.
    pub fn from_array([energy, flops, cost, latency]: [Option<T>; 4]) -> Self {
        Fractions { energy, flops, cost, latency }
    }

    /// The values in the order of [`ACCOUNT_NAMES`].
    pub fn to_array(self) -> [Option<T>; 4] {
        [self.energy, self.flops, self.cost, self.latency]
    }
}
