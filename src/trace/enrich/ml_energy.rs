//! The ML.ENERGY leaderboard's JSON files: one task, many configurations.
//!
//! `energy_per_token_joules` is the energy of all GPUs of a configuration over the output tokens of all
//! its requests, so it falls as the batch grows; it equals `avg_power_watts` over
//! `output_throughput_tokens_per_sec`. `energy_per_request_joules` is it times `avg_output_len`.
//! The throughput is the sum over the batch. What one request waits for each of its tokens is
//! `median_itl_ms`, the median latency between tokens: the wait for the first one is not in it.

use serde::Deserialize;

use super::profile::{Entry, Profile};
use crate::error::{Error, Result};
use crate::trace::EnergyScope;

/// A mean batch this much smaller than the limit is named beside it.
const BATCH_SLACK: f64 = 0.05;

const LATENCY_REMARK: &str =
    "latencies from ML.ENERGY are its median time between tokens x output tokens, without the wait for the first token";

#[derive(Deserialize)]
struct Leaderboard {
    task: String,
    configurations: Vec<Configuration>,
}

#[derive(Deserialize)]
struct Configuration {
    model_id: String,
    gpu_model: String,
    num_gpus: u32,
    max_num_seqs: u32,
    avg_batch_size: Option<f64>,
    avg_output_len: Option<f64>,
    avg_power_watts: Option<f64>,
    energy_per_request_joules: Option<f64>,
    energy_per_token_joules: Option<f64>,
    median_itl_ms: Option<f64>,
    output_throughput_tokens_per_sec: Option<f64>,
    activated_params_billions: Option<f64>,
    total_params_billions: Option<f64>,
}

/// Reads the text of a leaderboard file; `place` names it in errors.
pub(super) fn parse(text: &str, place: &str) -> Result<Profile> {
    let board: Leaderboard = serde_json::from_str(text).map_err(|error| {
        Error::new("a JSON profile is no ML.ENERGY leaderboard file")
            .at(place)
            .cause(error)
            .allowed("one object with `task` and `configurations`")
            .hint("a price list goes to `--prices`; figures of your own into a .toml or .csv profile")
    })?;
    let mut problems = Vec::new();
    let mut entries = Vec::with_capacity(board.configurations.len());
    for (index, configuration) in board.configurations.into_iter().enumerate() {
        problems.extend(configuration.check(&format!("{place}, configurations[{index}]")));
        entries.push(configuration.entry());
    }
    match Error::all(problems) {
        Some(error) => Err(error),
        None => {
            Ok(Profile { latency_remark: Some(LATENCY_REMARK.to_owned()), ..Profile::new(format!("ML.ENERGY {}", board.task), entries) })
        }
    }
}

impl Configuration {
    fn check(&self, place: &str) -> Vec<Error> {
        let numbers = [
            ("avg_batch_size", self.avg_batch_size),
            ("avg_output_len", self.avg_output_len),
            ("avg_power_watts", self.avg_power_watts),
            ("energy_per_request_joules", self.energy_per_request_joules),
            ("energy_per_token_joules", self.energy_per_token_joules),
            ("median_itl_ms", self.median_itl_ms),
            ("output_throughput_tokens_per_sec", self.output_throughput_tokens_per_sec),
            ("activated_params_billions", self.activated_params_billions),
            ("total_params_billions", self.total_params_billions),
            ("num_gpus", Some(f64::from(self.num_gpus))),
            ("max_num_seqs", Some(f64::from(self.max_num_seqs))),
        ];
        super::profile::not_quantities(&numbers, &format!("{place}, `{}`", self.model_id))
    }

    fn entry(self) -> Entry {
        let model = self.model_id.rsplit('/').next().unwrap_or(&self.model_id);
        let limit = self.max_num_seqs;
        let mean = self.avg_batch_size.filter(|mean| *mean < f64::from(limit) * (1.0 - BATCH_SLACK));
        let mean = mean.map(|mean| format!(" (mean {mean:.1})")).unwrap_or_default();
        let title = format!("{model} on {} x {}, batch {limit}{mean}", self.num_gpus, self.gpu_model);
        let hardware = if self.num_gpus == 1 { self.gpu_model.clone() } else { format!("{}x{}", self.gpu_model, self.num_gpus) };
        Entry {
            title,
            model: self.model_id,
            hardware: Some(hardware),
            batch_size: Some(limit),
            energy_per_output_token_j: self.energy_per_token_joules,
            energy_per_request_j: self.energy_per_request_joules,
            latency_per_output_token_s: self.median_itl_ms.map(|ms| ms / 1000.0),
            throughput_output_tokens_per_s: self.output_throughput_tokens_per_sec,
            power_w: self.avg_power_watts,
            mean_output_tokens: self.avg_output_len,
            params_total_b: self.total_params_billions,
            params_active_b: self.activated_params_billions,
            energy_scope: Some(EnergyScope::Accelerator),
            ..Entry::default()
        }
        .named()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = r#"{"task": "gpqa", "configurations": [{"model_id": "Qwen/Qwen3-14B", "gpu_model": "H100", "num_gpus": 8,
        "max_num_seqs": 16, "avg_batch_size": 12.0, "avg_output_len": 500, "avg_power_watts": 600, "energy_per_token_joules": 0.5,
        "energy_per_request_joules": 250, "median_itl_ms": 20, "output_throughput_tokens_per_sec": 1200, "nickname": "Q"}]}"#;

    #[test]
    fn latency_is_between_tokens_of_one_request() -> Result<()> {
        let profile = parse(ONE, "x.json")?;
        let entry = &profile.entries[0];
        assert_eq!(entry.key, "Qwen/Qwen3-14B@H100x8:batch=16");
        // The mean batch, 12, is far from the limit, 16: both are named.
        assert_eq!(format!("{}: {}", profile.name, entry.title), "ML.ENERGY gpqa: Qwen3-14B on 8 x H100, batch 16 (mean 12.0)");
        // 20 ms x 100 tokens = 2 s; 1 / throughput would give 100 / 1200 = 0.083 s, which no request sees.
        assert_eq!(entry.latency().map(|rate| rate.of(100.0, f64::NAN)), Some(2.0));
        // 0.5 J x 100 tokens, not the 250 J of the measurement's own answers.
        assert_eq!(entry.energy().map(|rate| rate.of(100.0, f64::NAN)), Some(50.0));
        assert_eq!(entry.params_total_b, None);
        Ok(())
    }

    #[test]
    fn a_zero_is_no_measurement() {
        let text = ONE.replace("\"energy_per_token_joules\": 0.5", "\"energy_per_token_joules\": 0");
        let error = parse(&text, "x.json").map(drop).map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("`energy_per_token_joules`") && text.contains("configurations[0]")));
    }
}
