//! What an endpoint's answers take: tokens, time, energy, compute, money.

use rayon::prelude::*;

use super::form::Parameters;
use super::spec::{Answers, EndpointSpec, Known, Profile, Scaled, Tokens};

/// Floating-point operations for each parameter and token: a multiplication and an addition.
const FLOPS_PER_PARAMETER: f64 = 2.0;
/// What "billion" stands for.
const BILLION: f64 = 1e9;
/// What prices are for.
const MILLION: f64 = 1e6;

impl EndpointSpec {
    /// Floating-point operations for each token of prompt or answer.
    pub(super) fn flops_per_token(&self) -> Option<f64> {
        let parameters = match self.flops? {
            Parameters::Total => self.endpoint.params_total_b,
            Parameters::Active => self.endpoint.params_active_b,
        };
        Some(FLOPS_PER_PARAMETER * BILLION * parameters?)
    }

    /// US dollars for each token of prompt and of answer.
    pub(super) fn usd_per_token(&self) -> Option<(f64, f64)> {
        let price = self.endpoint.price?;
        Some((price.input_usd_per_mtok / MILLION, price.output_usd_per_mtok / MILLION))
    }

    /// The expectation of an account on a data set, from the mean lengths.
    pub(super) fn mean(&self, account: &str, dataset: usize, answers: &Answers, tokens: &[Tokens]) -> Option<f64> {
        let output = |dataset: usize| tokens[dataset].output.mean * self.output_scale.mean;
        let input = tokens[dataset].input.mean;
        match account {
            "flops" => Some(self.flops_per_token()? * (input + output(dataset))),
            "cost" => {
                let (prompt, answer) = self.usd_per_token()?;
                Some(prompt * input + answer * output(dataset))
            }
            _ => {
                let queries: f64 = answers.datasets.iter().map(|dataset| dataset.queries()).sum();
                let overall = answers.datasets.iter().enumerate().map(|(index, dataset)| output(index) * dataset.queries() / queries);
                let overall: f64 = overall.sum();
                let per_token = |scaled: Scaled| match scaled {
                    Scaled::PerToken(value) => value,
                    Scaled::Mean(mean) => mean / overall,
                };
                let energy = match self.profile?.known {
                    Known::PowerEnergy(_, energy) | Known::EnergyLatency(energy, _) => per_token(energy),
                    Known::PowerLatency(power, latency) => power * per_token(latency),
                };
                Some(energy * output(dataset))
            }
        }
    }
}

/// Energy and time of every answer of an endpoint.
pub(super) struct Taken {
    pub energy_j: Vec<f64>,
    pub latency_s: Vec<f64>,
}

impl Profile {
    /// Energy and time from the tokens of the answers, their mean, and standard normal numbers: the first
    /// for the power (or energy, where time is the other), the second for the speed; empty where they do not spread.
    pub(super) fn take(&self, mean_tokens: f64, output_tokens: &[f64], power: &[f64], speed: &[f64]) -> Taken {
        let per_token = |scaled: Scaled| match scaled {
            Scaled::PerToken(value) => value,
            Scaled::Mean(mean) => mean / mean_tokens,
        };
        let factor = |spread: f64, normal: f64| (spread * (normal - 0.5 * spread)).exp();
        let (steady_power, steady_speed) = (factor(self.power_spread, 0.0), factor(self.speed_spread, 0.0));
        let of = |spread: f64, normals: &[f64], row: usize, steady: f64| normals.get(row).map_or(steady, |&normal| factor(spread, normal));
        let draws = output_tokens.par_iter().enumerate().map(|(row, &tokens)| {
            let power = of(self.power_spread, power, row, steady_power);
            (tokens, power, of(self.speed_spread, speed, row, steady_speed))
        });
        let mut taken = Taken { energy_j: Vec::new(), latency_s: Vec::new() };
        let (energy_j, latency_s) = (&mut taken.energy_j, &mut taken.latency_s);
        match self.known {
            Known::PowerEnergy(watts, energy) => {
                let joules = per_token(energy);
                let one = |(tokens, power, speed)| (joules * tokens * speed, joules * tokens * speed / (watts * power));
                draws.map(one).unzip_into_vecs(energy_j, latency_s);
            }
            Known::PowerLatency(watts, latency) => {
                let seconds = per_token(latency);
                let one = |(tokens, power, speed)| (watts * power * seconds * tokens * speed, seconds * tokens * speed);
                draws.map(one).unzip_into_vecs(energy_j, latency_s);
            }
            Known::EnergyLatency(energy, latency) => {
                let (joules, seconds) = (per_token(energy), per_token(latency));
                draws
                    .map(|(tokens, power, speed)| (joules * tokens * power, seconds * tokens * speed))
                    .unzip_into_vecs(energy_j, latency_s);
            }
        }
        taken
    }
}
