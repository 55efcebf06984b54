//! The arithmetic: what an answer took, from its tokens and from the chosen figures.

use super::choose::{Chosen, Pick};
use super::log::{Log, missing};
use super::prices::cost;
use super::profile::Rate;
use super::tokens::Known;
use super::{EnrichOptions, FlopsBy, METRICS, electricity};
use crate::error::{Error, Result};
use crate::trace::{Draft, DraftEndpoint, Endpoint, Metric, Queries};

/// Operations for each parameter and token: one multiplication and one addition.
const FLOPS_PER_PARAM: f64 = 2.0;
const BILLION: f64 = 1e9;

/// The faults that stand in the way of filling an endpoint: tokens that nobody counted, energies of
/// another scope.
pub(super) fn check(endpoint: &DraftEndpoint, queries: &Queries, chosen: &Chosen, options: &EnrichOptions) -> Vec<Error> {
    let output = Known::of(endpoint, Metric::OutputTokens);
    let input = Known::input_tokens(endpoint, queries);
    let per_token = |rate: Option<Rate>| matches!(rate, Some(Rate::PerOutputToken(_)));
    let energy = chosen.picks.iter().find_map(|pick| pick.entry.energy());
    let latency = chosen.picks.iter().find_map(|pick| pick.entry.latency());
    let wanted = |metric: Metric, known: &Known| {
        let lacks = |index: usize| endpoint.metrics.get(metric).is_none_or(|cells| cells[index].is_nan());
        let mut rows = (0..endpoint.rows.len()).filter(|&index| lacks(index)).peekable();
        rows.peek().is_some() && rows.all(|index| known.cells[index].is_nan())
    };
    let flops = options.flops.is_some() && params(&endpoint.endpoint, &chosen.picks, options.flops).is_some();
    let from_output = [
        (Metric::EnergyJ, per_token(energy)),
        (Metric::LatencyS, per_token(latency)),
        (Metric::Flops, flops),
        (Metric::CostUsd, chosen.price.is_some()),
    ];
    let from_input = [(Metric::Flops, flops), (Metric::CostUsd, chosen.price.is_some())];
    let names = |uses: &[(Metric, bool)], known: &Known| -> Vec<String> {
        uses.iter().filter(|(metric, used)| *used && wanted(*metric, known)).map(|(metric, _)| format!("`{metric}`")).collect()
    };
    let id = &endpoint.endpoint.id;
    let mut problems = Vec::new();
    let without = names(&from_output, &output);
    if !without.is_empty() {
        let hint = format!("`--output-tokens N` or `--output-tokens {id}=N` supplies them (marked as estimated)");
        problems.push(no_tokens(id, "output", &without).hint(hint));
    }
    let without = names(&from_input, &input);
    if !without.is_empty() {
        let hint = match queries.prompts {
            Some(_) => "`--tokens-from-text` counts them from the prompts, four characters each (marked as estimated)",
            None => "the trace has no prompts to count them from: import it again with tokens or prompts",
        };
        problems.push(no_tokens(id, "input", &without).hint(hint));
    }
    problems.extend(other_scope(endpoint, chosen));
    problems
}

fn no_tokens(id: &str, which: &str, metrics: &[String]) -> Error {
    Error::new(format!("an endpoint has no {which} tokens, which {} follow from", metrics.join(", "))).at(format!("endpoint `{id}`"))
}

/// Energies of two scopes must not meet in one column.
fn other_scope(endpoint: &DraftEndpoint, chosen: &Chosen) -> Option<Error> {
    if missing(endpoint, Metric::EnergyJ) == 0 {
        return None;
    }
    let pick = chosen.picks.iter().find(|pick| pick.entry.energy().is_some())?;
    let (own, new) = endpoint.endpoint.energy_scope.zip(pick.entry.energy_scope)?;
    (own != new).then(|| {
        Error::new("a profile's energy includes something else than the endpoint's")
            .at(format!("endpoint `{}`", endpoint.endpoint.id))
            .found(format!("{:?} in {}", new, pick.source()).to_lowercase())
            .allowed(format!("{own:?}").to_lowercase())
            .hint("name an entry of the same scope with `--as`")
    })
}

/// Fills the missing cells of an endpoint.
pub(super) fn endpoint(draft: &mut Draft, index: usize, chosen: &Chosen, options: &EnrichOptions, log: &mut Log) -> Result<()> {
    let Draft { info, queries, endpoints } = draft;
    let Some(endpoint) = endpoints.get_mut(index) else { return Ok(()) };
    let output = Known::of(endpoint, Metric::OutputTokens);
    let input = Known::input_tokens(endpoint, queries);
    let no_energy_yet = missing(endpoint, Metric::EnergyJ) == endpoint.rows.len();
    let mut scope = None;
    for pick in &chosen.picks {
        if let Some(rate) = pick.entry.latency() {
            log.put(info, endpoint, Metric::LatencyS, &apply(rate, &output, &output), &pick.source())?;
        }
    }
    let latency = Known::of(endpoint, Metric::LatencyS);
    for pick in &chosen.picks {
        if let Some(rate) = pick.entry.energy() {
            let before = missing(endpoint, Metric::EnergyJ);
            log.put(info, endpoint, Metric::EnergyJ, &apply(rate, &output, &latency), &pick.source())?;
            scope = scope.or(pick.entry.energy_scope.filter(|_| missing(endpoint, Metric::EnergyJ) < before));
        }
    }
    if let Some((params_b, what)) = params(&endpoint.endpoint, &chosen.picks, options.flops) {
        let flops = both(&input, &output, |input, output| FLOPS_PER_PARAM * params_b * BILLION * (input + output));
        log.put(info, endpoint, Metric::Flops, &flops, &what)?;
    }
    if let Some(priced) = &chosen.price {
        let usd = both(&input, &output, |input, output| cost(priced.price, priced.up_to_input_tokens, input, output));
        log.put(info, endpoint, Metric::CostUsd, &usd, &priced.source)?;
    } else {
        electricity::fill(info, endpoint, options.electricity_usd_per_kwh, log)?;
    }
    describe(&mut endpoint.endpoint, chosen, log);
    if let Some(scope) = scope {
        let name = format!("{scope:?}").to_lowercase();
        let id = &endpoint.endpoint.id;
        match (endpoint.endpoint.energy_scope, no_energy_yet) {
            (Some(_), _) => {}
            (None, true) => {
                log.notes.push(format!("`{id}`: energy_scope is now {name}, which is what the filled energies include"));
                endpoint.endpoint.energy_scope = Some(scope);
            }
            (None, false) => log.notes.push(format!("`{id}`: what its recorded energies include is not known; the filled ones are {name}")),
        }
    }
    for metric in METRICS {
        log.lack(endpoint, metric, &why(metric, &endpoint.endpoint, chosen, options));
    }
    Ok(())
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
/// own, else those of the first chosen entry that tells them; active ones where known, unless a
/// person says which.
fn params(endpoint: &Endpoint, picks: &[Pick], by: Option<FlopsBy>) -> Option<(f64, String)> {
    let own = (endpoint.params_total_b, endpoint.params_active_b, "the endpoint's own".to_owned());
    let told = picks.iter().map(|pick| (pick.entry.params_total_b, pick.entry.params_active_b, pick.source()));
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
        Metric::CostUsd => electricity::why(endpoint, options.electricity_usd_per_kwh).unwrap_or_else(|| chosen.no_price.clone()),
        Metric::Flops => "the model's parameters are not known: a profile with `params_total_b` or `params_active_b` tells them".to_owned(),
        _ => chosen.no_entry.clone(),
    }
}
