//! Made-up reports for tests, shaped like the recorded trace: four endpoints, the large one as two
//! baselines, batch 1 and batch 16.

use crate::report::*;

/// The baselines: id, energy of a query in J, what the oracle saves against it.
pub const BASELINES: [(&str, f64, f64); 2] = [("ladder-xl@epyc-bs1", 410.0, 0.6647), ("ladder-xl@epyc-bs16", 96.0, -0.4333)];
const QUERIES: f64 = 1200.0;

fn around(value: f64, reach: f64) -> Figure {
    Figure { value, low: Some(value - reach), high: Some(value + reach) }
}

fn endpoint(id: &str, accuracy: f64, energy_j: f64) -> EndpointEntry {
    EndpointEntry {
        id: id.to_owned(),
        place: None,
        model: id.split('@').next().unwrap().to_owned(),
        hardware: Some("epyc".to_owned()),
        tier: None,
        energy_scope: None,
        answer_accuracy: Some(accuracy),
        per_query: Quantities { energy_j: Some(energy_j), flops: None, cost_usd: Some(energy_j * 2e-6), latency_s: Some(energy_j / 70.0) },
    }
}

/// A report of a verb without policies and curves.
pub fn empty(verb: &str) -> Report {
    let manifest = Manifest {
        program: "0.1.0".to_owned(),
        verb: verb.to_owned(),
        arguments: Vec::new(),
        seed: 0,
        policies: ById::new(),
        trace: String::new(),
    };
    let run = Run {
        trace: "ladder".to_owned(),
        summary: String::new(),
        trace_queries: QUERIES as u64,
        queries: QUERIES as u64,
        dropped: 0,
        endpoints: vec![
            endpoint("ladder-s@epyc-bs1", 0.41, 21.0),
            endpoint("ladder-m@epyc-bs1", 0.58, 74.0),
            endpoint(BASELINES[0].0, 0.782, BASELINES[0].1),
            endpoint(BASELINES[1].0, 0.779, BASELINES[1].1),
        ],
        baselines: BASELINES.map(|(id, ..)| id.to_owned()).to_vec(),
        pools: Vec::new(),
        objective: "energy".to_owned(),
        correct_at: 1.0,
        replicates: 20,
        carbon_g_per_kwh: None,
    };
    Report {
        format: FORMAT.to_owned(),
        version: VERSION,
        manifest,
        run,
        policies: Vec::new(),
        curves: Vec::new(),
        study: None,
        day: None,
        break_even: None,
        reproduction: None,
        compare: None,
        routers: Vec::new(),
        notes: Vec::new(),
    }
}

/// A sweep: `saving(a) = a * saving(1)` under `cloud`, and at 0 what a wrong attempt costs otherwise.
pub fn sweep() -> Report {
    let mut report = empty("sweep");
    for (fallback, energy_j, best) in BASELINES {
        // (saving of energy at router accuracy 0, answer accuracy there)
        let wrong = [("cloud", 0.0, 0.78), ("accept", 0.88, 0.37), ("verify", 0.2 * best, 0.80), ("retry", -0.35, 0.78)];
        for (misroute, worst, accuracy) in wrong {
            let worst = if fallback.ends_with("16") && misroute != "cloud" { worst - 1.1 } else { worst };
            report.curves.push(curve(misroute, fallback, (worst, best), accuracy, energy_j));
        }
    }
    report
}

fn curve(misroute: &str, fallback: &str, (worst, best): (f64, f64), accuracy: f64, baseline_j: f64) -> Curve {
    let points = (0..=100u32).map(|step| {
        let a = f64::from(step) / 100.0;
        let (saved, answered) = (a * best + (1.0 - a) * worst, a * 0.87 + (1.0 - a) * accuracy);
        // A wobble instead of a simulation.
        let noise = 0.006 * (f64::from(step) * 1.7).sin();
        let (energy, latency) = (around(saved + noise, 0.035), around(0.72 * saved + noise, 0.05));
        let savings = Fractions { energy: Some(energy), flops: None, cost: None, latency: Some(latency) };
        let expected = Fractions { energy: Some(saved), flops: None, cost: None, latency: Some(0.72 * saved) };
        let known = RouterAccuracy { nominal: Some(a), ..RouterAccuracy::default() };
        Point {
            router_accuracy: a,
            savings: [(fallback.to_owned(), savings)].into(),
            expected_savings: [(fallback.to_owned(), expected)].into(),
            answer_accuracy: Some(around(answered + noise / 2.0, 0.022)),
            expected_answer_accuracy: Some(answered),
            measured_router_accuracy: known,
            // No totals: figures are drawn from the means, which are over the queries with a known cell.
            totals: Quantities::default(),
            per_query: Quantities {
                energy_j: Some(baseline_j * (1.0 - saved)),
                latency_s: Some(baseline_j / 70.0 * (1.0 - 0.72 * saved)),
                ..Quantities::default()
            },
            per_correct: Quantities::default(),
        }
    });
    let points = points.collect();
    Curve { misroute: misroute.to_owned(), policy: "noisy-oracle".to_owned(), fallback: fallback.to_owned(), replicates: 20, points }
}

/// A replay of six policies.
pub fn replay() -> Report {
    let mut report = empty("replay");
    let rows = [
        ("always-cloud", "always", false, 0.782, 410.0),
        ("oracle", "oracle", true, 0.871, 137.5),
        ("noisy-oracle-80", "noisy-oracle", true, 0.852, 192.0),
        ("random-half", "random", false, 0.602, 215.0),
        ("by-category", "by-category", false, 0.731, 188.0),
        ("cascade-verify", "cascade", false, 0.806, 243.0),
    ];
    report.policies = rows.into_iter().map(policy).collect();
    report
}

/// A policy's row: name, kind, hindsight, answer accuracy, energy of a query in J.
pub fn policy((name, kind, hindsight, accuracy, energy_j): (&str, &str, bool, f64, f64)) -> PolicyReport {
    let share = if kind == "always" { [(BASELINES[0].0.to_owned(), 1.0)].into() } else { ById::new() };
    let (cost, latency) = (around(energy_j * 2.1e-6, energy_j * 0.1e-6), around(energy_j / 66.0, 0.1));
    let per_query =
        Quantities { energy_j: Some(around(energy_j, 0.04 * energy_j)), flops: None, cost_usd: Some(cost), latency_s: Some(latency) };
    PolicyReport {
        name: name.to_owned(),
        kind: kind.to_owned(),
        summary: String::new(),
        hindsight,
        fallback: None,
        replicates: 20,
        queries: QUERIES as u64,
        unserved: 0.0,
        skipped: 0.0,
        answer_accuracy: Some(around(accuracy, 0.023)),
        relative_answer_accuracy: ById::new(),
        router_accuracy: RouterAccuracy::default(),
        totals: Quantities::default(),
        known: Quantities { energy_j: Some(QUERIES), flops: None, cost_usd: Some(QUERIES), latency_s: Some(QUERIES) },
        per_query,
        per_correct: Quantities::from_array([None; 4]),
        latency_s: Percentiles::default(),
        savings: ById::new(),
        savings_queries: ById::new(),
        share,
        attempts: ById::new(),
        local_share: 0.0,
        estimated: Fractions::default(),
        apw: None,
        apj: None,
        carbon_g: None,
        regret: ById::new(),
        expected: None,
        groups: Vec::new(),
    }
}

/// A sweep that is hard to draw: savings of -400%, four accounts that end close together, six rules, long names.
pub fn hard() -> Report {
    let mut report = sweep();
    report.curves.truncate(6);
    for (index, curve) in report.curves.iter_mut().enumerate() {
        curve.fallback = "qwen3-235b-a22b-instruct-2507@8xh100-80gb-batch-128".to_owned();
        curve.policy = format!("noisy-oracle-with-a-long-name-{index}");
        for point in &mut curve.points {
            let own = point.savings.values().next().copied().unwrap();
            let energy = own.energy.map(|energy| Figure { low: Some(-4.0), ..energy });
            let all = Fractions { energy, flops: own.latency, cost: own.latency, latency: own.latency };
            point.savings = ById::from([(curve.fallback.clone(), all)]);
        }
    }
    report.run.baselines = vec![report.curves[0].fallback.clone()];
    report
}

/// Thirty policies with long names, some at the same spot.
pub fn crowd() -> Report {
    let mut report = replay();
    for index in 0..24 {
        let (name, at) = (format!("threshold-{index:02}-of-a-long-name"), f64::from(index / 3));
        report.policies.push(policy((&name, "threshold", false, 0.6 + 0.02 * at, 90.0 + 30.0 * at)));
    }
    report
}

/// A replay of so many routers and of a policy more on the first of them; of the last endpoint nothing is known.
pub fn learned(routers: usize) -> Report {
    use crate::router::{Reliability, Target};
    let mut report = replay();
    let ids: Vec<String> = report.run.endpoints.iter().map(|endpoint| endpoint.id.clone()).collect();
    let router = |number: usize, policy: String| RouterReport {
        policy,
        router: "knn".to_owned(),
        target: Target::Correct,
        fitted_to: vec![960; 5],
        reliability: ids
            .iter()
            .enumerate()
            .map(|(index, id)| {
                // Too sure by a factor that grows with the router's number; more predictions at one end.
                let predicted: Vec<f64> = (0..1200).map(|query| (f64::from(query) / 1199.0).powf(0.4 + 0.5 * index as f64)).collect();
                let label = |(query, p): (usize, &f64)| {
                    let truth = 0.5 + (p - 0.5) / (1.0 + 0.2 * number as f64);
                    f64::from(u8::from((query * 7 % 97) as f64 / 97.0 < truth))
                };
                let labels: Vec<f64> = predicted.iter().enumerate().map(label).collect();
                (id.clone(), if index == 3 { None } else { Reliability::of(&predicted, &labels) })
            })
            .collect(),
        risk: ById::new(),
        pairs: Vec::new(),
        trade_off: None,
        bias_entropy: None,
    };
    report.routers = (0..routers).map(|number| router(number, format!("knn-{number}"))).collect();
    report.routers.push(router(0, "knn-0-budget".to_owned()));
    report
}

/// A day of five strategies against one baseline, all four amounts known, by the hour.
pub fn day() -> Report {
    let mut report = empty("day");
    report.run.baselines.truncate(1);
    let hours: Vec<f64> = (0..=24).map(f64::from).collect();
    let line = |total: f64| hours.iter().map(|hour| total * hour / 24.0).collect::<Vec<f64>>();
    let baseline = BASELINES[0].0;
    let strategy = |(name, saved, answers): (&str, f64, f64)| {
        let left = 1.0 - saved;
        let totals = [3.2e10 * left, 7e19 * left, 4.1e4 * left, 3.6e6 * left];
        DayStrategy {
            name: name.to_owned(),
            always: name.starts_with("always").then(|| baseline.to_owned()),
            router_accuracy: name.split_once('=').and_then(|(_, accuracy)| accuracy.parse().ok()),
            cumulative: DayAmounts {
                energy_j: Some(line(totals[0])),
                flops: Some(line(totals[1])),
                cost_usd: Some(line(totals[2])),
                carbon_g: Some(line(totals[3])),
            },
            savings: [(
                baseline.to_owned(),
                DaySavings { energy: Some(saved), flops: Some(saved), cost: Some(saved), carbon: Some(saved) },
            )]
            .into(),
            answer_accuracy: Some(answers),
            ..DayStrategy::default()
        }
    };
    let strategies = [
        ("always:endpoint=x", 0.0, 0.85),
        ("random", -0.102, 0.748),
        ("noisy-oracle:router_accuracy=0.6", 0.484, 0.85),
        ("noisy-oracle:router_accuracy=0.8", 0.643, 0.85),
        ("oracle", 0.804, 0.85),
    ];
    report.day = Some(Day {
        shape: "the built-in day".to_owned(),
        arrivals: 80_200_000,
        span_s: 86_400.0,
        seconds: hours.iter().map(|hour| hour * 3600.0).collect(),
        arrived: hours.iter().map(|hour| (hour / 24.0 * 80_200_000.0) as u64).collect(),
        strategies: strategies.map(strategy).to_vec(),
        ..Day::default()
    });
    report
}
