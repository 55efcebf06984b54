//! Writing a tally.

use std::path::Path;

use polars::io::parquet::write::KeyValueMetadata;
use polars::prelude::{Column, DataFrame, NamedFrom, ParquetCompression, ParquetWriter, Series};

use super::{CHECK, COLUMNS, FORMAT, Head, PartTally, VERSION, seal};
use crate::error::{Error, Result};
use crate::output;
use crate::report::finite;

impl PartTally {
    /// The bytes of its file: the same for the same part, wherever they are made.
    ///
    /// # Errors
    /// Where a figure is not finite.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let head = self.head();
        finite::check(&head)?;
        let head = serde_json::to_string(&head).map_err(|cause| fail(&cause))?;
        let (mut of, mut numbers) = (Vec::new(), Vec::new());
        self.part.totals.clone().visit(&mut |what, number| {
            of.push(what.to_owned());
            numbers.push(number);
            Ok(number)
        })?;
        let [name, high, low] = COLUMNS.map(Into::into);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the two halves of a number")]
        let (highs, lows): (Vec<i64>, Vec<u64>) = numbers.iter().map(|number| ((number >> 64) as i64, *number as u64)).unzip();
        let columns: Vec<Column> = vec![Series::new(name, of).into(), Series::new(high, highs).into(), Series::new(low, lows).into()];
        let mut frame = DataFrame::new(numbers.len(), columns).map_err(|cause| fail(&cause))?;
        let footer = KeyValueMetadata::from_static(vec![(FORMAT.to_owned(), head), (CHECK.to_owned(), seal::open())]);
        let mut bytes = Vec::new();
        let writer = ParquetWriter::new(&mut bytes).with_compression(ParquetCompression::Zstd(None));
        writer.with_key_value_metadata(Some(footer)).finish(&mut frame).map_err(|cause| fail(&cause))?;
        seal::seal(&mut bytes)?;
        Ok(bytes)
    }

    /// Writes its file in one step.
    ///
    /// # Errors
    /// As [`PartTally::to_bytes`], where there is something already and `force` is not set, and where the system
    /// refuses.
    pub fn write(&self, path: &Path, force: bool) -> Result<()> {
        output::file(path, force, &self.to_bytes().map_err(|error| error.at(path.display()))?)
    }

    pub(super) fn head(&self) -> Head {
        let part = &self.part;
        Head {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            making: self.making.clone(),
            outline: part.outline.clone(),
            queries: [part.queries.start, part.queries.end],
            of: part.of,
            rows: part.rows,
            groups: part.totals.facts.groups.clone(),
            largest: part.largest.clone(),
        }
    }
}

fn fail(cause: &dyn std::fmt::Display) -> Error {
    Error::new("a tally cannot be written").cause(cause)
}
