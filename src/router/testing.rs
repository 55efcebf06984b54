//! Small examples for the tests of routers.

use ndarray::{Array2, ArrayView2};

use super::{Examples, Predictor, RouterKind};
use crate::error::Result;
use crate::policy::Problems;

/// What a router is fitted to, kept.
pub(super) struct Data {
    pub features: Array2<f32>,
    pub scores: Array2<f64>,
    pub costs: Array2<f64>,
}

impl Data {
    /// Without costs.
    pub fn new(features: Array2<f32>, scores: Array2<f64>) -> Data {
        let costs = Array2::from_elem(scores.raw_dim(), f64::NAN);
        Data { features, scores, costs }
    }

    /// Fits a router of the parameters, with seed 1 and endpoints `e0`, `e1`, …
    pub fn fit(&self, kind: &RouterKind, parameters: &str) -> Result<Box<dyn Predictor>> {
        let router = Problems::of_router(&format!("kind = \"{}\"\n{parameters}", kind.name), kind.read)?;
        let endpoints: Vec<String> = (0..self.scores.ncols()).map(|endpoint| format!("e{endpoint}")).collect();
        let (features, scores, costs) = (self.features.view(), self.scores.view(), self.costs.view());
        router.fit(&Examples { features, scores, costs, endpoints: &endpoints, seed: 1 })
    }

    /// What the parameters or the fit is refused with.
    pub fn refused(&self, kind: &RouterKind, parameters: &str) -> String {
        self.fit(kind, parameters).err().map(|error| error.to_string()).unwrap_or_default()
    }

    /// What a fitted router predicts.
    pub fn predicted(&self, predictor: &dyn Predictor, features: ArrayView2<f32>) -> Array2<f64> {
        let mut out = Array2::from_elem((features.nrows(), self.scores.ncols()), f64::NAN);
        predictor.predict(features, out.view_mut()).unwrap();
        out
    }
}

/// Whether all cells are within a tolerance.
pub(super) fn close(found: &Array2<f64>, expected: &Array2<f64>, tolerance: f64) -> bool {
    found.dim() == expected.dim() && found.iter().zip(expected).all(|(a, b)| (a - b).abs() <= tolerance)
}
