//! What a router's predictions buy at a price: its own curve of cost and quality, and RouterBench's AIQ of it.

use serde::{Deserialize, Serialize};

use super::Judged;
use crate::analysis::ACCOUNT_NAMES;
use crate::analysis::compare::accounts_of;
use crate::analysis::peers::{Hull, Point, Points};
use crate::replay::Replay;
use crate::workload::ACCOUNTS;

/// Steps of a decade of prices, and the first and the last of them: from 0.001 to 10,000.
const STEPS: i32 = 5;
const FROM: i32 = -3;
const TO: i32 = 4;

/// The endpoint of the highest p − λ · price / (highest price), for prices λ from 0 up; the price of an endpoint
/// is its mean amount over the judged queries (RouterBench, arXiv 2403.12031, Section 4.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TradeOff {
    /// The account that is paid for.
    pub account: String,
    /// Queries with all predictions, scores and amounts.
    pub queries: usize,
    /// By rising λ.
    pub points: Vec<TradeOffPoint>,
    /// AIQ as RouterBench's code divides, up to the dearest fixed endpoint's mean amount.
    pub aiq: Option<f64>,
    /// AIQ as its paper divides.
    pub aiq_paper: Option<f64>,
    /// `aiq` of the Zero router: coins between fixed endpoints.
    pub zero_aiq: Option<f64>,
    /// `aiq_paper` of the Zero router.
    pub zero_aiq_paper: Option<f64>,
}

/// One price.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TradeOffPoint {
    /// The predicted quality that the dearest endpoint's mean amount is worth.
    pub lambda: f64,
    /// Mean amount a query, in the account's unit.
    pub cost: f64,
    /// Mean score.
    pub answer_accuracy: f64,
}

/// The trade-off of the account that stands for the run's objective; `None` where it is not known of all candidates.
pub(super) fn trade_off(replay: &Replay, judged: &Judged) -> Option<TradeOff> {
    accounts_of(replay.objective).into_iter().find_map(|account| of_account(replay, judged, account))
}

fn of_account(replay: &Replay, judged: &Judged, account: usize) -> Option<TradeOff> {
    let trace = replay.workload.trace();
    let amounts = |endpoint: u16| -> Option<Vec<f64>> {
        let column = trace.metric(usize::from(endpoint), ACCOUNTS[account])?;
        Some(judged.positions.iter().map(|&position| column.get(position).unwrap_or(f64::NAN)).collect())
    };
    let amounts: Vec<Vec<f64>> = judged.endpoints.iter().map(|(endpoint, _)| amounts(*endpoint)).collect::<Option<_>>()?;
    let columns = || judged.predicted.iter().chain(&judged.scores).chain(&amounts);
    let queries: Vec<usize> = (0..judged.positions.len()).filter(|&query| columns().all(|column| !column[query].is_nan())).collect();
    let mean = |column: &Vec<f64>| queries.iter().map(|&query| column[query]).sum::<f64>() / queries.len() as f64;
    let prices: Vec<f64> = amounts.iter().map(mean).collect();
    let highest = prices.iter().copied().fold(0.0, f64::max);
    if queries.is_empty() || highest <= 0.0 {
        return None;
    }
    let lambdas = std::iter::once(0.0).chain((FROM * STEPS..=TO * STEPS).map(|step| 10f64.powf(f64::from(step) / f64::from(STEPS))));
    let at = |lambda: f64| {
        let (mut cost, mut score) = (0.0, 0.0);
        for &query in &queries {
            let utility = |candidate: usize| judged.predicted[candidate][query] - lambda * prices[candidate] / highest;
            // Of equal ones the first listed.
            let chosen = (1..prices.len()).fold(0, |best, other| if utility(other) > utility(best) { other } else { best });
            (cost, score) = (cost + amounts[chosen][query], score + judged.scores[chosen][query]);
        }
        TradeOffPoint { lambda, cost: cost / queries.len() as f64, answer_accuracy: score / queries.len() as f64 }
    };
    let points: Vec<TradeOffPoint> = lambdas.map(at).collect();
    let hull = |points: Vec<Point>| Some(Hull::of(&Points::new(points).ok()?));
    let own = hull(points.iter().map(|point| Point::new(point.cost, point.answer_accuracy)).collect())?;
    let zero = hull(prices.iter().zip(&judged.scores).map(|(&price, scores)| Point::new(price, mean(scores))).collect())?;
    Some(TradeOff {
        account: ACCOUNT_NAMES[account].to_owned(),
        queries: queries.len(),
        points,
        aiq: own.aiq(highest),
        aiq_paper: own.aiq_paper(highest),
        zero_aiq: zero.aiq(highest),
        zero_aiq_paper: zero.aiq_paper(highest),
    })
}
