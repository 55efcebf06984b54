//! RouteLLM: a weak and a strong model, and the curve of a score that decides between them.

use super::check::{known, same_length};
use super::{Better, Curve, CurvePoint, Measure};
use crate::analysis::falling::Falling;
use crate::error::Result;

pub(super) const AUC: Measure = Measure {
    name: "auc",
    title: "Area under answer accuracy over the share of strong calls",
    formula: "trapezoids over (strong share, answer accuracy) at every distinct score, or on the code's grid: the score's quantiles at 0, 1/10, .. 1, a query is strong if its score is at least the threshold (above it for the last)",
    source: "RouteLLM, arXiv 2406.18665; routellm/evals/evaluate.py, benchmarks.py",
    needs: "scores of a weak and a strong model on the same queries, and a routing score (win rate) for each query",
    difference: Some(
        "the code takes 11 thresholds and fails where two quantiles coincide; ours takes every distinct score by default and keeps equal quantiles on the grid. Queries of one score move together in both. The code counts in percent, ours are fractions",
    ),
    better: Better::Higher,
};

pub(super) const OPTIMAL_PAIR: Measure = Measure {
    name: "optimal-pair",
    title: "The best that any router between two models can do",
    formula: "(weak right + min(n * share, queries that only the strong model gets right)) / n; its AUC and APGR on the same shares",
    source: "RouteLLM, arXiv 2406.18665; get_optimal_accuracy in routellm/evals/benchmarks.py",
    needs: "scores of a weak and a strong model on the same queries",
    difference: Some(
        "it sends at most the share to the strong model and keeps right weak answers at share 1, so that its APGR can exceed 1. Graded scores: the largest gains first, as the code does for MT-Bench",
    ),
    better: Better::Higher,
};

pub(super) const RANDOM_PAIR: Measure = Measure {
    name: "random-pair",
    title: "A coin between two models: the router to beat",
    formula: "weak + share (strong - weak): AUC (weak + strong) / 2, APGR 0.5",
    source: "RouteLLM, arXiv 2406.18665; its random router",
    needs: OPTIMAL_PAIR.needs,
    difference: Some("the code draws; this is what it draws on average"),
    better: Better::Higher,
};

/// What a weak and a strong model score on the same queries.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    weak: &'a [f64],
    strong: &'a [f64],
    weak_sum: f64,
    strong_sum: f64,
}

impl<'a> Pair<'a> {
    /// From each model's scores, a query each.
    ///
    /// # Errors
    /// No queries, different lengths, or a score that is not known.
    pub fn new(weak: &'a [f64], strong: &'a [f64]) -> Result<Self> {
        known("the weak model's scores", weak)?;
        known("the strong model's scores", strong)?;
        same_length("the strong model's scores", strong.len(), "the weak model", weak.len())?;
        Ok(Pair { weak, strong, weak_sum: weak.iter().sum(), strong_sum: strong.iter().sum() })
    }

    fn queries(&self) -> f64 {
        self.weak.len() as f64
    }

    /// Mean score of always the weak model.
    pub fn weak_accuracy(&self) -> f64 {
        self.weak_sum / self.queries()
    }

    /// Mean score of always the strong model.
    pub fn strong_accuracy(&self) -> f64 {
        self.strong_sum / self.queries()
    }

    /// The curve of a routing score at every distinct threshold: a query is strong if its score is at least
    /// the threshold, so that queries of one score move together. One sort and prefix sums.
    ///
    /// # Errors
    /// Another number of scores than queries, or a score that is not known.
    pub fn curve(&self, scores: &[f64]) -> Result<Curve> {
        Ok(self.curve_of(&self.falling(scores)?))
    }

    /// Routing scores from the highest down, checked.
    fn falling<'s>(&self, scores: &'s [f64]) -> Result<Falling<'s>> {
        same_length("the routing scores", scores.len(), "the pair", self.weak.len())?;
        known("the routing scores", scores)?;
        Ok(Falling::of(scores))
    }

    fn curve_of(&self, falling: &Falling) -> Curve {
        let none = CurvePoint { share: 0.0, accuracy: self.weak_accuracy(), threshold: None };
        let steps = falling.steps(|query| self.strong[query] - self.weak[query]);
        let points = steps.map(|step| self.point(step.accepted as f64 / self.queries(), step.gain, Some(step.threshold)));
        Curve(std::iter::once(none).chain(points).collect())
    }

    fn point(&self, share: f64, gain: f64, threshold: Option<f64>) -> CurvePoint {
        CurvePoint { share, accuracy: (self.weak_sum + gain) / self.queries(), threshold }
    }

    /// The same on the code's grid of `bins` + 1 thresholds (10 gives 11 points), see the measure `auc`.
    ///
    /// # Errors
    /// As [`Pair::curve`].
    pub fn grid(&self, scores: &[f64], bins: usize) -> Result<Curve> {
        let falling = self.falling(scores)?;
        let Curve(every) = self.curve_of(&falling);
        let at = |threshold: f64| {
            let strong = every.partition_point(|point| point.threshold.is_none_or(|score| score >= threshold));
            CurvePoint { threshold: Some(threshold), ..every[strong - 1] }
        };
        let thresholds = (0..bins).rev().map(|bin| quantile(&falling, scores.len(), bin as f64 / bins as f64));
        Ok(Curve([every[0]].into_iter().chain(thresholds.map(at)).collect()))
    }

    /// A coin between the two.
    pub fn random(&self) -> Curve {
        Curve(vec![self.point(0.0, 0.0, None), self.point(1.0, self.strong_sum - self.weak_sum, None)])
    }

    /// The best that a router can do with at most a share of strong calls, at `bins` + 1 shares from 0 to 1 at
    /// equal distances (10 is the code's grid; no less than one bin).
    pub fn optimal(&self, bins: usize) -> Curve {
        let mut gains: Vec<f64> = self.strong.iter().zip(self.weak).map(|(strong, weak)| strong - weak).filter(|gain| *gain > 0.0).collect();
        gains.sort_unstable_by(|a, b| b.total_cmp(a));
        let (mut taken, mut sum) = (0, 0.0);
        let bins = bins.max(1);
        let at = |bin: usize| {
            let share = bin as f64 / bins as f64;
            let calls = share * self.queries();
            while taken < gains.len() && (taken + 1) as f64 <= calls {
                sum += gains[taken];
                taken += 1;
            }
            // A part of a call: what the share buys on average.
            let part = gains.get(taken).map_or(0.0, |gain| gain * (calls - taken as f64));
            self.point(share, sum + part, None)
        };
        Curve((0..=bins).map(at).collect())
    }
}

/// A quantile of so many scores, linear between two of them.
fn quantile(falling: &Falling, count: usize, part: f64) -> f64 {
    let place = part * (count - 1) as f64;
    let rising = |place: usize| falling.score(count - 1 - place.min(count - 1));
    let (below, above) = (rising(place as usize), rising(place as usize + 1));
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEAK: [f64; 5] = [0.0, 1.0, 0.0, 1.0, 0.0];
    const STRONG: [f64; 5] = [1.0, 1.0, 1.0, 0.0, 0.0];

    fn points(curve: &Curve) -> Vec<(f64, f64)> {
        curve.points().iter().map(|point| (point.share, point.accuracy)).collect()
    }

    #[test]
    fn a_curve_by_hand() {
        // By falling score: query 0 (gain 1), then 1 and 3 at once (0 and -1), then 2 (1), then 4 (0).
        let pair = Pair::new(&WEAK, &STRONG).unwrap();
        let curve = pair.curve(&[0.9, 0.5, 0.3, 0.5, 0.1]).unwrap();
        assert_eq!(points(&curve), [(0.0, 0.4), (0.2, 0.6), (0.6, 0.4), (0.8, 0.6), (1.0, 0.6)]);
        assert_eq!(curve.points()[2].threshold, Some(0.5));
        // 0.2 * 0.5 + 0.4 * 0.5 + 0.2 * 0.5 + 0.2 * 0.6
        assert!((curve.area() - 0.52).abs() < 1e-15);
    }

    #[test]
    fn the_grid_takes_the_scores_quantiles() {
        let pair = Pair::new(&WEAK, &STRONG).unwrap();
        // Sorted 0.1 0.3 0.5 0.5 0.9; quantiles at 0, 1/2, 1 are 0.1, 0.5, 0.9, the last of which none is above.
        let grid = pair.grid(&[0.9, 0.5, 0.3, 0.5, 0.1], 2).unwrap();
        assert_eq!(points(&grid), [(0.0, 0.4), (0.6, 0.4), (1.0, 0.6)]);
        // One score for all: all weak, or all strong as often as the code would ask.
        let flat = pair.grid(&[0.5; 5], 10).unwrap();
        assert_eq!((flat.points().len(), flat.points()[0].share, flat.points()[1].share), (11, 0.0, 1.0));
        // Without ties, ten bins of ten queries hold one each: shares 0, 1/10, .. 1.
        let zeros = [0.0; 11];
        let scores: Vec<f64> = (0..11).map(f64::from).collect();
        let grid = Pair::new(&zeros, &zeros).unwrap().grid(&scores, 10).unwrap();
        let strong: Vec<f64> = grid.points().iter().map(|point| (point.share * 11.0).round()).collect();
        assert_eq!(strong, [0.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
    }

    #[test]
    fn the_optimum_takes_the_largest_gains_first() {
        let pair = Pair::new(&WEAK, &STRONG).unwrap();
        // Weak right 2, strong only 2: (2 + min(5 share, 2)) / 5.
        for point in pair.optimal(10).points() {
            let wanted = (2.0 + (5.0 * point.share).min(2.0)) / 5.0;
            assert!((point.accuracy - wanted).abs() < 1e-15, "{point:?}");
        }
        // Gains 0.5 and 0.25: at half of the share the larger one.
        let graded = Pair::new(&[0.25, 0.5], &[0.5, 1.0]).unwrap();
        assert_eq!(points(&graded.optimal(2)), [(0.0, 0.375), (0.5, 0.625), (1.0, 0.75)]);
    }

    #[test]
    fn no_curve_beats_the_optimum_and_all_begin_and_end_alike() {
        // 0/1 answers and scores without an order.
        let bit = |value: u64| ((value.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) & 1) as f64;
        let (weak, strong): (Vec<f64>, Vec<f64>) = (0..97).map(|i| (bit(i), bit(i + 1000))).unzip();
        let pair = Pair::new(&weak, &strong).unwrap();
        let scores: Vec<f64> = (0..97).map(|i| f64::from(i * 13 % 41)).collect();
        let (curve, grid, optimal) = (pair.curve(&scores).unwrap(), pair.grid(&scores, 10).unwrap(), pair.optimal(97));
        for point in curve.points().iter().chain(grid.points()).chain(pair.random().points()) {
            assert!(point.accuracy <= optimal.at(point.share).unwrap() + 1e-12, "{point:?}");
        }
        for ends in [&curve, &grid, &pair.random()].map(Curve::points) {
            assert_eq!((ends[0].share, ends[0].accuracy), (0.0, pair.weak_accuracy()));
            let last = ends[ends.len() - 1];
            assert!(last.share == 1.0 && (last.accuracy - pair.strong_accuracy()).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        let error = Pair::new(&[1.0, f64::NAN], &[1.0, 1.0]).unwrap_err();
        assert!(error.to_string().contains("the weak model's scores, query 1"), "{error}");
        assert!(Pair::new(&[1.0], &[1.0, 0.0]).is_err() && Pair::new(&[], &[]).is_err());
        let pair = Pair::new(&WEAK, &STRONG).unwrap();
        assert!(pair.curve(&[0.0; 4]).is_err() && pair.grid(&[0.0, 0.0, f64::NAN, 0.0, 0.0], 10).is_err());
    }
}
