//! `oracle`: the cheapest endpoint that is right, known in hindsight.

use serde::Deserialize;

use super::{Built, BuiltFrom, Context, Hindsight, Objective, Parameters, PlanBlock, PolicyKind, PolicySpec, Rule};
use crate::draw::Draws;
use crate::error::{Error, Result};
use crate::trace::{EndpointIx, Metric};
use crate::wide::{self, Loop};
use crate::workload::{ACCOUNTS, OutcomeBlock, QueryBlock};

/// The kind.
pub const KIND: PolicyKind = PolicyKind {
    name: "oracle",
    summary: "the cheapest endpoint that answers correctly, known in hindsight",
    parameters: &[
        ("objective", "what is cheap: size, energy, cost, flops or latency; the run's `--objective` where not said"),
        ("goal", "`adequate` (default), `best` (highest score first), `iso-accuracy` (local also where nobody is right)"),
        ("none_correct", "where nobody is right: `cloud` (default, the fallback), `cheapest`, `free` (nobody serves), `skip`"),
    ],
    read: |text| PolicySpec::read(text, "oracle", |file: OracleParameters, _| file),
};

/// What counts as the right choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// The least objective among correct answers (the paper).
    #[default]
    Adequate,
    /// The highest score, then the least objective.
    Best,
    /// As adequate; where nobody is right the least objective, since the fallback would be wrong too
    /// (the paper's Tables 8 and 9).
    IsoAccuracy,
}

/// Where a query goes that nobody answers correctly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoneCorrect {
    /// To the fallback (the paper).
    #[default]
    Cloud,
    /// To the endpoint of least objective (LLMRouterBench).
    Cheapest,
    /// To nobody, which costs nothing (RouterBench).
    Free,
    /// Out of the comparison (RouterArena).
    Skip,
}

/// The parameters of an oracle.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OracleParameters {
    /// What is cheap.
    pub objective: Option<Objective>,
    /// What is right.
    #[serde(default)]
    pub goal: Goal,
    /// What is done where nobody is right.
    #[serde(default)]
    pub none_correct: NoneCorrect,
}

impl Parameters for OracleParameters {
    fn built_from(&self) -> BuiltFrom {
        BuiltFrom::Description
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let oracle = Oracle::new(self, context)?;
        Ok(Built { compares: oracle.compares(), ..Built::pooled(Rule::Hindsight(Box::new(oracle))) })
    }
}

/// Appends choices as plans.
pub(crate) fn plan_all(choices: &[Choice], out: &mut PlanBlock) {
    if !choices.contains(&Choice::Nobody)
        && let Some(endpoints) = out.more_plain(choices.len())
    {
        return endpoints_of(choices, endpoints);
    }
    choices.iter().for_each(|choice| choice.plan(out));
}

/// The endpoint of each choice; [`PlanBlock::SKIP`] where it is none.
pub(crate) fn endpoints_of(choices: &[Choice], endpoints: &mut [EndpointIx]) {
    wide::run(EndpointsOf { choices, endpoints });
}

struct EndpointsOf<'a> {
    choices: &'a [Choice],
    endpoints: &'a mut [EndpointIx],
}

impl Loop for EndpointsOf<'_> {
    #[inline(always)]
    fn run(self) {
        for (endpoint, choice) in self.endpoints.iter_mut().zip(self.choices) {
            *endpoint = match choice {
                Choice::Endpoint(chosen) => *chosen,
                _ => PlanBlock::SKIP,
            };
        }
    }
}

/// What an oracle does with a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// It goes there.
    Endpoint(EndpointIx),
    /// Nobody serves it.
    Nobody,
    /// It leaves the comparison.
    Skip,
}

impl Choice {
    /// Appends the choice as a plan.
    #[inline]
    pub fn plan(self, out: &mut PlanBlock) {
        match self {
            Choice::Endpoint(endpoint) => out.single(endpoint),
            Choice::Nobody => out.next(),
            Choice::Skip => out.skip(),
        }
    }

    /// The endpoint, if it goes to one.
    #[inline]
    pub fn endpoint(self) -> Option<EndpointIx> {
        match self {
            Choice::Endpoint(endpoint) => Some(endpoint),
            _ => None,
        }
    }
}

/// An oracle over a pool.
#[derive(Debug, Clone, PartialEq)]
pub struct Oracle {
    candidates: Vec<EndpointIx>,
    fallback: EndpointIx,
    /// Position of the objective among the accounts; `None` for the size.
    account: Option<usize>,
    /// By candidate, for the objective `size`.
    size: Vec<f64>,
    goal: Goal,
    none_correct: NoneCorrect,
}

impl Oracle {
    /// An oracle over the pool of a context.
    ///
    /// # Errors
    /// Where an endpoint of the pool does not have what the objective compares.
    pub fn new(parameters: &OracleParameters, context: &Context) -> Result<Oracle> {
        let objective = parameters.objective.unwrap_or(context.objective);
        let candidates = context.pool.all.clone();
        comparable(objective, context)?;
        let size = |&index: &EndpointIx| context.trace.info.endpoints[index as usize].params_total_b.unwrap_or(f64::NAN);
        let account = objective.metric().and_then(|metric| ACCOUNTS.iter().position(|&account| account == metric));
        Ok(Oracle {
            size: if account.is_none() { candidates.iter().map(size).collect() } else { Vec::new() },
            candidates,
            fallback: context.pool.fallback,
            account,
            goal: parameters.goal,
            none_correct: parameters.none_correct,
        })
    }

    /// The metric that it compares; none for the size.
    pub fn compares(&self) -> Vec<Metric> {
        self.account.map(|account| ACCOUNTS[account]).into_iter().collect()
    }

    /// The choice for a query.
    #[inline]
    pub fn choose(&self, outcomes: &OutcomeBlock, index: usize) -> Choice {
        let found = match self.goal {
            Goal::Best => self.highest(outcomes, index),
            Goal::Adequate | Goal::IsoAccuracy => self.least(outcomes, index, |endpoint| outcomes.correct(endpoint, index)),
        };
        let least = || self.least(outcomes, index, |_| true).map_or(Choice::Endpoint(self.fallback), Choice::Endpoint);
        found.map(Choice::Endpoint).or_else(|| self.none_correct()).unwrap_or_else(least)
    }

    /// The choice for every query of a block, column by column where every endpoint serves all of them.
    pub fn choose_all(&self, outcomes: &OutcomeBlock, choices: &mut Vec<Choice>) {
        choices.clear();
        let serves = |&endpoint: &EndpointIx| outcomes.serves_all(endpoint) && outcomes.scores(endpoint).len() == outcomes.len();
        if self.goal == Goal::Best || !self.candidates.iter().all(serves) {
            return choices.extend((0..outcomes.len()).map(|index| self.choose(outcomes, index)));
        }
        let (mut least, mut chosen) = (vec![f64::INFINITY; outcomes.len()], vec![NOBODY; outcomes.len()]);
        for (position, &endpoint) in self.candidates.iter().enumerate() {
            let (scores, correct_at) = (outcomes.scores(endpoint), outcomes.correct_at());
            let (endpoint_number, least, chosen) = (u64::from(endpoint), &mut least[..], &mut chosen[..]);
            match self.account {
                Some(account) => {
                    let values = &outcomes.accounts(account, endpoint)[..scores.len()];
                    wide::run(Better { scores, value: |index| values[index], correct_at, endpoint: endpoint_number, least, chosen });
                }
                None => {
                    let size = self.size[position];
                    wide::run(Better { scores, value: |_| size, correct_at, endpoint: endpoint_number, least, chosen });
                }
            }
        }
        choices.resize(outcomes.len(), Choice::Nobody);
        let nobody = self.none_correct();
        wide::run(ChoicesOf { chosen: &chosen, nobody: nobody.unwrap_or(Choice::Nobody), choices });
        if nobody.is_none() {
            let theirs = choices.iter_mut().zip(&chosen).enumerate().filter(|(_, (_, endpoint))| **endpoint == NOBODY);
            theirs.for_each(|(index, (choice, _))| *choice = self.choose(outcomes, index));
        }
    }

    /// Whether it chooses an endpoint for every query.
    pub fn finds_endpoints(&self) -> bool {
        !matches!(self.none_correct(), Some(Choice::Nobody | Choice::Skip))
    }

    /// The choice where nobody is right, if it is the same for every query.
    fn none_correct(&self) -> Option<Choice> {
        match (self.goal, self.none_correct) {
            (Goal::IsoAccuracy, _) | (_, NoneCorrect::Cheapest) => None,
            (_, NoneCorrect::Cloud) => Some(Choice::Endpoint(self.fallback)),
            (_, NoneCorrect::Free) => Some(Choice::Nobody),
            (_, NoneCorrect::Skip) => Some(Choice::Skip),
        }
    }

    /// The endpoints that an error may go to: available, neither the choice nor the fallback.
    pub fn wrong_choices<'a>(&'a self, outcomes: &'a OutcomeBlock, index: usize, right: Choice) -> impl Iterator<Item = EndpointIx> + Clone + 'a {
        let other = move |endpoint: &EndpointIx| *endpoint != self.fallback && Some(*endpoint) != right.endpoint();
        self.candidates.iter().copied().filter(other).filter(move |&endpoint| outcomes.available(endpoint, index))
    }

    /// The available endpoints.
    pub fn available<'a>(&'a self, outcomes: &'a OutcomeBlock, index: usize) -> impl Iterator<Item = EndpointIx> + Clone + 'a {
        self.candidates.iter().copied().filter(move |&endpoint| outcomes.available(endpoint, index))
    }

    /// The endpoints of its pool.
    pub(super) fn candidates(&self) -> &[EndpointIx] {
        &self.candidates
    }

    /// Where misrouted queries go.
    pub fn fallback(&self) -> EndpointIx {
        self.fallback
    }

    /// The available endpoint of least objective among some, the first of several.
    #[inline]
    fn least(&self, outcomes: &OutcomeBlock, index: usize, eligible: impl Fn(EndpointIx) -> bool) -> Option<EndpointIx> {
        let mut best: Option<(f64, EndpointIx)> = None;
        for (position, &endpoint) in self.candidates.iter().enumerate() {
            if !eligible(endpoint) || !outcomes.available(endpoint, index) {
                continue;
            }
            let value = self.value(outcomes, position, index);
            // A missing value compares as false: such an endpoint is never the cheapest.
            if !value.is_nan() && best.is_none_or(|(least, _)| value < least) {
                best = Some((value, endpoint));
            }
        }
        best.map(|(_, endpoint)| endpoint)
    }

    /// The available endpoint of highest score above 0, of several the one of least objective.
    fn highest(&self, outcomes: &OutcomeBlock, index: usize) -> Option<EndpointIx> {
        let scores = self.available(outcomes, index).map(|endpoint| outcomes.score(endpoint, index));
        let top = scores.fold(0.0, f64::max);
        if top > 0.0 { self.least(outcomes, index, |endpoint| outcomes.score(endpoint, index) == top) } else { None }
    }

    #[inline]
    fn value(&self, outcomes: &OutcomeBlock, position: usize, index: usize) -> f64 {
        match self.account {
            Some(account) => outcomes.account(account, self.candidates[position], index),
            None => self.size[position],
        }
    }
}

/// No endpoint, among numbers as wide as what is compared.
const NOBODY: u64 = u64::MAX;

/// The choices of endpoints, and of nobody.
struct ChoicesOf<'a> {
    chosen: &'a [u64],
    nobody: Choice,
    choices: &'a mut [Choice],
}

impl Loop for ChoicesOf<'_> {
    #[inline(always)]
    fn run(self) {
        let ChoicesOf { chosen, nobody, choices } = self;
        for (choice, &endpoint) in choices.iter_mut().zip(chosen) {
            *choice = if endpoint == NOBODY { nobody } else { Choice::Endpoint(endpoint as EndpointIx) };
        }
    }
}

/// Takes one endpoint where it is right and better than those before it.
struct Better<'a, V> {
    scores: &'a [f64],
    /// What the endpoint has of the objective, by query.
    value: V,
    correct_at: f64,
    endpoint: u64,
    least: &'a mut [f64],
    chosen: &'a mut [u64],
}

impl<V: Fn(usize) -> f64> Loop for Better<'_, V> {
    #[inline(always)]
    fn run(self) {
        // In variables of their own: the compiler would choose between places instead of numbers.
        let Better { scores, value, correct_at, endpoint, least, chosen } = self;
        for (index, ((least, chosen), &score)) in least.iter_mut().zip(chosen).zip(scores).enumerate() {
            let value = value(index);
            // A missing value compares as false: such an endpoint is never the cheapest.
            let better = (score >= correct_at) & (value < *least);
            *least = if better { value } else { *least };
            *chosen = if better { endpoint } else { *chosen };
        }
    }
}

impl Hindsight for Oracle {
    fn plan(&self, queries: &QueryBlock, outcomes: &OutcomeBlock, _: &Draws, out: &mut PlanBlock) -> Result<()> {
        (0..queries.len()).for_each(|index| self.choose(outcomes, index).plan(out));
        Ok(())
    }

    fn oracle(&self) -> Option<&Oracle> {
        Some(self)
    }
}

/// Whether every endpoint of the pool has what the objective compares.
pub(super) fn comparable(objective: Objective, context: &Context) -> Result<()> {
    let has = |objective: Objective, index: EndpointIx| match objective.metric() {
        None => context.trace.info.endpoints[index as usize].params_total_b.is_some(),
        Some(metric) => context.trace.metric(index as usize, metric).is_some_and(|column| column.missing() < column.len()),
    };
    let lacking: Vec<&str> = (context.pool.all.iter().filter(|&&index| !has(objective, index)))
        .map(|&index| context.trace.info.endpoints[index as usize].id.as_str())
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    let name = Objective::ALL.iter().find(|(_, known)| *known == objective).map_or("", |(name, _)| name);
    let usable = Objective::ALL.iter().filter(|(_, other)| context.pool.all.iter().all(|&index| has(*other, index)));
    let usable = usable.map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    Err(Error::new(format!("the objective `{name}` cannot compare these endpoints"))
        .at(lacking.join(", "))
        .found(if objective == Objective::Size { "no `params_total_b`" } else { "no such column" })
        .allowed(if usable.is_empty() { "no objective: the trace lacks sizes and every account".to_owned() } else { usable })
        .hint("say `--objective NAME`, or fill in what is missing by `wattroute enrich`"))
}
