//! *Intelligence per Watt* (arXiv 2511.07885v4): its tables as printed, and what they imply.

mod arithmetic;
mod misfits;
mod published;
mod routing;

pub use arithmetic::{Bearing, Implied, Quantity, implied};
pub use published::{
    Batching, CategoryAccuracy, Coverage, Domain, Efficiency, FrameworkEfficiency, Hardware, JouleEfficiency, ModelAccuracy, Phone,
    Published, RoutingSavings, SavingsBySize, TokenPrice, YearBest,
};
