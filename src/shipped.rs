//! TOML files that a person names: a path, or a name in a folder that the program ships too.
// What comes from a file is neither indexed nor cast: a wrong one is an error, not a panic.
#![cfg_attr(
    not(test),
    warn(
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )
)]

use std::ops::Range;
use std::path::{Path, PathBuf};

use include_dir::Dir;

use crate::error::{Error, Result};

/// Bytes of the longest text that is read: a person writes such files.
const LONGEST: u64 = 1 << 24;

/// A kind of file that the program ships: what it is called, and where such files stand.
pub(crate) struct Shipped {
    /// What one is, for messages: `policy`.
    pub kind: &'static str,
    /// The folder's name.
    pub folder: &'static str,
    /// The files in the program.
    pub files: &'static Dir<'static>,
}

/// The text of a TOML file, and how messages name it.
#[derive(Debug, Clone)]
pub(crate) struct TomlText {
    /// The file, for messages.
    pub place: String,
    /// The text.
    pub text: String,
    /// The folder of the file; `None` for one in the program.
    pub folder: Option<PathBuf>,
}

impl Shipped {
    /// The names of the files that the program carries; `x.map.toml` is of another kind.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        let files = self.files.files().filter(|file| file.path().extension().is_some_and(|ending| ending == "toml"));
        files.filter_map(|file| file.path().file_stem()?.to_str()).filter(|name| !name.contains('.'))
    }

    /// A file by its path, or by name: in the folder of the working directory, beside the program, or in it.
    pub fn find(&self, name: &str) -> Result<TomlText> {
        if Path::new(name).is_file() {
            return self.read(Path::new(name));
        }
        let file = format!("{name}.toml");
        let beside = std::env::current_exe().ok().and_then(|program| Some(program.parent()?.join(self.folder)));
        let folders = [Some(PathBuf::from(self.folder)), beside];
        if let Some(path) = folders.into_iter().flatten().map(|folder| folder.join(&file)).find(|path| path.is_file()) {
            return self.read(&path);
        }
        match self.files.get_file(&file).and_then(|file| file.contents_utf8()) {
            Some(text) => Ok(TomlText { place: format!("{}/{file} (in the program)", self.folder), text: text.to_owned(), folder: None }),
            None => Err(crate::error::unknown(self.kind, name, self.names()).usage()),
        }
    }

    fn read(&self, path: &Path) -> Result<TomlText> {
        let fail = |error| Error::new(format!("cannot read a {}", self.kind)).at(path.display()).cause(error);
        let bytes = std::fs::metadata(path).map_err(fail)?.len();
        if bytes > LONGEST {
            let error = Error::new(format!("a {} is too long", self.kind)).at(path.display()).found(format!("{bytes} bytes"));
            return Err(error.allowed(format!("up to {LONGEST} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(fail)?;
        Ok(TomlText { place: path.display().to_string(), text, folder: path.parent().map(Path::to_owned) })
    }
}

impl TomlText {
    /// A place in the text as file, line and column.
    pub fn place_of(&self, span: Range<usize>) -> String {
        place_in(&self.text, &self.place, span)
    }
}

/// A place in a text as file, line and column.
pub(crate) fn place_in(text: &str, file: &str, span: Range<usize>) -> String {
    let before = text.get(..span.start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()) + 1;
    format!("{file}, line {line}, column {column}")
}
