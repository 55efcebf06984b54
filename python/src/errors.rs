//! Errors of wattroute as exceptions of Python.

use pyo3::prelude::*;
use pyo3::types::PyDict;
use wattroute::Error;

/// What an error may say beside what is wrong.
const LABELS: [&str; 5] = ["where", "found", "allowed", "cause", "hint"];

/// The exception of an error: `wattroute.Error`, or `wattroute.UsageError` where the call itself was wrong. `answer` is
/// what the verb had said by then.
pub fn raised(py: Python<'_>, error: Error, answer: Option<Bound<'_, PyAny>>) -> PyErr {
    exception(py, error, answer).unwrap_or_else(|error| error)
}

fn exception(py: Python<'_>, error: Error, answer: Option<Bound<'_, PyAny>>) -> PyResult<PyErr> {
    let (text, usage) = (error.to_string(), error.is_usage());
    let each = error.into_each().iter().map(|error| described(py, error)).collect::<PyResult<Vec<_>>>()?;
    let exception = py.import("wattroute._errors")?.getattr("exception")?.call1((text, usage, each, answer))?;
    Ok(PyErr::from_value(exception))
}

fn described<'py>(py: Python<'py>, error: &Error) -> PyResult<Bound<'py, PyDict>> {
    let said = PyDict::new(py);
    said.set_item("what", error.what())?;
    for label in LABELS {
        said.set_item(label, error.said(label))?;
    }
    Ok(said)
}
