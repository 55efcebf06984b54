//! Routers: what they look at, how they are fitted, on what, and what they predict.
//!
//! A router is fitted to [`Examples`], which are all that it learns of outcomes, and judges a query by
//! its encoded features alone. [`crossfit()`] sees to it that no query is judged by a router that was
//! fitted to it. A kind of router is one file here and one word in the list below; a program that this crate is
//! part of may bring its own ([`supplied`]).

pub mod calibrate;
pub mod crossfit;
pub mod facts;
pub mod features;
pub mod fit;
mod games;
pub mod label;
mod matrix;
mod nearest;
mod parameter;
pub mod past;
pub mod predictor;
pub mod reliability;
pub mod saved;
pub mod supplied;

pub use calibrate::{Calibration, Calibrator};
pub use crossfit::{Crossfitted, crossfit};
pub use facts::{RouterFacts, win_rate};
pub use features::{Bound, Encoder, FeatureSpec, MissingFeatures, Part};
pub use fit::{FittedRouter, FittedTo, How, Labels};
pub use past::Past;
pub use predictor::{Examples, Predicted, Predictor, Router, RouterKind, Target};
pub use reliability::{Reliability, ReliabilityBin};
pub use saved::SavedRouter;
pub use supplied::{SuppliedPredictor, SuppliedRouter};

macro_rules! routers {
    ($($module:ident)*) => {
        $(pub mod $module;)*
        /// Every kind of router, in the order in which they are listed.
        pub static ROUTERS: &[RouterKind] = &[$($module::KIND),*];
    };
}

routers! { logistic knn kmeans mf bradley_terry }

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
