//! Tallies: what a part of a trace adds up to, as a file, and the report of all parts.
//!
//! A tally is a Parquet file: its numbers are whole and stand in a fixed order, each with what it is of; the
//! footer says what was replayed and how (`wattroute-tally`) and has a checksum of the whole file
//! (`wattroute-tally-check`), so that damage is told before a byte of it is understood. The numbers of parts that are cut at blocks of queries add up to those of the whole to the last bit.
// What comes from a file is neither indexed nor cast: a wrong one is an error, not a panic.
#![cfg_attr(
    not(test),
    warn(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )
)]

mod differ;
mod merge;
mod read;
mod seal;
#[cfg(test)]
mod tests;
mod write;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use merge::merge;
pub use read::TallyFile;

use super::build::Making;
use crate::replay::{Group, Largest, Outline, PartTotals};

/// The word that tells a tally from other files, and the key of its head in the file's footer.
pub const FORMAT: &str = "wattroute-tally";
/// The version of the head's keys and of the numbers' order.
pub const VERSION: u32 = 1;
/// The key of the checksum of all bytes of the file.
const CHECK: &str = "wattroute-tally-check";
/// The columns: what a number is of, and its upper and lower half.
const COLUMNS: [&str; 3] = ["of", "high", "low"];

/// The totals of a part of a trace, and how the report of all of it is made.
#[derive(Debug, Clone)]
pub struct PartTally {
    /// What a report says of its making.
    pub making: Making,
    /// The totals.
    pub part: PartTotals,
}

/// What a tally says before its numbers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    /// [`FORMAT`].
    format: String,
    /// [`VERSION`].
    version: u32,
    /// Version of the program.
    program: String,
    making: Making,
    outline: Outline,
    /// The first of the queries, and the one behind the last.
    queries: [usize; 2],
    /// Queries of the trace.
    of: usize,
    /// Row numbers of the first and the last query.
    rows: [u32; 2],
    /// The groups of the queries, in the order in which they first appear.
    groups: Vec<Group>,
    largest: Largest,
}

impl Head {
    fn queries(&self) -> Range<usize> {
        let [start, end] = self.queries;
        start..end
    }
}
