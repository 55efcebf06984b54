//! A ratio of two sums that are linear in the router accuracy, between both ends of a curve.

use crate::replay::{EndLane, end_lane};

/// By how much a curve's ends must differ, as a share of the larger, to lead anywhere; and how far beyond an
/// end of 0 to 1 a solution still is that end, but for rounding.
const ROUNDING: f64 = 1e-9;

/// The ratio of two lanes at both ends of a curve.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// At router accuracy 0 and 1.
    above: [f64; 2],
    below: [f64; 2],
}

impl Line {
    /// That of two lanes under a misroute rule, whose plan is the n-th; `None` where nothing is below.
    pub(super) fn of(sums: &[f64], plan: usize, lanes: [EndLane; 2]) -> Option<Line> {
        let ends = |lane: EndLane| [plan, 0].map(|plan| sums.get(end_lane(plan, lane)).copied().unwrap_or_default());
        let line = Line { above: ends(lanes[0]), below: ends(lanes[1]) };
        line.below.iter().all(|below| *below > 0.0).then_some(line)
    }

    /// At both ends.
    pub(super) fn ratios(&self) -> [f64; 2] {
        [0, 1].map(|end| self.above[end] / self.below[end])
    }

    /// How much the ratio grows from 0 to 1; `None` where that is nothing but rounding.
    pub(super) fn rise(&self) -> Option<f64> {
        let [low, high] = self.ratios();
        Some(high - low).filter(|rise| rise.abs() > ROUNDING * low.abs().max(high.abs()))
    }

    /// Where the ratio is a given one. `None` where the line is flat, or drawn on so far that there the sum below
    /// would be none.
    pub(super) fn at(&self, ratio: f64) -> Option<f64> {
        self.rise()?;
        let [low, high] = [0, 1].map(|end| self.above[end] - ratio * self.below[end]);
        let accuracy = low / (low - high);
        let below = accuracy * self.below[1] + (1.0 - accuracy) * self.below[0];
        (accuracy.is_finite() && below > 0.0).then(|| nearest_end(accuracy))
    }
}

/// The end that an accuracy is, but for rounding.
fn nearest_end(accuracy: f64) -> f64 {
    [0.0, 1.0].into_iter().find(|end| (accuracy - end).abs() < ROUNDING).unwrap_or(accuracy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_met_once() {
        // From 10/100 to 60/100: 35/100 half-way; 110/100 at 2, drawn on.
        let line = Line { above: [10.0, 60.0], below: [100.0, 100.0] };
        assert_eq!([0.1, 0.35, 0.6].map(|ratio| line.at(ratio)), [Some(0.0), Some(0.5), Some(1.0)]);
        assert!((line.at(1.1).unwrap() - 2.0).abs() < 1e-12);
        // Of 10 of 100 and 60 of 50, half-way is 70 of 150: 0.4667 and not 0.65.
        let uneven = Line { above: [10.0, 60.0], below: [100.0, 50.0] };
        assert!((uneven.at(70.0 / 150.0).unwrap() - 0.5).abs() < 1e-12);
        // Drawn on, 10 + 50a is twice 100 − 50a at a = 190/150, with 36.7 below; it is never −1 times that.
        assert!((uneven.at(2.0).unwrap() - 190.0 / 150.0).abs() < 1e-12);
        assert_eq!(uneven.at(-1.0), None);
        // Flat but for rounding.
        assert_eq!(Line { above: [0.3, 0.1 + 0.2], below: [1.0, 1.0] }.at(0.5), None);
    }
}
