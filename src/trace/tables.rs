//! The tables of a trace, or some of their rows, read side by side and checked.
#![allow(clippy::indexing_slicing, reason = "lists that are as long as the endpoints, by their position")]

use std::ops::Range;

use super::info::Source;
use super::parquet::ParquetFile;
use super::partition::{Known, Partition};
use super::problems::Problems;
use super::reader::TableReader;
use super::schema::{self, FEATURE_PREFIX};
use super::sheet::Table;
use super::table::{Outcomes, Queries};
use super::threads::side_by_side;
use super::wanted::Columns;
use crate::error::{Error, Result};

/// What a thread does at a time.
enum Job<'a> {
    Queries(&'a ParquetFile),
    /// Some row groups of a file of the endpoint in this position.
    Outcomes(usize, &'a ParquetFile, Range<usize>),
}

/// What came of it.
enum Done {
    Queries(Box<Option<Queries>>, Problems),
    Outcomes(usize, Result<Table>),
}

/// Reads some rows of the queries and of each endpoint that could be opened. Faults are told in the order
/// in which one thread would find them. Outcomes are those of the endpoints without a fault.
pub(super) fn read(
    queries: Result<ParquetFile>,
    partitions: Vec<Result<Partition>>,
    sources: Option<&[Source]>,
    columns: &Columns,
    rows: &Range<usize>,
    problems: &mut Problems,
) -> (Option<Queries>, Vec<Outcomes>) {
    let queries = problems.keep(queries);
    let (open, failed) = apart(partitions);
    let (queries, outcomes) = read_open(queries.as_ref(), &open, sources, columns, rows, problems);
    let mut outcomes = outcomes.into_iter();
    let mut out = Vec::with_capacity(open.len());
    for fault in failed {
        let (read, found) = match fault {
            Some(error) => {
                problems.push(error);
                continue;
            }
            None => outcomes.next().unwrap_or_default(),
        };
        problems.absorb(found);
        out.extend(read);
    }
    (queries, out)
}

/// Endpoints that could be opened, and for each of all what stood in the way.
fn apart(partitions: Vec<Result<Partition>>) -> (Vec<Partition>, Vec<Option<Error>>) {
    let mut open = Vec::with_capacity(partitions.len());
    let failed = partitions.into_iter().map(|partition| partition.map(|partition| open.push(partition)).err()).collect();
    (open, failed)
}

/// What was made of an endpoint's tables, and the faults that were found.
pub(super) type Read = (Option<Outcomes>, Problems);

/// Reads some rows of open files.
pub(super) fn read_open(
    queries: Option<&ParquetFile>,
    partitions: &[Partition],
    sources: Option<&[Source]>,
    columns: &Columns,
    rows: &Range<usize>,
    problems: &mut Problems,
) -> (Option<Queries>, Vec<Read>) {
    let mut jobs: Vec<Job> = queries.map(Job::Queries).into_iter().collect();
    let mut firsts = Vec::with_capacity(partitions.len());
    for (position, partition) in partitions.iter().enumerate() {
        let (pieces, first) = partition.pieces(rows);
        jobs.extend(pieces.into_iter().map(|(file, groups)| Job::Outcomes(position, file, groups)));
        firsts.push(first);
    }
    if let Err(error) = room(queries, &jobs, columns, rows) {
        problems.push(error);
        return (None, Vec::new());
    }
    let done = side_by_side(jobs.len(), |job| match &jobs[job] {
        Job::Queries(file) => {
            let mut found = Problems::default();
            Done::Queries(Box::new(read_queries(file, columns, rows, &mut found)), found)
        }
        Job::Outcomes(position, file, groups) => {
            Done::Outcomes(*position, file.read(|name| columns.wants_of_outcomes(name), groups.clone()))
        }
    });
    let mut queries = None;
    let mut tables: Vec<Vec<Result<Table>>> = partitions.iter().map(|_| Vec::new()).collect();
    for done in done {
        match done {
            Done::Queries(read, found) => {
                problems.absorb(found);
                queries = *read;
            }
            Done::Outcomes(position, table) => tables[position].push(table),
        }
    }
    if queries.as_ref().is_some_and(|queries| queries.rows.is_empty()) {
        return (queries, Vec::new());
    }
    // Where queries are missing or out of order, outcomes cannot be told to belong to none.
    let keys = queries.as_ref().map(|queries| queries.rows.as_slice()).filter(|rows| rows.is_sorted());
    let tables: Vec<_> = tables.into_iter().map(std::sync::Mutex::new).collect();
    let outcomes = side_by_side(partitions.len(), |position| {
        let tables = tables[position].lock().map(|mut tables| std::mem::take(&mut *tables)).unwrap_or_default();
        let mut found = Problems::default();
        let known = Known { sources, queries: keys, first: firsts[position] };
        let outcomes = partitions[position].outcomes(tables, &known, rows, columns, &mut found);
        (outcomes, found)
    });
    (queries, outcomes)
}

/// Refuses tables for which there is no room.
fn room(queries: Option<&ParquetFile>, jobs: &[Job], columns: &Columns, rows: &Range<usize>) -> Result<()> {
    let bytes = jobs.iter().map(|job| match job {
        Job::Queries(file) => file.memory(|name| columns.wants_of_queries(name), groups(file, rows).0),
        Job::Outcomes(_, file, groups) => file.memory(|name| columns.wants_of_outcomes(name), groups.clone()),
    });
    let place = queries.map(ParquetFile::name).unwrap_or_default();
    super::memory::room_for(bytes.fold(0, u64::saturating_add), "the cells of the trace").map_err(|error| error.at(place))
}

/// The row groups of a file that hold some of the rows, with the rows before them.
fn groups(file: &ParquetFile, rows: &Range<usize>) -> (Range<usize>, usize) {
    let (pieces, first) = file.pieces(rows);
    (pieces.first().map_or(0, |piece| piece.start)..pieces.last().map_or(0, |piece| piece.end), first)
}

fn read_queries(file: &ParquetFile, columns: &Columns, rows: &Range<usize>, problems: &mut Problems) -> Option<Queries> {
    let (groups, first) = groups(file, rows);
    let table = problems.keep(file.read(|name| columns.wants_of_queries(name), groups))?;
    let (table, first) = table.cut(first, rows);
    if table.frame.height() == 0 {
        problems.push(Error::new("the trace has no queries").at(file.name()).found("0 rows").allowed("1 and more"));
    }
    let mut reader = TableReader { table: &table, first, place: file.name(), problems };
    let rows = reader.rows();
    let ids = if columns.ids { reader.ids() } else { None };
    let mut features = Vec::new();
    for name in table.frame.get_column_names() {
        if let Some(short) = name.strip_prefix(FEATURE_PREFIX) {
            features.extend(reader.feature(name).map(|feature| (short.to_owned(), feature)));
        }
    }
    let mut quantity = |name: &str| reader.quantity(name, 0.0..=f64::MAX, "finite numbers from 0 up");
    let (input_tokens, arrival_s) = (quantity(schema::INPUT_TOKENS), quantity(schema::ARRIVAL_S));
    let mut names = |name: &str| reader.names(name);
    let (dataset, category) = (names(schema::DATASET), names(schema::CATEGORY));
    let prompts = reader.texts(schema::PROMPT).map(|cells| cells.iter().map(|cell| cell.map(str::to_owned)).collect());
    let embedding = reader.embedding(schema::EMBEDDING);
    Some(Queries { rows: rows?, ids, dataset, category, input_tokens, arrival_s, prompts, embedding, features })
}
