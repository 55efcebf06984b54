//! What was filled in and what was not: for the terminal, and for the trace itself.

use serde::Serialize;

use super::tokens::Known;
use crate::error::Result;
use crate::trace::schema::MEASURED;
use crate::trace::{DraftEndpoint, Metric, TraceInfo};

/// Cells that were filled in.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Filled {
    /// The endpoint's id.
    pub endpoint: String,
    /// The metric.
    pub metric: Metric,
    /// How many cells.
    pub cells: usize,
    /// Answers of the endpoint.
    pub answers: usize,
    /// How many of the cells follow from a number that is itself an estimate.
    pub from_estimates: usize,
    /// Where they come from, as the trace names it.
    pub source: String,
}

/// Cells that are still missing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Missing {
    /// The endpoint's id.
    pub endpoint: String,
    /// The metric.
    pub metric: Metric,
    /// How many cells.
    pub cells: usize,
    /// Answers of the endpoint.
    pub answers: usize,
    /// Why, as far as is known.
    pub why: String,
}

/// What enriching did.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Log {
    /// What was filled in.
    pub filled: Vec<Filled>,
    /// What is still missing.
    pub missing: Vec<Missing>,
    /// What else was done or should be known, a line each.
    pub notes: Vec<String>,
}

impl Log {
    /// Fills the missing cells of a metric with what is known, marks them with the source, and
    /// remembers it. Recorded cells are never touched; NaN leaves a cell missing.
    #[allow(clippy::indexing_slicing, reason = "only what is known there is fillable, and cells and codes have as many")]
    pub(super) fn put(
        &mut self,
        info: &mut TraceInfo,
        endpoint: &mut DraftEndpoint,
        metric: Metric,
        known: &Known,
        source: &str,
    ) -> Result<()> {
        let rows = endpoint.rows.len();
        let column = endpoint.metrics.get(metric);
        let lacks = |index: &usize| column.is_none_or(|cells| cells.get(*index).is_none_or(|cell| cell.is_nan()));
        let has = |index: &usize| known.cells.get(*index).is_some_and(|cell| !cell.is_nan());
        let fillable: Vec<usize> = (0..rows).filter(lacks).filter(has).collect();
        if fillable.is_empty() {
            return Ok(());
        }
        let code = info.source_code(source)?;
        let cells = endpoint.metrics.or_insert_with(metric, || vec![f64::NAN; rows]);
        let codes = endpoint.sources.or_insert_with(metric, || vec![MEASURED; rows]);
        let mut from_estimates = 0;
        for &index in &fillable {
            (cells[index], codes[index]) = (known.cells[index], code);
            from_estimates += usize::from(known.estimated[index]);
        }
        let (endpoint, source) = (endpoint.endpoint.id.clone(), source.to_owned());
        self.filled.push(Filled { endpoint, metric, cells: fillable.len(), answers: rows, from_estimates, source });
        Ok(())
    }

    /// Adds a note that is not there yet.
    pub(super) fn note_once(&mut self, line: &str) {
        if !self.notes.iter().any(|note| note == line) {
            self.notes.push(line.to_owned());
        }
    }

    /// Remembers what a metric still lacks.
    pub(super) fn lack(&mut self, endpoint: &DraftEndpoint, metric: Metric, why: &str) {
        let cells = missing(endpoint, metric);
        if cells > 0 {
            let (id, answers) = (endpoint.endpoint.id.clone(), endpoint.rows.len());
            self.missing.push(Missing { endpoint: id, metric, cells, answers, why: why.to_owned() });
        }
    }

    /// Everything as lines, as they are kept in the trace.
    pub fn lines(&self) -> Vec<String> {
        let filled = self.filled.iter().map(|filled| {
            let Filled { endpoint, metric, cells, answers, from_estimates, source } = filled;
            let estimates = match from_estimates {
                0 => String::new(),
                all if all == cells => " (from estimates)".to_owned(),
                some => format!(" ({some} from estimates)"),
            };
            format!("filled `{metric}` of `{endpoint}` in {}: {source}{estimates}", of(*cells, *answers))
        });
        let mut groups: Vec<(&Missing, Vec<String>)> = Vec::new();
        for missing in &self.missing {
            let same = |other: &Missing| (&other.endpoint, other.cells, &other.why) == (&missing.endpoint, missing.cells, &missing.why);
            match groups.iter_mut().find(|(other, _)| same(other)) {
                Some((_, metrics)) => metrics.push(format!("`{}`", missing.metric)),
                None => groups.push((missing, vec![format!("`{}`", missing.metric)])),
            }
        }
        let missing = groups.into_iter().map(|(missing, metrics)| {
            let Missing { endpoint, cells, answers, why, .. } = missing;
            format!("still missing: {} of `{endpoint}` in {}: {why}", metrics.join(", "), of(*cells, *answers))
        });
        filled.chain(self.notes.iter().cloned()).chain(missing).collect()
    }
}

fn of(cells: usize, answers: usize) -> String {
    if cells == answers { format!("all {answers} answers") } else { format!("{cells} of {answers} answers") }
}

/// How many cells of a metric are missing.
pub(super) fn missing(endpoint: &DraftEndpoint, metric: Metric) -> usize {
    endpoint.metrics.get(metric).map_or(endpoint.rows.len(), |cells| cells.iter().filter(|cell| cell.is_nan()).count())
}
