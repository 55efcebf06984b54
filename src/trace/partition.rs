//! One endpoint's outcomes: its Hive partition as columns in the order of the queries.

use std::ops::Range;

use super::column::Column;
use super::info::Source;
use super::parquet::ParquetFile;
use super::place::TracePlace;
use super::problems::Problems;
use super::reader::TableReader;
use super::schema::{self, MEASURED};
use super::sheet::Table;
use super::table::Outcomes;
use super::wanted::Columns;
use crate::error::{Error, Result};

/// The folder name of an endpoint's Hive partition.
pub(super) fn partition(endpoint: &str) -> String {
    format!("{}={endpoint}", schema::PARTITION_KEY)
}

/// The names of an endpoint's files, in order.
pub(super) fn parts(place: &TracePlace, endpoint: &str) -> Vec<String> {
    let folder = format!("{}/{}", schema::OUTCOMES_DIR, partition(endpoint));
    let names = place.list(&folder).into_iter().filter(|name| !name.starts_with('.') && name.ends_with(".parquet"));
    names.map(|name| format!("{folder}/{name}")).collect()
}

/// One endpoint's files, open but not read.
pub(super) struct Partition {
    id: String,
    /// How faults name it: by its only file, or by the folder.
    name: String,
    files: Vec<ParquetFile>,
}

/// What is known of a trace before the outcomes of an endpoint are made of its tables.
pub(super) struct Known<'a> {
    /// The sources of estimated cells, where they are known.
    pub(super) sources: Option<&'a [Source]>,
    /// The rows of the queries, where they are known.
    pub(super) queries: Option<&'a [u32]>,
    /// The row of the endpoint's files at which the tables begin.
    pub(super) first: usize,
}

impl Partition {
    /// Opens an endpoint's files.
    pub(super) fn open(place: &TracePlace, id: &str) -> Result<Self> {
        let parts = parts(place, id);
        let folder = place.name(&format!("{}/{}", schema::OUTCOMES_DIR, partition(id)));
        if parts.is_empty() {
            let fault = Error::new("an endpoint has no outcomes").at(&folder).found(format!("no Parquet file of `{id}`"));
            return Err(fault.hint("remove the [[endpoint]], or record its answers"));
        }
        let name = if let [part] = parts.as_slice() { place.name(part) } else { folder };
        let files = parts.iter().map(|part| ParquetFile::open(place, part)).collect::<Result<_>>()?;
        Ok(Partition { id: id.to_owned(), name, files })
    }

    /// The endpoint's id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Number of rows of all files.
    pub(super) fn rows(&self) -> usize {
        self.files.iter().map(ParquetFile::rows).sum()
    }

    /// The number of rows of each row group of all files.
    pub(super) fn row_groups(&self) -> impl Iterator<Item = usize> {
        self.files.iter().flat_map(ParquetFile::row_groups)
    }

    /// What threads read of some rows of the endpoint, in order: a file and some of its row groups. With it
    /// the row of the first of them.
    pub(super) fn pieces(&self, rows: &Range<usize>) -> (Vec<(&ParquetFile, Range<usize>)>, usize) {
        let (mut out, mut first, mut start) = (Vec::new(), 0, 0);
        for file in &self.files {
            let end = start + file.rows();
            if (start < rows.end && end > rows.start) || (self.files.len() == 1 && out.is_empty()) {
                let within = rows.start.saturating_sub(start)..rows.end.saturating_sub(start);
                let (pieces, before) = file.pieces(&within);
                if out.is_empty() {
                    first = start + before;
                }
                out.extend(pieces.into_iter().map(|groups| (file, groups)));
            }
            start = end;
        }
        (out, first)
    }

    /// The outcomes of the tables that were read, scattered among the queries; `None` where a fault
    /// stands in the way.
    pub(super) fn outcomes(
        &self,
        tables: Vec<Result<Table>>,
        known: &Known,
        rows: &Range<usize>,
        columns: &Columns,
        problems: &mut Problems,
    ) -> Option<Outcomes> {
        let (table, first) = self.join(tables, problems)?.cut(known.first, rows);
        let mut reader = TableReader { table: &table, first, place: self.name.clone(), problems };
        let rows = reader.rows();
        let mut found = Vec::with_capacity(columns.metrics.len());
        for &metric in &columns.metrics {
            let sources = reader.sources(metric, known.sources);
            let column = reader.quantity(metric.column(), metric.range(), metric.allowed());
            found.extend(column.map(|column| (metric, column, sources)));
        }
        let rows = rows?;
        let scatter = Scatter::new(&rows, first, known, &self.name, problems)?;
        let mut outcomes = Outcomes { answered: rows.len(), ..Outcomes::default() };
        for (metric, column, sources) in found {
            outcomes.metrics.set(metric, scatter.column(column));
            if let Some(sources) = sources {
                outcomes.sources.set(metric, scatter.sources(sources));
            }
        }
        outcomes.sparse = scatter.positions;
        Some(outcomes)
    }

    /// The tables as one, in order.
    fn join(&self, tables: Vec<Result<Table>>, problems: &mut Problems) -> Option<Table> {
        let mut joined: Option<Table> = None;
        for table in tables {
            let next = problems.keep(table)?;
            let fits = match &mut joined {
                None => {
                    joined = Some(next);
                    continue;
                }
                Some(table) => table.append(&next),
            };
            let unfit = |cause| Error::new("the parts of an endpoint's outcomes do not fit together").at(&self.name).cause(cause);
            problems.keep(fits.map_err(unfit))?;
        }
        joined
    }
}

/// Where the rows of an endpoint's file belong among the queries.
struct Scatter {
    /// For each row of the file the position of its query; `None` where file and queries agree.
    positions: Option<Vec<u32>>,
    queries: usize,
}

impl Scatter {
    fn new(rows: &[u32], first: usize, known: &Known, place: &str, problems: &mut Problems) -> Option<Self> {
        let queries = known.queries?;
        if rows == queries {
            return Some(Scatter { positions: None, queries: queries.len() });
        }
        let found: Vec<Option<u32>> =
            rows.iter().map(|row| queries.binary_search(row).ok().and_then(|position| u32::try_from(position).ok())).collect();
        let strays = rows.iter().zip(&found).enumerate().filter(|(_, (_, position))| position.is_none());
        let place = format!("{place}, column `{}`", schema::ROW);
        problems.cells(&place, strays, |(index, (row, _))| {
            let allowed = format!("a `{}` of {}", schema::ROW, schema::QUERIES_FILE);
            Error::new("an outcome belongs to no query").at(format!("{place}, row {}", first + index)).found(row).allowed(allowed)
        });
        let positions: Option<Vec<u32>> = found.into_iter().collect();
        Some(Scatter { positions: Some(positions?), queries: queries.len() })
    }

    #[allow(clippy::indexing_slicing, reason = "positions were found among the queries, whose number the cells have")]
    fn column(&self, column: Column) -> Column {
        let Some(positions) = &self.positions else { return column };
        let mut cells = vec![f64::NAN; self.queries];
        for (&position, cell) in positions.iter().zip(column.iter()) {
            cells[position as usize] = cell;
        }
        Column::from_vec(cells)
    }

    #[allow(clippy::indexing_slicing, reason = "as above")]
    fn sources(&self, sources: Vec<u8>) -> Vec<u8> {
        let Some(positions) = &self.positions else { return sources };
        let mut cells = vec![MEASURED; self.queries];
        for (&position, source) in positions.iter().zip(sources) {
            cells[position as usize] = source;
        }
        cells
    }
}
