//! *Intelligence per Watt* (arXiv 2511.07885v4): its tables as printed, what they imply, and the
//! reproduction of its figures.

mod arithmetic;
mod cache;
mod energy;
mod lines;
mod misfits;
mod pair_lines;
mod power;
mod published;
mod reproduce;
mod routing;
mod routing_lines;
mod rows;
mod scenario;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod testing;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
mod traces;

pub use arithmetic::{Bearing, Implied, Quantity, implied};
pub use published::Published;
pub use reproduce::{Options, reproduce};
pub use rows::{
    Batching, CategoryAccuracy, Coverage, Domain, Efficiency, FrameworkEfficiency, Hardware, JouleEfficiency, ModelAccuracy, Phone,
    RoutingSavings, SavingsBySize, TokenPrice, YearBest,
};
pub use scenario::ScenarioKind;
