//! Outcomes as they would be: scaled, exchanged, or with electricity paid for.

use super::{ACCOUNTS, OutcomeBlock, QueryBlock};
use crate::trace::{EndpointIx, Metric};

/// Joules of a kilowatt hour.
const JOULES_PER_KWH: f64 = 3.6e6;

/// What is different from what was recorded. Applied in the order of the fields; nothing by default.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Change {
    /// One endpoint's accounts are taken from another one's: the same model at another batch size.
    /// Its answers stay.
    pub stand_in: Option<(EndpointIx, EndpointIx)>,
    /// By endpoint the price of its electricity in US dollars per kilowatt hour, added to its cost.
    /// An endpoint without any cost column then costs its electricity.
    pub usd_per_kwh: Vec<Option<f64>>,
    /// An account (by position) of some endpoints times a factor.
    pub scale: Option<Scale>,
}

/// An account of some endpoints times a factor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scale {
    /// The account, by position among the accounts.
    pub account: usize,
    /// By endpoint whether it is scaled.
    pub endpoints: Vec<bool>,
    /// The factor.
    pub factor: f64,
}

/// What energy costs at a price of electricity, in US dollars.
pub fn electricity_usd(energy_j: f64, usd_per_kwh: f64) -> f64 {
    energy_j / JOULES_PER_KWH * usd_per_kwh
}

impl<'a> OutcomeBlock<'a> {
    /// Changes what was recorded. `queries` are those of the block.
    pub fn change(&mut self, queries: &QueryBlock<'a>, change: &Change) {
        if let Some((endpoint, by)) = change.stand_in {
            for (account, metric) in ACCOUNTS.into_iter().enumerate() {
                self.accounts[account][endpoint as usize] =
                    queries.trace.metric(by as usize, metric).map_or_else(Default::default, |column| queries.cells(column));
            }
        }
        for (endpoint, price) in change.usd_per_kwh.iter().enumerate() {
            if let Some(price) = price {
                self.pay_electricity(endpoint, *price);
            }
        }
        if let Some(scale) = &change.scale {
            let columns = self.accounts[scale.account].iter_mut().zip(&scale.endpoints).filter(|(_, scaled)| **scaled);
            columns.for_each(|(cells, _)| cells.to_mut().iter_mut().for_each(|cell| *cell *= scale.factor));
        }
    }

    fn pay_electricity(&mut self, endpoint: usize, usd_per_kwh: f64) {
        let position = |metric: Metric| ACCOUNTS.iter().position(|&account| account == metric).unwrap_or_default();
        let (energy, cost) = (position(Metric::EnergyJ), position(Metric::CostUsd));
        let mut paid: Vec<f64> = self.accounts[energy][endpoint].iter().map(|&joules| electricity_usd(joules, usd_per_kwh)).collect();
        paid.iter_mut().zip(self.accounts[cost][endpoint].iter()).for_each(|(paid, price)| *paid += price);
        self.accounts[cost][endpoint] = paid.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kilowatt_hour_at_home() {
        // The design's figure: 15.1 kJ at $0.20 a kilowatt hour is 15,100/3,600,000·0.20 = $0.000839.
        assert!((electricity_usd(15_100.0, 0.20) - 0.000_838_9).abs() < 1e-7);
    }
}
