//! Policies that are objects of Python.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use wattroute::policy::PolicySpec;

/// The policies of some objects, each with the name that the call's words have for it.
pub fn read(objects: Vec<(String, Bound<'_, PyAny>)>) -> PyResult<Vec<PolicySpec>> {
    match objects.first() {
        None => Ok(Vec::new()),
        Some((name, object)) => Err(PyTypeError::new_err(format!("`{name}` is no policy: {}", object.repr()?))),
    }
}
