//! Pairs of model and hardware, the years, near and far.

use super::{Section, bare, factor, figure};
use crate::analysis::study::{Improvement, LocalCloudGap, OverTime, Pair, TimeStep};
use crate::report::Figure;
use crate::report::grid::{Density, Grid};
use crate::report::words::{count, percent, significant};
use crate::units::{Joules, Seconds, Watts};

/// A column of pairs: its header, and the figure of each.
type PairFigure = (&'static str, fn(&Pair) -> Option<Figure>);
/// A gain: its header, and that of each step.
type Gain = (&'static str, fn(&TimeStep) -> Option<&Improvement>);

/// Each endpoint's answer accuracy, power, energy and efficiency.
pub(super) fn pairs(pairs: &[Pair], density: Density) -> Option<Section> {
    let rows: Vec<&Pair> = pairs.iter().collect();
    let known = |of: fn(&Pair) -> Option<Figure>| pairs.iter().any(|pair| of(pair).is_some());
    let mut grid = Grid::default();
    grid.column("endpoint", &rows, |pair| pair.endpoint.clone());
    // Endpoints that were asked different queries are not comparable as they are.
    if pairs.iter().any(|pair| Some(pair.answered) != pairs.first().map(|first| first.answered)) {
        grid.column("queries", &rows, |pair| count(pair.answered));
    }
    grid.column("answer accuracy", &rows, |pair| figure(pair.answer_accuracy, percent, density));
    // Power follows from accuracy and accuracy per watt, time stands in the files.
    let crowded = density == Density::Slim && known(|pair| pair.perplexity);
    if known(|pair| pair.power_w) && !crowded {
        grid.column("mean power", &rows, |pair| bare(pair.power_w, |watts| Watts(watts).to_string()));
    }
    if known(|pair| pair.energy_j) {
        grid.column("mean energy", &rows, |pair| bare(pair.energy_j, |joules| Joules(joules).to_string()));
    }
    if known(|pair| pair.latency_s) && !crowded {
        grid.column("mean latency", &rows, |pair| bare(pair.latency_s, |seconds| Seconds(seconds).to_string()));
    }
    let efficiencies: [PairFigure; 4] = [
        ("accuracy per W", |pair| pair.apw),
        ("accuracy per J", |pair| pair.apj),
        ("inverse perplexity per W", |pair| pair.ppw),
        ("inverse perplexity per J", |pair| pair.ppj),
    ];
    for (header, of) in efficiencies.into_iter().filter(|(_, of)| known(*of)) {
        grid.column(header, &rows, |pair| figure(of(pair), significant, density));
    }
    (!pairs.is_empty()).then(|| Section { title: "pairs of model and hardware".to_owned(), grid, remarks: Vec::new() })
}

/// Gains over the first year.
pub(super) fn over_time(years: &OverTime, density: Density) -> Section {
    let rows: Vec<&TimeStep> = years.steps.iter().collect();
    let mut grid = Grid::default();
    grid.column("year, endpoint", &rows, |step| format!("{}: {}", step.year, step.endpoint));
    grid.column("answer accuracy", &rows, |step| bare(step.answer_accuracy, percent));
    let gains: [Gain; 2] = [("accuracy per W", |step| step.per_watt.as_ref()), ("accuracy per J", |step| step.per_joule.as_ref())];
    let mut remarks =
        vec!["gains over the first; models: ratio of answer accuracies; hardware: ratio of powers, or of energies".to_owned()];
    for (header, of) in gains.into_iter().filter(|(_, of)| rows.iter().any(|step| of(step).is_some())) {
        let part = |step: &TimeStep, part: fn(&Improvement) -> Option<Figure>| of(step).and_then(part);
        grid.column(header, &rows, |step| figure(part(step, |gain| Some(gain.total)), factor, density));
        grid.column("by models", &rows, |step| bare(part(step, |gain| Some(gain.models)), factor));
        grid.column("by hardware", &rows, |step| bare(part(step, |gain| Some(gain.hardware)), factor));
    }
    for step in &rows {
        for (header, of) in &gains {
            remarks.extend(of(step).and_then(|gain| gain.crossed.as_ref()).map(|crossed| {
                let (models, hardware) = (factor(crossed.models.value), factor(crossed.hardware.value));
                let pairs = format!("with {} and {}", crossed.first_model, crossed.this_model);
                format!("{}, {header}, free of order: {models} by models, {hardware} by hardware ({pairs})", step.year)
            }));
        }
    }
    Section { title: "improvement over time".to_owned(), grid, remarks }
}

/// Models that run both near and far.
pub(super) fn gap(gaps: &[LocalCloudGap], density: Density) -> Option<Section> {
    let rows: Vec<&LocalCloudGap> = gaps.iter().collect();
    let mut grid = Grid::default();
    grid.column("cloud : local", &rows, |gap| format!("{} : {}", gap.cloud, gap.local));
    grid.column("accuracy per W", &rows, |gap| figure(gap.apw, factor, density));
    grid.column("accuracy per J", &rows, |gap| figure(gap.apj, factor, density));
    (!gaps.is_empty()).then(|| Section { title: "the same model in the cloud over its local self".to_owned(), grid, remarks: Vec::new() })
}
