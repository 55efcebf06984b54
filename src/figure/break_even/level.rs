//! Where a saving has a level, row by row: it falls with what local endpoints take, so that every level
//! is met at most once in a row.

use super::super::style::LEVELS;
use crate::report::{BreakEvenMap, BreakEvenMisrouteMap};

/// For each row of a map and each level the factor from which on the saving is below it.
pub(super) struct Levels<'a> {
    map: &'a BreakEvenMap,
    /// By level and row.
    factors: Vec<Vec<f64>>,
}

/// A factor and a router accuracy.
type Place = (f64, f64);

impl<'a> Levels<'a> {
    pub fn new(map: &'a BreakEvenMap, misroute: &BreakEvenMisrouteMap) -> Self {
        let of = |level: &f64| {
            let mut rows: Vec<Option<f64>> = misroute.savings.iter().map(|row| meets(row, &map.local_factors, *level)).collect();
            // A row that is at the level throughout has it where the row above has it.
            for index in (0..rows.len()).rev() {
                if rows[index].is_none() {
                    rows[index] = rows.get(index + 1).copied().flatten();
                }
            }
            rows.into_iter().map(|row| row.unwrap_or(f64::INFINITY)).map(|factor| factor.clamp(first(map), last(map))).collect()
        };
        Levels { map, factors: LEVELS.iter().map(of).collect() }
    }

    /// The outline of a fill: between a level and the one above it, the first fill below all levels.
    pub fn between(&self, fill: usize) -> Vec<Place> {
        let side = |level: Option<usize>, beyond: f64| -> Vec<Place> {
            let factors = level.and_then(|level| self.factors.get(level));
            let at = |row: usize| factors.and_then(|factors| factors.get(row)).copied().unwrap_or(beyond);
            self.map.router_accuracies.iter().enumerate().map(|(row, accuracy)| (at(row), *accuracy)).collect()
        };
        // A higher level is met at a lower factor.
        let upper = side(Some(fill), first(self.map));
        let lower = side(fill.checked_sub(1), last(self.map));
        upper.into_iter().chain(lower.into_iter().rev()).collect()
    }

    /// The lines of a level, without what lies at the edges of the map.
    pub fn lines(&self, level: usize) -> Vec<Vec<Place>> {
        let (low, high) = (first(self.map), last(self.map));
        let all: Vec<Place> = self.factors.get(level).into_iter().flatten().copied().zip(self.map.router_accuracies.iter().copied()).collect();
        let inside = |place: &Place| low < place.0 && place.0 < high;
        all.chunk_by(|a, b| inside(a) == inside(b)).filter(|run| run.iter().all(inside)).map(<[Place]>::to_vec).collect()
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
