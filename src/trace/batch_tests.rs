use super::batch::{BatchColumn, QueryBatch};
use super::column::{BLOCK_ROWS, Column, Names};
use super::embedding::Embedding;
use super::table::{Feature, Queries};
use super::wanted::Columns;

/// So many queries, of which every third lacks its tokens, its text and its vector.
fn queries(count: usize) -> Queries {
    let lacks = |query: usize| query % 3 == 2;
    let vector = |query: usize| if lacks(query) { [f32::NAN; 2] } else { [query as f32, 0.5] };
    Queries {
        rows: (0..count as u32).map(|row| row + 10).collect(),
        ids: Some((0..count).map(|query| format!("q{query}")).collect()),
        dataset: Some(Names::new((0..count).map(|query| Some(["chat", "math"][query % 2])))),
        input_tokens: Some(Column::from_vec((0..count).map(|query| if lacks(query) { f64::NAN } else { query as f64 }).collect())),
        prompts: Some((0..count).map(|query| (!lacks(query)).then(|| "é".repeat(query % 4))).collect()),
        embedding: Embedding::from_vec(2, (0..count).flat_map(vector).collect()).ok(),
        features: vec![("ease".to_owned(), Feature::Number(Column::from_vec((0..count).map(|query| query as f64 / 2.0).collect())))],
        ..Queries::default()
    }
}

fn column<'a>(batch: &'a QueryBatch, name: &str) -> Option<&'a BatchColumn> {
    batch.columns().iter().find(|(known, _)| known == name).map(|(_, column)| column)
}

#[test]
fn a_batch_has_what_is_wanted_in_the_form_of_arrow() {
    let queries = queries(9);
    let batch = QueryBatch::new(&queries, 2..7, &Columns::all());
    let names: Vec<&str> = batch.columns().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["row", "query_id", "dataset", "input_tokens", "prompt", "embedding", "feature_ease"]);
    assert_eq!((batch.len(), batch.place()), (5, "block 0, rows 12 to 16"));
    // Queries 2 and 5 of 2, 3, 4, 5, 6 lack theirs: bits 1, 2 and 4 are set.
    let lacking = Some(vec![0b1_0110]);
    match column(&batch, "input_tokens") {
        Some(BatchColumn::Numbers(tokens)) => {
            assert_eq!((tokens.cells()[1..3].to_vec(), tokens.validity()), (vec![3.0, 4.0], lacking.clone()))
        }
        other => panic!("{other:?}"),
    }
    match column(&batch, "prompt") {
        // None, then 3, 0 and 2 letters of two bytes, with one that lacks between.
        Some(BatchColumn::Texts(texts)) => {
            assert_eq!((texts.bytes(), texts.offsets(), texts.validity()), ("ééééé", &[0, 0, 6, 6, 6, 10][..], lacking.clone()));
        }
        other => panic!("{other:?}"),
    }
    match column(&batch, "embedding") {
        Some(BatchColumn::Vectors(vectors)) => {
            assert_eq!((vectors.width(), vectors.cells()[2..6].to_vec(), vectors.validity()), (2, vec![3.0, 0.5, 4.0, 0.5], lacking));
        }
        other => panic!("{other:?}"),
    }
    let few = QueryBatch::new(&queries, 0..1, &Columns::metrics(&[]));
    let names: Vec<&str> = few.columns().iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names, few.place()), (vec!["row", "dataset", "input_tokens"], "block 0, row 10"));
}

#[test]
fn numbers_are_the_trace_s_own_memory_and_outlive_it() {
    let queries = queries(2 * BLOCK_ROWS);
    let batch = QueryBatch::new(&queries, BLOCK_ROWS..2 * BLOCK_ROWS, &Columns::all());
    let (Some(BatchColumn::Numbers(ease)), Some(Feature::Number(of_trace))) =
        (column(&batch, "feature_ease").cloned(), queries.features.first().map(|(_, feature)| feature))
    else {
        panic!("no numbers");
    };
    assert!(std::ptr::eq(ease.cells().as_ptr(), of_trace.block(BLOCK_ROWS, BLOCK_ROWS + 1).as_ptr()), "copied");
    assert_eq!(ease.validity(), None);
    drop((queries, batch));
    assert_eq!(ease.cells()[1], (BLOCK_ROWS + 1) as f64 / 2.0);
}
