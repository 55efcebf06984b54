//! *Intelligence per Watt* (arXiv 2511.07885v4): its tables as printed, and what they imply.

mod arithmetic;
mod energy;
mod misfits;
mod power;
mod published;
mod routing;
mod rows;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use arithmetic::{Bearing, Implied, Quantity, implied};
pub use published::Published;
pub use rows::{
    Batching, CategoryAccuracy, Coverage, Domain, Efficiency, FrameworkEfficiency, Hardware, JouleEfficiency, ModelAccuracy, Phone,
    RoutingSavings, SavingsBySize, TokenPrice, YearBest,
};
