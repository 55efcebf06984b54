//! Deferral curves: a small model answers, and hands on what it is unsure of.

use super::{Better, Curve, Measure, Pair};
use crate::error::Result;

pub(super) const DEFERRAL_AREA: Measure = Measure {
    name: "deferral-area",
    title: "Area under answer accuracy over the share of queries handed on",
    formula: "trapezoids over (deferral rate, answer accuracy) as the threshold on the small model's confidence rises; a query is handed on if its confidence is at most the threshold",
    source: "Jitkrittum et al., arXiv 2307.02764; Gupta et al., language model cascades, arXiv 2404.10136",
    needs: "scores of a small and a large model on the same queries, and the small model's confidence",
    difference: Some(
        "the same as auc with the confidence turned round; the small model's cost is paid for every query, which a share of calls does not show. Queries of one confidence move together",
    ),
    better: Better::Higher,
};

pub(super) const QUALITY_DROP: Measure = Measure {
    name: "quality-drop",
    title: "Accuracy lost against the large model at a share of queries that the small one answers",
    formula: "(accuracy of always large - accuracy at the share) / accuracy of always large, at a cost advantage (share of queries answered by the small model) of 10, 20, 40%",
    source: "HybridLLM, arXiv 2404.14618",
    needs: "scores of a small and a large model on the same queries, and a routing score",
    difference: Some("the paper takes BART scores, which are negative, and divides by their size; here scores are 0..1. Linear between thresholds"),
    better: Better::Lower,
};

/// The curve of a small (weak) model that hands on what it is least sure of: the share is the deferral rate,
/// the threshold the largest confidence that is handed on. Its area is the measure `deferral-area`.
///
/// # Errors
/// Another number of confidences than queries, or one that is not known.
pub fn deferral_curve(pair: &Pair, confidence: &[f64]) -> Result<Curve> {
    let doubts: Vec<f64> = confidence.iter().map(|confidence| -confidence).collect();
    let Curve(mut points) = pair.curve(&doubts)?;
    for point in &mut points {
        point.threshold = point.threshold.map(|doubt| -doubt);
    }
    Ok(Curve(points))
}

/// The measure `quality-drop` at a cost advantage, 0 to 1. `None` where the curve does not reach that share
/// or the large model gets nothing right.
pub fn quality_drop(pair: &Pair, curve: &Curve, cost_advantage: f64) -> Option<f64> {
    let large = pair.strong_accuracy();
    let accuracy = curve.at(1.0 - cost_advantage)?;
    (large > 0.0).then(|| (large - accuracy) / large)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Least sure: query 2 (gain 1), then 0 and 3 at once (0 and 1), then 1 (-1).
        let pair = Pair::new(&[1.0, 1.0, 0.0, 0.0], &[1.0, 0.0, 1.0, 1.0]).unwrap();
        let curve = deferral_curve(&pair, &[0.5, 0.9, 0.2, 0.5]).unwrap();
        let points: Vec<(f64, f64)> = curve.points().iter().map(|point| (point.share, point.accuracy)).collect();
        assert_eq!(points, [(0.0, 0.5), (0.25, 0.75), (0.75, 1.0), (1.0, 0.75)]);
        assert_eq!(curve.points()[2].threshold, Some(0.5));
        // 0.25 * 0.625 + 0.5 * 0.875 + 0.25 * 0.875
        assert!((curve.area() - 0.8125).abs() < 1e-15);
        // A quarter of the queries stays with the small model: 1.0 against 0.75 is a gain of a third.
        assert_eq!(quality_drop(&pair, &curve, 0.25), Some((0.75 - 1.0) / 0.75));
        assert_eq!((quality_drop(&pair, &curve, 0.0), quality_drop(&pair, &curve, 1.5)), (Some(0.0), None));
        assert!(deferral_curve(&pair, &[f64::NAN; 4]).is_err());
    }
}
