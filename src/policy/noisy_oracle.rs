//! `noisy-oracle`: an oracle that errs. What an error does is the misroute rule.

mod cases;
mod columns;

use serde::Deserialize;

use self::columns::{RightOrFallback, not_below, verifier};
use super::oracle::{Choice, Goal, NoneCorrect, Oracle, OracleParameters};
use super::{Built, BuiltFrom, Context, Objective, Parameters, PlanBlock, PolicyKind, PolicySpec, Problems, Rule, StopRule};
use crate::draw::{Draws, Stream, threshold};
use crate::error::{Error, Result};
use crate::trace::EndpointIx;
use crate::wide;
use crate::workload::{OutcomeBlock, QueryBlock};

/// The kind (Intelligence per Watt, arXiv 2511.07885, Section 4.3, has misroute `cloud`).
pub const KIND: PolicyKind = PolicyKind {
    name: "noisy-oracle",
    summary: "an oracle right with a given chance, else its misroute rule",
    parameters: &[
        ("router_accuracy", "chance that a query takes the oracle's plan"),
        ("misroute", "`cloud` (default), `local`, `accept`, `verify`, `retry` or `uniform`"),
        ("detect", "`local`: chance that a wrong answer is sent on to the fallback"),
        ("false_alarm", "`local`: chance that a right answer is sent on to the fallback"),
        ("wrong_from", "which endpoints an error may go to: `local` (default) or `failing`"),
        ("cloud_to_local", "two-rate form: chance of local where the oracle says cloud"),
        ("local_to_cloud", "two-rate form: chance of cloud where the oracle says local"),
        ("objective, goal, none_correct", "as for `oracle`"),
    ],
    read: |text| PolicySpec::read(text, "noisy-oracle", check),
};

/// What an error does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Misroute {
    /// The fallback alone; no local attempt is paid (the paper).
    Cloud,
    /// A wrong endpoint, then a verifier that may send the answer on to the fallback; both are paid.
    Local {
        /// Chance that a wrong answer is sent on.
        detect: f64,
        /// Chance that a right answer is sent on.
        false_alarm: f64,
    },
    /// Any available endpoint, the oracle's included (RouterEval's r_o(p)).
    Uniform,
}

impl Misroute {
    /// The rules that need no numbers, by name.
    pub const NAMED: [(&'static str, Misroute); 5] = [
        ("cloud", Misroute::Cloud),
        ("accept", Misroute::Local { detect: 0.0, false_alarm: 0.0 }),
        ("verify", Misroute::Local { detect: 1.0, false_alarm: 0.0 }),
        ("retry", Misroute::Local { detect: 1.0, false_alarm: 1.0 }),
        ("uniform", Misroute::Uniform),
    ];

    /// The rule of a name.
    pub fn find(name: &str) -> Result<Misroute> {
        let known = Misroute::NAMED.into_iter().find(|(known, _)| *known == name).map(|(_, misroute)| misroute);
        known.ok_or_else(|| crate::error::unknown("misroute rule", name, Misroute::NAMED.iter().map(|(name, _)| *name)))
    }
}

impl std::fmt::Display for Misroute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (Misroute::NAMED.iter().find(|(_, misroute)| misroute == self), self) {
            (Some((name, _)), _) => f.write_str(name),
            (None, Misroute::Local { detect, false_alarm }) => write!(f, "local:{detect}:{false_alarm}"),
            (None, _) => Ok(()),
        }
    }
}

/// How often the router errs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rates {
    /// The same chance of being right for every query.
    Accuracy(f64),
    /// Chances of an error by what the oracle says.
    Two {
        /// P(local | the oracle says cloud).
        cloud_to_local: f64,
        /// P(cloud | the oracle says local).
        local_to_cloud: f64,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    router_accuracy: Option<toml::Spanned<f64>>,
    misroute: Option<toml::Spanned<String>>,
    detect: Option<toml::Spanned<f64>>,
    false_alarm: Option<toml::Spanned<f64>>,
    #[serde(default)]
    wrong_from: WrongFrom,
    cloud_to_local: Option<toml::Spanned<f64>>,
    local_to_cloud: Option<toml::Spanned<f64>>,
    objective: Option<Objective>,
    #[serde(default)]
    goal: Goal,
    #[serde(default)]
    none_correct: NoneCorrect,
}

/// Which endpoints an error may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WrongFrom {
    /// Any local one that the oracle did not choose.
    #[default]
    Local,
    /// Those that answer wrongly.
    Failing,
}

fn check(file: File, problems: &mut Problems) -> NoisyParameters {
    let verifier = |problems: &mut Problems| match (&file.detect, &file.false_alarm) {
        (Some(detect), Some(alarm)) => {
            Misroute::Local { detect: problems.probability("detect", detect), false_alarm: problems.probability("false_alarm", alarm) }
        }
        _ => {
            problems.whole(Error::new("misroute `local` has a verifier").allowed("`detect` and `false_alarm`, each 0 to 1"));
            Misroute::Cloud
        }
    };
    let misroute = match &file.misroute {
        Some(name) if name.get_ref() == "local" => verifier(problems),
        name => {
            for (key, value) in [("detect", &file.detect), ("false_alarm", &file.false_alarm)] {
                if let Some(value) = value {
                    problems.add(value.span(), Error::new(format!("`{key}` belongs to misroute `local`")));
                }
            }
            name.as_ref().map_or(Misroute::Cloud, |name| {
                Misroute::find(name.get_ref()).unwrap_or_else(|error| {
                    problems.add(name.span(), error.hint("or `local` with `detect` and `false_alarm`"));
                    Misroute::Cloud
                })
            })
        }
    };
    let rates = match (&file.router_accuracy, &file.cloud_to_local, &file.local_to_cloud) {
        (Some(accuracy), None, None) => Rates::Accuracy(problems.probability("router_accuracy", accuracy)),
        (None, Some(up), Some(down)) => Rates::Two {
            cloud_to_local: problems.probability("cloud_to_local", up),
            local_to_cloud: problems.probability("local_to_cloud", down),
        },
        _ => {
            let allowed = "either `router_accuracy`, or `cloud_to_local` and `local_to_cloud`";
            problems.whole(Error::new("a noisy oracle has one way to err").allowed(allowed));
            Rates::Accuracy(1.0)
        }
    };
    if let (Rates::Two { .. }, Misroute::Uniform) = (rates, misroute) {
        problems.whole(Error::new("the two-rate form says where an error goes, and so does misroute `uniform`").allowed("one of them"));
    }
    let oracle = OracleParameters { objective: file.objective, goal: file.goal, none_correct: file.none_correct };
    NoisyParameters { oracle, rates, misroute, wrong_from: file.wrong_from }
}

struct NoisyParameters {
    oracle: OracleParameters,
    rates: Rates,
    misroute: Misroute,
    wrong_from: WrongFrom,
}

impl Parameters for NoisyParameters {
    fn built_from(&self) -> BuiltFrom {
        BuiltFrom::Description
    }

    fn build(&self, context: &Context) -> Result<Built> {
        let oracle = Oracle::new(&self.oracle, context)?;
        let compares = oracle.compares();
        let noisy = NoisyOracle {
            oracle,
            local: context.pool.local.clone(),
            rates: self.rates,
            misroute: self.misroute,
            failing_only: self.wrong_from == WrongFrom::Failing,
        };
        let nominal = match self.rates {
            Rates::Accuracy(accuracy) => Some(accuracy),
            Rates::Two { .. } => None,
        };
        Ok(Built { nominal, random: true, compares, ..Built::pooled(Rule::NoisyOracle(noisy)) })
    }
}

/// An oracle that errs, over a pool.
#[derive(Debug, Clone)]
pub struct NoisyOracle {
    oracle: Oracle,
    local: Vec<EndpointIx>,
    rates: Rates,
    misroute: Misroute,
    failing_only: bool,
}

impl NoisyOracle {
    /// One that errs around an oracle over some local endpoints, as the defaults of a policy file have it. Its
    /// rate is that of no error: it is for looking at both ends of a curve.
    pub fn over(oracle: &Oracle, local: &[EndpointIx], misroute: Misroute) -> Self {
        NoisyOracle { oracle: oracle.clone(), local: local.to_vec(), rates: Rates::Accuracy(1.0), misroute, failing_only: false }
    }

    /// The oracle that is right.
    pub fn oracle(&self) -> &Oracle {
        &self.oracle
    }

    /// The same with another misroute rule, as a sweep has several.
    pub fn with_misroute(&self, misroute: Misroute) -> Self {
        NoisyOracle { misroute, ..self.clone() }
    }

    /// What an error does.
    pub fn misroute(&self) -> Misroute {
        self.misroute
    }

    /// How often it errs.
    pub fn rates(&self) -> Rates {
        self.rates
    }

    /// Whether a misrouted query's plan depends on draws beside the coin.
    pub fn misroute_is_random(&self) -> bool {
        self.misroute != Misroute::Cloud
    }

    /// Appends a plan for each query of the block.
    pub fn plan(&self, queries: &QueryBlock, outcomes: &OutcomeBlock, draws: &Draws, out: &mut PlanBlock) -> Result<()> {
        let mut choices = Vec::new();
        self.oracle.choose_all(outcomes, &mut choices);
        self.plan_around(&choices, queries, outcomes, draws, out);
        Ok(())
    }

    /// The same where the oracle's choices for the block are known.
    pub fn plan_around(&self, choices: &[Choice], queries: &QueryBlock, outcomes: &OutcomeBlock, draws: &Draws, out: &mut PlanBlock) {
        let coin = draws.stream(Stream::Coin, 0);
        let errors = ErrorThresholds::new(self.rates);
        // With one accuracy it does not matter what the oracle says.
        let two_rates = matches!(self.rates, Rates::Two { .. });
        let mut draws53 = Vec::new();
        coin.draws53(&queries.keys, &mut draws53);
        let to_endpoints = !two_rates && self.misroute == Misroute::Cloud && (self.oracle.finds_endpoints() || !choices.contains(&Choice::Nobody));
        if to_endpoints && let Some(endpoints) = out.more_plain(choices.len()) {
            let (right_below, fallback) = (errors.cloud, self.oracle.fallback());
            return wide::run(RightOrFallback { choices, draws: &draws53, right_below, fallback, endpoints });
        }
        if !two_rates && self.plan_columns(&not_below(&draws53, errors.cloud), choices, queries, outcomes, draws, out) {
            return;
        }
        for (index, (&key, &right)) in queries.keys.iter().zip(choices).enumerate() {
            let local = two_rates && right.endpoint().is_some_and(|endpoint| self.local.contains(&endpoint));
            if errors.is_right(draws53[index], local) {
                self.plan_right(right, local, out);
            } else {
                self.plan_wrong(outcomes, index, key, right, local, draws, out);
            }
        }
    }

    /// The plan of a query that is routed right. In the two-rate form the verifier looks at right
    /// local answers too.
    fn plan_right(&self, right: Choice, local: bool, out: &mut PlanBlock) {
        match (right, self.rates, self.misroute) {
            (Choice::Endpoint(endpoint), Rates::Two { .. }, Misroute::Local { detect, false_alarm }) if local => {
                out.attempt(endpoint, StopRule::Verify { detect, false_alarm });
                out.single(self.oracle.fallback());
            }
            _ => right.plan(out),
        }
    }

    /// Appends the plan of every query as if it were misrouted, where the oracle's choices are known.
    pub fn plan_misroutes(&self, choices: &[Choice], queries: &QueryBlock, outcomes: &OutcomeBlock, draws: &Draws, out: &mut PlanBlock) {
        let all: Vec<u32> = (0..choices.len() as u32).collect();
        if self.plan_columns(&all, choices, queries, outcomes, draws, out) {
            return;
        }
        for (index, (&key, &right)) in queries.keys.iter().zip(choices).enumerate() {
            self.plan_wrong(outcomes, index, key, right, false, draws, out);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn plan_wrong(&self, outcomes: &OutcomeBlock, index: usize, key: u32, right: Choice, local: bool, draws: &Draws, out: &mut PlanBlock) {
        if right == Choice::Skip {
            return out.skip();
        }
        let draw = |count: usize| draws.stream(Stream::Wrong, 0).below(u64::from(key), count);
        match self.misroute_of(local) {
            Misroute::Cloud => out.single(self.oracle.fallback()),
            Misroute::Uniform => match pick(self.oracle.available(outcomes, index), draw) {
                Some(endpoint) => out.single(endpoint),
                None => out.single(self.oracle.fallback()),
            },
            Misroute::Local { detect, false_alarm } => match (pick(self.wrong(outcomes, index, right), draw), verifier(detect, false_alarm)) {
                (Some(endpoint), StopRule::Always) => out.single(endpoint),
                (Some(endpoint), stop) => {
                    out.attempt(endpoint, stop);
                    out.single(self.oracle.fallback());
                }
                (None, _) => out.single(self.oracle.fallback()),
            },
        }
    }

    /// What an error does to a query: in the two-rate form that depends on what the oracle says.
    fn misroute_of(&self, local: bool) -> Misroute {
        let two_rates = matches!(self.rates, Rates::Two { .. });
        match self.misroute {
            _ if two_rates && local => Misroute::Cloud,
            // An error where the oracle says cloud is a local answer, whoever looks at it then.
            Misroute::Cloud if two_rates => Misroute::Local { detect: 0.0, false_alarm: 0.0 },
            misroute => misroute,
        }
    }

    /// W: the endpoints that an error may go to.
    fn wrong<'a>(&'a self, outcomes: &'a OutcomeBlock, index: usize, right: Choice) -> impl Iterator<Item = EndpointIx> + Clone + 'a {
        let failing = move |endpoint: &EndpointIx| !self.failing_only || !outcomes.correct(*endpoint, index);
        self.oracle.wrong_choices(outcomes, index, right).filter(failing)
    }
}

/// The draws that make an error.
struct ErrorThresholds {
    local: u64,
    cloud: u64,
    errs_below: bool,
}

impl ErrorThresholds {
    fn new(rates: Rates) -> Self {
        match rates {
            Rates::Accuracy(accuracy) => ErrorThresholds { local: threshold(accuracy), cloud: threshold(accuracy), errs_below: false },
            Rates::Two { cloud_to_local, local_to_cloud } => {
                ErrorThresholds { local: threshold(local_to_cloud), cloud: threshold(cloud_to_local), errs_below: true }
            }
        }
    }

    #[inline]
    fn is_right(&self, draw: u64, local: bool) -> bool {
        (draw < if local { self.local } else { self.cloud }) != self.errs_below
    }
}

/// One of some endpoints by a draw below their number.
fn pick(mut endpoints: impl Iterator<Item = EndpointIx> + Clone, draw: impl Fn(usize) -> usize) -> Option<EndpointIx> {
    let count = endpoints.clone().count();
    if count == 0 { None } else { endpoints.nth(draw(count)) }
}
