//! Routing policies: rules that turn queries into plans.
//!
//! A policy is one file here and one word in the list below; a setting of a policy is a TOML file in
//! `policies/` and no code. The types keep policies honest: a [`Policy`] is handed no outcomes, an
//! [`Adaptive`] one those of its own choices once they are made, only a [`Hindsight`] one sees all, and
//! the report says which is which.

mod adaptive;
mod library;
mod plan;
mod spec;
mod supplied;
mod target;
#[cfg(test)]
mod testing;

pub use adaptive::{Adaptive, Feedback, Fresh, QueryRow};
pub use learned::Memo;
pub use library::{PolicyText, names as shipped_names};
pub use plan::{PlanBlock, StopRule};
pub use spec::{Overhead, PolicySpec, Problems};
pub use supplied::{Asked, Candidates, Decide, Decided};

use serde::{Deserialize, Serialize};

use crate::draw::Draws;
use crate::error::{Error, Result};
use crate::router::RouterFacts;
use crate::trace::{EndpointIx, Metric, Trace};
use crate::workload::{OutcomeBlock, Pool, QueryBlock};

macro_rules! kinds {
    ($($module:ident)*) => {
        $(pub mod $module;)*
        /// Every kind of policy, in the order in which they are listed.
        pub static KINDS: &[PolicyKind] = &[$($module::KIND),*];
    };
}

kinds! { always random by_category oracle noisy_oracle threshold cascade recorded learned bandit }

/// A policy that sees what is known before an answer, and no outcome.
pub trait Policy: Sync + Send {
    /// Appends a plan for each query of the block.
    fn plan(&self, queries: &QueryBlock, draws: &Draws, out: &mut PlanBlock) -> Result<()>;

    /// Where each query's plan is one endpoint, whatever the query is: the endpoints with the upper ends
    /// of their parts of the 53-bit draws of [`Stream::Choice`](crate::draw::Stream), the last of which
    /// is above all draws. A day of millions of arrivals takes such policies apart.
    fn parts(&self) -> Option<Vec<(u64, EndpointIx)>> {
        None
    }
}

/// A policy that sees every outcome in advance: a bound for others, not something to deploy.
pub trait Hindsight: Sync + Send {
    /// Appends a plan for each query of the block.
    fn plan(&self, queries: &QueryBlock, outcomes: &OutcomeBlock, draws: &Draws, out: &mut PlanBlock) -> Result<()>;

    /// The oracle that its router accuracy is measured against, where it has one of its own.
    fn oracle(&self) -> Option<&oracle::Oracle> {
        None
    }
}

/// A policy of any kind.
pub enum Rule {
    /// Sees no outcome.
    Foresight(Box<dyn Policy>),
    /// Sees outcomes.
    Hindsight(Box<dyn Hindsight>),
    /// The oracle that errs, which the sweep takes apart.
    NoisyOracle(noisy_oracle::NoisyOracle),
    /// Sees the outcomes of its own choices, each after it was made.
    Adaptive(Fresh),
}

impl Rule {
    /// Whether it sees outcomes before it chooses.
    pub fn is_hindsight(&self) -> bool {
        matches!(self, Rule::Hindsight(_) | Rule::NoisyOracle(_))
    }

    /// Refuses a policy whose plans depend on the queries before: work that takes queries in any other
    /// order than that of their arrival asks this first.
    ///
    /// # Errors
    /// Where the policy learns while it routes.
    pub fn refuse_learning(&self) -> Result<()> {
        match self {
            Rule::Adaptive(_) => Err(Error::new("a policy that learns in arrival order can only be replayed")
                .allowed("`replay` and `compare`, which ask it one query after the other")
                .hint("leave it out here, or replay it")
                .usage()),
            _ => Ok(()),
        }
    }

    /// Appends a plan for each query of the block.
    ///
    /// # Errors
    /// Where the policy fails, or learns while it routes: see [`Rule::refuse_learning`].
    pub fn plan(&self, queries: &QueryBlock, outcomes: &OutcomeBlock, draws: &Draws, out: &mut PlanBlock) -> Result<()> {
        match self {
            Rule::Foresight(policy) => policy.plan(queries, draws, out),
            Rule::Hindsight(policy) => policy.plan(queries, outcomes, draws, out),
            Rule::NoisyOracle(policy) => policy.plan(queries, outcomes, draws, out),
            Rule::Adaptive(_) => self.refuse_learning(),
        }
    }
}

/// A kind of policy: how its file is read.
pub struct PolicyKind {
    /// The word after `kind =`.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The names of its parameters with what they mean, for listings.
    pub parameters: &'static [(&'static str, &'static str)],
    /// Reads and checks the parameters of a policy file.
    pub read: fn(&PolicyText) -> Result<PolicySpec>,
}

/// What a policy needs of a trace, known before the trace is read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Needs {
    /// Metrics beside the score and the accounts.
    pub metrics: Vec<Metric>,
    /// Feature columns.
    pub features: bool,
    /// The names of the queries.
    pub ids: bool,
    /// The texts of the queries.
    pub prompts: bool,
    /// The embeddings of the queries.
    pub embedding: bool,
}

/// What of a trace decides how a policy is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BuiltFrom {
    /// Its endpoints and which columns it has; and of cells at most that none is missing, which each part
    /// of the trace can tell for itself. Built on any part of the trace the policy is the same.
    Description,
    /// Also the names of its data sets and categories, all of them.
    Names,
    /// Its cells: built on a part the policy may be another than on the whole.
    Cells,
}

/// Checked parameters of a policy, ready for a trace.
pub trait Parameters: Send + Sync {
    /// What must be read of the trace.
    fn needs(&self) -> Needs {
        Needs::default()
    }
    /// The learned policy that it is, where it is one.
    fn learned(&self) -> Option<&learned::Learned> {
        None
    }
    /// What decides how it is built; unless it says otherwise, cells do. A trace is streamed part by part
    /// only for policies that do not depend on them.
    fn built_from(&self) -> BuiltFrom {
        BuiltFrom::Cells
    }
    /// Fits the policy to a trace and a pool.
    fn build(&self, context: &Context) -> Result<Built>;
}

/// A policy that fits a trace.
pub struct Built {
    /// The rule.
    pub rule: Rule,
    /// The endpoints that it may name beside those of its pool.
    pub endpoints: Vec<EndpointIx>,
    /// Whether it depends on the pool: with several pools it is replayed in each.
    pub uses_pool: bool,
    /// The chance that its coin is right, where it has one.
    pub nominal: Option<f64>,
    /// Whether its plans depend on random draws: only then do replicates differ.
    pub random: bool,
    /// Metrics whose cells its plans depend on: they are needed whatever the command says is.
    pub compares: Vec<Metric>,
    /// What a reader should know, a line each: what was fitted on what, what was left out.
    pub notes: Vec<String>,
    /// The fitted router behind a learned policy.
    pub router: Option<RouterFacts>,
}

impl Built {
    /// A policy that names its endpoints itself and draws nothing.
    pub fn fixed(rule: Rule, endpoints: Vec<EndpointIx>) -> Self {
        Built { rule, endpoints, uses_pool: false, nominal: None, random: false, compares: Vec::new(), notes: Vec::new(), router: None }
    }

    /// A policy over a pool that draws nothing.
    pub fn pooled(rule: Rule) -> Self {
        Built { uses_pool: true, ..Built::fixed(rule, Vec::new()) }
    }
}

/// What a policy is fitted to.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The trace.
    pub trace: &'a Trace,
    /// The candidates and the fallback.
    pub pool: &'a Pool,
    /// What the run's oracle makes small, where a policy does not say.
    pub objective: Objective,
    /// The score from which an answer is correct.
    pub correct_at: f64,
    /// Seed of whatever is fitted at random.
    pub seed: u64,
    /// Fits that policies of a run share.
    pub memo: &'a Memo,
}

/// What an oracle makes as small as it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Objective {
    /// The model's total parameters: the smallest model that is right (the paper).
    #[default]
    Size,
    /// Joules.
    Energy,
    /// US dollars.
    Cost,
    /// Floating-point operations.
    Flops,
    /// Seconds.
    Latency,
}

impl Objective {
    /// All objectives with their names.
    pub const ALL: [(&'static str, Objective); 5] = [
        ("size", Objective::Size),
        ("energy", Objective::Energy),
        ("cost", Objective::Cost),
        ("flops", Objective::Flops),
        ("latency", Objective::Latency),
    ];

    /// The objective of a name.
    pub fn find(name: &str) -> Result<Objective> {
        let known = Objective::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, objective)| objective);
        known.ok_or_else(|| crate::error::unknown("objective", name, Objective::ALL.iter().map(|(name, _)| *name)).usage())
    }

    /// The metric to add up; `None` for the size, which is the endpoint's own.
    pub fn metric(self) -> Option<Metric> {
        match self {
            Objective::Size => None,
            Objective::Energy => Some(Metric::EnergyJ),
            Objective::Cost => Some(Metric::CostUsd),
            Objective::Flops => Some(Metric::Flops),
            Objective::Latency => Some(Metric::LatencyS),
        }
    }
}
