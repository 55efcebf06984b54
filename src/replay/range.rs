//! Whether totals fit the range of exact sums.

use super::exact::LARGEST;
use super::tally::UNITS;
use crate::error::{Error, Result};
use crate::trace::{Column, Metric};
use crate::workload::{ACCOUNTS, Workload};

/// Refuses a workload whose totals may leave the range of [`super::Exact`], in which they would wrap
/// around silently. Cells so large are mistakes: 2^62 joules are what the Sun gives the Earth in half a minute.
pub(super) fn check(workload: &Workload, replicates: u32) -> Result<()> {
    let terms = workload.len() as f64 * f64::from(replicates);
    for (account, metric) in ACCOUNTS.into_iter().enumerate() {
        let largest = |endpoint| workload.trace().metric(endpoint as usize, metric).map_or(0.0, largest);
        // A plan pays for each endpoint at most once.
        let sum: f64 = workload.in_use().map(largest).sum();
        refuse(&metric.to_string(), sum * terms, LARGEST * UNITS[account])?;
    }
    let power = |endpoint: u16| {
        let column = |metric| workload.trace().metric(endpoint as usize, metric);
        let (Some(energy_j), Some(latency_s)) = (column(Metric::EnergyJ), column(Metric::LatencyS)) else { return 0.0 };
        let watts =
            energy_j.iter().zip(latency_s.iter()).map(|(energy_j, latency_s)| if latency_s > 0.0 { energy_j / latency_s } else { 0.0 });
        watts.fold(0.0, f64::max)
    };
    // The power of several attempts lies between theirs.
    refuse("power in watts", workload.in_use().map(power).fold(0.0, f64::max) * terms, LARGEST)
}

fn refuse(what: &str, total: f64, limit: f64) -> Result<()> {
    if total <= limit {
        return Ok(());
    }
    Err(Error::new("a total may become too large to be added up exactly")
        .at(what)
        .found(format!("up to {total:.3e} over all queries and replicates"))
        .allowed(format!("up to {limit:.3e}"))
        .hint("look for cells with a wrong unit: `wattroute inspect` shows each endpoint's means"))
}

fn largest(column: &Column) -> f64 {
    // `max` passes over NaN, a missing cell.
    column.iter().fold(0.0, f64::max)
}
