//! One endpoint's outcomes: its Hive partition as columns in the order of the queries.

use polars::prelude::DataFrame;

use super::column::Column;
use super::info::Source;
use super::parquet::read_parquet;
use super::place::TracePlace;
use super::problems::Problems;
use super::reader::TableReader;
use super::schema::{self, MEASURED};
use super::table::Outcomes;
use super::wanted::Columns;
use crate::error::Error;

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

/// One endpoint's outcomes: what is known before its files are read.
pub(super) struct Partition<'a> {
    pub(super) place: &'a TracePlace,
    pub(super) id: &'a str,
    /// The sources of estimated cells, where they are known.
    pub(super) sources: Option<&'a [Source]>,
    /// The rows of the queries, where they are known.
    pub(super) queries: Option<&'a [u32]>,
}

impl Partition<'_> {
    /// The outcomes, scattered among the queries; `None` where a fault stands in the way.
    pub(super) fn read(&self, columns: &Columns, problems: &mut Problems) -> Option<Outcomes> {
        let (table, place) = self.table(columns, problems)?;
        let mut reader = TableReader { table: &table, place: place.clone(), problems };
        let rows = reader.rows();
        let mut found = Vec::with_capacity(columns.metrics.len());
        for &metric in &columns.metrics {
            let sources = reader.sources(metric, self.sources);
            let column = reader.quantity(metric.column(), |value| metric.allows(value), metric.allowed());
            found.extend(column.map(|column| (metric, column, sources)));
        }
        let rows = rows?;
        let scatter = Scatter::new(&rows, self.queries?, &place, problems)?;
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

    /// The endpoint's parts as one table, with the name that faults give it.
    fn table(&self, columns: &Columns, problems: &mut Problems) -> Option<(DataFrame, String)> {
        let parts = parts(self.place, self.id);
        let folder = self.place.name(&format!("{}/{}", schema::OUTCOMES_DIR, partition(self.id)));
        let mut table: Option<DataFrame> = None;
        for part in &parts {
            let next = problems.keep(read_parquet(self.place, part, |name| columns.wants_of_outcomes(name)))?;
            let joined = match table {
                None => Ok(next),
                Some(table) => table.vstack(&next),
            };
            let unfit =
                |cause| Error::new("the parts of an endpoint's outcomes do not fit together").at(self.place.name(part)).cause(cause);
            table = Some(problems.keep(joined.map_err(unfit))?);
        }
        if table.is_none() {
            let fault = Error::new("an endpoint has no outcomes").at(&folder).found(format!("no Parquet file of `{}`", self.id));
            problems.push(fault.hint("remove the [[endpoint]], or record its answers"));
        }
        let place = if let [part] = parts.as_slice() { self.place.name(part) } else { folder };
        Some((table?, place))
    }
}

/// Where the rows of an endpoint's file belong among the queries.
struct Scatter {
    /// For each row of the file the position of its query; `None` where file and queries agree.
    positions: Option<Vec<u32>>,
    queries: usize,
}

impl Scatter {
    fn new(rows: &[u32], queries: &[u32], place: &str, problems: &mut Problems) -> Option<Self> {
        if rows == queries {
            return Some(Scatter { positions: None, queries: queries.len() });
        }
        let found: Vec<Option<u32>> = rows.iter().map(|row| queries.binary_search(row).map(|position| position as u32).ok()).collect();
        let strays = found.iter().enumerate().filter(|(_, position)| position.is_none()).map(|(index, _)| index);
        let place = format!("{place}, column `{}`", schema::ROW);
        problems.cells(&place, strays, |index| {
            let allowed = format!("a `{}` of {}", schema::ROW, schema::QUERIES_FILE);
            Error::new("an outcome belongs to no query").at(format!("{place}, row {index}")).found(rows[index]).allowed(allowed)
        });
        let positions: Option<Vec<u32>> = found.into_iter().collect();
        Some(Scatter { positions: Some(positions?), queries: queries.len() })
    }

    fn column(&self, column: Column) -> Column {
        let Some(positions) = &self.positions else { return column };
        let mut cells = vec![f64::NAN; self.queries];
        for (&position, cell) in positions.iter().zip(column.iter()) {
            cells[position as usize] = cell;
        }
        Column::from_vec(cells)
    }

    fn sources(&self, sources: Vec<u8>) -> Vec<u8> {
        let Some(positions) = &self.positions else { return sources };
        let mut cells = vec![MEASURED; self.queries];
        for (&position, source) in positions.iter().zip(sources) {
            cells[position as usize] = source;
        }
        cells
    }
}
