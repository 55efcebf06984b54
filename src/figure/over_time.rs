//! Accuracy per watt and per joule over the years, with what models and hardware gave (the paper's
//! Figure 3 and Table 2).

use super::axis::{Axis, Panel, number};
use super::dots;
use super::label::{self, Entry};
use super::scene::{Anchor, At, Scene, Stroke, Text};
use super::style::{self, Look};
use super::units::{Per, Unit};
use super::{FigureKind, Width, endpoints::Endpoints, published, studied, study};
use crate::analysis::study::{Improvement, TimeStep};
use crate::report::{Figure, Line, Report};

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "over_time", summary: "Answer accuracy per watt and per joule by year, split into models and hardware", draw };

const WIDTH: f64 = 760.0;
const LEFT: f64 = 40.0;
const HEIGHT: f64 = 180.0;
/// With more steps the panels stand below each other.
const BESIDE: usize = 4;
/// The least width of a step: its model and hardware stand below it.
const STEP: f64 = 60.0;

/// An efficiency over the years, in the unit that it is shown in.
struct Kind {
    per: Per,
    unit: Unit,
}

impl Kind {
    fn of(per: Per, step: &TimeStep) -> Option<Figure> {
        // What is 0 has no place on a logarithmic axis.
        if per == Per::Watt { step.apw } else { step.apj }.filter(|figure| figure.value > 0.0)
    }

    fn gain<'a>(&self, step: &'a TimeStep) -> Option<&'a Improvement> {
        if self.per == Per::Watt { step.per_watt.as_ref() } else { step.per_joule.as_ref() }
    }

    /// The key of a published gain, or of one of its parts.
    fn gain_key(&self, part: &str) -> String {
        format!("over_time.{}{part}", if self.per == Per::Watt { "per_watt" } else { "per_joule" })
    }
}

/// A step that is drawn: its figure in the unit of the axis, and what was published.
struct Stop<'a> {
    step: &'a TimeStep,
    figure: Figure,
    line: Option<&'a Line>,
    look: Look,
}

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let over_time = study(report)?.over_time.as_ref();
    let steps = &over_time.ok_or("fewer than two endpoints have a year")?.steps;
    let kind = |per: Per| Kind { per, unit: per.unit(steps.iter().filter_map(|step| Kind::of(per, step)).map(|figure| figure.value)) };
    let stopped = |kind: Kind| (stops(report, &kind, steps), kind);
    let all: Vec<(Vec<Stop>, Kind)> =
        [Per::Watt, Per::Joule].map(kind).into_iter().map(stopped).filter(|(stops, _)| stops.len() > 1).collect();
    let most =
        all.iter().map(|(stops, _)| stops.len()).max().ok_or("fewer than two endpoints with a year have an accuracy per watt or joule")?;
    let mut scene = Scene::new(FIGURE.summary, width.of(WIDTH));
    let columns = if most > BESIDE || width.is_narrow() { 1 } else { all.len() };
    let cell = scene.width / columns as f64;
    if width.is_narrow() && (cell - LEFT - 12.0) / (most as f64) < STEP {
        return Err(format!("the names of {most} models have no room below one column"));
    }
    let mut top = 4.0;
    for row in all.chunks(columns) {
        let lower =
            row.iter().zip(0..).map(|((_, kind), index)| scene.heading((f64::from(index) * cell + 8.0, top), kind.unit.title, cell - 16.0));
        top += 20.0 + lower.fold(0.0, f64::max);
        let lower = row
            .iter()
            .zip(0..)
            .map(|((stops, kind), index)| summary(&mut scene, report, kind, stops, (f64::from(index) * cell + 8.0, top, cell - 16.0)));
        top = lower.fold(top, f64::max) + 9.0;
        let lower = row
            .iter()
            .zip(0..)
            .map(|((stops, kind), index)| panel(&mut scene, kind, stops, (f64::from(index) * cell + LEFT, top, cell - LEFT - 12.0)));
        top = lower.fold(top, f64::max) + 10.0;
    }
    let mut entries: Vec<Entry> = Vec::new();
    let lines = all.iter().flat_map(|(stops, kind)| stops.iter().filter_map(|stop| stop.line).chain(gain_lines(report, kind)));
    if let Some(paper) = dots::paper(lines, "") {
        entries.extend([dots::entry(style::PLAIN, "here"), paper]);
    }
    entries.push(dots::interval());
    entries.push(Entry { sample: Vec::new(), text: studied(report, None) });
    let right = scene.width - 8.0;
    scene.height = label::key(&mut scene, entries, 8.0, top, right) + 2.0;
    Ok(scene)
}

/// The steps whose efficiency is known and has a place on a logarithmic axis.
fn stops<'a>(report: &'a Report, kind: &Kind, steps: &'a [TimeStep]) -> Vec<Stop<'a>> {
    let endpoints = Endpoints::of(report);
    let stop = |step: &'a TimeStep| {
        let figure = Kind::of(kind.per, step)?;
        let bounds = figure.low.zip(figure.high).filter(|(low, _)| *low > 0.0);
        let unit = |value: f64| value / kind.unit.size;
        let figure = Figure { value: unit(figure.value), low: bounds.map(|(low, _)| unit(low)), high: bounds.map(|(_, high)| unit(high)) };
        let line =
            published(report, &format!("{}.{}", kind.per.key(), step.endpoint)).filter(|line| line.paper.is_some_and(|paper| paper > 0.0));
        Some(Stop { step, figure, line, look: endpoints.look_or_plain(&step.endpoint) })
    };
    steps.iter().filter_map(stop).collect()
}

fn gain_lines<'a>(report: &'a Report, kind: &Kind) -> impl Iterator<Item = &'a Line> {
    ["", ".models", ".hardware"].map(|part| kind.gain_key(part)).into_iter().filter_map(|key| published(report, &key))
}

fn times(value: f64) -> String {
    format!("×{}", number(value, if value < 99.5 { 1 } else { 0 }))
}

/// From the first year to the best of the last: the whole gain, split, and what was published of it.
fn summary(scene: &mut Scene, report: &Report, kind: &Kind, stops: &[Stop], (left, top, width): (f64, f64, f64)) -> f64 {
    let (Some(first), Some(last)) = (stops.first(), best(stops).last().copied()) else { return top };
    let Some(gain) = kind.gain(last.step) else { return top };
    let years = format!("{} to {}", first.step.year, last.step.year);
    let parts = |models: f64, hardware: f64| format!("models {}, hardware {}", times(models), times(hardware));
    let mut texts = vec![format!("{years}: {} = {}", times(gain.total.value), parts(gain.models.value, gain.hardware.value))];
    let paper: Vec<String> = ["", ".models", ".hardware"]
        .into_iter()
        .filter_map(|part| {
            let line = published(report, &kind.gain_key(part)).filter(|line| is_of(line, gain, part))?;
            let paper = line.paper?;
            Some(format!("{} {}", part.trim_start_matches('.'), times(paper)).trim().to_owned())
        })
        .collect();
    if !paper.is_empty() {
        texts.push(format!("published: {}", paper.join(", ")));
    }
    if let Some(crossed) = &gain.crossed {
        texts.push(format!("whatever the order (Shapley): {}", parts(crossed.models.value, crossed.hardware.value)));
    }
    let lines = texts.into_iter().flat_map(|text| style::wrap(&text, style::SMALL, false, width));
    let mut y = top;
    for line in lines {
        y += 12.0;
        scene.text(dots::written((left, y - 2.0), line));
    }
    y
}

/// Whether a line compares this gain, or this part of it: it may be of other years.
fn is_of(line: &Line, gain: &Improvement, part: &str) -> bool {
    let ours = match part {
        ".models" => gain.models.value,
        ".hardware" => gain.hardware.value,
        _ => gain.total.value,
    };
    line.here.is_some_and(|here| (here - ours).abs() <= 1e-9 * ours.abs())
}

/// The best of each year, in the order of years.
fn best<'s, 'a>(stops: &'s [Stop<'a>]) -> Vec<&'s Stop<'a>> {
    let year = |run: &'s [Stop<'a>]| run.iter().max_by(|a, b| a.figure.value.total_cmp(&b.figure.value));
    stops.chunk_by(|a, b| a.step.year == b.step.year).filter_map(year).collect()
}

/// Draws one efficiency and returns the lower end of the names.
fn panel(scene: &mut Scene, kind: &Kind, stops: &[Stop], (left, top, width): (f64, f64, f64)) -> f64 {
    let shown = |stop: &Stop| {
        [
            Some(stop.figure.value),
            stop.figure.low,
            stop.figure.high,
            stop.line.and_then(|line| line.paper).map(|paper| paper / kind.unit.size),
        ]
    };
    let values: Vec<f64> = stops.iter().flat_map(shown).flatten().collect();
    // Room for the factors above the last points.
    let most = values.iter().copied().fold(0.0, f64::max);
    let Some(y) = Axis::log(values.into_iter().chain([1.4 * most]), 1.0) else { return top };
    let panel = Panel { left, top, width, height: HEIGHT, x: Axis::fixed(0.0, 1.0, Vec::new()), y };
    panel.frame(scene, false, true);
    let gap = width / stops.len() as f64;
    let (low, high) = (left + gap / 2.0, left + width - gap / 2.0);
    let year = |stop: Option<&Stop>| stop.map_or(0.0, |stop| f64::from(stop.step.year));
    let since = year(stops.first());
    let span = (year(stops.last()) - since).max(1.0);
    let wanted: Vec<f64> = stops.iter().map(|stop| low + (high - low) * (year(Some(stop)) - since) / span).collect();
    let places = label::spread(&wanted, gap, low, high);
    let height = |value: f64| panel.at(0.0, value).1;
    let mut bottom = panel.bottom();
    for (stop, x) in stops.iter().zip(&places) {
        scene.line(vec![(*x, panel.top), (*x, panel.bottom())], Stroke::solid(style::FAINT, 0.6));
        bottom = bottom.max(names(scene, stop.step, (*x, panel.bottom()), gap - 4.0));
    }
    let path: Vec<(&Stop, At)> = best(stops)
        .into_iter()
        .filter_map(|stop| {
            let index = stops.iter().position(|other| std::ptr::eq(other, stop))?;
            Some((stop, (*places.get(index)?, height(stop.figure.value))))
        })
        .collect();
    scene.line(path.iter().map(|(_, at)| *at).collect(), Stroke::solid(style::GREY, 1.2));
    for pair in path.windows(2) {
        if let [(from, start), (to, end)] = pair {
            factors(scene, &panel, &split(kind, from, to), (*start, *end));
        }
    }
    for (stop, x) in stops.iter().zip(&places) {
        if let Some(paper) = stop.line.and_then(|line| line.paper) {
            scene.marks.push(dots::ring((*x, height(paper / kind.unit.size))));
        }
        if let (Some(low), Some(high)) = (stop.figure.low, stop.figure.high) {
            scene.line(vec![(*x, height(low)), (*x, height(high))], Stroke::solid(stop.look.ink, 1.6));
        }
        scene.marker((*x, height(stop.figure.value)), stop.look.shape, dots::DOT, stop.look.ink, false);
    }
    bottom
}

/// Year, model and hardware below the axis; returns the lower end.
fn names(scene: &mut Scene, step: &TimeStep, (x, top): At, width: f64) -> f64 {
    let mut y = top + 13.0;
    scene.text(Text { bold: true, ..dots::written((x, y), step.year.to_string()).anchor(Anchor::Middle) });
    for (text, ink) in [(step.model.as_str(), style::BLACK), (step.hardware.as_deref().unwrap_or(""), style::GREY)] {
        for line in style::wrap(text, style::SMALL, false, width) {
            y += 12.0;
            scene.text(Text { ink, ..Text::small((x, y), line) }.anchor(Anchor::Middle));
        }
    }
    y + 4.0
}

/// The gain from one step to another, and its parts: what both gained over the first, divided.
fn split(kind: &Kind, from: &Stop, to: &Stop) -> Vec<String> {
    let mut texts = vec![times(to.figure.value / from.figure.value)];
    let parts = |stop: &Stop| kind.gain(stop.step).map(|gain| (gain.models.value, gain.hardware.value));
    if let Some((models, hardware)) = parts(to) {
        // The first has gained nothing over itself.
        let (before_models, before_hardware) = parts(from).unwrap_or((1.0, 1.0));
        texts.push(format!("models {}", times(models / before_models)));
        texts.push(format!("hardware {}", times(hardware / before_hardware)));
    }
    texts
}

/// Writes the factors beside the line between two points, on the side where nothing is.
fn factors(scene: &mut Scene, panel: &Panel, texts: &[String], (start, end): (At, At)) {
    const STEP: f64 = 11.5;
    let (x, y) = ((start.0 + end.0) / 2.0, (start.1 + end.1) / 2.0);
    let height = STEP * texts.len() as f64;
    let widest = texts.iter().map(|text| style::text_width(text, style::SMALL, true)).fold(0.0, f64::max);
    let (anchor, x, bottom) = match end.1 - start.1 {
        // Rising: to the upper left of the middle. Falling: to the upper right.
        rise if rise < -24.0 => (Anchor::End, x - 7.0, y - 2.0),
        fall if fall > 24.0 => (Anchor::Start, x + 7.0, y - 2.0),
        _ => (Anchor::Middle, x, start.1.min(end.1) - 9.0),
    };
    let x = if anchor == Anchor::End { x.max(panel.left + widest + 3.0) } else { x };
    // Where there is no room above, below.
    let bottom = if bottom - height < panel.top + 2.0 { start.1.max(end.1) + 12.0 + height } else { bottom };
    for (index, text) in texts.iter().enumerate() {
        let at = (x, bottom - STEP * (texts.len() - 1 - index) as f64 - 3.0);
        scene.text(Text { bold: index == 0, ..dots::written(at, text.as_str()).anchor(anchor) });
    }
}
