//! Points of cost and quality.

use serde::Serialize;

use crate::error::{Error, Result};

/// What something costs and how good its answers are: a model, or one setting of a router.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    /// Total or mean cost, in one unit for all points that are compared; at least 0.
    pub cost: f64,
    /// Mean score of its answers.
    pub quality: f64,
}

impl Point {
    /// A point.
    pub fn new(cost: f64, quality: f64) -> Self {
        Point { cost, quality }
    }
}

/// At least one point, all of them known and finite, in the order given.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Points(Vec<Point>);

impl Points {
    /// Checked points.
    ///
    /// # Errors
    /// No point at all, or one whose cost or quality is not known, not finite, or whose cost is below 0.
    pub fn new(points: Vec<Point>) -> Result<Self> {
        if points.is_empty() {
            return Err(Error::new("there is nothing to measure").found("no points of cost and quality"));
        }
        let is_fit = |point: &Point| point.cost.is_finite() && point.cost >= 0.0 && point.quality.is_finite();
        match points.iter().position(|point| !is_fit(point)) {
            None => Ok(Points(points)),
            Some(index) => Err(Error::new("a point has no cost or no quality")
                .at(format!("point {index} (from 0)"))
                .found(format!("cost {}, quality {}", points[index].cost, points[index].quality))
                .allowed("a cost of at least 0 and a quality, both known")),
        }
    }

    /// The points, at least one.
    pub fn as_slice(&self) -> &[Point] {
        &self.0
    }

    /// The largest cost.
    pub fn max_cost(&self) -> f64 {
        self.0.iter().map(|point| point.cost).fold(0.0, f64::max)
    }

    /// The point of highest quality, of equally good ones the cheapest: the best single model, where the
    /// points are models.
    pub fn best(&self) -> Point {
        let better = |a: Point, b: &Point| {
            let is_better = b.quality > a.quality || (b.quality == a.quality && b.cost < a.cost);
            if is_better { *b } else { a }
        };
        self.0[1..].iter().fold(self.0[0], better)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_refused() {
        for (cost, quality) in [(f64::NAN, 0.5), (1.0, f64::NAN), (-1.0, 0.5), (f64::INFINITY, 0.5)] {
            let error = Points::new(vec![Point::new(1.0, 0.5), Point::new(cost, quality)]).unwrap_err();
            assert!(error.to_string().contains("point 1"), "{error}");
        }
        assert!(Points::new(Vec::new()).is_err());
    }

    #[test]
    fn the_best_is_the_cheapest_of_the_best() {
        let points = [(3.0, 0.9), (2.0, 0.9), (1.0, 0.4), (5.0, 0.9)];
        let points = Points::new(points.map(|(cost, quality)| Point::new(cost, quality)).to_vec()).unwrap();
        assert_eq!((points.best(), points.max_cost()), (Point::new(2.0, 0.9), 5.0));
    }
}
