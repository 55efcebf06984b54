use super::*;
use crate::draw::{Draws, Stream};
use crate::error::Result;
use crate::policy::PolicySpec;
use crate::trace::{Column, Feature, Queries, Trace, TraceInfo};

const QUERIES: usize = 4000;

fn uniform(which: u64, query: usize) -> f64 {
    Draws::new(7, 0).stream(Stream::Verdict, which).uniform(query as u64)
}

fn rows() -> Vec<u32> {
    (0..QUERIES as u32).collect()
}

fn how() -> How {
    How { folds: 5, max_rows: 100_000, calibrate: Calibration::None, features: FeatureSpec::default(), seed: 1 }
}

fn trace(columns: Vec<(&str, Vec<f64>)>) -> Trace {
    let features = columns.into_iter().map(|(name, cells)| (name.to_owned(), Feature::Number(Column::from_vec(cells)))).collect();
    let queries = Queries { rows: rows(), features, ..Queries::default() };
    Trace { info: TraceInfo::default(), queries, outcomes: Vec::new(), fingerprint: String::new() }
}

fn labels(answers: &[&dyn Fn(usize) -> bool]) -> Labels {
    let of = |answer: &&dyn Fn(usize) -> bool| (0..QUERIES).map(|query| f64::from(u8::from(answer(query)))).collect();
    Labels {
        endpoints: (0..answers.len()).map(|endpoint| format!("e{endpoint}")).collect(),
        scores: answers.iter().map(of).collect(),
        costs: vec![vec![f64::NAN; QUERIES]; answers.len()],
        target: Target::Correct,
    }
}

/// The router of a policy's `[parameters.router]`.
fn fitted(router: &str, trace: &Trace, labels: &Labels, how: &How) -> Result<Crossfitted> {
    let spec = PolicySpec::find(&format!("logistic:router={router}"))?;
    let router = spec.parameters.learned().and_then(|learned| learned.router()).ok_or_else(|| crate::Error::new("no router"))?;
    crossfit(router, trace, labels, how)
}

const LOGISTIC: &str = "{ kind = \"logistic\" }";

fn coin(query: usize) -> bool {
    uniform(1, query) < 0.5
}

fn mean_loss(chances: &[f64], answer: impl Fn(usize) -> bool, judged: &[usize]) -> f64 {
    let loss = |&query: &usize| -(if answer(query) { chances[query] } else { 1.0 - chances[query] }).ln();
    judged.iter().map(loss).sum::<f64>() / judged.len() as f64
}

#[test]
fn a_feature_that_leaks_on_the_judged_fold_alone_does_not_help() -> Result<()> {
    let fold = crossfit::folds(&rows(), 5, 1)?;
    // The label itself on fold 0, a coin of its own elsewhere.
    let leak = |query: usize| f64::from(if fold[query] == 0 { coin(query) } else { uniform(2, query) < 0.5 });
    let trace = trace(vec![("leak", (0..QUERIES).map(leak).collect())]);
    let fitted = fitted(LOGISTIC, &trace, &labels(&[&coin]), &how())?;
    let judged: Vec<usize> = (0..QUERIES).filter(|&query| fold[query] == 0).collect();
    let honest = mean_loss(&fitted.predicted[0], coin, &judged);
    // ln 2 = 0.693 for a coin. A correlation by chance among 3,200 rows is 1/sqrt(3,200) = 0.018,
    // log odds of 0.035, which moves the loss by 0.018.
    assert!(honest > 0.64, "{honest}");
    // A router of the other folds was fitted on fold 0, and the leak helps it there: correlation 1/4
    // of its rows, log odds of about 0.5, loss of about -ln 0.62 = 0.47.
    let all: Vec<usize> = (0..QUERIES).collect();
    let leaked = fitted.routers[1].predict(&trace, &all, 1)?.column(0).to_vec();
    let dishonest = mean_loss(&leaked, coin, &judged);
    assert!(dishonest < 0.58, "{dishonest}");
    Ok(())
}

/// Of predictions for two endpoints: the larger of their areas under the ROC curve, and by how much the scores of
/// those predicted to be higher beat a coin that takes the endpoints as often, in standard errors.
fn worth(predicted: &[Vec<f64>], scores: &[Vec<f64>]) -> (f64, f64) {
    let area = |endpoint: usize| Reliability::of(&predicted[endpoint], &scores[endpoint]).and_then(|found| found.auc).unwrap_or(0.0);
    let second: Vec<bool> = (0..QUERIES).map(|query| predicted[1][query] > predicted[0][query]).collect();
    let gain: Vec<f64> = (0..QUERIES).map(|query| scores[1][query] - scores[0][query]).collect();
    let mean = |of: &dyn Fn(usize) -> f64| (0..QUERIES).map(of).sum::<f64>() / QUERIES as f64;
    let (share, average) = (mean(&|query| f64::from(u8::from(second[query]))), mean(&|query| gain[query]));
    // The covariance of being chosen and gaining is what choosing brings over a coin of that share.
    let term = |query: usize| (f64::from(u8::from(second[query])) - share) * (gain[query] - average);
    let (beats, square) = (mean(&term), mean(&|query| term(query).powi(2)));
    (area(0).max(area(1)), if square > 0.0 { beats / (square / QUERIES as f64).sqrt() } else { 0.0 })
}

#[test]
fn a_router_of_permuted_labels_does_not_beat_random() -> Result<()> {
    let x = |query: usize| uniform(3, query);
    let mut order: Vec<usize> = (0..QUERIES).collect();
    order.sort_by(|a, b| uniform(8, *a).total_cmp(&uniform(8, *b)));
    let trace = trace(vec![("x", (0..QUERIES).map(x).collect())]);
    // One endpoint is right on the lower half of x, the other on the upper half, nine times of ten.
    let is_right = |half: bool, query: usize| (x(query) < 0.5) == (half == (uniform(9, query) < 0.9));
    let honest = labels(&[&|query| is_right(true, query), &|query| is_right(false, query)]);
    let permuted = labels(&[&|query| is_right(true, order[query]), &|query| is_right(false, order[query])]);
    for router in ROUTERS {
        let how = How { max_rows: 1000, ..how() };
        let of = |labels: &Labels| -> Result<(f64, f64)> {
            let found = fitted(&format!("{{ kind = \"{}\" }}", router.name), &trace, labels, &how)?;
            Ok(worth(&found.predicted, &labels.scores))
        };
        // The area by chance is 1/2 with a standard error of sqrt(4001 / (12 x 2000 x 2000)) = 0.009.
        let (area, beats) = of(&permuted)?;
        assert!(area < 0.5 + 4.0 * 0.009 && beats < 4.0, "{}: {area}, {beats} standard errors", router.name);
        // The same labels where they belong are learnt, nine of ten right is an area of 0.9, but by the one that ranks
        // all queries alike.
        let (area, beats) = of(&honest)?;
        let learns = area > 0.8 && beats > 20.0;
        assert!(learns != (router.name == "bradley-terry"), "{}: {area}, {beats} standard errors", router.name);
    }
    Ok(())
}

#[test]
fn what_is_not_there_is_not_learnt() -> Result<()> {
    let trace = trace(vec![("noise", (0..QUERIES).map(|query| uniform(3, query)).collect())]);
    let labels = labels(&[&coin]);
    let fitted = fitted(LOGISTIC, &trace, &labels, &how())?;
    let found = Reliability::of(&fitted.predicted[0], &labels.scores[0]).ok_or_else(|| crate::Error::new("no label"))?;
    // Each fitted weight costs about 1/(2n) on other rows: nothing to gain but luck of that size.
    assert!(found.log_loss > found.base_log_loss - 0.001 && found.log_loss < found.base_log_loss + 0.005, "{found:?}");
    Ok(())
}

#[test]
fn chances_are_the_true_ones() -> Result<()> {
    // Correct with log odds 4 x - 2 for x uniform: the fit must find them from 3,200 rows (standard
    // error of the slope about 0.15, of the chance at the middle about 0.01).
    let x = |query: usize| uniform(3, query);
    let truth = |query: usize| 1.0 / (1.0 + (2.0 - 4.0 * x(query)).exp());
    let trace = trace(vec![("x", (0..QUERIES).map(x).collect())]);
    let labels = labels(&[&|query: usize| uniform(4, query) < truth(query)]);
    for calibrate in [Calibration::None, Calibration::Platt] {
        let fitted = fitted(LOGISTIC, &trace, &labels, &How { calibrate, ..how() })?;
        let furthest = (0..QUERIES).map(|query| (fitted.predicted[0][query] - truth(query)).abs()).fold(0.0, f64::max);
        assert!(furthest < 0.08, "{calibrate:?}: {furthest}");
    }
    Ok(())
}

#[test]
fn any_number_of_threads_gives_the_same_bits() -> Result<()> {
    let columns =
        vec![("x", (0..QUERIES).map(|query| uniform(3, query)).collect()), ("y", (0..QUERIES).map(|query| uniform(4, query)).collect())];
    let trace = trace(columns);
    let labels = labels(&[&|query: usize| uniform(3, query) + uniform(5, query) > 1.0, &coin]);
    for router in ROUTERS {
        let how = How { max_rows: 300, calibrate: Calibration::Isotonic, ..how() };
        let with = |threads: usize| {
            let pool =
                rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| crate::Error::new(error.to_string()))?;
            pool.install(|| fitted(&format!("{{ kind = \"{}\" }}", router.name), &trace, &labels, &how))
        };
        let bits = |fitted: Crossfitted| fitted.predicted.into_iter().flatten().map(f64::to_bits).collect::<Vec<_>>();
        assert_eq!(bits(with(1)?), bits(with(2)?), "{}", router.name);
    }
    Ok(())
}

#[test]
fn every_kind_of_router_learns_what_can_be_seen_and_survives_a_file() -> Result<()> {
    // e0 is right where x is above a half, e1 where it is not.
    let x = |query: usize| uniform(3, query);
    let trace = trace(vec![("x", (0..QUERIES).map(x).collect())]);
    let labels = labels(&[&|query: usize| x(query) > 0.5, &|query: usize| x(query) <= 0.5]);
    let all: Vec<usize> = (0..QUERIES).collect();
    for kind in ROUTERS {
        let how = How { max_rows: 1000, ..how() };
        let fitted = fitted(&format!("{{ kind = \"{}\" }}", kind.name), &trace, &labels, &how)?;
        let better = |query: &usize| (fitted.predicted[0][*query] > fitted.predicted[1][*query]) == (x(*query) > 0.5);
        let right = all.iter().filter(|query| better(query)).count() as f64 / QUERIES as f64;
        // A ranking of all queries cannot tell them apart; every other kind must.
        assert!(right > if kind.name == "bradley-terry" { 0.45 } else { 0.95 }, "{}: {right}", kind.name);
        let first = &fitted.routers[0];
        let again = (kind.load)(first.predictor.save()?)?;
        again.check(first.encoder.width(), 2)?;
        assert!(again.check(first.encoder.width(), 3).is_err(), "{}", kind.name);
        let copy = FittedRouter {
            encoder: first.encoder.clone(),
            predictor: again,
            calibrators: Vec::new(),
            fitted_on: Vec::new(),
            notes: Vec::new(),
        };
        assert_eq!(copy.predict(&trace, &all, 2)?, first.predict(&trace, &all, 2)?, "{}", kind.name);
    }
    Ok(())
}

#[test]
fn neither_order_nor_frequency_of_the_answers_turns_the_model_round() -> Result<()> {
    let fit = |answers: &[(f64, bool)]| {
        let features = ndarray::Array2::from_shape_fn((answers.len(), 1), |(row, _)| (answers[row].0 - 0.5) / 0.29);
        logistic::Model::fit(features, answers.iter().map(|(_, correct)| *correct).collect(), 1.0)
    };
    let chance = |model: &logistic::Model, x: f64| model.chance(ndarray::array![((x - 0.5) / 0.29) as f32].view());
    let x = |query: usize| uniform(3, query);
    let mut answers: Vec<(f64, bool)> = (0..400).map(|query| (x(query), x(query) + 0.5 * uniform(4, query) > 0.75)).collect();
    // As many correct as wrong answers: then the class that comes first is linfa's positive one.
    let surplus = answers.iter().filter(|(_, correct)| *correct).count() as i64 - 200;
    let common = surplus > 0;
    let mut extra = surplus.unsigned_abs() * 2;
    answers.retain(|(_, correct)| {
        let drop = *correct == common && extra > 0;
        extra -= u64::from(drop);
        !drop
    });
    let model = fit(&answers)?;
    answers.reverse();
    answers.sort_by_key(|(_, correct)| *correct);
    let sorted = fit(&answers)?;
    answers.reverse();
    let reversed = fit(&answers)?;
    for x in [0.1, 0.5, 0.9] {
        assert!((chance(&model, x) - chance(&sorted, x)).abs() < 5e-3 && (chance(&sorted, x) - chance(&reversed, x)).abs() < 5e-3);
    }
    assert!(chance(&model, 0.9) > 0.9 && chance(&model, 0.1) < 0.1);
    // With wrong answers in the majority, and in the minority.
    for keep in [false, true] {
        let every_third = |(index, answer): (usize, &(f64, bool))| (answer.1 == keep || index.is_multiple_of(3)).then_some(*answer);
        let skewed: Vec<_> = answers.iter().enumerate().filter_map(every_third).collect();
        let model = fit(&skewed)?;
        assert!(chance(&model, 0.95) > chance(&model, 0.05) + 0.5, "{keep}");
    }
    Ok(())
}

#[test]
fn fewer_queries_than_folds_are_an_error() {
    let error = crossfit::folds(&[0, 1, 2], 5, 1).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("3 queries") && error.contains("folds"), "{error}");
}

#[test]
fn a_sample_keeps_the_shares_of_the_answers() -> Result<()> {
    let trace = trace(vec![("x", (0..QUERIES).map(|query| uniform(3, query)).collect())]);
    let fitted = fitted(LOGISTIC, &trace, &labels(&[&|query: usize| query.is_multiple_of(10)]), &How { max_rows: 500, ..how() })?;
    // 50 of 500 rows are correct: the mean chance stays close to a tenth.
    assert!(fitted.routers.iter().all(|router| router.fitted_on.len() == 500));
    let mean = fitted.predicted[0].iter().sum::<f64>() / QUERIES as f64;
    assert!((mean - 0.1).abs() < 0.01, "{mean}");
    Ok(())
}
