//! Finding, naming and opening the files of an input.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::Gather;
use crate::error::{Error, Result};

/// Bytes of the longest line, or CSV record, that is read: what is longer is no recording of a query.
pub(in crate::trace) const LONGEST_LINE: usize = 1 << 26;

/// Bytes that are read at a time.
const BUFFER: usize = 1 << 20;

/// The files of an input: itself, or in a folder those with one of some endings, in order.
pub(in crate::trace) fn files(input: &Path, endings: &[&str]) -> Result<Vec<PathBuf>> {
    if input.is_file() {
        return Ok(vec![input.to_owned()]);
    }
    let mut files = entries(input)?;
    files.retain(|path| endings.iter().any(|ending| ends_in(path, ending)) && path.is_file());
    if files.is_empty() {
        return Err(Error::new("a folder has no file to import")
            .at(input.display())
            .allowed(format!("files ending in .{}", endings.join(", ."))));
    }
    Ok(files)
}

/// All files of an ending in a folder and the folders below it, in order; or the file itself.
pub(in crate::trace) fn files_below(input: &Path, ending: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    if input.is_file() {
        found.push(input.to_owned());
        return Ok(());
    }
    for path in entries(input)? {
        if path.is_dir() || ends_in(&path, ending) {
            files_below(&path, ending, found)?;
        }
    }
    Ok(())
}

/// What stands in a folder, in order.
pub(in crate::trace) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let fail = |cause: std::io::Error| Error::new("cannot read a folder").at(folder.display()).cause(cause);
    let entries = std::fs::read_dir(folder).map_err(fail)?.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = entries.collect::<std::io::Result<Vec<_>>>().map_err(fail)?;
    paths.sort();
    Ok(paths)
}

/// Opens a file, with its name in the error.
pub(in crate::trace) fn open(path: &Path) -> Result<BufReader<File>> {
    let file = File::open(path).map_err(|error| Error::new("cannot open a file").at(path.display()).cause(error))?;
    Ok(BufReader::with_capacity(BUFFER, file))
}

/// The error of a line that is too long.
pub(in crate::trace) fn too_long() -> std::io::Error {
    std::io::Error::other(format!("a line has more than {LONGEST_LINE} bytes"))
}

/// The name of a file without its folder.
pub(in crate::trace) fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// The name of a file without its folder and ending.
pub(in crate::trace) fn file_stem(path: &Path) -> String {
    path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn ends_in(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

/// Of the files about the same things the latest; the others are noted.
pub(in crate::trace) struct Latest<const N: usize, T> {
    /// What files are about, as a note says it: `model and task`.
    about: &'static str,
    /// For each of the things: time, file, and what is known of it.
    files: BTreeMap<[String; N], (String, PathBuf, T)>,
}

impl<const N: usize, T> Latest<N, T> {
    /// No file yet.
    pub fn new(about: &'static str) -> Self {
        Latest { about, files: BTreeMap::new() }
    }

    /// Adds a file of a time (text that sorts); of two of one time the one that is added later counts.
    pub fn add(&mut self, gather: &mut Gather, key: [String; N], time: String, path: PathBuf, known: T) {
        let older = match self.files.get(&key) {
            Some((latest, ..)) if *latest > time => Some(path),
            _ => self.files.insert(key, (time, path, known)).map(|(_, path, _)| path),
        };
        if let Some(older) = older {
            gather.note(format!("{}: there is a later file of the same {}: left out", older.display(), self.about));
        }
    }

    /// Whether there is no file.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files with what they are about, in order.
    pub fn into_files(self) -> impl Iterator<Item = ([String; N], PathBuf, T)> {
        self.files.into_iter().map(|(key, (_, path, known))| (key, path, known))
    }
}
