//! Which filter and which metric of a task count.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Gather, ImportOptions};
use super::sample::Sample;
use crate::error::{Error, Result};

/// How many tasks a note names.
const SHOWN: usize = 8;

/// What was asked for, and what was taken in its place where a task left no choice.
pub(super) struct Choices<'a> {
    filter: Choice<'a>,
    metric: Choice<'a>,
}

/// One of the two choices, over all tasks.
struct Choice<'a> {
    kind: &'static str,
    option: &'static str,
    asked: Option<&'a str>,
    used: bool,
    seen: BTreeSet<String>,
    /// The tasks in which each name counts.
    taken: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Choices<'a> {
    /// What the options ask for.
    pub fn new(options: &'a ImportOptions) -> Self {
        Choices {
            filter: Choice::new("filter", "--filter", options.filter.as_deref()),
            metric: Choice::new("metric", "--score", options.score.as_deref()),
        }
    }

    /// Filter and metric of a file.
    pub fn of(&mut self, samples: &[Sample], task: &str, place: &str) -> Result<(String, String)> {
        let filters = samples.iter().map(|sample| sample.filter.as_str()).collect();
        let filter = self.filter.of(filters, task, place)?;
        let metrics = samples.iter().filter(|sample| sample.filter == filter).flat_map(|sample| sample.metrics()).collect();
        let metric = self.metric.of(metrics, task, place)?;
        Ok((filter, metric))
    }

    /// Notes what counts; an option that fits nothing is a mistake.
    pub fn finish(self, gather: &mut Gather) -> Result<()> {
        self.filter.finish(gather)?;
        self.metric.finish(gather)
    }
}

impl<'a> Choice<'a> {
    fn new(kind: &'static str, option: &'static str, asked: Option<&'a str>) -> Self {
        Choice { kind, option, asked, used: false, seen: BTreeSet::new(), taken: BTreeMap::new() }
    }

    /// The one that was asked for where the task has it; else the only one there is.
    fn of(&mut self, names: BTreeSet<&str>, task: &str, place: &str) -> Result<String> {
        self.seen.extend(names.iter().map(|name| (*name).to_owned()));
        let list = || names.iter().copied().collect::<Vec<_>>().join(", ");
        let asked = self.asked.filter(|asked| names.contains(asked));
        self.used |= asked.is_some();
        let name = match (asked, names.first()) {
            (Some(asked), _) => asked,
            (None, Some(only)) if names.len() == 1 => only,
            (None, None) => {
                return Err(Error::new(format!("a samples file without a {}", self.kind))
                    .at(place)
                    .found("no sample that has one")
                    .allowed("a line for each document and filter, with a score for each metric"));
            }
            (None, Some(_)) => {
                let found = match self.asked {
                    Some(asked) => format!("`{}`, not `{asked}`", list()),
                    None => list(),
                };
                let error = Error::new(format!("task `{task}` has several {}s, of which one must be chosen", self.kind)).at(place);
                return Err(error.found(found).hint(format!("say {} with one of: {}", self.option, list())).usage());
            }
        };
        self.taken.entry(name.to_owned()).or_default().insert(task.to_owned());
        Ok(name.to_owned())
    }

    fn finish(self, gather: &mut Gather) -> Result<()> {
        if let Some(asked) = self.asked.filter(|_| !self.used) {
            let known = self.seen.iter().map(String::as_str);
            return Err(crate::error::unknown(self.kind, asked, known).at(self.option).usage());
        }
        for (name, tasks) in &self.taken {
            let about = match self.asked {
                Some(asked) if asked != name => format!(", the only one there (`{asked}` was asked for)"),
                _ => String::new(),
            };
            let more = if tasks.len() > SHOWN { format!(" and {} more tasks", tasks.len() - SHOWN) } else { String::new() };
            let tasks = tasks.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
            gather.note(format!("the {} is `{name}` in {tasks}{more}{about}", self.kind));
        }
        Ok(())
    }
}
