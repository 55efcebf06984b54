use std::fs::File;

use polars::prelude::{Column, DataFrame, ParquetWriter};

use super::*;

const COLUMNS: RecordingColumns = RecordingColumns { id: "global index", value: "prediction", skip_if: None };

fn read(name: &str, text: &str, columns: &RecordingColumns) -> std::result::Result<Recording, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join(name);
    std::fs::write(&path, text).map_err(|error| error.to_string())?;
    Recording::read(&path, columns).map_err(|error| error.to_string())
}

fn rows(recording: &Recording) -> Vec<(&str, String, usize)> {
    recording.rows.iter().map(|row| (row.id.as_str(), row.value.to_string(), row.line)).collect()
}

#[test]
fn every_form_of_a_file_gives_the_same_rows() -> std::result::Result<(), String> {
    // Line 3 of the CSV is the second line of a quoted cell, so that the next row stands on line 4; line 5 is empty.
    let csv = read("x.csv", "global index,note,prediction\nA_1,\"two\nlines\",m\r\nB_2,,\r\n\r\nC,,\r\n", &COLUMNS)?;
    assert_eq!(rows(&csv), [("A_1", "`m`".into(), 2), ("B_2", "nothing".into(), 4), ("C", "nothing".into(), 6)]);
    let lines = read("x.jsonl", "{\"global index\":\"A_1\",\"prediction\":\"m\"}\n\n{\"global index\":7}\n", &COLUMNS)?;
    assert_eq!(rows(&lines), [("A_1", "`m`".into(), 1), ("7", "nothing".into(), 3)]);
    let list =
        "[\n  {\n    \"global index\": \"A_1\",\n    \"prediction\": \"m\"\n  },\n\n  {\"global index\": \"B_2\", \"prediction\": null}]\n";
    assert_eq!(rows(&read("x.json", list, &COLUMNS)?), [("A_1", "`m`".into(), 2), ("B_2", "nothing".into(), 7)]);
    Ok(())
}

#[test]
fn parquet_is_read_with_its_types() -> Result<()> {
    let fail = |error: &dyn std::fmt::Display| Error::new(error.to_string());
    let folder = tempfile::tempdir().map_err(|error| fail(&error))?;
    let path = folder.path().join("x.parquet");
    let columns = vec![Column::new("id".into(), [3i64, 4]), Column::new("p".into(), [Some(0.25f32), None])];
    let mut table = DataFrame::new(2, columns).map_err(|error| fail(&error))?;
    let file = File::create(&path).map_err(|error| fail(&error))?;
    ParquetWriter::new(file).finish(&mut table).map_err(|error| fail(&error))?;
    let found = Recording::read(&path, &RecordingColumns { id: "id", value: "p", skip_if: None })?;
    assert_eq!(rows(&found), [("3", "0.25".into(), 0), ("4", "nothing".into(), 1)]);
    let error = Recording::read(&path, &RecordingColumns { id: "p", value: "id", skip_if: None });
    assert!(error.is_err_and(|error| error.to_string().contains("strings or whole numbers")));
    Ok(())
}

#[test]
fn faults_name_file_and_line() {
    let twice = read("x.csv", "global index,prediction\nA,m\nB,m\nA,n\n", &COLUMNS).err().unwrap_or_default();
    assert!(twice.contains("x.csv, line 4") && twice.contains("`A`, which line 2 has already"), "{twice}");
    let nameless =
        read("x.json", "[{\"global index\": \"A\", \"prediction\": 1},\n{\"prediction\": 2}]", &COLUMNS).err().unwrap_or_default();
    assert!(nameless.contains("a row names no query") && nameless.contains("x.json, line 2, column `global index`"), "{nameless}");
    let column = read("x.jsonl", "{\"global_index\": \"A\", \"prediction\": 1}", &COLUMNS).err().unwrap_or_default();
    assert!(column.contains("did you mean `global_index`?"), "{column}");
    let cut = read("x.json", "[{\"global index\": \"A\",\n", &COLUMNS).err().unwrap_or_default();
    assert!(cut.contains("x.json, line") && cut.contains("cut off"), "{cut}");
    let short = read("x.csv", "global index,prediction\nA\n", &COLUMNS).err().unwrap_or_default();
    assert!(short.contains("line: 2"), "{short}");
    let ending = read("x.txt", "", &COLUMNS).err().unwrap_or_default();
    assert!(ending.contains(".parquet"), "{ending}");
    assert!(read("x.csv", "global index,prediction\n", &COLUMNS).is_err_and(|error| error.contains("no rows")));
}

#[test]
fn rows_of_another_kind_are_passed_over_and_counted() -> std::result::Result<(), String> {
    let columns = RecordingColumns { skip_if: Some("for_optimality"), ..COLUMNS };
    let text = "global index,prediction,for_optimality\nA,m,False\nA,n,True\nB,m,\n";
    let found = read("x.csv", text, &columns)?;
    assert_eq!((rows(&found).len(), found.skipped), (2, 1));
    let error = read("x.csv", "global index,prediction,for_optimality\nA,m,perhaps\n", &columns).err().unwrap_or_default();
    assert!(error.contains("`perhaps`") && error.contains("column `for_optimality`"), "{error}");
    Ok(())
}
