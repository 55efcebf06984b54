//! The arithmetic: what an answer took, from its tokens and from the chosen figures.

use super::choose::{Chosen, Pick};
use super::log::{Log, missing};
use super::prices::cost;
use super::profile::Rate;
use super::tokens::Known;
use super::{EnrichOptions, FlopsBy, METRICS, electricity};
use crate::error::Result;
use crate::trace::{Draft, DraftEndpoint, Endpoint, EnergyScope, Metric, TraceInfo};

/// Operations for each parameter and token: one multiplication and one addition.
const FLOPS_PER_PARAM: f64 = 2.0;
const BILLION: f64 = 1e9;

/// Fills the missing cells of an endpoint.
pub(super) fn endpoint(draft: &mut Draft, index: usize, chosen: &Chosen, options: &EnrichOptions, log: &mut Log) -> Result<()> {
    let Draft { info, queries, endpoints } = draft;
    let Some(endpoint) = endpoints.get_mut(index) else { return Ok(()) };
    let output = Known::of(endpoint, Metric::OutputTokens);
    let input = Known::input_tokens(endpoint, queries);
    from_profiles(info, endpoint, chosen, &output, log)?;
    if let Some((params_b, what)) = params(&endpoint.endpoint, &chosen.picks, options.flops) {
        let flops = both(&input, &output, |input, output| FLOPS_PER_PARAM * params_b * BILLION * (input + output));
        log.put(info, endpoint, Metric::Flops, &flops, &what)?;
    }
    electricity::remember(&mut endpoint.endpoint, options.electricity_usd_per_kwh, log);
    if let Some(priced) = &chosen.price {
        let usd = both(&input, &output, |input, output| cost(priced.price, priced.up_to_input_tokens, input, output));
        log.put(info, endpoint, Metric::CostUsd, &usd, &priced.source)?;
    } else {
        electricity::fill(info, endpoint, log)?;
    }
    describe(&mut endpoint.endpoint, chosen, log);
    for metric in METRICS {
        log.lack(endpoint, metric, &why(metric, &endpoint.endpoint, chosen, options));
    }
    Ok(())
}

/// Latency first, since energy may follow from it; then energy, and what it includes.
fn from_profiles(info: &mut TraceInfo, endpoint: &mut DraftEndpoint, chosen: &Chosen, output: &Known, log: &mut Log) -> Result<()> {
    for pick in &chosen.picks {
        let Some(rate) = pick.entry.latency() else { continue };
        let before = missing(endpoint, Metric::LatencyS);
        log.put(info, endpoint, Metric::LatencyS, &apply(rate, output, output), &pick.source())?;
        if let Some(remark) = pick.profile.latency_remark.as_ref().filter(|_| missing(endpoint, Metric::LatencyS) < before) {
            log.note_once(remark);
        }
    }
    let latency = Known::of(endpoint, Metric::LatencyS);
    let recorded = endpoint.rows.len() - missing(endpoint, Metric::EnergyJ);
    for pick in &chosen.picks {
        let Some(rate) = pick.entry.energy() else { continue };
        let before = missing(endpoint, Metric::EnergyJ);
        log.put(info, endpoint, Metric::EnergyJ, &apply(rate, output, &latency), &pick.source())?;
        if let Some(scope) = pick.entry.energy_scope.filter(|_| missing(endpoint, Metric::EnergyJ) < before) {
            describe_scope(&mut endpoint.endpoint, scope, recorded, log);
        }
    }
    Ok(())
}

/// Says what the filled energies include, where the endpoint does not and nothing was recorded.
fn describe_scope(endpoint: &mut Endpoint, scope: EnergyScope, recorded: usize, log: &mut Log) {
    if endpoint.energy_scope.is_some() {
        return;
    }
    let (id, name) = (&endpoint.id, format!("{scope:?}").to_lowercase());
    if recorded > 0 {
        log.note_once(&format!("`{id}`: what its recorded energies include is not known; the filled ones are {name}"));
        return;
    }
    log.note_once(&format!("`{id}`: energy_scope is now {name}, which is what the filled energies include"));
    endpoint.energy_scope = Some(scope);
}

/// A rate applied to every answer. What follows from an estimate is one.
fn apply(rate: Rate, output: &Known, latency: &Known) -> Known {
    let cells = output.cells.iter().zip(&latency.cells).map(|(&tokens, &seconds)| rate.of(tokens, seconds)).collect();
    let estimated = match rate {
        Rate::PerOutputToken(_) => output.estimated.clone(),
        Rate::PerSecond(_) => latency.estimated.clone(),
        Rate::PerRequest(_) => vec![false; output.cells.len()],
    };
    Known { cells, estimated }
}

fn both(input: &Known, output: &Known, of: impl Fn(f64, f64) -> f64) -> Known {
    let cells = input.cells.iter().zip(&output.cells).map(|(&input, &output)| of(input, output)).collect();
    let estimated = input.estimated.iter().zip(&output.estimated).map(|(&input, &output)| input || output).collect();
    Known { cells, estimated }
}

/// The parameters that compute follows from, in billions, and the name of the source: the endpoint's
/// own, else those of a chosen entry, one of its own model before a stand-in; active ones where known, unless a
/// person says which.
pub(super) fn params(endpoint: &Endpoint, picks: &[Pick], by: Option<FlopsBy>) -> Option<(f64, String)> {
    let own = (endpoint.params_total_b, endpoint.params_active_b, "the endpoint's own".to_owned());
    let own_first = picks.iter().filter(|pick| pick.own_model).chain(picks.iter().filter(|pick| !pick.own_model));
    let told = own_first.map(|pick| (pick.entry.params_total_b, pick.entry.params_active_b, pick.source()));
    std::iter::once(own).chain(told).find_map(|(total, active, source)| {
        let active = active.filter(|_| by != Some(FlopsBy::Total)).map(|params| (params, "active"));
        let total = total.filter(|_| by != Some(FlopsBy::Active)).map(|params| (params, "total"));
        let (params, which) = active.or(total)?;
        Some((params, format!("2 x {params} billion {which} parameters x (input + output tokens), parameters: {source}")))
    })
}

/// Writes what was learned of the endpoint's own model into its description, where that is silent.
/// What a stand-in has is not the endpoint's.
fn describe(endpoint: &mut Endpoint, chosen: &Chosen, log: &mut Log) {
    for pick in chosen.picks.iter().filter(|pick| pick.own_model) {
        let fields = [
            ("params_total_b", &mut endpoint.params_total_b, pick.entry.params_total_b),
            ("params_active_b", &mut endpoint.params_active_b, pick.entry.params_active_b),
        ];
        for (name, field, value) in fields {
            if let (None, Some(value)) = (*field, value) {
                *field = Some(value);
                log.notes.push(format!("`{}`: {name} is now {value} ({})", endpoint.id, pick.source()));
            }
        }
    }
    if let (None, Some(priced)) = (endpoint.price, chosen.price.as_ref().filter(|priced| priced.own)) {
        endpoint.price = Some(priced.price);
        log.notes.push(format!("`{}`: price is now that of {}", endpoint.id, priced.source));
    }
}

/// Why cells of a metric are still missing.
fn why(metric: Metric, endpoint: &Endpoint, chosen: &Chosen, options: &EnrichOptions) -> String {
    let has = |pick: &Pick| match metric {
        Metric::LatencyS => pick.entry.latency().is_some(),
        _ => pick.entry.energy().is_some(),
    };
    let told = match metric {
        Metric::Flops => params(endpoint, &chosen.picks, options.flops).is_some(),
        Metric::CostUsd => chosen.price.is_some(),
        _ => chosen.picks.iter().any(has),
    };
    match metric {
        Metric::CostUsd if told => "their tokens are not known, or their prompts are longer than the price holds for".to_owned(),
        Metric::Flops if told => "their input or output tokens are not known (--tokens-from-text, --output-tokens)".to_owned(),
        _ if told => "the tokens or the latency that they follow from are not known".to_owned(),
        Metric::CostUsd => electricity::why(endpoint, options.electricity_usd_per_kwh.is_some()).unwrap_or_else(|| chosen.no_price.clone()),
        Metric::Flops => "the model's parameters are not known: a profile with `params_total_b` or `params_active_b` tells them".to_owned(),
        _ => chosen.no_entry.clone(),
    }
}
