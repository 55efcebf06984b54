//! Enriching as a whole, on traces small enough to reckon by hand.

use std::path::Path;

use super::*;
use crate::trace::schema::MEASURED;
use crate::trace::{Column, DraftEndpoint, Endpoint, EnergyScope, Queries, Tier};

const PROFILE: &str = "name = \"bench\"\nenergy_scope = \"node\"\n\
    [[entry]]\nmodel = \"org/Small\"\nhardware = \"laptop\"\nenergy_per_output_token_j = 2.0\nlatency_per_output_token_s = 0.01\n\
    params_total_b = 8.0\nparams_active_b = 3.0\n\
    [[entry]]\nmodel = \"org/Big\"\nenergy_per_request_j = 90.0\nparams_total_b = 70.0\n";

/// Two answers of `small` on a laptop: 100 output tokens and a recorded energy, then 50 and none.
/// Prompts of 10 and 20 tokens, as the trace counts them.
fn draft() -> Draft {
    let queries = Queries {
        rows: vec![0, 1],
        ids: Some(vec!["a".into(), "b".into()]),
        input_tokens: Some(Column::from_vec(vec![10.0, 20.0])),
        ..Queries::default()
    };
    let small = Endpoint { tier: Some(Tier::Local), ..Endpoint::new("small", Some("Laptop")) };
    let mut small = DraftEndpoint { endpoint: small, rows: vec![0, 1], ..DraftEndpoint::default() };
    small.metrics.set(Metric::OutputTokens, vec![100.0, 50.0]);
    small.metrics.set(Metric::EnergyJ, vec![7.0, f64::NAN]);
    Draft { queries, endpoints: vec![small], ..Draft::default() }
}

fn profile(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("profile.toml");
    assert!(std::fs::write(&path, text).is_ok());
    path
}

/// Enriches a draft from [`PROFILE`] with options of one's own.
fn run(draft: Draft, change: impl FnOnce(&mut EnrichOptions)) -> std::result::Result<(Draft, Log), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut options = EnrichOptions { profiles: vec![profile(folder.path(), PROFILE)], ..EnrichOptions::default() };
    change(&mut options);
    enrich(draft, &options, vec!["enrich".into()]).map_err(|error| error.to_string())
}

fn cells(draft: &Draft, metric: Metric) -> Vec<f64> {
    draft.endpoints[0].metrics.get(metric).cloned().unwrap_or_default()
}

#[test]
fn only_missing_cells_are_filled_and_marked() -> std::result::Result<(), String> {
    let (draft, log) = run(draft(), |_| {})?;
    // 2 J/token x 50 tokens; the recorded 7 J stay, measured.
    assert_eq!(cells(&draft, Metric::EnergyJ), [7.0, 100.0]);
    let name = |code: u8| draft.info.sources.iter().find(|source| source.code == code).map(|source| source.name.clone());
    let codes = draft.endpoints[0].sources.get(Metric::EnergyJ).cloned().unwrap_or_default();
    assert_eq!((codes[0], name(codes[1])), (MEASURED, Some("bench: org/Small on laptop".to_owned())));
    // 0.01 s/token x 100 and 50 tokens.
    assert_eq!(cells(&draft, Metric::LatencyS), [1.0, 0.5]);
    // 2 x 3e9 active parameters x (10 + 100) and (20 + 50) tokens.
    assert_eq!(cells(&draft, Metric::Flops), [6.6e11, 4.2e11]);
    assert!(draft.info.sources.iter().any(|source| source.name.starts_with("2 x 3 billion active parameters")));
    // The profile is of the endpoint's own model: it tells the parameters. What the recorded 7 J
    // include nobody said, so that the scope stays unknown, and is noted.
    let endpoint = &draft.endpoints[0].endpoint;
    assert_eq!((endpoint.params_total_b, endpoint.params_active_b, endpoint.energy_scope), (Some(8.0), Some(3.0), None));
    assert!(log.notes.iter().any(|note| note.contains("is not known; the filled ones are node")), "{:?}", log.notes);
    assert!(log.filled.iter().all(|filled| filled.from_estimates == 0), "all tokens are recorded");
    let step = draft.info.steps.last().ok_or("no step")?;
    assert_eq!((step.verb.as_str(), step.arguments.len()), ("enrich", 1));
    assert!(step.notes.iter().any(|note| note.starts_with("filled `energy_j` of `small@laptop` in 1 of 2 answers: bench")));
    assert!(
        step.notes.iter().any(|note| note.starts_with("still missing: `cost_usd` of `small@laptop` in all 2 answers: no price is known"))
    );
    Ok(())
}

#[test]
fn compute_by_total_parameters_says_so() -> std::result::Result<(), String> {
    let (draft, _) = run(draft(), |options| options.flops = Some(FlopsBy::Total))?;
    // 2 x 8e9 x (10 + 100) and (20 + 50).
    assert_eq!(cells(&draft, Metric::Flops), [1.76e12, 1.12e12]);
    assert!(draft.info.sources.iter().any(|source| source.name.starts_with("2 x 8 billion total parameters")));
    Ok(())
}

#[test]
fn electricity_is_the_cost_of_local_energy() -> std::result::Result<(), String> {
    let (enriched, log) = run(draft(), |options| options.electricity_usd_per_kwh = Some(0.36))?;
    // 7 and 100 J at $0.36 a kWh: 1e-7 $/J.
    let usd = cells(&enriched, Metric::CostUsd);
    assert!((usd[0] - 7e-7).abs() < 1e-18 && (usd[1] - 1e-5).abs() < 1e-18, "{usd:?}");
    let filled = log.filled.iter().find(|filled| filled.metric == Metric::CostUsd).ok_or("no cost")?;
    assert_eq!((filled.cells, filled.from_estimates), (2, 1), "the second energy is itself an estimate");
    assert_eq!(enriched.endpoints[0].endpoint.electricity_usd_per_kwh, Some(0.36));
    let mut cloud = draft();
    cloud.endpoints[0].endpoint.tier = Some(Tier::Cloud);
    let error = run(cloud, |options| options.electricity_usd_per_kwh = Some(0.36)).err().unwrap_or_default();
    assert!(error.contains("the trace has none") && error.contains("`small@laptop` cloud"), "{error}");
    Ok(())
}

#[test]
fn a_stand_in_is_named_and_tells_nothing_about_the_endpoint() -> std::result::Result<(), String> {
    let stand_in = |options: &mut EnrichOptions| options.stand_ins = vec![("small@laptop".into(), "org/big".into())];
    let (draft, _) = run(draft(), stand_in)?;
    assert_eq!(cells(&draft, Metric::EnergyJ), [7.0, 90.0], "90 J an answer, whatever its length");
    let names: Vec<&str> = draft.info.sources.iter().map(|source| source.name.as_str()).collect();
    assert!(names.contains(&"bench: org/Big, standing in for small@laptop"), "{names:?}");
    assert_eq!(draft.endpoints[0].endpoint.params_total_b, None);
    Ok(())
}

#[test]
fn nobody_guesses_tokens() -> std::result::Result<(), String> {
    let bare = || {
        let mut draft = draft();
        draft.endpoints[0].metrics.take(Metric::OutputTokens);
        draft
    };
    let error = run(bare(), |_| {}).err().unwrap_or_default();
    assert!(error.contains("no output tokens, and they are needed for `energy_j`, `latency_s`"), "{error}");
    assert!(error.contains("--output-tokens small@laptop=N"), "{error}");
    let (draft, log) = run(bare(), |options| options.output_tokens = vec![(None, 40.0)])?;
    // 2 J/token x 40 tokens that a person supplied: an estimate that follows from an estimate.
    assert_eq!(cells(&draft, Metric::EnergyJ), [7.0, 80.0]);
    let energy = log.filled.iter().find(|filled| filled.metric == Metric::EnergyJ).ok_or("no energy")?;
    assert_eq!((energy.cells, energy.from_estimates), (1, 1));
    Ok(())
}

#[test]
fn partly_missing_tokens_leave_cells_missing() -> std::result::Result<(), String> {
    let mut holes = draft();
    holes.endpoints[0].metrics.set(Metric::OutputTokens, vec![100.0, f64::NAN]);
    holes.endpoints[0].metrics.take(Metric::EnergyJ);
    let (draft, log) = run(holes, |_| {})?;
    let energy = cells(&draft, Metric::EnergyJ);
    assert!(energy[0] == 200.0 && energy[1].is_nan(), "{energy:?}");
    assert!(log.missing.iter().any(|missing| missing.metric == Metric::EnergyJ && missing.cells == 1));
    assert_eq!(draft.endpoints[0].endpoint.energy_scope, Some(EnergyScope::Node), "all its energies are from the profile");
    Ok(())
}

#[test]
fn energies_of_two_scopes_do_not_meet() {
    let mut other = draft();
    other.endpoints[0].endpoint.energy_scope = Some(EnergyScope::Accelerator);
    let error = run(other, |_| {}).err().unwrap_or_default();
    assert!(error.contains("found: node in bench") && error.contains("allowed: accelerator"), "{error}");
}

#[test]
fn mistyped_names_and_nothing_to_do_are_errors() {
    let typo = |name: &str, key: &str| {
        let said = (name.to_owned(), key.to_owned());
        run(draft(), |options| options.stand_ins = vec![said]).err().unwrap_or_default()
    };
    assert!(typo("smal@laptop", "org/big").contains("did you mean `small@laptop`?"));
    assert!(typo("small@laptop", "org/bgi").contains("nearest: org/Big"), "{}", typo("small@laptop", "org/bgi"));
    let nothing = run(draft(), |options| options.profiles.clear()).err().unwrap_or_default();
    assert!(nothing.contains("nothing to fill in") && nothing.contains("no profile was given"), "{nothing}");
}

/// A stand-in for the energy does not lend its parameters where a profile tells the model's own.
#[test]
fn own_parameters_come_before_a_stand_in() -> std::result::Result<(), String> {
    let mut off = draft();
    off.endpoints[0].endpoint.batch_size = Some(4);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let own = folder.path().join("own.csv");
    std::fs::write(&own, "model,params_total_b\nsmall,5\n").map_err(|error| error.to_string())?;
    let (draft, _) = run(off, |options| {
        options.profiles.push(own);
        options.stand_ins = vec![("small@laptop".into(), "org/big".into())];
    })?;
    assert_eq!(cells(&draft, Metric::EnergyJ), [7.0, 90.0]);
    // 2 x 5e9 x (10 + 100) and (20 + 50), not big's 70e9.
    assert_eq!(cells(&draft, Metric::Flops), [1.1e12, 7e11]);
    assert_eq!(draft.endpoints[0].endpoint.params_total_b, Some(5.0));
    Ok(())
}

#[test]
fn what_was_said_in_vain_is_noted() -> std::result::Result<(), String> {
    let mut full = draft();
    full.endpoints[0].metrics.set(Metric::EnergyJ, vec![7.0, 8.0]);
    full.endpoints[0].metrics.set(Metric::Flops, vec![1.0, 2.0]);
    let stand_in = |options: &mut EnrichOptions| {
        options.stand_ins = vec![("small@laptop".into(), "org/big".into())];
        options.electricity_usd_per_kwh = Some(0.3);
    };
    let (draft, log) = run(full, stand_in)?;
    assert_eq!(cells(&draft, Metric::EnergyJ), [7.0, 8.0]);
    assert!(log.notes.iter().any(|note| note.contains("nothing of `small@laptop` was filled from `org/Big`")), "{:?}", log.notes);
    assert!(log.notes.iter().any(|note| note == "nothing was filled from bench"), "{:?}", log.notes);
    Ok(())
}

#[test]
fn none_looks_nothing_up() -> std::result::Result<(), String> {
    let none = |options: &mut EnrichOptions| {
        options.stand_ins = vec![("small@laptop".into(), "none".into())];
        options.electricity_usd_per_kwh = Some(0.36);
    };
    let (draft, log) = run(draft(), none)?;
    assert!(cells(&draft, Metric::EnergyJ)[1].is_nan() && cells(&draft, Metric::LatencyS).is_empty());
    // The recorded 7 J are paid for at 1e-7 $/J; what has no energy has no cost.
    let usd = cells(&draft, Metric::CostUsd);
    assert!((usd[0] - 7e-7).abs() < 1e-18 && usd[1].is_nan(), "{usd:?}");
    assert!(log.missing.iter().any(|missing| missing.why.contains("--as says `none`")));
    Ok(())
}
