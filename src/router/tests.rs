use super::*;
use crate::draw::{Draws, Stream};
use crate::error::Result;
use crate::trace::{Column, Feature, Names, Queries, Trace, TraceInfo};

const QUERIES: usize = 4000;
const HOW: CrossFit = CrossFit { folds: 5, max_rows: 100_000, l2: 1.0, seed: 1 };

fn uniform(which: u64, query: usize) -> f64 {
    Draws::new(7, 0).stream(Stream::Verdict, which).uniform(query as u64)
}

fn rows() -> Vec<u32> {
    (0..QUERIES as u32).collect()
}

fn features(columns: Vec<(&str, Vec<f64>)>) -> Result<Features> {
    let features = columns.into_iter().map(|(name, cells)| (name.to_owned(), Feature::Number(Column::from_vec(cells)))).collect();
    let queries = Queries { rows: rows(), features, ..Queries::default() };
    Features::new(&Trace { info: TraceInfo::default(), queries, outcomes: Vec::new(), fingerprint: String::new() }, MissingFeatures::Mean)
}

fn label(answer: impl Fn(usize) -> bool) -> Vec<Label> {
    vec![Label { name: "e".to_owned(), answers: (0..QUERIES).map(|query| Some(answer(query))).collect() }]
}

fn coin(query: usize) -> bool {
    uniform(1, query) < 0.5
}

fn loss(chance: f64, answer: bool) -> f64 {
    -(if answer { chance } else { 1.0 - chance }).ln()
}

#[test]
fn a_feature_that_leaks_on_the_judged_fold_alone_does_not_help() -> Result<()> {
    let fold = crossfit::folds(&rows(), &HOW)?;
    // The label itself on fold 0, a coin of its own elsewhere.
    let leak = |query: usize| f64::from(if fold[query] == 0 { coin(query) } else { uniform(2, query) < 0.5 });
    let features = features(vec![("leak", (0..QUERIES).map(leak).collect())])?;
    let fitted = crossfit(&features, &label(coin), &rows(), &HOW)?;
    let judged: Vec<usize> = (0..QUERIES).filter(|&query| fold[query] == 0).collect();
    let mean =
        |chance: &dyn Fn(usize) -> f64| judged.iter().map(|&query| loss(chance(query), coin(query))).sum::<f64>() / judged.len() as f64;
    let honest = mean(&|query| fitted.chances[0][query]);
    // ln 2 = 0.693 for a coin. A correlation by chance among 3,200 rows is 1/sqrt(3,200) = 0.018,
    // log odds of 0.035, which moves the loss by 0.018.
    assert!(honest > 0.64, "{honest}");
    // A model of the other folds was fitted on fold 0, and the leak helps it there: correlation 1/4
    // of its rows, log odds of about 0.5, loss of about -ln 0.62 = 0.47.
    let dishonest = mean(&|query| fitted.models[0][1].chance(&[leak(query)]));
    assert!(dishonest < 0.58, "{dishonest}");
    Ok(())
}

#[test]
fn what_is_not_there_is_not_learnt() -> Result<()> {
    let features = features(vec![("noise", (0..QUERIES).map(|query| uniform(3, query)).collect())])?;
    let labels = label(coin);
    let fitted = crossfit(&features, &labels, &rows(), &HOW)?;
    let (own, share) = fitted.log_loss(0, &labels[0].answers).unwrap_or_default();
    // Each fitted weight costs about 1/(2n) on other rows: nothing to gain but luck of that size.
    assert!(own > share - 0.001 && own < share + 0.005, "{own} {share}");
    Ok(())
}

#[test]
fn chances_are_the_true_ones() -> Result<()> {
    // Correct with log odds 4 x - 2 for x uniform: the fit must find them from 3,200 rows (standard
    // error of the slope about 0.15, of the chance at the middle about 0.01).
    let x = |query: usize| uniform(3, query);
    let answer = |query: usize| uniform(4, query) < 1.0 / (1.0 + (2.0 - 4.0 * x(query)).exp());
    let features = features(vec![("x", (0..QUERIES).map(x).collect())])?;
    let fitted = crossfit(&features, &label(answer), &rows(), &HOW)?;
    for model in &fitted.models[0] {
        let error = |x: f64| (model.chance(&[x]) - 1.0 / (1.0 + (2.0 - 4.0 * x).exp())).abs();
        assert!(error(0.5) < 0.04 && error(0.1) < 0.06 && error(0.9) < 0.06 && model.unfinished.is_none(), "{model:?}");
    }
    Ok(())
}

#[test]
fn any_number_of_threads_gives_the_same_bits() -> Result<()> {
    let columns =
        vec![("x", (0..QUERIES).map(|query| uniform(3, query)).collect()), ("y", (0..QUERIES).map(|query| uniform(4, query)).collect())];
    let features = features(columns)?;
    let mut labels = label(|query| uniform(3, query) + uniform(5, query) > 1.0);
    labels.extend(label(coin));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(|error| crate::Error::new(error.to_string()))?;
        pool.install(|| crossfit(&features, &labels, &rows(), &CrossFit { max_rows: 1000, ..HOW }))
    };
    let bits = |fitted: Fitted| fitted.chances.into_iter().flatten().map(f64::to_bits).collect::<Vec<_>>();
    assert_eq!(bits(with(1)?), bits(with(2)?));
    Ok(())
}

#[test]
fn neither_order_nor_frequency_of_the_answers_turns_the_model_round() -> Result<()> {
    let fit = |answers: &[(f64, bool)]| {
        let features = ndarray::Array2::from_shape_fn((answers.len(), 1), |(row, _)| answers[row].0);
        Model::fit(Rows { features, correct: answers.iter().map(|(_, correct)| *correct).collect() }, 1.0)
    };
    let x = |query: usize| uniform(3, query);
    let mut answers: Vec<(f64, bool)> = (0..400).map(|query| (x(query), x(query) + 0.5 * uniform(4, query) > 0.75)).collect();
    // As many correct as wrong answers: then the class that comes first is linfa's positive one.
    let surplus = answers.iter().filter(|(_, correct)| *correct).count() as i64 - 200;
    let common = surplus > 0;
    let mut extra = surplus.unsigned_abs() * 2;
    answers.retain(|(_, correct)| {
        if *correct == common && extra > 0 {
            extra -= 1;
            false
        } else {
            true
        }
    });
    let model = fit(&answers)?;
    answers.reverse();
    answers.sort_by_key(|(_, correct)| *correct);
    let sorted = fit(&answers)?;
    answers.reverse();
    let reversed = fit(&answers)?;
    for x in [0.1, 0.5, 0.9] {
        assert!((model.chance(&[x]) - sorted.chance(&[x])).abs() < 5e-3 && (sorted.chance(&[x]) - reversed.chance(&[x])).abs() < 5e-3);
    }
    assert!(model.chance(&[0.9]) > 0.9 && model.chance(&[0.1]) < 0.1);
    // With wrong answers in the majority, and in the minority.
    for keep in [false, true] {
        let mut seen = 0;
        let skewed: Vec<_> = answers
            .iter()
            .filter(|(_, correct)| {
                seen += 1;
                *correct == keep || seen % 3 == 0
            })
            .copied()
            .collect();
        let model = fit(&skewed)?;
        assert!(model.chance(&[0.95]) > model.chance(&[0.05]) + 0.5, "{keep}");
    }
    Ok(())
}

#[test]
fn constant_and_missing_cells_make_no_nan() -> Result<()> {
    let x = |query: usize| if query.is_multiple_of(7) { f64::NAN } else { uniform(3, query) };
    let features =
        features(vec![("constant", vec![0.1; QUERIES]), ("x", (0..QUERIES).map(x).collect()), ("none", vec![f64::NAN; QUERIES])])?;
    assert_eq!(features.width, 2, "a column without any cell is none");
    assert!(features.notes.iter().any(|note| note.starts_with("feature `x`: 572 of 4000 missing")), "{:?}", features.notes);
    let fitted = crossfit(&features, &label(|query| uniform(3, query) > 0.4), &rows(), &HOW)?;
    assert!(fitted.chances[0].iter().all(|chance| (0.0..=1.0).contains(chance)));
    // A missing cell is the mean of the rows fitted on: log odds as in the middle.
    let model = &fitted.models[0][0];
    assert!((model.chance(&[0.1, f64::NAN]) - model.chance(&[0.1, 0.5])).abs() < 0.2);
    Ok(())
}

#[test]
fn missing_cells_are_an_error_where_nothing_else_is_said() {
    let category = Names::new([Some("a"), None, Some("b")].into_iter());
    let tokens = Some(Column::from_vec(vec![1.0, 2.0, f64::NAN]));
    let queries = Queries { rows: vec![0, 1, 2], category: Some(category), input_tokens: tokens, ..Queries::default() };
    let trace = Trace { info: TraceInfo::default(), queries, outcomes: Vec::new(), fingerprint: String::new() };
    let error = Features::new(&trace, MissingFeatures::Require).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(
        error.contains("feature `input_tokens`") && error.contains("feature `category`") && error.contains("1 of 3 missing"),
        "{error}"
    );
}

#[test]
fn names_become_a_number_each_and_unknown_ones_none() -> Result<()> {
    // 64 names of two queries each are kept; the 65th, of one query, counts as unknown.
    let names: Vec<String> = (0..129).map(|query| format!("n{}", query / 2)).collect();
    let dataset = Some(Names::new(names.iter().map(|name| Some(name.as_str()))));
    let queries = Queries { rows: (0..129).collect(), dataset, prompts: Some(vec![Some("a 1?".into()); 129]), ..Queries::default() };
    let trace = Trace { info: TraceInfo::default(), queries, outcomes: Vec::new(), fingerprint: String::new() };
    let features = Features::new(&trace, MissingFeatures::Require)?;
    // 64 names and five counts: ln(1 + n) of 4 characters, 1 digit, 2 words, 1 question mark, 0 fences.
    assert_eq!(features.width, 69);
    let mut row = vec![0.0; 69];
    features.row(3, &mut row);
    assert_eq!((row[1], row[..64].iter().sum::<f64>()), (1.0, 1.0));
    assert_eq!(row[64..], [4.0, 1.0, 2.0, 1.0, 0.0].map(f64::ln_1p));
    features.row(128, &mut row);
    assert_eq!(row[..64].iter().sum::<f64>(), 0.0);
    assert!(features.notes.iter().any(|note| note.contains("1 rarer names, of 1 queries")), "{:?}", features.notes);
    Ok(())
}

#[test]
fn fewer_queries_than_folds_are_an_error() {
    let error = crossfit::folds(&[0, 1, 2], &HOW).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("3 queries") && error.contains("folds"), "{error}");
}

#[test]
fn a_sample_keeps_the_shares_of_the_answers() -> Result<()> {
    let features = features(vec![("x", (0..QUERIES).map(|query| uniform(3, query)).collect())])?;
    let fitted = crossfit(&features, &label(|query| query % 10 == 0), &rows(), &CrossFit { max_rows: 500, ..HOW })?;
    // 50 of 500 rows are correct: the mean chance stays close to a tenth.
    assert!(fitted.fitted_on[0].iter().all(|count| count.abs_diff(500) <= 1), "{:?}", fitted.fitted_on);
    let mean = fitted.chances[0].iter().sum::<f64>() / QUERIES as f64;
    assert!((mean - 0.1).abs() < 0.01, "{mean}");
    Ok(())
}
