//! `trace.toml`: what a trace says about itself.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::endpoint::Endpoint;
use super::schema::{FORMAT_VERSION, MEASURED};
use super::table::EndpointIx;
use super::text::hidden;
use crate::error::{Error, Result};

/// The most endpoints of a trace: each has a number.
pub(super) const MOST_ENDPOINTS: usize = EndpointIx::MAX as usize;

/// The description of a trace. Fields that are not known are refused, with line and column.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceInfo {
    /// Version of the folder format.
    pub format: u32,
    /// Short name of the trace.
    pub name: String,
    /// What was recorded, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Licence of the data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// What a run takes where its command does not say.
    #[serde(default, skip_serializing_if = "Defaults::is_empty")]
    pub defaults: Defaults,
    /// What import and enrich did, in order.
    #[serde(default, rename = "step", skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// Where estimated cells come from.
    #[serde(default, rename = "source", skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<Source>,
    /// The endpoints, in the order that breaks ties.
    #[serde(default, rename = "endpoint")]
    pub endpoints: Vec<Endpoint>,
}

/// What a run over this trace takes where its command does not say.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// The endpoints that savings are measured against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub baseline: Vec<String>,
    /// Where a misrouted query goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// The endpoints that may serve instead of the fallback.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub local: Vec<String>,
    /// The score from which an answer counts as correct.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correct_at: Option<f64>,
    /// What an oracle makes as small as it can: a column, or `size`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objective: Option<String>,
}

impl Defaults {
    fn is_empty(&self) -> bool {
        *self == Defaults::default()
    }
}

/// One thing that was done to a trace, by which command, and what it changed.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The verb: `import`, `enrich`, `synth`.
    pub verb: String,
    /// The arguments as they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arguments: Vec<String>,
    /// Version of the program.
    pub version: String,
    /// What was dropped, duplicated, missing or converted, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// Where estimated cells come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The number that stands in a `<metric>_source` column: 1 and more.
    pub code: u8,
    /// What the figures are and whom they stand in for.
    pub name: String,
}

impl TraceInfo {
    /// Reads the text of a `trace.toml`; `place` names the file in errors.
    pub fn parse(text: &str, place: &str) -> Result<Self> {
        let info = TraceInfo::from_toml(text, place)?;
        let faults = info.faults().into_iter().map(|fault| fault.at(place)).collect();
        Error::all(faults).map_or(Ok(info), Err)
    }

    /// Reads the text of a `trace.toml` without looking at what it says.
    pub(super) fn from_toml(text: &str, place: &str) -> Result<Self> {
        toml::from_str(text).map_err(|error| Error::new("the trace's description cannot be read").at(place).cause(error))
    }

    /// As the text of a `trace.toml`.
    pub fn to_toml(&self) -> Result<String> {
        toml::to_string_pretty(self).map_err(|error| Error::new("the trace's description cannot be written").cause(error))
    }

    /// The position of an endpoint.
    pub fn endpoint(&self, id: &str) -> Result<usize> {
        self.endpoints
            .iter()
            .position(|endpoint| endpoint.id == id)
            .ok_or_else(|| crate::error::unknown("endpoint", id, self.endpoints.iter().map(|e| e.id.as_str())))
    }

    /// The code of a source, added where it is new.
    pub fn source_code(&mut self, name: &str) -> Result<u8> {
        if let Some(source) = self.sources.iter().find(|source| source.name == name) {
            return Ok(source.code);
        }
        let used = self.sources.iter().map(|source| source.code).max().unwrap_or(MEASURED);
        let code = used.checked_add(1).ok_or_else(|| {
            Error::new("a trace has too many sources of estimated cells").found(format!("`{name}` as number 256")).allowed("255")
        })?;
        self.sources.push(Source { code, name: name.to_owned() });
        Ok(code)
    }

    /// Every fault of the description as one error.
    pub fn check(&self) -> Result<()> {
        Error::all(self.faults()).map_or(Ok(()), Err)
    }

    /// Names that are not shown as they are.
    fn hidden(&self) -> impl Iterator<Item = Error> {
        let sources = self.sources.iter().map(|source| ("[[source]] name", &source.name));
        let endpoints = self.endpoints.iter().flat_map(|endpoint| {
            let model = std::iter::once(("[[endpoint]] model", &endpoint.model));
            let hardware = endpoint.hardware.iter().map(|name| ("[[endpoint]] hardware", name));
            let precision = endpoint.precision.iter().map(|name| ("[[endpoint]] precision", name));
            model.chain(hardware).chain(precision).chain(endpoint.framework.iter().map(|name| ("[[endpoint]] framework", name)))
        });
        let own = std::iter::once(("name", &self.name)).chain(self.licence.iter().map(|licence| ("licence", licence)));
        own.chain(sources).chain(endpoints).filter_map(|(place, name)| hidden(name).map(|error| error.at(place)))
    }

    /// Every fault of the description.
    pub(super) fn faults(&self) -> Vec<Error> {
        let mut problems = Vec::new();
        if self.format != FORMAT_VERSION {
            problems.push(
                Error::new("the trace has another format version").found(self.format).allowed(FORMAT_VERSION).hint("import it again"),
            );
        }
        if self.endpoints.len() > MOST_ENDPOINTS {
            let found = format!("{} [[endpoint]]", self.endpoints.len());
            problems.push(Error::new("the trace has too many endpoints").found(found).allowed(format!("up to {MOST_ENDPOINTS}")));
            return problems;
        }
        problems.extend(self.hidden());
        let mut ids = HashSet::with_capacity(self.endpoints.len());
        for endpoint in &self.endpoints {
            problems.extend(endpoint.check().err());
            if !ids.insert(endpoint.id.to_ascii_lowercase()) {
                problems.push(Error::new("two endpoints have the same id").found(format!("`{}`", endpoint.id)).allowed("unique ids"));
            }
        }
        for (index, source) in self.sources.iter().enumerate() {
            if source.code == MEASURED || self.sources.iter().take(index).any(|other| other.code == source.code) {
                problems.push(
                    Error::new("a [[source]] has a code of its own that is not 0 (measured)")
                        .found(source.code)
                        .allowed("1 to 255, each once"),
                );
            }
        }
        let named = self.defaults.baseline.iter().chain(&self.defaults.fallback).chain(&self.defaults.local);
        problems.extend(named.filter_map(|id| self.endpoint(id).err().map(|error| error.at("[defaults]"))));
        if let Some(value) = self.defaults.correct_at.filter(|value| !(*value > 0.0 && *value <= 1.0)) {
            problems.push(Error::new("`correct_at` is no score").at("[defaults]").found(value).allowed("above 0, up to 1"));
        }
        problems
    }
}
