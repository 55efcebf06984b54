//! Fitting: logistic loss of pairs, minibatches, Adam. One thread; every number is a function of examples,
//! settings and seed.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::Factorised;
use crate::draw::{Draws, Stream};
use crate::error::{Error, Result};
use crate::router::calibrate::{sigma, softplus};
use crate::router::{Examples, games};

/// Queries of a minibatch.
const BATCH: usize = 64;
/// Adam's decay rates and guard against division by 0 (Kingma and Ba 2015, Algorithm 1).
const DECAY: [f64; 2] = [0.9, 0.999];
const GUARD: f32 = 1e-8;
/// A parameter, slope or mean slope below this is 0, far below what tells in a sum. A penalty leads to ever
/// smaller numbers, and products of those, below 1e-38, are slow to reckon with.
const NOTHING: f32 = 1e-12;

/// Checked parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub dimension: usize,
    pub epochs: usize,
    pub learning_rate: f64,
    pub l2: f64,
    pub normalise: bool,
    pub bias: bool,
}

/// The parameters of the model, or anything with a number for each of them.
#[derive(Debug, Clone)]
struct Factors {
    /// W₁: width x dimension.
    projection: Array2<f32>,
    /// b.
    bias: Array1<f32>,
    /// v: endpoints x dimension.
    models: Array2<f32>,
    /// w₂.
    weights: Array1<f32>,
}

/// Fits the factors and multiplies them out.
///
/// # Errors
/// Where no two endpoints differ in their scores on any query, or an endpoint is in no such pair.
pub(super) fn fit(settings: &Settings, examples: &Examples) -> Result<Factorised> {
    let (queries, pairs) = comparable(examples)?;
    let mut factors = Factors::start(settings, examples);
    let mut adam = Adam { moments: [factors.zeros(), factors.zeros()], steps: 0 };
    // Each pair weighs the same, whichever batch it is in.
    let share = queries.len() as f64 / (pairs as f64 * BATCH as f64);
    let steps = (queries.len().div_ceil(BATCH) * settings.epochs) as f64;
    let stream = Draws::new(examples.seed, 0).stream(Stream::PairOrder, 0);
    let mut order = queries.clone();
    let mut loss = 0.0;
    for epoch in 0..settings.epochs as u64 {
        order.sort_by_cached_key(|&row| (stream.bits(epoch << 32 | row as u64), row));
        loss = 0.0;
        for batch in order.chunks(BATCH) {
            crate::work::go_on();
            let (mut gradient, of_batch) = factors.gradient(settings, examples, batch, share);
            loss += of_batch;
            gradient.decay(&factors, settings);
            let rate = settings.learning_rate * (1.0 - adam.steps as f64 / steps);
            adam.step(&mut factors, gradient, rate);
        }
    }
    let (weights, intercepts) = factors.multiplied(settings);
    Ok(Factorised { weights, intercepts, pairs, queries: queries.len(), of: examples.scores.nrows(), loss: loss / pairs as f64 })
}

/// The rows with a pair of different scores, and the number of such pairs.
fn comparable(examples: &Examples) -> Result<(Vec<usize>, usize)> {
    let mut met = vec![false; examples.endpoints.len()];
    let (mut rows, mut pairs) = (Vec::new(), 0);
    for (row, scores) in examples.scores.rows().into_iter().enumerate() {
        let before = pairs;
        games::each(scores, |first, second, points| {
            if points != 0.5 {
                pairs += 1;
                (met[first], met[second]) = (true, true);
            }
        });
        if pairs > before {
            rows.push(row);
        }
    }
    let hint = "it learns from which of two answers to a query is better: record queries on which they differ, or leave the endpoint out";
    if pairs == 0 {
        let found = format!("{} queries, {} endpoints", examples.scores.nrows(), examples.endpoints.len());
        return Err(Error::new("no query has two endpoints with different scores").found(found).hint(hint));
    }
    if met.contains(&false) {
        let unmet = games::named(examples.endpoints.iter().zip(&met).filter(|(_, met)| !**met).map(|(id, _)| id));
        return Err(Error::new("an endpoint differs in its score from no other on any query").found(unmet).hint(hint));
    }
    Ok((rows, pairs))
}

impl Factors {
    /// Uniform numbers of variance 1 / (inputs of a sum); b starts at 0.
    fn start(settings: &Settings, examples: &Examples) -> Factors {
        let (width, endpoints) = (examples.features.ncols(), examples.scores.ncols());
        let dimension = settings.dimension;
        let draws = Draws::new(examples.seed, 0);
        let uniform = |which: u64, rows: usize, columns: usize, inputs: usize| {
            let stream = draws.stream(Stream::PairStart, 0);
            let reach = (3.0 / inputs.max(1) as f64).sqrt();
            let cell = |(row, column)| reach * (2.0 * stream.uniform(which << 48 | (row * columns + column) as u64) - 1.0);
            Array2::from_shape_fn((rows, columns), |at| cell(at) as f32)
        };
        Factors {
            projection: uniform(0, width, dimension, width),
            bias: Array1::zeros(dimension),
            models: uniform(1, endpoints, dimension, dimension),
            weights: uniform(2, 1, dimension, dimension).remove_axis(Axis(0)),
        }
    }

    fn zeros(&self) -> Factors {
        let zeros = |of: &Array2<f32>| Array2::zeros(of.raw_dim());
        let dimension = self.weights.len();
        Factors {
            projection: zeros(&self.projection),
            bias: Array1::zeros(dimension),
            models: zeros(&self.models),
            weights: Array1::zeros(dimension),
        }
    }

    /// The numbers in memory, part by part; all parts are made here, in standard layout.
    fn parts(&mut self) -> [&mut [f32]; 4] {
        let Factors { projection, bias, models, weights } = self;
        [projection.as_slice_mut(), bias.as_slice_mut(), models.as_slice_mut(), weights.as_slice_mut()].map(Option::unwrap_or_default)
    }

    /// The model vectors as they are used, and their lengths.
    fn vectors(&self, settings: &Settings) -> (Array2<f32>, Vec<f32>) {
        let mut vectors = self.models.clone();
        let mut lengths = vec![1.0; vectors.nrows()];
        if settings.normalise {
            for (mut vector, length) in vectors.rows_mut().into_iter().zip(&mut lengths) {
                // As in PyTorch's `normalize`.
                *length = vector.dot(&vector).sqrt().max(1e-12);
                vector /= *length;
            }
        }
        (vectors, lengths)
    }

    /// Gradient of the batch's loss, `share` times the sum over its pairs, and that sum.
    fn gradient(&self, settings: &Settings, examples: &Examples, batch: &[usize], share: f64) -> (Factors, f64) {
        let features = examples.features.select(Axis(0), batch);
        let hidden = features.dot(&self.projection) + &self.bias;
        let (vectors, lengths) = self.vectors(settings);
        let heads = &vectors * &self.weights;
        let strengths = hidden.dot(&heads.t());
        let (pull, loss) = pulls(examples.scores, batch, strengths.view(), share);
        let to_hidden = pull.dot(&heads);
        let to_heads = pull.t().dot(&hidden);
        let mut models = &to_heads * &self.weights;
        if settings.normalise {
            // Along the vector itself there is no slope.
            for ((mut slope, vector), length) in models.rows_mut().into_iter().zip(vectors.rows()).zip(lengths) {
                let along = slope.dot(&vector);
                slope.zip_mut_with(&vector, |slope, cell| *slope = (*slope - along * cell) / length);
            }
        }
        let gradient = Factors {
            projection: standard(features.t().dot(&to_hidden)),
            bias: if settings.bias { to_hidden.sum_axis(Axis(0)) } else { Array1::zeros(settings.dimension) },
            models: standard(models),
            weights: (&to_heads * &vectors).sum_axis(Axis(0)),
        };
        (gradient, loss)
    }

    /// Adds the slope of half the squared parameters, `l2` times.
    fn decay(&mut self, factors: &Factors, settings: &Settings) {
        let l2 = settings.l2 as f32;
        self.projection.scaled_add(l2, &factors.projection);
        self.bias.scaled_add(l2, &factors.bias);
        self.models.scaled_add(l2, &factors.models);
        self.weights.scaled_add(l2, &factors.weights);
    }

    /// δ as a weighted sum of the features for each endpoint, less the mean over endpoints.
    fn multiplied(&self, settings: &Settings) -> (Vec<Vec<f64>>, Vec<f64>) {
        let heads = (&self.vectors(settings).0 * &self.weights).mapv(f64::from);
        let less_mean = |mut of_endpoints: Array2<f64>| {
            if let Some(mean) = of_endpoints.mean_axis(Axis(0)) {
                of_endpoints -= &mean;
            }
            of_endpoints
        };
        let weights = less_mean(heads.dot(&self.projection.mapv(f64::from).t()));
        let intercepts = less_mean(heads.dot(&self.bias.mapv(f64::from)).insert_axis(Axis(1)));
        (weights.rows().into_iter().map(|row| row.to_vec()).collect(), intercepts.into_iter().collect())
    }
}

/// In row-major order, as matrix products are not always.
fn standard(array: Array2<f32>) -> Array2<f32> {
    if array.is_standard_layout() { array } else { array.as_standard_layout().into_owned() }
}

/// Slope of the loss −ln σ(δ_winner − δ_loser), `share` times its sum over the pairs of a batch, by each
/// strength, and that sum.
fn pulls(scores: ArrayView2<f64>, batch: &[usize], strengths: ArrayView2<f32>, share: f64) -> (Array2<f32>, f64) {
    let mut pull = Array2::zeros(strengths.raw_dim());
    let mut loss = 0.0;
    for ((&row, strengths), mut pull) in batch.iter().zip(strengths.rows()).zip(pull.rows_mut()) {
        games::each(scores.row(row), |first, second, points| {
            if points != 0.5 {
                let (winner, loser) = if points > 0.5 { (first, second) } else { (second, first) };
                let lead = f64::from(strengths[winner]) - f64::from(strengths[loser]);
                let slope = (share * sigma(-lead)) as f32;
                pull[winner] -= slope;
                pull[loser] += slope;
                loss += softplus(-lead);
            }
        });
    }
    (pull, loss)
}

fn something(number: f32) -> f32 {
    // Not `>`: what is no number stays so.
    if number.abs() < NOTHING { 0.0 } else { number }
}

/// Adam's running moments of the gradient.
struct Adam {
    moments: [Factors; 2],
    steps: u64,
}

impl Adam {
    fn step(&mut self, factors: &mut Factors, mut gradient: Factors, rate: f64) {
        self.steps += 1;
        let unbiased = DECAY.map(|decay| 1.0 - decay.powi(self.steps.min(1_000_000) as i32));
        let rate = (rate / unbiased[0]) as f32;
        let scale = (1.0 / unbiased[1]) as f32;
        let keep = DECAY.map(|decay| decay as f32);
        let [first, second] = &mut self.moments;
        let parts = factors.parts().into_iter().zip(gradient.parts()).zip(first.parts().into_iter().zip(second.parts()));
        for ((cells, slopes), (firsts, seconds)) in parts {
            for ((cell, slope), (first, second)) in cells.iter_mut().zip(slopes).zip(firsts.iter_mut().zip(seconds)) {
                let slope = something(*slope);
                *first = something(keep[0] * *first + (1.0 - keep[0]) * slope);
                *second = (keep[1] * *second + (1.0 - keep[1]) * slope * slope).max(NOTHING * NOTHING);
                *cell = something(*cell - rate * *first / ((*second * scale).sqrt() + GUARD));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gradient_is_the_slope_of_the_loss() {
        // By central differences at every number, for the paper's form and the code's.
        let draws = Draws::new(5, 0).stream(Stream::Verdict, 0);
        let draw = |which: u64, (row, column): (usize, usize)| draws.uniform(which << 32 | (row * 10 + column) as u64);
        let features = Array2::from_shape_fn((40, 3), |at| (4.0 * draw(0, at) - 2.0) as f32);
        let scores = Array2::from_shape_fn((40, 3), |at| draw(1, at).round());
        let endpoints = ["a", "b", "c"].map(str::to_owned);
        let examples =
            Examples { features: features.view(), scores: scores.view(), costs: scores.view(), endpoints: &endpoints, seed: 1 };
        let batch: Vec<usize> = (0..40).collect();
        for normalise in [true, false] {
            let settings = Settings { dimension: 4, epochs: 1, learning_rate: 0.1, l2: 0.0, normalise, bias: true };
            let mut factors = Factors::start(&settings, &examples);
            factors.bias.fill(0.3);
            let (mut gradient, _) = factors.gradient(&settings, &examples, &batch, 1.0);
            let slopes = gradient.parts().map(|part| part.to_vec());
            for (part, slopes) in slopes.iter().enumerate() {
                assert!(slopes.iter().any(|slope| slope.abs() > 0.1), "part {part} matters");
                for (cell, slope) in slopes.iter().enumerate() {
                    let loss = |step: f32| {
                        let mut moved = factors.clone();
                        moved.parts()[part][cell] += step;
                        moved.gradient(&settings, &examples, &batch, 1.0).1
                    };
                    let difference = (loss(5e-3) - loss(-5e-3)) / 1e-2;
                    assert!((difference - f64::from(*slope)).abs() < 0.02, "part {part}, cell {cell}: {difference} {slope}");
                }
            }
        }
    }
}
