//! Accuracy per watt and per joule of each model-hardware pair (the paper's Tables 13, 14 and 17).

use super::axis::Axis;
use super::dots::{self, Dot, DotColumn, DotRow};
use super::label;
use super::rows::Row;
use super::scene::Scene;
use super::style::{self, Look, Shape};
use super::units::{Per, Unit, significant};
use super::{FigureKind, Width, endpoints::Endpoints, published, studied, study};
use crate::analysis::study::Pair;
use crate::report::{Figure, Line, Report};
use crate::trace::Tier;

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "efficiency", summary: "Answer accuracy per watt and per joule of each model on its hardware", draw };

const WIDTH: f64 = 760.0;

/// An efficiency, and the unit that it is shown in.
struct Kind {
    per: Per,
    unit: Unit,
}

/// The markers of tiers, and their names; the last is that of a tier that is not known. Colours are the endpoints'.
const TIERS: [(Option<Tier>, Shape, &str); 4] = [
    (Some(Tier::Phone), Shape::Triangle, "phone"),
    (Some(Tier::Local), Shape::Circle, "local"),
    (Some(Tier::Cloud), Shape::Square, "cloud"),
    (None, Shape::Diamond, "tier not known"),
];

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let pairs = study(report)?.pairs.as_slice();
    let all = [Per::Watt, Per::Joule]
        .map(|per| (per, pairs.iter().filter_map(|pair| of(per, pair)).map(|figure| figure.value).collect::<Vec<_>>()));
    let kinds: Vec<Kind> =
        all.into_iter().filter(|(_, values)| !values.is_empty()).map(|(per, values)| Kind { per, unit: per.unit(values) }).collect();
    if kinds.is_empty() {
        return Err("no endpoint's accuracy per watt or per joule is known".to_owned());
    }
    let known: Vec<&Pair> = pairs.iter().filter(|pair| kinds.iter().any(|kind| value(kind, pair).is_some())).collect();
    let rows = rows(report, &known, &kinds);
    let mut scene = Scene::new(FIGURE.summary, width.of(WIDTH));
    let mut columns = Vec::new();
    for (index, kind) in kinds.iter().enumerate() {
        let axis = Axis::log(dots::values(&rows, index), 1.0).ok_or("an accuracy per watt or joule is not above 0")?;
        columns.push(DotColumn { heading: String::new(), title: kind.unit.title.to_owned(), axis, number: significant });
    }
    let mut top = 4.0;
    if width.is_narrow() {
        // Below each other: names, dots and numbers take all of the width.
        for (index, column) in columns.into_iter().enumerate() {
            top = dots::draw(&mut scene, &only(&rows, index), vec![column], top) + 6.0;
        }
    } else {
        top = dots::draw(&mut scene, &rows, columns, top);
    }
    let used = TIERS.iter().filter(|(tier, ..)| known.iter().any(|pair| pair.tier == *tier));
    let mut entries: Vec<_> =
        used.map(|(_, shape, name)| dots::entry(Look { ink: style::GREY, dash: style::SOLID, shape: *shape }, *name)).collect();
    entries.push(dots::interval());
    let lines = kinds.iter().flat_map(|kind| known.iter().filter_map(|pair| line(report, kind, pair)));
    entries.extend(dots::paper(lines, " (in brackets)"));
    entries.push(dots::remark(studied(report, None)));
    let right = scene.width - 8.0;
    scene.height = label::key(&mut scene, entries, 8.0, top, right) + 2.0;
    Ok(scene)
}

/// What is 0 has no place on a logarithmic axis.
fn of(per: Per, pair: &Pair) -> Option<Figure> {
    if per == Per::Watt { pair.apw } else { pair.apj }.filter(|figure| figure.value > 0.0)
}

/// In the unit of the axis.
fn value(kind: &Kind, pair: &Pair) -> Option<Figure> {
    let (figure, unit) = (of(kind.per, pair)?, kind.unit.size);
    let bounds = figure.low.zip(figure.high).filter(|(low, _)| *low > 0.0);
    Some(Figure { value: figure.value / unit, low: bounds.map(|(low, _)| low / unit), high: bounds.map(|(_, high)| high / unit) })
}

fn line<'a>(report: &'a Report, kind: &Kind, pair: &Pair) -> Option<&'a Line> {
    published(report, &format!("{}.{}", kind.per.key(), pair.endpoint)).filter(|line| line.paper.is_some_and(|paper| paper > 0.0))
}

/// A heading for each hardware, phones first and the cloud last, and below it its models by size.
fn rows(report: &Report, pairs: &[&Pair], kinds: &[Kind]) -> Vec<DotRow> {
    let endpoints = Endpoints::of(report);
    let tier = |pair: &Pair| TIERS.iter().position(|(tier, ..)| *tier == pair.tier).unwrap_or(TIERS.len());
    let mut groups: Vec<Vec<&Pair>> = Vec::new();
    for pair in pairs {
        match groups.iter_mut().find(|group| group.iter().any(|other| other.hardware == pair.hardware && other.tier == pair.tier)) {
            Some(group) => group.push(pair),
            None => groups.push(vec![pair]),
        }
    }
    groups.sort_by_key(|group| group.first().map(|pair| tier(pair)));
    let mut rows = Vec::new();
    let several = |hardware: &Option<String>| groups.iter().filter(|group| group.iter().any(|pair| pair.hardware == *hardware)).count() > 1;
    for mut group in groups.clone() {
        let size = |pair: &Pair| pair.params_total_b.unwrap_or(f64::INFINITY);
        group.sort_by(|a, b| size(a).total_cmp(&size(b)).then(a.batch_size.cmp(&b.batch_size)));
        let Some(first) = group.first() else { continue };
        let mut hardware = first.hardware.clone().unwrap_or_else(|| "hardware not known".to_owned());
        if several(&first.hardware) {
            let tier = TIERS.iter().find(|(tier, ..)| *tier == first.tier).map_or("", |(.., name)| *name);
            hardware = format!("{hardware}, {tier}");
        }
        rows.push(DotRow { row: Row::heading(hardware), dots: Vec::new() });
        let shape = |pair: &Pair| TIERS.iter().find(|(tier, ..)| *tier == pair.tier).map_or(Shape::Diamond, |(_, shape, _)| *shape);
        let look = |pair: &Pair| Look { shape: shape(pair), ..endpoints.look_or_plain(&pair.endpoint) };
        let dot = |kind: &Kind, pair: &Pair| {
            let paper = line(report, kind, pair).and_then(|line| line.paper).map(|paper| paper / kind.unit.size);
            Some(Dot { figure: value(kind, pair)?, paper, look: look(pair) })
        };
        for pair in &group {
            rows.push(DotRow { row: Row::new(name(pair, &group)), dots: kinds.iter().map(|kind| dot(kind, pair)).collect() });
        }
    }
    rows
}

/// The rows of one column, with the headings of those that have a dot in it.
fn only(rows: &[DotRow], column: usize) -> Vec<DotRow> {
    let mut kept: Vec<DotRow> = Vec::new();
    for row in rows {
        let dot = row.dots.get(column).copied().flatten();
        if row.row.heading {
            // A heading above another one is about nothing.
            kept.pop_if(|last| last.row.heading);
        }
        if row.row.heading || dot.is_some() {
            kept.push(DotRow { row: row.row.clone(), dots: vec![dot] });
        }
    }
    kept.pop_if(|last| last.row.heading);
    kept
}

/// The model, with precision and batch size, and where that is not one alone what its id has more.
fn name(pair: &Pair, group: &[&Pair]) -> String {
    let plain = |pair: &Pair| {
        let precision = pair.precision.as_ref().map_or_else(String::new, |precision| format!(", {precision}"));
        let batch = pair.batch_size.filter(|size| *size > 1).map_or_else(String::new, |size| format!(", batch {size}"));
        format!("{}{precision}{batch}", pair.model)
    };
    let first = group.iter().find(|other| plain(other) == plain(pair)).filter(|first| first.endpoint != pair.endpoint);
    match first {
        None => plain(pair),
        Some(first) => {
            let more = pair.endpoint.strip_prefix(&first.endpoint).map_or(pair.endpoint.as_str(), |more| more.trim_start_matches('-'));
            format!("{} ({more})", plain(pair))
        }
    }
}
