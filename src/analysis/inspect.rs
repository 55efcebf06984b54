//! A trace at a glance: what was recorded, how much is missing, how good and how costly each endpoint is.

use serde::Serialize;

use super::ByName;
use super::coverage::{Coverage, Solved};
use super::efficiency::{Efficiency, mean};
use crate::error::Result;
use crate::trace::schema::MEASURED;
use crate::trace::{Column, EnergyScope, Metric, Names, Outcomes, Tier, Trace};

/// A trace at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct Inspection {
    /// Name of the trace.
    pub trace: String,
    /// What was recorded.
    pub summary: String,
    /// Licence of the data.
    pub licence: Option<String>,
    /// Fingerprint of the files.
    pub fingerprint: String,
    /// Number of queries.
    pub queries: usize,
    /// Data sets with their categories, in the order of the trace.
    pub datasets: Vec<Dataset>,
    /// The endpoints, in the order of the trace.
    pub endpoints: Vec<EndpointSummary>,
    /// Shares of queries that are answered correctly.
    pub coverage: Coverage,
    /// What stands in the way of comparing figures as they are.
    pub warnings: Vec<String>,
}

/// The queries of one data set.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dataset {
    /// Its name; `None` for queries without one.
    pub name: Option<String>,
    /// Its queries.
    pub queries: usize,
    /// Queries by category, in the order of the trace; queries without one are not listed.
    pub categories: ByName<usize>,
}

/// One endpoint at a glance. Means, percentiles and totals are over the answers whose figure is
/// known; what no answer has is `None`.
#[derive(Debug, Clone, Serialize)]
pub struct EndpointSummary {
    /// Unique name.
    pub id: String,
    /// Model.
    pub model: String,
    /// Hardware.
    pub hardware: Option<String>,
    /// Phone, local or cloud.
    pub tier: Option<Tier>,
    /// All parameters, in billions.
    pub params_total_b: Option<f64>,
    /// Queries answered at a time.
    pub batch_size: Option<u32>,
    /// What the energies include.
    pub energy_scope: Option<EnergyScope>,
    /// Queries that it answered.
    pub answered: usize,
    /// Queries that it did not answer.
    pub missing: usize,
    /// For each metric the number of its answers that lack it; all of them where it has no such column.
    pub missing_cells: ByName<usize>,
    /// For each metric with estimated cells their share of the known ones.
    pub estimated: ByName<f64>,
    /// Mean score of its answers.
    pub answer_accuracy: Option<f64>,
    /// Queries that it alone solves, of all endpoints.
    pub solved_alone: usize,
    /// Queries that it solves and no endpoint with another model does.
    pub solved_by_model_alone: usize,
    /// Mean energy of an answer, in joules.
    pub energy_j_mean: Option<f64>,
    /// 95th percentile of the energy (nearest rank), in joules.
    pub energy_j_p95: Option<f64>,
    /// Mean latency, in seconds.
    pub latency_s_mean: Option<f64>,
    /// 95th percentile of the latency (nearest rank), in seconds.
    pub latency_s_p95: Option<f64>,
    /// Cost of all answers, in US dollars.
    pub cost_usd_total: Option<f64>,
    /// Mean cost of an answer, in US dollars.
    pub cost_usd_mean: Option<f64>,
    /// 95th percentile of the cost (nearest rank), in US dollars.
    pub cost_usd_p95: Option<f64>,
    /// Mean floating-point operations of an answer.
    pub flops_mean: Option<f64>,
    /// Mean tokens of an answer.
    pub output_tokens_mean: Option<f64>,
    /// Mean power of an answer, in watts: see [`Efficiency`].
    pub power_w_mean: Option<f64>,
    /// Accuracy per watt.
    pub apw: Option<f64>,
    /// Accuracy per joule.
    pub apj: Option<f64>,
    /// 1 / perplexity per watt.
    pub ppw: Option<f64>,
    /// 1 / perplexity per joule.
    pub ppj: Option<f64>,
}

/// Looks at a whole trace. `correct_at` and `local` as from [`Trace::correct_at`] and [`Trace::local`].
///
/// # Errors
/// Where scores are graded and nothing says which are correct, and for unknown local endpoints.
pub fn inspect(trace: &Trace, correct_at: Option<f64>, local: &[String]) -> Result<Inspection> {
    let correct_at = trace.correct_at(correct_at, None)?;
    let local = trace.local(local)?;
    let solved = Solved::of(trace, correct_at);
    let endpoints = (0..trace.outcomes.len()).map(|endpoint| summary(trace, endpoint, &solved)).collect();
    Ok(Inspection {
        trace: trace.info.name.clone(),
        summary: trace.info.summary.clone(),
        licence: trace.info.licence.clone(),
        fingerprint: trace.fingerprint.clone(),
        queries: trace.len(),
        datasets: datasets(trace),
        endpoints,
        coverage: Coverage::of(trace, &solved, correct_at, &local),
        warnings: trace.mixed_energy_scopes(None).iter().map(ToString::to_string).collect(),
    })
}

fn summary(trace: &Trace, index: usize, solved: &Solved) -> EndpointSummary {
    let (endpoint, outcomes) = (&trace.info.endpoints[index], &trace.outcomes[index]);
    let column = |metric| outcomes.metrics.get(metric);
    let mean_of = |metric| column(metric).and_then(|cells: &Column| mean(cells.iter()));
    let p95_of = |metric| column(metric).and_then(|cells| percentile(cells, 0.95));
    let same_model: Vec<usize> = (0..trace.outcomes.len()).filter(|&other| trace.info.endpoints[other].model == endpoint.model).collect();
    let Efficiency { power_w_mean, apw, apj, ppw, ppj } = Efficiency::of(outcomes);
    EndpointSummary {
        id: endpoint.id.clone(),
        model: endpoint.model.clone(),
        hardware: endpoint.hardware.clone(),
        tier: endpoint.tier,
        params_total_b: endpoint.params_total_b,
        batch_size: endpoint.batch_size,
        energy_scope: endpoint.energy_scope,
        answered: outcomes.answered,
        missing: trace.len() - outcomes.answered,
        missing_cells: missing_cells(outcomes, trace.len()),
        estimated: estimated(outcomes),
        answer_accuracy: mean_of(Metric::Score),
        solved_alone: solved.alone(index, &[index]),
        solved_by_model_alone: solved.alone(index, &same_model),
        energy_j_mean: mean_of(Metric::EnergyJ),
        energy_j_p95: p95_of(Metric::EnergyJ),
        latency_s_mean: mean_of(Metric::LatencyS),
        latency_s_p95: p95_of(Metric::LatencyS),
        cost_usd_total: column(Metric::CostUsd).and_then(total),
        cost_usd_mean: mean_of(Metric::CostUsd),
        cost_usd_p95: p95_of(Metric::CostUsd),
        flops_mean: mean_of(Metric::Flops),
        output_tokens_mean: mean_of(Metric::OutputTokens),
        power_w_mean,
        apw,
        apj,
        ppw,
        ppj,
    }
}

/// The sum of the known cells; `None` where none is known.
fn total(cells: &Column) -> Option<f64> {
    let known = cells.len() - cells.missing();
    (known > 0).then(|| cells.iter().filter(|cell| !cell.is_nan()).sum())
}

/// The smallest known cell that at least this share of the known cells does not exceed (nearest rank).
fn percentile(cells: &Column, share: f64) -> Option<f64> {
    let mut known: Vec<f64> = cells.iter().filter(|cell| !cell.is_nan()).collect();
    let rank = (share * known.len() as f64).ceil() as usize;
    let index = rank.saturating_sub(1);
    (index < known.len()).then(|| *known.select_nth_unstable_by(index, f64::total_cmp).1)
}

/// For each metric the answers that lack it. A query that was not answered is not counted again.
fn missing_cells(outcomes: &Outcomes, queries: usize) -> ByName<usize> {
    let unanswered = queries - outcomes.answered;
    let missing = |metric| outcomes.metrics.get(metric).map_or(outcomes.answered, |cells| cells.missing().saturating_sub(unanswered));
    ByName(Metric::ALL.iter().map(|&metric| (metric.column().to_owned(), missing(metric))).collect())
}

/// For each metric with estimated cells their share of the known ones.
pub(super) fn estimated(outcomes: &Outcomes) -> ByName<f64> {
    let share = |(metric, sources): (Metric, &Vec<u8>)| {
        let cells = outcomes.metrics.get(metric)?;
        let estimated = cells.iter().zip(sources).filter(|(cell, source)| !cell.is_nan() && **source != MEASURED).count();
        let known = cells.len() - cells.missing();
        (known > 0).then(|| (metric.column().to_owned(), estimated as f64 / known as f64))
    };
    ByName(outcomes.sources.iter().filter_map(share).collect())
}

fn datasets(trace: &Trace) -> Vec<Dataset> {
    let none = Names::default();
    let (datasets, categories) = (trace.queries.dataset.as_ref(), trace.queries.category.as_ref().unwrap_or(&none));
    let names = datasets.unwrap_or(&none);
    // The last entries are of queries without a data set or category.
    let mut counts = vec![vec![0_usize; categories.names.len() + 1]; names.names.len() + 1];
    for query in 0..trace.len() {
        let slot = |names: &Names| names.codes.get(query).map_or(names.names.len(), |&code| (code as usize).min(names.names.len()));
        counts[slot(names)][slot(categories)] += 1;
    }
    let line = |(slot, counts): (usize, Vec<usize>)| {
        let listed = categories.names.iter().cloned().zip(counts.iter().copied()).filter(|(_, queries)| *queries > 0);
        let queries: usize = counts.iter().sum();
        (queries > 0).then(|| Dataset { name: names.names.get(slot).cloned(), queries, categories: ByName(listed.collect()) })
    };
    counts.into_iter().enumerate().filter_map(line).collect()
}
