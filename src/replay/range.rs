//! Whether totals fit the range of exact sums.

use rayon::prelude::*;

use super::account::by_account;
use super::exact::LARGEST;
use super::line::{ENERGY, LATENCY};
use super::setup::Entry;
use super::tally::UNITS;
use crate::error::{Error, Result};
use crate::trace::Metric;
use crate::workload::{ACCOUNTS, Workload};

/// The largest results that a plan may have, each in the unit that it is added up in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Largest {
    /// By account the sum of the largest cells of all endpoints: a plan pays for each at most once.
    accounts: [f64; ACCOUNTS.len()],
    /// In watts: the power of several attempts lies between theirs.
    power: f64,
}

impl Largest {
    /// The largest of all.
    pub fn of_all(&self) -> f64 {
        self.accounts.into_iter().fold(self.power, f64::max)
    }
}

/// The largest results of the endpoints in use, with what routers take themselves.
pub(super) fn largest(workload: &Workload, entries: &[Entry]) -> Largest {
    let in_use: Vec<usize> = workload.in_use().map(usize::from).collect();
    let column = |endpoint: usize, metric: Metric| workload.trace().metric(endpoint, metric);
    let overheads: Vec<[f64; ACCOUNTS.len()]> = entries.iter().map(|entry| by_account(&entry.spec.overhead)).collect();
    let overhead = |account: usize| overheads.iter().map(|overhead| overhead[account]).fold(0.0, f64::max);
    let account = |account: usize| {
        let cells = in_use.par_iter().map(|&endpoint| column(endpoint, ACCOUNTS[account]).map_or(0.0, |column| greatest(column.blocks())));
        cells.collect::<Vec<f64>>().iter().sum::<f64>() + overhead(account)
    };
    let accounts: [f64; ACCOUNTS.len()] = std::array::from_fn(account);
    let power = |&endpoint: &usize| {
        let (Some(energy_j), Some(latency_s)) = (column(endpoint, ACCOUNTS[ENERGY]), column(endpoint, ACCOUNTS[LATENCY])) else {
            return 0.0;
        };
        let watts = |(energy_j, latency_s): (&[f64], &[f64])| -> Vec<f64> {
            let watts =
                |(energy_j, latency_s): (&f64, &f64)| if *latency_s > 0.0 { (energy_j + overhead(ENERGY)) / latency_s } else { 0.0 };
            energy_j.iter().zip(latency_s).map(watts).collect()
        };
        energy_j.blocks().zip(latency_s.blocks()).map(|pair| greatest(std::iter::once(&watts(pair)[..]))).fold(0.0, f64::max)
    };
    let cells = in_use.par_iter().map(power).reduce(|| 0.0, f64::max);
    // Answers that take no time, after a router that does.
    let routers = overheads.iter().filter(|overhead| overhead[LATENCY] > 0.0).map(|overhead| accounts[ENERGY] / overhead[LATENCY]);
    let scaled = std::array::from_fn(|account| accounts[account] / UNITS[account]);
    Largest { accounts: scaled, power: routers.fold(cells, f64::max) }
}

/// Refuses a workload whose totals may leave the range of [`super::Exact`], in which they would wrap
/// around silently. Cells so large are mistakes: 2^62 joules are what the Sun gives the Earth in half a minute.
pub(super) fn check(workload: &Workload, replicates: u32, largest: &Largest) -> Result<()> {
    let terms = workload.len() as f64 * f64::from(replicates);
    for (account, metric) in ACCOUNTS.into_iter().enumerate() {
        refuse(&metric.to_string(), largest.accounts[account] * terms * UNITS[account], LARGEST * UNITS[account])?;
    }
    refuse("power in watts", largest.power * terms, LARGEST)
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

/// The greatest number from 0 up; NaN, a missing cell, is none.
fn greatest<'a>(blocks: impl Iterator<Item = &'a [f64]>) -> f64 {
    const LANES: usize = 8;
    let mut lanes = [0.0_f64; LANES];
    for block in blocks {
        for cells in block.chunks(LANES) {
            lanes.iter_mut().zip(cells).for_each(|(lane, &cell)| *lane = if cell > *lane { cell } else { *lane });
        }
    }
    lanes.into_iter().fold(0.0, f64::max)
}
