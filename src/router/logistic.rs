//! Logistic regression: the chance that an endpoint answers a query correctly.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, ArrayView2, Axis};

use crate::error::{Error, Result};

/// Gradient of the loss for each row at which a fit is done, as elsewhere: chances are then within
/// some thousandths of their end.
const TOLERANCE_PER_ROW: f64 = 1e-4;
/// Steps after which it is given up; whoever reads the notes is told how far it came.
const MOST_STEPS: u64 = 300;
/// A feature whose spread is a smaller part of its size than this is constant: rounding makes no spread.
const CONSTANT: f64 = 1e-12;

/// What a model is fitted to: features in rows, NaN where missing, and whether the answer was correct.
#[derive(Debug, Clone)]
pub struct Rows {
    /// A row of features a query.
    pub features: Array2<f64>,
    /// Whether the answer was correct.
    pub correct: Vec<bool>,
}

/// A fitted model, on the scale of the features as they come.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    intercept: f64,
    weights: Vec<f64>,
    /// What stands in for a missing cell: the mean of the rows fitted on.
    means: Vec<f64>,
    /// The only answer in the rows fitted on, where there was only one: nothing was fitted then.
    pub only: Option<bool>,
    /// Length of the loss's gradient, for each row, where the fit stopped before it was flat.
    pub unfinished: Option<f64>,
}

impl Model {
    /// Fits a model. `l2` multiplies half the squared length of the weights of standardised features,
    /// against the summed loss (1/C elsewhere).
    ///
    /// Where all answers are correct, or none, the chance is a constant: (k + 1) / (n + 2), the rule of
    /// succession, for k of n rows correct, so that no query is called certain.
    ///
    /// # Errors
    /// Where the solver fails, with its words.
    pub fn fit(rows: Rows, l2: f64) -> Result<Model> {
        let count = rows.correct.len();
        let right = rows.correct.iter().filter(|correct| **correct).count();
        let Rows { mut features, correct } = rows;
        let scale = Scale::of(features.view());
        if right == 0 || right == count {
            let odds = (right as f64 + 1.0) / ((count - right) as f64 + 1.0);
            let weights = vec![0.0; scale.means.len()];
            return Ok(Model { intercept: odds.ln(), weights, means: scale.means, only: Some(right > 0), unfinished: None });
        }
        scale.apply(&mut features);
        // linfa's tolerance is on the gradient of the summed loss, and so grows with the rows.
        let tolerance = TOLERANCE_PER_ROW * count as f64;
        let solver = LogisticRegression::default().alpha(l2).max_iterations(MOST_STEPS).gradient_tolerance(tolerance);
        let data = DatasetBase::new(features, Array1::from(correct));
        let fitted = solver.fit(&data).map_err(|cause| Error::new("a logistic regression could not be fitted").cause(cause))?;
        // The class that linfa calls positive is the more frequent one, not `true`.
        let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
        let weights = fitted.params().mapv(|weight| sign * weight);
        let intercept = sign * fitted.intercept();
        // linfa does not say whether it stopped because it was done.
        let gradient = gradient_norm(data.records().view(), data.targets(), &weights, intercept, l2);
        let unfinished = (gradient > 2.0 * tolerance).then_some(gradient / count as f64);
        Ok(scale.undo(intercept, &weights, unfinished))
    }

    /// The chance that the answer to a query is correct.
    pub fn chance(&self, features: &[f64]) -> f64 {
        let terms = self.weights.iter().zip(features).zip(&self.means);
        // Centred terms: a missing cell is the mean and adds nothing.
        let sum: f64 = terms.map(|((weight, cell), mean)| if cell.is_nan() { 0.0 } else { weight * (cell - mean) }).sum();
        1.0 / (1.0 + (-(self.intercept + sum)).exp())
    }
}

/// Means and inverse standard deviations of the rows that a model is fitted on.
struct Scale {
    means: Vec<f64>,
    /// 0 for a constant feature, which thus says nothing.
    inverse: Vec<f64>,
}

impl Scale {
    fn of(features: ArrayView2<f64>) -> Scale {
        let mut scale = Scale { means: Vec::new(), inverse: Vec::new() };
        for column in features.axis_iter(Axis(1)) {
            let known = || column.iter().filter(|cell| !cell.is_nan());
            let count = known().count().max(1) as f64;
            let mean = known().sum::<f64>() / count;
            let deviation = (known().map(|cell| (cell - mean).powi(2)).sum::<f64>() / count).sqrt();
            scale.means.push(mean);
            scale.inverse.push(if deviation > CONSTANT * mean.abs().max(1.0) { 1.0 / deviation } else { 0.0 });
        }
        scale
    }

    fn apply(&self, features: &mut Array2<f64>) {
        for (mut column, (mean, inverse)) in features.axis_iter_mut(Axis(1)).zip(self.means.iter().zip(&self.inverse)) {
            column.mapv_inplace(|cell| if cell.is_nan() { 0.0 } else { (cell - mean) * inverse });
        }
    }

    /// The model on the scale of the features as they come.
    fn undo(self, intercept: f64, weights: &Array1<f64>, unfinished: Option<f64>) -> Model {
        let weights = weights.iter().zip(&self.inverse).map(|(weight, inverse)| weight * inverse).collect();
        Model { intercept, weights, means: self.means, only: None, unfinished }
    }
}

/// Length of the gradient of the summed loss with its penalty.
fn gradient_norm(features: ArrayView2<f64>, correct: &Array1<bool>, weights: &Array1<f64>, intercept: f64, l2: f64) -> f64 {
    let mut errors = features.dot(weights) + intercept;
    errors.zip_mut_with(correct, |z, &correct| *z = 1.0 / (1.0 + (-*z).exp()) - f64::from(u8::from(correct)));
    let slope = features.t().dot(&errors) + weights * l2;
    (slope.dot(&slope) + errors.sum().powi(2)).sqrt()
}
