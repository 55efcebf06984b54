//! The traces of a reproduction: each generated once, by whichever thread comes to it first.

use std::sync::{Mutex, PoisonError};

use super::cache::Cache;
use super::lines::FULL;
use super::reproduce::Options;
use super::scenario::ScenarioKind;
use crate::analysis::study::{self, Analysis, Study};
use crate::error::Result;
use crate::synth::Spec;
use crate::trace::{Columns, Trace};

/// The traces that a reproduction is made from, by the names of their specs, in the order of their use.
pub(super) struct Traces<'a> {
    options: &'a Options<'a>,
    /// Held while a trace is generated.
    specs: Vec<(&'static str, Mutex<()>)>,
}

impl<'a> Traces<'a> {
    pub fn new(options: &'a Options<'a>) -> Self {
        let specs = options.scenarios.iter().flat_map(|kind| match kind {
            ScenarioKind::Paper => vec![kind.spec(), "ipw-coverage", "ipw-pairs"],
            _ => vec![kind.spec()],
        });
        Traces { options, specs: specs.map(|name| (name, Mutex::new(()))).collect() }
    }

    /// Generates what is not in the cache.
    pub fn generate_all(&self) -> Result<()> {
        // Without a column, which is enough to tell whether a trace is whole.
        self.specs.iter().try_for_each(|(name, _)| self.with(name, &Columns::metrics(&[])).map(drop))
    }

    /// The trace of a shipped spec, in the size that belongs to this reproduction.
    pub fn open(&self, name: &str) -> Result<Trace> {
        self.with(name, &Columns::metrics(&study::METRICS))
    }

    fn with(&self, name: &str, columns: &Columns) -> Result<Trace> {
        let lock = self.specs.iter().find(|(known, _)| *known == name).map(|(_, lock)| lock);
        let _held = lock.map(|lock| lock.lock().unwrap_or_else(PoisonError::into_inner));
        let spec = Spec::find(name)?;
        let queries = ((spec.queries as f64 * self.options.queries as f64 / FULL as f64).round() as u64).max(1);
        let cache = Cache { folder: self.options.cache.clone(), seed: self.options.seed, say: self.options.say };
        cache.trace(&spec, queries, columns)
    }

    /// Some analyses of a trace.
    pub fn study(&self, trace: &Trace, only: &[Analysis]) -> Result<Study> {
        let told = study::Options { seed: self.options.seed, only: only.to_vec(), ..study::Options::default() };
        Ok(study::of(trace, &told)?.0)
    }
}
