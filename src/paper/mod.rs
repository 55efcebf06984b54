//! *Intelligence per Watt* (arXiv 2511.07885v4): its tables as printed, what they imply, and the
//! reproduction of its figures.

mod arithmetic;
mod cache;
mod lines;
mod misfits;
mod pair_lines;
mod published;
mod reproduce;
mod routing;
mod routing_lines;
mod scenario;

pub use arithmetic::{Bearing, Implied, Quantity, implied};
pub use published::{
    Batching, CategoryAccuracy, Coverage, Domain, Efficiency, FrameworkEfficiency, Hardware, JouleEfficiency, ModelAccuracy, Phone,
    Published, RoutingSavings, SavingsBySize, TokenPrice, YearBest,
};
pub use reproduce::{Options, reproduce};
pub use scenario::ScenarioKind;
