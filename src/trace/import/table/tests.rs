//! Tables of every form, and what is said about mappings and cells that cannot be.

use std::path::Path;

use polars::prelude::{
    ArrayRef, ArrowDataType, ArrowField, Column, CompatLevel, DataFrame, IpcStreamWriter, IpcWriter, NamedFrom, ParquetWriter, SerWriter, Series,
};

use polars_arrow::array::PrimitiveArray;
use polars_arrow::datatypes::TimeUnit;

use super::FORMAT;
use crate::error::{Error, Result};
use crate::trace::import::{ImportOptions, InMemory};
use crate::trace::schema::Metric;
use crate::trace::{Draft, Feature, Tier};

fn fail(error: impl std::fmt::Display) -> Error {
    Error::new("the test's files cannot be written").cause(error)
}

/// Imports `input` of a folder with `map.toml` and other files.
fn import_in(folder: &Path, map: &str, files: &[(&str, &str)], input: &str, options: ImportOptions) -> Result<Draft> {
    std::fs::write(folder.join("map.toml"), map).map_err(fail)?;
    for (name, text) in files {
        std::fs::write(folder.join(name), text).map_err(fail)?;
    }
    let options = ImportOptions { map: Some(folder.join("map.toml")), ..options };
    let draft = crate::trace::import::import(&FORMAT, &[folder.join(input)], &options, Vec::new())?;
    draft.check()?;
    Ok(draft)
}

fn import(map: &str, files: &[(&str, &str)], options: ImportOptions) -> Result<Draft> {
    let folder = tempfile::tempdir().map_err(fail)?;
    let input = files.first().map_or("none", |(name, _)| name);
    import_in(folder.path(), map, files, input, options)
}

fn failure(map: &str, files: &[(&str, &str)]) -> String {
    import(map, files, ImportOptions::default()).map_or_else(|error| error.to_string(), |_| "no error".to_owned())
}

fn metric(draft: &Draft, endpoint: usize, metric: Metric) -> Vec<Option<f64>> {
    let cells = draft.endpoints.get(endpoint).and_then(|endpoint| endpoint.metrics.get(metric));
    cells.map(|cells| cells.iter().map(|cell| (!cell.is_nan()).then_some(*cell)).collect()).unwrap_or_default()
}

fn notes(draft: &Draft) -> String {
    draft.info.steps[0].notes.join("\n")
}

fn feature_names(draft: &Draft) -> Vec<&str> {
    draft.queries.features.iter().map(|(name, _)| name.as_str()).collect()
}

const LONG: &str = r#"
layout = "long"
missing = ["NA"]
[columns]
id = "q"
model = "llm"
hardware = "gpu"
category = "topic"
arrival = { column = "at", unit = "ms" }
features = ["length"]
[metrics]
score = { column = "ok" }
energy_j = { column = "wh", unit = "Wh" }
cost_usd = { column = "price", scale = 0.01 }
[[endpoint]]
model = "a"
hardware = "H100"
tier = "cloud"
price = { input_usd_per_mtok = 1.0, output_usd_per_mtok = 2.0 }
[[endpoint]]
id = "mine"
model = "b"
hardware = "M4"
"#;

const LONG_CSV: &str = "q,llm,gpu,topic,at,length,ok,wh,price,answer
1,a,H100,sums,1500,7,yes,0.5,3,x
1,b,M4,sums,1500,7,False,NA,,y
2,b,M4,odds,2000,9,0.25,1,0,z
3,a,H100,odds,2500,9,,NA,,
";

#[test]
fn a_long_table_with_units() -> Result<()> {
    let draft = import(LONG, &[("t.csv", LONG_CSV)], ImportOptions { keep_features: true, ..ImportOptions::default() })?;
    let ids: Vec<&str> = draft.endpoints.iter().map(|endpoint| endpoint.endpoint.id.as_str()).collect();
    assert_eq!((ids, draft.endpoints[0].endpoint.tier), (vec!["a@h100", "mine"], Some(Tier::Cloud)));
    assert_eq!((metric(&draft, 0, Metric::Score), metric(&draft, 1, Metric::Score)), (vec![Some(1.0)], vec![Some(0.0), Some(0.25)]));
    // 0.5 Wh are 1,800 J, 1 Wh is 3,600 J; 3 cents are $0.03.
    assert_eq!((metric(&draft, 0, Metric::EnergyJ), metric(&draft, 1, Metric::EnergyJ)), (vec![Some(1800.0)], vec![None, Some(3600.0)]));
    assert_eq!((metric(&draft, 0, Metric::CostUsd), metric(&draft, 1, Metric::CostUsd)), (vec![Some(0.03)], vec![None, Some(0.0)]));
    let arrivals: Vec<f64> = draft.queries.arrival_s.iter().flat_map(|column| column.iter()).collect();
    assert_eq!(arrivals, [1.5, 2.0, 2.5]);
    assert!(matches!(&draft.queries.features[..], [(name, Feature::Number(_))] if name == "length"));
    let notes = notes(&draft);
    for said in ["`energy_j` is column `wh` times 3600", "may be about the answers: `answer`", "t.csv: 1 rows have no value at all"] {
        assert!(notes.contains(said), "{said} in {notes}");
    }
    Ok(())
}

#[test]
fn arrivals_that_are_dates_count_from_the_first() -> Result<()> {
    let dated = LONG.replace("unit = \"ms\"", "unit = \"datetime\"");
    let csv = LONG_CSV.replace(",1500,", ",2026-03-01T00:00:01.5Z,").replace(",2000,", ",2026-02-28 23:59:59,");
    let csv = csv.replace(",2500,", ",2026-03-01 01:00:00+01:00,");
    let draft = import(&dated, &[("t.csv", &csv)], ImportOptions::default())?;
    // From 23:59:59 on: 2.5 s, 0 s, and midnight in UTC, 1 s.
    let arrivals: Vec<f64> = draft.queries.arrival_s.iter().flat_map(|column| column.iter()).collect();
    assert_eq!(arrivals, [2.5, 0.0, 1.0]);
    assert!(notes(&draft).contains("`arrival_s` is column `at` in seconds after its first"), "{}", notes(&draft));
    // Unasked they are not read, and the error says how to ask.
    let error = failure(LONG, &[("t.csv", &csv)]);
    assert!(error.contains("line 2, column `at`") && error.contains("unit = \"datetime\""), "{error}");
    let error = failure(&dated, &[("t.csv", LONG_CSV)]);
    assert!(error.contains("line 2, column `at`") && error.contains("YYYY-MM-DD"), "{error}");
    Ok(())
}

#[test]
fn a_column_in_the_units_of_traces_is_a_name_alone() -> Result<()> {
    let (map, short) = ("score = { column = \"ok\" }", "score = \"ok\"");
    let both = [LONG.to_owned(), LONG.replace(map, short)].map(|map| import(&map, &[("t.csv", LONG_CSV)], ImportOptions::default()));
    let [long, short] = both;
    assert_eq!(metric(&long?, 1, Metric::Score), metric(&short?, 1, Metric::Score));
    // Mistakes are placed in either form.
    let error = failure(&LONG.replace(map, "score = \"okk\""), &[("t.csv", LONG_CSV)]);
    assert!(error.contains("line 12, column 9") && error.contains("did you mean `ok`?"), "{error}");
    let error = failure(&LONG.replace(map, "score = 1"), &[("t.csv", LONG_CSV)]);
    assert!(error.contains("line 12, column 9") && error.contains("a column's name, or { column ="), "{error}");
    let error = failure(&LONG.replace(map, "score = { colunm = \"ok\" }"), &[("t.csv", LONG_CSV)]);
    assert!(error.contains("line 12, column") && error.contains("colunm"), "{error}");
    Ok(())
}

#[test]
fn cells_that_cannot_be_are_placed() {
    let cases = [
        ("1,a,H100,sums,1500,7,perhaps,0.5,3,x", "t.csv, line 2, column `ok`", "`perhaps`"),
        ("1,a,H100,sums,1500,7,yes,NaN,3,x", "t.csv, line 2, column `wh`", "`NaN`"),
        ("1,a,H100,sums,1500,7,yes,-1,3,x", "t.csv, line 2, column `wh`", "(here -3600)"),
        ("1,a,H100,sums,-5,7,yes,1,3,x", "t.csv, line 2, column `at`", "`-5`"),
        (",a,H100,sums,1,7,yes,1,3,x", "t.csv, line 2, column `q`", "the id of a query"),
        ("1,a,H200,sums,1,7,yes,1,3,x", "t.csv, line 2", "`a on H200`"),
        ("1,a,H100,s,1,7,1,1,3,x\n1,b,M4,t,1,7,1,1,3,x", "t.csv, line 3, column `topic`", "s, as in the first row"),
        ("1,a,H100,s,1,7,1,1,3,x\n1,a,H100,s,1,7,1,1,3,x", "t.csv, line 3", "a second answer of `a@h100`"),
    ];
    let header = LONG_CSV.lines().next().unwrap_or_default();
    for (row, place, found) in cases {
        let error = failure(LONG, &[("t.csv", &format!("{header}\n{row}\n"))]);
        assert!(error.contains(place) && error.contains(found), "{row}: {error}");
    }
}

#[test]
fn all_problems_of_a_mapping_come_at_once() {
    let map = LONG.replace("unit = \"Wh\"", "unit = \"watts\"").replace("\"llm\"", "\"lllm\"").replace("id = \"mine\"", "id = \"a@h100\"");
    let error = failure(&map, &[("t.csv", LONG_CSV)]);
    for said in ["line 13, column 36", "`watts`", "line 6, column 9", "did you mean `llm`?", "two endpoints have the same id", "line 22, column 9"] {
        assert!(error.contains(said), "{said} in {error}");
    }
    let error = failure("layout = \"long\"\n[metrics]\nscroe = { column = \"x\" }", &[("t.csv", LONG_CSV)]);
    assert!(error.contains("map.toml, line 3, column 1") && error.contains("scroe"), "{error}");
    let error = failure("layout = \"long\"\n[columns]\nendpiont = \"x\"", &[("t.csv", LONG_CSV)]);
    assert!(error.contains("map.toml, line 3, column 1") && error.contains("endpiont"), "{error}");
    let error = failure(&LONG.replace("model = \"b\"", "model = \"c\""), &[("t.csv", LONG_CSV)]);
    assert!(error.contains("no such [[endpoint]]") && error.contains("t.csv, line 3"), "{error}");
}

#[test]
fn an_endpoint_that_no_row_names_is_a_mistake() {
    let map = format!("{LONG}[[endpoint]]\nmodel = \"c\"\nhardware = \"M4\"\n");
    let error = failure(&map, &[("t.csv", LONG_CSV)]);
    assert!(error.contains("an [[endpoint]] that no row names") && error.contains("line 25, column 9") && error.contains("`c@m4`"), "{error}");
}

const WIDE: &str = r#"
layout = "wide"
[columns]
prompt = "prompt"
ignore = ["oracle"]
[metrics]
score = { column = "{model}", unit = "percent" }
cost_usd = { column = "{model}|cost", unit = "cents" }
"#;

#[test]
fn a_wide_table_names_its_models() -> Result<()> {
    let csv = "prompt;m/x;y;m/x|cost;y|cost;y|answer;topic;oracle;best\np1;50;100;2;;B;t;z;none\np2;;;;;C;u;z;m/x\n";
    let map = format!("separator = \";\"{WIDE}");
    let draft = import(&map, &[("t.csv", csv)], ImportOptions { keep_features: true, ..ImportOptions::default() })?;
    let models: Vec<&str> = draft.endpoints.iter().map(|endpoint| endpoint.endpoint.model.as_str()).collect();
    assert_eq!((models, draft.endpoints[0].endpoint.id.as_str()), (vec!["m/x", "y"], "x"));
    assert_eq!((metric(&draft, 0, Metric::Score), metric(&draft, 1, Metric::CostUsd)), (vec![Some(0.5)], vec![]));
    assert_eq!(draft.queries.ids.as_deref(), Some(&["t.csv:0".to_owned(), "t.csv:1".to_owned()][..]));
    assert_eq!(feature_names(&draft), ["topic"], "the answers and what names a model are no features");
    assert!(notes(&draft).contains("may be about the answers: `best`, `y|answer`"), "{}", notes(&draft));
    Ok(())
}

#[test]
fn a_wide_table_with_columns_of_an_endpoint() -> Result<()> {
    let map = "layout = \"wide\"\n[columns]\nid = \"q\"\n[metrics]\nscore = { column = \"{endpoint}_ok\" }
        [[endpoint]]\nmodel = \"A 1\"\n[[endpoint]]\nid = \"b\"\nmodel = \"B\"\nmetrics.latency_s = { column = \"time of B\", unit = \"ms\" }\n";
    let json = "{\"q\": 7, \"a-1_ok\": true, \"b_ok\": 0.5, \"time of B\": 250, \"tags\": [\"x\"]}\n\n{\"q\": \"x\", \"b_ok\": null, \"a-1_ok\": false}\n";
    let draft = import(map, &[("t.jsonl", json)], ImportOptions { keep_features: true, ..ImportOptions::default() })?;
    assert!(feature_names(&draft).is_empty() && notes(&draft).contains("type is not read: `tags`"), "{}", notes(&draft));
    assert_eq!(draft.queries.ids.as_deref(), Some(&["7".to_owned(), "x".to_owned()][..]));
    assert_eq!((metric(&draft, 0, Metric::Score), metric(&draft, 1, Metric::LatencyS)), (vec![Some(1.0), Some(0.0)], vec![Some(0.25)]));
    let error = failure(&map.replace("time of B", "time of C"), &[("t.jsonl", json)]);
    assert!(error.contains("no such column") && error.contains("did you mean `time of B`?"), "{error}");
    let error = failure(map, &[("t.jsonl", "{\"q\": 1, \"a-1_ok\": [1], \"b_ok\": 1, \"time of B\": 1}")]);
    assert!(error.contains("t.jsonl, line 1, column `a-1_ok`") && error.contains("a list"), "{error}");
    Ok(())
}

#[test]
fn tables_of_queries_and_binary_files() -> Result<()> {
    let fail = |error: polars::error::PolarsError| fail(error);
    let columns = vec![
        Column::new("q".into(), [1_i64, 1, 2]),
        Column::new("e".into(), ["m@h", "n", "m@h"]),
        Column::new("right".into(), [Some(true), Some(false), None]),
        Column::new("j".into(), [Some(1.5_f32), None, Some(2.5)]),
    ];
    let mut table = DataFrame::new_infer_height(columns).map_err(fail)?;
    let map = "layout = \"long\"\n[queries]\nfile = \"queries.csv\"\nid = \"number\"\n[columns]\nid = \"q\"\nendpoint = \"e\"\nprompt = \"text\"
        ignore = [\"solution\"]\n[metrics]\nscore = { column = \"right\" }\nenergy_j = { column = \"j\" }\n";
    let queries = "number,text,level,solution\n2,two,hard,4\n1,one,3,2\n";
    let folder = tempfile::tempdir().map_err(self::fail)?;
    for name in ["t.parquet", "t.arrow", "t.arrows"] {
        let file = std::fs::File::create(folder.path().join(name)).map_err(self::fail)?;
        match name {
            "t.parquet" => ParquetWriter::new(file).finish(&mut table).map(drop).map_err(fail)?,
            "t.arrow" => IpcWriter::new(file).finish(&mut table).map_err(fail)?,
            _ => IpcStreamWriter::new(file).finish(&mut table).map_err(fail)?,
        }
        let options = ImportOptions { keep_features: true, ..ImportOptions::default() };
        let draft = import_in(folder.path(), map, &[("queries.csv", queries)], name, options)?;
        // The queries stand in the order of their own table: 2, 1.
        assert_eq!(draft.queries.ids.as_deref(), Some(&["2".to_owned(), "1".to_owned()][..]), "{name}");
        assert_eq!(draft.endpoints.iter().map(|endpoint| endpoint.endpoint.id.as_str()).collect::<Vec<_>>(), ["m@h", "n"]);
        assert_eq!((metric(&draft, 0, Metric::EnergyJ), metric(&draft, 0, Metric::Score)), (vec![Some(2.5), Some(1.5)], vec![None, Some(1.0)]));
        assert!(matches!(&draft.queries.features[..], [(name, Feature::Name(_))] if name == "level"), "hard and 3 are names");
    }
    Ok(())
}

#[test]
fn prompts_to_drop_take_their_answers_along() -> Result<()> {
    let folder = tempfile::tempdir().map_err(fail)?;
    let list = folder.path().join("drop.jsonl");
    std::fs::write(&list, "{\"eval_prompt\": \"one\"}\n").map_err(fail)?;
    let map = "layout = \"long\"\n[columns]\nid = \"q\"\nmodel = \"m\"\nprompt = \"text\"\n[metrics]\nscore = { column = \"ok\" }\n";
    let csv = "q,m,text,ok\n1,a,one,1\n1,b,one,1\n2,a,two,1\n";
    let options = ImportOptions { drop_prompts: Some(list), ..ImportOptions::default() };
    let draft = import_in(folder.path(), map, &[("t.csv", csv)], "t.csv", options.clone())?;
    assert_eq!((draft.queries.rows.len(), draft.endpoints.len()), (1, 1));
    let map = map.replace("prompt = \"text\"\n", "");
    let error = import_in(folder.path(), &map, &[("t.csv", csv)], "t.csv", options).map_or_else(|error| error.to_string(), |_| String::new());
    assert!(error.contains("no prompts to drop by"), "{error}");
    Ok(())
}

#[test]
fn the_table_of_queries_may_stand_in_the_input_folder() -> Result<()> {
    let folder = tempfile::tempdir().map_err(fail)?;
    let recording = folder.path().join("recording");
    std::fs::create_dir(&recording).map_err(fail)?;
    let map = "layout = \"long\"\n[queries]\nfile = \"queries.csv\"\n[columns]\nid = \"q\"\nmodel = \"m\"\n[metrics]\nscore = { column = \"ok\" }\n";
    let files = [("recording/queries.csv", "q\n1\n2\n"), ("recording/outcomes.csv", "q,m,ok\n1,a,1\n2,a,0\n")];
    let draft = import_in(folder.path(), map, &files, "recording", ImportOptions::default())?;
    assert_eq!((draft.queries.rows.len(), metric(&draft, 0, Metric::Score)), (2, vec![Some(1.0), Some(0.0)]));
    assert!(notes(&draft).contains("the queries are those of"), "{}", notes(&draft));
    std::fs::remove_file(recording.join("queries.csv")).map_err(fail)?;
    let error = import_in(folder.path(), map, &files[1..], "recording", ImportOptions::default()).err();
    let text = error.map(|error| error.to_string()).unwrap_or_default();
    assert!(text.contains("no `queries.csv`") && text.contains("map.toml, line 3"), "{text}");
    Ok(())
}

/// A column as Arrow has it, in two chunks.
fn arrow(series: &Series) -> (ArrowField, Vec<ArrayRef>) {
    let chunk = |from: i64, rows: usize| series.slice(from, rows).rechunk().to_arrow(0, CompatLevel::newest());
    let half = series.len() / 2;
    (series.field().to_arrow(CompatLevel::newest()), vec![chunk(0, half), chunk(half as i64, series.len())])
}

#[test]
fn a_table_in_memory_is_read_by_its_name() -> Result<()> {
    let map = "layout = \"long\"\ncolumns = { id = \"q\", model = \"m\" }\nmetrics = { score = { column = \"s\" } }\n\
        [queries]\nfile = \"prompts\"\nid = \"id\"\n";
    let mut memory = InMemory::default();
    let ids = Series::new("q".into(), ["a", "a", "b", "b"]);
    let models = Series::new("m".into(), ["x", "y", "x", "y"]);
    let scores = Series::new("s".into(), [Some(1.0), Some(0.0), None, Some(0.5)]);
    memory.add_table("answers", [&ids, &models, &scores].map(arrow).into())?;
    memory.add_table("prompts", vec![arrow(&Series::new("id".into(), ["a", "b"]))])?;
    memory.add_mapping("map", map);
    let options = ImportOptions { map: Some("map".into()), memory, ..ImportOptions::default() };
    let inputs = ["answers".into(), "prompts".into()];
    let draft = crate::trace::import::import(&FORMAT, &inputs, &options, Vec::new())?;
    assert_eq!(metric(&draft, 0, Metric::Score), [Some(1.0)]);
    assert_eq!(metric(&draft, 1, Metric::Score), [Some(0.0), Some(0.5)]);
    let other = crate::trace::import::find("routellm")?;
    let error = crate::trace::import::import(other, &inputs, &ImportOptions { map: None, ..options }, Vec::new()).map(drop);
    assert!(error.is_err_and(|error| error.to_string().contains("format `routellm` reads files")));
    let uneven = InMemory::default().add_table("t", vec![arrow(&ids), arrow(&Series::new("id".into(), ["a", "b"]))]);
    assert!(uneven.is_err_and(|error| error.to_string().contains("`id` has 2 rows, the columns before it 4")));
    Ok(())
}

#[test]
fn times_of_a_table_in_memory_are_arrivals() -> Result<()> {
    // 1.5 s and 0 s after the beginning of 2026 in microseconds, as data frames have times.
    let times = PrimitiveArray::from_vec(vec![1_767_225_601_500_000_i64, 1_767_225_600_000_000]);
    let kind = ArrowDataType::Timestamp(TimeUnit::Microsecond, None);
    let times: (ArrowField, Vec<ArrayRef>) = (ArrowField::new("at".into(), kind.clone(), true), vec![Box::new(times.to(kind))]);
    let mut memory = InMemory::default();
    let (ids, scores) = (Series::new("q".into(), ["a", "b"]), Series::new("x".into(), [1.0, 0.0]));
    memory.add_table("answers", vec![arrow(&ids), times, arrow(&scores)])?;
    let map = "layout = \"wide\"\ncolumns = { id = \"q\", arrival = { column = \"at\", unit = \"datetime\" } }\n\
        [[endpoint]]\nmodel = \"x\"\nmetrics.score = \"x\"\n";
    memory.add_mapping("map", map);
    let options = ImportOptions { map: Some("map".into()), memory, ..ImportOptions::default() };
    let draft = crate::trace::import::import(&FORMAT, &["answers".into()], &options, Vec::new())?;
    let arrivals: Vec<f64> = draft.queries.arrival_s.iter().flat_map(|column| column.iter()).collect();
    assert_eq!(arrivals, [1.5, 0.0]);
    Ok(())
}

#[test]
fn tokens_of_answers_are_those_of_the_query_where_they_agree() -> Result<()> {
    let map = LONG.replace("[metrics]", "[metrics]\ninput_tokens = \"length\"").replace("features = [\"length\"]", "");
    let tokens = |draft: &Draft| draft.queries.input_tokens.iter().flat_map(|column| column.iter()).collect::<Vec<f64>>();
    let draft = import(&map, &[("t.csv", LONG_CSV)], ImportOptions::default())?;
    assert_eq!(tokens(&draft), [7.0, 9.0, 9.0]);
    assert!(notes(&draft).contains("`input_tokens` of a query are those of its answers"), "{}", notes(&draft));
    // Another tokenizer counts otherwise: no router sees a number that is one endpoint's alone.
    let draft = import(&map, &[("t.csv", &LONG_CSV.replace("1,b,M4,sums,1500,7", "1,b,M4,sums,1500,8"))], ImportOptions::default())?;
    assert!(tokens(&draft).iter().all(|tokens| tokens.is_nan()));
    assert!(notes(&draft).contains("other `input_tokens` in 1 queries"), "{}", notes(&draft));
    Ok(())
}

/// A long table of answers in the order of `order`, one line each; `None` for a blank line.
fn answers(order: &[usize]) -> Vec<Option<String>> {
    let cell = |row: usize, what: usize| (row * 7919 + what * 104_729) % 1000;
    let line = |&answer: &usize| {
        let (query, endpoint) = (answer / 3, answer % 3);
        let score = ["1", "0", "true", "No", " 0.25 ", "NA"][cell(answer, 0) % 6];
        let energy = if cell(answer, 1) % 5 == 0 { String::new() } else { format!("{}.{:03}", cell(answer, 2), cell(answer, 3)) };
        let time = if cell(answer, 4) % 4 == 0 { "NA".to_owned() } else { format!("-0.{}", "0".repeat(answer % 3 + 1)) };
        let tokens = if query % 4 == 1 { String::new() } else { format!("{}", cell(query, 5)) };
        let topic = ["maths", "é", " ", "NA", "law"][query % 5];
        (answer % 11 != 10).then(|| format!("{},m-{endpoint},{topic},{tokens},{score},{energy},{time}", query + 5))
    };
    order.iter().map(line).collect()
}

const ANSWERS: &str = r#"
layout = "long"
missing = ["NA"]
[columns]
id = "q"
endpoint = "llm"
category = "topic"
input_tokens = "tokens"
[metrics]
score = { column = "right" }
energy_j = { column = "joule", unit = "mJ" }
latency_s = { column = "time" }
"#;
const ANSWERS_HEADER: &str = "q,llm,topic,tokens,right,joule,time\n";

/// The same table without quotes, with a quote, and as JSON: read in columns, row by row, and in columns again.
fn three_ways(lines: &[Option<String>], end: &str) -> [(&'static str, String); 3] {
    let plain: String = lines.iter().map(|line| format!("{}{end}", line.as_deref().unwrap_or_default())).collect();
    // The first name of an endpoint, `m-0`, in quotes.
    let quoted = match plain.split_once("m-") {
        Some((before, after)) => format!("{before}\"m-{}\"{}", &after[..1], &after[1..]),
        None => plain.clone(),
    };
    let names: Vec<&str> = ANSWERS_HEADER.trim().split(',').collect();
    let json = |line: &String| {
        let fields = names.iter().zip(line.split(',')).map(|(name, cell)| match cell.parse::<f64>() {
            Ok(_) if *name != "q" => format!("\"{name}\": {cell}"),
            _ if cell.is_empty() => format!("\"{name}\":null"),
            _ if cell == "true" => format!("\"{name}\" :true"),
            _ => format!("\"{name}\": \"{cell}\""),
        });
        format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
    };
    let json: String = lines.iter().map(|line| format!("{}{end}", line.as_ref().map(json).unwrap_or_default())).collect();
    let header = ANSWERS_HEADER.replace('\n', end);
    [("a.csv", format!("{header}{plain}")), ("a.csv", format!("{header}{quoted}")), ("a.jsonl", json)]
}

fn shown(draft: &Draft) -> String {
    // Debug shows NaN and -0 as they are.
    format!("{:?} {:?} {:?}", draft.queries, draft.endpoints, draft.info.steps[0].notes)
}

#[test]
fn columns_and_single_rows_come_to_the_same() -> Result<()> {
    // By query, by endpoint, and mixed; 301 queries of three endpoints.
    let by_query: Vec<usize> = (0..903).collect();
    let by_endpoint: Vec<usize> = (0..903).map(|index| index % 301 * 3 + index / 301).collect();
    let mixed: Vec<usize> = (0..903).map(|index| index * 400 % 903).collect();
    let blank = [(by_query, "\n"), (by_endpoint, "\r\n"), (mixed, "\n")].map(|(order, end)| (answers(&order), end));
    // Without the blank lines all rows are alike.
    let without = blank.clone().map(|(lines, end)| (lines.into_iter().filter(Option::is_some).collect::<Vec<_>>(), end));
    for (lines, end) in blank.into_iter().chain(without) {
        let drafts = three_ways(&lines, end).map(|(name, text)| import(ANSWERS, &[(name, &text)], ImportOptions::default()));
        let [plain, quoted, json] = drafts;
        let plain = shown(&plain?);
        assert!(plain == shown(&quoted?), "rows of cells with quotes");
        assert!(plain == shown(&json?).replace("a.jsonl", "a.csv"), "objects");
    }
    Ok(())
}

#[test]
fn what_is_wrong_is_told_in_the_same_words() {
    let lines = answers(&(0..903).collect::<Vec<usize>>());
    let wrong: [(usize, &str); 8] = [
        (700, "170,m-1,maths,7,perhaps,1,"),
        (700, "170,m-1,maths,7,1.5,1,"),
        (700, "170,m-1,maths,x7,1,1,"),
        (700, "170,m-1,maths,-7,1,1,"),
        (700, "5,m-1,law,5,1,1,"),
        (700, "5,m-2,maths,525,1,1,"),
        (700, ",m-1,maths,7,1,1,"),
        (700, "170,m-1@,maths,7,1,1,"),
    ];
    for (at, line) in wrong {
        let mut lines = lines.clone();
        lines[at] = Some(line.to_owned());
        let [plain, quoted, _] = three_ways(&lines, "\n").map(|(name, text)| failure(ANSWERS, &[(name, &text)]));
        let place = |text: &str| text.replace(|letter: char| !letter.is_ascii(), "").split('/').next_back().unwrap_or_default().to_owned();
        assert!(plain.contains("line 702"), "{line}: {plain}");
        assert_eq!(place(&plain), place(&quoted), "{line}");
    }
}

#[test]
fn quotes_may_begin_anywhere() -> Result<()> {
    // More than a block of lines, of which the last has a quote; and the same with a quote in the first.
    let lines = answers(&(0..150_000).collect::<Vec<usize>>());
    let plain: String = lines.iter().map(|line| format!("{}\n", line.as_deref().unwrap_or_default())).collect();
    let last = "99999,m-0,\"law, order\",7,1,2.5,0\n";
    let late = import(ANSWERS, &[("a.csv", &format!("{ANSWERS_HEADER}{plain}{last}"))], ImportOptions::default())?;
    let early = plain.replacen("m-0", "\"m-0\"", 1);
    let early = import(ANSWERS, &[("a.csv", &format!("{ANSWERS_HEADER}{early}{last}"))], ImportOptions::default())?;
    assert!(late.queries.category.as_ref().is_some_and(|names| names.names.iter().any(|name| name == "law, order")));
    assert!(shown(&late) == shown(&early));
    let wrong = format!("{ANSWERS_HEADER}{plain}{last}99998,m-0\n");
    let text = failure(ANSWERS, &[("a.csv", &wrong)]);
    // The header, 150,000 lines, the one with the quote.
    assert!(text.contains("line 150003") && text.contains("2 cells"), "{text}");
    Ok(())
}

#[test]
fn a_field_may_come_late() -> Result<()> {
    // More than a block, with a column of its own in the last line: noted, or a fault of that line.
    let line = |query: usize, more: &str| format!("{{\"q\":\"query-{query:0100}\",\"llm\":\"m\",\"right\":1{more}}}\n");
    let text: String = (0..32_000).map(|query| line(query, "")).collect();
    let map = "layout = \"long\"\n[columns]\nid = \"q\"\nendpoint = \"llm\"\n[metrics]\nscore = { column = \"right\" }\n";
    let late = format!("{text}{}", line(32_000, ",\"late\":2"));
    let draft = import(map, &[("a.jsonl", &late)], ImportOptions::default())?;
    assert!(draft.queries.rows.len() == 32_001 && notes(&draft).contains("`late`"), "{}", notes(&draft));
    let wrong = failure(map, &[("a.jsonl", &format!("{late}{}", line(32_001, ",")))]);
    assert!(wrong.contains("line 32002"), "{wrong}");
    let with_late = map.replace("\"right\" }", "\"late\" }");
    let draft = import(&with_late, &[("a.jsonl", &late.replace(":2}", ":0.5}"))], ImportOptions::default())?;
    assert_eq!(metric(&draft, 0, Metric::Score), [Some(0.5)], "the name of the mapping stands in the last line alone");
    Ok(())
}
