//! Curves over router accuracy, and the words at each of their points.

use serde::Serialize;

use super::model::Value;
use crate::report::words::{amount, or_unknown, percent, plain, signed, with_interval};
use crate::report::{Curve, Figure, Point, Report, view};

/// A curve against one baseline.
#[derive(Serialize)]
pub(super) struct SweepView {
    baseline: String,
    fallback: String,
    /// What savings are against, and where misrouted queries go if that is elsewhere.
    pair: String,
    misroute: String,
    policy: String,
    /// Answer accuracy of the baseline.
    reference: Option<f64>,
    /// Whether figures come from several draws of the router, with the closed form beside them.
    router_accuracy: Vec<f64>,
    /// Simulated savings by account.
    saved: [Vec<Option<Value>>; 4],
    /// The closed form.
    expected: [Vec<Option<f64>>; 4],
    answers: Vec<Option<Value>>,
    expected_answers: Vec<Option<f64>>,
    readings: Vec<Reading>,
}

/// The words at one router accuracy.
#[derive(Serialize)]
struct Reading {
    router_accuracy: String,
    sentence: String,
    /// By account: saved, the closed form, what a query and what a right answer takes.
    accounts: [Option<[String; 4]>; 4],
    answers: String,
    expected_answers: String,
    router: String,
}

/// Every curve against every baseline, those against the curve's own fallback first.
pub(super) fn views(report: &Report, run: Option<&str>) -> Vec<SweepView> {
    let pairs = report.run.baselines.iter().flat_map(|baseline| report.curves.iter().map(move |curve| (baseline, curve)));
    let mut pairs: Vec<(&String, &Curve)> = pairs.filter(|(baseline, curve)| knows(curve, baseline)).collect();
    pairs.sort_by_key(|(baseline, curve)| **baseline != curve.fallback);
    let one_policy = report.curves.iter().all(|curve| Some(&curve.policy) == report.curves.first().map(|first| &first.policy));
    pairs.into_iter().map(|(baseline, curve)| view_of(report, (curve, baseline), one_policy, run)).collect()
}

fn knows(curve: &Curve, baseline: &str) -> bool {
    let known = |point: &Point| point.savings.get(baseline).is_some_and(|saved| saved.to_array().iter().any(Option::is_some));
    curve.points.iter().any(known)
}

fn view_of(report: &Report, (curve, baseline): (&Curve, &str), one_policy: bool, run: Option<&str>) -> SweepView {
    let entry = report.run.endpoints.iter().find(|endpoint| endpoint.id == baseline);
    let saved = |account: usize| curve.points.iter().map(move |point| value(saving(point, baseline, account), signed)).collect();
    let expected = |account: usize| {
        let at = |point: &Point| view::at(point.expected_savings.get(baseline)?.to_array(), account);
        curve.points.iter().map(at).collect()
    };
    let elsewhere = if curve.fallback == baseline { String::new() } else { format!(" (fallback {})", curve.fallback) };
    let policy = if one_policy { String::new() } else { format!(", {}", curve.policy) };
    SweepView {
        baseline: baseline.to_owned(),
        fallback: curve.fallback.clone(),
        pair: format!("{baseline}{elsewhere}{policy}{}", run.map_or(String::new(), |run| format!(" ({run})"))),
        misroute: curve.misroute.clone(),
        policy: curve.policy.clone(),
        reference: entry.and_then(|entry| entry.answer_accuracy),
        router_accuracy: curve.points.iter().map(|point| point.router_accuracy).collect(),
        saved: std::array::from_fn(saved),
        expected: std::array::from_fn(expected),
        answers: curve.points.iter().map(|point| value(point.answer_accuracy, percent)).collect(),
        expected_answers: curve.points.iter().map(|point| point.expected_answer_accuracy).collect(),
        readings: curve.points.iter().map(|point| reading(report, curve, point, baseline)).collect(),
    }
}

fn saving(point: &Point, baseline: &str, account: usize) -> Option<Figure> {
    view::at(point.savings.get(baseline)?.to_array(), account)
}

fn value(figure: Option<Figure>, write: fn(f64) -> String) -> Option<Value> {
    figure.and_then(|known| Value::new(known, with_interval(figure, write, " ")))
}

fn reading(report: &Report, curve: &Curve, point: &Point, baseline: &str) -> Reading {
    let account = |account: usize| {
        let saved = saving(point, baseline, account)?;
        let expected = point.expected_savings.get(baseline).and_then(|saved| view::at(saved.to_array(), account));
        let takes = |amounts: [Option<f64>; 4]| or_unknown(view::at(amounts, account), |value| amount(account, value));
        Some([
            with_interval(Some(saved), signed, " "),
            or_unknown(expected, signed),
            takes(point.per_query.to_array()),
            takes(point.per_correct.to_array()),
        ])
    };
    let share = |figure: Option<Figure>| or_unknown(figure, |figure| percent(figure.value));
    let router = &point.measured_router_accuracy;
    Reading {
        router_accuracy: plain(point.router_accuracy),
        sentence: view::swept_at(report, curve, point, baseline).unwrap_or_default(),
        accounts: std::array::from_fn(account),
        answers: with_interval(point.answer_accuracy, percent, " "),
        expected_answers: or_unknown(point.expected_answer_accuracy, percent),
        router: format!(
            "Router accuracy by its other names: agrees with the oracle on {} of the queries, on local or not on {}; \
             of the queries that some endpoint can answer {} are answered right.",
            share(router.agreement),
            share(router.tier_agreement),
            share(router.adequate)
        ),
    }
}
