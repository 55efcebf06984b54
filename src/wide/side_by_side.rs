//! Columns of numbers, put side by side as rows, and rows put apart.

// Loops by number over what has a known length are unrolled, and their numbers stay in registers.
#![allow(clippy::needless_range_loop)]

#[cfg(target_arch = "x86_64")]
use pulp::{Arch, NullaryFnOnce, cast, i64x8, x86::V4};

/// Numbers that the widest register holds.
pub(super) const LANES: usize = 8;

/// Puts columns side by side: a row gets its number of each column. A multiple of eight columns.
pub(crate) fn side_by_side<const ROWS: usize, const COLUMNS: usize>(
    columns: &[[i64; ROWS]; COLUMNS],
    rows: &mut [impl AsMut<[i64; COLUMNS]>],
) {
    put(columns, rows.len(), |row| row, rows);
}

/// The same, each row to a place of its own; what comes later takes the place of what came before.
pub(crate) fn side_by_side_at<const ROWS: usize, const COLUMNS: usize>(
    columns: &[[i64; ROWS]; COLUMNS],
    places: &[u32],
    rows: &mut [impl AsMut<[i64; COLUMNS]>],
) {
    put(columns, places.len(), |row| places[row] as usize, rows);
}

fn put<const ROWS: usize, const COLUMNS: usize>(
    columns: &[[i64; ROWS]; COLUMNS],
    count: usize,
    place: impl Fn(usize) -> usize,
    rows: &mut [impl AsMut<[i64; COLUMNS]>],
) {
    const { assert!(COLUMNS.is_multiple_of(LANES)) }
    let count = count.min(ROWS);
    #[cfg(target_arch = "x86_64")]
    let whole = match super::arch() {
        Arch::V4(simd) => {
            let whole = count / LANES * LANES;
            simd.vectorize(Squares { simd, columns, whole, place: &place, rows: &mut *rows });
            whole
        }
        _ => 0,
    };
    #[cfg(not(target_arch = "x86_64"))]
    let whole = 0;
    // Word by word: the compiler's own wide registers would scatter single words.
    for row in whole..count {
        let words = rows[place(row)].as_mut();
        for column in 0..COLUMNS {
            words[column] = columns[column][row];
        }
    }
}

/// Puts rows apart: a column gets its number of each row. A multiple of eight columns; there are columns for as many rows.
pub(crate) fn columns<const ROWS: usize, const COLUMNS: usize>(rows: &[impl AsRef<[i64; COLUMNS]>], columns: &mut [[i64; ROWS]; COLUMNS]) {
    const { assert!(COLUMNS.is_multiple_of(LANES)) }
    let rows = &rows[..rows.len().min(ROWS)];
    #[cfg(target_arch = "x86_64")]
    let whole = match super::arch() {
        Arch::V4(simd) => {
            let whole = rows.len() / LANES * LANES;
            simd.vectorize(SquaresApart { simd, rows: &rows[..whole], columns });
            whole
        }
        _ => 0,
    };
    #[cfg(not(target_arch = "x86_64"))]
    let whole = 0;
    for row in whole..rows.len() {
        let words = rows[row].as_ref();
        for column in 0..COLUMNS {
            columns[column][row] = words[column];
        }
    }
}

#[cfg(target_arch = "x86_64")]
struct SquaresApart<'a, R, const ROWS: usize, const COLUMNS: usize> {
    simd: V4,
    rows: &'a [R],
    columns: &'a mut [[i64; ROWS]; COLUMNS],
}

#[cfg(target_arch = "x86_64")]
impl<R: AsRef<[i64; COLUMNS]>, const ROWS: usize, const COLUMNS: usize> NullaryFnOnce for SquaresApart<'_, R, ROWS, COLUMNS> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for (start, rows) in (0..ROWS).step_by(LANES).zip(self.rows.as_chunks::<LANES>().0) {
            for first in (0..COLUMNS).step_by(LANES) {
                let mut square = [i64x8(0, 0, 0, 0, 0, 0, 0, 0); LANES];
                for lane in 0..LANES {
                    let Some(part) = rows[lane].as_ref()[first..].first_chunk::<LANES>() else { return };
                    square[lane] = cast(*part);
                }
                let square = transposed(self.simd, square);
                for lane in 0..LANES {
                    let Some(part) = self.columns[first + lane][start..].first_chunk_mut::<LANES>() else { return };
                    *part = cast(square[lane]);
                }
            }
        }
    }
}

/// Rows in squares of eight by eight, as many as are whole.
#[cfg(target_arch = "x86_64")]
struct Squares<'a, R, P, const ROWS: usize, const COLUMNS: usize> {
    simd: V4,
    columns: &'a [[i64; ROWS]; COLUMNS],
    whole: usize,
    place: &'a P,
    rows: &'a mut [R],
}

#[cfg(target_arch = "x86_64")]
impl<R: AsMut<[i64; COLUMNS]>, P: Fn(usize) -> usize, const ROWS: usize, const COLUMNS: usize> NullaryFnOnce
    for Squares<'_, R, P, ROWS, COLUMNS>
{
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for start in (0..self.whole).step_by(LANES) {
            for first in (0..COLUMNS).step_by(LANES) {
                let mut square = [i64x8(0, 0, 0, 0, 0, 0, 0, 0); LANES];
                for lane in 0..LANES {
                    let Some(part) = self.columns[first + lane][start..].first_chunk::<LANES>() else { return };
                    square[lane] = cast(*part);
                }
                let square = transposed(self.simd, square);
                for lane in 0..LANES {
                    let row = &mut self.rows[(self.place)(start + lane)];
                    let Some(part) = row.as_mut()[first..].first_chunk_mut::<LANES>() else { return };
                    *part = cast(square[lane]);
                }
            }
        }
    }
}

/// A square whose rows are the columns of another.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn transposed(simd: V4, rows: [i64x8; LANES]) -> [i64x8; LANES] {
    let low = |one: i64x8, other: i64x8| -> i64x8 { cast(simd.avx512f._mm512_unpacklo_epi64(cast(one), cast(other))) };
    let high = |one: i64x8, other: i64x8| -> i64x8 { cast(simd.avx512f._mm512_unpackhi_epi64(cast(one), cast(other))) };
    let pick = |which: i64x8, one: i64x8, other: i64x8| -> i64x8 {
        cast(simd.avx512f._mm512_permutex2var_epi64(cast(one), cast(which), cast(other)))
    };
    // Two numbers of two rows, then four of four, then eight of eight.
    let [a, b, c, d, e, f, g, h] = rows;
    let [a, b, c, d] = [low(a, b), high(a, b), low(c, d), high(c, d)];
    let [e, f, g, h] = [low(e, f), high(e, f), low(g, h), high(g, h)];
    let (first, second) = (i64x8(0, 1, 8, 9, 4, 5, 12, 13), i64x8(2, 3, 10, 11, 6, 7, 14, 15));
    let [a, b, c, d] = [pick(first, a, c), pick(first, b, d), pick(second, a, c), pick(second, b, d)];
    let [e, f, g, h] = [pick(first, e, g), pick(first, f, h), pick(second, e, g), pick(second, f, h)];
    let (front, back) = (i64x8(0, 1, 2, 3, 8, 9, 10, 11), i64x8(4, 5, 6, 7, 12, 13, 14, 15));
    [
        pick(front, a, e),
        pick(front, b, f),
        pick(front, c, g),
        pick(front, d, h),
        pick(back, a, e),
        pick(back, b, f),
        pick(back, c, g),
        pick(back, d, h),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::narrowly;
    use super::{columns, side_by_side, side_by_side_at};

    struct Row([i64; 16]);

    impl AsMut<[i64; 16]> for Row {
        fn as_mut(&mut self) -> &mut [i64; 16] {
            &mut self.0
        }
    }

    #[test]
    fn every_number_comes_to_its_place() {
        let columns: [[i64; 24]; 16] = std::array::from_fn(|column| std::array::from_fn(|row| (100 * row + column) as i64));
        for count in [0, 1, 7, 8, 19, 24] {
            let side = || {
                let mut rows: Vec<Row> = (0..count).map(|_| Row([-1; 16])).collect();
                side_by_side(&columns, &mut rows);
                rows
            };
            for rows in [side(), narrowly(side)] {
                let is_right =
                    |(index, row): (usize, &Row)| row.0.iter().zip(0..).all(|(&word, column)| word == 100 * index as i64 + column);
                assert!(rows.iter().enumerate().all(is_right), "{count}");
            }
        }
    }

    impl AsRef<[i64; 16]> for Row {
        fn as_ref(&self) -> &[i64; 16] {
            &self.0
        }
    }

    #[test]
    fn every_number_comes_back_to_its_column() {
        for count in [0, 1, 7, 8, 19, 24] {
            let rows: Vec<Row> = (0..count).map(|row| Row(std::array::from_fn(|column| (100 * row + column) as i64))).collect();
            let apart = || {
                let mut apart = [[-1; 24]; 16];
                columns(&rows, &mut apart);
                apart
            };
            let number = |column: usize, row: usize| if row < count { (100 * row + column) as i64 } else { -1 };
            let expected: [[i64; 24]; 16] = std::array::from_fn(|column| std::array::from_fn(|row| number(column, row)));
            assert_eq!((apart(), narrowly(apart)), (expected, expected), "{count}");
        }
    }

    #[test]
    fn rows_come_to_places_of_their_own() {
        let columns: [[i64; 24]; 16] = std::array::from_fn(|column| std::array::from_fn(|row| (100 * row + column) as i64));
        // Every other row takes the place of the one before.
        for count in [0, 1, 7, 8, 19, 24] {
            let places: Vec<u32> = (0..count).map(|row| row / 2 + 1).collect();
            let side = || {
                let mut rows: Vec<Row> = (0..count + 1).map(|_| Row([-1; 16])).collect();
                side_by_side_at(&columns, &places, &mut rows);
                rows.into_iter().map(|row| row.0).collect::<Vec<_>>()
            };
            let mut expected = vec![[-1; 16]; count as usize + 1];
            places.iter().enumerate().for_each(|(row, &at)| expected[at as usize] = std::array::from_fn(|column| columns[column][row]));
            assert_eq!((side(), narrowly(side)), (expected.clone(), expected), "{count}");
        }
    }
}
