//! What the panels of the figure hold: points, paths, axis and front.

use super::super::axis::{Axis, Panel, Ticks};
use super::super::endpoints::Endpoints;
use super::super::scene::At;
use super::super::style::{self, Look, Shape};
use super::name;
use crate::analysis::compare::front;
use crate::report::{Figure, PolicyReport, Report};

/// What a panel's horizontal axis is: its place among the report's accounts, its name, and its unit.
pub(super) struct Account {
    index: usize,
    title: &'static str,
    unit: &'static str,
}

pub(super) const ACCOUNTS: [Account; 3] = [
    Account { index: 0, title: "energy per query", unit: "J" },
    Account { index: 2, title: "cost per 1,000 queries", unit: "USD" },
    Account { index: 3, title: "latency per query", unit: "s" },
];

/// What a point is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// One endpoint serves all.
    Fixed,
    /// Sees no outcome in advance.
    Policy,
    /// Sees outcomes: a bound.
    Hindsight,
}

/// A bound, and a fixed endpoint that the report does not name.
const BOUND: Look = Look { shape: Shape::Diamond, ..style::PLAIN };
const UNKNOWN: Look = Look { shape: Shape::Square, ..style::PLAIN };

/// A labelled point.
pub(super) struct Dot {
    pub(super) label: String,
    pub(super) x: Figure,
    pub(super) y: Figure,
    pub(super) role: Role,
    pub(super) look: Look,
}

/// What a sweep passes through.
pub(super) struct Path {
    pub(super) label: String,
    pub(super) look: Look,
    /// Router accuracy and the point there.
    pub(super) points: Vec<(f64, f64, f64)>,
}

/// The contents of a panel.
pub(super) struct Content<'a> {
    account: &'a Account,
    pub(super) fallback: Option<&'a str>,
    pub(super) dots: Vec<Dot>,
    pub(super) paths: Vec<Path>,
}

/// A panel for each fallback that policies or curves have, or else one for all.
pub(super) fn of_account<'a>(report: &'a Report, account: &'a Account, endpoints: &Endpoints) -> Vec<Content<'a>> {
    let grouped = name::fallbacks(report).into_iter().filter_map(|fallback| content(report, account, Some(fallback), endpoints));
    let mut contents: Vec<Content> = grouped.collect();
    if contents.is_empty() {
        contents.extend(content(report, account, None, endpoints));
    }
    contents.retain(|content| content.dots.len() + content.paths.len() > 1);
    contents
}

/// What is to be seen of an account under a fallback; `None` where nothing of it depends on the fallback.
fn content<'a>(report: &'a Report, account: &'a Account, fallback: Option<&'a str>, endpoints: &Endpoints) -> Option<Content<'a>> {
    if !report.compares_by(account.index) {
        return None;
    }
    let of_group = |policy: &&PolicyReport| fallback.is_none() || policy.fallback.is_none() || policy.fallback.as_deref() == fallback;
    let policies =
        || report.policies.iter().filter(of_group).filter_map(|policy| Some((policy, policy_dot(policy, account, fallback, endpoints)?)));
    let paths = paths(report, account, fallback);
    if fallback.is_some() && paths.is_empty() && !policies().any(|(policy, _)| policy.fallback.is_some()) {
        return None;
    }
    let mut dots: Vec<Dot> = Vec::new();
    // An endpoint and the policies that always use it are one; the policy is first, for its intervals.
    for dot in policies().map(|(_, dot)| dot).chain(endpoint_dots(report, account, endpoints)) {
        if dot.role != Role::Fixed || !dots.iter().any(|other| other.role == Role::Fixed && other.label == dot.label) {
            dots.push(dot);
        }
    }
    let oracle = oracle(report, &paths).filter(|oracle| !dots.iter().any(|dot| dot.role == Role::Hindsight && dot.covers(oracle)));
    dots.extend(oracle);
    Some(Content { account, fallback, dots, paths })
}

fn endpoint_dots<'a>(report: &'a Report, account: &'a Account, endpoints: &'a Endpoints) -> impl Iterator<Item = Dot> + 'a {
    report.run.endpoints.iter().filter_map(|endpoint| {
        let x = endpoint.per_query.to_array().get(account.index).copied().flatten()?;
        let y = Figure::exact(endpoint.answer_accuracy?);
        Some(Dot { label: endpoint.id.clone(), x: Figure::exact(x), y, role: Role::Fixed, look: endpoints.look_or_plain(&endpoint.id) })
    })
}

fn policy_dot(policy: &PolicyReport, account: &Account, fallback: Option<&str>, endpoints: &Endpoints) -> Option<Dot> {
    // A mean over other queries than those of the answer accuracy is no point of this plane.
    let x = policy.per_query.to_array().get(account.index).copied().flatten().filter(|_| policy.knows_all(account.index))?;
    let role = match (policy.hindsight, policy.kind == "always") {
        (true, _) => Role::Hindsight,
        (false, true) => Role::Fixed,
        (false, false) => Role::Policy,
    };
    let label = name::of_policy(policy, fallback);
    let look = match role {
        Role::Fixed => endpoints.look(&label).unwrap_or(UNKNOWN),
        Role::Policy => style::PLAIN,
        Role::Hindsight => BOUND,
    };
    Some(Dot { label, x, y: policy.answer_accuracy?, role, look })
}

/// Where all paths of one policy meet: a router that is always right.
fn oracle(report: &Report, paths: &[Path]) -> Option<Dot> {
    let one_policy = report.curves.windows(2).all(|pair| matches!(pair, [a, b] if a.policy == b.policy));
    let (accuracy, x, y) = *paths.first()?.points.last()?;
    let label = "oracle".to_owned();
    (one_policy && accuracy == 1.0).then_some(Dot { label, x: Figure::exact(x), y: Figure::exact(y), role: Role::Hindsight, look: BOUND })
}

impl Dot {
    /// Whether another point has the same figures, but for the rounding of sums.
    fn covers(&self, other: &Dot) -> bool {
        let same = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
        same(self.x.value, other.x.value) && same(self.y.value, other.y.value)
    }
}

/// The curves of a fallback.
fn paths(report: &Report, account: &Account, fallback: Option<&str>) -> Vec<Path> {
    let curves = report.curves.iter().filter(|curve| report.sweeps_by(account.index) && Some(curve.fallback.as_str()) == fallback);
    let paths = curves.map(|curve| {
        let points = curve.points.iter().filter_map(|point| {
            let x = point.per_query.to_array().get(account.index).copied().flatten()?;
            Some((point.router_accuracy, x, point.answer_accuracy?.value))
        });
        Path { label: name::of_curve(report, curve), look: style::PLAIN, points: points.filter(|(_, x, _)| x.is_finite()).collect() }
    });
    paths.filter(|path| path.points.len() > 1).collect()
}

impl Path {
    /// Its places, without those that crowd: dashes need some length to be seen.
    pub(super) fn places(&self, panel: &Panel) -> Vec<At> {
        let all = self.points.iter().map(|(_, x, y)| panel.at(*x, *y));
        let mut places: Vec<At> = Vec::new();
        for (index, at) in all.enumerate() {
            let far = places.last().is_none_or(|last| (at.0 - last.0).hypot(at.1 - last.1) > 8.0);
            if index + 1 == self.points.len() && !far && places.len() > 1 {
                places.pop();
            }
            if far || index + 1 == self.points.len() {
                places.push(at);
            }
        }
        places
    }
}

impl Content<'_> {
    fn x_values(&self) -> Vec<f64> {
        let dots = self.dots.iter().flat_map(|dot| [Some(dot.x.value), dot.x.low, dot.x.high].into_iter().flatten());
        dots.chain(self.paths.iter().flat_map(|path| path.points.iter().map(|(_, x, _)| *x))).collect()
    }

    pub(super) fn y_values(&self) -> Vec<f64> {
        let dots = self.dots.iter().flat_map(|dot| [Some(dot.y.value), dot.y.low, dot.y.high].into_iter().flatten());
        dots.chain(self.paths.iter().flat_map(|path| path.points.iter().map(|(_, _, y)| *y))).collect()
    }

    /// The horizontal axis with its title: logarithmic where values differ more than twentyfold.
    pub(super) fn x_axis(&self) -> Option<(Axis, String)> {
        let values = self.x_values();
        let (low, high) = values.iter().fold((f64::INFINITY, 0.0f64), |(low, high), x| (low.min(*x), high.max(*x)));
        let wide = low > 0.0 && high > 20.0 * low;
        let (unit, prefix) = match self.account.unit {
            "USD" => (1e-3, ""),
            _ => prefix(if wide { (low * high).sqrt() } else { high }),
        };
        let axis = if wide { Axis::log(values, unit) } else { Axis::linear(values.into_iter().chain([0.0]), 5, 0.0, Ticks::Times(unit)) };
        let scale = if wide { " (logarithmic)" } else { "" };
        axis.map(|axis| (axis, format!("{}, {prefix}{}{scale}", self.account.title, self.account.unit)))
    }

    /// Points of which no other policy without hindsight is both cheaper and better.
    pub(super) fn front(&self) -> Vec<(f64, f64)> {
        let points: Vec<(f64, f64)> =
            self.dots.iter().filter(|dot| dot.role != Role::Hindsight).map(|dot| (dot.x.value, dot.y.value)).collect();
        let on_front = front(&points.iter().copied().map(Some).collect::<Vec<_>>());
        let kept = points.into_iter().zip(on_front).filter(|(_, on)| *on == Some(true));
        let mut kept: Vec<(f64, f64)> = kept.map(|(point, _)| point).collect();
        kept.sort_by(|a, b| a.0.total_cmp(&b.0));
        kept.dedup();
        kept
    }
}

/// The SI prefix in which a value is 1 to 1000.
fn prefix(value: f64) -> (f64, &'static str) {
    let prefixes = [(1e-9, "n"), (1e-6, "µ"), (1e-3, "m"), (1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G")];
    prefixes.into_iter().rev().find(|(unit, _)| value >= *unit).unwrap_or((1.0, ""))
}
