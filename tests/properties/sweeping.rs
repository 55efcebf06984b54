//! A sweep's totals are those of the replay at each accuracy, to the bit.

use proptest::prelude::*;
use proptest::sample::select;
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Request, Silent};
use wattroute::sweep::{Grid, sweep};
use wattroute::workload::{MissingRules, WorkloadSpec};

use crate::support::recording::recording;
use crate::support::{cases, world};
use crate::{misroutes, noisy, prepare};

const ACCURACIES: [f64; 5] = [0.0, 0.1, 0.5, 0.837, 1.0];

/// Accuracies, and steps of a tenth beside them: bins that expect few of a block's queries are added up in
/// other lines than those that expect many.
fn among_tenths(accuracies: &[f64]) -> Vec<f64> {
    accuracies.iter().copied().chain((0..=10).map(|tenth| f64::from(tenth) / 10.0)).collect()
}

/// Sweeps a grid under a rule, and replays at some of its accuracies: each replicate's lanes must be equal as integers.
fn agree(trace: &wattroute::trace::Trace, misroute: Misroute, more: &str, request: &Request, accuracies: &[f64], grid: Vec<f64>) {
    let specs: Vec<_> = accuracies.iter().map(|&accuracy| noisy(accuracy, misroute, more)).collect();
    let replay = prepare(trace, &specs, request);
    let grid = Grid::new(grid).unwrap();
    // Swept from an entry with another accuracy and another rule: neither may matter.
    let swept = prepare(trace, &[noisy(0.3, Misroute::Cloud, more)], request);
    let sums = sweep(&swept, 0, misroute, &grid, &Silent).unwrap();
    for (accuracy, tally) in accuracies.iter().zip(replay.run(&Silent).unwrap()) {
        let point = grid.accuracies.iter().position(|point| point == accuracy).unwrap();
        for (replicate, rows) in sums.simulated.iter().enumerate() {
            assert_eq!(rows.row(point), tally.replicates.row(replicate), "{misroute} {more} at {accuracy}, replicate {replicate}");
        }
    }
    for (index, accuracy) in accuracies.iter().enumerate() {
        let moments = replay.expect(index).unwrap();
        let (right, wrong, spread) = (sums.oracle.total(), sums.misroute.total(), sums.spread(*accuracy));
        for lane in 0..replay.layout().width() {
            let mean = accuracy * right[lane].to_f64() + (1.0 - accuracy) * wrong[lane].to_f64();
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * (1.0 + a.abs().max(b.abs()));
            assert!(near(mean, moments.mean[lane]), "lane {lane} at {accuracy}: {mean}, {}", moments.mean[lane]);
            let (variance, expected) = (spread.variance[lane], moments.spread.variance[lane]);
            // A difference of squares loses digits in the square of the mean.
            let close = (variance - expected).abs() <= 1e-9 * (1.0 + mean * mean);
            assert!(close, "variance of lane {lane} at {accuracy}: {variance}, {expected}");
        }
        for (pair, (covariance, expected)) in spread.covariance.iter().zip(&moments.spread.covariance).enumerate() {
            let close = (covariance - expected).abs() <= 1e-9 * (1.0 + expected.abs());
            assert!(close, "covariance of pair {pair} at {accuracy}: {covariance}, {expected}");
        }
    }
}

#[test]
fn over_several_tasks() {
    let trace = recording(70_000, 2);
    let request = Request { replicates: 1, seed: 5, ..Request::default() };
    agree(&trace, Misroute::Local { detect: 0.7, false_alarm: 0.2 }, "", &request, &[0.37], vec![0.37]);
    agree(&trace, Misroute::Cloud, "", &request, &[0.37], among_tenths(&[0.37]));
}

proptest! {
    #![proptest_config(cases(10))]

    #[test]
    fn on_any_trace(
        world in world(40, 12),
        misroute in select(misroutes()),
        none_correct in select(vec!["cloud", "cheapest", "free", "skip"]),
        from in select(vec!["local", "failing"]),
        missing in select(vec!["complete", "unavailable"]),
        seed in 0u64..99,
    ) {
        let mut rules = MissingRules::default();
        rules.add(missing).unwrap();
        let workload = WorkloadSpec { missing: rules, correct_at: Some(world.correct_at), ..WorkloadSpec::default() };
        let request = Request { roles: world.roles(), workload, objective: None, replicates: 3, seed };
        agree(&world.trace(), misroute, &format!("none_correct = \"{none_correct}\"\nwrong_from = \"{from}\""), &request, &ACCURACIES, among_tenths(&ACCURACIES));
    }
}
