//! Labels around points that touch nothing, found by trying.

use super::scene::{At, Rect, Scene, Stroke, Text};
use super::style::{self, Ink};

/// What labels of a panel must not touch, and the labels that want a place.
#[derive(Debug, Default)]
pub struct Labels {
    boxes: Vec<Rect>,
    lines: Vec<(At, At)>,
    wishes: Vec<Wish>,
}

/// A label that wants a place near a point.
#[derive(Debug)]
struct Wish {
    at: At,
    /// The reach of the point's marker.
    clear: f64,
    text: Text,
    /// Of the leader.
    ink: Ink,
}

/// Where labels stand by their index, with the price of it.
type Places = (f64, Vec<(usize, Rect)>);

/// Farther than this from its point a label gets a leader.
const NEAR: f64 = 6.0;

impl Labels {
    /// No label may touch this.
    pub fn block(&mut self, room: Rect) {
        self.boxes.push(room);
    }

    /// A line that labels had better not touch.
    pub fn avoid(&mut self, points: &[At]) {
        self.lines.extend(points.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))));
    }

    /// Wants a label near a point whose marker reaches `clear`, at most `widest` wide, with a leader
    /// of that ink where it stands off.
    pub fn want(&mut self, at: At, clear: f64, text: &str, ink: Ink, widest: f64) {
        let text = style::shorten(text, style::SMALL, false, widest);
        self.wishes.push(Wish { at, clear, text: Text { size: style::SMALL, ..Text::new(at, text) }, ink });
    }

    /// Draws all labels inside a rectangle, each as near to its point as the others leave room.
    pub fn draw(self, scene: &mut Scene, inside: &Rect) {
        // Who is placed first has the choice: some orders are tried, and the best is drawn.
        let count = self.wishes.len();
        let orders = (0..count.min(8)).flat_map(|first| {
            let order: Vec<usize> = (0..count).map(|index| (index + first * count.div_ceil(8)) % count).collect();
            [order.iter().rev().copied().collect(), order]
        });
        let Some((_, places)) = orders.map(|order| self.places(&order, inside)).min_by(|a, b| a.0.total_cmp(&b.0)) else { return };
        for (index, room) in places {
            let Some(wish) = self.wishes.get(index) else { continue };
            if let Some(leader) = wish.leader(&room) {
                scene.line(vec![leader.0, leader.1], Stroke::solid(wish.ink, 0.7));
            }
            scene.text(Text { at: (room.left + 1.5, room.bottom - 0.24 * style::SMALL - 1.5), ..wish.text.clone() });
        }
    }

    /// Places the labels one after the other.
    fn places(&self, order: &[usize], inside: &Rect) -> Places {
        let (mut boxes, mut lines) = (self.boxes.clone(), self.lines.clone());
        let (mut total, mut places) = (0.0, Vec::new());
        for index in order {
            let Some(wish) = self.wishes.get(*index) else { continue };
            // Where all is full, the label still stands beside its point rather than nowhere.
            let Some((price, room)) = wish.best(&boxes, &lines, inside).or_else(|| Some((1e4, wish.rooms(0).next()?.0))) else { continue };
            total += price;
            boxes.push(room);
            lines.extend(wish.leader(&room));
            places.push((*index, room));
        }
        (total, places)
    }
}

impl Wish {
    /// The cheapest room that touches no box.
    fn best(&self, boxes: &[Rect], lines: &[(At, At)], inside: &Rect) -> Option<(f64, Rect)> {
        let mut best: Option<(f64, Rect)> = None;
        for ring in 0..70 {
            let mut nearest = f64::INFINITY;
            for (room, distance) in self.rooms(ring) {
                nearest = nearest.min(distance);
                let cheaper = |price: f64| best.is_none_or(|(least, _)| price < least);
                if cheaper(distance) && inside.holds(&room) && !boxes.iter().any(|taken| taken.overlaps(&room)) {
                    let price = self.price(&room, distance, boxes, lines);
                    if cheaper(price) {
                        best = Some((price, room));
                    }
                }
            }
            // A price is at least the distance.
            if best.is_some_and(|(least, _)| least < nearest) {
                break;
            }
        }
        best
    }

    /// Distance, and more for every line that label or leader would touch.
    fn price(&self, room: &Rect, distance: f64, boxes: &[Rect], lines: &[(At, At)]) -> f64 {
        let touched = lines.iter().filter(|line| crosses(line, room)).count() as f64;
        let Some(leader) = self.leader(room) else { return distance + 90.0 * touched.min(3.0) };
        let crossed = lines.iter().filter(|line| meet(leader, **line)).count() as f64;
        let over =
            boxes.iter().filter(|taken| crosses(&leader, taken) && !taken.overlaps(&Rect::around(self.at, self.clear))).count() as f64;
        // Level and upright leaders look like bars.
        let bar = (leader.0.0 - leader.1.0).abs() < 1.0 || (leader.0.1 - leader.1.1).abs() < 1.0;
        distance + 90.0 * touched.min(3.0) + 10.0 * crossed.min(3.0) + 25.0 * over + if bar { 8.0 } else { 0.0 }
    }

    /// From the edge of the marker to a room that is not near.
    fn leader(&self, room: &Rect) -> Option<(At, At)> {
        let near = nearest(room, self.at);
        let (dx, dy) = (near.0 - self.at.0, near.1 - self.at.1);
        let away = dx.hypot(dy);
        let start = (self.at.0 + dx / away * self.clear, self.at.1 + dy / away * self.clear);
        (away - self.clear > NEAR).then_some((start, near))
    }

    /// Rooms around the point in 16 directions, with their distance.
    fn rooms(&self, ring: u32) -> impl Iterator<Item = (Rect, f64)> {
        let (at, clear) = (self.at, self.clear);
        let (width, height) = (style::text_width(&self.text.text, self.text.size, self.text.bold) + 3.0, self.text.size + 3.0);
        (0..16).map(move |turn| {
            let (sine, cosine) = (f64::from(turn) * std::f64::consts::TAU / 16.0).sin_cos();
            // An edge of the room, not its middle, is that far away.
            let reach = clear + 1.0 + 4.0 * f64::from(ring);
            let (x, y) = (at.0 + cosine * (reach + width / 2.0), at.1 + sine * (reach + height / 2.0));
            let room = Rect { left: x - width / 2.0, right: x + width / 2.0, top: y - height / 2.0, bottom: y + height / 2.0 };
            let near = nearest(&room, at);
            let gap = (near.0 - at.0).hypot(near.1 - at.1) - clear;
            // Labels to the right are read most easily, diagonal ones least.
            (room, gap.max(0.0) + f64::from(turn % 4 != 0) + 0.5 * f64::from(turn != 0))
        })
    }
}

/// The place of a rectangle that is nearest to another place.
fn nearest(room: &Rect, (x, y): At) -> At {
    (x.clamp(room.left, room.right), y.clamp(room.top, room.bottom))
}

/// Whether a line touches a rectangle.
fn crosses((from, to): &(At, At), room: &Rect) -> bool {
    // The part of the line inside each pair of edges (Liang and Barsky 1984).
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    for (start, run, low, high) in [(from.0, to.0 - from.0, room.left, room.right), (from.1, to.1 - from.1, room.top, room.bottom)] {
        if run == 0.0 {
            if start < low || start > high {
                return false;
            }
            continue;
        }
        let (a, b) = ((low - start) / run, (high - start) / run);
        (enter, leave) = (enter.max(a.min(b)), leave.min(a.max(b)));
    }
    enter <= leave
}

/// Whether two lines meet farther than a little from the start of the first.
fn meet((a, b): (At, At), (c, d): (At, At)) -> bool {
    let (r, s) = ((b.0 - a.0, b.1 - a.1), (d.0 - c.0, d.1 - c.1));
    let cross = r.0 * s.1 - r.1 * s.0;
    if cross == 0.0 {
        return false;
    }
    let along = ((c.0 - a.0) * s.1 - (c.1 - a.1) * s.0) / cross;
    let other = ((c.0 - a.0) * r.1 - (c.1 - a.1) * r.0) / cross;
    (0.0..=1.0).contains(&along) && (0.0..=1.0).contains(&other) && along * r.0.hypot(r.1) > 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_cross_boxes_or_not() {
        let room = Rect { left: 0.0, right: 2.0, top: 0.0, bottom: 1.0 };
        assert!(crosses(&((-1.0, -1.0), (3.0, 2.0)), &room));
        assert!(!crosses(&((-1.0, 0.5), (-0.5, 0.5)), &room));
        assert!(!crosses(&((0.0, 2.0), (2.0, 2.0)), &room));
    }
}
