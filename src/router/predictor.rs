//! What every kind of router has in common: it is fitted to examples, and predicts.
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

use ndarray::{ArrayView2, ArrayViewMut2};

use crate::error::{Error, Result, RowError};
use crate::policy::Problems;

/// What a router is fitted to: the rows of some queries.
#[derive(Debug, Clone, Copy)]
pub struct Examples<'a> {
    /// Rows x width: the encoded features.
    pub features: ArrayView2<'a, f32>,
    /// Rows x endpoints: how good each answer was, 0 to 1, NaN where that is not known. Where the router's
    /// [`Target`] is the correct answer these are 0 and 1 alone.
    pub scores: ArrayView2<'a, f64>,
    /// Rows x endpoints: what each answer took of the policy's objective, NaN where that is not known.
    pub costs: ArrayView2<'a, f64>,
    /// The ids of the endpoints, for messages.
    pub endpoints: &'a [String],
    /// Seed of whatever is fitted at random.
    pub seed: u64,
}

/// What a router predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// The score of an answer.
    Score,
    /// Whether an answer is correct.
    Correct,
}

/// Checked parameters of a kind of router.
pub trait Router: Send + Sync {
    /// Fits a predictor.
    ///
    /// # Errors
    /// Where nothing can be fitted to these examples: with what is lacking.
    fn fit(&self, examples: &Examples) -> Result<Box<dyn Predictor>>;

    /// What it predicts.
    fn target(&self) -> Target {
        Target::Score
    }

    /// Rows that a fit looks at, where that is fewer than a policy allows.
    fn most_rows(&self) -> Option<usize> {
        None
    }
}

/// Whether something was predicted.
pub type Predicted = std::result::Result<(), RowError>;

/// A fitted router.
pub trait Predictor: Send + Sync {
    /// Writes what it predicts for each endpoint (rows x endpoints, 0 to 1) from encoded features
    /// (rows x width). A strong endpoint's win rate over a weak one is σ(logit p_s − logit p_w).
    ///
    /// # Errors
    /// Where nothing can be predicted: the routers of this crate always can, those of a host program may fail.
    fn predict(&self, features: ArrayView2<f32>, out: ArrayViewMut2<f64>) -> Predicted;

    /// All that [`RouterKind::load`] needs to make it again.
    ///
    /// # Errors
    /// Where a number cannot be written as JSON.
    fn save(&self) -> Result<serde_json::Value>;

    /// Whether it takes features of that width and predicts for so many endpoints: what was read from a
    /// file need not fit together.
    ///
    /// # Errors
    /// Where it does not, with both.
    fn check(&self, width: usize, endpoints: usize) -> Result<()>;

    /// What a reader should know of the fit, a line each.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A kind of router: how it is read from a policy file, and from a saved router.
pub struct RouterKind {
    /// The word after `kind =`.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The names of its parameters with what they mean, for listings.
    pub parameters: &'static [(&'static str, &'static str)],
    /// Reads and checks `[parameters.router]` of a policy file; `None` where that found problems.
    pub read: fn(&mut Problems) -> Option<Box<dyn Router>>,
    /// A fitted router from what [`Predictor::save`] gave.
    pub load: fn(serde_json::Value) -> Result<Box<dyn Predictor>>,
}

/// A predictor of a saved router: the form of its own that serde reads.
///
/// # Errors
/// Where the saved router is of another form.
pub fn loaded<P: serde::de::DeserializeOwned + Predictor + 'static>(saved: serde_json::Value) -> Result<Box<dyn Predictor>> {
    let read: P = serde_json::from_value(saved).map_err(|cause| Error::new("a saved router has another form").cause(cause))?;
    Ok(Box::new(read))
}

/// What a predictor of that form saves.
///
/// # Errors
/// Where a number cannot be written as JSON.
pub fn saved<P: serde::Serialize>(predictor: &P) -> Result<serde_json::Value> {
    serde_json::to_value(predictor).map_err(|cause| Error::new("a router cannot be saved").cause(cause))
}

/// An error where a saved router does not fit together: what, by how many found and expected.
///
/// # Errors
/// Where the numbers differ.
pub fn fits(what: &str, found: usize, expected: usize) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::new("a saved router does not fit together").found(format!("{found} {what}")).allowed(expected))
}
