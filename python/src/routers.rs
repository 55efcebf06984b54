//! Routers that are written in Python, as the engine asks them.
//!
//! The engine calls from threads of its own, which take Python's lock for as long as Python works. What Python
//! raises is kept, so that the error of the call can name it as its cause.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::{PyException, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyTuple};
use wattroute::policy::{Asked, Decide, Decided, Needs};
use wattroute::router::{Examples, SuppliedPredictor, SuppliedRouter, Target};
use wattroute::trace::Names;
use wattroute::{Error, Result, RowError};

use crate::batch;

/// The Python code that a call runs: which threads are in it, and what it raised.
#[derive(Default)]
pub struct Running {
    threads: Mutex<Vec<u64>>,
    raised: Mutex<Vec<(String, PyErr)>>,
}

impl Running {
    /// Interrupts the routers that are at work: each raises as soon as it is back from code that is not Python's.
    pub fn interrupt(&self, py: Python<'_>) {
        let threads = held(&self.threads).clone();
        let interrupted = py.import("wattroute._routers").and_then(|module| module.getattr("interrupt")?.call1((threads,)));
        // Then they are waited for.
        drop(interrupted);
    }

    /// Puts what a router raised behind the exception of a call. What is no error but ends a program is raised itself.
    pub fn behind(&self, py: Python<'_>, exception: PyErr) -> PyErr {
        let said: Option<String> = exception.value(py).getattr("cause").and_then(|cause| cause.extract()).unwrap_or_default();
        let mut raised = held(&self.raised);
        let Some(at) = raised.iter().position(|(text, _)| said.as_ref() == Some(text)) else { return exception };
        let (_, cause) = raised.swap_remove(at);
        if !cause.is_instance_of::<PyException>(py) {
            return cause;
        }
        exception.set_cause(py, Some(cause));
        exception
    }

    /// Runs some Python. What it raises becomes an error: its own words where it is a refusal, with the row.
    fn run<T>(&self, what: &str, work: impl FnOnce(Python<'_>) -> PyResult<T>) -> std::result::Result<T, RowError> {
        let done = Python::try_attach(|py| {
            let thread = py.import("threading").and_then(|module| module.call_method0("get_ident")?.extract::<u64>());
            thread.iter().for_each(|thread| held(&self.threads).push(*thread));
            let done = work(py).map_err(|raised| self.refused(py, what, raised));
            if let Ok(thread) = thread {
                let mut threads = held(&self.threads);
                threads.iter().position(|known| *known == thread).map(|at| threads.swap_remove(at));
            }
            done
        });
        done.unwrap_or_else(|| Err(Error::new("Python is coming to its end").into()))
    }

    fn refused(&self, py: Python<'_>, what: &str, raised: PyErr) -> RowError {
        match refusal(py, &raised) {
            Ok(Some(refused)) => refused,
            _ => {
                let text = raised.to_string();
                let error = Error::new(what).cause(&text);
                // The text as the error has it.
                held(&self.raised).push((text.trim_end().to_owned(), raised));
                error.into()
            }
        }
    }
}

/// Nothing that is held is left half changed.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What `wattroute._answers.Refused` says, where it is one.
fn refusal(py: Python<'_>, raised: &PyErr) -> PyResult<Option<RowError>> {
    type Said = (String, Option<usize>, Option<String>, Option<String>, Option<String>, Option<String>);
    if !raised.is_instance(py, &py.import("wattroute._answers")?.getattr("Refused")?) {
        return Ok(None);
    }
    let (what, row, place, found, allowed, hint) = raised.value(py).getattr("said")?.extract::<Said>()?;
    let said = |error, text: Option<String>, add: fn(Error, String) -> Error| match text {
        Some(text) => add(error, text),
        None => error,
    };
    let error = said(Error::new(what), place, Error::at);
    let error = said(error, found, Error::found);
    let error = said(error, allowed, Error::allowed);
    Ok(Some(RowError { row, error: said(error, hint, Error::hint) }))
}

/// A policy whose decisions a callable makes.
pub struct Decider {
    prepared: Py<PyAny>,
    needs: Needs,
    running: Arc<Running>,
}

impl Decider {
    /// Of what `wattroute._routers.prepared` made.
    pub fn new(prepared: &Bound<'_, PyAny>, running: &Arc<Running>) -> PyResult<Self> {
        let (ids, prompts, features, embedding) = prepared.getattr("needs")?.extract()?;
        let needs = Needs { metrics: Vec::new(), ids, prompts, features, embedding };
        Ok(Decider { prepared: prepared.clone().unbind(), needs, running: running.clone() })
    }
}

impl Decide for Decider {
    fn needs(&self) -> Needs {
        self.needs.clone()
    }

    fn decide(&self, asked: Asked) -> std::result::Result<Decided, RowError> {
        self.running.run("a router failed", |py| {
            let said = self.prepared.bind(py).call_method1("decide", (batch::described(py, asked)?,))?;
            decided(said.cast::<PyTuple>().map_err(PyErr::from)?)
        })
    }
}

/// What `decide` answered: a word, and what it stands for.
fn decided(said: &Bound<'_, PyTuple>) -> PyResult<Decided> {
    match said.get_item(0)?.extract::<String>()?.as_str() {
        "endpoints" => {
            let (_, names, codes) = said.extract::<(String, Vec<String>, Bound<'_, PyBytes>)>()?;
            Ok(Decided::Endpoints(Names { names, codes: numbers(&codes, u32::from_ne_bytes) }))
        }
        "positions" => {
            let (_, positions) = said.extract::<(String, Bound<'_, PyBytes>)>()?;
            Ok(Decided::Positions(numbers(&positions, i64::from_ne_bytes)))
        }
        "scores" => {
            let (_, cells, width) = said.extract::<(String, Bound<'_, PyBytes>, usize)>()?;
            Ok(Decided::Scores { cells: numbers(&cells, f64::from_ne_bytes), width })
        }
        other => Err(PyRuntimeError::new_err(format!("`{other}` is no form of an answer"))),
    }
}

/// The numbers that some bytes hold, as this machine writes them.
fn numbers<T, const BYTES: usize>(bytes: &Bound<'_, PyBytes>, read: fn([u8; BYTES]) -> T) -> Vec<T> {
    bytes.as_bytes().as_chunks().0.iter().map(|bytes| read(*bytes)).collect()
}

/// A router with `fit` and `predict_proba` or `predict`.
pub struct Fitter {
    prepared: Py<PyAny>,
    target: Target,
    running: Arc<Running>,
}

impl Fitter {
    /// Of what `wattroute._routers.prepared` made.
    pub fn new(prepared: &Bound<'_, PyAny>, running: &Arc<Running>) -> PyResult<Self> {
        let target = if prepared.getattr("of_chances")?.extract()? { Target::Correct } else { Target::Score };
        Ok(Fitter { prepared: prepared.clone().unbind(), target, running: running.clone() })
    }
}

impl SuppliedRouter for Fitter {
    fn fit(&self, examples: &Examples) -> Result<Box<dyn SuppliedPredictor>> {
        let width = examples.features.ncols();
        let fitted = self.running.run("a router could not be fitted", |py| {
            let bytes = |cells: Option<&[u8]>| {
                cells.map(|cells| PyByteArray::new(py, cells)).ok_or_else(|| PyRuntimeError::new_err("rows are torn"))
            };
            let features = bytes(examples.features.as_slice().map(bytemuck::cast_slice))?;
            let scores = bytes(examples.scores.as_slice().map(bytemuck::cast_slice))?;
            let fitted = self.prepared.bind(py).call_method1("fit", (features, width, scores, examples.endpoints, examples.seed))?;
            let notes = fitted.getattr("notes")?.extract()?;
            Ok(Fitted { fitted: fitted.unbind(), notes, running: self.running.clone() })
        });
        Ok(Box::new(fitted.map_err(|failed| failed.error)?))
    }

    fn target(&self) -> Target {
        self.target
    }
}

/// What it fitted.
struct Fitted {
    fitted: Py<PyAny>,
    notes: Vec<String>,
    running: Arc<Running>,
}

impl SuppliedPredictor for Fitted {
    fn predict(&self, features: &[f32], width: usize) -> std::result::Result<Vec<f64>, RowError> {
        self.running.run("a router could not predict", |py| {
            let features = PyByteArray::new(py, bytemuck::cast_slice(features));
            let said = self.fitted.bind(py).call_method1("predict", (features, width))?;
            Ok(numbers(said.cast::<PyBytes>().map_err(PyErr::from)?, f64::from_ne_bytes))
        })
    }

    fn notes(&self) -> Vec<String> {
        self.notes.clone()
    }
}
