//! Opening and reading a trace's Parquet files.

use polars::io::mmap::MmapBytesReader;
use polars::prelude::{DataFrame, ParallelStrategy, ParquetReader, SerReader};

use super::place::TracePlace;
use crate::error::{Error, Result};

/// A Parquet file before its cells are read.
type OpenFile = ParquetReader<Box<dyn MmapBytesReader>>;

/// A Parquet file of the trace, ready to be read, and the names of its columns.
pub(super) fn open_parquet(place: &TracePlace, file: &str) -> Result<(OpenFile, Vec<String>)> {
    let source = place.open(file)?.ok_or_else(|| Error::new("a file of the trace is missing").at(place.name(file)))?;
    let mut reader = ParquetReader::new(source);
    let names = reader.schema().map_err(|cause| broken(place, file, cause))?.iter_names().map(ToString::to_string).collect();
    Ok((reader, names))
}

fn broken(place: &TracePlace, file: &str, cause: polars::error::PolarsError) -> Error {
    Error::new("cannot read a Parquet file of the trace")
        .at(place.name(file))
        .cause(cause)
        .hint("the file may be cut off or of another format: make the trace again")
}

/// A table from one Parquet file, with the wanted columns that it has.
pub(super) fn read_parquet(place: &TracePlace, file: &str, wanted: impl Fn(&str) -> bool) -> Result<DataFrame> {
    let (reader, mut names) = open_parquet(place, file)?;
    names.retain(|name| wanted(name));
    let table = reader.with_columns(Some(names)).read_parallel(ParallelStrategy::Auto).finish();
    table.map_err(|cause| broken(place, file, cause))
}
