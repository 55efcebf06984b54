//! The end of a verb that replays: what is shown, and what is written.

use std::path::{Path, PathBuf};

use super::{Common, output};
use crate::error::Result;
use crate::figure;
use crate::report::{REPORT_FILE, Report, terminal};

/// The folder of the figures within a run's.
pub(super) const FIGURES: &str = "figures";

/// Refuses the folder of a run before any work is done for it.
pub(super) fn claim(out: Option<&Path>, common: &Common) -> Result<()> {
    out.map_or(Ok(()), |out| crate::output::claim(out, common.force, REPORT_FILE))
}

/// Writes a report and its figures where a folder is named, and shows it.
pub(super) fn finish(report: &Report, out: Option<&Path>, common: &Common) -> Result<()> {
    let files = out.map(|out| write(report, out, common.force)).transpose()?.unwrap_or_default();
    common.keep(Some(report), &files);
    output::show(common, report, || {
        let written: String = files.iter().map(|file| format!("  {}\n", file.display())).collect();
        let heading = if files.is_empty() { "" } else { "\nwritten:\n" };
        format!("{}{heading}{written}", terminal(report))
    })
}

/// Writes the folder of a run: the report, its tables and its figures. Returns the files, the report first.
///
/// # Errors
/// As [`Report::write`].
pub fn write(report: &Report, out: &Path, force: bool) -> Result<Vec<PathBuf>> {
    report.write(out, force, |folder| draw(report, folder))
}

/// Draws the figures that the report can feed, and gives their names within the run's folder.
fn draw(report: &Report, folder: &Path) -> Result<Vec<PathBuf>> {
    let drawn = figure::draw_all(report, &folder.join(FIGURES), &figure::Drawing::default(), false)?;
    let name = |file: &PathBuf| file.strip_prefix(folder).map_or_else(|_| file.clone(), Path::to_owned);
    Ok(drawn.files.iter().map(name).collect())
}
