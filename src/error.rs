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
        f.write_str(&printable(&self.what))?;
        // In the order in which a reader asks, whatever was known first; of several places the widest first.
        let labelled = |label| self.details.iter().filter(move |(known, _)| *known == label);
        let details = labelled("where").rev().chain(["found", "allowed", "cause", "hint"].into_iter().flat_map(labelled));
        for (label, text) in details {
            let text = printable(text).replace('\n', "\n           ");
            write!(f, "\n{label:>9}: {text}")?;
        }
        for other in &self.more {
            write!(f, "\nand: {other}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

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

/// Text from a file, made safe for a terminal: control characters other than the line break are escaped.
pub fn printable(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() && c != '\n' { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}

/// The name nearest to a mistyped one, if any is near enough to be meant.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&typed.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
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
