//! Fitting a router to some queries of a trace, and what it predicts for others.

use ndarray::{Array2, ArrayView2};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::calibrate::{Calibration, Calibrator};
use super::features::{Encoder, FeatureSpec};
use super::predictor::{Examples, Predictor, Router, Target};
use crate::draw::{Draws, Stream};
use crate::error::{Error, Result, RowError};
use crate::trace::Trace;
use crate::work::go_on;

/// Rows that are predicted at once.
const BLOCK: usize = 4096;

/// How a router is fitted.
#[derive(Debug, Clone)]
pub struct How {
    /// Parts of a cross-fit.
    pub folds: usize,
    /// Rows that a fit looks at most.
    pub max_rows: usize,
    /// How predictions become chances.
    pub calibrate: Calibration,
    /// What a router looks at.
    pub features: FeatureSpec,
    /// Seed of folds, samples and fits.
    pub seed: u64,
}

/// What endpoints did with the queries of a trace, for fitting.
#[derive(Debug, Clone)]
pub struct Labels {
    /// Their ids.
    pub endpoints: Vec<String>,
    /// By endpoint and position: what is predicted, 0 to 1, NaN where it is not known.
    pub scores: Vec<Vec<f64>>,
    /// By endpoint and position: what the answer took of the objective, NaN where it is not known.
    pub costs: Vec<Vec<f64>>,
    /// What `scores` are.
    pub target: Target,
}

/// A router fitted to some queries.
pub struct FittedRouter {
    /// What it looks at.
    pub encoder: Encoder,
    /// What it predicts from that.
    pub predictor: Box<dyn Predictor>,
    /// By endpoint: what makes a prediction a chance.
    pub calibrators: Vec<Calibrator>,
    /// Positions of the queries that anything of it was fitted to.
    pub fitted_on: Vec<usize>,
    /// What a reader should know of its calibration, a line each.
    pub notes: Vec<String>,
}

impl FittedRouter {
    /// Fits a router to queries. Calibrated predictions set part `held` of `fold` aside: the router is
    /// fitted to the others, and its predictions are calibrated on that part.
    ///
    /// # Errors
    /// Where features are lacking, no score is known, or the router cannot be fitted.
    pub fn fit(
        router: &dyn Router,
        trace: &Trace,
        labels: &Labels,
        positions: &[usize],
        aside: &[usize],
        how: &How,
    ) -> Result<FittedRouter> {
        let sample = sampled(labels, positions, trace, router.most_rows().map_or(how.max_rows, |most| most.min(how.max_rows)), how.seed);
        if sample.is_empty() {
            return Err(Error::new("no query with a known score to fit a router to").found(format!("{} queries", positions.len())));
        }
        let encoder = Encoder::fit(&how.features, trace, &sample)?;
        let features = encoded(&encoder, trace, &sample)?;
        let table =
            |columns: &[Vec<f64>]| Array2::from_shape_fn((sample.len(), columns.len()), |(row, column)| columns[column][sample[row]]);
        let (scores, costs) = (table(&labels.scores), table(&labels.costs));
        let examples = Examples {
            features: features.view(),
            scores: scores.view(),
            costs: costs.view(),
            endpoints: &labels.endpoints,
            seed: how.seed,
        };
        let predictor = router.fit(&examples)?;
        let mut fitted = FittedRouter { encoder, predictor, calibrators: Vec::new(), fitted_on: sample, notes: Vec::new() };
        if how.calibrate != Calibration::None {
            fitted.calibrate(trace, labels, aside, how)?;
        }
        Ok(fitted)
    }

    fn calibrate(&mut self, trace: &Trace, labels: &Labels, aside: &[usize], how: &How) -> Result<()> {
        let aside = sampled(labels, aside, trace, how.max_rows, how.seed);
        let predicted = self.predict(trace, &aside, labels.endpoints.len())?;
        for (endpoint, name) in labels.endpoints.iter().enumerate() {
            let known = (0..aside.len()).filter(|&row| !labels.scores[endpoint][aside[row]].is_nan());
            let pairs: Vec<(f64, f64)> = known.map(|row| (predicted[[row, endpoint]], labels.scores[endpoint][aside[row]])).collect();
            let (predicted, label): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let constant = label.first().filter(|first| label.iter().all(|other| other == *first));
            self.calibrators.push(match constant {
                // An endpoint that is always right (or never) has no curve, and needs none.
                Some(label) => {
                    self.notes.push(format!("{name}: all labels of the part set aside are {label}, and its predictions stay as they are"));
                    Calibrator::None
                }
                None => Calibrator::fit(how.calibrate, &predicted, &label).map_err(|error| error.at(format!("endpoint `{name}`")))?,
            });
        }
        self.fitted_on.extend(aside);
        self.fitted_on.sort_unstable();
        Ok(())
    }

    /// What it predicts for the queries at some positions: rows x endpoints, the same for any number of threads.
    ///
    /// # Errors
    /// Where the trace lacks a feature that it looks at, and where the predictor fails: with the queries.
    pub fn predict(&self, trace: &Trace, positions: &[usize], endpoints: usize) -> Result<Array2<f64>> {
        let bound = self.encoder.bind(trace)?;
        let block = |positions: &[usize]| -> Result<Array2<f64>> {
            go_on();
            let mut features = Array2::<f32>::zeros((positions.len(), self.encoder.width()));
            for (mut row, &position) in features.rows_mut().into_iter().zip(positions) {
                if let Some(row) = row.as_slice_mut() {
                    bound.row(position, row);
                }
            }
            let mut out = Array2::zeros((positions.len(), endpoints));
            self.predictor.predict(features.view(), out.view_mut()).map_err(|failed| placed(failed, trace, positions))?;
            for (mut column, calibrator) in out.columns_mut().into_iter().zip(&self.calibrators) {
                column.mapv_inplace(|predicted| calibrator.apply(predicted));
            }
            Ok(out)
        };
        // Of several errors the first block's, on any number of threads.
        let blocks: Vec<Result<Array2<f64>>> = positions.par_chunks(BLOCK).map(block).collect();
        let blocks: Vec<Array2<f64>> = blocks.into_iter().collect::<Result<_>>()?;
        let views: Vec<ArrayView2<f64>> = blocks.iter().map(Array2::view).collect();
        if views.is_empty() {
            return Ok(Array2::zeros((0, endpoints)));
        }
        ndarray::concatenate(ndarray::Axis(0), &views).map_err(|cause| Error::new("blocks of predictions do not fit").cause(cause))
    }
}

/// An error of a predictor with the queries that it was asked about.
fn placed(failed: RowError, trace: &Trace, positions: &[usize]) -> Error {
    let queries = &trace.queries;
    let error = match failed.row.and_then(|row| positions.get(row)) {
        Some(&position) => failed.error.at(queries.place(position)),
        None => failed.error,
    };
    match positions {
        [first, .., last] => {
            error.at(format!("a block of {} queries, rows {} to {}", positions.len(), queries.rows[*first], queries.rows[*last]))
        }
        _ => error,
    }
}

fn encoded(encoder: &Encoder, trace: &Trace, positions: &[usize]) -> Result<Array2<f32>> {
    let bound = encoder.bind(trace)?;
    let mut features = Array2::<f32>::zeros((positions.len(), encoder.width()));
    if encoder.width() > 0 {
        let cells = features.as_slice_mut().unwrap_or_default();
        cells.par_chunks_mut(encoder.width()).zip(positions).for_each(|(row, &position)| bound.row(position, row));
    }
    Ok(features)
}

/// At most so many of some queries with a known score, drawn by a hash of their row numbers, with each
/// number of right endpoints in its share. In ascending order.
fn sampled(labels: &Labels, positions: &[usize], trace: &Trace, most: usize, seed: u64) -> Vec<usize> {
    let known = |position: &&usize| labels.scores.iter().any(|scores| !scores[**position].is_nan());
    let known: Vec<usize> = positions.iter().filter(known).copied().collect();
    if known.len() <= most {
        return known;
    }
    let stream = Draws::new(seed, 0).stream(Stream::Fit, 0);
    let right = |position: usize| labels.scores.iter().map(|scores| scores[position]).filter(|score| !score.is_nan()).sum::<f64>();
    let mut keyed: Vec<(u64, usize, usize)> = known
        .iter()
        .map(|&position| ((right(position) * 2.0).round() as usize, position))
        .map(|(stratum, position)| (stream.bits(u64::from(trace.queries.rows[position])), stratum, position))
        .collect();
    keyed.sort_unstable_by_key(|&(key, stratum, _)| (stratum, key));
    // Every so many-th of the queries in that order: each stratum in its share, to one query.
    let (all, most) = (keyed.len() as u128, most as u128);
    let mut sample: Vec<usize> = (0..most).map(|index| keyed[(index * all / most) as usize].2).collect();
    sample.sort_unstable();
    sample
}

/// What a saved router says it was fitted to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FittedTo {
    /// Name of the trace.
    pub trace: String,
    /// Its fingerprint.
    pub fingerprint: String,
    /// Queries that were allowed for the fit.
    pub queries: usize,
    /// Hashes of the ids of those that anything was fitted to, ascending.
    pub ids: Vec<u64>,
}
