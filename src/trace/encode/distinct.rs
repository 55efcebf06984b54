//! The different values of a column, and which of them each cell has.
#![allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "places within a table of codes that is made here")]

use std::borrow::Cow;

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
        Self::found(cells, SAMPLE)
    }

    /// The values of a column that follows from this one (latency from tokens, say), and for each cell its position
    /// among them: what [`Distinct::of`] finds, without looking up each cell. `None` where it does not follow.
    pub fn followed(&self, cells: impl ExactSizeIterator<Item = u64>) -> Option<(Vec<u64>, Cow<'_, [u32]>)> {
        if cells.len() != self.codes.len() {
            return None;
        }
        let mut by_code = Vec::with_capacity(self.values.len());
        for (&code, cell) in self.codes.iter().zip(cells) {
            match by_code.get(code as usize) {
                Some(known) if *known == cell => {}
                Some(_) => return None,
                // A code that was not there before is the next one.
                None => by_code.push(cell),
            }
        }
        // Different values here may be followed by the same one.
        let Distinct { values, codes } = Self::found(by_code.iter().copied(), usize::MAX)?;
        let each = || self.codes.iter().map(|&code| codes[code as usize]).collect();
        Some(if values.len() == by_code.len() { (values, Cow::Borrowed(&self.codes)) } else { (values, Cow::Owned(each())) })
    }

    /// `None` where there are more than a dictionary may have, or nearly each of so many is new.
    fn found(cells: impl ExactSizeIterator<Item = u64>, sample: usize) -> Option<Self> {
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
            if code == MOST || row == sample && code > sample / 4 * 3 {
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
    fn what_follows_has_what_is_found_cell_by_cell() {
        // Few values at first, so that the column is not given up, then more than the look at these takes.
        let cells: Vec<u64> = (0..100_000).map(|row| if row < 10_000 { row % 3000 } else { row * row % 40_009 }).collect();
        let found = Distinct::of(cells.iter().copied()).unwrap_or_default();
        // One value for each, and one for ten; in the order in which they appear.
        for divisor in [1, 10] {
            let following = cells.iter().map(|cell| (cell / divisor) << 7);
            let fresh = Distinct::of(following.clone()).unwrap_or_default();
            assert!(fresh.values.len() > 2000, "{}", fresh.values.len());
            let followed = found.followed(following).map(|(values, codes)| (values, codes.into_owned()));
            assert_eq!(followed, Some((fresh.values, fresh.codes)), "{divisor}");
        }
        let one_differs = cells.iter().enumerate().map(|(row, cell)| cell + u64::from(row == 99_999));
        assert_eq!(found.followed(one_differs), None);
        assert_eq!(found.followed(cells[1..].iter().copied()), None, "another length");
    }

    #[test]
    fn columns_of_ever_new_values_are_given_up() {
        let of = |cells: u32, each: u32| Distinct::of((0..cells).map(|row| u64::from(row / each)));
        assert!(of(20_000, 1).is_none());
        assert!(of(1_000_000, 2).is_none(), "more than a dictionary may have");
        assert!(of(5, 1).is_some_and(|found| found.values.len() == 5));
    }
}
