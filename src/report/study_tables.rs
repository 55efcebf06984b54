//! The tidy tables of a study, one for each analysis.

use super::Study;
use super::columns::{Columns, Table};
use crate::analysis::study::{
    BatchRow, Batching, CoverageRow, DifficultyLevel, DifficultyRow, Extent, Group, Improvement, Pair, Precision, PrecisionRow,
    SavingsBySize, SizeLimit, SizeRow, TimeStep,
};
use crate::trace::Metric;

/// All tables of a study; those of analyses that the trace does not carry have no rows.
pub(super) fn all(study: &Study) -> Vec<Table> {
    vec![coverage(study), difficulty(study), by_size(study), pairs(study), over_time(study), gap(study), batching(study), precision(study)]
}

fn extent(group: &Group) -> &'static str {
    match group.extent {
        Extent::All => "all",
        Extent::Dataset => "dataset",
        Extent::Category => "category",
    }
}

/// The columns that say which queries a row is about.
fn grouped<'r, R>(columns: Columns<'r, R>, group: impl Fn(&'r R) -> &'r Group + Copy) -> Columns<'r, R> {
    columns
        .text("extent", move |row| Some(extent(group(row))))
        .text("dataset", move |row| group(row).dataset.as_deref())
        .text("category", move |row| group(row).category.as_deref())
        .count("queries", move |row| group(row).queries)
}

fn coverage(study: &Study) -> Table {
    let rows: Vec<&CoverageRow> = study.coverage.iter().flat_map(|table| &table.rows).collect();
    grouped(Columns::of("coverage", &rows), |row| &row.group)
        .figure("any", |row| row.any)
        .figure("local", |row| row.local)
        .text("best_local", |row| row.best_local.as_ref().map(|best| best.endpoint.as_str()))
        .figure("best_local_share", |row| row.best_local.as_ref().map(|best| best.share))
        .text("best_cloud", |row| row.best_cloud.as_ref().map(|best| best.endpoint.as_str()))
        .figure("best_cloud_share", |row| row.best_cloud.as_ref().map(|best| best.share))
        .finish()
}

/// A row for each group and level, then for each group one of what no level solves: the cloud's and nobody's.
fn difficulty(study: &Study) -> Table {
    struct Row<'a> {
        row: &'a DifficultyRow,
        level: &'a DifficultyLevel,
        index: usize,
    }
    let mut rows = Vec::new();
    if let Some(table) = &study.difficulty {
        for row in &table.rows {
            rows.extend(table.levels.iter().enumerate().map(|(index, level)| Row { row, level, index }));
        }
    }
    let models: Vec<String> = rows.iter().map(|row| row.level.models.join(" ")).collect();
    let rows: Vec<(Row, String)> = rows.into_iter().zip(models).collect();
    grouped(Columns::of("difficulty", &rows), |(row, _)| &row.row.group)
        .number("params_total_b", |(row, _)| row.level.params_total_b)
        .text("models", |(_, models)| Some(models))
        .figure("smallest_share", |(row, _)| row.row.smallest.get(row.index).copied().flatten())
        .figure("no_local_share", |(row, _)| row.row.no_local)
        .figure("cloud_only_share", |(row, _)| row.row.cloud_only)
        .figure("nobody_share", |(row, _)| row.row.nobody)
        .finish()
}

fn by_size(study: &Study) -> Table {
    let mut rows: Vec<(&SavingsBySize, &SizeLimit, &SizeRow)> = Vec::new();
    for savings in &study.by_size {
        for limit in &savings.limits {
            rows.extend(limit.rows.iter().map(|row| (savings, limit, row)));
        }
    }
    let columns = Columns::of("savings_by_size", &rows)
        .text("baseline", |(savings, _, _)| Some(&savings.baseline))
        .number("params_total_b", |(_, limit, _)| Some(limit.params_total_b));
    grouped(columns, |(_, _, row)| &row.group)
        .number("local_share", |(_, _, row)| Some(row.local_share))
        .figure("answer_accuracy", |(_, _, row)| row.answer_accuracy)
        .fraction_figures("_saving", |(_, _, row)| Some(row.savings))
        .finish()
}

fn pairs(study: &Study) -> Table {
    let rows: Vec<&Pair> = study.pairs.iter().collect();
    let tiers: Vec<Option<String>> = rows.iter().map(|pair| pair.tier.map(|tier| tier.to_string())).collect();
    let rows: Vec<(&Pair, Option<String>)> = rows.into_iter().zip(tiers).collect();
    Columns::of("pairs", &rows)
        .text("endpoint", |(pair, _)| Some(&pair.endpoint))
        .text("model", |(pair, _)| Some(&pair.model))
        .text("hardware", |(pair, _)| pair.hardware.as_deref())
        .text("tier", |(_, tier)| tier.as_deref())
        .text("precision", |(pair, _)| pair.precision.as_deref())
        .number("batch_size", |(pair, _)| pair.batch_size.map(f64::from))
        .number("params_total_b", |(pair, _)| pair.params_total_b)
        .count("answered", |(pair, _)| pair.answered)
        .figure("answer_accuracy", |(pair, _)| pair.answer_accuracy)
        .figure("power_w", |(pair, _)| pair.power_w)
        .figure(Metric::EnergyJ.column(), |(pair, _)| pair.energy_j)
        .figure(Metric::LatencyS.column(), |(pair, _)| pair.latency_s)
        .figure(Metric::Perplexity.column(), |(pair, _)| pair.perplexity)
        .figure("apw", |(pair, _)| pair.apw)
        .figure("apj", |(pair, _)| pair.apj)
        .figure("ppw", |(pair, _)| pair.ppw)
        .figure("ppj", |(pair, _)| pair.ppj)
        .finish()
}

fn over_time(study: &Study) -> Table {
    let rows: Vec<&TimeStep> = study.over_time.iter().flat_map(|years| &years.steps).collect();
    let columns = Columns::of("over_time", &rows)
        .count("year", |step| step.year.into())
        .text("endpoint", |step| Some(&step.endpoint))
        .figure("answer_accuracy", |step| step.answer_accuracy)
        .figure("power_w", |step| step.power_w)
        .figure(Metric::EnergyJ.column(), |step| step.energy_j)
        .figure("apw", |step| step.apw)
        .figure("apj", |step| step.apj);
    let columns = gains(columns, "apw", |step| step.per_watt.as_ref());
    gains(columns, "apj", |step| step.per_joule.as_ref()).finish()
}

/// A gain and its parts by both splits.
fn gains<'r>(
    columns: Columns<'r, &'r TimeStep>,
    name: &str,
    of: impl Fn(&'r TimeStep) -> Option<&'r Improvement> + Copy,
) -> Columns<'r, &'r TimeStep> {
    let crossed = move |step: &'r TimeStep| of(step).and_then(|gain| gain.crossed.as_ref());
    columns
        .figure(&format!("{name}_gain"), move |step| of(step).map(|gain| gain.total))
        .figure(&format!("{name}_gain_models"), move |step| of(step).map(|gain| gain.models))
        .figure(&format!("{name}_gain_hardware"), move |step| of(step).map(|gain| gain.hardware))
        .figure(&format!("{name}_gain_models_shapley"), move |step| crossed(step).map(|crossed| crossed.models))
        .figure(&format!("{name}_gain_hardware_shapley"), move |step| crossed(step).map(|crossed| crossed.hardware))
}

fn gap(study: &Study) -> Table {
    Columns::of("local_cloud_gap", &study.local_cloud_gap)
        .text("model", |gap| Some(&gap.model))
        .text("local", |gap| Some(&gap.local))
        .text("cloud", |gap| Some(&gap.cloud))
        .number("local_batch_size", |gap| gap.local_batch_size.map(f64::from))
        .number("cloud_batch_size", |gap| gap.cloud_batch_size.map(f64::from))
        .figure("apw_ratio", |gap| gap.apw)
        .figure("apj_ratio", |gap| gap.apj)
        .finish()
}

fn batching(study: &Study) -> Table {
    let mut rows: Vec<(&Batching, &BatchRow)> = Vec::new();
    study.batching.iter().for_each(|group| rows.extend(group.rows.iter().map(|row| (group, row))));
    Columns::of("batching", &rows)
        .text("model", |(group, _)| Some(&group.model))
        .text("hardware", |(group, _)| group.hardware.as_deref())
        .text("endpoint", |(_, row)| Some(&row.endpoint))
        .count("batch_size", |(_, row)| row.batch_size.into())
        .figure("answer_accuracy", |(_, row)| row.answer_accuracy)
        .figure(Metric::EnergyJ.column(), |(_, row)| row.energy_j)
        .figure(Metric::LatencyS.column(), |(_, row)| row.latency_s)
        .figure("apw", |(_, row)| row.apw)
        .figure("apj", |(_, row)| row.apj)
        .figure("energy_ratio", |(_, row)| row.energy_ratio)
        .figure("apw_gain", |(_, row)| row.apw_gain)
        .figure("apj_gain", |(_, row)| row.apj_gain)
        .finish()
}

fn precision(study: &Study) -> Table {
    let mut rows: Vec<(&Precision, &PrecisionRow)> = Vec::new();
    study.precision.iter().for_each(|group| rows.extend(group.rows.iter().map(|row| (group, row))));
    Columns::of("precision", &rows)
        .text("model", |(group, _)| Some(&group.model))
        .text("hardware", |(group, _)| group.hardware.as_deref())
        .text("endpoint", |(_, row)| Some(&row.endpoint))
        .text("precision", |(_, row)| Some(&row.precision))
        .figure("answer_accuracy", |(_, row)| row.answer_accuracy)
        .figure(Metric::EnergyJ.column(), |(_, row)| row.energy_j)
        .figure("apj", |(_, row)| row.apj)
        .figure("answer_accuracy_ratio", |(_, row)| row.answer_accuracy_ratio)
        .figure("energy_ratio", |(_, row)| row.energy_ratio)
        .figure("apj_gain", |(_, row)| row.apj_gain)
        .finish()
}
