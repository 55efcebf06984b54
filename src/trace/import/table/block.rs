//! Rows of a text file as cells: what the threads of [`super::ahead`] make of its lines.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::ahead::Ahead;
use super::sheet::Cell;
use crate::error::{Error, Result};
use crate::trace::import::jsonl::json_error;
use crate::trace::import::rows;

/// A cell: text by its place in the block's.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Raw {
    Missing,
    Number(f64),
    Integer(i64),
    Truth(bool),
    Text(usize, usize),
    Other(&'static str),
}

/// Some rows of a table.
#[derive(Default)]
pub struct Block {
    width: usize,
    /// Row by row.
    cells: Vec<Raw>,
    text: String,
    /// For each row its line, from 0.
    rows: Vec<usize>,
    /// Number of lines.
    lines: usize,
    /// What is wrong with the line after the last row, from 0.
    fault: Option<(usize, Fault)>,
}

enum Fault {
    Json(serde_json::Error),
    Csv(rows::Fault),
}

/// How a file's lines become rows.
#[derive(Clone)]
enum Form {
    /// Objects with fields of these names.
    Json(Arc<[String]>),
    /// Cells between separators, after a header of so many bytes and lines.
    Plain { separator: u8, width: usize, start: (u64, usize) },
}

impl Form {
    fn open(&self, path: &Path) -> Result<Ahead<Block>> {
        match self.clone() {
            Form::Json(names) => Ahead::open(path, 0, move |block| json(&block, &names)),
            Form::Plain { separator, width, start } => Ahead::open(path, start.0, move |block| plain(block, separator, width)),
        }
    }
}

/// A table that is read in blocks.
pub struct Blocks {
    path: PathBuf,
    form: Form,
    ahead: Ahead<Block>,
    block: Block,
    /// The row after the current one, within the block.
    next: usize,
    /// Rows before the block, and lines.
    rows_before: usize,
    lines_before: usize,
}

impl Blocks {
    /// A JSON Lines file whose objects have fields of these names, in alphabetical order.
    pub fn json(path: &Path, names: &[String]) -> Result<Self> {
        Blocks::new(path, Form::Json(names.into()))
    }

    /// A CSV file without quotes, of which the header takes so many bytes and lines.
    pub fn plain(path: &Path, separator: u8, width: usize, start: (u64, usize)) -> Result<Self> {
        Blocks::new(path, Form::Plain { separator, width, start })
    }

    fn new(path: &Path, form: Form) -> Result<Self> {
        let ahead = form.open(path)?;
        let lines_before = if let Form::Plain { start, .. } = form { start.1 } else { 0 };
        Ok(Blocks { path: path.to_owned(), form, ahead, block: Block::default(), next: 0, rows_before: 0, lines_before })
    }

    /// Goes back before the first row.
    pub fn rewind(&mut self) -> Result<()> {
        *self = Blocks::new(&self.path, self.form.clone())?;
        Ok(())
    }

    /// Goes to the next row; `false` after the last.
    pub fn advance(&mut self) -> Result<bool> {
        while self.next >= self.block.rows.len() {
            if let Some((line, fault)) = self.block.fault.take() {
                return Err(self.fault(self.lines_before + line + 1, &fault));
            }
            let Some(block) = self.ahead.next() else { return Ok(false) };
            self.rows_before += self.block.rows.len();
            self.lines_before += self.block.lines;
            (self.block, self.next) = (block?, 0);
        }
        self.next += 1;
        Ok(true)
    }

    fn fault(&self, line: usize, fault: &Fault) -> Error {
        let place = format!("{}, line {line}", self.path.display());
        match fault {
            Fault::Json(error) => json_error(&place, error).allowed("one JSON object a line, with the fields of this format"),
            Fault::Csv(fault) => fault.at(&place),
        }
    }

    /// The number of the current row, from 0.
    pub fn row(&self) -> usize {
        self.rows_before + self.next.saturating_sub(1)
    }

    /// The line of the current row, from 1.
    pub fn line(&self) -> usize {
        self.block.rows.get(self.next.saturating_sub(1)).map_or(0, |line| self.lines_before + line + 1)
    }

    /// A cell of the current row.
    #[inline]
    pub fn cell(&self, column: usize) -> Cell<'_> {
        match self.block.cells.get(self.next.saturating_sub(1) * self.block.width + column) {
            None | Some(Raw::Missing) => Cell::Missing,
            Some(Raw::Number(value)) => Cell::Number(*value),
            Some(Raw::Integer(value)) => Cell::Integer(*value),
            Some(Raw::Truth(value)) => Cell::Truth(*value),
            Some(Raw::Text(start, end)) => Cell::Text(self.block.text.get(*start..*end).unwrap_or_default()),
            Some(Raw::Other(kind)) => Cell::Other(kind),
        }
    }
}

/// The lines of a block that are not blank, with their numbers from 0.
fn filled(block: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let block = block.strip_suffix(b"\n").unwrap_or(block);
    block.split(|&byte| byte == b'\n').enumerate().map(|(number, line)| (number, line.trim_ascii_end())).filter(|(_, line)| !line.is_empty())
}

fn count_lines(block: &[u8]) -> usize {
    block.iter().map(|&byte| usize::from(byte == b'\n')).sum()
}

fn json(block: &[u8], names: &[String]) -> Block {
    let mut out = Block { width: names.len(), lines: count_lines(block), ..Block::default() };
    // Most lines have their fields in the order of the line before.
    let mut order = Vec::new();
    for (number, line) in filled(block) {
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let read = Row { names, order: &mut order, out: &mut out }.deserialize(&mut deserializer);
        if let Err(error) = read.and_then(|()| deserializer.end()) {
            out.fault = Some((number, Fault::Json(error)));
            break;
        }
        out.rows.push(number);
    }
    out
}

/// Splits lines at separators: right where no cell is quoted, which whoever calls has made sure of.
fn plain(block: Vec<u8>, separator: u8, width: usize) -> Block {
    let lines = count_lines(&block);
    let mut out = Block { width, lines, ..Block::default() };
    match String::from_utf8(block) {
        Ok(text) => out.text = text,
        Err(error) => {
            out.fault = Some((count_lines(&error.as_bytes()[..error.utf8_error().valid_up_to()]), Fault::Csv(rows::Fault::Utf8)));
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
            out.cells.push(Raw::Text(from, from + cell.len()));
            from += cell.len() + 1;
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

/// Reads an object into a row of cells.
struct Row<'a> {
    names: &'a [String],
    order: &'a mut Vec<usize>,
    out: &'a mut Block,
}

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let start = self.out.cells.len();
        self.out.cells.resize(start + self.names.len(), Raw::Missing);
        let mut field = 0;
        while let Some(column) = map.next_key_seed(Key { names: self.names, likely: self.order.get(field).copied() })? {
            match self.order.get_mut(field) {
                Some(known) => *known = column,
                None => self.order.push(column),
            }
            field += 1;
            let cell = map.next_value_seed(Value(&mut self.out.text))?;
            self.out.cells[start + column] = cell;
        }
        Ok(())
    }
}

/// The column of a field's name.
struct Key<'a> {
    names: &'a [String],
    likely: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = usize;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> std::result::Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a string key")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> std::result::Result<usize, E> {
        match self.likely.filter(|&column| self.names[column] == name) {
            Some(column) => Ok(column),
            None => self
                .names
                .binary_search_by(|known| known.as_str().cmp(name))
                .map_err(|_| E::custom("a field that was not there when the file was opened")),
        }
    }
}

/// A value as a cell; texts go to the block's.
struct Value<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Raw;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = Raw;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Raw, E> {
        Ok(Raw::Missing)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Raw, E> {
        Ok(Raw::Truth(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Raw, E> {
        Ok(Raw::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Raw, E> {
        Ok(i64::try_from(value).map_or(Raw::Number(value as f64), Raw::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Raw, E> {
        Ok(Raw::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Raw, E> {
        let start = self.0.len();
        self.0.push_str(value);
        Ok(Raw::Text(start, self.0.len()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Raw, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Raw::Other("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Raw, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Raw::Other("an object"))
    }
}

/// The names of the fields in all lines of a JSON Lines file, in alphabetical order.
pub fn json_names(path: &Path) -> Result<Vec<String>> {
    let mut ahead = Ahead::open(path, 0, |block| names_of(&block))?;
    let (mut names, mut lines_before) = (Vec::<String>::new(), 0);
    while let Some(found) = ahead.next() {
        let (found, lines, fault) = found?;
        if let Some((line, error)) = fault {
            let place = format!("{}, line {}", path.display(), lines_before + line + 1);
            return Err(json_error(&place, &error).allowed("one JSON object a line, with the fields of this format"));
        }
        names.extend(found);
        lines_before += lines;
        names.sort();
        names.dedup();
    }
    Ok(names)
}

/// The names in a block, the number of its lines, and the first line that cannot be read, from 0.
type Found = (Vec<String>, usize, Option<(usize, serde_json::Error)>);

fn names_of(block: &[u8]) -> Found {
    let (mut names, mut order) = (Vec::new(), Vec::new());
    for (number, line) in filled(block) {
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let read = Fields { names: &mut names, order: &mut order }.deserialize(&mut deserializer);
        if let Err(error) = read.and_then(|()| deserializer.end()) {
            return (names, count_lines(block), Some((number, error)));
        }
    }
    (names, count_lines(block), None)
}

/// Adds the names of an object's fields to those that are known.
struct Fields<'a> {
    names: &'a mut Vec<String>,
    order: &'a mut Vec<usize>,
}

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<(), A::Error> {
        let mut field = 0;
        while let Some(column) = map.next_key_seed(NewKey { names: self.names, likely: self.order.get(field).copied() })? {
            match self.order.get_mut(field) {
                Some(known) => *known = column,
                None => self.order.push(column),
            }
            field += 1;
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// The position of a field's name among those that were seen, added where it is new.
struct NewKey<'a> {
    names: &'a mut Vec<String>,
    likely: Option<usize>,
}

impl<'de> DeserializeSeed<'de> for NewKey<'_> {
    type Value = usize;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> std::result::Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NewKey<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a string key")
    }

    fn visit_str<E>(self, name: &str) -> std::result::Result<usize, E> {
        if let Some(column) = self.likely.filter(|&column| self.names[column] == name) {
            return Ok(column);
        }
        if let Some(column) = self.names.iter().position(|known| known == name) {
            return Ok(column);
        }
        self.names.push(name.to_owned());
        Ok(self.names.len() - 1)
    }
}
