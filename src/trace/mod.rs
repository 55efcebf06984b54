//! Traces: what they are on disk and in memory, how they are read, checked, written and imported.
//!
//! The format is specified in `traces/README.md`; [`schema`] has the names of its columns.

mod column;
mod draft;
mod endpoint;
pub mod enrich;
mod fingerprint;
pub mod import;
mod info;
mod load;
mod place;
mod redraft;
pub mod schema;
mod table;

pub use column::{BLOCK_ROWS, Column, Names};
pub use draft::{Draft, DraftEndpoint};
pub use endpoint::{Endpoint, EnergyScope, Price, Tier, slug};
pub use info::{Defaults, Source, Step, TraceInfo};
pub use load::Columns;
pub use place::{TracePlace, embedded_names};
pub use schema::{Metric, PerMetric};
pub use table::{EndpointIx, Feature, Outcomes, Queries, Trace};
