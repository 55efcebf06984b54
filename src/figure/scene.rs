//! A figure as a list of marks in figure units, before any file format: what tests can look at.

use super::ink::Ink;
use super::style::{self, Dash, Shape};

/// A place in figure units: from the left, from the top.
pub type At = (f64, f64);

/// A drawn figure.
#[derive(Debug, Clone)]
pub struct Scene {
    /// What it shows, in a sentence: the title of the SVG for readers who do not see it.
    pub title: String,
    /// Width in figure units.
    pub width: f64,
    /// Height in figure units.
    pub height: f64,
    /// Whether it is laid out for print.
    pub printed: bool,
    /// The marks, the first at the bottom.
    pub marks: Vec<Mark>,
}

/// One mark.
#[derive(Debug, Clone)]
pub enum Mark {
    /// A line.
    Line {
        /// Where it goes through.
        points: Vec<At>,
        /// How it is drawn.
        stroke: Stroke,
    },
    /// A filled area in a pale shade of the ink.
    Area {
        /// Its corners.
        points: Vec<At>,
        /// Colour.
        ink: Ink,
    },
    /// An area filled with the ink itself.
    Fill {
        /// Its corners.
        points: Vec<At>,
        /// Colour.
        ink: Ink,
    },
    /// A marker.
    Marker {
        /// Its middle.
        at: At,
        /// Shape.
        shape: Shape,
        /// Diameter of a disc in figure units; other shapes have about its area.
        size: f64,
        /// Colour.
        ink: Ink,
        /// Whether it is white inside.
        hollow: bool,
    },
    /// A text.
    Text(Text),
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Stroke {
    /// Colour.
    pub ink: Ink,
    /// Width in figure units.
    pub width: f64,
    /// Line style.
    pub dash: Dash,
}

/// Which part of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A line of text.
#[derive(Debug, Clone)]
pub struct Text {
    /// Where the anchor stands, on the base line.
    pub at: At,
    /// The text.
    pub text: String,
    /// The em in figure units.
    pub size: f64,
    /// Colour.
    pub ink: Ink,
    /// Which part stands at `at`.
    pub anchor: Anchor,
    /// Whether it is bold.
    pub bold: bool,
}

/// A rectangle in figure units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub left: f64,
    /// Upper edge.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Lower edge.
    pub bottom: f64,
}

impl Rect {
    /// The square around a place.
    pub fn around((x, y): At, reach: f64) -> Self {
        Rect { left: x - reach, top: y - reach, right: x + reach, bottom: y + reach }
    }

    /// Whether two rectangles share an area.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }

    /// Whether another lies inside.
    pub fn holds(&self, other: &Rect) -> bool {
        other.left >= self.left && other.right <= self.right && other.top >= self.top && other.bottom <= self.bottom
    }
}

impl Stroke {
    /// A solid line.
    pub fn solid(ink: Ink, width: f64) -> Self {
        Stroke { ink, width, dash: style::SOLID }
    }
}

impl Text {
    /// A text of the usual size in black.
    pub fn new(at: At, text: impl Into<String>) -> Self {
        Text { at, text: text.into(), size: style::TEXT, ink: style::BLACK, anchor: Anchor::Start, bold: false }
    }

    /// A text of the small size in grey.
    pub fn small(at: At, text: impl Into<String>) -> Self {
        Text { size: style::SMALL, ink: style::GREY, ..Text::new(at, text) }
    }

    /// With another part of the text at its place.
    pub fn anchor(self, anchor: Anchor) -> Self {
        Text { anchor, ..self }
    }

    /// The room it takes.
    pub fn room(&self) -> Rect {
        let width = style::text_width(&self.text, self.size, self.bold);
        let left = match self.anchor {
            Anchor::Start => self.at.0,
            Anchor::Middle => self.at.0 - width / 2.0,
            Anchor::End => self.at.0 - width,
        };
        // Ascenders reach 0.76 em above the base line, descenders 0.24 em below.
        Rect { left, right: left + width, top: self.at.1 - 0.76 * self.size, bottom: self.at.1 + 0.24 * self.size }
    }
}

impl Scene {
    /// An empty figure.
    pub fn new(title: impl Into<String>, width: f64) -> Self {
        Scene { title: title.into(), width, height: 0.0, printed: false, marks: Vec::new() }
    }

    /// Adds a line; fewer than two points are none.
    pub fn line(&mut self, points: Vec<At>, stroke: Stroke) {
        if points.len() > 1 {
            self.marks.push(Mark::Line { points, stroke });
        }
    }

    /// Adds a text; an empty one is none.
    pub fn text(&mut self, text: Text) {
        if !text.text.is_empty() {
            self.marks.push(Mark::Text(text));
        }
    }

    /// Adds a heading whose first line is below `top`, in as many lines as it takes, and returns by how
    /// much it is higher than one line.
    pub fn heading(&mut self, (left, top): At, text: &str, width: f64) -> f64 {
        let mut lower = 0.0;
        for (index, line) in style::wrap(text, style::TEXT, true, width).into_iter().enumerate() {
            lower = index as f64 * style::LINE;
            self.text(Text { bold: true, ..Text::new((left, top + 11.0 + lower), line) });
        }
        lower
    }

    /// Adds a marker.
    pub fn marker(&mut self, at: At, shape: Shape, size: f64, ink: Ink, hollow: bool) {
        self.marks.push(Mark::Marker { at, shape, size, ink, hollow });
    }
}
