//! Savings by the largest local model allowed, at the answer accuracy of the baseline or better
//! (beside the paper's Tables 8 and 9).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Options;
use super::group::{Extent, Group};
use super::sample::Subject;
use crate::analysis::{Figure, Fractions, Measures, figure};
use crate::error::{Error, Result};
use crate::policy::oracle::{Goal, OracleParameters};
use crate::policy::{Objective, Overhead, PolicySpec};
use crate::replay::{Replay, Request, Silent, Weights};
use crate::trace::{EndpointIx, Metric, Trace};
use crate::workload::{ACCOUNTS, MissingRules, RoleNames, Roles, Selection, WorkloadSpec};

/// Savings against one baseline as larger local models are allowed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SavingsBySize {
    /// What savings are measured against, and where unsolved queries would go.
    pub baseline: String,
    /// The local endpoints that were considered.
    pub local: Vec<String>,
    /// In order of size.
    pub limits: Vec<SizeLimit>,
}

/// Savings with local models up to a size.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SizeLimit {
    /// The largest local model's parameters, in billions.
    pub params_total_b: f64,
    /// The local endpoints up to this size.
    pub local: Vec<String>,
    /// All queries, then each data set.
    pub rows: Vec<SizeRow>,
}

/// Savings on a group of queries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SizeRow {
    /// Which queries; only those that were replayed are counted.
    pub group: Group,
    /// Mean score of what the oracle served.
    pub answer_accuracy: Option<Figure>,
    /// Share of queries that a local endpoint served.
    pub local_share: f64,
    /// 1 - oracle / baseline.
    pub savings: Fractions<Figure>,
}

/// What savings are compared in, where every endpoint in use has it.
const COMPARED: [Metric; 3] = [Metric::EnergyJ, Metric::Flops, Metric::CostUsd];

/// Savings against a baseline with local models up to each size that occurs, for a list of local
/// endpoints: one model family, or several. The oracle takes the smallest model that is right, and the
/// smallest of all where nobody is (goal `iso-accuracy`, objective `size`): the baseline would be wrong too.
/// Endpoints without `params_total_b` are left out, and so is the baseline itself.
///
/// # Errors
/// For unknown endpoints, a baseline without `params_total_b`, cells that are missing and must not be, and
/// where no local endpoint has a size or nothing can be compared.
pub fn savings_by_size(trace: &Trace, baseline: &str, local: &[String], options: &Options) -> Result<SavingsBySize> {
    let weights = Weights::new(options.seed);
    let correct_at = trace.correct_at(options.correct_at, None)?;
    let run = Run { trace, baseline, correct_at, missing: &options.missing, seed: options.seed, weights: &weights };
    run.savings(local)
}

/// Against each baseline; nothing, with a note, where there is none that is clear.
pub(super) fn of(subject: &Subject, options: &Options, notes: &mut Vec<String>) -> Result<Vec<SavingsBySize>> {
    let info = &subject.trace.info;
    let named = RoleNames { baselines: options.baselines.clone(), ..RoleNames::default() };
    let baselines = match Roles::resolve(info, &named) {
        Ok(roles) => roles.baselines,
        Err(error) if !options.baselines.is_empty() => return Err(error),
        Err(error) => {
            notes.push(absent(&error));
            return Ok(Vec::new());
        }
    };
    let unsized_ones: Vec<String> =
        subject.ids(&subject.local.iter().copied().filter(|&index| subject.endpoint(index).params_total_b.is_none()).collect::<Vec<_>>());
    if !unsized_ones.is_empty() {
        notes.push(format!("savings by size leave out what has no `params_total_b`: {}", unsized_ones.join(", ")));
    }
    let local = subject.ids(&subject.local);
    let mut found = Vec::new();
    for baseline in baselines {
        let baseline = &info.endpoints[baseline as usize].id;
        let run = Run {
            trace: subject.trace,
            baseline,
            correct_at: subject.correct_at,
            missing: &options.missing,
            seed: options.seed,
            weights: &subject.weights,
        };
        match run.savings(&local) {
            Ok(savings) => found.push(savings),
            Err(error) => notes.push(format!("{} (against `{baseline}`)", absent(&error))),
        }
    }
    Ok(found)
}

/// Why there is nothing, in a line.
fn absent(error: &Error) -> String {
    let why: Vec<String> = error.to_string().lines().map(|line| line.trim().to_owned()).collect();
    format!("no savings by size: {}", why.join("; "))
}

/// What the replays of all limits have in common.
struct Run<'a> {
    trace: &'a Trace,
    baseline: &'a str,
    correct_at: f64,
    missing: &'a MissingRules,
    seed: u64,
    weights: &'a Weights,
}

impl Run<'_> {
    fn savings(&self, local: &[String]) -> Result<SavingsBySize> {
        let info = &self.trace.info;
        let mut sized = Vec::new();
        for id in local {
            let index = info.endpoint(id)?;
            sized.extend(info.endpoints[index].params_total_b.filter(|_| id != self.baseline).map(|size| (size, id)));
        }
        let mut sizes: Vec<f64> = sized.iter().map(|(size, _)| *size).collect();
        sizes.sort_by(f64::total_cmp);
        sizes.dedup();
        let local: Vec<String> = sized.iter().map(|(_, id)| (*id).clone()).collect();
        if local.is_empty() {
            return Err(Error::new("no local endpoint has a size")
                .found("no `params_total_b`")
                .allowed("one and more local endpoints with it"));
        }
        let metrics = self.metrics(&local)?;
        let up_to = |size: f64| sized.iter().filter(|(other, _)| *other <= size).map(|(_, id)| (*id).clone()).collect::<Vec<_>>();
        let limits = sizes.into_iter().map(|size| self.limit(size, up_to(size), &metrics)).collect::<Result<_>>()?;
        Ok(SavingsBySize { baseline: self.baseline.to_owned(), local, limits })
    }

    /// The metrics that the baseline and every local endpoint have.
    fn metrics(&self, local: &[String]) -> Result<Vec<Metric>> {
        let mut used = vec![self.trace.info.endpoint(self.baseline)?];
        for id in local {
            used.push(self.trace.info.endpoint(id)?);
        }
        let has = |index: usize, metric: Metric| self.trace.metric(index, metric).is_some_and(|column| column.missing() < column.len());
        let common: Vec<Metric> = COMPARED.into_iter().filter(|&metric| used.iter().all(|&index| has(index, metric))).collect();
        if common.is_empty() {
            return Err(Error::new("nothing can be compared")
                .found("no metric that the baseline and every local endpoint have")
                .allowed("energy, flops or cost"));
        }
        Ok(common)
    }

    fn limit(&self, params_total_b: f64, local: Vec<String>, metrics: &[Metric]) -> Result<SizeLimit> {
        let mut rows = vec![self.row(&local, metrics, None)?];
        for dataset in self.trace.queries.dataset.iter().flat_map(|names| &names.names) {
            rows.push(self.row(&local, metrics, Some(dataset))?);
        }
        Ok(SizeLimit { params_total_b, local, rows })
    }

    fn row(&self, local: &[String], metrics: &[Metric], dataset: Option<&String>) -> Result<SizeRow> {
        let request = Request {
            roles: RoleNames { baselines: vec![self.baseline.to_owned()], fallback: Some(self.baseline.to_owned()), local: local.to_vec() },
            workload: WorkloadSpec {
                selection: Selection { dataset: dataset.into_iter().cloned().collect(), ..Selection::default() },
                missing: self.missing.clone(),
                metrics: Some(metrics.to_vec()),
                correct_at: Some(self.correct_at),
                seed: self.seed,
            },
            objective: Some(Objective::Size),
            replicates: 1,
            seed: self.seed,
        };
        let replay = Replay::prepare(self.trace, &[oracle()], &request)?;
        let tallies = replay.run(&Silent)?;
        let tally = tallies.first().ok_or_else(|| Error::new("a replay without a policy"))?;
        let (sample, measures) = (self.weights.apply(&tally.buckets, 1), Measures { layout: replay.layout() });
        let saving = |account: usize| {
            metrics.contains(&ACCOUNTS[account]).then(|| figure(&sample, |sums| measures.saving(sums, 0, account))).flatten()
        };
        let all = tally.served.all();
        let served = |endpoint: EndpointIx| all.get(endpoint as usize).copied().unwrap_or(0);
        let at_home: u64 = replay.roles.pools.iter().flat_map(|pool| &pool.local).map(|&endpoint| served(endpoint)).sum();
        let queries = replay.workload.len() as u64;
        Ok(SizeRow {
            group: Group {
                extent: if dataset.is_some() { Extent::Dataset } else { Extent::All },
                dataset: dataset.cloned(),
                category: None,
                queries,
            },
            answer_accuracy: figure(&sample, |sums| measures.answer_accuracy(sums)),
            local_share: at_home as f64 / queries as f64,
            savings: Fractions::from_array(std::array::from_fn(saving)),
        })
    }
}

/// The oracle of these analyses, made here and not found by name, so that no file can change it.
fn oracle() -> PolicySpec {
    let parameters = OracleParameters { objective: Some(Objective::Size), goal: Goal::IsoAccuracy, ..OracleParameters::default() };
    PolicySpec {
        name: "oracle".to_owned(),
        kind: "oracle",
        summary: "the smallest model that is right, and the smallest of all where nobody is".to_owned(),
        text: String::new(),
        overhead: Overhead::default(),
        parameters: Arc::new(parameters),
    }
}
