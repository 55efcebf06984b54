//! What endpoints took for the queries that a router was fitted to: all that a decision may know of
//! the price of an answer before it is given.

use serde::{Deserialize, Serialize};

use crate::trace::{EndpointIx, Metric, Trace};
use crate::workload::ACCOUNTS;

/// Steps of the percentiles of a latency.
const PERCENTS: usize = 100;

/// What one endpoint took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// The endpoint's id.
    pub endpoint: String,
    /// Billions of total parameters.
    params_total_b: Option<f64>,
    /// Mean of each account, in the order of the accounts; `None` where it is not known of any query.
    means: [Option<f64>; ACCOUNTS.len()],
    /// Latency in seconds at 0%, 1%, …, 100%; empty where it is not known.
    latency_s: Vec<f64>,
}

impl Past {
    /// What an endpoint took for some queries of a trace.
    pub fn of(trace: &Trace, endpoint: EndpointIx, positions: &[usize]) -> Past {
        let index = usize::from(endpoint);
        let known = |metric: Metric| {
            let cells = trace.metric(index, metric).map(|column| positions.iter().filter_map(|&position| column.get(position)));
            cells.map(Iterator::collect::<Vec<f64>>).unwrap_or_default()
        };
        let mean = |metric: Metric| {
            let cells = known(metric);
            (!cells.is_empty()).then(|| cells.iter().sum::<f64>() / cells.len() as f64)
        };
        let info = &trace.info.endpoints[index];
        Past {
            endpoint: info.id.clone(),
            params_total_b: info.params_total_b,
            means: ACCOUNTS.map(mean),
            latency_s: percentiles(known(Metric::LatencyS)),
        }
    }

    /// Its mean of a metric, or for none its size; NaN where that is not known.
    pub fn price(&self, metric: Option<Metric>) -> f64 {
        let known = match metric {
            None => self.params_total_b,
            Some(metric) => ACCOUNTS.iter().position(|&account| account == metric).and_then(|account| self.means[account]),
        };
        known.unwrap_or(f64::NAN)
    }

    /// The latency in seconds that a share of the answers kept, linear between percentiles.
    pub fn latency_s(&self, share: f64) -> Option<f64> {
        let rank = share * PERCENTS as f64;
        let (below, above) = (self.latency_s.get(rank.floor() as usize)?, self.latency_s.get(rank.ceil() as usize)?);
        Some(below + (above - below) * rank.fract())
    }
}

fn percentiles(mut cells: Vec<f64>) -> Vec<f64> {
    cells.sort_by(f64::total_cmp);
    let Some(last) = cells.len().checked_sub(1) else { return Vec::new() };
    (0..=PERCENTS).map(|percent| cells[(percent * last).div_ceil(PERCENTS)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_few_and_many() {
        let past = |cells: Vec<f64>| Past {
            endpoint: String::new(),
            params_total_b: None,
            means: [None; ACCOUNTS.len()],
            latency_s: percentiles(cells),
        };
        assert_eq!(past(Vec::new()).latency_s(0.5), None);
        assert_eq!(past(vec![3.0]).latency_s(0.95), Some(3.0));
        // 0, 1, ..., 200: 95% of them are at most 190; 97.5% lies half way between 194 and 196.
        let many = past((0..=200).rev().map(f64::from).collect());
        assert_eq!((many.latency_s(0.95), many.latency_s(0.975), many.latency_s(1.0)), (Some(190.0), Some(195.0), Some(200.0)));
    }
}
