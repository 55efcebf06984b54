//! Results made here in LLMRouterBench's form.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop")]

use super::super::import;
use super::*;
use crate::trace::Draft;

fn result(model: &str, demo: bool, records: &str) -> String {
    format!(
        r#"{{"performance": 0.5, "time_taken": 1.5, "prompt_tokens": 3, "completion_tokens": 4, "cost": 0.1, "counts": 2,
            "model_name": "{model}", "dataset_name": "aime", "split": "test", "demo": {demo}, "extra_metrics": {{}},
            "records": [{records}]}}"#
    )
}

fn record(index: usize, question: &str, prompt: &str, score: &str) -> String {
    format!(
        r#"{{"index": {index}, "origin_query": "{question}", "prompt": "{prompt}", "prompt_tokens": 12, "completion_tokens": 30,
            "cost": 0.0025, "score": {score}, "prediction": "7", "ground_truth": "8", "raw_output": "seven", "extra_fields": {{}}}}"#
    )
}

fn write(root: &Path, model: &str, time: &str, text: &str) -> PathBuf {
    let folder = root.join("bench/aime/test").join(model);
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("aime-test-{model}-{time}.json"));
    std::fs::write(&path, text).unwrap();
    path
}

fn read(inputs: &[PathBuf]) -> Result<Draft> {
    import(&FORMAT, inputs, &ImportOptions::default(), Vec::new())
}

fn fails(inputs: &[PathBuf], parts: &[&str]) {
    let error = read(inputs).expect_err("a fault").to_string();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

fn two(score: &str) -> String {
    [record(1, "q1", "p1", "1.0"), record(2, "q2", "p2", score)].join(",")
}

#[test]
fn models_join_on_data_set_split_and_index() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "a", "20250101_000000", &result("a", false, &two("null")));
    write(root.path(), "b", "20250101_000000", &result("b", false, &record(2, "q2", "other", "true")));
    // The folder above `bench`, `bench` itself and a data set within it are the same.
    for input in ["", "bench", "bench/aime"] {
        let draft = read(&[root.path().join(input)]).unwrap();
        assert_eq!(draft.queries.ids.as_deref().unwrap(), ["aime/test/1", "aime/test/2"]);
        let [a, b] = &draft.endpoints[..] else { panic!("two endpoints") };
        let score = a.metrics.get(Metric::Score).unwrap();
        assert!(score[0] == 1.0 && score[1].is_nan());
        assert_eq!(b.rows, [1]);
        assert_eq!(b.metrics.get(Metric::Score), Some(&vec![1.0]));
        assert_eq!(b.metrics.get(Metric::CostUsd), Some(&vec![0.0025]));
        assert_eq!(b.metrics.get(Metric::OutputTokens), Some(&vec![30.0]));
        assert!(b.metrics.get(Metric::LatencyS).is_none());
        let notes = draft.info.steps[0].notes.join("\n");
        assert!(notes.contains("1 answers are to another prompt"), "{notes}");
        assert!(notes.contains("`a` lacks `score` in 1 of 2 answers"), "{notes}");
    }
}

#[test]
fn the_latest_file_that_is_no_demonstration_counts() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "a", "20250101_000000", &result("a", false, &two("0")));
    write(root.path(), "a", "20250301_120000", &result("a", false, &two("0.25")));
    write(root.path(), "a", "20250401_000000", &result("a", true, &two("0.5")));
    let draft = read(&[root.path().to_owned()]).unwrap();
    assert_eq!(draft.endpoints[0].metrics.get(Metric::Score), Some(&vec![1.0, 0.25]));
    let notes = draft.info.steps[0].notes.join("\n");
    assert!(notes.contains("20250101_000000.json: there is a later file"), "{notes}");
    assert!(notes.contains("20250401_000000.json: a demonstration"), "{notes}");
}

#[test]
fn another_question_at_an_index_is_a_fault() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "a", "20250101_000000", &result("a", false, &two("0")));
    write(root.path(), "b", "20250101_000000", &result("b", false, &record(2, "something else", "p2", "1")));
    fails(&[root.path().to_owned()], &["different questions", "b-20250101_000000.json, record 0", "aime/test/2", "something else"]);
}

#[test]
fn faults_name_file_and_record() {
    let root = tempfile::tempdir().unwrap();
    let path = write(root.path(), "a", "20250101_000000", &result("a", false, &two("1.7")));
    fails(std::slice::from_ref(&path), &["20250101_000000.json, record 1", "`score`", "1.7", "0 to 1"]);
    std::fs::write(&path, result("a", false, &two("\"right\""))).unwrap();
    fails(std::slice::from_ref(&path), &["record 1, `score`", "right"]);
    std::fs::write(&path, result("a", false, &two("NaN"))).unwrap();
    fails(std::slice::from_ref(&path), &["line 5", "no NaN"]);
    let twice = [record(1, "q", "p", "1"), record(1, "q", "p", "0")].join(",");
    std::fs::write(&path, result("a", false, &twice)).unwrap();
    fails(std::slice::from_ref(&path), &["answered a query twice", "record 1"]);
    let text = result("a", false, &two("1"));
    std::fs::write(&path, &text[..text.len() / 2]).unwrap();
    fails(std::slice::from_ref(&path), &["cut off"]);
    std::fs::write(&path, "{}").unwrap();
    fails(std::slice::from_ref(&path), &["one JSON object with dataset_name", "dataset_name"]);
    std::fs::remove_file(&path).unwrap();
    fails(&[root.path().to_owned()], &["no results to import", "no .json file"]);
}
