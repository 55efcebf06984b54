//! `mf`: RouteLLM's matrix factorisation, fitted to which endpoint's answer was better.

use ndarray::{ArrayView2, ArrayViewMut2};
use serde::{Deserialize, Serialize};

use self::train::Settings;
use super::calibrate::strength_as_quality;
use super::parameter;
use super::predictor::{Examples, Predicted, Predictor, Router, RouterKind, fits, loaded, saved};
use crate::error::{Error, Result};
use crate::policy::Problems;

mod train;

/// The kind: δ(M, q) = w₂ᵀ (v_M ⊙ (W₁ᵀ q + b)), P(M beats N on q) = σ(δ(M, q) − δ(N, q)) (Ong et al. 2024,
/// "RouteLLM", arXiv 2406.18665, Section 4.2).
///
/// The paper's code (`routers/matrix_factorization` of lm-sys/RouteLLM) differs in three things. It brings each
/// v_M to length 1: `normalise`. It has no b: its embeddings have a mean that stands in for it, ours have mean
/// 0, and without b no endpoint could be better on average (`bias = false` is its form). And in training it adds
/// normal noise to the query embeddings, which the paper does not speak of: left out here.
///
/// Both drop ties and take Adam, with minibatches of 64 pairs, a constant rate of 3e-4, a penalty of 1e-5 in the
/// gradient, and 128 dimensions for embeddings of 1,536 numbers. Here a batch has 64 queries with all their pairs,
/// the rate falls linearly to 0, and the defaults are ones that did well on held-out pairs of simulated traces
/// with 10 to 300 features and 300 to 30,000 queries. δ is linear in q: a dimension above the number of
/// endpoints can express nothing new, it is only fitted sooner.
pub const KIND: RouterKind = RouterKind {
    name: "mf",
    summary: "whose answer is better, by matrix factorisation (RouteLLM)",
    parameters: &[
        ("dimension", "length of the vectors of models and queries (default 32; RouteLLM's embeddings have 128)"),
        ("epochs", "times that each query is looked at (default 20)"),
        ("learning_rate", "Adam's step at the start; it falls to 0 (default 0.01)"),
        ("l2", "weight of half the squared parameters against the mean loss of a pair (default 0.001)"),
        ("normalise", "model vectors of length 1, as RouteLLM's code has them and its paper not (default true)"),
        ("bias", "the vector b of RouteLLM's paper, which its code leaves out (default true)"),
    ],
    read,
    load: loaded::<Factorised>,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: serde::de::IgnoredAny,
    dimension: Option<toml::Spanned<usize>>,
    epochs: Option<toml::Spanned<usize>>,
    learning_rate: Option<toml::Spanned<f64>>,
    l2: Option<toml::Spanned<f64>>,
    normalise: Option<bool>,
    bias: Option<bool>,
}

fn read(problems: &mut Problems) -> Option<Box<dyn Router>> {
    let file: File = problems.router_section()?;
    Some(Box::new(Settings {
        dimension: parameter::within(problems, "dimension", file.dimension, 32, 1..=4096),
        epochs: parameter::within(problems, "epochs", file.epochs, 20, 1..=10_000),
        learning_rate: parameter::within(problems, "learning_rate", file.learning_rate, 0.01, 1e-8..=1.0),
        l2: parameter::within(problems, "l2", file.l2, 1e-3, 0.0..=1e3),
        normalise: file.normalise.unwrap_or(true),
        bias: file.bias.unwrap_or(true),
    }))
}

impl Router for Settings {
    fn fit(&self, examples: &Examples) -> Result<Box<dyn Predictor>> {
        let trained = train::fit(self, examples)?;
        let finite = trained.loss.is_finite() && trained.weights.iter().flatten().chain(&trained.intercepts).all(|weight| weight.is_finite());
        if !finite {
            return Err(Error::new("a matrix factorisation did not stay finite")
                .found(format!("`learning_rate` {}, `l2` {}", self.learning_rate, self.l2))
                .hint("take a smaller `learning_rate`"));
        }
        Ok(Box::new(trained))
    }
}

/// A fitted factorisation, multiplied out: for each endpoint δ is a weighted sum of the features. The part that all
/// endpoints share is taken out, as no pair says anything of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Factorised {
    /// Endpoints x width.
    weights: Vec<Vec<f64>>,
    /// One an endpoint: its strength where all features are 0.
    intercepts: Vec<f64>,
    /// Pairs of endpoints with different scores of one query.
    pairs: usize,
    /// Queries with such a pair.
    queries: usize,
    /// Queries that were looked at for pairs.
    of: usize,
    /// Mean log loss of a pair in the last epoch; ln 2 where nothing is learnt.
    loss: f64,
}

impl Predictor for Factorised {
    fn predict(&self, features: ArrayView2<f32>, mut out: ArrayViewMut2<f64>) -> Predicted {
        for (row, mut qualities) in features.rows().into_iter().zip(out.rows_mut()) {
            for (quality, (weights, intercept)) in qualities.iter_mut().zip(self.weights.iter().zip(&self.intercepts)) {
                let strength: f64 = row.iter().zip(weights).map(|(cell, weight)| f64::from(*cell) * weight).sum();
                *quality = strength_as_quality(intercept + strength);
            }
        }
        Ok(())
    }

    fn save(&self) -> Result<serde_json::Value> {
        saved(self)
    }

    fn check(&self, width: usize, endpoints: usize) -> Result<()> {
        fits("vectors of weights", self.weights.len(), endpoints)?;
        fits("intercepts", self.intercepts.len(), endpoints)?;
        self.weights.iter().try_for_each(|weights| fits("weights", weights.len(), width))
    }

    fn notes(&self) -> Vec<String> {
        let Factorised { pairs, queries, of, loss, .. } = self;
        vec![
            format!(
                "matrix factorisation: fitted to {pairs} pairs of different scores on {queries} of {of} queries; \
                 mean log loss of a pair {loss:.4} (0.6931 where nothing is learnt)"
            ),
            "predictions are σ(δ), δ an endpoint's strength against the mean of the endpoints: win rates, and no chances to be correct \
             unless they are calibrated"
                .to_owned(),
        ]
    }
}

#[cfg(test)]
mod tests;
