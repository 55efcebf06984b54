//! What a router may know of a query before it is answered, as numbers.
//!
//! An [`Encoder`] is fitted to some rows of a trace: what is usual there, which names there are, which
//! words are rare. It knows all of that by name, so that it can be saved and [bound](Encoder::bind) to
//! another trace, and then writes a [row](Bound::row) of numbers for a query. It sees no outcome.

mod bound;
mod counts;
mod encoder;
mod names;
mod scale;
mod spec;
mod text;

#[cfg(test)]
mod tests;

pub use bound::Bound;
pub use encoder::Encoder;
pub use spec::{FeatureSpec, MissingFeatures, Part, Reads};
