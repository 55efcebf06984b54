//! Reading a report back: its format and version first, then all of it.
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

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{FORMAT, Report, VERSION};
use crate::error::{Error, Result};

/// The file of a run's report in the run's folder.
pub const REPORT_FILE: &str = "report.json";

/// The two keys that every version has.
#[derive(Deserialize)]
struct Head {
    format: Option<serde_json::Value>,
    version: Option<serde_json::Value>,
}

impl Report {
    /// Reads the report of a run: a JSON file, or a folder with a [`REPORT_FILE`]. An error says whether
    /// there is none, whether it is cut off or no report, or which version it has.
    pub fn read(path: &Path) -> Result<Report> {
        let file = if path.is_dir() { path.join(REPORT_FILE) } else { path.to_owned() };
        let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&file, path, error))?;
        let head: Head = serde_json::from_str(&text).map_err(|error| malformed(&file, &error))?;
        let wanted = || format!("\"format\": \"{FORMAT}\"");
        match &head.format {
            Some(serde_json::Value::String(format)) if format == FORMAT => (),
            Some(other) => return Err(not_a_report(file.display()).found(format!("\"format\": {other}")).allowed(wanted())),
            None => return Err(not_a_report(file.display()).found("no `format`").allowed(wanted())),
        }
        if head.version.as_ref().and_then(serde_json::Value::as_u64) != Some(u64::from(VERSION)) {
            let found = head.version.map_or_else(|| "none".to_owned(), |version| version.to_string());
            let error = Error::new("this program does not read this version of a report").at(file.display());
            return Err(error.found(found).allowed(VERSION).hint("run the verb again: the report's `manifest` holds its arguments"));
        }
        serde_json::from_str(&text).map_err(|error| malformed(&file, &error))
    }
}

fn not_a_report(place: impl std::fmt::Display) -> Error {
    Error::new("this is not a report").at(place).hint(format!("a report is the `{REPORT_FILE}` that `--out` of a replaying verb writes"))
}

fn unreadable(file: &PathBuf, given: &Path, cause: std::io::Error) -> Error {
    let error = Error::new("cannot read the report").at(file.display()).cause(cause);
    if file == given {
        error
    } else {
        error.hint(format!("`{}` is a folder without a `{REPORT_FILE}`, or one that may not be read", given.display()))
    }
}

fn malformed(file: &Path, cause: &serde_json::Error) -> Error {
    use serde_json::error::Category;
    let place = format!("{}, line {}, column {}", file.display(), cause.line(), cause.column());
    match cause.classify() {
        Category::Eof => Error::new("the report ends too early: it was cut off").at(place).cause(cause),
        Category::Syntax => not_a_report(place).cause(cause),
        Category::Data | Category::Io => Error::new("this is not a whole report").at(place).cause(cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What reading these bytes says.
    fn read(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(REPORT_FILE), text).unwrap();
        Report::read(folder.path()).unwrap_err().to_string()
    }

    #[test]
    fn says_what_is_wrong_with_a_report() {
        assert!(read("{\"format\": \"wattroute-report\", \"ver").contains("cut off"));
        assert!(read("").contains("cut off"));
        assert!(read("[1, 2]").contains("not a report"));
        assert!(read("col_a,col_b").contains("not a report"));
        assert!(read("{\"a\": 1}").contains("no `format`"));
        assert!(read("{\"format\": \"har\", \"version\": 1}").contains("\"format\": \"har\""));
        let other = read("{\"format\": \"wattroute-report\", \"version\": 7}");
        assert!(other.contains("found: 7") && other.contains("allowed: 1"), "{other}");
        assert!(read("{\"format\": \"wattroute-report\", \"version\": 1}").contains("missing field `manifest`"));
        let folder = tempfile::tempdir().unwrap();
        assert!(Report::read(folder.path()).unwrap_err().to_string().contains("folder without a `report.json`"));
    }
}
