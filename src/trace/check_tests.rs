//! Traces with one thing broken: `toy`, copied and damaged.

use std::fs;
use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, IntoColumn, NamedFrom, ParquetReader, ParquetWriter, SerReader, Series};
use tempfile::TempDir;

use super::{Check, Columns, Trace, check};

const SMALL: &str = "outcomes/endpoint=small@laptop/part-0.parquet";
pub(super) const QUERIES: &str = "queries.parquet";

/// A copy of `toy` that may be damaged.
pub(super) struct Damaged(TempDir);

impl Damaged {
    pub(super) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        copy(Path::new("traces/toy"), folder.path());
        Damaged(folder)
    }

    pub(super) fn file(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    /// Writes a table anew, with its columns changed.
    fn table(self, file: &str, change: impl FnOnce(&mut DataFrame)) -> Self {
        let mut table = ParquetReader::new(fs::File::open(self.file(file)).unwrap()).finish().unwrap();
        change(&mut table);
        ParquetWriter::new(fs::File::create(self.file(file)).unwrap()).finish(&mut table).unwrap();
        self
    }

    /// Replaces one column, or adds it.
    pub(super) fn column(self, file: &str, series: Series) -> Self {
        self.table(file, |table| {
            table.with_column(series.into_column()).unwrap();
        })
    }

    fn text(self, from: &str, to: &str) -> Self {
        let text = fs::read_to_string(self.file("trace.toml")).unwrap();
        assert!(text.contains(from));
        fs::write(self.file("trace.toml"), text.replace(from, to)).unwrap();
        self
    }

    fn bytes(self, file: &str, change: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut bytes = fs::read(self.file(file)).unwrap();
        change(&mut bytes);
        fs::write(self.file(file), bytes).unwrap();
        self
    }

    pub(super) fn check(&self) -> Check {
        check(self.0.path().to_str().unwrap()).unwrap()
    }

    /// The faults as text; opening the trace must fail with the same ones, if it reads those columns.
    #[track_caller]
    fn faults(&self) -> Vec<String> {
        let found = self.check();
        let faults: Vec<String> = found.faults.iter().map(ToString::to_string).collect();
        let opened = Trace::open(self.0.path().to_str().unwrap(), &Columns::all());
        let told = opened.expect_err("a faulty trace opens").to_string();
        for fault in faults.iter().take(20) {
            assert!(told.contains(fault), "open says\n{told}\nwithout\n{fault}");
        }
        faults
    }

    /// The one fault must have these parts.
    #[track_caller]
    pub(super) fn has_the_fault(&self, parts: &[&str]) {
        let faults = self.faults();
        assert_eq!(faults.len(), 1, "{faults:#?}");
        parts.iter().for_each(|part| assert!(faults[0].contains(part), "no `{part}` in\n{}", faults[0]));
    }

    /// There must be no fault, and a warning with this part.
    #[track_caller]
    fn has_the_warning(&self, part: &str) {
        let found = self.check();
        assert_eq!(found.fault_count, 0, "{:#?}", found.faults);
        let warnings: Vec<String> = found.warnings.iter().map(ToString::to_string).collect();
        assert!(warnings.len() == 1 && warnings[0].contains(part), "{warnings:#?}");
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

fn set(table: &mut DataFrame, column: &str, row: usize, value: f64) {
    let cells: Vec<Option<f64>> = table.column(column).unwrap().f64().unwrap().iter().collect();
    let cells = cells.into_iter().enumerate().map(|(index, cell)| if index == row { Some(value) } else { cell });
    let series = Series::new(column.into(), cells.collect::<Vec<_>>());
    table.with_column(series.into_column()).unwrap();
}

#[test]
fn sound_traces_have_no_faults() {
    for name in ["toy", "ladder"] {
        let found = check(name).unwrap();
        assert_eq!((found.fault_count, found.warnings.len()), (0, 0), "{found:#?}");
    }
    assert!(check("toy").unwrap().notes.contains(&"no endpoint has `perplexity`".to_owned()));
}

#[test]
fn cells_out_of_range() {
    for (column, value, found, allowed) in [
        ("score", 1.5, "1.5", "0 to 1"),
        ("energy_j", -2.0, "-2", "from 0 up"),
        ("latency_s", f64::NAN, "NaN", "from 0 up"),
        ("cost_usd", f64::INFINITY, "inf", "from 0 up"),
    ] {
        let trace = Damaged::new().table(SMALL, |table| set(table, column, 3, value));
        trace.has_the_fault(&[SMALL, &format!("column `{column}`, row 3"), &format!("found: {found}"), allowed]);
    }
}

#[test]
fn every_fault_is_told_and_many_of_a_column_are_counted() {
    let trace = Damaged::new()
        .column(SMALL, Series::new("energy_j".into(), [-1.0; 12]))
        .table(QUERIES, |table| set(table, "arrival_s", 2, -5.0))
        .text("batch_size = 1", "batch_size = 0");
    // Four endpoints with batch size 0, one arrival, twelve energies of which five are told.
    assert_eq!(trace.check().fault_count, 4 + 1 + 12);
    let faults = trace.faults();
    assert_eq!(faults.len(), 4 + 1 + 5 + 1, "{faults:#?}");
    assert!(faults[10].contains("7 more"), "{}", faults[10]);
}

#[test]
fn rows_and_ids() {
    let rows: Vec<u32> = vec![0, 1, 2, 3, 3, 5, 6, 7, 8, 9, 10, 11];
    Damaged::new().column(SMALL, Series::new("row".into(), rows)).has_the_fault(&[SMALL, "`row`, row 4", "3 after 3"]);
    let rows: Vec<u32> = vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99];
    Damaged::new().column(SMALL, Series::new("row".into(), rows)).has_the_fault(&[SMALL, "belongs to no query", "found: 99"]);
    let ids = ["a", "b", "a", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let doubled = Damaged::new().column(QUERIES, Series::new("query_id".into(), ids));
    doubled.has_the_fault(&[QUERIES, "`query_id`, row 2", "`a`, which row 0 has already"]);
}

#[test]
fn columns_of_the_wrong_kind() {
    let strings = Series::new("score".into(), ["x"; 12]);
    Damaged::new().column(SMALL, strings).has_the_fault(&[SMALL, "column `score`", "wrong type", "str", "f64"]);
    let numbers = Series::new("dataset".into(), [1.0; 12]);
    Damaged::new().column(QUERIES, numbers).has_the_fault(&[QUERIES, "column `dataset`", "wrong type", "f64"]);
    let without = Damaged::new().table(SMALL, |table| {
        let _: Column = table.drop_in_place("row").unwrap();
    });
    without.has_the_fault(&[SMALL, "a column `row`"]);
}

#[test]
fn files_cut_off_or_gone() {
    Damaged::new().bytes(SMALL, |bytes| bytes.truncate(bytes.len() / 2)).has_the_fault(&["cannot read", SMALL]);
    Damaged::new().bytes(QUERIES, |bytes| bytes.clear()).has_the_fault(&["cannot read", QUERIES]);
    // Damage inside the file, behind a footer that is whole.
    Damaged::new().bytes(SMALL, |bytes| bytes[4..400].fill(0xff)).has_the_fault(&["cannot read", SMALL]);
    let trace = Damaged::new();
    fs::remove_file(trace.file(SMALL)).unwrap();
    trace.has_the_fault(&["no outcomes", "small@laptop"]);
    let trace = Damaged::new();
    fs::remove_file(trace.file(QUERIES)).unwrap();
    trace.has_the_fault(&["missing", QUERIES]);
}

#[test]
fn descriptions() {
    let unreadable = Damaged::new().text("model = \"tiny\"", "modle = \"tiny\"").table(SMALL, |table| set(table, "score", 0, 7.0));
    let faults = unreadable.faults();
    assert!(faults.len() == 2 && faults[0].contains("modle") && faults[1].contains("found: 7"), "{faults:#?}");
    let unknown = Damaged::new().text("[\"small@laptop\",", "[\"smal@laptop\",");
    unknown.has_the_fault(&["[defaults]", "`smal@laptop`", "did you mean `small@laptop`"]);
    let trace = Damaged::new();
    fs::rename(trace.file("outcomes/endpoint=tiny@phone"), trace.file("outcomes/endpoint=other")).unwrap();
    let faults = trace.faults();
    assert!(faults.len() == 2 && faults[0].contains("no outcomes") && faults[1].contains("endpoint=other"), "{faults:#?}");
}

#[test]
fn sources_that_nobody_named() {
    let codes = Series::new("energy_j_source".into(), [0_u32, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let codes = codes.cast(&polars::prelude::DataType::UInt8).unwrap();
    Damaged::new().column(SMALL, codes).has_the_fault(&[SMALL, "`energy_j_source`, row 2", "found: 3", "[[source]]"]);
}

#[test]
fn what_may_mislead_is_a_warning() {
    let graded = Damaged::new().table(SMALL, |table| set(table, "score", 0, 0.5));
    graded.has_the_warning("graded");
    let said = Damaged::new().text("[defaults]", "[defaults]\ncorrect_at = 0.5").table(SMALL, |table| set(table, "score", 0, 0.5));
    assert!(said.check().warnings.is_empty());
    let mistyped = Damaged::new().column(SMALL, Series::new("latency_ms".into(), [1.0; 12]));
    mistyped.has_the_warning("column `latency_ms`");
    let scopes =
        Damaged::new().text("batch_size = 1\nenergy_scope = \"node\"\nprice", "batch_size = 1\nenergy_scope = \"facility\"\nprice");
    scopes.has_the_warning("facility (`large@server`)");
    let trace = Damaged::new();
    fs::write(trace.file("outcomes/endpoint=tiny@phone/notes.txt"), "x").unwrap();
    trace.has_the_warning("notes.txt");
}
