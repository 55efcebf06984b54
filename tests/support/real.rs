//! Real files as traces. `WATTROUTE_DATA` names the folder with the files.

use std::path::{Path, PathBuf};

use wattroute::trace::import::{self, ImportOptions};
use wattroute::trace::{Columns, Trace};

/// A file below the folder.
pub fn data(path: &str) -> PathBuf {
    Path::new(&std::env::var("WATTROUTE_DATA").expect("WATTROUTE_DATA names the folder with the files")).join(path)
}

/// Imported, written to a folder and read back.
pub fn trace(format: &str, files: &[&str], options: &ImportOptions) -> Trace {
    let inputs: Vec<PathBuf> = files.iter().map(|file| data(file)).collect();
    let draft = import::import(import::find(format).unwrap(), &inputs, options, Vec::new()).unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace");
    draft.write(&path, false).unwrap_or_else(|error| panic!("{error}"));
    Trace::open(path.to_str().unwrap(), &Columns::all()).unwrap_or_else(|error| panic!("{error}"))
}
