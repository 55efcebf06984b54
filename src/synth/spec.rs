//! Specs that traces are generated from, as read and checked.
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

use include_dir::Dir;
use xxhash_rust::xxh3::xxh3_64;

use super::check;
use super::form::{Form, Goal, Parameters};
use crate::error::{Error, Result};
use crate::shipped::{Shipped, TomlText};
use crate::trace::{Defaults, EMBEDDED, Endpoint};

static FILES: &Dir<'static> = &EMBEDDED;
static SHIPPED: Shipped = Shipped { kind: "spec", folder: "traces", files: FILES };

/// A spec: what answers how well, and what the answers take on which hardware.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Short name of the trace.
    pub name: String,
    /// What the trace is, in a sentence.
    pub summary: String,
    /// Licence of the trace.
    pub licence: Option<String>,
    /// What a run over the trace takes where its command does not say.
    pub defaults: Defaults,
    /// Which model answers what correctly.
    pub answers: Answers,
    /// The endpoints, in the order that breaks ties.
    pub endpoints: Vec<EndpointSpec>,
    /// Token lengths of each data set.
    pub tokens: Vec<Tokens>,
    /// Queries of the trace where nobody asks for another number.
    pub queries: u64,
    /// A fingerprint of the texts that the spec was read from.
    pub fingerprint: u64,
}

/// Joint correctness: the models, the data sets and the targets that are to be met.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The models.
    pub models: Vec<Model>,
    /// Names of the families.
    pub families: Vec<String>,
    /// The local models by size, the smallest first: those that coverage and first solvers are about.
    pub local: Vec<usize>,
    /// The data sets.
    pub datasets: Vec<Dataset>,
    /// Targets over the whole trace.
    pub savings: Vec<SavingTarget>,
}

/// What answers.
#[derive(Debug, Clone)]
pub struct Model {
    /// Its name in the spec.
    pub name: String,
    /// What endpoints call it: its own name, or that of the model that it is a variant of.
    pub shown: String,
    /// Position of its family.
    pub family: usize,
    /// All parameters, in billions.
    pub params_total_b: Option<f64>,
    /// Parameters that a token uses, in billions.
    pub params_active_b: Option<f64>,
    /// Perplexity of the reference answers: mean and standard deviation of the logarithm.
    pub perplexity: Option<Length>,
}

/// A log-normal quantity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Length {
    /// Its mean.
    pub mean: f64,
    /// The standard deviation of its logarithm.
    pub spread: f64,
}

/// Queries of one kind: a data set without the categories that have accuracies or correlations of
/// their own, or one such category.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// The name of the data set.
    pub name: String,
    /// What messages call it: with the category, where it is one.
    pub label: String,
    /// Position of the data set in the spec.
    pub source: usize,
    /// Its categories; one without a name where there are none.
    pub categories: Vec<Category>,
    /// Answer accuracy of each model.
    pub accuracy: Vec<Goal>,
    /// Share of queries that a local model answers correctly.
    pub coverage: Option<f64>,
    /// For each local model by size, the share of queries that it is the smallest to answer correctly.
    pub first_solver: Vec<Option<f64>>,
    /// How the models' abilities hang together.
    pub correlation: Correlation,
}

/// Queries of one category.
#[derive(Debug, Clone)]
pub struct Category {
    /// Its name.
    pub name: Option<String>,
    /// Its queries, before the trace is made smaller or larger.
    pub queries: f64,
    /// Share of its queries that a local model answers correctly.
    pub coverage: Option<f64>,
}

/// Correlations of latent abilities, by family.
#[derive(Debug, Clone)]
pub struct Correlation {
    /// Of two models of a family.
    pub within: Vec<Goal>,
    /// Of models of two families; the diagonal has no meaning.
    pub across: Vec<Vec<Goal>>,
}

/// Token lengths of a data set.
#[derive(Debug, Clone, Copy)]
pub struct Tokens {
    /// Of prompts.
    pub input: Length,
    /// Of answers.
    pub output: Length,
    /// Correlation of the logarithm of both with a query's difficulty.
    pub difficulty_correlation: f64,
}

/// What an oracle that takes the smallest correct model saves against the baseline.
#[derive(Debug, Clone)]
pub struct SavingTarget {
    /// Of what.
    pub account: &'static str,
    /// The saving, a fraction.
    pub value: f64,
    /// Share of each data set in what the baseline takes.
    pub weight: Vec<f64>,
    /// By data set and local model: what it takes over what the baseline takes.
    pub ratio: Vec<Vec<f64>>,
}

/// A model on a hardware.
#[derive(Debug, Clone)]
pub struct EndpointSpec {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Position of its model.
    pub model: usize,
    /// Which parameters count for floating-point operations.
    pub flops: Option<Parameters>,
    /// Its answers' lengths relative to what a query calls for.
    pub output_scale: Length,
    /// What its answers take.
    pub profile: Option<Profile>,
    /// Where the profile comes from, if its figures stand in for measured ones.
    pub source: Option<String>,
}

/// What an endpoint's answers take: two of power, energy and time.
#[derive(Debug, Clone, Copy)]
pub struct Profile {
    /// The two.
    pub known: Known,
    /// Standard deviation of the logarithm of a query's power (or energy, where time is the other).
    pub power_spread: f64,
    /// Standard deviation of the logarithm of a query's time (or energy, where power is the other) a token.
    pub speed_spread: f64,
}

/// Two of power, energy and time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Known {
    /// Power in watts and energy in joules: time is energy / power.
    PowerEnergy(f64, Scaled),
    /// Power in watts and time in seconds: energy is power x time.
    PowerLatency(f64, Scaled),
    /// Energy in joules and time in seconds.
    EnergyLatency(Scaled, Scaled),
}

/// A quantity in proportion to the tokens of an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scaled {
    /// So much for each token.
    PerToken(f64),
    /// So much for a query, in the mean over the trace.
    Mean(f64),
}

impl Spec {
    /// Reads a spec: a file, or the name of one in `traces/` of the working directory, beside the
    /// program, or in the program.
    ///
    /// # Errors
    /// Where there is no such spec, or with all that is wrong with it, with line and column.
    pub fn find(name: &str) -> Result<Spec> {
        Spec::read(&SHIPPED.find(name)?)
    }

    /// The names of the specs that the program carries.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.names()
    }

    fn read(text: &TomlText) -> Result<Spec> {
        let unreadable = |error: toml::de::Error| Error::new("the spec cannot be read").at(&text.place).cause(error);
        let form: Form = toml::from_str(&text.text).map_err(unreadable)?;
        let base = form.extends.as_ref().map(|wanted| base(wanted.get_ref(), text).map_err(|error| error.at(text.place_of(wanted.span()))));
        check::spec(form, text, base.transpose()?)
    }
}

/// The spec that another extends: beside it, or by name.
fn base(name: &str, text: &TomlText) -> Result<Spec> {
    let beside = text.folder.as_ref().map(|folder| folder.join(format!("{name}.toml"))).filter(|path| path.is_file());
    let found = match beside.as_ref().and_then(|path| path.to_str()) {
        Some(path) => SHIPPED.find(path)?,
        None => SHIPPED.find(name)?,
    };
    let form: Form = toml::from_str(&found.text).map_err(|error| Error::new("the spec cannot be read").at(&found.place).cause(error))?;
    if let Some(extends) = &form.extends {
        return Err(Error::new("a spec that extends another cannot be extended").at(found.place_of(extends.span())));
    }
    check::spec(form, &found, None)
}

/// A fingerprint of a spec's text, and of the text that it extends.
pub(super) fn fingerprint(text: &TomlText, base: Option<&Spec>) -> u64 {
    let base = base.map_or(0, |base| base.fingerprint);
    xxh3_64(format!("{base:016x}{}", text.text).as_bytes())
}
