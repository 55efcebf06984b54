//! Where a trace lies: a folder, or the program itself.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};
use polars::io::mmap::MmapBytesReader;

use super::schema::TRACE_FILE;
use crate::error::{Error, Result};

/// The traces that the program carries, and the specs that traces are generated from.
pub(crate) static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/traces");

/// Where the files of a trace are.
#[derive(Debug, Clone)]
pub enum TracePlace {
    /// A folder.
    Folder(PathBuf),
    /// A trace that the program carries, by name.
    Embedded(&'static str, &'static Dir<'static>),
}

impl fmt::Display for TracePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TracePlace::Folder(path) => write!(f, "{}", path.display()),
            TracePlace::Embedded(name, _) => write!(f, "{name} (in the program)"),
        }
    }
}

/// The names of the traces that the program carries.
pub fn embedded_names() -> impl Iterator<Item = &'static str> {
    EMBEDDED.dirs().filter(|dir| dir.get_file(dir.path().join(TRACE_FILE)).is_some()).filter_map(|dir| dir.path().to_str())
}

/// Bytes of the longest text that a trace may have.
const LONGEST_TEXT: u64 = 1 << 26;

/// The place of a file of a trace, `None` where there is none. A trace may come from anywhere: what a link in it
/// leads to elsewhere is not its own and would go into reports, and a pipe or a device would never end.
fn within(folder: &Path, file: &str) -> Result<Option<PathBuf>> {
    let path = folder.join(file);
    let found = match path.canonicalize() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        found => found.map_err(|error| unopened(&path, error))?,
    };
    if !found.starts_with(folder.canonicalize().map_err(|error| unopened(folder, error))?) {
        return Err(Error::new("a file of the trace lies outside of its folder")
            .at(path.display())
            .found(format!("a link to {}", found.display()))
            .allowed("files in the folder, and links to such")
            .hint("if it is yours, copy the file into the folder"));
    }
    if !found.is_file() {
        return Err(Error::new("a file of the trace is no file").at(path.display()).found("a folder, a pipe or a device"));
    }
    Ok(Some(found))
}

fn unopened(path: &Path, cause: std::io::Error) -> Error {
    Error::new("cannot open a file of the trace").at(path.display()).cause(cause)
}

impl TracePlace {
    /// A folder that holds a trace, or the name of a trace in the program. A folder wins.
    pub fn find(name: &str) -> Result<Self> {
        let path = Path::new(name);
        if path.join(TRACE_FILE).is_file() {
            return Ok(TracePlace::Folder(path.to_owned()));
        }
        if let Some((name, dir)) = embedded_names().find(|known| *known == name).and_then(|known| Some((known, EMBEDDED.get_dir(known)?))) {
            return Ok(TracePlace::Embedded(name, dir));
        }
        let names = embedded_names().collect::<Vec<_>>().join(", ");
        let error = if path.is_dir() {
            Error::new("this folder is no trace").found(format!("{name}, without a {TRACE_FILE}"))
        } else if path.exists() {
            Error::new("a trace is a folder, and this is a file").found(name)
        } else {
            let error = Error::new("no such trace").found(name);
            match crate::error::nearest(name, embedded_names()) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None => error,
            }
        };
        Err(error
            .allowed(format!("a folder that holds a {TRACE_FILE}, or one of: {names}"))
            .hint("`wattroute import FORMAT INPUT --out TRACE` makes a trace; `wattroute formats` lists what can be imported"))
    }

    /// The text of a file of the trace.
    pub(super) fn text(&self, file: &str) -> Result<String> {
        let fail = |cause: &dyn fmt::Display| Error::new("cannot read a file of the trace").at(self.name(file)).cause(cause);
        match self {
            TracePlace::Folder(folder) => {
                let path = within(folder, file)?.ok_or_else(|| fail(&"there is no such file"))?;
                let bytes = std::fs::metadata(&path).map_err(|error| fail(&error))?.len();
                if bytes > LONGEST_TEXT {
                    let error = Error::new("a file of the trace is too long").at(self.name(file)).found(format!("{bytes} bytes"));
                    return Err(error.allowed(format!("up to {LONGEST_TEXT} bytes")));
                }
                std::fs::read_to_string(path).map_err(|error| fail(&error))
            }
            TracePlace::Embedded(_, dir) => dir
                .get_file(dir.path().join(file))
                .and_then(|file| file.contents_utf8())
                .map(str::to_owned)
                .ok_or_else(|| fail(&"not in the program")),
        }
    }

    /// A file of the trace as something that polars reads; `None` where there is no such file.
    pub(super) fn open(&self, file: &str) -> Result<Option<Box<dyn MmapBytesReader>>> {
        match self {
            TracePlace::Folder(folder) => {
                let Some(path) = within(folder, file)? else { return Ok(None) };
                let file = File::open(&path).map_err(|error| unopened(&path, error))?;
                Ok(Some(Box::new(file)))
            }
            TracePlace::Embedded(_, dir) => Ok(dir
                .get_file(dir.path().join(file))
                .map(|file| Box::new(std::io::Cursor::new(file.contents())) as Box<dyn MmapBytesReader>)),
        }
    }

    /// The names of the files in a folder of the trace, in order.
    pub(super) fn list(&self, folder: &str) -> Vec<String> {
        let mut names: Vec<String> = match self {
            TracePlace::Folder(path) => std::fs::read_dir(path.join(folder))
                .into_iter()
                .flatten()
                .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
                .collect(),
            TracePlace::Embedded(_, dir) => dir
                .get_dir(dir.path().join(folder))
                .into_iter()
                .flat_map(|dir| dir.entries())
                .filter_map(|entry| Some(entry.path().file_name()?.to_str()?.to_owned()))
                .collect(),
        };
        names.sort();
        names
    }

    /// A file of the trace as messages name it.
    pub(super) fn name(&self, file: &str) -> String {
        match self {
            TracePlace::Folder(path) => path.join(file).display().to_string(),
            TracePlace::Embedded(name, _) => format!("{name}/{file} (in the program)"),
        }
    }
}
