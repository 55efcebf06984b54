//! From the tallies of all parts of a trace to its report.

use super::differ::differences;
use super::{Head, PartTally, TallyFile};
use crate::error::{Error, Result};
use crate::report::markdown::command;
use crate::report::{Report, build};

/// Faults of a kind that are told one by one; more of them are counted.
const TOLD: usize = 10;

/// The report of a trace from the tallies of its parts, in any order. Files are read one after the other.
///
/// # Errors
/// Where tallies are not of the same run, a part is missing or there twice, or a file is damaged.
pub fn merge(mut files: Vec<TallyFile>) -> Result<Report> {
    let Some(first) = files.first() else { return Err(Error::new("there is nothing to merge").allowed("one tally and more").usage()) };
    told(files.iter().filter_map(|file| differences(first, file)).collect())?;
    files.sort_by_key(|file| (file.head.queries, file.place.clone()));
    told(lost_and_doubled(&files))?;
    let mut merged: Option<PartTally> = None;
    for file in files {
        let place = file.place.clone();
        let next = file.read()?;
        match &mut merged {
            None => merged = Some(next),
            Some(merged) => merged.part.append(next.part).map_err(|error| error.at(place))?,
        }
    }
    let PartTally { making, part } = merged.ok_or_else(|| Error::new("there is nothing to merge"))?;
    Ok(build::of_totals(&part.outline, &part.totals, making))
}

/// All faults as one error, of which not all are told.
fn told(mut faults: Vec<Error>) -> Result<()> {
    let more = faults.len().saturating_sub(TOLD);
    if more > 0 {
        faults.truncate(TOLD);
        faults.push(Error::new(format!("{more} more like these")));
    }
    Error::all(faults).map_or(Ok(()), Err)
}

/// The parts of the trace of which there is no tally, and those of which there are several; the files are in
/// the order of their queries.
fn lost_and_doubled(files: &[TallyFile]) -> Vec<Error> {
    let mut faults = Vec::new();
    let (mut end, mut last): (usize, Option<&TallyFile>) = (0, None);
    for file in files {
        let queries = file.head.queries();
        if queries.start > end {
            faults.push(lost(end, queries.start, &file.head));
        }
        if let Some(other) = last.filter(|_| queries.start < end) {
            faults.push(doubled(other, file));
        }
        if queries.end > end {
            (end, last) = (queries.end, Some(file));
        }
    }
    if let Some(head) = last.map(|file| &file.head).filter(|head| end < head.of) {
        faults.push(lost(end, head.of, head));
    }
    faults
}

fn lost(start: usize, end: usize, head: &Head) -> Error {
    Error::new("a part of the trace is missing")
        .found(format!("no tally of queries {start}..{end}"))
        .allowed(format!("tallies of all {} queries", head.of))
        .hint(format!("make it: {} --rows {start}..{end} --tally FILE", command(&head.making.arguments)))
}

fn doubled(one: &TallyFile, other: &TallyFile) -> Error {
    let named = |file: &TallyFile| format!("`{}` ({}..{})", file.place, file.head.queries().start, file.head.queries().end);
    let (mine, theirs) = (one.head.queries(), other.head.queries());
    Error::new("a part of the trace is there twice")
        .found(format!("queries {}..{} in {} and in {}", theirs.start, theirs.end.min(mine.end), named(one), named(other)))
        .hint("leave one of them out, or make one of them anew without these queries")
}
