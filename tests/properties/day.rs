//! A day of arrivals: the same bytes for any number of threads, and missing cells as in a replay.

use wattroute::analysis::{Day, Zones, day};
use wattroute::policy::PolicySpec;
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::day::run;
use wattroute::replay::{Request, Silent};
use wattroute::trace::{GridIntensity, Metric, Trace};
use wattroute::workload::{Arrivals, MissingRules, WorkloadSpec};

use crate::support::recording::{recording, with_column};
use crate::{noisy, policy, prepare};

fn made(trace: &Trace, specs: &[PolicySpec], workload: WorkloadSpec, total: u64, zones: Option<&Zones>) -> Day {
    let replay = prepare(trace, specs, &Request { workload, replicates: 1, seed: 11, ..Request::default() });
    let arrivals = Arrivals::built_in(total).unwrap();
    day(&replay, &arrivals, &run(&replay, &arrivals, &Silent).unwrap(), zones)
}

#[test]
fn threads_do_not_change_a_byte() {
    let trace = recording(9_000, 3);
    // Some through the packed table, some through the engine.
    let specs = [policy("all-fallback"), policy("random"), policy("noisy-oracle"), policy("oracle"), policy("cascade")];
    let specs = [&specs[..], &[noisy(0.7, Misroute::Local { detect: 0.8, false_alarm: 0.1 }, "")]].concat();
    let json = || serde_json::to_string(&made(&trace, &specs, WorkloadSpec::default(), 50_000, None)).unwrap();
    let on = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(json);
    let one = on(1);
    assert!(one.contains("\"strategies\":[{") && one.contains("cascade"));
    assert!(on(2) == one && on(8) == one);
}

#[test]
fn the_shape_changes_no_total() {
    let trace = recording(500, 3);
    let specs = [policy("all-fallback"), policy("noisy-oracle")];
    let replay = prepare(&trace, &specs, &Request { replicates: 1, ..Request::default() });
    let total = |arrivals: &Arrivals| run(&replay, arrivals, &Silent).unwrap().strategies[1].total(0);
    let shaped = Arrivals::built_in(20_000).unwrap();
    let at_once = Arrivals { counts: vec![20_000], ..shaped.clone() };
    assert_eq!(total(&shaped), total(&at_once));
}

/// With misroute `cloud` and the fallback as baseline, saving(a) = a times saving(1).
#[test]
fn a_router_keeps_its_share_of_the_savings() {
    let trace = recording(4_000, 3);
    let specs = [policy("all-fallback"), policy("noisy-oracle:router_accuracy=0.6"), policy("oracle")];
    let made = made(&trace, &specs, WorkloadSpec::default(), 400_000, None);
    let saved = |index: usize| made.strategies[index].savings.values().next().unwrap().energy.unwrap();
    assert_eq!(saved(0), 0.0);
    // 400,000 coins: the share of right ones has a standard deviation of 0.00077, or 0.0013 of the whole.
    assert!((saved(1) / saved(2) - 0.6).abs() < 4.0 * 0.0013 * 1.5, "{} {}", saved(1), saved(2));
    assert_eq!(made.arrived.last(), Some(&400_000));
    let last = made.strategies[1].cumulative.energy_j.as_ref().unwrap().last().copied();
    assert_eq!(last, made.strategies[1].totals.energy_j);
}

#[test]
fn unserved_arrivals_are_counted_and_never_free() {
    // Two queries in six lack the energy of e0.
    let trace = with_column(recording(6, 2), 0, Metric::EnergyJ, vec![1.0, f64::NAN, 1.0, 1.0, f64::NAN, 1.0]);
    let mut missing = MissingRules::default();
    missing.add("unavailable").unwrap();
    let workload = WorkloadSpec { missing, ..WorkloadSpec::default() };
    let local = &made(&trace, &[policy("always:endpoint=e0")], workload, 60_000, None).strategies[0];
    // A third of 60,000, with a standard deviation of 115.
    assert!(local.unserved.abs_diff(20_000) < 460, "{}", local.unserved);
    assert_eq!(local.known.energy_j, Some(60_000 - local.unserved));
    assert_eq!(local.totals.energy_j, Some((60_000 - local.unserved) as f64));
    assert!((local.local_share + local.unserved as f64 / 60_000.0 - 1.0).abs() < 1e-12);
}

#[test]
fn an_account_that_the_trace_lacks_is_not_known() {
    let mut trace = recording(50, 2);
    trace.outcomes.iter_mut().for_each(|outcomes| drop(outcomes.metrics.take(Metric::EnergyJ)));
    let zones = Zones::everywhere(GridIntensity::constant(400.0));
    let made = made(&trace, &[policy("all-fallback"), policy("oracle")], WorkloadSpec::default(), 1_000, Some(&zones));
    for strategy in &made.strategies {
        assert_eq!((strategy.totals.energy_j, strategy.totals.carbon_g, &strategy.cumulative.energy_j), (None, None, &None));
        assert!(strategy.totals.cost_usd.is_some());
    }
}

#[test]
fn grams_follow_the_hour_and_the_tier() {
    let trace = with_column(recording(6, 2), 0, Metric::EnergyJ, vec![1.0; 6]);
    let trace = with_column(trace, 1, Metric::EnergyJ, vec![36.0; 6]);
    // Only the hour from noon has a dirty grid, and only the cloud's.
    let mut cloud = GridIntensity::constant(0.0);
    cloud.g_per_kwh[12] = 100.0;
    let zones = Zones { local: GridIntensity::constant(3600.0), cloud };
    let specs = [policy("always:endpoint=e0"), policy("always:endpoint=e1")];
    let made = made(&trace, &specs, WorkloadSpec::default(), 100_000, Some(&zones));
    // 1 J at 3600 g/kWh is a milligram.
    let grams = |index: usize| made.strategies[index].totals.carbon_g.unwrap();
    assert!((grams(0) - 100.0).abs() < 1e-9, "{}", grams(0));
    // 36 J at 100 g/kWh are a milligram too, for those that arrive in the hour from noon.
    let at = |hour: usize| made.arrived[made.seconds.iter().position(|second| *second == 3600.0 * hour as f64).unwrap()];
    let noon = (at(13) - at(12)) as f64;
    assert!((grams(1) - noon / 1000.0).abs() < 1e-9, "{} {noon}", grams(1));
    let line = made.strategies[1].cumulative.carbon_g.as_ref().unwrap();
    assert!(line[12 * 12] == 0.0 && line[13 * 12] > 0.0);
    // Against e1, the cloud and so the baseline.
    let saved = made.strategies[0].savings["e1"].carbon.unwrap();
    assert!((saved - (1.0 - grams(0) / grams(1))).abs() < 1e-12);
}
