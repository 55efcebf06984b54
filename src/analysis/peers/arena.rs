//! RouterArena's score of accuracy and cost.

use serde::Serialize;

use super::{Better, Measure};

pub(super) const ARENA_SCORE: Measure = Measure {
    name: "arena-score",
    title: "Accuracy and cost in one number, RouterArena's ranking",
    formula: "(1 + b) A C / (b A + C), A the answer accuracy, b = 0.1, C = (log2 200 - log2 c) / (log2 200 - log2 0.0044), c in USD per 1,000 queries",
    source: "RouterArena, arXiv 2510.00202; compute_arena_score in llm_evaluation/run.py",
    needs: "answer accuracy and mean cost in USD",
    difference: Some("the first code takes any cost, the present one holds it between 0.0044 and 200: below, C is more than 1, above, negative. A cost of 0 is refused by both, and not defined here"),
    better: Better::Higher,
};

/// The constants of an arena score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ArenaScale {
    /// Weight of the cost.
    pub beta: f64,
    /// Cost that scores 1, in USD per 1,000 queries.
    pub cost_min: f64,
    /// Cost that scores 0, in USD per 1,000 queries.
    pub cost_max: f64,
    /// Whether a cost is held between the two, as the present code does.
    pub held: bool,
}

impl Default for ArenaScale {
    fn default() -> Self {
        ArenaScale { beta: 0.1, cost_min: 0.0044, cost_max: 200.0, held: true }
    }
}

/// The measure `arena-score`. `None` for an accuracy outside 0..1, a cost of 0 or one that is not known, and
/// where the formula divides by 0 (accuracy 0 at the largest cost).
pub fn arena_score(answer_accuracy: f64, usd_per_1000: f64, scale: &ArenaScale) -> Option<f64> {
    if !(0.0..=1.0).contains(&answer_accuracy) || !usd_per_1000.is_finite() || usd_per_1000 <= 0.0 {
        return None;
    }
    let cost = if scale.held { usd_per_1000.clamp(scale.cost_min, scale.cost_max) } else { usd_per_1000 };
    let cheapness = (scale.cost_max.log2() - cost.log2()) / (scale.cost_max.log2() - scale.cost_min.log2());
    let score = (1.0 + scale.beta) * answer_accuracy * cheapness / (scale.beta * answer_accuracy + cheapness);
    score.is_finite().then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_score() {
        let found = arena_score(0.751_895_767_1, 8.543_472_195_2, &ArenaScale::default()).unwrap();
        assert!((found - 0.658_647).abs() < 5e-7, "{found}");
    }

    #[test]
    fn the_ends_of_the_scale() {
        let held = ArenaScale::default();
        // C = 1 at the least cost: 1.1 A / (0.1 A + 1); beyond it nothing is gained, unless it is not held.
        assert!((arena_score(0.5, 0.0044, &held).unwrap() - 0.55 / 1.05).abs() < 1e-12);
        assert_eq!(arena_score(0.5, 0.001, &held), arena_score(0.5, 0.0044, &held));
        assert!(arena_score(0.5, 0.001, &ArenaScale { held: false, ..held }) > arena_score(0.5, 0.0044, &held));
        assert_eq!(arena_score(0.5, 200.0, &held), Some(0.0));
        let undefined = [(0.0, 200.0), (0.5, 0.0), (0.5, f64::NAN), (f64::NAN, 1.0), (1.5, 1.0)];
        assert!(undefined.iter().all(|&(accuracy, cost)| arena_score(accuracy, cost, &held).is_none()));
    }
}
