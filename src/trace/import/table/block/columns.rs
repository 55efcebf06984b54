//! Lines of a block as columns: cells between separators, or objects.

use super::ends::Look;
use super::scan::{Token, Tokens, is_simple, object, simple_length};
use super::typed::{Typed, Wanted, typed};

/// Cells between separators, where none is quoted; `None` where a row is not as it should be. The lines were looked
/// at before.
pub fn plain(text: &[u8], look: Look, separator: u8, width: usize, wanted: &Wanted) -> Option<Typed> {
    if !look.is_odd
        && let Some(ends) = look.grid(text, width)
    {
        return typed(text, &ends, ends.lines, wanted);
    }
    let mut grid = Tokens { tokens: Vec::new(), width };
    let (mut lines, mut line, mut start, mut row) = (0, 0, 0, 0);
    for (at, &byte) in text.iter().enumerate() {
        if byte != separator && byte != b'\n' {
            continue;
        }
        grid.tokens.push(Token::Text(start, u32::try_from(at).ok()?));
        start = u32::try_from(at + 1).ok()?;
        if byte == b'\n' {
            row = end_line(text, &mut grid, line, row)?;
            lines += 1;
            line = at + 1;
        }
    }
    if line < text.len() {
        grid.tokens.push(Token::Text(start, u32::try_from(text.len()).ok()?));
        end_line(text, &mut grid, line, row)?;
    }
    typed(text, &grid, lines, wanted)
}

/// Ends the line that begins at a byte and a token: a row, unless it is blank. The number of tokens up to there.
fn end_line(text: &[u8], grid: &mut Tokens, line: usize, row: usize) -> Option<usize> {
    if let Some(Token::Text(start, end)) = grid.tokens.last_mut()
        && end > start
        && text.get(*end as usize - 1) == Some(&b'\r')
    {
        *end -= 1;
    }
    // A cell that begins with the line is its only one.
    if matches!(grid.tokens.last(), Some(Token::Text(start, end)) if start == end && *start as usize == line) {
        grid.tokens.pop();
        return Some(row);
    }
    (grid.tokens.len() == row + grid.width).then_some(grid.tokens.len())
}

/// Objects with fields of these names; `None` where one is not as it should be.
pub fn json(text: &str, names: &[String], wanted: &Wanted) -> Option<Typed> {
    let width = names.len();
    let mut grid = Tokens { tokens: Vec::new(), width };
    // Most lines have their fields in the order of the line before.
    let mut order: Vec<usize> = Vec::new();
    let simple: Vec<bool> = names.iter().map(|name| is_simple(name)).collect();
    let (mut lines, mut start) = (0, 0);
    for line in text.split_inclusive('\n') {
        lines += usize::from(line.ends_with('\n'));
        let filled = line.trim_ascii_end();
        if !filled.is_empty() {
            let row = grid.tokens.len();
            grid.tokens.resize(row + width, Token::Missing);
            let mut field = 0;
            let key = |rest: &str| {
                // A name that is written as it is and ends there needs no search for its end.
                let is = |name: &&String| rest.starts_with(name.as_str()) && rest.as_bytes().get(name.len()) == Some(&b'"');
                let likely = order.get(field).copied().filter(|&column| simple.get(column) == Some(&true));
                if let Some((column, name)) = likely.and_then(|column| names.get(column).filter(is).map(|name| (column, name))) {
                    field += 1;
                    return Some((column, name.len()));
                }
                let length = simple_length(rest.as_bytes())?;
                let name = rest.get(..length)?;
                let column = names.binary_search_by(|known| known.as_str().cmp(name)).ok()?;
                match order.get_mut(field) {
                    Some(known) => *known = column,
                    None => order.push(column),
                }
                field += 1;
                Some((column, length))
            };
            object(filled, start, key, |column, token| {
                if let Some(cell) = grid.tokens.get_mut(row + column) {
                    *cell = token;
                }
            })?;
        }
        start += line.len();
    }
    typed(text.as_bytes(), &grid, lines, wanted)
}
