//! From names to a replay that can run: roles, policies, workload, references.

use serde::{Deserialize, Serialize};

use super::groups::Groups;
use super::references::References;
use super::{adaptive, line, range};
use crate::error::{Error, Result};
use crate::policy::{Built, Context, Memo, Objective, PolicySpec, Rule};
use crate::trace::{EndpointIx, Metric, Trace};
use crate::workload::{RoleNames, Roles, Workload, WorkloadSpec};

/// What a replay is made from.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Endpoints by role.
    pub roles: RoleNames,
    /// Queries, missing cells, what is correct.
    pub workload: WorkloadSpec,
    /// What oracles make small, where a policy does not say.
    pub objective: Option<Objective>,
    /// Replicates of policies that draw.
    pub replicates: u32,
    /// Seed of every draw.
    pub seed: u64,
}

impl Request {
    /// What oracles make small: as said, else as the trace says, else the size.
    ///
    /// # Errors
    /// Where the trace names an objective that there is not.
    pub fn objective_of(&self, trace: &Trace) -> Result<Objective> {
        match (self.objective, &trace.info.defaults.objective) {
            (Some(objective), _) => Ok(objective),
            (None, Some(name)) => Objective::find(name).map_err(|error| error.at("[defaults] of the trace")),
            (None, None) => Ok(Objective::default()),
        }
    }
}

/// A policy in a pool.
pub struct Entry {
    /// The policy as it was asked for.
    pub spec: PolicySpec,
    /// The policy fitted to the trace.
    pub built: Built,
    /// The position of its pool.
    pub pool: usize,
    /// Whether reports must tell the pool, because the policy runs in several.
    pub name_pool: bool,
}

/// A policy that does not fit a trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The policy as it was asked for, with its fallback where there are several.
    pub policy: String,
    /// Why it cannot be replayed.
    pub why: String,
    /// What it would need, where that is known.
    pub needs: Option<String>,
}

impl LeftOut {
    /// A policy that is left out for an error.
    pub fn new(policy: impl Into<String>, error: &Error) -> Self {
        LeftOut { policy: policy.into(), why: error.in_a_line(), needs: error.remedy() }
    }
}

/// A replay that can run.
pub struct Replay<'t> {
    /// The queries with their outcomes.
    pub workload: Workload<'t>,
    /// The roles of the endpoints.
    pub roles: Roles,
    /// The policies.
    pub entries: Vec<Entry>,
    /// The oracles that router accuracy is measured against.
    pub(crate) references: References,
    /// The largest cells.
    pub(crate) largest: range::Largest,
    /// How many results may be added up as [`line::Line`]s; `None` where they do not fit those.
    pub(crate) room: Option<usize>,
    /// Groups of queries.
    pub groups: Groups,
    /// What oracles make small.
    pub objective: Objective,
    /// Replicates of policies that draw.
    pub replicates: u32,
    /// Seed of every draw.
    pub seed: u64,
    /// What a reader should know, a line each.
    pub notes: Vec<String>,
}

impl<'t> Replay<'t> {
    /// Fits policies to a trace and settles which queries and endpoints are in use.
    ///
    /// # Errors
    /// Where a role, a policy or the workload does not fit the trace.
    pub fn prepare(trace: &'t Trace, specs: &[PolicySpec], request: &Request) -> Result<Replay<'t>> {
        Replay::of_fitting(trace, specs, request, |_, _, error| Err(error))
    }

    /// The same with those policies alone that fit the trace, and why each of the others does not. One that
    /// depends on the pool may fit one pool and not another. `required` says which policies must fit all the same.
    ///
    /// # Errors
    /// Where a role, the workload or a required policy does not fit the trace, or no policy does.
    pub fn prepare_those_that_fit(
        trace: &'t Trace,
        specs: &[PolicySpec],
        request: &Request,
        required: impl Fn(&PolicySpec) -> bool,
    ) -> Result<(Replay<'t>, Vec<LeftOut>)> {
        let mut misfits: Vec<(String, Option<String>, Error)> = Vec::new();
        let replay = Replay::of_fitting(trace, specs, request, |spec, fallback, error| {
            if required(spec) {
                return Err(error);
            }
            misfits.push((spec.name.clone(), fallback.map(str::to_owned), error));
            Ok(())
        })?;
        let left_out = left_out(&misfits, replay.roles.pools.len());
        if replay.entries.is_empty() {
            let each = left_out.iter().map(|left| format!("{}: {}", left.policy, left.why)).collect::<Vec<_>>().join("\n");
            return Err(Error::new("no policy fits the trace").at(&trace.info.name).found(each));
        }
        Ok((replay, left_out))
    }

    /// The replay of those policies that fit; of each that does not, `misfit` is told which, the fallback
    /// where there are several, and why.
    fn of_fitting(
        trace: &'t Trace,
        specs: &[PolicySpec],
        request: &Request,
        mut misfit: impl FnMut(&PolicySpec, Option<&str>, Error) -> Result<()>,
    ) -> Result<Replay<'t>> {
        let roles = Roles::resolve(&trace.info, &request.roles)?;
        let objective = request.objective_of(trace)?;
        let pooled: Vec<EndpointIx> = roles.pools.iter().flat_map(|pool| pool.all.clone()).collect();
        let correct_at = trace.correct_at(request.workload.correct_at, Some(&pooled))?;
        let memo = Memo::default();
        let mut entries = Vec::new();
        for spec in specs {
            for (position, pool) in roles.pools.iter().enumerate() {
                let context = Context { trace, pool, objective, correct_at, seed: request.seed, memo: &memo };
                let built = match spec.parameters.build(&context) {
                    Ok(built) => built,
                    Err(error) => {
                        let fallback = trace.info.endpoints[pool.fallback as usize].id.as_str();
                        let told = Some(fallback).filter(|_| roles.pools.len() > 1);
                        misfit(spec, told, error.at(format!("policy `{}`", spec.name)))?;
                        continue;
                    }
                };
                let name_pool = built.uses_pool && roles.pools.len() > 1;
                let uses_pool = built.uses_pool;
                entries.push(Entry { spec: spec.clone(), built, pool: position, name_pool });
                if !uses_pool {
                    break;
                }
            }
        }
        let mut notes = Vec::new();
        let references = References::new(trace, &roles, &entries, objective, correct_at, request.seed, &mut notes);
        let in_use = in_use(&roles, &entries);
        // Policies and baselines may bring in endpoints beside the pool, and with them graded scores.
        let correct_at = trace.correct_at(request.workload.correct_at, Some(&in_use))?;
        let metrics = request.workload.metrics.clone().map(|metrics| with_compared(metrics, objective, &entries, &references));
        let spec = WorkloadSpec { correct_at: Some(correct_at), metrics, ..request.workload.clone() };
        let workload = Workload::new(trace, &in_use, &spec)?;
        served(trace, &roles, &workload)?;
        notes.extend(workload.notes.iter().cloned());
        // What a policy says in several pools alike is said once.
        for note in entries.iter().flat_map(|entry| entry.built.notes.iter().map(|note| format!("{}: {note}", entry.spec.name))) {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        notes.extend(trace.mixed_energy_scopes(Some(&in_use)).map(|warning| format!("warning: {warning}")));
        if entries.iter().any(|entry| matches!(entry.built.rule, Rule::Adaptive(_))) {
            notes.push(adaptive::order_note(&workload));
        }
        let groups = Groups::of(trace);
        let replicates = request.replicates.max(1);
        let largest = range::largest(&workload, &entries);
        range::check(workload.len(), replicates, &largest)?;
        let room = line::room(largest.of_all()).filter(|_| workload.is_dense());
        Ok(Replay { workload, roles, entries, references, largest, room, groups, objective, replicates, seed: request.seed, notes })
    }

    /// What reports call an entry.
    pub fn name(&self, entry: &Entry) -> String {
        if entry.name_pool {
            format!("{} (fallback {})", entry.spec.name, self.id(self.roles.pools[entry.pool].fallback))
        } else {
            entry.spec.name.clone()
        }
    }

    /// The id of an endpoint.
    pub fn id(&self, endpoint: EndpointIx) -> &'t str {
        &self.workload.trace().info.endpoints[endpoint as usize].id
    }

    /// Whether an entry's choices can be held against an oracle's, by its position.
    pub fn has_oracle(&self, entry: usize) -> bool {
        self.references.of(entry).is_some()
    }

    /// Replicates of an entry: one where nothing is drawn.
    pub fn replicates_of(&self, entry: &Entry) -> u32 {
        if entry.built.random { self.replicates } else { 1 }
    }
}

/// Refuses a baseline that can serve nothing: every figure held against it would be unknown.
fn served(trace: &Trace, roles: &Roles, workload: &Workload) -> Result<()> {
    let idle = roles
        .baselines
        .iter()
        .find(|&&baseline| (0..workload.len()).all(|index| workload.is_gap(usize::from(baseline), workload.position(index))));
    let Some(&idle) = idle else { return Ok(()) };
    Err(Error::new("the baseline can serve no query")
        .at(&trace.info.endpoints[usize::from(idle)].id)
        .found(workload.notes.join("\n"))
        .hint("`--metrics` says which metrics are needed, such as those that it has; `wattroute enrich` fills cells in"))
}

/// A line for each policy and fallback; one for a policy that fits no pool, always for the same reason.
fn left_out(misfits: &[(String, Option<String>, Error)], pools: usize) -> Vec<LeftOut> {
    let mut lines: Vec<LeftOut> = Vec::new();
    for of_policy in misfits.chunk_by(|a, b| a.0 == b.0) {
        let each = of_policy.iter().map(|(name, fallback, error)| match fallback {
            Some(id) => LeftOut::new(format!("{name} (fallback {id})"), error),
            None => LeftOut::new(name.as_str(), error),
        });
        let each: Vec<LeftOut> = each.collect();
        let alike = each.windows(2).all(|pair| (&pair[0].why, &pair[0].needs) == (&pair[1].why, &pair[1].needs));
        match of_policy.first() {
            Some((name, _, error)) if alike && each.len() == pools => lines.push(LeftOut::new(name.as_str(), error)),
            _ => lines.extend(each),
        }
    }
    lines
}

/// The needed metrics with those that plans depend on: a gap in what an oracle compares or a budget
/// adds up would change the plan silently.
fn with_compared(mut metrics: Vec<Metric>, objective: Objective, entries: &[Entry], references: &References) -> Vec<Metric> {
    let reference = objective.metric().filter(|_| references.of_pools());
    let compared = entries.iter().flat_map(|entry| entry.built.compares.iter().copied());
    for metric in compared.chain(reference) {
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    metrics
}

/// The endpoints of pools, baselines and policies, in the trace's order.
fn in_use(roles: &Roles, entries: &[Entry]) -> Vec<EndpointIx> {
    let mut all: Vec<EndpointIx> = roles.baselines.clone();
    all.extend(roles.pools.iter().flat_map(|pool| pool.all.iter().copied()));
    all.extend(entries.iter().flat_map(|entry| entry.built.endpoints.iter().copied()));
    all.sort_unstable();
    all.dedup();
    all
}
