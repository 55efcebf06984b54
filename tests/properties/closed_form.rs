//! Simulated figures against expectation and variance in closed form.

use proptest::prelude::*;
use wattroute::analysis::Measures;
use wattroute::policy::PolicySpec;
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Lane, LaneMoments, Layout, Replay, Request, Silent, Tally};
use wattroute::trace::{Metric, Trace};
use wattroute::workload::{ACCOUNTS, MissingRules, WorkloadSpec};

use crate::support::recording::{recording, with_column};
use crate::support::{cases, spec, world};
use crate::{misroutes, noisy, prepare, report};

const REPLICATES: u32 = 10;

/// How far figures are from their expectation, in standard errors.
#[derive(Default)]
struct Deviations {
    /// With what they are of.
    all: Vec<(f64, String)>,
    /// Of the energy of single replicates, squared.
    squares: Vec<f64>,
}

impl Deviations {
    fn add(&mut self, found: f64, mean: f64, standard_error: f64, what: impl Fn() -> String) {
        let away = (found - mean).abs();
        if away > 1e-9 * (1.0 + mean.abs()) {
            self.all.push((away / standard_error, format!("{}: {found}, expected {mean} with {standard_error}", what())));
        }
    }

    /// Adds every lane of every entry, and the ratios of its report.
    fn add_all(&mut self, replay: &Replay) {
        let (layout, count) = (replay.layout(), f64::from(REPLICATES));
        let tallies = replay.run(&Silent).unwrap();
        for (position, (entry, tally)) in replay.entries.iter().zip(&tallies).enumerate() {
            let moments = replay.expect(position).expect("a noisy oracle has a closed form");
            for lane in 0..layout.width() {
                let sum: f64 = (0..REPLICATES as usize).map(|replicate| tally.replicates.row(replicate)[lane].to_f64()).sum();
                let error = (count * moments.spread.variance[lane]).sqrt();
                self.add(sum, count * moments.mean[lane], error, || format!("lane {lane} of\n{}", entry.spec.text));
            }
            let energy = layout.at(Lane::Sum(0));
            if moments.spread.variance[energy] > 0.0 {
                let away = |replicate| tally.replicates.row(replicate)[energy].to_f64() - moments.mean[energy];
                self.squares.extend((0..REPLICATES as usize).map(|one| away(one).powi(2) / moments.spread.variance[energy]));
            }
            self.add_ratios(layout, tally, &moments, &entry.spec.text);
        }
    }

    /// Adds the ratios: answer accuracy and savings of the mean over replicates.
    fn add_ratios(&mut self, layout: Layout, tally: &Tally, moments: &LaneMoments, name: &str) {
        let (measures, count) = (Measures { layout }, f64::from(REPLICATES));
        let sums: Vec<f64> = tally.replicates.total().iter().map(|sum| sum.to_f64() / count).collect();
        let error = |above: Lane, below: Lane| moments.spread.of_ratio(layout, &moments.mean, above, below) / count.sqrt();
        let accuracy = |sums: &[f64]| measures.answer_accuracy(sums).unwrap();
        self.add(accuracy(&sums), accuracy(&moments.mean), error(Lane::Score, Lane::Scored), || format!("answer accuracy of\n{name}"));
        for account in 0..ACCOUNTS.len() {
            let saving = |sums: &[f64]| measures.saving(sums, 0, account).unwrap();
            let error = error(Lane::Mine(0, account), Lane::Theirs(0, account));
            self.add(saving(&sums), saving(&moments.mean), error, || format!("saving {account} of\n{name}"));
        }
    }
}

/// A recording in which every fifth query lacks the answer of one endpoint or another.
fn with_gaps(queries: usize) -> Trace {
    let mut trace = recording(queries, 4);
    for endpoint in 0..4 {
        for metric in [Metric::Score, Metric::EnergyJ, Metric::CostUsd] {
            let cells = trace.outcomes[endpoint].metrics.get(metric).unwrap().block(0, queries).to_vec();
            let gap = |query: usize| (query + 3 * endpoint) % 20 == metric as usize;
            let cells = cells.into_iter().enumerate().map(|(query, cell)| if gap(query) { f64::NAN } else { cell });
            trace = with_column(trace, endpoint, metric, cells.collect());
        }
    }
    trace
}

/// Every misroute at accuracies from 0 to 1, and both forms of a router that errs.
fn specs() -> Vec<PolicySpec> {
    let mut specs = Vec::new();
    for misroute in misroutes() {
        let more = ["", "wrong_from = \"failing\"", "", "none_correct = \"free\"", "none_correct = \"skip\"", ""];
        specs.extend([0.0, 0.35, 0.8, 0.6, 0.6, 1.0].into_iter().zip(more).map(|(accuracy, more)| noisy(accuracy, misroute, more)));
    }
    for misroute in ["", "misroute = \"local\"\ndetect = 0.7\nfalse_alarm = 0.2"] {
        let rates = "cloud_to_local = 0.3\nlocal_to_cloud = 0.15";
        specs.push(spec(&format!("kind = \"noisy-oracle\"\n[parameters]\n{rates}\n{misroute}\n")));
    }
    specs
}

#[test]
fn every_figure_is_within_four_standard_errors_of_its_expectation() {
    let mut rules = MissingRules::default();
    rules.add("unavailable").unwrap();
    let workload = WorkloadSpec { missing: rules, ..WorkloadSpec::default() };
    let mut found = Deviations::default();
    for (trace, workload) in [(recording(800, 4), WorkloadSpec::default()), (with_gaps(800), workload)] {
        for seed in [1, 2, 3] {
            let request = Request { workload: workload.clone(), replicates: REPLICATES, seed, ..Request::default() };
            found.add_all(&prepare(&trace, &specs(), &request));
        }
    }
    let (worst, what) = found.all.iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    println!("{} deviations, the largest {worst:.2} standard errors", found.all.len());
    assert!(*worst <= 4.0, "{worst} standard errors: {what}");
    // A squared deviation has mean 1 and variance 2. The rules share their coins: of the energies of replicates
    // some hundreds are independent, so that their mean has a standard deviation of at most about 0.1.
    let mean = found.squares.iter().sum::<f64>() / found.squares.len() as f64;
    assert!(found.squares.len() > 1500 && (mean - 1.0).abs() < 0.3, "mean squared deviation {mean} of {}", found.squares.len());
    // Of so many deviations some are large: a spread that is too wide would show here.
    assert!(found.all.len() > 3000 && *worst > 3.0, "{} deviations, the worst {worst}", found.all.len());
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
