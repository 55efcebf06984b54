//! Calibration: from what a router predicts to the share of answers that are correct (or their mean score)
//! where it predicts so.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Labels that a calibration takes at least: fewer say nothing of a curve.
const LEAST_LABELS: usize = 20;
/// A prediction is kept so far from 0 and 1 before its log odds are taken: a neighbourhood that is all
/// correct is not certain, and must not outweigh the rest.
const EDGE: f64 = 1e-6;
/// Newton steps of Platt's fit at most; a convex loss in two parameters takes about ten.
const MOST_STEPS: usize = 100;
/// Strengths beyond this are cut: σ is 1 to all digits soon after, and a win rate could not be told.
const MOST_STRENGTH: f64 = 30.0;

/// σ(z) = 1 / (1 + e^−z).
pub fn sigma(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// ln(p / (1 − p)): infinite at 0 and 1.
pub fn logit(probability: f64) -> f64 {
    (probability / (1.0 - probability)).ln()
}

/// σ of a strength, kept from 0 and 1, so that the win rate of two endpoints is σ of the difference of
/// their strengths.
pub(super) fn strength_as_quality(strength: f64) -> f64 {
    sigma(strength.clamp(-MOST_STRENGTH, MOST_STRENGTH))
}

/// How predictions are calibrated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Calibration {
    /// Not at all.
    #[default]
    None,
    /// Platt's sigmoid: σ(a logit p + b).
    Platt,
    /// Isotonic regression: the monotone curve of least squares.
    Isotonic,
}

/// A fitted calibration: never decreasing, from 0..1 to 0..1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub enum Calibrator {
    /// Leaves predictions as they are.
    None,
    /// σ(`slope` · logit p + `intercept`) with p kept 1e-6 from 0 and 1.
    Platt {
        /// 0 and more. It is 0, and all predictions become one, where higher predictions went with lower
        /// labels, or all predictions were the same.
        slope: f64,
        /// Log odds at p = 1/2.
        intercept: f64,
    },
    /// A line through points, flat before the first and after the last.
    Isotonic {
        /// Predictions, ascending.
        predicted: Vec<f64>,
        /// The calibrated value at each.
        label: Vec<f64>,
    },
}

impl Calibrator {
    /// Fits a calibration to predictions and labels: 0 and 1, or scores between. Queries where either is
    /// NaN are left out. The predictions must be of queries that the router was not fitted on: on its own
    /// ones it is too sure.
    ///
    /// Platt (1999, "Probabilistic outputs for support vector machines", Section 2.2), on log odds of the
    /// prediction as it is already a chance, and with his smoothed targets: (N₊ + 1) / (N₊ + 2) for 1 and
    /// 1 / (N₋ + 2) for 0. A score y between counts as y of the one and 1 − y of the other. A slope below 0 is
    /// taken as 0.
    ///
    /// Isotonic: pool adjacent violators (Ayer et al. 1955; Zadrozny and Elkan 2002), equal predictions
    /// pooled first. The curve is flat over each block and straight between blocks, as in scikit-learn. It
    /// may give 0 and 1 exactly.
    ///
    /// # Errors
    /// Where the slices differ in length, and, unless the method is `None`, where fewer than 20 labels are
    /// known or all are the same.
    pub fn fit(method: Calibration, predicted: &[f64], label: &[f64]) -> Result<Calibrator> {
        if predicted.len() != label.len() {
            return Err(Error::new("a calibration needs a label for each prediction").found(format!(
                "{} predictions, {} labels",
                predicted.len(),
                label.len()
            )));
        }
        let known = || predicted.iter().copied().zip(label.iter().copied()).filter(|(p, y)| !p.is_nan() && !y.is_nan());
        let pairs: Vec<(f64, f64)> = known().collect();
        if method == Calibration::None {
            return Ok(Calibrator::None);
        }
        let hint = "say `calibrate = \"none\"`, or record more answers";
        if pairs.len() < LEAST_LABELS {
            let found = format!("{} of {}", pairs.len(), label.len());
            return Err(Error::new("too few known labels to calibrate by")
                .found(found)
                .allowed(format!("{LEAST_LABELS} and more"))
                .hint(hint));
        }
        if pairs.iter().all(|(_, label)| *label == pairs[0].1) {
            let found = format!("{} labels, all {}", pairs.len(), pairs[0].1);
            return Err(Error::new("nothing to calibrate by: all labels are the same").found(found).hint(hint));
        }
        Ok(match method {
            Calibration::None => Calibrator::None,
            Calibration::Platt => platt(&pairs),
            Calibration::Isotonic => isotonic(pairs),
        })
    }

    /// Whether it is a calibration: one that was read from a file need not be.
    ///
    /// # Errors
    /// Where the curve has no points, or its points do not ascend.
    pub fn check(&self) -> Result<()> {
        let Calibrator::Isotonic { predicted, label } = self else { return Ok(()) };
        let found = format!("{} predictions, {} values", predicted.len(), label.len());
        let error = || Error::new("a saved calibration is no curve").found(&found);
        if predicted.is_empty() || predicted.len() != label.len() {
            return Err(error().allowed("as many, 1 and more"));
        }
        let rises = |cells: &[f64]| cells.iter().zip(cells.iter().skip(1)).all(|(before, after)| before <= after);
        if rises(predicted) && rises(label) { Ok(()) } else { Err(error().allowed("both ascending")) }
    }

    /// The calibrated prediction; NaN for NaN.
    pub fn apply(&self, prediction: f64) -> f64 {
        match self {
            Calibrator::None => prediction,
            Calibrator::Platt { slope, intercept } => sigma(slope * log_odds(prediction) + intercept),
            Calibrator::Isotonic { predicted, label } => {
                if prediction.is_nan() {
                    return prediction;
                }
                let after = predicted.partition_point(|&point| point < prediction);
                match (after.checked_sub(1), label.get(after)) {
                    (None, Some(&first)) => first,
                    (Some(before), None) => label[before],
                    (Some(before), Some(&high)) => {
                        let part = (prediction - predicted[before]) / (predicted[after] - predicted[before]);
                        (label[before] + part * (high - label[before])).clamp(label[before], high)
                    }
                    (None, None) => f64::NAN,
                }
            }
        }
    }
}

fn log_odds(prediction: f64) -> f64 {
    logit(prediction.clamp(EDGE, 1.0 - EDGE))
}

/// ln(1 + e^z) without overflow.
pub(super) fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

/// Platt's fit by Newton's method with halved steps (Lin, Lin and Weng 2007, "A note on Platt's
/// probabilistic outputs"), on standardised log odds.
fn platt(pairs: &[(f64, f64)]) -> Calibrator {
    let count = pairs.len() as f64;
    let positive: f64 = pairs.iter().map(|(_, label)| label).sum();
    let (high, low) = ((positive + 1.0) / (positive + 2.0), 1.0 / (count - positive + 2.0));
    let odds: Vec<f64> = pairs.iter().map(|(prediction, _)| log_odds(*prediction)).collect();
    let targets: Vec<f64> = pairs.iter().map(|(_, label)| label * high + (1.0 - label) * low).collect();
    let mean = odds.iter().sum::<f64>() / count;
    let spread = (odds.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / count).sqrt();
    let base = logit(targets.iter().sum::<f64>() / count);
    let constant = Calibrator::Platt { slope: 0.0, intercept: base };
    if spread < 1e-9 {
        return constant;
    }
    let scaled: Vec<f64> = odds.iter().map(|z| (z - mean) / spread).collect();
    let (slope, intercept) = newton(&scaled, &targets, base);
    if slope <= 0.0 {
        return constant;
    }
    Calibrator::Platt { slope: slope / spread, intercept: intercept - slope / spread * mean }
}

/// Slope and intercept of least log loss, from slope 0 and a given intercept.
fn newton(odds: &[f64], targets: &[f64], intercept: f64) -> (f64, f64) {
    let both = || odds.iter().zip(targets);
    let loss = |a: f64, b: f64| both().map(|(z, target)| softplus(a * z + b) - target * (a * z + b)).sum::<f64>();
    let (mut a, mut b) = (0.0, intercept);
    let mut now = loss(a, b);
    for _ in 0..MOST_STEPS {
        let (mut slope, mut curve) = ([0.0; 2], [1e-12, 0.0, 1e-12]);
        for (z, target) in both() {
            let chance = sigma(a * z + b);
            let (error, weight) = (chance - target, chance * (1.0 - chance));
            slope = [slope[0] + error * z, slope[1] + error];
            curve = [curve[0] + weight * z * z, curve[1] + weight * z, curve[2] + weight];
        }
        let determinant = curve[0] * curve[2] - curve[1] * curve[1];
        let step = [(curve[2] * slope[0] - curve[1] * slope[1]) / determinant, (curve[0] * slope[1] - curve[1] * slope[0]) / determinant];
        let mut size = 1.0;
        let better = loop {
            let next = loss(a - size * step[0], b - size * step[1]);
            if next < now {
                break Some(next);
            }
            size /= 2.0;
            if size < 1e-10 {
                break None;
            }
        };
        // No step down is left but rounding.
        let Some(next) = better else { break };
        (a, b, now) = (a - size * step[0], b - size * step[1], next);
        if step[0].abs().max(step[1].abs()) < 1e-10 {
            break;
        }
    }
    (a, b)
}

/// Predictions that share a value of the curve.
struct Block {
    first: f64,
    last: f64,
    sum: f64,
    count: f64,
}

impl Block {
    fn mean(&self) -> f64 {
        self.sum / self.count
    }

    fn join(&mut self, next: Block) {
        *self = Block { first: self.first, last: next.last, sum: self.sum + next.sum, count: self.count + next.count };
    }
}

fn isotonic(mut pairs: Vec<(f64, f64)>) -> Calibrator {
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ties: Vec<Block> = Vec::new();
    for (prediction, label) in pairs {
        let own = Block { first: prediction, last: prediction, sum: label, count: 1.0 };
        match ties.last_mut().filter(|tied| tied.last == prediction) {
            Some(tied) => tied.join(own),
            None => ties.push(own),
        }
    }
    let mut blocks: Vec<Block> = Vec::new();
    for mut block in ties {
        while let Some(before) = blocks.pop_if(|before| before.mean() >= block.mean()) {
            let after = std::mem::replace(&mut block, before);
            block.join(after);
        }
        blocks.push(block);
    }
    let (mut predicted, mut label) = (Vec::new(), Vec::new());
    for block in blocks {
        let ends = [block.first, block.last];
        for end in &ends[usize::from(block.first == block.last)..] {
            predicted.push(*end);
            label.push(block.mean());
        }
    }
    Calibrator::Isotonic { predicted, label }
}

#[cfg(test)]
mod tests;
