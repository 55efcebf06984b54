//! Endpoints: a model on a hardware, with batch size and precision.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Where an endpoint runs, as seen from the person who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// A phone or another device in the hand.
    Phone,
    /// A laptop, a workstation or a server of one's own.
    Local,
    /// A data centre.
    Cloud,
}

impl Tier {
    /// The word in a trace's description.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Phone => "phone",
            Tier::Local => "local",
            Tier::Cloud => "cloud",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What an energy figure includes. Energies of different scopes are not comparable as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnergyScope {
    /// The accelerator's own counter.
    Accelerator,
    /// The whole machine.
    Node,
    /// The machine and its share of the building.
    Facility,
}

impl EnergyScope {
    /// The word in a trace's description.
    pub fn name(self) -> &'static str {
        match self {
            EnergyScope::Accelerator => "accelerator",
            EnergyScope::Node => "node",
            EnergyScope::Facility => "facility",
        }
    }
}

/// A price in US dollars for a million tokens.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// For a million tokens of the prompt.
    pub input_usd_per_mtok: f64,
    /// For a million tokens of the answer.
    pub output_usd_per_mtok: f64,
}

/// A model on a hardware: the paper's model-hardware pair. What is not known is absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Unique name, of the form `qwen3-8b@apple-m4-max`.
    pub id: String,
    /// Name of the model as its source writes it.
    pub model: String,
    /// Name of the hardware as its source writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hardware: Option<String>,
    /// Phone, local or cloud.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// All parameters, in billions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params_total_b: Option<f64>,
    /// Parameters that a token uses, in billions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub params_active_b: Option<f64>,
    /// Queries answered at a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch_size: Option<u32>,
    /// Number format of the weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<String>,
    /// Inference program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub framework: Option<String>,
    /// The year whose state of the art this pair of model and hardware is, for improvement over time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// What the energy figures include.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy_scope: Option<EnergyScope>,
    /// Power of the hardware while it waits, in watts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_w: Option<f64>,
    /// Price of electricity in US dollars per kilowatt hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub electricity_usd_per_kwh: Option<f64>,
    /// Price of tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
}

impl Endpoint {
    /// An endpoint of which only the model, and perhaps the hardware, is known.
    pub fn new(model: &str, hardware: Option<&str>) -> Self {
        let id = match hardware {
            Some(hardware) => format!("{}@{}", slug(model), slug(hardware)),
            None => slug(model),
        };
        Endpoint { id, model: model.to_owned(), hardware: hardware.map(str::to_owned), ..Endpoint::default() }
    }

    /// Whether this endpoint runs near the person who asks; `None` where the tier is not known.
    pub fn is_local(&self) -> Option<bool> {
        self.tier.map(|tier| tier != Tier::Cloud)
    }

    /// Whether the id is a plain folder name: any other could lead elsewhere.
    pub(super) fn has_plain_id(&self) -> bool {
        !self.id.is_empty() && !self.id.starts_with('.') && self.id.chars().all(is_id_char)
    }

    /// Refuses ids that are no plain folder name, and numbers that no endpoint has.
    pub fn check(&self) -> Result<()> {
        let place = || format!("[[endpoint]] `{}`", self.id);
        if !self.has_plain_id() {
            return Err(Error::new("an endpoint's id cannot be a folder's name")
                .at("[[endpoint]] id")
                .found(format!("`{}`", self.id))
                .allowed("letters, digits, `.`, `_`, `+`, `-`, `@`, not starting with `.`"));
        }
        let numbers = [
            ("params_total_b", self.params_total_b),
            ("params_active_b", self.params_active_b),
            ("idle_w", self.idle_w),
            ("electricity_usd_per_kwh", self.electricity_usd_per_kwh),
            ("price.input_usd_per_mtok", self.price.map(|price| price.input_usd_per_mtok)),
            ("price.output_usd_per_mtok", self.price.map(|price| price.output_usd_per_mtok)),
        ];
        for (name, value) in numbers {
            if let Some(value) = value.filter(|value| !(value.is_finite() && *value >= 0.0)) {
                return Err(Error::new(format!("`{name}` is not a quantity"))
                    .at(place())
                    .found(value)
                    .allowed("a finite number from 0 up, or nothing where it is not known"));
            }
        }
        if self.batch_size == Some(0) {
            return Err(Error::new("`batch_size` is 0").at(place()).found(0).allowed("1 and more"));
        }
        Ok(())
    }
}

fn is_id_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "._+-@".contains(c)
}

/// A name as it stands in an endpoint's id: the part after the last `/`, in lower case, with `-`
/// for whatever an id may not have.
/// ```
/// assert_eq!(wattroute::trace::slug("mistralai/Mixtral-8x7B v0.1"), "mixtral-8x7b-v0.1");
/// ```
pub fn slug(name: &str) -> String {
    let last = name.trim().trim_end_matches('/').rsplit('/').next().unwrap_or(name);
    let mut out = String::with_capacity(last.len());
    for c in last.chars().map(|c| c.to_ascii_lowercase()) {
        let c = if is_id_char(c) && c != '@' { c } else { '-' };
        if !(c == '-' && out.ends_with('-')) {
            out.push(c);
        }
    }
    out.trim_matches(|c| c == '-' || c == '.').to_owned()
}
