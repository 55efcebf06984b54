//! Dots with intervals beside names, with the numbers themselves, and published points around ours.

use super::axis::Axis;
use super::label::Entry;
use super::rows::{self, Column, Row};
use super::scene::{At, Mark, Scene, Stroke, Text};
use super::style::{self, Look, Shape};
use crate::report::{Figure, Line};

/// Diameter of our dots.
pub const DOT: f64 = 5.5;
/// Of the published ones, which stand behind ours and around them.
const RING: f64 = 9.0;

/// A dot.
#[derive(Debug, Clone, Copy)]
pub struct Dot {
    /// Ours.
    pub figure: Figure,
    /// What was published.
    pub paper: Option<f64>,
    /// Colour and marker.
    pub look: Look,
}

/// A row and its dots, one for each column.
#[derive(Debug, Clone)]
pub struct DotRow {
    /// The row.
    pub row: Row,
    /// Its dots by column.
    pub dots: Vec<Option<Dot>>,
}

/// A column of dots.
pub struct DotColumn {
    /// What stands above it.
    pub heading: String,
    /// What its axis is, with the unit.
    pub title: String,
    /// Its axis.
    pub axis: Axis,
    /// How its numbers are written.
    pub number: fn(f64) -> String,
}

impl Dot {
    /// All values that must have room.
    pub fn values(&self) -> impl Iterator<Item = f64> + use<> {
        [Some(self.figure.value), self.figure.low, self.figure.high, self.paper].into_iter().flatten()
    }
}

/// All values of a column that must have room.
pub fn values(rows: &[DotRow], column: usize) -> impl Iterator<Item = f64> + '_ {
    rows.iter().filter_map(move |row| row.dots.get(column).copied().flatten()).flat_map(|dot| dot.values())
}

/// Draws rows and columns from `top` and returns where what comes next may start.
pub fn draw(scene: &mut Scene, rows: &[DotRow], columns: Vec<DotColumn>, top: f64) -> f64 {
    let dot = |row: &DotRow, column: usize| row.dots.get(column).copied().flatten();
    let texts: Vec<Vec<String>> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let written = |dot: Dot| match dot.paper {
                Some(paper) => format!("{} ({})", (column.number)(dot.figure.value), (column.number)(paper)),
                None => (column.number)(dot.figure.value),
            };
            rows.iter().map(|row| dot(row, index).map(written).unwrap_or_default()).collect()
        })
        .collect();
    let room = |texts: &Vec<String>| texts.iter().map(|text| style::text_width(text, style::SMALL, false)).fold(0.0, f64::max) + 9.0;
    let laid: Vec<Column> = columns
        .into_iter()
        .zip(&texts)
        .map(|(column, texts)| Column { heading: column.heading, title: column.title, axis: column.axis, beside: room(texts) })
        .collect();
    let names: Vec<Row> = rows.iter().map(|row| row.row.clone()).collect();
    let table = rows::lay(scene, &names, &laid, top);
    for (column, texts) in texts.iter().enumerate() {
        for (index, (row, text)) in rows.iter().zip(texts).enumerate() {
            let Some(dot) = dot(row, column) else { continue };
            let place = |value: f64| table.at(column, index, value);
            if let Some(at) = dot.paper.and_then(place) {
                scene.marks.push(ring(at));
            }
            if let (Some(low), Some(high)) = (dot.figure.low.and_then(place), dot.figure.high.and_then(place)) {
                scene.line(vec![low, high], Stroke::solid(dot.look.ink, 1.6));
            }
            if let Some(at) = place(dot.figure.value) {
                scene.marker(at, dot.look.shape, DOT, dot.look.ink, false);
            }
            table.beside(scene, column, index, text);
        }
    }
    table.bottom
}

/// The marker of a published number.
pub fn ring(at: At) -> Mark {
    Mark::Marker { at, shape: Shape::Diamond, size: RING, ink: style::BLACK, hollow: true }
}

/// An entry for a dot of ours.
pub fn entry(look: Look, text: impl Into<String>) -> Entry {
    let dot = Mark::Marker { at: (11.0, 4.0), shape: look.shape, size: DOT, ink: look.ink, hollow: false };
    Entry { sample: vec![dot], text: text.into() }
}

/// An entry for intervals.
pub fn interval() -> Entry {
    let bar = Mark::Line { points: vec![(2.0, 4.0), (20.0, 4.0)], stroke: Stroke::solid(style::BLACK, 1.6) };
    Entry { sample: vec![bar], text: "95% interval".to_owned() }
}

/// An entry for published points, with where they were published; none where there are none.
pub fn paper<'a>(lines: impl IntoIterator<Item = &'a Line>, numbers: bool) -> Option<Entry> {
    let mut sources: Vec<&str> = Vec::new();
    for line in lines {
        // A line may be of two places, like "Table 2, Figure 3"; in "Tables 8, 9" there is one name.
        let parts: Vec<&str> = line.source.split(", ").collect();
        let named = parts.iter().all(|part| part.starts_with(char::is_alphabetic));
        for part in if named { parts } else { vec![line.source.as_str()] } {
            if !sources.contains(&part) {
                sources.push(part);
            }
        }
    }
    let how = if numbers { ", the number in brackets" } else { "" };
    let text = format!("published: {}{how}", sources.join(", "));
    (!sources.is_empty()).then(|| Entry { sample: vec![ring((11.0, 4.0))], text })
}

/// A text of its own in a key.
pub fn remark(text: impl Into<String>) -> Entry {
    Entry { sample: Vec::new(), text: text.into() }
}

/// A small text in black.
pub fn written(at: At, text: impl Into<String>) -> Text {
    Text { ink: style::BLACK, ..Text::small(at, text) }
}
