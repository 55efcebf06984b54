//! Groups of queries: what shares are told by.

use std::collections::BTreeMap;

use crate::trace::{Names, Trace};

/// Groups of queries: each data set and category that occurs.
#[derive(Debug, Clone, Default)]
pub struct Groups {
    /// Data set and category of each group, in the order in which they first appear.
    pub names: Vec<(Option<String>, Option<String>)>,
    /// The group of each position of the trace.
    pub(crate) of: Vec<u32>,
}

impl Groups {
    pub(super) fn of(trace: &Trace) -> Groups {
        let mut groups = Groups::default();
        let queries = &trace.queries;
        let code = |names: &Option<Names>, position: usize| names.as_ref().map_or(Names::MISSING, |names| names.codes[position]);
        let name = |names: &Option<Names>, position: usize| names.as_ref().and_then(|names| names.get(position)).map(str::to_owned);
        let mut by_codes = ByCodes::of(trace);
        groups.of.reserve(trace.len());
        for position in 0..trace.len() {
            let group = by_codes.at((code(&queries.dataset, position), code(&queries.category, position)));
            if *group == ByCodes::NEW {
                groups.names.push((name(&queries.dataset, position), name(&queries.category, position)));
                *group = groups.names.len() as u32 - 1;
            }
            groups.of.push(*group);
        }
        groups
    }
}

/// The groups of pairs of codes.
enum ByCodes {
    /// A place for each pair, where they are few: of so many data sets and categories.
    Table(Vec<u32>, [usize; 2]),
    Map(BTreeMap<(u32, u32), u32>),
}

impl ByCodes {
    /// No group yet.
    const NEW: u32 = u32::MAX;

    /// None yet. A table must not be longer than the queries are many.
    fn of(trace: &Trace) -> ByCodes {
        let codes = |names: &Option<Names>| names.as_ref().map_or(0, |names| names.names.len()) + 1;
        let (datasets, categories) = (codes(&trace.queries.dataset), codes(&trace.queries.category));
        match datasets.checked_mul(categories).filter(|&pairs| pairs <= trace.len()) {
            Some(pairs) => ByCodes::Table(vec![ByCodes::NEW; pairs], [datasets, categories]),
            None => ByCodes::Map(BTreeMap::new()),
        }
    }

    /// The group of a data set and a category.
    fn at(&mut self, (dataset, category): (u32, u32)) -> &mut u32 {
        match self {
            // What is missing comes last.
            ByCodes::Table(table, [datasets, categories]) => {
                &mut table[(dataset as usize).min(*datasets - 1) * *categories + (category as usize).min(*categories - 1)]
            }
            ByCodes::Map(map) => map.entry((dataset, category)).or_insert(ByCodes::NEW),
        }
    }
}
