//! A day of arrivals: queries drawn with replacement, every strategy in one pass, step by step.
//!
//! Memory grows with the queries of the trace and the steps of the day, not with the arrivals. What an
//! arrival draws is keyed by its number, and sums are whole numbers, so that any number of threads
//! gives the same bytes.

mod batch;
mod fixed;
mod general;
mod mixture;
mod pack;
mod places;
mod sums;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use fixed::{AMOUNTS, SCORE, Units};
use general::General;
use mixture::Mixtures;
use sums::{Pair, Sums};

use super::{Progress, Replay, Silent};
use crate::draw::Draws;
use crate::error::Result;
use crate::trace::EndpointIx;
use crate::workload::Arrivals;

/// What each entry of a replay would have taken over a day.
#[derive(Debug, Clone)]
pub struct DayTotals {
    /// In the order of the replay's entries.
    pub strategies: Vec<StrategyTotals>,
}

/// What one strategy took, step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct StrategyTotals {
    steps: Vec<Sums>,
    whole: Sums,
    pairs: Vec<Pair>,
    units: Units,
}

/// The accounts of a day, in the order of all that is by account here: joules, floating-point
/// operations, US dollars.
pub const DAY_ACCOUNTS: usize = AMOUNTS;

/// What a step adds: sums for each entry, and its pairs by baseline.
type StepSums = Vec<(Sums, Vec<Pair>)>;

/// Runs every entry of a replay over the arrivals of a day.
///
/// Entries that are mixtures of outcomes known beforehand (`always`, `random`, `oracle`, `noisy-oracle`
/// with one router accuracy and misroute `cloud`, without an overhead of their own) on a trace without
/// gaps take some tens of nanoseconds an arrival, all together; all others are planned and run block by block, as in a replay.
///
/// # Errors
/// Where a policy cannot plan, or learns while it routes.
pub fn run(replay: &Replay, arrivals: &Arrivals, progress: &dyn Progress) -> Result<DayTotals> {
    for entry in &replay.entries {
        entry.built.rule.refuse_learning().map_err(|error| error.at(format!("policy `{}`", entry.spec.name)))?;
    }
    run_with(replay, arrivals, progress, true)
}

fn run_with(replay: &Replay, arrivals: &Arrivals, progress: &dyn Progress, packed: bool) -> Result<DayTotals> {
    let units = Units::of(&replay.workload);
    let mixtures = if packed { Mixtures::of(replay, &units) } else { None };
    let is_mixture = |entry: usize| mixtures.as_ref().is_some_and(|mixtures| mixtures.has(entry));
    let entries = (0..replay.entries.len()).filter(|&entry| !is_mixture(entry)).collect();
    let draws = Draws::of_day(replay.seed);
    let general = General { replay, units: &units, draws, entries };
    let mut first = 0;
    let range = |&count: &u64| {
        first += count;
        (first - count, first)
    };
    let ranges: Vec<(u64, u64)> = arrivals.counts.iter().map(range).collect();
    // Whatever goes arrival by arrival takes the longer: the bar is its own.
    let mixture_bar: &dyn Progress = if general.entries.is_empty() { progress } else { &Silent };
    let mixed = mixtures.map(|mixtures| mixtures.add(&ranges, &draws, mixture_bar));
    let step = |&(from, to): &(u64, u64)| -> Result<StepSums> {
        let ran = general.add(from, to)?;
        if !general.entries.is_empty() {
            progress.advance(to - from);
        }
        Ok(ran)
    };
    let ran: Vec<StepSums> = ranges.par_iter().map(step).collect::<Result<_>>()?;
    let steps = match mixed {
        Some(mixed) => mixed.into_iter().zip(ran).map(|(mixed, ran)| one_step(mixed, ran)).collect(),
        None => ran,
    };
    Ok(DayTotals { strategies: (0..replay.entries.len()).map(|entry| strategy(&steps, entry, &units)).collect() })
}

/// What the arrivals of one step add to every entry: entries are mixtures with the baselines' sums
/// beside them, or ran through the engine, in their order.
fn one_step((mixed, baselines): (Vec<Option<Sums>>, Vec<Sums>), ran: StepSums) -> StepSums {
    let mut ran = ran.into_iter();
    let entry = |mixed: Option<Sums>| match mixed {
        Some(sums) => {
            let pairs = baselines.iter().map(|baseline| Pair::whole(&sums, baseline)).collect();
            Some((sums, pairs))
        }
        None => ran.next(),
    };
    mixed.into_iter().filter_map(entry).collect()
}

fn strategy(steps: &[StepSums], entry: usize, units: &Units) -> StrategyTotals {
    let steps = steps.iter().filter_map(|step| step.get(entry));
    let mut totals = StrategyTotals { steps: Vec::new(), whole: Sums::default(), pairs: Vec::new(), units: *units };
    for (sums, pairs) in steps {
        if totals.steps.is_empty() {
            totals.whole = Sums::new(sums.served.len());
            totals.pairs = vec![Pair::default(); pairs.len()];
        }
        totals.whole.merge(sums);
        totals.pairs.iter_mut().zip(pairs).for_each(|(mine, theirs)| mine.merge(theirs));
        totals.steps.push(sums.clone());
    }
    totals
}

impl StrategyTotals {
    /// Number of steps.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// What the arrivals of a step took in an account, over those for which it is known.
    pub fn amount(&self, step: usize, account: usize) -> f64 {
        self.units.amount(account, self.steps[step].amount[account])
    }

    /// Joules of the attempts of a step at an endpoint.
    pub fn energy_at(&self, step: usize, endpoint: EndpointIx) -> f64 {
        self.units.amount(0, self.steps[step].energy_at[endpoint as usize])
    }

    /// Joules of a step that are no endpoint's: the router's own.
    pub fn energy_of_router(&self, step: usize) -> f64 {
        let sums = &self.steps[step];
        self.units.amount(0, sums.amount[0] - sums.energy_at.iter().sum::<i128>())
    }

    /// What an account comes to after each step; `None` where it is known of no arrival.
    pub fn cumulative(&self, account: usize) -> Option<Vec<f64>> {
        let mut sum = 0;
        let after = |step: &Sums| {
            sum += step.amount[account];
            self.units.amount(account, sum)
        };
        (self.whole.known[account] > 0).then(|| self.steps.iter().map(after).collect())
    }

    /// The total of an account over the arrivals for which it is known; `None` where there is none.
    pub fn total(&self, account: usize) -> Option<f64> {
        (self.whole.known[account] > 0).then(|| self.units.amount(account, self.whole.amount[account]))
    }

    /// Arrivals for which an account is known.
    pub fn known(&self, account: usize) -> u64 {
        self.whole.known[account]
    }

    /// Mean score of what was served.
    pub fn answer_accuracy(&self) -> Option<f64> {
        (self.whole.scored > 0).then(|| self.units.amount(SCORE, self.whole.score) / self.whole.scored as f64)
    }

    /// Arrivals whose answer is an endpoint's.
    pub fn served(&self, endpoint: EndpointIx) -> u64 {
        self.whole.served[endpoint as usize]
    }

    /// Arrivals that the policy sent to nobody.
    pub fn nobody(&self) -> u64 {
        self.whole.nobody
    }

    /// Arrivals that it sent to an endpoint that cannot serve them.
    pub fn unserved(&self) -> u64 {
        self.whole.unserved
    }

    /// Arrivals that left the comparison.
    pub fn skipped(&self) -> u64 {
        self.whole.skipped
    }

    /// 1 - total / baseline's total over the arrivals where both are known, by the baseline's position
    /// among the replay's; and the number of these arrivals.
    pub fn saving(&self, baseline: usize, account: usize) -> Option<(f64, u64)> {
        let pair = self.pairs.get(baseline)?;
        let (mine, theirs) = (pair.mine[account] as f64, pair.theirs[account] as f64);
        (pair.both[account] > 0 && theirs > 0.0).then(|| (1.0 - mine / theirs, pair.both[account]))
    }
}
