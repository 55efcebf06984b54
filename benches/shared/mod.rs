//! What several benches measure.

/// Ten policies of all kinds, the noisy oracle first.
pub const TEN: [&str; 10] = [
    "noisy-oracle",
    "oracle",
    "oracle:objective=energy",
    "noisy-oracle:router_accuracy=0.6",
    "noisy-oracle:misroute=accept",
    "noisy-oracle:misroute=retry",
    "random",
    "random:fallback_share=0.8",
    "all-fallback",
    "cascade",
];
