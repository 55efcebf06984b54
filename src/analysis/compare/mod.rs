//! Policies side by side: which are Pareto-optimal, which beat every mix of fixed endpoints, and which are
//! worse than one endpoint alone.

mod by;
mod equivalent;
mod fixed;
mod measures;
mod perturbed;
mod subject;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use by::By;
pub use equivalent::{Equivalent, Equivalents, Lies, equivalents};
pub use measures::MEASURES_A_POLICY;
pub use perturbed::{Perturbed, perturbed};

use super::peers::{Point, Points, pareto_front};
use super::{ACCOUNT_NAMES, ById, Figure, Fractions, Measures};
use crate::error::Result;
use crate::policy::Objective;
use crate::replay::{LeftOut, Replay, Resampled, Tally};
use crate::workload::ACCOUNTS;
use subject::Subject;

/// Share of answers from one endpoint from which a policy hardly routes.
const NEARLY_ALL: f64 = 0.99;

/// The policies of a run, held against each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// What the policies are sorted by: one of the names that [`By::find`] takes.
    pub by: String,
    /// The account that measures of cost are taken in (energy, flops, cost, latency): the objective's, or for
    /// the size the first that is known of energy, cost, flops and latency. `None` where none is.
    pub account: Option<String>,
    /// The policies, the best first; those whose figure is not known stand last.
    pub policies: Vec<Compared>,
    /// Policies that could not be replayed.
    pub left_out: Vec<LeftOut>,
    /// How many decisions stay when prompts are perturbed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub perturbed: Vec<Perturbed>,
}

/// A policy among others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// Its name, as among the report's policies.
    pub policy: String,
    /// By account: whether no other policy without hindsight takes at most as much a query and answers at least
    /// as well, and is better in one of the two. `None` for a policy with hindsight, and where it is not known.
    pub pareto: Fractions<bool>,
    /// By account: answer accuracy less what a coin between fixed endpoints buys for the same amount a query, see
    /// `fixed.rs`. Above 0 it beats random routing and every fixed endpoint that takes no more.
    pub above_fixed: Fractions<Figure>,
    /// Why it is not held against fixed endpoints, where it is not.
    pub not_held: Option<String>,
    /// A fixed endpoint that is better.
    pub worse_than: Option<WorseThan>,
    /// The endpoint that gives 99% and more of the answers, where the policy is not one that always takes it.
    pub nearly_all_to: Option<NearlyAll>,
    /// Measures of routers' papers that are one number a policy, by name; `None` where one is not defined.
    pub measures: ById<Option<f64>>,
    /// The router accuracies of noisy oracles that it equals, by misroute rule, in its pool (in all, where it
    /// depends on none). Empty for a policy with hindsight, for one that leaves queries without an answer, and
    /// where there can be no oracle.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equivalents: Vec<Equivalents>,
}

/// A fixed endpoint that answers at least as well as a policy and takes no more, and is better in one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorseThan {
    /// The endpoint's id.
    pub endpoint: String,
    /// The accounts of which it takes no more: among energy, cost and the objective's.
    pub accounts: Vec<String>,
}

/// Where nearly all queries go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NearlyAll {
    /// The endpoint's id.
    pub endpoint: String,
    /// Share of queries that it answers.
    pub share: f64,
}

/// Holds the policies of a replay against each other. `samples` and `tallies` are the entries'.
///
/// # Errors
/// Where a policy cannot plan.
pub fn compare(replay: &Replay, samples: &[Resampled], tallies: &[Tally], by: &By) -> Result<Comparison> {
    let measures = Measures { layout: replay.layout() };
    let subjects: Vec<Subject> =
        (0..replay.entries.len()).map(|position| Subject::new(replay, position, &samples[position], &tallies[position])).collect();
    let account = account(replay.objective, &subjects, measures);
    let fronts = fronts(&subjects, measures);
    let mut numbers = measures::PolicyMeasures::new(replay, &subjects, measures, account);
    let curves = equivalent::Curves::new(replay, &subjects, measures);
    // Who beats a policy alone need not be of its pool.
    let singles: Vec<&Subject> = subjects.iter().filter(|subject| subject.fixed.is_some() && subject.left_queries == 0.0).collect();
    let mut policies = Vec::new();
    for (position, subject) in subjects.iter().enumerate() {
        let fixed = subject.held_against(&subjects);
        let held = subject.left_queries == 0.0;
        let above = |account: usize| fixed::above_fixed(measures, account, subject, &fixed);
        policies.push(Compared {
            policy: subject.name.clone(),
            pareto: Fractions::from_array(fronts.each_ref().map(|front| front.get(position).copied().flatten())),
            above_fixed: if held {
                Fractions::from_array(std::array::from_fn(above))
            } else {
                Fractions::from_array([None; ACCOUNTS.len()])
            },
            not_held: (!held).then(|| subject.why_not_held()),
            worse_than: if held { fixed::worse_than(measures, subject, &singles, account) } else { None },
            nearly_all_to: subject.nearly_all(NEARLY_ALL),
            measures: numbers.of(position)?,
            equivalents: curves.equal_to(subject),
        });
    }
    let mut comparison = Comparison {
        by: by.name().to_owned(),
        account: account.map(|account| ACCOUNT_NAMES[account].to_owned()),
        policies: Vec::new(),
        left_out: Vec::new(),
        perturbed: Vec::new(),
    };
    let figures: Vec<Option<f64>> =
        subjects.iter().zip(&policies).map(|(subject, compared)| by.figure(measures, subject.sample, compared, account)).collect();
    comparison.policies = by.sorted(policies.into_iter().zip(figures).collect());
    Ok(comparison)
}

/// The accounts that may stand for an objective, the first one that is known: its own, for the size what is paid.
pub(super) fn accounts_of(objective: Objective) -> Vec<usize> {
    match objective.metric() {
        Some(metric) => ACCOUNTS.iter().position(|&account| account == metric).into_iter().collect(),
        None => vec![0, 2, 1, 3],
    }
}

fn account(objective: Objective, subjects: &[Subject], measures: Measures) -> Option<usize> {
    let known = |account: &usize| subjects.iter().any(|subject| measures.per_any_query(&subject.sample.point, *account).is_some());
    accounts_of(objective).into_iter().find(known)
}

/// By account and subject whether it is on the front; `None` for hindsight and where a figure is not known.
fn fronts(subjects: &[Subject], measures: Measures) -> [Vec<Option<bool>>; ACCOUNTS.len()] {
    std::array::from_fn(|account| {
        let point = |subject: &Subject| {
            let sums = &subject.sample.point;
            Some((measures.per_any_query(sums, account)?, measures.answer_accuracy(sums)?)).filter(|_| !subject.hindsight)
        };
        front(&subjects.iter().map(point).collect::<Vec<_>>())
    })
}

/// Which of some points (amount, answer accuracy) no other one beats; `None` for a point that is not known.
pub fn front(points: &[Option<(f64, f64)>]) -> Vec<Option<bool>> {
    let known = points.iter().flatten().map(|&(cost, quality)| Point::new(cost, quality)).collect();
    // Without a known point there is no front, and nobody on it.
    let mut on_front = Points::new(known).map(|points| pareto_front(&points)).unwrap_or_default().into_iter();
    points.iter().map(|point| point.and_then(|_| on_front.next())).collect()
}
