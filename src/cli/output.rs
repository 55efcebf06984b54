//! What goes to the terminal: text, JSON, tables, complaints.

use std::io::{ErrorKind, Write};

use serde::Serialize;

use super::{Common, paint};
use crate::error::{Error, Result, in_a_line, is_shown, printable};
pub(super) use crate::table::{blocks, facts, table};

/// A paragraph that fits the terminal.
pub(super) fn text(text: &str) -> String {
    crate::table::paragraph(text, crate::table::terminal_width())
}

/// A line below another one: indented, and what of it does not fit further.
pub(super) fn below(text: &str) -> String {
    let room = crate::table::terminal_width().map(|width| width.saturating_sub(4).max(20));
    let lines = crate::table::paragraph(&in_a_line(text), room);
    lines.lines().enumerate().map(|(index, line)| format!("{:1$}{line}\n", "", if index == 0 { 2 } else { 4 })).collect()
}

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
    if let Some(host) = &common.caller.host {
        let (json, text) = (escaped(&crate::report::pretty(value)?), printable(&text()));
        host.answer(|answer| (answer.json, answer.text) = (json, text));
        return Ok(());
    }
    if common.json {
        return print(&escaped(&crate::report::pretty(value)?));
    }
    if common.quiet {
        return Ok(());
    }
    crate::table::mark_headers(paint::stdout());
    print(&paint::shown(&text()))
}

/// As [`show`], for a text of the program's own that another program is to read: not a character is changed.
pub(super) fn show_as_it_is(common: &Common, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
    let for_a_reader = common.json || common.quiet || common.caller.host.is_some();
    if for_a_reader { show(common, value, text) } else { print(&text()) }
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

/// What `--json` prints on stderr where a command fails.
#[derive(Serialize)]
struct Failure {
    errors: Vec<Error>,
    exit_code: u8,
}

/// Prints an error on stderr, as JSON where that is asked for. If even that fails there is nothing left to do.
pub(super) fn complain(error: Error, json: bool, exit_code: u8) {
    let text = match json {
        true => {
            let failure = Failure { errors: error.into_each(), exit_code };
            crate::report::pretty(&failure).map(|text| escaped(&text)).unwrap_or_default()
        }
        false => painted(format!("error: {error}\n")),
    };
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Prints a remark on stderr, unless `--quiet`, and with `--json`, where it stands in the object.
pub(super) fn remark(common: &Common, text: &str) {
    if let Some(host) = &common.caller.host {
        host.answer(|answer| answer.remarks.push(printable(text).trim_end().to_owned()));
    } else if !common.quiet && !common.json {
        let _ = std::io::stderr().write_all(painted(format!("{}\n", printable(text))).as_bytes());
    }
}

fn painted(text: String) -> String {
    if paint::stderr() { paint::labelled(&text) } else { text }
}
