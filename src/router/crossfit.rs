//! Cross-fitting: every query is judged by models that were not fitted on it.

use rayon::prelude::*;

use super::features::Features;
use super::logistic::{Model, Rows};
use crate::draw::{Draws, Stream};
use crate::error::{Error, Result};

/// How to cross-fit.
#[derive(Debug, Clone, Copy)]
pub struct CrossFit {
    /// Parts that the queries are split into, by a hash of their row numbers.
    pub folds: usize,
    /// Rows that a model is fitted on at most, a sample with both answers in their shares.
    pub max_rows: usize,
    /// Weight of the penalty; see [`Model::fit`].
    pub l2: f64,
    /// Seed of folds and samples.
    pub seed: u64,
}

/// What is to be predicted of each query.
#[derive(Debug, Clone)]
pub struct Label {
    /// Its name, for errors.
    pub name: String,
    /// The answer for each query; `None` where it is not known: such a query is judged, and nothing
    /// is fitted on it.
    pub answers: Vec<Option<bool>>,
}

/// What cross-fitting gives.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The fold of each query; its models were fitted on the other folds.
    pub fold: Vec<u32>,
    /// For each label the chance that it is true, for each query.
    pub chances: Vec<Vec<f64>>,
    /// For each label the models, one a fold.
    pub models: Vec<Vec<Model>>,
    /// For each label the rows that each model was fitted on.
    pub fitted_on: Vec<Vec<usize>>,
}

impl Fitted {
    /// Mean log loss of a label's chances over the queries whose answer is known, and that of the
    /// label's overall share, which a useful model is below. `None` where no answer is known.
    pub fn log_loss(&self, label: usize, answers: &[Option<bool>]) -> Option<(f64, f64)> {
        let known = || self.chances[label].iter().zip(answers).filter_map(|(chance, answer)| Some((*chance, (*answer)?)));
        let count = known().count() as f64;
        let share = known().filter(|(_, answer)| *answer).count() as f64 / count;
        let loss = |chance: f64, answer: bool| -(if answer { chance } else { 1.0 - chance }).ln();
        let mean = |chance: fn(f64, f64) -> f64| known().map(|(own, answer)| loss(chance(own, share), answer)).sum::<f64>() / count;
        (count > 0.0).then(|| (mean(|own, _| own), mean(|_, share| share)))
    }
}

/// The fold of each query.
///
/// # Errors
/// Where there are fewer queries than folds, or a fold is left empty by chance.
pub fn folds(rows: &[u32], how: &CrossFit) -> Result<Vec<u32>> {
    let stream = Draws::new(how.seed, 0).stream(Stream::Fold, 0);
    let fold: Vec<u32> = rows.iter().map(|&row| stream.below(u64::from(row), how.folds) as u32).collect();
    let filled = (0..how.folds as u32).filter(|part| fold.contains(part)).count();
    if filled < how.folds {
        return Err(Error::new("too few queries to cross-fit")
            .found(format!("{} queries, which fill {filled} of {} folds", rows.len(), how.folds))
            .hint("take fewer `folds`, or record more queries"));
    }
    Ok(fold)
}

/// Fits a model to each label and fold and judges every query by those that were not fitted on it.
/// `rows` are the queries' row numbers.
///
/// # Errors
/// See [`folds`]; and where no answer is left to fit on.
pub fn crossfit(features: &Features, labels: &[Label], rows: &[u32], how: &CrossFit) -> Result<Fitted> {
    let fold = folds(rows, how)?;
    let pairs: Vec<(usize, u32)> = (0..labels.len()).flat_map(|label| (0..how.folds as u32).map(move |part| (label, part))).collect();
    // Collected in order, so that the number of threads changes nothing.
    let fits: Vec<(Model, usize)> = pairs
        .into_par_iter()
        .map(|(label, part)| {
            let known = (0..rows.len()).filter(|&position| fold[position] != part);
            let known: Vec<(usize, bool)> = known.filter_map(|position| Some((position, labels[label].answers[position]?))).collect();
            let sample = sampled(known, rows, how);
            if sample.is_empty() {
                return Err(Error::new("no answer to fit on").at(format!("`{}`, all folds but number {part}", labels[label].name)));
            }
            let model = Model::fit(gather(features, &sample), how.l2);
            Ok((model.map_err(|error| error.at(format!("`{}`, all folds but number {part}", labels[label].name)))?, sample.len()))
        })
        .collect::<Result<_>>()?;
    let mut models = Vec::new();
    let mut fitted_on = Vec::new();
    for of_label in fits.chunks(how.folds) {
        models.push(of_label.iter().map(|(model, _)| model.clone()).collect::<Vec<_>>());
        fitted_on.push(of_label.iter().map(|(_, count)| *count).collect());
    }
    let chances = models.par_iter().map(|models| judge(features, models, &fold)).collect();
    Ok(Fitted { fold, chances, models, fitted_on })
}

/// The chances of all queries, each by the model of its fold.
fn judge(features: &Features, models: &[Model], fold: &[u32]) -> Vec<f64> {
    let mut row = vec![0.0; features.width];
    let mut chance = |(position, part): (usize, &u32)| {
        features.row(position, &mut row);
        models[*part as usize].chance(&row)
    };
    fold.iter().enumerate().map(&mut chance).collect()
}

fn gather(features: &Features, sample: &[(usize, bool)]) -> Rows {
    let mut cells = ndarray::Array2::zeros((sample.len(), features.width));
    let mut buffer = vec![0.0; features.width];
    for (mut row, &(position, _)) in cells.rows_mut().into_iter().zip(sample) {
        features.row(position, &mut buffer);
        row.iter_mut().zip(&buffer).for_each(|(cell, value)| *cell = *value);
    }
    Rows { features: cells, correct: sample.iter().map(|(_, correct)| *correct).collect() }
}

/// At most so many rows, drawn by a hash of their numbers, with each answer in its share.
fn sampled(known: Vec<(usize, bool)>, rows: &[u32], how: &CrossFit) -> Vec<(usize, bool)> {
    if known.len() <= how.max_rows {
        return known;
    }
    let stream = Draws::new(how.seed, 0).stream(Stream::Fit, 0);
    let share = how.max_rows as f64 / known.len() as f64;
    let mut sample = Vec::with_capacity(how.max_rows);
    for answer in [false, true] {
        let mut of_answer: Vec<(u64, usize)> = (known.iter().filter(|(_, correct)| *correct == answer))
            .map(|&(position, _)| (stream.bits(u64::from(rows[position])), position))
            .collect();
        let wanted = (of_answer.len() as f64 * share).round().max(1.0) as usize;
        of_answer.sort_unstable();
        sample.extend(of_answer.into_iter().take(wanted).map(|(_, position)| (position, answer)));
    }
    sample.sort_unstable();
    sample
}
