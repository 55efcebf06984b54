//! Share of queries that a local endpoint solves, by category (the paper's Figure 5 and Table 4).

use super::axis::Axis;
use super::dots::{self, Dot, DotColumn, DotRow};
use super::label;
use super::rows::Row;
use super::scene::Scene;
use super::style::TOGETHER;
use super::{FigureKind, Width, published, studied, study, thousands, units};
use crate::analysis::study::{CoverageTable, Extent, Group};
use crate::report::{Figure, Line, Report};

pub(super) const FIGURE: FigureKind = FigureKind {
    name: "coverage_by_category",
    summary: "Share of queries that a local endpoint answers correctly, by category and data set",
    draw,
};

const WIDTH: f64 = 760.0;
/// With one data set a column of a page is wide enough.
const NARROW: f64 = 560.0;
/// Data sets side by side; more stand below.
const COLUMNS: usize = 3;
/// Of more data sets the largest are drawn.
const SETS: usize = 6;
/// Of more categories those with most queries are drawn.
const MOST: usize = 40;

/// A data set with its categories.
struct Set<'a> {
    name: &'a str,
    queries: u64,
    cells: Vec<Cell<'a>>,
}

/// A category of one data set.
struct Cell<'a> {
    category: &'a str,
    queries: u64,
    figure: Figure,
    line: Option<&'a Line>,
}

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let table = study(report)?.coverage.as_ref().ok_or("the report has no coverage")?;
    let (sets, sets_left_out) = sets(report, table);
    if sets.is_empty() {
        return Err("no category has a share of queries that a local endpoint answers correctly".to_owned());
    }
    let mut scene = Scene::new(FIGURE.summary, width.of(if sets.len() == 1 { NARROW } else { WIDTH }));
    let (mut top, mut left_out, mut differ) = (4.0, 0, false);
    let columns = width.pick(1, COLUMNS);
    for strip in sets.chunks(sets.len().div_ceil(sets.len().div_ceil(columns))) {
        let (bottom, beyond, own) = draw_strip(&mut scene, strip, top)?;
        (top, left_out, differ) = (bottom, left_out + beyond, differ || own);
    }
    let cells = || sets.iter().flat_map(|set| &set.cells);
    let paper = dots::paper(cells().filter_map(|cell| cell.line).filter(|line| line.paper.is_some()), " (in brackets)");
    let mut entries: Vec<_> = paper.is_some().then(|| dots::entry(TOGETHER, "here")).into_iter().collect();
    if cells().any(|cell| cell.figure.low.is_some()) {
        entries.push(dots::interval());
    }
    entries.extend(paper);
    for (left_out, what) in [(left_out, "categories"), (sets_left_out, "data sets")] {
        if left_out > 0 {
            entries.push(dots::remark(format!("Smaller {what} that are not shown: {left_out}.")));
        }
    }
    if differ {
        entries.push(dots::remark("The axes differ."));
    }
    let from_lines = cells().any(|cell| cell.line.is_some());
    entries.push(dots::remark(studied(
        report,
        if from_lines { Some(report.run.queries) } else { table.rows.first().map(|row| row.group.queries) },
    )));
    let right = scene.width - 8.0;
    scene.height = label::key(&mut scene, entries, 8.0, top, right) + 2.0;
    Ok(scene)
}

/// The largest data sets that have categories, and how many are left out. Where a published table was compared with, the comparison's own
/// numbers are drawn: they may be of another trace than the study's.
fn sets<'a>(report: &'a Report, table: &'a CoverageTable) -> (Vec<Set<'a>>, usize) {
    let mut sets: Vec<Set> = Vec::new();
    for row in &table.rows {
        match row.group.extent {
            Extent::All if table.rows.iter().any(|row| row.group.extent == Extent::Dataset) => {}
            Extent::All => sets.push(Set { name: "", queries: row.group.queries, cells: Vec::new() }),
            Extent::Dataset => {
                let name = row.group.dataset.as_deref().unwrap_or("no data set");
                sets.push(Set { name, queries: row.group.queries, cells: Vec::new() });
            }
            Extent::Category => {
                let (Some(set), Some(share)) = (sets.last_mut(), row.local) else { continue };
                let category = row.group.category.as_deref().unwrap_or("no category");
                let line = published(report, &format!("coverage.{}.{category}", set.name)).filter(|line| line.here.is_some());
                let figure = line.and_then(|line| line.here).map_or(share, Figure::exact);
                set.cells.push(Cell { category, queries: row.group.queries, figure, line });
            }
        }
    }
    sets.retain(|set| !set.cells.is_empty());
    let left_out = sets.len().saturating_sub(SETS);
    sets.sort_by_key(|set| std::cmp::Reverse(set.queries));
    sets.truncate(SETS);
    for set in sets.iter_mut().filter(|set| set.cells.iter().any(|cell| cell.line.is_some())) {
        set.queries = compared(report, set.name).unwrap_or(set.queries);
    }
    (sets, left_out)
}

/// Queries of a data set in the trace that was replayed, of which the difficulties are too.
fn compared(report: &Report, dataset: &str) -> Option<u64> {
    let rows = &report.study.as_ref()?.difficulty.as_ref()?.rows;
    let same = |group: &&Group| group.extent == Extent::Dataset && group.dataset.as_deref() == Some(dataset);
    rows.iter().map(|row| &row.group).find(same).map(|group| group.queries)
}

/// Data sets side by side; returns the lower end, how many categories are left out, and whether the
/// axes differ.
fn draw_strip(scene: &mut Scene, strip: &[Set], top: f64) -> Result<(f64, usize, bool), String> {
    let mut categories: Vec<(&str, u64)> = Vec::new();
    for cell in strip.iter().flat_map(|set| &set.cells) {
        match categories.iter_mut().find(|(name, _)| *name == cell.category) {
            Some((_, queries)) => *queries += cell.queries,
            None => categories.push((cell.category, cell.queries)),
        }
    }
    categories.sort_by_key(|(_, queries)| std::cmp::Reverse(*queries));
    let left_out = categories.len().saturating_sub(MOST);
    categories.truncate(MOST);
    let dot = |set: &Set, category: &str| {
        let cell = set.cells.iter().find(|cell| cell.category == category)?;
        Some(Dot { figure: cell.figure, paper: cell.line.and_then(|line| line.paper), look: TOGETHER })
    };
    let row = |(category, _): &(&str, u64)| DotRow { row: Row::new(*category), dots: strip.iter().map(|set| dot(set, category)).collect() };
    let rows: Vec<DotRow> = categories.iter().map(row).collect();
    let (axes, differ) = axes(&rows, strip.len()).ok_or("no share of solved queries is known")?;
    let column = |(set, axis): (&Set, Axis)| DotColumn {
        heading: if set.name.is_empty() { String::new() } else { format!("{} ({} queries)", set.name, thousands(set.queries)) },
        title: "queries that a local endpoint answers correctly".to_owned(),
        axis,
        number: units::percent,
    };
    let columns = strip.iter().zip(axes).map(column).collect();
    Ok((dots::draw(scene, &rows, columns, top), left_out, differ))
}

/// The same axis for all, so that data sets can be compared, unless one of them would fill a small part
/// of it: then nothing could be seen of its categories, and each has its own.
fn axes(rows: &[DotRow], columns: usize) -> Option<(Vec<Axis>, bool)> {
    let values = |column: usize| dots::values(rows, column).collect::<Vec<_>>();
    let span = |values: &[f64]| {
        let (low, high) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)));
        high - low
    };
    let all: Vec<f64> = (0..columns).flat_map(values).collect();
    let ticks = if columns > 2 { 2 } else { 4 };
    let shared = Axis::shares(&all, ticks, 0.1)?;
    let own = (0..columns).any(|column| span(&values(column)) < 0.25 * span(&all));
    let axis = |column: usize| Axis::shares(&values(column), ticks, 0.1).filter(|_| own).unwrap_or_else(|| shared.clone());
    Some(((0..columns).map(axis).collect(), own))
}
