//! Columns of a Parquet or Arrow file.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use polars::prelude::{
    ArrayRef, ArrowDataType, ArrowField, ArrowSchema, BooleanChunked, DataFrame, DataType, Float64Chunked, Int64Chunked, IpcReader, IpcStreamReader, ParquetReader,
    PolarsResult, SerReader, Series, StringChunked, polars_err,
};

use polars_arrow::array::PrimitiveArray;
use polars_arrow::datatypes::TimeUnit;

use super::sheet::Cell;
use crate::error::{Error, Result};
use crate::trace::claims;

/// A table in memory and the row that is looked at.
#[derive(Clone)]
pub struct Frame {
    columns: Vec<(String, Cells)>,
    rows: usize,
    /// Rows begun so far: the current one is the last of them.
    begun: usize,
}

#[derive(Clone)]
enum Cells {
    Number(Float64Chunked),
    Integer(Int64Chunked),
    Truth(BooleanChunked),
    Text(StringChunked),
    /// Times since the beginning of 1970, so many of them a second.
    Moment(Int64Chunked, f64),
    Null,
    /// A list, a date, a 16-bit number …: not read, so that only the name of its type is known.
    Other(String),
}

/// What an Arrow file begins with, and an Arrow stream does not.
const FILE_MAGIC: &[u8] = b"ARROW1";

impl Frame {
    /// Reads a file; of columns that no trace can use only the names.
    pub fn open(path: &Path, ending: &str) -> Result<Self> {
        let fail = |cause: &dyn std::fmt::Display| Error::new("cannot read a table").at(path.display()).cause(cause);
        let mut file = File::open(path).map_err(|error| fail(&error))?;
        let is_file = starts_with_magic(&mut file).map_err(|error| fail(&error))?;
        let read = match (ending, is_file) {
            ("parquet", _) => parquet(file, path)?,
            (_, true) => arrow_file(file),
            (_, false) => arrow_stream(file),
        };
        let (names, table) = read.map_err(|error| fail(&error))?;
        let mut columns = Vec::with_capacity(names.len());
        for (name, dtype) in names {
            let cells = match table.column(&name) {
                Ok(column) => cells(column.as_materialized_series()).map_err(|error| fail(&error))?,
                Err(_) => Cells::Other(format!("type {dtype:?}")),
            };
            columns.push((name, cells));
        }
        Ok(Frame { columns, rows: table.height(), begun: 0 })
    }

    /// A table of Arrow's columns, which are not copied where they are of a type that cells have.
    pub fn of(columns: Vec<(ArrowField, Vec<ArrayRef>)>) -> PolarsResult<Self> {
        let mut frame = Frame { columns: Vec::with_capacity(columns.len()), rows: 0, begun: 0 };
        for (index, (field, chunks)) in columns.into_iter().enumerate() {
            let rows = chunks.iter().map(|chunk| chunk.len()).sum();
            if index > 0 && rows != frame.rows {
                return Err(polars_err!(ShapeMismatch: "`{}` has {rows} rows, the columns before it {}", field.name, frame.rows));
            }
            frame.rows = rows;
            let read = match (&field.dtype, is_cell(&field.dtype)) {
                (ArrowDataType::Timestamp(unit, _), _) => moments(&field, *unit, &chunks)?,
                (ArrowDataType::Dictionary(..), _) | (_, false) => Cells::Other(format!("type {:?}", field.dtype)),
                (_, true) => cells(&Series::try_from((&field, chunks))?)?,
            };
            frame.columns.push((field.name.to_string(), read));
        }
        Ok(frame)
    }

    /// The names of the columns.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|(name, _)| name.clone()).collect()
    }

    /// Goes back before the first row.
    pub fn rewind(&mut self) {
        self.begun = 0;
    }

    /// Goes to the next row; `false` after the last.
    pub fn advance(&mut self) -> bool {
        let more = self.begun < self.rows;
        self.begun += usize::from(more);
        more
    }

    /// The number of the current row, from 0.
    pub fn row(&self) -> usize {
        self.begun.saturating_sub(1)
    }

    /// A cell of the current row.
    pub fn cell(&self, column: usize) -> Cell<'_> {
        let row = self.row();
        let cell = match self.columns.get(column).map(|(_, cells)| cells) {
            Some(Cells::Number(cells)) => cells.get(row).map(Cell::Number),
            Some(Cells::Integer(cells)) => cells.get(row).map(Cell::Integer),
            Some(Cells::Truth(cells)) => cells.get(row).map(Cell::Truth),
            Some(Cells::Text(cells)) => cells.get(row).map(Cell::Text),
            Some(Cells::Moment(cells, per_second)) => cells.get(row).map(|time| Cell::Moment(time as f64 / per_second)),
            Some(Cells::Null) | None => None,
            Some(Cells::Other(dtype)) => Some(Cell::Other(dtype)),
        };
        cell.unwrap_or(Cell::Missing)
    }
}

/// A column of times as whole numbers, which is what it is made of; a zone only says how they are to be shown.
fn moments(field: &ArrowField, unit: TimeUnit, chunks: &[ArrayRef]) -> PolarsResult<Cells> {
    let per_second = match unit {
        TimeUnit::Second => 1.0,
        TimeUnit::Millisecond => 1e3,
        TimeUnit::Microsecond => 1e6,
        TimeUnit::Nanosecond => 1e9,
    };
    let whole = |chunk: &ArrayRef| -> Option<ArrayRef> {
        let times = chunk.as_any().downcast_ref::<PrimitiveArray<i64>>()?;
        Some(Box::new(times.clone().to(ArrowDataType::Int64)))
    };
    let whole: Option<Vec<ArrayRef>> = chunks.iter().map(whole).collect();
    let whole = whole.ok_or_else(|| polars_err!(ShapeMismatch: "`{}` is no column of times", field.name))?;
    let series = Series::try_from((field.name.clone(), whole))?.rechunk();
    Ok(Cells::Moment(series.i64()?.clone(), per_second))
}

fn starts_with_magic(file: &mut File) -> std::io::Result<bool> {
    let mut start = Vec::with_capacity(FILE_MAGIC.len());
    file.take(FILE_MAGIC.len() as u64).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(start == FILE_MAGIC)
}

/// All names with their types, and the table of the columns that can be read.
type Table = (Vec<(String, ArrowDataType)>, DataFrame);

fn parquet(file: File, path: &Path) -> Result<PolarsResult<Table>> {
    let mut reader = ParquetReader::new(file);
    let (names, readable) = match reader.schema() {
        Ok(schema) => readable(&schema),
        Err(error) => return Ok(Err(error)),
    };
    claims::check_file(path, |name| readable.iter().any(|known| known == name))?;
    Ok(reader.with_columns(Some(readable)).finish().map(|table| (names, table)))
}

fn arrow_file(file: File) -> PolarsResult<Table> {
    let mut reader = IpcReader::new(file);
    let (names, readable) = readable(&*reader.schema()?);
    Ok((names, reader.with_columns(Some(readable)).finish()?))
}

fn arrow_stream(file: File) -> PolarsResult<Table> {
    let mut reader = IpcStreamReader::new(file);
    let (names, readable) = readable(&reader.arrow_schema()?);
    Ok((names, reader.with_columns(Some(readable)).finish()?))
}

/// All columns, and the names of those that polars, as it is built here, turns into cells: for dates,
/// decimals and small numbers it does not return an error, it panics.
fn readable(schema: &ArrowSchema) -> (Vec<(String, ArrowDataType)>, Vec<String>) {
    let all = schema.iter_values().map(|field| (field.name.to_string(), field.dtype.clone())).collect();
    let readable = schema.iter_values().filter(|field| is_cell(&field.dtype)).map(|field| field.name.to_string()).collect();
    (all, readable)
}

fn is_cell(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    match dtype {
        T::Null | T::Boolean | T::Float32 | T::Float64 | T::Utf8 | T::LargeUtf8 | T::Utf8View => true,
        T::Int32 | T::Int64 | T::UInt8 | T::UInt32 | T::UInt64 => true,
        T::Dictionary(_, values, _) => matches!(**values, T::Utf8 | T::LargeUtf8 | T::Utf8View),
        _ => false,
    }
}

fn cells(series: &Series) -> PolarsResult<Cells> {
    let series = series.rechunk();
    Ok(match series.dtype() {
        DataType::Null => Cells::Null,
        DataType::Boolean => Cells::Truth(series.bool()?.clone()),
        dtype if dtype.is_float() => Cells::Number(series.strict_cast(&DataType::Float64)?.f64()?.clone()),
        dtype if dtype.is_integer() => match series.strict_cast(&DataType::Int64) {
            Ok(cells) => Cells::Integer(cells.i64()?.clone()),
            // Hashes as ids use all 64 bits: their digits keep them apart.
            Err(_) => Cells::Text(series.strict_cast(&DataType::String)?.str()?.clone()),
        },
        _ => Cells::Text(series.strict_cast(&DataType::String)?.str()?.clone()),
    })
}
