//! Answer accuracy per watt and per joule, and their perplexity counterparts, as the paper defines them.

use serde::Serialize;

use crate::trace::{Column, Metric, Outcomes};

/// The four efficiency metrics of an endpoint. What is not known is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Efficiency {
    /// Mean over queries of energy / latency, in watts, where both are known and the answer took time.
    pub power_w_mean: Option<f64>,
    /// Mean score over mean power: accuracy per watt.
    pub apw: Option<f64>,
    /// Mean score over mean energy: accuracy per joule.
    pub apj: Option<f64>,
    /// 1 / mean perplexity, over mean power.
    pub ppw: Option<f64>,
    /// 1 / mean perplexity, over mean energy.
    pub ppj: Option<f64>,
}

/// Means over the answers of an endpoint whose figure is known: what efficiency is made from. What no
/// answer has is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Means {
    /// Mean score.
    pub answer_accuracy: Option<f64>,
    /// Mean over queries of energy / latency, in watts, where both are known and the answer took time.
    pub power_w: Option<f64>,
    /// Mean energy, in joules.
    pub energy_j: Option<f64>,
    /// Mean latency, in seconds.
    pub latency_s: Option<f64>,
    /// Mean perplexity.
    pub perplexity: Option<f64>,
}

impl Means {
    /// How many means there are.
    pub const COUNT: usize = 5;

    /// The means of one endpoint.
    pub fn of(outcomes: &Outcomes) -> Self {
        Means::from_array(numbers(outcomes).map(mean))
    }

    /// From values in the order of the fields.
    pub fn from_array([answer_accuracy, power_w, energy_j, latency_s, perplexity]: [Option<f64>; Means::COUNT]) -> Self {
        Means { answer_accuracy, power_w, energy_j, latency_s, perplexity }
    }

    /// Mean score over mean power, in 1/W.
    pub fn apw(&self) -> Option<f64> {
        ratio(self.answer_accuracy, self.power_w)
    }

    /// Mean score over mean energy, in 1/J.
    pub fn apj(&self) -> Option<f64> {
        ratio(self.answer_accuracy, self.energy_j)
    }

    /// 1 / mean perplexity, over mean power, in 1/W.
    pub fn ppw(&self) -> Option<f64> {
        ratio(self.inverse_perplexity(), self.power_w)
    }

    /// 1 / mean perplexity, over mean energy, in 1/J.
    pub fn ppj(&self) -> Option<f64> {
        ratio(self.inverse_perplexity(), self.energy_j)
    }

    /// A perplexity is at least 1, so that its inverse exists.
    fn inverse_perplexity(&self) -> Option<f64> {
        self.perplexity.map(|perplexity| 1.0 / perplexity)
    }
}

impl Efficiency {
    /// The metrics of one endpoint. Each mean is taken over all answers whose figure is known, so that
    /// accuracy per watt is the reported accuracy over the reported power.
    pub fn of(outcomes: &Outcomes) -> Self {
        let means = Means::of(outcomes);
        Efficiency { power_w_mean: means.power_w, apw: means.apw(), apj: means.apj(), ppw: means.ppw(), ppj: means.ppj() }
    }
}

/// The numbers that each of [`Means`] is the mean of, a query each, NaN where it is not known; nothing
/// where the endpoint has no such column.
pub(super) fn numbers(outcomes: &Outcomes) -> [Box<dyn Iterator<Item = f64> + '_>; Means::COUNT] {
    let column = |metric| outcomes.metrics.get(metric);
    let cells = |metric| -> Box<dyn Iterator<Item = f64> + '_> { Box::new(column(metric).into_iter().flat_map(Column::iter)) };
    [
        cells(Metric::Score),
        Box::new(powers_w(column(Metric::EnergyJ), column(Metric::LatencyS))),
        cells(Metric::EnergyJ),
        cells(Metric::LatencyS),
        cells(Metric::Perplexity),
    ]
}

/// The power of each query in watts, NaN where it is not known.
fn powers_w<'a>(energy_j: Option<&'a Column>, latency_s: Option<&'a Column>) -> impl Iterator<Item = f64> + 'a {
    let pairs = energy_j.zip(latency_s).into_iter().flat_map(|(energy_j, latency_s)| energy_j.iter().zip(latency_s.iter()));
    // An answer that took no time has no power.
    pairs.map(|(joules, seconds)| if seconds > 0.0 { joules / seconds } else { f64::NAN })
}

/// The mean of the numbers that are not NaN; `None` where there are none.
pub fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.filter(|value| !value.is_nan()).fold((0.0, 0_usize), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

/// A quotient of two known numbers; nothing is infinitely efficient, so that `None` stands for x / 0.
pub fn ratio(over: Option<f64>, under: Option<f64>) -> Option<f64> {
    let (over, under) = over.zip(under)?;
    (under > 0.0).then(|| over / under)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(metrics: &[(Metric, &[f64])]) -> Outcomes {
        let mut outcomes = Outcomes::default();
        for (metric, cells) in metrics {
            outcomes.metrics.set(*metric, Column::from_vec(cells.to_vec()));
        }
        outcomes
    }

    #[test]
    fn power_is_a_mean_over_queries() {
        // Powers 10 J / 1 s = 10 W and 20 J / 4 s = 5 W, mean 7.5 W (not 30 J / 5 s = 6 W); the third
        // query's energy is not known. Mean energy 15 J, mean score 2/3, mean perplexity 2.
        let both = outcomes(&[
            (Metric::EnergyJ, &[10.0, 20.0, f64::NAN]),
            (Metric::LatencyS, &[1.0, 4.0, 1.0]),
            (Metric::Score, &[1.0, 0.0, 1.0]),
            (Metric::Perplexity, &[1.0, 3.0, f64::NAN]),
        ]);
        let found = Efficiency::of(&both);
        assert_eq!(found.power_w_mean, Some(7.5));
        assert_eq!(found.apw, Some(2.0 / 3.0 / 7.5));
        assert_eq!(found.apj, Some(2.0 / 3.0 / 15.0));
        assert_eq!((found.ppw, found.ppj), (Some(0.5 / 7.5), Some(0.5 / 15.0)));
    }

    #[test]
    fn what_is_not_known_stays_unknown() {
        let scores = outcomes(&[(Metric::Score, &[1.0]), (Metric::LatencyS, &[0.0]), (Metric::EnergyJ, &[0.0])]);
        assert_eq!(Efficiency::of(&scores), Efficiency::default());
        assert_eq!(Efficiency::of(&Outcomes::default()), Efficiency::default());
    }
}
