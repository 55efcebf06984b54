//! Writing a table of a trace as Parquet: row groups of whole blocks, each column compressed if that pays.

use std::path::Path;

use polars::io::parquet::write::{BatchedWriter, RowGroupIterColumns};
use polars::prelude::{Column as PolarsColumn, DataFrame, DataType, ParquetCompression, ParquetWriter, PolarsError, PolarsResult, Series};

use super::column::BLOCK_ROWS;
use crate::error::{Error, Result};
use crate::output::NewFile;

/// Rows of a Parquet row group: a multiple of the engine's block, so that columns are borrowed.
pub(super) const ROW_GROUP_ROWS: usize = 64 * BLOCK_ROWS;
/// Rows at the start of a column by which it is decided whether compression pays.
const SAMPLE_ROWS: usize = 16 * BLOCK_ROWS;
/// Compression pays where it takes at least one part in so many away. Numbers that look random lose one in
/// sixteen, and reading them back takes seven times as long.
const PAYS: usize = 8;

/// Writes a table in row groups of `group_rows`, the last one shorter.
pub(super) fn write_parquet(path: &Path, columns: Vec<Series>, group_rows: usize) -> Result<()> {
    let fail = |cause: &dyn std::fmt::Display| Error::new("cannot write a table").at(path.display()).cause(cause);
    let columns = columns.into_iter().map(|column| PolarsColumn::from(column.rechunk())).collect();
    let table = DataFrame::new_infer_height(columns).map_err(|error| fail(&error))?;
    let mut file = NewFile::create(path)?;
    let written = write(&mut file, &table, group_rows);
    file.finish(written)
}

fn write(file: &mut NewFile, table: &DataFrame, group_rows: usize) -> PolarsResult<()> {
    let zstd = ParquetCompression::Zstd(None);
    let writer = ParquetWriter::new(file).with_compression(zstd).batched(table.schema())?;
    // Columns are encoded one by one, so that each has the compression that suits it.
    let encoders = table.columns().iter().map(|column| {
        let column = DataFrame::new_infer_height(vec![column.clone()])?;
        let compression = if pays(&column, group_rows)? { zstd } else { ParquetCompression::Uncompressed };
        let encoder = ParquetWriter::new(std::io::sink()).with_compression(compression).batched(column.schema())?;
        Ok((column, encoder))
    });
    let encoders: Vec<(DataFrame, BatchedWriter<std::io::Sink>)> = encoders.collect::<PolarsResult<_>>()?;
    for start in (0..table.height()).step_by(group_rows) {
        crate::work::go_on();
        let mut chunks = Vec::with_capacity(encoders.len());
        for (column, encoder) in &encoders {
            let rows = column.slice(i64::try_from(start).unwrap_or(i64::MAX), group_rows);
            let encoded: Vec<_> = encoder.encode_and_compress(&rows).collect::<PolarsResult<_>>()?;
            chunks.extend(encoded.into_iter().flatten());
        }
        writer.write_row_groups(vec![RowGroupIterColumns::<PolarsError>::new(chunks.into_iter())])?;
    }
    writer.finish().map(|_| ())
}

/// Whether compression makes a column enough smaller. What fits in one row group is too small to ask.
fn pays(column: &DataFrame, group_rows: usize) -> PolarsResult<bool> {
    if column.height() < group_rows || column.dtypes() != [DataType::Float64] {
        return Ok(true);
    }
    let mut sample = column.slice(0, SAMPLE_ROWS);
    let cells = sample.height() - sample.columns().first().map_or(0, |column| column.null_count());
    let mut compressed = Vec::new();
    ParquetWriter::new(&mut compressed).with_compression(ParquetCompression::Zstd(None)).set_parallel(false).finish(&mut sample)?;
    Ok(compressed.len() <= cells * size_of::<f64>() / PAYS * (PAYS - 1))
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use polars::prelude::{Float64Chunked, IntoSeries, NewChunkedArray, ParquetReader, SerReader};

    use super::*;

    /// Rows of a row group: one of the usual size takes the test long.
    const GROUP: usize = 8 * BLOCK_ROWS;

    /// Mixed bits look random to a compressor; whole numbers do not.
    fn columns(rows: usize) -> Vec<Series> {
        let mix = |row: u64| {
            let bits = (row + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (bits ^ (bits >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
        };
        let random = (0..rows).map(|row| (mix(row as u64) >> 11) as f64 / (1_u64 << 53) as f64);
        let whole = (0..rows).map(|row| (row % 10) as f64);
        let series = |name: &str, cells: Vec<f64>| Float64Chunked::from_slice(name.into(), &cells).into_series();
        vec![series("random", random.collect()), series("whole", whole.collect())]
    }

    #[test]
    fn row_groups_are_whole_blocks_and_cells_come_back() -> Result<()> {
        let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
        let path = folder.path().join("t.parquet");
        let fail = |cause: PolarsError| Error::new("not read").cause(cause);
        let rows = 2 * GROUP + 77;
        write_parquet(&path, columns(rows), GROUP)?;
        let file = File::open(&path).map_err(|error| Error::new("not opened").cause(error))?;
        let mut reader = ParquetReader::new(file);
        let groups = reader.get_metadata().map_err(fail)?.row_groups.clone();
        assert_eq!(groups.iter().map(|group| group.num_rows()).collect::<Vec<_>>(), [GROUP, GROUP, 77]);
        let sizes = |column: usize| {
            let chunk = &groups[0].parquet_columns()[column];
            (chunk.compressed_size(), chunk.uncompressed_size())
        };
        assert!(sizes(0).0 == sizes(0).1 && sizes(1).0 < sizes(1).1 / 8, "{:?} {:?}", sizes(0), sizes(1));
        let table = reader.finish().map_err(fail)?;
        let fresh = DataFrame::new_infer_height(columns(rows).into_iter().map(PolarsColumn::from).collect()).map_err(fail)?;
        assert!(table.equals(&fresh));
        Ok(())
    }

    #[test]
    fn a_small_table_is_the_file_that_polars_writes() -> Result<()> {
        let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
        let path = folder.path().join("t.parquet");
        write_parquet(&path, columns(5000), ROW_GROUP_ROWS)?;
        let fail = |cause: PolarsError| Error::new("not written").cause(cause);
        let mut fresh = DataFrame::new_infer_height(columns(5000).into_iter().map(PolarsColumn::from).collect()).map_err(fail)?;
        let mut whole = Vec::new();
        ParquetWriter::new(&mut whole).with_compression(ParquetCompression::Zstd(None)).finish(&mut fresh).map_err(fail)?;
        assert!(std::fs::read(&path).is_ok_and(|written| written == whole));
        Ok(())
    }
}
