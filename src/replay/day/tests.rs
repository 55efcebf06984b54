use super::*;
use crate::draw::{Stream, threshold};
use crate::policy::PolicySpec;
use crate::replay::{Request, Silent};
use crate::trace::{Columns, Metric, Trace};

const SEED: u64 = 5;

fn ladder() -> Trace {
    Trace::open("ladder", &Columns::all()).unwrap()
}

fn prepare<'t>(trace: &'t Trace, policies: &[&str]) -> Replay<'t> {
    let specs: Vec<PolicySpec> = policies.iter().map(|name| PolicySpec::find(name).unwrap()).collect();
    Replay::prepare(trace, &specs, &Request { replicates: 1, seed: SEED, ..Request::default() }).unwrap()
}

/// Steps of uneven length, with an empty one and one that is longer than a block.
fn arrivals() -> Arrivals {
    Arrivals { shape: "uneven".to_owned(), step_s: 3600.0, counts: vec![7, 0, 5000, 30_000, 1], starts_at_s: 0.0, notes: Vec::new() }
}

const MIXTURES: [&str; 6] = [
    "all-fallback",
    "random",
    "noisy-oracle:router_accuracy=0.6",
    "noisy-oracle:router_accuracy=0.8",
    "oracle",
    "oracle:objective=latency,goal=iso-accuracy",
];

#[test]
fn the_packed_table_gives_what_the_engine_gives_to_the_last_bit() {
    let trace = ladder();
    let replay = prepare(&trace, &MIXTURES);
    let packed = run(&replay, &arrivals(), &Silent).unwrap();
    let general = run_with(&replay, &arrivals(), &Silent, false).unwrap();
    assert_eq!(packed.strategies.len(), replay.entries.len());
    for ((packed, general), entry) in packed.strategies.iter().zip(&general.strategies).zip(&replay.entries) {
        assert!(packed == general, "{}", replay.name(entry));
        assert!(packed.saving(0, 0).is_some() && packed.energy_of_router(2) == 0.0);
    }
}

const CASCADE: &str = "cascade:order=[\"ladder-s@nvidia-h200-bs1\", \"fallback\"]";

#[test]
fn company_does_not_change_a_strategy() {
    let trace = ladder();
    let alone = run(&prepare(&trace, &["noisy-oracle"]), &arrivals(), &Silent).unwrap();
    // With others, and with some that are no mixtures and go through the engine, in between.
    let mixed = prepare(&trace, &["random", CASCADE, "noisy-oracle", "noisy-oracle:misroute=retry", "oracle:none_correct=skip"]);
    let totals = run(&mixed, &arrivals(), &Silent).unwrap();
    let at = mixed.entries.iter().position(|entry| entry.spec.name == "noisy-oracle").unwrap();
    assert!(alone.strategies[0] == totals.strategies[at]);
    let of = |name: &str| &totals.strategies[mixed.entries.iter().position(|entry| entry.spec.name == name).unwrap()];
    // A cascade tries small models first and pays for each; the others count what they are given.
    assert!(of(CASCADE).total(0).unwrap() > 0.0);
    assert!(of("oracle:none_correct=skip").skipped() > 0);
}

/// The plain way: arrival by arrival, with the same draws, in floating point.
#[test]
fn a_plain_loop_agrees() {
    let trace = ladder();
    let replay = prepare(&trace, &["noisy-oracle", "random"]);
    let totals = run(&replay, &arrivals(), &Silent).unwrap();
    let pool = &replay.roles.pools[0];
    let cell = |endpoint: EndpointIx, metric: Metric, query: usize| trace.metric(endpoint as usize, metric).unwrap().get(query).unwrap();
    let size = |endpoint: EndpointIx| trace.info.endpoints[endpoint as usize].params_total_b.unwrap();
    assert_eq!(trace.info.defaults.objective.as_deref(), Some("size"));
    let draws = Draws::of_day(SEED);
    let draw = |stream: Stream| draws.stream(stream, 0);
    let (mut noisy, mut random, mut score, mut served) = (0.0, 0.0, 0.0, 0u64);
    for arrival in 0..arrivals().total() {
        let query = draw(Stream::Arrival).below(arrival, trace.len());
        let right = pool.all.iter().copied().filter(|&endpoint| cell(endpoint, Metric::Score, query) >= 1.0);
        let cheapest = right.min_by(|a, b| size(*a).total_cmp(&size(*b)));
        let is_right = draw(Stream::Coin).draw53(arrival) < threshold(0.8);
        let endpoint = if is_right { cheapest.unwrap_or(pool.fallback) } else { pool.fallback };
        noisy += cell(endpoint, Metric::EnergyJ, query);
        score += cell(endpoint, Metric::Score, query);
        served += u64::from(endpoint == pool.fallback);
        // Local endpoints share the first half of the draws, the fallback has the other.
        let draw = draw(Stream::Choice).uniform(arrival);
        let part = (draw * 2.0 * pool.local.len() as f64) as usize;
        random += cell(pool.local.get(part).copied().unwrap_or(pool.fallback), Metric::EnergyJ, query);
    }
    let found = &totals.strategies[0];
    // Cells are rounded to 2^-47 of the largest one, some hundred times the mean.
    let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-11;
    assert!(close(found.total(0).unwrap(), noisy), "{:?} {noisy}", found.total(0));
    assert!(close(found.cumulative(0).unwrap()[4], noisy) && found.cumulative(0).unwrap()[1] == found.amount(0, 0));
    assert!(close(found.answer_accuracy().unwrap(), score / arrivals().total() as f64));
    assert_eq!((found.served(pool.fallback), found.known(0), found.unserved()), (served, arrivals().total(), 0));
    let at = replay.entries.iter().position(|entry| entry.spec.name == "random" && entry.pool == 0).unwrap();
    assert!(close(totals.strategies[at].total(0).unwrap(), random), "{:?} {random}", totals.strategies[at].total(0));
}

#[test]
fn totals_are_what_is_expected_within_four_standard_errors() {
    let trace = ladder();
    let replay = prepare(&trace, &["all-fallback"]);
    let found = run(&replay, &arrivals(), &Silent).unwrap().strategies[0].total(0).unwrap();
    let energy: Vec<f64> = trace.metric(replay.roles.pools[0].fallback as usize, Metric::EnergyJ).unwrap().iter().collect();
    let (count, arrivals) = (energy.len() as f64, arrivals().total() as f64);
    let mean = energy.iter().sum::<f64>() / count;
    let variance = energy.iter().map(|energy| (energy - mean).powi(2)).sum::<f64>() / count;
    // Drawn with replacement: a sum of independent draws from the trace.
    assert!((found - arrivals * mean).abs() < 4.0 * (arrivals * variance).sqrt(), "{found} {}", arrivals * mean);
    assert!(found != arrivals * mean);
}
