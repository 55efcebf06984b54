//! The smallest model that solves a query, by data set and category (the paper's Figures 6 and 7).

use super::axis::{Axis, number};
use super::dots;
use super::label::{self, Entry};
use super::rows::{self, Column, Row};
use super::scene::{Anchor, Mark, Scene, Stroke, Text};
use super::style::{self, Ink};
use super::{FigureKind, Width, endpoints::Endpoints, studied, study, thousands, units};
use crate::analysis::study::{DifficultyLevel, DifficultyRow, DifficultyTable, Extent};
use crate::report::Report;

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "difficulty", summary: "Share of queries by the smallest model that answers them correctly", draw };

const WIDTH: f64 = 760.0;
/// Of more data sets, and of more categories of one, the largest are drawn.
const SETS: usize = 6;
const CATEGORIES: usize = 8;
/// Half of a bar's height.
const HALF: f64 = 5.5;

/// Greys of the smallest and the largest models, of 255.
const LIGHTEST: f64 = 232.0;
const DARKEST: f64 = 70.0;

/// What fills a part of a bar.
#[derive(Clone, Copy)]
enum Fill {
    /// A colour.
    Plain(Ink),
    /// Hatched: a cloud endpoint alone.
    Hatched,
    /// Empty: nobody.
    Empty,
}

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let table = study(report)?.difficulty.as_ref();
    let table = table.ok_or("the report has no difficulty: no endpoint is known to be local")?;
    let (chosen, left_out) = chosen(table);
    let names: Vec<Row> = chosen.iter().map(|(row, _)| row.clone()).collect();
    let mut scene = Scene::new(FIGURE.summary, width.of(WIDTH));
    let axis = Axis::unit();
    let column = Column {
        heading: String::new(),
        title: "queries, by the smallest model that answers them correctly".to_owned(),
        axis,
        beside: 14.0,
    };
    let fills = fills(report, table);
    let laid = rows::lay(&mut scene, &names, &[column], 4.0);
    for (index, row) in chosen.iter().enumerate().filter_map(|(index, (_, row))| Some((index, (*row)?))) {
        let mut from = 0.0;
        for (share, fill) in parts(&fills, row) {
            if let (Some(start), Some(end)) = (laid.at(0, index, from), laid.at(0, index, (from + share).min(1.0))) {
                bar(&mut scene, (start.0, end.0, start.1), fill, share);
            }
            from += share;
        }
    }
    let mut entries: Vec<Entry> = table.levels.iter().zip(&fills).map(|(level, fill)| sample(*fill, &named(level))).collect();
    let cloud = table.rows.iter().any(|row| row.cloud_only.is_some());
    if cloud {
        entries.push(sample(Fill::Hatched, "only a cloud endpoint"));
    }
    entries.push(sample(Fill::Empty, if cloud { "no endpoint" } else { "no local endpoint" }));
    if left_out > 0 {
        entries.push(dots::remark(format!("Smaller data sets and categories that are not shown: {left_out}.")));
    }
    entries.push(dots::remark(studied(report, table.rows.first().map(|row| row.group.queries))));
    let right = scene.width - 8.0;
    scene.height = label::key(&mut scene, entries, 8.0, laid.bottom, right) + 2.0;
    Ok(scene)
}

/// A heading for each data set, with all its queries and its largest categories; how many are left out.
fn chosen(table: &DifficultyTable) -> (Vec<(Row, Option<&DifficultyRow>)>, usize) {
    let mut groups: Vec<(&DifficultyRow, Vec<&DifficultyRow>)> = Vec::new();
    for row in &table.rows {
        match row.group.extent {
            Extent::All | Extent::Dataset => groups.push((row, Vec::new())),
            Extent::Category => groups.iter_mut().next_back().into_iter().for_each(|(_, categories)| categories.push(row)),
        }
    }
    // All queries come first in the table and say nothing more where there is one data set.
    let sets = groups.iter().filter(|(row, _)| row.group.extent == Extent::Dataset).count();
    if sets == 1 {
        groups.retain(|(row, _)| row.group.extent == Extent::Dataset);
    }
    // All queries, then the largest data sets.
    groups.sort_by_key(|(row, _)| (row.group.extent != Extent::All, std::cmp::Reverse(row.group.queries)));
    let mut left_out = groups.len().saturating_sub(SETS + 1);
    groups.truncate(SETS + 1);
    let mut rows = Vec::new();
    for (group, mut categories) in groups {
        categories.sort_by_key(|row| std::cmp::Reverse(row.group.queries));
        left_out += categories.len().saturating_sub(CATEGORIES);
        let name = match (group.group.extent, group.group.dataset.as_deref()) {
            (Extent::All, _) => "all",
            (_, Some(name)) => name,
            (_, None) => "no data set",
        };
        let name = format!("{name} ({} queries)", thousands(group.group.queries));
        if categories.is_empty() {
            rows.push((Row::new(name), Some(group)));
            continue;
        }
        rows.push((Row::heading(name), None));
        rows.push((Row::new("all queries"), Some(group)));
        let category = |row: &DifficultyRow| Row::new(row.group.category.as_deref().unwrap_or("no category"));
        rows.extend(categories.into_iter().take(CATEGORIES).map(|row| (category(row), Some(row))));
    }
    (rows, left_out)
}

/// The parts of a bar, from the smallest model to nobody.
fn parts(fills: &[Fill], row: &DifficultyRow) -> Vec<(f64, Fill)> {
    let levels = row.smallest.iter().zip(fills).map(|(share, fill)| (share.map_or(0.0, |share| share.value), *fill));
    let cloud = row.cloud_only.map(|share| (share.value, Fill::Hatched));
    let nobody = row.nobody.map(|share| (share.value, Fill::Empty));
    levels.chain(cloud).chain(nobody).filter(|(share, _)| *share > 0.0).collect()
}

/// The fills of the levels: the colour of the first endpoint of each, or where two would have the same, greys that
/// grow darker with the models.
fn fills(report: &Report, table: &DifficultyTable) -> Vec<Fill> {
    let endpoints = Endpoints::of(report);
    let own = |level: &DifficultyLevel| endpoints.look(level.endpoints.first()?).map(|look| look.ink);
    let inks: Vec<Ink> = table.levels.iter().filter_map(own).collect();
    let differ = inks.iter().enumerate().all(|(index, ink)| !inks.iter().skip(index + 1).any(|other| other == ink));
    if differ && inks.len() == table.levels.len() {
        return inks.into_iter().map(Fill::Plain).collect();
    }
    let most = table.levels.len().saturating_sub(1).max(1) as f64;
    let grey = |index: usize| (LIGHTEST + index as f64 / most * (DARKEST - LIGHTEST)).round() as u8;
    (0..table.levels.len()).map(|index| Fill::Plain(Ink(grey(index), grey(index), grey(index)))).collect()
}

/// A part of a bar with its number, where there is room for it.
fn bar(scene: &mut Scene, (left, right, middle): (f64, f64, f64), fill: Fill, share: f64) {
    scene.marks.extend(filled((left, right, middle), fill));
    let text = Text::small(((left + right) / 2.0, middle + 0.36 * style::SMALL), number(100.0 * share, 0) + "%").anchor(Anchor::Middle);
    let (ink, ground) = match fill {
        Fill::Plain(ink) => (ink.on(), None),
        Fill::Hatched => (style::BLACK, Some(style::WHITE)),
        Fill::Empty => (style::BLACK, None),
    };
    let text = Text { ink, ..text };
    let room = text.room();
    if room.right - room.left + 4.0 > right - left {
        return;
    }
    if let Some(ink) = ground {
        let (top, bottom) = (middle - HALF + 1.0, middle + HALF - 1.0);
        scene.marks.push(Mark::Fill { points: vec![(room.left, top), (room.right, top), (room.right, bottom), (room.left, bottom)], ink });
    }
    scene.text(text);
}

/// The marks of a filled rectangle.
fn filled((left, right, middle): (f64, f64, f64), fill: Fill) -> Vec<Mark> {
    let (top, bottom) = (middle - HALF, middle + HALF);
    let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
    let frame = Mark::Line { points: corners.iter().copied().chain([(left, top)]).collect(), stroke: Stroke::solid(style::GREY, 0.5) };
    let mut marks = match fill {
        Fill::Plain(ink) => vec![Mark::Fill { points: corners, ink }],
        Fill::Hatched | Fill::Empty => vec![Mark::Fill { points: corners, ink: style::WHITE }],
    };
    if matches!(fill, Fill::Hatched) {
        // Strokes at 45 degrees, cut off at both ends.
        let height = bottom - top;
        let mut start = left - height + 2.0;
        while start < right {
            let (from, to) = (start.max(left), (start + height).min(right));
            let points = vec![(from, bottom - (from - start)), (to, bottom - (to - start))];
            marks.push(Mark::Line { points, stroke: Stroke::solid(style::GREY, 0.9) });
            start += 3.5;
        }
    }
    marks.push(frame);
    marks
}

fn sample(fill: Fill, text: &str) -> Entry {
    Entry { sample: filled((0.0, 22.0, 4.0), fill), text: text.to_owned() }
}

/// The size and the models of a level.
fn named(level: &DifficultyLevel) -> String {
    let size = level.params_total_b.map_or_else(|| "size not known".to_owned(), units::parameters);
    format!("{size}: {}", level.models.join(", "))
}
