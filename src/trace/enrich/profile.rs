//! Profiles: what a model costs on a hardware at a batch size, as somebody measured it.

use std::path::Path;

use super::{ml_energy, plain};
use crate::error::{Error, Result};
use crate::trace::{EnergyScope, Price, slug};

/// A list of measured configurations from one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The name that sources carry: `ML.ENERGY gpqa`.
    pub name: String,
    /// The configurations, in the file's order.
    pub entries: Vec<Entry>,
    /// What should be known of latencies that follow from it.
    pub latency_remark: Option<String>,
}

/// One configuration. What the file does not tell is `None`; no figure is 0.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// Name of the model as the file writes it.
    pub model: String,
    /// Name of the hardware; several of a kind as `H100x8`.
    pub hardware: Option<String>,
    /// Requests served at a time.
    pub batch_size: Option<u32>,
    /// The name that `--as` takes: `Qwen/Qwen3-14B@H100x8:batch=128`, with `#1`, `#2` where the file
    /// measures one configuration several times.
    pub key: String,
    /// The name that a source carries.
    pub title: String,
    /// Joules for each token of an answer.
    pub energy_per_output_token_j: Option<f64>,
    /// Joules for each answer, whatever its length.
    pub energy_per_request_j: Option<f64>,
    /// Seconds that one request waits for each token of its answer.
    pub latency_per_output_token_s: Option<f64>,
    /// Seconds that one request takes, whatever the length of its answer.
    pub latency_per_request_s: Option<f64>,
    /// Tokens a second of the whole batch together, which is not the rate of any one request.
    pub throughput_output_tokens_per_s: Option<f64>,
    /// Power of the hardware in watts while it serves a batch.
    pub power_w: Option<f64>,
    /// Mean tokens of an answer in the measurement.
    pub mean_output_tokens: Option<f64>,
    /// All parameters, in billions.
    pub params_total_b: Option<f64>,
    /// Parameters that a token uses, in billions.
    pub params_active_b: Option<f64>,
    /// What the energy includes.
    pub energy_scope: Option<EnergyScope>,
    /// Price of tokens.
    pub price: Option<Price>,
}

/// How a quantity of an answer follows from what is known of the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rate {
    /// So much for each output token.
    PerOutputToken(f64),
    /// So much for each answer.
    PerRequest(f64),
    /// So much for each second of latency.
    PerSecond(f64),
}

impl Rate {
    /// The quantity of an answer; NaN (missing) where what it depends on is.
    pub fn of(self, output_tokens: f64, latency_s: f64) -> f64 {
        match self {
            Rate::PerOutputToken(rate) => rate * output_tokens,
            Rate::PerRequest(amount) => amount,
            Rate::PerSecond(rate) => rate * latency_s,
        }
    }
}

impl Entry {
    /// Energy of an answer: J/token; else J/request; else J/token as W / (tokens/s of the batch);
    /// else W x latency, shared by the requests of the batch.
    pub fn energy(&self) -> Option<Rate> {
        let by_throughput = || Some(Rate::PerOutputToken(self.power_w? / self.throughput_output_tokens_per_s?));
        let by_time = || Some(Rate::PerSecond(self.power_w? / f64::from(self.batch_size?)));
        let stated = self.energy_per_output_token_j.map(Rate::PerOutputToken).or(self.energy_per_request_j.map(Rate::PerRequest));
        stated.or_else(by_throughput).or_else(by_time)
    }

    /// Latency of an answer: s/token; else s/request; else, for a batch of one, 1 / (tokens/s).
    pub fn latency(&self) -> Option<Rate> {
        let alone = self.throughput_output_tokens_per_s.filter(|_| self.batch_size == Some(1));
        let stated = self.latency_per_output_token_s.map(Rate::PerOutputToken).or(self.latency_per_request_s.map(Rate::PerRequest));
        stated.or(alone.map(|throughput| Rate::PerOutputToken(1.0 / throughput)))
    }

    /// Makes the key, and the title where the reader gave none.
    pub(super) fn named(mut self) -> Self {
        let hardware = self.hardware.as_deref();
        self.key = self.model.clone();
        self.key.extend(hardware.map(|hardware| format!("@{hardware}")));
        self.key.extend(self.batch_size.map(|batch| format!(":batch={batch}")));
        if self.title.is_empty() {
            self.title = self.model.clone();
            self.title.extend(hardware.map(|hardware| format!(" on {hardware}")));
            self.title.extend(self.batch_size.map(|batch| format!(", batch {batch}")));
        }
        self
    }
}

impl Profile {
    /// A profile whose keys are told apart by `#1`, `#2` where one configuration stands several times.
    pub(super) fn new(name: String, mut entries: Vec<Entry>) -> Self {
        let keys: Vec<String> = entries.iter().map(|entry| entry.key.clone()).collect();
        for (index, entry) in entries.iter_mut().enumerate() {
            let same = |keys: &[String]| keys.iter().filter(|key| **key == entry.key).count();
            if same(&keys) > 1 {
                let ordinal = same(keys.get(..=index).unwrap_or_default());
                entry.title = format!("{} (measurement {ordinal})", entry.title);
                entry.key = format!("{}#{ordinal}", entry.key);
            }
        }
        Profile { name, entries, latency_remark: None }
    }

    /// Reads a profile by the ending of its name: `.json` (ML.ENERGY leaderboard), `.toml`, `.csv` (plain).
    ///
    /// # Errors
    /// Where the file cannot be read, is of another form or has a figure that cannot be.
    pub fn read(path: &Path) -> Result<Profile> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::new("cannot read a profile").at(path.display()).cause(error))?;
        let place = path.display().to_string();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("profile");
        let profile = match path.extension().and_then(|ending| ending.to_str()) {
            Some("json") => ml_energy::parse(&text, &place)?,
            Some("toml") => plain::parse_toml(&text, name, &place)?,
            Some("csv") => plain::parse_csv(&text, name, &place)?,
            _ => {
                return Err(Error::new("a profile of an unknown kind")
                    .found(place)
                    .allowed("a file that ends in .json (ML.ENERGY leaderboard), .toml or .csv (plain profile)"));
            }
        };
        if profile.entries.is_empty() {
            return Err(Error::new("a profile has no entries").at(place).found("0 entries").allowed("1 and more"));
        }
        Ok(profile)
    }
}

/// The faults among the figures of an entry: what is there is finite and above 0.
pub(super) fn not_quantities(numbers: &[(&str, Option<f64>)], place: &str) -> Vec<Error> {
    let bad = numbers.iter().filter_map(|(name, value)| Some((name, value.filter(|value| !(value.is_finite() && *value > 0.0))?)));
    bad.map(|(name, value)| {
        Error::new("a profile has a figure that cannot be")
            .at(format!("{place}, `{name}`"))
            .found(value)
            .allowed("a finite number above 0, or nothing where it is not known")
    })
    .collect()
}

/// A hardware's name as it is compared: `8 x H100`, `8xH100` and `H100x8` are the same, and so are
/// `B200x1` and `B200`.
pub(super) fn hardware_slug(name: &str) -> String {
    let name = slug(name);
    let rest = name.trim_start_matches(|c: char| c.is_ascii_digit());
    let count = name.strip_suffix(rest).unwrap_or_default();
    let unit = rest.trim_start_matches('-').strip_prefix('x').map(|unit| unit.trim_start_matches('-'));
    let name = match unit {
        Some(unit) if !count.is_empty() && !unit.is_empty() => format!("{unit}x{count}"),
        _ => name,
    };
    name.strip_suffix("x1").map_or(name.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hardware_is_compared_without_its_spelling() {
        assert_eq!(hardware_slug("8 x H100"), "h100x8");
        assert_eq!(hardware_slug("8xH100"), "h100x8");
        assert_eq!(hardware_slug("H100x8"), "h100x8");
        assert_eq!(hardware_slug("1 x B200"), "b200");
        assert_eq!(hardware_slug("B200x1"), "b200");
        assert_eq!(hardware_slug("Apple M4 Max"), "apple-m4-max");
        assert_ne!(hardware_slug("H100x8"), hardware_slug("H100"));
    }

    #[test]
    fn energy_and_latency_by_what_is_known() {
        let power = Entry { power_w: Some(300.0), ..Entry::default() };
        assert_eq!(power.energy(), None, "power alone says nothing about a request");
        // 300 W / 1200 tokens/s = 0.25 J/token, times 200 tokens = 50 J.
        let shared = Entry { throughput_output_tokens_per_s: Some(1200.0), batch_size: Some(8), ..power.clone() };
        assert_eq!(shared.energy().map(|rate| rate.of(200.0, f64::NAN)), Some(50.0));
        assert_eq!(shared.latency(), None, "the throughput of a batch is not one request's");
        // A batch of one at 50 tokens/s: 200 tokens take 4 s.
        let alone = Entry { throughput_output_tokens_per_s: Some(50.0), batch_size: Some(1), ..Entry::default() };
        assert_eq!(alone.latency().map(|rate| rate.of(200.0, f64::NAN)), Some(4.0));
        // 300 W for 2 s shared by a batch of 4: 150 J; missing where the latency is.
        let timed = Entry { batch_size: Some(4), ..power };
        assert_eq!(timed.energy().map(|rate| rate.of(f64::NAN, 2.0)), Some(150.0));
        assert!(timed.energy().is_some_and(|rate| rate.of(200.0, f64::NAN).is_nan()));
    }

    #[test]
    fn a_repeated_configuration_has_a_number() {
        let entry = || Entry { model: "m".into(), batch_size: Some(8), ..Entry::default() }.named();
        let other = Entry { model: "n".into(), ..Entry::default() }.named();
        let keys: Vec<String> =
            Profile::new("p".into(), vec![entry(), other, entry()]).entries.into_iter().map(|entry| entry.key).collect();
        assert_eq!(keys, ["m:batch=8#1", "n", "m:batch=8#2"]);
    }
}
