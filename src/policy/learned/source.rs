//! Where a learned policy's predictions come from: a cross-fit, or a saved router.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::error::{Error, Result};
use crate::policy::{Context, Problems};
use crate::router::supplied::{SUPPLIED, Supplied};
use crate::router::{How, Labels, Past, ROUTERS, Reliability, Router, RouterFacts, SavedRouter, SuppliedRouter, Target, crossfit, label};

/// The kind of a router that was fitted before.
pub(super) const SAVED: &str = "saved";

/// What a saved router does about queries that it was fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum OnFitted {
    /// They are an error.
    Refuse,
    /// They leave the comparison.
    Skip,
}

/// What predicts.
pub(super) enum Source {
    /// A router that is fitted here.
    Fit {
        /// Its kind.
        kind: &'static str,
        /// What tells it from others of its kind: its section of the policy file.
        text: String,
        /// Its parameters.
        router: Box<dyn Router>,
    },
    /// One that was fitted before.
    Saved {
        /// Where it is sought: as named, then beside the policy file.
        tried: Vec<PathBuf>,
        /// What it does about queries that it was fitted to.
        on_fitted: OnFitted,
    },
}

/// What is predicted of every query, and how.
pub struct Judged {
    /// By candidate and position.
    pub(super) predicted: Vec<Vec<f64>>,
    /// By position the past that is known of it.
    pub(super) part: Vec<u32>,
    /// By part and candidate.
    pub(super) past: Vec<Vec<Past>>,
    /// Positions that are not judged.
    pub(super) withheld: Vec<usize>,
    /// For the report, without the predictions.
    pub(super) facts: RouterFacts,
    pub(super) notes: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SavedFile {
    #[serde(rename = "kind")]
    _kind: IgnoredAny,
    file: String,
}

/// Reads `[parameters.router]`.
pub(super) fn read(kind: &toml::Spanned<String>, on_fitted: OnFitted, problems: &mut Problems) -> Option<Source> {
    let name = kind.get_ref();
    if name == SAVED {
        let file: SavedFile = problems.router_section()?;
        let beside = problems.folder().map(|folder| folder.join(&file.file));
        return Some(Source::Saved { tried: std::iter::once(PathBuf::from(&file.file)).chain(beside).collect(), on_fitted });
    }
    let Some(kind) = ROUTERS.iter().find(|kind| kind.name == name) else {
        let names = ROUTERS.iter().map(|kind| kind.name).chain([SAVED]);
        problems.add(kind.span(), crate::error::unknown("kind of router", name, names));
        return None;
    };
    let text = problems.router_text();
    Some(Source::Fit { kind: kind.name, text, router: (kind.read)(problems)? })
}

/// What makes two cross-fits the same; a saved router is read again for each policy.
pub(super) fn key(source: &Source, how: &How, context: &Context) -> Option<String> {
    match source {
        Source::Fit { kind, text, .. } => {
            let pool = &context.pool.all;
            Some(format!("{kind}\n{text}\n{how:?}\n{pool:?} {} {:?}", context.correct_at, context.objective))
        }
        Source::Saved { .. } => None,
    }
}

impl Source {
    /// A router that a host brings. Two are the same where they are one object.
    pub(super) fn supplied(router: Arc<dyn SuppliedRouter>) -> Source {
        let text = format!("{:p}", Arc::as_ptr(&router));
        Source::Fit { kind: SUPPLIED, text, router: Box::new(Supplied(router)) }
    }

    /// Predicts every query of the trace.
    pub(super) fn judge(&self, how: &How, context: &Context) -> Result<Judged> {
        match self {
            Source::Fit { kind, router, .. } => fit(kind, &**router, how, context),
            Source::Saved { tried, on_fitted } => saved(tried, *on_fitted, context),
        }
    }
}

/// What is known of the candidates, as a router is fitted to it.
///
/// # Errors
/// Where a candidate has no scores.
pub fn labels(context: &Context, target: Target) -> Result<Labels> {
    label::labels(context.trace, &context.pool.all, target, context.correct_at, context.objective.metric())
}

fn fit(kind: &'static str, router: &dyn Router, how: &How, context: &Context) -> Result<Judged> {
    let labels = labels(context, router.target())?;
    let fitted = crossfit(router, context.trace, &labels, how)?;
    let counts = || fitted.routers.iter().map(|router| router.fitted_on.len());
    let mut notes = vec![format!(
        "{kind}: a router for each of {} folds (seed {}); each query is judged by one that was fitted to other folds, {} to {} rows",
        how.folds,
        how.seed,
        counts().min().unwrap_or(0),
        counts().max().unwrap_or(0)
    )];
    let known = context.trace.len() - context.trace.len() / how.folds;
    if counts().max().unwrap_or(0) < known * 9 / 10 {
        notes.push("a router is fitted to a sample, each number of right endpoints in its share".to_owned());
    }
    if let Some(first) = fitted.routers.first() {
        notes.extend(first.encoder.notes());
        notes.extend(first.predictor.notes().into_iter().chain(first.notes.iter().cloned()));
    }
    let facts = facts(kind, &labels, &fitted.predicted, &[], counts().collect());
    let past = past_by_fold(context, &fitted.fold, how.folds);
    Ok(Judged { predicted: fitted.predicted, part: fitted.fold, past, withheld: Vec::new(), facts, notes })
}

/// By fold and candidate what answers took in the other folds.
pub(in crate::policy) fn past_by_fold(context: &Context, fold: &[u32], folds: usize) -> Vec<Vec<Past>> {
    let past = |part: u32| {
        let others: Vec<usize> = (0..fold.len()).filter(|&position| fold[position] != part).collect();
        context.pool.all.iter().map(|&endpoint| Past::of(context.trace, endpoint, &others)).collect()
    };
    (0..folds as u32).map(past).collect()
}

fn saved(tried: &[PathBuf], on_fitted: OnFitted, context: &Context) -> Result<Judged> {
    let path = tried.iter().find(|path| path.is_file()).ok_or_else(|| {
        let places = tried.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
        Error::new("there is no such saved router").at("`router.file`").found(places).hint("`wattroute train` makes one; `saved:router.file=FILE` names it")
    })?;
    let router = SavedRouter::read(path)?;
    let places = router.places(context.trace, &context.pool.all).map_err(|error| error.at(path.display()))?;
    let withheld = router.fitted_of(context.trace).map_err(|error| error.at(path.display()))?;
    if on_fitted == OnFitted::Refuse && !withheld.is_empty() || withheld.len() == context.trace.len() {
        return Err(Error::new("a router is not judged on queries that it was fitted to")
            .at(path.display())
            .found(format!("{} of {} queries of the trace were", withheld.len(), context.trace.len()))
            .hint("judge it on the others: `on_fitted=skip`; or fit it to a part: `wattroute train --share 0.8`"));
    }
    let all: Vec<usize> = (0..context.trace.len()).collect();
    let table = router.fitted.predict(context.trace, &all, router.past.len()).map_err(|error| error.at(path.display()))?;
    let predicted: Vec<Vec<f64>> = places.iter().map(|&place| table.column(place).to_vec()).collect();
    let past = vec![places.iter().map(|&place| router.past[place].clone()).collect()];
    let mut notes = vec![format!(
        "{} of {}: fitted to {} queries of {}",
        router.kind,
        path.display(),
        router.fitted_to.ids.len(),
        router.fitted_to.trace
    )];
    if !withheld.is_empty() {
        notes.push(format!("{} queries that it was fitted to left the comparison", withheld.len()));
    }
    let labels = labels(context, router.target)?;
    let facts = facts(router.kind_name()?, &labels, &predicted, &withheld, vec![router.fitted_to.ids.len()]);
    Ok(Judged { predicted, part: vec![0; context.trace.len()], past, withheld, facts, notes })
}

fn facts(kind: &'static str, labels: &Labels, predicted: &[Vec<f64>], withheld: &[usize], fitted_to: Vec<usize>) -> RouterFacts {
    let of = |(predicted, scores): (&Vec<f64>, &Vec<f64>)| {
        let mut scores = scores.clone();
        withheld.iter().for_each(|&position| scores[position] = f64::NAN);
        Reliability::of(predicted, &scores)
    };
    let reliability = predicted.iter().zip(&labels.scores).map(of).collect();
    RouterFacts { kind, target: labels.target, endpoints: labels.endpoints.clone(), reliability, fitted_to, predicted: Vec::new() }
}

/// The predictions of cross-fits that several policies of a run share.
#[derive(Default)]
pub struct Memo(std::sync::Mutex<Vec<(String, Arc<Judged>)>>);

impl Memo {
    /// Number of fits.
    #[cfg(test)]
    pub(in crate::policy) fn len(&self) -> usize {
        self.0.lock().map_or(0, |all| all.len())
    }

    /// What `make` gives, made once for each key.
    pub(super) fn judged(&self, key: &Option<String>, make: impl FnOnce() -> Result<Judged>) -> Result<Arc<Judged>> {
        let known = |key: &String| self.0.lock().ok()?.iter().find(|(known, _)| known == key).map(|(_, judged)| judged.clone());
        if let Some(judged) = key.as_ref().and_then(known) {
            return Ok(judged);
        }
        let judged = Arc::new(make()?);
        if let (Some(key), Ok(mut all)) = (key, self.0.lock()) {
            all.push((key.clone(), judged.clone()));
        }
        Ok(judged)
    }
}

