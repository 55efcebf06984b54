//! RouterArena's predictions of other people's routers, replayed over its cached results.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};

use wattroute::draw::Draws;
use wattroute::policy::{Context, Objective, PlanBlock, PolicySpec};
use wattroute::trace::{Column, Endpoint, Metric, Outcomes, Queries, Trace, TraceInfo};
use wattroute::workload::{OutcomeBlock, QueryBlock, RoleNames, Roles, Workload, WorkloadSpec};

fn data() -> PathBuf {
    PathBuf::from(std::env::var_os("WATTROUTE_DATA").expect("WATTROUTE_DATA"))
}

/// The two models that RouterArena's repository has results of: 809 queries.
fn trace() -> Trace {
    let mut trace = Trace { info: TraceInfo::default(), queries: Queries::default(), outcomes: Vec::new(), fingerprint: String::new() };
    for model in ["claude-3-haiku-20240307", "gemini-2.0-flash-001"] {
        let text = std::fs::read_to_string(data().join(format!("routerarena/{model}.jsonl"))).unwrap();
        let rows: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut outcomes = Outcomes { answered: rows.len(), ..Outcomes::default() };
        let scores = rows.iter().map(|row| row["evaluation_result"]["score"].as_f64().unwrap()).collect();
        outcomes.metrics.set(Metric::Score, Column::from_vec(scores));
        trace.outcomes.push(outcomes);
        trace.info.endpoints.push(Endpoint::new(model, None));
        trace.queries.rows = (0..rows.len() as u32).collect();
        trace.queries.ids = Some(rows.iter().map(|row| row["global_index"].as_str().unwrap().to_owned()).collect());
    }
    trace
}

/// The rows of RouterArena's that are no routing decisions, in the file that has any.
const SKIP: &str = "skip_if = \"for_optimality\"\n";

fn policy(folder: &Path, file: &str, more: &str, endpoints: &str) -> PolicySpec {
    let path = folder.join("router.toml");
    let file = data().join("routerarena-predictions").join(file);
    let text = format!(
        "kind = \"recorded\"\n[parameters]\nfile = '{}'\nid = \"global index\"\ndecision = \"prediction\"\nmissing = \"fallback\"\n\
         {more}[parameters.endpoints]\n{endpoints}",
        file.display()
    );
    std::fs::write(&path, text).unwrap();
    PolicySpec::find(path.to_str().unwrap()).unwrap()
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routerarena_predictions_are_read_as_they_are() {
    let trace = trace();
    assert_eq!(trace.len(), 809);
    let names = RoleNames { baselines: vec!["gemini-2.0-flash-001".into()], local: vec!["claude-3-haiku-20240307".into()], fallback: None };
    let roles = Roles::resolve(&trace.info, &names).unwrap();
    let context = Context {
        trace: &trace,
        pool: &roles.pools[0],
        objective: Objective::Cost,
        correct_at: 1.0,
        seed: 1,
        memo: &wattroute::policy::Memo::default(),
    };
    let folder = tempfile::tempdir().unwrap();

    // The router's models stand for the two of the trace: the 185 queries that it sends to the
    // Gemini, and the 389 = 809 - 420 that it was not asked, go to Gemini, the other 235 to Claude.
    let to_claude = [
        "deepseek/deepseek-v4-flash",
        "qwen/qwen3-235b-a22b-2507",
        "deepseek/deepseek-v4-pro",
        "grok-4-1-fast-reasoning",
        "Qwen/Qwen3-Coder-Next",
    ];
    let mut table: String = to_claude.iter().map(|name| format!("\"{name}\" = \"claude-3-haiku-20240307\"\n")).collect();
    table += "\"google/gemini-3.1-flash-lite\" = \"gemini-2.0-flash-001\"\n";
    let built = policy(folder.path(), "vllm-sr-robustness.json", SKIP, &table).parameters.build(&context).unwrap();
    assert!(built.notes.iter().any(|note| note.contains("389 of 809 queries have no decision")), "{:?}", built.notes);

    let spec = WorkloadSpec { correct_at: Some(1.0), ..WorkloadSpec::default() };
    let workload = Workload::new(&trace, &[0, 1], &spec).unwrap();
    let queries = QueryBlock::new(&workload, 0..809);
    let mut plans = PlanBlock::new();
    built.rule.plan(&queries, &OutcomeBlock::new(&workload, &queries), &Draws::new(1, 0), &mut plans).unwrap();
    let to = |endpoint: u16| (0..809).filter(|&index| plans.attempts(index).next().unwrap().0 == endpoint).count();
    assert_eq!((to(0), to(1)), (235, 574));

    // Without the table each of the six models is an error of its own, at its first line.
    let error = policy(folder.path(), "azure-model-router-robustness.json", "", "").parameters.build(&context).err().unwrap();
    let errors: Vec<String> = error.into_each().iter().map(ToString::to_string).collect();
    assert_eq!(errors.len(), 6);
    assert!(
        errors[0].contains("`grok-4-1-fast-reasoning`") && errors[0].contains("azure-model-router-robustness.json, line 2"),
        "{}",
        errors[0]
    );
}
