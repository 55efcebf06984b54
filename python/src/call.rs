//! A call of a verb: the work on a thread of its own, and this one, which Python's signals reach, waiting for it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use wattroute::Error;
use wattroute::cli::{Answer, Call, Failure, Watch, call as call_verb};
use wattroute::trace::import::InMemory;

use crate::{answer, arrow, errors, policies};

/// How long Python waits before it looks for a signal, and tells how far the work is.
const STEP: Duration = Duration::from_millis(50);

/// What a call comes to.
type Outcome = thread::Result<std::result::Result<Answer, Failure>>;

/// The function `call(arguments, policies, tables, mappings, progress)`: runs a verb with the words of a command line.
/// `policies` are pairs of a name and an object, `tables` of a name and an object with an Arrow stream, `mappings` of a
/// name and a text; `progress` is called with units done, units in all and what they are, or `None`.
pub fn call(given: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    type Named<'py, T> = Vec<(String, T)>;
    type Given<'py> =
        (Vec<String>, Named<'py, Bound<'py, PyAny>>, Named<'py, Bound<'py, PyAny>>, Named<'py, String>, Option<Bound<'py, PyAny>>);
    let py = given.py();
    let (arguments, hosted, tables, mappings, progress) = given.extract::<Given>()?;
    let mut memory = InMemory::default();
    for (name, table) in tables {
        memory.add_table(&name, arrow::columns(&table)?).map_err(|error| errors::raised(py, error, None))?;
    }
    mappings.iter().for_each(|(name, text)| memory.add_mapping(name, text));
    let call = Call { arguments, policies: policies::read(hosted)?, memory, watch: Arc::default() };
    match waited(py, call, progress.as_ref())? {
        Err(panic) => std::panic::resume_unwind(panic),
        Ok(Ok(answer)) => answer::to_python(py, answer),
        Ok(Err(Failure::Stopped)) => Err(PyKeyboardInterrupt::new_err(())),
        Ok(Err(Failure::Failed(error, answer))) => {
            let said = if answer.json.is_empty() { None } else { Some(answer::to_python(py, *answer)?.into_bound(py)) };
            Err(errors::raised(py, error, said))
        }
    }
}

/// Runs a call on a thread of its own and waits for it. An interrupt, or an exception of `progress`, stops it and is
/// raised when it has ended; a second interrupt does not wait for that.
fn waited(py: Python<'_>, call: Call, progress: Option<&Bound<'_, PyAny>>) -> PyResult<Outcome> {
    let watch = call.watch.clone();
    let (done, mut ended) = channel();
    let worker = thread::Builder::new().name("wattroute".to_owned());
    let run = move || {
        // Nobody may be waiting any more.
        let _ = done.send(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| call_verb(call))));
    };
    worker.spawn(run).map_err(|error| errors::raised(py, Error::new("cannot start a thread").cause(error), None))?;
    let (mut raised, mut told) = (None, None);
    loop {
        let (back, received) = py.detach(move || step(ended));
        ended = back;
        if let Some(outcome) = received {
            if let Some(error) = raised {
                return Err(error);
            }
            tell(progress, &watch, &mut told)?;
            return Ok(outcome);
        }
        let looked = py.check_signals().and_then(|()| if raised.is_none() { tell(progress, &watch, &mut told) } else { Ok(()) });
        if let Err(error) = looked {
            watch.stop();
            if raised.replace(error).is_some() {
                return raised.map_or_else(|| Err(PyKeyboardInterrupt::new_err(())), Err);
            }
        }
    }
}

/// What came in a short time, if anything.
fn step(ended: Receiver<Outcome>) -> (Receiver<Outcome>, Option<Outcome>) {
    let received: Option<Outcome> = match ended.recv_timeout(STEP) {
        Ok(outcome) => Some(outcome),
        Err(RecvTimeoutError::Timeout) => None,
        Err(RecvTimeoutError::Disconnected) => Some(Err(Box::new("the thread that worked is gone"))),
    };
    (ended, received)
}

/// Tells how far the work is, where that is another number than the one told last.
fn tell(progress: Option<&Bound<'_, PyAny>>, watch: &Watch, told: &mut Option<wattroute::cli::Progress>) -> PyResult<()> {
    let (Some(progress), now) = (progress, watch.progress()) else { return Ok(()) };
    if let Some(now) = now.filter(|now| told.as_ref() != Some(now)) {
        progress.call1((now.done, now.total, now.what))?;
        *told = Some(now);
    }
    Ok(())
}

/// The function `find(trace)`: an error where there is no trace of this name.
pub fn find(given: &Bound<'_, PyTuple>) -> PyResult<()> {
    let (name,) = given.extract::<(String,)>()?;
    wattroute::trace::TracePlace::find(&name).map(drop).map_err(|error| errors::raised(given.py(), error, None))
}
