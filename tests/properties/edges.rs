//! Corners: nothing to draw from, nobody who serves, cells that are missing or too large.

use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Replay, Request, Silent, Weights};
use wattroute::report::PolicyReport;
use wattroute::trace::{Metric, Trace};
use wattroute::workload::{MissingRules, RoleNames, Selection, WorkloadSpec};

use crate::support::recording::{recording, with_column};
use crate::support::spec;
use crate::{noisy, policy, prepare, report};

/// Six queries on two endpoints: e0 right on 0, 1, 2; e1, the cloud, right on 2, 3, 4; nobody on 5.
fn small() -> Trace {
    let trace = with_column(recording(6, 2), 0, Metric::Score, vec![1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
    let trace = with_column(trace, 1, Metric::Score, vec![0.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
    let trace = with_column(trace, 0, Metric::EnergyJ, vec![1.0; 6]);
    with_column(trace, 1, Metric::EnergyJ, vec![10.0; 6])
}

fn missing(rule: &str) -> WorkloadSpec {
    let mut rules = MissingRules::default();
    rules.add(rule).unwrap();
    WorkloadSpec { missing: rules, ..WorkloadSpec::default() }
}

fn first(trace: &Trace, spec: wattroute::policy::PolicySpec, workload: WorkloadSpec) -> PolicyReport {
    report(&prepare(trace, &[spec], &Request { workload, replicates: 1, ..Request::default() })).policies.remove(0)
}

#[test]
fn without_another_local_endpoint_an_error_goes_to_the_fallback() {
    // Wrong on every query: 0, 1, 2 leave e0 and find no other local one; 3, 4, 5 leave e1 for e0.
    let found = first(&small(), noisy(0.0, Misroute::find("accept").unwrap(), ""), WorkloadSpec::default());
    assert_eq!((found.share["e0"], found.share["e1"]), (0.5, 0.5));
    assert_eq!(found.totals.energy_j, Some(3.0 * 10.0 + 3.0 * 1.0));
    assert_eq!(found.answer_accuracy.map(|figure| figure.value), Some(1.0 / 6.0));
}

#[test]
fn a_query_that_nobody_serves_costs_nothing_and_is_wrong() {
    let free = spec("kind = \"oracle\"\n[parameters]\nnone_correct = \"free\"\n");
    let found = first(&small(), free, WorkloadSpec::default());
    assert_eq!((found.share["none"], found.unserved, found.queries), (1.0 / 6.0, 0.0, 6));
    assert_eq!((found.totals.energy_j, found.known.energy_j), (Some(23.0), Some(6.0)));
    assert_eq!(found.savings["e1"].energy.map(|figure| figure.value), Some(1.0 - 23.0 / 60.0));
    assert_eq!(found.answer_accuracy.map(|figure| figure.value), Some(5.0 / 6.0));
}

#[test]
fn what_the_trace_lacks_is_not_known_of_nobody_either() {
    let mut trace = small();
    trace.outcomes.iter_mut().for_each(|outcomes| drop(outcomes.metrics.take(Metric::EnergyJ)));
    let free = spec("kind = \"oracle\"\n[overhead]\nenergy_j = 1.0\n[parameters]\nnone_correct = \"free\"\n");
    let found = first(&trace, free, WorkloadSpec::default());
    assert_eq!((found.share["none"], found.totals.energy_j, found.known.energy_j), (1.0 / 6.0, None, Some(0.0)));
    assert!(found.totals.cost_usd.is_some());
}

#[test]
fn unserved_queries_are_counted_and_never_free() {
    let trace = with_column(small(), 0, Metric::EnergyJ, vec![1.0, f64::NAN, 1.0, 1.0, f64::NAN, 1.0]);
    let found = first(&trace, policy("always:endpoint=e0"), missing("unavailable"));
    assert_eq!((found.queries, found.unserved, found.known.energy_j, found.known.cost_usd), (6, 2.0, Some(4.0), Some(4.0)));
    assert_eq!(found.totals.energy_j, Some(4.0));
    // Over the four queries that both served: 4 J against 40 J.
    assert_eq!(found.savings["e1"].energy.map(|figure| figure.value), Some(0.9));
    assert_eq!(found.savings_queries["e1"].energy, Some(4.0));
    assert_eq!(found.share["e0"], 4.0 / 6.0);
    let refused = Replay::prepare(&trace, &[policy("oracle")], &Request::default());
    assert!(refused.is_err_and(|error| error.to_string().contains("`e0` lacks `energy_j` in 2 of 6 queries")));
}

#[test]
fn a_skipped_query_is_on_neither_side() {
    let skip = spec("kind = \"oracle\"\n[parameters]\nnone_correct = \"skip\"\n");
    let found = first(&small(), skip, WorkloadSpec::default());
    assert_eq!((found.queries, found.skipped), (5, 1.0));
    assert_eq!(found.savings["e1"].energy.map(|figure| figure.value), Some(1.0 - 23.0 / 50.0));
    assert_eq!(found.answer_accuracy.map(|figure| figure.value), Some(1.0));
    // The cloud is right on three of the five queries that are left, not of six.
    assert_eq!(found.relative_answer_accuracy["e1"].map(|figure| figure.value), Some(5.0 / 3.0));
}

#[test]
fn what_a_plan_depends_on_is_needed_whatever_is_asked_for() {
    let trace = with_column(small(), 0, Metric::CostUsd, vec![0.1, f64::NAN, 0.1, 0.1, 0.1, 0.1]);
    let workload = WorkloadSpec { metrics: Some(vec![Metric::EnergyJ]), ..WorkloadSpec::default() };
    let found = first(&trace, policy("always:endpoint=e0"), workload.clone());
    // Five of six costs are known: no total over the correct answers can be told from them.
    assert_eq!((found.known.cost_usd, found.per_correct.cost_usd), (Some(5.0), None));
    assert!(found.per_correct.energy_j.is_some() && found.per_query.cost_usd.is_some());
    for compares in
        ["kind = \"oracle\"\n[parameters]\nobjective = \"cost\"", "kind = \"cascade\"\n[parameters]\njudge_error = 0.0\nbudget_usd = 1.0"]
    {
        let request = Request { workload: workload.clone(), ..Request::default() };
        let refused = Replay::prepare(&trace, &[spec(compares)], &request);
        assert!(refused.is_err_and(|error| error.to_string().contains("`e0` lacks `cost_usd`")), "{compares}");
    }
}

#[test]
fn graded_scores_of_a_baseline_beside_the_pool_need_a_word() {
    let trace = with_column(recording(6, 3), 0, Metric::Score, vec![0.5; 6]);
    let roles = RoleNames { baselines: vec!["e0".into()], fallback: Some("e2".into()), local: vec!["e1".into()] };
    let refused = Replay::prepare(&trace, &[policy("oracle")], &Request { roles, ..Request::default() });
    assert!(refused.is_err_and(|error| error.to_string().contains("--correct-at")));
}

#[test]
fn totals_fit_or_are_refused() {
    // 2,000 queries at 10^19 FLOP, far beyond 2^63 together.
    let trace = with_column(recording(2000, 2), 1, Metric::Flops, vec![1e19; 2000]);
    assert_eq!(first(&trace, policy("all-fallback"), WorkloadSpec::default()).totals.flops, Some(2e22));
    let trace = with_column(trace, 1, Metric::EnergyJ, vec![1e18; 2000]);
    let refused = Replay::prepare(&trace, &[policy("oracle")], &Request::default());
    assert!(refused.is_err_and(|error| error.to_string().contains("energy_j")));
}

#[test]
fn a_query_that_is_drawn_often_is_one_of_the_sample() {
    let selection = Selection { sample: Some(3000), ..Selection::default() };
    let trace = recording(10, 2);
    let request = Request { workload: WorkloadSpec { selection, ..WorkloadSpec::default() }, ..Request::default() };
    let replay = prepare(&trace, &[policy("oracle")], &request);
    let tallies = replay.run(&Silent).unwrap();
    // Ten queries fill at most ten of the bootstrap's buckets: too few for an interval.
    assert!(Weights::new(0).apply(&tallies[0].buckets, 1).filled <= 10);
    assert_eq!(tallies[0].status[0], 3000);
}

#[test]
fn dropping_a_query_leaves_the_draws_of_the_others() {
    // Draws are keyed by arrival before anything is dropped: what the arrivals of queries 0 to 4 draw
    // does not hang on whether those of query 5, which nobody solves, were replayed.
    let whole = small();
    let gap = with_column(small(), 0, Metric::EnergyJ, vec![1.0, 1.0, 1.0, 1.0, 1.0, f64::NAN]);
    let sample = || Selection { sample: Some(500), ..Selection::default() };
    let random = || spec("kind = \"random\"\n[parameters]\nweights = { e0 = 1, e1 = 1 }\n");
    let all = first(&whole, random(), WorkloadSpec { selection: sample(), ..WorkloadSpec::default() });
    let dropped = first(&gap, random(), WorkloadSpec { selection: sample(), ..missing("complete") });
    let correct = |found: &PolicyReport| found.answer_accuracy.map_or(0.0, |figure| figure.value) * found.queries as f64;
    assert!(dropped.queries < all.queries && dropped.queries > 350, "{} of {}", dropped.queries, all.queries);
    assert_eq!(correct(&dropped).round(), correct(&all).round());
}
