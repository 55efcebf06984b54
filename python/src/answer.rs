//! What a verb answers, as values and functions of Python.

use std::path::PathBuf;
use std::sync::Arc;

use pyo3::BoundObject;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCFunction, PyDict, PyTuple};
use wattroute::cli::Answer;
use wattroute::figure::{FIGURES, Format, Width};
use wattroute::report::html::fragment;
use wattroute::report::{Report, Table};
use wattroute::{Error, Result};

use crate::{arrow, errors};

/// A dictionary of the answer: `json`, `text`, `remarks`, `files`; `tables`, a list with for each its name, its number of
/// rows, the names of its columns and a function that gives a capsule with its Arrow stream; and `report` (see [`report`])
/// or `None`.
pub fn to_python(py: Python<'_>, answer: Answer) -> PyResult<Py<PyAny>> {
    let said = PyDict::new(py);
    said.set_item("json", answer.json)?;
    said.set_item("text", answer.text)?;
    said.set_item("remarks", answer.remarks)?;
    said.set_item("files", answer.files)?;
    let tables = answer.report.as_ref().map_or(answer.tables, Report::tables);
    said.set_item("tables", tables.into_iter().map(|made| table(py, made)).collect::<PyResult<Vec<_>>>()?)?;
    said.set_item("report", answer.report.map(|made| report(py, made)).transpose()?)?;
    Ok(said.into_any().unbind())
}

/// What Python is told of a table.
type Described<'py> = (&'static str, usize, Vec<String>, Bound<'py, PyCFunction>);

fn table(py: Python<'_>, table: Table) -> PyResult<Described<'_>> {
    let columns = table.columns.iter().map(|(name, _)| name.clone()).collect();
    let (name, rows) = (table.name, table.rows);
    let stream = move |given: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| arrow::capsule(given.py(), &table).map(Bound::unbind);
    Ok((name, rows, columns, PyCFunction::new_closure(py, Some(c"stream"), None, stream)?))
}

/// A function of one report: what it is called with, and what it gives.
type Of = fn(Python<'_>, &Report, &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>>;

/// A dictionary of functions of a report.
fn report(py: Python<'_>, report: Report) -> PyResult<Bound<'_, PyDict>> {
    let report = Arc::new(report);
    let functions = PyDict::new(py);
    let all: [(&'static std::ffi::CStr, Of); 5] =
        [(c"figure", figure), (c"save_figure", save_figure), (c"html", html), (c"page", page), (c"write", write)];
    for (name, function) in all {
        let report = report.clone();
        let closure = move |given: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| function(given.py(), &report, given);
        functions.set_item(name.to_string_lossy(), PyCFunction::new_closure(py, Some(name), None, closure)?)?;
    }
    Ok(functions)
}

fn value<'py, T: IntoPyObject<'py>>(py: Python<'py>, made: Result<T>) -> PyResult<Py<PyAny>> {
    let made = made.map_err(|error| errors::raised(py, error, None))?;
    Ok(made.into_pyobject(py).map_err(Into::into)?.into_any().unbind())
}

/// `figure(name, columns, format)`: the bytes of a file.
fn figure(py: Python<'_>, report: &Report, given: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let (name, columns, format) = given.extract::<(String, Option<u8>, String)>()?;
    let bytes = py.detach(|| drawn(report, &name, columns, &format)).map_err(|error| errors::raised(py, error, None))?;
    Ok(PyBytes::new(py, &bytes).into_any().unbind())
}

/// `save_figure(name, columns, format, path, force)`: writes the file.
fn save_figure(py: Python<'_>, report: &Report, given: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let (name, columns, format, path, force) = given.extract::<(String, Option<u8>, String, PathBuf, bool)>()?;
    let save = || wattroute::output::file(&path, force, &drawn(report, &name, columns, &format)?);
    let saved = py.detach(save);
    value(py, saved)
}

fn drawn(report: &Report, name: &str, columns: Option<u8>, format: &str) -> Result<Vec<u8>> {
    let Some(kind) = FIGURES.iter().find(|figure| figure.name == name) else {
        return Err(wattroute::unknown("figure", name, FIGURES.iter().map(|figure| figure.name)).usage());
    };
    let width = match columns {
        None => Width::Natural,
        Some(1) => Width::OneColumn,
        Some(2) => Width::TwoColumns,
        Some(other) => {
            return Err(Error::new("a paper has no such number of columns").at("columns").found(other).allowed("1, 2 or None").usage());
        }
    };
    let Some(format) = Format::ALL.into_iter().find(|known| known.name() == format) else {
        return Err(wattroute::unknown("format of a figure", format, Format::ALL.map(Format::name)).usage());
    };
    let scene = kind.scene(report, width).map_err(|why| Error::new("the figure cannot be drawn from this result").at(name).cause(why))?;
    format.render(&scene)
}

/// `html()`: the report for a cell of a notebook.
fn html(py: Python<'_>, report: &Report, _: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    value(py, Ok(fragment(report)))
}

/// `write(out, force)`: writes the folder of a run, and gives its files.
fn write(py: Python<'_>, report: &Report, given: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let (out, force) = given.extract::<(PathBuf, bool)>()?;
    let written = py.detach(|| wattroute::cli::write(report, &out, force));
    value(py, written)
}

/// `page(path, force)`: writes the report as one HTML page.
fn page(py: Python<'_>, report: &Report, given: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    let (path, force) = given.extract::<(PathBuf, bool)>()?;
    let write = || wattroute::output::file(&path, force, wattroute::cli::page(std::slice::from_ref(report))?.as_bytes());
    let written = py.detach(write);
    value(py, written)
}
