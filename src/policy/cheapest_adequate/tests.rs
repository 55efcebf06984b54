use super::super::testing::{build, plan, trace};
use super::*;
use crate::draw::{Draws, Stream};
use crate::trace::{Column, Feature, Trace};

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
    assert!(built.notes.iter().any(|note| note.starts_with("e1: every answer is correct in the rows of 5 fits")), "{:?}", built.notes);
    assert!(built.notes[0].contains("2 endpoints and 5 folds") && built.uses_pool && !built.random);
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
    assert!(plan(&build("logistic:otherwise=highest", &trace)?, &trace)?.iter().all(|endpoint| *endpoint == 0));
    assert!(plan(&build("logistic:tau=0", &trace)?, &trace)?.iter().all(|endpoint| *endpoint == 0), "the smallest");
    Ok(())
}

#[test]
fn cheap_is_what_the_objective_says() -> Result<()> {
    let mut trace = separable();
    for (outcomes, energy) in trace.outcomes.iter_mut().zip([9.0, 1.0]) {
        outcomes.metrics.set(Metric::EnergyJ, Column::from_vec(vec![energy; QUERIES]));
    }
    // The large one is always right and takes less energy here.
    assert!(plan(&build("logistic:objective=energy", &trace)?, &trace)?.iter().all(|endpoint| *endpoint == 1));
    let error = build("logistic:objective=cost", &trace).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("the objective `cost` cannot compare"), "{error}");
    Ok(())
}

#[test]
fn missing_scores_are_not_fitted_on_and_told() -> Result<()> {
    let mut trace = separable();
    let holes = trace.outcomes[0].metrics.get(Metric::Score).into_iter().flat_map(Column::iter).enumerate();
    let holes: Vec<f64> = holes.map(|(query, score)| if query < 30 { f64::NAN } else { score }).collect();
    trace.outcomes[0].metrics.set(Metric::Score, Column::from_vec(holes));
    let built = build("logistic", &trace)?;
    assert!(built.notes.iter().any(|note| note == "e0: nothing was fitted on 30 queries without a score"), "{:?}", built.notes);
    Ok(())
}

#[test]
fn all_faults_of_the_parameters_are_told_with_their_place() {
    let error = PolicySpec::find("logistic:tau=1.5,folds=1,l2=-1").err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("`tau`") && error.contains("`folds` is too small") && error.contains("`l2`") && error.contains("line "), "{error}");
}
