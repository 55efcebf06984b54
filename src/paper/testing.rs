//! Help for the tests of what the tables imply.

use super::Published;
use super::arithmetic::{Implied, Tables};
use crate::error::Result;

/// The value of an item, to compare with a number worked out by hand.
pub fn value(item: fn(&Tables) -> Result<Implied>, name: &str) -> f64 {
    item(&Tables(&Published::read().unwrap())).unwrap().value(name).unwrap()
}

/// Fails where two numbers are farther apart than `within`.
pub fn near(found: f64, expected: f64, within: f64) {
    assert!((found - expected).abs() < within, "{found} instead of {expected}");
}
