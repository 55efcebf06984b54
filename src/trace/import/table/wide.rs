//! The wide layout: a row for each query, with columns for each endpoint.

use std::collections::BTreeMap;

use super::Job;
use super::long::outcome;
use super::mapping::{Mapping, Quantity};
use super::plan::{Metrics, QueryPlan, Resolver, scales};
use super::sheet::Sheet;
use super::unit::Scale;
use crate::error::{Error, Result};
use crate::trace::endpoint::Endpoint;
use crate::trace::import::Gather;
use crate::trace::import::files::file_name;
use crate::trace::schema::Metric;

/// Stand for an endpoint's name in the name of a column.
const MODEL: &str = "{model}";
const ENDPOINT: &str = "{endpoint}";

/// Where the parts of a query and of its answers stand.
pub struct WidePlan {
    id: Option<usize>,
    endpoints: Vec<(Endpoint, Metrics)>,
    /// What the rows say about queries, where no table of queries does.
    pub query: Option<QueryPlan>,
}

impl WidePlan {
    /// Holds a mapping against a table.
    pub fn resolve(mapping: &Mapping, resolver: &mut Resolver, notes: &mut Vec<String>) -> Self {
        let id = mapping.columns.id.as_ref().and_then(|name| resolver.column(name));
        let shared = scales(&mapping.metrics, resolver.problems, notes);
        let mut endpoints = Vec::new();
        for section in &mapping.endpoints {
            let own = scales(&section.metrics, resolver.problems, notes);
            let mut metrics = Vec::new();
            for &(metric, quantity, scale) in &own {
                metrics.extend(resolver.column(&quantity.column).map(|column| (metric, column, scale)));
            }
            let rest = shared.iter().filter(|(metric, ..)| !section.metrics.contains_key(metric));
            patterns(rest, &section.endpoint(), resolver, &mut metrics, notes);
            endpoints.push((section.endpoint(), metrics));
        }
        if mapping.endpoints.is_empty() {
            for endpoint in discover(&shared, resolver.sheet) {
                let mut metrics = Vec::new();
                patterns(shared.iter(), &endpoint, resolver, &mut metrics, notes);
                endpoints.push((endpoint, metrics));
            }
        }
        check(mapping, &shared, &endpoints, resolver);
        let query = mapping.queries.is_none().then(|| QueryPlan::resolve(&mapping.columns, resolver));
        WidePlan { id, endpoints, query }
    }

    /// Whether a column's name has an endpoint's in it: it may tell what that endpoint answered.
    pub fn is_about_an_endpoint(&self, column: &str) -> bool {
        self.endpoints.iter().any(|(endpoint, _)| column.contains(&endpoint.model) || column.contains(&endpoint.id))
    }

    /// Models and ids of the endpoints.
    pub fn endpoint_names(&self) -> Vec<String> {
        self.endpoints.iter().flat_map(|(endpoint, _)| [endpoint.model.clone(), endpoint.id.clone()]).collect()
    }

    /// Reads all rows.
    pub fn read(&self, sheet: &mut Sheet, gather: &mut Gather, job: &mut Job) -> Result<()> {
        let position = |(endpoint, _): &(Endpoint, Metrics)| gather.endpoint(endpoint.clone(), sheet.path().display());
        let positions = self.endpoints.iter().map(position).collect::<Result<Vec<_>>>()?;
        let file = file_name(sheet.path());
        while sheet.advance()? {
            let place = sheet.place();
            let id = match self.id {
                None => format!("{file}:{}", sheet.row()),
                Some(column) => sheet.text(column)?.ok_or_else(|| sheet.wrong(column, "the id of a query"))?.into_owned(),
            };
            if job.dropped.contains(&id) {
                continue;
            }
            let row = match &self.query {
                None => gather.row(&id).ok_or_else(|| {
                    Error::new("a row belongs to no query").at(place).found(format!("`{id}`")).allowed("an id of the table in [queries]")
                })?,
                Some(plan) => {
                    let query = plan.query(sheet, id)?;
                    if job.drops(&query) {
                        continue;
                    }
                    gather.query(query, place)?
                }
            };
            for ((_, metrics), &position) in self.endpoints.iter().zip(&positions) {
                if let Some(outcome) = outcome(sheet, metrics)? {
                    gather.outcome(position, row, job.estimate(outcome, gather, row), place)?;
                }
            }
        }
        Ok(())
    }
}

fn fill(pattern: &str, endpoint: &Endpoint) -> String {
    pattern.replace(MODEL, &endpoint.model).replace(ENDPOINT, &endpoint.id)
}

/// The columns of an endpoint by the names in `[metrics]`. One that is not there is a missing metric, and noted.
fn patterns<'q>(
    shared: impl Iterator<Item = &'q (Metric, &'q Quantity, Scale)>,
    endpoint: &Endpoint,
    resolver: &mut Resolver,
    metrics: &mut Metrics,
    notes: &mut Vec<String>,
) {
    for &(metric, quantity, scale) in shared {
        let name = fill(quantity.column.get_ref(), endpoint);
        match resolver.take(&name) {
            Some(column) => metrics.push((metric, column, scale)),
            None => notes.push(format!("`{}` has no `{metric}`: no column `{name}`", endpoint.id)),
        }
    }
}

/// The endpoints that the columns name, in the order of the columns.
fn discover(shared: &[(Metric, &Quantity, Scale)], sheet: &Sheet) -> Vec<Endpoint> {
    let mut found = BTreeMap::<String, usize>::new();
    for (_, quantity, _) in shared {
        let pattern = quantity.column.get_ref();
        for place in [MODEL, ENDPOINT] {
            // A bare `{model}` fits every column, so that it can name none.
            let Some((before, after)) = pattern.split_once(place).filter(|_| pattern != place) else { continue };
            for (index, column) in sheet.columns().iter().enumerate() {
                let name = column.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).filter(|name| !name.is_empty());
                if let Some(name) = name {
                    found.entry(name.to_owned()).or_insert(index);
                }
            }
        }
    }
    let by_id = shared.iter().any(|(_, quantity, _)| quantity.column.get_ref().contains(ENDPOINT));
    let mut found: Vec<(usize, String)> = found.into_iter().map(|(name, index)| (index, name)).collect();
    found.sort();
    let endpoint = |name: String| match by_id {
        true => Endpoint { model: name.split_once('@').map_or(name.as_str(), |(model, _)| model).to_owned(), id: name, ..Endpoint::default() },
        false => Endpoint::new(&name, None),
    };
    found.into_iter().map(|(_, name)| endpoint(name)).collect()
}

/// No endpoint, an endpoint without columns, or one column for several endpoints are mistakes.
fn check(mapping: &Mapping, shared: &[(Metric, &Quantity, Scale)], endpoints: &[(Endpoint, Metrics)], resolver: &mut Resolver) {
    if endpoints.is_empty() {
        let problem = resolver.problems.at("no endpoint", 0..0).found(resolver.sheet.columns().join(", "));
        resolver.problems.push(problem.allowed("[[endpoint]] sections, or a column in [metrics] such as \"{model}|total_cost\""));
    }
    for (section, (endpoint, metrics)) in mapping.endpoints.iter().zip(endpoints) {
        if metrics.is_empty() {
            let what = format!("an [[endpoint]] without a column in {}", resolver.sheet.path().display());
            let problem = resolver.problems.at(what, section.model.span()).found(format!("`{}`", endpoint.id));
            resolver.problems.push(problem.allowed(resolver.sheet.columns().join(", ")));
        }
    }
    for (_, quantity, _) in shared {
        let (name, span) = (quantity.column.get_ref(), quantity.column.span());
        if endpoints.len() > 1 && !name.contains(MODEL) && !name.contains(ENDPOINT) {
            let problem = resolver.problems.at("one column for several endpoints", span).found(format!("`{name}`"));
            resolver.problems.push(problem.allowed("`{model}` or `{endpoint}` in the name, or a column in [endpoint.metrics]"));
        } else if !endpoints.is_empty() && endpoints.iter().all(|(endpoint, _)| resolver.sheet.column(&fill(name, endpoint)).is_none()) {
            resolver.absent(name, span);
        }
    }
}
