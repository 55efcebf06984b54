//! Reading a report back.

use std::path::Path;

use serde::Deserialize;

use super::{FORMAT, Report, VERSION};
use crate::error::{Error, Result};

/// The file of a report in its folder.
pub const REPORT_FILE: &str = "report.json";

#[derive(Deserialize)]
struct Head {
    format: Option<String>,
    version: Option<u32>,
}

impl Report {
    /// Reads a report: a folder that `--out` made, or its `report.json`.
    ///
    /// # Errors
    /// Where there is no such file, it is no report, or one of another version.
    pub fn read(path: &Path) -> Result<Report> {
        let file = if path.is_dir() { path.join(REPORT_FILE) } else { path.to_owned() };
        let text = std::fs::read_to_string(&file).map_err(|error| {
            Error::new("cannot read a report")
                .at(file.display())
                .cause(error)
                .allowed("a folder that `replay` or `sweep` made with `--out`, or its report.json")
        })?;
        let fail = |error: serde_json::Error| Error::new("this is no report").at(file.display()).cause(error);
        let head: Head = serde_json::from_str(&text).map_err(fail)?;
        if head.format.as_deref() != Some(FORMAT) {
            let found = head.format.map_or("no `format`".to_owned(), |format| format!("format `{format}`"));
            return Err(Error::new("this is no report").at(file.display()).found(found).allowed(format!("format `{FORMAT}`")));
        }
        if head.version != Some(VERSION) {
            let found = head.version.map_or("no `version`".to_owned(), |version| format!("version {version}"));
            return Err(Error::new("the report has another version").at(file.display()).found(found).allowed(format!("version {VERSION}")));
        }
        serde_json::from_str(&text).map_err(fail)
    }
}
