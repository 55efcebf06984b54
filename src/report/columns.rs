//! Tidy tables with typed columns: what CSV and Parquet files are written from.
//!
//! Both writers take the same [`Table`], so that they cannot differ in columns or cells.

use crate::analysis::{ACCOUNT_NAMES, Figure, Fractions, Quantities};

/// Names of the accounts with their units.
pub(super) const UNIT_NAMES: [&str; 4] = ["energy_j", "flops", "cost_usd", "latency_s"];

/// The cells of a column. `None` is not known: an empty cell in CSV, null in Parquet.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Names.
    Text(Vec<Option<String>>),
    /// Numbers of things.
    Count(Vec<Option<u64>>),
    /// Measures.
    Number(Vec<Option<f64>>),
    /// Yes or no.
    Flag(Vec<bool>),
}

/// A table of columns of the same length.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The name of its files, without ending.
    pub name: &'static str,
    /// Number of rows.
    pub rows: usize,
    /// The columns by name, in order.
    pub columns: Vec<(String, Cells)>,
}

/// A table in the making: each method adds columns, taken from every row.
pub(super) struct Columns<'r, R> {
    rows: &'r [R],
    table: Table,
}

impl<'r, R> Columns<'r, R> {
    pub fn of(name: &'static str, rows: &'r [R]) -> Self {
        Columns { rows, table: Table { name, rows: rows.len(), columns: Vec::new() } }
    }

    pub fn finish(self) -> Table {
        self.table
    }

    fn add(mut self, name: impl Into<String>, cells: Cells) -> Self {
        self.table.columns.push((name.into(), cells));
        self
    }

    pub fn text<'t>(self, name: &str, get: impl Fn(&'r R) -> Option<&'t str>) -> Self {
        let cells = self.rows.iter().map(|row| get(row).map(str::to_owned)).collect();
        self.add(name, Cells::Text(cells))
    }

    pub fn count(self, name: &str, get: impl Fn(&'r R) -> u64) -> Self {
        let cells = self.rows.iter().map(|row| Some(get(row))).collect();
        self.add(name, Cells::Count(cells))
    }

    pub fn flag(self, name: &str, get: impl Fn(&'r R) -> bool) -> Self {
        let cells = self.rows.iter().map(get).collect();
        self.add(name, Cells::Flag(cells))
    }

    pub fn number(self, name: &str, get: impl Fn(&'r R) -> Option<f64>) -> Self {
        let cells = self.rows.iter().map(get).collect();
        self.add(name, Cells::Number(cells))
    }

    /// Three columns: the figure and the bounds of its interval.
    pub fn figure(self, name: &str, get: impl Fn(&'r R) -> Option<Figure>) -> Self {
        self.number(name, |row| get(row).map(|figure| figure.value))
            .number(&format!("{name}_low"), |row| get(row).and_then(|figure| figure.low))
            .number(&format!("{name}_high"), |row| get(row).and_then(|figure| figure.high))
    }

    /// A column for each account, named with its unit: `energy_j` and the ending.
    pub fn quantities<T: Copy>(
        self,
        ending: &str,
        get: impl Fn(&'r R) -> Option<Quantities<T>>,
        number: impl Fn(T) -> Option<f64>,
    ) -> Self {
        UNIT_NAMES.iter().enumerate().fold(self, |columns, (account, name)| {
            columns.number(&format!("{name}{ending}"), |row| cell(get(row).map(Quantities::to_array), account).and_then(&number))
        })
    }

    /// Three columns for each account.
    pub fn quantity_figures(self, ending: &str, get: impl Fn(&'r R) -> Quantities<Figure>) -> Self {
        UNIT_NAMES.iter().enumerate().fold(self, |columns, (account, name)| {
            columns.figure(&format!("{name}{ending}"), |row| cell(Some(get(row).to_array()), account))
        })
    }

    /// A column for each account, a fraction: `energy` and the ending.
    pub fn fractions<T: Copy>(self, ending: &str, get: impl Fn(&'r R) -> Option<Fractions<T>>, number: impl Fn(T) -> Option<f64>) -> Self {
        ACCOUNT_NAMES.iter().enumerate().fold(self, |columns, (account, name)| {
            columns.number(&format!("{name}{ending}"), |row| cell(get(row).map(Fractions::to_array), account).and_then(&number))
        })
    }

    /// Three columns for each account, fractions.
    pub fn fraction_figures(self, ending: &str, get: impl Fn(&'r R) -> Option<Fractions<Figure>>) -> Self {
        ACCOUNT_NAMES.iter().enumerate().fold(self, |columns, (account, name)| {
            columns.figure(&format!("{name}{ending}"), |row| cell(get(row).map(Fractions::to_array), account))
        })
    }
}

fn cell<T: Copy>(cells: Option<[Option<T>; 4]>, account: usize) -> Option<T> {
    cells.and_then(|cells| cells.get(account).copied().flatten())
}
