//! RouterEval: how much a router spreads its choices, and the oracle mixed with chance.

use serde::Serialize;

use super::{Answers, Better, Measure};
use crate::error::{Error, Result};

pub(super) const BIAS_ENTROPY: Measure = Measure {
    name: "bias-entropy",
    title: "E_p: how much a router's probabilities spread over the models, in bits",
    formula: "mean over queries of -sum over models of p log2 p, p the router's probability of a model; 0 for one model always, log2 m for m models alike",
    source: "RouterEval, arXiv 2503.10657, E_p; router/R_o/r_o_router.py, router/PRKnn-knn/knn.py",
    needs: "a router's probability for each query and model; its predicted scores do, by softmax",
    difference: Some(
        "it averages the entropies of single queries, so that a router without probabilities has 0; the entropy of the shares of its choices (decision_entropy) says whether it sends all to one model. The code turns a kNN router's mean scores into probabilities by softmax at temperature 1",
    ),
    better: Better::Neither,
};

pub(super) const MIXED_ORACLE: Measure = Measure {
    name: "mixed-oracle",
    title: "r_o(p): the oracle with probability p, else a model at random",
    formula: "p * (mean of the best score) + (1 - p) * (mean of the mean score); its E_p from p * score / sum of scores + (1 - p) / m",
    source: "RouterEval, arXiv 2503.10657, r_o(p); router/R_o/r_o_router.py",
    needs: "scores of every model on the same queries, and p",
    difference: Some("the code draws 1,000 times; this is what it draws on average. Where no model scores, its oracle's probabilities are all alike"),
    better: Better::Higher,
};

/// Probabilities below this do not count, as in the code.
const LEAST: f64 = 1e-10;

fn entropy(probabilities: impl Iterator<Item = f64>) -> f64 {
    // 0 - x, since the sum of nothing times -1 would be a negative zero.
    0.0 - probabilities.filter(|p| *p > LEAST).map(|p| p * p.log2()).sum::<f64>()
}

/// The measure `bias-entropy`, in bits, of probabilities: `models` numbers a query, one query after the other.
///
/// # Errors
/// No queries, a part of a query, or probabilities that are not known, below 0 or do not add up to 1.
pub fn bias_entropy(probabilities: &[f64], models: usize) -> Result<f64> {
    if models == 0 || probabilities.is_empty() || !probabilities.len().is_multiple_of(models) {
        let found = format!("{} probabilities of {models} models", probabilities.len());
        return Err(Error::new("no probability for each query and model").found(found));
    }
    let rows = probabilities.chunks_exact(models);
    for (query, row) in rows.clone().enumerate() {
        let sum: f64 = row.iter().sum();
        if !row.iter().all(|p| *p >= 0.0) || (sum - 1.0).abs() > 1e-6 {
            return Err(Error::new("not the probabilities of a choice")
                .at(format!("query {query} (from 0)"))
                .found(format!("a sum of {sum}"))
                .allowed("numbers of at least 0 that add up to 1"));
        }
    }
    let queries = rows.len() as f64;
    Ok(rows.map(|row| entropy(row.iter().copied())).sum::<f64>() / queries)
}

/// A router's predicted scores of one query as probabilities by softmax, in place: what the code does with
/// those of a kNN router before it takes `bias-entropy`.
pub fn soft_shares(scores: &mut [f64]) {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    scores.iter_mut().for_each(|score| *score = (*score - highest).exp());
    let sum: f64 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
}

/// The entropy of the shares of a router's choices, in bits: 0 where all goes to one model. `counts` has
/// the queries that went to each. `None` where there are none.
pub fn decision_entropy(counts: &[u64]) -> Option<f64> {
    let sum: u64 = counts.iter().sum();
    (sum > 0).then(|| entropy(counts.iter().map(|&count| count as f64 / sum as f64)))
}

/// What the oracle mixed with chance delivers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MixedOracle {
    /// Expected mean score.
    pub answer_accuracy: f64,
    /// E_p in bits.
    pub bias_entropy: f64,
}

/// The measure `mixed-oracle` at a probability.
///
/// # Errors
/// A probability outside 0..1.
pub fn mixed_oracle(answers: &Answers, probability: f64) -> Result<MixedOracle> {
    if !(0.0..=1.0).contains(&probability) {
        return Err(Error::new("not a probability").found(probability).allowed("0 to 1"));
    }
    let (queries, models) = (answers.queries() as f64, answers.models() as f64);
    let (mut accuracy, mut bits) = (0.0, 0.0);
    for query in 0..answers.queries() {
        let (best, sum) = answers.scores_of(query).fold((f64::NEG_INFINITY, 0.0), |(best, sum), score| (best.max(score), sum + score));
        accuracy += probability * best + (1.0 - probability) * sum / models;
        let oracle = |score: f64| if sum > 0.0 { score / sum } else { 1.0 / models };
        bits += entropy(answers.scores_of(query).map(|score| probability * oracle(score) + (1.0 - probability) / models));
    }
    Ok(MixedOracle { answer_accuracy: accuracy / queries, bias_entropy: bits / queries })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropies_by_hand() {
        // 1 bit, 0 bits, and 1.5 bits for (1/2, 1/4, 1/4).
        let found = bias_entropy(&[0.5, 0.5, 0.0, 0.0, 1.0, 0.0, 0.5, 0.25, 0.25], 3).unwrap();
        assert!((found - 2.5 / 3.0).abs() < 1e-15);
        assert_eq!(bias_entropy(&[0.0, 1.0], 2).unwrap().to_bits(), 0.0_f64.to_bits());
        for (wrong, models) in [(&[0.5, 0.4][..], 2), (&[1.5, -0.5], 2), (&[f64::NAN, 1.0], 2), (&[], 2), (&[1.0], 2), (&[1.0], 0)] {
            assert!(bias_entropy(wrong, models).is_err(), "{wrong:?}");
        }
        assert_eq!((decision_entropy(&[4, 2, 2]), decision_entropy(&[9, 0]), decision_entropy(&[0])), (Some(1.5), Some(0.0), None));
        let mut scores = [1000.0, 1000.0 + 3.0_f64.ln()];
        soft_shares(&mut scores);
        assert!((scores[0] - 0.25).abs() < 1e-12 && (scores[1] - 0.75).abs() < 1e-12);
    }

    #[test]
    fn the_oracle_mixed_with_chance_by_hand() {
        // Best scores 1, 1, 0: mean 2/3. Mean scores 1/2, 1, 0: mean 1/2.
        let answers = Answers::new(vec![&[1.0, 1.0, 0.0], &[0.0, 1.0, 0.0]], None).unwrap();
        let at = |p: f64| mixed_oracle(&answers, p).unwrap();
        assert!((at(1.0).answer_accuracy - 2.0 / 3.0).abs() < 1e-15 && (at(0.0).answer_accuracy - 0.5).abs() < 1e-15);
        // By chance every choice has 1 bit; the oracle is sure of the first query alone.
        assert!((at(0.0).bias_entropy - 1.0).abs() < 1e-15 && (at(1.0).bias_entropy - 2.0 / 3.0).abs() < 1e-15);
        // At 1/2 the first query has (3/4, 1/4): 2 - 0.75 log2 3 bits.
        assert!((at(0.5).bias_entropy - (2.0 + 2.0 - 0.75 * 3.0_f64.log2()) / 3.0).abs() < 1e-15);
        assert!(mixed_oracle(&answers, f64::NAN).is_err() && mixed_oracle(&answers, 1.1).is_err());
    }
}
