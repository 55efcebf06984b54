//! A trace that need not fit in memory: replayed part by part, with the bytes of one that is read at once.
//!
//! Random draws and bootstrap buckets are keyed by row numbers, and sums do not depend on their order: exact ones
//! of any terms, floating-point ones of those of whole blocks of queries. So parts that are cut between blocks add
//! up to the whole, in one process or in many ([`PartTotals`]). What would need the whole is refused: policies that are fitted to cells, drawn
//! or dropped queries, and parts that are not alike in what they lack.

mod refuse;

use std::cell::RefCell;
use std::ops::Range;

use super::engine::Progress;
use super::outline::Outline;
use super::part::PartTotals;
use super::range::{self, Largest};
use super::setup::{Replay, Request};
use super::totals::Totals;
use crate::error::{Error, Result};
use crate::policy::{BuiltFrom, PolicySpec};
use crate::trace::{BLOCK_ROWS, Columns, Names, Trace, TraceReader};
pub(super) use refuse::in_another_way;
use refuse::{alike, refuse_policies, refuse_request, without};

/// Queries that are in memory at a time, where nobody says: the rows of a few row groups.
pub const PART_QUERIES: usize = 1 << 20;

/// Queries at least of the parts of a trace that would fit in memory too: parts take the memory of those before,
/// which is faster than memory that is new, and threads wait for each other at the end of each part.
pub const SMALL_PART_QUERIES: usize = 1 << 18;

/// The options that stream, as errors name them.
const OPTION: &str = "--stream";
/// See [`OPTION`].
const TALLY_OPTION: &str = "--tally";

/// A trace that is read in parts.
pub trait Parts {
    /// Number of queries.
    fn queries(&self) -> usize;

    /// The queries of a range with their outcomes.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn read(&self, range: Range<usize>, columns: &Columns) -> Result<Trace>;
}

impl Parts for TraceReader {
    fn queries(&self) -> usize {
        self.len()
    }

    fn read(&self, range: Range<usize>, columns: &Columns) -> Result<Trace> {
        let read = TraceReader::read(self, range, columns);
        // Rows of an endpoint that did not answer all queries are not those of a part.
        read.map_err(|error| if self.is_dense() { error } else { error.usage() })
    }
}

/// A replay whose queries are read part by part.
pub struct Stream<'a> {
    parts: &'a dyn Parts,
    columns: &'a Columns,
    specs: &'a [PolicySpec],
    request: &'a Request,
    /// The queries that are replayed.
    queries: Range<usize>,
    /// Queries of a part.
    size: usize,
    /// All data sets and categories, where a policy asks for them.
    names: Option<AllNames>,
    /// The first of the queries.
    head: Trace,
    /// The first part, until it is asked for: the head was taken from it, and row groups are decoded as a whole.
    first: RefCell<Option<Trace>>,
}

/// What was seen of the parts, beside what they add up to.
struct Seen {
    largest: Largest,
    /// The row numbers of the first and the last query.
    rows: Option<[u32; 2]>,
}

/// The names of data sets and categories, in the order in which they first appear.
#[derive(Default)]
struct AllNames {
    dataset: Vec<String>,
    category: Vec<String>,
}

impl<'a> Stream<'a> {
    /// A stream of parts of `size` queries, which is rounded up to whole blocks.
    ///
    /// # Errors
    /// Where a policy or the request needs the whole trace at once, and where the trace cannot be read.
    pub fn new(parts: &'a dyn Parts, columns: &'a Columns, specs: &'a [PolicySpec], request: &'a Request, size: usize) -> Result<Self> {
        Stream::open(OPTION, parts, 0..parts.queries(), columns, specs, request, size)
    }

    /// The same of some queries of the trace, as [`part_of`](super::part_of) gives them, for their tally.
    ///
    /// # Errors
    /// As [`Stream::new`].
    pub fn within(
        parts: &'a dyn Parts,
        queries: Range<usize>,
        columns: &'a Columns,
        specs: &'a [PolicySpec],
        request: &'a Request,
        size: usize,
    ) -> Result<Self> {
        Stream::open(TALLY_OPTION, parts, queries, columns, specs, request, size)
    }

    /// Whether policies and request can be replayed part by part, as far as that is seen before a part is read,
    /// and without a look at all queries before.
    pub fn suits(specs: &[PolicySpec], request: &Request) -> bool {
        let by_itself = specs.iter().all(|spec| spec.parameters.built_from() == BuiltFrom::Description);
        by_itself && refuse_request(request, OPTION).is_ok()
    }

    fn open(
        option: &'static str,
        parts: &'a dyn Parts,
        queries: Range<usize>,
        columns: &'a Columns,
        specs: &'a [PolicySpec],
        request: &'a Request,
        size: usize,
    ) -> Result<Self> {
        refuse_policies(specs, option)?;
        refuse_request(request, option)?;
        let size = size.max(1).next_multiple_of(BLOCK_ROWS);
        let wants_names = specs.iter().any(|spec| spec.parameters.built_from() == BuiltFrom::Names);
        let hinted = |error: Error| if error.is_usage() { error.hint(without(option)) } else { error };
        let names = if wants_names { Some(AllNames::read(parts, size).map_err(hinted)?) } else { None };
        let mut first = parts.read(queries.start..queries.end.min(queries.start + size), columns).map_err(hinted)?;
        names.iter().for_each(|names| names.give(&mut first));
        let block: Vec<u32> = (0u32..).take(first.len().min(BLOCK_ROWS)).collect();
        let (head, first) = (first.gather(&block), RefCell::new(Some(first)));
        Ok(Stream { parts, columns, specs, request, queries, size, names, head, first })
    }

    /// The replay of the first queries: its policies, roles and notes are those of all, its sums are not.
    ///
    /// # Errors
    /// As [`Replay::prepare`].
    pub fn head(&self) -> Result<Replay<'_>> {
        Replay::prepare(&self.head, self.specs, self.request)
    }

    /// Number of queries.
    pub fn queries(&self) -> usize {
        self.queries.len()
    }

    fn read(&self, queries: Range<usize>) -> Result<Trace> {
        let mut trace = self.parts.read(queries, self.columns)?;
        self.names.iter().for_each(|names| names.give(&mut trace));
        Ok(trace)
    }

    /// Replays the parts and adds them up.
    ///
    /// # Errors
    /// As [`Stream::each`].
    pub fn add_up(&self, progress: &dyn Progress) -> Result<PartTotals> {
        let head = self.head()?;
        let mut totals = Totals::default();
        let seen = self.walk(&head, |part| totals.add(part, progress))?;
        let empty = || Error::new("the trace has no such queries").found(format!("{:?}", self.queries));
        Ok(PartTotals {
            outline: Outline::of(&head),
            queries: self.queries.clone(),
            of: self.parts.queries(),
            rows: seen.rows.ok_or_else(empty)?,
            largest: seen.largest,
            totals,
        })
    }

    /// Reads the parts in their order and has each replayed, one in memory at a time; `head` is
    /// [`Stream::head`], which every part is held against.
    ///
    /// # Errors
    /// Where a part cannot be read or does not fit the policies, where parts differ in what they lack, where
    /// totals may become too large, and where `work` fails.
    pub fn each(&self, head: &Replay, work: impl FnMut(&Replay) -> Result<()>) -> Result<()> {
        self.walk(head, work).map(drop)
    }

    fn walk(&self, head: &Replay, mut work: impl FnMut(&Replay) -> Result<()>) -> Result<Seen> {
        let mut seen = Seen { largest: head.largest.clone(), rows: None };
        for start in self.queries.clone().step_by(self.size) {
            let end = self.queries.end.min(start + self.size);
            let place = || format!("queries {start} to {end}");
            let first = if start == self.queries.start { self.first.take() } else { None };
            let trace = first.map_or_else(|| self.read(start..end), Ok)?;
            if let (Some(&first), Some(&last)) = (trace.queries.rows.first(), trace.queries.rows.last()) {
                if seen.rows.is_some_and(|rows| rows[1] >= first) {
                    return Err(Error::new("row numbers do not increase from one part of the trace to the next").at(place()));
                }
                seen.rows = Some([seen.rows.map_or(first, |rows| rows[0]), last]);
            }
            let part = Replay::prepare(&trace, self.specs, self.request).map_err(|error| error.at(place()))?;
            seen.largest.merge(&part.largest);
            range::check(self.parts.queries(), part.replicates, &seen.largest)?;
            alike(head, &part, &seen.largest).map_err(|error| error.at(place()))?;
            work(&part)?;
        }
        Ok(seen)
    }
}

impl AllNames {
    fn read(parts: &dyn Parts, size: usize) -> Result<AllNames> {
        let mut all = AllNames::default();
        for start in (0..parts.queries()).step_by(size) {
            let part = parts.read(start..parts.queries().min(start + size), &Columns::metrics(&[]))?;
            learn(&mut all.dataset, part.queries.dataset.as_ref());
            learn(&mut all.category, part.queries.category.as_ref());
        }
        Ok(all)
    }

    /// Gives a part the names of all, which policies that route by them look up.
    fn give(&self, part: &mut Trace) {
        for (all, names) in [(&self.dataset, &mut part.queries.dataset), (&self.category, &mut part.queries.category)] {
            let Some(names) = names else { continue };
            let code = |name: &String| all.iter().position(|known| known == name).map_or(Names::MISSING, |code| code as u32);
            let codes: Vec<u32> = names.names.iter().map(code).collect();
            names.codes.iter_mut().for_each(|old| *old = codes.get(*old as usize).copied().unwrap_or(Names::MISSING));
            names.names.clone_from(all);
        }
    }
}

fn learn(all: &mut Vec<String>, names: Option<&Names>) {
    for name in names.iter().flat_map(|names| &names.names) {
        if !all.contains(name) {
            all.push(name.clone());
        }
    }
}
