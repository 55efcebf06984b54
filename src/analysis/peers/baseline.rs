//! LLMRouterBench's baselines: the best model of each data set, and a model at random.

use serde::Serialize;

use super::check::{known, mean, same_length};
use super::{Better, Measure};
use crate::error::{Error, Result};

pub(super) const MAX_EXPERT: Measure = Measure {
    name: "max-expert",
    title: "The best model of each data set, chosen in hindsight",
    formula: "for each data set the model of highest mean score answers all of it; mean over all queries, and mean of the data sets' means",
    source: "LLMRouterBench, arXiv 2601.07206, Max Expert; baselines/aggregators.py",
    needs: "scores (and costs) of every model on the same queries, and each query's data set",
    difference: Some("the papers' tables average over data sets, the code prints that and the mean over queries: both are given. Of equally good models the first listed"),
    better: Better::Higher,
};

pub(super) const RANDOM: Measure = Measure {
    name: "random",
    title: "A model at random for each query",
    formula: "mean over queries of the mean over models of the score; the cost alike",
    source: "LLMRouterBench, arXiv 2601.07206, Random Router; baselines/aggregators.py",
    needs: MAX_EXPERT.needs,
    difference: Some("the code draws once with seed 42; this is what it draws on average"),
    better: Better::Higher,
};

/// What every model scored on the same queries, and what it cost.
#[derive(Debug, Clone)]
pub struct Answers<'a> {
    scores: Vec<&'a [f64]>,
    costs: Option<Vec<&'a [f64]>>,
}

impl<'a> Answers<'a> {
    /// From a column of scores for each model and, where they are known, as many columns of costs.
    ///
    /// # Errors
    /// No models, no queries, columns of different lengths, or a number that is not known: a model that did
    /// not answer a query is to be left out, or the query.
    pub fn new(scores: Vec<&'a [f64]>, costs: Option<Vec<&'a [f64]>>) -> Result<Self> {
        let Some(first) = scores.first().map(|column| column.len()) else {
            return Err(Error::new("there is nothing to measure").found("no models"));
        };
        if let Some(costs) = &costs {
            same_length("the columns of costs", costs.len(), "the models", scores.len())?;
        }
        let columns = |what: &'static str, columns: &[&'a [f64]]| {
            columns.iter().enumerate().try_for_each(|(model, column)| {
                let what = format!("{what} of model {model} (from 0)");
                known(&what, column)?;
                same_length(&what, column.len(), "model 0", first)
            })
        };
        columns("the scores", &scores)?;
        columns("the costs", costs.as_deref().unwrap_or_default())?;
        Ok(Answers { scores, costs })
    }

    /// How many queries there are; at least one.
    pub fn queries(&self) -> usize {
        self.scores[0].len()
    }

    /// How many models there are; at least one.
    pub fn models(&self) -> usize {
        self.scores.len()
    }

    /// The score of a model on a query.
    pub fn score(&self, model: usize, query: usize) -> f64 {
        self.scores[model][query]
    }

    /// The cost of a model on a query, where costs are known.
    pub fn cost(&self, model: usize, query: usize) -> Option<f64> {
        self.costs.as_ref().map(|costs| costs[model][query])
    }

    /// The scores of all models on a query.
    pub(super) fn scores_of(&self, query: usize) -> impl Iterator<Item = f64> + '_ {
        self.scores.iter().map(move |column| column[query])
    }
}

/// What a baseline delivers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Baseline {
    /// Mean score over all queries.
    pub answer_accuracy: f64,
    /// Mean over the data sets of their mean scores; `None` where the baseline knows no data sets.
    pub dataset_accuracy: Option<f64>,
    /// Mean cost of a query; `None` where costs are not known.
    pub cost: Option<f64>,
}

/// The measure `max-expert`. `datasets` has each query's data set as a number of any kind.
///
/// # Errors
/// Another number of data sets than queries.
pub fn max_expert(answers: &Answers, datasets: &[u32]) -> Result<Baseline> {
    same_length("the data sets", datasets.len(), "the scores", answers.queries())?;
    let mut order: Vec<usize> = (0..datasets.len()).collect();
    order.sort_by_key(|&query| datasets[query]);
    let (mut score, mut means, mut cost) = (0.0, Vec::new(), answers.costs.as_ref().map(|_| 0.0));
    for group in order.chunk_by(|&a, &b| datasets[a] == datasets[b]) {
        let sum = |model: usize| group.iter().map(|&query| answers.score(model, query)).sum::<f64>();
        let (expert, best) = (1..answers.models())
            .map(|model| (model, sum(model)))
            .fold((0, sum(0)), |best, other| if other.1 > best.1 { other } else { best });
        score += best;
        means.push(best / group.len() as f64);
        let spent: Option<f64> = group.iter().map(|&query| answers.cost(expert, query)).sum();
        cost = cost.zip(spent).map(|(cost, spent)| cost + spent);
    }
    let queries = answers.queries() as f64;
    Ok(Baseline { answer_accuracy: score / queries, dataset_accuracy: Some(mean(&means)), cost: cost.map(|cost| cost / queries) })
}

/// The measure `random`: each model with the same probability.
pub fn random(answers: &Answers) -> Baseline {
    let over_all = |columns: &[&[f64]]| columns.iter().map(|column| mean(column)).sum::<f64>() / columns.len() as f64;
    Baseline { answer_accuracy: over_all(&answers.scores), dataset_accuracy: None, cost: answers.costs.as_deref().map(over_all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_hand() {
        // Data set 7: queries 0, 1, 3; data set 2: query 2. Model 0 is better on 7 (2/3), model 1 on 2 (1).
        let (a, b) = ([1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0]);
        let (cost_a, cost_b) = ([1.0, 2.0, 3.0, 4.0], [10.0, 20.0, 30.0, 40.0]);
        let answers = Answers::new(vec![&a, &b], Some(vec![&cost_a, &cost_b])).unwrap();
        let found = max_expert(&answers, &[7, 7, 2, 7]).unwrap();
        let wanted = Baseline { answer_accuracy: 0.75, dataset_accuracy: Some((2.0 / 3.0 + 1.0) / 2.0), cost: Some((7.0 + 30.0) / 4.0) };
        assert_eq!(found, wanted);
        assert_eq!(random(&answers), Baseline { answer_accuracy: 0.5, dataset_accuracy: None, cost: Some(13.75) });
        // A tie goes to the first listed, whose costs are paid; one data set is the best single model.
        assert_eq!(max_expert(&answers, &[0; 4]).unwrap().cost, Some(2.5));
        let unpriced = Answers::new(vec![&a, &b], None).unwrap();
        assert_eq!((max_expert(&unpriced, &[0; 4]).unwrap().cost, random(&unpriced).cost), (None, None));
    }

    #[test]
    fn an_answer_that_is_missing_is_told() {
        let (full, gap) = ([1.0, 0.0], [1.0, f64::NAN]);
        let error = Answers::new(vec![&full, &gap], None).unwrap_err();
        assert!(error.to_string().contains("the scores of model 1 (from 0), query 1"), "{error}");
        assert!(Answers::new(vec![&full], Some(vec![&gap])).is_err() && Answers::new(Vec::new(), None).is_err());
        assert!(Answers::new(vec![&full, &full[..1]], None).is_err());
        assert!(max_expert(&Answers::new(vec![&full], None).unwrap(), &[0]).is_err());
    }
}
