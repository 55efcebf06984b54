//! Cumulative energy, compute, money and CO2 of strategies over a day of arrivals.
//!
//! A strip for each baseline, a panel for each amount, lines named at their ends with what they save;
//! the arrivals that make them rise stand beside them, and the key has each one's answer accuracy.

mod content;

use content::{Amount, Line, amounts};

use super::axis::{Axis, Panel, Ticks};
use super::label::{self, Entry};
use super::scene::{Anchor, At, Mark, Scene, Stroke, Text};
use super::style;
use super::{FigureKind, Width, provenance, thousands};
use crate::report::{Day, Report};

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "day", summary: "Cumulative energy, compute, cost and CO2 of strategies over a day of arrivals", draw };

const WIDTH: f64 = 760.0;
const LEFT: f64 = 46.0;
/// Least height of a panel; and in one column of a paper.
const HEIGHT: f64 = 128.0;
const LOW: f64 = 96.0;
const STRIP_HEIGHT: f64 = 62.0;
/// From the lower edge of a panel to the heading of the next: tick labels and the title of the axis.
const BELOW: f64 = 40.0;
/// Room for the heading of a panel.
const HEAD: f64 = 18.0;

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let day = report.day.as_ref().ok_or("the report has no day of arrivals")?;
    let strips: Vec<(&str, Vec<Amount>)> = report.run.baselines.iter().map(|id| (id.as_str(), amounts(report, day, id))).collect();
    if strips.iter().all(|(_, amounts)| amounts.is_empty()) {
        return Err("no energy, compute, cost or CO2 of the day is known".to_owned());
    }
    let mut scene = Scene::new(FIGURE.summary, width.of(WIDTH));
    let page = scene.width;
    let mut top = 4.0;
    for (index, (baseline, amounts)) in strips.iter().filter(|(_, amounts)| !amounts.is_empty()).enumerate() {
        let title = format!("cumulative over the day, and saved in % of {baseline}");
        top += scene.heading((8.0, top), &title, page - 16.0) + 20.0;
        // The arrivals are the same for all.
        let (bottom, (left, key_top)) = draw_cells(&mut scene, day, amounts, (top, width), index == 0);
        let entries = amounts.first().map_or(Vec::new(), |amount| amount.lines.iter().map(entry).collect());
        top = label::key(&mut scene, entries, left, key_top, page - 8.0).max(bottom - 8.0) + 10.0;
    }
    let published = strips.iter().flat_map(|(_, amounts)| amounts).flat_map(|amount| &amount.lines).any(|line| line.published.is_some());
    let brackets = if published { " In brackets: published, Figure 4." } else { "" };
    let from = format!("{} {} arrivals, shaped by {}.{brackets}", provenance(report), thousands(day.arrivals), day.shape);
    scene.height = label::key(&mut scene, vec![Entry { sample: Vec::new(), text: from }], 8.0, top - 4.0, page - 8.0) + 2.0;
    Ok(scene)
}

/// Draws the panels of a baseline in rows of two (of one in one column of a paper), the arrivals after them, and returns the lower end
/// and where there is room for the key.
fn draw_cells(scene: &mut Scene, day: &Day, amounts: &[Amount], (top, width): (f64, Width), with_arrivals: bool) -> (f64, At) {
    let lines = amounts.iter().map(|amount| amount.lines.len()).max().unwrap_or(0) as f64;
    let height = width.pick(LOW, HEIGHT).max(lines * (style::SMALL + 1.5) + 8.0);
    let widest = amounts.iter().flat_map(|amount| &amount.lines).map(|line| style::text_width(&line.label(), style::SMALL, false));
    let right = widest.fold(0.0, f64::max) + 16.0;
    let columns = width.pick(1, 2);
    let cell = scene.width / columns as f64;
    let mut row_top = top;
    for (index, amount) in amounts.iter().enumerate() {
        let left = cell * (index % columns) as f64;
        if index > 0 && index % columns == 0 {
            row_top += HEAD + height + BELOW;
        }
        let room =
            Panel { left: left + LEFT, top: row_top + HEAD, width: cell - LEFT - right, height, x: hours(day), y: amount.axis.clone() };
        draw_amount(scene, day, amount, &room);
    }
    let bottom = row_top + HEAD + height + BELOW;
    // An odd number of panels leaves a cell for the arrivals, or else for the key.
    let free = columns == 2 && amounts.len() % 2 == 1;
    match (with_arrivals, free) {
        (true, _) if columns == 1 => {
            let lower = draw_arrivals(scene, day, (LEFT, bottom + HEAD), cell - LEFT - right);
            (lower, (8.0, lower))
        }
        (true, true) => {
            draw_arrivals(scene, day, (cell + LEFT, row_top + HEAD), cell - LEFT - right);
            (bottom, (8.0, bottom))
        }
        (true, false) => {
            let lower = draw_arrivals(scene, day, (LEFT, bottom + HEAD), cell - LEFT - right);
            (lower, (cell + 8.0, bottom + HEAD))
        }
        (false, true) => (bottom, (cell + 8.0, row_top + HEAD)),
        (false, false) => (bottom, (8.0, bottom)),
    }
}

fn draw_amount(scene: &mut Scene, day: &Day, amount: &Amount, panel: &Panel) {
    title(scene, panel, &amount.title);
    panel.frame(scene, true, true);
    x_title(scene, day, panel);
    let mut ends = Vec::new();
    for line in &amount.lines {
        let points: Vec<_> = day.seconds.iter().zip(&line.values).map(|(second, value)| panel.at(second / 3600.0, *value)).collect();
        ends.push(points.last().map_or(panel.bottom(), |at| at.1));
        scene.line(points, Stroke { ink: line.look.ink, width: 1.5, dash: line.look.dash });
    }
    let edge = panel.at(day.span_s / 3600.0, 0.0).0;
    let placed = label::spread(&ends, style::SMALL + 1.5, panel.top + 3.0, panel.bottom() - 3.0);
    for ((line, end), placed) in amount.lines.iter().zip(ends).zip(placed) {
        scene.line(vec![(edge + 1.5, end), (edge + 7.0, placed)], Stroke::solid(line.look.ink, 0.8));
        scene.text(Text { ink: style::BLACK, ..Text::small((edge + 9.0, placed + 0.36 * style::SMALL), line.label()) });
    }
}

/// Arrivals an hour (of short files: a minute) as steps, and the lower end.
fn draw_arrivals(scene: &mut Scene, day: &Day, (left, top): (f64, f64), width: f64) -> f64 {
    let (bars, unit_s) = content::rates(day);
    let most = bars.iter().map(|(_, _, rate)| *rate).fold(0.0, f64::max);
    let (scale, prefix) = content::thousand(most);
    let Some(axis) = Axis::linear([0.0, most], 2, 0.0, Ticks::Times(scale)) else { return top };
    let panel = Panel { left, top, width, height: STRIP_HEIGHT, x: hours(day), y: axis };
    let each = if unit_s < 3600.0 { "minute" } else { "hour" };
    title(scene, &panel, &format!("arrivals per {each}{prefix}"));
    panel.frame(scene, true, true);
    x_title(scene, day, &panel);
    let outline = bars.iter().flat_map(|(from, to, rate)| [panel.at(from / 3600.0, *rate), panel.at(to / 3600.0, *rate)]);
    let outline: Vec<_> = outline.collect();
    let base = [panel.at(day.span_s / 3600.0, 0.0), panel.at(0.0, 0.0)];
    scene.marks.push(Mark::Area { points: outline.iter().copied().chain(base).collect(), ink: style::GREY });
    scene.line(outline, Stroke::solid(style::GREY, 1.0));
    panel.bottom() + BELOW
}

fn title(scene: &mut Scene, panel: &Panel, text: &str) {
    scene.text(Text::new((panel.left - LEFT + 8.0, panel.top - 7.0), text));
}

fn x_title(scene: &mut Scene, day: &Day, panel: &Panel) {
    let unit = if in_minutes(day) { "minutes" } else { "hours" };
    let text = if content::is_clock(day) { "hour of the day".to_owned() } else { format!("{unit} since the first arrival") };
    scene.text(Text::small((panel.left + panel.width / 2.0, panel.bottom() + 25.5), text).anchor(Anchor::Middle));
}

/// Whether the day is short enough to count in minutes.
fn in_minutes(day: &Day) -> bool {
    day.span_s < 3.0 * 3600.0
}

/// The time in hours since the start, ticks in hours or minutes.
fn hours(day: &Day) -> Axis {
    if in_minutes(day) { Axis::time(day.span_s / 3600.0, 1.0 / 60.0) } else { Axis::time(day.span_s / 3600.0, 1.0) }
}

fn entry(line: &Line) -> Entry {
    let stroke = Stroke { ink: line.look.ink, width: 1.5, dash: line.look.dash };
    let sample = vec![Mark::Line { points: vec![(0.0, 4.0), (22.0, 4.0)], stroke }];
    Entry { sample, text: format!("{}: {}", line.name, line.answers) }
}
