//! Reading a trace folder: only the columns that a command needs, checked as they are read.

use polars::prelude::{DataFrame, DataType, ParallelStrategy, ParquetReader, SerReader, Series, StringChunked};

use super::column::{Column, Names};
use super::info::TraceInfo;
use super::place::TracePlace;
use super::schema::{self, FEATURE_PREFIX, MEASURED, Metric};
use super::table::{Feature, Outcomes, Queries, Trace};
use crate::error::{Error, Result};

/// What to read of a trace.
#[derive(Debug, Clone)]
pub struct Columns {
    /// The metrics of the outcomes.
    pub metrics: Vec<Metric>,
    /// The names of the queries.
    pub ids: bool,
    /// The texts of the queries.
    pub prompts: bool,
    /// The feature columns.
    pub features: bool,
}

impl Columns {
    /// Everything that a trace has.
    pub fn all() -> Self {
        Columns { metrics: Metric::ALL.to_vec(), ids: true, prompts: true, features: true }
    }

    /// Some metrics, and of the queries what is cheap: numbers, data set and category.
    pub fn metrics(metrics: &[Metric]) -> Self {
        Columns { metrics: metrics.to_vec(), ids: false, prompts: false, features: false }
    }
}

impl Trace {
    /// Reads a trace folder, or a trace that the program carries, by name.
    ///
    /// # Errors
    /// Where a file is absent, cut off or of another form, and for cells that no trace may hold
    /// (NaN, negative quantities, scores outside 0 to 1, rows that repeat): with file, row, column,
    /// the value found and what is allowed.
    pub fn open(name: &str, columns: &Columns) -> Result<Trace> {
        let place = TracePlace::find(name)?;
        let text = place.text(schema::TRACE_FILE)?;
        let info = TraceInfo::parse(&text, &place.name(schema::TRACE_FILE))?;
        let queries = read_queries(&place, columns)?;
        let mut outcomes = Vec::with_capacity(info.endpoints.len());
        for endpoint in &info.endpoints {
            outcomes.push(read_outcomes(&place, &info, &endpoint.id, columns, &queries.rows)?);
        }
        if let Some(other) = stray_partition(&place, &info) {
            return Err(Error::new("outcomes of an endpoint that the trace does not name")
                .at(place.name(schema::TRACE_FILE))
                .found(format!("a folder `{other}` without an [[endpoint]] of that id"))
                .hint("add the [[endpoint]] to the trace's description"));
        }
        let fingerprint = super::fingerprint::of(&place, &text)?;
        Ok(Trace { info, queries, outcomes, fingerprint })
    }
}

fn stray_partition(place: &TracePlace, info: &TraceInfo) -> Option<String> {
    let known: Vec<String> = info.endpoints.iter().map(|endpoint| partition(&endpoint.id)).collect();
    place.list(schema::OUTCOMES_DIR).into_iter().find(|name| !name.starts_with('.') && !known.contains(name))
}

/// The folder name of an endpoint's Hive partition.
pub(super) fn partition(endpoint: &str) -> String {
    format!("{}={endpoint}", schema::PARTITION_KEY)
}

/// A table from one Parquet file, with the wanted columns that it has.
pub(super) fn read_parquet(place: &TracePlace, file: &str, wanted: impl Fn(&str) -> bool) -> Result<Option<DataFrame>> {
    let Some(source) = place.open(file)? else { return Ok(None) };
    let fail = |cause: polars::error::PolarsError| {
        Error::new("cannot read a Parquet file of the trace")
            .at(place.name(file))
            .cause(cause)
            .hint("the file may be cut off or of another format: import the trace again")
    };
    let mut reader = ParquetReader::new(source);
    let names: Vec<String> = reader.schema().map_err(fail)?.iter_names().map(|name| name.to_string()).filter(|name| wanted(name)).collect();
    let table = reader.with_columns(Some(names)).read_parallel(ParallelStrategy::Auto).finish().map_err(fail)?;
    Ok(Some(table))
}

fn read_queries(place: &TracePlace, columns: &Columns) -> Result<Queries> {
    let file = schema::QUERIES_FILE;
    let wanted = |name: &str| match name {
        schema::ROW | schema::DATASET | schema::CATEGORY | schema::INPUT_TOKENS | schema::ARRIVAL_S => true,
        schema::QUERY_ID => columns.ids,
        schema::PROMPT => columns.prompts,
        _ => columns.features && name.starts_with(FEATURE_PREFIX),
    };
    let table = read_parquet(place, file, wanted)?.ok_or_else(|| Error::new("the trace has no table of queries").at(place.name(file)))?;
    let reader = TableReader { table: &table, place: place.name(file) };
    let rows = reader.rows()?;
    if rows.is_empty() {
        return Err(Error::new("the trace has no queries").at(&reader.place).found("0 rows").allowed("1 and more"));
    }
    let ids = match reader.strings(schema::QUERY_ID)? {
        Some(ids) => Some(reader.unique_ids(ids)?),
        None if columns.ids => return Err(reader.lacks(schema::QUERY_ID)),
        None => None,
    };
    let mut features = Vec::new();
    for name in table.get_column_names() {
        if let Some(short) = name.strip_prefix(FEATURE_PREFIX) {
            features.push((short.to_owned(), reader.feature(name)?));
        }
    }
    let quantity = |name: &str| reader.quantity(name, |value| value.is_finite() && value >= 0.0, "finite numbers from 0 up");
    Ok(Queries {
        ids,
        dataset: reader.strings(schema::DATASET)?.map(|cells| Names::new(cells.iter())),
        category: reader.strings(schema::CATEGORY)?.map(|cells| Names::new(cells.iter())),
        input_tokens: quantity(schema::INPUT_TOKENS)?,
        arrival_s: quantity(schema::ARRIVAL_S)?,
        prompts: reader.strings(schema::PROMPT)?.map(|cells| cells.iter().map(|cell| cell.map(str::to_owned)).collect()),
        features,
        rows,
    })
}

fn read_outcomes(place: &TracePlace, info: &TraceInfo, id: &str, columns: &Columns, queries: &[u32]) -> Result<Outcomes> {
    let folder = format!("{}/{}", schema::OUTCOMES_DIR, partition(id));
    let parts: Vec<String> = place.list(&folder).into_iter().filter(|name| name.ends_with(".parquet")).collect();
    let wanted = |name: &str| {
        let name = name.strip_suffix(schema::SOURCE_SUFFIX).unwrap_or(name);
        name == schema::ROW || Metric::from_column(name).is_some_and(|metric| columns.metrics.contains(&metric))
    };
    let mut table: Option<DataFrame> = None;
    for part in &parts {
        let file = format!("{folder}/{part}");
        let next = read_parquet(place, &file, wanted)?.ok_or_else(|| Error::new("a file went away").at(place.name(&file)))?;
        table = Some(match table {
            None => next,
            Some(table) => table.vstack(&next).map_err(|error| {
                Error::new("the parts of an endpoint's outcomes do not fit together").at(place.name(&file)).cause(error)
            })?,
        });
    }
    let table = table.ok_or_else(|| {
        Error::new("an endpoint has no outcomes").at(place.name(&folder)).hint("remove the [[endpoint]] or record its answers")
    })?;
    let file = if parts.len() == 1 { format!("{folder}/{}", parts[0]) } else { folder };
    let reader = TableReader { table: &table, place: place.name(&file) };
    let rows = reader.rows()?;
    let scatter = Scatter::new(&rows, queries, &reader.place)?;
    let mut outcomes = Outcomes { answered: rows.len(), ..Outcomes::default() };
    for &metric in &columns.metrics {
        let Some(column) = reader.quantity(metric.column(), |value| metric.allows(value), metric.allowed())? else { continue };
        if let Some(sources) = reader.sources(metric, info)? {
            outcomes.sources.set(metric, scatter.sources(sources));
        }
        outcomes.metrics.set(metric, scatter.column(column));
    }
    outcomes.sparse = scatter.positions;
    Ok(outcomes)
}

/// Where the rows of an endpoint's file belong among the queries.
struct Scatter {
    /// For each row of the file the position of its query; `None` where file and queries agree.
    positions: Option<Vec<u32>>,
    queries: usize,
}

impl Scatter {
    fn new(rows: &[u32], queries: &[u32], place: &str) -> Result<Self> {
        if rows == queries {
            return Ok(Scatter { positions: None, queries: queries.len() });
        }
        let position = |row: &u32| queries.binary_search(row).map(|position| position as u32);
        let positions: std::result::Result<Vec<u32>, u32> = rows.iter().map(|row| position(row).map_err(|_| *row)).collect();
        let positions = positions.map_err(|row| {
            Error::new("an outcome belongs to no query").at(format!("{place}, column `{}`", schema::ROW)).found(row).allowed(format!(
                "a `{}` of {}",
                schema::ROW,
                schema::QUERIES_FILE
            ))
        })?;
        Ok(Scatter { positions: Some(positions), queries: queries.len() })
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

/// One table with the name that errors give it.
struct TableReader<'a> {
    table: &'a DataFrame,
    place: String,
}

impl TableReader<'_> {
    fn lacks(&self, name: &str) -> Error {
        Error::new("a column is missing").at(&self.place).found("no such column").allowed(format!("a column `{name}`"))
    }

    fn wrong_type(&self, name: &str, found: &DataType, allowed: &str) -> Error {
        Error::new("a column has the wrong type").at(format!("{}, column `{name}`", self.place)).found(found).allowed(allowed)
    }

    /// A column of numbers in the wanted type, without loss; `None` where there is no such column.
    fn numbers(&self, name: &str, wanted: &DataType) -> Result<Option<Series>> {
        let Ok(column) = self.table.column(name) else { return Ok(None) };
        let dtype = column.dtype();
        let number = dtype.is_primitive_numeric() && (wanted.is_float() || !dtype.is_float());
        if !number && dtype != &DataType::Null {
            return Err(self.wrong_type(name, dtype, &wanted.to_string()));
        }
        let cast = column.as_materialized_series().strict_cast(wanted);
        cast.map(Some).map_err(|error| {
            Error::new("a column's numbers do not fit").at(format!("{}, column `{name}`", self.place)).allowed(wanted).cause(error)
        })
    }

    /// The error of polars' own type check, which [`TableReader::numbers`] has made impossible.
    fn cast<T>(&self, cells: polars::error::PolarsResult<T>) -> Result<T> {
        cells.map_err(|error| Error::new("a column has the wrong type").at(&self.place).cause(error))
    }

    /// The row numbers: present, and increasing, so that none repeats.
    fn rows(&self) -> Result<Vec<u32>> {
        let cells = self.numbers(schema::ROW, &DataType::UInt32)?.ok_or_else(|| self.lacks(schema::ROW))?;
        let rows: Option<Vec<u32>> = self.cast(cells.u32())?.iter().collect();
        let rows = rows.ok_or_else(|| Error::new("a row number is missing").at(format!("{}, column `{}`", self.place, schema::ROW)))?;
        if let Some(index) = rows.windows(2).position(|pair| pair[0] >= pair[1]) {
            return Err(Error::new("row numbers do not increase: two outcomes of one query, or the file is not sorted")
                .at(format!("{}, column `{}`, row {}", self.place, schema::ROW, index + 1))
                .found(format!("{} after {}", rows[index + 1], rows[index]))
                .allowed("increasing numbers, each once"));
        }
        Ok(rows)
    }

    fn strings(&self, name: &str) -> Result<Option<StringChunked>> {
        let Ok(column) = self.table.column(name) else { return Ok(None) };
        let series = column.as_materialized_series();
        series.str().map(|cells| Some(cells.clone())).map_err(|_| self.wrong_type(name, series.dtype(), "str"))
    }

    fn unique_ids(&self, cells: StringChunked) -> Result<Vec<String>> {
        let place = |row: usize| format!("{}, column `{}`, row {row}", self.place, schema::QUERY_ID);
        let mut seen = std::collections::HashMap::with_capacity(cells.len());
        let mut ids = Vec::with_capacity(cells.len());
        for (row, id) in cells.iter().enumerate() {
            let id = id.ok_or_else(|| Error::new("a query has no id").at(place(row)))?;
            if let Some(first) = seen.insert(id, row) {
                let found = format!("`{id}` in rows {first} and {row}");
                return Err(Error::new("two queries have the same id").at(place(row)).found(found).allowed("unique ids"));
            }
            ids.push(id.to_owned());
        }
        Ok(ids)
    }

    /// A column of numbers whose present cells are all allowed.
    fn quantity(&self, name: &str, allows: impl Fn(f64) -> bool, allowed: &str) -> Result<Option<Column>> {
        let Some(series) = self.numbers(name, &DataType::Float64)? else { return Ok(None) };
        let cells = self.cast(series.f64())?;
        let mut offset = 0;
        for chunk in cells.downcast_iter() {
            let valid = |index: usize| chunk.validity().is_none_or(|validity| validity.get_bit(index));
            let bad = |index: &usize| valid(*index) && !allows(chunk.values()[*index]);
            if let Some(index) = first_bad(chunk.values().as_slice(), &allows).and_then(|from| (from..chunk.len()).find(bad)) {
                return Err(Error::new("a cell has a value that it cannot have")
                    .at(format!("{}, column `{name}`, row {}", self.place, offset + index))
                    .found(chunk.values()[index])
                    .allowed(allowed));
            }
            offset += chunk.len();
        }
        Ok(Some(Column::from_polars(cells)))
    }

    /// The sources of a metric's cells, where any is estimated.
    fn sources(&self, metric: Metric, info: &TraceInfo) -> Result<Option<Vec<u8>>> {
        let name = metric.source_column();
        let Some(cells) = self.numbers(&name, &DataType::UInt8)? else { return Ok(None) };
        let sources: Vec<u8> = self.cast(cells.u8())?.iter().map(|cell| cell.unwrap_or(MEASURED)).collect();
        let known = |code: u8| code == MEASURED || info.sources.iter().any(|source| source.code == code);
        if let Some(row) = sources.iter().position(|&code| !known(code)) {
            return Err(Error::new("a cell comes from a source that the trace does not name")
                .at(format!("{}, column `{name}`, row {row}", self.place))
                .found(sources[row])
                .allowed(format!("0 (measured) or the code of a [[source]] in {}", schema::TRACE_FILE)));
        }
        Ok(sources.iter().any(|&code| code != MEASURED).then_some(sources))
    }

    fn feature(&self, name: &str) -> Result<Feature> {
        match self.strings(name) {
            Ok(Some(cells)) => Ok(Feature::Name(Names::new(cells.iter()))),
            _ => self.quantity(name, f64::is_finite, "finite numbers")?.map(Feature::Number).ok_or_else(|| self.lacks(name)),
        }
    }
}

/// The first block that may hold a bad cell: one fast pass where all is well.
fn first_bad(cells: &[f64], allows: &impl Fn(f64) -> bool) -> Option<usize> {
    cells.chunks(1024).position(|chunk| !chunk.iter().fold(true, |all, &cell| all & allows(cell))).map(|chunk| chunk * 1024)
}
