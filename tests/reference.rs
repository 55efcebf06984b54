//! The engine against a plain replay, on random traces: sparse, with gaps, ties and graded scores.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use support::reference::{Missing, Objective, OracleRule, Rates, Rule, Run, Sums};
use support::{World, id, world};
use wattroute::replay::{Replay, Request, Silent};
use wattroute::report::{Figure, PolicyReport, build};
use wattroute::workload::{MissingRules, WorkloadSpec};

const OBJECTIVES: [(&str, Objective); 5] =
    [("size", None), ("energy", Some(0)), ("flops", Some(1)), ("cost", Some(2)), ("latency", Some(3))];
/// What a router takes itself: something, or nothing as most do.
const OVERHEADS: [[f64; 4]; 2] = [[0.125, 1e6, 0.000_01, 0.02], [0.0; 4]];

fn name_of(objective: Objective) -> &'static str {
    OBJECTIVES.iter().find(|(_, known)| *known == objective).unwrap().0
}

fn oracle_lines(oracle: &OracleRule) -> String {
    format!("objective = \"{}\"\ngoal = \"{}\"\nnone_correct = \"{}\"\n", name_of(oracle.objective), oracle.goal, oracle.none_correct)
}

/// The policy as the TOML that a person would write.
fn toml(rule: &Rule, overhead: [f64; 4]) -> String {
    let ids = |order: &[usize]| format!("{:?}", order.iter().map(|&endpoint| id(endpoint)).collect::<Vec<_>>());
    let (kind, mut parameters) = match rule {
        Rule::Always(endpoint) => ("always", format!("endpoint = \"{}\"\n", id(*endpoint))),
        Rule::FallbackShare(share) => ("random", format!("fallback_share = {share:?}\n")),
        Rule::Weights(weights) => {
            let weights: Vec<String> =
                weights.iter().enumerate().map(|(endpoint, weight)| format!("{} = {weight}.0", id(endpoint))).collect();
            ("random", format!("weights = {{ {} }}\n", weights.join(", ")))
        }
        Rule::ByCategory { route: [a, b], default } => {
            ("by-category", format!("default = \"{}\"\nroute = {{ c0 = \"{}\", c1 = \"{}\" }}\n", id(*default), id(*a), id(*b)))
        }
        Rule::Threshold { at_least, high, low, missing } => (
            "threshold",
            format!(
                "column = \"hard\"\nat_least = {at_least:?}\nhigh = \"{}\"\nlow = \"{}\"\nmissing = \"{}\"\n",
                id(*high),
                id(*low),
                id(*missing)
            ),
        ),
        Rule::Oracle(oracle) => ("oracle", oracle_lines(oracle)),
        Rule::Judge { order, error, budget_usd } => {
            let order = order.as_ref().map_or(String::new(), |order| format!("order = {}\n", ids(order)));
            ("cascade", format!("{order}judge_error = {error:?}\nbudget_usd = {budget_usd:?}\n"))
        }
        Rule::Confidence { order, at_least } => ("cascade", format!("order = {}\nconfidence_at_least = {at_least:?}\n", ids(order))),
        Rule::Noisy { oracle, .. } | Rule::Uniform { oracle, .. } => ("noisy-oracle", oracle_lines(oracle)),
    };
    match rule {
        Rule::Uniform { accuracy, .. } => write!(parameters, "router_accuracy = {accuracy:?}\nmisroute = \"uniform\"\n").unwrap(),
        Rule::Noisy { rates, verifier, failing, .. } => {
            match rates {
                Rates::Accuracy(accuracy) => writeln!(parameters, "router_accuracy = {accuracy:?}").unwrap(),
                Rates::Two(up, down) => writeln!(parameters, "cloud_to_local = {up:?}\nlocal_to_cloud = {down:?}").unwrap(),
            }
            if let Some((detect, alarm)) = verifier {
                writeln!(parameters, "misroute = \"local\"\ndetect = {detect:?}\nfalse_alarm = {alarm:?}").unwrap();
            }
            writeln!(parameters, "wrong_from = \"{}\"", if *failing { "failing" } else { "local" }).unwrap();
        }
        _ => {}
    }
    let [energy, flops, cost, latency] = overhead;
    format!(
        "kind = \"{kind}\"\n[overhead]\nenergy_j = {energy:?}\nflops = {flops:?}\ncost_usd = {cost:?}\nlatency_s = {latency:?}\n[parameters]\n{parameters}"
    )
}

/// What the engine and its report say; `None` where it refuses.
fn engine(world: &World, rule: &Rule, missing: Missing, objective: Objective, overhead: [f64; 4], seed: u64) -> Option<PolicyReport> {
    let trace = world.trace();
    let mut rules = MissingRules::default();
    rules.add(&format!("{missing:?}").to_lowercase()).unwrap();
    let request = Request {
        roles: world.roles(),
        workload: WorkloadSpec { missing: rules, correct_at: Some(world.correct_at), ..WorkloadSpec::default() },
        objective: OBJECTIVES
            .iter()
            .find(|(_, known)| *known == objective)
            .map(|(name, _)| wattroute::policy::Objective::find(name).unwrap()),
        replicates: REPLICATES,
        seed,
    };
    let replay = match Replay::prepare(&trace, &[support::spec(&toml(rule, overhead))], &request) {
        Ok(replay) => replay,
        Err(error) if missing == Missing::Require && error.to_string().contains("cells that this needs are missing") => return None,
        Err(error) => panic!("{error}"),
    };
    let tallies = replay.run(&Silent).unwrap();
    let making = build::Making { verb: "replay".to_owned(), arguments: Vec::new(), carbon_g_per_kwh: None };
    Some(build::report(&replay, &tallies, making).policies.remove(0))
}

/// More than most traces have endpoints, so that some are added up together and some one by one.
const REPLICATES: u32 = 5;

fn close(what: &str, found: Option<f64>, wanted: Option<f64>) {
    let same = match (found, wanted) {
        // A saving near 0 is a difference of numbers near 1: it keeps their error of some 1e-15.
        (Some(found), Some(wanted)) => (found - wanted).abs() <= 1e-9 * wanted.abs().max(1e-5),
        (found, wanted) => found == wanted,
    };
    assert!(same, "{what}: the engine says {found:?}, the reference {wanted:?}");
}

fn value(figure: Option<Figure>) -> Option<f64> {
    figure.map(|figure| figure.value)
}

fn ratio(above: f64, below: f64) -> Option<f64> {
    (below > 0.0).then(|| above / below)
}

fn shares(what: &str, found: &BTreeMap<String, f64>, counts: &BTreeMap<String, f64>, queries: f64) {
    assert_eq!(found.keys().collect::<Vec<_>>(), counts.keys().collect::<Vec<_>>(), "{what}");
    for (endpoint, count) in counts {
        // Exactly: a count over a count.
        assert!((found[endpoint] * queries - count).abs() < 1e-9, "{what} {endpoint}: {} of {queries}, not {count}", found[endpoint]);
    }
}

fn compare(found: &PolicyReport, sums: &Sums) {
    let each = f64::from(found.replicates);
    // A policy that draws nothing is replayed once; the reference replays it every time.
    let scale = f64::from(REPLICATES);
    assert!(found.replicates == 1 || found.replicates == REPLICATES, "{each}");
    assert_eq!(found.queries as f64, (sums.queries / scale).round(), "queries");
    close("unserved", Some(found.unserved), Some(sums.unserved / scale));
    close("skipped", Some(found.skipped), Some(sums.skipped / scale));
    shares("share", &found.share, &sums.share, sums.queries);
    shares("attempts", &found.attempts, &sums.attempts, sums.queries);
    close("local share", Some(found.local_share), Some(ratio(sums.local, sums.queries).unwrap_or(0.0)));
    close("answer accuracy", value(found.answer_accuracy), ratio(sums.score, sums.scored));
    let relative = *found.relative_answer_accuracy.values().next().unwrap();
    close("relative answer accuracy", value(relative), ratio(sums.my_score, sums.their_score));
    let router = &found.router_accuracy;
    close("agreement", value(router.agreement), ratio(sums.agreement, sums.queries));
    close("tier agreement", value(router.tier_agreement), ratio(sums.tier_agreement, sums.queries));
    close("adequate", value(router.adequate), ratio(sums.adequate, sums.solvable));
    let savings = found.savings.values().next().unwrap().to_array();
    let over = found.savings_queries.values().next().unwrap().to_array();
    for account in 0..4 {
        let known = |value: f64| (sums.known > 0.0).then_some(value / scale);
        close("known", found.known.to_array()[account], Some(sums.known / scale));
        close("total", found.totals.to_array()[account], known(sums.totals[account]));
        close("per query", value(found.per_query.to_array()[account]), ratio(sums.totals[account], sums.known));
        close("per correct", value(found.per_correct.to_array()[account]), ratio(sums.totals[account], sums.correct));
        close("saving", value(savings[account]), ratio(sums.mine[account], sums.theirs[account]).map(|ratio| 1.0 - ratio));
        close("savings over", over[account], (sums.both > 0.0).then_some(sums.both / scale));
    }
}

fn check(world: &World, rule: &Rule, missing: Missing, objective: Objective, seed: u64) {
    let budgets = if let Rule::Judge { budget_usd, .. } = rule { *budget_usd } else { f64::INFINITY };
    let overhead = OVERHEADS[seed as usize % 2];
    let run = Run { world, rule, missing, objective, overhead, budgets, seed, replicates: u64::from(REPLICATES) };
    match (engine(world, rule, missing, objective, overhead, seed), run.sums()) {
        (Some(found), Some(sums)) => compare(&found, &sums),
        (None, None) => {}
        (found, wanted) => panic!("refused by one of the two: engine {}, reference {}", found.is_none(), wanted.is_none()),
    }
}

fn chance() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1.0), 0.0..1.0f64]
}

fn objective() -> impl Strategy<Value = Objective> {
    select(OBJECTIVES.map(|(_, objective)| objective).to_vec())
}

fn missing() -> impl Strategy<Value = Missing> {
    prop_oneof![1 => Just(Missing::Require), 4 => Just(Missing::Complete), 6 => Just(Missing::Unavailable)]
}

fn oracle() -> impl Strategy<Value = OracleRule> {
    let goal = select(vec!["adequate", "best", "iso-accuracy"]);
    let none_correct = select(vec!["cloud", "cheapest", "free", "skip"]);
    (objective(), goal, none_correct).prop_map(|(objective, goal, none_correct)| OracleRule { objective, goal, none_correct })
}

fn noisy() -> impl Strategy<Value = Rule> {
    let rates = prop_oneof![chance().prop_map(Rates::Accuracy), (chance(), chance()).prop_map(|(up, down)| Rates::Two(up, down))];
    let local = (oracle(), rates, proptest::option::weighted(0.8, (chance(), chance())), any::<bool>())
        .prop_map(|(oracle, rates, verifier, failing)| Rule::Noisy { oracle, rates, verifier, failing });
    let uniform = (oracle(), chance()).prop_map(|(oracle, accuracy)| Rule::Uniform { oracle, accuracy });
    prop_oneof![4 => local, 1 => uniform]
}

/// Makes a rule for a world from endpoints and a chance.
type Make = fn(&World, &[usize], f64) -> Rule;

/// Rules that name endpoints, made for a world by numbers that are taken modulo its endpoints.
fn plain() -> impl Strategy<Value = Make> {
    let rules: Vec<Make> = vec![
        |_, e, _| Rule::Always(e[0]),
        |_, _, share| Rule::FallbackShare(share),
        |world, e, _| {
            Rule::Weights((0..world.endpoints.len()).map(|index| if index == e[1] { 3 } else { (e[0] + index) as u32 % 3 }).collect())
        },
        |_, e, _| Rule::ByCategory { route: [e[0], e[1]], default: e[2] },
        |_, e, at_least| Rule::Threshold { at_least, high: e[0], low: e[1], missing: e[2] },
        |_, _, chance| Rule::Judge { order: None, error: chance, budget_usd: f64::INFINITY },
        |_, e, chance| Rule::Judge { order: Some(e.to_vec()), error: chance, budget_usd: f64::INFINITY },
        |_, _, chance| Rule::Judge { order: None, error: 0.3, budget_usd: 0.000_2 + 0.002 * chance },
    ];
    select(rules)
}

/// Whether the trace has every category that a rule names: what it does not have is an error.
fn fits(world: &World, rule: &Rule) -> bool {
    !matches!(rule, Rule::ByCategory { .. }) || [0, 1].iter().all(|code| world.category.contains(&Some(*code)))
}

proptest! {
    #![proptest_config(support::cases(16))]

    #[test]
    fn oracles(world in world(24, 24), oracle in oracle(), missing in missing(), seed in 0u64..99) {
        check(&world, &Rule::Oracle(oracle), missing, oracle.objective, seed);
    }

    #[test]
    fn noisy_oracles(world in world(24, 24), rule in noisy(), missing in missing(), objective in objective(), seed in 0u64..99) {
        check(&world, &rule, missing, objective, seed);
    }

    #[test]
    fn policies_without_hindsight(
        world in world(24, 24), make in plain(), numbers in vec(0usize..60, 3), chance in chance(), missing in missing(), objective in objective(),
        seed in 0u64..99,
    ) {
        let endpoints: Vec<usize> = numbers.iter().map(|number| number % world.endpoints.len()).collect();
        let rule = make(&world, &endpoints, chance);
        prop_assume!(fits(&world, &rule));
        check(&world, &rule, missing, objective, seed);
    }

    #[test]
    fn cascades_by_confidence(world in world(24, 0), at_least in chance(), objective in objective(), seed in 0u64..99) {
        check(&world, &Rule::Confidence { order: world.pool(), at_least }, Missing::Require, objective, seed);
    }
}
