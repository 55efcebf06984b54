//! Grams of CO2 of a day: the joules of each endpoint by the intensity of its grid at that hour.

use super::{Grid, Grids};
use crate::error::{Error, Result};
use crate::replay::Replay;
use crate::replay::day::StrategyTotals;
use crate::trace::{EndpointIx, GridIntensity};
use crate::workload::Arrivals;

const JOULES_PER_KWH: f64 = 3.6e6;

/// The grids that endpoints of the two tiers hang on.
#[derive(Debug, Clone, PartialEq)]
pub struct Zones {
    /// Of phones and machines near the person who asks; a router's own energy is counted here too.
    pub local: GridIntensity,
    /// Of the cloud.
    pub cloud: GridIntensity,
}

impl Zones {
    /// One grid for everything.
    pub fn everywhere(grid: GridIntensity) -> Self {
        Zones { cloud: grid.clone(), local: grid }
    }

    /// Refuses endpoints of no known tier where it matters.
    ///
    /// # Errors
    /// Where the zones differ and an endpoint in use has no tier: all of them are named.
    pub fn check(&self, replay: &Replay) -> Result<()> {
        let trace = replay.workload.trace();
        let unknown = |endpoint: &EndpointIx| trace.info.endpoints[*endpoint as usize].is_local().is_none();
        let lacking: Vec<&str> = replay.workload.in_use().filter(unknown).map(|endpoint| replay.id(endpoint)).collect();
        if self.local == self.cloud || lacking.is_empty() {
            return Ok(());
        }
        Err(Error::new("the grids of local and cloud endpoints differ, and some endpoints have no tier")
            .at("--carbon")
            .found(lacking.join(", "))
            .allowed("endpoints of tier phone, local or cloud")
            .hint("give one `--carbon` for all, or set the `tier` of each [[endpoint]] in trace.toml"))
    }

    pub(super) fn grids(&self) -> Grids {
        let grid = |grid: &GridIntensity| Grid { source: grid.source.clone(), g_per_kwh: grid.g_per_kwh.to_vec() };
        Grids { local: grid(&self.local), cloud: grid(&self.cloud) }
    }

    /// Grams until the end of each step; `None` where no energy is known.
    pub(super) fn grams(&self, replay: &Replay, arrivals: &Arrivals, totals: &StrategyTotals) -> Option<Vec<f64>> {
        totals.total(0)?;
        let endpoints = &replay.workload.trace().info.endpoints;
        let in_use: Vec<EndpointIx> = replay.workload.in_use().collect();
        let mut sum = 0.0;
        let after = |step: usize| {
            let hour = arrivals.hour(step);
            let (local, cloud) = (self.local.g_per_kwh[hour], self.cloud.g_per_kwh[hour]);
            let intensity = |endpoint: EndpointIx| if endpoints[endpoint as usize].is_local() == Some(true) { local } else { cloud };
            let grams: f64 = in_use.iter().map(|&endpoint| totals.energy_at(step, endpoint) * intensity(endpoint)).sum();
            sum += (grams + totals.energy_of_router(step) * local) / JOULES_PER_KWH;
            sum
        };
        Some((0..totals.steps()).map(after).collect())
    }
}
