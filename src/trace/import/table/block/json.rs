//! Lines of JSON as cells.

use std::path::Path;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::scan::object;
use super::{Ahead, Block, Fault, Raw, count_lines, filled};
use crate::error::Result;
use crate::trace::import::jsonl::json_error;

pub(super) fn block(block: &[u8], names: &[String]) -> Block {
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

    #[allow(clippy::indexing_slicing, reason = "a column is one of the names, as many as there are cells")]
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
        match self.likely.filter(|&column| self.names.get(column).is_some_and(|known| known == name)) {
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
        if simple_names(line, &mut names, &mut order) {
            continue;
        }
        let mut deserializer = serde_json::Deserializer::from_slice(line);
        let read = Fields { names: &mut names, order: &mut order }.deserialize(&mut deserializer);
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
    let key = |name: &str| {
        let column = position(names, order.get(field).copied(), name);
        match order.get_mut(field) {
            Some(known) => *known = column,
            None => order.push(column),
        }
        field += 1;
        Some(column)
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
        Ok(position(self.names, self.likely, name))
    }
}
