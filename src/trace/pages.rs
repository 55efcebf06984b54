//! The sizes that the pages of a Parquet file claim: a page of a few bytes may swell to two gigabytes, which the
//! reader makes room for. Each stands in a header before its page, in Thrift's compact protocol.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;

/// Bytes that are read at a time: a header is rarely longer.
const BUFFER: usize = 1 << 12;
/// Structs within structs of a header.
const DEEPEST: u32 = 8;

/// The uncompressed size of all pages that stand in a range of a file, as far as they claim.
///
/// # Errors
/// Where a header cannot be read.
pub(super) fn claimed(file: impl Read + Seek, range: Range<u64>) -> io::Result<u64> {
    let mut reader = BufReader::with_capacity(BUFFER, file);
    reader.seek(SeekFrom::Start(range.start))?;
    let (mut bytes, mut at) = (0_u64, range.start);
    while at < range.end {
        let mut header = Header { reader: &mut reader, read: 0 };
        let (uncompressed, compressed) = header.sizes()?;
        bytes = bytes.saturating_add(uncompressed);
        at = at.saturating_add(header.read).saturating_add(compressed);
        reader.seek_relative(i64::try_from(compressed).map_err(|_| wrong())?)?;
    }
    Ok(bytes)
}

fn wrong() -> io::Error {
    io::Error::new(ErrorKind::InvalidData, "a page's header cannot be read")
}

struct Header<'a, R> {
    reader: &'a mut R,
    /// Bytes read so far.
    read: u64,
}

impl<R: BufRead> Header<'_, R> {
    /// The uncompressed and the compressed size of the page: fields 2 and 3.
    fn sizes(&mut self) -> io::Result<(u64, u64)> {
        let (mut uncompressed, mut compressed, mut last) = (None, None, 0);
        while let Some((id, kind)) = self.field(last)? {
            match (id, kind) {
                (2, 5) => uncompressed = Some(self.size()?),
                (3, 5) => compressed = Some(self.size()?),
                _ => self.skip(kind, DEEPEST)?,
            }
            last = id;
        }
        uncompressed.zip(compressed).ok_or_else(wrong)
    }

    /// The number and the type of the next field of a struct; `None` at its end.
    fn field(&mut self, last: i64) -> io::Result<Option<(i64, u8)>> {
        let byte = self.byte()?;
        Ok(match (byte >> 4, byte & 15) {
            (0, 0) => None,
            (0, kind) => Some((zigzag(self.varint()?), kind)),
            (step, kind) => Some((last.saturating_add(i64::from(step)), kind)),
        })
    }

    fn size(&mut self) -> io::Result<u64> {
        u64::try_from(zigzag(self.varint()?)).map_err(|_| wrong())
    }

    /// Passes over a value.
    fn skip(&mut self, kind: u8, deeper: u32) -> io::Result<()> {
        match kind {
            // True and false are their own types.
            1 | 2 => Ok(()),
            3 => self.pass(1),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(length)
            }
            9 | 10 => self.skip_list(deeper.checked_sub(1).ok_or_else(wrong)?),
            12 => {
                let (deeper, mut last) = (deeper.checked_sub(1).ok_or_else(wrong)?, 0);
                while let Some((id, kind)) = self.field(last)? {
                    self.skip(kind, deeper)?;
                    last = id;
                }
                Ok(())
            }
            _ => Err(wrong()),
        }
    }

    fn skip_list(&mut self, deeper: u32) -> io::Result<()> {
        let head = self.byte()?;
        let (short, kind) = (u64::from(head >> 4), head & 15);
        let items = if short == 15 { self.varint()? } else { short };
        // In a list a truth value takes a byte.
        (0..items).try_for_each(|_| if kind <= 2 { self.pass(1) } else { self.skip(kind, deeper) })
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.reader.read_exact(&mut byte)?;
        self.read += 1;
        Ok(byte[0])
    }

    fn pass(&mut self, bytes: u64) -> io::Result<()> {
        let passed = io::copy(&mut self.reader.by_ref().take(bytes), &mut io::sink())?;
        self.read += passed;
        if passed == bytes { Ok(()) } else { Err(wrong()) }
    }

    fn varint(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 127) << shift;
            if byte < 128 {
                return Ok(number);
            }
        }
        Err(wrong())
    }
}

fn zigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Field 1 = 0, 2 = `uncompressed`, 3 = 2, then a text, a list and a struct with a field of a far number.
    fn page(uncompressed: u8) -> Vec<u8> {
        let header = [0x15, 0, 0x15, 2 * uncompressed, 0x15, 4, 0x18, 1, b'x', 0x19, 0x25, 2, 4, 0x1c, 0x05, 0x50, 6, 0x11, 0, 0];
        [&header[..], b"ab"].concat()
    }

    #[test]
    fn the_sizes_of_all_pages_are_added_up() {
        let file = [b"PAR1".to_vec(), page(60), page(3)].concat();
        let end = file.len() as u64;
        assert_eq!(claimed(Cursor::new(&file), 4..end).ok(), Some(63));
        assert_eq!(claimed(Cursor::new(&file), 4..5).ok(), Some(60), "a page that begins in the range");
        assert_eq!((zigzag(0), zigzag(1), zigzag(2), zigzag(u64::MAX)), (0, -1, 1, i64::MIN));
    }

    #[test]
    fn what_is_no_header_is_an_error_and_ends() {
        // A size below 0; a list of 2^63 items; structs within structs; no end of a number.
        for bytes in
            [vec![0x25, 1, 0], [vec![0x19, 0xf1], vec![255; 8], vec![127]].concat(), vec![0x1c; 100], vec![0x25; 1], vec![0x25, 255, 255]]
        {
            assert!(claimed(Cursor::new(&bytes), 0..bytes.len() as u64).is_err(), "{bytes:?}");
        }
    }
}
