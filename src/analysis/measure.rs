//! The measures of a policy, each as a function of its sums of lanes.

use crate::replay::{Lane, Layout, UNITS};

/// Measures over rows of sums. Each gives `None` where it is not defined or not known.
#[derive(Debug, Clone, Copy)]
pub struct Measures {
    /// Where each lane stands.
    pub layout: Layout,
}

/// Position of the energy among the accounts.
const ENERGY: usize = 0;

impl Measures {
    /// The sum of a lane.
    #[inline]
    pub fn lane(&self, sums: &[f64], lane: Lane) -> f64 {
        sums[self.layout.at(lane)]
    }

    fn ratio(&self, sums: &[f64], above: Lane, below: Lane) -> Option<f64> {
        let below = self.lane(sums, below);
        (below > 0.0).then(|| self.lane(sums, above) / below)
    }

    /// Mean score of what was served, nobody's answers counting as 0.
    pub fn answer_accuracy(&self, sums: &[f64]) -> Option<f64> {
        self.ratio(sums, Lane::Score, Lane::Scored)
    }

    /// The policy's mean score over the baseline's, over the queries that both answer: one that left
    /// the comparison or that nobody could serve is on neither side, as with savings.
    pub fn relative_answer_accuracy(&self, sums: &[f64], baseline: usize) -> Option<f64> {
        self.ratio(sums, Lane::MyScore(baseline), Lane::TheirScore(baseline))
    }

    /// Share of queries whose first attempt is the oracle's endpoint.
    pub fn agreement(&self, sums: &[f64]) -> Option<f64> {
        self.ratio(sums, Lane::Agreement, Lane::Queries)
    }

    /// Share of queries whose first attempt is of the oracle's tier, local or not.
    pub fn tier_agreement(&self, sums: &[f64]) -> Option<f64> {
        self.ratio(sums, Lane::TierAgreement, Lane::Queries)
    }

    /// Share of queries answered correctly, of those that some endpoint can answer.
    pub fn adequate(&self, sums: &[f64]) -> Option<f64> {
        self.ratio(sums, Lane::Adequate, Lane::Solvable)
    }

    /// The sum of an account over the queries for which it is known.
    pub fn total(&self, sums: &[f64], account: usize) -> Option<f64> {
        (self.lane(sums, Lane::Known(account)) > 0.0).then(|| self.lane(sums, Lane::Sum(account)) * UNITS[account])
    }

    /// The mean of an account over the queries for which it is known.
    pub fn per_query(&self, sums: &[f64], account: usize) -> Option<f64> {
        self.ratio(sums, Lane::Sum(account), Lane::Known(account)).map(|mean| mean * UNITS[account])
    }

    /// Whether an account is known of every answer.
    fn knows_all(&self, sums: &[f64], account: usize) -> bool {
        self.lane(sums, Lane::Known(account)) >= self.lane(sums, Lane::Scored)
    }

    /// The mean of an account, where it is known of every answer: only then is it one over the same queries as the
    /// answer accuracy, and comparable with that of another policy.
    pub fn per_any_query(&self, sums: &[f64], account: usize) -> Option<f64> {
        self.per_query(sums, account).filter(|_| self.knows_all(sums, account))
    }

    /// The sum of an account over the number of correct answers. Not known where some answer's
    /// account is not: correct answers that seem to take nothing would make the others look cheap.
    pub fn per_correct(&self, sums: &[f64], account: usize) -> Option<f64> {
        let (total, correct) = (self.total(sums, account)?, self.lane(sums, Lane::Correct));
        (self.knows_all(sums, account) && correct > 0.0).then(|| total / correct)
    }

    /// 1 - policy / baseline over the queries for which both are known.
    pub fn saving(&self, sums: &[f64], baseline: usize, account: usize) -> Option<f64> {
        self.ratio(sums, Lane::Mine(baseline, account), Lane::Theirs(baseline, account)).map(|ratio| 1.0 - ratio)
    }

    /// Mean score over mean power, in 1/W (Intelligence per Watt, Section 3): the mean of power is over queries.
    pub fn apw(&self, sums: &[f64]) -> Option<f64> {
        let power = self.ratio(sums, Lane::Power, Lane::PowerKnown).filter(|power| *power > 0.0)?;
        Some(self.answer_accuracy(sums)? / power)
    }

    /// Mean score over mean energy, in 1/J.
    pub fn apj(&self, sums: &[f64]) -> Option<f64> {
        let energy = self.per_query(sums, ENERGY).filter(|energy| *energy > 0.0)?;
        Some(self.answer_accuracy(sums)? / energy)
    }
}
