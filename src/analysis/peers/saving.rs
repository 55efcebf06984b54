//! What a router gains over the best single model, and what it saves at the same accuracy.

use super::check::ROUNDING;
use super::{Better, Hull, Measure, Point, Points};

pub(super) const PERFORMANCE_GAIN: Measure = Measure {
    name: "performance-gain",
    title: "The most accurate setting of a router against the best single model",
    formula: "(largest answer accuracy over a router's settings) / (answer accuracy of the best single model) - 1",
    source: "LLMRouterBench, arXiv 2601.07206, PerfGain; README of its repository",
    needs: "answer accuracy at a router's settings and of every single model",
    difference: Some(
        "the authors' text says improvement without its unit and their code for it is not public; relative is how their Avengers-Pro (arXiv 2508.12631) counts its 7%. The best single model is the best on the queries measured, in hindsight",
    ),
    better: Better::Higher,
};

pub(super) const COST_SAVING: Measure = Measure {
    name: "cost-saving",
    title: "Cost saved at the accuracy of the best single model",
    formula: "1 - (least cost of a router's settings that are at least as accurate as the best single model) / (cost of that model)",
    source: "FrugalGPT, arXiv 2305.05176; LLMRouterBench, arXiv 2601.07206, CostSave",
    needs: "cost and answer accuracy at a router's settings and of every single model",
    difference: Some(
        "not defined where no setting is as accurate: LLMRouterBench says comparable accuracy, which a tolerance below the best model stands for (0 by default). Of equally accurate single models the cheapest is the best one",
    ),
    better: Better::Higher,
};

pub(super) const QUALITY_NEUTRAL_COST: Measure = Measure {
    name: "quality-neutral-cost",
    title: "Cost needed for the accuracy of the best single model, as a part of its cost",
    formula: "least cost at which the non-decreasing hull of a router's settings reaches the best single model's accuracy, divided by that model's cost",
    source: "Universal model routing, arXiv 2502.08773, QNC",
    needs: COST_SAVING.needs,
    difference: Some("settings may be mixed by a coin (the hull), as the Zero router does; where they may not it is 1 - cost-saving"),
    better: Better::Lower,
};

pub(super) const REFERENCE_VALUE: Measure = Measure {
    name: "reference-value",
    title: "V_R: answer accuracy against a reference model's",
    formula: "(answer accuracy of a router) / (answer accuracy of a strong reference model, GPT-4 in the paper)",
    source: "RouterEval, arXiv 2503.10657, V_R",
    needs: "answer accuracy of a router and of a reference model on the same queries",
    difference: Some("the code prints accuracy, V_B and E_p; the reference's accuracy is a constant of the paper's tables"),
    better: Better::Higher,
};

pub(super) const BEST_SINGLE_VALUE: Measure = Measure {
    name: "best-single-value",
    title: "V_B: answer accuracy against the best single model's",
    formula: "(answer accuracy of a router) / (answer accuracy of the best single model of the pool)",
    source: "RouterEval, arXiv 2503.10657, V_B; router/R_o/r_o_router.py",
    needs: "answer accuracy of a router and of every single model on the same queries",
    difference: Some("the best single model is chosen on the queries measured, in hindsight, in the code too"),
    better: Better::Higher,
};

/// An accuracy against another: V_R against a reference model's, V_B against the best single model's.
/// `None` where one is not known or the other is 0.
pub fn ratio_to(accuracy: f64, reference: f64) -> Option<f64> {
    (accuracy.is_finite() && reference.is_finite() && reference > 0.0).then(|| accuracy / reference)
}

/// The measure `performance-gain`, relative. `None` where the best single model gets nothing right.
pub fn performance_gain(router: &Points, singles: &Points) -> Option<f64> {
    ratio_to(router.best().quality, singles.best().quality).map(|ratio| ratio - 1.0)
}

/// The least cost of a setting that reaches a quality, without mixing; `None` where none does.
pub fn cost_to_reach(router: &Points, quality: f64) -> Option<f64> {
    let reaching = router.as_slice().iter().filter(|point| point.quality >= quality - ROUNDING).map(|point| point.cost);
    reaching.min_by(f64::total_cmp)
}

/// The measure `cost-saving` against the best of some single models; `tolerance` is how much less accurate
/// a setting may be, as a fraction. `None` where no setting reaches it or the model is free.
pub fn cost_saving(router: &Points, singles: &Points, tolerance: f64) -> Option<f64> {
    let Point { cost, quality } = singles.best();
    let reached = cost_to_reach(router, quality - tolerance)?;
    (cost > 0.0).then(|| 1.0 - reached / cost)
}

/// The measure `quality-neutral-cost`. `None` where no mix of settings reaches the best single model's
/// quality or that model is free.
pub fn quality_neutral_cost(router: &Points, singles: &Points) -> Option<f64> {
    let Point { cost, quality } = singles.best();
    let reached = Hull::of(router).cost_of(quality)?;
    (cost > 0.0).then(|| reached / cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(points: &[(f64, f64)]) -> Points {
        Points::new(points.iter().map(|&(cost, quality)| Point::new(cost, quality)).collect()).unwrap()
    }

    #[test]
    fn by_hand() {
        let singles = points(&[(1.0, 0.5), (10.0, 0.8), (12.0, 0.8)]);
        let router = points(&[(1.5, 0.6), (9.0, 0.88), (4.0, 0.8), (20.0, 0.85)]);
        assert!((performance_gain(&router, &singles).unwrap() - 0.1).abs() < 1e-12);
        // The best single model is the one at cost 10; the setting at cost 4 is as accurate.
        assert!((cost_saving(&router, &singles, 0.0).unwrap() - 0.6).abs() < 1e-12);
        assert!((cost_saving(&router, &singles, 0.25).unwrap() - 0.85).abs() < 1e-12);
        assert!((quality_neutral_cost(&router, &singles).unwrap() - 0.4).abs() < 1e-12);
        // Mixing (1.5, 0.6) and (9, 0.88) reaches 0.8 at 1.5 + 7.5 * 0.2 / 0.28, without the one at 4.
        let mixed = quality_neutral_cost(&points(&[(1.5, 0.6), (9.0, 0.88)]), &singles).unwrap();
        assert!((mixed - (1.5 + 7.5 * 0.2 / 0.28) / 10.0).abs() < 1e-12);
        assert_eq!(ratio_to(0.6, 0.8), Some(0.6 / 0.8));
        // The same accuracy, summed in another order.
        let rounded = points(&[(4.0, 0.8 - 1e-15)]);
        assert_eq!((cost_saving(&rounded, &singles, 0.0), quality_neutral_cost(&rounded, &singles)), (Some(0.6), Some(0.4)));
    }

    #[test]
    fn what_is_never_reached_saves_nothing_known() {
        let singles = points(&[(10.0, 0.8)]);
        let router = points(&[(1.0, 0.7)]);
        assert_eq!((cost_saving(&router, &singles, 0.0), quality_neutral_cost(&router, &singles)), (None, None));
        // A free model has no cost to save.
        assert_eq!(cost_saving(&router, &points(&[(0.0, 0.5)]), 0.0), None);
        assert_eq!((ratio_to(0.5, 0.0), ratio_to(f64::NAN, 0.5)), (None, None));
        // The best single model as its own router saves nothing, and needs all of its cost.
        assert_eq!((cost_saving(&singles, &singles, 0.0), quality_neutral_cost(&singles, &singles)), (Some(0.0), Some(1.0)));
    }
}
