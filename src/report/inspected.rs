//! What a look at a trace found, as a tidy table.

use super::columns::{Columns, Table};
use crate::analysis::inspect::{EndpointSummary, Inspection};

/// A row for each endpoint, with the keys of the JSON for columns.
pub fn inspected(inspection: &Inspection) -> Table {
    let columns = Columns::of("endpoints", &inspection.endpoints)
        .text("id", |row| Some(&row.id))
        .text("model", |row| Some(&row.model))
        .text("hardware", |row| row.hardware.as_deref())
        .text("tier", |row| row.tier.map(|tier| tier.name()))
        .number("params_total_b", |row| row.params_total_b)
        .number("batch_size", |row| row.batch_size.map(f64::from))
        .text("energy_scope", |row| row.energy_scope.map(|scope| scope.name()))
        .count("answered", |row| row.answered as u64)
        .count("missing", |row| row.missing as u64)
        .number("answer_accuracy", |row| row.answer_accuracy)
        .count("solved_alone", |row| row.solved_alone as u64)
        .count("solved_by_model_alone", |row| row.solved_by_model_alone as u64);
    means(columns).finish()
}

fn means<'r>(columns: Columns<'r, EndpointSummary>) -> Columns<'r, EndpointSummary> {
    columns
        .number("energy_j_mean", |row| row.energy_j_mean)
        .number("energy_j_p95", |row| row.energy_j_p95)
        .number("latency_s_mean", |row| row.latency_s_mean)
        .number("latency_s_p95", |row| row.latency_s_p95)
        .number("cost_usd_total", |row| row.cost_usd_total)
        .number("cost_usd_mean", |row| row.cost_usd_mean)
        .number("cost_usd_p95", |row| row.cost_usd_p95)
        .number("flops_mean", |row| row.flops_mean)
        .number("output_tokens_mean", |row| row.output_tokens_mean)
        .number("power_w_mean", |row| row.power_w_mean)
        .number("apw", |row| row.apw)
        .number("apj", |row| row.apj)
        .number("ppw", |row| row.ppw)
        .number("ppj", |row| row.ppj)
}
