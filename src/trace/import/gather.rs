//! Joining what a format reads: queries by id, outcomes by endpoint and query.

use std::collections::{BTreeMap, HashMap};

use super::ImportOptions;
use super::answers::Answers;
use crate::error::{Error, Result};
use crate::trace::column::{Column, Names};
use crate::trace::draft::{Draft, DraftEndpoint};
use crate::trace::endpoint::Endpoint;
use crate::trace::info::TraceInfo;
use crate::trace::schema::{MEASURED, Metric, PerMetric};
use crate::trace::table::{Feature, Queries};

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
    values: PerMetric<(f64, Option<String>)>,
}

impl Outcome {
    /// Adds a measured value; `None` leaves the cell missing.
    pub fn with(mut self, metric: Metric, value: Option<f64>) -> Self {
        if let Some(value) = value {
            self.values.set(metric, (value, None));
        }
        self
    }

    /// Adds an estimated value with the name of its source, where the cell is still missing.
    pub fn estimate(mut self, metric: Metric, value: Option<f64>, source: &str) -> Self {
        if let (Some(value), None) = (value, self.values.get(metric)) {
            self.values.set(metric, (value, Some(source.to_owned())));
        }
        self
    }

    /// Whether a metric is there.
    pub fn has(&self, metric: Metric) -> bool {
        self.values.get(metric).is_some()
    }
}

/// Queries and outcomes as they come, in any order.
#[derive(Debug, Default)]
pub struct Gather {
    queries: Vec<Query>,
    by_id: HashMap<String, u32>,
    endpoints: Vec<(Endpoint, Answers)>,
    /// Describes the trace; so far only the sources of estimated cells.
    info: TraceInfo,
    notes: Vec<String>,
    /// What the trace is, in a sentence, and its licence where the source states one.
    pub summary: String,
}

impl Gather {
    /// A trace of nothing yet.
    pub fn new(summary: impl Into<String>) -> Self {
        Gather { summary: summary.into(), ..Gather::default() }
    }

    /// Says what was dropped, doubled, missing or converted. Printed, and stored in the trace.
    pub fn note(&mut self, line: impl Into<String>) {
        self.notes.push(line.into());
    }

    /// Adds a query and gives its row; an id that is there already is an error.
    pub fn query(&mut self, query: Query, place: &str) -> Result<u32> {
        if let Some(row) = self.row(&query.id) {
            return Err(Error::new("two queries have the same id")
                .at(place)
                .found(format!("`{}`, which is query {row} already", query.id))
                .allowed("unique ids"));
        }
        let row = self.queries.len() as u32;
        self.by_id.insert(query.id.clone(), row);
        self.queries.push(query);
        Ok(row)
    }

    /// The row of a query of that id; the query is added where it is new.
    pub fn query_or_insert(&mut self, id: &str, make: impl FnOnce() -> Query) -> u32 {
        match self.row(id) {
            Some(row) => row,
            None => {
                let row = self.queries.len() as u32;
                self.by_id.insert(id.to_owned(), row);
                self.queries.push(Query { id: id.to_owned(), ..make() });
                row
            }
        }
    }

    /// The row of a query of that id, if it was added.
    pub fn row(&self, id: &str) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    /// A query that was added.
    pub fn get(&self, row: u32) -> Option<&Query> {
        self.queries.get(row as usize)
    }

    /// Number of queries so far.
    pub fn len(&self) -> usize {
        self.queries.len()
    }

    /// Whether there is no query yet.
    pub fn is_empty(&self) -> bool {
        self.queries.is_empty()
    }

    /// The position of an endpoint, added where its id is new.
    pub fn endpoint(&mut self, endpoint: Endpoint) -> usize {
        let known = self.endpoints.iter().position(|(known, _)| known.id == endpoint.id);
        known.unwrap_or_else(|| {
            self.endpoints.push((endpoint, Answers::default()));
            self.endpoints.len() - 1
        })
    }

    /// Adds what an endpoint did with a query. A second outcome of the same pair, a value that is
    /// NaN or out of range are errors that name `place`.
    pub fn outcome(&mut self, endpoint: usize, row: u32, outcome: Outcome, place: &str) -> Result<()> {
        let (about, answers) = &mut self.endpoints[endpoint];
        if !answers.begin(row) {
            let id = &self.queries[row as usize].id;
            return Err(Error::new("an endpoint answered a query twice")
                .at(place)
                .found(format!("a second answer of `{}` to `{id}`", about.id))
                .allowed("one outcome for each endpoint and query"));
        }
        let mut values = PerMetric::default();
        for (metric, (value, source)) in outcome.values.iter() {
            if !metric.allows(*value) {
                return Err(Error::new("a value that cannot be")
                    .at(format!("{place}, `{metric}` of `{}`", about.id))
                    .found(value)
                    .allowed(metric.allowed()));
            }
            let code = source.as_deref().map_or(Ok(MEASURED), |source| self.info.source_code(source))?;
            values.set(metric, (*value, code));
        }
        answers.push(row, &values);
        Ok(())
    }

    /// The draft of the trace, and the notes: the format's own, and what is missing.
    pub fn finish(mut self, options: &ImportOptions) -> Result<(Draft, Vec<String>)> {
        let mut info = std::mem::take(&mut self.info);
        info.summary = std::mem::take(&mut self.summary);
        let given = options.output_tokens.map(|tokens| (tokens, format!("{tokens} output tokens, as given by --output-tokens")));
        let mut endpoints = Vec::with_capacity(self.endpoints.len());
        for (mut endpoint, mut answers) in std::mem::take(&mut self.endpoints) {
            let hardware = options.hardware.get(&endpoint.model).or_else(|| options.hardware.get(&endpoint.id));
            if let Some(hardware) = hardware.filter(|_| endpoint.hardware.is_none()) {
                endpoint.id = Endpoint::new(&endpoint.model, Some(hardware)).id;
                endpoint.hardware = Some(hardware.clone());
            }
            let tier = options.tiers.get(&endpoint.id).or_else(|| options.tiers.get(&endpoint.model)).copied();
            endpoint.tier = tier.or(endpoint.tier);
            if let Some((tokens, source)) = given.as_ref().filter(|_| answers.lack(Metric::OutputTokens)) {
                answers.fill(Metric::OutputTokens, *tokens, info.source_code(source)?);
            }
            endpoints.push(answers.finish(endpoint));
        }
        self.unused(options, &endpoints)?;
        self.note_missing(&endpoints);
        let queries = self.columns(options);
        Ok((Draft { info, queries, endpoints }, self.notes))
    }

    /// An option that names an endpoint that is not there is a mistake, not a no-op.
    fn unused(&self, options: &ImportOptions, endpoints: &[DraftEndpoint]) -> Result<()> {
        let names = || endpoints.iter().flat_map(|e| [e.endpoint.id.as_str(), e.endpoint.model.as_str()]);
        let wanted = options.tiers.keys().chain(options.hardware.keys());
        match wanted.into_iter().find(|wanted| !names().any(|name| name == wanted.as_str())) {
            Some(wanted) => Err(crate::error::unknown("endpoint or model in the input", wanted, names()).usage()),
            None => Ok(()),
        }
    }

    fn note_missing(&mut self, endpoints: &[DraftEndpoint]) {
        let queries = self.queries.len();
        for DraftEndpoint { endpoint, rows, metrics, .. } in endpoints {
            if rows.len() < queries {
                self.notes.push(format!("`{}` answered {} of {queries} queries", endpoint.id, rows.len()));
            }
            let elsewhere = |metric: &Metric| endpoints.iter().any(|other| other.metrics.get(*metric).is_some());
            for metric in Metric::ALL.into_iter().filter(|metric| metrics.get(*metric).is_none() && elsewhere(metric)) {
                self.notes.push(format!("`{}` has no `{metric}` at all, others do", endpoint.id));
            }
            for (metric, cells) in metrics.iter() {
                let missing = cells.iter().filter(|cell| cell.is_nan()).count();
                if missing > 0 {
                    self.notes.push(format!("`{}` lacks `{metric}` in {missing} of {} answers", endpoint.id, rows.len()));
                }
            }
        }
    }

    fn columns(&mut self, options: &ImportOptions) -> Queries {
        let queries = std::mem::take(&mut self.queries);
        let numbers = |get: fn(&Query) -> Option<f64>| {
            let cells: Vec<f64> = queries.iter().map(|query| get(query).unwrap_or(f64::NAN)).collect();
            cells.iter().any(|cell| !cell.is_nan()).then(|| Column::from_vec(cells))
        };
        let names =
            |get: fn(&Query) -> Option<&str>| queries.iter().any(|query| get(query).is_some()).then(|| Names::new(queries.iter().map(get)));
        let dataset = names(|query| query.dataset.as_deref());
        let category = names(|query| query.category.as_deref());
        let features = features(&queries);
        let prompts = queries.iter().any(|query| query.prompt.is_some()) && !options.no_prompts;
        Queries {
            rows: (0..queries.len() as u32).collect(),
            dataset,
            category,
            input_tokens: numbers(|query| query.input_tokens),
            arrival_s: numbers(|query| query.arrival_s),
            features,
            prompts: prompts.then(|| queries.iter().map(|query| query.prompt.clone()).collect()),
            ids: Some(queries.into_iter().map(|query| query.id).collect()),
        }
    }
}

fn features(queries: &[Query]) -> Vec<(String, Feature)> {
    let mut numbers = BTreeMap::<&str, Vec<f64>>::new();
    let mut names = BTreeMap::<&str, Vec<Option<&str>>>::new();
    for (row, query) in queries.iter().enumerate() {
        for (name, value) in &query.number_features {
            numbers.entry(name).or_insert_with(|| vec![f64::NAN; queries.len()])[row] = *value;
        }
        for (name, value) in &query.name_features {
            names.entry(name).or_insert_with(|| vec![None; queries.len()])[row] = Some(value);
        }
    }
    let numbers = numbers.into_iter().map(|(name, cells)| (name.to_owned(), Feature::Number(Column::from_vec(cells))));
    let names = names.into_iter().map(|(name, cells)| (name.to_owned(), Feature::Name(Names::new(cells.into_iter()))));
    numbers.chain(names).collect()
}
