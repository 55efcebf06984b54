//! The form of a spec file, before its numbers are checked. `traces/README.md` describes it.
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

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::trace::{Defaults, EnergyScope, Price, Tier};

/// A spec file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Form {
    pub format: Spanned<u32>,
    pub name: String,
    #[serde(default)]
    pub summary: String,
    pub licence: Option<String>,
    pub queries: Option<Spanned<u64>>,
    pub extends: Option<Spanned<String>>,
    #[serde(default)]
    pub defaults: Defaults,
    #[serde(default)]
    pub model: Vec<ModelForm>,
    #[serde(default)]
    pub endpoint: Vec<EndpointForm>,
    #[serde(default)]
    pub dataset: Vec<DatasetForm>,
    #[serde(default)]
    pub tokens: Vec<TokensForm>,
    #[serde(default)]
    pub savings: SavingsForm,
}

/// What answers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ModelForm {
    pub name: Spanned<String>,
    pub family: String,
    pub variant_of: Option<String>,
    pub params_total_b: Option<Spanned<f64>>,
    pub params_active_b: Option<Spanned<f64>>,
    pub perplexity: Option<LengthForm>,
}

/// A model on a hardware.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EndpointForm {
    pub id: Option<String>,
    pub model: Spanned<String>,
    pub hardware: Option<String>,
    pub tier: Option<Tier>,
    pub batch_size: Option<u32>,
    pub precision: Option<String>,
    pub framework: Option<String>,
    pub year: Option<u16>,
    pub energy_scope: Option<EnergyScope>,
    pub idle_w: Option<f64>,
    pub electricity_usd_per_kwh: Option<f64>,
    pub price: Option<Price>,
    pub flops: Option<Parameters>,
    #[serde(default)]
    pub output_tokens: ScaleForm,
    pub source: Option<String>,
    pub profile: Option<Spanned<ProfileForm>>,
}

/// Which parameters a token passes through, for floating-point operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Parameters {
    /// All of them.
    Total,
    /// Those of the experts that are used.
    Active,
}

/// An endpoint's answers relative to the length that a query calls for.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ScaleForm {
    #[serde(default = "one")]
    pub scale: f64,
    #[serde(default)]
    pub spread: f64,
}

fn one() -> f64 {
    1.0
}

impl Default for ScaleForm {
    fn default() -> Self {
        ScaleForm { scale: 1.0, spread: 0.0 }
    }
}

/// Two of power, energy and time; the third follows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProfileForm {
    pub power_w: Option<f64>,
    pub energy_j_mean: Option<f64>,
    pub energy_j_per_output_token: Option<f64>,
    pub latency_s_mean: Option<f64>,
    pub latency_s_per_output_token: Option<f64>,
    #[serde(default)]
    pub power_spread: f64,
    #[serde(default)]
    pub speed_spread: f64,
}

/// A log-normal length: its mean and the standard deviation of its logarithm.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LengthForm {
    pub mean: f64,
    #[serde(default)]
    pub spread: f64,
}

/// Queries of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DatasetForm {
    pub name: Spanned<String>,
    pub queries: Option<Spanned<u64>>,
    pub share: Option<Spanned<f64>>,
    pub tokens: Option<LengthsForm>,
    pub accuracy: Spanned<BTreeMap<String, Spanned<Goal>>>,
    pub coverage: Option<Spanned<f64>>,
    #[serde(default)]
    pub first_solver: BTreeMap<String, Spanned<f64>>,
    pub correlation: Spanned<CorrelationForm>,
    #[serde(default)]
    pub categories: Vec<CategoryForm>,
}

/// Token lengths of a data set.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LengthsForm {
    pub input: LengthForm,
    pub output: LengthForm,
    #[serde(default)]
    pub difficulty_correlation: f64,
}

/// Token lengths of a data set of the spec that is extended.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TokensForm {
    pub dataset: Spanned<String>,
    pub input: LengthForm,
    pub output: LengthForm,
    #[serde(default)]
    pub difficulty_correlation: f64,
}

/// Queries of one category.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryForm {
    pub name: Spanned<String>,
    pub queries: Option<Spanned<u64>>,
    pub share: Option<Spanned<f64>>,
    pub coverage: Option<Spanned<f64>>,
    #[serde(default)]
    pub accuracy: BTreeMap<String, Spanned<Goal>>,
    pub correlation: Option<Spanned<CorrelationForm>>,
}

/// How the models' abilities hang together.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CorrelationForm {
    pub common: Option<Spanned<Goal>>,
    pub within: Option<Spanned<Goal>>,
    pub across: Option<Spanned<Goal>>,
    #[serde(default)]
    pub pairs: Vec<PairForm>,
}

/// The correlation of two families.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PairForm {
    pub families: Spanned<[String; 2]>,
    pub value: Spanned<Goal>,
}

/// Targets of the oracle's savings over the whole trace.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavingsForm {
    pub energy: Option<Spanned<f64>>,
    pub flops: Option<Spanned<f64>>,
    pub cost: Option<Spanned<f64>>,
}

/// A number that is given, or one that calibration is to find.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// Given.
    Given(f64),
    /// To be found.
    Solve,
}

impl<'de> Deserialize<'de> for Goal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Goal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or \"solve\"")
            }

            fn visit_f64<E>(self, value: f64) -> Result<Goal, E> {
                Ok(Goal::Given(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Goal, E> {
                Ok(Goal::Given(value as f64))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Goal, E> {
                if text == "solve" { Ok(Goal::Solve) } else { Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)) }
            }
        }
        deserializer.deserialize_any(Reader)
    }
}
