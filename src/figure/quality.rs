//! Answer accuracy over energy, cost and latency per query: who gives the most for the least.
//!
//! Every policy is a labelled point with its intervals; of a sweep every misroute rule is a path.

use super::axis::{Axis, Panel, Ticks};
use super::label::{self, Entry, Obstacles};
use super::scene::{Anchor, At, Mark, Rect, Scene, Stroke, Text};
use super::style::{self, Look, Shape};
use super::{FigureKind, curve_name, fallbacks, provenance};
use crate::report::{Figure, PolicyReport, Report};

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "quality_cost", summary: "Answer accuracy over energy, cost and latency per query, with the Pareto front", draw };

const LEFT: f64 = 46.0;
const HEIGHT: f64 = 250.0;
const MARKER: f64 = 7.0;

/// What a panel's horizontal axis is: its place among the report's accounts, its name, and its unit.
struct Account {
    index: usize,
    title: &'static str,
    unit: &'static str,
}

const ACCOUNTS: [Account; 3] = [
    Account { index: 0, title: "energy per query", unit: "J" },
    Account { index: 2, title: "cost per 1,000 queries", unit: "USD" },
    Account { index: 3, title: "latency per query", unit: "s" },
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// One endpoint serves all.
    Fixed,
    /// Sees no outcome in advance.
    Policy,
    /// Sees outcomes: a bound.
    Hindsight,
}

/// A labelled point.
struct Dot {
    label: String,
    x: Figure,
    y: Figure,
    role: Role,
}

/// What a sweep passes through.
struct Path {
    label: String,
    look: Look,
    /// Router accuracy and the point there.
    points: Vec<(f64, f64, f64)>,
}

/// The contents of a panel.
struct Content<'a> {
    account: &'a Account,
    fallback: Option<&'a str>,
    dots: Vec<Dot>,
    paths: Vec<Path>,
}

fn draw(report: &Report) -> Result<Scene, String> {
    let contents: Vec<Content> = ACCOUNTS.iter().flat_map(|account| of_account(report, account)).collect();
    if contents.is_empty() {
        return Err("fewer than two policies or endpoints have both an answer accuracy and a known energy, cost or latency".to_owned());
    }
    let several = fallbacks(report).len() > 1;
    let columns = contents.len().min(2);
    let width = if columns == 1 { 460.0 } else { 760.0 };
    let cell = width / columns as f64;
    let mut scene = Scene::new(FIGURE.summary, width);
    let mut top = 4.0;
    for row in contents.chunks(columns) {
        for (index, content) in row.iter().enumerate() {
            draw_panel(&mut scene, content, several, (index as f64 * cell, top, cell));
        }
        top += HEIGHT + 68.0;
    }
    let entries = key(report, &contents);
    // An odd number of panels leaves a cell for the key.
    let spare = contents.len() > 2 && contents.len() % 2 == 1;
    let (left, from) = if spare { (cell + LEFT, top - HEIGHT - 42.0) } else { (8.0, top) };
    scene.height = label::key(&mut scene, entries, left, from, width - 8.0).max(top) + 2.0;
    Ok(scene)
}

/// A panel for each fallback that was swept, or else one for all.
fn of_account<'a>(report: &'a Report, account: &'a Account) -> Vec<Content<'a>> {
    let swept = fallbacks(report).into_iter().map(|fallback| content(report, account, Some(fallback)));
    let mut contents: Vec<Content> = swept.filter(|content| !content.paths.is_empty()).collect();
    if contents.is_empty() {
        contents.push(content(report, account, None));
    }
    contents.retain(|content| content.dots.len() + content.paths.len() > 1);
    contents
}

fn content<'a>(report: &'a Report, account: &'a Account, fallback: Option<&'a str>) -> Content<'a> {
    let of_group = |policy: &&PolicyReport| fallback.is_none() || policy.fallback.is_none() || policy.fallback.as_deref() == fallback;
    let mut dots: Vec<Dot> = report.policies.iter().filter(of_group).filter_map(|policy| policy_dot(policy, account)).collect();
    // An endpoint that a policy always uses is there already, with its intervals.
    let always: Vec<&str> = report.policies.iter().filter_map(only_endpoint).collect();
    for endpoint in report.run.endpoints.iter().filter(|endpoint| !always.contains(&endpoint.id.as_str())) {
        let x = endpoint.per_query.to_array().get(account.index).copied().flatten();
        if let (Some(x), Some(y)) = (x, endpoint.answer_accuracy) {
            dots.push(Dot { label: endpoint.id.clone(), x: Figure::exact(x), y: Figure::exact(y), role: Role::Fixed });
        }
    }
    Content { account, fallback, dots, paths: paths(report, account, fallback) }
}

/// The endpoint of a policy that always uses the same.
fn only_endpoint(policy: &PolicyReport) -> Option<&str> {
    let mut used = policy.share.iter().filter(|(_, share)| **share > 0.0);
    match (used.next(), used.next()) {
        (Some((endpoint, _)), None) if policy.kind == "always" => Some(endpoint),
        _ => None,
    }
}

fn policy_dot(policy: &PolicyReport, account: &Account) -> Option<Dot> {
    let x = policy.per_query.to_array().get(account.index).copied().flatten()?;
    let role = match (policy.hindsight, policy.kind == "always") {
        (true, _) => Role::Hindsight,
        (false, true) => Role::Fixed,
        (false, false) => Role::Policy,
    };
    Some(Dot { label: policy.name.clone(), x, y: policy.answer_accuracy?, role })
}

/// The curves of a fallback. A point is a total over all replayed queries, here for each of them.
fn paths(report: &Report, account: &Account, fallback: Option<&str>) -> Vec<Path> {
    let queries = report.run.queries as f64;
    let curves = report.curves.iter().filter(|curve| Some(curve.fallback.as_str()) == fallback).enumerate();
    let paths = curves.map(|(index, curve)| {
        let points = curve.points.iter().filter_map(|point| {
            let total = point.totals.to_array().get(account.index).copied().flatten()?;
            Some((point.router_accuracy, total / queries, point.answer_accuracy?.value))
        });
        Path { label: curve_name(report, curve), look: style::path(index), points: points.filter(|(_, x, _)| x.is_finite()).collect() }
    });
    paths.filter(|path| path.points.len() > 1).collect()
}

impl Path {
    fn places(&self, panel: &Panel) -> Vec<At> {
        self.points.iter().map(|(_, x, y)| panel.at(*x, *y)).collect()
    }

    /// The place where the path is farthest from other paths: there its label is understood.
    fn apart(&self, panel: &Panel, others: &[At]) -> Option<At> {
        // Farther than this is far enough, and the lowest router accuracy is preferred.
        let clearance = |at: At| others.iter().map(|other| (at.0 - other.0).hypot(at.1 - other.1)).fold(40.0, f64::min);
        self.places(panel).into_iter().rev().max_by(|a, b| clearance(*a).total_cmp(&clearance(*b)))
    }
}

impl Content<'_> {
    fn x_values(&self) -> Vec<f64> {
        let dots = self.dots.iter().flat_map(|dot| [Some(dot.x.value), dot.x.low, dot.x.high].into_iter().flatten());
        dots.chain(self.paths.iter().flat_map(|path| path.points.iter().map(|(_, x, _)| *x))).collect()
    }

    fn y_values(&self) -> Vec<f64> {
        let dots = self.dots.iter().flat_map(|dot| [Some(dot.y.value), dot.y.low, dot.y.high].into_iter().flatten());
        dots.chain(self.paths.iter().flat_map(|path| path.points.iter().map(|(_, _, y)| *y))).collect()
    }

    /// The horizontal axis with its title: logarithmic where values differ more than twentyfold.
    fn x_axis(&self) -> Option<(Axis, String)> {
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
    fn front(&self) -> Vec<(f64, f64)> {
        let mut all: Vec<(f64, f64)> =
            self.dots.iter().filter(|dot| dot.role != Role::Hindsight).map(|dot| (dot.x.value, dot.y.value)).collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let mut front: Vec<(f64, f64)> = Vec::new();
        for point in all {
            if front.last().is_none_or(|last| point.1 > last.1) {
                front.push(point);
            }
        }
        front
    }
}

/// The SI prefix in which a value is 1 to 1000.
fn prefix(value: f64) -> (f64, &'static str) {
    let prefixes = [(1e-9, "n"), (1e-6, "µ"), (1e-3, "m"), (1.0, ""), (1e3, "k"), (1e6, "M"), (1e9, "G")];
    prefixes.into_iter().rev().find(|(unit, _)| value >= *unit).unwrap_or((1.0, ""))
}

fn draw_panel(scene: &mut Scene, content: &Content, grouped: bool, (left, top, cell): (f64, f64, f64)) {
    let (Some((x, title)), Some(y)) = (content.x_axis(), Axis::linear(content.y_values(), 7, 0.05, Ticks::Percent)) else { return };
    let panel = Panel { left: left + LEFT, top: top + 20.0, width: cell - LEFT - 12.0, height: HEIGHT, x, y };
    let heading = match content.fallback {
        Some(fallback) if grouped => format!("answer accuracy (fallback: {fallback})"),
        _ => "answer accuracy".to_owned(),
    };
    let heading = style::shorten(&heading, style::TEXT, true, cell - 16.0);
    scene.text(Text { bold: true, ..Text::new((left + 8.0, top + 11.0), heading) });
    panel.frame(scene, true, true);
    scene.text(Text::new((panel.left + panel.width / 2.0, panel.bottom() + 29.5), title).anchor(Anchor::Middle));
    let mut obstacles = Obstacles::default();
    draw_front(scene, &panel, &content.front(), &mut obstacles);
    for path in &content.paths {
        draw_path(scene, &panel, path, &mut obstacles);
    }
    for dot in &content.dots {
        draw_dot(scene, &panel, dot, &mut obstacles);
    }
    let inside = Rect { left: panel.left + 1.0, top: panel.top + 1.0, right: panel.right() - 1.0, bottom: panel.bottom() - 1.0 };
    for dot in &content.dots {
        obstacles.label(scene, panel.at(dot.x.value, dot.y.value), MARKER / 2.0, &dot.label, style::GREY, &inside);
    }
    for (index, path) in content.paths.iter().enumerate() {
        let others: Vec<At> = content.paths.iter().enumerate().filter(|(other, _)| *other != index).flat_map(|(_, p)| p.places(&panel)).collect();
        if let Some(at) = path.apart(&panel, &others) {
            obstacles.label(scene, at, 2.0, &path.label, path.look.ink, &inside);
        }
    }
}

/// Steps to the right and up, and on to the right edge.
fn draw_front(scene: &mut Scene, panel: &Panel, front: &[(f64, f64)], obstacles: &mut Obstacles) {
    let mut steps: Vec<At> = Vec::new();
    for (x, y) in front {
        let place = panel.at(*x, *y);
        if let Some(last) = steps.last() {
            steps.push((place.0, last.1));
        }
        steps.push(place);
    }
    if let Some(last) = steps.last() {
        steps.push((panel.right(), last.1));
    }
    obstacles.avoid(&steps);
    scene.line(steps, FRONT);
}

const FRONT: Stroke = Stroke { ink: style::BLACK, width: 1.1, dash: style::SOLID };

fn draw_path(scene: &mut Scene, panel: &Panel, path: &Path, obstacles: &mut Obstacles) {
    let places = path.places(panel);
    obstacles.avoid(&places);
    scene.line(places, Stroke { ink: path.look.ink, width: 1.4, dash: path.look.dash });
    for (accuracy, x, y) in &path.points {
        if (accuracy * 4.0 - (accuracy * 4.0).round()).abs() < 1e-9 {
            let at = panel.at(*x, *y);
            scene.marker(at, path.look.shape, 5.0, path.look.ink, false);
            obstacles.block(Rect::around(at, 3.0));
        }
    }
}

fn draw_dot(scene: &mut Scene, panel: &Panel, dot: &Dot, obstacles: &mut Obstacles) {
    let (x, y) = (dot.x, dot.y);
    let mut bars = Vec::new();
    if let (Some(low), Some(high)) = (x.low, x.high) {
        bars.push([panel.at(low, y.value), panel.at(high, y.value)]);
    }
    if let (Some(low), Some(high)) = (y.low, y.high) {
        bars.push([panel.at(x.value, low), panel.at(x.value, high)]);
    }
    for bar in bars {
        obstacles.avoid(&bar);
        scene.line(bar.to_vec(), Stroke::solid(style::GREY, 0.8));
    }
    let at = panel.at(x.value, y.value);
    obstacles.block(Rect::around(at, MARKER / 2.0));
    scene.marks.push(mark(dot.role, at));
}

fn mark(role: Role, at: At) -> Mark {
    let (shape, ink, hollow) = match role {
        Role::Fixed => (Shape::Square, style::BLACK, false),
        Role::Policy => (Shape::Circle, style::VERMILION, false),
        Role::Hindsight => (Shape::Diamond, style::BLUE, true),
    };
    Mark::Marker { at, shape, size: MARKER, ink, hollow }
}

fn key(report: &Report, contents: &[Content]) -> Vec<Entry> {
    let roles = [(Role::Fixed, "one endpoint for all"), (Role::Policy, "policy"), (Role::Hindsight, "sees outcomes in advance: a bound")];
    let used = |role| contents.iter().flat_map(|content| &content.dots).any(|dot| dot.role == role);
    let marked = roles.into_iter().filter(|(role, _)| used(*role));
    let mut entries: Vec<Entry> =
        marked.map(|(role, text)| Entry { sample: vec![mark(role, (11.0, 4.0))], text: text.to_owned() }).collect();
    let line = |stroke| Mark::Line { points: vec![(0.0, 4.0), (22.0, 4.0)], stroke };
    entries.push(Entry { sample: vec![line(FRONT)], text: "Pareto front (without bounds)".to_owned() });
    let dots = || contents.iter().flat_map(|content| &content.dots);
    if dots().any(|dot| dot.x.low.is_some() || dot.y.low.is_some()) {
        entries.push(Entry { sample: vec![line(Stroke::solid(style::GREY, 0.8))], text: "95% interval".to_owned() });
    }
    if contents.iter().any(|content| !content.paths.is_empty()) {
        let text = "Paths: misroute rules, a marker at each 25% of router accuracy; they meet at 100%, the oracle.";
        entries.push(Entry { sample: Vec::new(), text: text.to_owned() });
    }
    entries.push(Entry { sample: Vec::new(), text: provenance(report) });
    entries
}
