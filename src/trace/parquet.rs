//! Opening and reading a trace's Parquet files.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use polars::io::mmap::MmapBytesReader;
use polars::io::parquet::metadata::FileMetadata;
use polars::prelude::{ArrowDataType, ArrowSchema, DataFrame, ParallelStrategy, ParquetReader, SerReader};

use super::claims;
use super::decode::Decoded;
use super::embedding;
use super::place::TracePlace;
use super::sheet::{Sheet, Table};
use crate::error::{Error, Result};

/// Rows that a thread reads at a time, unless a row group has more.
const PIECE_ROWS: usize = if cfg!(test) { 1000 } else { 64 * super::column::BLOCK_ROWS };

/// A Parquet file of the trace: what its footer says, before its cells are read.
pub(super) struct ParquetFile {
    place: TracePlace,
    /// Its name within the trace.
    file: String,
    footer: Arc<FileMetadata>,
    schema: Arc<ArrowSchema>,
}

impl ParquetFile {
    /// Opens a file and reads its footer.
    pub(super) fn open(place: &TracePlace, file: &str) -> Result<Self> {
        let mut reader = reader(place, file)?;
        let mut footer = reader.get_metadata().map_err(|cause| broken(place, file, cause))?.clone();
        let mut schema = reader.schema().map_err(|cause| broken(place, file, cause))?;
        if schema.iter_values().any(|field| matches!(field.dtype, ArrowDataType::FixedSizeList(..))) {
            // Takes lists of fixed size for lists: polars, as it is built here, panics at them, and its
            // feature for them makes its build a sixth longer. Parquet does not tell the two apart, only
            // the note on Arrow's types that the writer added does: without it types are Parquet's own.
            footer = Arc::new(FileMetadata { key_value_metadata: None, ..footer.as_ref().clone() });
            let mut plain = self::reader(place, file)?;
            plain.set_metadata(footer.clone());
            schema = plain.schema().map_err(|cause| broken(place, file, cause))?;
        }
        let bytes = length(place, file)?;
        claims::check(&footer, &schema, bytes).map_err(|error| error.at(place.name(file)))?;
        Ok(ParquetFile { place: place.clone(), file: file.to_owned(), footer, schema })
    }

    /// The names of its columns.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.schema.iter_names().map(|name| name.as_str())
    }

    /// Its name, as messages name it.
    pub(super) fn name(&self) -> String {
        self.place.name(&self.file)
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.row_groups().sum()
    }

    /// The number of rows of each row group.
    pub(super) fn row_groups(&self) -> impl Iterator<Item = usize> {
        self.footer.row_groups.iter().map(|group| group.num_rows())
    }

    /// The row groups that hold some of the rows, in pieces that a thread reads at a time, with the rows
    /// that stand before the first of them. One empty piece where there is no such row group: it has the
    /// columns, if no cells.
    pub(super) fn pieces(&self, rows: &Range<usize>) -> (Vec<Range<usize>>, usize) {
        let (mut pieces, mut before, mut end, mut held) = (Vec::<Range<usize>>::new(), 0, 0, PIECE_ROWS);
        for (group, height) in self.row_groups().enumerate() {
            let start = end;
            end += height;
            if end <= rows.start || start >= rows.end {
                continue;
            }
            if pieces.is_empty() {
                before = start;
            }
            match pieces.last_mut().filter(|_| held < PIECE_ROWS) {
                Some(piece) => piece.end = group + 1,
                None => {
                    pieces.push(group..group + 1);
                    held = 0;
                }
            }
            held += height;
        }
        if pieces.is_empty() {
            pieces.push(0..0);
        }
        (pieces, before)
    }

    /// Bytes that the wanted columns of some row groups take in memory at least.
    pub(super) fn memory(&self, wanted: impl Fn(&str) -> bool, groups: Range<usize>) -> u64 {
        claims::memory(&self.footer, &self.schema, wanted, groups)
    }

    /// A table of some row groups, with the wanted columns that the file has. Decoded on this thread alone:
    /// a trace has many files, and they are read side by side.
    pub(super) fn read(&self, wanted: impl Fn(&str) -> bool, groups: Range<usize>) -> Result<Table> {
        let names: Vec<&str> = self.columns().filter(|name| wanted(name)).collect();
        for field in names.iter().filter_map(|name| self.schema.get(name)) {
            if is_other_list(&field.dtype) {
                return Err(Error::new("a column has the wrong type")
                    .at(format!("{}, column `{}`", self.place.name(&self.file), field.name))
                    .found(format!("{:?}", field.dtype))
                    .allowed(embedding::ALLOWED_TYPES));
            }
        }
        let missing = || Error::new("a file of the trace is missing").at(self.name());
        let mut file = self.place.open(&self.file)?.ok_or_else(missing)?;
        let decoded: Vec<Option<Decoded>> = names.iter().map(|name| self.decode(name, groups.clone(), &mut file)).collect();
        let is_other = |name: &str| names.iter().zip(&decoded).any(|(other, decoded)| *other == name && decoded.is_none());
        claims::check_pages(&self.footer, &self.schema, is_other, groups.clone(), &mut file).map_err(|error| error.at(self.name()))?;
        let others = names.iter().zip(&decoded).filter(|(_, decoded)| decoded.is_none()).map(|(name, _)| (*name).to_owned()).collect();
        let others = self.read_others(others, groups)?;
        let mut sheet = Sheet::default();
        let unfit = |cause| broken(&self.place, &self.file, cause);
        for (name, decoded) in names.iter().zip(decoded) {
            match decoded {
                Some(decoded) => sheet.push(name, decoded),
                None => sheet.columns.push(others.column(name).map_err(unfit)?.clone()),
            }
        }
        sheet.table().map_err(unfit)
    }

    /// A column of some row groups, where it is in a form that is decoded here, and claims no more than it can hold.
    fn decode(&self, name: &str, groups: Range<usize>, file: &mut (impl Read + Seek)) -> Option<Decoded> {
        let groups = self.footer.row_groups.get(groups).filter(|groups| !groups.is_empty())?;
        let field = self.schema.get(name)?;
        let mut decoded = Decoded::new(&field.dtype, groups.iter().map(|group| group.num_rows()).sum())?;
        for group in groups {
            let mut chunks = group.parquet_columns().iter().filter(|chunk| *chunk.descriptor().path_in_schema == [name]);
            let chunk = chunks.next().filter(|chunk| usize::try_from(chunk.num_values()) == Ok(group.num_rows()))?;
            let range = chunk.byte_range();
            file.seek(SeekFrom::Start(range.start)).ok()?;
            let mut bytes = Vec::with_capacity(usize::try_from(range.end - range.start).ok()?);
            file.take(range.end - range.start).read_to_end(&mut bytes).ok()?;
            claims::check_chunk(chunk, field, Cursor::new(&bytes), 0..range.end - range.start).ok()?;
            decoded.add(chunk, bytes)?;
        }
        Some(decoded)
    }

    /// A table of some columns as polars reads it.
    fn read_others(&self, names: Vec<String>, groups: Range<usize>) -> Result<DataFrame> {
        if names.is_empty() {
            return Ok(DataFrame::empty());
        }
        let mut reader = reader(&self.place, &self.file)?;
        reader.set_metadata(self.footer_of(groups));
        let table = reader.with_columns(Some(names)).read_parallel(ParallelStrategy::None).finish();
        table.map_err(|cause| broken(&self.place, &self.file, cause))
    }

    /// The footer as if the file had only some of its row groups.
    fn footer_of(&self, groups: Range<usize>) -> Arc<FileMetadata> {
        if groups == (0..self.footer.row_groups.len()) {
            return self.footer.clone();
        }
        let all = self.footer.as_ref();
        let row_groups = all.row_groups.get(groups).unwrap_or_default().to_vec();
        Arc::new(FileMetadata {
            version: all.version,
            num_rows: row_groups.iter().map(|group| group.num_rows()).sum(),
            max_row_group_height: all.max_row_group_height,
            created_by: all.created_by.clone(),
            row_groups,
            key_value_metadata: all.key_value_metadata.clone(),
            schema_descr: all.schema_descr.clone(),
            column_orders: all.column_orders.clone(),
            footer_buf: all.footer_buf.clone(),
        })
    }
}

fn length(place: &TracePlace, file: &str) -> Result<u64> {
    let fail = |cause: std::io::Error| Error::new("cannot read a file of the trace").at(place.name(file)).cause(cause);
    place.open(file)?.map_or(Ok(0), |mut file| file.seek(SeekFrom::End(0)).map_err(fail))
}

fn reader(place: &TracePlace, file: &str) -> Result<ParquetReader<Box<dyn MmapBytesReader>>> {
    let source = place.open(file)?.ok_or_else(|| Error::new("a file of the trace is missing").at(place.name(file)))?;
    Ok(ParquetReader::new(source))
}

fn broken(place: &TracePlace, file: &str, cause: polars::error::PolarsError) -> Error {
    Error::new("cannot read a Parquet file of the trace")
        .at(place.name(file))
        .cause(cause)
        .hint("the file may be cut off or of another format: make the trace again")
}

/// A list of what polars, as it is built here, panics at: 16-bit floats, small integers, dates.
fn is_other_list(dtype: &ArrowDataType) -> bool {
    use ArrowDataType as T;
    let (T::List(inner) | T::LargeList(inner)) = dtype else { return false };
    !matches!(inner.dtype, T::Null | T::Float32 | T::Float64 | T::Int32 | T::Int64 | T::UInt8 | T::UInt32 | T::UInt64)
}
