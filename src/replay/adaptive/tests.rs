use std::sync::{Arc, Mutex};

use super::*;
use crate::policy::{Adaptive, Built, Context, Parameters, PolicySpec};
use crate::replay::{Lane, Request, Silent, Tally};
use crate::trace::{Column, Endpoint, Feature, Outcomes, Queries, Tier, Trace, TraceInfo};
use crate::workload::{Arrivals, MissingRules, QueryBlock, Selection, WorkloadSpec};

/// A uniform number for a query, of as many kinds as needed.
fn uniform(which: u64, query: usize) -> f64 {
    Draws::new(7, 0).stream(crate::draw::Stream::Verdict, which).uniform(query as u64)
}

/// Whether something of a chance comes true.
fn draw(which: u64, query: usize, chance: f64) -> f64 {
    f64::from(u8::from(uniform(which, query) < chance))
}

/// A trace of endpoints `e0`, `e1`, …, the last one in the cloud, by their scores and joules, with one feature.
fn trace(scores: &[Vec<f64>], energy_j: &[Vec<f64>], feature: Vec<f64>) -> Trace {
    let queries = feature.len();
    let endpoint = |index: usize| Endpoint {
        tier: Some(if index + 1 == scores.len() { Tier::Cloud } else { Tier::Local }),
        params_total_b: Some(index as f64 + 1.0),
        ..Endpoint::new(&format!("e{index}"), None)
    };
    let outcome = |index: usize| {
        let mut outcomes = Outcomes { answered: queries, ..Outcomes::default() };
        outcomes.metrics.set(Metric::Score, Column::from_vec(scores[index].clone()));
        outcomes.metrics.set(Metric::EnergyJ, Column::from_vec(energy_j[index].clone()));
        outcomes
    };
    Trace {
        info: TraceInfo { endpoints: (0..scores.len()).map(endpoint).collect(), ..TraceInfo::default() },
        queries: Queries {
            rows: (0..queries as u32).collect(),
            features: vec![("z".to_owned(), Feature::Number(Column::from_vec(feature)))],
            ..Queries::default()
        },
        outcomes: (0..scores.len()).map(outcome).collect(),
        fingerprint: String::new(),
    }
}

/// As many queries of a feature that is 1 and -1 in turn, and two endpoints that take one joule; the
/// chance of each to be right is given by query.
fn two_arms(queries: usize, chances: impl Fn(usize, f64) -> [f64; 2]) -> Trace {
    let feature: Vec<f64> = (0..queries).map(|query| if query % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let scores = |arm: usize| (0..queries).map(|query| draw(arm as u64, query, chances(query, feature[query])[arm])).collect();
    trace(&[scores(0), scores(1)], &[vec![1.0; queries], vec![1.0; queries]], feature.clone())
}

fn request() -> Request {
    let mut missing = MissingRules::default();
    missing.add("unavailable").unwrap();
    let workload = WorkloadSpec { correct_at: Some(1.0), missing, ..WorkloadSpec::default() };
    Request { workload, replicates: 2, seed: 3, ..Request::default() }
}

fn prepare<'t>(trace: &'t Trace, policy: &str) -> Replay<'t> {
    Replay::prepare(trace, &[PolicySpec::find(policy).unwrap()], &request()).unwrap()
}

/// What a policy chooses in its first replicate, by position in the workload.
fn chosen(replay: &Replay) -> Vec<EndpointIx> {
    replay.decide(&Silent).unwrap().remove(0).unwrap().replicates.remove(0).chosen
}

fn share(of: &[EndpointIx], is: impl Fn(usize, EndpointIx) -> bool, range: Range<usize>) -> f64 {
    let count = range.len() as f64;
    range.filter(|&index| is(index, of[index])).count() as f64 / count
}

/// The sum of a lane over all replicates.
fn lane(replay: &Replay, tally: &Tally, lane: Lane) -> f64 {
    tally.buckets.total()[replay.layout().at(lane)].to_f64()
}

#[test]
fn each_kind_of_query_finds_its_endpoint() {
    // e0 is right for 9 in 10 queries of z = 1 and for 1 in 10 of z = -1, e1 the other way round.
    let trace = two_arms(2_000, |_, z| if z > 0.0 { [0.9, 0.1] } else { [0.1, 0.9] });
    let best = |index: usize, endpoint: EndpointIx| usize::from(endpoint) == index % 2;
    for policy in ["linucb", "thompson"] {
        let chosen = chosen(&prepare(&trace, policy));
        let (first, last) = (share(&chosen, best, 0..100), share(&chosen, best, 1_500..2_000));
        assert!(last > 0.9 && last > first, "{policy}: {first} of the first hundred, {last} of the last quarter");
    }
}

#[test]
fn features_that_say_nothing_do_not_beat_the_best_endpoint() {
    // e0 is right for half of the queries, e1 for 8 in 10, whatever z is. On the queries that went to e0
    // both differ by a variance of 0.5·0.5 + 0.8·0.2 = 0.41 each.
    let trace = two_arms(4_000, |_, _| [0.5, 0.8]);
    let scores = |endpoint: usize| trace.metric(endpoint, Metric::Score).unwrap();
    let best: f64 = scores(1).iter().sum();
    for policy in ["linucb:lambda=0", "thompson:lambda=0"] {
        let chosen = chosen(&prepare(&trace, policy));
        let served: f64 = chosen.iter().enumerate().map(|(index, &endpoint)| scores(usize::from(endpoint)).get(index).unwrap()).sum();
        let others = chosen.iter().filter(|endpoint| **endpoint == 0).count() as f64;
        assert!(served <= best + 3.0 * (0.41 * others).sqrt(), "{policy}: {served} right, {best} by e1 alone, {others} to e0");
        assert!(share(&chosen, |_, endpoint| endpoint == 1, 3_000..4_000) > 0.9, "{policy}");
    }
}

#[test]
fn where_only_energy_counts_the_frugal_endpoint_is_found() {
    // e1 takes least and is never right.
    let queries = 1_000;
    let amounts = [5.0, 1.0, 20.0].map(|joules| (0..queries).map(|query| joules * (0.5 + uniform(9, query))).collect::<Vec<_>>());
    let feature = (0..queries).map(|query| uniform(8, query)).collect();
    let trace = trace(&[vec![1.0; queries], vec![0.0; queries], vec![1.0; queries]], &amounts, feature);
    for policy in ["linucb:lambda=1", "thompson:lambda=1", "linucb:lambda=1,objective=energy,scale=20"] {
        let chosen = chosen(&prepare(&trace, policy));
        assert!(share(&chosen, |_, endpoint| endpoint == 1, 500..1_000) > 0.9, "{policy}");
    }
}

#[test]
fn a_baseline_that_can_serve_nothing_is_refused() {
    // The cloud has no joules at all: taken as unable to serve, it would leave every saving unknown.
    let mut trace = trace(&[vec![1.0; 4], vec![1.0; 4]], &[vec![1.0; 4], vec![2.0; 4]], vec![0.0; 4]);
    trace.outcomes[1].metrics.set(Metric::EnergyJ, Column::from_vec(vec![f64::NAN; 4]));
    let mut request = request();
    let error = Replay::prepare(&trace, &[PolicySpec::find("random").unwrap()], &request).err().map(|error| error.to_string());
    let error = error.unwrap_or_default();
    assert!(error.contains("the baseline can serve no query") && error.contains("lacks `energy_j` in 4 of 4"), "{error}");
    request.workload.metrics = Some(vec![Metric::Score]);
    assert!(Replay::prepare(&trace, &[PolicySpec::find("random").unwrap()], &request).is_ok());
}

#[test]
fn forgetting_follows_a_change_that_memory_does_not() {
    // e0 is right for 9 in 10 queries, from the middle on for 1 in 10; e1 for half. With all remembered
    // e0 looks better until as many queries again have gone by.
    let trace = two_arms(4_000, |query, _| [if query < 2_000 { 0.9 } else { 0.1 }, 0.5]);
    let to_e1 = |policy: &str| share(&chosen(&prepare(&trace, policy)), |_, endpoint| endpoint == 1, 2_500..3_000);
    let (all, recent) = (to_e1("linucb:lambda=0"), to_e1("linucb:lambda=0,forgetting=0.99"));
    assert!(all < 0.2 && recent > 0.8, "{all} and {recent}");
}

#[test]
fn decisions_and_tallies_do_not_depend_on_threads() {
    let trace = two_arms(1_000, |_, z| if z > 0.0 { [0.9, 0.2] } else { [0.3, 0.7] });
    let replay =
        Replay::prepare(&trace, &[PolicySpec::find("thompson").unwrap(), PolicySpec::find("linucb").unwrap()], &request()).unwrap();
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let all = |decisions: Decisions| decisions.replicates.into_iter().map(|learned| learned.chosen).collect::<Vec<_>>();
        pool.install(|| {
            let chosen: Vec<_> = replay.decide(&Silent).unwrap().into_iter().flatten().map(all).collect();
            (chosen, replay.run(&Silent).unwrap())
        })
    };
    let (one, four) = (on(1), on(4));
    assert!(one == four);
    // Thompson sampling draws anew in each replicate, LinUCB has one.
    assert_eq!(one.0.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    assert_ne!(one.0[0][0], one.0[0][1]);
    assert_eq!(replay.steps(), 4_000);
}

#[test]
fn queries_are_met_in_the_order_of_their_arrival() {
    let sorted = two_arms(600, |_, z| if z > 0.0 { [0.7, 0.5] } else { [0.4, 0.6] });
    // The same queries in another order of the file, with times that tell the first one. 7 has no divisor
    // in common with 600, so that every query is there once.
    let file: Vec<u32> = (0..600).map(|row| row * 7 % 600).collect();
    let mut shuffled = sorted.gather(&file);
    let by_row = |chosen: Vec<EndpointIx>| {
        let mut by_row = vec![0; 600];
        file.iter().zip(chosen).for_each(|(&row, endpoint)| by_row[row as usize] = endpoint);
        by_row
    };
    let plain = chosen(&prepare(&sorted, "linucb"));
    assert_ne!(by_row(chosen(&prepare(&shuffled, "linucb"))), plain, "the order of the file is another one");
    shuffled.queries.arrival_s = Some(Column::from_vec(file.iter().map(|&row| f64::from(row) * 0.5).collect()));
    let replay = prepare(&shuffled, "linucb");
    assert_eq!(by_row(chosen(&replay)), plain);
    assert!(replay.notes.iter().any(|note| note.ends_with("in the order of their arrival times")));
    // Equal times leave the order of the file, and so does a time that is not known.
    shuffled.queries.arrival_s = Some(Column::from_vec(vec![1.0; 600]));
    let ties = chosen(&prepare(&shuffled, "linucb"));
    shuffled.queries.arrival_s = Some(Column::from_vec((0..600).map(|row| if row == 5 { f64::NAN } else { -f64::from(row) }).collect()));
    let replay = prepare(&shuffled, "linucb");
    assert_eq!(chosen(&replay), ties);
    assert!(replay.notes.iter().any(|note| note.ends_with("since the arrival times of 1 queries are not known")));
}

/// Takes endpoints in turn and writes down what it is asked and told.
#[derive(Clone, Default)]
struct Spy(Arc<Mutex<Vec<Event>>>);

#[derive(Debug, Clone, PartialEq)]
enum Event {
    Asked(QueryRow),
    Told(QueryRow, Feedback),
}

impl Adaptive for Spy {
    fn choose(&mut self, query: &QueryRow, _: &Draws) -> EndpointIx {
        self.0.lock().unwrap().push(Event::Asked(*query));
        (query.position % 2) as EndpointIx
    }

    fn learn(&mut self, query: &QueryRow, feedback: &Feedback) -> bool {
        self.0.lock().unwrap().push(Event::Told(*query, *feedback));
        !feedback.account(Metric::EnergyJ).is_nan()
    }
}

impl Parameters for Spy {
    fn build(&self, _: &Context) -> Result<Built> {
        let spy = self.clone();
        Ok(Built::pooled(Rule::Adaptive(Box::new(move || Box::new(spy.clone())))))
    }
}

fn spied(spy: &Spy) -> PolicySpec {
    PolicySpec { name: "spy".to_owned(), parameters: Arc::new(spy.clone()), ..PolicySpec::find("linucb").unwrap() }
}

#[test]
fn a_learner_is_told_of_its_own_choice_and_of_nothing_else() {
    let cells = |endpoint: usize, of: f64| (0..6).map(|query| of + (10 * endpoint + query) as f64 / 100.0).collect::<Vec<_>>();
    let mut energy_j = [cells(0, 7.0), cells(1, 8.0)];
    // Query 2 goes to e0, which cannot serve it; query 3 goes to e1, and that e0 cannot is of no matter.
    energy_j[0][2] = f64::NAN;
    energy_j[0][3] = f64::NAN;
    let mut trace = trace(&[cells(0, 0.0), cells(1, 0.0)], &energy_j, vec![0.0; 6]);
    trace.queries.rows = (0..6).map(|row| 100 + row).collect();
    trace.queries.arrival_s = Some(Column::from_vec(vec![5.0, 4.0, 3.0, 2.0, 1.0, 0.0]));
    let spy = Spy::default();
    let replay = Replay::prepare(&trace, &[spied(&spy)], &request()).unwrap();
    let tally = replay.run(&Silent).unwrap().remove(0);
    let mut expected = Vec::new();
    for position in (0..6).rev() {
        let (query, endpoint) = (QueryRow { position, key: 100 + position as u32 }, position % 2);
        expected.push(Event::Asked(query));
        if position != 2 {
            // By account: energy, compute, cost, time; the trace has energy alone. NaN is never equal: checked apart.
            let accounts = [energy_j[endpoint][position], -1.0, -1.0, -1.0];
            let score = (10 * endpoint + position) as f64 / 100.0;
            expected.push(Event::Told(query, Feedback { endpoint: endpoint as EndpointIx, score, accounts }));
        }
    }
    let known = |event: &Event| match event {
        Event::Told(query, feedback) => {
            let accounts = feedback.accounts.map(|amount| if amount.is_nan() { -1.0 } else { amount });
            Event::Told(*query, Feedback { accounts, ..*feedback })
        }
        asked => asked.clone(),
    };
    assert_eq!(spy.0.lock().unwrap().iter().map(known).collect::<Vec<_>>(), expected);
    // Served, nobody, unserved, skipped.
    assert_eq!((tally.status, tally.unlearned), ([5, 0, 1, 0], 0));
}

#[test]
fn decisions_are_paid_for_like_those_of_any_policy() {
    let trace = two_arms(500, |_, _| [0.5, 0.5]);
    let mut spec = PolicySpec::find("linucb").unwrap();
    spec.overhead.energy_j = 0.25;
    let replay = Replay::prepare(&trace, &[spec], &request()).unwrap();
    let (chosen, tally) = (chosen(&replay), replay.run(&Silent).unwrap().remove(0));
    // A joule an answer, and a quarter for the router.
    assert_eq!(lane(&replay, &tally, Lane::Sum(0)), 500.0 * 1.25);
    let to = |endpoint: EndpointIx| chosen.iter().filter(|&&own| own == endpoint).count() as u64;
    assert_eq!(tally.served.all(), [to(0), to(1), 0]);
    let right = |(index, &endpoint): (usize, &EndpointIx)| trace.metric(usize::from(endpoint), Metric::Score).unwrap().get(index).unwrap();
    assert_eq!(lane(&replay, &tally, Lane::Score), chosen.iter().enumerate().map(right).sum::<f64>());
}

#[test]
fn a_resampled_workload_is_routed_arrival_by_arrival() {
    let trace = two_arms(300, |_, z| if z > 0.0 { [0.9, 0.1] } else { [0.1, 0.9] });
    let mut request = request();
    request.workload.selection = Selection { sample: Some(5_000), ..Selection::default() };
    let spy = Spy::default();
    let specs = [spied(&spy), PolicySpec::find("thompson").unwrap()];
    let replay = Replay::prepare(&trace, &specs, &request).unwrap();
    let tallies = replay.run(&Silent).unwrap();
    assert_eq!(tallies.iter().map(|tally| tally.served.all().iter().sum()).collect::<Vec<u64>>(), [5_000, 10_000]);
    // Each arrival has the key by which the engine draws for it.
    let asked: Vec<QueryRow> =
        spy.0.lock().unwrap().iter().filter_map(|event| if let Event::Asked(query) = event { Some(*query) } else { None }).collect();
    for start in (0..5_000).step_by(BLOCK_ROWS) {
        let block = QueryBlock::new(&replay.workload, start..5_000.min(start + BLOCK_ROWS));
        let same = |index: usize| asked[start + index] == QueryRow { position: block.position(index), key: block.keys[index] };
        assert!((0..block.len()).all(same));
    }
}

#[test]
fn answers_without_what_the_reward_takes_teach_nothing_and_are_counted() {
    // The command needs no energy; half of the answers lack it.
    let energy_j: Vec<f64> = (0..400).map(|query| if query % 4 < 2 { f64::NAN } else { 2.0 }).collect();
    let right = |arm: u64| (0..400).map(|query| draw(arm, query, 0.5)).collect::<Vec<_>>();
    let mut trace = trace(&[right(0), right(1)], &[energy_j.clone(), energy_j], (0..400).map(|query| uniform(8, query)).collect());
    trace.outcomes.iter_mut().for_each(|outcomes| outcomes.metrics.set(Metric::CostUsd, Column::from_vec(vec![0.5; 400])));
    let mut request = request();
    request.workload.metrics = Some(vec![Metric::CostUsd]);
    let making = crate::report::build::Making { verb: "replay".to_owned(), arguments: Vec::new(), carbon_g_per_kwh: None };
    let run = |policy: &str| {
        let replay = Replay::prepare(&trace, &[PolicySpec::find(policy).unwrap()], &request).unwrap();
        let tallies = replay.run(&Silent).unwrap();
        let report = crate::report::build::report(&replay, &tallies, making.clone());
        let told =
            report.notes.iter().find_map(|note| note.strip_prefix(&format!("{policy}: nothing was learned from ")).map(str::to_owned));
        (tallies[0].served.all().iter().sum::<u64>(), tallies[0].unlearned, told)
    };
    let told = "answers that lack a score or an amount that its reward takes: 200 of 400";
    assert_eq!(run("linucb"), (400, 200, Some(told.to_owned())));
    assert_eq!(run("linucb:lambda=0"), (400, 0, None), "energy has no weight");
}

#[test]
fn what_takes_queries_in_another_order_refuses_to_run() {
    let trace = two_arms(50, |_, _| [0.5, 0.5]);
    let replay = prepare(&trace, "linucb");
    let day = crate::replay::day::run(&replay, &Arrivals::built_in(100).unwrap(), &Silent).err().unwrap();
    assert!(day.is_usage() && day.to_string().contains("arrival order") && day.to_string().contains("policy `linucb`"), "{day}");
    assert!(crate::replay::oracle_that_errs(&replay.entries[0]).is_err());
    assert!(!replay.entries[0].built.rule.is_hindsight());
}

#[test]
fn a_choice_out_of_bounds_is_an_error() {
    struct Lost;
    impl Adaptive for Lost {
        fn choose(&mut self, _: &QueryRow, _: &Draws) -> EndpointIx {
            9
        }
        fn learn(&mut self, _: &QueryRow, _: &Feedback) -> bool {
            true
        }
    }
    impl Parameters for Lost {
        fn build(&self, _: &Context) -> Result<Built> {
            Ok(Built::pooled(Rule::Adaptive(Box::new(|| Box::new(Lost)))))
        }
    }
    let trace = two_arms(10, |_, _| [0.5, 0.5]);
    let spec = PolicySpec { parameters: Arc::new(Lost), ..PolicySpec::find("linucb").unwrap() };
    let error = Replay::prepare(&trace, &[spec], &request()).unwrap().run(&Silent).unwrap_err().to_string();
    assert!(error.contains("not in use") && error.contains("found: 9"), "{error}");
}
