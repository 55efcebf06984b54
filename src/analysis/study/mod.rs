//! The analyses of a trace that need no policy of a person's, as the paper (Intelligence per Watt) has
//! them, on any trace. Each stands in a file of its own; what a trace does not carry is left out, and
//! a line says why.

mod alike;
mod batching;
mod by_size;
mod coverage;
mod difficulty;
#[cfg(test)]
mod efficiency_tests;
mod gap;
mod group;
mod over_time;
mod pairs;
mod precision;
mod sample;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use batching::{BatchRow, Batching};
pub use by_size::{SavingsBySize, SizeLimit, SizeRow, savings_by_size};
pub use coverage::{Best, CoverageRow, CoverageTable};
pub use difficulty::{DifficultyLevel, DifficultyRow, DifficultyTable};
pub use gap::LocalCloudGap;
pub use group::{Extent, Group};
pub use over_time::{CrossedPairs, Improvement, OverTime, TimeStep};
pub use pairs::Pair;
pub use precision::{Precision, PrecisionRow};

use serde::{Deserialize, Serialize};

use crate::analysis::inspect;
use crate::error::Result;
use crate::trace::{Metric, Trace};
use crate::units::Share;
use crate::workload::MissingRules;
use sample::Subject;

/// The metrics that a study reads of a trace.
pub const METRICS: [Metric; 6] = [Metric::Score, Metric::EnergyJ, Metric::LatencyS, Metric::Flops, Metric::CostUsd, Metric::Perplexity];

/// What a study is told, beside the trace.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The local endpoints; where empty the trace's, else all whose tier is known and not `cloud`.
    pub local: Vec<String>,
    /// What savings are measured against; where empty the trace's, else the only cloud endpoint.
    pub baselines: Vec<String>,
    /// The score from which an answer is correct, where the trace does not say.
    pub correct_at: Option<f64>,
    /// What savings by size do about missing cells.
    pub missing: MissingRules,
    /// Seed of the resamples that intervals come from.
    pub seed: u64,
    /// The analyses that are wanted; where empty all.
    pub only: Vec<Analysis>,
}

/// An analysis of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Analysis {
    /// [`Study::coverage`].
    Coverage,
    /// [`Study::difficulty`].
    Difficulty,
    /// [`Study::by_size`].
    BySize,
    /// [`Study::pairs`].
    Pairs,
    /// [`Study::over_time`].
    OverTime,
    /// [`Study::local_cloud_gap`].
    LocalCloudGap,
    /// [`Study::batching`].
    Batching,
    /// [`Study::precision`].
    Precision,
}

impl Analysis {
    /// Every analysis by the key of its section in a report.
    pub const ALL: [(&'static str, Analysis); 8] = [
        ("coverage", Analysis::Coverage),
        ("difficulty", Analysis::Difficulty),
        ("by_size", Analysis::BySize),
        ("pairs", Analysis::Pairs),
        ("over_time", Analysis::OverTime),
        ("local_cloud_gap", Analysis::LocalCloudGap),
        ("batching", Analysis::Batching),
        ("precision", Analysis::Precision),
    ];
}

/// The analyses of a trace. Fractions and ratios, never percents; figures with 95% intervals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Study {
    /// Who answers what correctly, by data set and category (the paper's Figures 2 and 5, Table 4).
    pub coverage: Option<CoverageTable>,
    /// For each baseline, savings by the largest local model allowed (Tables 8 and 9).
    pub by_size: Vec<SavingsBySize>,
    /// Each endpoint's answer accuracy, power, energy and efficiency (Tables 13, 14 and 17).
    pub pairs: Vec<Pair>,
    /// Improvement over the years (Table 2, Figure 3).
    pub over_time: Option<OverTime>,
    /// Models that run both near and far: how much more efficient far is.
    pub local_cloud_gap: Vec<LocalCloudGap>,
    /// Endpoints that differ in nothing but batch size (Table 15).
    pub batching: Vec<Batching>,
    /// Endpoints that differ in nothing but precision (Figure 9).
    pub precision: Vec<Precision>,
    /// How large a model it takes, by data set and category (Figures 6 and 7).
    pub difficulty: Option<DifficultyTable>,
}

/// Every analysis that a trace carries, and why others are left out, a line each.
///
/// # Errors
/// For unknown endpoints among the options, and graded scores of which nothing says which are correct.
pub fn of(trace: &Trace, options: &Options) -> Result<(Study, Vec<String>)> {
    let subject = Subject::new(trace, options)?;
    let solved = subject.solved();
    let mut notes = Vec::new();
    let mut study = Study::default();
    for (_, analysis) in Analysis::ALL.into_iter().filter(|(_, analysis)| options.only.is_empty() || options.only.contains(analysis)) {
        crate::work::go_on();
        match analysis {
            Analysis::Coverage => study.coverage = coverage::of(&subject, solved.as_ref(), &mut notes),
            Analysis::Difficulty => study.difficulty = difficulty::of(&subject, solved.as_ref(), &mut notes),
            Analysis::BySize => study.by_size = by_size::of(&subject, options, &mut notes)?,
            Analysis::Pairs => study.pairs = pairs::of(&subject, &mut notes),
            Analysis::OverTime => study.over_time = over_time::of(&subject, &mut notes),
            Analysis::LocalCloudGap => study.local_cloud_gap = gap::of(&subject, &mut notes),
            Analysis::Batching => study.batching = batching::of(&subject, &mut notes),
            Analysis::Precision => study.precision = precision::of(&subject, &mut notes),
        }
    }
    notes.extend(estimated(trace));
    notes.extend(trace.mixed_energy_scopes(None).map(|warning| format!("warning: {}", warning.to_string().replace('\n', ";"))));
    Ok((study, notes))
}

/// Which figures are not measured: a line for each endpoint that has such cells.
fn estimated(trace: &Trace) -> impl Iterator<Item = String> + '_ {
    trace.endpoints().filter_map(|(endpoint, outcomes)| {
        let shares = inspect::estimated(outcomes).0;
        let parts: Vec<String> = shares.iter().map(|(metric, share)| format!("{metric} for {}", Share(*share))).collect();
        (!parts.is_empty()).then(|| format!("estimated, not measured, of {}: {}", endpoint.id, parts.join(", ")))
    })
}
