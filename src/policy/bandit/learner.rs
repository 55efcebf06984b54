//! One learner: its arms, what it has seen, and how it chooses.

use std::sync::Arc;

use rand::Rng;

use super::arm::Arm;
use super::context::Contexts;
use super::{Explore, Settings};
use crate::draw::{Draws, Stream};
use crate::policy::{Adaptive, Feedback, QueryRow};
use crate::trace::{EndpointIx, Metric};

/// A bandit in the middle of its work.
pub struct Learner {
    settings: Settings,
    metric: Option<Metric>,
    endpoints: Vec<EndpointIx>,
    arms: Vec<Arm>,
    contexts: Arc<Contexts>,
    /// The context of the query at hand.
    x: Vec<f64>,
    /// What amounts are divided by: as given, or the largest told of so far.
    scale: f64,
}

impl Learner {
    /// A learner that knows nothing yet.
    pub fn new(settings: Settings, endpoints: Vec<EndpointIx>, contexts: Arc<Contexts>) -> Learner {
        let width = contexts.width();
        Learner {
            settings,
            metric: settings.objective.metric(),
            arms: vec![Arm::new(width, settings.ridge); endpoints.len()],
            endpoints,
            contexts,
            x: vec![0.0; width],
            scale: settings.scale.unwrap_or(0.0),
        }
    }

    fn look_at(&mut self, query: &QueryRow) {
        self.x.iter_mut().zip(self.contexts.row(query.position)).for_each(|(x, &cell)| *x = f64::from(cell));
    }

    /// What an arm seems to be worth for the query at hand, with what its uncertainty adds.
    pub(super) fn worth(&mut self, arm: usize, query: &QueryRow, draws: &Draws) -> f64 {
        let [score, amount] = self.arms[arm].means(&self.x);
        let lambda = self.settings.lambda;
        // Before anything was taken there is no scale, and nothing to divide.
        let amount = if self.scale > 0.0 { amount / self.scale } else { 0.0 };
        let mean = (1.0 - lambda) * score - lambda * amount;
        let mut width = || self.arms[arm].variance(&self.x).sqrt();
        match self.settings.explore {
            Explore::Bound(alpha) => mean + alpha * width(),
            Explore::Draw(0.0) => mean,
            Explore::Draw(spread) => mean + spread * width() * normal(draws, self.endpoints[arm], query.key),
        }
    }
}

impl Adaptive for Learner {
    fn choose(&mut self, query: &QueryRow, draws: &Draws) -> EndpointIx {
        self.look_at(query);
        let mut best = (0, f64::NEG_INFINITY);
        for arm in 0..self.arms.len() {
            let worth = self.worth(arm, query, draws);
            if worth > best.1 {
                best = (arm, worth);
            }
        }
        self.endpoints[best.0]
    }

    fn learn(&mut self, query: &QueryRow, feedback: &Feedback) -> bool {
        let lambda = self.settings.lambda;
        // What has no weight may be missing.
        let score = if lambda < 1.0 { feedback.score } else { 0.0 };
        let amount = self.metric.filter(|_| lambda > 0.0).map_or(0.0, |metric| feedback.account(metric));
        let arm = self.endpoints.iter().position(|&endpoint| endpoint == feedback.endpoint);
        let Some(arm) = arm.filter(|_| !score.is_nan() && !amount.is_nan()) else { return false };
        if self.settings.scale.is_none() {
            self.scale = self.scale.max(amount);
        }
        self.look_at(query);
        self.arms[arm].update(&self.x, [score, amount], self.settings.forgetting, self.settings.ridge);
        true
    }
}

/// A standard normal number for an endpoint and a query (Box and Muller 1958).
fn normal(draws: &Draws, endpoint: EndpointIx, key: u32) -> f64 {
    let mut rng = draws.stream(Stream::Posterior, u64::from(endpoint)).rng(u64::from(key));
    let mut uniform = || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let (radius, angle) = (uniform(), uniform());
    (-2.0 * (1.0 - radius).ln()).sqrt() * (std::f64::consts::TAU * angle).cos()
}
