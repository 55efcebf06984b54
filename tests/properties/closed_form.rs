//! Simulated figures against expectation and variance in closed form.

use proptest::prelude::*;
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Lane, Replay, Request, Silent};

use crate::support::recording::recording;
use crate::support::{cases, spec, world};
use crate::{misroutes, noisy, prepare, report};

const REPLICATES: u32 = 10;

/// Every lane of every entry within five standard deviations of its expectation; gives the squared
/// deviations of the energy in units of the variance, one a replicate.
fn deviations(replay: &Replay) -> Vec<f64> {
    let tallies = replay.run(&Silent).unwrap();
    let layout = replay.layout();
    let mut squares = Vec::new();
    for (position, (entry, tally)) in replay.entries.iter().zip(&tallies).enumerate() {
        let moments = replay.expect(position).expect("a noisy oracle has a closed form");
        for lane in 0..layout.width() {
            let sum: f64 = (0..REPLICATES as usize).map(|replicate| tally.replicates.row(replicate)[lane].to_f64()).sum();
            let (mean, sd) = (f64::from(REPLICATES) * moments.mean[lane], (f64::from(REPLICATES) * moments.variance[lane]).sqrt());
            let name = &entry.spec.text;
            assert!((sum - mean).abs() <= 5.0 * sd + 1e-9 * mean.abs(), "lane {lane}: {sum}, expected {mean} with sd {sd}\n{name}");
        }
        let energy = layout.at(Lane::Sum(0));
        if moments.variance[energy] > 0.0 {
            let square =
                |replicate| (tally.replicates.row(replicate)[energy].to_f64() - moments.mean[energy]).powi(2) / moments.variance[energy];
            squares.extend((0..REPLICATES as usize).map(square));
        }
    }
    squares
}

#[test]
fn simulated_figures_are_as_expected() {
    let trace = recording(800, 4);
    let mut specs = Vec::new();
    for misroute in misroutes() {
        for (accuracy, more) in
            [(0.0, ""), (0.35, "wrong_from = \"failing\""), (0.8, ""), (0.6, "none_correct = \"free\""), (0.6, "none_correct = \"skip\"")]
        {
            specs.push(noisy(accuracy, misroute, more));
        }
    }
    for misroute in ["", "misroute = \"local\"\ndetect = 0.7\nfalse_alarm = 0.2"] {
        let rates = "cloud_to_local = 0.3\nlocal_to_cloud = 0.15";
        specs.push(spec(&format!("kind = \"noisy-oracle\"\n[parameters]\n{rates}\n{misroute}\n")));
    }
    let mut squares = Vec::new();
    for seed in [1, 2] {
        let replay = prepare(&trace, &specs, &Request { replicates: REPLICATES, seed, ..Request::default() });
        squares.extend(deviations(&replay));
    }
    // A squared deviation has mean 1 and variance 2, and the rules share their coins: some hundred of
    // them are independent, so that their mean has a standard deviation of at most about 0.15.
    let mean = squares.iter().sum::<f64>() / squares.len() as f64;
    assert!(squares.len() > 500 && (mean - 1.0).abs() < 0.45, "mean squared deviation {mean} of {}", squares.len());
}

proptest! {
    #![proptest_config(cases(8))]

    /// "80% accurate keeps 80%" is an identity where errors go to the baseline.
    #[test]
    fn under_misroute_cloud_savings_scale_with_router_accuracy(world in world(24, 0), accuracy in 0.0..1.0f64) {
        let mut world = world;
        world.baseline = world.fallback;
        let trace = world.trace();
        let request = Request { roles: world.roles(), replicates: 1, ..Request::default() };
        let request = Request { workload: wattroute::workload::WorkloadSpec { correct_at: Some(world.correct_at), ..Default::default() }, ..request };
        let report = report(&prepare(&trace, &[noisy(accuracy, Misroute::Cloud, ""), noisy(1.0, Misroute::Cloud, "")], &request));
        let savings = |policy: usize| report.policies[policy].expected.as_ref().unwrap().savings.values().next().unwrap().to_array();
        for (at, one) in savings(0).into_iter().zip(savings(1)) {
            let (at, one) = (at.unwrap().mean, one.unwrap().mean);
            prop_assert!((at - accuracy * one).abs() < 1e-12, "{at} is not {accuracy} x {one}");
        }
        let oracle = report.policies[1].savings.values().next().unwrap().to_array();
        for (simulated, expected) in oracle.into_iter().zip(savings(1)) {
            prop_assert!((simulated.unwrap().value - expected.unwrap().mean).abs() < 1e-12);
        }
    }
}
