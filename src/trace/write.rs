//! Writing a table of a trace as Parquet: row groups of whole blocks, columns as [`super::encode`] has them.

use std::collections::HashMap;
use std::io::{BufWriter, Write};
use std::path::Path;

use polars::io::parquet::write::{BatchedWriter, RowGroupIterColumns};
use polars::prelude::{DataFrame, ParquetCompression, ParquetWriter, PolarsError, PolarsResult, Schema, Series};
use polars_parquet::parquet::schema::types::PrimitiveType;
use polars_parquet::write::{CompressedPage, DynStreamingIterator, FallibleStreamingIterator};

use super::column::BLOCK_ROWS;
use super::encode::{Before, Cells, NewColumn};
use crate::error::{Error, Result};
use crate::output::{NewFile, Syncing};

/// Rows of a Parquet row group: a multiple of the engine's block, so that columns are borrowed.
pub(super) const ROW_GROUP_ROWS: usize = 64 * BLOCK_ROWS;

/// Bytes that are written at a time.
const BUFFER: usize = 1 << 18;

/// Writes a table in row groups of `group_rows`, the last one shorter.
pub(super) fn write_parquet(path: &Path, columns: &[NewColumn], group_rows: usize) -> Result<Syncing> {
    let fail = |cause: PolarsError| Error::new("cannot write a table").at(path.display()).cause(cause);
    let mut file = NewFile::create(path)?;
    // polars writes headers and footers in pieces of some bytes.
    let mut buffer = BufWriter::with_capacity(BUFFER, &mut file);
    let written = write(&mut buffer, columns, group_rows).and_then(|()| Ok(buffer.flush()?));
    drop(buffer);
    file.finish(written.map_err(fail))
}

fn write(file: impl Write, columns: &[NewColumn], group_rows: usize) -> PolarsResult<()> {
    let schema: Schema = columns.iter().map(|column| (column.name.as_str().into(), column.dtype())).collect();
    let mut writer = ParquetWriter::new(file).batched(&schema)?;
    let types = writer.parquet_schema().columns().iter();
    let types: HashMap<&str, PrimitiveType> =
        types.filter_map(|column| Some((column.path_in_schema.first()?.as_str(), column.descriptor.primitive_type.clone()))).collect();
    let types: Vec<Option<PrimitiveType>> = columns.iter().map(|column| types.get(column.name.as_str()).cloned()).collect();
    let height = columns.first().map_or(0, NewColumn::len);
    for start in (0..height).step_by(group_rows) {
        crate::work::go_on();
        let rows = start..height.min(start + group_rows);
        let mut chunks: Vec<PolarsResult<Chunk>> = Vec::with_capacity(columns.len());
        let mut before = Before::default();
        for (column, about) in columns.iter().zip(&types) {
            let pages = about.as_ref().map(|about| column.pages(rows.clone(), about, &mut before)).transpose()?.flatten();
            match (pages, &column.cells) {
                (Some(pages), _) => chunks.push(Ok(DynStreamingIterator::new(Pages { left: pages.into_iter(), page: None }))),
                (None, Cells::Other(cells)) => chunks.extend(others(cells, rows.start, rows.len())?.into_iter().map(Ok)),
                (None, _) => {}
            }
        }
        writer.write_row_groups(vec![RowGroupIterColumns::new(chunks.into_iter())])?;
    }
    writer.finish().map(|_| ())
}

/// A column of a row group, page by page.
type Chunk = DynStreamingIterator<'static, CompressedPage, PolarsError>;

struct Pages {
    left: std::vec::IntoIter<CompressedPage>,
    page: Option<CompressedPage>,
}

impl FallibleStreamingIterator for Pages {
    type Item = CompressedPage;
    type Error = PolarsError;

    fn advance(&mut self) -> PolarsResult<()> {
        self.page = self.left.next();
        Ok(())
    }

    fn get(&self) -> Option<&CompressedPage> {
        self.page.as_ref()
    }
}

/// Some rows of a column as polars encodes them.
fn others(cells: &Series, start: usize, rows: usize) -> PolarsResult<Vec<Chunk>> {
    let rows = cells.slice(i64::try_from(start).unwrap_or(i64::MAX), rows).rechunk();
    let table = DataFrame::new_infer_height(vec![rows.into()])?;
    let encoder = ParquetWriter::new(std::io::sink()).with_compression(ParquetCompression::Zstd(None));
    let encoder: BatchedWriter<std::io::Sink> = encoder.batched(table.schema())?;
    let encoded: Vec<RowGroupIterColumns<PolarsError>> = encoder.encode_and_compress(&table).collect::<PolarsResult<_>>()?;
    encoded.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use polars::prelude::{
        Column as PolarsColumn, Float64Chunked, IntoSeries, NamedFrom, NewChunkedArray, ParquetReader, SerReader, UInt8Chunked,
        UInt32Chunked,
    };

    use super::*;
    use crate::trace::TracePlace;
    use crate::trace::column::Names;
    use crate::trace::parquet::ParquetFile;

    /// Rows of a row group: one of the usual size takes the test long.
    const GROUP: usize = 8 * BLOCK_ROWS;

    /// Mixed bits look random to a compressor.
    fn mix(row: usize) -> u64 {
        let bits = (row as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (bits ^ (bits >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    }

    /// Columns of every kind: by the kind of their values, and some of them with gaps.
    struct Table {
        rows: Vec<u32>,
        numbers: Vec<(&'static str, Vec<f64>)>,
        codes: Vec<u8>,
        names: Names,
        texts: Vec<String>,
    }

    impl Table {
        fn new(rows: usize) -> Table {
            let of = |number: fn(usize) -> f64| (0..rows).map(number).collect::<Vec<f64>>();
            let random = |row: usize| (mix(row) >> 11) as f64 / (1_u64 << 53) as f64;
            let numbers = vec![
                ("random", of(random)),
                ("random with gaps", of(|row| if row % 7 == 3 { f64::NAN } else { (mix(row) >> 11) as f64 })),
                ("whole", of(|row| (row % 10) as f64)),
                ("compressible", of(|row| row as f64)),
                ("whole with gaps", of(|row| if mix(row).is_multiple_of(3) { f64::NAN } else { (mix(row) % 1000) as f64 })),
                ("signs", of(|row| [0.0, -0.0, -1.5, f64::MAX][mix(row) as usize % 4])),
                ("one", of(|_| 0.25)),
                ("nothing", of(|_| f64::NAN)),
            ];
            let name = |row: usize| (!mix(row).is_multiple_of(5)).then(|| ["é", "", "maths", "coding"][mix(row) as usize % 4]);
            Table {
                rows: (0..rows as u32).map(|row| 3 * row + u32::from(mix(row as usize).is_multiple_of(2)) + 7).collect(),
                numbers,
                codes: (0..rows).map(|row| if row < rows / 2 { 1 } else { (mix(row) % 3) as u8 }).collect(),
                names: Names::new((0..rows).map(name)),
                texts: (0..rows).map(|row| format!("query-{}", mix(row))).collect(),
            }
        }

        fn columns(&self) -> Vec<NewColumn<'_>> {
            let mut columns = vec![NewColumn::new("row", Cells::Rows(&self.rows))];
            columns.extend(self.numbers.iter().map(|(name, cells)| NewColumn::new(*name, Cells::Numbers(cells))));
            columns.push(NewColumn::new("codes", Cells::Codes(&self.codes)));
            columns.push(NewColumn::new("names", Cells::Names(&self.names)));
            columns.push(NewColumn::new("texts", Cells::Texts(&self.texts)));
            columns.push(NewColumn::new("other", Cells::Other(Series::new("other".into(), &self.texts))));
            columns
        }

        /// What polars is to read.
        fn frame(&self) -> PolarsResult<DataFrame> {
            let mut columns = vec![UInt32Chunked::from_slice("row".into(), &self.rows).into_series()];
            columns.extend(self.numbers.iter().map(|(name, cells)| {
                let cells = cells.iter().map(|&cell| (!cell.is_nan()).then_some(cell));
                cells.collect::<Float64Chunked>().with_name((*name).into()).into_series()
            }));
            columns.push(UInt8Chunked::from_slice("codes".into(), &self.codes).into_series());
            let names: Vec<Option<&str>> = (0..self.rows.len()).map(|row| self.names.get(row)).collect();
            columns.push(Series::new("names".into(), names));
            columns.push(Series::new("texts".into(), &self.texts));
            columns.push(Series::new("other".into(), &self.texts));
            DataFrame::new_infer_height(columns.into_iter().map(PolarsColumn::from).collect())
        }
    }

    fn written(table: &Table) -> Result<(tempfile::TempDir, ParquetReader<File>)> {
        let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
        let path = folder.path().join("t.parquet");
        write_parquet(&path, &table.columns(), GROUP)?.wait()?;
        let file = File::open(&path).map_err(|error| Error::new("not opened").cause(error))?;
        Ok((folder, ParquetReader::new(file)))
    }

    #[test]
    fn polars_reads_what_was_written() -> Result<()> {
        let fail = |cause: PolarsError| Error::new("not read").cause(cause);
        for rows in [1, 2, 77, 5000, 2 * GROUP + 77] {
            let table = Table::new(rows);
            let (_folder, reader) = written(&table)?;
            let (found, fresh) = (reader.finish().map_err(fail)?, table.frame().map_err(fail)?);
            assert!(found.equals_missing(&fresh), "{rows} rows: {found}, {fresh}");
            // `equals_missing` takes 0 and -0 for the same.
            let bits = |frame: &DataFrame| -> PolarsResult<Vec<Option<u64>>> {
                Ok(frame.column("signs")?.f64()?.iter().map(|cell| cell.map(f64::to_bits)).collect())
            };
            assert_eq!(bits(&found).map_err(fail)?, bits(&fresh).map_err(fail)?);
        }
        Ok(())
    }

    #[test]
    fn columns_that_are_decoded_here_are_what_polars_reads() -> Result<()> {
        let fail = |cause: PolarsError| Error::new("not read").cause(cause);
        for rows in [1, 77, 5000, 2 * GROUP + 77] {
            // With gaps in the row numbers, and without.
            let mut table = Table::new(rows);
            if rows > 77 {
                table.rows = (5..5 + rows as u32).collect();
            }
            let (folder, reader) = written(&table)?;
            let fresh = reader.finish().map_err(fail)?;
            let file = ParquetFile::open(&TracePlace::Folder(folder.path().to_owned()), "t.parquet")?;
            let groups = rows.div_ceil(GROUP);
            let read = file.read(|_| true, 0..groups)?;
            assert!(read.frame.equals_missing(&fresh), "{rows} rows: {}, {fresh}", read.frame);
            let bits = |frame: &DataFrame| -> PolarsResult<Vec<u64>> {
                Ok(frame.column("signs")?.f64()?.iter().flatten().map(f64::to_bits).collect())
            };
            assert_eq!(bits(&read.frame).map_err(fail)?, bits(&fresh).map_err(fail)?);
            // What has gaps has no bounds: polars reads it.
            assert_eq!([read.bounds("one"), read.bounds("nothing"), read.bounds("row")], [Some([0.25; 2]), None, None]);
            if rows > 77 {
                let known = ["whole", "compressible", "signs", "whole with gaps"].map(|name| read.bounds(name));
                assert_eq!(known, [Some([0.0, 9.0]), Some([0.0, rows as f64 - 1.0]), Some([-1.5, f64::MAX]), None]);
                assert_eq!(read.bounds("codes"), Some([0.0, 2.0]));
            }
            // The last row group, and then both tables as one.
            let last = file.read(|name| name == "compressible", groups - 1..groups)?;
            let first = file.read(|name| name == "compressible", 0..1)?;
            let mut both = first;
            both.append(&last).map_err(fail)?;
            assert_eq!(both.bounds("compressible"), Some([0.0, rows as f64 - 1.0]));
        }
        Ok(())
    }

    #[test]
    fn row_groups_are_whole_blocks_and_small() -> Result<()> {
        let fail = |cause: PolarsError| Error::new("not read").cause(cause);
        let (_folder, mut reader) = written(&Table::new(2 * GROUP + 77))?;
        let groups = reader.get_metadata().map_err(fail)?.row_groups.clone();
        assert_eq!(groups.iter().map(|group| group.num_rows()).collect::<Vec<_>>(), [GROUP, GROUP, 77]);
        let size = |name: &str| {
            let chunk = groups[0].parquet_columns().iter().find(|chunk| chunk.descriptor().path_in_schema[0].as_str() == name);
            chunk.map_or((0, 0), |chunk| (chunk.compressed_size() as usize, chunk.uncompressed_size() as usize))
        };
        // What looks random is not compressed, eight bytes a cell; what does not is.
        assert!(size("random").0 == size("random").1 && size("random").1 >= 8 * GROUP, "{:?}", size("random"));
        assert!(size("compressible").0 < size("compressible").1 / 2, "{:?}", size("compressible"));
        // Ten values: four bits a cell. One value, or none: a run. Steps of rows: 2, 3 or 4, in two bits.
        assert!(size("whole").0 < GROUP / 2 + 500 && size("one").0 < 500 && size("nothing").0 < 500, "{:?}", size("whole"));
        assert!(size("row").0 < GROUP / 4 + GROUP / 16 + 500, "{:?}", size("row"));
        Ok(())
    }

    #[test]
    fn footers_tell_the_least_the_greatest_and_what_is_missing() -> Result<()> {
        let fail = |cause: PolarsError| Error::new("not read").cause(cause);
        let (_folder, mut reader) = written(&Table::new(GROUP))?;
        let footer = reader.get_metadata().map_err(fail)?.clone();
        let told = |name: &str| {
            let chunk = footer.row_groups[0].parquet_columns().iter().find(|chunk| chunk.descriptor().path_in_schema[0].as_str() == name);
            let statistics = chunk.and_then(|chunk| chunk.statistics(&footer.footer_buf)).and_then(std::result::Result::ok)?;
            let numbers = statistics.expect_as_double();
            Some((numbers.min_value?, numbers.max_value?, numbers.null_count?))
        };
        assert_eq!(told("whole"), Some((0.0, 9.0, 0)));
        assert_eq!(told("compressible"), Some((0.0, GROUP as f64 - 1.0, 0)));
        let gaps = (0..GROUP).filter(|row| row % 7 == 3).count() as i64;
        assert!(told("random with gaps").is_some_and(|(_, _, missing)| missing == gaps));
        Ok(())
    }
}
