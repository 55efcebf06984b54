//! Which columns of a trace a command reads.

use super::schema::{self, FEATURE_PREFIX, Metric};

/// What to read of a trace.
#[derive(Debug, Clone)]
pub struct Columns {
    /// The metrics of the outcomes.
    pub metrics: Vec<Metric>,
    /// The names of the queries.
    pub ids: bool,
    /// The texts of the queries.
    pub prompts: bool,
    /// The feature columns.
    pub features: bool,
    /// The embeddings.
    pub embedding: bool,
}

impl Columns {
    /// Everything that a trace has.
    pub fn all() -> Self {
        Columns { metrics: Metric::ALL.to_vec(), ids: true, prompts: true, features: true, embedding: true }
    }

    /// Some metrics, and of the queries what is cheap: numbers, data set and category.
    pub fn metrics(metrics: &[Metric]) -> Self {
        Columns { metrics: metrics.to_vec(), ids: false, prompts: false, features: false, embedding: false }
    }

    /// Whether a column of the table of queries is to be read.
    pub(super) fn wants_of_queries(&self, name: &str) -> bool {
        match name {
            schema::ROW | schema::DATASET | schema::CATEGORY | schema::INPUT_TOKENS | schema::ARRIVAL_S => true,
            schema::QUERY_ID => self.ids,
            schema::PROMPT => self.prompts,
            schema::EMBEDDING => self.embedding,
            _ => self.features && name.starts_with(FEATURE_PREFIX),
        }
    }

    /// Whether a column of a table of outcomes is to be read.
    pub(super) fn wants_of_outcomes(&self, name: &str) -> bool {
        let metric = name.strip_suffix(schema::SOURCE_SUFFIX).unwrap_or(name);
        name == schema::ROW || Metric::from_column(metric).is_some_and(|metric| self.metrics.contains(&metric))
    }
}
