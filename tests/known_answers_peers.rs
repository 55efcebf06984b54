//! The measures of routers' papers on real files, against figures that others published or computed.
//! `WATTROUTE_DATA` names the folder with the files; their licences are in its README.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/real.rs"]
mod real;

use real::{data, trace};
use wattroute::analysis::peers::{
    Answers, ArenaScale, Hull, MixedOracle, Pair, Point, Points, arena_score, max_expert, mixed_oracle, optimality, random, robustness,
};
use wattroute::trace::import::ImportOptions;
use wattroute::trace::{Metric, Trace};

/// A column of every endpoint, in the trace's order.
fn columns(trace: &Trace, metric: Metric) -> Vec<Vec<f64>> {
    (0..trace.outcomes.len()).map(|endpoint| trace.metric(endpoint, metric).unwrap().iter().collect()).collect()
}

/// The column of one endpoint.
fn column(trace: &Trace, id: &str, metric: Metric) -> Vec<f64> {
    let endpoint = trace.endpoints().position(|(endpoint, _)| endpoint.id == id).unwrap();
    trace.metric(endpoint, metric).unwrap().iter().collect()
}

fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

fn close(found: impl Into<Option<f64>>, wanted: f64, tolerance: f64) {
    let found = found.into().expect("a known value");
    assert!((found - wanted).abs() <= tolerance, "found {found}, wanted {wanted}");
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routellm_mmlu() {
    let drop_prompts = Some(data("routellm/mmlu_contaminated_prompts.jsonl"));
    let trace = trace("routellm", &["routellm/mmlu"], &ImportOptions { drop_prompts, ..ImportOptions::default() });
    let weak = column(&trace, "mixtral-8x7b-instruct-v0.1", Metric::Score);
    let strong = column(&trace, "gpt-4-1106-preview", Metric::Score);
    let pair = Pair::new(&weak, &strong).unwrap();
    assert_eq!(weak.len(), 14_037);
    close(pair.weak_accuracy(), 9_558.0 / 14_037.0, 1e-12);
    close(pair.strong_accuracy(), 11_312.0 / 14_037.0, 1e-12);

    let random = pair.random();
    close(random.area(), 0.743_392_46, 5e-9);
    close(pair.apgr(&random), 0.5, 1e-12);
    let optimal = pair.optimal(10);
    assert_eq!(optimal.points().len(), 11);
    close(optimal.area(), 0.842_058_13, 5e-9);
    close(pair.apgr(&optimal), 1.289_607, 5e-7);

    // A score that says nothing, with as many values as queries: a random router's curve, on every
    // threshold and on the grid. The models differ on 3,238 queries, so that the area's standard
    // deviation is near sqrt(3238 / 12) / 14037 = 0.0012, that of APGR 0.0012 / 0.12496 = 0.0094.
    let noise: Vec<f64> = (0..14_037_u64).map(|row| (row.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11) as f64).collect();
    let (curve, grid) = (pair.curve(&noise).unwrap(), pair.grid(&noise, 10).unwrap());
    assert_eq!((curve.points().len(), grid.points().len()), (14_038, 11));
    close(pair.apgr(&curve), 0.5, 4.0 * 0.0094);
    close(pair.apgr(&grid), pair.apgr(&curve).unwrap(), 0.005);
    // Eleven shares from 0 to 1, one bin more or less.
    for (bin, point) in grid.points().iter().enumerate() {
        close(point.share, bin as f64 / 10.0, 1.5 / 14_037.0);
        close(optimal.at(point.share).map(|best| best - point.accuracy).map(|gap| gap.min(0.0)), 0.0, 1e-12);
    }
    // The score that knows the answers reaches what the optimum does, until it has used up its gains.
    let gains: Vec<f64> = strong.iter().zip(&weak).map(|(strong, weak)| strong - weak).collect();
    let knowing = pair.curve(&gains).unwrap();
    close(knowing.points()[1].share, 2_496.0 / 14_037.0, 1e-12);
    close(knowing.points()[1].accuracy, (9_558.0 + 2_496.0) / 14_037.0, 1e-12);
    // Half of the gap of 1,754 answers: 877 calls.
    close(pair.cpt(&knowing, 0.5), 877.0 / 14_037.0, 1e-12);
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routerbench_aiq() {
    for (name, by_max, by_range) in [("winograde", 0.781_429, 0.797_331), ("mbpp", 0.662_072, 0.665_511)] {
        let files = [format!("routerbench/{name}_train.csv"), format!("routerbench/{name}_test.csv")];
        let trace = trace("routerbench", &files.each_ref().map(String::as_str), &ImportOptions::default());
        let (scores, costs) = (columns(&trace, Metric::Score), columns(&trace, Metric::CostUsd));
        let queries = scores[0].len() as f64;
        let total = |column: &Vec<f64>| column.iter().sum::<f64>();
        let points = scores.iter().zip(&costs).map(|(score, cost)| Point::new(total(cost), total(score) / queries)).collect();
        let points = Points::new(points).unwrap();
        // The hull of the single models is the Zero router.
        let zero = Hull::of(&points);
        close(zero.aiq(points.max_cost()), by_max, 5e-7);
        close(zero.aiq_paper(points.max_cost()), by_range, 5e-7);

        // A model at random lies below it, and the oracle of r_o(1) above every model.
        let answers = Answers::new(slices(&scores), Some(slices(&costs))).unwrap();
        let chance = random(&answers);
        assert!(chance.answer_accuracy < zero.at(chance.cost.unwrap() * queries).unwrap());
        let expert = max_expert(&answers, &vec![0; scores[0].len()]).unwrap();
        close(expert.answer_accuracy, points.best().quality, 1e-12);
        let MixedOracle { answer_accuracy, .. } = mixed_oracle(&answers, 1.0).unwrap();
        close(answer_accuracy, if name == "mbpp" { 0.866_511 } else { 0.999_2 }, 5e-5);
        close(mixed_oracle(&answers, 0.0).unwrap().answer_accuracy, chance.answer_accuracy, 1e-12);
    }
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routerarena_pair() {
    close(arena_score(0.751_895_767_1, 8.543_472_195_2, &ArenaScale::default()), 0.658_647, 5e-7);

    let trace = trace("routerarena", &["routerarena"], &ImportOptions::default());
    let (scores, costs) = (columns(&trace, Metric::Score), columns(&trace, Metric::CostUsd));
    let answers = Answers::new(slices(&scores), Some(slices(&costs))).unwrap();
    let model = |id: &str| trace.endpoints().position(|(endpoint, _)| endpoint.id == id).unwrap();
    let (claude, gemini) = (model("claude-3-haiku-20240307"), model("gemini-2.0-flash-001"));
    // One score of the first file is below 0, which importing brings to 0.
    let below = 0.033_018_867_924_528_3 / 809.0;
    for (model, accuracy, usd) in [(claude, 0.523_356 + below, 0.142_377_25), (gemini, 0.690_119, 0.038_42)] {
        let (mean, per_1000) = (scores[model].iter().sum::<f64>() / 809.0, costs[model].iter().sum::<f64>() / 809.0 * 1000.0);
        close(mean, accuracy, 5e-7);
        close(per_1000, usd / 809.0 * 1000.0, 1e-9);
        // The formula again, written out: C = ln(200 / c) / ln(200 / 0.0044).
        let cheap = (200.0 / per_1000).ln() / (200.0_f64 / 0.0044).ln();
        close(arena_score(mean, per_1000, &ArenaScale::default()), 1.1 * mean * cheap / (0.1 * mean + cheap), 1e-12);
        // One model always: the optimal accuracy is its share of the 563 queries that either gets right.
        let found = optimality(&answers, &[model; 809], 1.0).unwrap();
        assert_eq!(found.solvable, 563);
        assert_eq!(found.right, scores[model].iter().filter(|score| **score >= 1.0).count());
        assert!(found.accuracy.unwrap() <= 1.0 && found.cost.unwrap() <= 1.0);
    }
    // The cheapest right model, where there is one, is optimal in all three ways.
    let cheapest = |query: usize| {
        let right = [claude, gemini].into_iter().filter(|&model| scores[model][query] >= 1.0);
        right.min_by(|&a, &b| costs[a][query].total_cmp(&costs[b][query])).unwrap_or(claude)
    };
    let best = optimality(&answers, &(0..809).map(cheapest).collect::<Vec<_>>(), 1.0).unwrap();
    close(best.selection, 1.0, 0.0);
    close(best.cost, 1.0, 1e-12);
    close(best.accuracy, 1.0, 1e-12);
}

/// The decisions of a file of RouterArena's submissions.
fn decisions(router: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(data(&format!("routerarena-predictions/{router}-robustness.json"))).unwrap();
    let rows: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let word = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap().to_owned();
    rows.iter().map(|row| (word(row, "global index"), word(row, "prediction"))).collect()
}

fn borrowed(list: &[(String, String)]) -> Vec<(&str, &str)> {
    list.iter().map(|(id, choice)| (id.as_str(), choice.as_str())).collect()
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routerarena_decisions() {
    let [azure, vllm] = ["azure-model-router", "vllm-sr"].map(decisions);
    let itself = robustness(&borrowed(&azure), &borrowed(&azure)).unwrap();
    assert_eq!((itself.compared, itself.stay), (420, Some(1.0)));
    // Counted pair by pair.
    let same = azure.iter().filter(|(id, choice)| vllm.iter().any(|other| other.0 == *id && other.1 == *choice)).count();
    let both = azure.iter().filter(|(id, _)| vllm.iter().any(|other| other.0 == *id)).count();
    let found = robustness(&borrowed(&azure), &borrowed(&vllm)).unwrap();
    assert_eq!((found.compared, found.stay), (both, Some(same as f64 / both as f64)));
}
