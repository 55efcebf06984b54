//! Where something that saves stops to, along one quantity.

use serde::{Deserialize, Serialize};

use super::super::figure::Figure;
use super::super::interval::figure;
use crate::replay::Resampled;

/// On which side of a crossing there is a saving.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saves {
    /// Below it.
    Below,
    /// Above it.
    Above,
    /// There is no crossing: it saves over the whole range (or is 0 at its very end).
    Everywhere,
    /// There is no crossing: it saves nowhere in the range.
    Nowhere,
}

/// Where a saving is 0 along some quantity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Crossing {
    /// Where, with the 95% interval over the sample of queries; absent where it saves everywhere or nowhere.
    pub at: Option<Figure>,
    /// On which side it saves.
    pub saves: Saves,
}

impl Crossing {
    /// No crossing.
    pub(super) fn none(saves: bool) -> Self {
        Crossing { at: None, saves: if saves { Saves::Everywhere } else { Saves::Nowhere } }
    }

    /// Of a gain that is linear between two ends of 0 to 1, over the sums of a sample. `None` where
    /// the gain is not known.
    pub(super) fn of_line(sample: &Resampled, ends: impl Fn(&[f64]) -> Option<[f64; 2]>) -> Option<Self> {
        let [low, high] = ends(&sample.point)?;
        if (low >= 0.0 && high >= 0.0) || (low <= 0.0 && high <= 0.0) {
            return Some(Crossing::none(low > 0.0 || high > 0.0));
        }
        let rises = high > low;
        // A resample whose line runs the other way says that the sample cannot place the crossing.
        let root = |sums: &[f64]| {
            let [low, high] = ends(sums)?;
            (high != low && (high > low) == rises).then(|| (low / (low - high)).clamp(0.0, 1.0))
        };
        Some(Crossing { at: figure(sample, root), saves: if rises { Saves::Above } else { Saves::Below } })
    }

    /// Of a saving over a factor on what local endpoints take: `rest` is what they may take (the
    /// baseline less all else), `local` what they take now.
    pub(super) fn of_factor(sample: &Resampled, parts: impl Fn(&[f64]) -> Option<(f64, f64)>) -> Option<Self> {
        let (local, room) = parts(&sample.point)?;
        if local <= 0.0 || room <= 0.0 {
            return Some(Crossing::none(room > 0.0));
        }
        let root = |sums: &[f64]| parts(sums).filter(|(local, _)| *local > 0.0).map(|(local, room)| (room / local).max(0.0));
        Some(Crossing { at: figure(sample, root), saves: Saves::Below })
    }

    /// Where it crosses.
    pub fn value(&self) -> Option<f64> {
        self.at.map(|at| at.value)
    }
}

/// The factor from which on `saving` is no longer above 0: `parts` gives what local endpoints take at
/// a factor (times it already) and what they may. Steps along the tangent, which of a cost that is
/// concave in the factor (a least of lines, as an oracle's is) leads to the crossing from below and
/// ends exactly; halves the bracket where a step leads out of it.
pub(super) fn solve(mut parts: impl FnMut(f64) -> Option<(f64, f64)>) -> Option<Crossing> {
    let (mut low, mut high) = (0.0, f64::INFINITY);
    let mut factor = 1.0;
    for step in 0..200 {
        let (local, room) = parts(factor)?;
        let scale = local.abs().max(room.abs());
        if scale == 0.0 || (local - room).abs() <= 1e-15 * scale {
            // Nothing local is left and nothing is lost: the saving stays at 0.
            return Some(if local > 0.0 { at(factor) } else { Crossing::none(false) });
        }
        *(if room > local { &mut low } else { &mut high }) = factor;
        if room > local && local <= 0.0 {
            // Nothing is left that could take more.
            return Some(Crossing::none(true));
        }
        if high < 1e-9 {
            return Some(Crossing::none(false));
        }
        if low > 1e12 {
            return Some(Crossing::none(true));
        }
        if high / low < 1.0 + 1e-15 {
            return Some(at(low));
        }
        let tangent = factor * room / local;
        factor = match (tangent > low && tangent < high && step < 100, low > 0.0, high.is_finite()) {
            (true, ..) => tangent,
            (_, true, true) => (low * high).sqrt(),
            (_, _, true) => high / 4.0,
            _ => low * 4.0,
        };
    }
    Some(at(low))
}

fn at(factor: f64) -> Crossing {
    Crossing { at: Some(Figure::exact(factor)), saves: Saves::Below }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(point: Vec<f64>) -> Resampled {
        Resampled { point, draws: Vec::new(), filled: 0 }
    }

    #[test]
    fn lines_cross_or_not() {
        let line = |low: f64, high: f64| Crossing::of_line(&sample(vec![low, high]), |sums| Some([sums[0], sums[1]]));
        // From -1 to 3: zero after a quarter.
        assert_eq!(line(-1.0, 3.0), Some(Crossing { at: Some(Figure::exact(0.25)), saves: Saves::Above }));
        assert_eq!(line(1.0, -3.0), Some(Crossing { at: Some(Figure::exact(0.25)), saves: Saves::Below }));
        assert_eq!(line(0.0, 2.0).map(|crossing| crossing.saves), Some(Saves::Everywhere));
        assert_eq!(line(0.0, 0.0).map(|crossing| crossing.saves), Some(Saves::Nowhere));
        assert_eq!(line(-2.0, -1.0).map(|crossing| crossing.saves), Some(Saves::Nowhere));
    }

    #[test]
    fn tangents_end_where_a_least_of_lines_crosses() {
        // Three queries: min(f·1, 10), min(f·4, 10), f·2, against 15: all local up to 15/7 = 2.143.
        let least = |ceilings: [f64; 2], theirs: f64| {
            solve(|factor| {
                let (mut local, mut rest) = (2.0 * factor, 0.0);
                for (taken, ceiling) in [1.0, 4.0].into_iter().zip(ceilings) {
                    *(if factor * taken <= ceiling { &mut local } else { &mut rest }) += (factor * taken).min(ceiling);
                }
                Some((local, theirs - rest))
            })
        };
        let value = |crossing: Option<Crossing>| crossing.and_then(|crossing| crossing.value()).unwrap_or(f64::NAN);
        assert!((value(least([10.0, 10.0], 15.0)) - 15.0 / 7.0).abs() < 1e-12);
        // With 22: from 2.5 on the second goes to the cloud; 3·f + 10 = 22 at 4.
        assert!((value(least([10.0, 10.0], 22.0)) - 4.0).abs() < 1e-12);
        // What the cloud takes for the rest is more than the baseline: nothing helps.
        assert_eq!(solve(|factor| Some((factor, -1.0))).map(|crossing| crossing.saves), Some(Saves::Nowhere));
    }
}
