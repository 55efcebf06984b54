//! The columns of a trace's tables in words: the page of columns is made of this list.

use super::schema::{self, Metric};

/// A column of a trace's table, for those who read or write one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMeaning {
    /// Its name; `*` stands for a part that differs.
    pub name: String,
    /// The type of its cells.
    pub of: &'static str,
    /// Its unit, or the values that it may have; empty where there is neither.
    pub unit: &'static str,
    /// When a cell may be null.
    pub null: &'static str,
    /// What it says.
    pub meaning: &'static str,
}

const ALLOWED: &str = "allowed";

fn column(name: &str, of: &'static str, unit: &'static str, null: &'static str, meaning: &'static str) -> ColumnMeaning {
    ColumnMeaning { name: name.to_owned(), of, unit, null, meaning }
}

/// The columns of the table of queries.
pub fn query_columns() -> Vec<ColumnMeaning> {
    vec![
        column(schema::ROW, "u32", "", "never", "number of the query, increasing"),
        column(schema::QUERY_ID, "string", "", "never", "unique name; where a source has none, `file:row`"),
        column(schema::DATASET, "string", "", ALLOWED, "data set that the query comes from"),
        column(schema::CATEGORY, "string", "", ALLOWED, "category within the data set"),
        column(schema::INPUT_TOKENS, "f64", "tokens", ALLOWED, "length of the prompt, where all endpoints count alike"),
        column(schema::ARRIVAL_S, "f64", "s", ALLOWED, "arrival, from the start of the trace"),
        column(schema::PROMPT, "string", "", ALLOWED, "text of the query"),
        column(schema::EMBEDDING, "list of f32", "its own", ALLOWED, "vector of the query from an embedding model, as long in every row"),
        column(
            &format!("{}*", schema::FEATURE_PREFIX),
            "f64 or string",
            "its own",
            ALLOWED,
            "what a router may look at before it chooses, named by what follows the prefix",
        ),
    ]
}

/// The columns of an endpoint's table of outcomes.
pub fn outcome_columns() -> Vec<ColumnMeaning> {
    let metric = |metric: Metric| {
        let (unit, meaning) = said(metric);
        column(metric.column(), "f64", unit, ALLOWED, meaning)
    };
    let row = column(schema::ROW, "u32", "", "never", "the query, once at most");
    let source = column(
        &format!("*{}", schema::SOURCE_SUFFIX),
        "u8",
        "0 to 255",
        "counts as 0",
        "for any of these metrics, where each cell comes from: 0 measured, else the `code` of a `[[source]]`; only where some cells are estimated",
    );
    std::iter::once(row).chain(Metric::ALL.into_iter().map(metric)).chain([source]).collect()
}

/// The unit of a metric, or its values, and what it says.
fn said(metric: Metric) -> (&'static str, &'static str) {
    match metric {
        Metric::Score => ("0 to 1", "quality of the answer: 0 wrong, 1 right"),
        Metric::LatencyS => ("s", "from the request to the end of the answer"),
        Metric::TtftS => ("s", "from the request to the first token"),
        Metric::EnergyJ => ("J", "energy of the answer, in the endpoint's `energy_scope`"),
        Metric::InputTokens => ("tokens", "length of the prompt as this endpoint counts"),
        Metric::OutputTokens => ("tokens", "length of the answer"),
        Metric::Flops => ("FLOP", "floating-point operations of the answer"),
        Metric::CostUsd => ("USD", "price of the answer"),
        Metric::Perplexity => ("1 and more", "of the reference answer under the model"),
        Metric::Confidence => ("0 to 1", "the endpoint's own confidence in its answer"),
    }
}
