use super::super::testing::{build, plan, pool, trace};
use super::context::Contexts;
use crate::router::MissingFeatures;
use super::learner::Learner;
use super::*;
use crate::draw::Draws;
use crate::policy::{Feedback, QueryRow};
use crate::trace::{Column, Feature, Names, Trace};
use crate::workload::ACCOUNTS;

fn settings(explore: Explore, lambda: f64) -> Settings {
    Settings { explore, lambda, objective: Objective::Energy, scale: None, forgetting: 1.0, ridge: 1.0 }
}

fn query(position: usize, key: u32) -> QueryRow {
    QueryRow { position, key }
}

/// What an answer took in joules, and its score.
fn answer(endpoint: EndpointIx, score: f64, energy_j: f64) -> Feedback {
    Feedback { endpoint, score, accounts: ACCOUNTS.map(|metric| if metric == Metric::EnergyJ { energy_j } else { f64::NAN }) }
}

#[test]
fn the_first_steps_of_linucb_are_those_done_by_hand() {
    // One number of context: 2, then 1 and 1. Endpoints 4 and 7, alpha 1, lambda 1/2, ridge 1.
    let contexts = Arc::new(Contexts::of(1, vec![2.0, 1.0, 1.0]));
    let mut learner = Learner::new(settings(Explore::Bound(1.0), 0.5), vec![4, 7], contexts);
    let draws = Draws::new(1, 0);
    let mut step = |position: usize, worths: [f64; 2], chosen: EndpointIx, feedback: Feedback| {
        let query = query(position, 0);
        assert_eq!(learner.choose(&query, &draws), chosen);
        for (arm, worth) in worths.into_iter().enumerate() {
            assert!((learner.worth(arm, &query, &draws) - worth).abs() < 1e-12, "step {position}, arm {arm}");
        }
        assert!(learner.learn(&query, &feedback));
    };
    // Both are worth 0 + 1·sqrt(2·1·2) = 2: the first of them.
    step(0, [2.0, 2.0], 4, answer(4, 1.0, 10.0));
    // Endpoint 4: A = 1 + 2·2 = 5, scores b = 2, θ = 0.4, joules b = 20, θ = 4, of which 10 is the scale:
    // 0.5·0.4 - 0.5·4/10 + sqrt(1/5) = 0.4472. Endpoint 7 is still at 0 + sqrt(1) = 1.
    step(1, [0.2f64.sqrt(), 1.0], 7, answer(7, 0.5, 40.0));
    // 40 J is the scale of both now. Endpoint 4: 0.2 - 0.5·4/40 + sqrt(1/5) = 0.5972. Endpoint 7: A = 2,
    // θ = 0.25 and 20: 0.5·0.25 - 0.5·20/40 + sqrt(1/2) = 0.5821.
    step(2, [0.15 + 0.2f64.sqrt(), -0.125 + 0.5f64.sqrt()], 4, answer(4, 1.0, 10.0));
}

#[test]
fn thompson_draws_an_endpoint_as_often_as_it_is_the_better_one() {
    // A constant context. Endpoint 0: 3 answers of score 1, A = 4, θ = 3/4, variance 1/4. Endpoint 1 has
    // none: 0 and 1. With a spread of 1 the difference is normal with mean 0.75 and variance 1.25: above 0
    // with probability Φ(0.75/1.118) = Φ(0.6708) = 0.7488. 20,000 draws: standard error 0.0031.
    let mut learner = Learner::new(settings(Explore::Draw(1.0), 0.0), vec![0, 1], Arc::new(Contexts::of(1, vec![1.0])));
    (0..3).for_each(|_| assert!(learner.learn(&query(0, 0), &answer(0, 1.0, f64::NAN))));
    let draws = Draws::new(11, 0);
    let first = (0..20_000).filter(|&key| learner.choose(&query(0, key), &draws) == 0).count() as f64 / 20_000.0;
    assert!((first - 0.7488).abs() < 4.0 * 0.0031, "{first}");
    // Other replicates draw other numbers, the same one the same.
    let keys = |replicate: u64, learner: &mut Learner| -> Vec<EndpointIx> {
        (0..100).map(|key| learner.choose(&query(0, key), &Draws::new(11, replicate))).collect()
    };
    assert_eq!(keys(0, &mut learner), keys(0, &mut learner));
    assert_ne!(keys(0, &mut learner), keys(1, &mut learner));
}

#[test]
fn what_the_reward_weighs_and_is_missing_teaches_nothing() {
    let learns = |lambda: f64, feedback: Feedback| {
        let contexts = Arc::new(Contexts::of(1, vec![1.0]));
        Learner::new(settings(Explore::Bound(1.0), lambda), vec![0, 1], contexts).learn(&query(0, 0), &feedback)
    };
    assert!(learns(0.5, answer(0, 1.0, 1.0)) && learns(0.5, answer(0, 0.0, 0.0)));
    assert!(!learns(0.5, answer(0, f64::NAN, 1.0)) && !learns(0.5, answer(0, 1.0, f64::NAN)));
    assert!(learns(0.0, answer(0, 1.0, f64::NAN)) && !learns(0.0, answer(0, f64::NAN, 1.0)));
    assert!(learns(1.0, answer(0, f64::NAN, 1.0)) && !learns(1.0, answer(0, 1.0, f64::NAN)));
}

/// Four queries with tokens and a category; no energy.
fn small() -> Trace {
    let mut trace = trace(&[vec![1.0; 4], vec![1.0; 4]]);
    trace.queries.features = vec![("z".to_owned(), Feature::Number(Column::from_vec(vec![1.0, 3.0, f64::NAN, 5.0])))];
    trace.queries.category = Some(Names::new([Some("a"), Some("b"), Some("a"), Some("a")].into_iter()));
    trace
}

/// Missing features are their means.
fn mean() -> FeatureSpec {
    FeatureSpec { missing: MissingFeatures::Mean, ..FeatureSpec::default() }
}

#[test]
fn contexts_are_a_constant_and_standardised_features() -> Result<()> {
    let contexts = context::context(&small(), &mean())?;
    // Categories: shares 3/4 and 1/4, variances 3/16 each, and one scale for the column. z: mean 3, variance 8/3.
    let (name, z) = (1.0 / (6.0f64 / 16.0).sqrt(), 2.0 / (8.0f64 / 3.0).sqrt());
    let expected = [[1.0, name, 0.0, -z], [1.0, 0.0, name, 0.0], [1.0, name, 0.0, 0.0], [1.0, name, 0.0, z]];
    for (position, row) in expected.iter().enumerate() {
        let same = contexts.row(position).iter().zip(row).all(|(&cell, &expected)| (f64::from(cell) - expected).abs() < 1e-6);
        assert!(same && contexts.width() == 4, "{:?}", contexts.row(position));
    }
    assert!(contexts.notes[0].contains("outcomes are not looked at"), "{:?}", contexts.notes);
    assert!(context::context(&small(), &FeatureSpec::default()).is_err_and(|error| error.to_string().contains("1 of 4 missing")));
    Ok(())
}

#[test]
fn a_constant_feature_and_a_wide_trace() -> Result<()> {
    let mut trace = small();
    trace.queries.features = vec![("z".to_owned(), Feature::Number(Column::from_vec(vec![0.1; 4])))];
    let contexts = context::context(&trace, &FeatureSpec::default())?;
    assert!((0..4).all(|position| contexts.row(position)[3] == 0.0), "a constant says nothing");
    trace.queries.features = (0..254).map(|index| (format!("z{index}"), Feature::Number(Column::from_vec(vec![0.1; 4])))).collect();
    let error = context::context(&trace, &FeatureSpec::default()).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("found: 257 numbers") && error.contains("hint: leave features out"), "{error}");
    Ok(())
}

#[test]
fn all_mistakes_of_a_file_are_told_at_once() {
    let policy = "thompson:alpha=1,lambda=50,objective=size,scale=0,forgetting=0.5,ridge=-1";
    let error = PolicySpec::find(policy).err().map(|error| error.to_string()).unwrap_or_default();
    for told in [
        "`alpha` is of the other algorithm",
        "`lambda` is out of range",
        "a size is nothing that an answer takes",
        "`scale` is out of range",
        "`forgetting` is out of range",
        "`ridge` is out of range",
    ] {
        assert!(error.contains(told), "{told}: {error}");
    }
    assert!(PolicySpec::find("linucb:alpha=-1").is_err() && PolicySpec::find("linucb:algorithm=ucb").is_err());
}

#[test]
fn without_an_objective_the_runs_counts() {
    let bandit = |objective_of_run: bool| {
        let settings = settings(Explore::Bound(1.0), 0.5);
        Bandit { settings, objective_of_run, features: FeatureSpec::default() }
    };
    let objective = |of_run: Objective, bandit: Bandit| bandit.settings_for(of_run).objective;
    assert_eq!(objective(Objective::Cost, bandit(true)), Objective::Cost);
    // A size is nothing that an answer takes; and what the file says holds.
    assert_eq!(objective(Objective::Size, bandit(true)), Objective::Energy);
    assert_eq!(objective(Objective::Cost, bandit(false)), Objective::Energy);
    let error = PolicySpec::find("linucb:scale=20").err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("a scale without what it is of") && error.contains("`objective` beside `scale`"), "{error}");
    assert!(PolicySpec::find("linucb:scale=20,objective=cost").is_ok());
}

#[test]
fn endpoints_without_what_the_reward_takes_are_refused() -> Result<()> {
    let mut trace = small();
    trace.queries.features.clear();
    let error = build("linucb", &trace).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("where: e0, e1") && error.contains("found: no `energy_j` of any answer") && error.contains("lambda = 0"), "{error}");
    let built = build("linucb:lambda=0", &trace)?;
    assert!(!built.random && built.uses_pool && built.compares.is_empty());
    assert!(build("thompson:lambda=0", &trace)?.random && !build("thompson:lambda=0,spread=0", &trace)?.random);
    // Block by block it cannot be planned.
    assert!(plan(&built, &trace).is_err_and(|error| error.is_usage()));
    trace.outcomes[0].metrics.set(Metric::Score, Column::from_vec(vec![f64::NAN; 4]));
    let pool = pool(&trace)?;
    let context = Context { trace: &trace, pool: &pool, objective: Objective::Size, correct_at: 1.0, seed: 1, memo: &crate::policy::Memo::default() };
    assert!(rewarded(&settings(Explore::Bound(1.0), 0.0), &context).is_err_and(|error| error.to_string().contains("where: e0\n")));
    Ok(())
}
