//! Generating the rows of the paper's routing trace, calibrated beforehand.

use std::hint::black_box;

use wattroute::synth::{Spec, calibrate, generate};
use wattroute::trace::{Column, Metric, Trace};

use crate::replay::SEED;
use crate::side::{Figures, Settings, Side};

/// Columns of normal numbers that all models share: one factor and two lengths, each drawn in random order.
const SHARED: usize = 3;

/// How many numbers a query takes: each model's own part of its ability, what is shared, the meters that are noisy;
/// and beside them what puts each shared column and the rows in random order.
fn numbers(spec: &Spec, queries: usize) -> Figures {
    let models = &spec.answers.models;
    let profiles = spec.endpoints.iter().filter_map(|endpoint| endpoint.profile.as_ref());
    let noisy = profiles.filter(|profile| profile.power_spread > 0.0 || profile.speed_spread > 0.0).count();
    assert!(noisy == 0 && models.iter().all(|model| model.perplexity.is_none()), "a spec that takes no more numbers than are counted");
    let (normals, uniforms) = (models.len() + SHARED, SHARED + 1);
    [("normals", normals), ("uniforms", uniforms)].map(|(name, each)| (name.to_owned(), vec![(each * queries) as f64])).into()
}

pub fn rows(settings: &Settings) -> Side {
    let prepared: &Trace = settings.trace();
    let queries = prepared.len();
    let spec = Spec::find("ipw-routing").expect("a shipped spec");
    let calibration = calibrate(&spec.answers);
    let draft = generate(&spec, &calibration, queries as u64, SEED).expect("a trace");
    for (endpoint, drafted) in draft.endpoints.iter().enumerate() {
        // Answer accuracies are met to one query of each of the two data sets, whatever the seed.
        let drawn: f64 = drafted.cells(Metric::Score).expect("scores").iter().sum();
        let known: f64 = prepared.metric(endpoint, Metric::Score).into_iter().flat_map(Column::iter).sum();
        assert!((drawn - known).abs() <= 2.0, "{drawn} right answers, {known} in the prepared trace");
    }
    let result = numbers(&spec, queries);
    Side::new(result, move || drop(black_box(generate(&spec, &calibration, queries as u64, SEED))))
}
