//! Are predicted chances what comes true? Mean outcome over mean prediction, by bins of predictions.
//!
//! A panel for each router; where there is one router, a panel for each endpoint.

use super::axis::{Axis, Panel};
use super::label::{self, Entry};
use super::scene::{Anchor, At, Mark, Scene, Stroke, Text};
use super::style::{self, Look, Shape};
use super::{FigureKind, Width, endpoints::Endpoints, provenance, units};
use crate::report::{Report, RouterReport};
use crate::router::{Reliability, ReliabilityBin};

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "reliability", summary: "What came true over what routers predicted, by bins of predictions", draw };

const WIDTH: f64 = 760.0;
/// Panels side by side; and in one column of a paper.
const COLUMNS: usize = 3;
const NARROW: usize = 2;
/// Panels at most.
const MOST: usize = 6;
const LEFT: f64 = 42.0;
const RIGHT: f64 = 18.0;
/// Heights of the diagram, which is not higher than wide, and of the bars below it.
const HEIGHT: f64 = 170.0;
const BARS: f64 = 34.0;
const BETWEEN: f64 = 8.0;
/// A bin of fewer predictions has a hollow marker: its mean says little.
const FEW: usize = 20;
/// Half of a bar's width, as a share of its bin's.
const HALF_BAR: f64 = 0.42;

/// What one panel shows.
struct Content<'a> {
    title: String,
    /// Each line's look and bins; markers of several routers' endpoints are told apart by the key.
    lines: Vec<(Look, &'a Reliability)>,
}

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let routers = distinct(report);
    if routers.is_empty() {
        return Err("the report has no learned policy whose predictions were judged".to_owned());
    }
    let single = routers.len() == 1;
    let endpoints = Endpoints::of(report);
    let mut contents: Vec<Content> = if single {
        routers.iter().flat_map(|(_, router)| by_endpoint(router, &endpoints)).collect()
    } else {
        by_router(&routers, &endpoints)
    };
    let left_out = contents.len().saturating_sub(MOST);
    contents.truncate(MOST);
    let columns = if contents.len() == 4 { 2 } else { contents.len().min(width.pick(NARROW, COLUMNS)) };
    let natural = if columns == COLUMNS { WIDTH } else { 300.0 * columns as f64 };
    let mut scene = Scene::new(FIGURE.summary, width.of(natural));
    let cell = (scene.width / columns as f64).min(300.0);
    let height = (cell - LEFT - RIGHT).min(HEIGHT);
    let mut top = 4.0;
    for row in contents.chunks(columns) {
        let cells = || row.iter().zip(0..).map(|(content, index)| (content, f64::from(index) * cell));
        top += cells().map(|(content, left)| scene.heading((left + 8.0, top), &content.title, cell - 16.0)).fold(0.0, f64::max);
        for (content, left) in cells() {
            panel(&mut scene, content, (left, top + 20.0), (cell, height));
        }
        top += 20.0 + height + BETWEEN + BARS + 40.0;
    }
    let width = scene.width;
    scene.height = label::key(&mut scene, key(report, &routers, (single, left_out), &endpoints), 8.0, top, width - 8.0) + 2.0;
    Ok(scene)
}

/// Routers whose predictions differ, with the policies that decide on them.
fn distinct(report: &Report) -> Vec<(Vec<&str>, &RouterReport)> {
    let mut found: Vec<(Vec<&str>, &RouterReport)> = Vec::new();
    for router in report.routers.iter().filter(|router| router.reliability.values().any(Option::is_some)) {
        let same = |other: &RouterReport| {
            other.router == router.router && other.reliability.values().flatten().eq(router.reliability.values().flatten())
        };
        match found.iter_mut().find(|(_, other)| same(other)) {
            Some((policies, _)) => policies.push(&router.policy),
            None => found.push((vec![&router.policy], router)),
        }
    }
    found
}

fn by_endpoint<'a>(router: &'a RouterReport, endpoints: &Endpoints) -> Vec<Content<'a>> {
    let known = router.reliability.iter().filter_map(|(id, of)| Some((id, of.as_ref()?)));
    let title = |id: &str, of: &Reliability| format!("{id}: ECE {}", units::percent(of.ece));
    known.map(|(id, of)| Content { title: title(id, of), lines: vec![(endpoints.look_or_plain(id), of)] }).collect()
}

fn by_router<'a>(routers: &[(Vec<&str>, &'a RouterReport)], endpoints: &Endpoints) -> Vec<Content<'a>> {
    let content = |(policies, router): &(Vec<&str>, &'a RouterReport)| {
        let lines: Vec<(Look, &Reliability)> =
            router.reliability.iter().filter_map(|(id, of)| Some((endpoints.look_or_plain(id), of.as_ref()?))).collect();
        let count: usize = lines.iter().map(|(_, of)| of.count).sum();
        let ece = lines.iter().map(|(_, of)| of.ece * of.count as f64).sum::<f64>() / count as f64;
        Content { title: format!("{}: mean ECE {}", name(policies), units::percent(ece)), lines }
    };
    routers.iter().map(content).collect()
}

/// The policies of a router: the first, and how many more; one under several fallbacks counts once.
fn name(policies: &[&str]) -> String {
    let mut names: Vec<&str> = policies.iter().map(|name| name.split(" (fallback").next().unwrap_or(name)).collect();
    names.dedup();
    let first = names.first().copied().unwrap_or_default();
    if names.len() > 1 { format!("{first} and {} more", names.len() - 1) } else { first.to_owned() }
}

fn panel(scene: &mut Scene, content: &Content, (left, top): At, (cell, height): (f64, f64)) {
    let tall = Panel { left: left + LEFT, top, width: cell - LEFT - RIGHT, height, x: Axis::unit(), y: Axis::unit() };
    tall.frame(scene, false, true);
    scene.line(vec![tall.at(0.0, 0.0), tall.at(1.0, 1.0)], Stroke { ink: style::GREY, width: 0.9, dash: style::DASHED });
    for (look, of) in &content.lines {
        let place = |bin: &ReliabilityBin| tall.at(bin.mean_predicted, bin.mean_label);
        scene.line(of.bins.iter().map(place).collect(), Stroke { ink: look.ink, width: 1.3, dash: look.dash });
        of.bins.iter().for_each(|bin| scene.marker(place(bin), look.shape, 5.0, look.ink, bin.count < FEW));
    }
    bars(scene, content, &tall);
}

/// How many predictions each bin has, all lines together.
fn bars(scene: &mut Scene, content: &Content, above: &Panel) {
    let bins: Vec<&ReliabilityBin> = content.lines.iter().flat_map(|(_, of)| &of.bins).collect();
    let mut counts: Vec<(f64, f64, usize)> = Vec::new();
    for bin in bins {
        match counts.iter_mut().find(|(low, ..)| *low == bin.low) {
            Some((.., count)) => *count += bin.count,
            None => counts.push((bin.low, bin.high, bin.count)),
        }
    }
    let (most, all) = (counts.iter().map(|(.., count)| *count).max().unwrap_or(1), counts.iter().map(|(.., count)| *count).sum::<usize>());
    let low = Panel { top: above.bottom() + BETWEEN, height: BARS, y: Axis::fixed(0.0, 1.0, Vec::new()), ..above.clone() };
    low.frame(scene, true, false);
    let share = most as f64 / all.max(1) as f64;
    scene.text(Text::small((low.left - 4.0, low.top + 7.5), units::percent(share)).anchor(Anchor::End));
    for (from, to, count) in counts {
        let (middle, half) = ((from + to) / 2.0, HALF_BAR * (to - from));
        let height = 0.94 * count as f64 / most as f64;
        let corners = [(middle - half, 0.0), (middle - half, height), (middle + half, height), (middle + half, 0.0)];
        scene.marks.push(Mark::Fill { points: corners.map(|(x, y)| low.at(x, y)).to_vec(), ink: style::LIGHT });
    }
    scene.text(Text::new((low.left + low.width / 2.0, low.bottom() + 29.0), "predicted").anchor(Anchor::Middle));
}

fn key(report: &Report, routers: &[(Vec<&str>, &RouterReport)], (single, left_out): (bool, usize), endpoints: &Endpoints) -> Vec<Entry> {
    let line = |stroke| Mark::Line { points: vec![(0.0, 4.0), (22.0, 4.0)], stroke };
    let sample = |look: Look| {
        let marker = Mark::Marker { at: (11.0, 4.0), shape: look.shape, size: 5.0, ink: look.ink, hollow: false };
        vec![line(Stroke { ink: look.ink, width: 1.3, dash: look.dash }), marker]
    };
    let what = "mean of what came true, by bins of predictions";
    let mut entries: Vec<Entry> = Vec::new();
    if single {
        entries.push(Entry { sample: sample(style::PLAIN), text: what.to_owned() });
        entries.extend(routers.iter().map(|(policies, _)| Entry { sample: Vec::new(), text: format!("router of {}", name(policies)) }));
    } else {
        let mut named: Vec<&String> = Vec::new();
        for (id, _) in routers.iter().flat_map(|(_, router)| router.reliability.iter().filter(|(_, of)| of.is_some())) {
            if !named.contains(&id) {
                named.push(id);
            }
        }
        entries.extend(named.into_iter().map(|id| Entry { sample: sample(endpoints.look_or_plain(id)), text: id.clone() }));
        entries.push(Entry { sample: Vec::new(), text: format!("Upwards: {what}.") });
    }
    entries.push(Entry {
        sample: vec![line(Stroke { ink: style::GREY, width: 0.9, dash: style::DASHED })],
        text: "predictions that come true".to_owned(),
    });
    entries.push(Entry { sample: Vec::new(), text: "Bars: share of predictions in each bin.".to_owned() });
    let bins = routers.iter().flat_map(|(_, router)| router.reliability.values().flatten()).flat_map(|of| &of.bins);
    if bins.into_iter().any(|bin| bin.count < FEW) {
        let sample = Mark::Marker { at: (11.0, 4.0), shape: Shape::Circle, size: 5.0, ink: style::GREY, hollow: true };
        entries.push(Entry { sample: vec![sample], text: format!("a bin of fewer than {FEW} predictions") });
    }
    if left_out > 0 {
        entries.push(Entry { sample: Vec::new(), text: format!("Panels that are not shown: {left_out}.") });
    }
    entries.push(Entry { sample: Vec::new(), text: provenance(report) });
    entries
}
