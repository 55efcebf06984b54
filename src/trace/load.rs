//! Reading a trace folder: only the columns that a command needs, checked as they are read.

use std::collections::HashSet;

use super::info::{MOST_ENDPOINTS, TraceInfo};
use super::parquet::ParquetFile;
use super::partition::{Partition, partition};
use super::place::TracePlace;
use super::problems::Problems;
use super::schema;
use super::table::Trace;
use super::tables;
use super::wanted::Columns;
use crate::error::{Error, Result};

impl Trace {
    /// Reads a trace folder, or a trace that the program carries, by name.
    ///
    /// # Errors
    /// Where a file is absent, cut off or of another form, and for cells that no trace may hold
    /// (NaN, negative quantities, scores outside 0 to 1, rows that repeat): all faults of the columns
    /// that were read, with file, row, column, the value found and what is allowed.
    pub fn open(name: &str, columns: &Columns) -> Result<Trace> {
        let place = TracePlace::find(name)?;
        let mut problems = Problems::default();
        let trace = read(&place, columns, &mut problems);
        // A trace comes with no problems, and no trace with some.
        trace.ok_or_else(|| problems.into_error().unwrap_or_else(|| Error::new("the trace cannot be read").at(name)))
    }
}

/// Reads a trace and adds every fault to `problems`: `None` where there is any.
pub(super) fn read(place: &TracePlace, columns: &Columns, problems: &mut Problems) -> Option<Trace> {
    let text = problems.keep(place.text(schema::TRACE_FILE));
    let info = text.as_deref().and_then(|text| describe(place, text, problems));
    let queries = ParquetFile::open(place, schema::QUERIES_FILE);
    let ids = endpoints(place, info.as_ref());
    let partitions: Vec<Result<Partition>> = ids.iter().map(|id| Partition::open(place, id)).collect();
    let sources = info.as_ref().map(|info| info.sources.as_slice());
    let (queries, outcomes) = tables::read(queries, partitions, sources, columns, &(0..usize::MAX), problems);
    if queries.as_ref().is_some_and(|queries| queries.rows.is_empty()) {
        // Told already, and that every outcome belongs to no query would bury it.
        return None;
    }
    stray_partitions(place, info.as_ref(), problems);
    let fingerprint = problems.keep(info.as_ref().map_or(Ok(String::new()), |info| super::fingerprint::of(place, info)));
    if !problems.is_empty() {
        return None;
    }
    Some(Trace { info: info?, queries: queries?, outcomes, fingerprint: fingerprint? })
}

pub(super) fn describe(place: &TracePlace, text: &str, problems: &mut Problems) -> Option<TraceInfo> {
    let name = place.name(schema::TRACE_FILE);
    let info = problems.keep(TraceInfo::from_toml(text, &name))?;
    info.faults().into_iter().for_each(|fault| problems.push(fault.at(&name)));
    if info.endpoints.is_empty() {
        problems.push(Error::new("the trace has no endpoints").at(&name).found("no [[endpoint]]").allowed("1 and more"));
    }
    Some(info)
}

/// The endpoints that the description names, or, where it cannot be read, those that have a folder.
fn endpoints(place: &TracePlace, info: Option<&TraceInfo>) -> Vec<String> {
    match info {
        Some(info) if info.endpoints.len() <= MOST_ENDPOINTS => {
            info.endpoints.iter().filter(|endpoint| endpoint.has_plain_id()).map(|endpoint| endpoint.id.clone()).collect()
        }
        Some(_) => Vec::new(),
        None => place.list(schema::OUTCOMES_DIR).iter().filter_map(|name| name.strip_prefix(&partition("")).map(str::to_owned)).collect(),
    }
}

pub(super) fn stray_partitions(place: &TracePlace, info: Option<&TraceInfo>, problems: &mut Problems) {
    let Some(info) = info else { return };
    let known: HashSet<String> = info.endpoints.iter().map(|endpoint| partition(&endpoint.id)).collect();
    for name in place.list(schema::OUTCOMES_DIR).into_iter().filter(|name| !name.starts_with('.') && !known.contains(name)) {
        let fault = Error::new("outcomes of an endpoint that the trace does not name")
            .at(place.name(&format!("{}/{name}", schema::OUTCOMES_DIR)))
            .found(format!("a folder `{name}` without an [[endpoint]] of that id"));
        problems.push(fault.hint(format!("add the [[endpoint]] to {}, or remove the folder", schema::TRACE_FILE)));
    }
}
