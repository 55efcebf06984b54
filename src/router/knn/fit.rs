//! The fitted router: the references and what they say.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Zip};
use serde::{Deserialize, Serialize};

use super::{KnnParameters, Measure, Ties, Vote};
use crate::error::{Error, Result};
use crate::router::matrix;
use crate::router::nearest::References;
use crate::router::predictor::{Examples, Predicted, Predictor, fits, saved};

/// All that is saved of a fitted router.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fit {
    k: usize,
    metric: Measure,
    /// References x width; of length one for the cosine.
    #[serde(with = "matrix::features")]
    references: Array2<f32>,
    /// References x endpoints: scores or votes.
    #[serde(with = "matrix::answers")]
    answers: Array2<f64>,
    notes: Vec<String>,
}

/// A fitted router.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Fit")]
pub struct Knn {
    fit: Fit,
    /// Half of each reference's squared length, for the Euclidean distance.
    penalties: Option<Vec<f32>>,
    /// What is predicted where no neighbour says anything.
    overall: Vec<f64>,
}

impl TryFrom<Fit> for Knn {
    type Error = String;

    fn try_from(fit: Fit) -> std::result::Result<Knn, String> {
        let rows = fit.references.nrows();
        if fit.answers.nrows() != rows || !(1..=rows).contains(&fit.k) {
            return Err(format!("{} neighbours of {rows} references with {} answers", fit.k, fit.answers.nrows()));
        }
        let half = |row| (0.5 * matrix::squared_length(row)) as f32;
        let penalties = (fit.metric == Measure::Euclidean).then(|| fit.references.rows().into_iter().map(half).collect());
        let overall = fit.answers.columns().into_iter().map(|column| matrix::known_mean(column.iter().copied())).collect();
        Ok(Knn { fit, penalties, overall })
    }
}

impl Knn {
    /// Keeps the examples as references.
    ///
    /// # Errors
    /// Where there are fewer rows than neighbours, or no score of an endpoint is known.
    pub fn fit(parameters: &KnnParameters, examples: &Examples) -> Result<Knn> {
        let &KnnParameters { k, vote, ties, metric, references } = parameters;
        let rows = examples.features.nrows();
        if k > rows {
            return Err(Error::new("`k` is larger than the number of rows to fit on")
                .found(format!("k = {k}, {rows} rows"))
                .allowed(format!("1 to {rows}"))
                .hint("take a smaller `k`, or record more queries"));
        }
        matrix::numbers(examples.features)?;
        matrix::column_means(examples.scores, "score", examples.endpoints)?;
        let mut notes = vec![note(parameters, rows)];
        let answers = match vote {
            Vote::Mean => examples.scores.to_owned(),
            Vote::Best => votes(examples.scores, ties, &mut notes),
        };
        if rows == references {
            notes.push(format!("its references are at most {references} of the rows that it may be fitted on (`references`), a sample where there are more"));
        }
        let references = match metric {
            Measure::Cosine => matrix::unit(examples.features),
            Measure::Euclidean => examples.features.as_standard_layout().into_owned(),
        };
        let directionless = references.rows().into_iter().filter(|row| row.iter().all(|&cell| cell == 0.0)).count();
        if metric == Measure::Cosine && directionless > 0 {
            notes.push(format!("{directionless} of its references have features of zeros, and so similarity 0 to every query"));
        }
        Knn::try_from(Fit { k, metric, references, answers, notes }).map_err(Error::new)
    }

    /// Writes the means of the neighbours' answers.
    fn judge(&self, features: ArrayView2<f32>, out: &mut ArrayViewMut2<f64>) {
        let references = References { rows: self.fit.references.view(), penalties: self.penalties.as_deref() };
        let mut counts = vec![0u32; out.ncols()];
        references.nearest(features, self.fit.k, |query, near| {
            let mut means = out.row_mut(query);
            means.fill(0.0);
            counts.fill(0);
            // The similarity of a query without direction says nothing of who is near.
            if self.fit.metric == Measure::Euclidean || features.row(query).iter().any(|&cell| cell != 0.0) {
                for near in near {
                    let answers = self.fit.answers.row(near.row as usize);
                    Zip::from(&mut means).and(answers).and(&mut counts[..]).for_each(|sum, &answer, count| {
                        if !answer.is_nan() {
                            *sum += answer;
                            *count += 1;
                        }
                    });
                }
            }
            for ((mean, &count), &overall) in means.iter_mut().zip(&counts).zip(&self.overall) {
                *mean = if count == 0 { overall } else { *mean / f64::from(count) };
            }
        });
    }
}

impl Predictor for Knn {
    fn predict(&self, features: ArrayView2<f32>, mut out: ArrayViewMut2<f64>) -> Predicted {
        match self.fit.metric {
            Measure::Cosine => self.judge(matrix::unit(features).view(), &mut out),
            Measure::Euclidean => self.judge(features, &mut out),
        }
        Ok(())
    }

    fn save(&self) -> Result<serde_json::Value> {
        saved(&self.fit)
    }

    fn check(&self, width: usize, endpoints: usize) -> Result<()> {
        fits("columns of features", self.fit.references.ncols(), width)?;
        fits("columns of answers", self.fit.answers.ncols(), endpoints)
    }

    fn notes(&self) -> Vec<String> {
        self.fit.notes.clone()
    }
}

fn note(parameters: &KnnParameters, rows: usize) -> String {
    let what = match parameters.vote {
        Vote::Mean => "mean of their scores",
        Vote::Best => "share of them that an endpoint is best for, which is no chance of a correct answer",
    };
    let metric = match parameters.metric {
        Measure::Cosine => "cosine similarity",
        Measure::Euclidean => "Euclidean distance",
    };
    format!("kNN: {} nearest of {rows} references by {metric}, {what}", parameters.k)
}

/// References x endpoints: the part of its vote that a reference gives to each; NaN in a row where no
/// score is known.
fn votes(scores: ArrayView2<f64>, ties: Ties, notes: &mut Vec<String>) -> Array2<f64> {
    let mut votes = Array2::zeros(scores.raw_dim());
    let (mut tied, mut unknown) = (0, 0);
    for (scores, mut votes) in scores.rows().into_iter().zip(votes.rows_mut()) {
        let best = scores.iter().copied().fold(f64::NAN, f64::max);
        let winners: Vec<usize> = (0..scores.len()).filter(|&endpoint| scores[endpoint] == best).collect();
        tied += usize::from(winners.len() > 1);
        match (ties, winners.as_slice()) {
            (_, []) => {
                votes.fill(f64::NAN);
                unknown += 1;
            }
            (Ties::First, [first, ..]) => votes[*first] = 1.0,
            (Ties::Split, winners) => winners.iter().for_each(|&winner| votes[winner] = 1.0 / winners.len() as f64),
        }
    }
    let rule = match ties {
        Ties::First => "the endpoint listed first gets the vote",
        Ties::Split => "they split the vote",
    };
    if tied > 0 {
        notes.push(format!("in {tied} of {} references several endpoints are equally good: {rule}", scores.nrows()));
    }
    if unknown > 0 {
        notes.push(format!("{unknown} references without any known score have no vote"));
    }
    votes
}
