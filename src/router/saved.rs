//! Routers on disk: fitted once, judged elsewhere.
// What comes from a file is neither indexed nor cast: a wrong one is an error, not a panic.
#![cfg_attr(
    not(test),
    warn(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )
)]

use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::ROUTERS;
use super::calibrate::Calibrator;
use super::features::Encoder;
use super::fit::{FittedRouter, FittedTo};
use super::past::Past;
use super::predictor::Target;
use crate::error::{Error, Result};
use crate::trace::{EndpointIx, Trace};

/// The word that tells a saved router from other JSON.
const FORMAT: &str = "wattroute-router";
/// The version of its form.
const VERSION: u32 = 1;

/// A fitted router with what it takes to judge it honestly.
pub struct SavedRouter {
    /// Its kind.
    pub kind: String,
    /// The policy file's text that it was fitted by.
    pub policy: String,
    /// What it predicts.
    pub target: Target,
    /// The router.
    pub fitted: FittedRouter,
    /// By endpoint what answers took.
    pub past: Vec<Past>,
    /// The queries that it was fitted to.
    pub fitted_to: FittedTo,
}

/// The form of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u32,
    program: String,
    kind: String,
    policy: String,
    target: Target,
    encoder: Encoder,
    predictor: serde_json::Value,
    calibrators: Vec<Calibrator>,
    past: Vec<Past>,
    fitted_to: FittedTo,
}

/// The part of the form that every version has.
#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u32>,
}

impl SavedRouter {
    /// The file's text.
    ///
    /// # Errors
    /// Where a number cannot be written as JSON.
    pub fn to_json(&self) -> Result<String> {
        let file = File {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            kind: self.kind.clone(),
            policy: self.policy.clone(),
            target: self.target,
            encoder: self.fitted.encoder.clone(),
            predictor: self.fitted.predictor.save()?,
            calibrators: self.fitted.calibrators.clone(),
            past: self.past.clone(),
            fitted_to: self.fitted_to.clone(),
        };
        serde_json::to_string(&file).map(|text| text + "\n").map_err(|cause| Error::new("the router cannot be saved").cause(cause))
    }

    /// Reads a saved router.
    ///
    /// # Errors
    /// Where the file is none, or of another version.
    pub fn read(path: &Path) -> Result<SavedRouter> {
        let text =
            std::fs::read_to_string(path).map_err(|cause| Error::new("cannot read a saved router").at(path.display()).cause(cause))?;
        Self::from_json(&text).map_err(|error| error.at(path.display()))
    }

    fn from_json(text: &str) -> Result<SavedRouter> {
        let unreadable = |cause: serde_json::Error| Error::new("this is no saved router").cause(cause).hint("`wattroute train` makes one");
        let head: Head = serde_json::from_str(text).map_err(unreadable)?;
        if head.format.as_deref() != Some(FORMAT) {
            let found = head.format.map_or("no `format`".to_owned(), |format| format!("`{format}`"));
            return Err(Error::new("this is no saved router")
                .found(found)
                .allowed(format!("`{FORMAT}`"))
                .hint("`wattroute train` makes one"));
        }
        if head.version != Some(VERSION) {
            let found = head.version.map_or("none".to_owned(), |version| version.to_string());
            return Err(Error::new("a saved router of another version")
                .found(found)
                .allowed(VERSION)
                .hint("fit it again: `wattroute train`"));
        }
        let file: File = serde_json::from_str(text).map_err(unreadable)?;
        let kind = ROUTERS.iter().find(|kind| kind.name == file.kind);
        let kind = kind.ok_or_else(|| crate::error::unknown("kind of router", &file.kind, ROUTERS.iter().map(|kind| kind.name)))?;
        if !file.calibrators.is_empty() && file.calibrators.len() != file.past.len() {
            let found = format!("{} calibrations of {} endpoints", file.calibrators.len(), file.past.len());
            return Err(Error::new("a saved router does not fit together").found(found));
        }
        file.encoder.check()?;
        file.calibrators.iter().try_for_each(Calibrator::check)?;
        let predictor = (kind.load)(file.predictor)?;
        predictor.check(file.encoder.width(), file.past.len())?;
        Ok(SavedRouter {
            kind: file.kind,
            policy: file.policy,
            target: file.target,
            fitted: FittedRouter {
                encoder: file.encoder,
                predictor,
                calibrators: file.calibrators,
                fitted_on: Vec::new(),
                notes: Vec::new(),
            },
            past: file.past,
            fitted_to: file.fitted_to,
        })
    }

    /// The name of its kind as the list has it.
    ///
    /// # Errors
    /// Where there is no such kind.
    pub fn kind_name(&self) -> Result<&'static str> {
        let kind = ROUTERS.iter().find(|kind| kind.name == self.kind).map(|kind| kind.name);
        kind.ok_or_else(|| crate::error::unknown("kind of router", &self.kind, ROUTERS.iter().map(|kind| kind.name)))
    }

    /// Where each of some endpoints stands among those that it was fitted to.
    ///
    /// # Errors
    /// Where it was not fitted to some of them: all are named.
    #[allow(clippy::indexing_slicing, reason = "endpoints are those of the trace")]
    pub fn places(&self, trace: &Trace, endpoints: &[EndpointIx]) -> Result<Vec<usize>> {
        let ids = || endpoints.iter().map(|&endpoint| trace.info.endpoints[usize::from(endpoint)].id.as_str());
        let place = |id: &str| self.past.iter().position(|past| past.endpoint == id);
        let lacking: Vec<&str> = ids().filter(|id| place(id).is_none()).collect();
        if !lacking.is_empty() {
            let known: Vec<&str> = self.past.iter().map(|past| past.endpoint.as_str()).collect();
            return Err(Error::new("a saved router was not fitted to every endpoint of the pool")
                .found(lacking.join(", "))
                .allowed(known.join(", "))
                .hint("choose the pool by `--local` and `--fallback`, or fit again"));
        }
        Ok(ids().filter_map(place).collect())
    }

    /// Positions of the queries of a trace that it was fitted to, by their ids.
    ///
    /// # Errors
    /// Where the trace's ids were not read.
    pub fn fitted_of(&self, trace: &Trace) -> Result<Vec<usize>> {
        let ids = trace.queries.ids.as_ref().ok_or_else(|| Error::new("the names of the queries were not read"))?;
        let known = |id: &String| self.fitted_to.ids.binary_search(&xxh3_64(id.as_bytes())).is_ok();
        Ok(ids.iter().enumerate().filter(|(_, id)| known(id)).map(|(position, _)| position).collect())
    }
}

impl FittedTo {
    /// Some queries of a trace.
    ///
    /// # Errors
    /// Where the trace's ids were not read.
    #[allow(clippy::indexing_slicing, reason = "positions are those of the trace")]
    pub fn of(trace: &Trace, allowed: usize, positions: &[usize]) -> Result<FittedTo> {
        let ids = trace.queries.ids.as_ref().ok_or_else(|| Error::new("the names of the queries were not read"))?;
        let mut ids: Vec<u64> = positions.iter().map(|&position| xxh3_64(ids[position].as_bytes())).collect();
        ids.sort_unstable();
        Ok(FittedTo { trace: trace.info.name.clone(), fingerprint: trace.fingerprint.clone(), queries: allowed, ids })
    }
}
