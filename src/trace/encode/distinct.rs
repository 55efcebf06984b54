//! The different values of a column, and which of them each cell has.
#![allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "places within a table of codes that is made here")]

/// Values of a dictionary at most: with more of them looking one up leaves the caches.
const MOST: usize = 1 << 16;
/// Cells after which a column of which nearly each cell is new is given up.
const SAMPLE: usize = 1 << 13;
/// Places of the table at first.
const PLACES: usize = 1 << 10;
/// Places up to which no more than a fourth is taken, so that values hardly ever meet; then half of them, so that the
/// table stays in the caches.
const ROOMY: usize = 1 << 16;
/// An odd number of well mixed bits (2^64 over the golden ratio).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
const EMPTY: u32 = u32::MAX;

/// Values in the order in which they first appear, and for each cell its position among them.
#[derive(Default)]
pub(super) struct Distinct {
    pub values: Vec<u64>,
    pub codes: Vec<u32>,
}

impl Distinct {
    /// `None` where there are so many that a dictionary would save nothing.
    pub fn of(cells: impl ExactSizeIterator<Item = u64>) -> Option<Self> {
        let mut found = Distinct { values: Vec::new(), codes: vec![0; cells.len()] };
        let mut table = vec![EMPTY; PLACES];
        let mut shift = shift(&table);
        for (row, cell) in cells.enumerate() {
            let place = place(&found.values, &table, shift, cell);
            if table[place] != EMPTY {
                found.codes[row] = table[place];
                continue;
            }
            let code = found.values.len();
            if code == MOST || row == SAMPLE && code > SAMPLE / 4 * 3 {
                return None;
            }
            table[place] = code as u32;
            found.values.push(cell);
            found.codes[row] = code as u32;
            let share = if table.len() < ROOMY { 4 } else { 2 };
            if found.values.len() * share > table.len() {
                table = grown(&found.values, table.len() * 2);
                shift = self::shift(&table);
            }
        }
        Some(found)
    }
}

/// What leaves so many of the highest bits as a table has places.
fn shift(table: &[u32]) -> u32 {
    u64::BITS - table.len().trailing_zeros()
}

/// Where a value stands in the table, or belongs.
#[inline]
fn place(values: &[u64], table: &[u32], shift: u32, value: u64) -> usize {
    let mask = table.len() - 1;
    let mut place = ((value ^ value >> 32).wrapping_mul(SPREAD) >> (shift & (u64::BITS - 1))) as usize & mask;
    while table[place] != EMPTY && values[table[place] as usize] != value {
        place = (place + 1) & mask;
    }
    place
}

fn grown(values: &[u64], places: usize) -> Vec<u32> {
    let mut table = vec![EMPTY; places];
    let shift = shift(&table);
    for (code, &value) in values.iter().enumerate() {
        let place = place(values, &table, shift, value);
        table[place] = code as u32;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cell_has_the_position_of_its_value() {
        let cells: Vec<u64> = (0..100_000_u64).map(|row| (row * row % 5003) << 40).collect();
        let found = Distinct::of(cells.iter().copied()).map(|found| (found.values, found.codes));
        let (values, codes) = found.unwrap_or_default();
        assert!(cells.iter().zip(&codes).all(|(cell, &code)| values[code as usize] == *cell) && codes.len() == cells.len());
        // Squares modulo a prime: (5003 + 1) / 2 of them, the first three new ones in order.
        assert_eq!((values.len(), &values[..3]), (2502, &[0, 1 << 40, 4 << 40][..]));
    }

    #[test]
    fn columns_of_ever_new_values_are_given_up() {
        let of = |cells: u32, each: u32| Distinct::of((0..cells).map(|row| u64::from(row / each)));
        assert!(of(20_000, 1).is_none());
        assert!(of(1_000_000, 2).is_none(), "more than a dictionary may have");
        assert!(of(5, 1).is_some_and(|found| found.values.len() == 5));
    }
}
