//! What would it cost, and what would it save, to route LLM queries differently?

mod accumulator;
pub mod analysis;
pub mod cli;
pub mod draw;
mod error;
pub mod figure;
pub mod output;
pub mod paper;
pub mod policy;
pub mod replay;
pub mod report;
pub mod router;
mod shipped;
pub mod sweep;
pub mod synth;
pub mod table;
pub mod trace;
pub mod units;
mod wide;
pub mod work;
pub mod workload;

pub use error::{Error, Result, RowError, in_a_line, is_shown, nearest, none_of, printable, unknown};
