//! What an endpoint's answers take: tokens, time, energy, compute, money.

use rayon::prelude::*;

use super::form::Parameters;
use super::spec::{Answers, EndpointSpec, Known, Profile, Scaled, Tokens};
use crate::trace::{BLOCK_ROWS, Column, Follow};

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

/// What a token of an answer takes, before a query's own power and speed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rates {
    PowerEnergy { watts: f64, joules: f64 },
    PowerLatency { watts: f64, seconds: f64 },
    EnergyLatency { joules: f64, seconds: f64 },
}

/// Energy and time of every answer of an endpoint.
pub(super) struct Taken {
    pub energy_j: Vec<f64>,
    pub latency_s: Vec<f64>,
}

impl Profile {
    /// What a token takes. The mean of the answers' tokens is asked for where a figure is a mean over queries.
    pub(super) fn rates(&self, mean_tokens: impl Fn() -> f64) -> Rates {
        let per_token = |scaled: Scaled| match scaled {
            Scaled::PerToken(value) => value,
            Scaled::Mean(mean) => mean / mean_tokens(),
        };
        match self.known {
            Known::PowerEnergy(watts, energy) => Rates::PowerEnergy { watts, joules: per_token(energy) },
            Known::PowerLatency(watts, latency) => Rates::PowerLatency { watts, seconds: per_token(latency) },
            Known::EnergyLatency(energy, latency) => Rates::EnergyLatency { joules: per_token(energy), seconds: per_token(latency) },
        }
    }

    /// Whether two queries with as many tokens may take different power or time.
    pub(super) fn spreads(&self) -> bool {
        self.power_spread > 0.0 || self.speed_spread > 0.0
    }
}

/// A log-normal factor with a mean of 1, from a standard normal number.
pub(super) fn factor(spread: f64, normal: f64) -> f64 {
    (spread * (normal - 0.5 * spread)).exp()
}

impl Rates {
    /// The energy of an answer, in joules, with a query's own factors: of the power (or energy, where time is the
    /// other) and of the time.
    #[inline(always)]
    fn energy_j(self, tokens: f64, power: f64, speed: f64) -> f64 {
        match self {
            Rates::PowerEnergy { joules, .. } => joules * tokens * speed,
            Rates::PowerLatency { watts, seconds } => watts * power * seconds * tokens * speed,
            Rates::EnergyLatency { joules, .. } => joules * tokens * power,
        }
    }

    /// Its time, in seconds.
    #[inline(always)]
    fn latency_s(self, tokens: f64, power: f64, speed: f64) -> f64 {
        match self {
            Rates::PowerEnergy { watts, joules } => joules * tokens * speed / (watts * power),
            Rates::PowerLatency { seconds, .. } | Rates::EnergyLatency { seconds, .. } => seconds * tokens * speed,
        }
    }

    /// Energy and time of all answers, with the factors of each; `None` where they do not spread.
    pub(super) fn take(self, output_tokens: &Column, power: Option<&[f64]>, speed: Option<&[f64]>) -> Taken {
        let of = |factors: Option<&[f64]>, row: usize| factors.map_or(1.0, |factors| factors[row]);
        let mut taken = Taken { energy_j: vec![0.0; output_tokens.len()], latency_s: vec![0.0; output_tokens.len()] };
        let parts = taken.energy_j.par_chunks_mut(BLOCK_ROWS).zip(taken.latency_s.par_chunks_mut(BLOCK_ROWS));
        parts.enumerate().for_each(|(block, (energy_j, latency_s))| {
            let start = block * BLOCK_ROWS;
            let tokens = output_tokens.block(start, start + energy_j.len());
            for (row, ((energy_j, latency_s), &tokens)) in (start..).zip(energy_j.iter_mut().zip(latency_s).zip(tokens)) {
                let (power, speed) = (of(power, row), of(speed, row));
                (*energy_j, *latency_s) = (self.energy_j(tokens, power, speed), self.latency_s(tokens, power, speed));
            }
        });
        taken
    }
}

/// What follows from the tokens of prompts and answers alone.
#[derive(Debug)]
pub(super) struct FromTokens {
    pub input_tokens: Column,
    pub output_tokens: Column,
    pub rule: Rule,
}

/// How it follows.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// The tokens of the answer.
    Output,
    /// So many operations for each token of both.
    Flops(f64),
    /// So many dollars for each token of the prompt, and of the answer.
    Cost(f64, f64),
    Energy(Rates),
    Latency(Rates),
}

impl Follow for FromTokens {
    fn block(&self, start: usize, end: usize, out: &mut Vec<f64>) {
        let (input, output) = (self.input_tokens.block(start, end), self.output_tokens.block(start, end));
        let both = input.iter().zip(output);
        match self.rule {
            Rule::Output => out.extend_from_slice(output),
            Rule::Flops(each) => out.extend(both.map(|(input, output)| each * (input + output))),
            Rule::Cost(prompt, answer) => out.extend(both.map(|(input, output)| prompt * input + answer * output)),
            Rule::Energy(rates) => out.extend(output.iter().map(|&tokens| rates.energy_j(tokens, 1.0, 1.0))),
            Rule::Latency(rates) => out.extend(output.iter().map(|&tokens| rates.latency_s(tokens, 1.0, 1.0))),
        }
    }
}
