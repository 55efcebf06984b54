//! The long layout: a row for each answer.

use std::sync::Arc;

use super::Job;
use super::block::{Key, Wanted};
use super::endpoints::Endpoints;
use super::mapping::Mapping;
use super::merge::Merge;
use super::plan::{Metrics, QueryPlan, Resolver, scales};
use super::sheet::Sheet;
use crate::error::{Error, Result};
use crate::trace::import::{Gather, Outcome, Place};
use crate::trace::schema::Metric;

/// Where the parts of an answer stand.
pub struct LongPlan {
    id: usize,
    endpoint: Key,
    metrics: Metrics,
    /// What the rows say about queries, where no table of queries does.
    pub query: Option<QueryPlan>,
}

impl LongPlan {
    /// Holds a mapping against a table; `None` where a problem was found.
    pub fn resolve(mapping: &Mapping, resolver: &mut Resolver, notes: &mut Vec<String>) -> Option<Self> {
        let columns = &mapping.columns;
        let id = columns.id.as_ref().and_then(|name| resolver.column(name));
        let endpoint = columns.endpoint.as_ref().and_then(|name| resolver.column(name));
        let model = columns.model.as_ref().and_then(|name| resolver.column(name));
        let hardware = columns.hardware.as_ref().and_then(|name| resolver.column(name));
        let mut metrics = Vec::new();
        for (metric, quantity, scale) in scales(&mapping.metrics, resolver.problems, notes) {
            metrics.extend(resolver.column(&quantity.column).map(|column| (metric, column, scale)));
        }
        let query = mapping.queries.is_none().then(|| QueryPlan::resolve(columns, resolver));
        let endpoint = endpoint.map(Key::Id).or_else(|| model.map(|model| Key::Model(model, hardware)));
        Some(LongPlan { id: id?, endpoint: endpoint?, metrics, query })
    }

    /// Reads all rows: blocks that were read ahead as columns, and one by one what is not as simple.
    pub fn read(&self, sheet: &mut Sheet, gather: &mut Gather, endpoints: &mut Endpoints, job: &mut Job) -> Result<()> {
        let wanted = self.wanted(sheet, job).map(Arc::new);
        let mut merge = None;
        if let Some(wanted) = &wanted
            && sheet.read_typed(wanted.clone())?
        {
            merge = Some(Merge::new(wanted, self.query.is_some()));
        }
        let (mut empty, mut last) = (0_usize, 0);
        loop {
            if let Some(merge) = &mut merge
                && let Some(block) = sheet.typed()?
            {
                let blocks = sheet.blocks_like(block.text.len());
                let taken = merge.block(&block, blocks, sheet.place(), gather, endpoints);
                sheet.took(*block, taken);
                continue;
            }
            if !sheet.advance()? {
                break;
            }
            empty += usize::from(!self.read_row(sheet, &mut last, gather, endpoints, job)?);
        }
        empty += merge.map_or(0, |merge| merge.empty);
        if empty > 0 {
            gather.note(format!("{}: {empty} rows have no value at all and are no answers", job.name_of(sheet)));
        }
        Ok(())
    }

    /// What threads make columns of; `None` where rows tell more than columns have.
    fn wanted(&self, sheet: &Sheet, job: &Job) -> Option<Wanted> {
        if self.query.as_ref().is_some_and(|query| !query.features.is_empty()) || job.looks_at_texts() {
            return None;
        }
        let of_query = self.query.as_ref().map(|query| query.columns).unwrap_or_default();
        let (endpoint, metrics, missing) = (self.endpoint, self.metrics.clone(), sheet.missing().to_vec());
        Some(Wanted { id: self.id, endpoint, metrics, missing, of_query })
    }

    /// Reads the current row; whether it has a value, or belongs to a query that is dropped.
    fn read_row(&self, sheet: &Sheet, last: &mut u32, gather: &mut Gather, endpoints: &mut Endpoints, job: &mut Job) -> Result<bool> {
        let place = sheet.place();
        let id = sheet.text(self.id)?.ok_or_else(|| sheet.wrong(self.id, "the id of a query"))?;
        if job.dropped.contains(id.as_ref()) {
            return Ok(true);
        }
        let Some(row) = self.row(&id, *last, sheet, gather, job, place)? else { return Ok(true) };
        *last = row;
        let endpoint = match self.endpoint {
            Key::Id(column) => endpoints.by_id(&name(sheet, column)?, place, gather)?,
            Key::Model(model, None) => endpoints.by_model(&name(sheet, model)?, None, place, gather)?,
            Key::Model(model, Some(hardware)) => endpoints.by_model(&name(sheet, model)?, Some(&name(sheet, hardware)?), place, gather)?,
        };
        let Some(outcome) = outcome(sheet, &self.metrics)? else { return Ok(false) };
        gather.outcome(endpoint, row, job.estimate(outcome, gather, row), place)?;
        Ok(true)
    }

    /// The row of the query: added where it is new, `None` where its prompt is one to drop.
    fn row(&self, id: &str, last: u32, sheet: &Sheet, gather: &mut Gather, job: &mut Job, place: Place) -> Result<Option<u32>> {
        let Some(plan) = &self.query else {
            let absent = || {
                Error::new("an outcome belongs to no query").at(place).found(format!("`{id}`")).allowed("an id of the table in [queries]")
            };
            return gather.row_near(id, last).map(Some).ok_or_else(absent);
        };
        if let Some(row) = gather.row_near(id, last) {
            if let Some(known) = gather.get(row) {
                plan.agree(sheet, known)?;
            }
            return Ok(Some(row));
        }
        let query = plan.query(sheet, id.to_owned())?;
        if job.drops(&query) {
            return Ok(None);
        }
        gather.query(query, place).map(Some)
    }
}

fn name(sheet: &Sheet, column: usize) -> Result<std::borrow::Cow<'_, str>> {
    sheet.text(column)?.ok_or_else(|| sheet.wrong(column, "the name of an endpoint"))
}

/// The outcome of the current row; `None` where no metric has a value.
pub fn outcome(sheet: &Sheet, metrics: &Metrics) -> Result<Option<Outcome>> {
    let mut outcome = Outcome::default();
    let mut any = false;
    for &(metric, column, scale) in metrics {
        let value = match metric {
            Metric::Score => sheet.score(column, scale)?,
            _ => sheet.number(column, scale)?,
        };
        if let Some(value) = value.filter(|value| !metric.allows(*value)) {
            return Err(sheet.wrong(column, format!("{} as `{metric}` (here {value})", metric.allowed())));
        }
        if let Some(value) = value {
            outcome.set(metric, value);
            any = true;
        }
    }
    Ok(any.then_some(outcome))
}
