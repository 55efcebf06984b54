//! The mapping file as it is written. What it says is checked in `plan`.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::error::{Error, Result};
use crate::trace::endpoint::{Endpoint, EnergyScope, Price, Tier};
use crate::trace::schema::Metric;

/// A mapping: how the columns of a table become queries and outcomes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// What was recorded, in a sentence.
    pub summary: Option<String>,
    /// Whether a row is an answer or a question.
    pub layout: Layout,
    /// What separates the cells of a CSV file: a comma, if nothing else is said.
    pub separator: Option<Spanned<String>>,
    /// Words that stand for a missing value, besides the empty cell and null.
    #[serde(default)]
    pub missing: Vec<String>,
    /// The columns of the query, and in the long layout of the endpoint.
    #[serde(default)]
    pub columns: Columns,
    /// The columns of the outcome, by metric.
    #[serde(default)]
    pub metrics: BTreeMap<Metric, Quantity>,
    /// A table of the queries apart from that of the outcomes.
    pub queries: Option<QueriesFile>,
    /// What is known of the endpoints beyond the table.
    #[serde(default, rename = "endpoint")]
    pub endpoints: Vec<Section>,
}

/// What a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// An answer: one endpoint, one query.
    Long,
    /// A query, with columns for each endpoint.
    Wide,
}

/// Names of columns that are no metric.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// Unique name of the query. In the wide layout `file:row` where there is none.
    pub id: Option<Spanned<String>>,
    /// Data set.
    pub dataset: Option<Spanned<String>>,
    /// Category.
    pub category: Option<Spanned<String>>,
    /// Text.
    pub prompt: Option<Spanned<String>>,
    /// Tokens of the prompt, the same for all endpoints.
    pub input_tokens: Option<Spanned<String>>,
    /// When the query arrives, from the start of the trace.
    pub arrival: Option<Quantity>,
    /// Long layout: id of the endpoint.
    pub endpoint: Option<Spanned<String>>,
    /// Long layout: model of the endpoint, where there is no id.
    pub model: Option<Spanned<String>>,
    /// Long layout: hardware of the endpoint, beside the model.
    pub hardware: Option<Spanned<String>>,
    /// Columns that a router may look at.
    #[serde(default)]
    pub features: Vec<Spanned<String>>,
    /// Columns that are never taken, not even with `--keep-features`.
    #[serde(default)]
    pub ignore: Vec<Spanned<String>>,
}

/// A column of numbers with its unit, or with the number that makes it the trace's unit. A name alone, `"column"`,
/// stands for a column in the trace's unit.
#[derive(Debug, Clone)]
pub struct Quantity {
    /// Name; in the wide layout with `{model}` or `{endpoint}` for the endpoint's.
    pub column: Spanned<String>,
    /// Unit of the column, where it is not the trace's.
    pub unit: Option<Spanned<String>>,
    /// What a cell is multiplied by, instead of a unit.
    pub scale: Option<Spanned<f64>>,
}

/// The form of a [`Quantity`] that says more than the column's name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Full {
    column: Spanned<String>,
    unit: Option<Spanned<String>>,
    scale: Option<Spanned<f64>>,
}

/// Either form of a [`Quantity`], by what stands there: serde's own way with either would lose the place of a mistake.
enum Form {
    Name(String),
    Full(Full),
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Form;

            fn expecting(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
                to.write_str("a column's name, or { column = \"…\", unit = \"…\" }")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> std::result::Result<Form, E> {
                Ok(Form::Name(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> std::result::Result<Form, A::Error> {
                Full::deserialize(MapAccessDeserializer::new(map)).map(Form::Full)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let form = Spanned::<Form>::deserialize(deserializer)?;
        let span = form.span();
        Ok(match form.into_inner() {
            Form::Name(name) => Quantity { column: Spanned::new(span, name), unit: None, scale: None },
            Form::Full(Full { column, unit, scale }) => Quantity { column, unit, scale },
        })
    }
}

/// A table with a row for each query.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueriesFile {
    /// Its place, from the mapping file's folder, or where it is not there from an input's.
    pub file: Spanned<String>,
    /// Its column with the query's id, where it is not named as in the other table.
    pub id: Option<Spanned<String>>,
}

/// An endpoint: the fields of a trace's `[[endpoint]]`, of which `id` may be left out, and columns.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    id: Option<String>,
    /// Name of the model, by which a table without ids names the endpoint.
    pub model: Spanned<String>,
    hardware: Option<String>,
    tier: Option<Tier>,
    params_total_b: Option<f64>,
    params_active_b: Option<f64>,
    batch_size: Option<u32>,
    precision: Option<String>,
    framework: Option<String>,
    year: Option<u16>,
    energy_scope: Option<EnergyScope>,
    idle_w: Option<f64>,
    electricity_usd_per_kwh: Option<f64>,
    price: Option<Price>,
    /// Wide layout: columns of this endpoint that are named otherwise than `[metrics]` says.
    #[serde(default)]
    pub metrics: BTreeMap<Metric, Quantity>,
}

impl Section {
    /// The endpoint; its id is made of model and hardware where none is given.
    pub fn endpoint(&self) -> Endpoint {
        let model = self.model.get_ref();
        let id = self.id.clone().unwrap_or_else(|| Endpoint::new(model, self.hardware.as_deref()).id);
        // Every field is named, so that a new one cannot be forgotten here.
        Endpoint {
            id,
            model: model.clone(),
            hardware: self.hardware.clone(),
            tier: self.tier,
            params_total_b: self.params_total_b,
            params_active_b: self.params_active_b,
            batch_size: self.batch_size,
            precision: self.precision.clone(),
            framework: self.framework.clone(),
            year: self.year,
            energy_scope: self.energy_scope,
            idle_w: self.idle_w,
            electricity_usd_per_kwh: self.electricity_usd_per_kwh,
            price: self.price,
        }
    }
}

impl Mapping {
    /// Reads the text of a mapping file.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| {
            let (line, column) = error.span().map_or((1, 1), |span| position(text, &span));
            Error::new("the mapping cannot be read").at(format!("{place}, line {line}, column {column}")).cause(error.message())
        })
    }
}

/// Line and column of a place in a text, from 1.
pub fn position(text: &str, span: &Range<usize>) -> (usize, usize) {
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}

/// The problems of a mapping, each at its line and column.
pub struct Problems<'a> {
    text: &'a str,
    place: &'a str,
    list: Vec<Error>,
}

impl<'a> Problems<'a> {
    /// No problem yet.
    pub fn new(text: &'a str, place: &'a str) -> Self {
        Problems { text, place, list: Vec::new() }
    }

    /// A place of the mapping with line and column; an empty span stands for the whole file.
    pub fn place(&self, span: Range<usize>) -> String {
        if span.is_empty() {
            return self.place.to_owned();
        }
        let (line, column) = position(self.text, &span);
        format!("{}, line {line}, column {column}", self.place)
    }

    /// The error of what stands at a place of the mapping.
    pub fn at(&self, what: impl Into<String>, span: Range<usize>) -> Error {
        Error::new(what).at(self.place(span))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Adds one.
    pub fn push(&mut self, problem: Error) {
        self.list.push(problem);
    }

    /// All of them as one error.
    pub fn finish(self) -> Result<()> {
        Error::all(self.list).map_or(Ok(()), Err)
    }
}
