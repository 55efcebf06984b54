//! What an oracle and its misroutes take, split into what local endpoints take and the rest.
//!
//! With the sums apart, a saving is known in closed form for every factor f on what local endpoints
//! take and every router accuracy a:
//! 1 - \[a·(f·L_o + R_o) + (1 - a)·(f·L_m + R_m)\] / \[a·B_o + (1 - a)·B_m\],
//! with L the local part, R the rest, B the baseline on the same queries, of the oracle (o) and of the
//! expected misroute (m). It holds as long as the oracle's choices do not depend on f.

use super::account::by_account;
use super::lane::UNITS;
use super::plans::Plans;
use super::rows::Rows;
use super::setup::{Entry, Replay};
use super::tally::BUCKETS;
use crate::error::{Error, Result};
use crate::policy::noisy_oracle::{Misroute, NoisyOracle, Rates};
use crate::policy::{PlanBlock, Rule};
use crate::trace::EndpointIx;
use crate::workload::{ACCOUNTS, Change, OutcomeBlock};

/// Parts of a plan that are not of an account.
const FIXED: usize = 3;
/// Parts of an account.
const OF_ACCOUNT: usize = 5;
/// Parts of a plan.
const PARTS: usize = FIXED + OF_ACCOUNT * ACCOUNTS.len();

/// What is added up for a plan: over queries, in expectation. Amounts are in the unit of [`UNITS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Queries whose answers of plan and baseline both have a score.
    Scored,
    /// The plan's scores on them.
    Score,
    /// The baseline's scores on them.
    TheirScore,
    /// What local attempts take, where plan and baseline are both known.
    Local(usize),
    /// What all else takes: attempts elsewhere and the router itself.
    Rest(usize),
    /// What the baseline takes on these queries.
    Theirs(usize),
    /// What the baseline takes on those of them that the plan tries locally.
    TheirsLocal(usize),
    /// How many those are.
    LocalQueries(usize),
}

/// The lane of a part in a row of [`Replay::split`]: plan 0 is the oracle's, the n-th misroute's is n.
/// Lane 0 counts the queries.
pub fn lane(plan: usize, part: Part) -> usize {
    let of = |account: usize, part: usize| FIXED + OF_ACCOUNT * account + part;
    let part = match part {
        Part::Scored => 0,
        Part::Score => 1,
        Part::TheirScore => 2,
        Part::Local(account) => of(account, 0),
        Part::Rest(account) => of(account, 1),
        Part::Theirs(account) => of(account, 2),
        Part::TheirsLocal(account) => of(account, 3),
        Part::LocalQueries(account) => of(account, 4),
    };
    1 + PARTS * plan + part
}

/// The oracle of an entry that errs at one rate.
///
/// # Errors
/// Where the entry is no noisy oracle, or one with two rates.
pub fn oracle_that_errs(entry: &Entry) -> Result<&NoisyOracle> {
    let Rule::NoisyOracle(noisy) = &entry.built.rule else {
        let what = "only a noisy oracle has a router accuracy";
        return Err(Error::new(what).at(&entry.spec.name).found(entry.spec.kind).allowed("noisy-oracle").usage());
    };
    if !matches!(noisy.rates(), Rates::Accuracy(_)) {
        let what = "a noisy oracle with two rates has no one router accuracy";
        return Err(Error::new(what).at(&entry.spec.name).allowed("`router_accuracy`").usage());
    }
    Ok(noisy)
}

impl Replay<'_> {
    /// By bootstrap bucket the parts of the oracle's plan and of each misroute's, against a baseline,
    /// with outcomes changed; the same to the last bit for any number of threads.
    ///
    /// # Errors
    /// As [`oracle_that_errs`].
    pub fn split(&self, entry: &Entry, baseline: EndpointIx, misroutes: &[Misroute], change: &Change) -> Result<Rows> {
        self.split_into(BUCKETS, entry, baseline, misroutes, change)
    }

    /// The same over all queries together, which is faster.
    ///
    /// # Errors
    /// As [`oracle_that_errs`].
    pub fn split_total(&self, entry: &Entry, baseline: EndpointIx, misroutes: &[Misroute], change: &Change) -> Result<Vec<f64>> {
        let rows = self.split_into(1, entry, baseline, misroutes, change)?;
        Ok(rows.total().iter().map(|cell| cell.to_f64()).collect())
    }

    fn split_into(&self, buckets: usize, entry: &Entry, baseline: EndpointIx, misroutes: &[Misroute], change: &Change) -> Result<Rows> {
        let noisy = oracle_that_errs(entry)?;
        let plans = Plans {
            replay: self,
            oracle: noisy.oracle(),
            misroutes: misroutes.iter().map(|&misroute| noisy.with_misroute(misroute)).collect(),
            buckets,
            lanes: PARTS,
            change,
        };
        let split = Split { local: self.local_flags(entry.pool), router: by_account(&entry.spec.overhead), baseline };
        Ok(plans.add_up(|outcomes, index, chance, endpoints, parts| split.add(outcomes, index, chance, endpoints, parts)))
    }
}

struct Split {
    local: Vec<bool>,
    router: [f64; ACCOUNTS.len()],
    baseline: EndpointIx,
}

impl Split {
    /// Adds one way in which a query may go.
    fn add(&self, outcomes: &OutcomeBlock, index: usize, chance: f64, endpoints: &[EndpointIx], parts: &mut [f64]) {
        debug_assert!(endpoints.first() != Some(&PlanBlock::SKIP), "skipped queries are in no sum");
        let served = endpoints.iter().all(|&endpoint| outcomes.available(endpoint, index));
        if !served || !outcomes.available(self.baseline, index) {
            return;
        }
        let score = endpoints.last().map_or(0.0, |&last| outcomes.score(last, index));
        let their_score = outcomes.score(self.baseline, index);
        let mut put = |part: Part, value: f64| parts[lane(0, part) - 1] += chance * value;
        if !(score + their_score).is_nan() {
            put(Part::Scored, 1.0);
            put(Part::Score, score);
            put(Part::TheirScore, their_score);
        }
        let tried = endpoints.iter().any(|&endpoint| self.local[endpoint as usize]);
        for (account, unit) in UNITS.into_iter().enumerate() {
            let theirs = outcomes.account(account, self.baseline, index) / unit;
            let (mut local, mut rest) = (0.0, self.router[account] / unit);
            for &endpoint in endpoints {
                let taken = outcomes.account(account, endpoint, index) / unit;
                *(if self.local[endpoint as usize] { &mut local } else { &mut rest }) += taken;
            }
            if (local + rest + theirs).is_nan() {
                continue;
            }
            put(Part::Local(account), local);
            put(Part::Rest(account), rest);
            put(Part::Theirs(account), theirs);
            if tried {
                put(Part::TheirsLocal(account), theirs);
                put(Part::LocalQueries(account), 1.0);
            }
        }
    }
}
