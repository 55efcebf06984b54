//! Cross-fitting: every query is judged by a router that was not fitted to it.

use rayon::prelude::*;

use super::calibrate::Calibration;
use super::fit::{FittedRouter, How, Labels};
use super::predictor::Router;
use crate::draw::{Draws, Stream};
use crate::error::{Error, Result};
use crate::trace::Trace;
use crate::work::go_on;

/// What cross-fitting gives.
pub struct Crossfitted {
    /// The fold of each position; what judges it was fitted to other folds.
    pub fold: Vec<u32>,
    /// By endpoint and position what is predicted, 0 to 1.
    pub predicted: Vec<Vec<f64>>,
    /// By fold the router that judges it.
    pub routers: Vec<FittedRouter>,
}

/// A router, the positions that it judges, and what it predicts for them.
type Judged = (FittedRouter, Vec<usize>, ndarray::Array2<f64>);

/// The fold of each query, by a hash of its row number.
///
/// # Errors
/// Where there are fewer queries than folds, or a fold is left empty by chance.
pub fn folds(rows: &[u32], folds: usize, seed: u64) -> Result<Vec<u32>> {
    let stream = Draws::new(seed, 0).stream(Stream::Fold, 0);
    let fold: Vec<u32> = rows.iter().map(|&row| stream.below(u64::from(row), folds) as u32).collect();
    let filled = (0..folds as u32).filter(|part| fold.contains(part)).count();
    if filled < folds {
        return Err(Error::new("too few queries to cross-fit")
            .found(format!("{} queries, which fill {filled} of {folds} folds", rows.len()))
            .hint("take fewer `folds`, or record more queries"));
    }
    Ok(fold)
}

/// Fits a router to all folds but one, for each, and predicts that one by it. With calibration, the next
/// fold is set aside for it, and the router is fitted to the others.
///
/// # Errors
/// See [`folds`] and [`FittedRouter::fit`].
pub fn crossfit(router: &dyn Router, trace: &Trace, labels: &Labels, how: &How) -> Result<Crossfitted> {
    let fold = folds(&trace.queries.rows, how.folds, how.seed)?;
    let parts = how.folds as u32;
    let of = |wanted: &dyn Fn(u32) -> bool| (0..fold.len()).filter(|&position| wanted(fold[position])).collect::<Vec<usize>>();
    let one = |part: u32| -> Result<Judged> {
        go_on();
        let aside = if how.calibrate == Calibration::None { None } else { Some((part + 1) % parts) };
        let fitted_to = of(&|other| other != part && Some(other) != aside);
        let aside = aside.map_or(Vec::new(), |aside| of(&|other| other == aside));
        let fitted = FittedRouter::fit(router, trace, labels, &fitted_to, &aside, how);
        let fitted = fitted.map_err(|error| error.at(format!("cross-fit without fold {part}")))?;
        let judged = of(&|other| other == part);
        let predicted = fitted.predict(trace, &judged, labels.endpoints.len());
        let predicted = predicted.map_err(|error| error.at(format!("cross-fit, fold {part}")))?;
        Ok((fitted, judged, predicted))
    };
    // Of several errors the first fold's, on any number of threads.
    let parts: Vec<Result<Judged>> = (0..parts).into_par_iter().map(one).collect();
    let parts = parts.into_iter().collect::<Result<Vec<_>>>()?;
    let mut out = Crossfitted { predicted: vec![vec![f64::NAN; fold.len()]; labels.endpoints.len()], fold, routers: Vec::new() };
    for (fitted, judged, predicted) in parts {
        for (row, position) in judged.into_iter().enumerate() {
            out.predicted.iter_mut().enumerate().for_each(|(endpoint, of)| of[position] = predicted[[row, endpoint]]);
        }
        out.routers.push(fitted);
    }
    Ok(out)
}
