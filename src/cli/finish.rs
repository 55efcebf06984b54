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
    let files = match out {
        Some(out) => report.write(out, common.force, |folder| draw(report, folder))?,
        None => Vec::new(),
    };
    output::show(common, report, || {
        let written: String = files.iter().map(|file| format!("  {}\n", file.display())).collect();
        let heading = if files.is_empty() { "" } else { "\nwritten:\n" };
        format!("{}{heading}{written}", terminal(report))
    })
}

/// Draws the figures that the report can feed, and gives their names within the run's folder.
fn draw(report: &Report, folder: &Path) -> Result<Vec<PathBuf>> {
    let drawn = figure::draw_all(report, &folder.join(FIGURES), &figure::Drawing::default(), false)?;
    let name = |file: &PathBuf| file.strip_prefix(folder).map_or_else(|_| file.clone(), Path::to_owned);
    Ok(drawn.files.iter().map(name).collect())
}
