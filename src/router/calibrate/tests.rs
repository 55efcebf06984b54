use super::*;
use crate::draw::{Draws, Stream};

fn uniform(which: u64, key: usize) -> f64 {
    Draws::new(11, 0).stream(Stream::Verdict, which).uniform(key as u64)
}

/// True chances spread over 0.05..0.95, and labels drawn with them.
fn simulated(count: usize) -> (Vec<f64>, Vec<f64>) {
    let chance: Vec<f64> = (0..count).map(|key| 0.05 + 0.9 * uniform(0, key)).collect();
    let label = chance.iter().enumerate().map(|(key, &chance)| f64::from(uniform(1, key) < chance)).collect();
    (chance, label)
}

fn points(pairs: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
    match isotonic(pairs.to_vec()) {
        Calibrator::Isotonic { predicted, label } => (predicted, label),
        other => panic!("{other:?}"),
    }
}

#[test]
fn violators_are_pooled_by_hand() {
    // Labels 0 1 0 1 1 0 at 0.1 … 0.6. 1, 0 at 0.2, 0.3 pool to 1/2; 1, 1, 0 at 0.4 to 0.6 to 2/3.
    let labels = [0.0, 1.0, 0.0, 1.0, 1.0, 0.0];
    let pairs: Vec<(f64, f64)> = labels.iter().enumerate().map(|(index, label)| ((index + 1) as f64 / 10.0, *label)).collect();
    let (predicted, label) = points(&pairs);
    assert_eq!(predicted, [0.1, 0.2, 0.3, 0.4, 0.6]);
    let third = 2.0 / 3.0;
    assert_eq!(label, [0.0, 0.5, 0.5, third, third]);
    // Flat outside and over a block, straight between blocks.
    let curve = Calibrator::Isotonic { predicted, label };
    for (prediction, wanted) in [(0.0, 0.0), (0.1, 0.0), (0.15, 0.25), (0.25, 0.5), (0.35, (0.5 + third) / 2.0), (0.5, third), (1.0, third)]
    {
        assert!((curve.apply(prediction) - wanted).abs() < 1e-12, "{prediction}: {}", curve.apply(prediction));
    }
    assert!(curve.apply(f64::NAN).is_nan());
}

#[test]
fn equal_predictions_are_pooled_first() {
    // At 0.5 labels 1 and 0, in either order: 1/2. Without pooling, 0 then 1 would stay apart.
    for pairs in [[(0.5, 0.0), (0.5, 1.0), (0.9, 1.0)], [(0.5, 1.0), (0.9, 1.0), (0.5, 0.0)]] {
        assert_eq!(points(&pairs), (vec![0.5, 0.9], vec![0.5, 1.0]));
    }
}

#[test]
fn isotonic_is_the_monotone_curve_of_least_squares() {
    // The min-max formula (Robertson et al. 1988): at i the largest over starts of the least over ends of means.
    let (chance, label) = simulated(60);
    let mut pairs: Vec<(f64, f64)> = chance.into_iter().zip(label).collect();
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
    let curve = isotonic(pairs.clone());
    let mean = |from: usize, to: usize| pairs[from..=to].iter().map(|(_, y)| y).sum::<f64>() / (to - from + 1) as f64;
    for (index, (prediction, _)) in pairs.iter().enumerate() {
        let least = |from: usize| (index..pairs.len()).map(|to| mean(from, to)).fold(f64::INFINITY, f64::min);
        let wanted = (0..=index).map(least).fold(f64::NEG_INFINITY, f64::max);
        assert!((curve.apply(*prediction) - wanted).abs() < 1e-12, "{index}");
    }
}

#[test]
fn both_methods_find_the_chance_behind_a_distorted_prediction() {
    let (chance, label) = simulated(40_000);
    let squared: Vec<f64> = chance.iter().map(|p| p * p).collect();
    // p² is no sigmoid of the log odds of p, yet close to one over this range; what Platt assumes is
    // σ(2 logit p + 1).
    let bent: Vec<f64> = chance.iter().map(|p| sigma(2.0 * logit(*p) + 1.0)).collect();
    for (method, predicted, worst) in [
        (Calibration::Isotonic, &squared, 0.03),
        (Calibration::Isotonic, &bent, 0.03),
        (Calibration::Platt, &bent, 0.015),
        (Calibration::Platt, &squared, 0.04),
    ] {
        let curve = Calibrator::fit(method, predicted, &label).unwrap();
        let errors = chance.iter().zip(predicted).map(|(chance, own)| (curve.apply(*own) - chance).abs());
        let mean = errors.clone().sum::<f64>() / 40_000.0;
        // A block of the isotonic curve has hundreds of labels: single points are off by up to some hundredths.
        let largest = errors.fold(0.0, f64::max);
        assert!(mean < worst / 2.0 && largest < 2.0 * worst, "{method:?}: mean {mean}, largest {largest}");
        let before = squared.iter().zip(&chance).map(|(own, chance)| (own - chance).abs()).sum::<f64>() / 40_000.0;
        assert!(before > 0.1, "the prediction itself is off by {before}");
    }
    // Platt's slope and intercept are those that undo the bend: z = 2 l + 1, l = z/2 − 1/2.
    let Calibrator::Platt { slope, intercept } = Calibrator::fit(Calibration::Platt, &bent, &label).unwrap() else { panic!() };
    assert!((slope - 0.5).abs() < 0.02 && (intercept + 0.5).abs() < 0.04, "{slope} {intercept}");
}

#[test]
fn platt_meets_its_smoothed_targets() {
    // Two predictions, 10 labels each: the sigmoid goes through the mean target of each. At 0.2 two of ten are 1,
    // at 0.8 eight: 10 of each in all, so targets are 11/12 and 1/12.
    let predicted: Vec<f64> = (0..20).map(|row| if row < 10 { 0.2 } else { 0.8 }).collect();
    let label: Vec<f64> = (0..20).map(|row| f64::from(row % 10 < if row < 10 { 2 } else { 8 })).collect();
    let curve = Calibrator::fit(Calibration::Platt, &predicted, &label).unwrap();
    let low = (2.0 * 11.0 + 8.0) / 120.0;
    assert!((curve.apply(0.2) - low).abs() < 1e-9 && (curve.apply(0.8) - (1.0 - low)).abs() < 1e-9, "{curve:?}");
    // Scores between: y counts as y of a 1 and 1 − y of a 0, so that means are all that matter.
    let graded: Vec<f64> = (0..20).map(|row| if row < 10 { 0.2 } else { 0.8 }).collect();
    let of_scores = Calibrator::fit(Calibration::Platt, &predicted, &graded).unwrap();
    assert!((of_scores.apply(0.2) - low).abs() < 1e-9, "{of_scores:?}");
}

#[test]
fn curves_never_fall_and_stay_within_0_and_1() {
    let (chance, label) = simulated(500);
    for method in [Calibration::None, Calibration::Platt, Calibration::Isotonic] {
        let curve = Calibrator::fit(method, &chance, &label).unwrap();
        let values: Vec<f64> = (0..=1000).map(|step| curve.apply(f64::from(step) / 1000.0)).collect();
        assert!(values.windows(2).all(|pair| pair[0] <= pair[1]), "{method:?}");
        assert!(values.iter().all(|value| (0.0..=1.0).contains(value)), "{method:?}");
        let json = serde_json::to_string(&curve).unwrap();
        assert_eq!(serde_json::from_str::<Calibrator>(&json).unwrap(), curve);
    }
    // Upside down: no curve that never falls says more than the mean.
    let upside: Vec<f64> = chance.iter().map(|p| 1.0 - p).collect();
    let mean = label.iter().sum::<f64>() / 500.0;
    for method in [Calibration::Platt, Calibration::Isotonic] {
        let curve = Calibrator::fit(method, &upside, &label).unwrap();
        assert!((curve.apply(0.5) - mean).abs() < 0.06 && curve.apply(0.9) - curve.apply(0.1) < 0.15, "{curve:?}");
    }
    let constant = Calibrator::fit(Calibration::Platt, &[0.3; 500], &label).unwrap();
    assert!((constant.apply(0.3) - mean).abs() < 0.005, "{constant:?}");
}

#[test]
fn certain_predictions_do_not_break_a_fit() {
    // Exact 0 and 1, as of a few neighbours, right 9 times of 10.
    let predicted: Vec<f64> = (0..200).map(|row| f64::from(row % 2)).collect();
    let label: Vec<f64> = (0..200).map(|row| f64::from((row % 2 == 1) != (row % 20 < 2))).collect();
    let platt = Calibrator::fit(Calibration::Platt, &predicted, &label).unwrap();
    assert!((platt.apply(1.0) - 0.9).abs() < 0.01 && (platt.apply(0.0) - 0.1).abs() < 0.01, "{platt:?}");
}

#[test]
fn too_little_to_calibrate_by_is_an_error() {
    let error = |predicted: &[f64], label: &[f64]| {
        let fitted = Calibrator::fit(Calibration::Isotonic, predicted, label);
        fitted.err().map(|error| error.to_string()).unwrap_or_default()
    };
    let mut few = vec![f64::NAN; 30];
    few[..19].fill(1.0);
    let text = error(&[0.5; 30], &few);
    assert!(text.contains("19 of 30") && text.contains("20 and more") && text.contains("hint"), "{text}");
    let text = error(&[0.5; 30], &[1.0; 30]);
    assert!(text.contains("30 labels, all 1") && text.contains("calibrate"), "{text}");
    let text = error(&[0.5; 30], &[1.0; 29]);
    assert!(text.contains("30 predictions, 29 labels"), "{text}");
    assert_eq!(Calibrator::fit(Calibration::None, &[0.5], &[1.0]).unwrap().apply(0.7), 0.7);
}
