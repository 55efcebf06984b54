//! Batch sizes and precisions.

use super::{Section, bare, factor, figure};
use crate::analysis::study::{BatchRow, Batching, Precision, PrecisionRow};
use crate::report::grid::{Density, Grid};
use crate::report::words::{percent, significant};
use crate::units::Joules;

/// Endpoints that differ in batch size alone.
pub(super) fn batching(groups: &[Batching], density: Density) -> Option<Section> {
    let rows: Vec<&BatchRow> = groups.iter().flat_map(|group| &group.rows).collect();
    let mut grid = Grid::default();
    grid.column("endpoint", &rows, |row| row.endpoint.clone());
    grid.column("batch", &rows, |row| row.batch_size.to_string());
    grid.column("answer accuracy", &rows, |row| bare(row.answer_accuracy, percent));
    grid.column("mean energy", &rows, |row| bare(row.energy_j, |joules| Joules(joules).to_string()));
    grid.column("accuracy per J", &rows, |row| bare(row.apj, significant));
    grid.column("gain per J", &rows, |row| figure(row.apj_gain, factor, density));
    grid.column("accuracy per W", &rows, |row| bare(row.apw, significant));
    grid.column("gain per W", &rows, |row| figure(row.apw_gain, factor, density));
    let remark = "gains over the smallest batch; a query's power is its share of the batch's energy over the batch's time";
    (!groups.is_empty()).then(|| Section { title: "batching".to_owned(), grid, remarks: vec![remark.to_owned()] })
}

/// Endpoints that differ in precision alone.
pub(super) fn precision(groups: &[Precision], density: Density) -> Option<Section> {
    let rows: Vec<&PrecisionRow> = groups.iter().flat_map(|group| &group.rows).collect();
    let mut grid = Grid::default();
    grid.column("endpoint, precision", &rows, |row| format!("{}, {}", row.endpoint, row.precision));
    grid.column("answer accuracy", &rows, |row| bare(row.answer_accuracy, percent));
    grid.column("accuracy over the widest", &rows, |row| figure(row.answer_accuracy_ratio, factor, density));
    grid.column("mean energy", &rows, |row| bare(row.energy_j, |joules| Joules(joules).to_string()));
    grid.column("energy over the widest", &rows, |row| figure(row.energy_ratio, factor, density));
    grid.column("accuracy per J", &rows, |row| bare(row.apj, significant));
    grid.column("per J over the widest", &rows, |row| figure(row.apj_gain, factor, density));
    (!groups.is_empty()).then(|| Section { title: "precision".to_owned(), grid, remarks: Vec::new() })
}
