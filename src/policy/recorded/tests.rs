use super::super::testing::{build, plan, trace};
use super::*;
use crate::trace::Trace;

/// Four queries, three endpoints; what they answered does not matter here.
fn four() -> Trace {
    trace(&vec![vec![0.0; 4]; 3])
}

/// Builds a policy with a file `d.csv` beside its policy file.
fn with(csv: &str, parameters: &str, trace: &Trace) -> Result<Built> {
    let fail = |error: std::io::Error| Error::new(error.to_string());
    let folder = tempfile::tempdir().map_err(fail)?;
    std::fs::write(folder.path().join("d.csv"), csv).map_err(fail)?;
    let policy = folder.path().join("policy.toml");
    std::fs::write(&policy, format!("kind = \"recorded\"\n[parameters]\nfile = \"d.csv\"\n{parameters}\n")).map_err(fail)?;
    build(&policy.display().to_string(), trace)
}

fn fault(csv: &str, parameters: &str, trace: &Trace) -> String {
    with(csv, parameters, trace).err().map(|error| error.to_string()).unwrap_or_default()
}

#[test]
fn decisions_are_joined_by_id_whatever_their_order() -> Result<()> {
    let trace = four();
    let csv = "query_id,to\nq3,e0\nq9,e1\nq0,fallback\nq2,big\nq1,e1\n";
    let built = with(csv, "decision = \"to\"\nendpoints = { big = \"e2\" }", &trace)?;
    assert_eq!(plan(&built, &trace)?, [2, 1, 2, 0]);
    assert_eq!((built.endpoints.clone(), built.uses_pool), (vec![0, 1, 2], true));
    assert!(built.notes.len() == 1 && built.notes[0].starts_with("1 decisions of ") && built.notes[0].contains("`q9`"), "{:?}", built.notes);
    Ok(())
}

#[test]
fn positions_of_a_part_of_the_trace_find_their_decisions() -> Result<()> {
    let trace = four();
    let built = with("query_id,to\nq0,e0\nq1,e1\nq2,e2\nq3,e1\n", "decision = \"to\"", &trace)?;
    // The same policy over a selection: positions, not places in the block, index the decisions.
    let spec = crate::workload::WorkloadSpec {
        selection: crate::workload::Selection { positions: Some(2..4), ..Default::default() },
        ..Default::default()
    };
    let workload = crate::workload::Workload::new(&trace, &[0, 1, 2], &spec)?;
    let queries = QueryBlock::new(&workload, 0..2);
    let outcomes = crate::workload::OutcomeBlock::new(&workload, &queries);
    let mut plans = PlanBlock::new();
    built.rule.plan(&queries, &outcomes, &Draws::new(1, 0), &mut plans)?;
    let first = |index: usize| plans.attempts(index).next().map(|(endpoint, _)| endpoint);
    assert_eq!([first(0), first(1)], [Some(2), Some(1)]);
    Ok(())
}

#[test]
fn queries_without_a_decision_are_counted() -> Result<()> {
    let trace = four();
    let csv = "query_id,to\nq0,e0\nq1,\n";
    let error = fault(csv, "decision = \"to\"", &trace);
    assert!(error.contains("3 of 4, such as `q1`"), "{error}");
    let built = with(csv, "decision = \"to\"\nmissing = \"e1\"", &trace)?;
    assert_eq!(plan(&built, &trace)?, [0, 1, 1, 1]);
    assert!(built.notes[0].contains("3 of 4 queries have no decision and go to e1"), "{:?}", built.notes);
    Ok(())
}

#[test]
fn names_of_no_endpoint_are_told_once_each_with_their_line() {
    let error = fault("query_id,to\nq0,e1\nq1,e01\nq2,e01\nq3,zebra\n", "decision = \"to\"", &four());
    assert!(error.contains("d.csv, line 3, column `to`") && error.contains("did you mean `e0`?"), "{error}");
    assert!(error.contains("line 5") && !error.contains("line 4"), "{error}");
}

#[test]
fn a_model_with_several_endpoints_must_be_told_apart() -> Result<()> {
    let mut trace = four();
    trace.info.endpoints.iter_mut().for_each(|endpoint| endpoint.model = "m".to_owned());
    trace.info.endpoints[2].model = "org/large".to_owned();
    let csv = "query_id,to\nq0,org/large\nq1,m\nq2,m\nq3,m\n";
    let error = fault(csv, "decision = \"to\"", &trace);
    assert!(error.contains("several endpoints") && error.contains("e0, e1"), "{error}");
    assert_eq!(plan(&with(csv, "decision = \"to\"\nendpoints = { m = \"e1\" }", &trace)?, &trace)?, [2, 1, 1, 1]);
    Ok(())
}

#[test]
fn scores_are_compared_and_missing_ones_are_not_low() -> Result<()> {
    let trace = four();
    let score = "score = \"p\"\nat_least = 0.5\nlow = \"e0\"";
    let csv = "query_id,p\nq0,0.5\nq1,0.49\nq2,1e0\nq3,\n";
    assert!(fault(csv, score, &trace).contains("1 of 4, such as `q3`"));
    assert_eq!(plan(&with(csv, &format!("{score}\nmissing = \"e1\""), &trace)?, &trace)?, [2, 0, 2, 1]);
    let error = fault("query_id,p\nq0,high\n", score, &trace);
    assert!(error.contains("a score is no number") && error.contains("line 2, column `p`") && error.contains("`high`"), "{error}");
    Ok(())
}

#[test]
fn a_file_about_other_queries_is_an_error() {
    let error = fault("query_id,to\nx1,e0\n", "decision = \"to\"\nmissing = \"fallback\"", &four());
    assert!(error.contains("such as `x1`") && error.contains("such as `q0`"), "{error}");
}

#[test]
fn parameters_that_contradict_each_other_are_all_told() {
    let error = fault("", "decision = \"to\"\nat_least = 1\nmissing = 3", &four());
    assert!(error.contains("missing"), "{error}");
    let error = fault("", "decision = \"to\"\nscore = \"p\"", &four());
    assert!(error.contains("two columns that decide") && error.contains("line 5, column 9"), "{error}");
    let error = fault("", "score = \"p\"\nendpoints = { a = \"e0\" }", &four());
    assert!(error.contains("names no endpoints") && error.contains("a score has no limit"), "{error}");
}

#[test]
fn the_shipped_policy_is_listed_and_takes_its_file_in_the_command() {
    assert!(PolicySpec::find("recorded").is_ok());
    let error = build("recorded", &four()).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("recorded:file=FILE,decision=COLUMN"), "{error}");
    let error = build("recorded:file=nowhere.csv,decision=to", &four()).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(error.contains("nowhere.csv"), "{error}");
}
