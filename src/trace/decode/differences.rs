//! Row numbers as what each adds to the one before (DELTA_BINARY_PACKED), where each adds as much: those of a table
//! that has every row take no bits.

use super::places::varint;

/// Appends so many rows.
pub(super) fn add_up(mut bytes: &[u8], count: usize, rows: &mut Vec<u32>) -> Option<()> {
    let block = usize::try_from(varint(&mut bytes)?).ok()?;
    let parts = usize::try_from(varint(&mut bytes)?).ok()?;
    let of_part = block.checked_div(parts).filter(|&of_part| of_part > 0 && block.is_multiple_of(parts))?;
    let (total, first) = (varint(&mut bytes)?, step(&mut bytes)?);
    if total != count as u64 || count == 0 {
        return None;
    }
    rows.push(first);
    let (mut last, mut left) = (first, count - 1);
    while left > 0 {
        let least = step(&mut bytes)?;
        let (widths, rest) = bytes.split_at_checked(parts)?;
        bytes = rest;
        // Widths of parts that no row needs mean nothing.
        if widths.iter().take(left.div_ceil(of_part)).any(|&width| width > 0) {
            return None;
        }
        let here = left.min(block);
        let steps = u32::try_from(here).ok()?;
        rows.extend((1..=steps).map(|row| last.wrapping_add(least.wrapping_mul(row))));
        last = last.wrapping_add(least.wrapping_mul(steps));
        left -= here;
    }
    Some(())
}

/// A number with a sign, of which 32 bits count.
fn step(bytes: &mut &[u8]) -> Option<u32> {
    let number = varint(bytes)?;
    let signed = (number >> 1).cast_signed() ^ -(number & 1).cast_signed();
    u32::try_from(signed & i64::from(u32::MAX)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: &[u32]) -> Option<Vec<u32>> {
        let (mut bytes, mut out) = (Vec::new(), Vec::new());
        crate::trace::encode::differences(rows, &mut bytes);
        add_up(&bytes, rows.len(), &mut out)?;
        Some(out)
    }

    #[test]
    fn rows_without_gaps_are_read_and_others_are_not() {
        for count in [1, 2, 128, 129, 1000] {
            let rows: Vec<u32> = (0..count).map(|row| 7 + 3 * row).collect();
            assert_eq!(read(&rows), Some(rows));
        }
        let high: Vec<u32> = (u32::MAX - 200..=u32::MAX).collect();
        assert_eq!(read(&high), Some(high));
        assert_eq!(read(&[1, 2, 4, 5]), None);
        assert_eq!(read(&[]), None);
    }

    #[test]
    fn what_is_damaged_is_not_read() {
        // Cut off at every byte; parts of nothing; another number of rows than the page has.
        let mut bytes = Vec::new();
        crate::trace::encode::differences(&(0..300).collect::<Vec<u32>>(), &mut bytes);
        for length in 0..bytes.len() {
            assert!(add_up(&bytes[..length], 300, &mut Vec::new()).is_none(), "{length} bytes");
        }
        assert!(add_up(&[0x80, 1, 0, 2, 0, 2, 0], 2, &mut Vec::new()).is_none());
        assert!(add_up(&bytes, 299, &mut Vec::new()).is_none());
    }
}
