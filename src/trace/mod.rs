//! Traces: what they are on disk and in memory, how they are read, checked, written and imported.
//!
//! The format is specified in `traces/README.md`; [`schema`] has the names of its columns.
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

pub mod arrivals;
mod batch;
#[cfg(test)]
mod batch_tests;
mod check;
#[cfg(test)]
mod check_tests;
mod claims;
mod column;
mod date;
mod decisions;
mod decode;
mod derived;
mod dictionary;
mod draft;
mod embedding;
#[cfg(test)]
mod embedding_tests;
mod encode;
mod endpoint;
pub mod enrich;
mod fingerprint;
mod grid;
pub mod import;
mod info;
mod load;
mod memory;
mod pages;
mod parquet;
mod partition;
mod place;
mod problems;
mod ranges;
#[cfg(test)]
mod ranges_tests;
mod reader;
mod redraft;
mod roles;
pub mod schema;
mod sheet;
mod table;
mod tables;
mod text;
mod threads;
mod wanted;
mod write;

pub use batch::{BatchColumn, Numbers, QueryBatch, Texts, Vectors};
pub use check::{Check, check};
pub(crate) use claims::check_bytes as check_parquet;
pub use column::{BLOCK_ROWS, Column, Names};
pub use decisions::{RecordedRow, RecordedValue, Recording, RecordingColumns};
pub use derived::{Derived, Follow};
pub use dictionary::{ColumnMeaning, outcome_columns, query_columns};
pub use draft::{Draft, DraftEndpoint};
pub use embedding::Embedding;
pub use endpoint::{Endpoint, EnergyScope, Price, Tier, slug};
pub use grid::GridIntensity;
pub use info::{Defaults, Source, Step, TraceInfo};
pub(crate) use memory::room_for;
pub(crate) use place::EMBEDDED;
pub use place::{TracePlace, embedded_names};
pub use ranges::TraceReader;
pub use schema::{Metric, PerMetric};
pub use table::{EndpointIx, Feature, Outcomes, Queries, Trace};
pub use wanted::Columns;
