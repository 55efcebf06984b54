//! What the footer of a Parquet file claims, held against what can be, before a cell is read: a file of a few
//! hundred bytes may claim any number of rows.

use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::ops::Range;
use std::path::Path;

use polars::error::PolarsError;
use polars::io::mmap::MmapBytesReader;
use polars::io::parquet::metadata::FileMetadata;
use polars::prelude::{ArrowDataType, ArrowField, ArrowSchema, ParquetReader, SerReader};
use polars_parquet::read::ColumnChunkMetadata;

use super::import::files::LONGEST_LINE;
use super::memory::room_for;
use super::pages;
use super::schema::ROW;
use crate::error::{Error, Result};

/// The most rows of a file: their numbers have 32 bits.
const MOST_ROWS: u64 = 1 << 32;

/// Refuses a Parquet file that is no trace's, for what it claims and for what its columns would take.
pub(super) fn check_file(path: &Path, wanted: impl Fn(&str) -> bool) -> Result<()> {
    let place = path.display().to_string();
    let fail = |cause: std::io::Error| Error::new("cannot read a Parquet file").at(&place).cause(cause);
    let file = File::open(path).map_err(fail)?;
    let bytes = file.metadata().map_err(fail)?.len();
    let again = file.try_clone().map_err(fail)?;
    check_source(file, again, bytes, wanted).map_err(|error| error.at(&place))
}

/// The same for the bytes of such a file.
pub(crate) fn check_bytes(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Result<()> {
    check_source(Cursor::new(bytes), Cursor::new(bytes), bytes.len() as u64, wanted)
}

/// The same for a source of so many bytes, and the same source again.
fn check_source(source: impl MmapBytesReader, again: impl Read + Seek, bytes: u64, wanted: impl Fn(&str) -> bool) -> Result<()> {
    let fail = |cause: PolarsError| Error::new("cannot read a Parquet file").cause(cause);
    let mut reader = ParquetReader::new(source);
    let schema = reader.schema().map_err(fail)?;
    let footer = reader.get_metadata().map_err(fail)?;
    let groups = 0..footer.row_groups.len();
    check(footer, &schema, bytes)?;
    room_for(memory(footer, &schema, &wanted, groups.clone()), "the cells of the file")?;
    check_pages(footer, &schema, wanted, groups, again)
}

/// Refuses a footer that cannot be that of a file of so many bytes.
pub(super) fn check(footer: &FileMetadata, schema: &ArrowSchema, bytes: u64) -> Result<()> {
    let rows = footer.row_groups.iter().fold(0_u64, |rows, group| rows.saturating_add(group.num_rows() as u64));
    if rows > MOST_ROWS {
        let error = Error::new("a Parquet file claims more rows than a trace can have").found(format!("{rows} rows"));
        return Err(error.allowed(format!("up to {MOST_ROWS}: column `{ROW}` has numbers of 32 bits")));
    }
    if rows != footer.num_rows as u64 {
        let found = format!("{} rows in all, and {rows} in its row groups", footer.num_rows);
        return Err(Error::new("a Parquet file contradicts itself").found(found));
    }
    for (number, group) in footer.row_groups.iter().enumerate() {
        for column in group.parquet_columns() {
            let name = || format!("row group {number}, column `{}`", column.descriptor().path_in_schema.join("."));
            let range = column.byte_range();
            if range.start > range.end || range.end > bytes {
                let found = format!("bytes {} to {} of {bytes}", range.start, range.end);
                return Err(Error::new("a Parquet file claims cells beyond its end").at(name()).found(found));
            }
            // A cell of a list has several values, and none counts as one.
            let flat =
                column.descriptor().path_in_schema.first().and_then(|root| schema.get(root)).is_some_and(|field| !is_nested(&field.dtype));
            let values = u64::try_from(column.num_values()).unwrap_or(u64::MAX);
            if flat && values != group.num_rows() as u64 {
                let found = format!("{values} values in {} rows", group.num_rows());
                return Err(Error::new("a Parquet file contradicts itself").at(name()).found(found));
            }
        }
    }
    Ok(())
}

/// Bytes that a column may have beside its cells: headers, statistics.
const BESIDE: u64 = 1 << 20;
/// A number takes so many times its width at most, in a dictionary and as a place in it.
const SWOLLEN: u64 = 4;
/// Bytes of a number whose width is not known here.
const WIDE: u64 = 8;

/// Refuses cells that swell to more than they can be, or than the footer says, when they are uncompressed.
pub(super) fn check_pages(
    footer: &FileMetadata,
    schema: &ArrowSchema,
    wanted: impl Fn(&str) -> bool,
    groups: Range<usize>,
    mut file: impl Read + Seek,
) -> Result<()> {
    for column in footer.row_groups.get(groups).unwrap_or_default().iter().flat_map(|group| group.parquet_columns()) {
        let field = column.descriptor().path_in_schema.first().filter(|root| wanted(root)).and_then(|root| schema.get(root));
        let Some(field) = field else { continue };
        check_chunk(column, field, &mut file, column.byte_range())?;
    }
    Ok(())
}

/// The same for the pages of a column in one row group, which stand in a range of the source.
pub(super) fn check_chunk(column: &ColumnChunkMetadata, field: &ArrowField, source: impl Read + Seek, range: Range<u64>) -> Result<()> {
    let values = u64::try_from(column.num_values()).unwrap_or(0);
    let each = if is_text(&field.dtype) { LONGEST_LINE as u64 } else { SWOLLEN * width(&field.dtype).max(WIDE) };
    let most = values.saturating_mul(each).saturating_add(BESIDE);
    let said = u64::try_from(column.uncompressed_size()).unwrap_or(u64::MAX);
    let place = || format!("column `{}`", field.name);
    let fail = |cause: std::io::Error| Error::new("cannot read a Parquet file of the trace").at(place()).cause(cause);
    let found = pages::claimed(source, range).map_err(fail)?.max(said);
    // Not all writers count in the same way what stands beside the cells.
    let most = most.min(said.saturating_mul(2).saturating_add(BESIDE));
    if found > most {
        let error = Error::new("a column of a Parquet file swells to more than it can hold").at(place());
        return Err(error.found(format!("{found} bytes of {values} cells")).allowed(format!("up to {most} bytes")));
    }
    Ok(())
}

/// Bytes that some columns of some row groups take in memory at least, by what the footer claims.
pub(super) fn memory(footer: &FileMetadata, schema: &ArrowSchema, wanted: impl Fn(&str) -> bool, groups: Range<usize>) -> u64 {
    let columns = footer.row_groups.get(groups).unwrap_or_default().iter().flat_map(|group| group.parquet_columns());
    columns.fold(0, |bytes, column| {
        let field = column.descriptor().path_in_schema.first().filter(|root| wanted(root)).and_then(|root| schema.get(root));
        let Some(field) = field else { return bytes };
        let values = u64::try_from(column.num_values()).unwrap_or(u64::MAX);
        let said = u64::try_from(column.uncompressed_size()).unwrap_or(u64::MAX);
        bytes.saturating_add(values.saturating_mul(width(&field.dtype)).max(said))
    })
}

/// Bytes of a value in memory, at least.
fn width(dtype: &ArrowDataType) -> u64 {
    use ArrowDataType as T;
    match dtype {
        T::Float64 | T::Int64 | T::UInt64 => 8,
        // A view of the text, if not the text.
        T::Utf8 | T::LargeUtf8 | T::Utf8View => 16,
        T::Float32 | T::Int32 | T::UInt32 => 4,
        T::List(inner) | T::LargeList(inner) | T::FixedSizeList(inner, _) => width(&inner.dtype),
        _ => 1,
    }
}

fn is_text(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    matches!(dtype, T::Utf8 | T::LargeUtf8 | T::Utf8View | T::Binary | T::LargeBinary | T::BinaryView)
}

fn is_nested(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    matches!(dtype, T::List(_) | T::LargeList(_) | T::FixedSizeList(..) | T::Struct(_) | T::Map(..))
}
