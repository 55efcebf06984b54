//! The lines of a day as a table.

use crate::analysis::{Day, DayStrategy};
use crate::report::Report;
use crate::report::columns::{Columns, Table, UNIT_NAMES};

struct Row<'a> {
    day: &'a Day,
    strategy: &'a DayStrategy,
    point: usize,
}

/// A row for each strategy and point in time.
pub(super) fn day(report: &Report) -> Table {
    let mut rows = Vec::new();
    if let Some(day) = &report.day {
        for strategy in &day.strategies {
            rows.extend((0..day.seconds.len()).map(|point| Row { day, strategy, point }));
        }
    }
    let columns = Columns::of("day", &rows)
        .text("strategy", |row| Some(&row.strategy.name))
        .text("fallback", |row| row.strategy.fallback.as_deref())
        .number("seconds", |row| row.day.seconds.get(row.point).copied())
        .count("arrived", |row| row.day.arrived.get(row.point).copied().unwrap_or_default());
    // Energy, compute, money and grams, in the order of a day's amounts.
    let names = UNIT_NAMES.into_iter().take(3).chain(["carbon_g"]).enumerate();
    let cell = |row: &Row, at: usize| row.strategy.cumulative.values().get(at).copied().flatten()?.get(row.point).copied();
    names.fold(columns, |columns, (at, name)| columns.number(&format!("{name}_cumulative"), |row| cell(row, at))).finish()
}
