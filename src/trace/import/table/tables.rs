//! The tables of an import: opened, held against the mapping, and their columns accounted for.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Job, inputs};
use super::long::LongPlan;
use super::mapping::{Layout, Mapping, Problems};
use super::block::Fields;
use super::plan::{self, QueryPlan, Resolver};
use super::sheet::{Cell, Sheet};
use super::wide::WidePlan;
use crate::error::{Error, Result};
use crate::trace::import::{Gather, ImportOptions};

/// What a mapping says about a table of outcomes.
pub enum Plan {
    /// A row is an answer.
    Long(LongPlan),
    /// A row is a query.
    Wide(WidePlan),
}

impl Plan {
    fn query(&mut self) -> Option<&mut QueryPlan> {
        match self {
            Plan::Long(plan) => plan.query.as_mut(),
            Plan::Wide(plan) => plan.query.as_mut(),
        }
    }

    /// The names by which a cell of a wide table may mean an endpoint.
    fn endpoint_names(&self) -> Vec<String> {
        match self {
            Plan::Long(_) => Vec::new(),
            Plan::Wide(plan) => plan.endpoint_names(),
        }
    }
}

/// The tables, with what the mapping says about each.
pub struct Tables {
    /// The table of queries, the position of its id, and what else it has.
    queries: Option<(Sheet, usize, QueryPlan)>,
    /// The tables of outcomes.
    pub outcomes: Vec<(Sheet, Plan)>,
    /// What is converted and what is not taken.
    pub notes: BTreeSet<String>,
}

impl Tables {
    /// Opens all tables and holds the mapping against them. All problems of the mapping are one error.
    pub fn open(
        mapping: &Mapping,
        path: &Path,
        given: &[PathBuf],
        options: &ImportOptions,
        fields: &Fields,
        mut problems: Problems,
    ) -> Result<Self> {
        plan::check(mapping, &mut problems);
        let separator = separator(mapping, &mut problems);
        let mut account = Account::new(mapping, options);
        let mut tables = Tables { queries: None, outcomes: Vec::new(), notes: BTreeSet::new() };
        let open = |file: &Path| match options.memory.table(file) {
            Some(frame) => Ok(Sheet::in_memory(file, frame.clone(), &mapping.missing)),
            None => Sheet::open(file, separator, &mapping.missing, fields),
        };
        let mut queries = None;
        if let Some(table) = &mapping.queries {
            let named = |error: Error| error.hint(format!("it is named in {}", problems.place(table.file.span())));
            let file = inputs::queries(path, table.file.get_ref(), given, &options.memory).map_err(named)?;
            let sheet = open(&file).map_err(named)?;
            let mut resolver = Resolver::new(&sheet, &mut problems);
            let id = table.id.as_ref().or(mapping.columns.id.as_ref()).and_then(|name| resolver.column(name));
            let mut plan = QueryPlan::resolve(&mapping.columns, &mut resolver);
            let features = account.leave(&resolver, Kind::Queries);
            plan.keep(&features, &sheet);
            tables.queries = id.map(|id| (sheet, id, plan));
            tables.notes.insert(format!("the queries are those of {}", file.display()));
            queries = Some(file);
        }
        for file in inputs::outcomes(given, queries.as_deref(), &options.memory)? {
            let sheet = open(&file)?;
            let plan = account.outcomes(mapping, &sheet, &mut problems, &mut tables.notes);
            tables.outcomes.extend(plan.map(|plan| (sheet, plan)));
            // The files of one import are alike: the first says what is wrong with all.
            if !problems.is_empty() {
                break;
            }
        }
        account.check_ignored(mapping, &mut problems);
        problems.finish()?;
        if options.drop_prompts.is_some() && mapping.columns.prompt.is_none() {
            return Err(Error::new("there are no prompts to drop by").allowed("[columns] with `prompt` in the mapping").usage());
        }
        tables.scan_features(&mut account)?;
        tables.notes.extend(account.notes());
        Ok(tables)
    }

    /// Reads the table of queries, if there is one.
    pub fn read_queries(&mut self, gather: &mut Gather, job: &mut Job) -> Result<()> {
        let Some((sheet, column, plan)) = &mut self.queries else { return Ok(()) };
        while sheet.advance()? {
            let id = sheet.text(*column)?.ok_or_else(|| sheet.wrong(*column, "the id of a query"))?.into_owned();
            let query = plan.query(sheet, id)?;
            if !job.drops(&query) {
                gather.query(query, sheet.place())?;
            }
        }
        Ok(())
    }

    /// Goes through all rows to tell features that are numbers from those that are names. Columns that
    /// no one named and that turn out to name endpoints (an oracle's choice, most likely) or not to be
    /// readable are given back.
    fn scan_features(&mut self, account: &mut Account) -> Result<()> {
        let queries = self.queries.iter_mut().map(|(sheet, _, plan)| (sheet, plan, Vec::new()));
        let outcomes = self.outcomes.iter_mut().filter_map(|(sheet, plan)| {
            let names = plan.endpoint_names();
            Some((sheet, plan.query()?, names))
        });
        let mut scans: Vec<(&mut Sheet, &mut QueryPlan, Vec<String>)> = queries.chain(outcomes).collect();
        let mut names = BTreeSet::new();
        for (sheet, plan, endpoints) in scans.iter_mut().filter(|(_, plan, _)| !plan.features.is_empty()) {
            while sheet.advance()? {
                for feature in &plan.features {
                    if !sheet.is_number(feature.column) && !names.contains(&feature.name) {
                        names.insert(feature.name.clone());
                    }
                    let is_choice = |text: &str| endpoints.iter().any(|endpoint| endpoint == text);
                    match sheet.cell(feature.column) {
                        Cell::Text(text) if !feature.named && is_choice(text) => account.answers.insert(feature.name.clone()),
                        Cell::Other(_) if !feature.named => account.unread.insert(feature.name.clone()),
                        _ => false,
                    };
                }
            }
            sheet.rewind()?;
        }
        for (_, plan, _) in &mut scans {
            plan.features.retain(|feature| !account.answers.contains(&feature.name) && !account.unread.contains(&feature.name));
            plan.features.iter_mut().for_each(|feature| feature.is_number = !names.contains(&feature.name));
        }
        Ok(())
    }
}

fn separator(mapping: &Mapping, problems: &mut Problems) -> Option<u8> {
    let separator = mapping.separator.as_ref()?;
    match separator.get_ref().as_bytes() {
        [byte] if byte.is_ascii() => Some(*byte),
        _ => {
            let problem = problems.at("no separator", separator.span()).found(separator.get_ref());
            problems.push(problem.allowed("one ASCII character"));
            None
        }
    }
}

/// What a table tells in the columns that the mapping does not name.
#[derive(Clone, Copy)]
enum Kind<'a> {
    /// Queries alone, so that any column may be a feature.
    Queries,
    /// Queries and outcomes in one row: columns named after an endpoint are about its answer.
    Wide(&'a WidePlan),
    /// Outcomes: a column may tell how an endpoint answered.
    Outcomes,
}

/// The columns that the mapping does not name.
struct Account<'a> {
    keep: bool,
    ignored: Vec<&'a str>,
    seen: BTreeSet<String>,
    /// Could be features.
    left: BTreeSet<String>,
    /// May be about answers, so that no option makes them features.
    answers: BTreeSet<String>,
    /// Of a kind that is not read.
    unread: BTreeSet<String>,
}

impl<'a> Account<'a> {
    fn new(mapping: &'a Mapping, options: &ImportOptions) -> Self {
        let ignored = mapping.columns.ignore.iter().map(|name| name.get_ref().as_str()).collect();
        let (seen, left, answers, unread) = Default::default();
        Account { keep: options.keep_features, ignored, seen, left, answers, unread }
    }

    /// Notes the columns of a table that nothing uses, and gives those that become features.
    fn leave(&mut self, resolver: &Resolver, kind: Kind) -> Vec<String> {
        self.seen.extend(resolver.sheet.columns().iter().cloned());
        let mut features = Vec::new();
        for name in resolver.unused().into_iter().filter(|name| !self.ignored.contains(&name.as_str())) {
            let answers = match kind {
                Kind::Queries => false,
                Kind::Wide(plan) => plan.query.is_none() || plan.is_about_an_endpoint(&name),
                Kind::Outcomes => true,
            };
            if answers {
                self.answers.insert(name);
            } else if self.keep {
                features.push(name);
            } else {
                self.left.insert(name);
            }
        }
        features
    }

    /// Holds the mapping against a table of outcomes.
    fn outcomes(&mut self, mapping: &Mapping, sheet: &Sheet, problems: &mut Problems, notes: &mut BTreeSet<String>) -> Option<Plan> {
        let mut resolver = Resolver::new(sheet, problems);
        let mut said = Vec::new();
        let plan = match mapping.layout {
            Layout::Long => {
                let plan = LongPlan::resolve(mapping, &mut resolver, &mut said);
                self.leave(&resolver, Kind::Outcomes);
                plan.map(Plan::Long)
            }
            Layout::Wide => {
                let mut plan = WidePlan::resolve(mapping, &mut resolver, &mut said);
                let features = self.leave(&resolver, Kind::Wide(&plan));
                if let Some(query) = &mut plan.query {
                    query.keep(&features, sheet);
                }
                Some(Plan::Wide(plan))
            }
        };
        notes.extend(said);
        plan
    }

    fn check_ignored(&self, mapping: &Mapping, problems: &mut Problems) {
        for name in mapping.columns.ignore.iter().filter(|name| !self.seen.contains(name.get_ref())) {
            let problem = problems.at("no table has this column", name.span()).found(format!("`{}`", name.get_ref()));
            problems.push(problem.allowed(self.seen.iter().cloned().collect::<Vec<_>>().join(", ")));
        }
    }

    fn notes(&self) -> Vec<String> {
        let list = |names: &BTreeSet<String>| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let mut notes = Vec::new();
        if !self.left.is_empty() {
            let what = "name them in `features`, or all with --keep-features, for routers to look at";
            notes.push(format!("columns not taken: {} ({what})", list(&self.left)));
        }
        if !self.answers.is_empty() {
            notes.push(format!("columns not taken because they may be about the answers: {}", list(&self.answers)));
        }
        if !self.unread.is_empty() {
            notes.push(format!("columns not taken because their type is not read: {}", list(&self.unread)));
        }
        notes
    }
}
