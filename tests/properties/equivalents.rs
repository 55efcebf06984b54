//! A noisy oracle is equivalent to itself.

use proptest::prelude::*;
use wattroute::analysis::{Equivalent, equivalents};
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Replay, Request, Resampled, Silent, Weights};
use wattroute::trace::{Columns, Trace};
use wattroute::workload::{MissingRules, RoleNames, WorkloadSpec};

use crate::support::{cases, world};
use crate::{noisy, prepare};

/// What is found of an entry's sums under its own misroute rule: by each account and by answers, where known.
fn own(replay: &Replay, misroute: Misroute, sample: &Resampled) -> Vec<Equivalent> {
    let found = equivalents(replay, 0, sample);
    let under = found.iter().filter(|found| found.misroute == misroute.to_string());
    under.flat_map(|found| found.by_savings.to_array().into_iter().chain([found.by_answers])).flatten().collect()
}

proptest! {
    #![proptest_config(cases(24))]

    /// In expectation exactly, on any trace, also where answers and cells are missing.
    #[test]
    fn expected_sums_give_back_the_router_accuracy(world in world(24, 6), accuracy in 0.0..1.0f64) {
        let trace = world.trace();
        let mut missing = MissingRules::default();
        missing.add("unavailable").unwrap();
        let workload = WorkloadSpec { correct_at: Some(world.correct_at), missing, ..WorkloadSpec::default() };
        let request = Request { roles: world.roles(), workload, replicates: 1, ..Request::default() };
        for (_, misroute) in Misroute::NAMED {
            let replay = prepare(&trace, &[noisy(accuracy, misroute, "")], &request);
            let point = replay.expect(0).unwrap().mean;
            for found in own(&replay, misroute, &Resampled { point, draws: Vec::new(), filled: 0 }) {
                // A flat curve has none; one that hardly rises is known to fewer digits.
                let Some(figure) = found.router_accuracy else { continue };
                prop_assert!((figure.value - accuracy).abs() < 1e-6, "{misroute}: {} is not {accuracy}", figure.value);
            }
        }
    }
}

#[test]
fn a_simulated_noisy_oracle_is_within_its_interval() {
    let trace = Trace::open("ladder", &Columns::all()).unwrap().gather(&(0..2000).collect::<Vec<u32>>());
    let xl = "ladder-xl@nvidia-h200-bs1";
    let roles = RoleNames { baselines: vec![xl.into()], fallback: Some(xl.into()), ..RoleNames::default() };
    let request = Request { roles, replicates: 1, ..Request::default() };
    let (mut known, mut held) = (0, 0);
    for (_, misroute) in Misroute::NAMED {
        let replay = prepare(&trace, &[noisy(0.8, misroute, "")], &request);
        let tallies = replay.run(&Silent).unwrap();
        let sample = Weights::new(replay.seed).apply(&tallies[0].buckets, 1);
        for found in own(&replay, misroute, &sample) {
            let figure = found.router_accuracy.unwrap();
            let (low, high) = figure.low.zip(figure.high).unwrap();
            known += 1;
            held += usize::from((low..=high).contains(&0.8));
            assert!(high - low < 0.5 && low < figure.value && figure.value < high, "{misroute}: {figure:?}");
        }
    }
    // Five rules, three accounts that the ladder has and the answers, which share their coins; 95% each.
    assert!(known >= 15 && held >= known - 2, "{held} of {known} intervals hold 0.8");
}
