//! Savings by the largest local model allowed, with the answer accuracy below (the paper's Tables 8 and 9).

use super::axis::{Axis, Panel, Ticks};
use super::dots;
use super::label::{self, Entry};
use super::scene::{Anchor, Mark, Scene, Stroke, Text};
use super::style::{self, Look};
use super::units::parameters;
use super::{FigureKind, Width, published, studied, study, thousands};
use crate::analysis::study::{Extent, Group, SavingsBySize, SizeRow};
use crate::report::{ACCOUNT_NAMES, Figure, Line, Report};

pub(super) const FIGURE: FigureKind =
    FigureKind { name: "savings_by_size", summary: "Savings and answer accuracy by the largest local model allowed", draw };

const WIDTH: f64 = 760.0;
const LEFT: f64 = 46.0;
const GAP: f64 = 22.0;
const SAVINGS_HEIGHT: f64 = 150.0;
const ANSWERS_HEIGHT: f64 = 70.0;
/// Panels side by side; and in one column of a paper.
const COLUMNS: usize = 4;
const NARROW: usize = 2;
/// Of more data sets the largest are drawn.
const MOST: usize = 8;

const REFERENCE: Stroke = Stroke { ink: style::GREY, width: 1.1, dash: style::DASHED };

/// "compute" is what people call the account of floating-point operations.
const WORDS: [&str; 4] = ["energy", "compute", "cost", "latency"];

/// A group of queries: for each size its row.
struct Column<'a> {
    group: &'a Group,
    rows: Vec<(f64, &'a SizeRow)>,
}

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let study = study(report)?;
    let all: Vec<(&SavingsBySize, Vec<Column>)> =
        study.by_size.iter().map(|savings| (savings, columns(savings))).filter(|(_, columns)| !columns.is_empty()).collect();
    if all.is_empty() {
        return Err("no savings by size are known together with an answer accuracy".to_owned());
    }
    let mut scene = Scene::new(FIGURE.summary, width.of(natural(&all)));
    let mut top = 4.0;
    for (savings, columns) in &all {
        for strip in columns.chunks(columns.len().div_ceil(columns.len().div_ceil(width.pick(NARROW, COLUMNS)))) {
            top = draw_strip(&mut scene, report, savings, strip, top)?;
        }
    }
    let right = scene.width - 8.0;
    scene.height = label::key(&mut scene, key(report, &all), 8.0, top, right) + 2.0;
    Ok(scene)
}

fn key(report: &Report, all: &[(&SavingsBySize, Vec<Column>)]) -> Vec<Entry> {
    let columns = || all.iter().flat_map(|(savings, columns)| columns.iter().map(move |column| (savings, column)));
    let rows = || columns().flat_map(|(_, column)| &column.rows);
    let used = |account: usize| rows().any(|(_, row)| row.savings.to_array().get(account).is_some_and(Option::is_some));
    let accounts = WORDS.iter().zip(style::ACCOUNTS).enumerate().filter(|(account, _)| used(*account));
    let mut entries: Vec<Entry> = accounts.map(|(_, (word, look))| sample(look, &format!("{word} saved"))).collect();
    let lines = rows().flat_map(|(size, row)| (0..4).filter_map(|account| line(report, &row.group, *size, account)));
    if let Some(Entry { text, .. }) = dots::paper(lines, " (hollow)") {
        entries.push(Entry { sample: vec![hollow(style::ACCOUNTS[0], (11.0, 4.0))], text });
    }
    entries.push(sample(style::ANSWERS, "answer accuracy"));
    if columns().any(|(savings, column)| reference(report, savings, column.group).is_some()) {
        let line = Mark::Line { points: vec![(0.0, 4.0), (22.0, 4.0)], stroke: REFERENCE };
        entries.push(Entry { sample: vec![line], text: "that of the baseline".to_owned() });
    }
    entries.push(dots::remark("Oracle: the smallest model that is right; where none is, the smallest."));
    let left_out = all.iter().filter_map(|(savings, _)| Some(wanted(savings)?.len())).max().unwrap_or(0).saturating_sub(MOST);
    if left_out > 0 {
        entries.push(dots::remark(format!("Smaller data sets that are not shown: {left_out}.")));
    }
    let queries = all.first().and_then(|(savings, _)| savings.limits.first()?.rows.first()).map(|row| row.group.queries);
    entries.push(dots::remark(studied(report, queries)));
    entries
}

fn natural(all: &[(&SavingsBySize, Vec<Column>)]) -> f64 {
    let most = all.iter().map(|(_, columns)| columns.len()).max().unwrap_or(1);
    if most == 1 { 460.0 } else { WIDTH }
}

/// The rows of each data set, or that of all queries where there is none.
fn wanted(savings: &SavingsBySize) -> Option<Vec<&SizeRow>> {
    let rows = &savings.limits.first()?.rows;
    let sets = rows.iter().any(|row| row.group.extent == Extent::Dataset);
    Some(rows.iter().filter(|row| (row.group.extent == Extent::Dataset) == sets).collect())
}

/// The largest groups, with what is known: a saving and an answer accuracy.
fn columns(savings: &SavingsBySize) -> Vec<Column<'_>> {
    let mut wanted = wanted(savings).unwrap_or_default();
    wanted.sort_by_key(|row| std::cmp::Reverse(row.group.queries));
    wanted.truncate(MOST);
    let column = |group: &Group| -> Vec<(f64, &SizeRow)> {
        let same = |row: &&SizeRow| row.group.extent == group.extent && row.group.dataset == group.dataset;
        let known = |row: &&SizeRow| row.answer_accuracy.is_some() && row.savings.to_array().iter().any(Option::is_some);
        savings.limits.iter().filter_map(|limit| Some((limit.params_total_b, limit.rows.iter().find(same).filter(known)?))).collect()
    };
    let columns = wanted.into_iter().map(|row| Column { group: &row.group, rows: column(&row.group) });
    columns.filter(|column| !column.rows.is_empty()).collect()
}

/// The published saving on a data set with models up to a size, which tables give without decimals.
fn line<'a>(report: &'a Report, group: &Group, size: f64, account: usize) -> Option<&'a Line> {
    let (dataset, word) = (group.dataset.as_deref()?, WORDS.get(account)?);
    published(report, &format!("by_size.{dataset}.{}.both.{word}", size.floor())).filter(|line| line.paper.is_some())
}

/// Draws panels side by side and returns where the next strip starts.
fn draw_strip(scene: &mut Scene, report: &Report, savings: &SavingsBySize, strip: &[Column], top: f64) -> Result<f64, String> {
    let rows = || strip.iter().flat_map(|column| &column.rows);
    let bounds = |figure: Figure| [Some(figure.value), figure.low, figure.high].into_iter().flatten();
    let saved = rows().flat_map(|(_, row)| row.savings.to_array()).flatten().flat_map(bounds);
    let paper = rows().flat_map(|(size, row)| (0..4).filter_map(|account| line(report, &row.group, *size, account)?.paper));
    // The zero line is always there: it is where routing stops to pay.
    let upper = Axis::linear(saved.chain(paper).chain([0.0]), 5, 0.1, Ticks::Percent).ok_or("no saving is known")?;
    let references = strip.iter().filter_map(|column| reference(report, savings, column.group));
    let answered = rows().filter_map(|(_, row)| row.answer_accuracy).flat_map(bounds).chain(references).collect::<Vec<_>>();
    let lower = Axis::shares(&answered, 3, 0.1).ok_or("no answer accuracy is known")?;
    let page = scene.width;
    let top = top + scene.heading((8.0, top), &format!("saved, % of {}", savings.baseline), page - 16.0);
    scene.heading((8.0, top + SAVINGS_HEIGHT + 40.0), "answer accuracy", page - 16.0);
    let count = strip.len() as f64;
    let width = (page - LEFT - 12.0 - GAP * (count - 1.0)) / count;
    for (index, column) in strip.iter().enumerate() {
        let left = LEFT + index as f64 * (width + GAP);
        let ticks = column.rows.iter().map(|(size, _)| (*size, parameters(*size))).collect();
        let x = Axis::stops(ticks).ok_or("a model's size is not above 0")?;
        let upper = Panel { left, top: top + 32.0, width, height: SAVINGS_HEIGHT, x, y: upper.clone() };
        let lower = Panel { top: upper.bottom() + 26.0, height: ANSWERS_HEIGHT, y: lower.clone(), ..upper.clone() };
        let name = column.group.dataset.as_deref().unwrap_or(if column.group.extent == Extent::All { "all" } else { "no data set" });
        let queries = format!(" ({} queries)", thousands(column.group.queries));
        let room = width - style::text_width(&queries, style::SMALL, false);
        let name = style::shorten(name, style::SMALL, false, room) + &queries;
        scene.text(dots::written((left + width / 2.0, upper.top - 5.0), name).anchor(Anchor::Middle));
        upper.frame(scene, false, index == 0);
        lower.frame(scene, true, index == 0);
        draw_column(scene, report, column, (&upper, &lower));
        if let Some(reference) = reference(report, savings, column.group) {
            let y = lower.at(1.0, reference).1;
            scene.line(vec![(lower.left, y), (lower.right(), y)], REFERENCE);
        }
    }
    let bottom = top + 32.0 + SAVINGS_HEIGHT + 26.0 + ANSWERS_HEIGHT;
    let middle = (LEFT + page - 12.0) / 2.0;
    scene.text(Text::new((middle, bottom + 29.0), "largest local model allowed, parameters (log scale)").anchor(Anchor::Middle));
    Ok(bottom + 46.0)
}

/// The baseline's own answer accuracy on these queries, where the report has it.
fn reference(report: &Report, savings: &SavingsBySize, group: &Group) -> Option<f64> {
    let line = |dataset: &String| published(report, &format!("baseline.{dataset}"))?.here;
    // A data set of all queries is the whole run.
    let whole = || report.run.endpoints.iter().find(|endpoint| endpoint.id == savings.baseline)?.answer_accuracy;
    let of_all = group.queries == report.run.queries;
    group.dataset.as_ref().and_then(line).or_else(|| if of_all { whole() } else { None })
}

fn draw_column(scene: &mut Scene, report: &Report, column: &Column, (upper, lower): (&Panel, &Panel)) {
    for (account, look) in (0..ACCOUNT_NAMES.len()).zip(style::ACCOUNTS) {
        let published: Vec<_> =
            column.rows.iter().filter_map(|(size, row)| Some(upper.at(*size, line(report, &row.group, *size, account)?.paper?))).collect();
        scene.line(published.clone(), Stroke { ink: look.ink, width: 0.8, dash: style::DOTTED });
        scene.marks.extend(published.into_iter().map(|at| hollow(look, at)));
        let figure = |row: &SizeRow| row.savings.to_array().get(account).copied().flatten();
        series(scene, upper, look, column.rows.iter().filter_map(|(size, row)| Some((*size, figure(row)?))).collect());
    }
    series(scene, lower, style::ANSWERS, column.rows.iter().filter_map(|(size, row)| Some((*size, row.answer_accuracy?))).collect());
}

fn series(scene: &mut Scene, panel: &Panel, look: Look, figures: Vec<(f64, Figure)>) {
    let points = figures.iter().map(|(size, figure)| panel.at(*size, figure.value)).collect();
    scene.line(points, Stroke { ink: look.ink, width: 1.4, dash: look.dash });
    for (size, figure) in figures {
        if let (Some(low), Some(high)) = (figure.low, figure.high) {
            scene.line(vec![panel.at(size, low), panel.at(size, high)], Stroke::solid(look.ink, 1.0));
        }
        scene.marker(panel.at(size, figure.value), look.shape, dots::DOT, look.ink, false);
    }
}

fn hollow(look: Look, at: (f64, f64)) -> Mark {
    Mark::Marker { at, shape: look.shape, size: 7.0, ink: look.ink, hollow: true }
}

fn sample(look: Look, text: &str) -> Entry {
    let line = Mark::Line { points: vec![(0.0, 4.0), (22.0, 4.0)], stroke: Stroke { ink: look.ink, width: 1.4, dash: look.dash } };
    let dot = Mark::Marker { at: (11.0, 4.0), shape: look.shape, size: dots::DOT, ink: look.ink, hollow: false };
    Entry { sample: vec![line, dot], text: text.to_owned() }
}
