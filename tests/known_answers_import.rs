//! Imports of real files against figures that others published or that were counted by hand.
//! `WATTROUTE_DATA` names the folder with the files; their licences are in its README.

use std::collections::BTreeMap;
use std::path::PathBuf;

use wattroute::trace::import::{self, ImportOptions};
use wattroute::trace::{Draft, DraftEndpoint, Feature, Metric};
use wattroute::{Error, Result};

fn data(path: &str) -> Result<PathBuf> {
    let folder = std::env::var("WATTROUTE_DATA").map_err(|error| Error::new("WATTROUTE_DATA is not set").cause(error))?;
    Ok(PathBuf::from(folder).join(path))
}

fn import(format: &str, paths: &[&str], options: &ImportOptions) -> Result<Draft> {
    let inputs = paths.iter().map(|path| data(path)).collect::<Result<Vec<_>>>()?;
    let draft = import::import(import::find(format)?, &inputs, options, Vec::new())?;
    draft.check()?;
    Ok(draft)
}

fn endpoint<'a>(draft: &'a Draft, id: &str) -> Result<&'a DraftEndpoint> {
    let ids = || draft.endpoints.iter().map(|endpoint| endpoint.endpoint.id.as_str());
    draft.endpoints.iter().find(|endpoint| endpoint.endpoint.id == id).ok_or_else(|| wattroute::unknown("endpoint", id, ids()))
}

fn cells(endpoint: &DraftEndpoint, metric: Metric) -> Result<&[f64]> {
    endpoint.metrics.get(metric).map(Vec::as_slice).ok_or_else(|| Error::new(format!("no `{metric}`")).at(&endpoint.endpoint.id))
}

fn sum(endpoint: &DraftEndpoint, metric: Metric) -> Result<f64> {
    Ok(cells(endpoint, metric)?.iter().sum())
}

fn close(found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() <= tolerance, "found {found}, wanted {wanted}");
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routellm_counts() -> Result<()> {
    let (mixtral, gpt4) = ("mixtral-8x7b-instruct-v0.1", "gpt-4-1106-preview");
    let draft = import("routellm", &["routellm/mmlu"], &ImportOptions::default())?;
    assert_eq!(draft.queries.rows.len(), 14_042);
    assert_eq!((sum(endpoint(&draft, mixtral)?, Metric::Score)?, sum(endpoint(&draft, gpt4)?, Metric::Score)?), (9_560.0, 11_315.0));
    let pairs = cells(endpoint(&draft, mixtral)?, Metric::Score)?.iter().zip(cells(endpoint(&draft, gpt4)?, Metric::Score)?);
    let covered = pairs.filter(|(mixtral, gpt4)| mixtral.max(**gpt4) == 1.0).count();
    close(100.0 * covered as f64 / 14_042.0, 85.8638, 5e-5);
    let notes = draft.info.steps[0].notes.join("\n");
    assert!(notes.contains("14042 rows hold 13937 distinct prompts"), "{notes}");

    let drop_prompts = Some(data("routellm/mmlu_contaminated_prompts.jsonl")?);
    let draft = import("routellm", &["routellm/mmlu"], &ImportOptions { drop_prompts, ..ImportOptions::default() })?;
    assert_eq!(draft.queries.rows.len(), 14_037);
    assert_eq!((sum(endpoint(&draft, mixtral)?, Metric::Score)?, sum(endpoint(&draft, gpt4)?, Metric::Score)?), (9_558.0, 11_312.0));
    assert!(draft.info.steps[0].notes.join("\n").contains("5 rows were dropped"));
    Ok(())
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routerarena_means_and_sums() -> Result<()> {
    let draft = import("routerarena", &["routerarena"], &ImportOptions::default())?;
    assert_eq!(draft.queries.rows.len(), 809);
    // One METEOR score is below 0, which no score may be: it counts as 0, and the published mean has it.
    let below = -0.0330188679245283;
    assert!(draft.info.steps[0].notes.join("\n").contains(&format!("line 495, `NarrativeQA_4102`: a METEOR score of {below} counts as 0")));
    for (id, mean, below, usd) in
        [("claude-3-haiku-20240307", 0.523356, below, 0.14237725), ("gemini-2.0-flash-001", 0.690119, 0.0, 0.03842)]
    {
        let endpoint = endpoint(&draft, id)?;
        assert_eq!(endpoint.rows.len(), 809);
        close((sum(endpoint, Metric::Score)? + below) / 809.0, mean, 5e-7);
        close(sum(endpoint, Metric::CostUsd)?, usd, 1e-9);
    }
    let scores = |id| cells(endpoint(&draft, id)?, Metric::Score);
    let better = scores("claude-3-haiku-20240307")?.iter().zip(scores("gemini-2.0-flash-001")?).map(|(a, b)| a.max(*b));
    close(better.sum::<f64>() / 809.0, 0.740773, 5e-7);
    Ok(())
}

/// Accuracy and total US dollars of every model on winogrande, all 1,267 rows.
const WINOGRANDE: [(&str, f64, f64); 11] = [
    ("wizardlm-13b-v1.2", 0.5288, 0.1335),
    ("mistral-7b-chat", 0.5659, 0.0892),
    ("mixtral-8x7b-chat", 0.6788, 0.2676),
    ("code-llama-instruct-34b-chat", 0.5848, 0.3461),
    ("yi-34b-chat", 0.7537, 0.3559),
    ("llama-2-70b-chat", 0.5028, 0.4015),
    ("gpt-3.5-turbo-1106", 0.6409, 0.4461),
    ("claude-instant-v1", 0.5170, 0.3588),
    ("claude-v1", 0.5620, 3.5787),
    ("claude-v2", 0.4775, 3.5913),
    ("gpt-4-1106-preview", 0.8587, 4.4733),
];

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routerbench_winogrande() -> Result<()> {
    let files = ["routerbench/winograde_train.csv", "routerbench/winograde_test.csv"];
    let draft = import("routerbench", &files, &ImportOptions::default())?;
    assert_eq!((draft.queries.rows.len(), draft.endpoints.len()), (1_267, 11));
    assert!(draft.queries.features.is_empty(), "the oracle's choice must be no feature");
    for (id, accuracy, usd) in WINOGRANDE {
        close(sum(endpoint(&draft, id)?, Metric::Score)? / 1_267.0, accuracy, 5e-5);
        close(sum(endpoint(&draft, id)?, Metric::CostUsd)?, usd, 5e-5);
    }
    let (accuracy, usd) = oracle(&draft, &files)?;
    close(accuracy, 0.9992, 5e-5);
    close(usd, 0.13559, 5e-6);
    Ok(())
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routerbench_mbpp() -> Result<()> {
    let files = ["routerbench/mbpp_train.csv", "routerbench/mbpp_test.csv"];
    let draft = import("routerbench", &files, &ImportOptions::default())?;
    assert_eq!((draft.queries.rows.len(), draft.endpoints.len()), (427, 11));
    let (accuracy, usd) = oracle(&draft, &files)?;
    close(accuracy, 0.8665, 5e-5);
    close(usd, 0.20332, 5e-6);
    Ok(())
}

/// Checks that on every row the cheapest model of the top score is the one that RouterBench
/// published (`no_model_correct` where the top score is 0), and gives the oracle's mean score and US
/// dollars; a query that no model gets right costs nothing, as RouterBench counts.
fn oracle(draft: &Draft, files: &[&str]) -> Result<(f64, f64)> {
    let published = published(files)?;
    let ids = draft.queries.ids.as_deref().unwrap_or_default();
    let (mut score, mut usd) = (0.0, 0.0);
    for (row, id) in ids.iter().enumerate() {
        let mut best: Option<(f64, f64, &str)> = None;
        for endpoint in &draft.endpoints {
            let (right, cost) = (cells(endpoint, Metric::Score)?[row], cells(endpoint, Metric::CostUsd)?[row]);
            if best.is_none_or(|(top, least, _)| right > top || right == top && cost < least) {
                best = Some((right, cost, &endpoint.endpoint.model));
            }
        }
        let Some((top, cost, model)) = best else { return Err(Error::new("no endpoint")) };
        let choice = if top > 0.0 { model } else { "no_model_correct" };
        assert_eq!(published.get(id).map(String::as_str), Some(choice), "query {id}");
        score += top;
        usd += if top > 0.0 { cost } else { 0.0 };
    }
    Ok((score / ids.len() as f64, usd))
}

fn published(files: &[&str]) -> Result<BTreeMap<String, String>> {
    let fail = |error: csv::Error| Error::new("not read").cause(error);
    let mut out = BTreeMap::new();
    for file in files {
        let mut reader = csv::Reader::from_path(data(file)?).map_err(fail)?;
        let header = reader.headers().map_err(fail)?.clone();
        let column = |name: &str| header.iter().position(|column| column == name).ok_or_else(|| Error::new(format!("no {name}")));
        let (id, oracle) = (column("sample_id")?, column("oracle_model_to_route_to")?);
        for record in reader.records() {
            let record = record.map_err(fail)?;
            out.insert(record[id].to_owned(), record[oracle].to_owned());
        }
    }
    Ok(out)
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn llmrouter_rows_and_models() -> Result<()> {
    let draft = import("llmrouter", &["llmrouter/train.json", "llmrouter/test.json"], &ImportOptions::default())?;
    let dataset = draft.queries.dataset.as_ref().map(|names| &names.codes).ok_or_else(|| Error::new("no data sets"))?;
    let count = |code: u32| dataset.iter().filter(|&&found| found == code).count();
    assert_eq!((count(0), count(1), draft.endpoints.len()), (5_608, 500, 9));
    assert!(draft.endpoints.iter().all(|endpoint| endpoint.rows.len() == 6_108));
    Ok(())
}

/// Model, share of right answers in percent, and mean joules of a query at batch 1 and 256.
const LADDER: [(&str, f64, f64, f64); 4] =
    [("s", 63.4714, 0.1941, 0.0059), ("m", 76.9000, 0.3669, 0.0107), ("l", 84.6143, 0.6875, 0.0238), ("xl", 85.7143, 1.2613, 0.0478)];

/// The recording lies beside the folder of data; tests run in the repository's root, as the mapping says.
fn import_ladder(options: &ImportOptions) -> Result<Draft> {
    let options = ImportOptions { map: Some("traces/ladder.map.toml".into()), ..options.clone() };
    import("table", &["../ladder"], &options)
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn ladder_by_its_mapping() -> Result<()> {
    let draft = import_ladder(&ImportOptions { keep_features: true, ..ImportOptions::default() })?;
    assert_eq!((draft.queries.rows.len(), draft.endpoints.len()), (7_000, 22));
    let features: Vec<&str> = draft.queries.features.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(features, ["difficulty"], "the expected answer and the answer must be no features");
    for (model, right, joules_1, joules_256) in LADDER {
        for (batch, joules) in [(1, joules_1), (256, joules_256)] {
            let endpoint = endpoint(&draft, &format!("ladder-{model}@nvidia-h200-bs{batch}"))?;
            assert_eq!((endpoint.rows.len(), endpoint.endpoint.batch_size), (7_000, Some(batch)));
            close(100.0 * sum(endpoint, Metric::Score)? / 7_000.0, right, 5e-5);
            close(sum(endpoint, Metric::EnergyJ)? / 7_000.0, joules, 5e-5);
        }
    }
    let missing = |id: &str| Ok::<usize, Error>(cells(endpoint(&draft, id)?, Metric::EnergyJ)?.iter().filter(|cell| cell.is_nan()).count());
    assert_eq!((missing("ladder-m@nvidia-h200-bs64")?, missing("ladder-xl@nvidia-h200-bs4")?), (536, 4));
    for (id, answered) in [("ladder-s@cpu-2-threads", 1_039), ("ladder-m@cpu-2-threads", 510)] {
        let endpoint = endpoint(&draft, id)?;
        assert_eq!((endpoint.rows.len(), endpoint.metrics.get(Metric::EnergyJ)), (answered, None), "energy was not measured on the CPU");
    }
    Ok(())
}

/// NaN is a missing cell, so cells are held against each other by their bits.
fn bits<'a>(metrics: impl Iterator<Item = (Metric, &'a Vec<f64>)>) -> Vec<(Metric, Vec<u64>)> {
    metrics
        .map(|(metric, cells)| (metric, cells.iter().map(|cell| if cell.is_nan() { u64::MAX } else { cell.to_bits() }).collect()))
        .collect()
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn the_shipped_ladder_is_the_recording_by_its_mapping() -> Result<()> {
    let imported = import_ladder(&ImportOptions::default())?;
    let (shipped, unknown) = Draft::open("traces/ladder")?;
    assert!(unknown.is_empty(), "{unknown:?}");
    let (one, other) = (&imported.queries, &shipped.queries);
    assert!(one.rows == other.rows, "rows differ");
    // Shipped queries are called `ladder-0007`, those of the recording `7`; and all are of data set `ladder`.
    let named = one.ids.iter().flatten().map(|id| format!("ladder-{id:0>4}"));
    assert!(named.eq(other.ids.iter().flatten().cloned()), "ids differ");
    assert_eq!((one.dataset.is_none(), other.dataset.as_ref().map(|names| names.names.clone())), (true, Some(vec!["ladder".to_owned()])));
    assert!(one.prompts == other.prompts, "prompts differ");
    assert!(one.category == other.category, "categories differ");
    // The recording counts a prompt's tokens with each answer; the shipped queries have that count too.
    let counted = cells(&shipped.endpoints[0], Metric::InputTokens)?;
    assert!(one.input_tokens.is_none());
    assert!(other.input_tokens.as_ref().is_some_and(|tokens| (0..7_000).all(|row| tokens.get(row) == Some(counted[row]))), "tokens differ");
    assert!(one.arrival_s.is_none() && other.arrival_s.is_none());
    let number = |feature: &Feature, row| match feature {
        Feature::Number(column) => column.get(row),
        Feature::Name(_) => None,
    };
    let [(name, levels)] = &one.features[..] else { return Err(Error::new("not one feature")) };
    let [(other_name, other_levels)] = &other.features[..] else { return Err(Error::new("not one shipped feature")) };
    assert_eq!((name.as_str(), other_name.as_str()), ("difficulty", "difficulty"));
    assert!((0..7_000).all(|row| number(levels, row).is_some() && number(levels, row) == number(other_levels, row)), "levels differ");
    assert_eq!(imported.endpoints.len(), shipped.endpoints.len());
    for (imported, shipped) in imported.endpoints.iter().zip(&shipped.endpoints) {
        let id = &shipped.endpoint.id;
        assert_eq!(imported.endpoint, shipped.endpoint);
        assert!(imported.rows == shipped.rows, "{id}: the answered queries differ");
        assert!(bits(imported.metrics.iter()) == bits(shipped.metrics.iter()), "{id}: the cells differ");
        assert_eq!((imported.sources.iter().count(), shipped.sources.iter().count()), (0, 0), "{id}: every cell is measured");
    }
    Ok(())
}
