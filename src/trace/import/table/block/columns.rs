//! Lines of a block as columns: cells between separators, or objects.

use super::scan::{Token, object};
use super::typed::{Builder, Typed, Wanted};

/// Cells between separators, where none is quoted; `None` where a row is not as it should be.
pub fn plain(text: &str, separator: u8, width: usize, wanted: &Wanted) -> Option<Typed> {
    let mut builder = Builder::new(text, wanted);
    let mut cells = Vec::with_capacity(width);
    let (mut lines, mut line, mut start) = (0, 0, 0);
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if byte != separator && byte != b'\n' {
            continue;
        }
        cells.push(Token::Text(start, u32::try_from(at).ok()?));
        start = u32::try_from(at + 1).ok()?;
        if byte == b'\n' {
            row(&mut builder, &mut cells, line, width)?;
            lines += 1;
            line = at + 1;
        }
    }
    if line < text.len() {
        cells.push(Token::Text(start, u32::try_from(text.len()).ok()?));
        row(&mut builder, &mut cells, line, width)?;
    }
    Some(builder.finish(lines))
}

/// Adds the row of a line that begins at a byte, unless it is blank.
fn row(builder: &mut Builder, cells: &mut Vec<Token>, line: usize, width: usize) -> Option<()> {
    if let Some(Token::Text(start, end)) = cells.last_mut()
        && end > start
        && builder.text.as_bytes().get(*end as usize - 1) == Some(&b'\r')
    {
        *end -= 1;
    }
    let blank = matches!(cells.as_slice(), [Token::Text(start, end)] if start == end && *start as usize == line);
    if !blank {
        if cells.len() != width {
            return None;
        }
        builder.push(cells)?;
    }
    cells.clear();
    Some(())
}

/// Objects with fields of these names; `None` where one is not as it should be.
pub fn json(text: &str, names: &[String], wanted: &Wanted) -> Option<Typed> {
    let mut builder = Builder::new(text, wanted);
    let mut cells = vec![Token::Missing; names.len()];
    // Most lines have their fields in the order of the line before.
    let mut order: Vec<usize> = Vec::new();
    let (mut lines, mut start) = (0, 0);
    for line in text.split_inclusive('\n') {
        lines += usize::from(line.ends_with('\n'));
        let filled = line.trim_ascii_end();
        if !filled.is_empty() {
            cells.fill(Token::Missing);
            let mut field = 0;
            let key = |name: &str| {
                let likely = order.get(field).copied().filter(|&column| names.get(column).is_some_and(|known| known == name));
                let column = likely.or_else(|| names.binary_search_by(|known| known.as_str().cmp(name)).ok())?;
                match order.get_mut(field) {
                    Some(known) => *known = column,
                    None => order.push(column),
                }
                field += 1;
                Some(column)
            };
            object(filled, start, key, |column, token| {
                if let Some(cell) = cells.get_mut(column) {
                    *cell = token;
                }
            })?;
            builder.push(&cells)?;
        }
        start += line.len();
    }
    Some(builder.finish(lines))
}
