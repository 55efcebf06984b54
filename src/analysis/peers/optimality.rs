//! RouterArena: how near a router comes to the cheapest right model.

use serde::Serialize;

use super::check::same_length;
use super::{Answers, Better, Measure};
use crate::error::{Error, Result};

pub(super) const OPTIMAL_SELECTION: Measure = Measure {
    name: "optimal-selection",
    title: "How often the cheapest right model is chosen",
    formula: "over queries that some model gets right (score 1): share in which the router's model is the cheapest right one",
    source: "RouterArena, arXiv 2510.00202; compute_optimality_from_predictions in llm_evaluation/run.py",
    needs: "scores and costs of every model on the same queries, and the router's choices",
    difference: Some("one version of the code divides by the queries that the router gets right: given beside it (selection_when_right)"),
    better: Better::Higher,
};

pub(super) const OPTIMAL_COST: Measure = Measure {
    name: "optimal-cost",
    title: "What the cheapest right models cost, as a part of what the router spends",
    formula: "over queries that the router gets right: sum of the cheapest right model's cost / sum of the router's cost",
    source: OPTIMAL_SELECTION.source,
    needs: OPTIMAL_SELECTION.needs,
    difference: Some("the code's doc comment says average ratio, the code takes the ratio of sums; queries that the router gets wrong are left out, so that cheap wrong answers cannot lift it above 1"),
    better: Better::Higher,
};

pub(super) const OPTIMAL_ACCURACY: Measure = Measure {
    name: "optimal-accuracy",
    title: "Answer accuracy where some model is right",
    formula: "over queries that some model gets right: sum of the router's scores / sum of the right models' scores",
    source: OPTIMAL_SELECTION.source,
    needs: OPTIMAL_SELECTION.needs,
    difference: Some("one version of the code looks only at queries that the router gets right, where the ratio is always 1; the published leaderboard's values are of the other"),
    better: Better::Higher,
};

/// How near a router comes to the cheapest right model, see the measures `optimal-*`. What has nothing to
/// divide by is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Optimality {
    /// Queries that some model gets right.
    pub solvable: usize,
    /// Of these, queries that the router gets right.
    pub right: usize,
    /// Share of the solvable ones in which the router's model is the cheapest right one.
    pub selection: Option<f64>,
    /// The same share of those that the router gets right.
    pub selection_when_right: Option<f64>,
    /// Cost of the cheapest right models over the router's, where the router is right.
    pub cost: Option<f64>,
    /// The router's scores over the right models', over the solvable ones.
    pub accuracy: Option<f64>,
}

/// The measures `optimal-selection`, `optimal-cost` and `optimal-accuracy`. `choices` has the router's model
/// for each query; right is a score of at least `correct_at` (1 in RouterArena). Of equally cheap right
/// models the first listed is the optimal one, as in the code.
///
/// # Errors
/// Another number of choices than queries, a model that is not there, or answers without costs.
pub fn optimality(answers: &Answers, choices: &[usize], correct_at: f64) -> Result<Optimality> {
    same_length("the choices", choices.len(), "the scores", answers.queries())?;
    let mut sums = Sums::default();
    for (query, &chosen) in choices.iter().enumerate() {
        if chosen >= answers.models() {
            let allowed = format!("0 to {}", answers.models() - 1);
            return Err(Error::new("no such model").at(format!("the choice of query {query} (from 0)")).found(chosen).allowed(allowed));
        }
        let cost = |model: usize| answers.cost(model, query).ok_or_else(|| Error::new("the cheapest right model needs costs").found("none"));
        let right = (0..answers.models()).filter(|&model| answers.score(model, query) >= correct_at);
        let mut cheapest: Option<(usize, f64)> = None;
        for model in right {
            let cost = cost(model)?;
            if cheapest.is_none_or(|(_, least)| cost < least) {
                cheapest = Some((model, cost));
            }
        }
        if let Some((best, least)) = cheapest {
            let is_right = answers.score(chosen, query) >= correct_at;
            sums.add(answers.score(chosen, query), answers.score(best, query), chosen == best, is_right.then_some((cost(chosen)?, least)));
        }
    }
    Ok(sums.finish())
}

#[derive(Default)]
struct Sums {
    solvable: usize,
    right: usize,
    hits: usize,
    score: f64,
    best_score: f64,
    cost: f64,
    least_cost: f64,
}

impl Sums {
    fn add(&mut self, score: f64, best_score: f64, is_best: bool, costs_if_right: Option<(f64, f64)>) {
        self.solvable += 1;
        self.hits += usize::from(is_best);
        self.score += score;
        self.best_score += best_score;
        if let Some((cost, least)) = costs_if_right {
            self.right += 1;
            self.cost += cost;
            self.least_cost += least;
        }
    }

    fn finish(&self) -> Optimality {
        let share = |over: f64, under: f64| (under > 0.0).then(|| over / under);
        Optimality {
            solvable: self.solvable,
            right: self.right,
            selection: share(self.hits as f64, self.solvable as f64),
            selection_when_right: share(self.hits as f64, self.right as f64),
            cost: share(self.least_cost, self.cost),
            accuracy: share(self.score, self.best_score),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optimality_by_hand() {
        // Right: query 0 both (b is cheaper), 1 a alone, 2 nobody, 3 both (a is cheaper), 4 b alone.
        let (a, b) = ([1.0, 1.0, 0.5, 1.0, 0.0], [1.0, 0.0, 0.0, 1.0, 1.0]);
        let (cost_a, cost_b) = ([4.0, 4.0, 4.0, 2.0, 4.0], [1.0, 1.0, 1.0, 8.0, 1.0]);
        let answers = Answers::new(vec![&a, &b], Some(vec![&cost_a, &cost_b])).unwrap();
        let found = optimality(&answers, &[0, 0, 0, 1, 0], 1.0).unwrap();
        // Choices: right and dear, best, -, right and dear, wrong.
        assert_eq!((found.solvable, found.right, found.selection), (4, 3, Some(0.25)));
        assert_eq!((found.selection_when_right, found.accuracy), (Some(1.0 / 3.0), Some(0.75)));
        assert_eq!(found.cost, Some((1.0 + 4.0 + 2.0) / (4.0 + 4.0 + 8.0)));
        let best = optimality(&answers, &[1, 0, 1, 0, 1], 1.0).unwrap();
        assert_eq!((best.selection, best.cost, best.accuracy), (Some(1.0), Some(1.0), Some(1.0)));
        assert!(optimality(&answers, &[2, 0, 0, 0, 0], 1.0).is_err() && optimality(&answers, &[0], 1.0).is_err());
        assert!(optimality(&Answers::new(vec![&a], None).unwrap(), &[0; 5], 1.0).is_err());
        // Nobody is right: there is nothing to divide by.
        let nobody = optimality(&answers, &[0; 5], 1.5).unwrap();
        assert_eq!((nobody.solvable, nobody.selection, nobody.cost, nobody.accuracy), (0, None, None, None));
    }
}
