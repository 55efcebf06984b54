//! `wattroute replay --tally`: what a part of a trace adds up to, as a file.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::replay::with_baselines;
use super::replaying::{Bar, REPLAYING, columns};
use super::{Common, output};
use crate::error::{Error, Result};
use crate::policy::PolicySpec;
use crate::replay::{PART_QUERIES, Request, Stream, part_of};
use crate::report::build::Making;
use crate::report::tally::PartTally;
use crate::trace::TraceReader;
use crate::workload::Roles;

/// A part of a trace, and where its tally goes.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct TallyArgs {
    /// Write what the queries add up to into a file, for `wattroute merge`, in place of a report
    #[arg(long, value_name = "FILE", help_heading = REPLAYING, conflicts_with = "out")]
    pub(super) tally: Option<PathBuf>,
    /// The queries of a tally, from 0: A up to but not B, A.. or ..B, cut at multiples of 4096 [default: all]
    #[arg(long, value_name = "A..B", help_heading = REPLAYING, requires = "tally")]
    rows: Option<String>,
}

/// What is printed of a tally that was written.
#[derive(Serialize)]
struct Written<'a> {
    tally: &'a Path,
    trace: &'a str,
    fingerprint: &'a str,
    queries: [usize; 2],
    trace_queries: usize,
    policies: Vec<String>,
    arguments: &'a [String],
}

impl TallyArgs {
    /// Refuses the place of the file before any work is done for it.
    pub(super) fn claim(&self, common: &Common) -> Result<()> {
        self.tally.as_deref().map_or(Ok(()), |file| crate::output::claim_file(file, common.force))
    }

    /// Replays the part and writes its tally.
    pub(super) fn write(
        &self,
        file: &Path,
        trace: &str,
        specs: Vec<PolicySpec>,
        request: &Request,
        making: Making,
        common: &Common,
    ) -> Result<()> {
        let reader = TraceReader::open(trace)?;
        let columns = columns(&specs, false);
        let specs = with_baselines(specs, reader.info(), &Roles::resolve(reader.info(), &request.roles)?)?;
        let queries = self.queries(reader.len())?;
        let stream = Stream::within(&reader, queries, &columns, &specs, request, PART_QUERIES)?;
        let bar = Bar::new(common, stream.queries() as u64);
        let part = stream.add_up(&bar)?;
        drop(bar);
        let tally = PartTally { making, part };
        tally.write(file, common.force)?;
        let (part, outline) = (&tally.part, &tally.part.outline);
        let written = Written {
            tally: file,
            trace: &outline.trace.name,
            fingerprint: &outline.trace.fingerprint,
            queries: [part.queries.start, part.queries.end],
            trace_queries: part.of,
            policies: outline.entries.iter().map(|entry| outline.name(entry)).collect(),
            arguments: &tally.making.arguments,
        };
        common.keep(None, &[file.to_owned()]);
        output::show(common, &written, || {
            let Range { start, end } = &part.queries;
            let (name, of, policies) = (&outline.trace.name, part.of, written.policies.len());
            output::text(&format!("{}: queries {start}..{end} of {of} ({name}), {policies} policies", file.display()))
        })
    }

    /// The queries of a trace of so many that are asked for.
    fn queries(&self, trace_queries: usize) -> Result<Range<usize>> {
        let (start, end) = self.rows.as_deref().map_or(Ok((None, None)), bounds)?;
        part_of(trace_queries, start, end).map_err(|error| error.at("--rows"))
    }
}

/// The ends of `A..B`, either of which may be left out.
fn bounds(text: &str) -> Result<(Option<usize>, Option<usize>)> {
    let end = |text: &str| if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) };
    let ends = text.split_once("..").and_then(|(start, behind)| Some((end(start)?, end(behind)?)));
    ends.ok_or_else(|| {
        let error = Error::new("this is no range of queries").at("--rows").found(format!("`{text}`"));
        error.allowed("A..B with whole numbers from 0, B not among them; A.. to the end; ..B from the beginning").usage()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read() {
        assert_eq!(bounds("0..4096").unwrap(), (Some(0), Some(4096)));
        assert_eq!((bounds("4096..").unwrap(), bounds("..4096").unwrap()), ((Some(4096), None), (None, Some(4096))));
        for wrong in ["", "4096", "a..b", "-1..3", "1..2..3", "0...4096", "0..4_096"] {
            assert!(bounds(wrong).unwrap_err().is_usage(), "{wrong}");
        }
    }
}
