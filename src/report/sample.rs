//! A report made by hand, with figures like those of the ladder trace.

use super::*;

pub(super) const XL1: &str = "ladder-xl@nvidia-h200-bs1";
pub(super) const XL16: &str = "ladder-xl@nvidia-h200-bs16";
const SMALL: &str = "ladder-s@nvidia-h200-bs1";
const QUERIES: f64 = 7000.0;

fn figure(value: f64, half: f64) -> Figure {
    Figure { value, low: Some(value - half), high: Some(value + half) }
}

fn endpoint(id: &str, tier: &str, answer_accuracy: f64, energy_j: f64, latency_s: f64) -> EndpointEntry {
    let (model, hardware) = id.split_once('@').unwrap();
    EndpointEntry {
        id: id.into(),
        place: None,
        model: model.into(),
        hardware: Some(hardware.into()),
        tier: Some(tier.into()),
        energy_scope: Some("accelerator".into()),
        answer_accuracy: Some(answer_accuracy),
        per_query: Quantities { energy_j: Some(energy_j), flops: Some(2.1e9), cost_usd: None, latency_s: Some(latency_s) },
    }
}

/// A policy with an energy a query; what it saves against the two baselines, 1.2613 and 0.1833 J a query.
fn policy(name: &str, kind: &str, fallback: Option<&str>, answer_accuracy: f64, energy_j: f64) -> PolicyReport {
    let known = |value: f64| Quantities { energy_j: Some(value), flops: Some(value * 1e9), cost_usd: None, latency_s: Some(value / 100.0) };
    let figures = |value: f64| Quantities {
        energy_j: Some(figure(value, 0.01 * value)),
        flops: Some(figure(value * 1e9, 1e7)),
        cost_usd: None,
        latency_s: Some(Figure::exact(value / 100.0)),
    };
    let saved = |baseline: f64, half: f64| {
        let energy = 1.0 - energy_j / baseline;
        Fractions { energy: Some(figure(energy, half)), flops: Some(figure(0.7, 0.003)), cost: None, latency: Some(Figure::exact(0.4)) }
    };
    let queries = Fractions { energy: Some(QUERIES), flops: Some(QUERIES), cost: None, latency: Some(QUERIES) };
    let name = fallback.map_or(name.to_owned(), |id| format!("{name} (fallback {id})"));
    PolicyReport {
        name,
        kind: kind.into(),
        summary: format!("what `{kind}` does"),
        hindsight: kind.ends_with("oracle"),
        fallback: fallback.map(str::to_owned),
        replicates: 20,
        queries: 7000,
        unserved: 0.0,
        skipped: 0.0,
        answer_accuracy: Some(figure(answer_accuracy, 0.0073)),
        relative_answer_accuracy: [XL1, XL16].map(|id| (id.to_owned(), Some(Figure::exact(answer_accuracy / 0.857_143)))).into(),
        router_accuracy: RouterAccuracy { nominal: None, agreement: Some(figure(0.839, 0.004)), tier_agreement: None, adequate: None },
        totals: known(energy_j * QUERIES),
        known: Quantities { energy_j: Some(QUERIES), flops: Some(QUERIES), cost_usd: None, latency_s: Some(QUERIES) },
        per_query: figures(energy_j),
        per_correct: figures(energy_j / answer_accuracy),
        latency_s: Percentiles { p50: Some(0.0015), p95: Some(0.0061), p99: Some(0.0083) },
        savings: [(XL1.to_owned(), saved(1.2613, 0.00345)), (XL16.to_owned(), saved(0.1833, 0.01455))].into(),
        savings_queries: [(XL1.to_owned(), queries), (XL16.to_owned(), Fractions { energy: Some(6996.0), ..queries })].into(),
        share: [(SMALL.to_owned(), 0.8714), (fallback.unwrap_or(XL1).to_owned(), 0.1286)].into(),
        attempts: [(SMALL.to_owned(), 0.8714), (fallback.unwrap_or(XL1).to_owned(), 0.1286)].into(),
        local_share: 0.8714,
        estimated: Fractions { energy: Some(0.0), flops: Some(0.0), cost: None, latency: Some(0.0) },
        apw: Some(figure(0.0031, 0.0001)),
        apj: Some(figure(2.11, 0.03)),
        carbon_g: None,
        regret: ById::new(),
        expected: None,
        groups: vec![group("addition", 1200, energy_j), group("roman|numerals", 700, energy_j)],
    }
}

fn group(category: &str, queries: u64, energy_j: f64) -> GroupReport {
    GroupReport {
        dataset: None,
        category: Some(category.into()),
        queries,
        answer_accuracy: Some(0.91),
        totals: Quantities { energy_j: Some(energy_j * queries as f64), ..Quantities::default() },
        share: [(SMALL.to_owned(), 0.9), (XL1.to_owned(), 0.1)].into(),
        savings: [XL1, XL16].map(|id| (id.to_owned(), Fractions { energy: Some(1.0 - energy_j / 1.2613), ..Fractions::default() })).into(),
    }
}

/// A curve that is straight from 0 to its end, with simulated figures a little off.
fn curve(fallback: &str, end: f64, points: u32) -> Curve {
    let point = |index: u32| {
        let a = f64::from(index) / f64::from(points - 1);
        let fractions = |sign: f64| Fractions { energy: Some(sign * a * end), flops: Some(0.7 * a), cost: None, latency: Some(0.4 * a) };
        let simulated = |scale: f64| Fractions {
            energy: Some(figure(scale * a * end, 0.003)),
            flops: Some(figure(0.7 * a, 0.002)),
            cost: None,
            latency: Some(Figure::exact(0.4 * a)),
        };
        Point {
            router_accuracy: a,
            savings: [XL1, XL16].map(|id| (id.to_owned(), simulated(1.001))).into(),
            expected_savings: [XL1, XL16].map(|id| (id.to_owned(), fractions(1.0))).into(),
            answer_accuracy: Some(figure(0.857_143 + 0.035_143 * a, 0.007)),
            expected_answer_accuracy: Some(0.857_143 + 0.035_143 * a),
            measured_router_accuracy: RouterAccuracy { nominal: Some(a), ..RouterAccuracy::default() },
            totals: Quantities { energy_j: Some(8829.1 * (1.0 - a * end)), ..Quantities::default() },
            per_query: Quantities { energy_j: Some(1.2613 * (1.0 - a * end)), ..Quantities::default() },
            per_correct: Quantities { energy_j: Some(1.2613 * (1.0 - a * end) / (0.857_143 + 0.035_143 * a)), ..Quantities::default() },
        }
    };
    Curve {
        misroute: "cloud".into(),
        policy: "noisy-oracle".into(),
        fallback: fallback.into(),
        replicates: 20,
        points: (0..points).map(point).collect(),
    }
}

fn empty(verb: &str, arguments: &[&str]) -> Report {
    let pool = |fallback: &str| PoolEntry {
        fallback: fallback.into(),
        local: ["s", "m", "l"].map(|size| format!("ladder-{size}@nvidia-h200-bs1")).into(),
        coverage_local: 0.871_429,
        coverage: 0.892_286,
    };
    Report {
        format: FORMAT.into(),
        version: VERSION,
        manifest: Manifest {
            program: "0.1.0".into(),
            verb: verb.into(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            seed: 0,
            policies: [("oracle".to_owned(), "kind = \"oracle\"\n".to_owned())].into(),
            trace: "xxh3:0123456789abcdef".into(),
        },
        run: Run {
            trace: "ladder".into(),
            summary: "Four small language models on one accelerator, recorded.".into(),
            trace_queries: 7000,
            queries: 6996,
            dropped: 4,
            endpoints: vec![
                endpoint(SMALL, "local", 0.634_714, 0.1941, 0.0015),
                endpoint("ladder-m@nvidia-h200-bs1", "local", 0.769, 0.3669, 0.00274),
                endpoint("ladder-l@nvidia-h200-bs1", "local", 0.846_143, 0.6875, 0.00473),
                endpoint(XL1, "cloud", 0.857_143, 1.2613, 0.00735),
                endpoint(XL16, "cloud", 0.857_143, 0.1833, 0.01549),
            ],
            baselines: vec![XL1.into(), XL16.into()],
            pools: vec![pool(XL1), pool(XL16)],
            objective: "size".into(),
            correct_at: 1.0,
            replicates: 20,
            carbon_g_per_kwh: None,
        },
        policies: Vec::new(),
        curves: Vec::new(),
        study: None,
        day: None,
        break_even: None,
        reproduction: None,
        compare: None,
        routers: Vec::new(),
        notes: vec!["the energy of 4 answers of ladder-xl@nvidia-h200-bs4 is missing".into()],
    }
}

/// A replay of three policies under two fallbacks, with estimated cells and queries that nobody serves.
pub(super) fn replay() -> Report {
    let mut report = empty("replay", &["replay", "ladder", "--policy", "oracle", "--policy", "my policies/always small.toml"]);
    let noisy = "noisy-oracle:router_accuracy=0.8";
    report.policies = vec![
        policy("oracle", "oracle", Some(XL1), 0.892_286, 1.2613 * (1.0 - 0.664_691)),
        policy(noisy, "noisy-oracle", Some(XL1), 0.885_257, 1.2613 * (1.0 - 0.531_753)),
        policy("oracle", "oracle", Some(XL16), 0.892_286, 0.1833 * (1.0 + 0.433_302)),
        policy(noisy, "noisy-oracle", Some(XL16), 0.885_257, 0.1833 * (1.0 + 0.346_642)),
        policy("always:ladder-s@nvidia-h200-bs1", "always", None, 0.634_714, 0.1941),
    ];
    report.policies[4].unserved = 2.5;
    report.policies[4].router_accuracy.agreement = None;
    // The energy of some of its answers is not known.
    report.policies[4].known.energy_j = Some(0.9 * QUERIES);
    report.policies[4].estimated = Fractions { energy: Some(0.374), flops: Some(0.0), cost: None, latency: Some(1.0) };
    report
}

/// A replay under one fallback of which all accounts are known and costs are estimated.
pub(super) fn priced() -> Report {
    let mut report = replay();
    report.run.baselines.truncate(1);
    report.run.pools.truncate(1);
    report.policies.retain(|policy| policy.fallback.as_deref() != Some(XL16));
    for policy in &mut report.policies {
        policy.name = policy.name.replace(&format!(" (fallback {XL1})"), "");
        policy.per_query.cost_usd = policy.per_query.energy_j.map(|energy| Figure::exact(1e-3 * energy.value));
        policy.per_correct.cost_usd = policy.per_correct.energy_j.map(|energy| Figure::exact(1e-3 * energy.value));
        (policy.known.energy_j, policy.known.cost_usd) = (Some(QUERIES), Some(QUERIES));
        policy.estimated = Fractions { energy: Some(0.374), flops: Some(0.0), cost: Some(1.0), latency: None };
        let savings = policy.savings.get_mut(XL1).unwrap();
        savings.cost = savings.energy;
    }
    report
}

/// Router accuracies that a policy equals: on a curve, beyond both ends, on one that falls, beside a flat one.
fn equivalents() -> Vec<Equivalents> {
    let equivalent = |accuracy: Figure, lies: Lies, falls: bool| Equivalent { router_accuracy: Some(accuracy), lies, falls };
    let under = |(name, _): (&str, _)| {
        let saves = match name {
            "accept" => equivalent(figure(-0.1211, 0.0123), Lies::AboveCurve, true),
            "retry" => equivalent(figure(1.0312, 0.0123), Lies::AboveCurve, false),
            "uniform" => Equivalent { router_accuracy: None, lies: Lies::FlatCurve, falls: false },
            _ => equivalent(figure(0.8123, 0.0123), Lies::OnCurve, false),
        };
        Equivalents {
            fallback: XL1.into(),
            baseline: XL1.into(),
            misroute: name.into(),
            by_savings: Fractions { energy: Some(saves), flops: Some(saves), cost: Some(saves), latency: None },
            by_answers: Some(equivalent(figure(-0.0402, 0.021), Lies::BelowCurve, false)),
        }
    };
    crate::policy::noisy_oracle::Misroute::NAMED.map(under).into()
}

/// The policies under one fallback side by side, with a router, a warning of each kind and one that was left out.
pub(super) fn compared() -> Report {
    use crate::analysis::routers::{PairReport, TradeOff, TradeOffPoint};
    use crate::router::{Reliability, Target};
    let mut report = priced();
    report.policies.push(policy("logistic", "learned", Some(XL1), 0.861_429, 0.95));
    report.policies[3].name = "logistic".into();
    report.policies[3].per_query.cost_usd = Some(Figure::exact(0.95e-3));
    report.policies[3].known.cost_usd = Some(QUERIES);
    // A tenth that it is sure of is wrong as often as not.
    let predicted: Vec<f64> = (0..7000).map(|query| f64::from(query % 10) / 10.0 + 0.05).collect();
    let labels: Vec<f64> =
        predicted.iter().enumerate().map(|(query, p)| f64::from(u8::from(((query / 10) % 100) as f64 / 100.0 < *p))).collect();
    let compared = |policy: &str, above: Figure, pareto: Option<bool>| Compared {
        policy: policy.into(),
        pareto: Fractions { energy: pareto, flops: pareto, cost: pareto, latency: pareto.map(|_| false) },
        above_fixed: Fractions { energy: Some(above), flops: Some(above), cost: Some(above), latency: None },
        not_held: None,
        worse_than: None,
        nearly_all_to: None,
        measures: [("arena-score".to_owned(), Some(0.7123)), ("optimal-selection".to_owned(), None)].into(),
        equivalents: Vec::new(),
    };
    let noisy = "noisy-oracle:router_accuracy=0.8";
    let small = "always:ladder-s@nvidia-h200-bs1";
    let mut worse = compared("logistic", figure(0.0034, 0.0031), Some(true));
    worse.worse_than = Some(WorseThan { endpoint: SMALL.into(), accounts: vec!["energy".into(), "cost".into()] });
    worse.nearly_all_to = Some(NearlyAll { endpoint: XL1.into(), share: 0.9951 });
    worse.equivalents = equivalents();
    let mut apart = compared(small, figure(0.0, 0.0), Some(true));
    (apart.above_fixed, apart.not_held) =
        (Fractions::from_array([None; 4]), Some("3 queries have no answer of it, which fixed endpoints do answer".into()));
    let oracle = compared("oracle", figure(0.1098, 0.006), None);
    report.compare = Some(Comparison {
        by: "above_fixed".into(),
        account: Some("energy".into()),
        policies: vec![oracle, compared(noisy, figure(0.0623, 0.0044), None), worse, apart],
        left_out: vec![crate::replay::LeftOut {
            policy: "recorded".into(),
            why: "a recorded policy has no file".into(),
            needs: Some("say `recorded:file=FILE,decision=COLUMN`".into()),
        }],
        perturbed: vec![Perturbed {
            policy: "logistic".into(),
            perturbed: noisy.into(),
            fallback: None,
            queries: 7000,
            robustness: Some(0.9231),
        }],
    });
    let measures = ["auc", "random-pair", "optimal-pair", "apgr", "apgr-mean", "cpt-20", "cpt-50", "deferral-area", "quality-drop-20"];
    let values = measures.into_iter().zip(1..).map(|(name, tenth)| (name.to_owned(), Some(f64::from(tenth) / 10.0)));
    report.routers = vec![RouterReport {
        policy: "logistic".into(),
        router: "logistic".into(),
        target: Target::Correct,
        fitted_to: vec![5581, 5619],
        reliability: [(SMALL.to_owned(), Reliability::of(&predicted, &labels)), (XL1.to_owned(), None)].into(),
        risk: [(SMALL.to_owned(), None)].into(),
        pairs: vec![PairReport {
            weak: SMALL.into(),
            strong: XL1.into(),
            queries: 7000,
            weak_accuracy: 0.634_714,
            strong_accuracy: 0.857_143,
            measures: values.chain([("cpt-80".to_owned(), None)]).collect(),
        }],
        trade_off: Some(TradeOff {
            account: "energy".into(),
            queries: 7000,
            points: vec![TradeOffPoint { lambda: 0.0, cost: 1.2, answer_accuracy: 0.86 }],
            aiq: Some(0.731),
            aiq_paper: Some(0.803),
            zero_aiq: Some(0.725),
            zero_aiq_paper: Some(0.798),
        }),
        bias_entropy: Some(1.91),
    }];
    report
}

/// A sweep of two curves, without policies.
pub(super) fn sweep() -> Report {
    let mut report = empty("sweep", &["sweep", "ladder", "--policy", "oracle"]);
    report.curves = vec![curve(XL1, 0.664_691, 101), curve(XL16, -0.433_302, 5)];
    report
}

/// Both in one.
pub(super) fn report() -> Report {
    Report { curves: sweep().curves, ..replay() }
}

/// A day against the first baseline: the oracle, and a strategy of which some arrivals are not known.
pub(super) fn day() -> Report {
    use crate::analysis::{DayAmounts, DaySavings, DayStrategy};
    let strategy = |name: &str, energy_j: f64, known: u64| DayStrategy {
        name: format!("{name} (fallback {XL1})"),
        kind: name.to_owned(),
        hindsight: name == "oracle",
        fallback: Some(XL1.to_owned()),
        totals: DayAmounts { energy_j: Some(energy_j), flops: None, cost_usd: None, carbon_g: Some(energy_j / 9000.0) },
        known: DayAmounts { energy_j: Some(known), flops: Some(0), cost_usd: Some(0), carbon_g: Some(known) },
        savings: [(XL1.to_owned(), DaySavings { energy: Some(0.6647), flops: None, cost: None, carbon: Some(0.6647) })].into(),
        answer_accuracy: Some(0.8923),
        local_share: 0.8714,
        unserved: 1000 - known,
        ..DayStrategy::default()
    };
    let day = Day {
        shape: "the built-in day".to_owned(),
        arrivals: 1000,
        span_s: 86_400.0,
        strategies: vec![strategy("oracle", 3.6e6, 1000), strategy("random", 7.2e6, 900)],
        ..Day::default()
    };
    Report { policies: Vec::new(), curves: Vec::new(), day: Some(day), ..report() }
}
