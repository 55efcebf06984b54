//! A scene as a PDF of one page: paths alone, letters as outlines, so that no font is missing anywhere.
//! No date and no random number is in it: the same figure gives the same bytes.

use pdf_writer::types::LineCapStyle;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref, TextStr};

use super::SHADE;
use super::outline::{HOLLOW, Outline, dashes, marker, shown, start};
use crate::error::in_a_line;
use crate::figure::font::{self, Step};
use crate::figure::ink::{Ink, WHITE};
use crate::figure::scene::{At, Mark, Scene, Stroke, Text};
use crate::figure::style::Shape;

/// Points of 1/72 inch for each figure unit of 1/100 inch.
const POINTS: f64 = 0.72;
const CATALOG: i32 = 1;
const PAGES: i32 = 2;
const PAGE: i32 = 3;
const CONTENT: i32 = 4;
const SHADED: i32 = 5;
const INFO: i32 = 6;
/// The graphics state in which fills are pale.
const PALE: Name = Name(b"Pale");
/// How far control points of a quarter of a circle are from its ends, in radii.
const QUARTER: f64 = 0.552_285;
/// How hard to compress, of 10.
const EFFORT: u8 = 8;

/// The figure as a PDF file.
pub(super) fn pdf(scene: &Scene) -> Vec<u8> {
    let content = miniz_oxide::deflate::compress_to_vec_zlib(&drawn(scene), EFFORT);
    let mut pdf = Pdf::new();
    // With transparency since 1.4.
    pdf.set_version(1, 4);
    let mut catalog = pdf.catalog(Ref::new(CATALOG));
    catalog.pages(Ref::new(PAGES));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.finish();
    pdf.pages(Ref::new(PAGES)).kids([Ref::new(PAGE)]).count(1);
    let mut page = pdf.page(Ref::new(PAGE));
    let [width, height] = [scene.width.ceil(), scene.height.ceil()].map(|units| (units * POINTS) as f32);
    page.media_box(Rect::new(0.0, 0.0, width, height)).parent(Ref::new(PAGES)).contents(Ref::new(CONTENT));
    page.resources().ext_g_states().pair(PALE, Ref::new(SHADED));
    page.finish();
    pdf.ext_graphics(Ref::new(SHADED)).non_stroking_alpha(SHADE as f32);
    pdf.stream(Ref::new(CONTENT), &content).filter(Filter::FlateDecode);
    pdf.document_info(Ref::new(INFO)).title(TextStr(&in_a_line(&scene.title))).creator(TextStr("wattroute"));
    pdf.finish()
}

/// The marks as operators.
fn drawn(scene: &Scene) -> Vec<u8> {
    let mut page = Page { content: Content::new(), fill: None };
    // Figure units from the upper left corner.
    let height = scene.height.ceil() * POINTS;
    page.content.transform([POINTS, 0.0, 0.0, -POINTS, 0.0, height].map(|number| number as f32));
    page.content.set_line_cap(LineCapStyle::ButtCap);
    for mark in &scene.marks {
        page.draw(mark);
    }
    page.content.finish().into_vec()
}

struct Page {
    content: Content,
    /// The ink of fills so far.
    fill: Option<Ink>,
}

fn parts(ink: Ink) -> [f32; 3] {
    [ink.0, ink.1, ink.2].map(|part| f32::from(part) / 255.0)
}

/// To a thousandth of a figure unit.
fn short(units: f64) -> f32 {
    ((units * 1000.0).round() / 1000.0) as f32
}

impl Page {
    fn draw(&mut self, mark: &Mark) {
        match mark {
            Mark::Line { points, stroke } => self.line(points, stroke),
            Mark::Fill { points, ink } => self.polygon(points, *ink),
            Mark::Area { points, ink } => {
                self.content.save_state();
                self.content.set_parameters(PALE);
                let before = self.fill;
                self.polygon(points, *ink);
                self.content.restore_state();
                self.fill = before;
            }
            Mark::Marker { at, shape, size, ink, hollow } => {
                self.marker(*at, *shape, *size, *ink);
                if *hollow {
                    self.marker(*at, *shape, HOLLOW * size, WHITE);
                }
            }
            Mark::Text(text) => self.text(text),
        }
    }

    fn fill_with(&mut self, ink: Ink) {
        if self.fill != Some(ink) {
            let [r, g, b] = parts(ink);
            self.content.set_fill_rgb(r, g, b);
            self.fill = Some(ink);
        }
    }

    fn path(&mut self, points: &[At]) {
        for (index, (x, y)) in points.iter().enumerate() {
            let (x, y) = (short(*x), short(*y));
            if index == 0 {
                self.content.move_to(x, y)
            } else {
                self.content.line_to(x, y)
            };
        }
    }

    fn line(&mut self, points: &[At], stroke: &Stroke) {
        let [r, g, b] = parts(stroke.ink);
        self.content.set_stroke_rgb(r, g, b).set_line_width(short(stroke.width));
        for piece in dashes(points, stroke.dash) {
            self.path(&piece);
        }
        self.content.stroke();
    }

    fn polygon(&mut self, points: &[At], ink: Ink) {
        self.fill_with(ink);
        self.path(points);
        self.content.close_path().fill_nonzero();
    }

    fn marker(&mut self, at: At, shape: Shape, size: f64, ink: Ink) {
        match marker(at, shape, size) {
            Outline::Disc(radius) => self.disc(at, radius, ink),
            Outline::Corners(corners) => self.polygon(&corners, ink),
        }
    }

    fn disc(&mut self, (x, y): At, radius: f64, ink: Ink) {
        self.fill_with(ink);
        self.content.move_to(short(x + radius), short(y));
        // Quarters from the right over the lower end, the left and the upper end.
        for (from, to) in [((1.0, 0.0), (0.0, 1.0)), ((0.0, 1.0), (-1.0, 0.0)), ((-1.0, 0.0), (0.0, -1.0)), ((0.0, -1.0), (1.0, 0.0))] {
            let at = |(a, b): At| (short(x + radius * a), short(y + radius * b));
            let (a, b) = (at((from.0 + QUARTER * to.0, from.1 + QUARTER * to.1)), at((to.0 + QUARTER * from.0, to.1 + QUARTER * from.1)));
            let end = at(to);
            self.content.cubic_to(a.0, a.1, b.0, b.1, end.0, end.1);
        }
        self.content.close_path().fill_nonzero();
    }

    /// Letters in font units: the same letter is the same bytes, which compress well.
    fn text(&mut self, text: &Text) {
        self.fill_with(text.ink);
        let ((x, y), size) = (start(text), (text.size / font::EM) as f32);
        self.content.save_state().transform([size, 0.0, 0.0, -size, short(x), short(y)]);
        let mut behind = 0.0;
        for letter in shown(text).chars() {
            let glyph = font::glyph(letter, text.bold);
            let outline = font::outline(glyph, text.bold);
            if !outline.is_empty() {
                if behind > 0.0 {
                    self.content.transform([1.0, 0.0, 0.0, 1.0, behind, 0.0]);
                    behind = 0.0;
                }
                self.letter(&outline);
            }
            behind += font::advance(glyph, text.bold) as f32;
        }
        self.content.restore_state();
    }

    fn letter(&mut self, outline: &[Step]) {
        let mut last = (0.0, 0.0);
        for step in outline {
            let f = |(x, y): (i32, i32)| (x as f32, y as f32);
            match *step {
                Step::Move(x, y) => {
                    last = f((x, y));
                    self.content.move_to(last.0, last.1);
                }
                Step::Line(x, y) => {
                    last = f((x, y));
                    self.content.line_to(last.0, last.1);
                }
                Step::Curve(by, to) => {
                    // The cubic curve that is the quadratic one: its control points are two thirds of the way.
                    let (by, to) = (f(by), f(to));
                    let third = |end: f32, by: f32| (end + 2.0 / 3.0 * (by - end)).round();
                    let (a, b) = ((third(last.0, by.0), third(last.1, by.1)), (third(to.0, by.0), third(to.1, by.1)));
                    self.content.cubic_to(a.0, a.1, b.0, b.1, to.0, to.1);
                    last = to;
                }
                Step::Close => {
                    self.content.close_path();
                }
            }
        }
        self.content.fill_nonzero();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_as_large_as_its_figure_and_the_same_twice() {
        let mut scene = Scene::new("a title", 333.0);
        scene.height = 100.0;
        scene.text(Text::new((10.0, 12.0), "oo"));
        scene.marker((20.0, 30.0), Shape::Circle, 6.0, WHITE, true);
        let file = pdf(&scene);
        let text = String::from_utf8_lossy(&file);
        // 333/100 inch are 239.76 points, 1 inch is 72.
        assert!(text.starts_with("%PDF-1.4") && text.contains("/MediaBox [0 0 239.76 72]") && text.contains("(a title)"), "{text}");
        assert!(!text.contains("/Font") && !text.contains("Date") && file == pdf(&scene));
        // Two letters of two contours each, and the disc and its hole.
        let drawn = String::from_utf8(drawn(&scene)).unwrap();
        assert_eq!(drawn.lines().filter(|line| *line == "h").count(), 6, "{drawn}");
    }
}
