//! Means of an endpoint, over all its answers and over resamples of them.

/// Means over the answers of an endpoint whose figure is known. What no answer has is `None`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Means {
    /// Mean score.
    pub answer_accuracy: Option<f64>,
    /// Mean over queries of energy / latency, in watts.
    pub power_w: Option<f64>,
    /// Mean energy, in joules.
    pub energy_j: Option<f64>,
    /// Mean latency, in seconds.
    pub latency_s: Option<f64>,
    /// Mean perplexity.
    pub perplexity: Option<f64>,
}
