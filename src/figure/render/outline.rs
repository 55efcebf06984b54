//! What marks are as plain shapes: the inked pieces of dashed lines, the outlines of markers, the place of a text.

use crate::error::in_a_line;
use crate::figure::font;
use crate::figure::scene::{Anchor, At, Text};
use crate::figure::style::Shape;

/// The outline of a marker.
pub(super) enum Outline {
    /// A disc of that radius.
    Disc(f64),
    /// Corners.
    Corners(Vec<At>),
}

/// The outline of a marker; shapes have about the area of a disc of diameter `size`.
pub(super) fn marker((x, y): At, shape: Shape, size: f64) -> Outline {
    let (half, tip, wide) = (0.44 * size, 0.62 * size, 0.58 * size);
    Outline::Corners(match shape {
        Shape::Circle => return Outline::Disc(size / 2.0),
        Shape::Square => vec![(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)],
        Shape::Triangle => vec![(x, y - tip), (x + wide, y + 0.42 * size), (x - wide, y + 0.42 * size)],
        Shape::Diamond => vec![(x, y - tip), (x + tip, y), (x, y + tip), (x - tip, y)],
    })
}

/// How large the white inside of a hollow marker is, as a part of the marker.
pub(super) const HOLLOW: f64 = 0.58;

/// A text as it is drawn: without control characters.
pub(super) fn shown(text: &Text) -> String {
    in_a_line(&text.text)
}

/// Where a text starts, on its base line.
pub(super) fn start(text: &Text) -> At {
    let width = font::text_width(&shown(text), text.size, text.bold);
    let before = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => width / 2.0,
        Anchor::End => width,
    };
    (text.at.0 - before, text.at.1)
}

/// The inked pieces of a dashed line.
pub(super) fn dashes(points: &[At], dash: &[f64]) -> Vec<Vec<At>> {
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
}
