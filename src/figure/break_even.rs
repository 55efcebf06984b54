//! The saving over local energy and router accuracy: a map for each misroute rule, a strip for each
//! baseline, the zero line strong and today's point marked.

mod level;

use level::Levels;

use super::axis::{Axis, Panel};
use super::label::{self, Entry};
use super::scene::{Anchor, Mark, Rect, Scene, Stroke, Text};
use super::style::{self, FILLS, LEVELS, Shape};
use super::{FigureKind, Width, provenance};
use crate::report::{BreakEven, BreakEvenMap, BreakEvenMisrouteMap, BreakEvenSection, Report};

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "break_even", summary: "Saving over local energy and router accuracy, and where it vanishes", draw };

const WIDTH: f64 = 760.0;
/// Maps side by side in one column of a paper.
const NARROW: usize = 3;
const LEFT: f64 = 46.0;
const RIGHT: f64 = 14.0;
const GAP: f64 = 20.0;
const HEIGHT: f64 = 128.0;
const LOW: f64 = 84.0;
/// From the lower edge of a map to the upper edge of one below it.
const BETWEEN: f64 = 34.0;
/// Room above the first maps: heading, what is upwards, names.
const HEAD: f64 = 48.0;

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let found = report.break_even.as_ref().ok_or("the report is not of a break-even")?;
    if found.sections.iter().all(|section| section.map.is_none()) {
        return Err("no account is known of which there could be a saving".to_owned());
    }
    let mut scene = Scene::new(FIGURE.summary, width.of(WIDTH));
    let mut top = 4.0;
    for section in &found.sections {
        if let Some(map) = section.map.as_ref().filter(|map| !map.misroutes.is_empty() && map.local_factors.len() > 1) {
            top = strip(&mut scene, found, section, (map, width.is_narrow()), top);
        }
    }
    top = bar(&mut scene, top);
    let entries = key(report, found);
    let right = scene.width - 8.0;
    scene.height = label::key(&mut scene, entries, 8.0, top, right) + 2.0;
    Ok(scene)
}

/// "compute" is what people call the account of floating-point operations, and "time" that of latency.
fn word(map: &BreakEvenMap) -> &str {
    match map.account.as_str() {
        "flops" => "compute",
        "latency" => "time",
        other => other,
    }
}

/// The maps of one section side by side, from `top`; returns where the next strip starts.
fn strip(scene: &mut Scene, found: &BreakEven, section: &BreakEvenSection, (map, narrow): (&BreakEvenMap, bool), top: f64) -> f64 {
    let (word, page) = (word(map), scene.width);
    let to = if section.fallback == section.baseline { String::new() } else { format!(" (fallback: {})", section.fallback) };
    let top = top + scene.heading((8.0, top), &format!("{word} saved, % of {}{to}", section.baseline), page - 16.0);
    // Names of the rules have no room for the word before them where maps are small.
    let rules = if narrow { "; a map for each misroute rule" } else { "" };
    scene.text(Text::small((8.0, top + 26.0), format!("upwards: router accuracy (nominal){rules}")));
    let count = if narrow { NARROW.min(map.misroutes.len()) } else { map.misroutes.len() };
    let (columns, height) = (count as f64, if narrow { LOW } else { HEIGHT });
    let width = (page - LEFT - RIGHT - GAP * (columns - 1.0)) / columns;
    let (low, high) = (map.local_factors.first().copied().unwrap_or(0.1), map.local_factors.last().copied().unwrap_or(10.0));
    for (index, misroute) in map.misroutes.iter().enumerate() {
        let (left, row) = (LEFT + (index % count) as f64 * (width + GAP), (index / count) as f64);
        let upper = top + HEAD + row * (height + BETWEEN);
        let panel = Panel { left, top: upper, width, height, x: Axis::decades(low, high), y: Axis::unit() };
        let name = format!("{}{}", if narrow { "" } else { "misroute: " }, misroute.misroute);
        scene.text(Text { ink: style::BLACK, ..Text::small((left + width / 2.0, panel.top - 5.0), name).anchor(Anchor::Middle) });
        column(scene, found, map, misroute, &panel, index % count == 0);
    }
    let rows = map.misroutes.len().div_ceil(count) as f64;
    let bottom = top + HEAD + rows * (height + BETWEEN) - BETWEEN;
    let title = format!("local {word}, times today's (log scale)");
    scene.text(Text::new((LEFT + (page - LEFT - RIGHT) / 2.0, bottom + 29.0), title).anchor(Anchor::Middle));
    bottom + 46.0
}

/// One map: fills, level lines with their numbers, the zero line, today.
fn column(scene: &mut Scene, found: &BreakEven, map: &BreakEvenMap, misroute: &BreakEvenMisrouteMap, panel: &Panel, first: bool) {
    panel.frame(scene, true, first);
    let levels = Levels::new(map, misroute);
    for (fill, ink) in FILLS.iter().enumerate() {
        let points = levels.between(fill).into_iter().map(|(factor, accuracy)| panel.at(factor, accuracy)).collect();
        scene.marks.push(Mark::Fill { points, ink: *ink });
    }
    let point = panel.at(1.0, found.router_accuracy);
    let mut taken = vec![Rect::around(point, 6.0)];
    let place = |run: Vec<(f64, f64)>| -> Vec<_> { run.into_iter().map(|(factor, accuracy)| panel.at(factor, accuracy)).collect() };
    let zero: Vec<Vec<_>> =
        LEVELS.iter().position(|level| *level == 0.0).map_or_else(Vec::new, |index| levels.lines(index)).into_iter().map(place).collect();
    taken.extend(zero.iter().flatten().map(|at| Rect::around(*at, 2.0)));
    let mut labels = Vec::new();
    for (index, level) in LEVELS.iter().enumerate().filter(|(_, level)| **level != 0.0) {
        let runs: Vec<Vec<_>> = levels.lines(index).into_iter().map(place).collect();
        labels.extend(label_of(&runs, *level, panel, &mut taken));
        runs.into_iter().for_each(|points| scene.line(points, Stroke::solid(style::GREY, 0.6)));
    }
    labels.extend(label_of(&zero, 0.0, panel, &mut taken));
    zero.into_iter().for_each(|points| scene.line(points, Stroke::solid(style::BLACK, 2.4)));
    for text in labels {
        let Rect { left, top, right, bottom } = text.room();
        let (top, bottom) = (top + 1.0, bottom - 0.5);
        let points = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
        scene.marks.push(Mark::Fill { points, ink: style::WHITE });
        scene.text(text);
    }
    let (left, right, top, bottom) = (panel.left, panel.right(), panel.top, panel.bottom());
    scene.line(vec![(left, bottom), (left, top), (right, top), (right, bottom), (left, bottom)], Stroke::solid(style::GREY, 0.8));
    scene.marker(point, Shape::Circle, 7.0, style::BLACK, true);
}

/// The number of a level on its line, at the first place that is free, from the upper end down.
fn label_of(runs: &[Vec<(f64, f64)>], level: f64, panel: &Panel, taken: &mut Vec<Rect>) -> Option<Text> {
    let inside = Rect { left: panel.left + 1.0, right: panel.right() - 1.0, top: panel.top + 1.0, bottom: panel.bottom() - 1.0 };
    // A label stands on its own line: only what other lines and labels take counts.
    let own = |room: &Rect| level == 0.0 && room.right - room.left < 4.5;
    let places = runs.iter().flat_map(|run| run.iter().rev()).copied();
    let text = places
        .map(|(x, y)| {
            let text = Text::small((x, y + 0.36 * style::SMALL), percent(level)).anchor(Anchor::Middle);
            Text { ink: style::BLACK, bold: level == 0.0, ..text }
        })
        .find(|text| inside.holds(&text.room()) && !taken.iter().any(|room| !own(room) && room.overlaps(&text.room())))?;
    taken.push(text.room());
    Some(text)
}

fn percent(level: f64) -> String {
    format!("{:.0}%", 100.0 * level).replace('-', "−")
}

/// The fills with the levels between them, from `top`; returns the lower end.
fn bar(scene: &mut Scene, top: f64) -> f64 {
    let width = ((scene.width - LEFT - RIGHT) / FILLS.len() as f64).min(46.0);
    scene.text(Text::small((8.0, top + 10.0), "saved:"));
    for (index, ink) in FILLS.iter().enumerate() {
        let left = LEFT + index as f64 * width;
        let points = vec![(left, top), (left + width, top), (left + width, top + 12.0), (left, top + 12.0)];
        scene.marks.push(Mark::Fill { points: points.clone(), ink: *ink });
        scene.line(points.iter().copied().chain(points.first().copied()).collect(), Stroke::solid(style::GREY, 0.5));
        if let Some(level) = LEVELS.get(index) {
            scene.text(Text::small((left + width, top + 23.0), percent(*level)).anchor(Anchor::Middle));
        }
    }
    let (end, says) = (LEFT + FILLS.len() as f64 * width + 8.0, "orange: routing takes more; the darker, the more it saves");
    let beside = end + style::text_width(says, style::SMALL, false) < scene.width - 8.0;
    scene.text(Text::small(if beside { (end, top + 10.0) } else { (8.0, top + 36.0) }, says));
    top + if beside { 32.0 } else { 45.0 }
}

fn key(report: &Report, found: &BreakEven) -> Vec<Entry> {
    let zero = Mark::Line { points: vec![(0.0, 4.0), (22.0, 4.0)], stroke: Stroke::solid(style::BLACK, 2.4) };
    let dot = Mark::Marker { at: (11.0, 4.0), shape: Shape::Circle, size: 7.0, ink: style::BLACK, hollow: true };
    let again = found.sections.iter().filter_map(|section| section.map.as_ref()).any(|map| map.asked_again);
    let how = if again { "Expected; the oracle asked again at each factor." } else { "Expected (closed form)." };
    vec![
        Entry { sample: vec![zero], text: "nothing saved".to_owned() },
        Entry { sample: vec![dot], text: format!("today, at a router accuracy of {}%", (1000.0 * found.router_accuracy).round() / 10.0) },
        Entry { sample: Vec::new(), text: how.to_owned() },
        Entry { sample: Vec::new(), text: provenance(report) },
    ]
}
