//! What recorded and replayed numbers say: measures with their intervals, coverage, efficiency, the look
//! of a trace, and the measures that routers' papers use.

mod break_even;
pub mod compare;
pub mod coverage;
pub mod day;
pub mod efficiency;
pub mod falling;
mod figure;
pub mod inspect;
mod interval;
mod measure;
pub mod peers;
pub mod routers;
pub mod study;

pub use break_even::{
    BatchCrossing, BatchSize, BatchSizes, BreakEven, BreakEvenOptions, Crossing, LocalRatio, Map, MisrouteBreakEven, MisrouteMap,
    PriceRatio, Saves, Section, break_even,
};
pub use compare::{
    By, Compared, Comparison, Equivalent, Equivalents, Lies, NearlyAll, Perturbed, WorseThan, compare, equivalents, perturbed,
};
pub use day::{Day, DayAmounts, DaySavings, DayStrategy, Grid, Grids, Zones, day};
pub use figure::{ACCOUNT_NAMES, ById, Figure, Fractions, Quantities};
pub use interval::{bounded, figure, normal_noise, paired};
pub use measure::Measures;
pub use routers::RouterReport;
pub use study::Study;

use serde::{Serialize, Serializer};

/// Values by name, in an order that means something; an object in JSON.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ByName<T>(pub Vec<(String, T)>);

impl<T> ByName<T> {
    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

impl<T: Serialize> Serialize for ByName<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
