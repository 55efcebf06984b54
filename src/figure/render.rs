//! A scene as SVG and PNG, the same places in both.
//!
//! The drawing library counts in whole pixels. An SVG is drawn ten times as large and shown at its
//! size by its `viewBox`; a bitmap is drawn twice as large and averaged, so that lines are smooth.

use image::codecs::png::PngEncoder;
use image::{ColorType, ImageEncoder};
use plotters::coord::Shift;
use plotters::element::{Circle, PathElement, Polygon, Rectangle, Text as TextElement};
use plotters::prelude::{BitMapBackend, DrawingArea, DrawingBackend, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, RGBColor, ShapeStyle, TextStyle, WHITE};

use super::scene::{Anchor, At, Mark, Scene, Stroke, Text};
use super::style::{FAMILY, FONT_HEIGHT, Shape};
use crate::error::{Error, Result, printable};

const SVG_SCALE: u32 = 10;
/// Pixels of a PNG for each figure unit: 240 for each inch in print.
const PNG_SCALE: u32 = 24;
const PNG_SCALE_OF: u32 = 10;
/// Drawn pixels for each pixel of a PNG, in both directions.
const OVERSAMPLING: u32 = 2;
/// How much of the ink an area shows.
const SHADE: f64 = 0.18;

/// What differs between formats.
#[derive(Clone, Copy)]
struct Medium {
    /// Pixels for each figure unit.
    scale: f64,
    /// Font size in the library's terms for each em.
    em: f64,
    /// From the upper end of a text, as the library places it, to its base line, in ems.
    ascent: f64,
}

/// The SVG sets the em to size/1.24 and the base line 0.76 em below the place.
const SVG: Medium = Medium { scale: SVG_SCALE as f64, em: 1.24, ascent: 0.76 };
/// A bitmap takes the size for the font's height, and the base line half of it below the place.
const PNG: Medium = Medium { scale: (PNG_SCALE * OVERSAMPLING) as f64 / PNG_SCALE_OF as f64, em: FONT_HEIGHT, ascent: FONT_HEIGHT / 2.0 };

/// The figure as an SVG document.
pub fn svg(scene: &Scene) -> Result<String> {
    let (width, height) = (scene.width.ceil() as u32, scene.height.ceil() as u32);
    let large = (width * SVG_SCALE, height * SVG_SCALE);
    let mut text = String::new();
    paint(scene, SVGBackend::with_string(&mut text, large), SVG)?;
    let head = format!("width=\"{}\" height=\"{}\" viewBox", large.0, large.1);
    let size = format!("width=\"{width}\" height=\"{height}\" role=\"img\" viewBox");
    let title = printable(&scene.title).replace('&', "&amp;").replace('<', "&lt;");
    Ok(text.replacen(&head, &size, 1).replacen(">\n", &format!(">\n<title>{title}</title>\n"), 1))
}

/// The figure as a PNG file.
pub fn png(scene: &Scene) -> Result<Vec<u8>> {
    let pixels = |units: f64| (units.ceil() as u32 * PNG_SCALE).div_ceil(PNG_SCALE_OF);
    let (width, height) = (pixels(scene.width), pixels(scene.height));
    let large = (width * OVERSAMPLING, height * OVERSAMPLING);
    let mut drawn = vec![0; large.0 as usize * large.1 as usize * 3];
    paint(scene, BitMapBackend::with_buffer(&mut drawn, large), PNG)?;
    let small = average(&drawn, large.0 as usize);
    drop(drawn);
    // The drawing library encodes only to files, with this encoder.
    let mut file = Vec::new();
    PngEncoder::new(&mut file).write_image(&small, width, height, ColorType::Rgb8).map_err(failed)?;
    Ok(file)
}

fn failed(cause: impl std::fmt::Display) -> Error {
    Error::new("a figure cannot be drawn").cause(cause)
}

/// Averages squares of 2 by 2 pixels of three bytes.
fn average(drawn: &[u8], width: usize) -> Vec<u8> {
    let mut small = Vec::with_capacity(drawn.len() / 4);
    for rows in drawn.chunks_exact(2 * 3 * width) {
        let (upper, lower) = rows.split_at(3 * width);
        for (upper, lower) in upper.chunks_exact(6).zip(lower.chunks_exact(6)) {
            for colour in 0..3 {
                let four =
                    u16::from(upper[colour]) + u16::from(upper[colour + 3]) + u16::from(lower[colour]) + u16::from(lower[colour + 3]);
                small.push(((four + 2) / 4) as u8);
            }
        }
    }
    small
}

/// Draws every mark.
fn paint<B: DrawingBackend>(scene: &Scene, backend: B, medium: Medium) -> Result<()> {
    let area = backend.into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    for mark in &scene.marks {
        match mark {
            Mark::Line { points, stroke } => line(&area, points, stroke, medium)?,
            Mark::Area { points, ink } => area.draw(&Polygon::new(places(points, medium), ink.mix(SHADE).filled())).map_err(failed)?,
            Mark::Fill { points, ink } => area.draw(&Polygon::new(places(points, medium), ink.filled())).map_err(failed)?,
            Mark::Marker { at, shape, size, ink, hollow } => marker(&area, *at, *shape, *size, *ink, *hollow, medium)?,
            Mark::Text(text) => label(&area, text, medium)?,
        }
    }
    area.present().map_err(failed)
}

type Area<B> = DrawingArea<B, Shift>;

fn place((x, y): At, medium: Medium) -> (i32, i32) {
    ((x * medium.scale).round() as i32, (y * medium.scale).round() as i32)
}

fn places(points: &[At], medium: Medium) -> Vec<(i32, i32)> {
    let mut places: Vec<_> = points.iter().map(|at| place(*at, medium)).collect();
    places.dedup();
    places
}

fn line<B: DrawingBackend>(area: &Area<B>, points: &[At], stroke: &Stroke, medium: Medium) -> Result<()> {
    let width = (stroke.width * medium.scale).round().max(1.0) as u32;
    let style = ShapeStyle { color: stroke.ink.to_rgba(), filled: false, stroke_width: width };
    for piece in dashes(points, stroke.dash) {
        area.draw(&PathElement::new(places(&piece, medium), style)).map_err(failed)?;
    }
    Ok(())
}

/// The inked pieces of a dashed line.
fn dashes(points: &[At], dash: &[f64]) -> Vec<Vec<At>> {
    let mut pattern = dash.iter().copied().enumerate().cycle();
    let (Some((mut index, mut left)), Some(start)) = (pattern.next(), points.first()) else { return vec![points.to_vec()] };
    let (mut pieces, mut piece) = (Vec::new(), vec![*start]);
    for pair in points.windows(2) {
        let [mut from, to] = *pair else { continue };
        let mut length = (to.0 - from.0).hypot(to.1 - from.1);
        while length > left {
            let share = left / length;
            from = (from.0 + share * (to.0 - from.0), from.1 + share * (to.1 - from.1));
            length -= left;
            piece.push(from);
            if index % 2 == 0 {
                pieces.push(std::mem::take(&mut piece));
            }
            piece = vec![from];
            let Some(next) = pattern.next() else { return pieces };
            (index, left) = next;
        }
        left -= length;
        piece.push(to);
    }
    if index % 2 == 0 && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

fn marker<B: DrawingBackend>(area: &Area<B>, at: At, shape: Shape, size: f64, ink: RGBColor, hollow: bool, medium: Medium) -> Result<()> {
    outline(area, at, shape, size, ink, medium)?;
    if hollow { outline(area, at, shape, 0.58 * size, WHITE, medium) } else { Ok(()) }
}

fn outline<B: DrawingBackend>(area: &Area<B>, (x, y): At, shape: Shape, size: f64, ink: RGBColor, medium: Medium) -> Result<()> {
    // Shapes of about the same area as a disc of diameter `size`.
    let (half, tip, wide) = (0.44 * size, 0.62 * size, 0.58 * size);
    let style = ink.filled();
    let corners = match shape {
        Shape::Circle => {
            let radius = (size / 2.0 * medium.scale).round() as i32;
            return area.draw(&Circle::new(place((x, y), medium), radius, style)).map_err(failed);
        }
        Shape::Square => {
            let square = [place((x - half, y - half), medium), place((x + half, y + half), medium)];
            return area.draw(&Rectangle::new(square, style)).map_err(failed);
        }
        Shape::Triangle => [(x, y - tip), (x + wide, y + 0.42 * size), (x - wide, y + 0.42 * size)].to_vec(),
        Shape::Diamond => [(x, y - tip), (x + tip, y), (x, y + tip), (x - tip, y)].to_vec(),
    };
    area.draw(&Polygon::new(places(&corners, medium), style)).map_err(failed)
}

fn label<B: DrawingBackend>(area: &Area<B>, text: &Text, medium: Medium) -> Result<()> {
    let weight = if text.bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = FontDesc::new(FontFamily::Name(FAMILY), text.size * medium.em * medium.scale, weight);
    let horizontal = match text.anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    // Placed by the upper end: the one place from which both formats find the base line exactly.
    let style = TextStyle::from(font).color(&text.ink).pos(Pos::new(horizontal, VPos::Top));
    let at = place((text.at.0, text.at.1 - medium.ascent * text.size), medium);
    area.draw(&TextElement::new(printable(&text.text), at, style)).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_go_round_corners() {
        // 3 of ink, 1 of gap along (0,0)-(2,0)-(2,4): ink 0..3 turns the corner, gap 3..4, ink 4..6.
        let pieces = dashes(&[(0.0, 0.0), (2.0, 0.0), (2.0, 4.0)], &[3.0, 1.0]);
        assert_eq!(pieces, vec![vec![(0.0, 0.0), (2.0, 0.0), (2.0, 1.0)], vec![(2.0, 2.0), (2.0, 4.0)]]);
        assert_eq!(dashes(&[(0.0, 0.0), (1.0, 0.0)], &[]).len(), 1);
    }

    #[test]
    fn four_pixels_become_their_mean() {
        // One square of 2 by 2: (0 + 10 + 20 + 30)/4 = 15 for red, 0 for green, 255 for blue.
        let drawn = [0, 0, 255, 10, 0, 255, 20, 0, 255, 30, 0, 255];
        assert_eq!(average(&drawn, 2), [15, 0, 255]);
    }
}
