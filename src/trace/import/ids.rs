//! Which row has an id.
#![allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "places within a table of rows that is made here")]

use std::cell::OnceCell;

use xxhash_rust::xxh3::xxh3_64_with_seed;

const EMPTY: u32 = u32::MAX;
/// Places of the table at first.
const PLACES: usize = 1 << 10;

/// Whether an id stands behind another one where shorter ones come first: as ids do that count. Where each stands
/// behind the one before, no two are the same.
#[inline]
pub(in crate::trace) fn rises(before: &str, id: &str) -> bool {
    (before.len(), before) < (id.len(), id)
}

/// Rows by id, without a second copy of the ids: they stand where the rows are kept.
#[derive(Debug, Default)]
pub(in crate::trace) struct Ids {
    /// Rows at the places of their hashes, or at the next that was free; made when the first is looked for.
    table: OnceCell<Vec<u32>>,
    /// By row.
    hashes: Vec<u64>,
}

/// The hash of an id, which a thread that reads ahead may take as well.
#[inline]
pub(in crate::trace) fn hash(id: &str) -> u64 {
    xxh3_64_with_seed(id.as_bytes(), *SEED)
}

/// Another one in each process, so that no file can be made of ids that all have the same place.
static SEED: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
});

impl Ids {
    /// The row of an id with this hash, if it was added. `is` tells whether a row has the id.
    #[inline]
    pub fn find(&self, hash: u64, is: impl Fn(u32) -> bool) -> Option<u32> {
        let table = self.table.get_or_init(|| table_of(&self.hashes));
        let mask = table.len() - 1;
        let mut place = hash as usize & mask;
        loop {
            let row = table[place];
            if row == EMPTY {
                return None;
            }
            if self.hashes[row as usize] == hash && is(row) {
                return Some(row);
            }
            place = (place + 1) & mask;
        }
    }

    /// Makes room for so many more rows.
    pub fn reserve(&mut self, more: usize) {
        self.hashes.reserve(more);
    }

    /// Adds the next row, whose id was not found.
    pub fn push(&mut self, hash: u64) {
        self.hashes.push(hash);
        let Some(table) = self.table.get_mut() else { return };
        if self.hashes.len() * 2 > table.len() {
            *table = table_of(&self.hashes);
        } else {
            put(table, hash, self.hashes.len() - 1);
        }
    }

    /// The first row whose id another row before it has, with that one.
    pub fn repeated(ids: &[String]) -> Option<(usize, usize)> {
        if ids.windows(2).all(|pair| rises(&pair[0], &pair[1])) {
            return None;
        }
        let mut known = Ids::default();
        for (row, id) in ids.iter().enumerate() {
            let hash = hash(id);
            if let Some(first) = known.find(hash, |row| ids[row as usize] == *id) {
                return Some((first as usize, row));
            }
            known.push(hash);
        }
        None
    }
}

/// A table of rows with at most half of its places taken, and room for as many again.
fn table_of(hashes: &[u64]) -> Vec<u32> {
    let mut table = vec![EMPTY; (hashes.len() * 2 + 1).next_power_of_two().max(PLACES)];
    hashes.iter().enumerate().for_each(|(row, &hash)| put(&mut table, hash, row));
    table
}

fn put(table: &mut [u32], hash: u64, row: usize) {
    let mask = table.len() - 1;
    let mut place = hash as usize & mask;
    while table[place] != EMPTY {
        place = (place + 1) & mask;
    }
    table[place] = row as u32;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_has_its_row() {
        let mut ids: Vec<String> = (0..5000).map(|row| format!("q{row}")).collect();
        assert_eq!(Ids::repeated(&ids), None);
        let mut known = Ids::default();
        ids.iter().for_each(|id| known.push(hash(id)));
        let find = |id: &str| known.find(hash(id), |row| ids[row as usize] == id);
        assert_eq!([find("q0"), find("q4321"), find("q5000"), find("")], [Some(0), Some(4321), None, None]);
        assert_eq!(known.find(7, |_| true), None, "another hash");
        assert!(ids.windows(2).all(|pair| rises(&pair[0], &pair[1])) && !rises("q9", "q9") && !rises("q10", "q9"));
        ids[4999] = "q17".to_owned();
        assert_eq!(Ids::repeated(&ids), Some((17, 4999)));
    }
}
