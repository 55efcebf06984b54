//! What the footer of a Parquet file claims, held against what can be, before a cell is read: a file of a few
//! hundred bytes may claim any number of rows.

use std::ops::Range;

use polars::io::parquet::metadata::FileMetadata;
use polars::prelude::{ArrowDataType, ArrowSchema};

use super::schema::ROW;
use crate::error::{Error, Result};

/// The most rows of a file: their numbers have 32 bits.
const MOST_ROWS: u64 = 1 << 32;

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

/// Bytes that some columns of some row groups take in memory at least, by what the footer claims.
pub(super) fn memory(footer: &FileMetadata, schema: &ArrowSchema, wanted: impl Fn(&str) -> bool, groups: Range<usize>) -> u64 {
    let columns = footer.row_groups.get(groups).unwrap_or_default().iter().flat_map(|group| group.parquet_columns());
    columns.fold(0, |bytes, column| {
        let field = column.descriptor().path_in_schema.first().filter(|root| wanted(root)).and_then(|root| schema.get(root));
        let Some(field) = field else { return bytes };
        let values = u64::try_from(column.num_values()).unwrap_or(u64::MAX);
        bytes.saturating_add(values.saturating_mul(width(&field.dtype)))
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
        T::List(inner) | T::LargeList(inner) => width(&inner.dtype),
        _ => 1,
    }
}

fn is_nested(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    matches!(dtype, T::List(_) | T::LargeList(_) | T::FixedSizeList(..) | T::Struct(_) | T::Map(..))
}
