//! Places in a dictionary: Parquet's mixture of runs and packed groups, looked up as they are unpacked.
#![allow(clippy::cast_possible_truncation, reason = "of words the low bits are wanted")]

/// Numbers of a packed group: eight of them end with a byte.
const GROUP: usize = 8;
/// Groups that are unpacked at a time.
const GROUPS_AT_A_TIME: usize = 8;
/// Bits of a place at most: as many as two words hold eight times.
const WIDEST: u32 = 16;

/// The values of a dictionary.
pub(super) struct Dictionary<T> {
    /// Filled up to a power of two, so that a place of so many bits has a value.
    values: Vec<T>,
    /// How many there are.
    count: usize,
}

impl<T: Copy + Default> Dictionary<T> {
    pub fn new(mut values: Vec<T>) -> Self {
        let count = values.len();
        values.resize(count.next_power_of_two(), T::default());
        Dictionary { values, count }
    }

    /// The values themselves.
    pub fn values(&self) -> &[T] {
        self.values.get(..self.count).unwrap_or_default()
    }

    /// Appends the values of so many places: after a byte with their width, runs and groups of them.
    pub fn look_up(&self, bytes: &[u8], count: usize, out: &mut Vec<T>) -> Option<()> {
        let (&width, mut bytes) = bytes.split_first()?;
        let width = Some(u32::from(width)).filter(|width| *width <= WIDEST)?;
        let mut left = count;
        while left > 0 {
            let head = varint(&mut bytes)?;
            let length = usize::try_from(head >> 1).ok()?;
            if head & 1 == 0 {
                let (place, rest) = bytes.split_at_checked(width.div_ceil(u8::BITS) as usize)?;
                let place = place.iter().rev().fold(0, |place, &byte| place << u8::BITS | usize::from(byte));
                let run = length.min(left);
                out.extend(std::iter::repeat_n(*self.values().get(place)?, run));
                (bytes, left) = (rest, left - run);
            } else {
                let (groups, rest) = bytes.split_at_checked(length.checked_mul(width as usize)?)?;
                let values = length.saturating_mul(GROUP).min(left);
                self.look_up_groups(groups, width, values, out)?;
                (bytes, left) = (rest, left - values);
            }
            // A run of nothing would never end.
            if length == 0 {
                return None;
            }
        }
        Some(())
    }

    /// Appends the values of packed places.
    fn look_up_groups(&self, mut bytes: &[u8], width: u32, count: usize, out: &mut Vec<T>) -> Option<()> {
        let mut greatest = 0;
        let mut left = count;
        while left > 0 {
            let mut values = [T::default(); GROUP * GROUPS_AT_A_TIME];
            for group in values.as_chunks_mut().0 {
                greatest = self.look_up_group(bytes, width, group).max(greatest);
                bytes = bytes.get(width as usize..).unwrap_or_default();
            }
            // Beyond the last group all places are 0.
            let taken = values.get(..left.min(values.len()))?;
            out.extend_from_slice(taken);
            left -= taken.len();
        }
        (greatest < self.count).then_some(())
    }

    /// The values of eight places, and the greatest of these.
    #[inline(always)]
    fn look_up_group(&self, bytes: &[u8], width: u32, values: &mut [T; GROUP]) -> usize {
        let (low, half, mask) = ((1_u64 << width) - 1, width * GROUP as u32 / 2, self.values.len() - 1);
        // Eight places are within sixteen bytes.
        let word = u128::from_le_bytes(bytes.first_chunk().copied().unwrap_or_else(|| padded(bytes)));
        let mut greatest = 0;
        for (half, mut places) in values.as_chunks_mut::<{ GROUP / 2 }>().0.iter_mut().zip([word as u64, (word >> half) as u64]) {
            for value in half {
                let place = (places & low) as usize;
                greatest = greatest.max(place);
                *value = self.values.get(place & mask).copied().unwrap_or_default();
                places >>= width;
            }
        }
        greatest
    }
}

/// Bytes with zeros after them.
fn padded(bytes: &[u8]) -> [u8; 16] {
    let mut word = [0; 16];
    word.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    word
}

/// Whether levels say of so many cells that they are there: one run, as writers have it.
pub(super) fn are_all_ones(mut levels: &[u8], count: usize) -> bool {
    let run = varint(&mut levels);
    run.is_some_and(|run| run & 1 == 0 && run >> 1 >= count as u64) && levels.first() == Some(&1)
}

/// A number of seven bits a byte, the lowest first.
pub(super) fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 127) << shift;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(places: usize) -> Dictionary<f64> {
        Dictionary::new((0..places).map(|place| place as f64 / 2.0).collect())
    }

    #[test]
    fn groups_and_runs_are_looked_up() {
        // The example of the format's documentation, 0 to 7 in three bits, then a run of 100 fives.
        let bytes = [3, 0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010, 0xc8, 1, 5];
        let mut out = Vec::new();
        assert!(values(8).look_up(&bytes, 108, &mut out).is_some());
        assert_eq!((out.len(), &out[..9]), (108, &[0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 2.5][..]));
        // A page may have fewer cells than its last group has places.
        out.clear();
        assert!(values(8).look_up(&bytes, 5, &mut out).is_some() && out == [0.0, 0.5, 1.0, 1.5, 2.0]);
        // A dictionary of one value needs no bits.
        out.clear();
        assert!(values(1).look_up(&[0, 3], 7, &mut out).is_some() && out == [0.0; 7]);
        assert!(are_all_ones(&[0xc8, 1, 1], 100) && !are_all_ones(&[0xc8, 1, 1], 101) && !are_all_ones(&[0xc8, 1, 0], 100));
    }

    #[test]
    fn every_width_is_unpacked() {
        for width in 1..=WIDEST {
            let places: Vec<u32> = (0..100_u32).map(|row| row.wrapping_mul(0x9e37_79b9) >> (u32::BITS - width)).collect();
            let mut bytes = vec![width as u8];
            crate::trace::encode::pack(&places, width, &mut bytes);
            let mut out = Vec::new();
            assert!(values(1 << width).look_up(&bytes, places.len(), &mut out).is_some(), "{width} bits");
            assert!(out.iter().zip(&places).all(|(value, &place)| *value == f64::from(place) / 2.0), "{width} bits");
        }
    }

    #[test]
    fn what_is_damaged_is_not_read() {
        let mut out = Vec::new();
        // A place beyond the values, packed and in a run; groups and a run that are cut off; no end of a number; runs
        // of nothing; too many bits.
        for bytes in [
            &[3, 0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010][..],
            &[3, 16, 7],
            &[3, 5, 0, 0],
            &[3, 16],
            &[3, 255, 255],
            &[3, 0, 0, 0, 0],
            &[3, 1, 1, 1],
            &[17, 3, 0, 0],
            &[],
        ] {
            assert!(values(7).look_up(bytes, 8, &mut out).is_none(), "{bytes:?}");
        }
    }
}
