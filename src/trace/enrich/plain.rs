//! The plain profile: figures of one's own as TOML or CSV.
//!
//! A TOML file has an optional `name` and `energy_scope`, and one `[[entry]]` a configuration. A CSV
//! file has one line a configuration. The keys of an entry and the columns of a CSV file are the same:
//!
//! | key or column | what | unit |
//! | --- | --- | --- |
//! | `model` | model as the trace names it; needed | |
//! | `hardware` | hardware; several of a kind as `H100x8` | |
//! | `batch_size` | requests served at a time | |
//! | `energy_per_output_token_j` | energy for each token of an answer | J |
//! | `energy_per_request_j` | energy for each answer | J |
//! | `latency_per_output_token_s` | what one request waits for each of its tokens | s |
//! | `latency_per_request_s` | what one request waits | s |
//! | `throughput_output_tokens_per_s` | tokens of the whole batch together | tokens/s |
//! | `power_w` | power while a batch is served | W |
//! | `params_total_b`, `params_active_b` | parameters, all and those that a token uses | billions |
//! | `input_usd_per_mtok`, `output_usd_per_mtok` | price of a million tokens, both or none | USD |
//! | `energy_scope` | what the energy includes: `accelerator`, `node`, `facility` | |
//!
//! What is not known is left out (an empty cell in CSV); a 0 is refused, since nothing takes no energy.

use serde::Deserialize;

use super::profile::{Entry, Profile};
use crate::error::{Error, Result};
use crate::trace::{EnergyScope, Price};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Option<String>,
    energy_scope: Option<EnergyScope>,
    #[serde(default)]
    entry: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    model: String,
    hardware: Option<String>,
    batch_size: Option<u32>,
    energy_per_output_token_j: Option<f64>,
    energy_per_request_j: Option<f64>,
    latency_per_output_token_s: Option<f64>,
    latency_per_request_s: Option<f64>,
    throughput_output_tokens_per_s: Option<f64>,
    power_w: Option<f64>,
    params_total_b: Option<f64>,
    params_active_b: Option<f64>,
    input_usd_per_mtok: Option<f64>,
    output_usd_per_mtok: Option<f64>,
    energy_scope: Option<EnergyScope>,
}

/// Reads the text of a TOML profile; `place` names it in errors, `name` in sources.
pub(super) fn parse_toml(text: &str, name: &str, place: &str) -> Result<Profile> {
    let file: File = toml::from_str(text).map_err(|error| Error::new("a profile cannot be read").at(place).cause(error))?;
    let rows = file.entry.into_iter().enumerate();
    let rows = rows.map(|(index, row)| (format!("{place}, [[entry]] {}", index + 1), row)).collect();
    entries(rows, file.energy_scope).map(|entries| Profile::new(file.name.unwrap_or_else(|| name.to_owned()), entries))
}

/// Reads the text of a CSV profile; `place` names it in errors, `name` in sources.
pub(super) fn parse_csv(text: &str, name: &str, place: &str) -> Result<Profile> {
    let fail = |error: csv::Error| Error::new("a profile cannot be read").at(place).cause(error);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let headers = reader.headers().map_err(fail)?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(fail)?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((format!("{place}, line {line}"), record.deserialize(Some(&headers)).map_err(fail)?));
    }
    entries(rows, None).map(|entries| Profile::new(name.to_owned(), entries))
}

fn entries(rows: Vec<(String, Row)>, scope: Option<EnergyScope>) -> Result<Vec<Entry>> {
    let mut problems = Vec::new();
    let mut entries = Vec::with_capacity(rows.len());
    for (place, row) in rows {
        problems.extend(row.check(&place));
        entries.push(row.entry(scope));
    }
    Error::all(problems).map_or(Ok(entries), Err)
}

impl Row {
    fn check(&self, place: &str) -> Vec<Error> {
        let numbers = [
            ("batch_size", self.batch_size.map(f64::from)),
            ("energy_per_output_token_j", self.energy_per_output_token_j),
            ("energy_per_request_j", self.energy_per_request_j),
            ("latency_per_output_token_s", self.latency_per_output_token_s),
            ("latency_per_request_s", self.latency_per_request_s),
            ("throughput_output_tokens_per_s", self.throughput_output_tokens_per_s),
            ("power_w", self.power_w),
            ("params_total_b", self.params_total_b),
            ("params_active_b", self.params_active_b),
            ("input_usd_per_mtok", self.input_usd_per_mtok),
            ("output_usd_per_mtok", self.output_usd_per_mtok),
        ];
        let mut problems = super::profile::not_quantities(&numbers, place);
        if self.model.is_empty() {
            problems.push(Error::new("an entry of a profile names no model").at(place).found("an empty `model`"));
        }
        if numbers.iter().skip(1).all(|(_, value)| value.is_none()) {
            let names: Vec<&str> = numbers.iter().skip(1).map(|(name, _)| *name).collect();
            problems
                .push(Error::new("an entry of a profile tells nothing").at(place).allowed(format!("one or more of: {}", names.join(", "))));
        }
        if self.input_usd_per_mtok.is_some() != self.output_usd_per_mtok.is_some() {
            problems.push(
                Error::new("half a price: the other half is not known, and not $0")
                    .at(place)
                    .allowed("both `input_usd_per_mtok` and `output_usd_per_mtok`, or neither"),
            );
        }
        problems
    }

    fn entry(self, scope: Option<EnergyScope>) -> Entry {
        let price = self.input_usd_per_mtok.zip(self.output_usd_per_mtok);
        Entry {
            model: self.model,
            hardware: self.hardware,
            batch_size: self.batch_size,
            energy_per_output_token_j: self.energy_per_output_token_j,
            energy_per_request_j: self.energy_per_request_j,
            latency_per_output_token_s: self.latency_per_output_token_s,
            latency_per_request_s: self.latency_per_request_s,
            throughput_output_tokens_per_s: self.throughput_output_tokens_per_s,
            power_w: self.power_w,
            params_total_b: self.params_total_b,
            params_active_b: self.params_active_b,
            energy_scope: self.energy_scope.or(scope),
            price: price.map(|(input, output)| Price { input_usd_per_mtok: input, output_usd_per_mtok: output }),
            ..Entry::default()
        }
        .named()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(result: Result<Profile>) -> String {
        result.map(|profile| format!("{profile:?}")).unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn toml_and_csv_say_the_same() -> Result<()> {
        let toml = "energy_scope = \"node\"\n[[entry]]\nmodel = \"m\"\nbatch_size = 1\npower_w = 40.0\n";
        let csv = "model,batch_size,power_w,energy_scope,hardware\nm,1,40,node,\n";
        assert_eq!(parse_toml(toml, "mine", "a.toml")?, parse_csv(csv, "mine", "a.csv")?);
        Ok(())
    }

    #[test]
    fn faults_are_named_with_their_line() {
        let zero = message(parse_csv("model,power_w\nm,0\n", "x", "a.csv"));
        assert!(zero.contains("a.csv, line 2, `power_w`") && zero.contains("found: 0"), "{zero}");
        let word = message(parse_csv("model,power_w\nm,much\n", "x", "a.csv"));
        assert!(word.contains("line: 2") && word.contains("a.csv"), "{word}");
        let unit = message(parse_csv("model,power_kw\nm,1\n", "x", "a.csv"));
        assert!(unit.contains("unknown field `power_kw`"), "{unit}");
        let nothing = message(parse_toml("[[entry]]\nmodel = \"m\"\n", "x", "a.toml"));
        assert!(nothing.contains("tells nothing") && nothing.contains("[[entry]] 1"), "{nothing}");
        let half = message(parse_toml("[[entry]]\nmodel = \"m\"\ninput_usd_per_mtok = 1.0\n", "x", "a.toml"));
        assert!(half.contains("half a price"), "{half}");
    }
}
