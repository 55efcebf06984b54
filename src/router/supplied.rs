//! Routers that the program brings of which this crate is a part: fitted and asked as those of this crate are,
//! and no more trusted than a file.

use std::sync::Arc;

use ndarray::{ArrayView2, ArrayViewMut2};

use super::predictor::{Examples, Predicted, Predictor, Router, Target, fits};
use crate::error::{Error, Result, RowError};

/// What reports call the kind of such a router.
pub const SUPPLIED: &str = "supplied";

/// A router of a host program. It is fitted and asked from several threads at once.
pub trait SuppliedRouter: Send + Sync {
    /// Fits a predictor to examples, which are all that it is shown of outcomes.
    ///
    /// # Errors
    /// Where it cannot.
    fn fit(&self, examples: &Examples) -> Result<Box<dyn SuppliedPredictor>>;

    /// What it predicts, and so what the scores of its examples are.
    fn target(&self) -> Target {
        Target::Correct
    }
}

/// A fitted router of a host program.
pub trait SuppliedPredictor: Send + Sync {
    /// What it predicts from encoded features (rows of `width` numbers, one after the other): for each row
    /// the quality of each endpoint's answer, 0 to 1, in the order of the endpoints that it was fitted to.
    ///
    /// # Errors
    /// Where it cannot, with the row where that is known.
    fn predict(&self, features: &[f32], width: usize) -> std::result::Result<Vec<f64>, RowError>;

    /// What a reader should know of the fit, a line each.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A host's router among those of this crate.
pub(crate) struct Supplied(pub(crate) Arc<dyn SuppliedRouter>);

impl Router for Supplied {
    fn fit(&self, examples: &Examples) -> Result<Box<dyn Predictor>> {
        let fitted = self.0.fit(examples)?;
        Ok(Box::new(Fitted { endpoints: examples.endpoints.to_vec(), width: examples.features.ncols(), fitted }))
    }

    fn target(&self) -> Target {
        self.0.target()
    }
}

struct Fitted {
    endpoints: Vec<String>,
    width: usize,
    fitted: Box<dyn SuppliedPredictor>,
}

impl Predictor for Fitted {
    fn predict(&self, features: ArrayView2<f32>, mut out: ArrayViewMut2<f64>) -> Predicted {
        let (rows, width) = features.dim();
        let cells = features.as_standard_layout();
        let predicted = self.fitted.predict(cells.as_slice().unwrap_or_default(), width)?;
        check_chances(&predicted, rows, &self.endpoints)?;
        out.iter_mut().zip(predicted).for_each(|(cell, predicted)| *cell = predicted);
        Ok(())
    }

    fn save(&self) -> Result<serde_json::Value> {
        Err(unsaved())
    }

    fn check(&self, width: usize, endpoints: usize) -> Result<()> {
        fits("features", self.width, width)?;
        fits("endpoints", self.endpoints.len(), endpoints)
    }

    fn notes(&self) -> Vec<String> {
        self.fitted.notes()
    }
}

/// The error of a router that this crate cannot write to a file: what makes it is code of the host's.
pub(crate) fn unsaved() -> Error {
    Error::new("a router that the calling program brings cannot be saved")
        .allowed("the routers of `wattroute policies router`")
        .hint("replay or compare it, which cross-fits it; keep what was fitted in the program that brings it")
}

/// Checks that what was predicted is a quality, 0 to 1, for each row and endpoint.
fn check_chances(predicted: &[f64], rows: usize, endpoints: &[String]) -> Predicted {
    let width = endpoints.len();
    if predicted.len() != rows * width {
        let error = Error::new("a router predicted for another number of queries or endpoints")
            .found(format!("{} numbers", predicted.len()))
            .allowed(format!("{} numbers, for {rows} queries and {width} endpoints", rows * width));
        // Where too few came, the first row that lacks some.
        return Err(RowError { row: Some(predicted.len() / width.max(1)).filter(|row| *row < rows), error });
    }
    match predicted.iter().position(|cell| !(0.0..=1.0).contains(cell)) {
        None => Ok(()),
        Some(first) => {
            let error = Error::new("a router predicted what is no quality of an answer")
                .at(format!("endpoint `{}`", endpoints[first % width]))
                .found(predicted[first])
                .allowed("0 to 1");
            Err(RowError { row: Some(first / width), error })
        }
    }
}
