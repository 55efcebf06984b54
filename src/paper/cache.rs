//! Generated traces, kept in a folder so that they are generated once.

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::synth::{Spec, synthesize};
use crate::trace::{Columns, Step, Trace, schema};

/// A folder of generated traces.
pub struct Cache<'a> {
    /// The folder.
    pub folder: PathBuf,
    /// Seed of the traces.
    pub seed: u64,
    /// Where it says what it does.
    pub say: &'a (dyn Fn(&str) + Sync),
}

impl Cache<'_> {
    /// The trace of a spec with so many queries: as it is kept, if it is whole and of this version,
    /// spec and seed, else generated (and the reason said).
    ///
    /// # Errors
    /// Where the spec cannot be met, or the trace not be written.
    pub fn trace(&self, spec: &Spec, queries: u64, columns: &Columns) -> Result<Trace> {
        let path = self.folder.join(format!("{}-{queries}-seed-{}", spec.name, self.seed));
        let stamp =
            format!("wattroute {}, spec {:016x}, {queries} queries, seed {}", env!("CARGO_PKG_VERSION"), spec.fingerprint, self.seed);
        if path.exists() {
            match kept(&path, &stamp, queries, columns) {
                Ok(trace) => return Ok(trace),
                Err(why) => (self.say)(&format!("{}: {why}; it is generated again", path.display())),
            }
        } else {
            (self.say)(&format!("generating {queries} queries of {} into {}", spec.name, path.display()));
        }
        crate::output::claim(&path, true, schema::TRACE_FILE)?;
        let mut draft = synthesize(spec, queries, self.seed, false)?.draft;
        let step = Step {
            verb: "synth".to_owned(),
            arguments: vec!["synth".to_owned(), spec.name.clone()],
            version: env!("CARGO_PKG_VERSION").to_owned(),
            notes: vec![stamp],
        };
        draft.info.steps.push(step);
        draft.write(&path, true)?;
        open(&path, columns)
    }
}

/// A trace that is kept, or why it cannot be used.
fn kept(path: &Path, stamp: &str, queries: u64, columns: &Columns) -> std::result::Result<Trace, String> {
    if !path.join(schema::TRACE_FILE).is_file() {
        return Err("the cached trace is incomplete".to_owned());
    }
    let trace = open(path, columns).map_err(|_| "the cached trace cannot be read".to_owned())?;
    if !trace.info.steps.iter().any(|step| step.notes.iter().any(|note| note == stamp)) {
        return Err("the cached trace is of another version or spec".to_owned());
    }
    let whole = trace.len() as u64 == queries && trace.outcomes.iter().all(|outcomes| outcomes.answered as u64 == queries);
    if whole { Ok(trace) } else { Err("the cached trace is incomplete".to_owned()) }
}

fn open(path: &Path, columns: &Columns) -> Result<Trace> {
    Trace::open(&path.to_string_lossy(), columns)
}
