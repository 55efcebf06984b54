//! Break-even: at which local energy, batch size of the cloud, router accuracy and price savings vanish.
//!
//! All from sums that are split into what local endpoints take and the rest ([`Replay::split`]), in
//! closed form wherever the oracle's choices stay as they are. Where the oracle makes small what is
//! varied, it is asked again at every step.

mod accuracy;
mod batch;
mod crossing;
mod local;
mod map;
mod price;
mod section;
mod sentence;
mod sums;

use serde::{Deserialize, Serialize};

pub use accuracy::MisrouteBreakEven;
pub use batch::{BatchCrossing, BatchSize, BatchSizes};
pub use crossing::{Crossing, Saves};
pub use local::LocalRatio;
pub use map::{Map, MisrouteMap};
pub use price::PriceRatio;

use super::figure::{Figure, Fractions};
use crate::error::{Error, Result};
use crate::replay::{Entry, Replay};

/// Where savings vanish.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct BreakEven {
    /// The answer in words, of all sections together.
    pub sentence: String,
    /// The noisy oracle that is studied.
    pub policy: String,
    /// The router accuracy at which figures "here" are, and the point that the map marks.
    pub router_accuracy: f64,
    /// How far below the baseline's the answer accuracy may be.
    pub tolerance: f64,
    /// One for each pool, against the baseline that is its fallback, or against each baseline.
    pub sections: Vec<Section>,
}

/// Where savings against one baseline vanish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Section {
    /// What savings are measured against.
    pub baseline: String,
    /// Where misrouted and unsolved queries go.
    pub fallback: String,
    /// The answer in words.
    pub sentence: String,
    /// Mean score of the baseline.
    pub baseline_answer_accuracy: Option<Figure>,
    /// Mean score of the oracle, on the same queries.
    pub oracle_answer_accuracy: Option<Figure>,
    /// What the oracle saves.
    pub oracle_savings: Fractions<Figure>,
    /// What local attempts take against the baseline, and how much more they may.
    pub local: Fractions<LocalRatio>,
    /// The baseline's model on its hardware at other batch sizes.
    pub batch: BatchSizes,
    /// The router accuracy that it takes, by what an error does.
    pub misroutes: Vec<MisrouteBreakEven>,
    /// The price of a local query against the cloud's.
    pub price: PriceRatio,
    /// The saving over local energy and router accuracy; absent where no account is known.
    pub map: Option<Map>,
    /// Queries that the baseline answers at a time, where known.
    pub baseline_batch_size: Option<u32>,
    /// Model of the baseline.
    pub baseline_model: String,
}

/// Checked options of the analysis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BreakEvenOptions {
    router_accuracy: f64,
    tolerance: f64,
    usd_per_kwh: Option<f64>,
}

impl Default for BreakEvenOptions {
    fn default() -> Self {
        BreakEvenOptions { router_accuracy: 0.8, tolerance: 0.01, usd_per_kwh: None }
    }
}

impl BreakEvenOptions {
    /// Options: the router accuracy of "here", how far the answer accuracy may be below the baseline's,
    /// and the price of electricity of local endpoints in US dollars per kilowatt hour (`None`: as
    /// the endpoints say).
    ///
    /// # Errors
    /// All that are out of range, at once.
    pub fn new(router_accuracy: f64, tolerance: f64, usd_per_kwh: Option<f64>) -> Result<Self> {
        let mut problems = Vec::new();
        for (option, what, value) in [
            ("--router-accuracy", "a router accuracy is a share of queries", router_accuracy),
            ("--tolerance", "a tolerance is a difference of answer accuracies", tolerance),
        ] {
            if !(0.0..=1.0).contains(&value) {
                problems.push(Error::new(what).at(option).found(value).allowed("0 to 1 (0.01 for one point)").usage());
            }
        }
        if let Some(price) = usd_per_kwh.filter(|price| !(price.is_finite() && *price >= 0.0)) {
            problems
                .push(Error::new("no price of electricity").at("--electricity").found(price).allowed("USD per kWh, 0 and more").usage());
        }
        Error::all(problems).map_or(Ok(BreakEvenOptions { router_accuracy, tolerance, usd_per_kwh }), Err)
    }

    /// The router accuracy of "here".
    pub fn router_accuracy(&self) -> f64 {
        self.router_accuracy
    }

    /// How far below the baseline's the answer accuracy may be.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// The price of electricity of local endpoints in US dollars per kilowatt hour, where given.
    pub fn usd_per_kwh(&self) -> Option<f64> {
        self.usd_per_kwh
    }
}

/// Where the savings of a noisy oracle vanish, in each of its pools.
///
/// # Errors
/// Where the replay has no noisy oracle of that name that errs at one rate.
pub fn break_even(replay: &Replay, policy: &str, options: &BreakEvenOptions) -> Result<BreakEven> {
    let entries: Vec<&Entry> = replay.entries.iter().filter(|entry| entry.spec.name == policy).collect();
    if entries.is_empty() {
        let known = replay.entries.iter().map(|entry| entry.spec.name.as_str());
        return Err(crate::error::unknown("policy in this replay", policy, known));
    }
    let mut sections = Vec::new();
    for entry in entries {
        let fallback = replay.roles.pools[entry.pool].fallback;
        let baselines = &replay.roles.baselines;
        let own: Vec<_> = baselines.iter().copied().filter(|&baseline| baseline == fallback).collect();
        for &baseline in if own.is_empty() { baselines } else { &own } {
            sections.push(section::section(replay, entry, baseline, options)?);
        }
    }
    let mut found = BreakEven {
        policy: policy.to_owned(),
        router_accuracy: options.router_accuracy,
        tolerance: options.tolerance,
        sections,
        sentence: String::new(),
    };
    sentence::write(&mut found);
    Ok(found)
}

#[cfg(test)]
mod tests;
