//! The part of the Python package `wattroute` that is written in Rust: its verbs, called in the process of Python.
//!
//! Python sees one module, `wattroute._wattroute`, of a few plain functions; what a user sees is written in Python
//! around them. No rule of wattroute stands here: a call goes to [`wattroute::cli::call`] with the words that the
//! command line would have.
//!
//! pyo3 is used without its macros. They would switch features of `syn` on that the program does not use, and every
//! procedural macro, with all of polars behind them, would be compiled a second time for the package.

mod answer;
mod arrow;
mod batch;
mod call;
mod errors;
#[allow(unsafe_code)]
mod ffi;
mod policies;
mod routers;
mod tallies;

use pyo3::BoundObject;
use pyo3::prelude::*;
use pyo3::types::{PyCFunction, PyDict, PyTuple};

/// As the program has it, for what is written in Rust here; Python's own memory is Python's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Puts the functions in the module.
fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    module.add("version", wattroute::cli::VERSION)?;
    add(module, c"call", call::call)?;
    add(module, c"find", call::find)?;
    add(module, c"bounds", tallies::bounds)?;
    add(module, c"policy_text", tallies::policy_text)?;
    add(module, c"tally", tallies::tally)?;
    add(module, c"merge", tallies::merged)?;
    let figures: Vec<_> = wattroute::figure::FIGURES.iter().map(|figure| (figure.name, figure.summary)).collect();
    module.add("figures", PyTuple::new(py, figures)?)?;
    module.add("tables", PyTuple::new(py, wattroute::report::TABLES.iter().map(|table| table.name))?)?;
    module.add("verbs", wattroute::cli::options().map_err(|error| errors::raised(py, error, None))?)
}

/// A function of the module.
fn add<R>(module: &Bound<'_, PyModule>, name: &'static std::ffi::CStr, function: fn(&Bound<'_, PyTuple>) -> PyResult<R>) -> PyResult<()>
where
    R: for<'py> IntoPyObject<'py> + 'static,
{
    let closure = move |given: &Bound<'_, PyTuple>, _: Option<&Bound<'_, PyDict>>| -> PyResult<Py<PyAny>> {
        Ok(function(given)?.into_pyobject(given.py()).map_err(Into::into)?.into_any().unbind())
    };
    module.add(name.to_string_lossy(), PyCFunction::new_closure(module.py(), Some(name), None, closure)?)
}
