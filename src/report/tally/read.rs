//! Reading a tally: its format and version first, then whether it is whole, then its numbers.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::{DataFrame, ParquetReader, SerReader, StringChunked};
use serde::Deserialize;

use super::{CHECK, COLUMNS, FORMAT, Head, PartTally, VERSION, seal};
use crate::error::{Error, Result};
use crate::replay::{PartTotals, Totals, part_of};
use crate::trace::{check_parquet, room_for};

/// What every Parquet file begins and ends with.
const MAGIC: &[u8] = b"PAR1";
/// The most queries of a trace: row numbers have 32 bits.
const MOST_QUERIES: usize = 1 << 32;

/// A tally whose head is read, and whose numbers are not.
#[derive(Debug, Clone)]
pub struct TallyFile {
    /// How messages name it.
    pub(super) place: String,
    pub(super) head: Head,
    /// The head as it stands there.
    text: String,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    File(PathBuf),
    Bytes(Arc<[u8]>),
}

impl Source {
    fn bytes(&self) -> Result<Arc<[u8]>> {
        match self {
            Source::Bytes(bytes) => Ok(bytes.clone()),
            Source::File(path) => {
                let fail = |cause: std::io::Error| Error::new("cannot read the tally").cause(cause);
                let found = std::fs::metadata(path).map_err(fail)?;
                if !found.is_file() {
                    return Err(not_a_tally().found("a folder, a pipe or a device").allowed("a file"));
                }
                room_for(found.len(), "the bytes of the tally")?;
                Ok(std::fs::read(path).map_err(fail)?.into())
            }
        }
    }
}

/// The two keys that every version has.
#[derive(Deserialize)]
struct Name {
    format: Option<serde_json::Value>,
    version: Option<serde_json::Value>,
}

impl TallyFile {
    /// Opens a file. An error says whether it is no tally, which version it has, or that it is damaged.
    ///
    /// # Errors
    /// Those, and where it cannot be read.
    pub fn open(path: &Path) -> Result<TallyFile> {
        TallyFile::of(path.display().to_string(), Source::File(path.to_owned()))
    }

    /// The same for the bytes of a file; `place` names them in messages.
    ///
    /// # Errors
    /// As [`TallyFile::open`].
    pub fn from_bytes(bytes: impl Into<Arc<[u8]>>, place: &str) -> Result<TallyFile> {
        TallyFile::of(place.to_owned(), Source::Bytes(bytes.into()))
    }

    fn of(place: String, source: Source) -> Result<TallyFile> {
        let read = source.bytes().and_then(|bytes| {
            let text = footer(&bytes)?;
            Ok((head(&text)?, text))
        });
        let (head, text) = read.map_err(|error| error.at(&place))?;
        Ok(TallyFile { place, head, text, source })
    }

    /// Reads the numbers.
    ///
    /// # Errors
    /// Where the file is damaged, or its numbers contradict each other.
    pub fn read(self) -> Result<PartTally> {
        let TallyFile { place, head, text, source } = self;
        let read = || {
            let bytes = source.bytes()?;
            if footer(&bytes)? != text {
                return Err(Error::new("the tally changed while it was read"));
            }
            let (of, numbers) = numbers(&bytes, &head)?;
            let mut part = empty(&head)?;
            fill(&mut part.totals, &of, &numbers)?;
            part.check()?;
            Ok(part)
        };
        let part = read().map_err(|error| error.at(&place))?;
        Ok(PartTally { making: head.making, part })
    }
}

fn not_a_tally() -> Error {
    Error::new("this is not a tally").hint("a tally is the file that `wattroute replay TRACE --rows A..B --tally FILE` writes")
}

fn damaged() -> Error {
    Error::new("the tally is damaged").hint("make it again, or copy it once more")
}

/// The head in the footer of a file, which is seen to be whole first.
fn footer(bytes: &[u8]) -> Result<String> {
    if !bytes.starts_with(MAGIC) {
        return Err(not_a_tally().found(if bytes.is_empty() { "an empty file" } else { "no Parquet file" }));
    }
    if !bytes.ends_with(MAGIC) {
        return Err(damaged().found("a Parquet file without its end: it was cut off"));
    }
    match seal::is_whole(bytes) {
        None => return Err(not_a_tally().found(format!("a Parquet file without `{CHECK}` in its footer"))),
        Some(false) => return Err(damaged().found("other bytes than those of its checksum")),
        Some(true) => (),
    }
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let metadata = reader.get_metadata().map_err(|cause| damaged().cause(cause))?;
    let found = metadata.key_value_metadata().iter().flatten().find(|found| found.key == FORMAT);
    found.and_then(|found| found.value.clone()).ok_or_else(|| not_a_tally().found(format!("no `{FORMAT}` in its footer")))
}

/// The head, checked as far as that goes without the numbers.
fn head(text: &str) -> Result<Head> {
    let name: Name = serde_json::from_str(text).map_err(|cause| damaged().cause(cause))?;
    if name.format.as_ref().and_then(serde_json::Value::as_str) != Some(FORMAT) {
        return Err(not_a_tally().found("another `format` in its footer"));
    }
    if name.version.as_ref().and_then(serde_json::Value::as_u64) != Some(u64::from(VERSION)) {
        let found = name.version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        let error = Error::new("this program does not read this version of a tally").found(found).allowed(VERSION);
        return Err(error.hint("make all tallies and the report with the same version of the program"));
    }
    let head: Head = serde_json::from_str(text).map_err(|cause| damaged().cause(cause))?;
    let [start, end] = head.queries;
    if head.of > MOST_QUERIES {
        return Err(damaged().found(format!("{} queries of the trace", head.of)).allowed(format!("up to {MOST_QUERIES}")));
    }
    part_of(head.of, Some(start), Some(end)).map_err(|error| damaged().found(error.in_a_line()))?;
    if !head.outline.holds_together() {
        return Err(damaged().found("endpoints, pools or policies that contradict each other"));
    }
    Ok(head)
}

/// Totals of nothing yet in the shape that the head says.
fn empty(head: &Head) -> Result<PartTotals> {
    let totals = Totals::empty(&head.outline, head.groups.clone());
    if totals.facts.groups.len() != head.groups.len() || head.groups.is_empty() || head.groups.len() > head.queries().len() {
        return Err(damaged().found("groups of queries that contradict each other"));
    }
    Ok(PartTotals {
        outline: head.outline.clone(),
        queries: head.queries(),
        of: head.of,
        rows: head.rows,
        largest: head.largest.clone(),
        totals,
    })
}

/// What each number of a file is of, and the numbers.
fn numbers(bytes: &[u8], head: &Head) -> Result<(StringChunked, Vec<i128>)> {
    let wanted = Totals::numbers(&head.outline, head.groups.len());
    let mut reader = ParquetReader::new(Cursor::new(bytes));
    let rows = reader.get_metadata().map_err(|cause| damaged().cause(cause))?.num_rows;
    if rows as u128 != wanted {
        return Err(damaged().found(format!("{rows} numbers")).allowed(format!("{wanted}, as what was replayed takes")));
    }
    check_parquet(bytes, |name| COLUMNS.contains(&name))?;
    let columns = COLUMNS.map(str::to_owned).to_vec();
    let table = reader.with_columns(Some(columns)).finish().map_err(|cause| damaged().cause(cause))?;
    let [of, high, low] = COLUMNS.map(|name| column(&table, name));
    let wrong = |cause: polars::error::PolarsError| damaged().cause(cause);
    let (of, high, low) = (of?, high?, low?);
    let halves = high.i64().map_err(wrong)?.iter().zip(low.u64().map_err(wrong)?.iter());
    let number = |(high, low): (Option<i64>, Option<u64>)| Some(i128::from(high?) << 64 | i128::from(low?));
    let numbers: Option<Vec<i128>> = halves.map(number).collect();
    let numbers = numbers.ok_or_else(|| damaged().found("a number that is not there"))?;
    Ok((of.str().map_err(wrong)?.clone(), numbers))
}

fn column(table: &DataFrame, name: &str) -> Result<polars::prelude::Series> {
    let found = table.column(name).map_err(|cause| damaged().cause(cause))?;
    Ok(found.as_materialized_series().clone())
}

/// Gives totals their numbers, each of which must say that it is of what is wanted there.
fn fill(totals: &mut Totals, of: &StringChunked, numbers: &[i128]) -> Result<()> {
    let mut rows = of.iter().zip(numbers);
    let out_of_place = |found: &str, wanted: &str| damaged().found(format!("`{found}`")).allowed(format!("`{wanted}` in this place"));
    totals.visit(&mut |wanted, _| match rows.next() {
        Some((Some(of), number)) if of == wanted => Ok(*number),
        Some((of, _)) => Err(out_of_place(of.unwrap_or("nothing"), wanted)),
        None => Err(out_of_place("the end", wanted)),
    })
}
