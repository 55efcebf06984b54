//! Curves of answer accuracy over the share of queries that go to the strong model.

use serde::Serialize;

use super::check::ROUNDING;

/// A point of such a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CurvePoint {
    /// Share of queries that go to the strong model.
    pub share: f64,
    /// Mean score of what is served.
    pub accuracy: f64,
    /// The threshold that gives it; `None` where no query goes to the strong model or no score decides.
    pub threshold: Option<f64>,
}

/// Points by rising share, at least two, straight lines between them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Curve(pub(super) Vec<CurvePoint>);

impl Curve {
    /// The points, by rising share; at least two.
    pub fn points(&self) -> &[CurvePoint] {
        &self.0
    }

    /// The range of shares.
    pub(super) fn width(&self) -> f64 {
        self.0[self.0.len() - 1].share - self.0[0].share
    }

    /// The area below it, by trapezoids, over the shares that it has.
    pub fn area(&self) -> f64 {
        let trapezoid = |pair: &[CurvePoint]| (pair[1].share - pair[0].share) * f64::midpoint(pair[0].accuracy, pair[1].accuracy);
        self.0.windows(2).map(trapezoid).sum()
    }

    /// The accuracy at a share; `None` outside the shares that it has.
    pub fn at(&self, share: f64) -> Option<f64> {
        let after = self.0.partition_point(|point| point.share < share);
        let next = self.0.get(after)?;
        if next.share == share {
            return Some(next.accuracy);
        }
        let before = self.0.get(after.checked_sub(1)?)?;
        Some(between(share, (before.share, before.accuracy), (next.share, next.accuracy)))
    }

    /// The least share at which the curve reaches an accuracy; `None` where it never does.
    pub fn least_share(&self, accuracy: f64) -> Option<f64> {
        let reached = self.0.iter().position(|point| point.accuracy >= accuracy - ROUNDING)?;
        let Some(before) = reached.checked_sub(1) else { return Some(self.0[0].share) };
        let (before, next) = (self.0[before], self.0[reached]);
        let share = between(accuracy, (before.accuracy, before.share), (next.accuracy, next.share));
        Some(share.min(next.share))
    }

    /// The share at an accuracy by bisection over the accuracies, held at the curve's ends: what a library's
    /// `interp` does that takes accuracies for sorted. Where they are not, it finds one of several crossings.
    pub fn share_by_bisection(&self, accuracy: f64) -> f64 {
        let after = self.0.partition_point(|point| point.accuracy <= accuracy);
        match (after.checked_sub(1).map(|before| self.0[before]), self.0.get(after)) {
            (Some(before), Some(next)) => between(accuracy, (before.accuracy, before.share), (next.accuracy, next.share)),
            (None, _) => self.0[0].share,
            (_, None) => self.0[self.0.len() - 1].share,
        }
    }
}

/// Linear between two points of different x.
fn between(x: f64, (x0, y0): (f64, f64), (x1, y1): (f64, f64)) -> f64 {
    y0 + (y1 - y0) * ((x - x0) / (x1 - x0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        let points = [(0.0, 0.5), (0.5, 0.7), (0.75, 0.6), (1.0, 0.8)];
        let curve = Curve(points.map(|(share, accuracy)| CurvePoint { share, accuracy, threshold: None }).to_vec());
        // 0.5 * 0.6 + 0.25 * 0.65 + 0.25 * 0.7 = 0.6375
        assert!((curve.area() - 0.6375).abs() < 1e-15);
        assert_eq!((curve.at(0.0), curve.at(0.5), curve.at(1.0), curve.at(1.1)), (Some(0.5), Some(0.7), Some(0.8), None));
        assert!((curve.at(0.25).unwrap() - 0.6).abs() < 1e-15);
        // 0.65 is crossed at 0.375, again at 0.625 and at 0.8125: the least share is meant.
        assert!((curve.least_share(0.65).unwrap() - 0.375).abs() < 1e-15);
        assert_eq!((curve.least_share(0.4), curve.least_share(0.9)), (Some(0.0), None));
        assert_eq!((curve.share_by_bisection(0.4), curve.share_by_bisection(0.9)), (0.0, 1.0));
        let crossings = [0.375, 0.625, 0.8125];
        assert!(crossings.iter().any(|share| (curve.share_by_bisection(0.65) - share).abs() < 1e-15));
    }
}
