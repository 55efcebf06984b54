//! What every analysis of a study is made from: who is local, each endpoint's means, and resamples of
//! the queries, the same for all, so that ratios of endpoints are paired.

use super::Options;
use crate::analysis::coverage::Solved;
use crate::analysis::efficiency::{Means, numbers, ratio};
use crate::analysis::{Figure, bounded, figure};
use crate::error::Result;
use crate::replay::{BUCKETS, Exact, Resampled, Rows, Weights, buckets};
use crate::trace::{Endpoint, Metric, Outcomes, Tier, Trace};

/// A trace as it is studied.
pub(super) struct Subject<'t> {
    pub trace: &'t Trace,
    /// The local endpoints.
    pub local: Vec<usize>,
    /// The endpoints of tier `cloud` that are not local.
    pub cloud: Vec<usize>,
    pub correct_at: f64,
    pub weights: Weights,
    /// The bucket of each query.
    bucket: Vec<u32>,
    /// By endpoint.
    pub measured: Vec<Measured>,
}

/// An endpoint's means, over all its answers and over each resample of them.
pub(super) struct Measured {
    pub means: Means,
    draws: Vec<Means>,
    filled: usize,
}

impl<'t> Subject<'t> {
    pub fn new(trace: &'t Trace, options: &Options) -> Result<Self> {
        let local = trace.local(&options.local)?;
        let is_cloud = |&index: &usize| trace.info.endpoints[index].tier == Some(Tier::Cloud) && !local.contains(&index);
        let cloud = (0..trace.outcomes.len()).filter(is_cloud).collect();
        let correct_at = trace.correct_at(options.correct_at, None)?;
        let weights = Weights::new(options.seed);
        let bucket = buckets(options.seed, &trace.queries.rows);
        let measured = trace.outcomes.iter().map(|outcomes| measure(outcomes, &bucket, &weights)).collect();
        Ok(Subject { trace, local, cloud, correct_at, weights, bucket, measured })
    }

    /// An endpoint's description.
    pub fn endpoint(&self, index: usize) -> &'t Endpoint {
        &self.trace.info.endpoints[index]
    }

    /// The names of some endpoints.
    pub fn ids(&self, endpoints: &[usize]) -> Vec<String> {
        endpoints.iter().map(|&index| self.endpoint(index).id.clone()).collect()
    }

    /// Who solves what; `None` where nothing was scored.
    pub fn solved(&self) -> Option<Solved> {
        let scored = |index: usize| self.trace.metric(index, Metric::Score).is_some_and(|column| column.missing() < column.len());
        (0..self.trace.outcomes.len()).any(scored).then(|| Solved::of(self.trace, self.correct_at))
    }

    /// For each of some flags the share of the queries `members` that have it.
    pub fn shares(&self, members: &[u32], flags: &[&[bool]]) -> Vec<Option<Figure>> {
        let mut rows = Rows::new(BUCKETS, 1 + flags.len());
        let bucket = |query: u32| self.bucket[query as usize] as usize;
        let queries = rows.lane_mut(0);
        members.iter().for_each(|&query| queries[bucket(query)] += Exact::ONE);
        for (lane, flags) in flags.iter().enumerate() {
            let cells = rows.lane_mut(lane + 1);
            members.iter().filter(|&&query| flags[query as usize]).for_each(|&query| cells[bucket(query)] += Exact::ONE);
        }
        let sample: Resampled = self.weights.apply(&rows, 1);
        let share = |lane: usize| figure(&sample, |sums| (sums[0] > 0.0).then(|| sums[lane] / sums[0]));
        (1..=flags.len()).map(share).collect()
    }
}

impl Measured {
    /// A figure of this endpoint alone.
    pub fn figure(&self, statistic: impl Fn(&Means) -> Option<f64>) -> Option<Figure> {
        compared([self], |[means]| statistic(means))
    }
}

/// A figure of several endpoints, over the same resamples of queries.
pub(super) fn compared<const N: usize>(endpoints: [&Measured; N], statistic: impl Fn([&Means; N]) -> Option<f64>) -> Option<Figure> {
    let value = statistic(endpoints.map(|endpoint| &endpoint.means))?;
    let resamples = endpoints.iter().map(|endpoint| endpoint.draws.len()).min().unwrap_or(0);
    let of_resample = |resample: usize| statistic(endpoints.map(|endpoint| &endpoint.draws[resample]));
    let filled = endpoints.iter().map(|endpoint| endpoint.filled).min().unwrap_or(0);
    Some(bounded(value, filled, (0..resamples).map(of_resample).collect()))
}

/// An endpoint's mean over another's.
pub(super) fn over(mine: &Measured, theirs: &Measured, mean: impl Fn(&Means) -> Option<f64>) -> Option<Figure> {
    compared([mine, theirs], |[mine, theirs]| ratio(mean(mine), mean(theirs)))
}

fn measure(outcomes: &Outcomes, bucket: &[u32], weights: &Weights) -> Measured {
    // The first lane counts known cells, so that a bucket without any is seen to be empty; then for each
    // mean the number and the sum of what is known.
    let mut rows = Rows::new(BUCKETS, 1 + 2 * Means::COUNT);
    for (mean, numbers) in numbers(outcomes).into_iter().enumerate() {
        for (number, &bucket) in numbers.zip(bucket).filter(|(number, _)| !number.is_nan()) {
            rows.lane_mut(0)[bucket as usize] += Exact::ONE;
            rows.lane_mut(1 + 2 * mean)[bucket as usize] += Exact::ONE;
            rows.lane_mut(2 + 2 * mean)[bucket as usize] += Exact::new(number);
        }
    }
    let sample = weights.apply(&rows, 1);
    let mean = |sums: &[f64], mean: usize| {
        let known = sums[1 + 2 * mean];
        (known > 0.0).then(|| sums[2 + 2 * mean] / known)
    };
    let draws = sample.draws.iter().map(|sums| Means::from_array(std::array::from_fn(|index| mean(sums, index)))).collect();
    // The means themselves are those of `inspect`, to the last bit.
    Measured { means: Means::of(outcomes), draws, filled: sample.filled }
}
