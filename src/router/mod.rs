//! Fitted models behind learned policies: what they look at, how they are fitted, and on what.
//!
//! A model is fitted to [`Rows`] that hold their own labels and nothing else, and judges a query by
//! its [`Features`] alone. [`crossfit()`] sees to it that no query is judged by a model that was
//! fitted on it.

pub mod crossfit;
pub mod features;
pub mod logistic;
pub mod predictor;

#[cfg(test)]
mod tests;

pub use crossfit::{CrossFit, Fitted, Label, crossfit};
pub use features::{Features, MissingFeatures};
pub use logistic::{Model, Rows};
pub use predictor::{Examples, Predictor, Router, RouterKind, Target};
