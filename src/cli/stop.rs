//! Ctrl-C, and a polite request to end: what is half-written goes, a line says so, and the process ends.

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use crate::error::printable;

/// Watches for signals on a thread of its own, so that work of any kind is stopped at once. Where the
/// system refuses, signals do what they do by default.
pub(super) fn watch() {
    let again = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // Who asks twice is not kept waiting: the second time ends the process at once.
        let _ = flag::register_conditional_shutdown(signal, code(signal), again.clone());
        let _ = flag::register(signal, again.clone());
    }
    // A file that grows beyond the limit of the shell is an error like a full disk, not the end.
    let _ = flag::register(SIGXFSZ, Arc::default());
    if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
        std::thread::spawn(move || signals.forever().next().into_iter().for_each(end));
    }
}

/// The exit code that shells use for a signal.
fn code(signal: i32) -> i32 {
    128 + signal
}

fn end(signal: i32) {
    let said = crate::output::stop();
    let mut stderr = std::io::stderr();
    // A terminal shows `^C`, or a progress bar, on the line.
    let start = if stderr.is_terminal() { "\n" } else { "" };
    let _ = writeln!(stderr, "{start}stopped: {}", printable(&said));
    low_level::exit(code(signal));
}
