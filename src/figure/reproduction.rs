//! Every published number that is judged, by how far ours is from it.

use super::axis::{Axis, number};
use super::dots;
use super::label;
use super::rows::{self, Column, Row};
use super::scene::{Mark, Scene, Stroke};
use super::style::{self, Look, Shape};
use super::{FigureKind, Width};
use crate::report::{Line, Report};

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "reproduction", summary: "Differences from the published numbers, as parts of their tolerances", draw };

const WIDTH: f64 = 700.0;
/// What is farther off stands here.
const FARTHEST: f64 = 1.2;
/// Where the axis ends, to both sides.
const EDGES: f64 = FARTHEST + 0.1;
/// The least distance at which dots do not touch, and from one lane to the next.
const APART: f64 = 5.8;
const LANE: f64 = 6.0;

const WITHIN: Look = Look { ink: style::GREY, ..style::PLAIN };
const OUTSIDE: Look = Look { ink: style::VERMILION, dash: style::SOLID, shape: Shape::Square };

/// The lines of one source.
struct Source<'a> {
    name: &'a str,
    lines: Vec<&'a Line>,
}

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let scenarios = &report.reproduction.as_ref().ok_or("the report is not of a reproduction")?.scenarios;
    let mut sources: Vec<Source> = Vec::new();
    for line in scenarios.iter().flat_map(|scenario| &scenario.lines).filter(|line| distance(line).is_some()) {
        match sources.iter_mut().find(|source| source.name == line.source) {
            Some(source) => source.lines.push(line),
            None => sources.push(Source { name: &line.source, lines: vec![line] }),
        }
    }
    if sources.is_empty() {
        return Err("the reproduction has no line that is judged".to_owned());
    }
    sources.sort_by_key(|source| place(source.name));
    let mut scene = Scene::new(FIGURE.summary, width.of(WIDTH));
    let counts: Vec<String> = sources.iter().map(count).collect();
    let beside = counts.iter().map(|text| style::text_width(text, style::SMALL, false)).fold(0.0, f64::max) + 8.0;
    // In tolerances, of which the width that is left has so many.
    let apart = APART * 2.0 * EDGES / rows::least_width(&scene, beside);
    let swarms: Vec<Vec<(f64, usize, &Line)>> = sources.iter().map(|source| swarm(&source.lines, apart)).collect();
    let lanes = |swarm: &Vec<(f64, usize, &Line)>| swarm.iter().map(|(_, lane, _)| lane + 1).max().unwrap_or(1);
    let names: Vec<Row> = sources
        .iter()
        .zip(&swarms)
        .map(|(source, swarm)| Row { least: 10.0 + LANE * lanes(swarm) as f64, ..Row::new(named(source)) })
        .collect();
    let ticks = [-1.0, -0.5, 0.0, 0.5, 1.0].map(|at| (at, number(at, 1))).to_vec();
    let axis = Axis::fixed(-EDGES, EDGES, ticks);
    let title = "(here − published) / tolerance".to_owned();
    let table = rows::lay(&mut scene, &names, &[Column { heading: String::new(), title, axis, beside }], 4.0);
    if let Some(panel) = table.panels.first() {
        for (bound, stroke) in [(-1.0, EDGE), (0.0, Stroke::solid(style::GREY, 0.8)), (1.0, EDGE)] {
            let x = panel.at(bound, 0.0).0;
            scene.line(vec![(x, panel.top), (x, panel.bottom())], stroke);
        }
    }
    for (index, (swarm, text)) in swarms.iter().zip(&counts).enumerate() {
        // Lanes to both sides of the middle in turn, which an even number of them would leave half a lane to one side.
        let middle = if lanes(swarm).is_multiple_of(2) { 0.5 } else { 0.0 };
        for (value, lane, line) in swarm {
            let Some((x, y)) = table.at(0, index, *value) else { continue };
            let look = if line.within == Some(false) { OUTSIDE } else { WITHIN };
            scene.marker((x, y + LANE * (side(*lane) - middle)), look.shape, dots::DOT, look.ink, false);
        }
        table.beside(&mut scene, 0, index, text);
    }
    let judged = || sources.iter().flat_map(|source| &source.lines);
    let (all, outside) = (judged().count(), judged().filter(|line| line.within == Some(false)).count());
    let edge = Mark::Line { points: vec![(11.0, -1.0), (11.0, 9.0)], stroke: EDGE };
    let mut entries = vec![dots::entry(WITHIN, "within its tolerance"), label::Entry { sample: vec![edge], text: "tolerance".to_owned() }];
    if outside > 0 {
        entries.insert(1, dots::entry(OUTSIDE, format!("outside; beyond {FARTHEST} at the edge")));
    }
    entries.push(dots::remark(format!("{} of {all} published numbers are within.", all - outside)));
    let right = scene.width - 8.0;
    scene.height = label::key(&mut scene, entries, 8.0, table.bottom, right) + 2.0;
    Ok(scene)
}

const EDGE: Stroke = Stroke { ink: style::BLACK, width: 1.1, dash: style::DASHED };

/// How far ours is from the published number, in tolerances, where that is judged.
fn distance(line: &Line) -> Option<f64> {
    line.within?;
    let off = line.here? - line.paper?;
    let share = off / line.tolerance?;
    // Without a tolerance ours is the published number, or as far off as can be.
    Some(if share.is_nan() { 0.0 } else { share })
}

/// 0, 1, -1, 2, -2 and so on.
fn side(lane: usize) -> f64 {
    let steps = lane.div_ceil(2) as f64;
    if lane.is_multiple_of(2) { -steps } else { steps }
}

/// The source, and in a few words what its numbers are where those are few kinds.
fn named(source: &Source) -> String {
    let mut kinds: Vec<&str> = Vec::new();
    for line in &source.lines {
        // What comes first is what all have in common: "accuracy per watt, GPT-OSS-120B on Apple M4 Max".
        let kind = line.what.split([',', ':']).next().and_then(|kind| kind.split(" on ").next()).unwrap_or_default();
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    if kinds.len() > 4 { source.name.to_owned() } else { format!("{}: {}", source.name, kinds.join(", ")) }
}

/// Figures before tables, each by number.
fn place(source: &str) -> (bool, u32) {
    let digits: String = source.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    (!source.starts_with("Figure"), digits.parse().unwrap_or(u32::MAX))
}

fn count(source: &Source) -> String {
    let within = source.lines.iter().filter(|line| line.within == Some(true)).count();
    format!("{within} of {} within", source.lines.len())
}

/// Dots in lanes, so that none hides another: value, lane, line.
fn swarm<'a>(lines: &[&'a Line], apart: f64) -> Vec<(f64, usize, &'a Line)> {
    let mut all: Vec<(f64, &Line)> = lines.iter().filter_map(|line| Some((distance(line)?.clamp(-FARTHEST, FARTHEST), *line))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut ends: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for (value, line) in all {
        let lane = ends.iter().position(|end| end + apart <= value).unwrap_or(ends.len());
        match ends.get_mut(lane) {
            Some(end) => *end = value,
            None => ends.push(value),
        }
        placed.push((value, lane, line));
    }
    placed
}
