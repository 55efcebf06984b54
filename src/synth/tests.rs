//! Specs from text to rows.

use std::borrow::Cow;
use std::fs;

use super::*;
use crate::trace::Metric;

/// Two families, three local models, a cloud; one correlation to solve and one accuracy.
const SPEC: &str = r#"
format = 1
name = "small"
queries = 20000
[defaults]
baseline = ["d@server"]
[[model]]
name = "a"
family = "one"
params_total_b = 1.0
[[model]]
name = "b"
family = "one"
params_total_b = 2.0
[[model]]
name = "c"
family = "two"
params_total_b = 3.0
[[model]]
name = "d"
family = "three"
params_total_b = 40.0
[[endpoint]]
model = "a"
hardware = "laptop"
tier = "local"
flops = "total"
price = { input_usd_per_mtok = 0.1, output_usd_per_mtok = 0.2 }
profile = { power_w = 100.0, energy_j_mean = 500.0, power_spread = 0.2, speed_spread = 0.1 }
[[endpoint]]
model = "b"
hardware = "laptop"
tier = "local"
profile = { power_w = 100.0, latency_s_per_output_token = 0.02 }
[[endpoint]]
model = "c"
hardware = "laptop"
tier = "local"
profile = { energy_j_per_output_token = 2.0, latency_s_mean = 8.0 }
[[endpoint]]
model = "d"
hardware = "server"
tier = "cloud"
profile = { power_w = 300.0, energy_j_mean = 3000.0 }
[[dataset]]
name = "chat"
share = 0.25
tokens = { input = { mean = 100, spread = 0.5 }, output = { mean = 400, spread = 0.5 }, difficulty_correlation = 0.6 }
accuracy = { a = "solve", b = 0.6, c = 0.5, d = 0.9 }
first_solver = { a = 0.4 }
correlation = { within = 0.7, across = "solve" }
categories = [{ name = "x", share = 0.7, coverage = 0.9 }, { name = "y", share = 0.3, coverage = 0.7 }]
[[dataset]]
name = "exam"
share = 0.75
tokens = { input = { mean = 50 }, output = { mean = 800, spread = 0.2 } }
accuracy = { a = 0.3, b = 0.4, c = 0.35, d = 0.7 }
correlation = { common = 0.8 }
"#;

fn spec(text: &str) -> Result<Spec> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spec.toml");
    fs::write(&path, text).unwrap();
    Spec::find(path.to_str().unwrap())
}

/// What a spec's errors say, without the folder.
fn problems(from: &str, to: &str) -> String {
    assert!(SPEC.contains(from), "{from}");
    let error = spec(&SPEC.replacen(from, to, 1)).map(drop).unwrap_err();
    error.to_string()
}

/// Rows of a data set where some endpoint is right, over all of them.
fn share(draft: &Draft, dataset: &str, right: impl Fn(usize) -> bool) -> f64 {
    let names = draft.queries.dataset.as_ref().unwrap();
    let rows: Vec<usize> = (0..draft.queries.rows.len()).filter(|&row| names.get(row) == Some(dataset)).collect();
    rows.iter().filter(|&&row| right(row)).count() as f64 / rows.len() as f64
}

fn cells(draft: &Draft, endpoint: usize, metric: Metric) -> Cow<'_, [f64]> {
    draft.endpoints[endpoint].cells(metric).unwrap()
}

fn mean(cells: &[f64]) -> f64 {
    cells.iter().sum::<f64>() / cells.len() as f64
}

#[test]
fn rows_meet_the_targets() {
    let spec = spec(SPEC).unwrap();
    let made = synthesize(&spec, spec.queries, 7, false).unwrap();
    assert!(made.calibration.reached.iter().all(|target| (target.reached - target.wanted).abs() < 1e-6), "{:?}", made.calibration.reached);
    let draft = &made.draft;
    draft.check().unwrap();
    // Counts and accuracies by quota: 5,000 of 20,000 queries are chat, 60% of them right on b.
    assert_eq!(draft.queries.dataset.as_ref().unwrap().codes.iter().filter(|&&code| code == 0).count(), 5000);
    let right = |endpoint: usize| move |row: usize| cells(draft, endpoint, Metric::Score)[row] == 1.0;
    for (endpoint, wanted) in [(0, 0.4), (1, 0.6), (2, 0.5), (3, 0.9)] {
        assert_eq!(share(draft, "chat", right(endpoint)), wanted);
    }
    // Coverage 0.7 x 0.9 + 0.3 x 0.7 = 0.84; four standard errors of 5,000 draws are 0.021.
    let local = share(draft, "chat", |row| (0..3).any(|endpoint| right(endpoint)(row)));
    assert!((local - 0.84).abs() < 0.021, "{local}");
    // Of "common = 0.8" on the exam: a and b both right more often than 0.3 x 0.4 = 0.12 by far.
    let both = share(draft, "exam", |row| right(0)(row) && right(1)(row));
    assert!((0.2..0.3).contains(&both), "{both}");
}

#[test]
fn what_answers_take_follows_from_the_profiles() {
    let spec = spec(SPEC).unwrap();
    let draft = synthesize(&spec, spec.queries, 7, false).unwrap().draft;
    // Power and energy as given, to what 20,000 stratified draws leave.
    assert!((mean(&cells(&draft, 0, Metric::EnergyJ)) / 500.0 - 1.0).abs() < 0.002);
    let power: Vec<f64> = cells(&draft, 0, Metric::EnergyJ)
        .iter()
        .zip(&*cells(&draft, 0, Metric::LatencyS))
        .map(|(joules, seconds)| joules / seconds)
        .collect();
    assert!((mean(&power) / 100.0 - 1.0).abs() < 0.002, "{}", mean(&power));
    let row = 12;
    let (input, output) = (draft.queries.input_tokens.as_ref().unwrap().get(row).unwrap(), cells(&draft, 0, Metric::OutputTokens)[row]);
    // 2 operations for each of a billion parameters and token; prices are for a million tokens.
    assert_eq!(cells(&draft, 0, Metric::Flops)[row], 2e9 * (input + output));
    assert!((cells(&draft, 0, Metric::CostUsd)[row] - (0.1 * input + 0.2 * output) / 1e6).abs() < 1e-15);
    assert!((cells(&draft, 1, Metric::EnergyJ)[row] - 100.0 * 0.02 * output).abs() < 1e-9);
    assert!((cells(&draft, 2, Metric::EnergyJ)[row] - 2.0 * output).abs() < 1e-9);
    assert!(draft.endpoints[1].cells(Metric::CostUsd).is_none(), "a model without a price has no cost");
    // Harder queries are longer on chat, by the correlation of 0.6: the wrong ones of `d` among them (the
    // standard error of their mean is 9 of some 430 tokens).
    let d = cells(&draft, 3, Metric::Score);
    let (names, tokens) = (draft.queries.dataset.as_ref().unwrap(), cells(&draft, 3, Metric::OutputTokens));
    let of = |score: f64| -> f64 {
        let rows = (0..d.len()).filter(|&row| names.get(row) == Some("chat") && d[row] == score);
        mean(&rows.map(|row| tokens[row]).collect::<Vec<_>>())
    };
    assert!(of(0.0) > 1.04 * of(1.0), "{} {}", of(0.0), of(1.0));
}

#[test]
fn a_seed_gives_one_trace_and_another_seed_another() {
    let spec = spec(SPEC).unwrap();
    let made = |seed| synthesize(&spec, 2000, seed, false).unwrap().draft;
    let scores = |draft: &Draft| cells(draft, 0, Metric::Score).to_vec();
    let (one, again, other) = (made(1), made(1), made(2));
    assert_eq!(scores(&one), scores(&again));
    assert_eq!(cells(&one, 0, Metric::EnergyJ), cells(&again, 0, Metric::EnergyJ));
    assert_ne!(scores(&one), scores(&other));
}

#[test]
fn targets_that_cannot_hold_together_are_named() {
    // b alone answers 60% of the chat queries; nobody can keep all three at 50%.
    let text = SPEC.replace("coverage = 0.9", "coverage = 0.5").replace("coverage = 0.7", "coverage = 0.5");
    let spec = spec(&text).unwrap();
    let error = synthesize(&spec, 2000, 0, false).unwrap_err().to_string();
    for part in ["cannot hold together", "answer accuracy of b on chat: 60.00%", "coverage of chat by local models: 50.00%"] {
        assert!(error.contains(part), "{error}");
    }
    assert!(!error.contains("on exam"), "only what conflicts is named: {error}");
    let found = feasibility(&spec.answers).unwrap();
    let nearest: f64 = found.targets.iter().map(|target| (target.nearest - target.wanted).abs()).sum();
    // The nearest: one of the two moves by the ten points between them.
    assert!((nearest - 0.1).abs() < 1e-6, "{nearest}");
    assert!(synthesize(&spec, 2000, 0, true).is_ok());
}

#[test]
fn faults_of_a_spec_are_told_with_line_and_column() {
    for (from, to, parts) in [
        ("share = 0.25", "share = 0.35", vec!["the shares of the data sets do not sum to 1", "1.1", "line"]),
        ("share = 0.7, ", "share = 0.8, ", vec!["the shares of the categories do not sum to 1", "column"]),
        ("b = 0.6", "b = 60", vec!["`b` is no share", "60", "line 49, column"]),
        ("coverage = 0.9", "coverage = 1.9", vec!["`coverage` is no share"]),
        ("within = 0.7", "within = 1.7", vec!["this is no correlation", "1.7"]),
        ("name = \"small\"", "name = \"small\"\ncolour = \"red\"", vec!["unknown field `colour`", "line 4"]),
        ("profile = { power_w = 300.0, energy_j_mean = 3000.0 }", "", vec!["endpoint `d@server` has no profile"]),
        ("energy_j_per_output_token = 2.0, ", "", vec!["two of power, energy and time"]),
        ("b = 0.6, ", "", vec!["data set `chat` has no answer accuracy of `b`"]),
        ("b = 0.6", "b = 0.6, e = 0.1", vec!["no such model", "`e`"]),
        ("share = 0.75", "queries = 0", vec!["data set `exam` is without queries"]),
        ("across = \"solve\"", "across = 0.1", vec!["a coverage determines one correlation"]),
        ("first_solver = { a = 0.4 }\n", "", vec!["as many accuracies to solve as targets", "1 accuracies to solve, 0 targets"]),
        ("a = \"solve\"", "a = \"guess\"", vec!["\"solve\""]),
        ("baseline = [\"d@server\"]", "baseline = [\"d@sever\"]", vec!["did you mean `d@server`"]),
    ] {
        let text = problems(from, to);
        for part in parts {
            assert!(text.contains(part), "{from} -> {to}: {text}");
        }
    }
}

#[test]
fn correlations_that_are_none_are_refused() {
    // Three families that all correlate by -0.9 with each other.
    let text = SPEC.replace("correlation = { common = 0.8 }", "correlation = { within = 0.9, across = -0.9 }");
    let error = spec(&text).map(drop).unwrap_err().to_string();
    assert!(error.contains("no correlation matrix") && error.contains("line 58, column"), "{error}");
}

#[test]
fn another_spec_can_take_over_the_answers() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("base.toml"), SPEC).unwrap();
    let other = r#"
format = 1
name = "elsewhere"
extends = "base"
[[endpoint]]
model = "b"
hardware = "phone"
tier = "phone"
profile = { power_w = 10.0, energy_j_mean = 50.0 }
[[endpoint]]
model = "d"
hardware = "server"
tier = "cloud"
profile = { power_w = 300.0, energy_j_mean = 3000.0 }
[[tokens]]
dataset = "chat"
input = { mean = 10 }
output = { mean = 20 }
"#;
    let path = folder.path().join("other.toml");
    fs::write(&path, other).unwrap();
    let base = synthesize(&spec(SPEC).unwrap(), 4000, 3, false).unwrap().draft;
    let made = synthesize(&Spec::find(path.to_str().unwrap()).unwrap(), 4000, 3, false).unwrap().draft;
    // The same answers of b, at other lengths and another energy.
    assert_eq!(cells(&base, 1, Metric::Score), cells(&made, 0, Metric::Score));
    assert!((mean(&cells(&made, 0, Metric::EnergyJ)) / 50.0 - 1.0).abs() < 0.01);
    assert_eq!(made.queries.rows.len(), 4000);
}

#[test]
fn a_correlation_stays_below_that_within_the_families() {
    // Two families of two that correlate by 0.8 within: across at most 0.8 too. With accuracies of 60% and
    // 70% a coverage of 70% needs nested answers, which 0.8 does not give: the nearest are those of 0.8.
    let two = |name: &str, family: &str| format!("[[model]]\nname = \"{name}\"\nfamily = \"{family}\"\n");
    let on =
        |name: &str| format!("[[endpoint]]\nmodel = \"{name}\"\ntier = \"local\"\nprofile = {{ power_w = 1.0, energy_j_mean = 1.0 }}\n");
    let models = two("a", "one") + &two("b", "one") + &two("c", "two") + &two("d", "two");
    let endpoints: String = ["a", "b", "c", "d"].map(on).concat();
    let dataset = "[[dataset]]\nname = \"x\"\nqueries = 1000\ntokens = { input = { mean = 9 }, output = { mean = 9 } }\n\
        accuracy = { a = 0.6, b = 0.6, c = 0.7, d = 0.7 }\ncoverage = 0.7\ncorrelation = { within = 0.8, across = \"solve\" }\n";
    let spec = spec(&format!("format = 1\nname = \"s\"\n{models}{endpoints}{dataset}")).unwrap();
    let calibration = calibrate(&spec.answers);
    assert!((calibration.fitted[0].correlation.unwrap() - 0.8).abs() < 1e-4, "{:?}", calibration.fitted[0].correlation);
    let coverage = calibration.reached.iter().find(|target| target.name.starts_with("coverage")).unwrap();
    assert!(coverage.is_missed() && coverage.reached > 0.7, "{coverage:?}");
    assert!(synthesize(&spec, 1000, 0, false).unwrap_err().to_string().contains("does not reach every target"));
}

#[test]
fn a_category_may_have_accuracies_and_a_correlation_of_its_own() {
    // On category x b is right for 80%, c for 30%, and they go against each other; y stays with its data set.
    let own = "{ name = \"x\", share = 0.7, coverage = 0.92, accuracy = { a = 0.5, b = 0.8, c = 0.3 }, \
        correlation = { within = 0.3, across = \"solve\" } }";
    let text = SPEC.replace("{ name = \"x\", share = 0.7, coverage = 0.9 }", own);
    let spec = spec(&text).unwrap();
    let made = synthesize(&spec, spec.queries, 7, false).unwrap();
    assert!(made.calibration.fitted[1].correlation.unwrap() < 0.0, "a coverage near its most needs a negative correlation");
    let draft = &made.draft;
    let (datasets, categories) = (draft.queries.dataset.as_ref().unwrap(), draft.queries.category.as_ref().unwrap());
    assert_eq!(datasets.names.len(), 2, "both groups of chat have one name");
    let rows: Vec<usize> = (0..20000).filter(|&row| categories.get(row) == Some("x")).collect();
    assert!(rows.len() == 3500 && rows.iter().all(|&row| datasets.get(row) == Some("chat")));
    let of = |right: &dyn Fn(usize) -> bool| rows.iter().filter(|&&row| right(row)).count() as f64 / 3500.0;
    let right = |endpoint: usize| move |row: usize| cells(draft, endpoint, Metric::Score)[row] == 1.0;
    assert_eq!((of(&right(0)), of(&right(1)), of(&right(2))), (0.5, 0.8, 0.3));
    // Four standard errors of 3,500 draws at 92% are 0.018.
    let local = of(&|row| (0..3).any(|endpoint| right(endpoint)(row)));
    assert!((local - 0.92).abs() < 0.018, "{local}");
}
