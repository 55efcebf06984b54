//! Labels that touch nothing: spread along an edge, placed around a point, and the key below.

use plotters::style::RGBColor;

use super::scene::{Anchor, At, Mark, Rect, Scene, Stroke, Text};
use super::style;

/// Moves places as little as possible (least squares) so that, in their order, they are at least
/// `gap` apart and within `low..=high`. Where there is no room for all, the last ones go beyond `high`.
pub fn spread(wanted: &[f64], gap: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    let value = |index: &usize| wanted.get(*index).copied().unwrap_or(low);
    order.sort_by(|a, b| value(a).total_cmp(&value(b)).then(a.cmp(b)));
    // With the gaps taken out, "in order and apart" is "in order": pools of neighbours at their mean.
    let mut pools: Vec<(f64, usize)> = Vec::new();
    for (rank, index) in order.iter().enumerate() {
        let mut pool = (value(index) - rank as f64 * gap, 1);
        while let Some(last) = pools.pop() {
            if last.0 <= pool.0 {
                pools.push(last);
                break;
            }
            let count = last.1 + pool.1;
            pool = ((last.0 * last.1 as f64 + pool.0 * pool.1 as f64) / count as f64, count);
        }
        pools.push(pool);
    }
    let most = (high - wanted.len().saturating_sub(1) as f64 * gap).max(low);
    let closed = pools.into_iter().flat_map(|(mean, count)| std::iter::repeat_n(mean.clamp(low, most), count));
    let mut placed = vec![low; wanted.len()];
    for (rank, (index, mean)) in order.iter().zip(closed).enumerate() {
        if let Some(place) = placed.get_mut(*index) {
            *place = mean + rank as f64 * gap;
        }
    }
    placed
}

/// What labels of a panel must not touch.
#[derive(Debug, Default)]
pub struct Obstacles {
    boxes: Vec<Rect>,
    lines: Vec<(At, At)>,
}

impl Obstacles {
    /// Nothing may touch this.
    pub fn block(&mut self, room: Rect) {
        self.boxes.push(room);
    }

    /// A line that is better not touched.
    pub fn avoid(&mut self, points: &[At]) {
        self.lines.extend(points.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))));
    }

    /// Finds room for a label near a point inside `inside`, the nearest that touches nothing, and
    /// draws it with a leader of that ink where it stands off. `clear` is the reach of the point's marker.
    pub fn label(&mut self, scene: &mut Scene, at: At, clear: f64, text: &str, ink: RGBColor, inside: &Rect) {
        let widest = inside.right - inside.left - 4.0;
        let label = Text { size: style::SMALL, ..Text::new((0.0, 0.0), style::shorten(text, style::SMALL, false, widest)) };
        let best = candidates(at, clear, &label)
            .filter(|(room, _)| inside.holds(room) && !self.boxes.iter().any(|taken| taken.overlaps(room)))
            .min_by(|a, b| self.price(at, clear, a).total_cmp(&self.price(at, clear, b)));
        // Where all is full, the label still stands beside its point rather than nowhere.
        let Some((room, distance)) = best.or_else(|| candidates(at, clear, &label).next()) else { return };
        let near = nearest(&room, at);
        if distance > 6.0 {
            let away = (near.0 - at.0).hypot(near.1 - at.1).max(1e-9);
            let start = (at.0 + (near.0 - at.0) / away * clear, at.1 + (near.1 - at.1) / away * clear);
            scene.line(vec![start, near], Stroke::solid(ink, 0.7));
            self.avoid(&[start, near]);
        }
        scene.text(Text { at: (room.left + 1.5, room.bottom - 0.24 * style::SMALL - 1.5), ..label });
        self.block(room);
    }

    /// Distance, and more for every line that label or leader would touch.
    fn price(&self, at: At, clear: f64, (room, distance): &(Rect, f64)) -> f64 {
        let leader = (at, nearest(room, at));
        let far = *distance > 6.0;
        let touched = self.lines.iter().filter(|line| crosses(line, room)).count() as f64;
        let crossed = self.lines.iter().filter(|line| far && meet(leader, **line, clear)).count() as f64;
        let over = self.boxes.iter().filter(|taken| far && !taken.overlaps(&Rect::around(at, clear)) && crosses(&leader, taken)).count();
        distance + 40.0 * touched.min(3.0) + 10.0 * crossed.min(3.0) + 25.0 * over as f64
    }
}

/// Rooms around a point, in 16 directions, nearer ones first, each with its distance.
fn candidates(at: At, clear: f64, label: &Text) -> impl Iterator<Item = (Rect, f64)> + Clone {
    let (width, height) = (style::text_width(&label.text, label.size, label.bold) + 3.0, label.size + 3.0);
    (0..45).flat_map(move |ring| {
        (0..16).map(move |turn| {
            let distance = 2.0 + 4.0 * f64::from(ring);
            let (sine, cosine) = (f64::from(turn) * std::f64::consts::TAU / 16.0).sin_cos();
            // The room's middle lies so that its edge, not its middle, is that far away.
            let (x, y) = (at.0 + cosine * (clear + distance + width / 2.0), at.1 + sine * (clear + distance + height / 2.0));
            let room = Rect { left: x - width / 2.0, right: x + width / 2.0, top: y - height / 2.0, bottom: y + height / 2.0 };
            // Labels to the right are read most easily, diagonal ones least.
            let near = nearest(&room, at);
            let gap = (near.0 - at.0).hypot(near.1 - at.1) - clear;
            (room, gap + f64::from(turn % 4 != 0) + 0.5 * f64::from(turn != 0))
        })
    })
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

/// Whether two lines meet farther than `clear` from the start of the first.
fn meet((a, b): (At, At), (c, d): (At, At), clear: f64) -> bool {
    let (r, s) = ((b.0 - a.0, b.1 - a.1), (d.0 - c.0, d.1 - c.1));
    let cross = r.0 * s.1 - r.1 * s.0;
    if cross == 0.0 {
        return false;
    }
    let along = ((c.0 - a.0) * s.1 - (c.1 - a.1) * s.0) / cross;
    let other = ((c.0 - a.0) * r.1 - (c.1 - a.1) * r.0) / cross;
    (0.0..=1.0).contains(&along) && (0.0..=1.0).contains(&other) && along * r.0.hypot(r.1) > clear
}

/// An entry of a key: marks in a box 22 wide and 8 high whose upper left corner is (0, 0), and a text.
pub struct Entry {
    /// The sample. None: only the text.
    pub sample: Vec<Mark>,
    /// What it means.
    pub text: String,
}

/// Draws entries in rows from `left` and `top` within `right`, and returns the lower end.
pub fn key(scene: &mut Scene, entries: Vec<Entry>, left: f64, top: f64, right: f64) -> f64 {
    let (mut x, mut y) = (left, top);
    for Entry { sample, text } in entries {
        let before = if sample.is_empty() { 0.0 } else { 27.0 };
        let text = style::shorten(&text, style::SMALL, false, right - left - before);
        let width = before + style::text_width(&text, style::SMALL, false);
        if x > left && x + width > right {
            (x, y) = (left, y + 15.0);
        }
        scene.marks.extend(sample.into_iter().map(|mark| shifted(mark, (x, y))));
        scene.text(Text::small((x + before, y + 7.5), text).anchor(Anchor::Start));
        x += width + 14.0;
    }
    y + 12.0
}

fn shifted(mark: Mark, (dx, dy): At) -> Mark {
    let moved = |(x, y): At| (x + dx, y + dy);
    match mark {
        Mark::Line { points, stroke } => Mark::Line { points: points.into_iter().map(moved).collect(), stroke },
        Mark::Area { points, ink } => Mark::Area { points: points.into_iter().map(moved).collect(), ink },
        Mark::Marker { at, shape, size, ink, hollow } => Mark::Marker { at: moved(at), shape, size, ink, hollow },
        Mark::Text(text) => Mark::Text(Text { at: moved(text.at), ..text }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_spread_no_more_than_needed() {
        // 10, 11, 50 with a gap of 12: the first two move by 5.5 each, to 4.5 and 16.5.
        assert_eq!(spread(&[11.0, 50.0, 10.0], 12.0, 0.0, 100.0), [16.5, 50.0, 4.5]);
        // At the upper end they are pushed down: 100 and 88.
        assert_eq!(spread(&[100.0, 99.0], 12.0, 0.0, 100.0), [100.0, 88.0]);
        assert!(spread(&[], 12.0, 0.0, 100.0).is_empty());
    }

    #[test]
    fn lines_cross_boxes_or_not() {
        let room = Rect { left: 0.0, right: 2.0, top: 0.0, bottom: 1.0 };
        assert!(crosses(&((-1.0, -1.0), (3.0, 2.0)), &room));
        assert!(!crosses(&((-1.0, 0.5), (-0.5, 0.5)), &room));
        assert!(!crosses(&((0.0, 2.0), (2.0, 2.0)), &room));
    }
}
