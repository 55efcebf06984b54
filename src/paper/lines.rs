//! Lines of the comparison: the paper's number, ours, and how far apart they may be.

use crate::report::{Line, Unit};

/// Queries at which the tolerances hold as they are given.
pub(super) const FULL: u64 = 1_000_000;

/// Makes lines for traces of a size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    /// By what tolerances grow: sampling errors grow with the root of the number of queries that
    /// are not there.
    pub wider: f64,
}

impl Lines {
    /// For traces made with so many queries in the place of a million.
    pub fn new(queries: u64) -> Self {
        Lines { wider: (FULL as f64 / queries as f64).sqrt().max(1.0) }
    }

    /// A judged line.
    pub fn judged(
        &self,
        key: impl Into<String>,
        what: impl Into<String>,
        unit: Unit,
        paper: f64,
        here: Option<f64>,
        tolerance: f64,
    ) -> Line {
        let tolerance = tolerance * self.wider;
        // What is exactly on the edge is within, whatever the last bit of a difference.
        let within = here.is_some_and(|here| (here - paper).abs() <= tolerance * (1.0 + 1e-9));
        Line { tolerance: Some(tolerance), within: Some(within), ..shown(key, what, unit, Some(paper), here) }
    }
}

/// A line that is not judged.
pub(super) fn shown(key: impl Into<String>, what: impl Into<String>, unit: Unit, paper: Option<f64>, here: Option<f64>) -> Line {
    Line { key: key.into(), what: what.into(), unit, paper, here, tolerance: None, within: None, source: String::new() }
}

/// With the place where the figure was published.
pub(super) fn from(source: &str, lines: impl IntoIterator<Item = Line>) -> impl Iterator<Item = Line> {
    lines.into_iter().map(move |line| Line { source: source.to_owned(), ..line })
}

/// Half a unit of the last digit of a number printed with so many decimals, in its power of ten.
pub(super) fn half_unit(power_of_ten: i32, decimals: i32) -> f64 {
    0.5 * 10f64.powi(power_of_ten - decimals)
}
