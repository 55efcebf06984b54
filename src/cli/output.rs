//! What goes to the terminal: text, JSON, tables, complaints.

use std::io::{ErrorKind, Write};

use serde::Serialize;

use super::Common;
use crate::error::{Error, Result, is_shown, printable};
pub(super) use crate::table::{blocks, facts, table};

/// Prints text on stdout. A reader that went away (`| head`) is no error: there is nobody to tell.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(unwritten(&error)),
        Ok(()) => Ok(()),
    }
}

/// The error of an output that does not take what is printed.
pub(super) fn unwritten(cause: &std::io::Error) -> Error {
    Error::new("cannot write to the output").cause(cause)
}

/// Prints one JSON object with `--json`, nothing with `--quiet`, else the text. A number that JSON
/// cannot hold is an error that names its key.
pub(super) fn show(common: &Common, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
    if common.json {
        return print(&escaped(&crate::report::pretty(value)?));
    }
    if common.quiet { Ok(()) } else { print(&printable(&text())) }
}

/// JSON as a terminal may show it: JSON itself escapes only some of what gives orders to one. Outside of its
/// strings it has no such character.
fn escaped(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        if is_shown(c) || c == '\n' {
            safe.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| safe.push_str(&format!("\\u{unit:04x}")));
        }
    }
    safe
}

/// Prints an error on stderr. If even that fails there is nothing left to do.
pub(super) fn complain(error: &Error) {
    let _ = writeln!(std::io::stderr(), "error: {error}");
}

/// Prints a remark on stderr, unless `--quiet`.
pub(super) fn remark(common: &Common, text: &str) {
    if !common.quiet {
        let _ = writeln!(std::io::stderr(), "{}", printable(text));
    }
}
