//! A call of a verb by another program than the shell: in its process, with values for an answer.
//!
//! The same words are parsed by the same tree and run by the same verbs as on the command line. Only the last step
//! differs: nothing is printed, no process ends, no signal is caught.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clap::FromArgMatches;

use super::{Cli, Common, tree};
use crate::error::{Error, Result};
use crate::policy::PolicySpec;
use crate::report::{Report, Table};
use crate::trace::import::InMemory;
use crate::work::{Work, was_unwanted};

/// A call: what a command line says, and what none can say.
#[derive(Default)]
pub struct Call {
    /// The words after the program's name, as on the command line. `--json` and `--quiet` need not be among them.
    pub arguments: Vec<String>,
    /// Policies of the host's own: their names are found before any file.
    pub policies: Vec<PolicySpec>,
    /// Tables and a mapping that `import` takes by their names in place of files.
    pub memory: InMemory,
    /// How far it is, and whether it is still wanted.
    pub watch: Arc<Watch>,
}

/// What a verb answers.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// What `--json` prints; empty where the verb came to nothing.
    pub json: String,
    /// What a terminal would show, without colours.
    pub text: String,
    /// What is said beside the answer, a line each.
    pub remarks: Vec<String>,
    /// The report, of a verb that makes or reads one.
    pub report: Option<Report>,
    /// Tables, of a verb that makes no report and has some; a report has its own.
    pub tables: Vec<Table>,
    /// The files that were written, where the verb lists them.
    pub files: Vec<PathBuf>,
}

/// Why a call came to no good end.
#[derive(Debug)]
pub enum Failure {
    /// It was not wanted any more: see [`Watch::stop`]. What it was to write is not there.
    Stopped,
    /// It failed; the answer is what it had said by then, as a check that found faults.
    Failed(Error, Box<Answer>),
}

/// What a call and whoever waits for it tell each other.
#[derive(Debug, Default)]
pub struct Watch {
    unwanted: Arc<AtomicBool>,
    done: AtomicU64,
    bar: Mutex<Option<(u64, &'static str)>>,
}

/// How far some work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Units done.
    pub done: u64,
    /// All units.
    pub total: u64,
    /// What the units are: `queries`, `arrivals`.
    pub what: &'static str,
}

impl Watch {
    /// Ends the call soon: at the next place between two parts of its work.
    pub fn stop(&self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }

    /// How far the work is that was counted last; `None` where nothing was counted yet.
    pub fn progress(&self) -> Option<Progress> {
        let (total, what) = (*held(&self.bar))?;
        Some(Progress { done: self.done.load(Ordering::Relaxed).min(total), total, what })
    }

    pub(super) fn begin(&self, total: u64, what: &'static str) {
        let mut bar = held(&self.bar);
        self.done.store(0, Ordering::Relaxed);
        *bar = Some((total, what));
    }

    pub(super) fn advance(&self, units: u64) {
        self.done.fetch_add(units, Ordering::Relaxed);
    }
}

/// Whoever made the call: the shell, by default.
#[derive(Clone, Default)]
pub(super) struct Caller {
    /// The words after the program's name.
    pub arguments: Vec<String>,
    /// The program that called, where it is not the shell.
    pub host: Option<Arc<Host>>,
}

/// A program that calls verbs in its process.
pub(super) struct Host {
    pub policies: Vec<PolicySpec>,
    pub memory: InMemory,
    pub watch: Arc<Watch>,
    answer: Mutex<Answer>,
}

impl Host {
    /// Changes the answer.
    pub fn answer(&self, change: impl FnOnce(&mut Answer)) {
        change(&mut held(&self.answer));
    }
}

impl std::fmt::Debug for Caller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caller").field("arguments", &self.arguments).finish_non_exhaustive()
    }
}

/// Nothing that is held is left half changed.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Common {
    /// The policy of a name: the host's, a file's, or one of the program.
    pub(super) fn policy(&self, name: &str) -> Result<PolicySpec> {
        let own = self.caller.host.as_ref().and_then(|host| host.policies.iter().find(|policy| policy.name == name));
        own.map_or_else(|| PolicySpec::find(name), |policy| Ok(policy.clone()))
    }

    /// What the host gives in place of files.
    pub(super) fn memory(&self) -> InMemory {
        self.caller.host.as_ref().map(|host| host.memory.clone()).unwrap_or_default()
    }

    /// Keeps what a host may want of a run beside its JSON.
    pub(super) fn keep(&self, report: Option<&Report>, files: &[PathBuf]) {
        if let Some(host) = &self.caller.host {
            host.answer(|answer| (answer.report, answer.files) = (report.cloned(), files.to_vec()));
        }
    }

    /// Keeps a table for a host.
    pub(super) fn keep_table(&self, table: impl FnOnce() -> Table) {
        if let Some(host) = &self.caller.host {
            host.answer(|answer| answer.tables.push(table()));
        }
    }

    /// What the work of this call may take.
    pub(super) fn work(&self) -> Work {
        let unwanted = self.caller.host.as_ref().map(|host| host.watch.unwanted.clone()).unwrap_or_default();
        Work { threads: self.threads, unwanted }
    }
}

/// Runs a verb for another program, on threads of its own. It may take long: the host waits on another thread than the
/// one that calls, where it is to stop it or to tell how far it is.
///
/// # Errors
/// As the verb on the command line, and where the call was stopped. A fault of the program goes on as a panic.
pub fn call(call: Call) -> std::result::Result<Answer, Failure> {
    let Call { arguments, policies, memory, watch } = call;
    let words = std::iter::once("wattroute").chain(arguments.iter().map(String::as_str));
    let mut cli = match tree::command().try_get_matches_from(words).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => return Err(Failure::Failed(tree::mistake(&error), Box::default())),
        // Help and version.
        Err(error) => return Ok(Answer { text: error.render().to_string(), ..Answer::default() }),
    };
    let host = Arc::new(Host { policies, memory, watch, answer: Mutex::default() });
    cli.common.caller = Caller { arguments, host: Some(host.clone()) };
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| super::run(cli)));
    let answer = std::mem::take(&mut *held(&host.answer));
    match done {
        Err(panic) if !was_unwanted(&*panic) => std::panic::resume_unwind(panic),
        Ok(Ok(())) => Ok(answer),
        Ok(Err(error)) if !host.watch.unwanted.load(Ordering::Relaxed) => Err(Failure::Failed(error, Box::new(answer))),
        // What fails while it is being stopped may fail because of that.
        _ => Err(Failure::Stopped),
    }
}
