//! Run folders made here, with what the real ones do not show: faults, repeats, missing cells.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop")]

use polars::prelude::{DataFrame, IntoSeries, IpcStreamWriter, NamedFrom, SerWriter, Series, StructChunked};

use super::super::{ImportOptions, import};
use super::*;
use crate::trace::{Draft, Metric};

fn nest(name: &str, fields: &[Series]) -> Series {
    let rows = fields.first().map_or(2, |series| series.len());
    StructChunked::from_series(name.into(), rows, fields.iter()).unwrap().into_series()
}

fn numbers(name: &str, cells: [Option<f64>; 2]) -> Series {
    Series::new(name.into(), cells)
}

/// Two rows of a v1 run: energy 10 J and none, mean power 5 W, 1 s and 2 s.
fn metrics() -> Vec<Series> {
    vec![
        nest("energy_metrics", &[numbers("per_query_joules", [Some(10.0), Some(1e-13)])]),
        nest("power_metrics", &[nest("gpu", &[nest("per_query_watts", &[numbers("avg", [Some(5.0), Some(5.0)])])])]),
        nest("latency_metrics", &[numbers("total_query_seconds", [Some(1.0), Some(2.0)])]),
        Series::new("lm_correctness".into(), [true, false]),
    ]
}

fn questions(cells: [&str; 2]) -> Series {
    Series::new("problem".into(), cells)
}

fn arrow(columns: Vec<Series>) -> Vec<u8> {
    let columns = columns.into_iter().map(|series| series.into()).collect();
    let mut bytes = Vec::new();
    IpcStreamWriter::new(&mut bytes).finish(&mut DataFrame::new_infer_height(columns).unwrap()).unwrap();
    bytes
}

/// Writes a run of model `org/m` on `HW` and gives its folder.
fn run(root: &Path, name: &str, columns: Vec<Series>) -> PathBuf {
    let folder = root.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("data.arrow"), arrow(columns)).unwrap();
    std::fs::write(folder.join("state.json"), r#"{"_data_files": [{"filename": "data.arrow"}], "_split": null}"#).unwrap();
    let summary = r#"{"model": "org/m", "hardware_label": "HW", "dataset": "d", "total_queries": 2}"#;
    std::fs::write(folder.join("summary.json"), summary).unwrap();
    folder
}

fn plain(root: &Path, name: &str) -> PathBuf {
    run(root, name, vec![questions(["a", "b"]), nest("model_metrics", &[nest("org/m", &metrics())])])
}

fn read(folders: &[PathBuf]) -> Result<Draft> {
    import(&FORMAT, folders, &ImportOptions::default(), Vec::new())
}

fn fails(folders: &[PathBuf], parts: &[&str]) {
    let error = read(folders).expect_err("a fault").to_string();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

fn notes(draft: &Draft) -> String {
    draft.info.steps[0].notes.join("\n")
}

#[test]
fn a_missing_energy_is_estimated_and_says_so() {
    let root = tempfile::tempdir().unwrap();
    let draft = read(&[plain(root.path(), "profile_HW_m")]).unwrap();
    let endpoint = &draft.endpoints[0];
    assert_eq!(endpoint.endpoint.id, "m@hw");
    // The second row: 5 W x 2 s = 10 J, estimated.
    assert_eq!(endpoint.metrics.get(Metric::EnergyJ), Some(&vec![10.0, 10.0]));
    assert_eq!(endpoint.sources.get(Metric::EnergyJ), Some(&vec![0, 1]));
    assert_eq!(endpoint.metrics.get(Metric::Score), Some(&vec![1.0, 0.0]));
    assert!(notes(&draft).contains("1 energies were not measured"), "{}", notes(&draft));
    assert!(notes(&draft).contains("no row has ttft_s, input_tokens, output_tokens, flops"), "{}", notes(&draft));
}

#[test]
fn a_folder_of_runs_is_its_runs_and_batch_sizes_keep_endpoints_apart() {
    let root = tempfile::tempdir().unwrap();
    plain(root.path(), "profile_HW_m_d_bs1");
    plain(root.path(), "profile_HW_m_d_bs8");
    let draft = read(&[root.path().to_owned()]).unwrap();
    let ids: Vec<&str> = draft.endpoints.iter().map(|endpoint| endpoint.endpoint.id.as_str()).collect();
    assert_eq!(ids, ["m@hw-bs1", "m@hw-bs8"]);
    assert_eq!(draft.endpoints[1].endpoint.batch_size, Some(8));
    assert_eq!(draft.queries.rows.len(), 2);
}

#[test]
fn the_same_run_twice_is_a_fault() {
    let root = tempfile::tempdir().unwrap();
    let folders = [plain(root.path(), "profile_1"), plain(root.path(), "profile_2")];
    fails(&folders, &["answered a query twice", "profile_2", "row 0"]);
}

#[test]
fn a_repeated_question_is_matched_by_its_place_in_the_data_set() {
    let root = tempfile::tempdir().unwrap();
    let index = Series::new("dataset_index".into(), [7i64, 3]);
    let columns = vec![questions(["a", "a"]), index, nest("model_metrics", &[nest("org/m", &metrics())])];
    let draft = read(&[run(root.path(), "profile_1", columns)]).unwrap();
    assert_eq!(draft.queries.rows.len(), 2);
    // The row of index 3 comes first: it took 2 s.
    assert_eq!(draft.endpoints[0].metrics.get(Metric::LatencyS), Some(&vec![2.0, 1.0]));
    assert!(notes(&draft).contains("1 rows repeat a question"), "{}", notes(&draft));

    let index = Series::new("dataset_index".into(), [3i64, 3]);
    let columns = vec![questions(["a", "b"]), index, nest("model_metrics", &[nest("org/m", &metrics())])];
    fails(&[run(root.path(), "profile_2", columns)], &["answers a question twice", "`dataset_index`", "3 for the second"]);
}

#[test]
fn an_unscored_run_has_no_score() {
    let root = tempfile::tempdir().unwrap();
    let mut metrics = metrics();
    metrics[3] = Series::new("lm_correctness".into(), [false, false]);
    let columns = vec![questions(["a", "b"]), nest("model_metrics", &[nest("org/m", &metrics)])];
    let draft = read(&[run(root.path(), "profile_1", columns.clone())]).unwrap();
    assert!(draft.endpoints[0].metrics.get(Metric::Score).is_none());
    assert!(notes(&draft).contains("taken as not scored"), "{}", notes(&draft));

    metrics.push(nest("evaluation", &[Series::new("is_correct".into(), [Some(true), None])]));
    let columns = vec![questions(["a", "b"]), nest("model_metrics", &[nest("org/m", &metrics)])];
    let draft = read(&[run(root.path(), "profile_2", columns)]).unwrap();
    let score = draft.endpoints[0].metrics.get(Metric::Score).unwrap();
    assert!(score[0] == 1.0 && score[1].is_nan(), "{score:?}");
}

#[test]
fn null_structs_null_columns_and_empty_structs_are_missing_cells() {
    let root = tempfile::tempdir().unwrap();
    let mut metrics = metrics();
    metrics[0] = Series::new_null("energy_metrics".into(), 2);
    metrics[1] = nest("power_metrics", &[]);
    metrics.push(nest("compute_metrics", &[Series::new_null("flops_per_request".into(), 2)]));
    let inner = nest("org/m", &metrics);
    let mut inner = inner.head(Some(1));
    inner.append(&Series::full_null("org/m".into(), 1, inner.dtype())).unwrap();
    let draft = read(&[run(root.path(), "profile_1", vec![questions(["a", "b"]), nest("model_metrics", &[inner])])]).unwrap();
    assert_eq!(draft.endpoints[0].rows, [0]);
    assert_eq!(draft.endpoints[0].metrics.get(Metric::LatencyS), Some(&vec![1.0]));
    assert!(draft.endpoints[0].metrics.get(Metric::EnergyJ).is_none());
    assert!(notes(&draft).contains("1 of 2 rows have neither score nor measurement"), "{}", notes(&draft));
}

#[test]
fn nan_is_missing_and_noted() {
    let root = tempfile::tempdir().unwrap();
    let metrics = [nest("latency_metrics", &[numbers("total_query_seconds", [Some(1.0), Some(f64::NAN)])])];
    let columns = vec![questions(["a", "b"]), nest("model_metrics", &[nest("org/m", &metrics)])];
    let draft = read(&[run(root.path(), "profile_1", columns)]).unwrap();
    assert_eq!(draft.endpoints[0].rows, [0]);
    assert!(notes(&draft).contains("is NaN in 1 rows"), "{}", notes(&draft));
}

#[test]
fn a_cut_file_is_a_fault_wherever_it_is_cut() {
    let root = tempfile::tempdir().unwrap();
    let folder = plain(root.path(), "profile_1");
    let whole = std::fs::read(folder.join("data.arrow")).unwrap();
    for length in [0, 3, 8, whole.len() / 2, whole.len() - 8, whole.len() - 1] {
        std::fs::write(folder.join("data.arrow"), &whole[..length]).unwrap();
        fails(std::slice::from_ref(&folder), &["cut off", "data.arrow"]);
    }
    // Cut in the middle with the mark put back: the reader itself complains.
    let end = whole.len() - 8;
    std::fs::write(folder.join("data.arrow"), [&whole[..end / 2], &whole[end..]].concat()).unwrap();
    fails(&[folder], &["cannot read an Arrow file", "data.arrow"]);
}

#[test]
fn missing_description_files_are_named() {
    let root = tempfile::tempdir().unwrap();
    let folder = plain(root.path(), "profile_1");
    std::fs::rename(folder.join("summary.json"), folder.join("x")).unwrap();
    fails(std::slice::from_ref(&folder), &["without a readable summary.json"]);
    std::fs::rename(folder.join("x"), folder.join("summary.json")).unwrap();
    std::fs::write(folder.join("state.json"), "{}").unwrap();
    fails(std::slice::from_ref(&folder), &["state.json cannot be read", "_data_files"]);
    std::fs::remove_file(folder.join("state.json")).unwrap();
    fails(&[folder], &["without a readable state.json"]);
    fails(&[root.path().join("profile_1/summary.json")], &["not a run folder", "a file"]);
}

#[test]
fn a_run_is_of_one_model() {
    let root = tempfile::tempdir().unwrap();
    let two = nest("model_metrics", &[nest("org/m", &metrics()), nest("org/n", &metrics())]);
    fails(&[run(root.path(), "profile_1", vec![questions(["a", "b"]), two])], &["one model", "org/m, org/n"]);
    let none = nest("model_metrics", &[]);
    fails(&[run(root.path(), "profile_2", vec![questions(["a", "b"]), none])], &["one model", "no field"]);
    fails(&[run(root.path(), "profile_3", vec![questions(["a", "b"])])], &["a column is missing", "model_metrics"]);
}

#[test]
fn a_column_of_another_type_is_named() {
    let root = tempfile::tempdir().unwrap();
    let texts = [nest("latency_metrics", &[Series::new("total_query_seconds".into(), ["1", "2"])])];
    let columns = vec![questions(["a", "b"]), nest("model_metrics", &[nest("org/m", &texts)])];
    fails(&[run(root.path(), "profile_1", columns)], &["wrong type", "model_metrics.org/m.latency_metrics.total_query_seconds", "str"]);
    let flat = [numbers("latency_metrics", [Some(1.0), None])];
    let columns = vec![questions(["a", "b"]), nest("model_metrics", &[nest("org/m", &flat)])];
    fails(&[run(root.path(), "profile_2", columns)], &["wrong type", "a struct with a field `total_query_seconds`"]);
}

#[test]
fn a_value_that_cannot_be_is_named() {
    let root = tempfile::tempdir().unwrap();
    let negative = [nest("latency_metrics", &[numbers("total_query_seconds", [Some(1.0), Some(-2.0)])])];
    let columns = vec![questions(["a", "b"]), nest("model_metrics", &[nest("org/m", &negative)])];
    fails(&[run(root.path(), "profile_1", columns)], &["data.arrow, row 1", "`latency_s` of `m@hw`", "-2"]);
}
