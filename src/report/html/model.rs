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
    shares: Vec<SharesView>,
    maps: Vec<MapView>,
}

/// The runs that have something to draw, with a name for each where there are several: its verb, and its place on the
/// page where that does not tell it apart.
fn named(reports: &[Report], has: fn(&Report) -> bool) -> Vec<(&Report, Option<String>)> {
    let drawn: Vec<(usize, &Report)> = (1..).zip(reports).filter(|(_, report)| has(report)).collect();
    let name = |place: usize, report: &Report| {
        let verb = &report.manifest.verb;
        let alike = drawn.iter().filter(|(_, other)| other.manifest.verb == *verb).count();
        if alike > 1 { format!("{verb}, run {place}") } else { verb.clone() }
    };
    drawn.iter().map(|&(place, report)| (report, (drawn.len() > 1).then(|| name(place, report)))).collect()
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
        let replayed = named(reports, |report| !report.policies.is_empty());
        let swept = named(reports, |report| !report.curves.is_empty());
        Model {
            inks,
            accounts: words::ACCOUNT_WORDS,
            curves: swept.iter().flat_map(|(report, run)| sweep::views(report, run.as_deref())).collect(),
            quality: replayed.iter().flat_map(|(report, run)| quality::views(report, run.as_deref())).collect(),
            shares: replayed.iter().map(|(report, run)| shares::view(report, run.clone())).collect(),
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
        !self.shares.is_empty()
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
