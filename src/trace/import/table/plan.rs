//! A mapping held against a table: names become positions, units become scales.

use std::ops::Range;

use toml::Spanned;

use super::mapping::{Columns, Layout, Mapping, Problems, Quantity};
use super::sheet::Sheet;
use super::unit::{Clock, Scale};
use crate::error::{Error, Result, nearest};
use crate::trace::import::Query;
use crate::trace::import::queries::Known;
use crate::trace::schema::Metric;

/// Where the metrics of an endpoint stand.
pub type Metrics = Vec<(Metric, usize, Scale)>;

/// Looks names up in a table and keeps account of the columns that are used.
pub struct Resolver<'a, 'p> {
    pub sheet: &'a Sheet,
    pub problems: &'a mut Problems<'p>,
    used: Vec<bool>,
}

impl<'a, 'p> Resolver<'a, 'p> {
    /// For a table of which no column is used yet.
    pub fn new(sheet: &'a Sheet, problems: &'a mut Problems<'p>) -> Self {
        Resolver { used: vec![false; sheet.columns().len()], sheet, problems }
    }

    /// The position of a column; a problem where there is none.
    pub fn column(&mut self, name: &Spanned<String>) -> Option<usize> {
        let position = self.take(name.get_ref());
        if position.is_none() {
            self.absent(name.get_ref(), name.span());
        }
        position
    }

    /// The position of a column, if there is one.
    pub fn take(&mut self, name: &str) -> Option<usize> {
        let position = self.sheet.column(name)?;
        *self.used.get_mut(position)? = true;
        Some(position)
    }

    /// The problem of a column that the mapping names and the table lacks.
    pub fn absent(&mut self, name: &str, span: Range<usize>) {
        let columns = self.sheet.columns();
        let what = format!("no such column in {}", self.sheet.path().display());
        let mut problem = self.problems.at(what, span).found(format!("`{name}`")).allowed(columns.join(", "));
        if let Some(near) = nearest(name, columns.iter().map(String::as_str)) {
            problem = problem.hint(format!("did you mean `{near}`?"));
        }
        self.problems.push(problem);
    }

    /// The names of the columns that nothing uses.
    pub fn unused(&self) -> Vec<String> {
        let columns = self.sheet.columns().iter().zip(&self.used);
        columns.filter(|(name, used)| !**used && !name.is_empty()).map(|(name, _)| name.clone()).collect()
    }
}

/// Where the parts of a query stand that most traces have.
#[derive(Debug, Clone, Copy, Default)]
pub struct QueryColumns {
    pub dataset: Option<usize>,
    pub category: Option<usize>,
    pub prompt: Option<usize>,
    pub input_tokens: Option<usize>,
    pub arrival: Option<(usize, Clock)>,
}

/// Where the parts of a query stand.
#[derive(Debug, Default)]
pub struct QueryPlan {
    pub columns: QueryColumns,
    /// The columns that routers may look at.
    pub features: Vec<FeatureColumn>,
}

/// A column that routers may look at.
#[derive(Debug)]
pub struct FeatureColumn {
    /// Its name.
    pub name: String,
    /// Its position.
    pub column: usize,
    /// Whether the mapping names it, so that whoever wrote it answers for it.
    pub named: bool,
    /// Whether all its present cells are numbers.
    pub is_number: bool,
}

impl FeatureColumn {
    fn new(name: &str, column: usize, named: bool) -> Self {
        FeatureColumn { name: name.to_owned(), column, named, is_number: true }
    }
}

impl QueryPlan {
    /// Finds what a mapping says about queries.
    pub fn resolve(columns: &Columns, resolver: &mut Resolver) -> Self {
        let mut find = |name: &Option<Spanned<String>>| name.as_ref().and_then(|name| resolver.column(name));
        let (dataset, category) = (find(&columns.dataset), find(&columns.category));
        let (prompt, input_tokens) = (find(&columns.prompt), find(&columns.input_tokens));
        let arrival = columns.arrival.as_ref().and_then(|quantity| {
            let clock = Clock::of(quantity, resolver.problems);
            Some((resolver.column(&quantity.column)?, clock))
        });
        let named = columns.features.iter();
        let features = named.filter_map(|name| Some(FeatureColumn::new(name.get_ref(), resolver.column(name)?, true))).collect();
        QueryPlan { columns: QueryColumns { dataset, category, prompt, input_tokens, arrival }, features }
    }

    /// Takes further columns as features.
    pub fn keep(&mut self, names: &[String], sheet: &Sheet) {
        self.features.extend(names.iter().filter_map(|name| Some(FeatureColumn::new(name, sheet.column(name)?, false))));
    }

    /// The query of the current row.
    pub fn query(&self, sheet: &Sheet, id: String) -> Result<Query> {
        let text = |column: Option<usize>| -> Result<Option<String>> {
            Ok(column.map_or(Ok(None), |column| sheet.text(column))?.map(|text| text.into_owned()))
        };
        let mut query = Query {
            id,
            dataset: text(self.columns.dataset)?,
            category: text(self.columns.category)?,
            prompt: text(self.columns.prompt)?,
            input_tokens: self.columns.input_tokens.map_or(Ok(None), |column| quantity(sheet, column, Scale::ONE))?,
            arrival_s: self.columns.arrival.map_or(Ok(None), |(column, clock)| moment(sheet, column, clock))?,
            ..Query::default()
        };
        for FeatureColumn { name, column, is_number, .. } in &self.features {
            if *is_number {
                query.number_features.extend(sheet.number(*column, Scale::ONE)?.map(|value| (name.clone(), value)));
            } else {
                query.name_features.extend(sheet.text(*column)?.map(|value| (name.clone(), value.into_owned())));
            }
        }
        Ok(query)
    }

    /// Refuses a row that says something else about a query than the row that came first.
    pub fn agree(&self, sheet: &Sheet, known: Known) -> Result<()> {
        let texts = [(self.columns.dataset, known.dataset), (self.columns.category, known.category), (self.columns.prompt, known.prompt)];
        for (column, known) in texts {
            let Some(column) = column else { continue };
            if sheet.text(column)?.as_deref() != known {
                return Err(disagreement(sheet, column, known.unwrap_or("nothing")));
            }
        }
        let input_tokens = self.columns.input_tokens.map(|column| (column, Clock::Count(Scale::ONE)));
        let numbers = [(input_tokens, known.input_tokens), (self.columns.arrival, known.arrival_s)];
        for (column, known) in numbers {
            let Some((column, clock)) = column else { continue };
            if moment(sheet, column, clock)? != known {
                return Err(disagreement(sheet, column, known.map_or("nothing".to_owned(), |known| known.to_string())));
            }
        }
        for FeatureColumn { name, column, is_number, .. } in &self.features {
            let number = known.number_features.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
            let text = known.name_features.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            let same = if *is_number { sheet.number(*column, Scale::ONE)? == number } else { sheet.text(*column)?.as_deref() == text };
            if !same {
                return Err(disagreement(sheet, *column, "another value").hint("what differs by endpoint is no feature of a query"));
            }
        }
        Ok(())
    }
}

/// A cell that is a number from 0 up.
fn quantity(sheet: &Sheet, column: usize, scale: Scale) -> Result<Option<f64>> {
    match sheet.number(column, scale)? {
        Some(value) if value < 0.0 => Err(sheet.wrong(column, "a finite number from 0 up")),
        value => Ok(value),
    }
}

/// The seconds of an arrival: from the start of the trace, or where it is a date from the beginning of 1970.
fn moment(sheet: &Sheet, column: usize, clock: Clock) -> Result<Option<f64>> {
    match clock {
        Clock::Count(scale) => quantity(sheet, column, scale).map_err(|error| match sheet.date(column) {
            Ok(Some(_)) => error.hint("say that it is a date: `arrival = { column = \"…\", unit = \"datetime\" }`"),
            _ => error,
        }),
        Clock::Date => sheet.date(column),
    }
}

fn disagreement(sheet: &Sheet, column: usize, first: impl std::fmt::Display) -> Error {
    let problem = sheet.cell_error("two rows say different things about one query", column);
    problem.allowed(format!("{first}, as in the first row of this query"))
}

/// The scales of metrics, and what they do as notes.
pub fn scales<'m>(
    metrics: impl IntoIterator<Item = (&'m Metric, &'m Quantity)>,
    problems: &mut Problems,
    notes: &mut Vec<String>,
) -> Vec<(Metric, &'m Quantity, Scale)> {
    let mut out = Vec::new();
    for (&metric, quantity) in metrics {
        let scale = Scale::of(Some(metric), quantity, problems);
        if let Some(words) = scale.words() {
            notes.push(format!("`{metric}` is column `{}` {words}", quantity.column.get_ref()));
        }
        out.push((metric, quantity, scale));
    }
    out
}

/// What is wrong with a mapping before any table is looked at.
pub fn check(mapping: &Mapping, problems: &mut Problems) {
    match mapping.layout {
        Layout::Long => check_long(mapping, problems),
        Layout::Wide => check_wide(&mapping.columns, problems),
    }
    if mapping.metrics.is_empty() && mapping.endpoints.iter().all(|section| section.metrics.is_empty()) {
        let names: Vec<&str> = Metric::ALL.iter().map(|metric| metric.column()).collect();
        problems.push(problems.at("no metric has a column", 0..0).allowed(format!("[metrics] with some of {}", names.join(", "))));
    }
    if let (Some(queries), None) = (&mapping.queries, &mapping.columns.id) {
        problems.push(problems.at("two tables need an id to be joined on", queries.file.span()).allowed("[columns] with `id`"));
    }
    for (index, section) in mapping.endpoints.iter().enumerate() {
        let (endpoint, span) = (section.endpoint(), section.model.span());
        if mapping.endpoints.iter().take(index).any(|other| other.endpoint().id == endpoint.id) {
            let problem = problems.at("two endpoints have the same id", span.clone()).found(format!("`{}`", endpoint.id));
            problems.push(problem.allowed("unique ids"));
        }
        if let Err(problem) = endpoint.check() {
            problems.push(problem.at(problems.place(span)));
        }
    }
}

fn check_long(mapping: &Mapping, problems: &mut Problems) {
    let columns = &mapping.columns;
    if columns.id.is_none() {
        problems.push(problems.at("a long table needs the query's id", 0..0).allowed("[columns] with `id`"));
    }
    match (&columns.endpoint, &columns.model, &columns.hardware) {
        (None, None, _) => {
            let problem = problems.at("a long table needs a column that names the endpoint", 0..0);
            problems.push(problem.allowed("[columns] with `endpoint` (an id), or `model` and perhaps `hardware`"));
        }
        (Some(_), Some(other), _) => {
            problems.push(problems.at("two columns name the endpoint", other.span()).allowed("`endpoint` or `model`"));
        }
        (Some(_), None, Some(hardware)) => {
            problems.push(problems.at("an endpoint's id has its hardware already", hardware.span()).allowed("`hardware` beside `model`"));
        }
        _ => {}
    }
    for quantity in mapping.endpoints.iter().flat_map(|section| section.metrics.values()) {
        problems.push(problems.at("columns of one endpoint belong to the wide layout", quantity.column.span()));
    }
}

fn check_wide(columns: &Columns, problems: &mut Problems) {
    for (name, column) in [("endpoint", &columns.endpoint), ("model", &columns.model), ("hardware", &columns.hardware)] {
        let Some(column) = column else { continue };
        let problem = problems.at(format!("`{name}` belongs to the long layout"), column.span());
        problems.push(problem.hint("in the wide layout an [[endpoint]] or `{model}` in a column's name says it"));
    }
}
