//! Which files are the tables of an import.

use std::path::{Path, PathBuf};

use super::memory::InMemory;
use super::sheet::ENDINGS;
use crate::error::{Error, Result};
use crate::trace::import::files::files;

/// The table of queries of a mapping: in memory, else in the mapping's folder, or where it has none in an input's.
pub fn queries(map: &Path, file: &str, inputs: &[PathBuf], memory: &InMemory) -> Result<PathBuf> {
    if memory.table(Path::new(file)).is_some() {
        return Ok(PathBuf::from(file));
    }
    let beside = map.with_file_name(file);
    if beside.is_file() {
        return Ok(beside);
    }
    let in_inputs = inputs.iter().map(|input| if input.is_dir() { input.join(file) } else { input.with_file_name(file) });
    let mut found: Vec<PathBuf> = in_inputs.filter(|path| path.is_file()).collect();
    found.dedup_by(|one, other| same(one, other));
    match found.as_slice() {
        [only] => Ok(only.clone()),
        [] => Err(Error::new("no table of queries").found(format!("no `{file}`")).allowed("one in the mapping's folder or in an input's")),
        several => {
            let places: Vec<String> = several.iter().map(|path| path.display().to_string()).collect();
            Err(Error::new("several tables of queries").found(places.join(", ")).allowed("one: import the inputs apart"))
        }
    }
}

/// The tables of outcomes: all of the inputs but a table of queries that stands in the same folder.
pub fn outcomes(inputs: &[PathBuf], queries: Option<&Path>, memory: &InMemory) -> Result<Vec<PathBuf>> {
    let mut tables = Vec::new();
    for input in inputs {
        if memory.table(input).is_some() {
            // The table of queries may be given among the others, by its name.
            tables.extend(queries.is_none_or(|queries| queries != input).then(|| input.clone()));
            continue;
        }
        let mut found = files(input, ENDINGS)?;
        if let Some(queries) = queries.filter(|_| input.is_dir()) {
            found.retain(|file| !same(file, queries));
        }
        if found.is_empty() {
            return Err(Error::new("a folder has no table of outcomes").at(input.display()).found("the table of queries alone"));
        }
        tables.extend(found);
    }
    if tables.is_empty() {
        return Err(Error::new("there is no table of outcomes").found("the table of queries alone"));
    }
    Ok(tables)
}

/// Whether two paths lead to one file.
fn same(one: &Path, other: &Path) -> bool {
    one.canonicalize().ok().zip(other.canonicalize().ok()).is_some_and(|(one, other)| one == other)
}
