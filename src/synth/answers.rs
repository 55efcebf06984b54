//! What the endpoints of a generated trace did with every query.

use std::sync::Arc;

use rayon::prelude::*;

use super::cells::Stratified;
use super::drawn::{log_normal, whole};
use super::rows::{Rows, by_row};
use super::spec::{EndpointSpec, Length, Profile};
use super::take::{FromTokens, Rates, Rule, Taken, factor};
use crate::draw::Stream;
use crate::trace::{Column, Derived, DraftEndpoint, Follow, Metric};

/// Dimensions of [`Stream::SynthMeter`] for each endpoint.
const METER_DIMENSIONS: u64 = 8;
/// Dimensions of [`Stream::SynthAbility`]: the models' own parts come first, perplexities after them.
const PERPLEXITY: u64 = 0x800;

/// Scores of a model's answers: 1 where one is right.
#[derive(Debug)]
struct Scores(Arc<Vec<bool>>);

impl Follow for Scores {
    fn block(&self, start: usize, end: usize, out: &mut Vec<f64>) {
        out.extend(self.0[start..end].iter().map(|&right| f64::from(u8::from(right))));
    }
}

impl Rows<'_> {
    /// What an endpoint did with every query.
    pub fn answers(&self, index: usize, spec: &EndpointSpec, source: u8) -> DraftEndpoint {
        let total = self.order.len();
        let mut out = DraftEndpoint { endpoint: spec.endpoint.clone(), rows: (0..total as u32).collect(), ..DraftEndpoint::default() };
        out.derived.set(Metric::Score, Derived::new(total, Scores(Arc::clone(&self.right[spec.model]))));
        self.take(&mut out, index, spec, source);
        if let Some(length) = self.spec.answers.models[spec.model].perplexity {
            let normals = self.normals(Stream::SynthAbility, PERPLEXITY + spec.model as u64);
            out.metrics.set(Metric::Perplexity, by_row(&self.order, |query| log_normal(length, normals[query]).max(1.0)));
        }
        out
    }

    /// Tokens, and what follows from them.
    fn take(&self, out: &mut DraftEndpoint, index: usize, spec: &EndpointSpec, source: u8) {
        let own = self.own_tokens(index, spec);
        // In the order of the cells, as long as a sum of floating-point numbers depends on it.
        let tokens = own.as_deref().unwrap_or(&self.drawn_tokens);
        let mean_tokens = || tokens.iter().sum::<f64>() / tokens.len() as f64;
        let rates = spec.profile.map(|profile| (profile, profile.rates(mean_tokens)));
        let own = own.as_ref().map(|own| Column::from_vec(by_row(&self.order, |query| own[query])));
        let output_tokens = own.unwrap_or_else(|| self.output_tokens.clone());
        let follows = |rule: Rule| {
            let from = FromTokens { input_tokens: self.input_tokens.clone(), output_tokens: output_tokens.clone(), rule };
            Derived::new(self.order.len(), from)
        };
        out.derived.set(Metric::OutputTokens, follows(Rule::Output));
        let mut estimated = |metric: Metric, rule: Rule| out.derived.set(metric, follows(rule).estimated(source));
        if let Some(each) = spec.flops_per_token() {
            estimated(Metric::Flops, Rule::Flops(each));
        }
        if let Some((prompt, answer)) = spec.usd_per_token() {
            estimated(Metric::CostUsd, Rule::Cost(prompt, answer));
        }
        match rates {
            Some((profile, rates)) if profile.spreads() => {
                let Taken { energy_j, latency_s } = self.spread(index, &profile, rates, &output_tokens);
                for (metric, cells) in [(Metric::EnergyJ, energy_j), (Metric::LatencyS, latency_s)] {
                    out.metrics.set(metric, cells);
                    out.sources.set(metric, vec![source; self.order.len()]);
                }
            }
            Some((_, rates)) => {
                estimated(Metric::EnergyJ, Rule::Energy(rates));
                estimated(Metric::LatencyS, Rule::Latency(rates));
            }
            None => {}
        }
    }

    /// Normal numbers that nothing else takes, in the order of the cells.
    fn normals(&self, stream: Stream, dimension: u64) -> Vec<f64> {
        Stratified::new(self.cells, self.draws, stream, dimension).all(self.cells)
    }

    /// Those of an endpoint's own.
    fn meter(&self, index: usize, dimension: u64) -> Vec<f64> {
        self.normals(Stream::SynthMeter, index as u64 * METER_DIMENSIONS + dimension)
    }

    /// The tokens of an endpoint's answers in the order of the cells, where they are not the common ones but as many
    /// times as long.
    fn own_tokens(&self, index: usize, spec: &EndpointSpec) -> Option<Vec<f64>> {
        let scale = spec.output_scale;
        if scale == (Length { mean: 1.0, spread: 0.0 }) {
            return None;
        }
        let mut tokens = self.drawn_tokens.clone();
        if scale.spread > 0.0 {
            let normals = self.meter(index, 2);
            tokens.par_iter_mut().zip(&normals).for_each(|(tokens, &normal)| *tokens *= log_normal(scale, normal));
        } else {
            let steady = log_normal(scale, 0.0);
            tokens.iter_mut().for_each(|tokens| *tokens *= steady);
        }
        whole(&mut tokens);
        Some(tokens)
    }

    /// What answers take that do not take the same for each token.
    fn spread(&self, index: usize, profile: &Profile, rates: Rates, output_tokens: &Column) -> Taken {
        let factors = |spread: f64, dimension: u64| {
            let normals = (spread > 0.0).then(|| self.meter(index, dimension))?;
            Some(by_row(&self.order, |query| factor(spread, normals[query])))
        };
        let (power, speed) = rayon::join(|| factors(profile.power_spread, 0), || factors(profile.speed_spread, 1));
        rates.take(output_tokens, power.as_deref(), speed.as_deref())
    }
}
