//! Decisions in Parquet: rows are counted from 0, as everywhere in a trace.

use std::fs::File;
use std::path::Path;

use polars::prelude::{DataType, ParquetReader, SerReader, Series};

use super::{Keep, Raw, RecordedValue};
use crate::error::{Error, Result};

pub(super) fn read(path: &Path, keep: &mut Keep) -> Result<()> {
    let fail = |cause: polars::error::PolarsError| Error::new("cannot read a Parquet file").at(path.display()).cause(cause);
    let file = File::open(path).map_err(|error| Error::new("cannot open a file").at(path.display()).cause(error))?;
    let mut reader = ParquetReader::new(file);
    let names: Vec<String> = reader.schema().map_err(fail)?.iter_names().map(ToString::to_string).collect();
    if let Some(lacking) = keep.wanted().find(|wanted| !names.iter().any(|name| name == wanted)) {
        return Err(keep.lacks(lacking, names.iter().map(String::as_str)));
    }
    super::super::claims::check_file(path, |name| keep.wanted().any(|wanted| wanted == name))?;
    let table = reader.with_columns(Some(keep.wanted().map(str::to_owned).collect())).finish().map_err(fail)?;
    let column = |name: &str| table.column(name).map(|column| column.as_materialized_series().clone()).map_err(fail);
    let place = |name: &str| format!("{}, column `{name}`", path.display());
    let ids = ids(&column(keep.columns.id)?, &place(keep.columns.id))?;
    let values = cells(&column(keep.columns.value)?, &place(keep.columns.value))?;
    let skips = match keep.columns.skip_if {
        Some(name) => cells(&column(name)?, &place(name))?,
        None => vec![RecordedValue::Missing; ids.len()],
    };
    for (line, ((id, value), skip)) in ids.into_iter().zip(values).zip(skips).enumerate() {
        keep.row(Raw { id, value, skip, line });
    }
    Ok(())
}

/// Names of queries: strings, or whole numbers.
fn ids(series: &Series, place: &str) -> Result<Vec<Option<String>>> {
    if !(series.dtype().is_string() || series.dtype().is_integer()) {
        return Err(wrong_type(series, place, "strings or whole numbers"));
    }
    texts(series, place)
}

fn texts(series: &Series, place: &str) -> Result<Vec<Option<String>>> {
    let cast =
        series.strict_cast(&DataType::String).and_then(|series| Ok(series.str()?.iter().map(|cell| cell.map(str::to_owned)).collect()));
    cast.map_err(|cause| Error::new("a column cannot be read").at(place).cause(cause))
}

fn cells(series: &Series, place: &str) -> Result<Vec<RecordedValue>> {
    let fail = |cause: polars::error::PolarsError| Error::new("a column cannot be read").at(place).cause(cause);
    let missing = RecordedValue::Missing;
    match series.dtype() {
        DataType::Null => Ok(vec![missing; series.len()]),
        DataType::String => Ok(texts(series, place)?.into_iter().map(|cell| cell.map_or(missing.clone(), RecordedValue::Text)).collect()),
        DataType::Boolean => {
            Ok(series.bool().map_err(fail)?.iter().map(|cell| cell.map_or(missing.clone(), RecordedValue::Flag)).collect())
        }
        dtype if dtype.is_primitive_numeric() => {
            let numbers = series.strict_cast(&DataType::Float64).map_err(fail)?;
            Ok(numbers.f64().map_err(fail)?.iter().map(|cell| cell.map_or(missing.clone(), RecordedValue::Number)).collect())
        }
        _ => Err(wrong_type(series, place, "strings, numbers or truth values")),
    }
}

fn wrong_type(series: &Series, place: &str, allowed: &str) -> Error {
    Error::new("a column has the wrong type").at(place).found(series.dtype()).allowed(allowed)
}
