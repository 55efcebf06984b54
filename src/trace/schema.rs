//! The columns of a trace. The only place that spells a column name.

use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// The version of the folder format that this crate writes and reads.
pub const FORMAT_VERSION: u32 = 1;
/// The file that describes a trace.
pub const TRACE_FILE: &str = "trace.toml";
/// The table of queries.
pub const QUERIES_FILE: &str = "queries.parquet";
/// The folder of outcomes, one Hive partition for each endpoint.
pub const OUTCOMES_DIR: &str = "outcomes";
/// The key of the Hive partitions below [`OUTCOMES_DIR`].
pub const PARTITION_KEY: &str = "endpoint";
/// The one file of a partition that this crate writes.
pub const PART_FILE: &str = "part-0.parquet";

/// Row number of a query (u32): the key that joins queries and outcomes and that random draws use.
pub const ROW: &str = "row";
/// Unique name of a query (string).
pub const QUERY_ID: &str = "query_id";
/// Data set that a query comes from (string).
pub const DATASET: &str = "dataset";
/// Category of a query within its data set (string).
pub const CATEGORY: &str = "category";
/// Tokens of the prompt (f64).
pub const INPUT_TOKENS: &str = "input_tokens";
/// When a query arrives, in seconds from the start of the trace (f64).
pub const ARRIVAL_S: &str = "arrival_s";
/// Text of a query (string).
pub const PROMPT: &str = "prompt";
/// Embedding of a query (list of f32, as long in every row).
pub const EMBEDDING: &str = "embedding";
/// Start of the name of every feature column: a number or a string known before routing.
pub const FEATURE_PREFIX: &str = "feature_";
/// End of the name of the column that tells the source of a metric's cells (u8, 0 = measured).
pub const SOURCE_SUFFIX: &str = "_source";
/// The source code of a measured cell; all others name a `[[source]]` of the trace file.
pub const MEASURED: u8 = 0;

/// What is recorded of one endpoint's answer to one query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Quality of the answer, 0 (wrong) to 1 (right).
    Score,
    /// Time from the request to the end of the answer, in seconds.
    LatencyS,
    /// Time from the request to the first token of the answer, in seconds.
    TtftS,
    /// Energy that the answer took, in joules, in the scope that the endpoint names.
    EnergyJ,
    /// Tokens of the prompt as this endpoint counts them.
    InputTokens,
    /// Tokens of the answer.
    OutputTokens,
    /// Floating-point operations of the answer.
    Flops,
    /// Price of the answer in US dollars.
    CostUsd,
    /// Perplexity of the reference answer under the model.
    Perplexity,
    /// The endpoint's own confidence in its answer, 0 to 1, as a cascade may read it.
    Confidence,
}

impl Metric {
    /// All metrics, in the order in which a file has them.
    pub const ALL: [Metric; 10] = [
        Metric::Score,
        Metric::LatencyS,
        Metric::TtftS,
        Metric::EnergyJ,
        Metric::InputTokens,
        Metric::OutputTokens,
        Metric::Flops,
        Metric::CostUsd,
        Metric::Perplexity,
        Metric::Confidence,
    ];

    /// The name of the column.
    pub fn column(self) -> &'static str {
        match self {
            Metric::Score => "score",
            Metric::LatencyS => "latency_s",
            Metric::TtftS => "ttft_s",
            Metric::EnergyJ => "energy_j",
            Metric::InputTokens => INPUT_TOKENS,
            Metric::OutputTokens => "output_tokens",
            Metric::Flops => "flops",
            Metric::CostUsd => "cost_usd",
            Metric::Perplexity => "perplexity",
            Metric::Confidence => "confidence",
        }
    }

    /// The name of the column that tells where each cell comes from.
    pub fn source_column(self) -> String {
        format!("{}{SOURCE_SUFFIX}", self.column())
    }

    /// The metric of a column name.
    pub fn from_column(name: &str) -> Option<Metric> {
        Metric::ALL.into_iter().find(|metric| metric.column() == name)
    }

    /// The values that a present cell of this metric may have. Infinity is beyond them, and NaN nowhere.
    #[inline]
    pub fn range(self) -> RangeInclusive<f64> {
        match self {
            Metric::Score | Metric::Confidence => 0.0..=1.0,
            Metric::Perplexity => 1.0..=f64::MAX,
            _ => 0.0..=f64::MAX,
        }
    }

    /// Whether a present value is one that this metric may have.
    #[inline]
    pub fn allows(self, value: f64) -> bool {
        self.range().contains(&value)
    }

    /// The values that [`Metric::allows`], in words.
    pub fn allowed(self) -> &'static str {
        match self {
            Metric::Score | Metric::Confidence => "0 to 1",
            Metric::Perplexity => "finite numbers from 1 up",
            _ => "finite numbers from 0 up (null where not known)",
        }
    }

    /// Position in [`Metric::ALL`].
    #[inline]
    pub fn index(self) -> usize {
        self as usize
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.column())
    }
}

/// A small table with a place for each metric.
#[derive(Debug, Clone, PartialEq)]
pub struct PerMetric<T>([Option<T>; Metric::ALL.len()]);

impl<T> Default for PerMetric<T> {
    fn default() -> Self {
        PerMetric(std::array::from_fn(|_| None))
    }
}

#[allow(clippy::indexing_slicing, reason = "a place for each metric, by the metric's position")]
impl<T> PerMetric<T> {
    /// What there is for a metric.
    #[inline]
    pub fn get(&self, metric: Metric) -> Option<&T> {
        self.0[metric.index()].as_ref()
    }

    /// What there is for a metric, to be changed.
    pub fn get_mut(&mut self, metric: Metric) -> Option<&mut T> {
        self.0[metric.index()].as_mut()
    }

    /// What there is for a metric, made first where there is nothing.
    pub fn or_insert_with(&mut self, metric: Metric, make: impl FnOnce() -> T) -> &mut T {
        self.0[metric.index()].get_or_insert_with(make)
    }

    /// Puts a value in a metric's place.
    pub fn set(&mut self, metric: Metric, value: T) {
        self.0[metric.index()] = Some(value);
    }

    /// Takes a metric's value out.
    pub fn take(&mut self, metric: Metric) -> Option<T> {
        self.0[metric.index()].take()
    }

    /// The metrics that have something, in the order of [`Metric::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = (Metric, &T)> {
        Metric::ALL.into_iter().filter_map(|metric| Some((metric, self.get(metric)?)))
    }
}
