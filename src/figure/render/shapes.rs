//! Lines, areas and markers by the drawing library, which counts in whole pixels.

use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::prelude::{DrawingArea, DrawingBackend};
use plotters::style::{Color, RGBColor, ShapeStyle};

use super::outline::{HOLLOW, Outline, dashes, marker};
use super::{SHADE, failed};
use crate::error::Result;
use crate::figure::ink::{Ink, WHITE};
use crate::figure::scene::{At, Mark, Stroke};
use crate::figure::style::Shape;

/// Where the library draws, and its pixels for each figure unit.
pub(super) struct Canvas<'a, B: DrawingBackend> {
    pub area: &'a DrawingArea<B, Shift>,
    pub scale: f64,
}

pub(super) fn colour(ink: Ink) -> RGBColor {
    RGBColor(ink.0, ink.1, ink.2)
}

impl<B: DrawingBackend> Canvas<'_, B> {
    /// Draws a mark that is not a text.
    pub fn draw(&self, mark: &Mark) -> Result<()> {
        match mark {
            Mark::Line { points, stroke } => self.line(points, stroke),
            Mark::Area { points, ink } => self.polygon(points, colour(*ink).mix(SHADE).filled()),
            Mark::Fill { points, ink } => self.polygon(points, colour(*ink).filled()),
            Mark::Marker { at, shape, size, ink, hollow } => {
                self.marker(*at, *shape, *size, *ink)?;
                if *hollow { self.marker(*at, *shape, HOLLOW * size, WHITE) } else { Ok(()) }
            }
            Mark::Text(_) => Ok(()),
        }
    }

    pub fn place(&self, (x, y): At) -> (i32, i32) {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    fn places(&self, points: &[At]) -> Vec<(i32, i32)> {
        let mut places: Vec<_> = points.iter().map(|at| self.place(*at)).collect();
        places.dedup();
        places
    }

    fn polygon(&self, points: &[At], style: ShapeStyle) -> Result<()> {
        self.area.draw(&Polygon::new(self.places(points), style)).map_err(failed)
    }

    fn line(&self, points: &[At], stroke: &Stroke) -> Result<()> {
        let width = (stroke.width * self.scale).round().max(1.0) as u32;
        let style = ShapeStyle { color: colour(stroke.ink).to_rgba(), filled: false, stroke_width: width };
        for piece in dashes(points, stroke.dash) {
            self.area.draw(&PathElement::new(self.places(&piece), style)).map_err(failed)?;
        }
        Ok(())
    }

    fn marker(&self, at: At, shape: Shape, size: f64, ink: Ink) -> Result<()> {
        let style = colour(ink).filled();
        match marker(at, shape, size) {
            Outline::Disc(radius) => {
                let radius = (radius * self.scale).round() as i32;
                self.area.draw(&Circle::new(self.place(at), radius, style)).map_err(failed)
            }
            Outline::Corners(corners) => match (shape, corners.first(), corners.get(2)) {
                (Shape::Square, Some(first), Some(third)) => {
                    self.area.draw(&Rectangle::new([self.place(*first), self.place(*third)], style)).map_err(failed)
                }
                _ => self.polygon(&corners, style),
            },
        }
    }
}
