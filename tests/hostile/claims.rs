//! Parquet files of a few hundred bytes that claim, or hold, more than there is room for.

use std::fs;

use crate::child::{refused, run, toy};
use crate::forge::{self, Column};

const QUERIES: &str = "trace/queries.parquet";
const SMALL: &str = "trace/outcomes/endpoint=small@laptop/part-0.parquet";

/// Every way into a trace.
const WAYS: &[&[&str]] =
    &[&["check", "trace"], &["inspect", "trace"], &["replay", "trace", "--policy", "oracle", "--missing", "unavailable"]];
const STREAM: &[&str] = &["replay", "trace", "--policy", "oracle", "--stream"];
/// In bounds that a debug build on a busy machine keeps.
const SECONDS: u64 = 20;
const PEAK_MB: u64 = 300;

fn forged(file: &str, bytes: &[u8], words: &[&str], peak_mb: u64) {
    let folder = toy();
    fs::write(folder.path().join(file), bytes).unwrap();
    for way in WAYS.iter().chain(&[STREAM]) {
        refused(folder.path(), way, words, SECONDS, peak_mb);
    }
}

fn queries(rows: u32) -> Vec<Column> {
    vec![Column::row(rows), Column::text("query_id", "q", rows)]
}

/// Claims of 2^40 rows.
fn trillion(mut columns: Vec<Column>) -> Vec<u8> {
    columns.iter_mut().for_each(|column| column.claims = 1 << 40);
    forge::file(&columns, (1 << 40, 1 << 40))
}

#[test]
fn the_forge_makes_files_that_are_read() {
    let folder = toy();
    // One row: a value that repeats is no key.
    fs::write(folder.path().join(QUERIES), forge::file(&queries(1), (1, 1))).unwrap();
    let ended = run(folder.path(), &["check", "trace"]);
    let said = ended.stdout + &ended.stderr;
    assert!(said.contains("an outcome belongs to no query") && !said.contains("cannot read"), "{said}");
    let rows = |rows: u32| forge::file(&[Column::row(rows), Column::number("score", rows)], (rows.into(), rows.into()));
    fs::write(folder.path().join(SMALL), rows(3)).unwrap();
    let ended = run(folder.path(), &["check", "trace"]);
    let said = ended.stdout + &ended.stderr;
    assert!(said.contains("row numbers do not increase") && said.contains("0 after 0"), "{said}");
}

#[test]
fn two_to_the_forty_rows_are_more_than_a_trace_can_have() {
    let words = ["claims more rows than a trace can have", "1099511627776 rows", "up to 4294967296"];
    forged(QUERIES, &trillion(queries(12)), &words, PEAK_MB);
    forged(SMALL, &trillion(vec![Column::row(12), Column::number("score", 12)]), &words, PEAK_MB);
}

#[test]
fn a_footer_that_contradicts_itself_is_refused() {
    forged(QUERIES, &forge::file(&queries(12), (12, 1 << 40)), &["contradicts itself", "1099511627776 rows in all, and 12"], PEAK_MB);
    let mut columns = queries(12);
    columns[1].claims = 1 << 40;
    forged(
        QUERIES,
        &forge::file(&columns, (12, 12)),
        &["contradicts itself", "column `query_id`", "1099511627776 values in 12 rows"],
        PEAK_MB,
    );
}

#[test]
fn two_billion_rows_in_a_few_hundred_bytes_are_refused_before_they_are_read() {
    let rows = i32::MAX as u32;
    let (queries, outcomes) = (queries(rows), [Column::row(rows), Column::number("score", rows)]);
    let file = |columns: &[Column]| forge::file(columns, (rows.into(), rows.into()));
    assert!(file(&queries).len() < 500 && file(&outcomes).len() < 500);
    // 2^31 rows of 4 bytes each at least: 8,589 MB, where 4,295 MB are allowed.
    let words = ["the cells of the trace take more memory than there is", "--stream"];
    for (place, bytes) in [(QUERIES, file(&queries)), (SMALL, file(&outcomes))] {
        let folder = toy();
        fs::write(folder.path().join(place), bytes).unwrap();
        WAYS.iter().for_each(|way| refused(folder.path(), way, &words, SECONDS, PEAK_MB));
    }
    // As long in every file, so that parts could be read, if a row group were not the whole.
    let folder = toy();
    fs::write(folder.path().join(QUERIES), file(&queries)).unwrap();
    for part in fs::read_dir(folder.path().join("trace/outcomes")).unwrap() {
        fs::write(part.unwrap().path().join("part-0.parquet"), file(&outcomes)).unwrap();
    }
    refused(folder.path(), STREAM, &words, SECONDS, PEAK_MB);
}

#[test]
fn pages_that_hold_more_than_the_footer_says_are_refused() {
    let mut columns = queries(12);
    columns.iter_mut().for_each(|column| column.pages = vec![i32::MAX as u32]);
    let folder = toy();
    fs::write(folder.path().join(QUERIES), forge::file(&columns, (12, 12))).unwrap();
    for way in WAYS {
        refused(folder.path(), way, &[], SECONDS, PEAK_MB);
    }
}

#[test]
fn pages_that_swell_to_two_gigabytes_are_refused() {
    let words = ["swells to more than it can hold"];
    // What the footer says of it is no word of a bomb, or all of it.
    for says in [None, Some(2_000_000_000)] {
        let mut columns = queries(12);
        (columns[1].zeros, columns[1].says) = (Some(2_000_000_000), says);
        let file = forge::file(&columns, (12, 12));
        // 15,259 runs of 2^17 zeros, four bytes each.
        assert!(file.len() < 70_000);
        let folder = toy();
        fs::write(folder.path().join(QUERIES), file).unwrap();
        // 12 texts of 2^26 bytes would be 805 MB.
        refused(folder.path(), &["check", "trace"], &words, SECONDS, PEAK_MB);
        let mut columns = vec![Column::row(12), Column::number("score", 12)];
        (columns[1].zeros, columns[1].says) = (Some(2_000_000_000), says);
        let folder = toy();
        fs::write(folder.path().join(SMALL), forge::file(&columns, (12, 12))).unwrap();
        WAYS.iter().for_each(|way| refused(folder.path(), way, &words, SECONDS, PEAK_MB));
    }
}

#[test]
fn files_to_import_are_held_to_the_same() {
    let folder = toy();
    let place = folder.path();
    fs::write(place.join("map.toml"), "layout = \"long\"\n[columns]\nid = \"q\"\nmodel = \"m\"\n[metrics]\nscore = { column = \"ok\" }\n")
        .unwrap();
    let columns = |rows: u32| vec![Column::text("q", "1", rows), Column::text("m", "a", rows), Column::number("ok", rows)];
    let rows = i32::MAX as u32;
    let mut swollen = columns(12);
    swollen[2].zeros = Some(2_000_000_000);
    let files = [
        (trillion(columns(12)), "claims more rows than a trace can have"),
        (forge::file(&columns(rows), (rows.into(), rows.into())), "the cells of the file take more memory than there is"),
        (forge::file(&swollen, (12, 12)), "swells to more than it can hold"),
    ];
    for (file, words) in files {
        fs::write(place.join("rows.parquet"), file).unwrap();
        refused(
            place,
            &["import", "table", "rows.parquet", "--map", "map.toml", "--out", "new"],
            &[words, "rows.parquet"],
            SECONDS,
            PEAK_MB,
        );
        // The same file as the decisions of a recorded policy.
        let policy = "kind = \"recorded\"\n[parameters]\nfile = \"rows.parquet\"\nid = \"q\"\ndecision = \"m\"\n";
        fs::write(place.join("mine.toml"), policy).unwrap();
        if !words.starts_with("swells") {
            // The column that swells is none of its own.
            refused(place, &["replay", "toy", "--policy", "mine.toml"], &[words, "rows.parquet"], SECONDS, PEAK_MB);
        }
    }
}

#[test]
fn one_long_text_that_a_million_rows_share_is_not_copied_for_each() {
    let (rows, text) = (1_000_000, "x".repeat(1 << 20));
    let mut columns = queries(rows);
    columns.push(Column::text("prompt", &text, rows));
    let folder = toy();
    fs::write(folder.path().join(QUERIES), forge::file(&columns, (rows.into(), rows.into()))).unwrap();
    // 10^6 times 2^20 bytes.
    refused(folder.path(), &["check", "trace"], &["the texts of a column take more memory than there is", "at least 10486"], 60, PEAK_MB);
}
