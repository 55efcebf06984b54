//! What the page's charts are drawn from.

use serde::Serialize;

use super::Inks;
use super::break_even::{self, MapView};
use super::quality::{self, QualityView};
use super::shares::{self, SharesView};
use super::sweep::{self, SweepView};
use crate::error::{Error, Result};
use crate::report::{Figure, Report, words};

/// All that the script of the page knows.
#[derive(Serialize)]
pub(super) struct Model<'a> {
    inks: &'a Inks,
    accounts: [&'static str; 4],
    curves: Vec<SweepView>,
    quality: Vec<QualityView>,
    shares: Option<SharesView>,
    maps: Vec<MapView>,
}

/// A number and its interval.
#[derive(Serialize)]
pub(super) struct Value {
    value: f64,
    low: Option<f64>,
    high: Option<f64>,
    /// As tables have it.
    text: String,
}

impl Value {
    pub(super) fn new(figure: Figure, text: String) -> Option<Self> {
        figure.value.is_finite().then_some(Value { value: figure.value, low: figure.low, high: figure.high, text })
    }

    pub(super) fn number(&self) -> f64 {
        self.value
    }
}

impl<'a> Model<'a> {
    pub(super) fn of(reports: &[Report], inks: &'a Inks) -> Self {
        let replayed = reports.iter().find(|report| !report.policies.is_empty());
        Model {
            inks,
            accounts: words::ACCOUNT_WORDS,
            curves: reports.iter().find(|report| !report.curves.is_empty()).map(sweep::views).unwrap_or_default(),
            quality: replayed.map(quality::views).unwrap_or_default(),
            shares: replayed.map(shares::view),
            maps: reports.iter().filter_map(|report| report.break_even.as_ref()).flat_map(break_even::views).collect(),
        }
    }

    pub(super) fn has_curves(&self) -> bool {
        !self.curves.is_empty()
    }

    pub(super) fn has_quality(&self) -> bool {
        !self.quality.is_empty()
    }

    pub(super) fn has_shares(&self) -> bool {
        self.shares.is_some()
    }

    pub(super) fn has_maps(&self) -> bool {
        !self.maps.is_empty()
    }

    /// As JSON that cannot end the element it stands in.
    pub(super) fn to_json(&self) -> Result<String> {
        let text = serde_json::to_string(self).map_err(|cause| Error::new("a page cannot be written").cause(cause))?;
        Ok(text.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
    }
}
