//! The Pareto front of cost and quality, and how far a router lies from it.

use super::{Better, Measure, Point, Points};

pub(super) const PARETO_DISTANCE: Measure = Measure {
    name: "pareto-distance",
    title: "Mean distance of a router's settings to the Pareto front",
    formula: "mean over a router's settings of the Euclidean distance to the nearest point of the front of all points compared, cost and quality each scaled to 0..1 over all of these points",
    source: "LLMRouterBench, arXiv 2601.07206, ParetoDist; README of its repository",
    needs: "cost and quality at the settings of a router and of all that are compared with it, single models included",
    difference: Some(
        "the authors say average distance to the Pareto frontier, and their code for it is not public: the scale and the nearest point (not the nearest line) are our reading, and both depend on what is compared",
    ),
    better: Better::Lower,
};

/// Which points no other point beats: none is at most as dear and at least as good, and better in one of
/// the two. Equal points are all on the front. In the order given.
pub fn pareto_front(points: &Points) -> Vec<bool> {
    front_of(points.as_slice())
}

fn front_of(points: &[Point]) -> Vec<bool> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| points[a].cost.total_cmp(&points[b].cost).then(points[b].quality.total_cmp(&points[a].quality)));
    let mut front = vec![false; points.len()];
    let mut best: Option<Point> = None;
    for index in order {
        let point = points[index];
        front[index] = best.is_none_or(|best| point.quality > best.quality || point == best);
        if front[index] {
            best = Some(point);
        }
    }
    front
}

/// The measure `pareto-distance` of a router's settings among all points that are compared, its own
/// included. 0 where all of its settings are on the front. An axis on which all points agree adds nothing.
pub fn pareto_distance(router: &Points, all: &Points) -> f64 {
    let everything = [all.as_slice(), router.as_slice()].concat();
    let cost = Scale::of(everything.iter().map(|point| point.cost));
    let quality = Scale::of(everything.iter().map(|point| point.quality));
    let scaled = |point: &Point| (cost.apply(point.cost), quality.apply(point.quality));
    let front: Vec<_> =
        everything.iter().zip(front_of(&everything)).filter(|(_, is_on)| *is_on).map(|(point, _)| scaled(point)).collect();
    let distance = |point: &Point| {
        let (x, y) = scaled(point);
        front.iter().map(|(x0, y0)| (x - x0).hypot(y - y0)).fold(f64::INFINITY, f64::min)
    };
    router.as_slice().iter().map(distance).sum::<f64>() / router.as_slice().len() as f64
}

/// Brings a range of numbers to 0..1.
struct Scale {
    low: f64,
    range: f64,
}

impl Scale {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        Scale { low, range: high - low }
    }

    fn apply(&self, value: f64) -> f64 {
        if self.range > 0.0 { (value - self.low) / self.range } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(points: &[(f64, f64)]) -> Points {
        Points::new(points.iter().map(|&(cost, quality)| Point::new(cost, quality)).collect()).unwrap()
    }

    #[test]
    fn the_front_by_hand_and_by_comparing_all_pairs() {
        let by_hand = points(&[(3.0, 0.8), (1.0, 0.2), (2.0, 0.1), (3.0, 0.7), (1.0, 0.2), (4.0, 0.8)]);
        assert_eq!(pareto_front(&by_hand), [true, true, false, false, true, false]);
        let many: Vec<(f64, f64)> = (0..80).map(|i| (f64::from(i * 7 % 19), f64::from(i * i * 5 % 23))).collect();
        let beaten = |a: &(f64, f64)| many.iter().any(|b| b.0 <= a.0 && b.1 >= a.1 && b != a);
        let wanted: Vec<bool> = many.iter().map(|point| !beaten(point)).collect();
        assert_eq!(pareto_front(&points(&many)), wanted);
    }

    #[test]
    fn distance_by_hand() {
        // Scaled by 10 and 0.6: front (0, 0) and (1, 1).
        let models = points(&[(0.0, 0.2), (10.0, 0.8), (10.0, 0.3)]);
        let router = points(&[(10.0, 0.5), (10.0, 0.8)]);
        // (1, 0.5) is 0.5 away from (1, 1); (1, 1) is on the front.
        assert!((pareto_distance(&router, &models) - 0.25).abs() < 1e-12);
        // A router that beats all others is the front itself, whether it is among the points or not.
        assert_eq!(pareto_distance(&points(&[(0.0, 0.9)]), &models), 0.0);
        assert_eq!(pareto_distance(&points(&[(1.0, 0.5)]), &points(&[(1.0, 0.5)])), 0.0);
    }
}
