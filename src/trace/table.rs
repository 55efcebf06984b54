//! A trace in memory: for each endpoint one contiguous column a metric, queries in the same order.
#![allow(clippy::indexing_slicing, reason = "columns in memory: rows are positions that were made here")]

use super::column::{Column, Names};
use super::embedding::Embedding;
use super::endpoint::Endpoint;
use super::info::TraceInfo;
use super::schema::{self, Metric, PerMetric};
use super::text::hidden;
use crate::error::Error;

/// The position of an endpoint in a trace.
pub type EndpointIx = u16;

/// A recorded trace: queries, and what each endpoint did with them.
#[derive(Debug, Clone)]
pub struct Trace {
    /// What the trace says about itself.
    pub info: TraceInfo,
    /// The queries.
    pub queries: Queries,
    /// The outcomes, for each endpoint of `info.endpoints` in that order.
    pub outcomes: Vec<Outcomes>,
    /// A fingerprint of the trace's files: the same for the same bytes.
    pub fingerprint: String,
}

/// What is known of a query before any endpoint answers it.
#[derive(Debug, Clone, Default)]
pub struct Queries {
    /// Row numbers, increasing: the keys of random draws.
    pub rows: Vec<u32>,
    /// Names of the queries, where they were asked for.
    pub ids: Option<Vec<String>>,
    /// Data sets.
    pub dataset: Option<Names>,
    /// Categories.
    pub category: Option<Names>,
    /// Tokens of the prompts.
    pub input_tokens: Option<Column>,
    /// Arrivals, in seconds.
    pub arrival_s: Option<Column>,
    /// Texts, where they were asked for.
    pub prompts: Option<Vec<Option<String>>>,
    /// Embeddings, where they were asked for.
    pub embedding: Option<Embedding>,
    /// Features that a router may look at, by name without prefix.
    pub features: Vec<(String, Feature)>,
}

/// A feature column.
#[derive(Debug, Clone)]
pub enum Feature {
    /// Numbers.
    Number(Column),
    /// Names.
    Name(Names),
}

/// The outcomes of one endpoint.
#[derive(Debug, Clone, Default)]
pub struct Outcomes {
    /// Queries that the endpoint answered: rows of its file.
    pub answered: usize,
    /// Positions of these queries, increasing; `None` where it answered all of them.
    pub sparse: Option<Vec<u32>>,
    /// The columns that were asked for and that the file has.
    pub metrics: PerMetric<Column>,
    /// For metrics with estimated cells the source of each cell (0 = measured).
    pub sources: PerMetric<Vec<u8>>,
}

impl Trace {
    /// Number of queries.
    pub fn len(&self) -> usize {
        self.queries.rows.len()
    }

    /// Whether there is no query.
    pub fn is_empty(&self) -> bool {
        self.queries.rows.is_empty()
    }

    /// The endpoints with their outcomes.
    pub fn endpoints(&self) -> impl Iterator<Item = (&Endpoint, &Outcomes)> {
        self.info.endpoints.iter().zip(&self.outcomes)
    }

    /// The column of an endpoint's metric; `None` where the endpoint has none at all.
    pub fn metric(&self, endpoint: usize, metric: Metric) -> Option<&Column> {
        self.outcomes.get(endpoint)?.metrics.get(metric)
    }

    /// The trace with chosen rows only, in the order given; row numbers stay.
    pub fn gather(&self, rows: &[u32]) -> Trace {
        let pick = |column: &Option<Column>| column.as_ref().map(|column| column.gather(rows));
        let names = |names: &Option<Names>| names.as_ref().map(|names| names.gather(rows));
        let at = |row: &u32| *row as usize;
        let queries = Queries {
            rows: rows.iter().map(|row| self.queries.rows[at(row)]).collect(),
            ids: self.queries.ids.as_ref().map(|ids| rows.iter().map(|row| ids[at(row)].clone()).collect()),
            dataset: names(&self.queries.dataset),
            category: names(&self.queries.category),
            input_tokens: pick(&self.queries.input_tokens),
            arrival_s: pick(&self.queries.arrival_s),
            prompts: self.queries.prompts.as_ref().map(|all| rows.iter().map(|row| all[at(row)].clone()).collect()),
            embedding: self.queries.embedding.as_ref().map(|embedding| embedding.gather(rows)),
            features: self.queries.features.iter().map(|(name, feature)| (name.clone(), feature.gather(rows))).collect(),
        };
        let outcomes = self.outcomes.iter().map(|outcomes| outcomes.gather(rows)).collect();
        Trace { info: self.info.clone(), queries, outcomes, fingerprint: self.fingerprint.clone() }
    }
}

impl Queries {
    /// How a message names a query: by its row number, and by its name where names were read.
    pub fn place(&self, position: usize) -> String {
        let row = self.rows[position];
        match self.ids.as_ref().map(|ids| &ids[position]) {
            Some(id) => format!("row {row} (query `{id}`)"),
            None => format!("row {row}"),
        }
    }

    /// The errors of names that are not shown as they are: of data sets, categories and features.
    pub(super) fn hidden(&self) -> impl Iterator<Item = Error> {
        let own = [(schema::DATASET, &self.dataset), (schema::CATEGORY, &self.category)];
        let own = own.into_iter().filter_map(|(column, names)| Some((column, names.as_ref()?)));
        let features = self.features.iter().filter_map(|(column, feature)| match feature {
            Feature::Name(names) => Some((column.as_str(), names)),
            Feature::Number(_) => None,
        });
        let cells = own.chain(features).filter_map(|(column, names)| {
            let error = names.names.iter().find_map(|name| hidden(name))?;
            Some(error.at(format!("column `{column}`")))
        });
        self.features.iter().filter_map(|(column, _)| hidden(column).map(|error| error.at("a column's name"))).chain(cells)
    }
}

impl Feature {
    fn gather(&self, rows: &[u32]) -> Feature {
        match self {
            Feature::Number(column) => Feature::Number(column.gather(rows)),
            Feature::Name(names) => Feature::Name(names.gather(rows)),
        }
    }
}

impl Outcomes {
    fn gather(&self, rows: &[u32]) -> Outcomes {
        let answers = |row: &u32| self.sparse.as_ref().is_none_or(|sparse| sparse.binary_search(row).is_ok());
        let sparse: Option<Vec<u32>> =
            self.sparse.as_ref().map(|_| (0u32..).zip(rows).filter(|(_, row)| answers(row)).map(|(position, _)| position).collect());
        let answered = sparse.as_ref().map_or(rows.len(), Vec::len);
        let mut out = Outcomes { answered, sparse, ..Outcomes::default() };
        for (metric, column) in self.metrics.iter() {
            out.metrics.set(metric, column.gather(rows));
        }
        for (metric, sources) in self.sources.iter() {
            out.sources.set(metric, rows.iter().map(|&row| sources[row as usize]).collect());
        }
        out
    }
}
