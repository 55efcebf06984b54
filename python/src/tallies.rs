//! Tallies, for engines that run parts of a replay in many processes: what each part needs, and all of them merged.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use wattroute::cli::{Answer, Call, Failure, call};
use wattroute::policy::PolicySpec;
use wattroute::report::tally::{TallyFile, merge};
use wattroute::report::{pretty, terminal};
use wattroute::trace::{BLOCK_ROWS, TraceReader};
use wattroute::{Error, Result};

use crate::{answer, errors};

/// `bounds(trace)`: the rows of a block, and where the trace's row groups begin, at last its number of queries.
pub fn bounds(given: &Bound<'_, PyTuple>) -> PyResult<(usize, Vec<usize>)> {
    let py = given.py();
    let (trace,) = given.extract::<(String,)>()?;
    let bounds = py.detach(|| TraceReader::open(&trace).map(|reader| reader.bounds().to_vec()));
    Ok((BLOCK_ROWS, bounds.map_err(|error| errors::raised(py, error, None))?))
}

/// `policy_text(policy)`: the TOML of a policy, by name or file, with the settings of its name put in.
pub fn policy_text(given: &Bound<'_, PyTuple>) -> PyResult<String> {
    let (policy,) = given.extract::<(String,)>()?;
    PolicySpec::find(&policy).map(|spec| spec.text).map_err(|error| errors::raised(given.py(), error, None))
}

/// `tally(arguments, policies)`: runs the words of `replay --tally`, whose policies are pairs of a name and a TOML.
pub fn tally(given: &Bound<'_, PyTuple>) -> PyResult<()> {
    let py = given.py();
    let (arguments, texts) = given.extract::<(Vec<String>, Vec<(String, String)>)>()?;
    let run = || -> std::result::Result<Answer, Failure> {
        let policies = texts.iter().map(|(name, text)| PolicySpec::of_text(name, text)).collect::<Result<_>>();
        let policies = policies.map_err(|error| Failure::Failed(error, Box::default()))?;
        call(Call { arguments, policies, ..Call::default() })
    };
    match py.detach(|| catch_unwind(AssertUnwindSafe(run))) {
        Err(panic) => resume_unwind(panic),
        Ok(Err(Failure::Failed(error, _))) => Err(errors::raised(py, error, None)),
        // Nobody stops it.
        Ok(_) => Ok(()),
    }
}

/// Whether two calls differ in nothing but where the trace lies, the word after the verb.
fn alike(made: &[String], asked: &[String]) -> bool {
    made.first() == asked.first() && made.get(2..) == asked.get(2..)
}

/// `merge(tallies, arguments)`: the answer of all parts, from pairs of a name and the bytes of a tally. The report says
/// that it was made with these arguments; tallies that were made with others are refused.
pub fn merged(given: &Bound<'_, PyTuple>) -> PyResult<Py<PyAny>> {
    type Given<'py> = (Vec<(String, Bound<'py, PyBytes>)>, Vec<String>);
    let py = given.py();
    let (tallies, arguments) = given.extract::<Given>()?;
    let tallies: Vec<(String, Vec<u8>)> = tallies.iter().map(|(name, bytes)| (name.clone(), bytes.as_bytes().to_vec())).collect();
    let merged = py.detach(|| {
        let open = |(name, bytes): (String, Vec<u8>)| TallyFile::from_bytes(bytes, &name);
        let mut report = merge(tallies.into_iter().map(open).collect::<Result<_>>()?)?;
        let made = &report.manifest.arguments;
        if !alike(made, &arguments) {
            return Err(Error::new("the tallies are of another job")
                .found(made.join(" "))
                .allowed(arguments.join(" "))
                .hint("merge them with the job that made them"));
        }
        report.manifest.arguments = arguments;
        Ok(Answer { json: pretty(&report)?, text: terminal(&report), report: Some(report), ..Answer::default() })
    });
    answer::to_python(py, merged.map_err(|error| errors::raised(py, error, None))?)
}
