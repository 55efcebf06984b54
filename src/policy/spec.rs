//! Policy files: read in two steps, the kind and then that kind's parameters.
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

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::library::PolicyText;
use super::{KINDS, Parameters};
use crate::error::{Error, Result};
use crate::trace::Metric;

/// What a router itself takes for each query, charged to its policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overhead {
    /// Joules a query.
    #[serde(default)]
    pub energy_j: f64,
    /// Seconds a query.
    #[serde(default)]
    pub latency_s: f64,
    /// US dollars a query.
    #[serde(default)]
    pub cost_usd: f64,
    /// Floating-point operations a query.
    #[serde(default)]
    pub flops: f64,
}

/// A policy as read and checked.
#[derive(Clone)]
pub struct PolicySpec {
    /// What reports call it: what was asked for.
    pub name: String,
    /// Its kind.
    pub kind: &'static str,
    /// What it does, from its file.
    pub summary: String,
    /// The file's text with the command's own settings put in.
    pub text: String,
    /// What the router itself takes.
    pub overhead: Overhead,
    /// Its checked parameters.
    pub parameters: Arc<dyn Parameters>,
}

impl std::fmt::Debug for PolicySpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PolicySpec").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The form of a policy file, for the parameters of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File<P> {
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(default)]
    summary: String,
    #[serde(default, rename = "source")]
    _source: Option<String>,
    #[serde(default)]
    overhead: Overhead,
    parameters: Option<P>,
}

/// The first step: only the kind.
#[derive(Debug, Deserialize)]
struct Head {
    kind: toml::Spanned<String>,
}

impl PolicySpec {
    /// Reads a policy by name, file, or name with settings: `noisy-oracle:router_accuracy=0.6`.
    ///
    /// # Errors
    /// Where there is no such policy or kind, a field is unknown or a value not allowed: with line
    /// and column, all problems of the parameters at once.
    pub fn find(wanted: &str) -> Result<PolicySpec> {
        PolicySpec::of(&PolicyText::find(wanted)?)
    }

    /// A policy from the text of its file, with the settings put in: one that was found on another machine.
    ///
    /// # Errors
    /// As [`PolicySpec::find`].
    pub fn of_text(name: &str, text: &str) -> Result<PolicySpec> {
        PolicySpec::of(&PolicyText { name: name.to_owned(), place: name.to_owned(), text: text.to_owned(), folder: None })
    }

    fn of(text: &PolicyText) -> Result<PolicySpec> {
        let head: Head = toml::from_str(&text.text).map_err(|error| text.unreadable(error))?;
        let name = head.kind.get_ref();
        let kind = KINDS.iter().find(|kind| kind.name == name).ok_or_else(|| {
            crate::error::unknown("kind of policy", name, KINDS.iter().map(|kind| kind.name)).at(text.place(head.kind.span()))
        })?;
        (kind.read)(text)
    }

    /// The second step: the parameters of a kind, read and then checked by it.
    pub(super) fn read<P: DeserializeOwned, C: Parameters + 'static>(
        text: &PolicyText,
        kind: &'static str,
        check: impl FnOnce(P, &mut Problems) -> C,
    ) -> Result<PolicySpec> {
        PolicySpec::try_read(text, kind, |parameters, problems| Some(check(parameters, problems)))
    }

    /// The same for a check that may give nothing, where it found problems.
    pub(super) fn try_read<P: DeserializeOwned, C: Parameters + 'static>(
        text: &PolicyText,
        kind: &'static str,
        check: impl FnOnce(P, &mut Problems) -> Option<C>,
    ) -> Result<PolicySpec> {
        let file: File<P> = toml::from_str(&text.text).map_err(|error| text.unreadable(error))?;
        let mut problems = Problems { text, list: Vec::new() };
        let overhead = file.overhead;
        for (metric, value) in [
            (Metric::EnergyJ, overhead.energy_j),
            (Metric::LatencyS, overhead.latency_s),
            (Metric::CostUsd, overhead.cost_usd),
            (Metric::Flops, overhead.flops),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                problems
                    .list
                    .push(Error::new(format!("`overhead.{metric}` is no quantity")).at(&text.place).found(value).allowed("0 and more"));
            }
        }
        let parameters = match file.parameters {
            Some(parameters) => parameters,
            // A kind whose parameters all have defaults may leave the section out.
            None => toml::from_str("").map_err(|error| text.unreadable(error).hint("settings stand below `[parameters]`"))?,
        };
        let checked = check(parameters, &mut problems);
        if let Some(error) = Error::all(problems.list) {
            return Err(error);
        }
        let parameters = Arc::new(checked.ok_or_else(|| Error::new("the policy cannot be read").at(&text.place))?);
        Ok(PolicySpec { name: text.name.clone(), kind, summary: file.summary, text: text.text.clone(), overhead, parameters })
    }
}

/// A section of the parameters that has a kind of its own, and nothing else of the file.
#[derive(Deserialize)]
struct RouterSection<P> {
    router: P,
}

#[derive(Deserialize)]
struct RuleSection<P> {
    rule: P,
}

#[derive(Deserialize)]
struct SectionOf<S> {
    parameters: S,
}

/// The problems of a policy's parameters, collected so that all are reported at once.
pub struct Problems<'a> {
    text: &'a PolicyText,
    list: Vec<Error>,
}

impl Problems<'_> {
    /// Notes a problem at a place of the file.
    pub fn add(&mut self, span: Range<usize>, error: Error) {
        self.list.push(error.at(self.text.place(span)));
    }

    /// `[parameters.router]` in the form of its kind; `None`, with the problem noted, where it has another.
    pub fn router_section<P: DeserializeOwned>(&mut self) -> Option<P> {
        self.section::<RouterSection<P>>().map(|section| section.router)
    }

    /// `[parameters.rule]` in the form of its kind; `None`, with the problem noted, where it has another.
    pub fn rule_section<P: DeserializeOwned>(&mut self) -> Option<P> {
        self.section::<RuleSection<P>>().map(|section| section.rule)
    }

    /// `[parameters.router]` as it stands.
    pub fn router_text(&self) -> String {
        let section: Option<SectionOf<RouterSection<toml::Table>>> = toml::from_str(&self.text.text).ok();
        section.map(|section| section.parameters.router.to_string()).unwrap_or_default()
    }

    /// What a kind of router reads of its section's text; all problems of it at once otherwise.
    #[cfg(test)]
    pub(crate) fn of_router<R>(section: &str, read: impl FnOnce(&mut Problems) -> Option<R>) -> Result<R> {
        let text = format!("kind = \"learned\"\n[parameters.router]\n{section}");
        let text = PolicyText { name: "test".to_owned(), place: "test.toml".to_owned(), text, folder: None };
        let mut problems = Problems { text: &text, list: Vec::new() };
        let router = read(&mut problems);
        match Error::all(problems.list) {
            Some(error) => Err(error),
            None => router.ok_or_else(|| Error::new("nothing was read, and no problem noted")),
        }
    }

    fn section<S: DeserializeOwned>(&mut self) -> Option<S> {
        match toml::from_str::<SectionOf<S>>(&self.text.text) {
            Ok(section) => Some(section.parameters),
            Err(error) => {
                self.list.push(self.text.unreadable(error));
                None
            }
        }
    }

    /// A whole number that is not too small, or what is usual where it is not said.
    pub(super) fn at_least(&mut self, name: &str, value: &Option<toml::Spanned<usize>>, usual: usize, least: usize) -> usize {
        let Some(value) = value else { return usual };
        if *value.get_ref() < least {
            let error = Error::new(format!("`{name}` is too small")).found(value.get_ref()).allowed(format!("{least} and more"));
            self.add(value.span(), error);
        }
        *value.get_ref()
    }

    /// The folder of the policy file, where it is one and not in the program.
    pub fn folder(&self) -> Option<&Path> {
        self.text.folder.as_deref()
    }

    /// Notes a problem of the file as a whole.
    pub fn whole(&mut self, error: Error) {
        self.list.push(error.at(&self.text.place));
    }

    /// A probability, or a problem.
    pub fn probability(&mut self, name: &str, value: &toml::Spanned<f64>) -> f64 {
        let probability = *value.get_ref();
        if !(0.0..=1.0).contains(&probability) {
            self.add(value.span(), Error::new(format!("`{name}` is no probability")).found(probability).allowed("0 to 1 (0.8 for 80%)"));
        }
        probability
    }
}
