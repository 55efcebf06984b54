//! Where a saving has a level, row by row: it falls with what local endpoints take, so that every level
//! is met at most once in a row.

use super::super::style::LEVELS;
use crate::report::{BreakEvenMap, BreakEvenMisrouteMap};

/// The levels of a map as lines.
pub(super) struct Levels {
    low: f64,
    high: f64,
    ends: [f64; 2],
    /// By level a line from the lowest router accuracy to the highest; along an edge where the level lies beyond.
    lines: Vec<Vec<Place>>,
}

/// A factor and a router accuracy.
type Place = (f64, f64);

impl Levels {
    pub fn new(map: &BreakEvenMap, misroute: &BreakEvenMisrouteMap) -> Self {
        let accuracies = &map.router_accuracies;
        let end = |accuracy: Option<&f64>| accuracy.copied().unwrap_or_default();
        let mut levels =
            Levels { low: first(map), high: last(map), ends: [end(accuracies.first()), end(accuracies.last())], lines: Vec::new() };
        levels.lines = LEVELS.iter().map(|level| levels.line(map, misroute, *level)).collect();
        levels
    }

    fn line(&self, map: &BreakEvenMap, misroute: &BreakEvenMisrouteMap, level: f64) -> Vec<Place> {
        let mut factors: Vec<Option<f64>> = misroute.savings.iter().map(|row| meets(row, &map.local_factors, level)).collect();
        // A row that is at the level throughout has it where the row above has it.
        for index in (0..factors.len()).rev() {
            if factors[index].is_none() {
                factors[index] = factors.get(index + 1).copied().flatten();
            }
        }
        let rows: Vec<(f64, f64, &Vec<f64>)> = factors
            .into_iter()
            .zip(&map.router_accuracies)
            .zip(&misroute.savings)
            .map(|((factor, accuracy), row)| (factor.unwrap_or(f64::INFINITY), *accuracy, row))
            .collect();
        let mut line = Vec::new();
        for (index, (factor, accuracy, row)) in rows.iter().enumerate() {
            if let Some((before, below, lower)) = index.checked_sub(1).and_then(|index| rows.get(index)) {
                // Where the line comes in from an edge or leaves over it.
                for (edge, here, there) in [(self.low, row.first(), lower.first()), (self.high, row.last(), lower.last())] {
                    if let (true, Some(here), Some(there)) = ((*before <= edge) != (*factor <= edge), here, there)
                        && here != there
                    {
                        let share = ((level - there) / (here - there)).clamp(0.0, 1.0);
                        line.push((edge, below + share * (accuracy - below)));
                    }
                }
            }
            line.push((factor.clamp(self.low, self.high), *accuracy));
        }
        line
    }

    /// The outline of a fill: between a level and the one above it, the first fill below all levels.
    pub fn between(&self, fill: usize) -> Vec<Place> {
        let side = |level: Option<usize>, beyond: f64| -> Vec<Place> {
            level.and_then(|level| self.lines.get(level)).cloned().unwrap_or_else(|| self.ends.map(|accuracy| (beyond, accuracy)).to_vec())
        };
        // A higher level is met at a lower factor.
        let upper = side(Some(fill), self.low);
        let lower = side(fill.checked_sub(1), self.high);
        upper.into_iter().chain(lower.into_iter().rev()).collect()
    }

    /// The lines of a level, without what runs along the edges of the map.
    pub fn lines(&self, level: usize) -> Vec<Vec<Place>> {
        let mut lines: Vec<Vec<Place>> = Vec::new();
        let line = self.lines.get(level).map_or(&[][..], Vec::as_slice);
        let along = |a: &Place, b: &Place| a.0 == b.0 && (a.0 == self.low || a.0 == self.high);
        for run in line.chunk_by(|a, b| !along(a, b)) {
            lines.extend((run.len() > 1).then(|| run.to_vec()));
        }
        lines
    }
}

fn first(map: &BreakEvenMap) -> f64 {
    map.local_factors.first().copied().unwrap_or(1.0)
}

fn last(map: &BreakEvenMap) -> f64 {
    map.local_factors.last().copied().unwrap_or(1.0)
}

/// The factor at which a row falls to a level: 0 where it is below throughout, infinite where above;
/// `None` where it stays at the level. Between columns the saving is a line in the factor, as the closed form is.
fn meets(row: &[f64], factors: &[f64], level: f64) -> Option<f64> {
    if row.iter().all(|saving| (saving - level).abs() < 1e-12) {
        return None;
    }
    if row.first().is_some_and(|saving| *saving <= level) {
        return Some(0.0);
    }
    let after = row.iter().position(|saving| *saving <= level);
    let Some(after) = after else { return Some(f64::INFINITY) };
    let (from, to) = (factors.get(after - 1)?, factors.get(after)?);
    let (before, below) = (row.get(after - 1)?, row.get(after)?);
    Some(from + (to - from) * (before - level) / (before - below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_met_on_the_line_between_columns() {
        // 0.8, 0.6, 0.2 at 1, 2, 4: half is passed a quarter of the way from 2 to 4.
        assert_eq!(meets(&[0.8, 0.6, 0.2], &[1.0, 2.0, 4.0], 0.5), Some(2.5));
        assert_eq!(meets(&[0.8, 0.6, 0.2], &[1.0, 2.0, 4.0], 0.9), Some(0.0));
        assert_eq!(meets(&[0.8, 0.6, 0.2], &[1.0, 2.0, 4.0], 0.0), Some(f64::INFINITY));
        assert_eq!(meets(&[0.0, 0.0], &[1.0, 2.0], 0.0), None);
    }
}
