//! The names of the fields of JSON Lines.

use std::cell::Cell;
use std::path::Path;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor};

use super::scan::{object, simple_length};
use super::{Ahead, count_lines, filled};
use crate::trace::import::table::ahead::BLOCK;
use crate::error::Result;
use crate::trace::import::jsonl::json_error;

/// Blocks at the start of a file that are asked for names: 4 MiB.
const ASKED: usize = (1 << 22) / BLOCK;

/// Which lines of a JSON Lines file tell the names of its fields.
#[derive(Default)]
pub struct Fields {
    /// All of them, not only those at its start.
    all: bool,
    /// Whether there were others.
    cut: Cell<bool>,
}

impl Fields {
    /// Those of all lines.
    pub fn of_all() -> Self {
        Fields { all: true, ..Fields::default() }
    }

    /// Whether a file has lines that were not asked: a field that stands in them alone is a fault then.
    pub fn are_cut(&self) -> bool {
        self.cut.get()
    }
}

/// The names of the fields of a JSON Lines file, in alphabetical order.
pub fn json_names(path: &Path, fields: &Fields) -> Result<Vec<String>> {
    let mut ahead = Ahead::open(path, 0, |block| names_of(&block))?;
    let (mut names, mut lines_before, mut blocks) = (Vec::<String>::new(), 0, 0);
    while let Some(found) = if fields.all { ahead.next() } else { ahead.next_alone() } {
        let (found, lines, fault) = found?;
        if let Some((line, error)) = fault {
            let place = format!("{}, line {}", path.display(), lines_before + line + 1);
            return Err(json_error(&place, &error).allowed("one JSON object a line, with the fields of this format"));
        }
        names.extend(found);
        lines_before += lines;
        names.sort();
        names.dedup();
        blocks += 1;
        if !fields.all && blocks == ASKED && !ahead.has_ended() {
            fields.cut.set(true);
            break;
        }
    }
    Ok(names)
}

/// The names in a block, the number of its lines, and the first line that cannot be read, from 0.
type Found = (Vec<String>, usize, Option<(usize, serde_json::Error)>);

fn names_of(block: &[u8]) -> Found {
    let (mut names, mut order) = (Vec::new(), Vec::new());
    for (number, line) in filled(block) {
        if simple_names(line, &mut names, &mut order) {
            continue;
        }
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let read = Object { names: &mut names, order: &mut order }.deserialize(&mut deserializer);
        if let Err(error) = read.and_then(|()| deserializer.end()) {
            return (names, count_lines(block), Some((number, error)));
        }
    }
    (names, count_lines(block), None)
}

/// Adds the names of a line that is as simple as most are; `false` of others.
fn simple_names(line: &[u8], names: &mut Vec<String>, order: &mut Vec<usize>) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    let mut field = 0;
    let key = |rest: &str| {
        let length = simple_length(rest.as_bytes())?;
        let column = position(names, order.get(field).copied(), rest.get(..length)?);
        match order.get_mut(field) {
            Some(known) => *known = column,
            None => order.push(column),
        }
        field += 1;
        Some((column, length))
    };
    object(line, 0, key, |_, _| ()).is_some()
}

/// The position of a name among those that were seen, added where it is new.
fn position(names: &mut Vec<String>, likely: Option<usize>, name: &str) -> usize {
    if let Some(column) = likely.filter(|&column| names.get(column).is_some_and(|known| known == name)) {
        return column;
    }
    names.iter().position(|known| known == name).unwrap_or_else(|| {
        names.push(name.to_owned());
        names.len() - 1
    })
}

/// Adds the names of an object's fields to those that are known.
struct Object<'a> {
    names: &'a mut Vec<String>,
    order: &'a mut Vec<usize>,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> std::result::Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
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
        Ok(position(self.names, self.likely, name))
    }
}
