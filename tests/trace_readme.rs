//! `traces/README.md` names every field of the format, and nothing else. Its columns are on a page made from the code.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use wattroute::synth::{Spec, synthesize};
use wattroute::trace::{Defaults, Endpoint, EnergyScope, Metric, Price, Source, Step, Tier, TraceInfo, schema};

const README: &str = include_str!("../traces/README.md");

/// The names in the first cells of the table below a heading.
fn names(heading: &str) -> BTreeSet<String> {
    let from = README.find(heading).unwrap_or_else(|| panic!("no `{heading}`"));
    let lines = README[from..].lines().skip_while(|line| !line.starts_with('|')).skip(2);
    let cells = lines.take_while(|line| line.starts_with('|')).filter_map(|line| line.split('`').nth(1));
    cells.map(|name| name.trim_matches(['[', ']']).to_owned()).collect()
}

/// An endpoint with every field: no `..default()`, so that a new field has to be added here.
fn endpoint() -> Endpoint {
    let text = || Some("text".to_owned());
    Endpoint {
        id: "a@b".to_owned(),
        model: "a".to_owned(),
        hardware: text(),
        tier: Some(Tier::Local),
        params_total_b: Some(1.0),
        params_active_b: Some(1.0),
        batch_size: Some(1),
        precision: text(),
        framework: text(),
        year: Some(2025),
        energy_scope: Some(EnergyScope::Node),
        idle_w: Some(1.0),
        electricity_usd_per_kwh: Some(1.0),
        price: Some(Price { input_usd_per_mtok: 1.0, output_usd_per_mtok: 1.0 }),
    }
}

fn description() -> TraceInfo {
    let text = || "text".to_owned();
    TraceInfo {
        format: schema::FORMAT_VERSION,
        name: text(),
        summary: text(),
        licence: Some(text()),
        defaults: Defaults {
            baseline: vec![text()],
            fallback: Some(text()),
            local: vec![text()],
            correct_at: Some(1.0),
            objective: Some(text()),
        },
        steps: vec![Step { verb: text(), arguments: vec![text()], version: text(), notes: vec![text()] }],
        sources: vec![Source { code: 1, name: text() }],
        endpoints: vec![endpoint()],
    }
}

/// The keys of a table and of the tables in it, the prices aside, which share one line of the page.
fn keys(table: &toml::Table, out: &mut BTreeSet<String>) {
    for (key, value) in table {
        out.insert(key.clone());
        match value {
            toml::Value::Table(inner) if key != "price" => keys(inner, out),
            toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_table).for_each(|inner| keys(inner, out)),
            _ => {}
        }
    }
}

#[test]
fn every_field_of_the_description() {
    let table = toml::Table::try_from(description()).expect("a description is a table");
    let mut fields = BTreeSet::new();
    keys(&table, &mut fields);
    assert_eq!(names("## trace.toml"), fields);
    for price in ["input_usd_per_mtok", "output_usd_per_mtok"] {
        assert!(README.contains(price), "{price}");
    }
}

/// The example of a spec, as the page prints it.
fn example() -> &'static str {
    let from = README.find("```toml\nformat = 1").expect("the example") + "```toml\n".len();
    README[from..].split("```").next().expect("the end of the example")
}

#[test]
fn the_example_of_a_spec_makes_a_trace() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("two-kinds.toml");
    std::fs::write(&path, example()).expect("a file");
    let spec = Spec::find(path.to_str().expect("a path")).expect("the example is a spec");
    assert_eq!(spec.queries, 100_000);
    let synthesis = synthesize(&spec, 1_000, 0, false).expect("its targets hold together");
    // 0.7 and 0.3 of 1,000 queries; 0.4 of the chats ask for advice.
    let queries = &synthesis.draft.queries;
    let dataset = queries.dataset.as_ref().expect("data sets");
    let of = |wanted: u32| (0..1_000).filter(|&query| dataset.codes[query] == wanted).collect::<Vec<usize>>();
    assert_eq!((of(0).len(), of(1).len()), (700, 300));
    assert_eq!(queries.category.as_ref().expect("categories").codes.iter().filter(|&&code| code == 0).count(), 280);
    // Given answer accuracies hold to one query: 0.60, 0.70 and 0.90 of 700; 0.50 and 0.75 of 300 (the small model's is solved for).
    let right = |endpoint: usize, queries: &[usize]| {
        let scores = synthesis.draft.endpoints[endpoint].cells(Metric::Score).expect("scores");
        queries.iter().filter(|&&query| scores[query] == 1.0).count()
    };
    assert_eq!([0, 1, 2].map(|endpoint| right(endpoint, &of(0))), [420, 490, 630]);
    assert_eq!([1, 2].map(|endpoint| right(endpoint, &of(1))), [150, 225]);
    // Coverage is sampled: 0.80 of 700 within three standard errors, 0.045.
    let scores = |endpoint: usize| synthesis.draft.endpoints[endpoint].cells(Metric::Score).expect("scores");
    let covered = of(0).iter().filter(|&&query| scores(0)[query] + scores(1)[query] > 0.0).count();
    assert!((covered as f64 / 700.0 - 0.80).abs() < 0.045, "{covered}");
    assert!(spec.answers.datasets.len() == 2 && synthesis.feasibility.conflict.is_empty());
}

#[test]
fn every_spec_of_the_program_is_listed() {
    let listed = names("## Specs: traces that are generated");
    assert_eq!(listed, Spec::names().map(str::to_owned).collect());
    for name in Spec::names() {
        let row = README.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).expect("a row");
        let queries = Spec::find(name).expect("a spec").queries;
        assert!(row.ends_with(&format!("| {} |", wattroute::units::Count(queries as usize))), "{row}: {queries}");
    }
}
