//! The letters of all figures: outlines and widths of the embedded Open Sans, and texts that are broken or
//! shortened by them.

use std::sync::OnceLock;

use ab_glyph::{Font as _, FontRef, GlyphId, OutlineCurve, Point};

/// The font files: regular and semibold.
pub const FILES: [&[u8]; 2] = [include_bytes!("font/OpenSans-Regular.ttf"), include_bytes!("font/OpenSans-Semibold.ttf")];
/// Font units of an em.
pub const EM: f64 = 2048.0;
/// Ascent plus descent over the em, which is what a bitmap calls the size.
pub const HEIGHT: f64 = 2789.0 / EM;
/// What a letter takes whose font cannot be read.
const UNKNOWN: f64 = 0.6 * EM;

/// A step of an outline in font units, upwards from the base line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// Goes there without drawing.
    Move(i32, i32),
    /// A straight line.
    Line(i32, i32),
    /// A quadratic Bézier curve: its control point and its end.
    Curve((i32, i32), (i32, i32)),
    /// Back to where the contour began.
    Close,
}

fn faces() -> Option<&'static [FontRef<'static>; 2]> {
    static FACES: OnceLock<Option<[FontRef<'static>; 2]>> = OnceLock::new();
    let read = |file| FontRef::try_from_slice(file).ok();
    FACES.get_or_init(|| Some([read(FILES[0])?, read(FILES[1])?])).as_ref()
}

fn face(bold: bool) -> Option<&'static FontRef<'static>> {
    let [regular, semibold] = faces()?;
    Some(if bold { semibold } else { regular })
}

/// The number of a letter's glyph; 0 is the box of letters that the font lacks.
pub fn glyph(letter: char, bold: bool) -> u16 {
    face(bold).map_or(0, |face| face.glyph_id(letter).0)
}

/// From a letter's place to that of the next, in font units.
pub fn advance(glyph: u16, bold: bool) -> f64 {
    face(bold).map_or(UNKNOWN, |face| f64::from(face.h_advance_unscaled(GlyphId(glyph))))
}

/// The outline of a glyph; empty for a space.
pub fn outline(glyph: u16, bold: bool) -> Vec<Step> {
    let curves = face(bold).and_then(|face| face.outline(GlyphId(glyph))).map_or_else(Vec::new, |outline| outline.curves);
    let mut contours: Vec<Vec<OutlineCurve>> = Vec::new();
    let mut last = None;
    for curve in curves {
        let (from, to) = ends(&curve);
        if from == to && last == Some(from) {
            continue;
        }
        match contours.last_mut().filter(|_| last == Some(from)) {
            Some(contour) => contour.push(curve),
            None => contours.push(vec![curve]),
        }
        last = Some(to);
    }
    contours.iter().filter(|contour| contour.iter().any(|curve| ends(curve).0.0 != 0)).flat_map(|contour| steps(contour)).collect()
}

fn ends(curve: &OutlineCurve) -> ((i32, i32), (i32, i32)) {
    match curve {
        OutlineCurve::Line(from, to) | OutlineCurve::Quad(from, _, to) | OutlineCurve::Cubic(from, _, _, to) => (units(from), units(to)),
    }
}

/// Outlines of TrueType are in whole font units and, where curves have their middle between two points, halves of
/// one, which nobody sees.
fn units(point: &Point) -> (i32, i32) {
    (point.x.round() as i32, point.y.round() as i32)
}

/// A contour. One that is upright at a glyph's place has no area (`font/make.py` marks the place so), and was left
/// out before.
fn steps(contour: &[OutlineCurve]) -> Vec<Step> {
    let start = contour.first().map(|curve| ends(curve).0);
    let begin = start.map(|(x, y)| Step::Move(x, y));
    let last = contour.len().saturating_sub(1);
    let step = |(index, curve): (usize, &OutlineCurve)| match curve {
        // A line back to the start is what closing draws.
        OutlineCurve::Line(_, to) if index == last && Some(units(to)) == start => None,
        OutlineCurve::Line(_, to) | OutlineCurve::Cubic(_, _, _, to) => Some(Step::Line(units(to).0, units(to).1)),
        OutlineCurve::Quad(_, by, to) => Some(Step::Curve(units(by), units(to))),
    };
    begin.into_iter().chain(contour.iter().enumerate().filter_map(step)).chain([Step::Close]).collect()
}

/// The width of a text whose em is `size`.
pub fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    static ASCII: OnceLock<[Vec<f64>; 2]> = OnceLock::new();
    let measured = |letter: char, bold: bool| advance(glyph(letter, bold), bold);
    let [regular, semibold] =
        ASCII.get_or_init(|| [false, true].map(|bold| (0..128u8).map(|code| measured(char::from(code), bold)).collect()));
    let known = if bold { semibold } else { regular };
    let width = |letter: char| known.get(letter as usize).copied().unwrap_or_else(|| measured(letter, bold));
    text.chars().map(width).sum::<f64>() / EM * size
}

/// A text shortened in its middle until it fits: endpoint ids differ at both ends.
pub fn shorten(text: &str, size: f64, bold: bool, width: f64) -> String {
    let letters: Vec<char> = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut short: String = letters.iter().collect();
    let mut kept = letters.len();
    while kept > 2 && text_width(&short, size, bold) > width {
        kept -= 1;
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        short = letters.iter().take(head).chain(&['…']).chain(letters.iter().skip(letters.len() - tail)).collect();
    }
    short
}

/// A text in as many lines as it takes, broken between words, and within a word only where that is
/// too wide by itself: headings are never cut.
pub fn wrap(text: &str, size: f64, bold: bool, width: f64) -> Vec<String> {
    let fits = |line: &str| text_width(line, size, bold) <= width;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        if let Some(last) = lines.last_mut().filter(|last| fits(&format!("{last} {word}"))) {
            *last = format!("{last} {word}");
            continue;
        }
        lines.extend(pieces(word, fits));
    }
    lines
}

/// A word that is too wide for a line in pieces that are not, after a sign that ends a part of a name where
/// there is one near the end.
fn pieces(word: &str, fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for letter in word.chars() {
        if !line.is_empty() && !fits(&format!("{line}{letter}")) {
            let part = line.rfind(['-', '@', '/', '_', ':', ',']).map(|at| at + 1).filter(|at| 2 * at >= line.len());
            let rest = line.split_off(part.unwrap_or(line.len()));
            lines.push(std::mem::replace(&mut line, rest));
        }
        line.push(letter);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::super::style::TEXT;
    use super::*;

    #[test]
    fn long_names_lose_their_middle() {
        let short = shorten("qwen3-235b-a22b-instruct@8xh100-batch-128", TEXT, false, 90.0);
        assert!(short.starts_with("qwen3") && short.ends_with("128") && short.contains('…'), "{short}");
        assert!(text_width(&short, TEXT, false) <= 90.0);
        assert_eq!(shorten("oracle", TEXT, false, 90.0), "oracle");
        // A digit of Open Sans is 1169/2048 em wide: 10 digits at size 10 are 57.08 units; a few are wider by a bearing.
        assert!((text_width("0123456789", 10.0, false) - 57.08).abs() < 0.1);
    }

    #[test]
    fn headings_break_and_lose_nothing() {
        assert_eq!(wrap("saved, % of a@x", TEXT, true, 200.0), ["saved, % of a@x"]);
        assert_eq!(wrap("saved, % of ladder-xl@nvidia-h200-bs1", TEXT, true, 170.0), ["saved, % of", "ladder-xl@nvidia-h200-bs1"]);
        // A word that is wider than a line by itself is broken too, and no line is too wide.
        let long = "qwen3-235b-a22b-instruct@8xh100-batch-128";
        let lines = wrap(long, TEXT, true, 90.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| text_width(line, TEXT, true) <= 90.0), "{lines:?}");
        assert_eq!((lines.concat().as_str(), lines[0].ends_with('-')), (long, true));
    }

    #[test]
    fn letters_have_outlines_and_a_letter_that_lacks_is_a_box() {
        // l is a bar: four corners, one contour, without the mark of its place.
        let bar = outline(glyph('l', false), false);
        assert!(matches!(bar.as_slice(), [Step::Move(..), Step::Line(..), Step::Line(..), Step::Line(..), Step::Close]), "{bar:?}");
        // o has two contours of curves; a space none; the box of what lacks is two rectangles.
        let contours = |letter: char| outline(glyph(letter, true), true).iter().filter(|step| **step == Step::Close).count();
        assert_eq!(['o', ' ', 'i', '漢'].map(contours), [2, 0, 2, 2]);
        assert_eq!((glyph('漢', false), outline(glyph('o', false), false).iter().any(|step| matches!(step, Step::Curve(..)))), (0, true));
    }
}
