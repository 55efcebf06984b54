//! What went wrong, where, what was found, what is allowed, and what to do about it.

use std::fmt;

use serde::{Serialize, Serializer};

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// One problem, or several of one input reported at once.
///
/// Built by naming what is wrong and then what is known about it:
/// ```
/// use wattroute::Error;
/// let error = Error::new("a score is out of range").at("scores.csv, line 3").found("1.7").allowed("0 to 1");
/// assert_eq!(error.to_string(), "a score is out of range\n    where: scores.csv, line 3\n    found: 1.7\n  allowed: 0 to 1");
/// ```
#[derive(Debug)]
pub struct Error {
    what: String,
    details: Vec<(&'static str, String)>,
    usage: bool,
    more: Vec<Error>,
}

impl Error {
    /// An error that says what is wrong, in a sentence without a full stop.
    pub fn new(what: impl Into<String>) -> Self {
        Error { what: what.into(), details: Vec::new(), usage: false, more: Vec::new() }
    }

    /// Several problems of one input as one error; `None` where there are none.
    pub fn all(mut problems: Vec<Error>) -> Option<Self> {
        let mut first = if problems.is_empty() { return None } else { problems.remove(0) };
        first.more.extend(problems);
        Some(first)
    }

    /// The problems of this error one by one.
    pub fn into_each(mut self) -> Vec<Error> {
        let more = std::mem::take(&mut self.more);
        std::iter::once(self).chain(more.into_iter().flat_map(Error::into_each)).collect()
    }

    /// Where: a file, a row, a column, an option.
    pub fn at(self, place: impl fmt::Display) -> Self {
        self.with("where", place)
    }

    /// What stood there.
    pub fn found(self, value: impl fmt::Display) -> Self {
        self.with("found", value)
    }

    /// What may stand there.
    pub fn allowed(self, values: impl fmt::Display) -> Self {
        self.with("allowed", values)
    }

    /// What to do about it.
    pub fn hint(self, hint: impl fmt::Display) -> Self {
        self.with("hint", hint)
    }

    /// The message of the library or system call that failed.
    pub fn cause(self, cause: impl fmt::Display) -> Self {
        self.with("cause", cause.to_string().trim_end())
    }

    /// Marks a mistake in how the program was called: exit code 2 instead of 1.
    pub fn usage(mut self) -> Self {
        self.usage = true;
        self
    }

    /// Whether the call itself was wrong (exit code 2), not what it was given to work on.
    pub fn is_usage(&self) -> bool {
        self.usage
    }

    /// The problem in one line: what is wrong, and what was found there.
    pub fn in_a_line(&self) -> String {
        let found = self.detail("found").map(|found| format!(": {found}")).unwrap_or_default();
        format!("{}{found}", self.what).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What to do about it in one line, or else what is allowed, where either is known.
    pub fn remedy(&self) -> Option<String> {
        let said = self.detail("hint").or_else(|| self.detail("allowed"))?;
        Some(said.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// What is wrong, in a sentence without a full stop.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What is said under a label: `where`, `found`, `allowed`, `cause` or `hint`. Several of one label stand in a line.
    pub fn said(&self, label: &str) -> Option<String> {
        let texts: Vec<&str> = self.details.iter().filter(|(known, _)| *known == label).map(|(_, text)| text.as_str()).collect();
        (!texts.is_empty()).then(|| texts.join("; "))
    }

    fn detail(&self, label: &str) -> Option<&str> {
        self.details.iter().find(|(known, _)| *known == label).map(|(_, text)| text.as_str())
    }

    fn with(mut self, label: &'static str, text: impl fmt::Display) -> Self {
        self.details.push((label, text.to_string()));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&within_lines(&self.what))?;
        // In the order in which a reader asks, whatever was known first; of several places the widest first.
        let labelled = |label| self.details.iter().filter(move |(known, _)| *known == label);
        let details = labelled("where").rev().chain(["found", "allowed", "cause", "hint"].into_iter().flat_map(labelled));
        for (label, text) in details {
            write!(f, "\n{label:>9}: {}", within_lines(text))?;
        }
        for other in &self.more {
            write!(f, "\nand: {other}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// An error of somebody who was handed rows and does not know where they stand; who handed them over tells.
#[derive(Debug)]
pub struct RowError {
    /// Which of the rows, from 0, where it is one.
    pub row: Option<usize>,
    /// What went wrong.
    pub error: Error,
}

impl From<Error> for RowError {
    fn from(error: Error) -> Self {
        RowError { row: None, error }
    }
}

/// An object with `what` and, where they are known, `where`, `found`, `allowed`, `hint` and `cause`.
/// Further problems of the same error are left out: see [`Error::into_each`].
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut fields: Vec<(&str, String)> = vec![("what", self.what.clone())];
        for (label, text) in &self.details {
            match fields.iter_mut().find(|(known, _)| known == label) {
                Some((_, known)) => *known = format!("{known}; {text}"),
                None => fields.push((label, text.clone())),
            }
        }
        serializer.collect_map(fields)
    }
}

/// Characters of a text in an error that are shown.
const SHOWN: usize = 4000;

/// A text as an error shows it: no longer than a screen, and no line of it looks like one of the program's.
fn within_lines(text: &str) -> String {
    let cut = match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}… ({} characters more)", &text[..end], text[end..].chars().count()),
        None => text.to_owned(),
    };
    printable(&cut).replace('\n', "\n           ")
}

/// Whether a terminal or a page shows a character as itself: control characters give orders to a terminal, and
/// others that are not seen change the direction of what follows or hide between letters.
pub fn is_shown(c: char) -> bool {
    let hidden = ['\u{61c}', '\u{180e}', '\u{feff}'].contains(&c)
        || ('\u{200b}'..='\u{200f}').contains(&c) && c != '\u{200d}'
        || ('\u{2028}'..='\u{202e}').contains(&c)
        || ('\u{2060}'..='\u{206f}').contains(&c);
    !c.is_control() && !hidden
}

/// Text from a file, made safe for a terminal: what [`is_shown`] does not let pass is escaped, but for line breaks.
pub fn printable(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_shown(c) || c == '\n' { safe.push(c) } else { safe.extend(c.escape_default()) }
    }
    safe
}

/// As [`printable`], on one line.
pub fn in_a_line(text: &str) -> String {
    printable(text).replace('\n', "\\n")
}

/// The name nearest to a mistyped one, if any is near enough to be meant.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (similarity(&typed.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// How alike two names are, 0 to 1. One slip in a short name (two letters that changed places, one too many)
/// makes little of it alike by letters, and is a slip all the same.
fn similarity(typed: &str, name: &str) -> f64 {
    let is_slip = typed.len().min(name.len()) > 2 && strsim::osa_distance(typed, name) == 1;
    if is_slip { 0.99 } else { strsim::jaro_winkler(typed, name) }
}

/// What is said of a word that is none of a few, in a line: for parsers of words, which give a text.
pub fn none_of(typed: &str, names: &[&str]) -> String {
    let meant = nearest(typed, names.iter().copied()).map(|name| format!("; did you mean `{name}`?"));
    format!("`{typed}` is none of: {}{}", names.join(", "), meant.unwrap_or_default())
}

/// The error of a name that is not in a list: the nearest one as a hint, and all that are.
pub fn unknown<'a>(kind: &str, typed: &str, names: impl IntoIterator<Item = &'a str>) -> Error {
    let names: Vec<&str> = names.into_iter().collect();
    let mut error = Error::new(format!("no such {kind}")).found(format!("`{typed}`")).allowed(names.join(", "));
    if let Some(name) = nearest(typed, names) {
        error = error.hint(format!("did you mean `{name}`?"));
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let hostile = "a\u{1b}[31m\u{7}\0\r\u{9b}2J\u{202e}b\u{2066}\n\tc\u{200b}";
        assert_eq!(printable(hostile), "a\\u{1b}[31m\\u{7}\\u{0}\\r\\u{9b}2J\\u{202e}b\\u{2066}\n\\tc\\u{200b}");
        assert_eq!(in_a_line("a\nb"), "a\\nb");
        // What people write stays: accents, other scripts, a family of joined signs.
        let honest = "Müller – 東京 – 👨\u{200d}👩\u{200d}👧 – עברית";
        assert_eq!(printable(honest), honest);
    }

    #[test]
    fn a_slip_is_seen_in_short_names_too() {
        let names = ["ladder", "toy", "cost", "cloud"];
        assert_eq!(
            ["tyo", "laddr", "cots", "clod", "tox"].map(|typed| nearest(typed, names)),
            [Some("toy"), Some("ladder"), Some("cost"), Some("cloud"), Some("toy")]
        );
        assert_eq!(["speed", "x", "nowhere"].map(|typed| nearest(typed, names)), [None; 3]);
        assert_eq!(none_of("toal", &["total", "active"]), "`toal` is none of: total, active; did you mean `total`?");
    }

    #[test]
    fn an_error_is_bounded_and_its_lines_are_its_own() {
        let text = Error::new("no\nerror: forged").found("x".repeat(10_000)).to_string();
        assert!(text.starts_with("no\n           error: forged\n    found: xxx"), "{text}");
        // 10,000 characters, of which 4,000 are shown.
        assert!(text.ends_with("x… (6000 characters more)") && text.len() < 4_200, "{}", text.len());
    }
}
