//! Levels and shifts for given correlations: the inner part of calibration.

use super::joint::{Joint, normal_cdf, normal_density};
use super::quantile::normal_quantile;
use super::spec::{Answers, Dataset};
use super::structure::Structure;

/// Printed shares are rounded: where 100.0% stands, 99.95% may be meant.
pub(super) const PRINTED: f64 = 5e-4;
/// Rounds of levels and shifts at most.
const ROUNDS: usize = 200;

/// Levels and shifts for given correlations, from where they are; the shift by which all categories
/// would have to move to be covered as they should: 0 where everything fits.
///
/// Each round makes one Newton step for every level and every shift, in units of the normal quantile,
/// in which both are nearly straight.
pub(super) fn balance(
    answers: &Answers,
    dataset: &Dataset,
    structure: &Structure,
    accuracy: &[f64],
    level: &mut [f64],
    shift: &mut [f64],
) -> f64 {
    let joint = Joint::new(structure);
    let share: Vec<f64> = dataset.categories.iter().map(|category| category.queries / dataset.queries()).collect();
    let towards = |level: &[f64], target: f64, at: f64| {
        let (covered, slope) = joint.coverage_and_slope(&answers.local, level, at);
        at + newton_step(covered, slope, target.clamp(PRINTED, 1.0 - PRINTED))
    };
    let mut excess = 0.0;
    for _ in 0..ROUNDS {
        let mut moved = move_levels(level, accuracy, &share, shift);
        if let Some(target) = dataset.coverage {
            let at = towards(level, target, excess);
            (moved, excess) = (moved.max((at - excess).abs()), at);
        } else if dataset.categories.iter().any(|category| category.coverage.is_some()) {
            let fresh = dataset.categories.iter().zip(shift.iter());
            // The shifts keep a mean of 0; what they would move together is the excess.
            let fresh = fresh.map(|(category, &shift)| category.coverage.map_or(shift, |target| towards(level, target, shift + excess)));
            let fresh: Vec<f64> = fresh.collect();
            let mean: f64 = fresh.iter().zip(&share).map(|(shift, share)| shift * share).sum();
            for (shift, fresh) in shift.iter_mut().zip(fresh) {
                moved = moved.max((fresh - mean - *shift).abs());
                *shift = fresh - mean;
            }
            (moved, excess) = (moved.max((mean - excess).abs()), mean);
        }
        if moved < 1e-10 {
            break;
        }
    }
    excess
}

/// A step towards the place where a share is as wanted, from the share and its slope here.
fn newton_step(share: f64, slope: f64, wanted: f64) -> f64 {
    let here = normal_quantile(share.clamp(1e-14, 1.0 - 1e-14));
    let step = (normal_quantile(wanted) - here) * normal_density(here) / slope;
    if step.is_finite() { step.clamp(-1.5, 1.5) } else { 0.0 }
}

/// One step of every level towards its answer accuracy; how far the longest went.
fn move_levels(level: &mut [f64], accuracy: &[f64], share: &[f64], shift: &[f64]) -> f64 {
    let mut moved = 0.0_f64;
    for (level, &accuracy) in level.iter_mut().zip(accuracy) {
        *level = match accuracy {
            0.0 => f64::NEG_INFINITY,
            1.0 => f64::INFINITY,
            _ => {
                let at = if level.is_finite() { *level } else { normal_quantile(accuracy) };
                let (mean, slope) = share.iter().zip(shift).fold((0.0, 0.0), |(mean, slope), (share, shift)| {
                    (mean + share * normal_cdf(at + shift), slope + share * normal_density(at + shift))
                });
                let step = newton_step(mean, slope, accuracy);
                moved = moved.max(step.abs());
                at + step
            }
        };
    }
    moved
}
