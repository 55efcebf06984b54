//! A trace that is being made: by import, enrich or synth. Checked as a whole, written atomically.

use std::borrow::Cow;
use std::path::Path;

use polars::prelude::{NamedFrom, Series};

use super::column::BLOCK_ROWS;
use super::derived::Derived;
use super::embedding::Embedding;
use super::encode::{Cells, NewColumn};
use super::endpoint::Endpoint;
use super::import::ids::Ids;
use super::info::TraceInfo;
use super::partition::partition;
use super::schema::{self, FORMAT_VERSION, Metric, PerMetric};
use super::table::{Feature, Queries};
use super::threads::side_by_side;
use super::write::{ROW_GROUP_ROWS, write_parquet};
use crate::error::{Error, Result};
use crate::output::Syncing;

/// A trace before it is written.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// What the trace says about itself; its list of endpoints is filled in from `endpoints`.
    pub info: TraceInfo,
    /// The queries. `rows` must increase; `ids` must be there and unique.
    pub queries: Queries,
    /// The endpoints and what they answered.
    pub endpoints: Vec<DraftEndpoint>,
}

/// An endpoint of a draft: columns of equal length, in the order of `rows`.
#[derive(Debug, Clone, Default)]
pub struct DraftEndpoint {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Row numbers of the queries that it answered, increasing.
    pub rows: Vec<u32>,
    /// What is known of its answers, NaN where missing.
    pub metrics: PerMetric<Vec<f64>>,
    /// What follows from other columns: of metrics that `metrics` does not have.
    pub derived: PerMetric<Derived>,
    /// For metrics with estimated cells the source of each (0 = measured).
    pub sources: PerMetric<Vec<u8>>,
}

impl Draft {
    /// Every fault of the draft at once: ids, rows, cells.
    pub fn check(&self) -> Result<()> {
        let mut problems = Vec::new();
        let rows = &self.queries.rows;
        if rows.is_empty() {
            problems.push(Error::new("the trace has no queries").found("0 queries").allowed("1 and more"));
        }
        let ids = self.queries.ids.as_deref().unwrap_or_default();
        if ids.len() != rows.len() {
            problems.push(Error::new("queries without an id").found(format!("{} ids for {} queries", ids.len(), rows.len())));
        }
        // The queries are one part more, and the first.
        let check = |part: usize| match part.checked_sub(1).and_then(|index| self.endpoints.get(index)) {
            Some(endpoint) => endpoint.check(rows),
            None => {
                let embedding = self.queries.embedding.as_ref().and_then(|embedding| bad_embedding(embedding, rows));
                duplicate_id(ids).into_iter().chain(embedding).chain(self.queries.hidden()).collect()
            }
        };
        problems.extend(side_by_side(1 + self.endpoints.len(), check).into_iter().flatten());
        if self.endpoints.is_empty() {
            problems.push(Error::new("the trace has no endpoints").found("0 endpoints").allowed("1 and more"));
        }
        Error::all(problems).map_or(Ok(()), Err)
    }

    /// Checks and writes the trace: whole or not at all. An existing folder is replaced only by `force`.
    pub fn write(self, out: &Path, force: bool) -> Result<()> {
        self.write_in_groups(out, force, ROW_GROUP_ROWS)
    }

    /// As [`Draft::write`], with so many rows in a row group.
    pub(super) fn write_in_groups(mut self, out: &Path, force: bool, group_rows: usize) -> Result<()> {
        self.info.format = FORMAT_VERSION;
        self.info.endpoints = self.endpoints.iter().map(|endpoint| endpoint.endpoint.clone()).collect();
        self.info.check()?;
        self.check()?;
        crate::output::folder(out, force, schema::TRACE_FILE, |folder| self.write_files(folder, group_rows))
    }

    fn write_files(&self, folder: &Path, group_rows: usize) -> Result<()> {
        let fail = |path: &Path, cause: &dyn std::fmt::Display| Error::new("cannot write the trace").at(path.display()).cause(cause);
        let path = folder.join(schema::TRACE_FILE);
        std::fs::write(&path, self.info.to_toml()?).map_err(|error| fail(&path, &error))?;
        // The queries are one file more, and the first: they take the longest to write.
        let write = |file: usize| {
            let Some(endpoint) = file.checked_sub(1).and_then(|index| self.endpoints.get(index)) else {
                return write_parquet(&folder.join(schema::QUERIES_FILE), &self.query_columns(), group_rows);
            };
            let part = folder.join(schema::OUTCOMES_DIR).join(partition(&endpoint.endpoint.id));
            crate::output::make_folder(&part)?;
            write_parquet(&part.join(schema::PART_FILE), &endpoint.columns(), group_rows)
        };
        // All are begun before the first is waited for.
        let written: Vec<Syncing> = side_by_side(1 + self.endpoints.len(), write).into_iter().collect::<Result<_>>()?;
        written.into_iter().try_for_each(Syncing::wait)
    }

    fn query_columns(&self) -> Vec<NewColumn<'_>> {
        let queries = &self.queries;
        let mut columns = vec![NewColumn::new(schema::ROW, Cells::Rows(&queries.rows))];
        columns.extend(queries.ids.as_ref().map(|ids| NewColumn::new(schema::QUERY_ID, Cells::Texts(ids))));
        for (name, names) in [(schema::DATASET, &queries.dataset), (schema::CATEGORY, &queries.category)] {
            columns.extend(names.as_ref().map(|names| NewColumn::new(name, Cells::Names(names))));
        }
        for (name, column) in [(schema::INPUT_TOKENS, &queries.input_tokens), (schema::ARRIVAL_S, &queries.arrival_s)] {
            columns.extend(column.as_ref().map(|column| NewColumn::new(name, Cells::Column(column))));
        }
        columns.extend(queries.prompts.as_ref().map(|texts| {
            let texts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
            NewColumn::new(schema::PROMPT, Cells::Other(Series::new(schema::PROMPT.into(), texts)))
        }));
        let embedding = queries.embedding.as_ref().map(|embedding| Cells::Other(embedding.to_series(schema::EMBEDDING)));
        columns.extend(embedding.map(|cells| NewColumn::new(schema::EMBEDDING, cells)));
        columns.extend(queries.features.iter().map(|(name, feature)| {
            let cells = match feature {
                Feature::Number(column) => Cells::Column(column),
                Feature::Name(names) => Cells::Names(names),
            };
            NewColumn::new(format!("{}{name}", schema::FEATURE_PREFIX), cells)
        }));
        columns
    }
}

fn duplicate_id(ids: &[String]) -> Option<Error> {
    let (first, row) = Ids::repeated(ids)?;
    let id = ids.get(row)?;
    Some(
        Error::new("two queries have the same id")
            .at(format!("column `{}`, rows {first} and {row}", schema::QUERY_ID))
            .found(format!("`{id}`"))
            .allowed("unique ids"),
    )
}

fn bad_embedding(embedding: &Embedding, rows: &[u32]) -> Option<Error> {
    let place = format!("column `{}`", schema::EMBEDDING);
    if embedding.len() != rows.len() {
        let found = format!("{} cells for {} rows", embedding.len(), rows.len());
        return Some(Error::new("a column has the wrong length").at(place).found(found));
    }
    let row = rows.get(embedding.first_bad()?)?;
    Some(Error::new("an embedding has a number that it cannot have").at(format!("{place}, row {row}")).allowed("finite numbers"))
}

impl DraftEndpoint {
    fn check(&self, queries: &[u32]) -> Vec<Error> {
        let (id, mut problems) = (&self.endpoint.id, Vec::new());
        if let Some((before, after)) = self.rows.iter().zip(self.rows.iter().skip(1)).find(|(before, after)| before >= after) {
            problems.push(
                Error::new("an endpoint answered a query twice")
                    .at(format!("endpoint `{id}`"))
                    .found(format!("row {after} after row {before}"))
                    .allowed("one outcome for each query"),
            );
        }
        let dense = self.rows == queries;
        if let Some(row) = self.rows.iter().filter(|_| !dense).find(|row| queries.binary_search(row).is_err()) {
            problems.push(Error::new("an outcome belongs to no query").at(format!("endpoint `{id}`")).found(format!("row {row}")));
        }
        for (metric, cells) in self.metrics.iter() {
            problems.extend(self.bad_cell(metric, 0, cells));
            problems.extend(self.wrong_length(metric, cells.len()));
        }
        for (metric, cells) in self.derived.iter() {
            let starts = (0..).step_by(BLOCK_ROWS);
            problems.extend(starts.zip(cells.blocks()).find_map(|(start, cells)| self.bad_cell(metric, start, &cells)));
            problems.extend(self.wrong_length(metric, cells.len()));
        }
        problems
    }

    /// The error of the first cell that has a value it cannot have, of cells from a position on.
    fn bad_cell(&self, metric: Metric, start: usize, cells: &[f64]) -> Option<Error> {
        let range = metric.range();
        let is_bad = |cell: f64| !(cell.is_nan() || (*range.start() <= cell) & (cell <= *range.end()));
        // Whether there is one is told faster than where.
        let some = cells.iter().fold(false, |some, &cell| some | is_bad(cell));
        let bad = || self.rows.iter().skip(start).zip(cells).find(|(_, cell)| is_bad(**cell));
        let (row, cell) = some.then(bad).flatten()?;
        Some(
            Error::new("a cell has a value that it cannot have")
                .at(format!("endpoint `{}`, column `{metric}`, row {row}", self.endpoint.id))
                .found(cell)
                .allowed(metric.allowed()),
        )
    }

    fn wrong_length(&self, metric: Metric, cells: usize) -> Option<Error> {
        let found = format!("{cells} cells for {} rows", self.rows.len());
        let error = || Error::new("a column has the wrong length").at(format!("endpoint `{}`, column `{metric}`", self.endpoint.id));
        (cells != self.rows.len()).then(|| error().found(found))
    }

    /// The cells of a metric, NaN where missing; `None` where it has none at all.
    pub fn cells(&self, metric: Metric) -> Option<Cow<'_, [f64]>> {
        let held = self.metrics.get(metric).map(|cells| Cow::Borrowed(cells.as_slice()));
        held.or_else(|| self.derived.get(metric).map(|cells| Cow::Owned(cells.part(0..cells.len()))))
    }

    fn columns(&self) -> Vec<NewColumn<'_>> {
        let mut columns = vec![NewColumn::new(schema::ROW, Cells::Rows(&self.rows))];
        for metric in Metric::ALL {
            if let Some(cells) = self.derived.get(metric) {
                columns.push(NewColumn::new(metric.column(), Cells::Derived(cells)));
                let source = Cells::Code(cells.source(), cells.len());
                columns.extend((cells.source() != schema::MEASURED).then(|| NewColumn::new(metric.source_column(), source)));
            }
            let Some(cells) = self.metrics.get(metric).filter(|cells| !cells.iter().all(|cell| cell.is_nan())) else { continue };
            columns.push(NewColumn::new(metric.column(), Cells::Numbers(cells)));
            if let Some(sources) = self.sources.get(metric).filter(|sources| sources.iter().any(|&code| code != schema::MEASURED)) {
                columns.push(NewColumn::new(metric.source_column(), Cells::Codes(sources)));
            }
        }
        columns
    }
}
