//! How much sums of lanes vary over a router's draws, alone and as ratios.

use super::lane::{Lane, Layout};

/// Variances of sums of lanes, and covariances of those that are divided by each other. Queries draw
/// independently, so that both add up.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Spread {
    /// By lane.
    pub variance: Vec<f64>,
    /// By pair of [`Layout::ratios`].
    pub covariance: Vec<f64>,
}

impl Spread {
    /// Of nothing yet.
    pub fn new(layout: Layout) -> Spread {
        Spread { variance: vec![0.0; layout.width()], covariance: vec![0.0; layout.ratios().count()] }
    }

    /// Adds the spread of other queries.
    pub fn add(&mut self, other: &Spread) {
        self.variance.iter_mut().zip(&other.variance).for_each(|(mine, theirs)| *mine += theirs);
        self.covariance.iter_mut().zip(&other.covariance).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// Adds the squares of what differs in each lane of a query, and the products of a ratio's two.
    pub(crate) fn add_squares(&mut self, layout: Layout, difference: impl Fn(usize) -> f64) {
        self.variance.iter_mut().enumerate().for_each(|(lane, sum)| *sum += difference(lane) * difference(lane));
        for (sum, [above, below]) in self.covariance.iter_mut().zip(layout.ratios()) {
            *sum += difference(above) * difference(below);
        }
    }

    /// Adds the spread of a query over its ways.
    pub(crate) fn add_ways(&mut self, layout: Layout, ways: &Ways) {
        for (sum, (mean, square)) in self.variance.iter_mut().zip(ways.mean.iter().zip(&ways.square)) {
            // Rounding may leave a variance of 0 slightly below it.
            *sum += (square - mean * mean).max(0.0);
        }
        for ((sum, product), [above, below]) in self.covariance.iter_mut().zip(&ways.product).zip(layout.ratios()) {
            *sum += product - ways.mean[above] * ways.mean[below];
        }
    }

    /// Where each query is routed right with a probability: from the squares of what then differs, and the spread
    /// of misroutes over draws of their own.
    pub fn at(accuracy: f64, difference: &Spread, misroute: &Spread) -> Spread {
        let mix = |difference: &[f64], misroute: &[f64]| {
            let term = |(difference, misroute): (&f64, &f64)| accuracy * (1.0 - accuracy) * difference + (1.0 - accuracy) * misroute;
            difference.iter().zip(misroute).map(term).collect()
        };
        Spread { variance: mix(&difference.variance, &misroute.variance), covariance: mix(&difference.covariance, &misroute.covariance) }
    }

    /// The standard deviation of the ratio of two lanes' sums, by their expectations: that of the numerator less
    /// the ratio times the denominator, over the denominator (the delta method), which is exact where the
    /// denominator does not vary.
    pub fn of_ratio(&self, layout: Layout, mean: &[f64], above: Lane, below: Lane) -> f64 {
        let [above, below] = [above, below].map(|lane| layout.at(lane));
        let ratio = mean[above] / mean[below];
        let pair = layout.ratios().position(|pair| pair == [above, below]);
        // A pair that the layout does not list has a denominator that does not vary.
        let shared = pair.map_or(0.0, |pair| ratio * (ratio * self.variance[below] - 2.0 * self.covariance[pair]));
        (self.variance[above] + shared).max(0.0).sqrt() / mean[below]
    }
}

/// Sums over the ways that a query may go, each with its chance.
pub(crate) struct Ways {
    pub mean: Vec<f64>,
    square: Vec<f64>,
    product: Vec<f64>,
}

impl Ways {
    pub fn new(layout: Layout) -> Ways {
        let Spread { variance: zeros, covariance: product } = Spread::new(layout);
        Ways { mean: zeros.clone(), square: zeros, product }
    }

    pub fn clear(&mut self) {
        [&mut self.mean, &mut self.square, &mut self.product].into_iter().for_each(|sums| sums.fill(0.0));
    }

    /// Adds a way: its chance and its lanes.
    pub fn add(&mut self, layout: Layout, chance: f64, lanes: &[f64]) {
        for ((mean, square), value) in self.mean.iter_mut().zip(&mut self.square).zip(lanes) {
            *mean += chance * value;
            *square += chance * value * value;
        }
        for (product, [above, below]) in self.product.iter_mut().zip(layout.ratios()) {
            *product += chance * lanes[above] * lanes[below];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_whose_denominator_varies() {
        let layout = Layout { baselines: 1, dense: false };
        let (score, scored) = (layout.at(Lane::Score), layout.at(Lane::Scored));
        // Four queries that are each served with probability 1/2, and then score 1: 2 of 2 on average, and the
        // ratio is 1 however many are served.
        let (mut ways, mut spread) = (Ways::new(layout), Spread::new(layout));
        let mut lanes = vec![0.0; layout.width()];
        (lanes[score], lanes[scored]) = (1.0, 1.0);
        ways.add(layout, 0.5, &lanes);
        (0..4).for_each(|_| spread.add_ways(layout, &ways));
        let mean = ways.mean.iter().map(|mean| 4.0 * mean).collect::<Vec<_>>();
        assert_eq!(spread.variance[score], 1.0);
        assert_eq!(spread.of_ratio(layout, &mean, Lane::Score, Lane::Scored), 0.0);
        // Had they scored 1 or 0 with a denominator of 4: sqrt(4 x 1/4) / 4.
        let dense = Layout { baselines: 1, dense: true };
        let mut fixed = Spread::new(dense);
        fixed.variance[dense.at(Lane::Score)] = 1.0;
        let mut mean = vec![0.0; dense.width()];
        (mean[dense.at(Lane::Score)], mean[dense.at(Lane::Scored)]) = (2.0, 4.0);
        assert_eq!(fixed.of_ratio(dense, &mean, Lane::Score, Lane::Scored), 0.25);
    }
}
