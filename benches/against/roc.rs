//! A score column at every distinct threshold: shares of the wrong and of the right that are accepted.

use std::hint::black_box;

use wattroute::analysis::falling::Falling;

use crate::side::{Figures, Settings, Side};

/// The columns of scikit-learn's `roc_curve`, from the point where nothing is accepted.
struct Roc {
    wrong: Vec<f64>,
    right: Vec<f64>,
    thresholds: Vec<f64>,
}

fn roc(scores: &[f64], labels: &[f64]) -> Roc {
    assert!(scores.iter().all(|score| score.is_finite()), "scores are known");
    let positive: f64 = labels.iter().sum();
    let negative = labels.len() as f64 - positive;
    let mut roc = Roc { wrong: vec![0.0], right: vec![0.0], thresholds: vec![f64::INFINITY] };
    for column in [&mut roc.wrong, &mut roc.right, &mut roc.thresholds] {
        column.reserve(scores.len());
    }
    for step in Falling::of(scores).steps(|row| labels[row]) {
        roc.wrong.push((step.accepted as f64 - step.gain) / negative);
        roc.right.push(step.gain / positive);
        roc.thresholds.push(step.threshold);
    }
    roc
}

fn figures(roc: &Roc) -> Figures {
    let steps = roc.wrong.windows(2).zip(roc.right.windows(2));
    let area = steps.map(|(wrong, right)| (wrong[1] - wrong[0]) * f64::midpoint(right[0], right[1])).sum();
    let sum = |column: &[f64]| column.iter().sum::<f64>();
    let named = [
        ("points", roc.wrong.len() as f64),
        ("false", sum(&roc.wrong)),
        ("true", sum(&roc.right)),
        ("thresholds", sum(&roc.thresholds[1..])),
        ("area", area),
    ];
    named.map(|(name, figure)| (name.to_owned(), vec![figure])).into()
}

pub fn curve(settings: &Settings) -> Side {
    let file = settings.file("roc.f64");
    let bytes = std::fs::read(&file).expect("the columns can be read");
    let numbers: Vec<f64> = bytes.as_chunks().0.iter().map(|bytes| f64::from_le_bytes(*bytes)).collect();
    let (scores, labels) = numbers.split_at(numbers.len() / 2);
    let (scores, labels) = (scores.to_vec(), labels.to_vec());
    let result = figures(&roc(&scores, &labels));
    Side::new(result, move || drop(black_box(roc(black_box(&scores), &labels))))
}
