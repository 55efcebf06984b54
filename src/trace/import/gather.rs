//! Joining what a format reads: queries by id, outcomes by endpoint and query.

use std::collections::HashMap;
use std::fmt::Display;

use super::answers::Answers;
use super::queries::{Asked, Known};
use super::{Outcome, Query};
use crate::error::{Error, Result};
use crate::trace::endpoint::Endpoint;
use crate::trace::info::TraceInfo;
use crate::trace::schema::{MEASURED, Metric, PerMetric};
use crate::trace::text::excerpt;

/// Queries and outcomes as they come, in any order.
#[derive(Debug, Default)]
pub struct Gather {
    pub(super) queries: Asked,
    pub(super) endpoints: Vec<(Endpoint, Answers)>,
    /// The positions of endpoints of which only the model is known, by its name.
    by_model: HashMap<String, usize>,
    /// Describes the trace; so far only the sources of estimated cells.
    pub(super) info: TraceInfo,
    pub(super) notes: Vec<String>,
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
    pub fn query(&mut self, query: Query, place: impl Display) -> Result<u32> {
        if let Some(row) = self.row(&query.id) {
            return Err(Error::new("two queries have the same id")
                .at(place)
                .found(format!("`{}`, which is query {row} already", query.id))
                .allowed("unique ids"));
        }
        let row = self.queries.next_row();
        self.queries.push(query);
        Ok(row)
    }

    /// The row of a query of that id; the query is added where it is new.
    pub fn query_or_insert(&mut self, id: &str, make: impl FnOnce() -> Query) -> u32 {
        self.row(id).unwrap_or_else(|| {
            let row = self.queries.next_row();
            self.queries.push(Query { id: id.to_owned(), ..make() });
            row
        })
    }

    /// Takes the prompts' tokens from the answers, of queries that have none: where all endpoints that say some agree.
    pub fn tokens_of_answers(&mut self) {
        let tokens = &mut self.queries.input_tokens;
        if self.endpoints.is_empty() || tokens.iter().any(|tokens| !tokens.is_nan()) {
            return;
        }
        let mut differ = vec![false; tokens.len()];
        for (row, counted) in self.endpoints.iter().flat_map(|(_, answers)| answers.cells(Metric::InputTokens)) {
            let (Some(known), Some(differs)) = (tokens.get_mut(row as usize), differ.get_mut(row as usize)) else { continue };
            if known.is_nan() {
                *known = counted;
            }
            *differs |= *known != counted;
        }
        let (some, apart) = (tokens.iter().any(|tokens| !tokens.is_nan()), differ.iter().filter(|differs| **differs).count());
        if apart > 0 {
            tokens.fill(f64::NAN);
            self.note(format!(
                "endpoints count other `input_tokens` in {apart} queries, so that routers see none: a column under [columns] is the query's"
            ));
        } else if some {
            self.note("`input_tokens` of a query are those of its answers, in which all endpoints agree");
        }
    }

    /// The row of a query of that id, if it was added.
    pub fn row(&self, id: &str) -> Option<u32> {
        self.queries.row(id)
    }

    /// As [`Gather::row`], faster where it is the query in row `last` or the one after: tables are sorted
    /// by query, or by endpoint with the queries in one order.
    pub fn row_near(&self, id: &str, last: u32) -> Option<u32> {
        let near = [last, last.saturating_add(1)].into_iter().find(|&row| self.queries.is(row, id));
        near.or_else(|| self.row(id))
    }

    /// A query that was added.
    pub(super) fn get(&self, row: u32) -> Option<Known<'_>> {
        self.queries.get(row)
    }

    /// Number of queries so far.
    pub fn len(&self) -> usize {
        self.queries.len()
    }

    /// Whether there is no query yet.
    pub fn is_empty(&self) -> bool {
        self.queries.len() == 0
    }

    /// Refuses a prompt that is not that of the query in this row, which was added before.
    pub fn same_prompt(&self, row: u32, prompt: &str, place: impl Display) -> Result<()> {
        let Some((query, known)) = self.get(row).and_then(|query| Some((query, query.prompt?))) else { return Ok(()) };
        if known == prompt {
            return Ok(());
        }
        Err(Error::new("one id stands for two prompts")
            .at(format!("{place}, `{}`", query.id))
            .found(excerpt(prompt))
            .allowed(format!("{}, as where the id came first", excerpt(known))))
    }

    /// The position of an endpoint, added where its id is new. Two models or hardwares that make one
    /// id (`a/x` and `b/x`) are an error: their answers would be taken for one endpoint's.
    pub fn endpoint(&mut self, endpoint: Endpoint, place: impl Display) -> Result<usize> {
        let Some((position, (known, _))) = self.endpoints.iter().enumerate().find(|(_, (known, _))| known.id == endpoint.id) else {
            self.endpoints.push((endpoint, Answers::default()));
            return Ok(self.endpoints.len() - 1);
        };
        if (&known.model, &known.hardware) == (&endpoint.model, &endpoint.hardware) {
            return Ok(position);
        }
        let name = |endpoint: &Endpoint| match &endpoint.hardware {
            Some(hardware) => format!("`{}` on `{hardware}`", endpoint.model),
            None => format!("`{}`", endpoint.model),
        };
        Err(Error::new("two models or hardwares make the same endpoint")
            .at(place)
            .found(format!("{} and {}, both `{}`", name(&endpoint), name(known), endpoint.id))
            .hint("import them apart, or rename one"))
    }

    /// The position of the endpoint of a model of which nothing else is known.
    pub fn model(&mut self, model: &str, place: impl Display) -> Result<usize> {
        if let Some(&position) = self.by_model.get(model) {
            return Ok(position);
        }
        let position = self.endpoint(Endpoint::new(model, None), place)?;
        self.by_model.insert(model.to_owned(), position);
        Ok(position)
    }

    /// Adds what an endpoint did with a query. A second outcome of the same pair, a value that is
    /// NaN or out of range are errors that name `place`.
    pub fn outcome(&mut self, endpoint: usize, row: u32, outcome: Outcome, place: impl Display) -> Result<()> {
        let Some((about, answers)) = self.endpoints.get_mut(endpoint) else {
            return Err(Error::new("an outcome of an endpoint that was not added").at(place).found(endpoint));
        };
        if !answers.begin(row) {
            let id = self.queries.get(row).map_or("", |query| query.id);
            return Err(Error::new("an endpoint answered a query twice")
                .at(place)
                .found(format!("a second answer of `{}` to `{id}`", about.id))
                .allowed("one outcome for each endpoint and query"));
        }
        let mut codes = PerMetric::<u8>::default();
        for (metric, (value, source)) in outcome.values.iter() {
            if !metric.allows(*value) {
                return Err(Error::new("a value that cannot be")
                    .at(format!("{place}, `{metric}` of `{}`", about.id))
                    .found(value)
                    .allowed(metric.allowed()));
            }
            if let Some(source) = source {
                codes.set(metric, self.info.source_code(source)?);
            }
        }
        answers.push(row, |metric| outcome.values.get(metric).map(|(value, _)| (*value, codes.get(metric).copied().unwrap_or(MEASURED))));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_make_one_id_are_refused() {
        let mut gather = Gather::default();
        assert_eq!(gather.model("a/x", "here").ok(), Some(0));
        assert_eq!(gather.model("a/x", "here").ok(), Some(0));
        assert_eq!(gather.model("a/y", "here").ok(), Some(1));
        let error = gather.model("b/x", "here").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("`b/x` and `a/x`, both `x`"), "{error}");
    }
}
