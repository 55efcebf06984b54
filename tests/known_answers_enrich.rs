//! Enriching against real profiles and price lists. Needs `WATTROUTE_DATA`, the folder that has them.

use std::path::PathBuf;

use wattroute::trace::enrich::{EnrichOptions, Profile, Rate, enrich};
use wattroute::trace::{Columns, Draft, DraftEndpoint, Endpoint, Metric, Queries, Trace};
use wattroute::{Error, Result};

fn data(file: &str) -> Result<PathBuf> {
    let folder = std::env::var_os("WATTROUTE_DATA").ok_or_else(|| Error::new("the variable WATTROUTE_DATA is not set"))?;
    Ok(PathBuf::from(folder).join(file))
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs()
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn ml_energy_figures_mean_what_the_reader_takes_them_for() -> Result<()> {
    for (file, rows) in [("gpqa", 187), ("lm-arena-chat", 328)] {
        let profile = Profile::read(&data(&format!("ml-energy/{file}.json"))?)?;
        assert_eq!((profile.name.as_str(), profile.entries.len()), (format!("ML.ENERGY {file}").as_str(), rows));
        for entry in &profile.entries {
            let key = &entry.key;
            let known = |value: Option<f64>, what: &str| value.ok_or_else(|| Error::new(format!("{key} has no {what}")));
            let per_token = known(entry.energy_per_output_token_j, "J/token")?;
            let per_request = known(entry.energy_per_request_j, "J/request")?;
            let throughput = known(entry.throughput_output_tokens_per_s, "tokens/s")?;
            assert!(close(per_request, per_token * known(entry.mean_output_tokens, "output length")?), "{key}: J/request");
            assert!(close(per_token, known(entry.power_w, "power")? / throughput), "{key}: J/token");
            // The throughput is the whole batch's: a request waits several times longer for a token.
            let latency = known(entry.latency_per_output_token_s, "latency")?;
            assert!(latency > 4.0 / throughput, "{key}: {latency} s a token, {throughput} tokens/s");
            assert_eq!((entry.energy(), entry.latency()), (Some(Rate::PerOutputToken(per_token)), Some(Rate::PerOutputToken(latency))));
        }
        let mut keys: Vec<&str> = profile.entries.iter().map(|entry| entry.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), rows, "every configuration can be named");
    }
    Ok(())
}

/// Two endpoints as RouteLLM's files give them: prompts and scores, no tokens, no hardware.
/// `gpt-4-1106-preview` did not answer the second query.
fn routellm() -> Draft {
    let queries = Queries {
        rows: vec![0, 1, 2],
        ids: Some(["a", "b", "c"].map(str::to_owned).to_vec()),
        // 8, 5 and 6 characters: 2, 2 and 2 tokens at four characters each, rounded up.
        prompts: Some(["12345678", "12345", "äöü456"].map(|text| Some(text.to_owned())).to_vec()),
        ..Queries::default()
    };
    let endpoint = |model: &str, rows: &[u32]| {
        let mut draft = DraftEndpoint { endpoint: Endpoint::new(model, None), rows: rows.to_vec(), ..DraftEndpoint::default() };
        draft.metrics.set(Metric::Score, vec![1.0; rows.len()]);
        draft
    };
    let endpoints = vec![endpoint("mixtral-8x7b-instruct-v0.1", &[0, 1, 2]), endpoint("gpt-4-1106-preview", &[0, 2])];
    let mut draft = Draft { queries, endpoints, ..Draft::default() };
    draft.info.name = "routellm".into();
    draft
}

fn options() -> Result<EnrichOptions> {
    let mixtral = |key: &str| ("mixtral-8x7b-instruct-v0.1".to_owned(), key.to_owned());
    Ok(EnrichOptions {
        profiles: vec![data("ml-energy/gpqa.json")?],
        prices: Some(data("prices/model_prices.json")?),
        stand_ins: vec![mixtral("Qwen/Qwen3-14B@B200:batch=8"), mixtral("together_ai/mistralai/Mixtral-8x7B-Instruct-v0.1")],
        output_tokens: vec![(None, 250.0), (Some("gpt-4-1106-preview".into()), 100.0)],
        tokens_from_text: true,
        ..EnrichOptions::default()
    })
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn a_trace_without_tokens_gets_joules_and_dollars() -> Result<()> {
    let folder = tempfile::tempdir().map_err(|error| Error::new("no folder").cause(error))?;
    let path = folder.path().join("t");
    let (draft, log) = enrich(routellm(), &options()?, vec!["enrich".into()])?;
    draft.write(&path, false)?;
    let trace = Trace::open(&path.display().to_string(), &Columns::all())?;
    let cell = |endpoint: usize, metric, row| trace.metric(endpoint, metric).and_then(|column| column.get(row)).unwrap_or(f64::NAN);
    // The file's row: 1.3662634337367148 J/token, 33.62808651581872 ms/token, 14 billion parameters.
    assert!(close(cell(0, Metric::EnergyJ, 1), 1.3662634337367148 * 250.0));
    assert!(close(cell(0, Metric::LatencyS, 1), 0.03362808651581872 * 250.0));
    assert!(close(cell(0, Metric::Flops, 1), 2.0 * 14e9 * (2.0 + 250.0)));
    // together_ai: $0.6 and $0.6 for a million tokens; gpt-4-1106-preview: $10 and $30.
    assert!(close(cell(0, Metric::CostUsd, 1), 0.6e-6 * 2.0 + 0.6e-6 * 250.0));
    assert!(close(cell(1, Metric::CostUsd, 2), 10e-6 * 2.0 + 30e-6 * 100.0));
    // What GPT-4 took nobody has measured, and what it did not answer costs nothing that is known.
    assert!(trace.metric(1, Metric::EnergyJ).is_none() && cell(1, Metric::CostUsd, 1).is_nan());
    assert_eq!(trace.outcomes[1].sparse, Some(vec![0, 2]));
    for (endpoint, answered) in [(0, vec![0, 1, 2]), (1, vec![0, 2])] {
        for (metric, _) in trace.outcomes[endpoint].metrics.iter().filter(|(metric, _)| *metric != Metric::Score) {
            let codes = trace.outcomes[endpoint].sources.get(metric);
            assert!(answered.iter().all(|&row| codes.is_some_and(|codes| codes[row] > 0)), "{metric} of endpoint {endpoint}");
        }
    }
    assert!(trace.outcomes[0].sources.get(Metric::Score).is_none(), "what was recorded stays recorded");
    let sources: Vec<&str> = trace.info.sources.iter().map(|source| source.name.as_str()).collect();
    assert!(
        sources.contains(&"ML.ENERGY gpqa: Qwen3-14B on 1 x B200, batch 8, standing in for mixtral-8x7b-instruct-v0.1"),
        "{sources:#?}"
    );
    // A stand-in's parameters are not the endpoint's; a price of its own model is.
    assert_eq!(trace.info.endpoints[0].params_total_b, None);
    assert_eq!(trace.info.endpoints[1].price.map(|price| price.output_usd_per_mtok.round()), Some(30.0));
    assert!(log.missing.iter().any(|missing| missing.metric == Metric::EnergyJ && missing.cells == 2));
    assert!(log.filled.iter().all(|filled| filled.metric == Metric::OutputTokens
        || filled.metric == Metric::InputTokens
        || filled.from_estimates == filled.cells));
    Ok(())
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn a_model_of_several_providers_has_to_be_chosen() -> Result<()> {
    let options = EnrichOptions { stand_ins: Vec::new(), ..options()? };
    let error = enrich(routellm(), &options, Vec::new()).map(drop).map_err(|error| error.to_string()).err().unwrap_or_default();
    assert!(error.contains("deepinfra/mistralai/Mixtral-8x7B-Instruct-v0.1") && error.contains("--as ENDPOINT=KEY"), "{error}");
    assert!(!error.contains("ollama/"), "its price of 0 is no price: {error}");
    Ok(())
}

/// RouterArena records what each answer cost; its tokens times its own list give the same sums.
#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn tokens_times_list_prices_are_the_recorded_costs() -> Result<()> {
    for (model, total) in [("claude-3-haiku-20240307", 0.14237725), ("gemini-2.0-flash-001", 0.03842)] {
        let path = data(&format!("routerarena/{model}.jsonl"))?;
        let text = std::fs::read_to_string(&path).map_err(|error| Error::new("cannot read").at(path.display()).cause(error))?;
        let rows: Vec<serde_json::Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        assert_eq!(rows.len(), 809);
        let tokens = |name: &str| rows.iter().map(|row| row["token_usage"][name].as_f64().unwrap_or(f64::NAN)).collect::<Vec<_>>();
        let numbers: Vec<u32> = (0..rows.len() as u32).collect();
        let mut endpoint = DraftEndpoint { endpoint: Endpoint::new(model, None), rows: numbers.clone(), ..DraftEndpoint::default() };
        endpoint.metrics.set(Metric::InputTokens, tokens("input_tokens"));
        endpoint.metrics.set(Metric::OutputTokens, tokens("output_tokens"));
        let ids = Some(numbers.iter().map(u32::to_string).collect());
        let queries = Queries { rows: numbers, ids, ..Queries::default() };
        let draft = Draft { queries, endpoints: vec![endpoint], ..Draft::default() };
        let options = EnrichOptions { prices: Some(data("routerarena/cost.json")?), ..EnrichOptions::default() };
        let (draft, _) = enrich(draft, &options, Vec::new())?;
        let sum: f64 = draft.endpoints[0].metrics.get(Metric::CostUsd).into_iter().flatten().sum();
        assert!((sum - total).abs() < 1e-9, "{model}: ${sum}, recorded ${total}");
    }
    Ok(())
}
