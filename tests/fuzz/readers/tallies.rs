//! Tallies: their head, and numbers in well-formed Parquet. Parquet's own bytes are polars' matter, and those that
//! do not fit the checksum are refused before it sees them.

use std::io::Cursor;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use polars::io::parquet::write::KeyValueMetadata;
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetReader, ParquetWriter, SerReader, Series};
use wattroute::Result;
use wattroute::policy::PolicySpec;
use wattroute::replay::{Parts, Request, Silent, Stream};
use wattroute::report::build::Making;
use wattroute::report::tally::{FORMAT, PartTally, TallyFile, merge};
use wattroute::trace::{Columns, Trace};
use xxhash_rust::xxh3::xxh3_128;

use super::Reader;
use crate::seeds::{everything, show, toy};

/// The first line is the head of a tally of the toy trace. A line after it is a change of its numbers: `ROW COLUMN
/// VALUE`.
pub static TALLY: Reader = Reader {
    name: "tally",
    group: "tallies",
    file: "head.txt",
    words: &[
        "format",
        "wattroute-tally",
        "version",
        "program",
        "making",
        "outline",
        "queries",
        "of",
        "rows",
        "groups",
        "largest",
        "cells",
        "power",
        "overheads",
        "trace",
        "entries",
        "roles",
        "baselines",
        "pools",
        "fallback",
        "local",
        "all",
        "in_use",
        "metrics",
        "dense",
        "in_lines",
        "objective",
        "correct_at",
        "replicates",
        "seed",
        "pool",
        "random",
        "nominal",
        "has_moments",
        "endpoints",
        "high",
        "low",
        "energy_j",
        "score",
        "size",
    ],
    seeds: || {
        let head = &made().0;
        vec![head.clone().into_bytes(), format!("{head}\n0 low 12\n0 high 0\n").into_bytes()]
    },
    read: |folder, bytes| {
        let file = folder.join("part.tally");
        std::fs::write(&file, tally(bytes)).unwrap();
        used(&file)
    },
};

fn used(file: &Path) -> Result<()> {
    show(&merge(vec![TallyFile::open(file)?])?);
    Ok(())
}

/// The toy trace without the endpoint that did not answer every query.
struct Toy(Trace);

impl Parts for Toy {
    fn queries(&self) -> usize {
        self.0.len()
    }

    fn read(&self, range: Range<usize>, _: &Columns) -> Result<Trace> {
        Ok(self.0.gather(&range.map(|row| row as u32).collect::<Vec<_>>()))
    }
}

/// The head and the table of a tally; made once.
fn made() -> &'static (String, DataFrame) {
    static MADE: OnceLock<(String, DataFrame)> = OnceLock::new();
    MADE.get_or_init(|| {
        let all: Vec<u32> = (0..toy().len() as u32).collect();
        let mut trace = toy().gather(&all);
        let sparse = trace.outcomes.iter().position(|outcomes| outcomes.answered < trace.len()).unwrap();
        trace.outcomes.remove(sparse);
        trace.info.endpoints.remove(sparse);
        let (trace, columns) = (Toy(trace), everything());
        let specs: Vec<PolicySpec> = ["oracle", "noisy-oracle"].iter().map(|name| PolicySpec::find(name).unwrap()).collect();
        let request = Request { replicates: 2, ..Request::default() };
        let part = Stream::within(&trace, 0..all.len(), &columns, &specs, &request, 1).unwrap().add_up(&Silent).unwrap();
        let making = Making { verb: "replay".to_owned(), arguments: vec!["replay".to_owned()], carbon_g_per_kwh: None };
        let bytes = PartTally { making, part }.to_bytes().unwrap();
        let mut reader = ParquetReader::new(Cursor::new(bytes));
        let footer = reader.get_metadata().unwrap().key_value_metadata().clone().unwrap();
        let head = footer.into_iter().find(|found| found.key == FORMAT).unwrap().value.unwrap();
        (head, reader.finish().unwrap())
    })
}

/// A tally with this head and the changed numbers, whose checksum is right.
fn tally(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let (head, changes) = text.split_once('\n').unwrap_or((&text, ""));
    let mut table = made().1.clone();
    for change in changes.lines().take(20) {
        let [row, column, value] = change.split(' ').collect::<Vec<_>>()[..] else { continue };
        let Ok(row) = row.parse::<usize>() else { continue };
        let whole = |column: &str| table.column(column).unwrap().as_materialized_series().clone();
        let series = match column {
            "high" => {
                let put = |(at, cell)| if at == row { value.parse::<i64>().ok() } else { cell };
                Series::new(column.into(), whole(column).i64().unwrap().iter().enumerate().map(put).collect::<Vec<_>>())
            }
            "low" => {
                let put = |(at, cell)| if at == row { value.parse::<u64>().ok() } else { cell };
                Series::new(column.into(), whole(column).u64().unwrap().iter().enumerate().map(put).collect::<Vec<_>>())
            }
            "rows" => {
                table = table.head(Some(row));
                continue;
            }
            _ => continue,
        };
        let _ = table.with_column(series.into_column());
    }
    let digits = "0".repeat(32);
    let footer = vec![(FORMAT.to_owned(), head.to_owned()), (format!("{FORMAT}-check"), format!("xxh3:{digits}"))];
    let mut bytes = Vec::new();
    let writer = ParquetWriter::new(&mut bytes).with_key_value_metadata(Some(KeyValueMetadata::from_static(footer)));
    writer.finish(&mut table).unwrap();
    let digits = format!("xxh3:{digits}");
    let place = bytes.windows(digits.len()).rposition(|window| window == digits.as_bytes()).unwrap() + "xxh3:".len();
    let sum = format!("{:032x}", xxh3_128(&bytes));
    bytes[place..place + sum.len()].copy_from_slice(sum.as_bytes());
    bytes
}
