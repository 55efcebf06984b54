//! Totals of columns of eight numbers.

// Loops by number over what has a known length are unrolled, and their numbers stay in registers.
#![allow(clippy::needless_range_loop)]

#[cfg(target_arch = "x86_64")]
use pulp::{Arch, NullaryFnOnce, Simd, cast, i64x8, x86::V4};

use super::side_by_side::LANES;
#[cfg(target_arch = "x86_64")]
use super::side_by_side::transposed;

/// The total of each column, added up from its first number on: side by side, since each addition waits for the one
/// before. A multiple of eight columns.
pub(crate) fn totals<const COLUMNS: usize>(columns: &[[f64; LANES]; COLUMNS]) -> [f64; COLUMNS] {
    const { assert!(COLUMNS.is_multiple_of(LANES)) }
    #[cfg(target_arch = "x86_64")]
    if let Arch::V4(simd) = super::arch() {
        let mut totals = [0.0; COLUMNS];
        simd.vectorize(Totals { simd, columns, totals: &mut totals });
        return totals;
    }
    columns.map(|column| column.into_iter().fold(0.0, |total, number| total + number))
}

/// Totals of squares of eight by eight.
#[cfg(target_arch = "x86_64")]
struct Totals<'a, const COLUMNS: usize> {
    simd: V4,
    columns: &'a [[f64; LANES]; COLUMNS],
    totals: &'a mut [f64; COLUMNS],
}

#[cfg(target_arch = "x86_64")]
impl<const COLUMNS: usize> NullaryFnOnce for Totals<'_, COLUMNS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Totals { simd, columns, totals } = self;
        for (columns, totals) in columns.as_chunks::<LANES>().0.iter().zip(totals.as_chunks_mut::<LANES>().0) {
            let mut square = [i64x8(0, 0, 0, 0, 0, 0, 0, 0); LANES];
            for lane in 0..LANES {
                square[lane] = cast(columns[lane]);
            }
            let square = transposed(simd, square);
            let mut total = simd.splat_f64s(0.0);
            for lane in 0..LANES {
                total = simd.add_f64s(total, cast(square[lane]));
            }
            *totals = cast(total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::narrowly;
    use super::totals;

    #[test]
    fn totals_are_added_up_in_order() {
        // Numbers whose total hangs on the order that they are added in.
        let number = |at: usize| if at.is_multiple_of(3) { 1e17 } else { 0.1 + at as f64 };
        let columns: [[f64; 8]; 16] = std::array::from_fn(|column| std::array::from_fn(|at| number(5 * column + 7 * at)));
        let expected = columns.map(|[a, b, c, d, e, f, g, h]| a + b + c + d + e + f + g + h);
        assert_eq!((totals(&columns), narrowly(|| totals(&columns))), (expected, expected));
        assert_ne!(totals(&columns.map(|[a, b, c, d, e, f, g, h]| [h, g, f, e, d, c, b, a])), expected);
    }
}
