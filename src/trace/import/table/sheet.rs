//! A table row by row, whatever file it stands in.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::block::{Blocks, Fields, Next, Typed, Wanted, json_names};
use super::frame::Frame;
use super::unit::Scale;
use crate::error::{Error, Result};
use crate::trace::date::{DATES, seconds};
use crate::trace::import::Place;
use crate::trace::import::rows::{Csv, TRUTHS, number, plain_start, truth};
use crate::trace::text::excerpt;

/// A text without blanks around it. Most have none, which two bytes tell.
pub(super) fn trimmed(text: &str) -> &str {
    let bare = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if bare(text.as_bytes().first()) && bare(text.as_bytes().last()) { text } else { text.trim() }
}

/// A cell as its file has it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// Null, empty, or a word that stands for it.
    Missing,
    /// A number with a fraction.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Truth(bool),
    /// A time, in seconds since the beginning of 1970.
    Moment(f64),
    /// Text, which may say any of the others.
    Text(&'a str),
    /// Something that no cell of a trace can be, and what.
    Other(&'a str),
}

/// A table that is read from its first row to its last, more than once if need be.
pub struct Sheet {
    path: PathBuf,
    /// The file, as errors name it.
    name: String,
    separator: u8,
    missing: Vec<String>,
    columns: Vec<String>,
    body: Body,
}

enum Body {
    /// A CSV file with quotes.
    Csv(Csv),
    /// A CSV file in which no quote was found so far.
    Plain(Blocks),
    Json(Blocks),
    Frame(Frame),
}

/// The endings of files that can be read.
pub const ENDINGS: &[&str] = &["csv", "tsv", "jsonl", "ndjson", "parquet", "arrow", "arrows", "ipc", "feather"];

impl Sheet {
    /// Opens a table before its first row.
    pub fn open(path: &Path, separator: Option<u8>, missing: &[String], fields: &Fields) -> Result<Self> {
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
        let separator = separator.unwrap_or(if ending == "tsv" { b'\t' } else { b',' });
        let (columns, body) = match ending.as_str() {
            "csv" | "tsv" => {
                let csv = Csv::open(path, separator)?;
                let columns = csv.header().to_vec();
                match plain_start(path, separator)? {
                    Some(start) => (columns.clone(), Body::Plain(Blocks::plain(path, separator, columns.len(), start)?)),
                    None => (columns, Body::Csv(csv)),
                }
            }
            "jsonl" | "ndjson" => {
                let columns = json_names(path, fields)?;
                let blocks = Blocks::json(path, &columns)?;
                (columns, Body::Json(blocks))
            }
            "parquet" | "arrow" | "arrows" | "ipc" | "feather" => {
                let frame = Frame::open(path, &ending)?;
                (frame.names(), Body::Frame(frame))
            }
            _ => {
                let allowed = format!("files that end in .{}", ENDINGS.join(", ."));
                return Err(Error::new("a table whose form is not known").at(path.display()).allowed(allowed));
            }
        };
        Ok(Sheet { path: path.to_owned(), name: path.display().to_string(), separator, missing: missing.to_vec(), columns, body })
    }

    /// A table that stands in no file, before its first row.
    pub fn in_memory(name: &Path, frame: Frame, missing: &[String]) -> Self {
        let columns = frame.names();
        let (path, name) = (name.to_owned(), name.display().to_string());
        Sheet { path, name, separator: b',', missing: missing.to_vec(), columns, body: Body::Frame(frame) }
    }

    /// Goes back before the first row.
    pub fn rewind(&mut self) -> Result<()> {
        match &mut self.body {
            Body::Csv(csv) => *csv = Csv::open(&self.path, self.separator)?,
            Body::Plain(blocks) | Body::Json(blocks) => blocks.rewind()?,
            Body::Frame(frame) => frame.rewind(),
        }
        Ok(())
    }

    /// Goes back before the first row, to read blocks as columns; `false` where the file is not read in blocks.
    pub fn read_typed(&mut self, wanted: Arc<Wanted>) -> Result<bool> {
        match &mut self.body {
            Body::Plain(blocks) | Body::Json(blocks) => blocks.read_typed(wanted).map(|()| true),
            Body::Csv(_) | Body::Frame(_) => Ok(false),
        }
    }

    /// The next block as columns; `None` where rows are to be read one by one before, and after the last.
    pub fn typed(&mut self) -> Result<Option<Box<Typed>>> {
        match &mut self.body {
            Body::Plain(blocks) | Body::Json(blocks) => blocks.typed(),
            Body::Csv(_) | Body::Frame(_) => Ok(None),
        }
    }

    /// How many blocks like one with so many bytes the table has, rounded up.
    pub fn blocks_like(&self, bytes: usize) -> usize {
        match &self.body {
            Body::Plain(blocks) | Body::Json(blocks) => blocks.blocks_like(bytes),
            Body::Csv(_) | Body::Frame(_) => 1,
        }
    }

    /// Goes behind a block of which so many rows were taken; the others are to be read one by one.
    pub fn took(&mut self, block: Typed, rows: usize) {
        if let Body::Plain(blocks) | Body::Json(blocks) = &mut self.body {
            blocks.took(block, rows);
        }
    }

    /// Words that stand for a missing value.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of the columns; a JSON Lines file has those of the lines that were asked.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// Goes to the next row; `false` after the last.
    pub fn advance(&mut self) -> Result<bool> {
        match &mut self.body {
            Body::Csv(csv) => csv.advance(),
            Body::Frame(frame) => Ok(frame.advance()),
            Body::Plain(blocks) | Body::Json(blocks) => match blocks.advance()? {
                Next::Row => Ok(true),
                Next::End => Ok(false),
                Next::Quoted => {
                    let rows = blocks.rows_before();
                    self.read_quoted(rows)?;
                    self.advance()
                }
            },
        }
    }

    /// Reads a CSV file in which quotes were found record by record, behind the rows that were read.
    fn read_quoted(&mut self, rows: usize) -> Result<()> {
        let mut csv = Csv::open(&self.path, self.separator)?;
        for _ in 0..rows {
            csv.advance()?;
        }
        self.body = Body::Csv(csv);
        Ok(())
    }

    /// The number of the current row, from 0 (of a JSON Lines file: of its line).
    pub fn row(&self) -> usize {
        match &self.body {
            Body::Csv(csv) => csv.row(),
            Body::Plain(blocks) => blocks.row(),
            Body::Json(blocks) => blocks.line().saturating_sub(1),
            Body::Frame(frame) => frame.row(),
        }
    }

    /// The file and the current row, as errors name it.
    pub fn place(&self) -> Place<'_> {
        match &self.body {
            Body::Csv(csv) => csv.place(),
            Body::Plain(blocks) | Body::Json(blocks) => Place { file: &self.name, unit: "line", number: blocks.line() as u64 },
            Body::Frame(frame) => Place { file: &self.name, unit: "row", number: frame.row() as u64 },
        }
    }

    /// A cell of the current row.
    pub fn cell(&self, column: usize) -> Cell<'_> {
        let cell = match &self.body {
            Body::Csv(csv) => Cell::Text(csv.cell(column)),
            Body::Frame(frame) => frame.cell(column),
            Body::Plain(blocks) | Body::Json(blocks) => blocks.cell(column),
        };
        match cell {
            Cell::Text(text) if trimmed(text).is_empty() || self.stands_for_missing(trimmed(text)) => Cell::Missing,
            Cell::Number(value) if value.is_nan() && self.stands_for_missing("NaN") => Cell::Missing,
            cell => cell,
        }
    }

    fn stands_for_missing(&self, text: &str) -> bool {
        self.missing.iter().any(|word| word == text)
    }

    /// A cell as text: a name or an id.
    pub fn text(&self, column: usize) -> Result<Option<Cow<'_, str>>> {
        Ok(Some(match self.cell(column) {
            Cell::Missing => return Ok(None),
            Cell::Text(text) => Cow::Borrowed(text),
            Cell::Integer(value) => Cow::Owned(value.to_string()),
            Cell::Number(value) if value.is_finite() => Cow::Owned(value.to_string()),
            Cell::Truth(value) => Cow::Owned(value.to_string()),
            Cell::Number(_) | Cell::Moment(_) | Cell::Other(_) => return Err(self.wrong(column, "a text or a number")),
        }))
    }

    /// The number that a text says, where it was read ahead and no word for a missing value can look like it.
    fn said(&self, column: usize) -> Option<f64> {
        match &self.body {
            Body::Plain(blocks) if self.missing.is_empty() => blocks.said(column),
            _ => None,
        }
    }

    /// A cell as a number in the trace's unit.
    pub fn number(&self, column: usize, scale: Scale) -> Result<Option<f64>> {
        if let Some(value) = self.said(column) {
            return Ok(Some(scale.apply(value)));
        }
        let value = match self.cell(column) {
            Cell::Missing => return Ok(None),
            Cell::Integer(value) => Some(value as f64),
            Cell::Number(value) => Some(value).filter(|value| value.is_finite()),
            Cell::Text(text) => number(trimmed(text)),
            Cell::Truth(_) | Cell::Moment(_) | Cell::Other(_) => None,
        };
        value.map(|value| Some(scale.apply(value))).ok_or_else(|| self.wrong(column, "a finite number"))
    }

    /// A cell as a score: a number in the trace's unit, or a word that says right or wrong.
    pub fn score(&self, column: usize, scale: Scale) -> Result<Option<f64>> {
        if let Some(value) = self.said(column) {
            return Ok(Some(scale.apply(value)));
        }
        match self.cell(column) {
            Cell::Truth(value) => Ok(Some(f64::from(u8::from(value)))),
            Cell::Text(text) => match number(trimmed(text)) {
                Some(value) => Ok(Some(scale.apply(value))),
                None => truth(trimmed(text)).map(Some).ok_or_else(|| self.wrong(column, format!("a number, {TRUTHS}"))),
            },
            _ => self.number(column, scale),
        }
    }

    /// A cell as a date with a time of day: seconds since the beginning of 1970.
    pub fn date(&self, column: usize) -> Result<Option<f64>> {
        match self.cell(column) {
            Cell::Missing => Ok(None),
            Cell::Moment(time) => Ok(Some(time)),
            Cell::Text(text) => seconds(trimmed(text)).map(Some).ok_or_else(|| self.wrong(column, DATES)),
            _ => Err(self.wrong(column, DATES)),
        }
    }

    /// Whether a present cell is a number.
    pub fn is_number(&self, column: usize) -> bool {
        match self.cell(column) {
            Cell::Missing | Cell::Integer(_) => true,
            Cell::Number(value) => value.is_finite(),
            Cell::Text(text) => number(trimmed(text)).is_some(),
            Cell::Truth(_) | Cell::Moment(_) | Cell::Other(_) => false,
        }
    }

    /// The error of a cell that cannot be read.
    pub fn wrong(&self, column: usize, allowed: impl std::fmt::Display) -> Error {
        let (what, hint) = match self.cell(column) {
            Cell::Other(_) => ("a cell of a kind that is not read", "convert the column first: to text, or to numbers of 32 or 64 bits"),
            _ => ("a cell cannot be read", "a word that means that the value is missing belongs in `missing` of the mapping"),
        };
        self.cell_error(what, column).allowed(allowed).hint(hint)
    }

    /// An error about a cell: where it is and what stands there.
    pub fn cell_error(&self, what: &str, column: usize) -> Error {
        let found = match self.cell(column) {
            Cell::Text(text) => excerpt(text),
            Cell::Number(value) => value.to_string(),
            Cell::Integer(value) => value.to_string(),
            Cell::Truth(value) => value.to_string(),
            Cell::Moment(time) => format!("a time, {time} s after the beginning of 1970"),
            Cell::Missing => "nothing".to_owned(),
            Cell::Other(kind) => kind.to_owned(),
        };
        let name = self.columns.get(column).map_or("", String::as_str);
        Error::new(what).at(format!("{}, column `{name}`", self.place())).found(found)
    }
}
