//! Tables by the Arrow PyCapsule interface.

use polars_arrow::array::{
    Array, BooleanArray, DictionaryArray, DictionaryKey, PrimitiveArray, StructArray, Utf8Array, Utf8ViewArray, new_empty_array,
};
use polars_arrow::datatypes::{ArrowDataType, Field, IntegerType};
use polars_arrow::ffi::export_iterator;
use polars_arrow::types::NativeType;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use wattroute::report::{Cells, Table};

use crate::ffi::{STREAM, read_stream};

/// Columns, each with its field and its chunks.
type Columns = Vec<(Field, Vec<Box<dyn Array>>)>;

/// The columns of an object that has an Arrow stream of rows, with their chunks.
pub fn columns(table: &Bound<'_, PyAny>) -> PyResult<Columns> {
    let capsule = table.getattr("__arrow_c_stream__").and_then(|stream| stream.call0()).map_err(|cause| {
        let error = PyTypeError::new_err("a table is an object with `__arrow_c_stream__`, as those of polars, pandas and pyarrow are");
        error.set_cause(table.py(), Some(cause));
        error
    })?;
    let (row, chunks) = read_stream(capsule.cast::<PyCapsule>().map_err(PyErr::from)?)?;
    let ArrowDataType::Struct(fields) = row.dtype else {
        return Err(PyValueError::new_err(format!("the stream is no table: its rows are of type {:?}", row.dtype)));
    };
    let mut columns: Columns = fields.into_iter().map(|field| (field, Vec::new())).collect();
    for chunk in &chunks {
        let Some(rows) = chunk.as_any().downcast_ref::<StructArray>() else { continue };
        columns.iter_mut().zip(rows.values()).for_each(|((_, chunks), values)| chunks.push(plain(&**values)));
    }
    for (field, chunks) in &mut columns {
        if chunks.is_empty() {
            chunks.push(plain(&*new_empty_array(field.dtype.clone())));
        }
        if let Some(first) = chunks.first() {
            field.dtype = first.dtype().clone();
        }
    }
    Ok(columns)
}

/// An array of a type that cells are read from: the words of a dictionary in its place (categories of pandas and
/// polars), small integers as those of 32 bits. Any other stays as it is.
fn plain(array: &dyn Array) -> Box<dyn Array> {
    match array.dtype() {
        ArrowDataType::Dictionary(IntegerType::Int8, ..) => words::<i8>(array),
        ArrowDataType::Dictionary(IntegerType::Int16, ..) => words::<i16>(array),
        ArrowDataType::Dictionary(IntegerType::Int32, ..) => words::<i32>(array),
        ArrowDataType::Dictionary(IntegerType::Int64, ..) => words::<i64>(array),
        ArrowDataType::Dictionary(IntegerType::UInt8, ..) => words::<u8>(array),
        ArrowDataType::Dictionary(IntegerType::UInt16, ..) => words::<u16>(array),
        ArrowDataType::Dictionary(IntegerType::UInt32, ..) => words::<u32>(array),
        ArrowDataType::Dictionary(IntegerType::UInt64, ..) => words::<u64>(array),
        ArrowDataType::Int8 => wider::<i8>(array),
        ArrowDataType::Int16 => wider::<i16>(array),
        ArrowDataType::UInt16 => wider::<u16>(array),
        _ => None,
    }
    .unwrap_or_else(|| array.to_boxed())
}

/// A dictionary's words, where it is one of words.
fn words<K: DictionaryKey>(array: &dyn Array) -> Option<Box<dyn Array>> {
    let array = array.as_any().downcast_ref::<DictionaryArray<K>>()?;
    let values = array.values().as_any();
    let texts: Vec<Option<&str>> = if let Some(words) = values.downcast_ref::<Utf8ViewArray>() {
        words.iter().collect()
    } else if let Some(words) = values.downcast_ref::<Utf8Array<i64>>() {
        words.iter().collect()
    } else {
        values.downcast_ref::<Utf8Array<i32>>()?.iter().collect()
    };
    let word = |key: Option<usize>| key.and_then(|key| texts.get(key).copied().flatten());
    Some(array.keys_iter().map(word).collect::<polars_arrow::array::MutableBinaryViewArray<str>>().freeze().boxed())
}

fn wider<T: NativeType + Into<i32>>(array: &dyn Array) -> Option<Box<dyn Array>> {
    let array = array.as_any().downcast_ref::<PrimitiveArray<T>>()?;
    let wide = |value: Option<&T>| value.map(|value| (*value).into());
    Some(array.iter().map(wide).collect::<PrimitiveArray<i32>>().boxed())
}

/// A table of a report as a capsule with an Arrow stream: one chunk, which is not copied on its way.
pub fn capsule<'py>(py: Python<'py>, table: &Table) -> PyResult<Bound<'py, PyCapsule>> {
    let (mut fields, mut arrays) = (Vec::new(), Vec::new());
    for (name, cells) in &table.columns {
        let array = array_of(cells);
        fields.push(Field::new(name.as_str().into(), array.dtype().clone(), true));
        arrays.push(array);
    }
    stream(py, fields, table.rows, arrays)
}

/// Columns of some rows as a capsule with an Arrow stream of one chunk.
pub fn stream<'py>(py: Python<'py>, fields: Vec<Field>, rows: usize, arrays: Vec<Box<dyn Array>>) -> PyResult<Bound<'py, PyCapsule>> {
    let row = ArrowDataType::Struct(fields);
    let chunk = StructArray::try_new(row.clone(), rows, arrays, None).map_err(|error| PyValueError::new_err(error.to_string()))?;
    let chunks = Box::new(std::iter::once(Ok(chunk.boxed())));
    PyCapsule::new_with_value(py, export_iterator(chunks, Field::new("".into(), row, false)), STREAM)
}

fn array_of(cells: &Cells) -> Box<dyn Array> {
    match cells {
        Cells::Text(texts) => Utf8Array::<i64>::from(texts).boxed(),
        Cells::Count(counts) => PrimitiveArray::<u64>::from(counts).boxed(),
        Cells::Number(numbers) => PrimitiveArray::<f64>::from(numbers).boxed(),
        Cells::Flag(flags) => BooleanArray::from_slice(flags).boxed(),
    }
}
