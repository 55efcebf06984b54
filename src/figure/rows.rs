//! Rows with names at the left, and columns beside them that share the rows.

use super::axis::{Axis, Panel};
use super::scene::{Anchor, At, Scene, Stroke, Text};
use super::style;

/// A row. Its name is broken into lines where it is long, never cut.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// A heading of the rows below it.
    pub heading: bool,
    /// The least height.
    pub least: f64,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// What stands above it.
    pub heading: String,
    /// What its axis is, with the unit.
    pub title: String,
    /// Its axis.
    pub axis: Axis,
    /// Room to the right of it.
    pub beside: f64,
}

/// Where rows and columns stand.
#[derive(Debug)]
pub struct Table {
    /// The columns, from left to right.
    pub panels: Vec<Panel>,
    /// Upper and lower end of each row.
    pub rows: Vec<(f64, f64)>,
    /// Where what comes next may start.
    pub bottom: f64,
}

/// From one line of a name to the next.
const LINE: f64 = 11.5;
const EDGE: f64 = 8.0;
const GAP: f64 = 20.0;
/// The widest that names may be, as a share of the figure.
const NAMES: f64 = 0.38;
/// Between names and the first column.
const BEFORE: f64 = 10.0;

impl Row {
    /// A row of the usual height.
    pub fn new(name: impl Into<String>) -> Self {
        Row { name: name.into(), heading: false, least: 14.0 }
    }

    /// A heading of the rows that follow.
    pub fn heading(name: impl Into<String>) -> Self {
        Row { heading: true, least: 18.0, ..Row::new(name) }
    }
}

impl Table {
    /// The place of a value in a row of a column.
    pub fn at(&self, column: usize, row: usize, value: f64) -> Option<At> {
        let (top, bottom) = self.rows.get(row)?;
        Some((self.panels.get(column)?.at(value, 0.0).0, (top + bottom) / 2.0))
    }

    /// Writes to the right of a column, beside a row.
    pub fn beside(&self, scene: &mut Scene, column: usize, row: usize, text: &str) {
        let (Some(panel), Some((top, bottom))) = (self.panels.get(column), self.rows.get(row)) else { return };
        scene.text(Text { ink: style::BLACK, ..Text::small((panel.right() + 8.5, (top + bottom) / 2.0 + 0.36 * style::SMALL), text) });
    }
}

/// The least that a single column will be wide, with so much room beside it: with names as wide as they may be.
pub fn least_width(scene: &Scene, beside: f64) -> f64 {
    scene.width * (1.0 - NAMES) - 2.0 * EDGE - BEFORE - beside
}

/// Draws names, frames, headings and axes from `top`.
pub fn lay(scene: &mut Scene, rows: &[Row], columns: &[Column], top: f64) -> Table {
    let widest = NAMES * scene.width;
    let names: Vec<Vec<String>> = rows.iter().map(|row| style::wrap(&row.name, style::SMALL, row.heading, widest)).collect();
    let widths =
        rows.iter().zip(&names).flat_map(|(row, lines)| lines.iter().map(|line| style::text_width(line, style::SMALL, row.heading)));
    let left = EDGE + widths.fold(20.0, f64::max) + BEFORE;
    let count = columns.len().max(1) as f64;
    let beside: f64 = columns.iter().map(|column| column.beside).sum();
    let width = (scene.width - left - EDGE - beside - GAP * (count - 1.0)) / count;

    let over: Vec<Vec<String>> =
        columns.iter().map(|column| style::wrap(&column.heading, style::SMALL, true, width + column.beside)).collect();
    let head = over.iter().map(Vec::len).max().unwrap_or(0) as f64 * LINE;
    let upper = top + head + 4.0;
    let mut places = Vec::new();
    let mut y = upper + 2.0;
    for (row, lines) in rows.iter().zip(&names) {
        let height = row.least.max(lines.len() as f64 * LINE + 3.0);
        places.push((y, y + height));
        y += height;
    }
    let lower = y + 3.0;

    let mut panels = Vec::new();
    let mut x = left;
    for (column, over) in columns.iter().zip(over) {
        let panel =
            Panel { left: x, top: upper, width, height: lower - upper, x: column.axis.clone(), y: Axis::fixed(0.0, 1.0, Vec::new()) };
        panel.frame(scene, true, false);
        for (line, text) in over.into_iter().enumerate() {
            let at = (x, top + head - (head - LINE * line as f64) + 9.0);
            scene.text(Text { bold: true, ink: style::BLACK, ..Text::small(at, text) });
        }
        x += width + column.beside + GAP;
        panels.push(panel);
    }
    for ((row, lines), (top, bottom)) in rows.iter().zip(&names).zip(&places) {
        write_name(scene, lines, row.heading, (left, *top, *bottom));
        for panel in panels.iter().filter(|_| !row.heading) {
            let middle = (top + bottom) / 2.0;
            scene.line(vec![(panel.left, middle), (panel.right(), middle)], Stroke::solid(style::FAINT, 0.6));
        }
    }
    let bottom = titles(scene, columns, &panels, lower + 29.0);
    Table { panels, rows: places, bottom }
}

/// A heading from the left edge, another name up to the panels.
fn write_name(scene: &mut Scene, lines: &[String], heading: bool, (left, top, bottom): (f64, f64, f64)) {
    // A heading stands nearer to what it is about.
    let middle = if heading { (top + bottom) / 2.0 + 1.5 } else { (top + bottom) / 2.0 };
    let first = middle + 0.36 * style::SMALL - LINE * lines.len().saturating_sub(1) as f64 / 2.0;
    for (index, line) in lines.iter().enumerate() {
        let y = first + LINE * index as f64;
        scene.text(match heading {
            true => Text { bold: true, ink: style::BLACK, ..Text::small((EDGE, y), line.as_str()) },
            false => Text { ink: style::BLACK, ..Text::small((left - 8.0, y), line.as_str()).anchor(Anchor::End) },
        });
    }
}

/// The titles of the axes: one for all columns where they are the same.
fn titles(scene: &mut Scene, columns: &[Column], panels: &[Panel], y: f64) -> f64 {
    let (Some(first), Some(last)) = (panels.first(), panels.last()) else { return y };
    let same = columns.windows(2).all(|pair| matches!(pair, [a, b] if a.title == b.title));
    let spans: Vec<(f64, f64, &str)> = if same {
        columns.first().map(|column| (first.left, last.right(), column.title.as_str())).into_iter().collect()
    } else {
        panels.iter().zip(columns).map(|(panel, column)| (panel.left, panel.right() + column.beside, column.title.as_str())).collect()
    };
    let mut bottom = y;
    for (left, right, title) in spans {
        for (index, line) in style::wrap(title, style::TEXT, false, right - left).into_iter().enumerate() {
            let at = ((left + right) / 2.0, y + style::LINE * index as f64);
            bottom = bottom.max(at.1);
            scene.text(Text::new(at, line).anchor(Anchor::Middle));
        }
    }
    bottom + 17.0
}
