//! What a run does about cells that it needs and that are missing.

use std::str::FromStr;

use super::block::ACCOUNTS;
use crate::error::{Error, Result, none_of};
use crate::trace::{EndpointIx, Metric, Trace};

/// What to do about missing cells. Whatever it is, missing is never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MissingRule {
    /// Refuse, and count them.
    #[default]
    Require,
    /// Drop queries that lack any needed cell.
    Complete,
    /// That endpoint cannot serve that query.
    Unavailable,
}

/// A rule for all metrics, and other rules for some.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MissingRules {
    rule: MissingRule,
    by_metric: Vec<(Metric, MissingRule)>,
}

impl FromStr for MissingRule {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        match text {
            "require" => Ok(MissingRule::Require),
            "complete" => Ok(MissingRule::Complete),
            "unavailable" => Ok(MissingRule::Unavailable),
            other => Err(none_of(other, &["require", "complete", "unavailable"])),
        }
    }
}

impl MissingRules {
    /// Adds `RULE` or `METRIC=RULE`, as the command line has it.
    pub fn add(&mut self, text: &str) -> std::result::Result<(), String> {
        match text.split_once('=') {
            None => self.rule = text.parse()?,
            Some((metric, rule)) => {
                let known = || std::iter::once(Metric::Score).chain(ACCOUNTS).map(Metric::column).collect::<Vec<_>>();
                let metric = metric_of(metric).ok_or_else(|| none_of(metric, &known()))?;
                self.by_metric.push((metric, rule.parse()?));
            }
        }
        Ok(())
    }

    /// Whether every metric is required.
    pub fn require_all(&self) -> bool {
        let required = |rule: &MissingRule| *rule == MissingRule::Require;
        required(&self.rule) && self.by_metric.iter().all(|(_, rule)| required(rule))
    }

    /// The rule of a metric.
    pub fn of(&self, metric: Metric) -> MissingRule {
        self.by_metric.iter().rev().find(|(known, _)| *known == metric).map_or(self.rule, |(_, rule)| *rule)
    }
}

/// The score or the account of a column name, or of its name without unit. Replays need no other metric.
pub fn metric_of(name: &str) -> Option<Metric> {
    let short = |metric: &Metric| metric.column().rsplit_once('_').map(|(short, _)| short) == Some(name);
    let needed = |metric: &Metric| *metric == Metric::Score || ACCOUNTS.contains(metric);
    Metric::from_column(name).filter(needed).or_else(|| ACCOUNTS.into_iter().find(short))
}

/// What is missing among the needed cells of the endpoints in use.
#[derive(Debug, Clone, Default)]
pub struct Gaps {
    /// For each position of the trace whether it is dropped; empty where none is.
    pub dropped: Vec<bool>,
    /// For each endpoint the queries that it cannot serve; empty where it can serve all.
    pub unavailable: Vec<Vec<bool>>,
    /// What was done, a line for each endpoint and metric concerned.
    pub notes: Vec<String>,
}

/// Finds the gaps of the endpoints in use in the needed metrics, at the positions of a workload: `None` for all.
///
/// # Errors
/// Where a metric under rule `require` has gaps: all of them are counted.
pub fn find(trace: &Trace, in_use: &[EndpointIx], metrics: &[Metric], rules: &MissingRules, positions: Option<&[u32]>) -> Result<Gaps> {
    let queries = trace.len();
    let mut gaps = Gaps { unavailable: vec![Vec::new(); trace.outcomes.len()], ..Gaps::default() };
    let mut refused = Vec::new();
    for &endpoint in in_use {
        let id = &trace.info.endpoints[endpoint as usize].id;
        for &metric in metrics {
            let column = trace.metric(endpoint as usize, metric);
            let is_missing = |position: usize| column.is_none_or(|column| column.get(position).is_none());
            if column.is_some_and(|column| column.missing() == 0) {
                continue;
            }
            let missing: Vec<usize> = match positions {
                None => (0..queries).filter(|&position| is_missing(position)).collect(),
                Some(positions) => positions.iter().map(|&position| position as usize).filter(|&position| is_missing(position)).collect(),
            };
            if missing.is_empty() {
                continue;
            }
            let what = format!("`{id}` lacks `{metric}` in {} of {} queries", missing.len(), positions.map_or(queries, <[u32]>::len));
            match rules.of(metric) {
                MissingRule::Require => refused.push(what),
                MissingRule::Complete => {
                    gaps.dropped.resize(queries, false);
                    missing.into_iter().for_each(|position| gaps.dropped[position] = true);
                    gaps.notes.push(format!("{what}, which were dropped"));
                }
                MissingRule::Unavailable => {
                    let flags = &mut gaps.unavailable[endpoint as usize];
                    flags.resize(queries, false);
                    missing.into_iter().for_each(|position| flags[position] = true);
                    gaps.notes.push(format!("{what}, which it cannot serve"));
                }
            }
        }
    }
    if !refused.is_empty() {
        return Err(Error::new("cells that this needs are missing")
            .found(refused.join("\n"))
            .allowed("none, with `--missing require`")
            .hint(
                "`--missing complete` drops such queries, `--missing unavailable` takes the endpoint as unable to serve them, \
             `--metrics` says which metrics are needed, `--local` and `--baseline` which endpoints; `wattroute enrich` fills cells in",
            ));
    }
    Ok(gaps)
}
