//! Selective prediction: risk over coverage, and the area below it.

use serde::Serialize;

use super::check::{known, same_length};
use super::{Better, Measure};
use crate::analysis::falling::Falling;
use crate::error::{Error, Result};

pub(super) const AURC: Measure = Measure {
    name: "aurc",
    title: "Area under the risk-coverage curve: wrong answers among those one is surest of",
    formula: "mean over queries of the risk (mean of 1 - score) among all queries of at least this query's confidence",
    source: "El-Yaniv and Wiener, JMLR 11 (2010); Geifman, Uziel and El-Yaniv, arXiv 1805.08206",
    needs: "scores of what was served, and a confidence for each query",
    difference: Some("queries of one confidence are accepted together, whatever their order in the file: each counts with the risk once all of them are in"),
    better: Better::Lower,
};

pub(super) const EXCESS_AURC: Measure = Measure {
    name: "excess-aurc",
    title: "E-AURC: that area above the least that these answers allow",
    formula: "AURC - AURC of a confidence that orders all right answers before all wrong ones",
    source: "Geifman, Uziel and El-Yaniv, arXiv 1805.08206",
    needs: AURC.needs,
    difference: Some("the least area is exact here; the paper approximates it by r + (1 - r) ln(1 - r), r the mean risk (given beside it)"),
    better: Better::Lower,
};

/// A point of a risk-coverage curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RiskPoint {
    /// Share of queries that are accepted.
    pub coverage: f64,
    /// Mean of 1 - score among them.
    pub risk: f64,
    /// The least confidence that is accepted.
    pub threshold: f64,
}

/// Risk over coverage at every distinct confidence, and its areas.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RiskCurve {
    /// By rising coverage; the last accepts all queries.
    pub points: Vec<RiskPoint>,
    /// The measure `aurc`.
    pub aurc: f64,
    /// The measure `excess-aurc`.
    pub excess_aurc: f64,
    /// The same with the paper's approximation of the least area.
    pub excess_aurc_approximate: f64,
}

impl RiskCurve {
    /// The curve of some scores and confidences, a query each.
    ///
    /// # Errors
    /// No queries, different lengths, a score outside 0..1, or a number that is not known.
    pub fn of(scores: &[f64], confidence: &[f64]) -> Result<Self> {
        known("the scores", scores)?;
        known("the confidences", confidence)?;
        same_length("the confidences", confidence.len(), "the scores", scores.len())?;
        if let Some(query) = scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
            let place = format!("query {query} (from 0)");
            return Err(Error::new("a score is out of range").at(place).found(scores[query]).allowed("0 to 1"));
        }
        let queries = scores.len() as f64;
        let (mut points, mut aurc, mut wrong) = (Vec::new(), 0.0, 0.0);
        for step in Falling::of(confidence).steps(|query| 1.0 - scores[query]) {
            wrong = step.gain;
            let risk = wrong / step.accepted as f64;
            aurc += risk * step.tied as f64 / queries;
            points.push(RiskPoint { coverage: step.accepted as f64 / queries, risk, threshold: step.threshold });
        }
        let risk = wrong / queries;
        // The formula's limit where all answers are wrong is 1.
        let approximate = if risk < 1.0 { risk + (1.0 - risk) * (1.0 - risk).ln() } else { 1.0 };
        Ok(RiskCurve { points, aurc, excess_aurc: aurc - least_area(scores), excess_aurc_approximate: aurc - approximate })
    }
}

/// The area where the best answers are accepted first, one after the other.
fn least_area(scores: &[f64]) -> f64 {
    let mut sorted = scores.to_vec();
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let risks = sorted.iter().zip(1_u32..).scan(0.0, |wrong, (score, accepted)| {
        *wrong += 1.0 - score;
        Some(*wrong / f64::from(accepted))
    });
    risks.sum::<f64>() / scores.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Surest first: right; then right and wrong at once; then right. Risks 0, 1/3, 1/4.
        let found = RiskCurve::of(&[1.0, 0.0, 1.0, 1.0], &[0.5, 0.5, 0.1, 0.9]).unwrap();
        let points: Vec<(f64, f64)> = found.points.iter().map(|point| (point.coverage, point.risk)).collect();
        assert_eq!(points, [(0.25, 0.0), (0.75, 1.0 / 3.0), (1.0, 0.25)]);
        // (0 + 1/3 + 1/3 + 1/4) / 4; the least is the wrong answer last: 1/4 / 4.
        assert!((found.aurc - (2.0 / 3.0 + 0.25) / 4.0).abs() < 1e-15);
        assert!((found.excess_aurc - (2.0 / 3.0) / 4.0).abs() < 1e-15);
        assert!((found.aurc - found.excess_aurc_approximate - (0.25 + 0.75 * 0.75_f64.ln())).abs() < 1e-15);
    }

    #[test]
    fn a_perfect_confidence_has_no_excess_and_a_constant_one_the_mean_risk() {
        let scores = [1.0, 0.0, 0.5, 1.0, 0.0];
        let perfect = RiskCurve::of(&scores, &[0.9, 0.2, 0.5, 0.8, 0.1]).unwrap();
        assert!(perfect.excess_aurc.abs() < 1e-15);
        let constant = RiskCurve::of(&scores, &[0.5; 5]).unwrap();
        assert_eq!((constant.points.len(), constant.aurc), (1, 0.5));
        assert!(constant.excess_aurc > 0.0);
        assert_eq!(RiskCurve::of(&[0.0; 3], &[0.1, 0.2, 0.3]).unwrap().excess_aurc_approximate, 0.0);
    }

    #[test]
    fn what_is_missing_or_out_of_range_is_told() {
        for (scores, confidence) in [(&[f64::NAN][..], &[0.5][..]), (&[1.0], &[f64::NAN]), (&[2.0], &[0.5]), (&[], &[]), (&[1.0], &[0.1, 0.2])] {
            assert!(RiskCurve::of(scores, confidence).is_err(), "{scores:?} {confidence:?}");
        }
    }
}
