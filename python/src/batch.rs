//! A block of queries as Python sees it: columns in the trace's own memory, and an Arrow stream of them.

use std::ffi::CStr;
use std::sync::Arc;

use polars_arrow::array::{Array, FixedSizeListArray, PrimitiveArray, Utf8Array};
use polars_arrow::bitmap::Bitmap;
use polars_arrow::datatypes::{ArrowDataType, Field};
use polars_arrow::offset::OffsetsBuffer;
use polars_buffer::Buffer;
use pyo3::exceptions::{PyKeyError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyCapsule, PyDict, PyTuple};
use wattroute::policy::Asked;
use wattroute::trace::{BatchColumn, Numbers, Texts, Vectors};

use crate::arrow;

/// The name of a capsule that keeps a column's memory alive.
const KEPT: &CStr = c"wattroute.column";

/// A function of one block: what it is called with, and what it gives.
type Of = fn(Python<'_>, &Asked, &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>>;

/// A dictionary of what a block is, for `wattroute._routers.Batch`: `rows`, `place`, `seed`, `columns` (names) and
/// `known` (endpoints of the trace), and of functions of it: `column`, `stream`, `endpoints`, `fallback`.
pub fn described(py: Python<'_>, asked: Asked) -> PyResult<Bound<'_, PyDict>> {
    let said = PyDict::new(py);
    said.set_item("rows", asked.queries.len())?;
    said.set_item("place", asked.queries.place())?;
    said.set_item("seed", asked.seed)?;
    said.set_item("columns", asked.queries.columns().iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>())?;
    said.set_item("known", asked.candidates.of_trace())?;
    let asked = Arc::new(asked);
    let all: [(&'static CStr, Of); 4] = [(c"column", column), (c"stream", stream), (c"endpoints", endpoints), (c"fallback", fallback)];
    for (name, function) in all {
        let asked = asked.clone();
        let closure = move |given: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| function(given.py(), &asked, given);
        said.set_item(name.to_string_lossy(), PyCFunction::new_closure(py, Some(name), None, closure)?)?;
    }
    Ok(said)
}

/// `endpoints()`: the ids of the pool. Whoever asks depends on it.
fn endpoints(py: Python<'_>, asked: &Asked, _: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    Ok(asked.candidates.ids().into_pyobject(py)?.into_any().unbind())
}

/// `fallback()`: the id of the pool's fallback. Whoever asks depends on it.
fn fallback(py: Python<'_>, asked: &Asked, _: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    Ok(asked.candidates.fallback().into_pyobject(py)?.into_any().unbind())
}

/// `column(name)`: a list of texts; or of numbers their address, kind, shape, and what keeps them there.
fn column(py: Python<'_>, asked: &Asked, given: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let (name,) = given.extract::<(String,)>()?;
    let column = asked.queries.columns().iter().find(|(known, _)| *known == name).map(|(_, column)| column);
    let column = column.ok_or_else(|| PyKeyError::new_err(name))?;
    let (address, kind, shape) = match column {
        BatchColumn::Texts(texts) => return Ok(listed(texts).into_pyobject(py)?.into_any().unbind()),
        BatchColumn::Rows(rows) => {
            // The rows of this very column, not of its copy in the capsule.
            let kept = rows.clone().into_boxed_slice();
            let (address, length) = (kept.as_ptr().addr(), kept.len());
            let kept = PyCapsule::new_with_value(py, kept, KEPT)?;
            return Ok((address, "u4", vec![length], kept).into_pyobject(py)?.into_any().unbind());
        }
        BatchColumn::Numbers(numbers) => (numbers.cells().as_ptr().addr(), "f8", vec![numbers.cells().len()]),
        BatchColumn::Vectors(vectors) => {
            (vectors.cells().as_ptr().addr(), "f4", vec![vectors.cells().len() / vectors.width(), vectors.width()])
        }
    };
    // The copy shares its memory with the column.
    let kept = PyCapsule::new_with_value(py, column.clone(), KEPT)?;
    Ok((address, kind, shape, kept).into_pyobject(py)?.into_any().unbind())
}

fn listed(texts: &Texts) -> Vec<Option<&str>> {
    let validity = texts.validity();
    let there = |index: usize| validity.as_ref().is_none_or(|bits| bits.get(index / 8).is_some_and(|byte| byte >> (index % 8) & 1 == 1));
    let text = |(index, ends): (usize, &[i64])| match ends {
        &[from, to] if there(index) => texts.bytes().get(usize::try_from(from).ok()?..usize::try_from(to).ok()?),
        _ => None,
    };
    texts.offsets().windows(2).enumerate().map(text).collect()
}

/// `stream(names)`: a capsule with the Arrow stream of some columns.
fn stream(py: Python<'_>, asked: &Asked, given: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let (names,) = given.extract::<(Vec<String>,)>()?;
    let (mut fields, mut arrays) = (Vec::new(), Vec::new());
    for (name, column) in asked.queries.columns().iter().filter(|(name, _)| names.contains(name)) {
        let array = array_of(column).map_err(|error| PyValueError::new_err(error.to_string()))?;
        fields.push(Field::new(name.as_str().into(), array.dtype().clone(), true));
        arrays.push(array);
    }
    Ok(arrow::stream(py, fields, asked.queries.len(), arrays)?.into_any().unbind())
}

/// Cells that a column of a block keeps.
struct Kept<C>(C);

impl AsRef<[f64]> for Kept<Numbers> {
    fn as_ref(&self) -> &[f64] {
        self.0.cells()
    }
}

impl AsRef<[f32]> for Kept<Vectors> {
    fn as_ref(&self) -> &[f32] {
        self.0.cells()
    }
}

type Built = Result<Box<dyn Array>, Box<dyn std::error::Error>>;

fn array_of(column: &BatchColumn) -> Built {
    let bits = |validity: Option<Vec<u8>>, length: usize| validity.map(|bits| Bitmap::try_new(bits, length)).transpose();
    match column {
        BatchColumn::Rows(rows) => Ok(PrimitiveArray::<u32>::from_slice(rows).boxed()),
        BatchColumn::Numbers(numbers) => {
            let validity = bits(numbers.validity(), numbers.cells().len())?;
            let cells = Buffer::from_owner(Kept(numbers.clone()));
            Ok(PrimitiveArray::<f64>::try_new(ArrowDataType::Float64, cells, validity)?.boxed())
        }
        BatchColumn::Vectors(vectors) => {
            let length = vectors.cells().len() / vectors.width();
            let validity = bits(vectors.validity(), length)?;
            let cells = Buffer::from_owner(Kept(vectors.clone()));
            let cells = PrimitiveArray::<f32>::try_new(ArrowDataType::Float32, cells, None)?.boxed();
            let item = Field::new("item".into(), ArrowDataType::Float32, true);
            let list = ArrowDataType::FixedSizeList(Box::new(item), vectors.width());
            Ok(FixedSizeListArray::try_new(list, length, cells, validity)?.boxed())
        }
        BatchColumn::Texts(texts) => {
            let validity = bits(texts.validity(), texts.offsets().len().saturating_sub(1))?;
            let offsets = OffsetsBuffer::try_from(texts.offsets().to_vec())?;
            let bytes = Buffer::from(texts.bytes().as_bytes().to_vec());
            Ok(Utf8Array::<i64>::try_new(ArrowDataType::LargeUtf8, offsets, bytes, validity)?.boxed())
        }
    }
}
