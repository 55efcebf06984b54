//! Labels spread along an edge, and the key below a figure.

use super::scene::{Anchor, At, Mark, Scene, Text};
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
        let lines = style::wrap(&text, style::SMALL, false, right - left - before);
        let width = before + lines.iter().map(|line| style::text_width(line, style::SMALL, false)).fold(0.0, f64::max);
        if x > left && (lines.len() > 1 || x + width > right) {
            (x, y) = (left, y + 15.0);
        }
        scene.marks.extend(sample.into_iter().map(|mark| shifted(mark, (x, y))));
        let lower = 12.0 * lines.len().saturating_sub(1) as f64;
        for (index, line) in lines.into_iter().enumerate() {
            scene.text(Text::small((x + before, y + 7.5 + 12.0 * index as f64), line).anchor(Anchor::Start));
        }
        // What takes several lines stands alone.
        (x, y) = if lower > 0.0 { (right, y + lower) } else { (x + width + 14.0, y) };
    }
    y + 12.0
}

fn shifted(mark: Mark, (dx, dy): At) -> Mark {
    let moved = |(x, y): At| (x + dx, y + dy);
    match mark {
        Mark::Line { points, stroke } => Mark::Line { points: points.into_iter().map(moved).collect(), stroke },
        Mark::Area { points, ink } => Mark::Area { points: points.into_iter().map(moved).collect(), ink },
        Mark::Fill { points, ink } => Mark::Fill { points: points.into_iter().map(moved).collect(), ink },
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
}
