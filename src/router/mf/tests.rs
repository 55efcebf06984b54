use super::*;
use crate::draw::{Draws, Stream};
use crate::router::calibrate::{logit, sigma};
use ndarray::{Array2, ArrayView1, Axis};

fn uniform(which: u64, key: usize) -> f64 {
    2.0 * Draws::new(5, 0).stream(Stream::Verdict, which).uniform(key as u64) - 1.0
}

/// `width` features of variance 1 or so, and scores by a function of them.
fn simulated(rows: usize, width: usize, endpoints: usize, score: impl Fn(ArrayView1<f32>, usize, usize) -> f64) -> (Array2<f32>, Array2<f64>) {
    let features = Array2::from_shape_fn((rows, width), |(row, column)| (3f64.sqrt() * uniform(column as u64, row)) as f32);
    let scores = Array2::from_shape_fn((rows, endpoints), |(row, endpoint)| score(features.row(row), endpoint, row));
    (features, scores)
}

fn router(parameters: &str) -> Result<Box<dyn Router>> {
    Problems::of_router(&format!("kind = \"mf\"\n{parameters}"), KIND.read)
}

fn fit(parameters: &str, features: &Array2<f32>, scores: &Array2<f64>, seed: u64) -> Result<Box<dyn Predictor>> {
    let endpoints: Vec<String> = (0..scores.ncols()).map(|index| format!("e{index}")).collect();
    router(parameters)?.fit(&Examples { features: features.view(), scores: scores.view(), costs: scores.view(), endpoints: &endpoints, seed })
}

fn predicted(predictor: &dyn Predictor, features: ArrayView2<f32>, endpoints: usize) -> Array2<f64> {
    let mut out = Array2::from_elem((features.nrows(), endpoints), f64::NAN);
    predictor.predict(features, out.view_mut()).unwrap();
    out
}

fn message<T>(result: Result<T>) -> String {
    result.err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn it_learns_which_endpoint_is_better_where() -> Result<()> {
    // The first is better where x > 0, the second where x < 0; a third is worst throughout. One feature tells, two do not.
    let score = |row: ArrayView1<f32>, endpoint: usize, _| match endpoint {
        0 => f64::from(row[0] > 0.0),
        1 => f64::from(row[0] < 0.0),
        _ => -1.0,
    };
    let (features, scores) = simulated(1500, 3, 3, score);
    let (seen, new) = features.view().split_at(Axis(0), 1000);
    let seen_scores = scores.view().split_at(Axis(0), 1000).0.to_owned();
    for parameters in ["dimension = 8", "dimension = 8\nnormalise = false", "dimension = 8\nbias = false"] {
        let fitted = fit(parameters, &seen.to_owned(), &seen_scores, 1)?;
        let out = predicted(fitted.as_ref(), new, 3);
        let held_out = || out.rows().into_iter().zip(new.rows());
        let right = held_out().filter(|(own, row)| (own[0] > own[1]) == (row[0] > 0.0)).count();
        assert!(right > 475, "{parameters}: {right} of 500");
        // Where the features are near 0, only b can say that an endpoint is worse on average.
        let near: Vec<bool> = held_out().filter(|(_, row)| row[0].abs() < 0.4).map(|(own, _)| own[2] < own[0].min(own[1])).collect();
        let worst = near.iter().filter(|worst| **worst).count();
        let expected = if parameters.contains("bias") { 0..near.len() / 2 } else { near.len() * 19 / 20..near.len() + 1 };
        assert!(expected.contains(&worst), "{parameters}: {worst} of {}", near.len());
        assert!(out.iter().all(|quality| (0.0..=1.0).contains(quality)));
    }
    Ok(())
}

#[test]
fn win_rates_are_those_behind_the_pairs() -> Result<()> {
    // The first beats the second with log odds 1.5 x + 0.5: the difference of the fitted strengths.
    let odds = |row: ArrayView1<f32>| 1.5 * f64::from(row[0]) + 0.5;
    let score = |row: ArrayView1<f32>, endpoint: usize, key: usize| f64::from((uniform(9, key) < 2.0 * sigma(odds(row)) - 1.0) == (endpoint == 0));
    let (features, scores) = simulated(4000, 2, 2, score);
    let fitted = fit("dimension = 4\nepochs = 10", &features, &scores, 1)?;
    let out = predicted(fitted.as_ref(), features.view(), 2);
    let errors = out.rows().into_iter().zip(features.rows()).map(|(own, row)| {
        // The parts of both are opposite: of two endpoints the mean is taken out.
        assert!((own[0] + own[1] - 1.0).abs() < 1e-9);
        (sigma(logit(own[0]) - logit(own[1])) - sigma(odds(row))).abs()
    });
    // Three fitted numbers from 4,000 pairs: errors of about sqrt(3/4000)/2 = 0.014.
    let mean = errors.sum::<f64>() / 4000.0;
    assert!(mean < 0.03, "{mean}");
    Ok(())
}

#[test]
fn seeds_decide_everything() -> Result<()> {
    let (features, scores) = simulated(300, 3, 3, |row, endpoint, key| f64::from(row[endpoint]) + uniform(30, key) * endpoint as f64);
    let bits = |seed: u64, parameters: &str| -> Result<Vec<u64>> {
        let fitted = fit(parameters, &features, &scores, seed)?;
        Ok(predicted(fitted.as_ref(), features.view(), 3).iter().map(|quality| quality.to_bits()).collect())
    };
    assert_eq!(bits(1, "epochs = 2\ndimension = 4")?, bits(1, "epochs = 2\ndimension = 4")?);
    assert_ne!(bits(1, "epochs = 2\ndimension = 4")?, bits(2, "epochs = 2\ndimension = 4")?);
    Ok(())
}

#[test]
fn a_factorisation_comes_back_as_it_was_saved() -> Result<()> {
    let (features, mut scores) = simulated(200, 3, 3, |row, endpoint, _| f64::from(row[endpoint] > 0.0));
    // Queries without a pair of known, different scores are left out, and counted.
    for ((row, endpoint), score) in scores.indexed_iter_mut().filter(|((row, _), _)| *row < 60) {
        *score = if row >= 50 { 1.0 } else if endpoint > 0 { f64::NAN } else { *score };
    }
    let fitted = fit("epochs = 2\ndimension = 4", &features, &scores, 1)?;
    let again = (KIND.load)(serde_json::from_str(&fitted.save()?.to_string()).unwrap())?;
    assert_eq!(predicted(again.as_ref(), features.view(), 3), predicted(fitted.as_ref(), features.view(), 3));
    let pairs: usize = (60..200)
        .map(|row| {
            let right = (0..3).filter(|&endpoint| scores[[row, endpoint]] == 1.0).count();
            right * (3 - right)
        })
        .sum();
    let notes = fitted.notes();
    assert!(notes[0].contains(&format!("{pairs} pairs")) && notes[0].contains("of 200 queries"), "{notes:?}");
    assert!(message((KIND.load)(serde_json::json!({"weights": []}))).contains("another form"));
    Ok(())
}

#[test]
fn nothing_to_compare_is_an_error() {
    let features = Array2::<f32>::zeros((5, 2));
    let text = message(fit("", &features, &Array2::from_elem((5, 2), 1.0), 1));
    assert!(text.contains("no query has two endpoints with different scores") && text.contains("5 queries, 2 endpoints"), "{text}");
    let mut scores = Array2::from_elem((5, 3), 1.0);
    scores.column_mut(1).fill(0.0);
    scores.column_mut(2).fill(f64::NAN);
    let text = message(fit("", &features, &scores, 1));
    assert!(text.contains("`e2`"), "{text}");
    // A feature that is no number must not pass for a fit.
    let apart = Array2::from_shape_fn((5, 2), |(_, endpoint)| endpoint as f64);
    let text = message(fit("epochs = 1", &Array2::from_elem((5, 2), f32::NAN), &apart, 1));
    assert!(text.contains("did not stay finite"), "{text}");
}

#[test]
fn parameters_are_checked_all_at_once() {
    let text = message(router("dimension = 0\nlearning_rate = 2.0"));
    assert!(text.contains("test.toml, line 4, column 13") && text.contains("`dimension` is out of range"), "{text}");
    assert!(text.contains("`learning_rate`") && text.contains("line 5"), "{text}");
    assert!(message(router("noise = 0.1")).contains("noise"));
}
