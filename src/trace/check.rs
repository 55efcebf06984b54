//! Checking a trace: every fault of its files, and what a reader should be warned of.

use serde::Serialize;

use super::load;
use super::parquet::ParquetFile;
use super::partition::{partition, parts};
use super::place::TracePlace;
use super::problems::Problems;
use super::schema::{self, Metric};
use super::table::Trace;
use super::wanted::Columns;
use crate::error::{Error, Result};

/// What was found in a trace.
#[derive(Debug, Serialize)]
pub struct Check {
    /// Number of queries; `None` where the trace has faults.
    pub queries: Option<usize>,
    /// Number of endpoints; `None` where the trace has faults.
    pub endpoints: Option<usize>,
    /// What makes the trace unusable. Of many cells of one column with one fault the first are told
    /// and the rest counted.
    pub faults: Vec<Error>,
    /// The number of faults, with those that are only counted.
    pub fault_count: usize,
    /// What may mislead.
    pub warnings: Vec<Error>,
    /// What the trace lacks.
    pub notes: Vec<String>,
}

/// Reads all of a trace and tells every fault.
///
/// # Errors
/// Where there is no such trace.
pub fn check(name: &str) -> Result<Check> {
    let place = TracePlace::find(name)?;
    let mut problems = Problems::default();
    let trace = load::read(&place, &Columns::all(), &mut problems);
    let mut warnings = unread(&place);
    if let Some(trace) = &trace {
        warnings.extend(trace.mixed_energy_scopes(None));
        if trace.info.defaults.correct_at.is_none() {
            warnings.extend(trace.correct_at(None, None).err());
        }
    }
    let (faults, fault_count) = problems.into_parts();
    Ok(Check {
        queries: trace.as_ref().map(Trace::len),
        endpoints: trace.as_ref().map(|trace| trace.outcomes.len()),
        faults,
        fault_count,
        warnings,
        notes: trace.as_ref().map(lacking).unwrap_or_default(),
    })
}

/// Columns and files that nothing reads: perhaps a name that was mistyped.
fn unread(place: &TracePlace) -> Vec<Error> {
    let all = Columns::all();
    let mut out = unread_columns(place, schema::QUERIES_FILE, |name| all.wants_of_queries(name));
    for folder in place.list(schema::OUTCOMES_DIR) {
        let Some(endpoint) = folder.strip_prefix(&partition("")) else { continue };
        let files = parts(place, endpoint);
        for part in &files {
            out.extend(unread_columns(place, part, |name| all.wants_of_outcomes(name)));
        }
        let folder = format!("{}/{folder}", schema::OUTCOMES_DIR);
        let others = place.list(&folder).into_iter().map(|name| format!("{folder}/{name}"));
        let stray = others.filter(|file| !files.contains(file) && !file.starts_with(&format!("{folder}/.")));
        out.extend(stray.map(|file| Error::new("a file that nothing reads").at(place.name(&file)).allowed("files ending in .parquet")));
    }
    out
}

fn unread_columns(place: &TracePlace, file: &str, known: impl Fn(&str) -> bool) -> Vec<Error> {
    // A file that cannot be opened is a fault, and told as one.
    let Ok(open) = ParquetFile::open(place, file) else { return Vec::new() };
    let names: Vec<&str> = open.columns().collect();
    let metric = |name: &str| name.strip_suffix(schema::SOURCE_SUFFIX).is_some_and(|metric| !names.contains(&metric));
    let unread = names.iter().filter(|name| !known(name) || metric(name));
    unread
        .map(|name| {
            Error::new("a column that nothing reads")
                .at(format!("{}, column `{name}`", place.name(file)))
                .allowed("the columns of the format; `feature_…` among the queries; `…_source` beside its metric")
        })
        .collect()
}

/// The metrics that the whole trace lacks, and those that single endpoints lack.
fn lacking(trace: &Trace) -> Vec<String> {
    let mut notes = Vec::new();
    for metric in Metric::ALL {
        let without: Vec<String> = trace
            .endpoints()
            .filter(|(_, outcomes)| outcomes.metrics.get(metric).is_none_or(|cells| cells.missing() == cells.len()))
            .map(|(endpoint, _)| format!("`{}`", endpoint.id))
            .collect();
        if without.len() == trace.outcomes.len() {
            notes.push(format!("no endpoint has `{metric}`"));
        } else if !without.is_empty() {
            notes.push(format!("no `{metric}` of {}", without.join(", ")));
        }
    }
    notes
}
