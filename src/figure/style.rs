//! How figures look: colours that colour-blind readers tell apart, dashes and markers that print in
//! grey, and the font. Lengths are in figure units, 1/100 inch in print.

use std::sync::OnceLock;

use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, register_font};

use crate::error::{Error, Result};

/// The family named in an SVG: the embedded font, then what a viewer without it is likely to have.
pub const FAMILY: &str = "Open Sans, Arial, Helvetica, sans-serif";
/// Ascent plus descent of the embedded font over its em, which is what a bitmap calls the size.
pub const FONT_HEIGHT: f64 = 2789.0 / 2048.0;
/// Room kept beyond the measured width, since a viewer may replace the font by a wider one.
const SLACK: f64 = 1.08;

/// Size of headings and of labels in a panel.
pub const TEXT: f64 = 11.0;
/// Size of tick labels and keys.
pub const SMALL: f64 = 9.5;

/// From one line of a heading to the next.
pub const LINE: f64 = 14.0;

/// Black: front, headings, zero line.
pub const BLACK: RGBColor = RGBColor(0, 0, 0);
/// Tick labels and leaders.
pub const GREY: RGBColor = RGBColor(90, 90, 90);
/// Frames.
pub const LIGHT: RGBColor = RGBColor(190, 190, 190);
/// Grid lines.
pub const FAINT: RGBColor = RGBColor(232, 232, 232);
// The palette of Okabe and Ito (2008), "Color Universal Design"; yellow is too pale for lines.
/// Blue of the palette.
pub const BLUE: RGBColor = RGBColor(0, 114, 178);
/// Orange of the palette.
pub const ORANGE: RGBColor = RGBColor(230, 159, 0);
/// Bluish green of the palette.
pub const GREEN: RGBColor = RGBColor(0, 158, 115);
/// Reddish purple of the palette.
pub const PURPLE: RGBColor = RGBColor(204, 121, 167);
/// Vermilion of the palette.
pub const VERMILION: RGBColor = RGBColor(213, 94, 0);
/// Sky blue of the palette.
pub const SKY: RGBColor = RGBColor(86, 180, 233);

/// White: below labels that stand on a fill.
pub const WHITE: RGBColor = RGBColor(255, 255, 255);
/// Levels of a saving between which a map has one fill each.
pub const LEVELS: [f64; 7] = [-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75];
/// The fills, one more than levels: losses orange, savings blue, and in grey the darker the more is saved.
pub const FILLS: [RGBColor; 8] = [
    RGBColor(255, 246, 232),
    RGBColor(253, 234, 205),
    RGBColor(252, 220, 175),
    RGBColor(250, 205, 145),
    RGBColor(168, 206, 232),
    RGBColor(107, 160, 205),
    RGBColor(49, 110, 165),
    RGBColor(12, 60, 110),
];

/// Lengths of ink and gap, in turn. Empty: a solid line.
pub type Dash = &'static [f64];
/// A solid line.
pub const SOLID: Dash = &[];
/// A dashed line.
pub const DASHED: Dash = &[5.0, 2.5];
/// Dash and dot.
pub const DASH_DOT: Dash = &[6.0, 2.0, 1.2, 2.0];
/// A dotted line.
pub const DOTTED: Dash = &[1.4, 1.8];
/// Long dashes.
pub const LONG: Dash = &[9.0, 3.0];
/// Dash and two dots.
pub const DASH_DOT_DOT: Dash = &[6.0, 1.8, 1.2, 1.8, 1.2, 1.8];

/// The shape of a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A disc.
    Circle,
    /// An upright square.
    Square,
    /// A triangle that points up.
    Triangle,
    /// A square on its corner.
    Diamond,
}

/// Colour, dash and marker of one series; each of them alone tells the series apart.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Colour.
    pub ink: RGBColor,
    /// Line style.
    pub dash: Dash,
    /// Marker.
    pub shape: Shape,
}

const fn look(ink: RGBColor, dash: Dash, shape: Shape) -> Look {
    Look { ink, dash, shape }
}

/// The looks of energy, compute, cost and latency, in the order of the report's accounts.
pub const ACCOUNTS: [Look; 4] = [
    look(BLUE, SOLID, Shape::Circle),
    look(ORANGE, DASHED, Shape::Square),
    look(GREEN, DASH_DOT, Shape::Triangle),
    look(PURPLE, DOTTED, Shape::Diamond),
];

/// The look of answer accuracy.
pub const ANSWERS: Look = look(VERMILION, SOLID, Shape::Circle);

const PATHS: [Look; 6] = [
    look(BLUE, SOLID, Shape::Circle),
    look(VERMILION, DASHED, Shape::Square),
    look(GREEN, DASH_DOT, Shape::Triangle),
    look(PURPLE, DOTTED, Shape::Diamond),
    look(ORANGE, LONG, Shape::Circle),
    look(SKY, DASH_DOT_DOT, Shape::Square),
];

/// The look of the n-th of several paths; they repeat after six.
pub fn path(index: usize) -> Look {
    let [first, ..] = PATHS;
    PATHS.get(index % PATHS.len()).copied().unwrap_or(first)
}

/// Makes the embedded font known to the drawing library, once.
pub fn fonts() -> Result<()> {
    static REGISTERED: OnceLock<bool> = OnceLock::new();
    let registered = *REGISTERED.get_or_init(|| {
        register_font(FAMILY, FontStyle::Normal, include_bytes!("font/OpenSans-Regular.ttf")).is_ok()
            && register_font(FAMILY, FontStyle::Bold, include_bytes!("font/OpenSans-Semibold.ttf")).is_ok()
    });
    if registered { Ok(()) } else { Err(Error::new("the embedded font cannot be read")) }
}

/// The width to keep free for a text whose em is `size`.
pub fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    let style = if bold { FontStyle::Bold } else { FontStyle::Normal };
    // Measured large, since the library rounds to whole pixels.
    let measured = FontDesc::new(FontFamily::Name(FAMILY), 1000.0 * FONT_HEIGHT, style).layout_box(text);
    let ems = measured.map_or(0.6 * text.chars().count() as f64, |((left, _), (right, _))| f64::from(right - left) / 1000.0);
    SLACK * ems * size
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
        let mut line = String::new();
        for letter in word.chars() {
            if !line.is_empty() && !fits(&format!("{line}{letter}")) {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_tell_savings_apart_in_grey() {
        // Luma of ITU-R BT.601, as a grey print has it: strictly darker from fill to fill, by 2% and more.
        let luma = FILLS.map(|RGBColor(r, g, b)| 0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b));
        assert!(luma.windows(2).all(|pair| pair[0] - pair[1] > 0.02 * 255.0), "{luma:?}");
    }

    #[test]
    fn long_names_lose_their_middle() {
        fonts().unwrap();
        let short = shorten("qwen3-235b-a22b-instruct@8xh100-batch-128", TEXT, false, 90.0);
        assert!(short.starts_with("qwen3") && short.ends_with("128") && short.contains('…'), "{short}");
        assert!(text_width(&short, TEXT, false) <= 90.0);
        assert_eq!(shorten("oracle", TEXT, false, 90.0), "oracle");
        // A digit of Open Sans is 1169/2048 em wide: 10 digits at size 10 are 57.1 units, and 8% room.
        assert!((text_width("0123456789", 10.0, false) - 57.08 * SLACK).abs() < 0.1);
    }

    #[test]
    fn headings_break_and_lose_nothing() {
        fonts().unwrap();
        assert_eq!(wrap("saved, % of a@x", TEXT, true, 200.0), ["saved, % of a@x"]);
        assert_eq!(wrap("saved, % of ladder-xl@nvidia-h200-bs1", TEXT, true, 170.0), ["saved, % of", "ladder-xl@nvidia-h200-bs1"]);
        // A word that is wider than a line by itself is broken too, and no line is too wide.
        let long = "qwen3-235b-a22b-instruct@8xh100-batch-128";
        let lines = wrap(long, TEXT, true, 90.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| text_width(line, TEXT, true) <= 90.0), "{lines:?}");
        assert_eq!(lines.concat(), long);
    }
}
