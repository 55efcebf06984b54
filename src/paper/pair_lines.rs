//! Coverage of Figure 2 and the efficiencies of Tables 2, 13, 14, 15 and 17, beside generated traces.

use super::lines::{Lines, from, half_unit};
use super::published::Published;
use crate::analysis::study::{Extent, Pair, Study};
use crate::report::{Line, Unit};
use crate::trace::slug;

/// Figure 2: the share of each data set that some local model answers correctly.
pub(super) fn coverage(published: &Published, study: &Study, lines: Lines) -> Vec<Line> {
    let Some(best) = published.coverage.iter().find(|row| row.set == "best-of-local") else { return Vec::new() };
    let sets = [
        ("wildchat", best.wildchat_pct),
        ("naturalreasoning", best.naturalreasoning_pct),
        ("supergpqa", best.supergpqa_pct),
        ("mmlu-pro", best.mmlu_pro_pct),
    ];
    let rows = || study.coverage.iter().flat_map(|coverage| &coverage.rows).filter(|row| row.group.extent == Extent::Dataset);
    let line = |(dataset, paper): (&str, f64)| {
        let row = rows().find(|row| row.group.dataset.as_deref() == Some(dataset));
        let queries = row.map_or(1.0, |row| row.group.queries as f64);
        let paper = paper / 100.0;
        let tolerance = 0.001_f64.max(3.0 * (paper * (1.0 - paper) / queries).sqrt() / lines.wider);
        let here = row.and_then(|row| row.local).map(|figure| figure.value);
        lines.judged(format!("coverage.{dataset}"), format!("solved by some local model: {dataset}"), Unit::Share, paper, here, tolerance)
    };
    from("Figure 2", sets.map(line)).collect()
}

/// Tables 2, 13, 14 and 15.
pub(super) fn pairs(published: &Published, study: &Study, lines: Lines) -> Vec<Line> {
    let pair = |id: &str| study.pairs.iter().find(|pair| pair.endpoint == id);
    let id = |model: &str, hardware: &str| format!("{}@{}", slug(model), slug(hardware));
    let apw = |model: &str, hardware: &str, paper: f64, decimals: i32, power: i32| {
        let id = id(model, hardware);
        let here = pair(&id).and_then(|pair| pair.apw).map(|figure| figure.value);
        let what = format!("accuracy per watt, {model} on {hardware}");
        lines.judged(format!("apw.{id}"), what, Unit::PerWatt, paper, here, half_unit(power, decimals))
    };
    let mut out = Vec::new();
    // Table 2 prints 7.92e-4, and 1.80e-3 with two decimals as Table 13 does.
    let years = published.longitudinal.iter();
    out.extend(from(
        "Table 2",
        years.map(|row| apw(&row.model, &row.hardware, row.apw_per_w, 2, if row.apw_per_w < 1e-3 { -4 } else { -3 })),
    ));
    let listed = |model: &str, hardware: &str| published.longitudinal.iter().any(|row| row.model == model && row.hardware == hardware);
    let rows = published.per_watt.iter().filter(|row| !listed(&row.model, &row.hardware));
    out.extend(from("Table 13", rows.map(|row| apw(&row.model, &row.hardware, row.apw_per_w, 2, -3))));
    out.extend(from(
        "Table 14",
        published.per_joule.iter().map(|row| {
            let id = id(&row.model, &row.hardware);
            let here = pair(&id).and_then(|pair| pair.apj).map(|figure| figure.value);
            let power = if row.apj_per_j < 1e-4 { -5 } else { -4 };
            let what = format!("accuracy per joule, {} on {}", row.model, row.hardware);
            lines.judged(format!("apj.{id}"), what, Unit::PerJoule, row.apj_per_j, here, half_unit(power, 2))
        }),
    ));
    out.extend(from(
        "Table 15",
        published.batching.iter().map(|row| {
            let first = |suffix: &str| pair(&format!("{}@nvidia-b200{suffix}", slug(&row.model)));
            let per_joule = |pair: Option<&Pair>| pair.and_then(|pair| pair.apj).map(|figure| figure.value);
            // Where Tables 14 and 15 differ, the spec has an endpoint of its own for Table 15.
            let single = per_joule(first("-table-15").or_else(|| first("")));
            let here = per_joule(first("-bs64")).zip(single).map(|(batched, single)| batched / single);
            let what = format!("accuracy per joule at batch 64 over batch 1, {} on B200", row.model);
            lines.judged(format!("batching.{}", slug(&row.model)), what, Unit::Times, row.gain, here, half_unit(0, 1))
        }),
    ));
    out.extend(from("Table 2, Figure 3", over_time(study, lines)));
    out
}

/// From 2023 to 2025: 5.3 times per watt by 3.1 times of models and 1.7 times of hardware.
fn over_time(study: &Study, lines: Lines) -> Vec<Line> {
    let last = study.over_time.as_ref().and_then(|over_time| over_time.steps.last());
    let improvement = last.and_then(|step| step.per_watt.as_ref());
    let joules = last.and_then(|step| step.per_joule.as_ref());
    let line = |key: &str, what: &str, paper: f64, here: Option<f64>| {
        lines.judged(format!("over_time.{key}"), format!("2023 to 2025: {what}"), Unit::Times, paper, here, half_unit(0, 1))
    };
    vec![
        line("per_watt", "accuracy per watt", 5.3, improvement.map(|found| found.total.value)),
        line("per_watt.models", "accuracy per watt, by models", 3.1, improvement.map(|found| found.models.value)),
        line("per_watt.hardware", "accuracy per watt, by hardware", 1.7, improvement.map(|found| found.hardware.value)),
        line("per_joule", "accuracy per joule", 18.0, joules.map(|found| found.total.value)),
        line("per_joule.hardware", "accuracy per joule, by hardware", 5.9, joules.map(|found| found.hardware.value)),
    ]
}
