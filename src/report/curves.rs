//! From the sums of a sweep to curves.

use super::{Curve, Point, RouterAccuracy};
use crate::analysis::{ById, Fractions, Measures, Quantities, bounded, normal_noise};
use crate::replay::{Lane, RESAMPLES, Replay, Resampled, Weights, deal};
use crate::sweep::{CurveSums, Grid};

/// The curve of one entry, by its position, under one misroute rule. Intervals are for the sample of queries (the
/// bootstrap of the expectation) and the router's draws (their variance in closed form) together, around what
/// the draws gave.
pub fn curve(replay: &Replay, entry: usize, misroute: &str, grid: &Grid, sums: &CurveSums) -> Curve {
    let entry = &replay.entries[entry];
    let weights = Weights::new(replay.seed);
    let builder = CurveBuilder {
        replay,
        measures: super::build::measures(replay.layout()),
        sums,
        oracle: weights.apply(&sums.oracle, 1),
        misroute: weights.apply(&sums.misroute, 1),
        noise: normal_noise(replay.seed, RESAMPLES),
    };
    let room = || (vec![Vec::new(); builder.oracle.draws.len()], Vec::new());
    let point = |(mixed, points): &mut (Vec<Vec<f64>>, Vec<(usize, Point)>), index: usize, _: Option<usize>| {
        points.push((index, builder.point(index, grid.accuracies[index], mixed)));
        Ok(())
    };
    // Nothing fails.
    let mut points: Vec<_> = deal(grid.accuracies.len(), room, point).into_iter().flatten().flat_map(|(_, points)| points).collect();
    points.sort_by_key(|(index, _)| *index);
    Curve {
        misroute: misroute.to_owned(),
        policy: entry.spec.name.clone(),
        fallback: replay.id(replay.roles.pools[entry.pool].fallback).to_owned(),
        replicates: replay.replicates,
        points: points.into_iter().map(|(_, point)| point).collect(),
    }
}

struct CurveBuilder<'a, 't> {
    replay: &'a Replay<'t>,
    measures: Measures,
    sums: &'a CurveSums,
    oracle: Resampled,
    misroute: Resampled,
    noise: Vec<f64>,
}

impl CurveBuilder<'_, '_> {
    /// The point at an accuracy; `resamples` is room for the expectation of each resample.
    fn point(&self, index: usize, accuracy: f64, resamples: &mut [Vec<f64>]) -> Point {
        let m = self.measures;
        let simulated = self.simulated(index);
        let mut expected = Vec::new();
        mix(accuracy, &self.oracle.point, &self.misroute.point, &mut expected);
        for ((oracle, misroute), sums) in self.oracle.draws.iter().zip(&self.misroute.draws).zip(&mut *resamples) {
            mix(accuracy, oracle, misroute, sums);
        }
        let (spread, replicates) = (self.sums.spread(accuracy), f64::from(self.replay.replicates));
        let interval = |value: Option<f64>, statistic: &dyn Fn(&[f64]) -> Option<f64>, above: Lane, below: Lane| {
            let value = value?;
            let noise = spread.of_ratio(m.layout, &expected, above, below) / replicates.sqrt();
            // Resamples lie around the expectation; the draws at hand have moved the figure away from it.
            let moved = value - statistic(&expected)?;
            let resamples = resamples.iter().zip(&self.noise).map(|(sums, z)| Some(statistic(sums)? + moved + z * noise));
            Some(bounded(value, self.oracle.filled, resamples.collect()))
        };
        let share = |value: Option<f64>, lane: Lane, below: Lane| {
            let statistic = |sums: &[f64]| (m.lane(sums, below) > 0.0).then(|| m.lane(sums, lane) / m.lane(sums, below));
            interval(value, &statistic, lane, below)
        };
        Point {
            router_accuracy: accuracy,
            savings: self.by_baseline(|baseline, account| {
                let (above, below) = (Lane::Mine(baseline, account), Lane::Theirs(baseline, account));
                interval(m.saving(&simulated, baseline, account), &|sums| m.saving(sums, baseline, account), above, below)
            }),
            expected_savings: self.by_baseline(|baseline, account| m.saving(&expected, baseline, account)),
            answer_accuracy: interval(m.answer_accuracy(&simulated), &|sums| m.answer_accuracy(sums), Lane::Score, Lane::Scored),
            expected_answer_accuracy: m.answer_accuracy(&expected),
            measured_router_accuracy: RouterAccuracy {
                nominal: Some(accuracy),
                agreement: share(m.agreement(&simulated), Lane::Agreement, Lane::Queries),
                tier_agreement: share(m.tier_agreement(&simulated), Lane::TierAgreement, Lane::Queries),
                adequate: share(m.adequate(&simulated), Lane::Adequate, Lane::Solvable),
            },
            totals: Quantities::from_array(std::array::from_fn(|account| m.total(&simulated, account))),
            per_query: Quantities::from_array(std::array::from_fn(|account| m.per_query(&simulated, account))),
            per_correct: Quantities::from_array(std::array::from_fn(|account| m.per_correct(&simulated, account))),
        }
    }

    /// The mean over replicates of the sums at an accuracy.
    fn simulated(&self, index: usize) -> Vec<f64> {
        let each = 1.0 / self.sums.simulated.len() as f64;
        let mut mean = vec![0.0; self.oracle.point.len()];
        for rows in &self.sums.simulated {
            mean.iter_mut().zip(rows.row(index)).for_each(|(mean, cell)| *mean += cell.to_f64());
        }
        mean.iter_mut().for_each(|sum| *sum *= each);
        mean
    }

    fn by_baseline<T: Copy>(&self, value: impl Fn(usize, usize) -> Option<T>) -> ById<Fractions<T>> {
        let baselines = &self.replay.roles.baselines;
        let of = |baseline: usize| Fractions::from_array(std::array::from_fn(|account| value(baseline, account)));
        (0..baselines.len()).map(|baseline| (self.replay.id(baselines[baseline]).to_owned(), of(baseline))).collect()
    }
}

/// The expected sums at an accuracy.
fn mix(accuracy: f64, oracle: &[f64], misroute: &[f64], mixed: &mut Vec<f64>) {
    mixed.clear();
    mixed.extend(oracle.iter().zip(misroute).map(|(right, wrong)| accuracy * right + (1.0 - accuracy) * wrong));
}
