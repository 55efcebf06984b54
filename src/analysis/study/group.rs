//! The groups of queries that tables have a row for: all, each data set, each of its categories.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::trace::{Names, Trace};

/// How much a row of a table is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Extent {
    /// All queries.
    #[default]
    All,
    /// One data set.
    Dataset,
    /// One category of one data set.
    Category,
}

/// A group of queries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// What the group is.
    pub extent: Extent,
    /// Its data set; `None` for all queries, and for those without one.
    pub dataset: Option<String>,
    /// Its category; `None` for all queries and a whole data set, and for queries without one.
    pub category: Option<String>,
    /// Its queries.
    pub queries: u64,
}

/// All queries, then each data set in the order of the trace, each with its categories; with the
/// positions of the queries. A trace without data sets has its categories alone.
pub(super) fn groups(trace: &Trace) -> Vec<(Group, Vec<u32>)> {
    let queries = &trace.queries;
    let code = |names: &Option<Names>, position: usize| names.as_ref().map_or(Names::MISSING, |names| names.codes[position]);
    // By data set and then by category; a missing name has the largest code, so that it comes last.
    let mut by_code = BTreeMap::<u32, BTreeMap<u32, Vec<u32>>>::new();
    for position in 0..trace.len() {
        let categories = by_code.entry(code(&queries.dataset, position)).or_default();
        categories.entry(code(&queries.category, position)).or_default().push(position as u32);
    }
    let name = |names: &Option<Names>, code: u32| names.as_ref().and_then(|names| names.names.get(code as usize)).cloned();
    let group = |extent, dataset: &Option<String>, category, members: &[u32]| Group {
        extent,
        dataset: dataset.clone(),
        category,
        queries: members.len() as u64,
    };
    let all: Vec<u32> = (0..trace.len() as u32).collect();
    let mut out = vec![(group(Extent::All, &None, None, &all), all)];
    for (dataset, categories) in by_code {
        let dataset = name(&queries.dataset, dataset);
        if queries.dataset.is_some() {
            let mut members: Vec<u32> = categories.values().flatten().copied().collect();
            members.sort_unstable();
            out.push((group(Extent::Dataset, &dataset, None, &members), members));
        }
        let unnamed = categories.keys().all(|&category| category == Names::MISSING);
        for (category, members) in categories.into_iter().filter(|_| !unnamed) {
            out.push((group(Extent::Category, &dataset, name(&queries.category, category), &members), members));
        }
    }
    out
}
