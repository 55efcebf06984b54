//! The lines of a reproduction as a table.

use crate::report::columns::{Columns, Table};
use crate::report::{Line, Report, Scenario};

struct Row<'a> {
    scenario: &'a Scenario,
    line: &'a Line,
}

/// A row for each line of each scenario.
pub(super) fn lines(report: &Report) -> Table {
    let scenarios = report.reproduction.iter().flat_map(|reproduction| &reproduction.scenarios);
    let rows: Vec<Row> = scenarios.flat_map(|scenario| scenario.lines.iter().map(move |line| Row { scenario, line })).collect();
    Columns::of("lines", &rows)
        .text("scenario", |row| Some(&row.scenario.name))
        .text("key", |row| Some(&row.line.key))
        .text("what", |row| Some(&row.line.what))
        .number("paper", |row| row.line.paper)
        .number("here", |row| row.line.here)
        .number("tolerance", |row| row.line.tolerance)
        .text("within", |row| row.line.within.map(|within| if within { "within" } else { "outside" }))
        .text("source", |row| Some(row.line.source.as_str()).filter(|source| !source.is_empty()))
        .finish()
}
