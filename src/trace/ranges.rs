//! A trace that is read a range of queries at a time, so that it need not fit in memory.

use std::collections::HashSet;
use std::ops::Range;

use super::column::BLOCK_ROWS;
use super::info::TraceInfo;
use super::load::{describe, stray_partitions};
use super::parquet::ParquetFile;
use super::partition::Partition;
use super::place::TracePlace;
use super::problems::Problems;
use super::schema;
use super::table::Trace;
use super::tables;
use super::wanted::Columns;
use crate::error::{Error, Result};

/// A trace whose description and footers are read, and of whose cells none so far.
///
/// It takes no more memory than the footers; a range takes what its cells take while it is held.
pub struct TraceReader {
    info: TraceInfo,
    fingerprint: String,
    queries: ParquetFile,
    partitions: Vec<Partition>,
    bounds: Vec<usize>,
}

impl TraceReader {
    /// Opens a trace, by folder or name, without reading a cell.
    ///
    /// # Errors
    /// As [`Trace::open`], as far as no cell is needed to tell.
    pub fn open(name: &str) -> Result<Self> {
        let place = TracePlace::find(name)?;
        let mut problems = Problems::default();
        let reader = Self::open_in(&place, &mut problems);
        reader
            .filter(|_| problems.is_empty())
            .ok_or_else(|| problems.into_error().unwrap_or_else(|| Error::new("the trace cannot be read").at(name)))
    }

    fn open_in(place: &TracePlace, problems: &mut Problems) -> Option<Self> {
        let text = problems.keep(place.text(schema::TRACE_FILE))?;
        let info = describe(place, &text, problems)?;
        let queries = problems.keep(ParquetFile::open(place, schema::QUERIES_FILE))?;
        let mut partitions = Vec::with_capacity(info.endpoints.len());
        // Any other id is a fault already.
        for endpoint in info.endpoints.iter().filter(|endpoint| endpoint.has_plain_id()) {
            partitions.extend(problems.keep(Partition::open(place, &endpoint.id)));
        }
        stray_partitions(place, Some(&info), problems);
        let mut bounds = vec![0];
        queries.row_groups().filter(|&rows| rows > 0).for_each(|rows| bounds.push(bounds.last().map_or(0, |last| last + rows)));
        if bounds.len() == 1 {
            problems.push(Error::new("the trace has no queries").at(queries.name()).found("0 rows").allowed("1 and more"));
        }
        let fingerprint = problems.keep(super::fingerprint::of(place, &info))?;
        Some(TraceReader { info, fingerprint, queries, partitions, bounds })
    }

    /// What the trace says about itself.
    pub fn info(&self) -> &TraceInfo {
        &self.info
    }

    /// The fingerprint of the whole trace, the same as [`Trace::fingerprint`].
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Number of queries.
    pub fn len(&self) -> usize {
        self.bounds.last().copied().unwrap_or_default()
    }

    /// Whether there is no query: never, since such a trace cannot be opened.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where row groups of the queries begin, and at last the number of queries. A range between two of
    /// them costs no more than its share: a row group that is cut is decoded whole each time.
    pub fn bounds(&self) -> &[usize] {
        &self.bounds
    }

    /// Whether every endpoint has a row for every query, as far as their numbers tell: only then a range
    /// of queries is a range of outcomes too, and [`TraceReader::read`] works.
    pub fn is_dense(&self) -> bool {
        self.partitions.iter().all(|partition| partition.rows() == self.len())
    }

    /// Queries of parts of at least `least` queries, the last one aside, that cut no row group of any file and no
    /// block: the smallest such number, if the trace has two such parts.
    pub fn even_parts(&self, least: usize) -> Option<usize> {
        let group = self.queries.row_groups().find(|&rows| rows > 0)?;
        let size = group * least.div_ceil(group).max(1);
        let cuts = (1..).map(|part| part * size).take_while(|&cut| cut < self.len());
        let whole = |row_groups: &mut dyn Iterator<Item = usize>| {
            let mut row = 0;
            let ends: HashSet<usize> = row_groups.map(|rows| (row += rows, row).1).collect();
            cuts.clone().all(|cut| ends.contains(&cut))
        };
        let even = size.is_multiple_of(BLOCK_ROWS) && size < self.len() && self.is_dense() && whole(&mut self.queries.row_groups());
        let even = even && self.partitions.iter().all(|partition| whole(&mut partition.row_groups()));
        even.then_some(size)
    }

    /// The queries in some positions with their outcomes, checked as [`Trace::open`] checks them. That
    /// ids are unique and row numbers increase is checked within the range.
    ///
    /// # Errors
    /// As [`Trace::open`]; for a range that is empty or ends behind the last query; where an endpoint did
    /// not answer all queries, or not in their order, so that its rows are not those of the range.
    pub fn read(&self, positions: Range<usize>, columns: &Columns) -> Result<Trace> {
        if positions.is_empty() || positions.end > self.len() {
            let found = format!("{} to {}", positions.start, positions.end);
            return Err(Error::new("no range of the queries").found(found).allowed(format!("within 0 to {}, not empty", self.len())));
        }
        if let Some(partition) = self.partitions.iter().find(|partition| partition.rows() != self.len()) {
            let found = format!("{} outcomes of `{}` for {} queries", partition.rows(), partition.id(), self.len());
            return Err(sparse().found(found));
        }
        let mut problems = Problems::default();
        let sources = Some(self.info.sources.as_slice());
        let (queries, read) = tables::read_open(Some(&self.queries), &self.partitions, sources, columns, &positions, &mut problems);
        let mut outcomes = Vec::with_capacity(read.len());
        for (partition, (read, found)) in self.partitions.iter().zip(read) {
            problems.absorb(found);
            if read.as_ref().is_some_and(|read| read.sparse.is_some()) {
                problems.push(sparse().found(format!("other rows of `{}` than of the queries", partition.id())));
            }
            outcomes.extend(read);
        }
        let trace = queries.filter(|_| problems.is_empty()).map(|queries| Trace {
            info: self.info.clone(),
            queries,
            outcomes,
            fingerprint: self.fingerprint.clone(),
        });
        trace.ok_or_else(|| problems.into_error().unwrap_or_else(|| Error::new("the trace cannot be read").at(self.queries.name())))
    }
}

fn sparse() -> Error {
    Error::new("a trace that is read in ranges needs an outcome of every endpoint for every query, in the order of the queries")
}
