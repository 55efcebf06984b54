//! What an endpoint is worth in a cluster.

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1, Axis};

use super::{Combine, CostScale, KmeansParameters, Weights};
use crate::error::{Error, Result};
use crate::router::matrix;
use crate::router::predictor::Examples;

/// Clusters x endpoints: what the clusters say, and what a reader should know of it.
///
/// # Errors
/// Where no score of an endpoint is known, or no cost that the weights need.
pub fn profile(parameters: &KmeansParameters, examples: &Examples, labels: &[usize], clusters: usize) -> Result<(Array2<f64>, Vec<String>)> {
    let mut notes = Vec::new();
    let overall = matrix::column_means(examples.scores, "score", examples.endpoints)?;
    let mut values = means(examples.scores, labels, clusters, &overall, "score", &mut notes);
    if let Some(weights) = &parameters.weights {
        let hint = "leave `performance_weight` and `cost_weight` out, or take an objective that the trace has";
        if weights.cost > 0.0 && examples.costs.iter().all(|cost| cost.is_nan()) {
            let found = format!("none in {} rows of {} endpoints", examples.costs.nrows(), examples.endpoints.len());
            return Err(Error::new("the costs that `cost_weight` weighs are not known").found(found).hint(hint));
        }
        let costs = if weights.cost > 0.0 {
            let overall = matrix::column_means(examples.costs, "cost", examples.endpoints).map_err(|error| error.hint(hint))?;
            means(examples.costs, labels, clusters, &overall, "cost", &mut notes)
        } else {
            Array2::zeros(values.raw_dim())
        };
        for (mut scores, costs) in values.rows_mut().into_iter().zip(costs.rows()) {
            utility(weights, &mut scores, costs);
        }
        notes.push(format!(
            "predictions are {} x performance + {} x cheapness of the nearest clusters (Avengers-Pro), no chance of a correct answer",
            weights.performance, weights.cost
        ));
    }
    if parameters.combine == Combine::Rank {
        values.rows_mut().into_iter().for_each(ranks);
        notes.push("predictions are reciprocal ranks in the nearest clusters, no chance of a correct answer".to_owned());
    }
    Ok((values, notes))
}

/// Clusters x endpoints: means of what is known; where nothing is, the endpoint's mean over all rows.
fn means(cells: ArrayView2<f64>, labels: &[usize], clusters: usize, overall: &[f64], what: &str, notes: &mut Vec<String>) -> Array2<f64> {
    let mut sums = Array2::<f64>::zeros((clusters, cells.ncols()));
    let mut counts = Array2::<f64>::zeros(sums.raw_dim());
    for (row, &label) in cells.axis_iter(Axis(0)).zip(labels) {
        for (endpoint, &cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_nan()) {
            sums[[label, endpoint]] += cell;
            counts[[label, endpoint]] += 1.0;
        }
    }
    let lacking = counts.iter().filter(|count| **count == 0.0).count();
    if lacking > 0 {
        let all = counts.len();
        notes.push(format!("no {what} is known in {lacking} of {all} pairs of cluster and endpoint: there the endpoint's mean over all rows"));
    }
    Array2::from_shape_fn(sums.raw_dim(), |at| if counts[at] == 0.0 { overall[at.1] } else { sums[at] / counts[at] })
}

/// w x minmax(score) + s x (1 - scaled cost) over the endpoints of a cluster. Where all have the same score
/// the performance is 1, where all costs are 0 so is the cheapness (as in the authors' code).
pub(super) fn utility(weights: &Weights, scores: &mut ArrayViewMut1<f64>, costs: ArrayView1<f64>) {
    let range = |cells: ArrayView1<f64>| (cells.iter().copied().fold(f64::INFINITY, f64::min), cells.iter().copied().fold(0.0, f64::max));
    let (worst, best) = range(scores.view());
    let (cheapest, dearest) = range(costs);
    let floor = match weights.cost_scale {
        CostScale::Max => 0.0,
        CostScale::Minmax => cheapest,
    };
    scores.zip_mut_with(&costs, |score, &cost| {
        let performance = if best > worst { (*score - worst) / (best - worst) } else { 1.0 };
        let cheapness = if dearest > floor { 1.0 - (cost - floor) / (dearest - floor) } else { 1.0 };
        *score = weights.performance * performance + weights.cost * cheapness;
    });
}

/// Turns values into 1 / rank, the best first, of equal ones the endpoint listed first.
pub(super) fn ranks(mut values: ArrayViewMut1<f64>) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order.into_iter().enumerate().for_each(|(rank, endpoint)| values[endpoint] = 1.0 / (rank + 1) as f64);
}
