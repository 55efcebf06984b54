//! Where the numbers, words, quoted texts and lines of a file stand, whatever its format.

use std::ops::Range;

/// What a span holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Number,
    Word,
    /// With its quotes.
    Quoted,
}

/// The numbers, words and quoted texts in order. Words within quotes are found too.
pub fn spans(bytes: &[u8]) -> Vec<(Kind, Range<usize>)> {
    let mut spans = Vec::new();
    let (mut at, mut quote) = (0, None);
    while let Some(&byte) = bytes.get(at) {
        let number = byte.is_ascii_digit() || (byte == b'-' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit));
        let end = match byte {
            _ if number => end(bytes, at + 1, |byte| byte.is_ascii_digit() || b".eE+-".contains(&byte)),
            _ if is_word(byte) => end(bytes, at + 1, is_word),
            b'"' => {
                match quote.take() {
                    Some(start) => spans.push((Kind::Quoted, start..at + 1)),
                    None => quote = Some(at),
                }
                at += 1;
                continue;
            }
            b'\n' => {
                quote = None;
                at += 1;
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        spans.push((if number { Kind::Number } else { Kind::Word }, at..end));
        at = end;
    }
    spans
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn end(bytes: &[u8], from: usize, inside: impl Fn(u8) -> bool) -> usize {
    (from..bytes.len()).find(|&at| !inside(bytes[at])).unwrap_or(bytes.len())
}

/// The lines, each with its end.
pub fn lines(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut start = 0;
    let line = |piece: &[u8]| {
        let range = start..start + piece.len();
        start = range.end;
        range
    };
    bytes.split_inclusive(|byte| *byte == b'\n').map(line).collect()
}

#[test]
fn spans_are_found_in_any_format() {
    let text = b"a_1 = \"x y\", -3.5e2\n{\"k\": 7}";
    let found: Vec<(Kind, &str)> = spans(text).into_iter().map(|(kind, at)| (kind, std::str::from_utf8(&text[at]).unwrap())).collect();
    let quoted: Vec<&str> = found.iter().filter(|(kind, _)| *kind == Kind::Quoted).map(|(_, text)| *text).collect();
    let numbers: Vec<&str> = found.iter().filter(|(kind, _)| *kind == Kind::Number).map(|(_, text)| *text).collect();
    assert_eq!((quoted, numbers), (vec!["\"x y\"", "\"k\""], vec!["-3.5e2", "7"]));
    assert_eq!(lines(text), [0..20, 20..28]);
}
