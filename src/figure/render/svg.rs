//! A scene as SVG: shapes by the drawing library, letters as outlines, so that they look the same on a
//! machine without the font.
//!
//! Each glyph stands once in `<defs>` and is used where it is written; every text is a group that says
//! what is written in it, for readers who do not see it and for searches.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use plotters::prelude::{IntoDrawingArea, SVGBackend};

use super::failed;
use super::outline::{shown, start};
use super::shapes::Canvas;
use crate::error::{Result, in_a_line};
use crate::figure::font::{self, Step};
use crate::figure::scene::{Mark, Scene, Text};

/// Drawn this much larger than shown, since the library counts in whole pixels.
const SCALE: u32 = 10;

/// The figure as an SVG document.
pub(in crate::figure) fn svg(scene: &Scene) -> Result<String> {
    let (width, height) = (scene.width.ceil() as u32, scene.height.ceil() as u32);
    let large = (width * SCALE, height * SCALE);
    let mut glyphs = BTreeSet::new();
    let mut body = String::new();
    for run in scene.marks.chunk_by(|a, b| matches!(a, Mark::Text(_)) == matches!(b, Mark::Text(_))) {
        match run {
            [Mark::Text(_), ..] => run.iter().for_each(|mark| {
                if let Mark::Text(text) = mark {
                    write_text(&mut body, text, &mut glyphs);
                }
            }),
            _ => body += &shapes(run, large)?,
        }
    }
    let [wide, high] =
        [width, height].map(|units| if scene.printed { format!("{}in", f64::from(units) / 100.0) } else { units.to_string() });
    let mut svg = format!(
        "<svg width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {} {}\" role=\"graphics-document\" xmlns=\"http://www.w3.org/2000/svg\">\n",
        large.0, large.1
    );
    svg += &format!("<title>{}</title>\n<defs>\n", escaped(&scene.title));
    for (bold, glyph) in glyphs {
        svg += &format!("<path id=\"{}\" d=\"{}\"/>\n", name(glyph, bold), path(&font::outline(glyph, bold)));
    }
    svg += &format!("</defs>\n<rect width=\"{}\" height=\"{}\" fill=\"#fff\"/>\n{body}</svg>\n", large.0, large.1);
    Ok(svg)
}

/// Marks without texts, without the head and the foot that the library writes.
fn shapes(marks: &[Mark], size: (u32, u32)) -> Result<String> {
    let mut drawn = String::new();
    {
        let area = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
        let canvas = Canvas { area: &area, scale: f64::from(SCALE) };
        marks.iter().try_for_each(|mark| canvas.draw(mark))?;
        area.present().map_err(failed)?;
    }
    let inside = drawn.split_once(">\n").and_then(|(_, rest)| rest.rsplit_once("</svg>"));
    let (inside, _) = inside.ok_or_else(|| failed("the drawing library wrote no SVG"))?;
    // What an attribute says that is so without it.
    Ok(inside.replace(" opacity=\"1\"", "").replace(" stroke=\"none\"", "").replace(" \"/>", "\"/>"))
}

/// The name of a glyph's outline. It is the same in all figures: in a page that holds several, the same name is the same outline.
fn name(glyph: u16, bold: bool) -> String {
    format!("{}{glyph}", if bold { "glyph-b" } else { "glyph-r" })
}

/// A text as a group of glyphs, placed in font units.
fn write_text(body: &mut String, text: &Text, glyphs: &mut BTreeSet<(bool, u16)>) {
    let ((x, y), written) = (start(text), shown(text));
    let [x, y] = [x, y].map(|units| (units * f64::from(SCALE)).round());
    let size = text.size * f64::from(SCALE) / font::EM;
    let (ink, label) = (text.ink.hex(), escaped(&written));
    *body +=
        &format!("<g role=\"img\" aria-label=\"{label}\" fill=\"{ink}\" transform=\"translate({x} {y}) scale({size:.5} -{size:.5})\">");
    let mut along = 0.0;
    for letter in written.chars() {
        let glyph = font::glyph(letter, text.bold);
        if !letter.is_whitespace() {
            glyphs.insert((text.bold, glyph));
            let place = if along == 0.0 { String::new() } else { format!(" x=\"{along}\"") };
            *body += &format!("<use href=\"#{}\"{place}/>", name(glyph, text.bold));
        }
        along += font::advance(glyph, text.bold);
    }
    *body += "</g>\n";
}

/// An outline as path data, from each point to the next: short numbers.
fn path(steps: &[Step]) -> String {
    let (mut data, mut last, mut start) = (String::new(), (0, 0), (0, 0));
    for step in steps {
        let off = |(x, y): (i32, i32)| (x - last.0, y - last.1);
        let (text, to) = match *step {
            Step::Move(x, y) => {
                start = (x, y);
                (format!("M{x} {y}"), start)
            }
            Step::Line(x, y) => match off((x, y)) {
                (dx, 0) => (format!("h{dx}"), (x, y)),
                (0, dy) => (format!("v{dy}"), (x, y)),
                (dx, dy) => (format!("l{dx} {dy}"), (x, y)),
            },
            Step::Curve(by, to) => {
                let ((a, b), (c, d)) = (off(by), off(to));
                (format!("q{a} {b} {c} {d}"), to)
            }
            Step::Close => ("z".to_owned(), start),
        };
        // A minus sign parts numbers as well as a space.
        let _ = write!(data, "{}", text.replace(" -", "-"));
        last = to;
    }
    data
}

fn escaped(text: &str) -> String {
    in_a_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_from_point_to_point() {
        let steps = [Step::Move(10, 0), Step::Line(10, 5), Step::Line(30, 5), Step::Curve((25, 9), (20, 2)), Step::Close];
        assert_eq!(path(&steps), "M10 0v5h20q-5 4-10-3z");
    }

    #[test]
    fn what_is_written_stands_beside_its_outlines() {
        let mut scene = Scene::new("a < b", 100.0);
        scene.height = 20.0;
        scene.text(Text::new((10.0, 12.0), "\"aa\" & b"));
        let svg = svg(&scene).unwrap();
        assert!(svg.contains("<title>a &lt; b</title>") && svg.contains("aria-label=\"&quot;aa&quot; &amp; b\""), "{svg}");
        // Five different glyphs, each once: ", a, &, b.
        assert_eq!((svg.matches("<path").count(), svg.matches("<use").count(), svg.contains("<text")), (4, 6, false));
    }
}
