//! Fitting a router once, to be saved.

use super::Learned;
use super::source::Source;
use crate::draw::{Draws, Stream, threshold};
use crate::error::{Error, Result};
use crate::policy::{Objective, PolicySpec};
use crate::router::supplied::{SUPPLIED, unsaved};
use crate::router::{Calibration, FittedRouter, FittedTo, How, Past, SavedRouter, crossfit::folds, label};
use crate::trace::{EndpointIx, Trace};
use crate::workload::Selection;

/// What a router is fitted to.
pub struct Training<'a> {
    /// The trace, with the names of its queries.
    pub trace: &'a Trace,
    /// The endpoints that it is to tell apart.
    pub endpoints: &'a [EndpointIx],
    /// Which queries.
    pub selection: &'a Selection,
    /// Share of these, drawn by a hash of their row numbers; the others are left to judge it on.
    pub share: f64,
    /// The score from which an answer is correct.
    pub correct_at: f64,
    /// Whose metric answers are fitted to take, for routers that weigh it.
    pub objective: Objective,
    /// Seed of shares, samples and fits.
    pub seed: u64,
}

/// Fits the router of a learned policy; what a reader should know comes with it.
///
/// # Errors
/// Where the policy fits none, or the router cannot be fitted.
pub fn train(spec: &PolicySpec, training: &Training) -> Result<(SavedRouter, Vec<String>)> {
    let learned = spec.parameters.learned().filter(|learned| matches!(learned.source, Source::Fit { .. }));
    let Some(Learned { source: Source::Fit { kind, router, .. }, how, .. }) = learned else {
        let found = format!("`{}`, of kind {}", spec.name, spec.kind);
        return Err(Error::new("this policy has no router to fit").found(found).allowed("policies of kind learned with a router that is fitted").usage());
    };
    if *kind == SUPPLIED {
        return Err(unsaved());
    }
    let trace = training.trace;
    let how = How { seed: training.seed, ..how.clone() };
    let positions = chosen(training)?;
    let labels = label::labels(trace, training.endpoints, router.target(), training.correct_at, training.objective.metric())?;
    let (fitted_to, aside) = match how.calibrate {
        Calibration::None => (positions.clone(), Vec::new()),
        _ => {
            let fold = folds(&trace.queries.rows, how.folds, how.seed)?;
            positions.iter().partition(|&&position| fold[position] != 0)
        }
    };
    let fitted = FittedRouter::fit(&**router, trace, &labels, &fitted_to, &aside, &how)?;
    let mut notes = fitted.encoder.notes();
    notes.extend(fitted.predictor.notes().into_iter().chain(fitted.notes.iter().cloned()));
    let past = training.endpoints.iter().map(|&endpoint| Past::of(trace, endpoint, &positions)).collect();
    let fitted_to = FittedTo::of(trace, positions.len(), &fitted.fitted_on)?;
    let saved = SavedRouter { kind: (*kind).to_owned(), policy: spec.text.clone(), target: router.target(), fitted, past, fitted_to };
    Ok((saved, notes))
}

fn chosen(training: &Training) -> Result<Vec<usize>> {
    let trace = training.trace;
    let selected = training.selection.positions(trace, training.seed)?;
    let mut selected: Vec<usize> = selected.map_or_else(|| (0..trace.len()).collect(), |selected| selected.into_iter().map(|position| position as usize).collect());
    selected.dedup();
    let stream = Draws::new(training.seed, 0).stream(Stream::Train, 0);
    let limit = threshold(training.share);
    selected.retain(|&position| stream.draw53(u64::from(trace.queries.rows[position])) < limit);
    match selected.is_empty() {
        true => Err(Error::new("no query is left to fit a router to").found(0).allowed("1 and more")),
        false => Ok(selected),
    }
}
