//! What a report tells of a learned policy's router.

use super::predictor::Target;
use super::reliability::Reliability;

/// A router that judged the queries of a trace.
#[derive(Debug, Clone)]
pub struct RouterFacts {
    /// Its kind.
    pub kind: &'static str,
    /// What it predicts.
    pub target: Target,
    /// The ids of the candidates.
    pub endpoints: Vec<String>,
    /// By candidate: how good the predictions are, over all queries that it was not fitted to; `None`
    /// where no label is known.
    pub reliability: Vec<Option<Reliability>>,
    /// Rows that each of its fits saw.
    pub fitted_to: Vec<usize>,
    /// By candidate and position of the trace what was predicted.
    pub predicted: Vec<Vec<f64>>,
}

/// How often a strong endpoint does better than a weak one, from what is predicted of both:
/// σ(logit p_s − logit p_w) = p_s(1 − p_w) / (p_s(1 − p_w) + p_w(1 − p_s)), which is that of
/// Bradley and Terry with odds for strengths. A half where both are certain of the same.
pub fn win_rate(strong: f64, weak: f64) -> f64 {
    let (wins, losses) = (strong * (1.0 - weak), weak * (1.0 - strong));
    if wins + losses == 0.0 { 0.5 } else { wins / (wins + losses) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn win_rates_are_odds_against_odds() {
        // Odds of 4 against odds of 1: 4 in 5.
        assert!((win_rate(0.8, 0.5) - 0.8).abs() < 1e-15);
        assert_eq!([win_rate(1.0, 0.3), win_rate(0.0, 0.3), win_rate(1.0, 1.0)], [1.0, 0.0, 0.5]);
        assert!(win_rate(f64::NAN, 0.5).is_nan());
    }
}
