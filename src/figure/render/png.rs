//! A scene as PNG: drawn twice as large and averaged, so that lines are smooth.

use std::sync::OnceLock;

use image::codecs::png::PngEncoder;
use image::{ColorType, ImageEncoder};
use plotters::element::Text as TextElement;
use plotters::prelude::{BitMapBackend, DrawingBackend, IntoDrawingArea};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, TextStyle, WHITE, register_font};

use super::failed;
use super::outline::{shown, start};
use super::shapes::{Canvas, colour};
use crate::error::{Error, Result};
use crate::figure::font;
use crate::figure::scene::{Mark, Scene, Text};

/// Pixels for each figure unit: 240 for each inch in print.
const SCALE: u32 = 24;
const SCALE_OF: u32 = 10;
/// Drawn pixels for each pixel, in both directions.
const OVERSAMPLING: u32 = 2;
/// What the library calls the font.
const FAMILY: &str = "Open Sans";

/// The figure as a PNG file.
pub(super) fn png(scene: &Scene) -> Result<Vec<u8>> {
    fonts()?;
    let pixels = |units: f64| (units.ceil() as u32 * SCALE).div_ceil(SCALE_OF);
    let (width, height) = (pixels(scene.width), pixels(scene.height));
    let large = (width * OVERSAMPLING, height * OVERSAMPLING);
    let mut drawn = vec![0; large.0 as usize * large.1 as usize * 3];
    paint(scene, BitMapBackend::with_buffer(&mut drawn, large))?;
    let small = average(&drawn, large.0 as usize);
    drop(drawn);
    // The drawing library encodes only to files, with this encoder.
    let mut file = Vec::new();
    PngEncoder::new(&mut file).write_image(&small, width, height, ColorType::Rgb8).map_err(failed)?;
    Ok(file)
}

/// Makes the embedded font known to the drawing library, once.
fn fonts() -> Result<()> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered = *REGISTERED.get_or_init(|| {
        let [regular, semibold] = font::FILES;
        register_font(FAMILY, FontStyle::Normal, regular).is_ok() && register_font(FAMILY, FontStyle::Bold, semibold).is_ok()
    });
    if registered { Ok(()) } else { Err(Error::new("the embedded font cannot be read")) }
}

fn paint<B: DrawingBackend>(scene: &Scene, backend: B) -> Result<()> {
    let area = backend.into_drawing_area();
    area.fill(&WHITE).map_err(failed)?;
    let canvas = Canvas { area: &area, scale: f64::from(SCALE * OVERSAMPLING) / f64::from(SCALE_OF) };
    for mark in &scene.marks {
        if let Mark::Text(text) = mark { label(&canvas, text)? } else { canvas.draw(mark)? }
    }
    area.present().map_err(failed)
}

fn label<B: DrawingBackend>(canvas: &Canvas<B>, text: &Text) -> Result<()> {
    let weight = if text.bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = FontDesc::new(FontFamily::Name(FAMILY), text.size * font::HEIGHT * canvas.scale, weight);
    // The library takes the size for the font's height, and the base line half of it below the upper end.
    let ink = colour(text.ink);
    let style = TextStyle::from(font).color(&ink).pos(Pos::new(HPos::Left, VPos::Top));
    let (x, y) = start(text);
    let at = canvas.place((x, y - font::HEIGHT / 2.0 * text.size));
    canvas.area.draw(&TextElement::new(shown(text), at, style)).map_err(failed)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_pixels_become_their_mean() {
        // One square of 2 by 2: (0 + 10 + 20 + 30)/4 = 15 for red, 0 for green, 255 for blue.
        let drawn = [0, 0, 255, 10, 0, 255, 20, 0, 255, 30, 0, 255];
        assert_eq!(average(&drawn, 2), [15, 0, 255]);
    }
}
