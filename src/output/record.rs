//! What this process is to write, is writing and has written: for whoever stops it.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::is_there;

struct Output {
    out: PathBuf,
    /// Whether something stood there before.
    replaces: bool,
    /// The temporary folder, while there is one.
    sibling: Option<PathBuf>,
    written: bool,
}

static OUTPUTS: Mutex<Vec<Output>> = Mutex::new(Vec::new());
static STOPPING: AtomicBool = AtomicBool::new(false);

fn outputs() -> MutexGuard<'static, Vec<Output>> {
    OUTPUTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Changes what is known of an output.
fn change(outputs: &mut Vec<Output>, out: &Path, change: impl FnOnce(&mut Output)) {
    match outputs.iter_mut().find(|known| known.out == out) {
        Some(known) => change(known),
        None => {
            let mut new = Output { out: out.to_owned(), replaces: is_there(out), sibling: None, written: false };
            change(&mut new);
            outputs.push(new);
        }
    }
}

/// Something is to be written here, later on.
pub(super) fn planned(out: &Path) {
    change(&mut outputs(), out, |output| (output.written, output.replaces) = (false, is_there(out)));
}

/// Does something short that is not to be half done when the process is stopped, and never after that.
pub(super) fn undisturbed<T>(work: impl FnOnce() -> T) -> T {
    let _held = outputs();
    work()
}

/// Makes the temporary folder in which something is to be written.
pub(super) fn begin<T>(out: &Path, make: impl FnOnce() -> io::Result<(PathBuf, T)>) -> io::Result<(PathBuf, T)> {
    let mut outputs = outputs();
    let (sibling, with) = make()?;
    change(&mut outputs, out, |output| output.sibling = Some(sibling.clone()));
    Ok((sibling, with))
}

/// Puts something in its place. Whoever stops the process waits for it, or comes before it.
pub(super) fn commit(out: &Path, put: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let mut outputs = outputs();
    put()?;
    change(&mut outputs, out, |output| output.written = true);
    Ok(())
}

/// A temporary folder is gone.
pub(super) fn ended(sibling: &Path) {
    outputs().iter_mut().filter(|output| output.sibling.as_deref() == Some(sibling)).for_each(|output| output.sibling = None);
}

/// Whether a place lies in a temporary folder of this process.
pub(super) fn is_within_sibling(out: &Path) -> bool {
    outputs().iter().filter_map(|output| output.sibling.as_ref()).any(|sibling| out.starts_with(sibling))
}

/// Ends all writing of this process for good, removes what is half-written, and gives the line that
/// says what was written and what was not. Threads that write after this wait for ever: the process
/// is to be ended at once.
pub fn stop() -> String {
    STOPPING.store(true, Ordering::SeqCst);
    let outputs = outputs();
    for sibling in outputs.iter().filter_map(|output| output.sibling.as_ref()) {
        remove(sibling);
    }
    let said = sentence(&outputs);
    std::mem::forget(outputs);
    said
}

/// Removes a folder that other threads may still write to.
fn remove(folder: &Path) {
    const TRIES: u32 = 40;
    for _ in 0..TRIES {
        match super::sibling::remove(folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => std::thread::sleep(Duration::from_millis(5)),
            _ if is_there(folder) => (),
            _ => return,
        }
    }
}

/// Waits for the end of the process where it is being stopped: what fails by then fails because of that.
pub fn wait_if_stopping() {
    while STOPPING.load(Ordering::SeqCst) {
        std::thread::park();
    }
}

fn sentence(outputs: &[Output]) -> String {
    let (written, not): (Vec<&Output>, Vec<&Output>) = outputs.iter().partition(|output| output.written);
    let mut parts = Vec::new();
    if !written.is_empty() {
        parts.push(format!("{} written", listed(&written)));
    }
    if !not.is_empty() {
        parts.push(format!("{} not written", listed(&not)));
    }
    if not.iter().any(|output| output.replaces) {
        parts.push("what was there is as it was".to_owned());
    }
    if parts.is_empty() { "nothing was written".to_owned() } else { parts.join("; ") }
}

/// Some names, the first few by name, and the verb that fits.
fn listed(outputs: &[&Output]) -> String {
    const NAMED: usize = 3;
    let mut names: Vec<String> = outputs.iter().take(NAMED).map(|output| output.out.display().to_string()).collect();
    if outputs.len() > NAMED {
        names.push(format!("{} more", outputs.len() - NAMED));
    }
    let last = names.pop().unwrap_or_default();
    if names.is_empty() { format!("{last} was") } else { format!("{} and {last} were", names.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(out: &str, replaces: bool, written: bool) -> Output {
        Output { out: PathBuf::from(out), replaces, sibling: None, written }
    }

    #[test]
    fn a_line_says_what_was_written_and_what_was_not() {
        assert_eq!(sentence(&[]), "nothing was written");
        assert_eq!(sentence(&[output("run", false, false)]), "run was not written");
        assert_eq!(sentence(&[output("run", true, false)]), "run was not written; what was there is as it was");
        let some = [output("a", true, true), output("b", false, true), output("run", false, false)];
        assert_eq!(sentence(&some), "a and b were written; run was not written");
        let many: Vec<Output> = ["a", "b", "c", "d", "e"].map(|out| output(out, false, false)).into();
        assert_eq!(sentence(&many), "a, b, c and 2 more were not written");
    }
}
