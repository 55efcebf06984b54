//! Amounts as whole numbers, so that sums do not depend on the order of their terms.
//!
//! By account the largest cell of the trace gets 46 bits: a cell is rounded once to 2^-47 of the
//! largest one at most, and sums are exact from then on. Any number of threads, any split of a day and
//! any company of other strategies give the same total to the last bit. (The 2^-64 units of
//! [`Exact`](crate::replay::Exact) would take twice the memory for each cell of the packed table.)

use rayon::prelude::*;

use crate::trace::{Column, Metric};
use crate::workload::{ACCOUNTS, Workload};

/// What a day adds up by position: energy, compute, cost, and last the score.
pub const LANES: usize = 4;
/// Where the score stands.
pub const SCORE: usize = 3;
/// The accounts among the lanes: those of [`ACCOUNTS`] before latency, of which a day has no sum that means something.
pub const AMOUNTS: usize = 3;

/// Bits of the largest cell of a lane.
const BITS: i32 = 46;
/// Cells that may be added up in 64 bits: 2^(46 + 16) and below.
pub const CELLS_IN_64_BITS: usize = 1 << 16;

/// The units of the lanes, each a power of two.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Units {
    /// Units in one joule, operation, dollar, full score.
    scale: [f64; LANES],
}

impl Units {
    /// The units that suit the cells of a workload's endpoints.
    pub fn of(workload: &Workload) -> Self {
        let trace = workload.trace();
        let columns: Vec<(usize, &Column)> = workload
            .in_use()
            .flat_map(|endpoint| (0..LANES).map(move |lane| (endpoint, lane)))
            .filter_map(|(endpoint, lane)| Some((lane, trace.metric(endpoint as usize, metric(lane))?)))
            .collect();
        let largest = |&(lane, column): &(usize, &Column)| (lane, largest(column));
        let largest: Vec<(usize, f64)> = columns.par_iter().map(largest).collect();
        let of_lane = |lane: usize| largest.iter().filter(|(of, _)| *of == lane).map(|(_, largest)| *largest).fold(0.0, f64::max);
        Units { scale: std::array::from_fn(|lane| scale(of_lane(lane))) }
    }

    /// An amount as a whole number of units. Not for NaN, which is no amount.
    #[inline]
    pub fn count(&self, lane: usize, amount: f64) -> i64 {
        debug_assert!(!amount.is_nan(), "a missing value is never added");
        round(amount * self.scale[lane])
    }

    /// A whole number of units as an amount.
    pub fn amount(&self, lane: usize, count: i128) -> f64 {
        count as f64 / self.scale[lane]
    }
}

/// The nearest whole number, halves away from zero, as [`f64::round`] has it, for what has few enough
/// bits; `round` is a call into a library on processors of the first x86-64 generation.
#[inline]
fn round(number: f64) -> i64 {
    // The largest number below a half: added to it a half is still rounded up, and what is less is not.
    const BELOW_HALF: f64 = 0.5 - f64::EPSILON / 4.0;
    (number + BELOW_HALF.copysign(number)) as i64
}

/// The metric of a lane.
pub fn metric(lane: usize) -> Metric {
    ACCOUNTS[..AMOUNTS].get(lane).copied().unwrap_or(Metric::Score)
}

/// The largest finite cell of a column, without its sign.
fn largest(column: &Column) -> f64 {
    column.iter().map(f64::abs).fold(0.0, |largest, cell| if cell > largest && cell < f64::INFINITY { cell } else { largest })
}

/// The power of two that takes the largest cell below 2^46.
fn scale(largest: f64) -> f64 {
    // The exponent of a number in [2^(e-1), 2^e); a column of nothing counts in units of 2^-46.
    let exponent = if largest > 0.0 { ((largest.to_bits() >> 52) & 0x7ff) as i32 - 1022 } else { 0 };
    2f64.powi((BITS - exponent).clamp(-900, 900))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_those_of_round() {
        let mut numbers = vec![0.0, 0.49999999999999994, 0.5, 0.5000000000000001, 1.5, 2.5, 1e300, f64::INFINITY];
        for exponent in 0..47 {
            let whole = 2f64.powi(exponent);
            for number in [whole - 0.5, whole, whole + 0.5, whole + 1.5] {
                numbers.extend([number.next_down(), number, number.next_up()]);
            }
        }
        let draws = crate::draw::Draws::new(1, 0).stream(crate::draw::Stream::Sample, 0);
        numbers.extend((0..10_000).map(|key| draws.uniform(key) * 2f64.powi(key as i32 % 47)));
        for number in numbers.into_iter().flat_map(|number| [number, -number]) {
            assert_eq!(round(number), number.round() as i64, "{number:e}");
        }
    }

    #[test]
    fn the_largest_cell_has_46_bits() {
        for largest in [1.0, 0.999, 3.7e6, 1e-9, 4.2e15, 1024.0] {
            let count = largest * scale(largest);
            assert!((2f64.powi(45)..2f64.powi(46)).contains(&count), "{largest}: {count}");
        }
        let units = Units { scale: [scale(4.5e3), scale(1e15), scale(0.01), scale(1.0)] };
        // What comes back is off by at most half a unit: 2^-46 of the largest cell.
        let back = units.amount(0, i128::from(units.count(0, 123.456)));
        assert!((back - 123.456).abs() <= 4.5e3 * 2f64.powi(-46), "{back}");
        assert_eq!(units.amount(SCORE, i128::from(units.count(SCORE, 1.0))), 1.0);
    }
}
