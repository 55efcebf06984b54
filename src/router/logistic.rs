//! Logistic regression: the chance that an endpoint answers a query correctly.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::predictor::{Examples, Predicted, Predictor, Router, RouterKind, Target, fits, loaded, saved};
use crate::error::{Error, Result};

/// The kind.
pub const KIND: RouterKind = RouterKind {
    name: "logistic",
    summary: "a logistic regression of each endpoint's chance to be correct",
    parameters: &[("l2", "weight of half the squared weights against the summed loss, 1/C elsewhere (default 1)")],
    read: |problems| {
        let file: File = problems.router_section()?;
        let l2 = file.l2.map_or(1.0, |l2| {
            if !(l2.get_ref().is_finite() && *l2.get_ref() >= 0.0) {
                problems.add(l2.span(), Error::new("`l2` is no weight").found(l2.get_ref()).allowed("0 and more"));
            }
            l2.into_inner()
        });
        Some(Box::new(Logistic { l2 }))
    },
    load: loaded::<Fitted>,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: serde::de::IgnoredAny,
    l2: Option<toml::Spanned<f64>>,
}

/// Gradient of the loss for each row at which a fit is done, as elsewhere: chances are then within
/// some thousandths of their end.
const TOLERANCE_PER_ROW: f64 = 1e-4;
/// Steps after which it is given up; whoever reads the notes is told how far it came.
const MOST_STEPS: u64 = 300;

struct Logistic {
    l2: f64,
}

impl Router for Logistic {
    fn fit(&self, examples: &Examples) -> Result<Box<dyn Predictor>> {
        let model = |(endpoint, name): (usize, &String)| -> Result<Model> {
            let scores = examples.scores.column(endpoint);
            let known: Vec<usize> = (0..scores.len()).filter(|&row| !scores[row].is_nan()).collect();
            if known.is_empty() {
                return Err(Error::new("no answer to fit on").at(format!("endpoint `{name}`")));
            }
            // Column after column: the solver's products with the transposed table are four times as fast so.
            let features = examples.features.select(Axis(0), &known).t().as_standard_layout().mapv(f64::from).reversed_axes();
            let correct = known.iter().map(|&row| scores[row] >= 1.0).collect();
            Model::fit(features, correct, self.l2).map_err(|error| error.at(format!("endpoint `{name}`")))
        };
        let models: Vec<(usize, &String)> = examples.endpoints.iter().enumerate().collect();
        let models = models.into_par_iter().map(model).collect::<Result<_>>()?;
        Ok(Box::new(Fitted { endpoints: examples.endpoints.to_vec(), models }))
    }

    fn target(&self) -> Target {
        Target::Correct
    }
}

/// A model for each endpoint.
#[derive(Debug, Serialize, Deserialize)]
struct Fitted {
    endpoints: Vec<String>,
    models: Vec<Model>,
}

impl Predictor for Fitted {
    fn predict(&self, features: ArrayView2<f32>, mut out: ArrayViewMut2<f64>) -> Predicted {
        for (row, mut out) in features.rows().into_iter().zip(out.rows_mut()) {
            out.iter_mut().zip(&self.models).for_each(|(chance, model)| *chance = model.chance(row));
        }
        Ok(())
    }

    fn save(&self) -> Result<serde_json::Value> {
        saved(self)
    }

    fn check(&self, width: usize, endpoints: usize) -> Result<()> {
        fits("endpoints", self.endpoints.len(), endpoints)?;
        fits("models", self.models.len(), endpoints)?;
        self.models.iter().try_for_each(|model| fits("weights", model.weights.len(), width))
    }

    fn notes(&self) -> Vec<String> {
        let note = |(name, model): (&String, &Model)| match (model.only, model.unfinished) {
            (Some(true), _) => Some(format!("{name}: every answer is correct in the rows fitted on, and the chance a constant")),
            (Some(false), _) => Some(format!("{name}: every answer is wrong in the rows fitted on, and the chance a constant")),
            (_, Some(gradient)) => Some(format!("warning: {name}: a fit stopped early, with a gradient of {gradient:.1e} a row")),
            _ => None,
        };
        self.endpoints.iter().zip(&self.models).filter_map(note).collect()
    }
}

/// A fitted model of one endpoint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    intercept: f64,
    weights: Vec<f64>,
    /// The only answer in the rows fitted on, where there was only one: nothing was fitted then.
    pub only: Option<bool>,
    /// Length of the loss's gradient, for each row, where the fit stopped before it was flat.
    pub unfinished: Option<f64>,
}

impl Model {
    /// Fits a model to standardised features in rows and whether the answers were correct. `l2`
    /// multiplies half the squared length of the weights, against the summed loss (1/C elsewhere).
    ///
    /// Where all answers are correct, or none, the chance is a constant: (k + 1) / (n + 2), the rule of
    /// succession, for k of n rows correct, so that no query is called certain.
    ///
    /// # Errors
    /// Where the solver fails, with its words.
    pub fn fit(features: Array2<f64>, correct: Vec<bool>, l2: f64) -> Result<Model> {
        let count = correct.len();
        let right = correct.iter().filter(|correct| **correct).count();
        if right == 0 || right == count {
            let odds = (right as f64 + 1.0) / ((count - right) as f64 + 1.0);
            let weights = vec![0.0; features.ncols()];
            return Ok(Model { intercept: odds.ln(), weights, only: Some(right > 0), unfinished: None });
        }
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
        Ok(Model { intercept, weights: weights.to_vec(), only: None, unfinished })
    }

    /// The chance that the answer to a query is correct.
    pub fn chance(&self, features: ArrayView1<f32>) -> f64 {
        let sum: f64 = self.weights.iter().zip(features).map(|(weight, &cell)| weight * f64::from(cell)).sum();
        1.0 / (1.0 + (-(self.intercept + sum)).exp())
    }
}

/// Length of the gradient of the summed loss with its penalty.
fn gradient_norm(features: ArrayView2<f64>, correct: &Array1<bool>, weights: &Array1<f64>, intercept: f64, l2: f64) -> f64 {
    let mut errors = features.dot(weights) + intercept;
    errors.zip_mut_with(correct, |z, &correct| *z = 1.0 / (1.0 + (-*z).exp()) - f64::from(u8::from(correct)));
    let slope = features.t().dot(&errors) + weights * l2;
    (slope.dot(&slope) + errors.sum().powi(2)).sqrt()
}
