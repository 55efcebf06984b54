//! `kmeans`: what endpoints are worth in the clusters nearest to the query (Avengers-Pro).
//!
//! Avengers-Pro (arXiv 2508.12631, Section 2): queries at length one are clustered by k-means (k = 60); in
//! each cluster an endpoint has the score x = α p̃ + (1 − α)(1 − q̃), where p̃ and q̃ are its accuracy and its cost,
//! scaled from the least to the greatest of the endpoints; a query goes to the endpoint with the highest sum of x
//! over the p = 4 nearest clusters. The authors' code (`balance_cluster_router.py`, also in LLMRouterBench)
//! differs from that in four ways; the parameters offer both:
//!
//! | | paper | code | default here |
//! | --- | --- | --- | --- |
//! | weights of the nearest clusters | equal (`beta = 0`) | softmax of −β(1 − cos), β = 9 | `beta = 9` |
//! | cost q̃ | (q − min) / (max − min) | q / max | `cost_scale = "max"` |
//! | what is added up | the score x | 1 / the rank by x in the cluster | `combine = "score"` |
//! | cos | of the query and the centre | their product, the centre not at length one | `similarity = "cosine"` |
//!
//! The code's weights of performance and cost need not add up to 1, and its settings are 60 clusters, the
//! 4 nearest and 0.9 to 0.1; in LLMRouterBench 25, 3 and 1 to 0. It counts an unknown cost as 0 and
//! gives an endpoint without any score in a cluster the value 0; here the endpoint's mean over all rows
//! stands in for either. It takes the best of 10 runs of k-means, which are 3 here
//! (`runs`): a single one misses a clear cluster now and then. Without weights the prediction is the weighted mean of the clusters' mean scores: a
//! quality, to which any rule applies.
//!
//! A query whose features are all zero has no direction: it gets the mean over the clusters, weighted by
//! their rows.

mod fit;
mod lloyd;
mod profile;
#[cfg(test)]
mod tests;

pub use fit::Kmeans;

use serde::Deserialize;

use super::predictor::{Examples, Predictor, Router, RouterKind, loaded};
use crate::error::{Error, Result};
use crate::policy::Problems;

/// The kind.
pub const KIND: RouterKind = RouterKind {
    name: "kmeans",
    summary: "worth in the clusters nearest to the query (Avengers-Pro)",
    parameters: &[
        ("clusters", "clusters of the queries fitted on (default 60)"),
        ("top", "nearest clusters that a query takes (default 4)"),
        ("beta", "sharpness of their weights, exp(-beta (1 - cos)) (default 9; 0: equal weights, the paper's)"),
        ("performance_weight, cost_weight", "with both: w x minmax(score) + s x (1 - cost), w + s at most 1; without: the mean score"),
        ("cost_scale", "with weights: cost by the cluster's `max` (default, the code) or `minmax` (the paper)"),
        ("combine", "`score` (default, the paper) or `rank`: 1 / rank in each cluster (the code)"),
        ("similarity", "`cosine` (default) or `product` with centres as they are (the code)"),
        ("iterations", "steps of k-means at most (default 300)"),
        ("rows", "queries that it is fitted on at most, a sample (default 20000)"),
        ("runs", "runs of k-means, of which the best is kept (default 3; the code has 10)"),
    ],
    read: |problems| read(problems).map(|parameters| Box::new(parameters) as Box<dyn Router>),
    load: loaded::<Kmeans>,
};

/// How a cluster's costs are brought to 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CostScale {
    /// By the greatest.
    #[default]
    Max,
    /// From the least to the greatest.
    Minmax,
}

/// What of the clusters is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Combine {
    /// Scores.
    #[default]
    Score,
    /// Reciprocal ranks.
    Rank,
}

/// How near a query is to a centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Similarity {
    /// By the angle.
    #[default]
    Cosine,
    /// By the product with the centre as it is.
    Product,
}

/// What performance and cost weigh.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// w, 0 to 1.
    pub performance: f64,
    /// s, 0 to 1; both together at most 1, so that the score is too.
    pub cost: f64,
    /// How costs are scaled.
    pub cost_scale: CostScale,
}

/// Checked parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct KmeansParameters {
    /// Clusters.
    pub clusters: usize,
    /// Nearest clusters that a query takes.
    pub top: usize,
    /// β.
    pub beta: f64,
    /// Without them the prediction is a mean score.
    pub weights: Option<Weights>,
    /// What is added up.
    pub combine: Combine,
    /// How near a query is to a centre.
    pub similarity: Similarity,
    /// Steps of k-means at most.
    pub iterations: usize,
    /// Runs of k-means.
    pub runs: usize,
    /// Queries that it is fitted on at most.
    pub rows: usize,
}

impl Default for KmeansParameters {
    fn default() -> Self {
        let (combine, similarity) = (Combine::Score, Similarity::Cosine);
        KmeansParameters { clusters: 60, top: 4, beta: 9.0, weights: None, combine, similarity, iterations: 300, runs: 3, rows: 20_000 }
    }
}

impl Router for KmeansParameters {
    fn fit(&self, examples: &Examples) -> Result<Box<dyn Predictor>> {
        Ok(Box::new(Kmeans::fit(self, examples)?))
    }

    fn most_rows(&self) -> Option<usize> {
        Some(self.rows)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "kind")]
    _kind: serde::de::IgnoredAny,
    clusters: Option<toml::Spanned<usize>>,
    top: Option<toml::Spanned<usize>>,
    beta: Option<toml::Spanned<f64>>,
    performance_weight: Option<toml::Spanned<f64>>,
    cost_weight: Option<toml::Spanned<f64>>,
    cost_scale: Option<toml::Spanned<CostScale>>,
    #[serde(default)]
    combine: Combine,
    #[serde(default)]
    similarity: Similarity,
    iterations: Option<toml::Spanned<usize>>,
    runs: Option<toml::Spanned<usize>>,
    rows: Option<toml::Spanned<usize>>,
}

fn read(problems: &mut Problems) -> Option<KmeansParameters> {
    let file: File = problems.router_section()?;
    let known = KmeansParameters::default();
    let mut sound = true;
    let mut count = |name: &str, value: &Option<toml::Spanned<usize>>, default: usize| match value {
        None => default,
        Some(value) => {
            if *value.get_ref() == 0 {
                problems.add(value.span(), Error::new(format!("`{name}` is too small")).found(0).allowed("1 and more"));
                sound = false;
            }
            *value.get_ref()
        }
    };
    let clusters = count("clusters", &file.clusters, known.clusters);
    let top = count("top", &file.top, known.top.min(clusters));
    let iterations = count("iterations", &file.iterations, known.iterations);
    let runs = count("runs", &file.runs, known.runs);
    let rows = count("rows", &file.rows, known.rows);
    if let Some(value) = file.clusters.as_ref().filter(|_| clusters > rows && rows > 0) {
        problems.add(value.span(), Error::new("`clusters` is more than the `rows` to fit on").found(clusters).allowed(format!("1 to {rows}")));
        sound = false;
    }
    if let Some(value) = file.top.as_ref().filter(|value| *value.get_ref() > clusters && clusters > 0) {
        problems.add(value.span(), Error::new("`top` is more than there are clusters").found(top).allowed(format!("1 to {clusters}")));
        sound = false;
    }
    let beta = file.beta.as_ref().map_or(known.beta, |beta| *beta.get_ref());
    if let Some(value) = file.beta.as_ref().filter(|_| !(beta.is_finite() && beta >= 0.0)) {
        problems.add(value.span(), Error::new("`beta` is no sharpness").found(beta).allowed("0 and more"));
        sound = false;
    }
    // All problems are noted before it ends.
    let weights = weights(&file, problems).ok().filter(|_| sound)?;
    Some(KmeansParameters { clusters, top, beta, weights, combine: file.combine, similarity: file.similarity, iterations, runs, rows })
}

/// The weights, or that there are none; an error where problems were noted.
fn weights(file: &File, problems: &mut Problems) -> std::result::Result<Option<Weights>, ()> {
    let (performance, cost) = match (&file.performance_weight, &file.cost_weight) {
        (Some(performance), Some(cost)) => (performance, cost),
        (None, None) => {
            let Some(scale) = &file.cost_scale else { return Ok(None) };
            problems.add(scale.span(), Error::new("`cost_scale` belongs to `performance_weight` and `cost_weight`"));
            return Err(());
        }
        (Some(one), None) | (None, Some(one)) => {
            let hint = "the paper has α and 1 − α, its code 0.9 and 0.1";
            problems.add(one.span(), Error::new("`performance_weight` and `cost_weight` go together").allowed("both or neither").hint(hint));
            return Err(());
        }
    };
    let (w, s) = (*performance.get_ref(), *cost.get_ref());
    let mut sound = true;
    for (name, value) in [("performance_weight", performance), ("cost_weight", cost)] {
        if !(0.0..=1.0).contains(value.get_ref()) {
            problems.add(value.span(), Error::new(format!("`{name}` is no weight")).found(value.get_ref()).allowed("0 to 1"));
            sound = false;
        }
    }
    // Weights such as 0.7 and 0.3 may miss 1 by rounding.
    if sound && !(w + s > 0.0 && w + s <= 1.0 + 1e-9) {
        let error = Error::new("the weights of performance and cost do not make a score of 0 to 1");
        problems.add(performance.span(), error.found(format!("{w} + {s}")).allowed("a sum above 0, at most 1"));
        sound = false;
    }
    let cost_scale = file.cost_scale.as_ref().map_or(CostScale::Max, |scale| *scale.get_ref());
    sound.then_some(Some(Weights { performance: w, cost: s, cost_scale })).ok_or(())
}
