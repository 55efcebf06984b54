//! What an answer of a local endpoint costs: its energy at the price of electricity.

use super::log::Log;
use super::tokens::Known;
use crate::error::{Error, Result};
use crate::trace::{Draft, DraftEndpoint, Endpoint, EnergyScope, Metric, TraceInfo};

const JOULES_PER_KWH: f64 = 3.6e6;
/// How the source of a cost that is electricity begins.
const SOURCE: &str = "energy_j at $";

/// Refuses a price that is none, and one that no endpoint pays.
pub(super) fn check(draft: &Draft, usd_per_kwh: Option<f64>) -> Result<()> {
    let Some(price) = usd_per_kwh else { return Ok(()) };
    if !(price.is_finite() && price > 0.0) {
        return Err(Error::new("no price of electricity").at("--electricity").found(price).allowed("USD per kWh, above 0").usage());
    }
    if draft.endpoints.iter().any(|endpoint| endpoint.endpoint.is_local() == Some(true)) {
        return Ok(());
    }
    let tiers = draft.endpoints.iter().map(|endpoint| {
        let endpoint = &endpoint.endpoint;
        format!("`{}` {}", endpoint.id, endpoint.tier.map_or("of unknown tier".to_owned(), |tier| tier.to_string()))
    });
    Err(Error::new("electricity is paid for local endpoints, and the trace has none")
        .at("--electricity")
        .found(tiers.collect::<Vec<_>>().join(", "))
        .allowed("one or more endpoints of tier phone or local")
        .hint("`wattroute import` sets tiers with `--tier ENDPOINT=local`; the `tier` of an [[endpoint]] in trace.toml may be set by hand")
        .usage())
}

/// Writes the given price into a local endpoint that states none, whether or not costs are missing.
pub(super) fn remember(endpoint: &mut Endpoint, usd_per_kwh: Option<f64>, log: &mut Log) {
    if let (Some(price), None, Some(true)) = (usd_per_kwh, endpoint.electricity_usd_per_kwh, endpoint.is_local()) {
        endpoint.electricity_usd_per_kwh = Some(price);
        log.note_once(&format!("`{}`: electricity_usd_per_kwh is now {price} (--electricity)", endpoint.id));
    }
}

/// Fills the missing costs of a local endpoint whose price of electricity is known.
pub(super) fn fill(info: &mut TraceInfo, endpoint: &mut DraftEndpoint, log: &mut Log) -> Result<()> {
    let about = &endpoint.endpoint;
    let Some(price) = about.electricity_usd_per_kwh.filter(|_| about.is_local() == Some(true)) else { return Ok(()) };
    let included = match about.energy_scope {
        Some(EnergyScope::Accelerator) => ", of the accelerator alone",
        Some(EnergyScope::Node) => ", of the whole machine",
        Some(EnergyScope::Facility) => ", of the machine and its share of the building",
        None => "",
    };
    let mut usd = Known::of(endpoint, Metric::EnergyJ);
    usd.cells.iter_mut().for_each(|cell| *cell *= price / JOULES_PER_KWH);
    log.put(info, endpoint, Metric::CostUsd, &usd, &format!("{SOURCE}{price} a kilowatt hour{included}"))
}

/// Whether a source of estimated costs is the electricity that an answer took.
pub fn is_electricity(source: &str) -> bool {
    source.starts_with(SOURCE)
}

/// Why electricity does not tell an endpoint's cost; `None` where it has nothing to do with it.
pub(super) fn why(endpoint: &Endpoint, given: bool) -> Option<String> {
    if !given && endpoint.electricity_usd_per_kwh.is_none() {
        return None;
    }
    match endpoint.is_local() {
        Some(true) => Some("electricity was to pay for their energy, which is not known".to_owned()),
        Some(false) => None,
        None => Some("whether it is local is not known, so electricity was not applied, and no price is known".to_owned()),
    }
}
