//! Queries as they come, as columns.

use std::collections::HashMap;

use super::Query;
use super::ids::{Ids, hash, rises};
use crate::trace::column::Names;

/// Names that come one by one; most often that of the row before.
#[derive(Debug, Default)]
pub(super) struct GrowingNames {
    pub names: Names,
    by_name: HashMap<String, u32>,
    last: Option<u32>,
}

impl GrowingNames {
    /// The code of a name, which is added where it is new.
    pub fn code(&mut self, name: &str) -> u32 {
        if let Some(code) = self.last.filter(|&code| self.names.name(code) == Some(name)) {
            return code;
        }
        let code = match self.by_name.get(name) {
            Some(&code) => code,
            None => {
                let code = u32::try_from(self.names.names.len()).unwrap_or(Names::MISSING);
                self.by_name.insert(name.to_owned(), code);
                self.names.names.push(name.to_owned());
                code
            }
        };
        self.last = Some(code);
        code
    }

    fn push(&mut self, name: Option<&str>) {
        let code = name.map_or(Names::MISSING, |name| self.code(name));
        self.names.codes.push(code);
    }
}

/// The features of a query: numbers and names.
pub(super) type Features = (Vec<(String, f64)>, Vec<(String, String)>);

/// The queries so far.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub ids: Vec<String>,
    by_id: Ids,
    /// Whether an id does not stand behind the one before it: see [`rises`].
    falls: bool,
    pub dataset: GrowingNames,
    pub category: GrowingNames,
    /// NaN where not known, as arrivals.
    pub input_tokens: Vec<f64>,
    pub arrival_s: Vec<f64>,
    /// Up to the last query that has one, as features.
    pub prompts: Vec<Option<String>>,
    pub features: Vec<Features>,
}

/// What is known of a query; as in [`Query`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    pub id: &'a str,
    pub dataset: Option<&'a str>,
    pub category: Option<&'a str>,
    pub input_tokens: Option<f64>,
    pub arrival_s: Option<f64>,
    pub prompt: Option<&'a str>,
    pub number_features: &'a [(String, f64)],
    pub name_features: &'a [(String, String)],
}

/// What a thread that reads ahead knows of a query: names by their codes here.
pub(super) struct Coded<'a> {
    pub id: &'a str,
    pub hash: u64,
    pub dataset: u32,
    pub category: u32,
    pub input_tokens: f64,
    pub arrival_s: f64,
    pub prompt: Option<&'a str>,
}

impl Asked {
    /// Number of queries.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// The row of an id.
    pub fn row(&self, id: &str) -> Option<u32> {
        self.row_hashed(id, hash(id))
    }

    /// As [`Asked::row`], of an id whose hash is known.
    pub fn row_hashed(&self, id: &str, hash: u64) -> Option<u32> {
        // Where ids rise, one that stands behind the last is new: that is told without the table.
        if !self.falls && self.rises(id) {
            return None;
        }
        self.by_id.find(hash, |row| self.is(row, id))
    }

    fn rises(&self, id: &str) -> bool {
        self.ids.last().is_none_or(|last| rises(last, id))
    }

    /// Whether a row has an id.
    #[inline]
    pub fn is(&self, row: u32, id: &str) -> bool {
        self.ids.get(row as usize).is_some_and(|known| known == id)
    }

    /// The row of the query that is added next. More do not fit in memory than can be counted.
    pub fn next_row(&self) -> u32 {
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    /// Makes room for so many more queries.
    pub fn reserve(&mut self, more: usize) {
        self.ids.reserve(more);
        self.by_id.reserve(more);
        self.dataset.names.codes.reserve(more);
        self.category.names.codes.reserve(more);
        self.input_tokens.reserve(more);
        self.arrival_s.reserve(more);
    }

    /// Adds a query of a new id.
    pub fn push(&mut self, query: Query) {
        let Query { id, dataset, category, input_tokens, arrival_s, prompt, number_features, name_features } = query;
        self.dataset.push(dataset.as_deref());
        self.category.push(category.as_deref());
        self.input_tokens.push(input_tokens.unwrap_or(f64::NAN));
        self.arrival_s.push(arrival_s.unwrap_or(f64::NAN));
        self.add_prompt(prompt);
        if !(number_features.is_empty() && name_features.is_empty()) {
            self.features.resize_with(self.ids.len(), Features::default);
            self.features.push((number_features, name_features));
        }
        self.falls |= !self.rises(&id);
        self.by_id.push(hash(&id));
        self.ids.push(id);
    }

    /// Adds a query of a new id.
    pub fn push_coded(&mut self, query: &Coded) {
        self.dataset.names.codes.push(query.dataset);
        self.category.names.codes.push(query.category);
        self.input_tokens.push(query.input_tokens);
        self.arrival_s.push(query.arrival_s);
        self.add_prompt(query.prompt.map(str::to_owned));
        self.falls |= !self.rises(query.id);
        self.by_id.push(query.hash);
        self.ids.push(query.id.to_owned());
    }

    fn add_prompt(&mut self, prompt: Option<String>) {
        if prompt.is_some() {
            self.prompts.resize(self.ids.len(), None);
            self.prompts.push(prompt);
        }
    }

    /// Whether the query in a row is what was read.
    pub fn agrees(&self, row: u32, query: &Coded) -> bool {
        let row = row as usize;
        let same = |cells: &[f64], number: f64| cells.get(row).is_some_and(|cell| *cell == number || cell.is_nan() && number.is_nan());
        self.dataset.names.codes.get(row) == Some(&query.dataset)
            && self.category.names.codes.get(row) == Some(&query.category)
            && same(&self.input_tokens, query.input_tokens)
            && same(&self.arrival_s, query.arrival_s)
            && self.prompt(row) == query.prompt
    }

    fn prompt(&self, row: usize) -> Option<&str> {
        self.prompts.get(row)?.as_deref()
    }

    /// What is known of a query.
    pub fn get(&self, row: u32) -> Option<Known<'_>> {
        let row = row as usize;
        let number = |cells: &[f64]| cells.get(row).copied().filter(|cell| !cell.is_nan());
        let features = self.features.get(row);
        Some(Known {
            id: self.ids.get(row)?,
            dataset: self.dataset.names.get(row),
            category: self.category.names.get(row),
            input_tokens: number(&self.input_tokens),
            arrival_s: number(&self.arrival_s),
            prompt: self.prompt(row),
            number_features: features.map_or(&[], |(numbers, _)| numbers),
            name_features: features.map_or(&[], |(_, names)| names),
        })
    }
}
