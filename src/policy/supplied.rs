//! `supplied`: decisions of the program that this crate is part of, made by its own code.
//!
//! The host is asked when the policy is built, block by block in the order of the trace, in one thread, and for
//! each query once (in each pool, where it looks at the pool). What it answers is checked as a file's would be.

mod ask;
#[cfg(test)]
mod router_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Deserialize;

use super::learned::{self, Case, DecisionRule, past_by_fold};
use super::recorded::ByPosition;
use super::{Built, Context, Needs, Parameters, PolicySpec, Problems, Rule};
use crate::error::{Result, RowError};
use crate::policy::library::PolicyText;
use crate::router::supplied::SUPPLIED;
use crate::router::{SuppliedRouter, crossfit};
use crate::trace::{EndpointIx, Names, QueryBatch};
use ask::Answers;

/// A host's decisions.
pub trait Decide: Send + Sync {
    /// What of the queries it is to be handed beside row numbers, data sets, categories, input tokens and arrivals.
    fn needs(&self) -> Needs;

    /// Decides for the queries of a block.
    ///
    /// # Errors
    /// Where it cannot, with the row of the block where it is one.
    fn decide(&self, asked: Asked) -> std::result::Result<Decided, RowError>;
}

/// A block of queries, and who may answer them. Nothing of it tells an outcome.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The queries.
    pub queries: QueryBatch,
    /// The endpoints of the pool.
    pub candidates: Arc<Candidates>,
    /// The run's seed, for a host that draws: the same for every block.
    pub seed: u64,
}

/// The endpoints of a pool, as a host is told them. They remember whether they were looked at: decisions that had
/// nothing to do with the pool hold in every pool.
#[derive(Debug)]
pub struct Candidates {
    known: Vec<String>,
    ids: Vec<String>,
    fallback: String,
    seen: AtomicBool,
}

impl Candidates {
    fn new(context: &Context) -> Self {
        let id = |endpoint: &EndpointIx| context.trace.info.endpoints[usize::from(*endpoint)].id.clone();
        let known = context.trace.info.endpoints.iter().map(|endpoint| endpoint.id.clone()).collect();
        let ids = context.pool.all.iter().map(id).collect();
        Candidates { known, ids, fallback: id(&context.pool.fallback), seen: AtomicBool::new(false) }
    }

    /// The ids of all endpoints of the trace, in its order: they are the same in every pool.
    pub fn of_trace(&self) -> &[String] {
        &self.known
    }

    /// Their ids in the trace's order, in which scores and positions count.
    pub fn ids(&self) -> &[String] {
        self.seen.store(true, Ordering::Relaxed);
        &self.ids
    }

    /// The id of the fallback.
    pub fn fallback(&self) -> &str {
        self.seen.store(true, Ordering::Relaxed);
        &self.fallback
    }

    fn were_seen(&self) -> bool {
        self.seen.load(Ordering::Relaxed)
    }
}

/// What a host decided for a block, a query after the other.
#[derive(Debug, Clone)]
pub enum Decided {
    /// The endpoint of each query: an id of the trace, `fallback`, or `local` where there is one local endpoint.
    Endpoints(Names),
    /// The place of each query's endpoint among the candidates, from 0.
    Positions(Vec<i64>),
    /// A score of each candidate for each query, `width` numbers a query; a decision rule makes endpoints of them.
    Scores {
        /// Query after query.
        cells: Vec<f64>,
        /// Numbers of a query.
        width: usize,
    },
}

/// Checked parameters.
struct Supplied {
    host: Arc<dyn Decide>,
    rule: Box<dyn DecisionRule>,
    folds: usize,
}

/// The form of the parameters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: learned::Head,
    folds: Option<toml::Spanned<usize>>,
}

impl PolicySpec {
    /// A policy whose decisions a host makes. `file` is the text of a policy file without a `kind`: a summary, a
    /// source, an overhead, and parameters. These may have a `rule`, for scores (`highest` unless it is said), and
    /// `folds`, the parts of the trace by which a rule is told the price of an answer (5).
    ///
    /// # Errors
    /// Where the text cannot be read, or a parameter is not allowed: all problems at once.
    pub fn supplied(name: &str, file: &str, host: Arc<dyn Decide>) -> Result<PolicySpec> {
        let text = PolicyText::supplied(name, file, SUPPLIED, None)?;
        PolicySpec::try_read(&text, SUPPLIED, |file: File, problems| check(file, problems, host))
    }

    /// A learned policy whose router a host brings; folds, calibration, features and rule are those of any
    /// learned policy. `file` is the text of a policy file of kind `learned` without the kind and the router.
    ///
    /// # Errors
    /// Where the text cannot be read, or a parameter is not allowed: all problems at once.
    pub fn supplied_router(name: &str, file: &str, router: Arc<dyn SuppliedRouter>) -> Result<PolicySpec> {
        let text = PolicyText::supplied(name, file, learned::KIND.name, Some(SUPPLIED))?;
        learned::with_router(&text, router)
    }
}

fn check(file: File, problems: &mut Problems, host: Arc<dyn Decide>) -> Option<Supplied> {
    let folds = problems.at_least("folds", &file.folds, 5, 2);
    Some(Supplied { host, rule: learned::rule_of(&file.rule, problems)?, folds })
}

impl Parameters for Supplied {
    fn needs(&self) -> Needs {
        // Names of queries are for messages.
        Needs { ids: true, ..self.host.needs() }
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let candidates = Arc::new(Candidates::new(context));
        let (answers, mut notes) = ask::all(&*self.host, context, &candidates, self.rule.takes_chances())?;
        let (by_position, pooled) = match answers {
            Answers::Endpoints { by_position, roles } => (by_position, roles || candidates.were_seen()),
            Answers::Scores(predicted) => (self.ruled(&predicted, context, &mut notes)?, true),
        };
        let mut endpoints = by_position.clone();
        endpoints.sort_unstable();
        endpoints.dedup();
        Ok(Built { uses_pool: pooled, notes, ..Built::fixed(Rule::Foresight(Box::new(ByPosition(by_position))), endpoints) })
    }
}

impl Supplied {
    /// What the rule makes of scores. A rule that weighs prices knows those of other folds than the query's own.
    fn ruled(&self, predicted: &[Vec<f64>], context: &Context, notes: &mut Vec<String>) -> Result<Vec<EndpointIx>> {
        let (mut part, mut past) = (vec![0; context.trace.len()], Vec::new());
        if self.rule.looks_at_past() {
            part = crossfit::folds(&context.trace.queries.rows, self.folds, context.seed)?;
            past = past_by_fold(context, &part, self.folds);
            notes.push(format!("what an answer takes is known to the rule from the other {} of {} folds", self.folds - 1, self.folds));
        }
        let decisions = self.rule.decide(&Case { context, predicted, part: &part, past: &past })?;
        notes.extend(decisions.notes);
        let endpoint = |candidate: usize| context.pool.all[candidate];
        Ok(decisions.candidate.into_iter().map(endpoint).collect())
    }
}
