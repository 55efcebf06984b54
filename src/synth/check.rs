//! From a spec's form to checked numbers: all problems at once, with line and column.
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

use toml::Spanned;

use super::check_data;
use super::check_targets;
use super::form::{EndpointForm, Form, LengthForm, ModelForm, Parameters, ProfileForm};
use super::spec::{EndpointSpec, Known, Length, Model, Profile, Scaled, Spec, fingerprint};
use crate::error::{Error, Result};
use crate::shipped::TomlText;
use crate::trace::{Defaults, Endpoint, Metric};

/// The version of the form.
const FORMAT: u32 = 1;

/// Problems of a spec, collected so that all are reported at once.
pub(super) struct Problems<'a> {
    text: &'a TomlText,
    list: Vec<Error>,
}

impl Problems<'_> {
    pub fn add(&mut self, span: Range<usize>, error: Error) {
        self.list.push(error.at(self.text.place_of(span)));
    }

    pub fn whole(&mut self, error: Error) {
        self.list.push(error.at(&self.text.place));
    }

    /// A share or an accuracy, or a problem.
    pub fn share(&mut self, name: &str, value: &Spanned<f64>) -> f64 {
        self.share_at(name, *value.get_ref(), value.span())
    }

    pub fn share_at(&mut self, name: &str, value: f64, span: Range<usize>) -> f64 {
        if !(0.0..=1.0).contains(&value) {
            self.add(span, Error::new(format!("`{name}` is no share")).found(value).allowed("0 to 1 (0.8 for 80%)"));
        }
        value
    }

    /// A mean above 0 with a spread from 0 up.
    pub fn length(&mut self, name: &str, form: LengthForm, span: Range<usize>) -> Length {
        if !(form.mean.is_finite() && form.mean > 0.0) {
            self.add(span.clone(), Error::new(format!("the mean of `{name}` is no quantity")).found(form.mean).allowed("above 0"));
        }
        self.spread(name, form.spread, span);
        Length { mean: form.mean, spread: form.spread }
    }

    fn spread(&mut self, name: &str, value: f64, span: Range<usize>) {
        if !(0.0..=3.0).contains(&value) {
            let what = format!("the spread of `{name}` is no standard deviation of a logarithm");
            self.add(span, Error::new(what).found(value).allowed("0 to 3 (0.1 for about 10%)"));
        }
    }

    fn positive(&mut self, name: &str, value: Option<&Spanned<f64>>) -> Option<f64> {
        if let Some(value) = value.filter(|value| !(value.get_ref().is_finite() && *value.get_ref() > 0.0)) {
            self.add(value.span(), Error::new(format!("`{name}` is no quantity")).found(value.get_ref()).allowed("above 0"));
        }
        value.map(|value| *value.get_ref())
    }
}

/// Checks a form; `base` is the spec that it extends.
pub(super) fn spec(form: Form, text: &TomlText, base: Option<Spec>) -> Result<Spec> {
    let mut problems = Problems { text, list: Vec::new() };
    if *form.format.get_ref() != FORMAT {
        let error = Error::new("the spec has another format version").found(form.format.get_ref()).allowed(FORMAT);
        problems.add(form.format.span(), error);
    }
    let extended = base.is_some();
    if extended && !(form.model.is_empty() && form.dataset.is_empty()) {
        problems
            .whole(Error::new("a spec that extends another takes its models and data sets from there").found("[[model]] or [[dataset]]"));
    }
    if !extended && !form.tokens.is_empty() {
        let hint = "write `tokens = { input = …, output = … }` in the [[dataset]]";
        problems.whole(Error::new("[[tokens]] stands beside `extends` only").hint(hint));
    }
    let fingerprint = fingerprint(text, base.as_ref());
    let (mut answers, mut tokens, extended_queries) = match base {
        Some(base) => (base.answers, base.tokens, Some(base.queries)),
        None => {
            let (answers, tokens) = check_data::answers(&form, &mut problems);
            (answers, tokens, None)
        }
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "too many are as many as can be counted, and refused later")]
    let counted = answers.datasets.iter().map(|dataset| dataset.queries()).sum::<f64>().round() as u64;
    let queries = form.queries.as_ref().map(|queries| *queries.get_ref()).or(extended_queries).unwrap_or(counted);
    check_data::override_tokens(&form, &answers, &mut tokens, &mut problems);
    let endpoints: Vec<EndpointSpec> = form.endpoint.iter().filter_map(|form| endpoint(form, &answers.models, &mut problems)).collect();
    defaults(&form.defaults, &endpoints, &mut problems);
    if !extended && problems.list.is_empty() {
        check_targets::add(&form, &endpoints, &tokens, &mut answers, &mut problems);
    }
    let Form { name, summary, licence, defaults, .. } = form;
    let spec = Spec { name, summary, licence, defaults, answers, endpoints, tokens, queries, fingerprint };
    Error::all(problems.list).map_or(Ok(spec), Err)
}

pub(super) fn model(form: &ModelForm, families: &mut Vec<String>, problems: &mut Problems) -> Model {
    let family = families.iter().position(|known| *known == form.family).unwrap_or_else(|| {
        families.push(form.family.clone());
        families.len() - 1
    });
    Model {
        name: form.name.get_ref().clone(),
        shown: form.variant_of.clone().unwrap_or_else(|| form.name.get_ref().clone()),
        family,
        params_total_b: problems.positive("params_total_b", form.params_total_b.as_ref()),
        params_active_b: problems.positive("params_active_b", form.params_active_b.as_ref()),
        perplexity: form.perplexity.map(|perplexity| problems.length("perplexity", perplexity, form.name.span())),
    }
}

fn endpoint(form: &EndpointForm, models: &[Model], problems: &mut Problems) -> Option<EndpointSpec> {
    let name = form.model.get_ref();
    let Some((index, model)) = models.iter().enumerate().find(|(_, model)| model.name == *name) else {
        let error = crate::error::unknown("model", name, models.iter().map(|model| model.name.as_str()));
        problems.add(form.model.span(), error);
        return None;
    };
    let mut endpoint = Endpoint { model: model.shown.clone(), ..Endpoint::new(name, form.hardware.as_deref()) };
    if let Some(id) = &form.id {
        endpoint.id = id.clone();
    }
    (endpoint.params_total_b, endpoint.params_active_b) = (model.params_total_b, model.params_active_b);
    (endpoint.tier, endpoint.batch_size, endpoint.year) = (form.tier, form.batch_size, form.year);
    (endpoint.precision, endpoint.framework) = (form.precision.clone(), form.framework.clone());
    (endpoint.energy_scope, endpoint.idle_w, endpoint.price) = (form.energy_scope, form.idle_w, form.price);
    endpoint.electricity_usd_per_kwh = form.electricity_usd_per_kwh;
    if let Err(error) = endpoint.check() {
        problems.add(form.model.span(), error);
    }
    let parameters = form.flops.map(|which| match which {
        Parameters::Total => ("params_total_b", model.params_total_b),
        Parameters::Active => ("params_active_b", model.params_active_b),
    });
    if let Some((wanted, None)) = parameters {
        let error = Error::new("floating-point operations need the model's parameters").found(format!("`{name}` without `{wanted}`"));
        problems.add(form.model.span(), error);
    }
    let scale = LengthForm { mean: form.output_tokens.scale, spread: form.output_tokens.spread };
    let output_scale = problems.length(Metric::OutputTokens.column(), scale, form.model.span());
    let profile = match &form.profile {
        Some(form) => profile(form, problems),
        None => {
            let what = format!("endpoint `{}` has no profile", endpoint.id);
            let hint = "write [endpoint.profile] with two of power, energy and latency";
            problems.add(form.model.span(), Error::new(what).hint(hint));
            None
        }
    };
    Some(EndpointSpec { endpoint, model: index, flops: form.flops, output_scale, profile, source: form.source.clone() })
}

fn profile(form: &Spanned<ProfileForm>, problems: &mut Problems) -> Option<Profile> {
    let (span, form) = (form.span(), form.get_ref());
    let numbers = [form.power_w, form.energy_j_mean, form.energy_j_per_output_token, form.latency_s_mean, form.latency_s_per_output_token];
    if let Some(bad) = numbers.into_iter().flatten().find(|value| !(value.is_finite() && *value > 0.0)) {
        problems.add(span.clone(), Error::new("a profile has a number that is no quantity").found(bad).allowed("above 0"));
    }
    problems.spread("power_spread", form.power_spread, span.clone());
    problems.spread("speed_spread", form.speed_spread, span.clone());
    let scaled = |mean: Option<f64>, per_token: Option<f64>| match (mean, per_token) {
        (Some(mean), None) => Ok(Some(Scaled::Mean(mean))),
        (None, Some(per_token)) => Ok(Some(Scaled::PerToken(per_token))),
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(()),
    };
    let energy = scaled(form.energy_j_mean, form.energy_j_per_output_token);
    let latency = scaled(form.latency_s_mean, form.latency_s_per_output_token);
    let known = match (form.power_w, energy, latency) {
        (Some(power), Ok(Some(energy)), Ok(None)) => Some(Known::PowerEnergy(power, energy)),
        (Some(power), Ok(None), Ok(Some(latency))) => Some(Known::PowerLatency(power, latency)),
        (None, Ok(Some(energy)), Ok(Some(latency))) => Some(Known::EnergyLatency(energy, latency)),
        _ => None,
    };
    if known.is_none() {
        let allowed = "two of: power_w; energy_j_mean or energy_j_per_output_token; latency_s_mean or latency_s_per_output_token";
        problems.add(span, Error::new("a profile has two of power, energy and time, so that the third follows").allowed(allowed));
    }
    Some(Profile { known: known?, power_spread: form.power_spread, speed_spread: form.speed_spread })
}

fn defaults(defaults: &Defaults, endpoints: &[EndpointSpec], problems: &mut Problems) {
    let ids = || endpoints.iter().map(|endpoint| endpoint.endpoint.id.as_str());
    for name in defaults.baseline.iter().chain(&defaults.fallback).chain(&defaults.local) {
        if !ids().any(|id| id == name) {
            problems.whole(crate::error::unknown("endpoint", name, ids()).at("[defaults]"));
        }
    }
    for (index, id) in ids().enumerate() {
        if ids().take(index).any(|other| other.eq_ignore_ascii_case(id)) {
            problems.whole(Error::new("two endpoints have the same id").found(format!("`{id}`")).allowed("unique ids"));
        }
    }
    if endpoints.is_empty() {
        problems.whole(Error::new("the spec has no endpoints").allowed("[[endpoint]], 1 and more"));
    }
}
