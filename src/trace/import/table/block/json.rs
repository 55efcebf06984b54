//! Lines of JSON as cells.

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Block, Fault, Raw, count_lines, filled};

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
