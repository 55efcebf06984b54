//! Analyses: from tallies to figures with their intervals.

mod figure;
mod interval;
mod measure;

pub use figure::{ACCOUNT_NAMES, ById, Figure, Fractions, Quantities};
pub use interval::{figure, normal_noise, paired, percentile_interval};
pub use measure::Measures;
