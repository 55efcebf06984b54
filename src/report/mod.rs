//! The versioned report: all that figures, tables and notebooks are made from.
//!
//! Fractions are fractions, never percents; what is not known is `null`; figures that can have an
//! interval are `{value, low, high}`. Keys are a contract: they may be joined by others, and they
//! change their meaning only with [`VERSION`].

pub mod build;
mod columns;
mod csv;
mod curves;
mod dictionary;
mod finite;
mod grid;
pub mod html;
mod inspected;
mod json;
mod markdown;
mod parquet;
mod read;
#[cfg(test)]
mod registers_tests;
mod reproduction;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod sample;
mod studied;
mod study_tables;
mod table;
mod tables;
pub mod tally;
mod view;
mod words;
mod write;

use serde::{Deserialize, Serialize};

pub use crate::analysis::{ACCOUNT_NAMES, BreakEven, ById, Day, DayAmounts, DaySavings, DayStrategy, Figure, Fractions, Quantities, Study};
pub use crate::analysis::{Compared, Comparison, Equivalent, Equivalents, Lies, NearlyAll, Perturbed, RouterReport, WorseThan};
pub use crate::analysis::{Map as BreakEvenMap, MisrouteMap as BreakEvenMisrouteMap, Section as BreakEvenSection};
pub use columns::{Cells, Table};
pub use curves::curve;
pub use dictionary::{TABLES, TableMeaning};
pub use inspected::inspected;
pub use json::pretty;
pub use read::REPORT_FILE;
pub use reproduction::{Implication, Line, Reproduction, Scenario, Unit};
pub use studied::studied;
pub use table::{at_width, terminal};
pub(crate) use view::day_name;
pub(crate) use words::name_under;

/// The word that tells a report from other JSON.
pub const FORMAT: &str = "wattroute-report";
/// The version of the report's keys.
pub const VERSION: u32 = 1;

/// The result of a replay or a sweep.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// How the report was made.
    pub manifest: Manifest,
    /// What was replayed.
    pub run: Run,
    /// A row for each policy (and fallback, where there are several).
    #[serde(default)]
    pub policies: Vec<PolicyReport>,
    /// Savings curves of a sweep.
    #[serde(default)]
    pub curves: Vec<Curve>,
    /// The analyses of a trace that need no policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub study: Option<Study>,
    /// Strategies over a day of arrivals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Day>,
    /// Where savings vanish.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub break_even: Option<BreakEven>,
    /// Published figures beside ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reproduction: Option<Reproduction>,
    /// The policies held against each other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Comparison>,
    /// The routers behind learned policies.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub routers: Vec<RouterReport>,
    /// What a reader should know, a line each.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// How a report was made: enough to make it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the program.
    pub program: String,
    /// The verb.
    pub verb: String,
    /// The arguments after the program's name, those that decide the figures: how the trace was read, where the
    /// report went and on how many threads is not told.
    pub arguments: Vec<String>,
    /// Seed of every draw.
    pub seed: u64,
    /// The policies as read, by name: their TOML.
    pub policies: ById<String>,
    /// The trace's fingerprint.
    pub trace: String,
}

/// What was replayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Name of the trace.
    pub trace: String,
    /// What the trace is, in a sentence.
    pub summary: String,
    /// Queries of the trace.
    pub trace_queries: u64,
    /// Queries replayed.
    pub queries: u64,
    /// Queries dropped because they lack a needed cell.
    pub dropped: u64,
    /// Endpoints in use.
    pub endpoints: Vec<EndpointEntry>,
    /// What savings are measured against.
    pub baselines: Vec<String>,
    /// The pools of candidates, one for each fallback.
    pub pools: Vec<PoolEntry>,
    /// What oracles make small.
    pub objective: String,
    /// The score from which an answer is correct.
    pub correct_at: f64,
    /// Replicates of policies that draw.
    pub replicates: u32,
    /// Grid carbon intensity in grams of CO2 for a kilowatt hour, where given.
    pub carbon_g_per_kwh: Option<f64>,
}

/// An endpoint in use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EndpointEntry {
    /// Its id.
    pub id: String,
    /// Its place in the trace, whichever endpoints are in use; unknown in older reports. Figures take its look from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Its model.
    pub model: String,
    /// Its hardware, where known.
    pub hardware: Option<String>,
    /// Its tier, where known.
    pub tier: Option<String>,
    /// What its energy includes, where known.
    pub energy_scope: Option<String>,
    /// Mean score of its answers to the replayed queries.
    pub answer_accuracy: Option<f64>,
    /// Means of its answers to the replayed queries.
    pub per_query: Quantities<f64>,
}

/// Where an endpoint stands in its trace's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Which of the trace's models it is of, from 0, in the order in which they first come.
    pub model: u16,
    /// Which of this model's endpoints it is, from 0.
    pub of_model: u16,
}

impl Place {
    /// The place of an endpoint, from the models of all endpoints of its trace.
    pub fn of<'a>(models: impl Iterator<Item = &'a str>, index: usize) -> Option<Place> {
        let models: Vec<&str> = models.collect();
        let (before, own) = (models.get(..index)?, models.get(index)?);
        let first = models.iter().position(|model| model == own)?;
        let is_new = |position: usize, model: &&str| !models.iter().take(position).any(|other| other == model);
        let model = models.iter().take(first).enumerate().filter(|(position, model)| is_new(*position, model)).count();
        let of_model = before.iter().filter(|model| *model == own).count();
        Some(Place { model: u16::try_from(model).ok()?, of_model: u16::try_from(of_model).ok()? })
    }
}

/// A fallback and the candidates beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PoolEntry {
    /// Where misrouted and unsolved queries go.
    pub fallback: String,
    /// The endpoints that may serve instead.
    pub local: Vec<String>,
    /// Share of queries that a candidate answers correctly.
    pub coverage_local: f64,
    /// Share of queries that a candidate or the fallback answers correctly.
    pub coverage: f64,
}

/// What a policy would have cost, saved and answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyReport {
    /// Its name, unique in the report.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// What it does.
    pub summary: String,
    /// Whether it sees outcomes in advance: a bound, not something to deploy.
    pub hindsight: bool,
    /// The fallback of its pool, where it depends on the pool.
    pub fallback: Option<String>,
    /// Replicates that the figures are means of.
    pub replicates: u32,
    /// Queries that it was given, those that left the comparison not counted.
    pub queries: u64,
    /// Queries (mean over replicates) that it sent to an endpoint that cannot serve them.
    pub unserved: f64,
    /// Queries (mean over replicates) that left the comparison.
    pub skipped: f64,
    /// Mean score of what was served.
    pub answer_accuracy: Option<Figure>,
    /// Answer accuracy over that of each baseline.
    pub relative_answer_accuracy: ById<Option<Figure>>,
    /// How often the router was right, four ways.
    pub router_accuracy: RouterAccuracy,
    /// Totals over the queries for which they are known.
    pub totals: Quantities<f64>,
    /// Number of queries (mean over replicates) that each total is over.
    pub known: Quantities<f64>,
    /// Means over queries.
    pub per_query: Quantities<Figure>,
    /// Totals over the number of correct answers.
    pub per_correct: Quantities<Figure>,
    /// Percentiles of the latency of what was served.
    pub latency_s: Percentiles,
    /// 1 - total / baseline's total, over the queries where both are known, by baseline.
    pub savings: ById<Fractions<Figure>>,
    /// Number of queries (mean over replicates) that savings are over, by baseline.
    pub savings_queries: ById<Fractions<f64>>,
    /// Share of queries by the endpoint whose answer stands; `none` for those that nobody serves.
    pub share: ById<f64>,
    /// Attempts for each query by endpoint.
    pub attempts: ById<f64>,
    /// Share of queries whose answer comes from a local endpoint.
    pub local_share: f64,
    /// Shares of the totals that were estimated, not measured.
    pub estimated: Fractions<f64>,
    /// Mean score over mean power in 1/W (the paper's accuracy per watt), for the system as a whole.
    pub apw: Option<Figure>,
    /// Mean score over mean energy in 1/J (the paper's accuracy per joule).
    pub apj: Option<Figure>,
    /// Grams of CO2, where a grid intensity is given.
    pub carbon_g: Option<f64>,
    /// What the oracle saves more, by baseline, where there is one: the price of not knowing.
    pub regret: ById<Fractions<Figure>>,
    /// For a noisy oracle the closed-form expectation of its figures.
    pub expected: Option<Expected>,
    /// The same by data set and category.
    pub groups: Vec<GroupReport>,
}

/// Router accuracy by name. `None` where it is not defined.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RouterAccuracy {
    /// The chance that the coin is right.
    pub nominal: Option<f64>,
    /// Share of queries whose first attempt is the oracle's endpoint.
    pub agreement: Option<Figure>,
    /// Share of queries whose first attempt is local where the oracle's is, and not where it is not.
    pub tier_agreement: Option<Figure>,
    /// Share of queries answered correctly, of those that some endpoint can answer.
    pub adequate: Option<Figure>,
}

/// Percentiles in seconds, with a relative error of at most 1%.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Median.
    pub p50: Option<f64>,
    /// 95th percentile.
    pub p95: Option<f64>,
    /// 99th percentile.
    pub p99: Option<f64>,
}

/// Expectation and standard deviation of a figure over the router's draws, in closed form.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Expectation.
    pub mean: f64,
    /// Standard deviation of one replicate.
    pub sd: f64,
}

/// The closed form beside the simulated figures of a noisy oracle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expected {
    /// Of the totals.
    pub totals: Quantities<Moments>,
    /// Of the answer accuracy.
    pub answer_accuracy: Option<Moments>,
    /// Of the savings, by baseline.
    pub savings: ById<Fractions<Moments>>,
}

/// A policy's figures on one data set and category.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupReport {
    /// Data set, where known.
    pub dataset: Option<String>,
    /// Category, where known.
    pub category: Option<String>,
    /// Queries.
    pub queries: u64,
    /// Mean score of what was served.
    pub answer_accuracy: Option<f64>,
    /// Totals over the queries for which they are known.
    pub totals: Quantities<f64>,
    /// Share of the group's queries by the endpoint whose answer stands; `none` for those that nobody serves.
    #[serde(default)]
    pub share: ById<f64>,
    /// Savings by baseline.
    pub savings: ById<Fractions<f64>>,
}

/// Figures over router accuracy, for one misroute rule and fallback.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The misroute rule.
    pub misroute: String,
    /// The policy that was swept.
    pub policy: String,
    /// The fallback of its pool.
    pub fallback: String,
    /// Replicates that simulated figures are means of.
    pub replicates: u32,
    /// In ascending router accuracy.
    pub points: Vec<Point>,
}

/// One router accuracy of a curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Nominal router accuracy.
    pub router_accuracy: f64,
    /// Simulated savings by baseline; intervals for the sample of queries and the router's draws together.
    pub savings: ById<Fractions<Figure>>,
    /// Expected savings by baseline, in closed form.
    pub expected_savings: ById<Fractions<f64>>,
    /// Simulated mean score of what was served.
    pub answer_accuracy: Option<Figure>,
    /// Expected answer accuracy, in closed form.
    pub expected_answer_accuracy: Option<f64>,
    /// Simulated router accuracy by its other names.
    pub measured_router_accuracy: RouterAccuracy,
    /// Simulated totals over the queries for which they are known.
    pub totals: Quantities<f64>,
    /// Simulated means over those queries.
    pub per_query: Quantities<f64>,
    /// Simulated totals over correct answers.
    pub per_correct: Quantities<f64>,
}
