//! A router between a weak and a strong endpoint: RouteLLM's measures at every threshold of its win rate.

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::analysis::ById;
use crate::analysis::peers::{Pair, deferral_curve, quality_drop};
use crate::router::win_rate;
use crate::trace::EndpointIx;

/// A local endpoint against the fallback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairReport {
    /// The local endpoint.
    pub weak: String,
    /// The fallback.
    pub strong: String,
    /// Queries with predictions and scores of both.
    pub queries: usize,
    /// Mean score of the weak one over these.
    pub weak_accuracy: f64,
    /// Mean score of the strong one over these.
    pub strong_accuracy: f64,
    /// By name, as [`peers::MEASURES`](crate::analysis::peers::MEASURES) has them, those with a setting with the
    /// percent after it; the score that decides is the predicted win rate of the strong one, for the deferral
    /// area the prediction of the weak one. `None` where one is not defined.
    pub measures: ById<Option<f64>>,
}

/// Every local candidate against the fallback; none where the router does not know the fallback.
pub(super) fn pairs(judged: &Judged, fallback: EndpointIx) -> Vec<PairReport> {
    let Some(strong) = judged.endpoints.iter().position(|(endpoint, _)| *endpoint == fallback) else { return Vec::new() };
    (0..judged.endpoints.len()).filter(|&weak| weak != strong).filter_map(|weak| pair(judged, weak, strong)).collect()
}

fn pair(judged: &Judged, weak: usize, strong: usize) -> Option<PairReport> {
    let columns = [&judged.predicted[weak], &judged.predicted[strong], &judged.scores[weak], &judged.scores[strong]];
    let known = |query: &usize| columns.iter().all(|column| !column[*query].is_nan());
    let queries: Vec<usize> = (0..judged.positions.len()).filter(known).collect();
    let [sure, other, weak_scores, strong_scores] = columns.map(|column| queries.iter().map(|&query| column[query]).collect::<Vec<f64>>());
    let pair = Pair::new(&weak_scores, &strong_scores).ok()?;
    let wins: Vec<f64> = other.iter().zip(&sure).map(|(&strong, &weak)| win_rate(strong, weak)).collect();
    let curve = pair.curve(&wins).ok()?;
    let optimal = pair.optimal(100);
    let measures = [
        ("auc", Some(curve.area())),
        ("apgr", pair.apgr(&curve)),
        ("apgr-mean", pair.apgr_mean(&curve)),
        ("cpt-20", pair.cpt(&curve, 0.2)),
        ("cpt-50", pair.cpt(&curve, 0.5)),
        ("cpt-80", pair.cpt(&curve, 0.8)),
        ("optimal-pair", Some(optimal.area())),
        ("random-pair", Some(pair.random().area())),
        ("deferral-area", deferral_curve(&pair, &sure).ok().map(|curve| curve.area())),
        ("quality-drop-10", quality_drop(&pair, &curve, 0.1)),
        ("quality-drop-20", quality_drop(&pair, &curve, 0.2)),
        ("quality-drop-40", quality_drop(&pair, &curve, 0.4)),
    ];
    Some(PairReport {
        weak: judged.endpoints[weak].1.clone(),
        strong: judged.endpoints[strong].1.clone(),
        queries: queries.len(),
        weak_accuracy: pair.weak_accuracy(),
        strong_accuracy: pair.strong_accuracy(),
        measures: measures.map(|(name, value)| (name.to_owned(), value.filter(|value| value.is_finite()))).into(),
    })
}
