//! The oracles that router accuracy is measured against.

use super::setup::Entry;
use crate::draw::Draws;
use crate::error::Result;
use crate::policy::oracle::{Choice, KIND, Oracle, OracleParameters, plan_all};
use crate::policy::{Context, Memo, Objective, PlanBlock, Rule};
use crate::trace::Trace;
use crate::workload::{OutcomeBlock, Pool, QueryBlock, Roles};

/// Every oracle of a run, each once: its choices for a block are made once for all that need them.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct References {
    oracles: Vec<Oracle>,
    /// By pool, where there can be one.
    pools: Vec<Option<usize>>,
    /// By entry: its own, or its pool's.
    entries: Vec<Option<usize>>,
    /// By entry the number of its judge: an oracle and a pool.
    judges: Vec<usize>,
}

impl References {
    /// The oracles of pools and entries; why a pool has none is noted.
    pub fn new(
        trace: &Trace,
        roles: &Roles,
        entries: &[Entry],
        objective: Objective,
        correct_at: f64,
        seed: u64,
        notes: &mut Vec<String>,
    ) -> Self {
        let oracle = |pool: &Pool| {
            let context = Context { trace, pool, objective, correct_at, seed, memo: &Memo::default() };
            Oracle::new(&OracleParameters::default(), &context)
        };
        let oracles: Vec<Result<Oracle>> = roles.pools.iter().map(oracle).collect();
        if let Some(Err(error)) = oracles.iter().find(|oracle| oracle.is_err()) {
            let why = error.to_string().lines().take(2).map(str::trim).collect::<Vec<_>>().join(", ");
            notes.push(format!("agreement with an oracle is not known, since there is none: {why}"));
        }
        let mut references = References::default();
        references.pools = oracles.iter().map(|oracle| Some(references.place(oracle.as_ref().ok()?))).collect();
        for entry in entries {
            let own = own_oracle(entry).map(|oracle| references.place(oracle));
            references.entries.push(own.or(references.pools[entry.pool]));
        }
        let mut known: Vec<(Option<usize>, usize)> = Vec::new();
        for judge in references.entries.iter().copied().zip(entries.iter().map(|entry| entry.pool)) {
            references.judges.push(known.iter().position(|known| *known == judge).unwrap_or(known.len()));
            if references.judges.last() == Some(&known.len()) {
                known.push(judge);
            }
        }
        references
    }

    fn place(&mut self, oracle: &Oracle) -> usize {
        self.oracles.iter().position(|known| known == oracle).unwrap_or_else(|| {
            self.oracles.push(oracle.clone());
            self.oracles.len() - 1
        })
    }

    /// The oracle of a pool, by its position.
    pub fn of_pool(&self, pool: usize) -> Option<&Oracle> {
        self.oracles.get((*self.pools.get(pool)?)?)
    }

    /// Whether any pool has an oracle.
    pub fn of_pools(&self) -> bool {
        self.pools.iter().any(Option::is_some)
    }

    /// The oracle of an entry, by its position.
    pub fn of(&self, entry: usize) -> Option<usize> {
        self.entries[entry]
    }

    /// The number of an entry's judge: entries of one judge have the same oracle and pool.
    pub fn judge(&self, entry: usize) -> usize {
        self.judges[entry]
    }

    /// By oracle its choices for a block.
    pub fn choices(&self, outcomes: &OutcomeBlock) -> Vec<Vec<Choice>> {
        let choices = |oracle: &Oracle| {
            let mut choices = Vec::new();
            oracle.choose_all(outcomes, &mut choices);
            choices
        };
        self.oracles.iter().map(choices).collect()
    }
}

fn own_oracle(entry: &Entry) -> Option<&Oracle> {
    match &entry.built.rule {
        Rule::NoisyOracle(noisy) => Some(noisy.oracle()),
        Rule::Hindsight(policy) => policy.oracle(),
        _ => None,
    }
}

/// Appends an entry's plans for a block; `choices` are those of its oracle.
///
/// # Errors
/// Where the policy fails.
pub(super) fn plan(
    entry: &Entry,
    choices: Option<&[Choice]>,
    queries: &QueryBlock,
    outcomes: &OutcomeBlock,
    draws: &Draws,
    out: &mut PlanBlock,
) -> Result<()> {
    match (&entry.built.rule, choices) {
        (Rule::NoisyOracle(noisy), Some(choices)) => noisy.plan_around(choices, queries, outcomes, draws, out),
        // An oracle's own plans are its choices; another policy may be held against one that it is not.
        (Rule::Hindsight(_), Some(choices)) if entry.spec.kind == KIND.name => plan_all(choices, out),
        (rule, _) => rule.plan(queries, outcomes, draws, out)?,
    }
    Ok(())
}
