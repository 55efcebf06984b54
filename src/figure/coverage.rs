//! Share of queries that are solved, by data set (the paper's Figure 2).

use super::axis::Axis;
use super::dots::{self, Dot, DotColumn, DotRow};
use super::label;
use super::rows::Row;
use super::scene::Scene;
use super::style;
use super::{FigureKind, Width, endpoints::Endpoints, published, studied, study, thousands, units};
use crate::analysis::study::{Best, CoverageRow, Extent};
use crate::report::{Line, Report};

pub(super) const FIGURE: FigureKind = FigureKind {
    name: "coverage",
    summary: "Share of queries answered correctly, by data set: locally, and by the best single endpoint",
    draw,
};

const WIDTH: f64 = 560.0;
/// Of more data sets the largest are drawn.
const MOST: usize = 16;

fn draw(report: &Report, width: Width) -> Result<Scene, String> {
    let table = study(report)?.coverage.as_ref().ok_or("the report has no coverage")?;
    let endpoints = Endpoints::of(report);
    let (groups, left_out) = chosen(&table.rows);
    let line = |row: &CoverageRow| -> Option<&Line> { published(report, &format!("coverage.{}", row.group.dataset.as_deref()?)) };
    let rows: Vec<DotRow> = groups.iter().flat_map(|row| lines(row, line(row), &endpoints)).collect();
    let axis = Axis::shares(&dots::values(&rows, 0).collect::<Vec<_>>(), 5, 0.1).ok_or("no share of solved queries is known")?;
    let mut scene = Scene::new(FIGURE.summary, width.of(WIDTH));
    let column = DotColumn { heading: String::new(), title: "queries answered correctly".to_owned(), axis, number: units::percent };
    let top = dots::draw(&mut scene, &rows, vec![column], 4.0);
    let mut entries = vec![dots::interval()];
    entries.extend(dots::paper(groups.iter().filter_map(|row| line(row)).filter(|line| line.paper.is_some()), " (in brackets)"));
    if left_out > 0 {
        entries.push(dots::remark(format!("Smaller data sets that are not shown: {left_out}.")));
    }
    entries.push(dots::remark(studied(report, table.rows.first().map(|row| row.group.queries))));
    let right = scene.width - 8.0;
    scene.height = label::key(&mut scene, entries, 8.0, top, right) + 2.0;
    Ok(scene)
}

/// The largest data sets, then all queries, unless there is one data set; and how many are left out.
fn chosen(rows: &[CoverageRow]) -> (Vec<&CoverageRow>, usize) {
    let all = rows.iter().filter(|row| row.group.extent == Extent::All);
    let mut sets: Vec<&CoverageRow> = rows.iter().filter(|row| row.group.extent == Extent::Dataset).collect();
    let left_out = sets.len().saturating_sub(MOST);
    sets.sort_by_key(|row| std::cmp::Reverse(row.group.queries));
    sets.truncate(MOST);
    let one = sets.len() == 1;
    (sets.into_iter().chain(all.filter(|_| !one)).collect(), left_out)
}

/// The name of a data set, and the rows below it.
fn lines(row: &CoverageRow, line: Option<&Line>, endpoints: &Endpoints) -> Vec<DotRow> {
    let name = match (row.group.extent, row.group.dataset.as_deref()) {
        (Extent::All, _) => "all",
        (_, Some(name)) => name,
        (_, None) => "no data set",
    };
    let mut rows = vec![DotRow { row: Row::heading(format!("{name} ({} queries)", thousands(row.group.queries))), dots: Vec::new() }];
    let one = |name: String, dot: Dot| DotRow { row: Row::new(name), dots: vec![Some(dot)] };
    let paper = line.and_then(|line| line.paper);
    rows.extend(row.local.map(|figure| one("any local endpoint".to_owned(), Dot { figure, paper, look: style::TOGETHER })));
    for (what, best) in [("best local", &row.best_local), ("best cloud", &row.best_cloud)] {
        let dot = |best: &Best| Dot { figure: best.share, paper: None, look: endpoints.look_or_plain(&best.endpoint) };
        rows.extend(best.as_ref().map(|best| one(format!("{what}: {}", best.endpoint), dot(best))));
    }
    if rows.len() == 1 {
        rows.extend(row.any.map(|figure| one("any endpoint".to_owned(), Dot { figure, paper: None, look: style::TOGETHER })));
    }
    rows
}
