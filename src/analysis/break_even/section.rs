//! One section: a pool against a baseline.

use super::super::interval::figure;
use super::sums::{Mix, savings, scores};
use super::{BreakEvenOptions, Section, accuracy, batch, local, map, price};
use crate::error::Result;
use crate::policy::noisy_oracle::Misroute;
use crate::replay::{Entry, Replay, Resampled, Weights, oracle_that_errs};
use crate::trace::{Endpoint, EndpointIx};
use crate::workload::{ACCOUNTS, Change, Scale};

/// What all parts of a section look at.
pub(super) struct Study<'a, 't> {
    pub replay: &'a Replay<'t>,
    pub entry: &'a Entry,
    pub baseline: EndpointIx,
    pub options: &'a BreakEvenOptions,
    pub weights: Weights,
    /// The sums as recorded, of the oracle and every named misroute.
    pub recorded: Resampled,
    /// The account that the oracle makes small, whose local part its choices depend on.
    pub chooses_by: Option<usize>,
}

/// The misroutes that are studied, by name.
pub(super) const MISROUTES: [(&str, Misroute); 5] = Misroute::NAMED;

impl Study<'_, '_> {
    /// The misroutes alone.
    fn all() -> Vec<Misroute> {
        MISROUTES.iter().map(|(_, misroute)| *misroute).collect()
    }

    /// The sums with outcomes changed; plan n is that of the n-th misroute of `misroutes`.
    pub fn changed(&self, misroutes: &[Misroute], change: &Change) -> Result<Resampled> {
        Ok(self.weights.apply(&self.replay.split(self.entry, self.baseline, misroutes, change)?, 1))
    }

    /// The sums, without resamples, with an account of all local endpoints times a factor. The local
    /// parts are so scaled already.
    pub fn scaled(&self, misroutes: &[Misroute], account: usize, factor: f64) -> Result<Vec<f64>> {
        let endpoints = self.replay.local_flags(self.entry.pool);
        let change = Change { scale: Some(Scale { account, endpoints, factor }), ..Change::default() };
        self.replay.split_total(self.entry, self.baseline, misroutes, &change)
    }

    /// At a factor on an account of all local endpoints: every misroute, the oracle asked again.
    pub fn scaled_all(&self, account: usize, factor: f64) -> Result<Vec<f64>> {
        self.scaled(&Self::all(), account, factor)
    }

    /// What the trace says of an endpoint.
    pub fn endpoint(&self, endpoint: EndpointIx) -> &Endpoint {
        &self.replay.workload.trace().info.endpoints[endpoint as usize]
    }

    /// Whether misrouted queries go to the baseline itself.
    pub fn falls_back_on_baseline(&self) -> bool {
        self.replay.roles.pools[self.entry.pool].fallback == self.baseline
    }
}

/// The analysis of one entry against one baseline.
pub(super) fn section(replay: &Replay, entry: &Entry, baseline: EndpointIx, options: &BreakEvenOptions) -> Result<Section> {
    let compared = oracle_that_errs(entry)?.oracle().compares();
    let weights = Weights::new(replay.seed);
    let rows = replay.split(entry, baseline, &Study::all(), &Change::default())?;
    let study = Study {
        replay,
        entry,
        baseline,
        options,
        recorded: weights.apply(&rows, 1),
        weights,
        chooses_by: ACCOUNTS.iter().position(|metric| compared.contains(metric)),
    };
    let about = study.endpoint(baseline);
    Ok(Section {
        baseline: about.id.clone(),
        fallback: replay.id(replay.roles.pools[entry.pool].fallback).to_owned(),
        sentence: String::new(),
        baseline_answer_accuracy: figure(&study.recorded, |sums| scores(sums, 0, 1.0).map(|[_, theirs]| theirs)),
        oracle_answer_accuracy: figure(&study.recorded, |sums| scores(sums, 0, 1.0).map(|[mine, _]| mine)),
        oracle_savings: savings(&study.recorded, 0, 1.0),
        local: local::ratios(&study)?,
        batch: batch::sizes(&study)?,
        misroutes: accuracy::misroutes(&study)?,
        price: price::ratio(&study)?,
        map: map::map(&study)?,
        baseline_batch_size: about.batch_size,
        baseline_model: about.model.clone(),
    })
}

/// Whether an account is known of oracle and baseline together.
pub(super) fn is_known(sample: &Resampled, account: usize) -> bool {
    Mix::of(&sample.point, 0, account, 1.0).is_some()
}
