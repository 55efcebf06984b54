//! Answer accuracy over energy, cost and latency per query: who gives the most for the least.
//!
//! Every policy is a labelled point with its intervals; of a sweep every misroute rule is a path.

mod content;
mod name;

use content::{ACCOUNTS, Content, Dot, Path, Role};

use super::axis::{Axis, Panel, Ticks};
use super::label::{self, Entry};
use super::place::Labels;
use super::scene::{Anchor, At, Mark, Rect, Scene, Stroke, Text};
use super::style::{self, Look};
use super::{FigureKind, Width, endpoints::Endpoints, provenance};
use crate::report::Report;

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "quality_cost", summary: "Answer accuracy over energy, cost and latency per query, with the Pareto front", draw };

const LEFT: f64 = 46.0;
/// Least height of a panel; and in a paper.
const HEIGHT: f64 = 250.0;
const LOW: f64 = 190.0;
const LOWEST: f64 = 120.0;
/// From the lower edge of a panel to the heading below it, and that heading.
const BELOW: f64 = 68.0;
const MARKER: f64 = 7.0;

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let endpoints = Endpoints::of(report);
    let mut contents: Vec<Content> = ACCOUNTS.iter().flat_map(|account| content::of_account(report, account, &endpoints)).collect();
    if contents.is_empty() {
        return Err("fewer than two policies or endpoints have both an answer accuracy and an energy, cost or latency that the baseline has too".to_owned());
    }
    set_looks(&mut contents);
    let numbered = name::number(&mut contents);
    let several = name::fallbacks(report).len() > 1;
    let columns = contents.len().min(width.pick(1, 2));
    let (least, width) = (least(width, contents.len()), width.of(if columns == 1 { 460.0 } else { 760.0 }));
    let cell = width / columns as f64;
    let height = contents.iter().map(|content| height_for(content, cell)).fold(least, f64::max);
    let mut scene = Scene::new(FIGURE.summary, width);
    let mut top = 4.0;
    for row in contents.chunks(columns) {
        let cells = || row.iter().zip(0..).map(|(content, index)| (content, f64::from(index) * cell));
        top += cells().map(|(content, left)| scene.heading((left + 8.0, top), &heading(content, several), cell - 16.0)).fold(0.0, f64::max);
        for (content, left) in cells() {
            draw_panel(&mut scene, content, (left, top, cell, height));
        }
        top += height + BELOW;
    }
    let mut entries = key(report, &contents);
    entries.extend(numbered.into_iter().map(|text| Entry { sample: Vec::new(), text }));
    // An odd number of panels leaves a cell for the key.
    let spare = columns == 2 && contents.len() > 2 && contents.len() % 2 == 1;
    let (left, from) = if spare { (cell + LEFT, top - height - 42.0) } else { (8.0, top) };
    scene.height = label::key(&mut scene, entries, left, from, width - 8.0).max(top) + 2.0;
    Ok(scene)
}

/// The least height of a panel: lower in a paper, and in one column as low as lets all stand on a page.
fn least(width: Width, panels: usize) -> f64 {
    match width {
        Width::Natural => HEIGHT,
        Width::TwoColumns => LOW,
        Width::OneColumn => (780.0 / panels as f64 - BELOW).clamp(LOWEST, LOW),
    }
}

/// Paths have colours that no endpoint of the figure has, and the same in all panels.
fn set_looks(contents: &mut [Content]) {
    let dots = contents.iter().flat_map(|content| &content.dots);
    // Only paths are lines here: all dashes are free.
    let fixed = dots.filter(|dot| dot.role == Role::Fixed).map(|dot| Look { dash: style::SOLID, ..dot.look });
    let taken: Vec<Look> = fixed.collect();
    let mut labels: Vec<String> = Vec::new();
    for path in contents.iter_mut().flat_map(|content| &mut content.paths) {
        let known = labels.iter().position(|label| *label == path.label);
        path.look = style::beside(&taken, known.unwrap_or(labels.len()));
        if known.is_none() {
            labels.push(path.label.clone());
        }
    }
}

/// Room for labels on at most two fifths of a panel.
fn height_for(content: &Content, cell: f64) -> f64 {
    let area: f64 = content
        .dots
        .iter()
        .map(|dot| &dot.label)
        .map(|name| style::text_width(name, style::SMALL, false).min(widest(cell)) * (style::SMALL + 3.0))
        .sum();
    (area / 0.4 / (cell - LEFT - 12.0)).ceil()
}

/// The widest a label may be.
fn widest(cell: f64) -> f64 {
    0.6 * (cell - LEFT)
}

/// What is upwards, and the fallback where there are several.
fn heading(content: &Content, several: bool) -> String {
    match content.fallback {
        Some(fallback) if several => format!("answer accuracy (fallback: {fallback})"),
        _ => "answer accuracy".to_owned(),
    }
}

fn draw_panel(scene: &mut Scene, content: &Content, (left, top, cell, height): (f64, f64, f64, f64)) {
    let (Some((x, title)), Some(y)) = (content.x_axis(), Axis::linear(content.y_values(), 7, 0.05, Ticks::Percent)) else { return };
    let panel = Panel { left: left + LEFT, top: top + 20.0, width: cell - LEFT - 12.0, height, x, y };
    panel.frame(scene, true, true);
    scene.text(Text::new((panel.left + panel.width / 2.0, panel.bottom() + 29.5), title).anchor(Anchor::Middle));
    let mut labels = Labels::default();
    draw_front(scene, &panel, &content.front(), &mut labels);
    for path in &content.paths {
        draw_path(scene, &panel, path, &mut labels);
    }
    for dot in &content.dots {
        draw_dot(scene, &panel, dot, &mut labels);
    }
    for dot in &content.dots {
        labels.want(panel.at(dot.x.value, dot.y.value), MARKER / 2.0, &dot.label, style::GREY, widest(cell));
    }
    let inside = Rect { left: panel.left + 1.0, top: panel.top + 1.0, right: panel.right() - 1.0, bottom: panel.bottom() - 1.0 };
    labels.draw(scene, &inside);
}

/// Steps to the right and up, and on to the right edge.
fn draw_front(scene: &mut Scene, panel: &Panel, front: &[(f64, f64)], labels: &mut Labels) {
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
    labels.avoid(&steps);
    scene.line(steps, FRONT);
}

const FRONT: Stroke = Stroke { ink: style::BLACK, width: 1.1, dash: style::SOLID };

fn draw_path(scene: &mut Scene, panel: &Panel, path: &Path, labels: &mut Labels) {
    let places = path.places(panel);
    labels.avoid(&places);
    scene.line(places, Stroke { ink: path.look.ink, width: 1.4, dash: path.look.dash });
    for (accuracy, x, y) in &path.points {
        if (accuracy * 4.0 - (accuracy * 4.0).round()).abs() < 1e-9 {
            let at = panel.at(*x, *y);
            scene.marker(at, path.look.shape, 5.0, path.look.ink, false);
            labels.block(Rect::around(at, 3.0));
        }
    }
}

fn draw_dot(scene: &mut Scene, panel: &Panel, dot: &Dot, labels: &mut Labels) {
    let (x, y) = (dot.x, dot.y);
    let mut bars = Vec::new();
    if let (Some(low), Some(high)) = (x.low, x.high) {
        bars.push([panel.at(low, y.value), panel.at(high, y.value)]);
    }
    if let (Some(low), Some(high)) = (y.low, y.high) {
        bars.push([panel.at(x.value, low), panel.at(x.value, high)]);
    }
    for bar in bars {
        labels.avoid(&bar);
        scene.line(bar.to_vec(), Stroke::solid(style::GREY, 0.8));
    }
    let at = panel.at(x.value, y.value);
    labels.block(Rect::around(at, MARKER / 2.0));
    scene.marks.push(mark(dot.role, dot.look, at));
}

/// Only endpoints have colours.
fn mark(role: Role, look: Look, at: At) -> Mark {
    Mark::Marker { at, shape: look.shape, size: MARKER, ink: look.ink, hollow: role == Role::Hindsight }
}

/// The sample of a role: of endpoints the first three.
fn sample(contents: &[Content], role: Role) -> Vec<Mark> {
    let mut looks: Vec<Look> = Vec::new();
    for dot in contents.iter().flat_map(|content| &content.dots).filter(|dot| dot.role == role) {
        if looks.len() < 3 && !looks.contains(&dot.look) {
            looks.push(dot.look);
        }
    }
    let first = 11.0 - 4.0 * looks.len().saturating_sub(1) as f64;
    looks.into_iter().zip(0..).map(|(look, index)| mark(role, look, (first + 8.0 * f64::from(index), 4.0))).collect()
}

fn key(report: &Report, contents: &[Content]) -> Vec<Entry> {
    let roles = [(Role::Fixed, "one endpoint for all"), (Role::Policy, "policy"), (Role::Hindsight, "sees outcomes in advance: a bound")];
    let used = |role| contents.iter().flat_map(|content| &content.dots).any(|dot| dot.role == role);
    let marked = roles.into_iter().filter(|(role, _)| used(*role));
    let mut entries: Vec<Entry> = marked.map(|(role, text)| Entry { sample: sample(contents, role), text: text.to_owned() }).collect();
    let line = |stroke| Mark::Line { points: vec![(0.0, 4.0), (22.0, 4.0)], stroke };
    entries.push(Entry { sample: vec![line(FRONT)], text: "Pareto front (without bounds)".to_owned() });
    let dots = || contents.iter().flat_map(|content| &content.dots);
    if dots().any(|dot| dot.x.low.is_some() || dot.y.low.is_some()) {
        entries.push(Entry { sample: vec![line(Stroke::solid(style::GREY, 0.8))], text: "95% interval".to_owned() });
    }
    entries.extend(path_entries(contents));
    entries.push(Entry { sample: Vec::new(), text: provenance(report) });
    entries
}

/// The paths: in the panels their names would be taken for those of the points where they begin.
fn path_entries(contents: &[Content]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for path in contents.iter().flat_map(|content| &content.paths) {
        if entries.iter().any(|entry| entry.text == path.label) {
            continue;
        }
        let line =
            Mark::Line { points: vec![(0.0, 4.0), (22.0, 4.0)], stroke: Stroke { ink: path.look.ink, width: 1.4, dash: path.look.dash } };
        let marker = Mark::Marker { at: (11.0, 4.0), shape: path.look.shape, size: 5.0, ink: path.look.ink, hollow: false };
        entries.push(Entry { sample: vec![line, marker], text: path.label.clone() });
    }
    if !entries.is_empty() {
        entries.push(Entry { sample: Vec::new(), text: "(a marker every 25% of router accuracy)".to_owned() });
    }
    entries
}
