//! The fitted router: centres, and what endpoints are worth near them.

use ndarray::{Array2, ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

use super::lloyd::{Clusters, How};
use super::profile::profile;
use super::{KmeansParameters, Similarity};
use crate::error::{Error, Result};
use crate::router::matrix;
use crate::router::nearest::References;
use crate::router::predictor::{Examples, Predicted, Predictor, fits, saved};

/// All that is saved of a fitted router.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fit {
    top: usize,
    beta: f64,
    /// Clusters x width: the centres, of length one for the cosine.
    #[serde(with = "matrix::features")]
    centres: Array2<f32>,
    /// Clusters x endpoints.
    #[serde(with = "matrix::answers")]
    values: Array2<f64>,
    /// Rows of each cluster.
    sizes: Vec<usize>,
    notes: Vec<String>,
}

/// A fitted router.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Fit")]
pub struct Kmeans {
    fit: Fit,
    /// What is predicted for a query without direction: the clusters weighted by their rows.
    overall: Vec<f64>,
}

impl TryFrom<Fit> for Kmeans {
    type Error = String;

    fn try_from(fit: Fit) -> std::result::Result<Kmeans, String> {
        let clusters = fit.centres.nrows();
        let rows = fit.sizes.iter().sum::<usize>() as f64;
        if fit.values.nrows() != clusters || fit.sizes.len() != clusters || !(1..=clusters).contains(&fit.top) || rows == 0.0 {
            return Err(format!("the nearest {} of {clusters} clusters with {} values", fit.top, fit.values.nrows()));
        }
        let mean = |values: ndarray::ArrayView1<f64>| values.iter().zip(&fit.sizes).map(|(value, &size)| value * size as f64).sum::<f64>() / rows;
        let overall = fit.values.columns().into_iter().map(mean).collect();
        Ok(Kmeans { fit, overall })
    }
}

impl Kmeans {
    /// Clusters the examples and takes what endpoints are worth in each cluster.
    ///
    /// # Errors
    /// Where there are fewer rows than clusters, or a score or a weighted cost of an endpoint is not known.
    pub fn fit(parameters: &KmeansParameters, examples: &Examples) -> Result<Kmeans> {
        let rows = examples.features.nrows();
        if parameters.clusters > rows {
            return Err(Error::new("there are more clusters than rows to fit on")
                .found(format!("clusters = {}, {rows} rows", parameters.clusters))
                .allowed(format!("1 to {rows}"))
                .hint("take fewer `clusters`, or record more queries"));
        }
        matrix::numbers(examples.features)?;
        let unit = matrix::unit(examples.features);
        let KmeansParameters { clusters, iterations, runs, .. } = *parameters;
        let found = Clusters::of(unit.view(), &How { clusters, iterations, runs, seed: examples.seed });
        let mut notes = vec![note(parameters, &found)];
        if rows == parameters.rows {
            notes.push(format!("it is fitted on at most {rows} of the rows that it may be fitted on (`rows`), a sample where there are more"));
        }
        if !found.settled {
            notes.push(format!("k-means had not settled after {iterations} steps: raise `iterations`"));
        }
        let (values, more) = profile(parameters, examples, &found.labels, found.centres.nrows())?;
        notes.extend(more);
        let sizes = found.sizes();
        let top = parameters.top.min(sizes.len());
        let centres = match parameters.similarity {
            Similarity::Cosine => matrix::unit(found.centres.view()),
            Similarity::Product => found.centres,
        };
        Kmeans::try_from(Fit { top, beta: parameters.beta, centres, values, sizes, notes }).map_err(Error::new)
    }
}

impl Predictor for Kmeans {
    fn predict(&self, features: ArrayView2<f32>, mut out: ArrayViewMut2<f64>) -> Predicted {
        let unit = matrix::unit(features);
        let mut weights = Vec::with_capacity(self.fit.top);
        References { rows: self.fit.centres.view(), penalties: None }.nearest(unit.view(), self.fit.top, |query, near| {
            let mut prediction = out.row_mut(query);
            if unit.row(query).iter().all(|&cell| cell == 0.0) || near.is_empty() {
                prediction.iter_mut().zip(&self.overall).for_each(|(cell, &overall)| *cell = overall);
                return;
            }
            // The common factor exp(-β (1 - the greatest cosine)) falls out of the softmax.
            let most = near.iter().map(|near| near.similarity).fold(f32::NEG_INFINITY, f32::max);
            weights.clear();
            weights.extend(near.iter().map(|near| (self.fit.beta * f64::from(near.similarity - most)).exp()));
            let sum: f64 = weights.iter().sum();
            prediction.fill(0.0);
            for (near, weight) in near.iter().zip(&weights) {
                prediction.scaled_add(weight / sum, &self.fit.values.row(near.row as usize));
            }
        });
        Ok(())
    }

    fn save(&self) -> Result<serde_json::Value> {
        saved(&self.fit)
    }

    fn check(&self, width: usize, endpoints: usize) -> Result<()> {
        fits("columns of features", self.fit.centres.ncols(), width)?;
        fits("columns of values", self.fit.values.ncols(), endpoints)
    }

    fn notes(&self) -> Vec<String> {
        self.fit.notes.clone()
    }
}

fn note(parameters: &KmeansParameters, found: &Clusters) -> String {
    let sizes = found.sizes();
    let (least, most) = (sizes.iter().min().copied().unwrap_or(0), sizes.iter().max().copied().unwrap_or(0));
    let fewer = match sizes.len() < parameters.clusters {
        true => format!(" (of {} asked for: no more rows differ)", parameters.clusters),
        false => String::new(),
    };
    format!(
        "k-means: {} clusters{fewer} of {} rows, {least} to {most} each; a query takes the {} nearest, β = {}",
        sizes.len(),
        found.labels.len(),
        parameters.top.min(sizes.len()),
        parameters.beta
    )
}
