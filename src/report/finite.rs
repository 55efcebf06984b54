//! Finds numbers that JSON cannot hold, by key. JSON writers turn them into `null` without a word,
//! which would make an error in a figure look like a figure that is not known.

use serde::ser::{self, Serialize, Serializer};

use crate::error::{Error, Result};

/// Fails at the first number that is not finite, naming its key: `policies[0].totals.energy_j`.
pub(super) fn check(value: &impl Serialize) -> Result<()> {
    value
        .serialize(Walk { path: String::new() })
        .map_err(|Fault(path, found)| Error::new("a figure is not a finite number").at(path).found(found).allowed("finite numbers"))
}

/// Where, and what was found there.
#[derive(Debug)]
struct Fault(String, String);

type Walked<T = ()> = std::result::Result<T, Fault>;

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0, self.1)
    }
}

impl std::error::Error for Fault {}

impl ser::Error for Fault {
    fn custom<T: std::fmt::Display>(message: T) -> Self {
        Fault(String::new(), message.to_string())
    }
}

/// A serializer that writes nothing and knows where it is.
struct Walk {
    path: String,
}

/// The same inside a list, map or struct.
struct Inside {
    path: String,
    key: String,
    index: usize,
}

impl Inside {
    fn item(&mut self, value: &(impl Serialize + ?Sized)) -> Walked {
        let path = format!("{}[{}]", self.path, self.index);
        self.index += 1;
        value.serialize(Walk { path })
    }

    fn entry(&self, key: &str, value: &(impl Serialize + ?Sized)) -> Walked {
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        value.serialize(Walk { path })
    }
}

impl Walk {
    fn inside(self) -> Walked<Inside> {
        Ok(Inside { path: self.path, key: String::new(), index: 0 })
    }

    fn number(self, value: f64) -> Walked {
        if value.is_finite() { Ok(()) } else { Err(Fault(self.path, value.to_string())) }
    }
}

macro_rules! harmless {
    ($($method:ident: $type:ty),*) => {
        $(fn $method(self, _: $type) -> Walked {
            Ok(())
        })*
    };
}

impl Serializer for Walk {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Inside;
    type SerializeTuple = Inside;
    type SerializeTupleStruct = Inside;
    type SerializeTupleVariant = Inside;
    type SerializeMap = Inside;
    type SerializeStruct = Inside;
    type SerializeStructVariant = Inside;

    harmless!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_char: char,
        serialize_str: &str, serialize_bytes: &[u8], serialize_unit_struct: &'static str);

    fn serialize_f32(self, value: f32) -> Walked {
        self.number(value.into())
    }
    fn serialize_f64(self, value: f64) -> Walked {
        self.number(value)
    }
    fn serialize_none(self) -> Walked {
        Ok(())
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Walked {
        value.serialize(self)
    }
    fn serialize_unit(self) -> Walked {
        Ok(())
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Walked {
        Ok(())
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Walked {
        value.serialize(self)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, variant: &'static str, value: &T) -> Walked {
        self.inside()?.entry(variant, value)
    }
    fn serialize_seq(self, _: Option<usize>) -> Walked<Inside> {
        self.inside()
    }
    fn serialize_tuple(self, _: usize) -> Walked<Inside> {
        self.inside()
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Walked<Inside> {
        self.inside()
    }
    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Walked<Inside> {
        self.inside()
    }
    fn serialize_map(self, _: Option<usize>) -> Walked<Inside> {
        self.inside()
    }
    fn serialize_struct(self, _: &'static str, _: usize) -> Walked<Inside> {
        self.inside()
    }
    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Walked<Inside> {
        self.inside()
    }
}

macro_rules! list {
    ($($part:ident: $method:ident),*) => {
        $(impl ser::$part for Inside {
            type Ok = ();
            type Error = Fault;
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
                self.item(value)
            }
            fn end(self) -> Walked {
                Ok(())
            }
        })*
    };
}

list!(SerializeSeq: serialize_element, SerializeTuple: serialize_element, SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field);

macro_rules! fields {
    ($($part:ident),*) => {
        $(impl ser::$part for Inside {
            type Ok = ();
            type Error = Fault;
            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Walked {
                self.entry(key, value)
            }
            fn end(self) -> Walked {
                Ok(())
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Inside {
    type Ok = ();
    type Error = Fault;
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Walked {
        self.key = serde_json::to_string(key).map_err(ser::Error::custom)?;
        Ok(())
    }
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
        let key = std::mem::take(&mut self.key);
        self.entry(&key, value)
    }
    fn end(self) -> Walked {
        Ok(())
    }
}
