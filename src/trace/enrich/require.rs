//! What must be known before an endpoint can be filled.

use super::EnrichOptions;
use super::choose::Chosen;
use super::fill::params;
use super::log::missing;
use super::profile::Rate;
use super::tokens::Known;
use crate::error::Error;
use crate::trace::{DraftEndpoint, Metric, Queries};

/// The faults that stand in the way of filling an endpoint: tokens that nobody counted, energies of
/// another scope.
pub(super) fn check(endpoint: &DraftEndpoint, queries: &Queries, chosen: &Chosen, options: &EnrichOptions) -> Vec<Error> {
    let output = Known::of(endpoint, Metric::OutputTokens);
    let input = Known::input_tokens(endpoint, queries);
    let per_token = |rate: Option<Rate>| matches!(rate, Some(Rate::PerOutputToken(_)));
    let energy = chosen.picks.iter().find_map(|pick| pick.entry.energy());
    let latency = chosen.picks.iter().find_map(|pick| pick.entry.latency());
    let wanted = |metric: Metric, known: &Known| {
        let lacks = |index: usize| endpoint.metrics.get(metric).and_then(|cells| cells.get(index)).is_none_or(|cell| cell.is_nan());
        let mut rows = (0..endpoint.rows.len()).filter(|&index| lacks(index)).peekable();
        rows.peek().is_some() && rows.all(|index| known.cells.get(index).is_none_or(|cell| cell.is_nan()))
    };
    let flops = options.flops.is_some() && params(&endpoint.endpoint, &chosen.picks, options.flops).is_some();
    // A price that the trace states is no reason to refuse what was asked for.
    let asked = chosen.price.as_ref().is_some_and(|priced| !priced.stated);
    let from_output =
        [(Metric::EnergyJ, per_token(energy)), (Metric::LatencyS, per_token(latency)), (Metric::Flops, flops), (Metric::CostUsd, asked)];
    let from_input = [(Metric::Flops, flops), (Metric::CostUsd, asked)];
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
    Error::new(format!("an endpoint has no {which} tokens, and they are needed for {}", metrics.join(", "))).at(format!("endpoint `{id}`"))
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
