//! What a format reads: a query, an outcome, and where they stand.

use std::fmt;

use crate::trace::schema::{Metric, PerMetric};

/// A query as a format reads it. What is not known is `None`.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Unique name within the trace; where a source has none, `file:row`.
    pub id: String,
    /// Data set.
    pub dataset: Option<String>,
    /// Category within the data set.
    pub category: Option<String>,
    /// Tokens of the prompt.
    pub input_tokens: Option<f64>,
    /// Arrival in seconds.
    pub arrival_s: Option<f64>,
    /// Text.
    pub prompt: Option<String>,
    /// Features that are numbers.
    pub number_features: Vec<(String, f64)>,
    /// Features that are names.
    pub name_features: Vec<(String, String)>,
}

/// An outcome as a format reads it: values, and for estimated ones the name of their source.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    pub(super) values: PerMetric<(f64, Option<&'static str>)>,
}

impl Outcome {
    /// Adds a measured value; `None` leaves the cell missing.
    pub fn with(mut self, metric: Metric, value: Option<f64>) -> Self {
        if let Some(value) = value {
            self.values.set(metric, (value, None));
        }
        self
    }

    /// As [`Outcome::with`], in place.
    pub fn set(&mut self, metric: Metric, value: f64) {
        self.values.set(metric, (value, None));
    }

    /// Adds an estimated value with the name of its source, where the cell is still missing.
    pub fn estimate(mut self, metric: Metric, value: Option<f64>, source: &'static str) -> Self {
        if let (Some(value), None) = (value, self.values.get(metric)) {
            self.values.set(metric, (value, Some(source)));
        }
        self
    }

    /// Whether a metric is there.
    pub fn has(&self, metric: Metric) -> bool {
        self.values.get(metric).is_some()
    }
}

/// Where something stands in a file. It becomes text only where an error needs it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The file, as errors name it.
    pub file: &'a str,
    /// What is counted: `line`, `row`, `record`.
    pub unit: &'static str,
    /// Its number, as the unit is usually counted.
    pub number: u64,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} {}", self.file, self.unit, self.number)
    }
}
