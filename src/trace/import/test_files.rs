//! Imports of files that a test writes.

use std::path::PathBuf;

use super::{Format, ImportOptions};
use crate::error::{Error, Result};
use crate::trace::draft::Draft;

/// Writes files to a folder of its own and imports them all.
pub(super) fn import(format: &dyn Format, contents: &[(&str, &str)], options: &ImportOptions) -> Result<Draft> {
    let fail = |error: std::io::Error| Error::new("the test's files cannot be written").cause(error);
    let folder = tempfile::tempdir().map_err(fail)?;
    let mut inputs: Vec<PathBuf> = Vec::new();
    for (name, text) in contents {
        let path = folder.path().join(name);
        std::fs::write(&path, text).map_err(fail)?;
        inputs.push(path);
    }
    let draft = super::import(format, &inputs, options, Vec::new())?;
    draft.check()?;
    Ok(draft)
}

/// The message of an import that must fail.
pub(super) fn failure(format: &dyn Format, contents: &[(&str, &str)], options: &ImportOptions) -> String {
    import(format, contents, options).map_or_else(|error| error.to_string(), |_| "no error".to_owned())
}
