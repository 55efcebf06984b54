//! Any policy over a day: arrivals in blocks, planned and run as a replay runs them.

use super::fixed::{AMOUNTS, SCORE, Units};
use super::sums::{Pair, Sums};
use crate::draw::{Draws, Stream};
use crate::error::Result;
use crate::policy::PlanBlock;
use crate::replay::{AccountBlock, Entry, Replay, Status};
use crate::trace::{BLOCK_ROWS, EndpointIx};
use crate::workload::{OutcomeBlock, QueryBlock};

/// The policies that are run one arrival after the other.
pub(super) struct General<'a, 't> {
    pub replay: &'a Replay<'t>,
    pub units: &'a Units,
    pub draws: Draws,
    /// The entries concerned, by position.
    pub entries: Vec<usize>,
}

impl General<'_, '_> {
    /// Adds up arrivals `from..to`: for each of the entries its sums, and its pairs by baseline.
    pub fn add(&self, from: u64, to: u64) -> Result<Vec<(Sums, Vec<Pair>)>> {
        let (workload, baselines) = (&self.replay.workload, self.replay.roles.baselines.len());
        let mut all = vec![(Sums::new(workload.trace().outcomes.len()), vec![Pair::default(); baselines]); self.entries.len()];
        if self.entries.is_empty() {
            return Ok(all);
        }
        let stream = self.draws.stream(Stream::Arrival, 0);
        let (mut plans, mut results) = (PlanBlock::new(), AccountBlock::default());
        for start in (from..to).step_by(BLOCK_ROWS) {
            crate::work::go_on();
            let keys: Vec<u32> = (start..to.min(start + BLOCK_ROWS as u64)).map(|arrival| arrival as u32).collect();
            let query = |&key: &u32| workload.position(stream.below(u64::from(key), workload.len())) as u32;
            let positions: Vec<u32> = keys.iter().map(query).collect();
            let queries = QueryBlock::drawn(workload, &positions, &keys);
            let outcomes = OutcomeBlock::new(workload, &queries);
            for (&entry, (sums, pairs)) in self.entries.iter().zip(&mut all) {
                let entry = &self.replay.entries[entry];
                plans.clear();
                entry.built.rule.plan(&queries, &outcomes, &self.draws, &mut plans)?;
                results.run(&queries, &outcomes, &plans, &entry.spec.overhead, &self.draws);
                self.count(entry, &outcomes, &results, sums, pairs);
            }
        }
        Ok(all)
    }

    /// Adds up what became of a block.
    fn count(&self, entry: &Entry, outcomes: &OutcomeBlock, results: &AccountBlock, sums: &mut Sums, pairs: &mut [Pair]) {
        let units = self.units;
        for (index, status) in results.status.iter().enumerate() {
            match status {
                Status::Skipped => sums.skipped += 1,
                Status::Unserved => sums.unserved += 1,
                Status::Nobody => sums.nobody += 1,
                Status::Served => sums.served[results.served_by[index] as usize] += 1,
            }
            let score = results.score[index];
            if !score.is_nan() {
                sums.scored += 1;
                sums.score += i128::from(units.count(SCORE, score));
            }
            for account in 0..AMOUNTS {
                let amount = results.totals[account][index];
                if amount.is_nan() {
                    continue;
                }
                let amount = i128::from(units.count(account, amount));
                sums.known[account] += 1;
                sums.amount[account] += amount;
                for (pair, &baseline) in pairs.iter_mut().zip(&self.replay.roles.baselines) {
                    pair_up(pair, account, amount, outcomes, baseline, index, units);
                }
            }
        }
        for &(index, endpoint) in &results.attempts {
            let energy = outcomes.account(0, endpoint, index as usize);
            if !energy.is_nan() && !results.totals[0][index as usize].is_nan() {
                sums.energy_at[endpoint as usize] += i128::from(units.count(0, energy));
            }
        }
        debug_assert_eq!(results.status.len(), outcomes.len(), "{}", entry.spec.name);
    }
}

/// Adds an amount beside the baseline's, where that is known.
fn pair_up(pair: &mut Pair, account: usize, mine: i128, outcomes: &OutcomeBlock, baseline: EndpointIx, index: usize, units: &Units) {
    let theirs = outcomes.account(account, baseline, index);
    if outcomes.available(baseline, index) && !theirs.is_nan() {
        pair.both[account] += 1;
        pair.mine[account] += mine;
        pair.theirs[account] += i128::from(units.count(account, theirs));
    }
}
