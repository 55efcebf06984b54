//! Samples made here in the form of lm-evaluation-harness.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop")]

use super::super::import;
use super::*;
use crate::trace::Draft;

const DATE: &str = "2025-03-01T12-00-00.123456";

/// A line of a task in which the model writes: prompt of 8 characters, answer of 4.
fn line(hash: &str, filter: &str, score: &str) -> String {
    format!(
        r#"{{"doc_id": 0, "doc": {{"question": "q"}}, "target": "8", "arguments": {{"gen_args_0": {{"arg_0": "Question",
        "arg_1": {{"until": ["."]}}}}}}, "resps": [["four"]], "filtered_resps": ["4"], "filter": "{filter}",
        "metrics": ["exact_match"], "doc_hash": "{hash}", "prompt_hash": "p", "target_hash": "t", "exact_match": {score}}}"#
    )
    .replace('\n', " ")
}

/// A line of a task in which the model weighs answers: two metrics.
fn choice(hash: &str) -> String {
    format!(
        r#"{{"doc_id": 3, "doc": {{}}, "arguments": {{"gen_args_0": {{"arg_0": "ctx", "arg_1": " A"}}}}, "resps": [[["-1.5", "True"]]],
        "filter": "none", "metrics": ["acc", "acc_norm"], "doc_hash": "{hash}", "acc": 1.0, "acc_norm": 0.0}}"#
    )
    .replace('\n', " ")
}

fn write(root: &Path, model: &str, task: &str, date: &str, lines: &[String]) -> PathBuf {
    std::fs::create_dir_all(root.join(model)).unwrap();
    let path = root.join(model).join(format!("samples_{task}_{date}.jsonl"));
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    path
}

fn read(root: &Path, options: &ImportOptions) -> Result<Draft> {
    import(&FORMAT, &[root.to_owned()], options, Vec::new())
}

fn fails(root: &Path, options: &ImportOptions, parts: &[&str]) {
    let error = read(root, options).expect_err("a fault").to_string();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

fn options(filter: Option<&str>, score: Option<&str>) -> ImportOptions {
    ImportOptions { filter: filter.map(str::to_owned), score: score.map(str::to_owned), ..ImportOptions::default() }
}

fn notes(draft: &Draft) -> String {
    draft.info.steps[0].notes.join("\n")
}

#[test]
fn models_join_on_the_document_in_any_order() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "org__a", "gsm8k", DATE, &[line("h1", "none", "1.0"), line("h2", "none", "0.0")]);
    write(root.path(), "org__b", "gsm8k", DATE, &[line("h2", "none", "true"), line("h1", "none", "null")]);
    let draft = read(root.path(), &ImportOptions::default()).unwrap();
    assert_eq!(draft.queries.ids.as_deref().unwrap(), ["gsm8k/h1", "gsm8k/h2"]);
    let [a, b] = &draft.endpoints[..] else { panic!("two endpoints") };
    assert_eq!((a.endpoint.id.as_str(), a.endpoint.model.as_str()), ("a", "org/a"));
    assert_eq!(a.metrics.get(Metric::Score), Some(&vec![1.0, 0.0]));
    let score = b.metrics.get(Metric::Score).unwrap();
    assert!(score[0].is_nan() && score[1] == 1.0, "{score:?}");
    assert!(a.metrics.get(Metric::OutputTokens).is_none(), "tokens are counted only when asked for");
    assert!(notes(&draft).contains("the metric is `exact_match` in gsm8k"), "{}", notes(&draft));
}

#[test]
fn one_of_several_filters_must_be_chosen() {
    let root = tempfile::tempdir().unwrap();
    let lines = [line("h1", "strict-match", "0"), line("h1", "flexible-extract", "1")];
    write(root.path(), "a", "gsm8k", DATE, &lines);
    let both = ["several filters", "flexible-extract, strict-match", "--filter"];
    fails(root.path(), &ImportOptions::default(), &both);
    fails(root.path(), &options(Some("strict"), None), &both);
    for (filter, score) in [("strict-match", 0.0), ("flexible-extract", 1.0)] {
        let draft = read(root.path(), &options(Some(filter), None)).unwrap();
        assert_eq!(draft.endpoints[0].metrics.get(Metric::Score), Some(&vec![score]));
    }
}

#[test]
fn one_of_several_metrics_must_be_chosen() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "a", "arc", DATE, &[choice("h1")]);
    fails(root.path(), &ImportOptions::default(), &["task `arc` has several metrics", "acc, acc_norm", "--score"]);
    let draft = read(root.path(), &options(None, Some("acc"))).unwrap();
    assert_eq!(draft.endpoints[0].metrics.get(Metric::Score), Some(&vec![1.0]));
    // A second task with one metric takes that, and says so.
    write(root.path(), "a", "gsm8k", DATE, &[line("h1", "none", "0.5")]);
    let draft = read(root.path(), &options(None, Some("acc_norm"))).unwrap();
    assert_eq!(draft.endpoints[0].metrics.get(Metric::Score), Some(&vec![0.0, 0.5]));
    assert!(notes(&draft).contains("the metric is `exact_match` in gsm8k, the only one there (`acc_norm` was asked for)"), "{}", notes(&draft));
}

#[test]
fn an_option_that_fits_nothing_is_a_mistake() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "a", "gsm8k", DATE, &[line("h1", "none", "1")]);
    fails(root.path(), &options(None, Some("exact_macth")), &["no such metric", "did you mean `exact_match`", "--score"]);
}

#[test]
fn tokens_are_counted_from_texts_where_asked_for() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "a", "gsm8k", DATE, &[line("h1", "none", "1")]);
    write(root.path(), "a", "arc", DATE, &[choice("h1")]);
    let options = ImportOptions { tokens_from_text: true, ..options(None, Some("acc")) };
    let draft = read(root.path(), &options).unwrap();
    let a = &draft.endpoints[0];
    // arc: "ctx" is 3 / 4, rounded up to 1, and nothing was written; gsm8k: 8 / 4 and 4 / 4.
    assert_eq!(a.metrics.get(Metric::InputTokens), Some(&vec![1.0, 2.0]));
    let output = a.metrics.get(Metric::OutputTokens).unwrap();
    assert!(output[0].is_nan() && output[1] == 1.0, "{output:?}");
    assert_eq!(a.sources.get(Metric::InputTokens), Some(&vec![1, 1]));
}

#[test]
fn the_latest_file_counts_and_repeated_documents_are_queries_of_their_own() {
    let root = tempfile::tempdir().unwrap();
    write(root.path(), "a", "my_task", "2025-02-01T12-00-00.1", &[line("h1", "none", "0")]);
    write(root.path(), "a", "my_task", DATE, &[line("h1", "none", "1"), line("h1", "none", "0.5")]);
    let draft = read(root.path(), &ImportOptions::default()).unwrap();
    assert_eq!(draft.queries.ids.as_deref().unwrap(), ["my_task/h1", "my_task/h1-2"]);
    assert_eq!(draft.endpoints[0].metrics.get(Metric::Score), Some(&vec![1.0, 0.5]));
    assert!(notes(&draft).contains("2025-02-01T12-00-00.1.jsonl: there is a later file"), "{}", notes(&draft));
    assert!(notes(&draft).contains("1 answers are to a document that its task has more than once"), "{}", notes(&draft));
}

#[test]
fn faults_name_file_and_line() {
    let root = tempfile::tempdir().unwrap();
    let good = line("h1", "none", "1");
    let cut = &good[..good.len() / 2];
    let cases = [
        (line("h2", "none", "1.5"), vec!["line 2", "`score`", "1.5", "0 to 1"]),
        (line("h2", "none", "[1, 2]"), vec!["line 2, `exact_match`", "[1,2]"]),
        (cut.to_owned(), vec!["line 2, character", "cut off"]),
        (line("h2", "none", "NaN"), vec!["line 2, character", "no NaN"]),
        (r#"{"doc_id": 1, "filter": "none"}"#.to_owned(), vec!["line 2", "no `doc_hash`"]),
    ];
    for (bad, parts) in cases {
        write(root.path(), "a", "gsm8k", DATE, &[good.clone(), bad]);
        fails(root.path(), &ImportOptions::default(), &parts);
    }
    write(root.path(), "a", "gsm8k", DATE, &[]);
    fails(root.path(), &ImportOptions::default(), &["a samples file without a filter"]);
    fails(tempfile::tempdir().unwrap().path(), &ImportOptions::default(), &["no samples to import", "--log_samples"]);
}
