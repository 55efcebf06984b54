//! RouterBench: the non-decreasing convex hull, AIQ and the Zero router.

use serde::Serialize;

use super::check::ROUNDING;
use super::{Better, Measure, Point, Points};

pub(super) const AIQ: Measure = Measure {
    name: "aiq",
    title: "Average quality over cost, as RouterBench's code divides",
    formula: "area under the non-decreasing convex hull of (cost, quality), from its cheapest point to the largest cost of all routers compared, flat after its last point; divided by that largest cost",
    source: "RouterBench, arXiv 2403.12031; evaluation/AIQ.py",
    needs: "cost and quality at several settings of a router, and the largest cost of those compared with it",
    difference: Some(
        "the code divides by the largest cost, so that nothing counts below the cheapest point; the paper divides by largest - smallest cost (aiq-paper). The code fails on fewer than three different costs; ours does not",
    ),
    better: Better::Higher,
};

pub(super) const AIQ_PAPER: Measure = Measure {
    name: "aiq-paper",
    title: "Average quality over cost, as RouterBench's paper defines it",
    formula: "the same area divided by largest - smallest cost: the mean height of the hull",
    source: "RouterBench, arXiv 2403.12031",
    needs: AIQ.needs,
    difference: Some("the code divides by the largest cost alone (aiq)"),
    better: Better::Higher,
};

pub(super) const ZERO_ROUTER: Measure = Measure {
    name: "zero-router",
    title: "What mixing single models at random buys: the router to beat",
    formula: "the non-decreasing convex hull of the single models' (cost, quality); at a cost between two of its points a coin mixes them, which interpolates linearly",
    source: "RouterBench, arXiv 2403.12031",
    needs: "cost and quality of every single model",
    difference: Some("below the cheapest model it is not defined; the paper may add a null model of cost and quality 0, which is a point to pass in"),
    better: Better::Higher,
};

/// A non-decreasing convex hull: the least curve above all points that never falls and never steepens.
/// Of single models it is the Zero router, of a router's settings what that router offers.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Hull(Vec<Point>);

impl Hull {
    /// The hull of some points.
    pub fn of(points: &Points) -> Self {
        let mut sorted = points.as_slice().to_vec();
        // Of one cost only the best counts, and it comes first.
        sorted.sort_by(|a, b| a.cost.total_cmp(&b.cost).then(b.quality.total_cmp(&a.quality)));
        let mut hull: Vec<Point> = Vec::new();
        for point in sorted {
            if hull.last().is_some_and(|last| point.quality <= last.quality) {
                continue;
            }
            while let [.., before, last] = hull[..] {
                if slope(before, last) > slope(last, point) {
                    break;
                }
                hull.pop();
            }
            hull.push(point);
        }
        Hull(hull)
    }

    /// Its corners, by rising cost and rising quality; at least one.
    pub fn corners(&self) -> &[Point] {
        &self.0
    }

    /// The quality that a mean cost buys: linear between corners, flat after the last. `None` below the
    /// cheapest, where nothing can be bought.
    pub fn at(&self, cost: f64) -> Option<f64> {
        let after = self.0.partition_point(|corner| corner.cost <= cost);
        let before = self.0.get(after.checked_sub(1)?)?;
        let rise = self.0.get(after).map_or(0.0, |next| slope(*before, *next) * (cost - before.cost));
        Some(before.quality + rise)
    }

    /// The least mean cost at which a mix reaches a quality; `None` where none does.
    pub fn cost_of(&self, quality: f64) -> Option<f64> {
        let reached = self.0.iter().position(|corner| corner.quality >= quality - ROUNDING)?;
        let Some(before) = reached.checked_sub(1).map(|before| self.0[before]) else { return Some(self.0[0].cost) };
        let next = self.0[reached];
        // Exact at the corner itself.
        let left = ((next.quality - quality) / (next.quality - before.quality)).max(0.0);
        Some(next.cost - (next.cost - before.cost) * left)
    }

    /// The area below the hull from its cheapest corner to a cost; `None` where that lies below it.
    fn area(&self, max_cost: f64) -> Option<f64> {
        let end = Point::new(max_cost, self.at(max_cost)?);
        let corners = self.0.iter().filter(|corner| corner.cost < max_cost).copied().chain([end]);
        let (mut area, mut before) = (0.0, self.0[0]);
        for corner in corners {
            area += (corner.cost - before.cost) * f64::midpoint(before.quality, corner.quality);
            before = corner;
        }
        Some(area)
    }

    /// AIQ as the code divides, see the measure `aiq`. `max_cost` is the largest cost of all routers that
    /// are compared. `None` if it is below the cheapest corner, or 0.
    pub fn aiq(&self, max_cost: f64) -> Option<f64> {
        let area = self.area(max_cost)?;
        (max_cost > 0.0).then(|| area / max_cost)
    }

    /// AIQ as the paper divides, see the measure `aiq-paper`: the mean height from the cheapest corner to
    /// `max_cost`. `None` where that is no range.
    pub fn aiq_paper(&self, max_cost: f64) -> Option<f64> {
        let area = self.area(max_cost)?;
        let range = max_cost - self.0[0].cost;
        (range > 0.0).then(|| area / range)
    }
}

fn slope(from: Point, to: Point) -> f64 {
    (to.quality - from.quality) / (to.cost - from.cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hull(points: &[(f64, f64)]) -> Hull {
        Hull::of(&Points::new(points.iter().map(|&(cost, quality)| Point::new(cost, quality)).collect()).unwrap())
    }

    #[test]
    fn by_hand() {
        // (2, 0.3) lies below the line from (1, 0.2) to (3, 0.8) (0.5 there), (4, 0.7) is dearer and worse.
        let found = hull(&[(4.0, 0.7), (3.0, 0.8), (2.0, 0.3), (1.0, 0.2), (1.0, 0.1)]);
        assert_eq!(found.corners(), [Point::new(1.0, 0.2), Point::new(3.0, 0.8)]);
        assert_eq!([0.5, 1.0, 2.0, 3.0, 9.0].map(|cost| found.at(cost)), [None, Some(0.2), Some(0.5), Some(0.8), Some(0.8)]);
        assert_eq!([0.1, 0.2, 0.8, 0.9].map(|quality| found.cost_of(quality)), [Some(1.0), Some(1.0), Some(3.0), None]);
        assert!((found.cost_of(0.5).unwrap() - 2.0).abs() < 1e-15);
        // Area: (0.2 + 0.8) / 2 * 2 = 1 to cost 3, 0.8 more to cost 4.
        assert!((found.aiq(4.0).unwrap() - 1.8 / 4.0).abs() < 1e-15);
        assert!((found.aiq_paper(4.0).unwrap() - 1.8 / 3.0).abs() < 1e-15);
        // Up to cost 2 only: (0.2 + 0.5) / 2.
        assert!((found.aiq_paper(2.0).unwrap() - 0.35).abs() < 1e-15);
    }

    #[test]
    fn a_single_point_is_flat() {
        let found = hull(&[(2.0, 0.6)]);
        assert_eq!((found.aiq(8.0), found.aiq_paper(8.0)), (Some(0.6 * 6.0 / 8.0), Some(0.6)));
        // No range, and no cost at all.
        assert_eq!((found.aiq_paper(2.0), found.aiq(1.0)), (None, None));
        assert_eq!(hull(&[(0.0, 0.6)]).aiq(0.0), None);
    }

    #[test]
    fn never_falls_never_steepens_and_lies_above_every_point() {
        // Points without an order: multiples of 7 and 5 modulo primes.
        let points: Vec<(f64, f64)> = (1..60).map(|i| (f64::from(i * 7 % 31), f64::from(i * i * 5 % 53))).collect();
        let found = hull(&points);
        let steps: Vec<f64> = found.corners().windows(2).map(|pair| slope(pair[0], pair[1])).collect();
        assert!(steps.iter().all(|step| *step > 0.0) && steps.windows(2).all(|pair| pair[0] > pair[1]), "{steps:?}");
        assert!(points.iter().all(|&(cost, quality)| found.at(cost).unwrap() >= quality - 1e-12));
        // Every corner is one of the points: nothing less would do.
        assert!(found.corners().iter().all(|corner| points.contains(&(corner.cost, corner.quality))));
    }
}
