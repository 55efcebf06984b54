//! Where cells between separators end, found for many bytes at a time.
#![allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "places of a block that are counted here; a block has fewer bytes than 32 bits count"
)]

use super::scan::{Grid, Token};
use crate::wide::{self, Loop};

/// Bytes that are looked at together: their flags fill a word.
const TOGETHER: usize = u64::BITS as usize;
/// Bytes of a word, each with a flag.
const FLAGS: usize = size_of::<u64>();

/// Ends that the bytes looked at together have most often at most.
const FEW: usize = 9;

/// Lines that have as many cells as a table is wide, and nothing else between them.
pub(super) struct Ends {
    /// Behind one that stands before the text, the end of each cell, row by row.
    ends: Vec<u32>,
    width: usize,
    pub rows: usize,
    pub lines: usize,
}

/// What a look at each byte of some lines tells.
#[derive(Default)]
pub(super) struct Look {
    ends: Vec<u32>,
    lines: usize,
    /// Whether there may be quotes or carriage returns.
    pub is_odd: bool,
    /// Whether there are bytes beyond ASCII.
    pub is_wide: bool,
}

impl Look {
    /// Looks at some lines.
    pub fn at(text: &[u8], separator: u8) -> Look {
        // As many as there are if cells have some eight bytes; the first stands before the text.
        let mut look = Look { ends: vec![u32::MAX; 1 + text.len() / FLAGS + TOGETHER], ..Look::default() };
        wide::run(Bytes { text, separator, look: &mut look });
        look
    }

    /// The cells, where each line has so many.
    pub fn grid(self, text: &[u8], width: usize) -> Option<Ends> {
        let Look { mut ends, lines, .. } = self;
        let is_cut = !text.ends_with(b"\n");
        if is_cut {
            ends.push(u32::try_from(text.len()).ok()?);
        }
        let rows = lines + usize::from(is_cut);
        // A blank line of a table of one column is no row.
        if width < 2 || ends.len() != rows * width + 1 {
            return None;
        }
        // As many lines as there are ends of rows: where each of these is the end of a line, no other is one.
        let regular = ends[1..].chunks_exact(width).all(|row| text.get(row[width - 1] as usize).is_none_or(|&byte| byte == b'\n'));
        regular.then_some(Ends { ends, width, rows, lines })
    }
}

impl Grid for Ends {
    fn rows(&self) -> usize {
        self.rows
    }

    #[inline(always)]
    fn cell(&self, row: usize, column: usize) -> Token {
        let at = row * self.width + column;
        Token::Text(self.ends[at].wrapping_add(1), self.ends[at + 1])
    }
}

struct Bytes<'a> {
    text: &'a [u8],
    separator: u8,
    look: &'a mut Look,
}

impl Loop for Bytes<'_> {
    #[inline(always)]
    fn run(self) {
        let Bytes { text, separator, look } = self;
        let (whole, rest) = text.as_chunks::<TOGETHER>();
        let (mut odd, mut high) = ([0_u8; TOGETHER], [0_u8; TOGETHER]);
        let (mut start, mut count) = (0, 1);
        for bytes in whole {
            if look.ends.len() < count + TOGETHER {
                look.ends.resize(2 * (count + TOGETHER), 0);
            }
            let (mut flags, mut lines) = ([0_u8; TOGETHER], 0_u8);
            for at in 0..TOGETHER {
                let byte = bytes[at];
                let line = u8::from(byte == b'\n');
                flags[at] = line | u8::from(byte == separator);
                lines += line;
                odd[at] |= u8::from(byte == b'"') | u8::from(byte == b'\r');
                high[at] |= byte;
            }
            look.lines += usize::from(lines);
            let mut bits = 0;
            // As arrays: a call that copies eight bytes of a slice may be left as a call.
            for (word, eight) in flags.as_chunks::<FLAGS>().0.iter().enumerate() {
                // Each flag moves to its place in the highest byte; no two meet on the way.
                bits |= (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> (u64::BITS - 8)) << (word * FLAGS);
            }
            let Some(ends) = look.ends[count..].first_chunk_mut::<TOGETHER>() else { return };
            count += bits.count_ones() as usize;
            // Most often there are no more than these, so that no branch hangs on their number.
            for end in &mut ends[..FEW] {
                *end = start + bits.trailing_zeros();
                bits &= bits.wrapping_sub(1);
            }
            let mut more = FEW;
            while bits != 0 {
                ends[more % TOGETHER] = start + bits.trailing_zeros();
                bits &= bits - 1;
                more += 1;
            }
            start += TOGETHER as u32;
        }
        look.ends.truncate(count);
        for (at, &byte) in rest.iter().enumerate() {
            look.lines += usize::from(byte == b'\n');
            if byte == b'\n' || byte == separator {
                look.ends.push(start + at as u32);
            }
            odd[at] |= u8::from(byte == b'"' || byte == b'\r');
            high[at] |= byte;
        }
        look.is_odd = odd.contains(&1);
        look.is_wide = !high.is_ascii();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cells of a text, row by row.
    fn cells(text: &str, width: usize) -> Option<Vec<Vec<&str>>> {
        let grid = Look::at(text.as_bytes(), b';').grid(text.as_bytes(), width)?;
        let cell = |row, column| match grid.cell(row, column) {
            Token::Text(start, end) => &text[start as usize..end as usize],
            _ => "",
        };
        Some((0..grid.rows()).map(|row| (0..width).map(|column| cell(row, column)).collect()).collect())
    }

    #[test]
    fn cells_end_where_they_end() {
        // Cells of 0 to 40 bytes, so that ends have every place in a word, with and without an end of the last line.
        let rows: Vec<Vec<String>> = (0..500).map(|row| (0..3).map(|column| "é,x".repeat((row * 7 + column * 5) % 11)).collect()).collect();
        let text: String = rows.iter().map(|row| row.join(";") + "\n").collect();
        for text in [text.as_str(), text.trim_end()] {
            let found = cells(text, 3).unwrap_or_default();
            assert!(found.len() == 500 && found.iter().zip(&rows).all(|(found, row)| found == row), "{}", found.len());
        }
    }

    #[test]
    fn lines_of_other_widths_are_no_grid() {
        let long = "a;b\n".repeat(100);
        for text in ["a\n", "a;b;c\n", "a;b\n\na;b\n", "a;b;c\nd\n", "a\nb;c;d\n", "a;b\na"] {
            assert_eq!(cells(&format!("{long}{text}"), 2), None, "{text:?}");
        }
        assert_eq!(cells("a\n\nb\n", 1), None);
        assert_eq!(cells(&long, 2).map(|rows| rows.len()), Some(100));
    }

    #[test]
    fn odd_bytes_are_seen_wherever_they_stand() {
        for at in [0, 1, 63, 64, 100, 127, 128, 129] {
            for (byte, is_odd, is_wide) in [(b'"', true, false), (b'\r', true, false), (0xc3, false, true), (b'x', false, false)] {
                let mut text = vec![b'a'; 130];
                text[at] = byte;
                let look = Look::at(&text, b',');
                assert_eq!((look.is_odd, look.is_wide), (is_odd, is_wide), "{byte} at {at}");
            }
        }
    }
}
