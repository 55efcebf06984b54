//! A fingerprint of a trace's files, so that a report says what exactly it was computed from.

use std::io::{Read, Seek, SeekFrom};

use xxhash_rust::xxh3::Xxh3;

use super::info::TraceInfo;
use super::partition::partition;
use super::place::TracePlace;
use super::schema;
use crate::error::{Error, Result};

/// The end of a Parquet file that is read: it holds each column chunk's size, place and statistics.
const FOOTER_BYTES: u64 = 64 * 1024;

/// Hashes the description without the commands that made the trace (the same data made in another
/// folder is the same trace), and of every table its name, length and end (the Parquet footer, whose
/// statistics change when the cells do): a few milliseconds whatever the size of the trace.
pub(super) fn of(place: &TracePlace, info: &TraceInfo) -> Result<String> {
    let mut hash = Xxh3::new();
    let description = TraceInfo { steps: Vec::new(), ..info.clone() };
    hash.update(description.to_toml()?.as_bytes());
    let mut files = vec![schema::QUERIES_FILE.to_owned()];
    for folder in place.list(schema::OUTCOMES_DIR).iter().filter(|name| name.starts_with(&partition(""))) {
        let folder = format!("{}/{folder}", schema::OUTCOMES_DIR);
        files.extend(place.list(&folder).into_iter().map(|name| format!("{folder}/{name}")));
    }
    for file in files {
        let fail = |cause: std::io::Error| Error::new("cannot read a file of the trace").at(place.name(&file)).cause(cause);
        let Some(mut source) = place.open(&file)? else { continue };
        let length = source.seek(SeekFrom::End(0)).map_err(fail)?;
        source.seek(SeekFrom::Start(length.saturating_sub(FOOTER_BYTES))).map_err(fail)?;
        let mut end = Vec::new();
        source.take(FOOTER_BYTES).read_to_end(&mut end).map_err(fail)?;
        hash.update(file.as_bytes());
        hash.update(&length.to_le_bytes());
        hash.update(&end);
    }
    Ok(format!("xxh3:{:032x}", hash.digest128()))
}
