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

/// The columns that a text may take: the terminal's, or where there is none a page's.
fn width() -> usize {
    Table::new().width().map_or(100, usize::from).max(40)
}

/// A table that is too wide for the terminal, as several with the same first column.
pub(super) fn blocks(header: &[&str], rows: &[Vec<String>]) -> String {
    let cell_width = |cell: &str| cell.lines().map(|line| line.chars().count()).max().unwrap_or(0) + 2;
    let column_width = |index: usize| {
        rows.iter().filter_map(|row| row.get(index)).map(|cell| cell_width(cell)).fold(cell_width(header[index]), usize::max)
    };
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    for index in 1..header.len() {
        let needed = column_width(index);
        if blocks.is_empty() || needed > room {
            blocks.push(vec![0]);
            room = width().saturating_sub(column_width(0));
        }
        room = room.saturating_sub(needed);
        if let Some(block) = blocks.last_mut() {
            block.push(index);
        }
    }
    let part = |block: &Vec<usize>| {
        let header: Vec<&str> = block.iter().map(|&index| header[index]).collect();
        let pick = |row: &Vec<String>| block.iter().map(|&index| row.get(index).cloned().unwrap_or_default()).collect();
        table(&header, &rows.iter().map(pick).collect::<Vec<Vec<String>>>())
    };
    blocks.iter().map(part).collect::<Vec<String>>().join("\n")
}

/// Lines of a label and a text that wraps at the width of the terminal.
pub(super) fn facts(facts: &[(&str, String)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(width()).unwrap_or(u16::MAX));
    for (label, text) in facts {
        table.add_row(vec![Cell::new(label), Cell::new(printable(text))]);
    }
    if let Some(labels) = table.column_mut(0) {
        labels.set_padding((0, 2));
    }
    if let Some(texts) = table.column_mut(1) {
        texts.set_padding((0, 0));
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}
