use super::super::testing::{build, plan, trace};
use super::*;
use crate::policy::Objective;
use crate::draw::{Draws, Stream};
use crate::trace::{Column, Feature, Metric, Trace};

const QUERIES: usize = 2000;

fn uniform(which: u64, query: usize) -> f64 {
    Draws::new(7, 0).stream(Stream::Verdict, which).uniform(query as u64)
}

/// A small endpoint that answers queries whose feature `ease` is above 0.5, a large one that answers all.
fn separable() -> Trace {
    let ease: Vec<f64> = (0..QUERIES).map(|query| uniform(0, query)).collect();
    let mut trace = trace(&[ease.iter().map(|ease| f64::from(*ease > 0.5)).collect(), vec![1.0; QUERIES]]);
    trace.queries.features = vec![("ease".to_owned(), Feature::Number(Column::from_vec(ease)))];
    trace
}

#[test]
fn a_feature_that_separates_routes_right() -> Result<()> {
    let trace = separable();
    let built = build("logistic", &trace)?;
    let chosen = plan(&built, &trace)?;
    let ease = |query: usize| uniform(0, query);
    let wrong = (0..QUERIES).filter(|&query| (ease(query) > 0.5) != (chosen[query] == 0)).count();
    // Only queries close to the border may err.
    assert!(wrong < QUERIES / 50, "{wrong}");
    assert!(built.notes.iter().any(|note| note.starts_with("e1: every answer is correct in the rows fitted on")), "{:?}", built.notes);
    assert!(built.notes[0].contains("logistic: a router for each of 5 folds") && built.uses_pool && !built.random);
    let facts = built.router.as_ref().map(|router| (router.kind, router.endpoints.clone(), router.fitted_to.len()));
    assert_eq!(facts, Some(("logistic", vec!["e0".to_owned(), "e1".to_owned()], 5)));
    Ok(())
}

#[test]
fn labels_that_have_nothing_to_do_with_features_do_not_beat_random() -> Result<()> {
    // The small endpoint is right on half of the queries, the large one on 0.8 of them, whatever they
    // are. A share s of random queries to the small one gives s * 0.5 + (1 - s) * 0.8, give or take
    // sqrt(0.25 / 2000) = 0.011.
    let right = |which: u64, share: f64| (0..QUERIES).map(|query| f64::from(uniform(which, query) < share)).collect::<Vec<_>>();
    let scores = [right(1, 0.5), right(2, 0.8)];
    let mut trace = trace(&scores);
    let noise = (0..QUERIES).map(|query| uniform(3, query)).collect();
    trace.queries.features = vec![("noise".to_owned(), Feature::Number(Column::from_vec(noise)))];
    let chosen = plan(&build("logistic", &trace)?, &trace)?;
    let share = chosen.iter().filter(|endpoint| **endpoint == 0).count() as f64 / QUERIES as f64;
    let served = (0..QUERIES).map(|query| scores[usize::from(chosen[query])][query]).sum::<f64>() / QUERIES as f64;
    let random = share * 0.5 + (1.0 - share) * 0.8;
    assert!((served - random).abs() < 4.0 * 0.011, "{served} against {random} at a share of {share}");
    Ok(())
}

#[test]
fn where_none_is_adequate_the_parameter_says() -> Result<()> {
    // All chances are (k + 1) / (n + 2) with k = 0: about 0, of which the first is the highest.
    let mut trace = trace(&[vec![0.0; 50], vec![0.0; 50], vec![0.0; 50]]);
    trace.queries.input_tokens = Some(Column::from_vec((0..50).map(f64::from).collect()));
    assert!(plan(&build("logistic", &trace)?, &trace)?.iter().all(|endpoint| *endpoint == 2));
    assert!(plan(&build("logistic:rule.otherwise=highest", &trace)?, &trace)?.iter().all(|endpoint| *endpoint == 0));
    assert!(plan(&build("logistic:rule.tau=0", &trace)?, &trace)?.iter().all(|endpoint| *endpoint == 0), "the smallest");
    Ok(())
}

#[test]
fn cheap_is_what_the_objective_says() -> Result<()> {
    let mut trace = separable();
    for (outcomes, energy) in trace.outcomes.iter_mut().zip([9.0, 1.0]) {
        outcomes.metrics.set(Metric::EnergyJ, Column::from_vec(vec![energy; QUERIES]));
    }
    // The large one is always right and takes less energy here.
    assert!(plan(&build("logistic:rule.objective=energy", &trace)?, &trace)?.iter().all(|endpoint| *endpoint == 1));
    let error = build("logistic:rule.objective=cost", &trace).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("the objective `cost` cannot compare"), "{error}");
    Ok(())
}

/// Decisions of a rule on predictions that are given: by position for two candidates, of prices 1 and 10 J
/// and latencies of 1 to 100 s and of 0.5 s.
fn decided(rule: &str, predicted: [Vec<f64>; 2]) -> Result<Vec<usize>> {
    let queries = predicted[0].len();
    let mut trace = trace(&[vec![1.0; queries], vec![1.0; queries]]);
    let latency = |endpoint: usize, query: usize| if endpoint == 0 { 1.0 + 99.0 * query as f64 / (queries - 1) as f64 } else { 0.5 };
    for (endpoint, outcomes) in trace.outcomes.iter_mut().enumerate() {
        outcomes.metrics.set(Metric::EnergyJ, Column::from_vec(vec![[1.0, 10.0][endpoint]; queries]));
        outcomes.metrics.set(Metric::LatencyS, Column::from_vec((0..queries).map(|query| latency(endpoint, query)).collect()));
    }
    let (pool, memo) = (super::super::testing::pool(&trace)?, Memo::default());
    let context = Context { trace: &trace, pool: &pool, objective: Objective::Energy, correct_at: 1.0, seed: 1, memo: &memo };
    let all: Vec<usize> = (0..queries).collect();
    let past = vec![(0..2).map(|endpoint| crate::router::Past::of(&trace, endpoint, &all)).collect()];
    let case = Case { context: &context, predicted: &predicted, part: &vec![0; queries], past: &past };
    let spec = PolicySpec::find(&format!("logistic:rule={rule}"))?;
    let learned = spec.parameters.learned().ok_or_else(|| Error::new("not learned"))?;
    Ok(learned.rule.decide(&case)?.candidate)
}

fn given() -> [Vec<f64>; 2] {
    [vec![0.9, 0.6, 0.2, 0.5], vec![0.95, 0.9, 0.3, 0.5]]
}

#[test]
fn rules_decide_as_they_say() -> Result<()> {
    assert_eq!(decided("{ kind = \"cheapest\", tau = 0.5 }", given())?, [0, 0, 1, 0], "none is adequate for the third: the fallback");
    assert_eq!(decided("{ kind = \"highest\" }", given())?, [1, 1, 1, 0], "of equals the first");
    // 9 J more are worth 0.09 of quality at lambda 0.01: gains of .05, .3, .1, 0.
    assert_eq!(decided("{ kind = \"utility\", lambda = 0.01 }", given())?, [0, 1, 1, 0]);
    // Win rates: .95*.1/(.95*.1+.9*.05) = .679; .9*.4/(.9*.4+.6*.1) = .857; .3*.8/(.3*.8+.2*.7) = .632; .5.
    assert_eq!(decided("{ kind = \"win-rate\", tau = 0.65 }", given())?, [1, 1, 0, 0]);
    assert_eq!(decided("{ kind = \"budget\", per_query = 5, objective = \"energy\" }", given())?, [0, 0, 0, 0]);
    // The first is slow for 95% of queries at 96 s; at 99 s it is fast enough.
    assert_eq!(decided("{ kind = \"deadline\", seconds = 90 }", given())?, [1, 1, 1, 1]);
    assert_eq!(decided("{ kind = \"deadline\", seconds = 90, quantile = 0.3 }", given())?, [1, 1, 1, 0]);
    Ok(())
}

#[test]
fn a_budget_in_all_buys_the_best_quality() -> Result<()> {
    // 4 queries at 1 J each, and 9 J more for each that goes to the large one: 13 J buy the one that gains
    // most (.3), 22 J the second (.1) too, 31 J the third (.05); the last gains nothing.
    let within = |total: f64| decided(&format!("{{ kind = \"budget\", total = {total}, objective = \"energy\" }}"), given());
    assert_eq!(within(4.0)?, [0, 0, 0, 0]);
    assert_eq!(within(13.0)?, [0, 1, 0, 0]);
    assert_eq!(within(21.0)?, [0, 1, 0, 0]);
    assert_eq!(within(22.0)?, [0, 1, 1, 0]);
    assert_eq!(within(1000.0)?, [1, 1, 1, 0]);
    let error = within(3.0).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("does not even buy") && error.contains("4 and more"), "{error}");
    Ok(())
}

#[test]
fn calibration_sets_a_fold_aside_and_keeps_the_order() -> Result<()> {
    let trace = separable();
    let chosen = plan(&build("logistic:calibrate=isotonic", &trace)?, &trace)?;
    let wrong = (0..QUERIES).filter(|&query| (uniform(0, query) > 0.5) != (chosen[query] == 0)).count();
    assert!(wrong < QUERIES / 50, "{wrong}");
    let error = PolicySpec::find("logistic:calibrate=platt,folds=2").err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("`folds` is too small") && error.contains("3 and more"), "{error}");
    Ok(())
}

#[test]
fn policies_of_a_run_share_a_fit() -> Result<()> {
    let trace = separable();
    let (pool, memo) = (super::super::testing::pool(&trace)?, Memo::default());
    let context = Context { trace: &trace, pool: &pool, objective: Objective::Size, correct_at: 1.0, seed: 1, memo: &memo };
    let built = |name: &str| PolicySpec::find(name)?.parameters.build(&context);
    let (first, second) = (built("logistic")?, built("logistic:rule.tau=0.9")?);
    assert_eq!(memo.len(), 1);
    built("logistic:router.l2=2")?;
    assert_eq!(memo.len(), 2, "another router is another fit");
    let predicted = |built: &Built| built.router.as_ref().map(|router| router.predicted.clone());
    assert_eq!(predicted(&first), predicted(&second));
    Ok(())
}

fn saved_from(trace: &Trace, share: f64, policy: &str) -> Result<String> {
    let (selection, objective) = (Default::default(), Objective::Size);
    let training = Training { trace, endpoints: &[0, 1], selection: &selection, share, correct_at: 1.0, objective, seed: 1 };
    train(&PolicySpec::find(policy)?, &training)?.0.to_json()
}

/// Replays a saved router from a file of its own.
fn replayed(json: &str, settings: &str, trace: &Trace) -> Result<Vec<EndpointIx>> {
    let fail = |error: std::io::Error| Error::new(error.to_string());
    let folder = tempfile::tempdir().map_err(fail)?;
    let file = folder.path().join("router.json");
    std::fs::write(&file, json).map_err(fail)?;
    plan(&build(&format!("saved:router.file={}{settings}", file.display()), trace)?, trace)
}

#[test]
fn a_saved_router_is_not_judged_on_what_it_was_fitted_to() -> Result<()> {
    let trace = separable();
    let json = saved_from(&trace, 0.5, "logistic")?;
    let error = replayed(&json, "", &trace).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("not judged on queries that it was fitted to") && error.contains(" of 2000 queries") && error.contains("on_fitted=skip"), "{error}");
    let chosen = replayed(&json, ",on_fitted=skip", &trace)?;
    let skipped = chosen.iter().filter(|endpoint| **endpoint == PlanBlock::SKIP).count();
    // Half of 2,000 by hash: within 4 * sqrt(2000)/2 = 90 of 1,000.
    assert!(skipped.abs_diff(1000) < 90, "{skipped}");
    let judged = (0..QUERIES).filter(|&query| chosen[query] != PlanBlock::SKIP);
    assert!(judged.filter(|&query| (uniform(0, query) > 0.5) != (chosen[query] == 0)).count() < QUERIES / 50);
    Ok(())
}

#[test]
fn a_saved_router_judges_other_queries_and_says_what_does_not_fit() -> Result<()> {
    let json = saved_from(&separable(), 1.0, "logistic")?;
    let mut others = separable();
    others.queries.ids = Some((0..QUERIES).map(|query| format!("other{query}")).collect());
    let chosen = replayed(&json, "", &others)?;
    assert!((0..QUERIES).filter(|&query| (uniform(0, query) > 0.5) != (chosen[query] == 0)).count() < QUERIES / 50);
    let told = |json: &str, trace: &Trace| replayed(json, "", trace).err().map(|error| error.to_string()).unwrap_or_default();
    others.info.endpoints[0].id = "new".to_owned();
    assert!(told(&json, &others).contains("not fitted to every endpoint") && told(&json, &others).contains("found: new"));
    let newer = json.replace("\"version\":1,", "\"version\":2,");
    assert!(told(&newer, &others).contains("another version"));
    assert!(told("{}", &others).contains("no saved router"));
    let shorter = json.replacen("\"weights\":[", "\"weights\":[0.5,", 1);
    assert!(shorter != json && told(&shorter, &others).contains("does not fit together"), "{}", told(&shorter, &others));
    Ok(())
}

#[test]
fn a_router_that_weighs_costs_is_trained_with_those_that_are_known() -> Result<()> {
    let mut trace = separable();
    let error = saved_from(&trace, 0.5, "kmeans:router.clusters=4").err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("costs that `cost_weight` weighs are not known"), "{error}");
    for (outcomes, energy) in trace.outcomes.iter_mut().zip([1.0, 9.0]) {
        outcomes.metrics.set(Metric::EnergyJ, Column::from_vec(vec![energy; QUERIES]));
    }
    // Accuracies are stretched to 0 and 1 within a cluster, and the small one is worse in both: 0.7 x 0 +
    // 0.3 x (1 - 1/9) = 0.2666..., against 0.7 x 1 + 0.3 x (1 - 9/9).
    let json = saved_from(&trace, 0.5, "kmeans:router.clusters=2")?;
    assert!(json.contains(r#""values":{"width":2,"cells":[0.26666666666666666,0.7,0.26666666666666666,0.7]}"#), "{json}");
    let chosen = replayed(&json, ",on_fitted=skip,rule.kind=highest", &trace)?;
    assert!(chosen.iter().all(|&endpoint| endpoint == 1 || endpoint == PlanBlock::SKIP));
    Ok(())
}

#[test]
fn what_cannot_be_trained_is_told() {
    let error = saved_from(&separable(), 1.0, "oracle").err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("no router to fit") && error.contains("`oracle`"), "{error}");
    let told = |name: &str| PolicySpec::find(name).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(told("saved:folds=3").contains("not fitted again"));
    assert!(told("logistic:on_fitted=skip").contains("only a saved router"));
    assert!(told("logistic:router.kind=logistik").contains("did you mean `logistic`?"));
    assert!(told("logistic:rule.kind=cheap").contains("no such decision rule"));
    assert!(told("logistic:router.k=3").contains("unknown field"));
}

#[test]
fn missing_scores_are_not_judged() -> Result<()> {
    let mut trace = separable();
    let holes = trace.outcomes[0].metrics.get(Metric::Score).into_iter().flat_map(Column::iter).enumerate();
    let holes: Vec<f64> = holes.map(|(query, score)| if query < 30 { f64::NAN } else { score }).collect();
    trace.outcomes[0].metrics.set(Metric::Score, Column::from_vec(holes));
    let built = build("logistic", &trace)?;
    let counted = built.router.and_then(|router| router.reliability[0].as_ref().map(|reliability| reliability.count));
    assert_eq!(counted, Some(QUERIES - 30));
    Ok(())
}

#[test]
fn all_faults_of_the_parameters_are_told_with_their_place() {
    let error = PolicySpec::find("logistic:rule.tau=1.5,folds=1,router.l2=-1").err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("`tau`") && error.contains("`folds` is too small") && error.contains("`l2`") && error.contains("line "), "{error}");
}
