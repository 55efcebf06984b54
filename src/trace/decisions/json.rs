//! Decisions in JSON: an object a line, or a list of objects.

use std::cell::Cell;
use std::io::{BufRead, Read};
use std::path::Path;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{Keep, Raw, RecordedValue};
use crate::error::{Error, Result};
use crate::trace::import::{jsonl, open};

type Object = Map<String, Value>;

pub(super) fn read(path: &Path, keep: &mut Keep) -> Result<()> {
    let mut objects = Objects { seen: vec![false; keep.wanted().count()], keys: Vec::new(), keep };
    if is_list(path)? {
        list(path, |line, object| objects.object(line, &object))?;
    } else {
        jsonl::lines(path, |line, object: Object, _| {
            objects.object(line, &object);
            Ok(())
        })?;
    }
    objects.finish()
}

/// Whether a file starts with `[`.
fn is_list(path: &Path) -> Result<bool> {
    let mut file = open(path)?;
    let fail = |cause: std::io::Error| Error::new("cannot read a file").at(path.display()).cause(cause);
    loop {
        let part = file.fill_buf().map_err(fail)?;
        match part.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(first) => return Ok(*first == b'['),
            None if part.is_empty() => return Ok(false),
            None => {
                let length = part.len();
                file.consume(length);
            }
        }
    }
}

/// Takes objects apart, and notes which of the wanted keys occur at all.
struct Objects<'a, 'k> {
    keep: &'a mut Keep<'k>,
    seen: Vec<bool>,
    /// The keys of the first object, for the error of a key that never occurs.
    keys: Vec<String>,
}

impl Objects<'_, '_> {
    fn object(&mut self, line: usize, object: &Object) {
        if self.keys.is_empty() {
            self.keys = object.keys().cloned().collect();
        }
        self.seen.iter_mut().zip(self.keep.wanted()).for_each(|(seen, key)| *seen |= object.contains_key(key));
        let columns = self.keep.columns;
        let id = match object.get(columns.id) {
            Some(Value::String(id)) => Some(id.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let value = cell(object.get(columns.value));
        let skip = columns.skip_if.map_or(RecordedValue::Missing, |key| cell(object.get(key)));
        self.keep.row(Raw { id, value, skip, line });
    }

    fn finish(self) -> Result<()> {
        let never = self.keep.wanted().zip(&self.seen).find(|(_, seen)| !**seen);
        match never {
            Some((key, _)) if !self.keys.is_empty() => Err(self.keep.lacks(key, self.keys.iter().map(String::as_str))),
            _ => Ok(()),
        }
    }
}

fn cell(value: Option<&Value>) -> RecordedValue {
    match value {
        None | Some(Value::Null) => RecordedValue::Missing,
        Some(Value::String(text)) => RecordedValue::Text(text.clone()),
        Some(Value::Bool(flag)) => RecordedValue::Flag(*flag),
        Some(Value::Number(number)) => number.as_f64().map_or_else(|| RecordedValue::Text(number.to_string()), RecordedValue::Number),
        // No decision has such a value: its text says what was found.
        Some(other) => RecordedValue::Text(other.to_string()),
    }
}

/// Calls `each` with the line and the content of every object of a list, one at a time.
fn list(path: &Path, each: impl FnMut(usize, Object)) -> Result<()> {
    let line = Cell::new(1);
    let mut parser = serde_json::Deserializer::from_reader(Lines { inner: open(path)?, line: &line });
    let read = parser.deserialize_seq(List { line: &line, each }).and_then(|()| parser.end());
    read.map_err(|cause| {
        let place = format!("{}, line {}, column {}", path.display(), cause.line(), cause.column());
        jsonl::why(Error::new("a JSON list cannot be read").at(place).cause(&cause), &cause)
    })
}

/// Counts the lines of what is read through it. The parser takes one byte at a time from it, so
/// that the count is that of the byte it looks at.
struct Lines<'a, R> {
    inner: R,
    line: &'a Cell<usize>,
}

impl<R: Read> Read for Lines<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = self.inner.read(buffer)?;
        let breaks = buffer.iter().take(length).filter(|byte| **byte == b'\n').count();
        self.line.set(self.line.get() + breaks);
        Ok(length)
    }
}

/// Visits a list.
struct List<'a, F> {
    line: &'a Cell<usize>,
    each: F,
}

impl<'de, F: FnMut(usize, Object)> Visitor<'de> for List<'_, F> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> std::result::Result<(), A::Error> {
        while let Some((line, object)) = list.next_element_seed(Element { line: self.line })? {
            (self.each)(line, object);
        }
        Ok(())
    }
}

/// An object of the list with the line of its first byte, at which the parser looks when it asks.
struct Element<'a> {
    line: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Element<'_> {
    type Value = (usize, Object);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Self::Value, D::Error> {
        let line = self.line.get();
        Ok((line, Object::deserialize(deserializer)?))
    }
}
