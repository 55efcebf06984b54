//! How figures look: sizes, dashes, markers, and which series has which look. Lengths are in figure
//! units, 1/100 inch in print.

pub use super::font::{shorten, text_width, wrap};
pub use super::ink::{BLACK, BLUE, FAINT, GREEN, GREY, Ink, LIGHT, ORANGE, PALETTE, PURPLE, VERMILION, WHITE};

/// Size of headings and of labels in a panel: 7.9 points.
pub const TEXT: f64 = 11.0;
/// Size of tick labels and keys: 7 points, the least that papers ask for.
pub const SMALL: f64 = 9.75;

/// From one line of a heading to the next.
pub const LINE: f64 = 14.0;

/// Levels of a saving between which a map has one fill each.
pub const LEVELS: [f64; 7] = [-1.0, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75];
/// The fills, one more than levels: losses orange, savings blue, and in grey the darker the more is saved.
pub const FILLS: [Ink; 8] = [
    Ink(255, 246, 232),
    Ink(253, 234, 205),
    Ink(252, 220, 175),
    Ink(250, 205, 145),
    Ink(168, 206, 232),
    Ink(107, 160, 205),
    Ink(49, 110, 165),
    Ink(12, 60, 110),
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

/// The dashes of series, by number.
pub const DASHES: [Dash; 6] = [SOLID, DASHED, DASH_DOT, DOTTED, LONG, DASH_DOT_DOT];

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

/// The shapes of series, by number.
pub const SHAPES: [Shape; 4] = [Shape::Circle, Shape::Square, Shape::Triangle, Shape::Diamond];

/// Colour, dash and marker of one series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Colour.
    pub ink: Ink,
    /// Line style.
    pub dash: Dash,
    /// Marker.
    pub shape: Shape,
}

const fn look(ink: Ink, dash: Dash, shape: Shape) -> Look {
    Look { ink, dash, shape }
}

/// The looks of energy, compute, cost and latency, in the order of the report's accounts; each of
/// colour, dash and marker tells them apart.
pub const ACCOUNTS: [Look; 4] = [
    look(BLUE, SOLID, Shape::Circle),
    look(ORANGE, DASHED, Shape::Square),
    look(GREEN, DASH_DOT, Shape::Triangle),
    look(PURPLE, DOTTED, Shape::Diamond),
];

/// The look of answer accuracy.
pub const ANSWERS: Look = look(VERMILION, SOLID, Shape::Circle);

/// What is neither an endpoint nor an account, alone in its figure.
pub const PLAIN: Look = look(BLACK, SOLID, Shape::Circle);

/// What several endpoints do together: grey, and so to be seen within the black ring of a published number.
pub const TOGETHER: Look = look(Ink(128, 128, 128), SOLID, Shape::Circle);

/// The look of an endpoint: the colour of its model, of which there are six, with a dash and a marker that are the next
/// ones for the next endpoint of the model. After six models the colours come again with other dashes and markers: 72
/// models of one endpoint, or twelve endpoints of one model, all look different.
pub fn numbered(model: usize, of_model: usize) -> Look {
    // Seven for each round: any number without a common factor with the twelve pairs of dash and marker.
    let form = model + model / PALETTE.len() + of_model;
    look(cycled(&PALETTE, model), cycled(&DASHES, form), cycled(&SHAPES, form))
}

fn cycled<T: Copy>(all: &[T], index: usize) -> T {
    all[index % all.len()]
}

/// The look of the n-th path or strategy that is no endpoint, beside endpoints that look so: a colour that none of
/// them has, or else black and grey, and a dash that none of them has, never a solid line.
pub fn beside(taken: &[Look], index: usize) -> Look {
    let mut inks: Vec<Ink> = PALETTE.into_iter().filter(|ink| !taken.iter().any(|look| look.ink == *ink)).collect();
    inks.extend([BLACK, GREY]);
    let broken = || DASHES.into_iter().skip(1);
    let free: Vec<Dash> = broken().filter(|dash| !taken.iter().any(|look| look.dash == *dash)).collect();
    let dashes = if free.is_empty() { broken().collect() } else { free };
    look(cycled(&inks, index), cycled(&dashes, index), cycled(&SHAPES, index + 1))
}

#[cfg(test)]
mod tests {
    use super::super::ink::SKY;
    use super::*;

    #[test]
    fn fills_tell_savings_apart_in_grey() {
        // As a grey print has it: strictly darker from fill to fill, by 2% and more.
        let luma = FILLS.map(Ink::luma);
        assert!(luma.windows(2).all(|pair| pair[0] - pair[1] > 0.02), "{luma:?}");
    }

    #[test]
    fn many_endpoints_have_looks_of_their_own() {
        let models: Vec<Look> = (0..72).map(|model| numbered(model, 0)).collect();
        let endpoints: Vec<Look> = (0..12).map(|endpoint| numbered(3, endpoint)).collect();
        for looks in [&models, &endpoints] {
            for (index, look) in looks.iter().enumerate() {
                assert!(!looks[index + 1..].contains(look), "{index}: {look:?}");
            }
        }
        assert!(endpoints.iter().all(|look| look.ink == PURPLE));
        // The first six differ in colour and in dash; what stands beside four endpoints has the other two colours first.
        let beside = |index: usize| beside(&models[..4], index);
        let inks: Vec<Ink> = (0..4).map(|index| beside(index).ink).collect();
        assert_eq!(inks, [ORANGE, SKY, BLACK, GREY]);
        assert_eq!([0, 1, 2].map(|index| beside(index).dash), [LONG, DASH_DOT_DOT, LONG]);
    }
}
