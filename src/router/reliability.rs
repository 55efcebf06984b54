//! How good predicted chances are, measured against what came true.

use serde::{Deserialize, Serialize};

/// Bins of the expected calibration error, as Guo et al. have.
const BINS: usize = 15;
/// A prediction is kept so far from 0 and 1 before its logarithm is taken, as scikit-learn's `log_loss` did
/// for long: a certain prediction that is wrong costs 34.5 instead of infinitely much.
const EDGE: f64 = 1e-15;

/// How good predictions are against labels, over the queries where both are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Queries with a prediction and a label.
    pub count: usize,
    /// Mean label.
    pub mean_label: f64,
    /// Mean prediction.
    pub mean_predicted: f64,
    /// Mean of −(y ln p + (1 − y) ln(1 − p)), p kept 1e-15 from 0 and 1.
    pub log_loss: f64,
    /// The same where the mean label is predicted for every query: what useful predictions are below.
    pub base_log_loss: f64,
    /// Mean of (p − y)² (Brier 1950, in the form for two classes).
    pub brier: f64,
    /// The chance that a query of label 1 has a higher prediction than one of label 0, ties counting half
    /// (area under the ROC curve, as the rank statistic of Mann and Whitney). `None` where labels are not 0
    /// and 1, or all the same.
    pub auc: Option<f64>,
    /// Expected calibration error: the mean over queries of |mean label − mean prediction| of their bin, for
    /// 15 bins of equal width (Guo et al. 2017, "On calibration of modern neural networks", Section 2).
    pub ece: f64,
    /// The same for 15 bins of about as many queries each; queries of the same prediction are never split.
    pub ece_equal_mass: f64,
    /// The bins of equal width, those without a query left out.
    pub bins: Vec<ReliabilityBin>,
}

/// Queries of similar predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// Predictions above this (and 0 itself in the first bin).
    pub low: f64,
    /// Predictions up to this.
    pub high: f64,
    /// Queries in it: 1 and more.
    pub count: usize,
    /// Their mean prediction.
    pub mean_predicted: f64,
    /// Their mean label.
    pub mean_label: f64,
}

impl Reliability {
    /// Measures predictions (0 to 1) against labels (0 to 1); queries where either is NaN are left out.
    /// `None` where no query is left.
    pub fn of(predicted: &[f64], label: &[f64]) -> Option<Reliability> {
        Reliability::with_bins(predicted, label, BINS)
    }

    fn with_bins(predicted: &[f64], label: &[f64], bins: usize) -> Option<Reliability> {
        let known = predicted.iter().copied().zip(label.iter().copied()).filter(|(p, y)| !p.is_nan() && !y.is_nan());
        let mut pairs: Vec<(f64, f64)> = known.collect();
        if pairs.is_empty() {
            return None;
        }
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mean = |of: &dyn Fn(f64, f64) -> f64| pairs.iter().map(|&(p, y)| of(p, y)).sum::<f64>() / pairs.len() as f64;
        let mean_label = mean(&|_, y| y);
        let equal_width = equal_width(&pairs, bins);
        Some(Reliability {
            count: pairs.len(),
            mean_label,
            mean_predicted: mean(&|p, _| p),
            log_loss: mean(&log_loss),
            base_log_loss: mean(&|_, y| log_loss(mean_label, y)),
            brier: mean(&|p, y| (p - y).powi(2)),
            auc: auc(&pairs),
            ece: calibration_error(&equal_width, pairs.len()),
            ece_equal_mass: calibration_error(&equal_mass(&pairs, bins), pairs.len()),
            bins: equal_width,
        })
    }
}

fn log_loss(predicted: f64, label: f64) -> f64 {
    let predicted = predicted.clamp(EDGE, 1.0 - EDGE);
    // Not ln(1 − p): p is rounded near 1, and what is left of it near 0 is not.
    -(label * predicted.ln() + (1.0 - label) * (-predicted).ln_1p())
}

/// The rank statistic of pairs sorted by prediction.
fn auc(pairs: &[(f64, f64)]) -> Option<f64> {
    if !pairs.iter().all(|(_, label)| *label == 0.0 || *label == 1.0) {
        return None;
    }
    let positive: f64 = pairs.iter().map(|(_, label)| label).sum();
    let negative = pairs.len() as f64 - positive;
    // For each positive query the negative ones below it, and half of those beside it.
    let (mut below, mut won) = (0.0, 0.0);
    for tied in pairs.chunk_by(|a, b| a.0 == b.0) {
        let right: f64 = tied.iter().map(|(_, label)| label).sum();
        let wrong = tied.len() as f64 - right;
        won += right * (below + wrong / 2.0);
        below += wrong;
    }
    (positive > 0.0 && negative > 0.0).then(|| won / (positive * negative))
}

fn bin(low: f64, high: f64, pairs: &[(f64, f64)]) -> ReliabilityBin {
    let count = pairs.len() as f64;
    let mean_predicted = pairs.iter().map(|(p, _)| p).sum::<f64>() / count;
    let mean_label = pairs.iter().map(|(_, y)| y).sum::<f64>() / count;
    ReliabilityBin { low, high, count: pairs.len(), mean_predicted, mean_label }
}

/// The bins ((m − 1)/M, m/M] that sorted pairs fall into.
fn equal_width(pairs: &[(f64, f64)], bins: usize) -> Vec<ReliabilityBin> {
    let edge = |number: usize| number as f64 / bins as f64;
    let mut found = Vec::new();
    let mut start = 0;
    for number in 1..=bins {
        let high = edge(number);
        let end = if number == bins { pairs.len() } else { pairs.partition_point(|(p, _)| *p <= high) };
        if start < end {
            found.push(bin(edge(number - 1), high, &pairs[start..end]));
        }
        start = end;
    }
    found
}

/// Bins of about as many sorted pairs each; one ends after the last of equal predictions.
fn equal_mass(pairs: &[(f64, f64)], bins: usize) -> Vec<ReliabilityBin> {
    let mut found = Vec::new();
    let mut start = 0;
    for number in 1..=bins {
        let wanted = (pairs.len() * number).div_ceil(bins);
        if wanted <= start {
            continue;
        }
        let last = pairs[wanted - 1].0;
        let end = pairs.partition_point(|(p, _)| *p <= last);
        found.push(bin(pairs[start].0, last, &pairs[start..end]));
        start = end;
    }
    found
}

fn calibration_error(bins: &[ReliabilityBin], count: usize) -> f64 {
    bins.iter().map(|bin| bin.count as f64 / count as f64 * (bin.mean_label - bin.mean_predicted).abs()).sum()
}

#[cfg(test)]
mod tests;
