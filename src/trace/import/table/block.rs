//! Rows of a text file as cells, or as typed columns: what the threads of [`super::ahead`] make of its lines.

mod columns;
mod ends;
mod json;
mod names;
mod parts;
mod plain;
mod reader;
mod runs;
mod scan;
mod typed;

pub use names::{Fields, json_names};
pub use typed::{Key, Span, Typed, Wanted};
pub(super) use typed::Run;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::ends::Look;
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
    /// Text that says a finite number.
    Says(usize, usize, f64),
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

/// What a thread makes of a block.
enum Parsed {
    Rows(Block),
    Typed(Box<Typed>),
    /// Quotes: only who reads the file from its start knows where rows end.
    Quoted,
}

/// What comes after a row.
pub enum Next {
    Row,
    End,
    /// A CSV file with quotes from here on, which cannot be read in blocks.
    Quoted,
}

impl Form {
    fn open(&self, path: &Path, wanted: Option<Arc<Wanted>>) -> Result<Ahead<Parsed>> {
        let skip = if let Form::Plain { start, .. } = self { start.0 } else { 0 };
        let form = self.clone();
        Ahead::open(path, skip, move |block| form.parse(block, wanted.as_deref()))
    }

    fn parse(&self, block: Vec<u8>, wanted: Option<&Wanted>) -> Parsed {
        let typed = match self {
            Form::Json(names) => wanted.and_then(|wanted| columns::json(std::str::from_utf8(&block).ok()?, names, wanted)),
            Form::Plain { separator, width, .. } => {
                let look = Look::at(&block, *separator);
                if look.is_odd && !rows::are_plain(&block) {
                    return Parsed::Quoted;
                }
                let is_text = !look.is_wide || std::str::from_utf8(&block).is_ok();
                wanted.filter(|_| is_text).and_then(|wanted| columns::plain(&block, look, *separator, *width, wanted))
            }
        };
        match typed {
            Some(typed) => Parsed::Typed(Box::new(Typed { text: block, ..typed })),
            None => Parsed::Rows(self.rows(block)),
        }
    }

    fn rows(&self, block: Vec<u8>) -> Block {
        match self {
            Form::Json(names) => json::block(&block, names),
            Form::Plain { separator, width, .. } => plain::block(block, *separator, *width),
        }
    }
}

/// A table that is read in blocks.
pub struct Blocks {
    path: PathBuf,
    form: Form,
    ahead: Ahead<Parsed>,
    block: Block,
    /// The row after the current one, within the block.
    next: usize,
    /// Rows before the block, and lines.
    rows_before: usize,
    lines_before: usize,
    quoted: bool,
}

impl Blocks {
    /// A JSON Lines file whose objects have fields of these names, in alphabetical order.
    pub fn json(path: &Path, names: &[String]) -> Result<Self> {
        Blocks::new(path, Form::Json(names.into()), None)
    }

    /// A CSV file, as far as it has no quotes, of which the header takes so many bytes and lines.
    pub fn plain(path: &Path, separator: u8, width: usize, start: (u64, usize)) -> Result<Self> {
        Blocks::new(path, Form::Plain { separator, width, start }, None)
    }

    fn new(path: &Path, form: Form, wanted: Option<Arc<Wanted>>) -> Result<Self> {
        let ahead = form.open(path, wanted)?;
        let lines_before = if let Form::Plain { start, .. } = form { start.1 } else { 0 };
        Ok(Blocks { path: path.to_owned(), form, ahead, block: Block::default(), next: 0, rows_before: 0, lines_before, quoted: false })
    }

    /// Goes back before the first row, to read blocks as columns where their rows are as they should be.
    pub fn read_typed(&mut self, wanted: Arc<Wanted>) -> Result<()> {
        *self = Blocks::new(&self.path, self.form.clone(), Some(wanted))?;
        Ok(())
    }

    /// The next block as columns; `None` where rows are to be read one by one before, and after the last.
    pub fn typed(&mut self) -> Result<Option<Box<Typed>>> {
        while self.next >= self.block.rows.len() {
            match self.next_block()? {
                None | Some(Parsed::Quoted) => return Ok(None),
                Some(Parsed::Rows(block)) => (self.block, self.next) = (block, 0),
                Some(Parsed::Typed(typed)) => {
                    (self.block, self.next) = (Block::default(), 0);
                    return Ok(Some(typed));
                }
            }
        }
        Ok(None)
    }

    /// How many blocks like one with so many bytes the file has, rounded up.
    pub fn blocks_like(&self, bytes: usize) -> usize {
        self.ahead.blocks_like(bytes)
    }

    /// Goes behind a block of which so many rows were taken; the others are to be read one by one.
    pub fn took(&mut self, typed: Typed, rows: usize) {
        if rows == typed.rows {
            self.rows_before += typed.rows;
            self.lines_before += typed.lines;
            self.ahead.give_back(typed.text);
        } else {
            (self.block, self.next) = (self.form.rows(typed.text), rows);
        }
    }

    /// The block after the current one, which was read to its end.
    fn next_block(&mut self) -> Result<Option<Parsed>> {
        if let Some((line, fault)) = self.block.fault.take() {
            return Err(self.fault(self.lines_before + line + 1, &fault));
        }
        if self.quoted {
            return Ok(Some(Parsed::Quoted));
        }
        let Some(parsed) = self.ahead.next() else { return Ok(None) };
        self.rows_before += self.block.rows.len();
        self.lines_before += self.block.lines;
        (self.block, self.next) = (Block::default(), 0);
        let parsed = parsed?;
        self.quoted = matches!(parsed, Parsed::Quoted);
        Ok(Some(parsed))
    }

    /// Goes back before the first row.
    pub fn rewind(&mut self) -> Result<()> {
        *self = Blocks::new(&self.path, self.form.clone(), None)?;
        Ok(())
    }

    /// Goes to the next row.
    pub fn advance(&mut self) -> Result<Next> {
        while self.next >= self.block.rows.len() {
            self.block = match self.next_block()? {
                None => return Ok(Next::End),
                Some(Parsed::Quoted) => return Ok(Next::Quoted),
                Some(Parsed::Rows(block)) => block,
                Some(Parsed::Typed(typed)) => self.form.rows(typed.text),
            };
        }
        self.next += 1;
        Ok(Next::Row)
    }

    /// Number of rows before the block.
    pub fn rows_before(&self) -> usize {
        self.rows_before
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

    /// The number that a text of the current row says, where it was read ahead.
    #[inline]
    pub fn said(&self, column: usize) -> Option<f64> {
        match self.block.cells.get(self.next.saturating_sub(1) * self.block.width + column) {
            Some(Raw::Says(_, _, value)) => Some(*value),
            _ => None,
        }
    }

    /// A cell of the current row.
    #[inline]
    pub fn cell(&self, column: usize) -> Cell<'_> {
        match self.block.cells.get(self.next.saturating_sub(1) * self.block.width + column) {
            None | Some(Raw::Missing) => Cell::Missing,
            Some(Raw::Number(value)) => Cell::Number(*value),
            Some(Raw::Integer(value)) => Cell::Integer(*value),
            Some(Raw::Truth(value)) => Cell::Truth(*value),
            Some(Raw::Text(start, end) | Raw::Says(start, end, _)) => Cell::Text(self.block.text.get(*start..*end).unwrap_or_default()),
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
    // As many as a byte can count: several bytes are counted at a time.
    let parts = block.chunks(usize::from(u8::MAX));
    parts.map(|part| usize::from(part.iter().map(|&byte| u8::from(byte == b'\n')).sum::<u8>())).sum()
}
