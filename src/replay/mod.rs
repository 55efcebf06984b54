//! The replay: plans run against recorded outcomes, and tallied exactly.
//!
//! [`Replay::prepare`] fits policies to a trace, [`Replay::run`] gives a [`Tally`] for each; the
//! analyses turn tallies into figures.

mod account;
mod adaptive;
mod attempts;
mod baselines;
mod bases;
mod block;
mod bootstrap;
mod cells;
pub(crate) mod changes;
mod closed_form;
mod counts;
pub mod day;
mod deal;
mod dense;
mod ends;
mod engine;
mod estimates;
mod exact;
mod expect;
mod firsts;
mod gather;
mod groups;
mod histogram;
mod lane;
mod line;
mod line_rows;
mod line_sums;
pub(crate) mod lines;
mod numbers;
mod outline;
mod pair;
mod part;
mod pending;
mod plans;
mod range;
mod references;
mod resolve;
mod rows;
mod setup;
mod slim;
mod split;
mod spread;
mod steps;
mod stream;
mod tally;
mod threads;
mod tile;
mod times;
mod totals;

pub use account::{AccountBlock, QueryResult, Status};
pub use bootstrap::{RESAMPLES, Resampled, Weights, buckets};
pub use closed_form::ColumnSums;
pub(crate) use deal::deal;
pub use ends::{EndLane, end_lane};
pub use engine::{Progress, Silent};
pub use exact::Exact;
pub use expect::{LaneMoments, MomentSums};
pub use firsts::Firsts;
pub use groups::Groups;
pub use histogram::Histogram;
pub use lane::{Lane, Layout, UNITS};
pub use outline::{EntryOutline, Outline, TraceOutline};
pub use part::{PartTotals, part_of};
pub(crate) use range::Largest;
pub use rows::Rows;
pub use setup::{Entry, LeftOut, Replay, Request};
pub use split::{Part, lane as split_lane, oracle_that_errs};
pub use spread::Spread;
pub use stream::{PART_QUERIES, Parts, SMALL_PART_QUERIES, Stream};
pub use tally::{BUCKETS, Tally};
pub use threads::on_threads_of;
pub use totals::{Facts, Group, Totals};

/// The parts of the engine that a sweep is made of too.
pub(crate) mod sweeping {
    pub(crate) use super::baselines::{Baselines, their_lanes};
    pub(crate) use super::block::{Block, Judge};
    pub(crate) use super::cells::{Cells, Scratch};
    pub(crate) use super::changes::{self, Changed, List};
    pub(crate) use super::closed_form::{ClosedForm, Figures, goes_to_endpoints};
    pub(crate) use super::deal::deal;
    pub(crate) use super::engine::QUERIES_AT_A_TIME;
    pub(crate) use super::expect::{LaneNumbers, result_of};
    pub(crate) use super::lane::{LaneVisitor, visit_lanes};
    pub(crate) use super::line::{Addend, LANES, Line};
    pub(crate) use super::line_rows::{LineRows, own_lanes};
    pub(crate) use super::lines;
    pub(crate) use super::pair::Made;
    pub(crate) use super::slim::{AT_MOST, Crowds, Of, Slim, SlimRows, Units, many};
    pub(crate) use super::spread::Ways;
    pub(crate) use super::tally::Reference;
}
