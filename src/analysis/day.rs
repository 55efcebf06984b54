//! Strategies over a day of arrivals: cumulative energy, compute and money, minute by minute.

mod carbon;

use serde::{Deserialize, Serialize};

pub use carbon::Zones;

use super::ById;
use crate::policy::Rule;
use crate::replay::day::{DAY_ACCOUNTS, DayTotals, StrategyTotals};
use crate::replay::{Entry, Replay};
use crate::trace::EndpointIx;
use crate::workload::Arrivals;

/// The most points of a line: a day by five minutes.
const POINTS: usize = 288;

/// Strategies over a day of arrivals.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Day {
    /// What gave the shape of the arrivals: the built-in day, or a file.
    pub shape: String,
    /// Number of arrivals.
    pub arrivals: u64,
    /// Seconds from the first step to the end of the last.
    pub span_s: f64,
    /// Time of the day at which the first step starts, in seconds.
    pub starts_at_s: f64,
    /// The points of all lines, in seconds since the start; the first is 0.
    pub seconds: Vec<f64>,
    /// Arrivals until each point.
    pub arrived: Vec<u64>,
    /// Grid carbon intensity by the hour of the day, where given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<Grids>,
    /// A row for each strategy (and fallback, where there are several).
    pub strategies: Vec<DayStrategy>,
}

/// Grid carbon intensity by tier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grids {
    /// Where the local endpoints are.
    pub local: Grid,
    /// Where the cloud endpoints are.
    pub cloud: Grid,
}

/// Grid carbon intensity of a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// Where the numbers are from.
    pub source: String,
    /// Grams of CO2 equivalent for a kilowatt hour, by hour of the day.
    pub g_per_kwh: Vec<f64>,
}

/// What a strategy would have taken over the day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DayStrategy {
    /// Its name, unique in the report.
    pub name: String,
    /// Its kind of policy.
    pub kind: String,
    /// Whether it sees outcomes in advance: a bound, not something to deploy.
    pub hindsight: bool,
    /// The fallback of its pool, where it depends on the pool.
    pub fallback: Option<String>,
    /// The endpoint that takes every arrival, where there is one.
    pub always: Option<String>,
    /// The chance that its coin is right, where it has one.
    pub router_accuracy: Option<f64>,
    /// What it took until each point.
    pub cumulative: DayAmounts<Vec<f64>>,
    /// Totals over the arrivals for which they are known.
    pub totals: DayAmounts<f64>,
    /// Number of arrivals that each total is over.
    pub known: DayAmounts<u64>,
    /// 1 - total / baseline's total, over the arrivals where both are known, by baseline.
    pub savings: ById<DaySavings>,
    /// Mean score of what was served.
    pub answer_accuracy: Option<f64>,
    /// Share of arrivals whose answer comes from a local endpoint.
    pub local_share: f64,
    /// Share of arrivals by the endpoint whose answer stands.
    pub share: ById<f64>,
    /// Arrivals that the policy sent to nobody.
    pub nobody: u64,
    /// Arrivals that it sent to an endpoint that cannot serve them.
    pub unserved: u64,
    /// Arrivals that left the comparison.
    pub skipped: u64,
}

/// What a day adds up. `None` is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct DayAmounts<T> {
    /// Energy in joules.
    pub energy_j: Option<T>,
    /// Floating-point operations.
    pub flops: Option<T>,
    /// Money in US dollars.
    pub cost_usd: Option<T>,
    /// Grams of CO2 equivalent, where a grid intensity is given.
    pub carbon_g: Option<T>,
}

/// Fractions saved. `None` is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct DaySavings {
    /// Of energy.
    pub energy: Option<f64>,
    /// Of floating-point operations.
    pub flops: Option<f64>,
    /// Of money.
    pub cost: Option<f64>,
    /// Of CO2.
    pub carbon: Option<f64>,
}

impl<T> DayAmounts<T> {
    /// The values in the order energy, compute, cost, carbon.
    pub fn values(&self) -> [Option<&T>; 4] {
        [self.energy_j.as_ref(), self.flops.as_ref(), self.cost_usd.as_ref(), self.carbon_g.as_ref()]
    }

    fn from_array([energy_j, flops, cost_usd, carbon_g]: [Option<T>; 4]) -> Self {
        DayAmounts { energy_j, flops, cost_usd, carbon_g }
    }
}

impl DaySavings {
    /// The values in the order energy, compute, cost, carbon.
    pub fn to_array(&self) -> [Option<f64>; 4] {
        [self.energy, self.flops, self.cost, self.carbon]
    }
}

/// What a day's totals say, strategy by strategy.
pub fn day(replay: &Replay, arrivals: &Arrivals, totals: &DayTotals, zones: Option<&Zones>) -> Day {
    let points = points(arrivals.counts.len());
    let sums: Vec<u64> = arrivals.counts.iter().scan(0, |sum, count| running(sum, *count)).collect();
    let carbon: Vec<Option<Vec<f64>>> = totals.strategies.iter().map(|totals| zones?.grams(replay, arrivals, totals)).collect();
    let maker = Maker { replay, points: &points, arrivals: arrivals.total() };
    let rows = replay.entries.iter().zip(&totals.strategies).zip(&carbon);
    let mut strategies: Vec<DayStrategy> = rows.map(|((entry, totals), grams)| maker.strategy(entry, totals, grams.as_deref())).collect();
    save_carbon(&mut strategies);
    Day {
        shape: arrivals.shape.clone(),
        arrivals: arrivals.total(),
        span_s: arrivals.span_s(),
        starts_at_s: arrivals.starts_at_s,
        seconds: points.iter().map(|&point| point as f64 * arrivals.step_s).collect(),
        arrived: points.iter().map(|&point| point.checked_sub(1).map_or(0, |step| sums[step])).collect(),
        grid: zones.map(Zones::grids),
        strategies,
    }
}

fn running(sum: &mut u64, count: u64) -> Option<u64> {
    *sum += count;
    Some(*sum)
}

/// The ends of steps at which lines have points, evenly spaced but for the last.
fn points(steps: usize) -> Vec<usize> {
    let apart = steps.div_ceil(POINTS).max(1);
    let mut points: Vec<usize> = (0..=steps).step_by(apart).collect();
    if points.last() != Some(&steps) {
        points.push(steps);
    }
    points
}

struct Maker<'a, 't> {
    replay: &'a Replay<'t>,
    points: &'a [usize],
    arrivals: u64,
}

impl Maker<'_, '_> {
    fn strategy(&self, entry: &Entry, totals: &StrategyTotals, grams: Option<&[f64]>) -> DayStrategy {
        let (replay, pool) = (self.replay, &self.replay.roles.pools[entry.pool]);
        let accounts: [usize; DAY_ACCOUNTS] = std::array::from_fn(|account| account);
        let all = |[energy, flops, cost]: [Option<f64>; DAY_ACCOUNTS], carbon| DayAmounts::from_array([energy, flops, cost, carbon]);
        let [energy, flops, cost] = accounts.map(|account| totals.cumulative(account).map(|line| self.at_points(&line)));
        let share = |endpoint: EndpointIx| totals.served(endpoint) as f64 / self.arrivals as f64;
        let served = || replay.workload.in_use().filter(|&endpoint| totals.served(endpoint) > 0);
        let saved = |(position, &baseline): (usize, &EndpointIx)| {
            let [energy, flops, cost] = accounts.map(|account| totals.saving(position, account).map(|(saving, _)| saving));
            (replay.id(baseline).to_owned(), DaySavings { energy, flops, cost, carbon: None })
        };
        let known = accounts.map(|account| Some(totals.known(account)));
        DayStrategy {
            name: replay.name(entry),
            kind: entry.spec.kind.to_owned(),
            hindsight: entry.built.rule.is_hindsight(),
            fallback: entry.built.uses_pool.then(|| replay.id(pool.fallback).to_owned()),
            always: always(entry).map(|endpoint| replay.id(endpoint).to_owned()),
            router_accuracy: entry.built.nominal,
            cumulative: DayAmounts::from_array([energy, flops, cost, grams.map(|grams| self.at_points(grams))]),
            totals: all(accounts.map(|account| totals.total(account)), grams.and_then(|grams| grams.last().copied())),
            known: DayAmounts::from_array([known[0], known[1], known[2], grams.and(known[0])]),
            savings: replay.roles.baselines.iter().enumerate().map(saved).collect(),
            answer_accuracy: totals.answer_accuracy(),
            local_share: served().filter(|&endpoint| pool.is_local(endpoint)).map(share).sum(),
            share: served().map(|endpoint| (replay.id(endpoint).to_owned(), share(endpoint))).collect(),
            nobody: totals.nobody(),
            unserved: totals.unserved(),
            skipped: totals.skipped(),
        }
    }

    /// A running sum at the points: nothing at the start.
    fn at_points(&self, line: &[f64]) -> Vec<f64> {
        self.points.iter().map(|&point| point.checked_sub(1).and_then(|step| line.get(step).copied()).unwrap_or(0.0)).collect()
    }
}

/// The endpoint that takes every query, where a policy has but one.
fn always(entry: &Entry) -> Option<EndpointIx> {
    let Rule::Foresight(policy) = &entry.built.rule else { return None };
    match policy.parts()?[..] {
        [(_, endpoint)] => Some(endpoint),
        _ => None,
    }
}

/// Savings of CO2, over whole days alone: grams of two strategies compare where all energy is known.
fn save_carbon(strategies: &mut [DayStrategy]) {
    let whole = |strategy: &DayStrategy| strategy.unserved + strategy.skipped == 0;
    let baselines: Vec<(String, f64)> = (strategies.iter().filter(|strategy| whole(strategy)))
        .filter_map(|strategy| Some((strategy.always.clone()?, strategy.totals.carbon_g?)))
        .collect();
    for strategy in strategies.iter_mut().filter(|strategy| whole(strategy)) {
        let Some(mine) = strategy.totals.carbon_g else { continue };
        for (baseline, savings) in &mut strategy.savings {
            let theirs = baselines.iter().find(|(id, grams)| id == baseline && *grams > 0.0);
            savings.carbon = theirs.map(|(_, theirs)| 1.0 - mine / theirs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_every_five_minutes_and_the_end() {
        let day = points(1440);
        assert_eq!((day.len(), day[0], day[1], day[288]), (289, 0, 5, 1440));
        assert_eq!(points(7), [0, 1, 2, 3, 4, 5, 6, 7]);
        // 300 steps by two: 0, 2, … 300; of 301 the last stands alone.
        assert_eq!((points(300).len(), points(301).last()), (151, Some(&301)));
    }
}
