//! Opening and reading a trace's Parquet files.

use std::sync::Arc;

use polars::io::mmap::MmapBytesReader;
use polars::prelude::{ArrowDataType, DataFrame, ParallelStrategy, ParquetReader, SerReader};

use super::embedding;
use super::place::TracePlace;
use crate::error::{Error, Result};

/// A Parquet file before its cells are read.
type OpenFile = ParquetReader<Box<dyn MmapBytesReader>>;

/// A Parquet file of the trace, ready to be read, and the names of its columns.
pub(super) fn open_parquet(place: &TracePlace, file: &str) -> Result<(OpenFile, Vec<String>)> {
    let mut reader = open(place, file)?;
    let schema = reader.schema().map_err(|cause| broken(place, file, cause))?;
    let names = schema.iter_names().map(ToString::to_string).collect();
    if schema.iter_values().any(|field| matches!(field.dtype, ArrowDataType::FixedSizeList(..))) {
        reader = with_plain_lists(place, file)?;
    }
    Ok((reader, names))
}

fn open(place: &TracePlace, file: &str) -> Result<OpenFile> {
    let source = place.open(file)?.ok_or_else(|| Error::new("a file of the trace is missing").at(place.name(file)))?;
    Ok(ParquetReader::new(source))
}

/// Takes lists of fixed size for lists: polars, as it is built here, panics at them, and its feature for
/// them makes its build a sixth longer. Parquet does not tell the two apart, only the note on Arrow's
/// types that the writer added does: without it types are those of Parquet itself.
fn with_plain_lists(place: &TracePlace, file: &str) -> Result<OpenFile> {
    let mut reader = open(place, file)?;
    let mut metadata = reader.get_metadata().map_err(|cause| broken(place, file, cause))?.as_ref().clone();
    metadata.key_value_metadata = None;
    reader.set_metadata(Arc::new(metadata));
    Ok(reader)
}

fn broken(place: &TracePlace, file: &str, cause: polars::error::PolarsError) -> Error {
    Error::new("cannot read a Parquet file of the trace")
        .at(place.name(file))
        .cause(cause)
        .hint("the file may be cut off or of another format: make the trace again")
}

/// A table from one Parquet file, with the wanted columns that it has.
pub(super) fn read_parquet(place: &TracePlace, file: &str, wanted: impl Fn(&str) -> bool) -> Result<DataFrame> {
    let (mut reader, mut names) = open_parquet(place, file)?;
    names.retain(|name| wanted(name));
    let schema = reader.schema().map_err(|cause| broken(place, file, cause))?;
    for field in names.iter().filter_map(|name| schema.get(name)) {
        if is_other_list(&field.dtype) {
            return Err(Error::new("a column has the wrong type")
                .at(format!("{}, column `{}`", place.name(file), field.name))
                .found(format!("{:?}", field.dtype))
                .allowed(embedding::ALLOWED_TYPES));
        }
    }
    let table = reader.with_columns(Some(names)).read_parallel(ParallelStrategy::Auto).finish();
    table.map_err(|cause| broken(place, file, cause))
}

/// A list of what polars, as it is built here, panics at: 16-bit floats, small integers, dates.
fn is_other_list(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    let (T::List(inner) | T::LargeList(inner)) = dtype else { return false };
    !matches!(inner.dtype, T::Null | T::Float32 | T::Float64 | T::Int32 | T::Int64 | T::UInt8 | T::UInt32 | T::UInt64)
}
