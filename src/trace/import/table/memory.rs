//! What a program that calls this one in its process gives in place of files: tables, and a mapping.

use std::fmt;
use std::path::Path;

use polars::prelude::{ArrayRef, ArrowField};

use super::frame::Frame;
use crate::error::{Error, Result};

/// Tables and mappings in memory, by the names that an import calls them by.
#[derive(Clone, Default)]
pub struct InMemory {
    tables: Vec<(String, Frame)>,
    mappings: Vec<(String, String)>,
}

impl InMemory {
    /// Adds a table: for each column its field and its chunks, as Arrow has them, which are not copied. Columns of
    /// types that no table of a trace can have are known by their names alone, as those of a file are.
    ///
    /// # Errors
    /// Where chunks are not of their field's type, or columns not of one length.
    pub fn add_table(&mut self, name: &str, columns: Vec<(ArrowField, Vec<ArrayRef>)>) -> Result<()> {
        let frame = Frame::of(columns).map_err(|cause| Error::new("cannot read a table").at(name).cause(cause))?;
        self.tables.push((name.to_owned(), frame));
        Ok(())
    }

    /// Adds the text of a mapping file.
    pub fn add_mapping(&mut self, name: &str, text: &str) {
        self.mappings.push((name.to_owned(), text.to_owned()));
    }

    /// Whether there is a table of a name.
    pub fn has_table(&self, name: &Path) -> bool {
        self.table(name).is_some()
    }

    /// The table of a name.
    pub(super) fn table(&self, name: &Path) -> Option<&Frame> {
        self.tables.iter().find(|(known, _)| Path::new(known) == name).map(|(_, frame)| frame)
    }

    /// The mapping of a name.
    pub(super) fn mapping(&self, name: &Path) -> Option<&str> {
        self.mappings.iter().find(|(known, _)| Path::new(known) == name).map(|(_, text)| text.as_str())
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect::<Vec<_>>();
        let tables = names(&mut self.tables.iter().map(|(name, _)| name));
        f.debug_struct("InMemory")
            .field("tables", &tables)
            .field("mappings", &names(&mut self.mappings.iter().map(|(name, _)| name)))
            .finish()
    }
}
