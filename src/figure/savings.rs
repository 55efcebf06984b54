//! Savings over router accuracy, never without the answer accuracy below them.
//!
//! A column for each misroute rule, a strip for each fallback and baseline. Lines are the closed
//! form, markers the simulation, bands its 95% intervals.

use super::axis::{Axis, Panel, Ticks};
use super::label::{self, Entry};
use super::scene::{Anchor, Mark, Scene, Stroke, Text};
use super::style::{self, Ink, Look, Shape};
use super::{FigureKind, Width, fallbacks, provenance};
use crate::report::{ACCOUNT_NAMES, Curve, Figure, Point, Report};

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "savings_curves", summary: "Savings and answer accuracy over router accuracy, for each misroute rule", draw };

const LEFT: f64 = 46.0;
/// Between panels: room for the tick labels at the ends of two axes.
const GAP: f64 = 25.0;
/// Heights of savings and of answer accuracies.
const HEIGHTS: [f64; 2] = [118.0, 84.0];
/// In one column of a paper.
const LOW: [f64; 2] = [100.0, 70.0];
/// With more columns there is another strip; and in one column of a paper.
const COLUMNS: usize = 5;
const NARROW: usize = 3;
/// With more columns there, lines are not named at their ends but in the key.
const NAMED: usize = 2;

/// How panels stand.
struct Layout {
    /// Panels of the widest strip.
    columns: usize,
    heights: [f64; 2],
    /// Whether lines are named at their ends.
    named: bool,
}

/// Curves of one fallback against one baseline, side by side.
struct Strip<'a> {
    fallback: &'a str,
    baseline: &'a str,
    curves: Vec<&'a Curve>,
    savings: Axis,
    answers: Axis,
    /// Answer accuracy of the baseline, where known.
    reference: Option<f64>,
}

/// A quantity at one router accuracy.
#[derive(Clone, Copy)]
struct Sample {
    x: f64,
    simulated: Option<Figure>,
    expected: Option<f64>,
}

/// A quantity over router accuracy.
struct Series {
    name: &'static str,
    look: Look,
    samples: Vec<Sample>,
}

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    if report.curves.is_empty() {
        return Err("the report has no curves: it is not of a sweep".to_owned());
    }
    if report.curves.iter().all(|curve| answers(curve).values().next().is_none()) {
        return Err("answer accuracy is not known, and savings do not stand without it".to_owned());
    }
    let strips = strips(report, width.pick(NARROW, COLUMNS));
    let columns = strips.iter().map(|strip| strip.curves.len()).max().ok_or("no savings are known")?;
    let mut scene = Scene::new(FIGURE.summary, width.of([400.0, 560.0].get(columns - 1).copied().unwrap_or(760.0)));
    let layout = Layout { columns, heights: width.pick(LOW, HEIGHTS), named: !width.is_narrow() || columns <= NAMED };
    let mut top = 4.0;
    for strip in &strips {
        top = draw_strip(&mut scene, report, strip, (top, &layout));
    }
    let entries = key(report, &strips, &layout);
    let right = scene.width - 8.0;
    scene.height = label::key(&mut scene, entries, 8.0, top, right) + 2.0;
    Ok(scene)
}

/// Each curve against the baseline that is its own fallback, or else against every baseline.
fn strips(report: &Report, columns: usize) -> Vec<Strip<'_>> {
    let mut strips = Vec::new();
    for fallback in fallbacks(report) {
        let all: Vec<&Curve> = report.curves.iter().filter(|curve| curve.fallback == fallback).collect();
        let own: Vec<&String> = report.run.baselines.iter().filter(|baseline| *baseline == fallback).collect();
        for baseline in if own.is_empty() { report.run.baselines.iter().collect() } else { own } {
            let reference =
                report.run.endpoints.iter().find(|endpoint| endpoint.id == *baseline).and_then(|endpoint| endpoint.answer_accuracy);
            let series = all.iter().flat_map(|curve| savings(curve, baseline)).collect::<Vec<_>>();
            let saved = series.iter().flat_map(Series::values).collect::<Vec<_>>();
            let answered = all.iter().flat_map(|curve| answers(curve).values().collect::<Vec<_>>()).chain(reference);
            let Some(answers) = Axis::linear(answered, 3, 0.05, Ticks::Percent) else { continue };
            // The zero line is always there: it is where routing stops to pay.
            let Some(savings) = Axis::linear(saved.iter().copied().chain([0.0]), 4, 0.1, Ticks::Percent) else { continue };
            if saved.is_empty() {
                continue;
            }
            strips.extend(all.chunks(all.len().div_ceil(all.len().div_ceil(columns))).map(|curves| {
                let (savings, answers) = (savings.clone(), answers.clone());
                Strip { fallback, baseline, curves: curves.to_vec(), savings, answers, reference }
            }));
        }
    }
    strips
}

/// The known savings of a curve.
fn savings(curve: &Curve, baseline: &str) -> Vec<Series> {
    let account = |index: usize| -> Vec<Sample> {
        let sample = |point: &Point| Sample {
            x: point.router_accuracy,
            simulated: point.savings.get(baseline).and_then(|savings| savings.to_array().get(index).copied().flatten()),
            expected: point.expected_savings.get(baseline).and_then(|savings| savings.to_array().get(index).copied().flatten()),
        };
        curve.points.iter().map(sample).collect()
    };
    // "compute" is what people call the account of floating-point operations.
    let names = ACCOUNT_NAMES.map(|name| if name == "flops" { "compute" } else { name });
    let series = names.into_iter().zip(style::ACCOUNTS).enumerate();
    let series = series.map(|(index, (name, look))| Series { name, look, samples: account(index) });
    series.filter(|series| series.values().next().is_some()).collect()
}

fn answers(curve: &Curve) -> Series {
    let sample =
        |point: &Point| Sample { x: point.router_accuracy, simulated: point.answer_accuracy, expected: point.expected_answer_accuracy };
    Series { name: "routed", look: style::ANSWERS, samples: curve.points.iter().map(sample).collect() }
}

impl Series {
    /// All values that must have room.
    fn values(&self) -> impl Iterator<Item = f64> + '_ {
        self.samples.iter().flat_map(|sample| {
            let figure = sample.simulated;
            [figure.map(|f| f.value), figure.and_then(|f| f.low), figure.and_then(|f| f.high), sample.expected].into_iter().flatten()
        })
    }

    /// The closed form where there is one, else the simulation.
    fn line(&self) -> impl Fn(&Sample) -> Option<f64> {
        let closed = self.samples.iter().any(|sample| sample.expected.is_some());
        move |sample| if closed { sample.expected } else { sample.simulated.map(|figure| figure.value) }
    }

    fn draw(&self, scene: &mut Scene, panel: &Panel) {
        let bounds = |sample: &Sample| sample.simulated.and_then(|figure| Some((figure.low?, figure.high?)));
        for run in self.samples.chunk_by(|a, b| bounds(a).is_some() == bounds(b).is_some()) {
            let bounds = run.iter().filter_map(|sample| bounds(sample).map(|bounds| (sample.x, bounds))).collect::<Vec<_>>();
            let upper = bounds.iter().map(|(x, (_, high))| panel.at(*x, *high));
            let lower = bounds.iter().rev().map(|(x, (low, _))| panel.at(*x, *low));
            if bounds.len() > 1 {
                scene.marks.push(Mark::Area { points: upper.chain(lower).collect(), ink: self.look.ink });
            }
        }
        let value = self.line();
        for run in self.samples.chunk_by(|a, b| value(a).is_some() == value(b).is_some()) {
            let points = run.iter().filter_map(|sample| Some(panel.at(sample.x, value(sample)?))).collect();
            scene.line(points, Stroke { ink: self.look.ink, width: 1.4, dash: self.look.dash });
        }
        // A marker at about every tenth of the axis is enough to compare with the line.
        let mut next = f64::NEG_INFINITY;
        for sample in &self.samples {
            let Some(figure) = sample.simulated.filter(|_| sample.x >= next - 1e-9) else { continue };
            next = sample.x + 0.1;
            scene.marker(panel.at(sample.x, figure.value), self.look.shape, 4.0, self.look.ink, false);
        }
    }

    /// The last known value, where the label stands.
    fn end(&self) -> Option<f64> {
        self.samples.iter().rev().find_map(self.line())
    }
}

/// Draws headings and both rows of panels from `top` and returns where the next strip starts.
fn draw_strip(scene: &mut Scene, report: &Report, strip: &Strip, (top, layout): (f64, &Layout)) -> f64 {
    let [savings_height, answers_height] = layout.heights;
    let names = strip.curves.iter().flat_map(|curve| savings(curve, strip.baseline)).map(|series| series.name);
    let widest = names.chain(["baseline"]).map(|name| style::text_width(name, style::SMALL, false)).fold(0.0, f64::max);
    let (columns, right) = (strip.curves.len() as f64, if layout.named { widest + 20.0 } else { 14.0 });
    // As wide as in the widest strip, so that panels of all strips line up.
    let full = layout.columns as f64;
    let width = (scene.width - LEFT - right - GAP * (full - 1.0)) / full;
    let text_width = scene.width - 16.0;
    let top = top + scene.heading((8.0, top), &saved_title(strip), text_width);
    scene.heading((8.0, top + savings_height + 40.0), "answer accuracy", text_width);
    for (index, curve) in strip.curves.iter().enumerate() {
        let left = LEFT + index as f64 * (width + GAP);
        let upper = Panel { left, top: top + 32.0, width, height: savings_height, x: Axis::unit(), y: strip.savings.clone() };
        let lower = Panel { top: upper.bottom() + 26.0, height: answers_height, y: strip.answers.clone(), ..upper.clone() };
        let name = column_title(report, curve, (width, layout.named));
        scene.text(Text { ink: style::BLACK, ..Text::small((left + width / 2.0, upper.top - 5.0), name).anchor(Anchor::Middle) });
        let last = index + 1 == strip.curves.len();
        draw_column(scene, strip, curve, (&upper, &lower), (index == 0, last, layout.named));
    }
    let middle = LEFT + (columns * (width + GAP) - GAP) / 2.0;
    let bottom = top + 32.0 + savings_height + 26.0 + answers_height;
    scene.text(Text::new((middle, bottom + 28.0), "router accuracy (nominal)").anchor(Anchor::Middle));
    bottom + 46.0
}

/// The misroute rule, and the policy where they differ as far as there is room for it.
fn column_title(report: &Report, curve: &Curve, (width, wide): (f64, bool)) -> String {
    let rule = format!("{}{}", if wide { "misroute: " } else { "" }, curve.misroute);
    if report.curves.iter().all(|other| other.policy == curve.policy) {
        return style::shorten(&rule, style::SMALL, false, width);
    }
    let left = width - style::text_width(&format!("{rule} ()"), style::SMALL, false);
    format!("{rule} ({})", style::shorten(&curve.policy, style::SMALL, false, left))
}

/// What is above the zero line. The lines name their accounts themselves.
fn saved_title(strip: &Strip) -> String {
    let to = if strip.fallback == strip.baseline { String::new() } else { format!(" (fallback: {})", strip.fallback) };
    format!("saved, % of {}{to}", strip.baseline)
}

fn draw_column(
    scene: &mut Scene,
    strip: &Strip,
    curve: &Curve,
    (upper, lower): (&Panel, &Panel),
    (first, last, named): (bool, bool, bool),
) {
    upper.frame(scene, false, first);
    lower.frame(scene, true, first);
    if let Some(reference) = strip.reference {
        scene.line(vec![lower.at(0.0, reference), lower.at(1.0, reference)], Stroke { ink: style::GREY, width: 1.1, dash: style::DASHED });
    }
    let (saved, answered) = (savings(curve, strip.baseline), answers(curve));
    for (panel, all) in [(upper, &saved[..]), (lower, std::slice::from_ref(&answered))] {
        if all.iter().all(|series| series.end().is_none()) {
            let middle = (panel.left + panel.width / 2.0, panel.top + panel.height / 2.0);
            scene.text(Text::small(middle, "not known").anchor(Anchor::Middle));
        }
        all.iter().for_each(|series| series.draw(scene, panel));
    }
    if last && named {
        let ends = |all: &[Series]| all.iter().filter_map(|s| Some((s.name, s.look.ink, s.end()?))).collect::<Vec<_>>();
        end_labels(scene, upper, &ends(&saved));
        let reference = strip.reference.map(|value| ("baseline", style::GREY, value));
        end_labels(scene, lower, &ends(&[answered]).into_iter().chain(reference).collect::<Vec<_>>());
    }
}

/// Names lines at the right edge of a panel, spread so that they do not touch.
fn end_labels(scene: &mut Scene, panel: &Panel, ends: &[(&str, Ink, f64)]) {
    let wanted: Vec<f64> = ends.iter().map(|(_, _, value)| panel.at(1.0, *value).1).collect();
    let placed = label::spread(&wanted, style::SMALL + 1.5, panel.top + 2.0, panel.bottom() - 2.0);
    for (((name, ink, _), wanted), placed) in ends.iter().zip(wanted).zip(placed) {
        let edge = panel.right();
        scene.line(vec![(edge + 2.0, wanted), (edge + 9.0, placed)], Stroke::solid(*ink, 0.8));
        scene.text(Text { ink: style::BLACK, ..Text::small((edge + 12.0, placed + 0.36 * style::SMALL), *name) });
    }
}

fn key(report: &Report, strips: &[Strip], layout: &Layout) -> Vec<Entry> {
    let ink = style::BLACK;
    let line = |dash, ink| Mark::Line { points: vec![(0.0, 4.0), (22.0, 4.0)], stroke: Stroke { ink, width: 1.4, dash } };
    let area = Mark::Area { points: vec![(0.0, -0.5), (22.0, -0.5), (22.0, 8.5), (0.0, 8.5)], ink };
    let dot = Mark::Marker { at: (11.0, 4.0), shape: Shape::Circle, size: 4.0, ink, hollow: false };
    let curves = || strips.iter().flat_map(|strip| strip.curves.iter());
    let closed = curves()
        .flat_map(|curve| &curve.points)
        .any(|point| point.expected_answer_accuracy.is_some() || !point.expected_savings.is_empty());
    let most = curves().map(|curve| curve.replicates).max().unwrap_or(0);
    let simulated = if most == 1 { "simulated, one replicate".to_owned() } else { format!("simulated, mean of {most} replicates") };
    let mut entries = if layout.named { Vec::new() } else { series_entries(strips) };
    if closed {
        entries.push(Entry { sample: vec![line(style::SOLID, ink)], text: "expected (closed form)".to_owned() });
    }
    entries.push(Entry { sample: vec![dot], text: simulated });
    entries.push(Entry { sample: vec![area], text: "95% interval".to_owned() });
    if strips.iter().any(|strip| strip.reference.is_none()) {
        entries.push(Entry { sample: Vec::new(), text: "The baseline's answer accuracy is not known.".to_owned() });
    }
    entries.push(Entry { sample: Vec::new(), text: provenance(report) });
    entries
}

/// What lines are, where there is no room at their ends, and what the names above the panels are.
fn series_entries(strips: &[Strip]) -> Vec<Entry> {
    let curves = || strips.iter().flat_map(|strip| strip.curves.iter().map(move |curve| (strip, curve)));
    let mut lines: Vec<(&str, Look)> = Vec::new();
    for series in curves().flat_map(|(strip, curve)| savings(curve, strip.baseline)) {
        if !lines.iter().any(|(name, _)| *name == series.name) {
            lines.push((series.name, series.look));
        }
    }
    lines.push(("answer accuracy", style::ANSWERS));
    if strips.iter().any(|strip| strip.reference.is_some()) {
        lines.push(("that of the baseline", Look { ink: style::GREY, dash: style::DASHED, ..style::PLAIN }));
    }
    let line =
        |look: Look| Mark::Line { points: vec![(0.0, 4.0), (22.0, 4.0)], stroke: Stroke { ink: look.ink, width: 1.4, dash: look.dash } };
    let mut entries = vec![Entry { sample: Vec::new(), text: "Above the panels: what a misroute does.".to_owned() }];
    entries.extend(lines.into_iter().map(|(name, look)| Entry { sample: vec![line(look)], text: name.to_owned() }));
    entries
}
