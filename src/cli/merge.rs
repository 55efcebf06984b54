//! `wattroute merge`.

use std::path::PathBuf;

use super::replaying::OUTPUT;
use super::{Common, finish};
use crate::error::{Error, Result};
use crate::report::tally::{TallyFile, merge};

/// One report from the tallies of all parts of a trace
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  wattroute replay my-trace --policy oracle --rows ..4096 --tally a.tally\n  \
    wattroute replay my-trace --policy oracle --rows 4096.. --tally b.tally\n  \
    wattroute merge a.tally b.tally --out runs/mine")]
pub(super) struct Args {
    /// Tallies that `replay --tally` wrote, of all parts of one trace, in any order
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Folder for the report, its tables and figures [default: nothing is written]
    #[arg(long, value_name = "RUN", help_heading = OUTPUT)]
    out: Option<PathBuf>,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    finish::claim(args.out.as_deref(), common)?;
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for file in &args.files {
        match TallyFile::open(file) {
            Ok(file) => files.push(file),
            Err(error) => faults.push(error),
        }
    }
    Error::all(faults).map_or(Ok(()), Err)?;
    finish::finish(&merge(files)?, args.out.as_deref(), common)
}
