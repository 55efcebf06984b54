//! Answer accuracy over what a query takes: endpoints, policies, and the paths of sweeps.

use serde::Serialize;

use super::model::Value;
use crate::analysis::compare::front;
use crate::report::words::{amount, name_under, percent, plain, with_interval};
use crate::report::{Curve, EndpointEntry, Figure, PolicyReport, Report, view};

/// The points and paths under one fallback.
#[derive(Serialize)]
pub(super) struct QualityView {
    /// Where there are several.
    run: Option<String>,
    /// Where there are several.
    fallback: Option<String>,
    /// One for each account that is known.
    panels: Vec<Panel>,
}

#[derive(Serialize)]
struct Panel {
    account: usize,
    dots: Vec<Dot>,
    paths: Vec<Path>,
}

#[derive(Serialize)]
struct Dot {
    name: String,
    /// `endpoint` (alone), `policy` or `hindsight`.
    role: &'static str,
    takes: Value,
    answers: Value,
    /// Whether no other point without hindsight takes less and answers better.
    on_front: bool,
}

/// What a sweep passes through.
#[derive(Serialize)]
struct Path {
    name: String,
    router_accuracy: Vec<String>,
    takes: Vec<f64>,
    answers: Vec<f64>,
    texts: Vec<String>,
}

/// A view for each fallback that policies or curves have, or one for all.
pub(super) fn views(report: &Report, run: Option<&str>) -> Vec<QualityView> {
    let fallbacks: Vec<Option<&str>> = match report.run.pools.len() {
        0 | 1 => vec![None],
        _ => report.run.pools.iter().map(|pool| Some(pool.fallback.as_str())).collect(),
    };
    let view = |fallback: Option<&str>| QualityView {
        run: run.map(str::to_owned),
        fallback: fallback.map(str::to_owned),
        panels: (0..4).filter_map(|account| panel(report, account, fallback)).collect(),
    };
    fallbacks.into_iter().map(view).filter(|view| !view.panels.is_empty()).collect()
}

fn panel(report: &Report, account: usize, fallback: Option<&str>) -> Option<Panel> {
    if !report.compares_by(account) {
        return None;
    }
    let of_fallback = |policy: &&PolicyReport| fallback.is_none() || policy.fallback.is_none() || policy.fallback.as_deref() == fallback;
    let mut dots: Vec<Dot> = Vec::new();
    let policies = report.policies.iter().filter(of_fallback).filter(|policy| policy.knows_all(account));
    let policies = policies.filter_map(|policy| of_policy(policy, account, fallback));
    // A policy that always takes one endpoint comes first, for its intervals.
    for dot in policies.chain(report.run.endpoints.iter().filter_map(|endpoint| of_endpoint(endpoint, account))) {
        if dot.role != ENDPOINT || !dots.iter().any(|other| other.role == ENDPOINT && other.name == dot.name) {
            dots.push(dot);
        }
    }
    let points: Vec<Option<(f64, f64)>> =
        dots.iter().map(|dot| (dot.role != HINDSIGHT).then(|| (dot.takes.number(), dot.answers.number()))).collect();
    for (dot, on_front) in dots.iter_mut().zip(front(&points)) {
        dot.on_front = on_front == Some(true);
    }
    let curves = report.curves.iter().filter(|curve| report.sweeps_by(account) && fallback.is_none_or(|id| curve.fallback == id));
    let paths: Vec<Path> = curves.filter_map(|curve| path(report, curve, account)).collect();
    (dots.len() + paths.len() > 1).then_some(Panel { account, dots, paths })
}

const ENDPOINT: &str = "endpoint";
const HINDSIGHT: &str = "hindsight";

fn of_policy(policy: &PolicyReport, account: usize, fallback: Option<&str>) -> Option<Dot> {
    let role = match (policy.hindsight, policy.kind == "always") {
        (true, _) => HINDSIGHT,
        (false, true) => ENDPOINT,
        (false, false) => "policy",
    };
    let mut used = policy.share.iter().filter(|(_, share)| **share > 0.0);
    let name = match (role, used.next(), used.next()) {
        (ENDPOINT, Some((endpoint, _)), None) => endpoint,
        _ => name_under(policy, fallback),
    };
    dot(name, role, account, (view::at(policy.per_query.to_array(), account)?, policy.answer_accuracy?))
}

fn of_endpoint(endpoint: &EndpointEntry, account: usize) -> Option<Dot> {
    let takes = view::at(endpoint.per_query.to_array(), account)?;
    dot(&endpoint.id, ENDPOINT, account, (Figure::exact(takes), Figure::exact(endpoint.answer_accuracy?)))
}

fn dot(name: &str, role: &'static str, account: usize, (takes, answers): (Figure, Figure)) -> Option<Dot> {
    Some(Dot {
        name: name.to_owned(),
        role,
        takes: Value::new(takes, amount(account, takes.value))?,
        answers: Value::new(answers, with_interval(Some(answers), percent, " "))?,
        on_front: false,
    })
}

fn path(report: &Report, curve: &Curve, account: usize) -> Option<Path> {
    let one_policy = report.curves.iter().all(|other| other.policy == curve.policy);
    let points = curve.points.iter().filter_map(|point| {
        let takes = view::at(point.per_query.to_array(), account).filter(|takes| takes.is_finite())?;
        Some((point.router_accuracy, takes, point.answer_accuracy?.value))
    });
    let points: Vec<(f64, f64, f64)> = points.collect();
    let text = |(accuracy, takes, answers): &(f64, f64, f64)| {
        format!("router accuracy {}: {}, answer accuracy {}", plain(*accuracy), amount(account, *takes), percent(*answers))
    };
    (points.len() > 1).then(|| Path {
        name: if one_policy { curve.misroute.clone() } else { format!("{} ({})", curve.misroute, curve.policy) },
        router_accuracy: points.iter().map(|(accuracy, ..)| plain(*accuracy)).collect(),
        takes: points.iter().map(|(_, takes, _)| *takes).collect(),
        answers: points.iter().map(|(.., answers)| *answers).collect(),
        texts: points.iter().map(text).collect(),
    })
}
