//! Small numbers in few bits: Parquet's mixture of runs and packed groups, and its differences of row numbers.
#![allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "numbers in memory, of which the low bits are wanted")]

/// Numbers of a packed group: eight of them end with a byte.
const GROUP: usize = 8;
/// Equal numbers from which a run takes fewer bytes than the groups that it interrupts.
const RUN: usize = 64;

/// Bits that the numbers up to `largest` need.
pub(super) fn width(largest: u32) -> u32 {
    u32::BITS - largest.leading_zeros()
}

/// Appends numbers of so many bits each (RLE / bit-packing hybrid).
pub(in crate::trace) fn pack(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    let (mut start, mut at) = (0, 0);
    while at < numbers.len() {
        let run = run(&numbers[at..]);
        if run < RUN && run < numbers.len() - at {
            at += GROUP.min(numbers.len() - at);
            continue;
        }
        groups(&numbers[start..at], width, out);
        varint((run as u64) << 1, out);
        out.extend(&numbers[at].to_le_bytes()[..width.div_ceil(u8::BITS) as usize]);
        at += run;
        start = at;
    }
    groups(&numbers[start..], width, out);
}

/// How many numbers at the start are the same.
fn run(numbers: &[u32]) -> usize {
    let first = numbers[0];
    // Most often the first group tells.
    if numbers.iter().take(GROUP).any(|&number| number != first) {
        return 1;
    }
    numbers.iter().position(|&number| number != first).unwrap_or(numbers.len())
}

/// Packed groups, the last one filled up with zeros.
fn groups(numbers: &[u32], width: u32, out: &mut Vec<u8>) {
    if numbers.is_empty() {
        return;
    }
    let groups = numbers.len().div_ceil(GROUP);
    varint((groups as u64) << 1 | 1, out);
    let end = out.len() + groups * width as usize;
    out.reserve(groups * width as usize + size_of::<u32>());
    let (mut held, mut bits) = (0_u64, 0);
    for &number in numbers {
        held |= u64::from(number) << bits;
        bits += width;
        if bits >= u32::BITS {
            out.extend((held as u32).to_le_bytes());
            held >>= u32::BITS;
            bits -= u32::BITS;
        }
    }
    out.extend((held as u32).to_le_bytes());
    out.resize(end, 0);
}

/// Whether cells are present, as the levels of a page of the first version: their length before them.
pub(super) fn levels(present: impl ExactSizeIterator<Item = bool>, missing: usize, out: &mut Vec<u8>) {
    let start = out.len();
    out.extend([0; size_of::<u32>()]);
    if missing == 0 {
        varint((present.len() as u64) << 1, out);
        out.push(1);
    } else {
        let present: Vec<u32> = present.map(u32::from).collect();
        pack(&present, 1, out);
    }
    let length = (out.len() - start - size_of::<u32>()) as u32;
    out[start..start + size_of::<u32>()].copy_from_slice(&length.to_le_bytes());
}

/// Numbers of a block of differences, and of each of its parts that have a width of their own.
const BLOCK: usize = 128;
const PART: usize = 32;

/// Appends numbers as what each adds to the one before (DELTA_BINARY_PACKED): rows take next to nothing.
pub(in crate::trace) fn differences(numbers: &[u32], out: &mut Vec<u8>) {
    varint(BLOCK as u64, out);
    varint((BLOCK / PART) as u64, out);
    varint(numbers.len() as u64, out);
    // In the file rows are signed numbers of 32 bits, which wrap.
    zigzag(numbers.first().map_or(0, |first| i64::from(first.cast_signed())), out);
    for start in (1..numbers.len()).step_by(BLOCK) {
        let end = numbers.len().min(start + BLOCK);
        let mut steps = [0_i64; BLOCK];
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        for at in start..end {
            let step = i64::from(numbers[at].wrapping_sub(numbers[at - 1]).cast_signed());
            steps[at - start] = step;
            (least, most) = (least.min(step), most.max(step));
        }
        // As of rows without a gap: nothing is above the least.
        if least == most {
            zigzag(least, out);
            out.extend([0; BLOCK / PART]);
            continue;
        }
        // Steps beyond the last are never read; as the least they take no bits.
        steps[end - start..].fill(least);
        let above = |part: &[i64]| part.iter().map(|step| (step - least).cast_unsigned()).collect::<Vec<u64>>();
        let parts: Vec<Vec<u64>> = steps.chunks(PART).map(above).collect();
        let widths: Vec<u32> = parts.iter().map(|part| u64::BITS - part.iter().copied().max().unwrap_or(0).leading_zeros()).collect();
        zigzag(least, out);
        out.extend(widths.iter().map(|&width| width as u8));
        for (part, width) in parts.iter().zip(widths).filter(|(_, width)| *width > 0) {
            pack_wide(part, width, out);
        }
    }
}

/// Packs a part of a block, whose length is a multiple of eight.
fn pack_wide(numbers: &[u64], width: u32, out: &mut Vec<u8>) {
    let (mut held, mut bits) = (0_u128, 0);
    for &number in numbers {
        held |= u128::from(number) << bits;
        bits += width;
        while bits >= u8::BITS {
            out.push(held as u8);
            held >>= u8::BITS;
            bits -= u8::BITS;
        }
    }
}

fn zigzag(number: i64, out: &mut Vec<u8>) {
    varint((number << 1 ^ number >> 63).cast_unsigned(), out);
}

fn varint(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_and_runs_are_as_parquet_has_them() {
        // The example of the format's documentation: 0 to 7 in three bits.
        let mut out = Vec::new();
        pack(&[0, 1, 2, 3, 4, 5, 6, 7], 3, &mut out);
        assert_eq!(out, [0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010]);
        // A run of 100 fives: 100 << 1 takes two bytes, the five one.
        out.clear();
        pack(&[5; 100], 3, &mut out);
        assert_eq!(out, [0xc8, 1, 5]);
        assert_eq!([width(0), width(1), width(255), width(256)], [0, 1, 8, 9]);
    }

    #[test]
    fn rows_are_their_first_and_equal_steps() {
        // Blocks of 128 in 4 parts, 129 numbers, the first 7 (zigzag 14), steps of 1 (zigzag 2) without bits.
        let mut out = Vec::new();
        differences(&(7..136).collect::<Vec<u32>>(), &mut out);
        assert_eq!(out, [0x80, 1, 4, 0x81, 1, 14, 2, 0, 0, 0, 0]);
    }
}
