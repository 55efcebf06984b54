//! From the outline of a replay and what it adds up to, to a report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    EndpointEntry, Expected, FORMAT, GroupReport, Manifest, Moments, Percentiles, Place, PolicyReport, PoolEntry, Report, RouterAccuracy,
    Run, VERSION,
};
use crate::analysis::routers::routers;
use crate::analysis::{By, ById, Figure, Fractions, Measures, Quantities, compare, figure, paired};
use crate::error::Result;
use crate::policy::Objective;
use crate::replay::{EntryOutline, Facts, Lane, LaneMoments, Layout, Outline, Replay, Resampled, Tally, Totals, UNITS, Weights};
use crate::workload::ACCOUNTS;

/// The key of what nobody serves.
pub const NONE: &str = "none";

/// What a report says of its making beside the replay.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Making {
    /// The verb.
    pub verb: String,
    /// The arguments after the program's name.
    pub arguments: Vec<String>,
    /// Grid carbon intensity in grams of CO2 for a kilowatt hour.
    pub carbon_g_per_kwh: Option<f64>,
}

/// Joules of a kilowatt hour.
const JOULES_PER_KWH: f64 = 3.6e6;

/// The report of a replay, without what is said of learned policies' routers.
pub fn report(replay: &Replay, tallies: &[Tally], making: Making) -> Report {
    of_totals(&Outline::of(replay), &Totals::of(replay, tallies.to_vec()), making)
}

/// The report of what a replay adds up to, of which nothing but its outline is at hand.
pub fn of_totals(outline: &Outline, totals: &Totals, making: Making) -> Report {
    with_samples(outline, totals, making).0
}

/// The report of what a replay adds up to, with its routers. Of the replay itself only its policies and
/// roles are asked: it may be that of a part of the queries ([`Stream`](crate::replay::Stream)).
///
/// # Errors
/// Where a policy cannot plan.
pub fn with_routers(replay: &Replay, totals: &Totals, making: Making) -> Result<Report> {
    Ok(Report { routers: routers(replay)?, ..of_totals(&Outline::of(replay), totals, making) })
}

/// The report of a replay whose policies are held against each other, its routers among it.
///
/// # Errors
/// Where a policy cannot plan.
pub fn compared(replay: &Replay, tallies: Vec<Tally>, making: Making, by: &By) -> Result<Report> {
    let totals = Totals::of(replay, tallies);
    let (report, samples) = with_samples(&Outline::of(replay), &totals, making);
    let compare = Some(compare(replay, &samples, &totals.tallies, by)?);
    Ok(Report { compare, routers: routers(replay)?, ..report })
}

fn with_samples(outline: &Outline, totals: &Totals, making: Making) -> (Report, Vec<Resampled>) {
    let Totals { tallies, facts, .. } = totals;
    let weights = Weights::new(outline.seed);
    let resample = |(entry, tally): (&EntryOutline, &Tally)| weights.apply(&tally.buckets, outline.replicates_of(entry));
    let samples: Vec<Resampled> = outline.entries.iter().zip(tallies).map(resample).collect();
    let measures = Measures { layout: outline.layout() };
    let builder = Builder { outline, totals, measures, samples: &samples, carbon_g_per_kwh: making.carbon_g_per_kwh };
    let policies = (0..outline.entries.len()).map(|position| builder.policy(position, &tallies[position])).collect();
    let mut report = Report { policies, ..framed(outline, facts, making) };
    report.notes.extend(outline.entries.iter().zip(tallies).filter_map(|(entry, tally)| unlearned(outline, entry, tally)));
    (report, samples)
}

/// What a policy that learns could not learn from.
fn unlearned(outline: &Outline, entry: &EntryOutline, tally: &Tally) -> Option<String> {
    let answers: u64 = tally.served.all().iter().sum();
    let what = "nothing was learned from answers that lack a score or an amount that its reward takes";
    (tally.unlearned > 0).then(|| format!("{}: {what}: {} of {answers}", outline.name(entry), tally.unlearned))
}

/// A report that says how it was made and what it is about, and nothing else yet.
pub fn frame(replay: &Replay, making: Making) -> Report {
    framed(&Outline::of(replay), &Facts::of(replay), making)
}

fn framed(outline: &Outline, facts: &Facts, making: Making) -> Report {
    Report {
        format: FORMAT.to_owned(),
        version: VERSION,
        manifest: manifest(outline, &making),
        run: run(outline, facts, making.carbon_g_per_kwh),
        policies: Vec::new(),
        curves: Vec::new(),
        study: None,
        day: None,
        break_even: None,
        reproduction: None,
        compare: None,
        routers: Vec::new(),
        notes: outline.notes.clone(),
    }
}

fn manifest(outline: &Outline, making: &Making) -> Manifest {
    Manifest {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        verb: making.verb.clone(),
        arguments: making.arguments.clone(),
        seed: outline.seed,
        policies: outline.entries.iter().map(|entry| (entry.policy.clone(), entry.text.clone())).collect(),
        trace: outline.trace.fingerprint.clone(),
    }
}

fn run(outline: &Outline, facts: &Facts, carbon_g_per_kwh: Option<f64>) -> Run {
    let ids = |endpoints: &[u16]| endpoints.iter().map(|&endpoint| outline.id(endpoint).to_owned()).collect();
    let objective = Objective::ALL.iter().find(|(_, objective)| *objective == outline.objective).map_or("", |(name, _)| name);
    let pools = outline.roles.pools.iter().enumerate().map(|(position, pool)| {
        let [coverage_local, coverage] = facts.coverage(position);
        PoolEntry { fallback: outline.id(pool.fallback).to_owned(), local: ids(&pool.local), coverage_local, coverage }
    });
    Run {
        trace: outline.trace.name.clone(),
        summary: outline.trace.summary.clone(),
        trace_queries: facts.trace_queries,
        queries: facts.queries,
        dropped: facts.dropped,
        endpoints: outline.in_use.iter().map(|&endpoint| endpoint_entry(outline, facts, endpoint)).collect(),
        baselines: ids(&outline.roles.baselines),
        pools: pools.collect(),
        objective: objective.to_owned(),
        correct_at: outline.correct_at,
        replicates: outline.replicates,
        carbon_g_per_kwh,
    }
}

fn endpoint_entry(outline: &Outline, facts: &Facts, index: u16) -> EndpointEntry {
    let endpoint = &outline.trace.endpoints[index as usize];
    let (answer_accuracy, per_query) = facts.means(index);
    EndpointEntry {
        id: endpoint.id.clone(),
        place: Place::of(outline.trace.endpoints.iter().map(|endpoint| endpoint.model.as_str()), index as usize),
        model: endpoint.model.clone(),
        hardware: endpoint.hardware.clone(),
        tier: endpoint.tier.map(|tier| tier.to_string()),
        energy_scope: endpoint.energy_scope.map(|scope| format!("{scope:?}").to_lowercase()),
        answer_accuracy,
        per_query: Quantities::from_array(per_query),
    }
}

struct Builder<'a> {
    outline: &'a Outline,
    totals: &'a Totals,
    measures: Measures,
    samples: &'a [Resampled],
    carbon_g_per_kwh: Option<f64>,
}

impl Builder<'_> {
    fn policy(&self, position: usize, tally: &Tally) -> PolicyReport {
        let (outline, entry, sample) = (self.outline, &self.outline.entries[position], &self.samples[position]);
        let replicates = outline.replicates_of(entry);
        let each = 1.0 / f64::from(replicates);
        let sums = &sample.point;
        let m = self.measures;
        let accounts: [usize; ACCOUNTS.len()] = std::array::from_fn(|account| account);
        let total = accounts.map(|account| m.total(sums, account));
        let queries = m.lane(sums, Lane::Queries);
        PolicyReport {
            name: outline.name(entry),
            kind: entry.kind.clone(),
            summary: entry.summary.clone(),
            hindsight: entry.hindsight,
            fallback: entry.uses_pool.then(|| outline.id(outline.pool(entry).fallback).to_owned()),
            replicates,
            queries: queries.round() as u64,
            unserved: tally.status[2] as f64 * each,
            skipped: tally.status[3] as f64 * each,
            answer_accuracy: figure(sample, |sums| m.answer_accuracy(sums)),
            relative_answer_accuracy: self.by_baseline(|baseline| figure(sample, |sums| m.relative_answer_accuracy(sums, baseline))),
            router_accuracy: self.router_accuracy(position),
            totals: Quantities::from_array(total),
            known: Quantities::from_array(accounts.map(|account| Some(m.lane(sums, Lane::Known(account))))),
            per_query: Quantities::from_array(accounts.map(|account| figure(sample, |sums| m.per_query(sums, account)))),
            per_correct: Quantities::from_array(accounts.map(|account| figure(sample, |sums| m.per_correct(sums, account)))),
            latency_s: Percentiles {
                p50: tally.latency.quantile(0.5),
                p95: tally.latency.quantile(0.95),
                p99: tally.latency.quantile(0.99),
            },
            savings: self.by_baseline(|baseline| {
                Fractions::from_array(accounts.map(|account| figure(sample, |sums| m.saving(sums, baseline, account))))
            }),
            savings_queries: self.by_baseline(|baseline| {
                Fractions::from_array(accounts.map(|account| Some(m.lane(sums, Lane::Both(baseline, account))).filter(|both| *both > 0.0)))
            }),
            share: self.shares(&tally.served.all(), queries / each),
            attempts: self.shares(&tally.attempts, queries / each),
            local_share: self.local_share(entry, tally, queries / each),
            estimated: Fractions::from_array(accounts.map(|account| {
                let total = total[account].filter(|total| *total > 0.0)?;
                Some(tally.estimated[account].to_f64() * UNITS[account] * each / total)
            })),
            apw: figure(sample, |sums| m.apw(sums)),
            apj: figure(sample, |sums| m.apj(sums)),
            carbon_g: self.carbon_g_per_kwh.and_then(|grams| Some(total[0]? / JOULES_PER_KWH * grams)),
            regret: self.regret(position),
            expected: self.totals.expected[position].as_ref().map(|sums| self.expected(&sums.moments())),
            groups: self.groups(tally, each),
        }
    }

    fn by_baseline<T>(&self, value: impl Fn(usize) -> T) -> ById<T> {
        let baselines = &self.outline.roles.baselines;
        (0..baselines.len()).map(|baseline| (self.outline.id(baselines[baseline]).to_owned(), value(baseline))).collect()
    }

    fn router_accuracy(&self, position: usize) -> RouterAccuracy {
        let (entry, sample, m) = (&self.outline.entries[position], &self.samples[position], self.measures);
        let with_oracle = |statistic: &dyn Fn(&[f64]) -> Option<f64>| if entry.has_oracle { figure(sample, statistic) } else { None };
        RouterAccuracy {
            nominal: entry.nominal,
            agreement: with_oracle(&|sums| m.agreement(sums)),
            tier_agreement: with_oracle(&|sums| m.tier_agreement(sums)),
            adequate: figure(sample, |sums| m.adequate(sums)),
        }
    }

    /// Counts by endpoint as shares of the queries; a last count beyond the endpoints is nobody's.
    fn shares(&self, counts: &[u64], queries: f64) -> ById<f64> {
        let endpoints = &self.outline.trace.endpoints;
        let id = |index: usize| endpoints.get(index).map_or(NONE, |endpoint| endpoint.id.as_str());
        let used = counts.iter().enumerate().filter(|(_, count)| **count > 0 && queries > 0.0);
        used.map(|(index, &count)| (id(index).to_owned(), count as f64 / queries)).collect()
    }

    fn local_share(&self, entry: &EntryOutline, tally: &Tally, queries: f64) -> f64 {
        let served = tally.served.all();
        let local: u64 = self.outline.pool(entry).local.iter().map(|&endpoint| served[endpoint as usize]).sum();
        if queries > 0.0 { local as f64 / queries } else { 0.0 }
    }

    /// What the first oracle of the same pool saves more, paired.
    fn regret(&self, position: usize) -> ById<Fractions<Figure>> {
        let m = self.measures;
        let pool = self.outline.entries[position].pool;
        let oracle = self.outline.entries.iter().position(|entry| entry.kind == "oracle" && entry.pool == pool);
        let Some(oracle) = oracle else { return BTreeMap::new() };
        self.by_baseline(|baseline| {
            Fractions::from_array(std::array::from_fn(|account| {
                paired(&self.samples[oracle], &self.samples[position], |oracle, mine| {
                    Some(m.saving(oracle, baseline, account)? - m.saving(mine, baseline, account)?)
                })
            }))
        })
    }

    fn expected(&self, moments: &LaneMoments) -> Expected {
        let layout = self.measures.layout;
        let of_ratio = |above: Lane, below: Lane| moments.spread.of_ratio(layout, &moments.mean, above, below);
        Expected {
            totals: Quantities::from_array(std::array::from_fn(|account| {
                let lane = layout.at(Lane::Sum(account));
                let unit = UNITS[account];
                (moments.mean[layout.at(Lane::Known(account))] > 0.0)
                    .then(|| Moments { mean: moments.mean[lane] * unit, sd: moments.spread.variance[lane].sqrt() * unit })
            })),
            answer_accuracy: self
                .measures
                .answer_accuracy(&moments.mean)
                .map(|mean| Moments { mean, sd: of_ratio(Lane::Score, Lane::Scored) }),
            savings: self.by_baseline(|baseline| {
                Fractions::from_array(std::array::from_fn(|account| {
                    let mean = self.measures.saving(&moments.mean, baseline, account)?;
                    Some(Moments { mean, sd: of_ratio(Lane::Mine(baseline, account), Lane::Theirs(baseline, account)) })
                }))
            }),
        }
    }

    fn groups(&self, tally: &Tally, each: f64) -> Vec<GroupReport> {
        let m = self.measures;
        let group = |(position, (dataset, category)): (usize, &(Option<String>, Option<String>))| {
            let sums: Vec<f64> = tally.groups.row(position).iter().map(|cell| cell.to_f64() * each).collect();
            let queries = m.lane(&sums, Lane::Queries);
            (queries > 0.0).then(|| GroupReport {
                dataset: dataset.clone(),
                category: category.clone(),
                queries: queries.round() as u64,
                answer_accuracy: m.answer_accuracy(&sums),
                totals: Quantities::from_array(std::array::from_fn(|account| m.total(&sums, account))),
                share: self.shares(tally.served.of_group(position), queries / each),
                savings: self
                    .by_baseline(|baseline| Fractions::from_array(std::array::from_fn(|account| m.saving(&sums, baseline, account)))),
            })
        };
        self.totals.facts.groups.iter().enumerate().filter_map(group).collect()
    }
}

/// The layout of a replay, for what reads its sums.
pub(super) fn measures(layout: Layout) -> Measures {
    Measures { layout }
}
