//! The price of a local query against the cloud's, electricity at home counted.

use serde::{Deserialize, Serialize};

use super::super::figure::{ById, Figure};
use super::super::interval::figure;
use super::crossing::Crossing;
use super::section::{Study, is_known};
use super::sums::{Mix, part};
use crate::error::Result;
use crate::replay::{Part, Resampled};
use crate::trace::enrich::is_electricity;
use crate::trace::{EndpointIx, Metric};
use crate::workload::{ACCOUNTS, Change, electricity_usd};

/// Where the oracle's saving of cost vanishes. What is not known is null.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PriceRatio {
    /// Mean cost of the oracle's local attempts in US dollars, electricity counted.
    pub local_usd_per_query: Option<f64>,
    /// The electricity in it that was added here.
    pub electricity_usd_per_query: Option<f64>,
    /// Mean cost of the baseline in US dollars on the same queries.
    pub cloud_usd_per_query: Option<f64>,
    /// The local price over the cloud's.
    pub ratio: Option<Figure>,
    /// That ratio at which the oracle's saving of cost is 0.
    pub ratio_at_zero: Option<f64>,
    /// The factor on the local price that leads there.
    pub factor: Option<Crossing>,
    /// What the oracle saves of the cost, electricity counted.
    pub saving: Option<Figure>,
    /// The price of electricity in US dollars per kilowatt hour, for all local endpoints, at which it is 0.
    pub usd_per_kwh_at_zero: Option<f64>,
    /// By local endpoint the price of electricity in US dollars per kilowatt hour that was added here.
    pub usd_per_kwh: ById<f64>,
    /// What was counted and what was not.
    pub notes: Vec<String>,
}

fn account(metric: Metric) -> usize {
    ACCOUNTS.iter().position(|&account| account == metric).unwrap_or_default()
}

/// The price ratio of a section.
pub(super) fn ratio(study: &Study) -> Result<PriceRatio> {
    let cost = account(Metric::CostUsd);
    let mut notes = Vec::new();
    let prices = electricity(study, &mut notes);
    let counted = prices.iter().any(Option::is_some);
    let changed = match counted {
        true => Some(study.changed(&[], &Change { usd_per_kwh: prices.clone(), ..Change::default() })?),
        false => None,
    };
    let sample = changed.as_ref().unwrap_or(&study.recorded);
    let trace = study.replay.workload.trace();
    let ids = trace.info.endpoints.iter().zip(&prices);
    let usd_per_kwh: ById<f64> = ids.filter_map(|(endpoint, price)| Some((endpoint.id.clone(), (*price)?))).collect();
    if !is_known(sample, cost) {
        let notes = vec!["not known: the trace has no cost of both the baseline and what the oracle chooses".to_owned()];
        return Ok(PriceRatio { usd_per_kwh, notes, ..PriceRatio::default() });
    }
    let mean = |of: Part| {
        let queries = part(&sample.point, 0, Part::LocalQueries(cost));
        (queries > 0.0).then(|| part(&sample.point, 0, of) / queries)
    };
    let ratio = figure(sample, |sums| {
        let theirs = part(sums, 0, Part::TheirsLocal(cost));
        (theirs > 0.0).then(|| part(sums, 0, Part::Local(cost)) / theirs)
    });
    if study.chooses_by == Some(cost) {
        notes.push(
            "the oracle makes cost small: at another local price it would choose otherwise, which `local` counts and this does not"
                .to_owned(),
        );
    }
    let factor = Crossing::of_factor(sample, |sums| Mix::of(sums, 0, cost, 1.0).map(|mix| mix.parts()));
    Ok(PriceRatio {
        local_usd_per_query: mean(Part::Local(cost)),
        electricity_usd_per_query: if counted { added(study, sample, cost) } else { None },
        cloud_usd_per_query: mean(Part::TheirsLocal(cost)),
        ratio_at_zero: ratio.zip(factor.and_then(|factor| factor.value())).map(|(ratio, factor)| ratio.value * factor),
        ratio,
        factor,
        saving: figure(sample, |sums| Mix::of(sums, 0, cost, 1.0).map(|mix| mix.saving(1.0))),
        usd_per_kwh_at_zero: electricity_at_zero(study, cost),
        usd_per_kwh,
        notes,
    })
}

/// What electricity added to the mean cost of a local attempt; `None` where cost was not known without.
fn added(study: &Study, sample: &Resampled, cost: usize) -> Option<f64> {
    let queries = part(&sample.point, 0, Part::LocalQueries(cost));
    let same = queries > 0.0 && part(&study.recorded.point, 0, Part::LocalQueries(cost)) == queries;
    let of = |sums: &[f64]| part(sums, 0, Part::Local(cost));
    same.then(|| (of(&sample.point) - of(&study.recorded.point)) / queries)
}

/// The price of electricity at which the recorded costs and it together are the baseline's. Not known where
/// some energy is not, where electricity is in the recorded costs already, or where the oracle would
/// choose otherwise.
fn electricity_at_zero(study: &Study, cost: usize) -> Option<f64> {
    let sums = &study.recorded.point;
    let energy = account(Metric::EnergyJ);
    let local = &study.replay.roles.pools[study.entry.pool].local;
    let paid = local.iter().any(|&endpoint| has_electricity(study, endpoint));
    let same = part(sums, 0, Part::LocalQueries(energy)) == part(sums, 0, Part::LocalQueries(cost));
    let joules = part(sums, 0, Part::Local(energy));
    let room = Mix::of(sums, 0, cost, 1.0)?.gain();
    (!paid && same && study.chooses_by != Some(cost) && joules > 0.0 && room > 0.0).then(|| room / electricity_usd(joules, 1.0))
}

/// By endpoint the price of electricity to add, with notes on what is counted.
fn electricity(study: &Study, notes: &mut Vec<String>) -> Vec<Option<f64>> {
    let mut prices = vec![None; study.replay.workload.trace().outcomes.len()];
    let (mut paid, mut silent) = (Vec::new(), Vec::new());
    for &endpoint in &study.replay.roles.pools[study.entry.pool].local {
        let about = study.endpoint(endpoint);
        let price = study.options.usd_per_kwh().or(about.electricity_usd_per_kwh);
        match price {
            _ if has_electricity(study, endpoint) => paid.push(format!("`{}`", about.id)),
            None => silent.push(format!("`{}`", about.id)),
            Some(_) if study.replay.workload.trace().metric(endpoint as usize, Metric::EnergyJ).is_none() => {
                notes.push(format!("the electricity of `{}` is not counted: its energy is not known", about.id));
            }
            Some(price) => prices[endpoint as usize] = Some(price),
        }
    }
    if !paid.is_empty() {
        notes.push(format!("the recorded cost of {} is its electricity already, and nothing was added", paid.join(", ")));
    }
    if !silent.is_empty() {
        let who = silent.join(", ");
        notes.push(format!("electricity is not counted for {who}: neither `--electricity` nor the trace says its price"));
    }
    prices
}

/// Whether costs of an endpoint are its electricity, as `enrich` fills them in.
fn has_electricity(study: &Study, endpoint: EndpointIx) -> bool {
    let trace = study.replay.workload.trace();
    let codes: Vec<u8> = trace.info.sources.iter().filter(|source| is_electricity(&source.name)).map(|source| source.code).collect();
    let sources = trace.outcomes[endpoint as usize].sources.get(Metric::CostUsd);
    sources.is_some_and(|cells| cells.iter().any(|code| codes.contains(code)))
}
