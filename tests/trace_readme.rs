//! `traces/README.md` names every column and field of the format, and nothing else.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use wattroute::trace::{Defaults, Endpoint, EnergyScope, Metric, Price, Source, Step, Tier, TraceInfo, schema};

const README: &str = include_str!("../traces/README.md");

/// The names in the first cells of the table below a heading.
fn names(heading: &str) -> BTreeSet<String> {
    let from = README.find(heading).unwrap_or_else(|| panic!("no `{heading}`"));
    let lines = README[from..].lines().skip_while(|line| !line.starts_with('|')).skip(2);
    let cells = lines.take_while(|line| line.starts_with('|')).filter_map(|line| line.split('`').nth(1));
    cells.map(|name| name.trim_matches(['[', ']']).to_owned()).collect()
}

fn set<'a>(names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[test]
fn every_column_of_the_queries() {
    let feature = format!("{}*", schema::FEATURE_PREFIX);
    let columns = [
        schema::ROW,
        schema::QUERY_ID,
        schema::DATASET,
        schema::CATEGORY,
        schema::INPUT_TOKENS,
        schema::ARRIVAL_S,
        schema::PROMPT,
        &feature,
    ];
    assert_eq!(names("## queries.parquet"), set(columns));
}

#[test]
fn every_column_of_the_outcomes() {
    let source = format!("*{}", schema::SOURCE_SUFFIX);
    let columns = Metric::ALL.iter().map(|metric| metric.column()).chain([schema::ROW, &source]);
    assert_eq!(names("## outcomes/"), set(columns));
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
