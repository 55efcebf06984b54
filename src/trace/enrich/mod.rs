//! Filling in what a trace lacks: energy, latency, compute and cost, from measured profiles and prices.
//!
//! Recorded cells are never touched. A cell that is filled in carries the code of its source, which
//! says what was measured, on what, and for which endpoint it stands in. The arithmetic:
//!
//! - energy = J/token x output tokens, or J/request, or W x latency / batch size;
//! - latency = s/token x output tokens (what one request waits, not 1 / throughput), or s/request;
//! - compute = 2 x parameters x (input + output tokens);
//! - cost = price x tokens, or for local endpoints without a token price electricity x energy.
//!
//! An endpoint is joined with an entry of its model, hardware and batch size; where several fit, or
//! where another one is to stand in, a person says which.

mod choose;
mod electricity;
mod fill;
mod log;
pub mod ml_energy;
mod names;
pub mod plain;
mod prices;
mod pricing;
mod profile;
mod require;
mod tokens;

use std::path::PathBuf;

pub use electricity::is_electricity;
pub use log::{Filled, Log, Missing};
pub use prices::{ListPrice, PriceList};
pub use profile::{Entry, Profile, Rate};

use super::draft::Draft;
use super::info::Step;
use super::schema::Metric;
use crate::error::{Error, Result};
use choose::Said;
use names::Library;

/// The metrics that are filled in, in the order in which they are reported.
const METRICS: [Metric; 4] = [Metric::EnergyJ, Metric::LatencyS, Metric::Flops, Metric::CostUsd];
/// The KEY that says: look nothing up for this endpoint.
const NONE: &str = "none";

/// Which parameters compute follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlopsBy {
    /// All of the model's.
    Total,
    /// Those that a token uses.
    Active,
}

/// What a person may say about enriching.
#[derive(Debug, Clone, Default)]
pub struct EnrichOptions {
    /// Files of profiles.
    pub profiles: Vec<PathBuf>,
    /// A price list.
    pub prices: Option<PathBuf>,
    /// Endpoint ids, each with the key of the entry that it is to get, or `none`.
    pub stand_ins: Vec<(String, String)>,
    /// Price of electricity for local endpoints that state none, in USD per kWh.
    pub electricity_usd_per_kwh: Option<f64>,
    /// Output tokens of answers that have none: of one endpoint, or of all.
    pub output_tokens: Vec<(Option<String>, f64)>,
    /// Count missing input tokens from the prompts, four characters each.
    pub tokens_from_text: bool,
    /// Which parameters compute follows from; without it active ones where known, else all.
    pub flops: Option<FlopsBy>,
}

/// Fills in what a draft lacks and adds a step with `arguments` and notes to its description.
///
/// # Errors
/// Where a file cannot be read, a key or price is not known, several entries fit, tokens are wanted
/// that nobody counted, or nothing at all could be filled in. All faults of a kind at once.
pub fn enrich(mut draft: Draft, options: &EnrichOptions, arguments: Vec<String>) -> Result<(Draft, Log)> {
    let library = read(options)?;
    electricity::check(&draft, options.electricity_usd_per_kwh)?;
    let said = said(&draft, &library, options)?;
    let mut log = Log::default();
    tokens::fill(&mut draft, options, &mut log)?;
    let mut problems = Vec::new();
    let mut chosen = Vec::with_capacity(draft.endpoints.len());
    for (endpoint, said) in draft.endpoints.iter().zip(&said) {
        let lacking: Vec<Metric> = METRICS.into_iter().filter(|metric| log::missing(endpoint, *metric) > 0).collect();
        match choose::choose(&library, &endpoint.endpoint, said, &lacking) {
            Ok(choice) => {
                problems.extend(require::check(endpoint, &draft.queries, &choice, options));
                chosen.push(choice);
            }
            Err(error) => problems.push(error),
        }
    }
    if let Some(error) = Error::all(problems) {
        return Err(error);
    }
    for (index, choice) in chosen.iter().enumerate() {
        fill::endpoint(&mut draft, index, choice, options, &mut log)?;
    }
    something(&log)?;
    unused(&draft, &library, &said, &mut log);
    let version = env!("CARGO_PKG_VERSION").to_owned();
    draft.info.steps.push(Step { verb: "enrich".to_owned(), arguments, version, notes: log.lines() });
    Ok((draft, log))
}

fn read(options: &EnrichOptions) -> Result<Library> {
    let mut library = Library::default();
    for path in &options.profiles {
        library.profiles.push(Profile::read(path)?);
    }
    library.prices = options.prices.as_deref().map(PriceList::read).transpose()?;
    Ok(library)
}

/// What `--as` says, for each endpoint.
fn said<'a>(draft: &Draft, library: &'a Library, options: &EnrichOptions) -> Result<Vec<Said<'a>>> {
    let mut said: Vec<Said> = draft.endpoints.iter().map(|_| Said::default()).collect();
    let mut problems = Vec::new();
    for (id, key) in &options.stand_ins {
        let ids = || draft.endpoints.iter().map(|endpoint| endpoint.endpoint.id.as_str());
        let Some(said) = ids().position(|known| known == id).and_then(|index| said.get_mut(index)) else {
            problems.push(crate::error::unknown("endpoint", id, ids()).at(format!("--as {id}={key}")).usage());
            continue;
        };
        if key == NONE {
            said.none = true;
            continue;
        }
        match library.find(key, &format!("--as {id}={key}")) {
            Ok(named) => said.named.extend(named),
            Err(error) => problems.push(error.usage()),
        }
    }
    Error::all(problems).map_or(Ok(said), Err)
}

/// Nothing to fill in is an error, since whoever asked expects a change.
fn something(log: &Log) -> Result<()> {
    if !log.filled.is_empty() || !log.notes.is_empty() {
        return Ok(());
    }
    let error = Error::new("there was nothing to fill in");
    Err(match log.lines().as_slice() {
        [] => error.found("energy, latency, compute and cost of every answer"),
        lines => error.found(lines.join("\n")),
    })
}

/// Notes files and named entries that gave nothing: what was said in vain is easily a mistake.
fn unused(draft: &Draft, library: &Library, said: &[Said], log: &mut Log) {
    let mut lines = Vec::new();
    for (endpoint, said) in draft.endpoints.iter().zip(said) {
        let id = &endpoint.endpoint.id;
        for named in &said.named {
            let taken = log.filled.iter().any(|filled| filled.endpoint == *id && filled.source.contains(&named.source()));
            if !taken {
                lines.push(format!("nothing of `{id}` was filled from `{}`, which --as names: it was known already", named.key()));
            }
        }
    }
    let files = library.profiles.iter().map(|profile| &profile.name).chain(library.prices.iter().map(|list| &list.name));
    let untouched = files.filter(|name| !log.filled.iter().any(|filled| filled.source.contains(&format!("{name}: "))));
    lines.extend(untouched.map(|name| format!("nothing was filled from {name}")));
    log.notes.extend(lines);
}

#[cfg(test)]
mod tests;
