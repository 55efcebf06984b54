//! Tables of a report as Parquet: the same as the CSV files, with types.

use std::path::Path;

use polars::prelude::{Column, DataFrame, NamedFrom, ParquetCompression, ParquetWriter, Series};

use super::columns::{Cells, Table};
use crate::error::{Error, Result};
use crate::output::NewFile;

/// Writes a table as a Parquet file; null where something is not known.
pub(super) fn write(table: &Table, path: &Path) -> Result<()> {
    let fail = |cause: String| Error::new("cannot write").at(path.display()).cause(cause);
    let columns = table.columns.iter().map(|(name, cells)| column(name, cells)).collect();
    let mut frame = DataFrame::new(table.rows, columns).map_err(|error| fail(error.to_string()))?;
    let mut file = NewFile::create(path)?;
    let written = ParquetWriter::new(&mut file).with_compression(ParquetCompression::Zstd(None)).finish(&mut frame);
    file.finish(written.map(drop))?.wait()
}

fn column(name: &str, cells: &Cells) -> Column {
    let name = name.into();
    let series = match cells {
        Cells::Text(cells) => Series::new(name, cells),
        Cells::Count(cells) => Series::new(name, cells),
        Cells::Number(cells) => Series::new(name, cells),
        Cells::Flag(cells) => Series::new(name, cells),
    };
    series.into()
}
