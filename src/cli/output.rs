//! What goes to the terminal: text, JSON, tables, complaints.

use std::io::{ErrorKind, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

use super::Common;
use crate::error::{Error, Result, printable};

/// Prints text on stdout. A reader that went away (`| head`) is no error: there is nobody to tell.
pub(super) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Error::new("cannot write to the output").cause(error)),
        Ok(()) => Ok(()),
    }
}

/// Prints one JSON object with `--json`, nothing with `--quiet`, else the text.
pub(super) fn show(common: &Common, value: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
    if common.json {
        let json = serde_json::to_string_pretty(value).map_err(|error| Error::new("the result is no JSON").cause(error))?;
        return print(&format!("{json}\n"));
    }
    if common.quiet { Ok(()) } else { print(&text()) }
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

/// A table that fits the terminal: the first column to the left, numbers to the right.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header.to_vec());
    for row in rows {
        table.add_row(row.iter().map(|cell| Cell::new(printable(cell))));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        let numeric =
            |row: &Vec<String>| row.get(index).is_some_and(|cell| cell.starts_with(|c: char| c.is_ascii_digit() || "+-−$—".contains(c)));
        let alignment = if index > 0 && rows.iter().all(numeric) { CellAlignment::Right } else { CellAlignment::Left };
        column.set_cell_alignment(alignment);
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}
