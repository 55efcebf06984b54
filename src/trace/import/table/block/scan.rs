//! Lines of text as tokens: what most lines are, with one look at each byte.
//!
//! What is not as simple (escapes, nested values, faults) is left to those who read any line.

/// A cell, by its place in the text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Token {
    Missing,
    Text(u32, u32),
    /// A number as JSON has them.
    Number(u32, u32),
    /// With the word that says it.
    Truth(bool, u32, u32),
}

/// Rows of cells, each with all columns of its table.
pub(super) trait Grid {
    /// Number of rows.
    fn rows(&self) -> usize;
    /// A cell of a row and a column that are there.
    fn cell(&self, row: usize, column: usize) -> Token;
}

/// Cells that were looked at one by one.
pub(super) struct Tokens {
    /// Row by row.
    pub tokens: Vec<Token>,
    pub width: usize,
}

impl Grid for Tokens {
    fn rows(&self) -> usize {
        self.tokens.len().checked_div(self.width).unwrap_or(0)
    }

    #[inline(always)]
    fn cell(&self, row: usize, column: usize) -> Token {
        self.tokens.get(row * self.width + column).copied().unwrap_or(Token::Missing)
    }
}

/// A line, from where it is looked at.
struct Line<'a> {
    text: &'a str,
    at: usize,
    /// Bytes of the block before the line.
    before: usize,
}

/// Goes through the object of a line, whose values are `put` under what `key` makes of their names: it is given the
/// line behind the first quote of a name, and says the column and how many bytes the name has. `None` where it is no
/// object, or not simple. The line stands behind so many bytes of a block.
pub fn object(
    text: &str,
    before: usize,
    mut key: impl FnMut(&str) -> Option<(usize, usize)>,
    mut put: impl FnMut(usize, Token),
) -> Option<()> {
    let mut line = Line { text, at: 0, before };
    line.expect(b'{')?;
    if line.next_is(b'}') {
        line.at += 1;
        return line.ends();
    }
    loop {
        line.expect(b'"')?;
        let (column, length) = key(text.get(line.at..)?)?;
        // With its last quote.
        line.at += length + 1;
        line.expect(b':')?;
        put(column, line.value()?);
        if !line.next_is(b',') {
            line.expect(b'}')?;
            return line.ends();
        }
        line.at += 1;
    }
}

/// Whether a name is written in JSON as it is.
pub fn is_simple(name: &str) -> bool {
    name.bytes().all(|byte| byte != b'"' && byte != b'\\' && byte >= b' ')
}

/// How many bytes a text without escapes has, given what stands behind its first quote.
#[inline]
pub fn simple_length(rest: &[u8]) -> Option<usize> {
    // The highest bit of each byte that ends it; of bytes behind the first such one perhaps too.
    let equal = |word: u64, byte: u8| {
        let other = word ^ (EACH * u64::from(byte));
        other.wrapping_sub(EACH) & !other
    };
    let (words, _) = rest.as_chunks::<WORD>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let below = word.wrapping_sub(EACH * u64::from(b' ')) & !word;
        let ends = (equal(word, b'"') | equal(word, b'\\') | below) & TOPS;
        if ends != 0 {
            let length = place * WORD + ends.trailing_zeros() as usize / 8;
            return (rest.get(length) == Some(&b'"')).then_some(length);
        }
    }
    let start = words.len() * WORD;
    let length = start + rest.get(start..)?.iter().position(|&byte| byte == b'"' || byte == b'\\' || byte < b' ')?;
    (rest.get(length) == Some(&b'"')).then_some(length)
}

const WORD: usize = size_of::<u64>();
/// A byte in each place of a word, and the highest bit of each.
const EACH: u64 = u64::MAX / 0xff;
const TOPS: u64 = EACH << 7;

impl Line<'_> {
    #[inline]
    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    #[inline]
    fn next_is(&mut self, byte: u8) -> bool {
        self.skip_blanks();
        self.byte() == Some(byte)
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        let found = self.next_is(byte);
        self.at += 1;
        found.then_some(())
    }

    fn ends(&mut self) -> Option<()> {
        self.skip_blanks();
        (self.at == self.text.len()).then_some(())
    }

    /// A text without escapes, behind its first quote; goes behind the last.
    #[inline]
    fn string(&mut self) -> Option<(usize, usize)> {
        let start = self.at;
        let end = start + simple_length(self.text.as_bytes().get(start..)?)?;
        self.at = end + 1;
        Some((start, end))
    }

    fn value(&mut self) -> Option<Token> {
        self.skip_blanks();
        let start = self.at;
        let before = self.before;
        let span = |start: usize, end: usize| Some((u32::try_from(before + start).ok()?, u32::try_from(before + end).ok()?));
        match self.byte()? {
            b'"' => {
                self.at += 1;
                let (start, end) = self.string()?;
                span(start, end).map(|(start, end)| Token::Text(start, end))
            }
            b'-' | b'0'..=b'9' => {
                self.number()?;
                span(start, self.at).map(|(start, end)| Token::Number(start, end))
            }
            b'n' => self.word("null").map(|()| Token::Missing),
            b't' => self.word("true").and_then(|()| span(start, self.at)).map(|(start, end)| Token::Truth(true, start, end)),
            b'f' => self.word("false").and_then(|()| span(start, self.at)).map(|(start, end)| Token::Truth(false, start, end)),
            _ => None,
        }
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let found = self.text.as_bytes().get(self.at..)?.starts_with(word.as_bytes());
        self.at += word.len();
        found.then_some(())
    }

    #[inline]
    fn digits(&mut self) -> usize {
        let start = self.at;
        while matches!(self.byte(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        self.at - start
    }

    /// Passes over a number; `None` where JSON has none like it.
    fn number(&mut self) -> Option<()> {
        self.at += usize::from(self.byte() == Some(b'-'));
        let zero = self.byte() == Some(b'0');
        let whole = self.digits();
        if whole == 0 || (zero && whole > 1) {
            return None;
        }
        if self.byte() == Some(b'.') {
            self.at += 1;
            (self.digits() > 0).then_some(())?;
        }
        if matches!(self.byte(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.byte(), Some(b'+' | b'-')));
            (self.digits() > 0).then_some(())?;
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values of a line as their text, by name.
    fn read(line: &str) -> Option<Vec<(String, String)>> {
        let mut names = Vec::new();
        let mut values = Vec::new();
        let key = |rest: &str| {
            let length = simple_length(rest.as_bytes())?;
            names.push(rest.get(..length)?.to_owned());
            Some((names.len() - 1, length))
        };
        object(line, 0, key, |_, token| values.push(token))?;
        let shown = |token: Token| match token {
            Token::Missing => "null".to_owned(),
            Token::Text(start, end) => format!("'{}'", &line[start as usize..end as usize]),
            Token::Number(start, end) | Token::Truth(_, start, end) => line[start as usize..end as usize].to_owned(),
        };
        Some(names.into_iter().zip(values.into_iter().map(shown)).collect())
    }

    #[test]
    fn simple_lines_are_read_and_others_left() {
        let simple = r#" { "a" : 1.5e-3, "b":"x y","c":null ,"é":true,"":-0} "#;
        let found: Vec<String> = read(simple).unwrap_or_default().into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(found, ["a=1.5e-3", "b='x y'", "c=null", "é=true", "=-0"]);
        assert_eq!(read("{}"), Some(Vec::new()));
        for line in [
            "", "{", "}", "[]", "{\"a\"}", "{\"a\":}", "{\"a\":1", "{\"a\":1,}", "{\"a\":1 \"b\":2}", "{\"a\":1}{", "{\"a\":01}", "{\"a\":1.}",
            "{\"a\":.5}", "{\"a\":+1}", "{\"a\":-}", "{\"a\":1e}", "{\"a\":nul}", "{\"a\":NaN}", "{\"a\":\"x}", "{\"a\":\"\\n\"}", "{\"\\u0061\":1}",
            "{\"a\":\"\t\"}", "{\"a\":[1]}", "{\"a\":{}}", "{a:1}",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }

    #[test]
    fn texts_end_with_the_first_quote() {
        for before in 0..40 {
            let text = |end: &str| format!("{}é\u{a2}\u{7f}{end} \"\\", "x".repeat(before));
            assert_eq!(simple_length(text("\"").as_bytes()), Some(before + 5), "{before}");
            for end in ["\\", "\n", "\u{1f}", "\0\"", "\\\""] {
                assert_eq!(simple_length(text(end).as_bytes()), None, "{before} {end:?}");
            }
            assert_eq!(simple_length("y".repeat(before).as_bytes()), None);
        }
        assert!(is_simple("a é/") && !is_simple("a\"") && !is_simple("\\") && !is_simple("\t"));
    }

    /// What is read here is read in the same way by the one that reads any line.
    #[test]
    fn numbers_are_those_of_json() {
        for number in ["0", "-0", "10", "1.0", "1e5", "1E+5", "1e-5", "12.25e2", "00", "-01", "1.e1", "1e+", "--1", "0x1", "1f"] {
            let line = format!("{{\"a\":{number}}}");
            assert_eq!(read(&line).is_some(), serde_json::from_str::<serde_json::Value>(&line).is_ok(), "{number}");
        }
    }
}
