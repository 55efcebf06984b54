//! The noisy-oracle sweep: by the library, and cell by cell as plain Rust does it.

use std::hint::black_box;

use rayon::prelude::*;
use wattroute::draw::{Draws, Stream, threshold};
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Lane, Replay, Silent, UNITS};
use wattroute::sweep::{CurveSums, Grid, sweep};
use wattroute::trace::{Column, Metric, Tier, Trace};
use wattroute::workload::ACCOUNTS;

use crate::replay::prepare;
use crate::side::{Figures, Settings, Side};

const REPLICATES: u32 = 20;
const POINTS: u32 = 101;
/// Cells that are measured of all, as `baselines/sweep_cells.py` does.
const CELLS: u32 = 8;
/// The seed of `replay::prepare`.
const SEED: u64 = crate::replay::SEED;

fn grid() -> Grid {
    Grid::new((0..POINTS).map(|point| f64::from(point) / f64::from(POINTS - 1)).collect()).expect("a grid")
}

fn sums(replay: &Replay) -> CurveSums {
    sweep(replay, 0, Misroute::Cloud, &grid(), &Silent).expect("the sweep runs")
}

/// By metric the sums of replicates at accuracies.
fn figures(replay: &Replay, sums: &CurveSums) -> Figures {
    let layout = replay.layout();
    let mut lanes = vec![(Metric::Score.to_string(), layout.at(Lane::Score), 1.0)];
    lanes.extend(ACCOUNTS.iter().enumerate().map(|(index, metric)| (metric.to_string(), layout.at(Lane::Sum(index)), UNITS[index])));
    let of = |(name, lane, unit): (String, usize, f64)| {
        let cells = sums.simulated.iter().flat_map(|rows| (0..POINTS as usize).map(|point| rows.row(point)[lane].to_f64() * unit));
        (name, cells.collect())
    };
    lanes.into_iter().map(of).collect()
}

pub fn whole(settings: &Settings) -> Side {
    let replay = prepare(settings.trace(), &["noisy-oracle"], REPLICATES);
    let result = figures(&replay, &sums(&replay));
    Side::new(result, move || drop(black_box(sums(&replay))))
}

/// What the oracle's endpoint and the fallback gave, by metric and query.
struct Sides {
    best: Vec<Vec<f64>>,
    fallback: Vec<Vec<f64>>,
}

fn sides(trace: &Trace) -> Sides {
    let endpoints: Vec<_> = trace.endpoints().map(|(endpoint, _)| endpoint).collect();
    let cloud = endpoints.iter().position(|endpoint| endpoint.tier == Some(Tier::Cloud)).expect("a fallback");
    let mut order: Vec<usize> = (0..endpoints.len()).collect();
    order.sort_by(|&a, &b| endpoints[a].params_total_b.partial_cmp(&endpoints[b].params_total_b).expect("sizes"));
    let column =
        |endpoint: usize, metric: Metric| -> Vec<f64> { trace.metric(endpoint, metric).into_iter().flat_map(Column::iter).collect() };
    let scores: Vec<Vec<f64>> = (0..endpoints.len()).map(|endpoint| column(endpoint, Metric::Score)).collect();
    let first = |row: usize| order.iter().copied().find(|&endpoint| scores[endpoint][row] >= 1.0).unwrap_or(cloud);
    let choice: Vec<usize> = (0..trace.len()).map(first).collect();
    let metrics: Vec<Metric> = std::iter::once(Metric::Score).chain(ACCOUNTS).collect();
    let of = |&metric: &Metric| {
        let columns: Vec<Vec<f64>> = (0..endpoints.len()).map(|endpoint| column(endpoint, metric)).collect();
        (choice.iter().enumerate().map(|(row, &endpoint)| columns[endpoint][row]).collect(), columns[cloud].clone())
    };
    let (best, fallback) = metrics.iter().map(of).unzip();
    Sides { best, fallback }
}

/// One accuracy of one replicate: a draw and five sums a query.
fn cell(sides: &Sides, point: u32, replicate: u32) -> [f64; 5] {
    let coin = Draws::new(SEED, u64::from(replicate)).stream(Stream::Coin, 0);
    let bound = threshold(f64::from(point) / f64::from(POINTS - 1));
    let mut sums = [0.0; 5];
    for row in 0..sides.best[0].len() {
        let from = if coin.draw53(row as u64) < bound { &sides.best } else { &sides.fallback };
        sums.iter_mut().zip(from).for_each(|(sum, column)| *sum += column[row]);
    }
    sums
}

fn some_cells(sides: &Sides) -> Vec<[f64; 5]> {
    (0..CELLS).into_par_iter().map(|index| cell(sides, (index * 37 + 13) % POINTS, index % REPLICATES)).collect()
}

pub fn cells(settings: &Settings) -> Side {
    let sides = sides(settings.trace());
    let found = some_cells(&sides);
    let metrics = std::iter::once(Metric::Score).chain(ACCOUNTS).enumerate();
    let result = metrics.map(|(index, metric)| (metric.to_string(), found.iter().map(|sums| sums[index]).collect())).collect();
    let side = Side::new(result, move || drop(black_box(some_cells(&sides))));
    Side { factor: f64::from(POINTS * REPLICATES) / f64::from(CELLS), ..side }
}
