//! `wattroute check`.

use super::{Common, output};
use crate::error::{Error, Result};
use crate::trace::{Check, check};
use crate::units::Count;

/// Find every fault of a trace
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit code 1 where there is a fault; warnings and notes do not count.\n\nExample:\n  wattroute check my-trace")]
pub(super) struct Args {
    /// Folder of a trace, or the name of one in the program
    trace: String,
}

pub(super) fn run(args: Args, common: &Common) -> Result<()> {
    let found = check(&args.trace)?;
    output::show(common, &found, || text(&found))?;
    match found.fault_count {
        0 => Ok(()),
        1 => Err(Error::new("the trace has a fault").at(&args.trace)),
        count => Err(Error::new(format!("the trace has {} faults", Count(count))).at(&args.trace)),
    }
}

fn text(found: &Check) -> String {
    let faults = found.faults.iter().map(|fault| format!("fault: {fault}\n"));
    let warnings = found.warnings.iter().map(|warning| format!("warning: {warning}\n"));
    let notes = found.notes.iter().map(|note| format!("note: {note}\n"));
    let sound = found.queries.zip(found.endpoints).filter(|_| found.fault_count == 0);
    let verdict = sound.map(|(queries, endpoints)| format!("no faults in {} queries x {endpoints} endpoints\n", Count(queries)));
    faults.chain(warnings).chain(notes).chain(verdict).collect()
}
