//! `knn`: what an endpoint scored on the most similar queries.
//!
//! RouterBench (arXiv 2403.12031, Section 4.1): the predicted score of an endpoint is the mean of its scores
//! on the k nearest queries of the training set by cosine similarity, with k of 5, 10 and 40 (its code's
//! settings; its class's own default is 50). LLMRouter's kNN router votes instead: each neighbour counts
//! for the one endpoint with the best score, the first of equal ones (`idxmax` in its source), and the most
//! frequent wins; what is predicted here is each endpoint's share of the neighbours. That rule favours
//! whatever is listed first where scores are 0 and 1, so that `ties = "split"` shares a vote evenly.
//!
//! A neighbour where the endpoint's score is not known is left out of its mean. Where none of the k is known,
//! and for a query whose features are all zero and so have no direction (cosine), the prediction is the mean
//! over all references.

mod fit;
#[cfg(test)]
mod tests;

pub use fit::Knn;

use serde::{Deserialize, Serialize};

use super::predictor::{Examples, Predictor, Router, RouterKind, loaded};
use crate::error::{Error, Result};
use crate::policy::Problems;

/// Neighbours where a policy does not say.
const NEIGHBOURS: usize = 40;
/// References where a policy does not say. Each query is compared with each: the time of a prediction
/// is in proportion.
const REFERENCES: usize = 10_000;

/// The kind.
pub const KIND: RouterKind = RouterKind {
    name: "knn",
    summary: "what an endpoint scored on the most similar queries",
    parameters: &[
        ("k", "neighbours (default 40; RouterBench has 5, 10 and 40)"),
        ("vote", "`mean` of the neighbours' scores (default) or `best`: share of neighbours that the endpoint is best for"),
        ("ties", "`best`: of equally good endpoints the `first` is best (default), or they `split` the vote"),
        ("metric", "`cosine` (default) or `euclidean`"),
        ("references", "queries that others are compared with at most, a sample (default 10000)"),
    ],
    read: |problems| read(problems).map(|parameters| Box::new(parameters) as Box<dyn Router>),
    load: loaded::<Knn>,
};

/// What a neighbour says of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Vote {
    /// Its score.
    #[default]
    Mean,
    /// Whether it is the best.
    Best,
}

/// Which of equally good endpoints is the best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ties {
    /// The one that is listed first.
    #[default]
    First,
    /// Each, in equal parts.
    Split,
}

/// How near two rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// By the angle between them.
    #[default]
    Cosine,
    /// By the distance between them.
    Euclidean,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: serde::de::IgnoredAny,
    k: Option<toml::Spanned<usize>>,
    #[serde(default)]
    vote: Vote,
    ties: Option<toml::Spanned<Ties>>,
    #[serde(default)]
    metric: Measure,
    references: Option<toml::Spanned<usize>>,
}

/// Checked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct KnnParameters {
    /// Neighbours of a query.
    pub k: usize,
    /// What they say.
    pub vote: Vote,
    /// Which of equally good endpoints is the best.
    pub ties: Ties,
    /// How near they are.
    pub metric: Measure,
    /// Queries that others are compared with at most.
    pub references: usize,
}

impl Default for KnnParameters {
    fn default() -> Self {
        KnnParameters { k: NEIGHBOURS, vote: Vote::Mean, ties: Ties::First, metric: Measure::Cosine, references: REFERENCES }
    }
}

fn read(problems: &mut Problems) -> Option<KnnParameters> {
    let file: File = problems.router_section()?;
    let mut sound = true;
    let mut problem = |span, error| {
        problems.add(span, error);
        sound = false;
    };
    let references = file.references.as_ref().map_or(REFERENCES, |references| *references.get_ref());
    // Rows are numbered with 32 bits.
    if let Some(value) = file.references.as_ref().filter(|value| *value.get_ref() == 0 || *value.get_ref() > u32::MAX as usize) {
        problem(value.span(), Error::new("`references` is no number of queries").found(references).allowed("1 and more"));
    }
    let k = file.k.as_ref().map_or(NEIGHBOURS.min(references), |k| *k.get_ref());
    if let Some(value) = file.k.as_ref().filter(|value| *value.get_ref() == 0 || *value.get_ref() > references) {
        problem(value.span(), Error::new("`k` is no number of neighbours").found(k).allowed(format!("1 to {references}, the `references`")));
    }
    if let (Some(ties), Vote::Mean) = (&file.ties, file.vote) {
        problem(ties.span(), Error::new("`ties` belongs to `vote = \"best\"`"));
    }
    let ties = file.ties.map_or(Ties::First, toml::Spanned::into_inner);
    sound.then_some(KnnParameters { k, vote: file.vote, ties, metric: file.metric, references })
}

impl Router for KnnParameters {
    fn fit(&self, examples: &Examples) -> Result<Box<dyn Predictor>> {
        Ok(Box::new(Knn::fit(self, examples)?))
    }

    fn most_rows(&self) -> Option<usize> {
        Some(self.references)
    }
}
