//! Embeddings as they are read, refused, chosen and written: `toy` with a column of vectors.

use std::fs;

use polars::prelude::{DataType, NamedFrom, Series};

use super::check_tests::{Damaged, QUERIES};
use super::{Columns, Draft, Embedding, Trace, schema};

/// Vectors of two numbers, (row, -0.5), and none in row 4.
fn vector(row: usize) -> Option<Vec<f64>> {
    (row != 4).then(|| vec![row as f64, -0.5])
}

fn lists(cells: impl Iterator<Item = Option<Vec<f64>>>, dtype: &DataType) -> Series {
    let list = |cells: Vec<f64>| Series::new("".into(), cells).cast(dtype).unwrap();
    Series::new(schema::EMBEDDING.into(), cells.map(|cells| cells.map(list)).collect::<Vec<_>>())
}

/// `toy` with a vector changed.
fn with(row: usize, cells: &[f64]) -> Damaged {
    let changed = (0..12).map(|other| if other == row { Some(cells.to_vec()) } else { vector(other) });
    Damaged::new().column(QUERIES, lists(changed, &DataType::Float64))
}

fn opened(trace: &Damaged) -> Trace {
    Trace::open(trace.file("").to_str().unwrap(), &Columns::all()).unwrap()
}

fn sound(trace: &Damaged) -> bool {
    let found = trace.check();
    found.fault_count == 0 && found.warnings.is_empty()
}

#[test]
fn lists_of_either_float_are_read() {
    for dtype in [DataType::Float32, DataType::Float64] {
        let trace = Damaged::new().column(QUERIES, lists((0..12).map(vector), &dtype));
        assert!(sound(&trace));
        let embedding = opened(&trace).queries.embedding.unwrap();
        assert_eq!((embedding.width(), embedding.len(), embedding.missing()), (2, 12, 1));
        assert_eq!((embedding.get(7), embedding.get(4)), (Some(&[7.0, -0.5][..]), None));
    }
}

#[test]
fn lists_of_fixed_size_are_read() {
    // Written by pyarrow: vectors (row + 0.5, -1, row / 4) of f64 in `pa.list_(pa.float64(), 3)`, none in row 4.
    let trace = Damaged::new();
    fs::copy("tests/fixed-size-lists.parquet", trace.file(QUERIES)).unwrap();
    assert!(sound(&trace));
    let queries = opened(&trace).queries;
    let embedding = queries.embedding.unwrap();
    assert_eq!((embedding.width(), embedding.len(), embedding.missing()), (3, 12, 1));
    assert_eq!((embedding.get(5), embedding.get(4)), (Some(&[5.5, -1.0, 1.25][..]), None));
    // The other columns are what they were.
    assert_eq!(queries.rows, (0..12).collect::<Vec<u32>>());
    assert!(queries.dataset.unwrap().get(3).is_some());
}

#[test]
fn the_missing_before_the_first_vector_take_its_width() {
    let trace = Damaged::new().column(QUERIES, lists((0..12).map(|row| vector(row).filter(|_| row > 2)), &DataType::Float64));
    let embedding = opened(&trace).queries.embedding.unwrap();
    assert_eq!((embedding.missing(), embedding.get(0), embedding.get(3)), (4, None, Some(&[3.0, -0.5][..])));
    // Without any vector there is no width, and no column.
    let trace = Damaged::new().column(QUERIES, lists((0..12).map(|_| None), &DataType::Float64));
    assert!(sound(&trace) && opened(&trace).queries.embedding.is_none());
}

#[test]
fn vectors_that_cannot_be_are_told() {
    let place = "queries.parquet, column `embedding`, row 3";
    with(3, &[1.0, 2.0, 3.0]).has_the_fault(&[place, "found: 3 numbers", "2 numbers, as in row 0"]);
    with(3, &[]).has_the_fault(&[place, "empty list", "null where missing"]);
    with(3, &[1.0, f64::NAN]).has_the_fault(&[place, "found: null or NaN", "finite"]);
    with(3, &[f64::INFINITY, 1.0]).has_the_fault(&[place, "found: inf"]);
    // Finite in f64, and beyond what f32 holds.
    with(3, &[1.0, 1e300]).has_the_fault(&[place, "found: inf", "within f32"]);
    let words = Series::new("".into(), ["a"]);
    let lists = Series::new(schema::EMBEDDING.into(), vec![words; 12]);
    Damaged::new().column(QUERIES, lists).has_the_fault(&["column `embedding`", "lists of f32 or f64"]);
    let numbers = Series::new(schema::EMBEDDING.into(), [1.0; 12]);
    Damaged::new().column(QUERIES, numbers).has_the_fault(&["column `embedding`", "found: f64", "lists of f32 or f64"]);
}

#[test]
fn a_choice_of_rows_takes_its_vectors_along() {
    let embedding = Embedding::from_vec(2, vec![1.0, 2.0, f32::NAN, f32::NAN, 5.0, 6.0]).unwrap();
    let chosen = embedding.gather(&[2, 1]);
    assert_eq!((chosen.get(0), chosen.get(1), chosen.missing()), (Some(&[5.0, 6.0][..]), None, 1));
    assert!(Embedding::from_vec(2, vec![1.0; 3]).is_err() && Embedding::from_vec(0, Vec::new()).is_err());
}

#[test]
fn a_draft_writes_what_is_read_again() {
    let trace = Damaged::new().column(QUERIES, lists((0..12).map(vector), &DataType::Float64));
    let (draft, unknown) = Draft::open(trace.file("").to_str().unwrap()).unwrap();
    assert!(unknown.is_empty(), "{unknown:?}");
    let mut wrong = draft.clone();
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("t");
    draft.write(&out, false).unwrap();
    let again = Trace::open(out.to_str().unwrap(), &Columns::all()).unwrap().queries.embedding.unwrap();
    assert_eq!((again.get(7), again.get(4), again.missing()), (Some(&[7.0, -0.5][..]), None, 1));
    wrong.queries.embedding = Embedding::from_vec(1, vec![0.0; 11]).ok();
    assert!(wrong.check().is_err_and(|error| error.to_string().contains("11 cells for 12 rows")));
    wrong.queries.embedding = Embedding::from_vec(1, vec![f32::INFINITY; 12]).ok();
    assert!(wrong.check().is_err_and(|error| error.to_string().contains("column `embedding`, row 0")));
}
