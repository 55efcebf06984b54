//! Regret: what a policy leaves on the table against an oracle.

use super::check::{known, mean, same_length};
use super::{Better, Measure};
use crate::error::Result;

pub(super) const SCORE_REGRET: Measure = Measure {
    name: "score-regret",
    title: "Mean score below the oracle's",
    formula: "mean over queries of (the oracle's score - the policy's)",
    source: "contextual bandits: Li et al., arXiv 1003.0146",
    needs: "scores of a policy and of an oracle on the same queries",
    difference: Some("papers sum over the queries so far (cumulative_regret); the mean compares traces of different lengths. The oracle is the best endpoint of each query, not the best fixed one"),
    better: Better::Lower,
};

pub(super) const COST_REGRET: Measure = Measure {
    name: "cost-regret",
    title: "Mean cost above the oracle's",
    formula: "mean over queries of (the policy's cost - the oracle's)",
    source: SCORE_REGRET.source,
    needs: "costs of a policy and of an oracle on the same queries",
    difference: Some("it can be negative: wrong answers may be cheaper than the oracle's right ones, so that it stands beside score-regret"),
    better: Better::Lower,
};

fn check(policy: &[f64], oracle: &[f64]) -> Result<()> {
    known("the policy's column", policy)?;
    known("the oracle's column", oracle)?;
    same_length("the oracle's column", oracle.len(), "the policy", policy.len())
}

/// The measure `score-regret`.
///
/// # Errors
/// No queries, different lengths, or a number that is not known.
pub fn score_regret(policy: &[f64], oracle: &[f64]) -> Result<f64> {
    check(policy, oracle)?;
    Ok(mean(oracle) - mean(policy))
}

/// The measure `cost-regret`.
///
/// # Errors
/// As [`score_regret`].
pub fn cost_regret(policy: &[f64], oracle: &[f64]) -> Result<f64> {
    check(policy, oracle)?;
    Ok(mean(policy) - mean(oracle))
}

/// The sum of (the oracle's score - the policy's) after each query, in their order: what a bandit that
/// learns bends towards a level line.
///
/// # Errors
/// As [`score_regret`].
pub fn cumulative_regret(policy: &[f64], oracle: &[f64]) -> Result<Vec<f64>> {
    check(policy, oracle)?;
    let steps = oracle.iter().zip(policy).scan(0.0, |sum, (oracle, policy)| {
        *sum += oracle - policy;
        Some(*sum)
    });
    Ok(steps.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let (policy, oracle) = ([1.0, 0.0, 0.5, 0.0], [1.0, 1.0, 1.0, 0.0]);
        assert_eq!(score_regret(&policy, &oracle).unwrap(), 1.5 / 4.0);
        assert_eq!(cumulative_regret(&policy, &oracle).unwrap(), [0.0, 1.0, 1.5, 1.5]);
        // Wrong answers may be cheap.
        assert_eq!(cost_regret(&[1.0, 2.0], &[4.0, 1.0]).unwrap(), -1.0);
        assert_eq!((score_regret(&oracle, &oracle).unwrap(), cost_regret(&oracle, &oracle).unwrap()), (0.0, 0.0));
    }

    #[test]
    fn what_is_missing_is_told() {
        let error = cost_regret(&[1.0, f64::NAN], &[1.0, 1.0]).unwrap_err();
        assert!(error.to_string().contains("the policy's column, query 1"), "{error}");
        assert!(score_regret(&[], &[]).is_err() && cumulative_regret(&[1.0], &[1.0, 1.0]).is_err());
    }
}
