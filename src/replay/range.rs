//! Whether totals fit the range of exact sums.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::account::by_account;
use super::exact::LARGEST;
use super::lane::UNITS;
use super::line::{ENERGY, LATENCY};
use super::outline::Outline;
use super::setup::Entry;
use crate::error::{Error, Result};
use crate::trace::Metric;
use crate::wide::{self, Loop};
use crate::workload::{ACCOUNTS, Workload};

/// The largest cells of the endpoints in use, from which the largest results follow that a plan may have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Largest {
    /// By endpoint in use and account.
    cells: Vec<[f64; ACCOUNTS.len()]>,
    /// In watts, of all endpoints, the router's energy with theirs.
    power: f64,
    /// By policy and account what its router takes itself.
    overheads: Vec<[f64; ACCOUNTS.len()]>,
}

impl Largest {
    /// With the cells of other queries.
    pub fn merge(&mut self, other: &Largest) {
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine = mine.max(*theirs));
        }
        self.power = self.power.max(other.power);
    }

    /// Whether it can be that of such a replay: it may come from a file.
    pub fn fits(&self, outline: &Outline) -> bool {
        let mut numbers = self.cells.iter().chain(&self.overheads).flatten().chain([&self.power]);
        let lengths = [self.cells.len(), self.overheads.len()] == [outline.in_use.len(), outline.entries.len()];
        lengths && numbers.all(|number| number.is_finite() && *number >= 0.0)
    }

    /// By account the sum of the largest cells of all endpoints: a plan pays for each at most once.
    fn accounts(&self) -> [f64; ACCOUNTS.len()] {
        let cells = |account: usize| self.cells.iter().map(|cells| cells[account]).sum::<f64>();
        std::array::from_fn(|account| cells(account) + greatest_overhead(&self.overheads, account))
    }

    /// The same in the units that they are added up in.
    fn scaled(&self) -> [f64; ACCOUNTS.len()] {
        let accounts = self.accounts();
        std::array::from_fn(|account| accounts[account] / UNITS[account])
    }

    /// In watts: the power of several attempts lies between theirs, but for answers that take no time, after
    /// a router that does.
    fn power(&self) -> f64 {
        let energy = self.accounts()[ENERGY];
        let routers = self.overheads.iter().filter(|overhead| overhead[LATENCY] > 0.0).map(|overhead| energy / overhead[LATENCY]);
        routers.fold(self.power, f64::max)
    }

    /// Power and the accounts, each in the unit that it is added up in.
    pub fn quantities(&self) -> impl Iterator<Item = f64> {
        std::iter::once(self.power()).chain(self.scaled())
    }

    /// The largest of all, each in its unit.
    pub fn of_all(&self) -> f64 {
        self.quantities().fold(0.0, f64::max)
    }
}

fn greatest_overhead(overheads: &[[f64; ACCOUNTS.len()]], account: usize) -> f64 {
    overheads.iter().map(|overhead| overhead[account]).fold(0.0, f64::max)
}

/// The largest cells of the endpoints in use, with what routers take themselves.
pub(super) fn largest(workload: &Workload, entries: &[Entry]) -> Largest {
    let in_use: Vec<usize> = workload.in_use().map(usize::from).collect();
    let column = |endpoint: usize, metric: Metric| workload.trace().metric(endpoint, metric);
    let overheads: Vec<[f64; ACCOUNTS.len()]> = entries.iter().map(|entry| by_account(&entry.spec.overhead)).collect();
    let router_j = greatest_overhead(&overheads, ENERGY);
    let greatest_power = |endpoint: usize| {
        let (Some(energy_j), Some(latency_s)) = (column(endpoint, ACCOUNTS[ENERGY]), column(endpoint, ACCOUNTS[LATENCY])) else {
            return 0.0;
        };
        let mut watts = Vec::new();
        let blocks = energy_j.blocks().zip(latency_s.blocks());
        let power = |(energy_j, latency_s): (&[f64], &[f64])| {
            watts.resize(energy_j.len(), 0.0);
            wide::run(Watts { energy_j, latency_s, router_j, watts: &mut watts });
            greatest(std::iter::once(&watts[..]))
        };
        blocks.map(power).fold(0.0, f64::max)
    };
    // An account of an endpoint at a time, and at last its power.
    let each = |number: usize| {
        let (endpoint, account) = (in_use[number / OF_ENDPOINT], number % OF_ENDPOINT);
        match ACCOUNTS.get(account) {
            Some(&metric) => column(endpoint, metric).map_or(0.0, |column| greatest(column.blocks())),
            None => greatest_power(endpoint),
        }
    };
    let found: Vec<f64> = (0..in_use.len() * OF_ENDPOINT).into_par_iter().map(each).collect();
    let (of_endpoints, _) = found.as_chunks::<OF_ENDPOINT>();
    Largest {
        cells: of_endpoints.iter().map(|of| std::array::from_fn(|account| of[account])).collect(),
        power: of_endpoints.iter().map(|of| of[ACCOUNTS.len()]).fold(0.0, f64::max),
        overheads,
    }
}

/// What is looked for of an endpoint: each account and the power.
const OF_ENDPOINT: usize = ACCOUNTS.len() + 1;

/// The power of each answer with the router's energy; 0 where it takes no time.
struct Watts<'a> {
    energy_j: &'a [f64],
    latency_s: &'a [f64],
    router_j: f64,
    watts: &'a mut [f64],
}

impl Loop for Watts<'_> {
    #[inline(always)]
    fn run(self) {
        let Watts { energy_j, latency_s, router_j, watts } = self;
        for ((watts, &energy_j), &latency_s) in watts.iter_mut().zip(energy_j).zip(latency_s) {
            let power = (energy_j + router_j) / latency_s;
            *watts = if latency_s > 0.0 { power } else { 0.0 };
        }
    }
}

/// Refuses a workload whose totals may leave the range of [`super::Exact`], in which they would wrap
/// around silently. Cells so large are mistakes: 2^62 joules are what the Sun gives the Earth in half a minute.
pub(super) fn check(queries: usize, replicates: u32, largest: &Largest) -> Result<()> {
    let terms = queries as f64 * f64::from(replicates);
    for (metric, (largest, unit)) in ACCOUNTS.into_iter().zip(largest.scaled().into_iter().zip(UNITS)) {
        refuse(&metric.to_string(), largest * terms * unit, LARGEST * unit)?;
    }
    refuse("power in watts", largest.power() * terms, LARGEST)
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
    let mut lanes = [0.0; SIDE_BY_SIDE];
    blocks.for_each(|cells| wide::run(Greatest { cells, lanes: &mut lanes }));
    lanes.into_iter().fold(0.0, f64::max)
}

/// Numbers that are compared side by side.
const SIDE_BY_SIDE: usize = 16;

struct Greatest<'a> {
    cells: &'a [f64],
    lanes: &'a mut [f64; SIDE_BY_SIDE],
}

impl Loop for Greatest<'_> {
    #[inline(always)]
    fn run(self) {
        let mut lanes = *self.lanes;
        let (chunks, rest) = self.cells.as_chunks::<SIDE_BY_SIDE>();
        for cells in chunks {
            for lane in 0..SIDE_BY_SIDE {
                lanes[lane] = if cells[lane] > lanes[lane] { cells[lane] } else { lanes[lane] };
            }
        }
        *self.lanes = lanes;
        rest.iter().zip(self.lanes).for_each(|(&cell, lane)| *lane = if cell > *lane { cell } else { *lane });
    }
}
