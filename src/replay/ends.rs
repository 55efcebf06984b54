//! The two ends of a noisy oracle's curve: what it takes and answers if it is always right, and if every
//! query is misrouted.
//!
//! Expectations in between are linear in the router accuracy, so that these sums hold the whole curve, and
//! by bootstrap bucket that of every resample.

use super::lane::UNITS;
use super::plans::Plans;
use super::rows::Rows;
use super::setup::Replay;
use super::tally::BUCKETS;
use crate::policy::noisy_oracle::{Misroute, NoisyOracle};
use crate::trace::EndpointIx;
use crate::workload::{ACCOUNTS, Change, OutcomeBlock};

/// Lanes of a plan: two of scores, two of each account.
const LANES: usize = 2 + 2 * ACCOUNTS.len();

/// What is added up for a plan, in expectation and as a report's figures are made of it. Amounts are in the
/// unit of [`UNITS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndLane {
    /// Queries whose answer has a score.
    Scored,
    /// Sum of their scores.
    Score,
    /// What the plan takes of an account, where plan and baseline are both known.
    Mine(usize),
    /// What the baseline takes on these queries.
    Theirs(usize),
}

/// The lane of a plan in a row of [`Replay::ends`]: plan 0 is the oracle's, the n-th misroute's is n. Lane 0
/// counts the queries.
pub fn end_lane(plan: usize, lane: EndLane) -> usize {
    let lane = match lane {
        EndLane::Scored => 0,
        EndLane::Score => 1,
        EndLane::Mine(account) => 2 + 2 * account,
        EndLane::Theirs(account) => 3 + 2 * account,
    };
    1 + LANES * plan + lane
}

impl Replay<'_> {
    /// By bootstrap bucket the ends of the noisy oracles' curves over a pool, one for each misroute, against a
    /// baseline; the oracle is the one that the pool's router accuracy is measured against. `None` where there
    /// is none. The same to the last bit for any number of threads.
    pub fn ends(&self, pool: usize, baseline: EndpointIx, misroutes: &[Misroute]) -> Option<Rows> {
        let oracle = self.references.of_pool(pool)?;
        let local = &self.roles.pools.get(pool)?.local;
        let plans = Plans {
            replay: self,
            oracle,
            misroutes: misroutes.iter().map(|&misroute| NoisyOracle::over(oracle, local, misroute)).collect(),
            buckets: BUCKETS,
            lanes: LANES,
            change: &Change::default(),
        };
        let ends = Ends { baseline };
        Some(plans.add_up(|outcomes, index, chance, endpoints, lanes| ends.add(outcomes, index, chance, endpoints, lanes)))
    }
}

struct Ends {
    baseline: EndpointIx,
}

impl Ends {
    /// Adds one way in which a query may go.
    fn add(&self, outcomes: &OutcomeBlock, index: usize, chance: f64, endpoints: &[EndpointIx], lanes: &mut [f64]) {
        if chance == 0.0 || !endpoints.iter().all(|&endpoint| outcomes.available(endpoint, index)) {
            return;
        }
        let mut put = |lane: EndLane, value: f64| lanes[end_lane(0, lane) - 1] += chance * value;
        let score = endpoints.last().map_or(0.0, |&last| outcomes.score(last, index));
        if !score.is_nan() {
            put(EndLane::Scored, 1.0);
            put(EndLane::Score, score);
        }
        if !outcomes.available(self.baseline, index) {
            return;
        }
        for (account, unit) in UNITS.into_iter().enumerate() {
            let theirs = outcomes.account(account, self.baseline, index) / unit;
            let mine = endpoints.iter().map(|&endpoint| outcomes.account(account, endpoint, index)).sum::<f64>() / unit;
            if !(mine + theirs).is_nan() {
                put(EndLane::Mine(account), mine);
                put(EndLane::Theirs(account), theirs);
            }
        }
    }
}
