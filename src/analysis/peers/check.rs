//! Checks of what measures are given.

use crate::error::{Error, Result};

/// How much less a quality may be and still reach another: sums of the same scores in different orders
/// differ in their last digits.
pub(super) const ROUNDING: f64 = 1e-12;

/// Refuses an empty slice, or one with a number that is not known or not finite; `what` names the column.
pub(super) fn known(what: &str, values: &[f64]) -> Result<()> {
    if values.is_empty() {
        return Err(Error::new("there is nothing to measure").at(what).found("no queries"));
    }
    match values.iter().position(|value| !value.is_finite()) {
        None => Ok(()),
        Some(row) => Err(Error::new("a number is missing or not finite")
            .at(format!("{what}, query {row} (from 0)"))
            .found(values[row])
            .hint("measure over the queries for which all that is needed is known, and say how many they are")),
    }
}

/// Refuses columns of different lengths.
pub(super) fn same_length(what: &str, found: usize, other: &str, wanted: usize) -> Result<()> {
    if found == wanted {
        return Ok(());
    }
    Err(Error::new("columns of different lengths").at(what).found(found).allowed(format!("{wanted}, as {other} has")))
}

/// The mean of numbers, of which there is at least one.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
