//! Lines of CSV without quotes as cells.

use super::{Block, Fault, Raw, count_lines};
use crate::trace::import::rows;

/// Splits lines at separators: right where no cell is quoted, which whoever calls has made sure of.
pub(super) fn block(block: Vec<u8>, separator: u8, width: usize) -> Block {
    let lines = count_lines(&block);
    let mut out = Block { width, lines, ..Block::default() };
    match String::from_utf8(block) {
        Ok(text) => out.text = text,
        Err(error) => {
            out.fault = Some((count_lines(error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default()), Fault::Csv(rows::Fault::Utf8)));
            return out;
        }
    }
    let mut start = 0;
    for (number, line) in out.text.as_bytes().split(|&byte| byte == b'\n').enumerate() {
        let (begin, cells_before) = (start, out.cells.len());
        start += line.len() + 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            continue;
        }
        let mut from = begin;
        for cell in line.split(|&byte| byte == separator) {
            let end = from + cell.len();
            // Digits, a sign or a point: perhaps a number, which this thread may read as well as the other.
            let may_be = cell.first().is_some_and(|byte| matches!(byte, b'-'..=b'9'));
            let says = if may_be { out.text.get(from..end).and_then(rows::number) } else { None };
            out.cells.push(says.map_or(Raw::Text(from, end), |value| Raw::Says(from, end, value)));
            from = end + 1;
        }
        let cells = out.cells.len() - cells_before;
        if cells != width {
            out.fault = Some((number, Fault::Csv(rows::Fault::Cells { found: cells as u64, expected: width as u64 })));
            break;
        }
        out.rows.push(number);
    }
    out
}
