//! One Arrow file of a run, and its cells by path.
//!
//! Two things are checked before polars reads: that the file is whole, since polars takes a file
//! that ends between two messages for a short one; and the types, since polars stops the program at
//! one that it was built without.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use polars::prelude::{ArrowDataType, DataFrame, DataType, IpcStreamReader, SerReader, Series};

use crate::error::{Error, Result};

/// The last eight bytes of an Arrow stream: a continuation mark and a message of no length.
const END_OF_STREAM: [u8; 8] = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];

/// The wanted columns of one Arrow file.
pub(super) struct Table {
    frame: DataFrame,
    /// The file, as errors name it.
    pub place: String,
}

impl Table {
    /// Reads those of the wanted columns that the file has.
    pub fn read(path: &Path, wanted: &[&str]) -> Result<Table> {
        let place = path.display().to_string();
        let fail = |cause: &dyn std::fmt::Display| {
            Error::new("cannot read an Arrow file of a run")
                .at(&place)
                .cause(cause)
                .hint("copy the run again: the file is damaged, or it is no Arrow stream as `save_to_disk` writes it")
        };
        // Not buffered: the reader seeks at every column, which would throw a buffer away.
        let mut file = File::open(path).map_err(|error| Error::new("cannot open a file").at(&place).cause(error))?;
        whole(&mut file, &place)?;
        let mut reader = IpcStreamReader::new(file);
        let schema = reader.arrow_schema().map_err(|error| fail(&error))?;
        let mut names = Vec::new();
        for (name, field) in schema.iter().filter(|(name, _)| wanted.contains(&name.as_str())) {
            if let Some((path, dtype)) = unreadable(name, &field.dtype) {
                return Err(Error::new("a column has a type that is not read")
                    .at(format!("{place}, column `{path}`"))
                    .found(format!("{dtype:?}"))
                    .allowed("null, bool, int32, int64, uint8, uint32, uint64, float32, float64, string; structs and lists of them"));
            }
            names.push(name.to_string());
        }
        if names.is_empty() {
            return Err(lacks(&place, wanted.first().copied().unwrap_or_default(), schema.iter_names().map(|name| name.as_str())));
        }
        let frame = reader.with_columns(Some(names)).finish().map_err(|error| fail(&error))?;
        Ok(Table { frame, place })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.frame.height()
    }

    /// Refuses a file that lacks a column.
    pub fn require(&self, name: &str) -> Result<()> {
        match self.frame.column(name) {
            Ok(_) => Ok(()),
            Err(_) => Err(lacks(&self.place, name, self.frame.get_column_names().into_iter().map(|name| name.as_str()))),
        }
    }

    /// The names of the fields of a struct column.
    pub fn fields(&self, name: &str) -> Result<Vec<String>> {
        match self.frame.column(name).map(|column| column.dtype()) {
            Ok(DataType::Struct(fields)) => Ok(fields.iter().map(|field| field.name.to_string()).collect()),
            Ok(other) => Err(self.wrong_type(name, other, "a struct with the model's name as its field")),
            Err(_) => Ok(Vec::new()),
        }
    }

    /// Whether a path leads to a struct, so that a step further can be asked for.
    pub fn is_struct(&self, path: &[&str]) -> bool {
        matches!(self.series(path), Ok(Some(series)) if matches!(series.dtype(), DataType::Struct(_)))
    }

    /// The cells at the end of a path through structs; `None` where a step is not there or is of
    /// type null, which is how Arrow writes a column that has nothing. A null struct makes null cells.
    fn series(&self, path: &[&str]) -> Result<Option<Series>> {
        let mut steps = path.iter();
        let Some(Ok(column)) = steps.next().map(|name| self.frame.column(name)) else { return Ok(None) };
        let mut series = column.as_materialized_series().clone();
        for step in steps {
            series = match series.dtype() {
                DataType::Null => return Ok(None),
                DataType::Struct(fields) if fields.iter().all(|field| field.name.as_str() != *step) => return Ok(None),
                DataType::Struct(_) => {
                    let field = series.struct_().and_then(|cells| cells.field_by_name(step));
                    field.map_err(|error| self.odd(path, &error))?
                }
                other => return Err(self.wrong_type(&path.join("."), other, &format!("a struct with a field `{step}`"))),
            };
        }
        Ok(if series.dtype() == &DataType::Null { None } else { Some(series) })
    }

    /// Numbers; NaN is missing like null, and noted.
    pub fn numbers(&self, path: &[&str], notes: &mut Vec<String>) -> Result<Vec<Option<f64>>> {
        let Some(series) = self.series(path)? else { return Ok(vec![None; self.rows()]) };
        if !series.dtype().is_primitive_numeric() {
            return Err(self.wrong_type(&path.join("."), series.dtype(), "numbers, or nothing"));
        }
        let cells = series.strict_cast(&DataType::Float64).map_err(|error| self.odd(path, &error))?;
        let cells: Vec<Option<f64>> = cells.f64().map_err(|error| self.odd(path, &error))?.iter().collect();
        let nan = cells.iter().flatten().filter(|cell| cell.is_nan()).count();
        if nan > 0 {
            notes.push(format!("{}: `{}` is NaN in {nan} rows, which is taken as missing", self.place, path.join(".")));
        }
        Ok(cells.into_iter().map(|cell| cell.filter(|cell| !cell.is_nan())).collect())
    }

    /// Texts.
    pub fn strings(&self, path: &[&str]) -> Result<Vec<Option<String>>> {
        let Some(series) = self.series(path)? else { return Ok(vec![None; self.rows()]) };
        let cells = series.str().map_err(|_| self.wrong_type(&path.join("."), series.dtype(), "strings, or nothing"))?;
        Ok(cells.iter().map(|cell| cell.map(str::to_owned)).collect())
    }

    /// Truth values.
    pub fn flags(&self, path: &[&str]) -> Result<Vec<Option<bool>>> {
        let Some(series) = self.series(path)? else { return Ok(vec![None; self.rows()]) };
        let cells = series.bool().map_err(|_| self.wrong_type(&path.join("."), series.dtype(), "true and false, or nothing"))?;
        Ok(cells.iter().collect())
    }

    fn wrong_type(&self, path: &str, found: &DataType, allowed: &str) -> Error {
        Error::new("a column has the wrong type").at(format!("{}, column `{path}`", self.place)).found(found).allowed(allowed)
    }

    /// The error of polars' own checks, after ours have passed.
    fn odd(&self, path: &[&str], cause: &dyn std::fmt::Display) -> Error {
        Error::new("a column cannot be read").at(format!("{}, column `{}`", self.place, path.join("."))).cause(cause)
    }
}

fn lacks<'a>(place: &str, name: &str, names: impl Iterator<Item = &'a str>) -> Error {
    Error::new("a column is missing")
        .at(place)
        .found(format!("the columns {}", names.collect::<Vec<_>>().join(", ")))
        .allowed(format!("a column `{name}`, as the IPW harness writes it"))
}

/// Refuses a file that was cut off, and puts the file back to its start.
fn whole(file: &mut File, place: &str) -> Result<()> {
    let fail = |cause: std::io::Error| Error::new("cannot read a file").at(place).cause(cause);
    let length = file.seek(SeekFrom::End(0)).map_err(fail)?;
    let mut end = [0; END_OF_STREAM.len()];
    if let Some(before) = length.checked_sub(end.len() as u64) {
        file.seek(SeekFrom::Start(before)).map_err(fail)?;
        file.read_exact(&mut end).map_err(fail)?;
    }
    file.rewind().map_err(fail)?;
    if end == END_OF_STREAM {
        return Ok(());
    }
    Err(Error::new("an Arrow file is cut off, or is no Arrow stream")
        .at(place)
        .found(format!("{length} bytes without the mark that ends a stream"))
        .hint("copy the run again, or let the harness finish it"))
}

/// The first type within a column that polars, as it is built here, would stop at.
fn unreadable<'a>(path: &str, dtype: &'a ArrowDataType) -> Option<(String, &'a ArrowDataType)> {
    use ArrowDataType::*;
    match dtype {
        Null | Boolean | UInt8 | UInt32 | UInt64 | Int32 | Int64 | Float32 | Float64 | Utf8 | LargeUtf8 | Utf8View => None,
        List(field) | LargeList(field) => unreadable(&format!("{path}[]"), &field.dtype),
        Struct(fields) => fields.iter().find_map(|field| unreadable(&format!("{path}.{}", field.name), &field.dtype)),
        other => Some((path.to_owned(), other)),
    }
}
