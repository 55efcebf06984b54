//! The specs beside the tables that their numbers come from.

use toml::{Table, Value};

use super::Published;
use super::testing::near;

fn spec(text: &str) -> Table {
    text.parse().unwrap()
}

fn list<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    table[key].as_array().unwrap().iter().filter_map(Value::as_table)
}

fn text<'a>(table: &'a Table, key: &str) -> &'a str {
    table.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn number(value: &Value) -> f64 {
    value.as_float().or(value.as_integer().map(|whole| whole as f64)).unwrap()
}

/// Categories as in Table 4, accuracies as in Table 11, coverages as in Figure 2.
#[test]
fn coverage_spec_has_the_printed_numbers() {
    let (paper, spec) = (Published::read().unwrap(), spec(include_str!("../../traces/ipw-coverage.toml")));
    let figure = &paper.coverage[0];
    for dataset in list(&spec, "dataset") {
        let name = text(dataset, "name");
        let coverage = match name {
            "wildchat" => figure.wildchat_pct,
            "naturalreasoning" => figure.naturalreasoning_pct,
            "mmlu-pro" => figure.mmlu_pro_pct,
            _ => figure.supergpqa_pct,
        };
        near(number(&dataset["coverage"]), coverage / 100.0, 1e-9);
        for (model, accuracy) in dataset["accuracy"].as_table().unwrap() {
            let printed = paper.accuracy.iter().find(|row| row.model.trim_end_matches("-A22B") == model).unwrap();
            let pct = match name {
                "wildchat" => printed.wildchat_pct.unwrap_or(100.0),
                "naturalreasoning" => printed.naturalreasoning_pct,
                "mmlu-pro" => printed.mmlu_pro_pct,
                _ => printed.supergpqa_pct,
            };
            near(number(accuracy), pct / 100.0, 1e-9);
        }
        if dataset.contains_key("categories") {
            let counts: Vec<(&str, i64)> =
                list(dataset, "categories").map(|category| (text(category, "name"), category["queries"].as_integer().unwrap())).collect();
            let count = |row: &super::Domain| if name == "wildchat" { row.wildchat_queries } else { row.naturalreasoning_queries };
            let printed: Vec<(&str, i64)> = paper.domains.iter().map(|row| (row.category.as_str(), count(row) as i64)).collect();
            assert_eq!(counts, printed);
        }
    }
}

/// Each printed accuracy per watt and per joule is that of a pair's profile, within the rounding of three digits
/// (1.40e-3 may be 0.36% off; longer figures are closer).
#[test]
fn pairs_spec_has_the_printed_efficiencies() {
    let (paper, spec) = (Published::read().unwrap(), spec(include_str!("../../traces/ipw-pairs.toml")));
    let accuracy = list(&spec, "dataset").next().unwrap()["accuracy"].as_table().unwrap();
    let efficiency = |id: &str| {
        let endpoint = list(&spec, "endpoint").find(|endpoint| text(endpoint, "id") == id).unwrap_or_else(|| panic!("no {id}"));
        let profile = endpoint["profile"].as_table().unwrap();
        let (right, power_w) = (number(&accuracy[text(endpoint, "model")]), number(&profile["power_w"]));
        let energy_j = profile.get("energy_j_mean").map_or_else(|| power_w * number(&profile["latency_s_mean"]), number);
        (right / power_w, right / energy_j)
    };
    let id = |model: &str, hardware: &str| crate::trace::Endpoint::new(model, Some(hardware)).id;
    let close = |found: f64, printed: f64| near(found / printed, 1.0, 0.005 / 1.4);
    let years = paper.longitudinal.iter().map(|row| (&row.model, &row.hardware, row.apw_per_w));
    for (model, hardware, apw) in years.chain(paper.per_watt.iter().map(|row| (&row.model, &row.hardware, row.apw_per_w))) {
        close(efficiency(&id(model, hardware)).0, apw);
    }
    for row in &paper.per_joule {
        close(efficiency(&id(&row.model, &row.hardware)).1, row.apj_per_j);
    }
    for row in &paper.batching {
        let one = id(&row.model, "NVIDIA B200");
        let twice = paper.per_joule.iter().any(|other| other.model == row.model && other.hardware == "NVIDIA B200");
        close(efficiency(&if twice { format!("{one}-table-15") } else { one.clone() }).1, row.apj_batch1);
        close(efficiency(&format!("{one}-bs64")).1, row.apj_batch64);
    }
    for row in &paper.phone {
        close(efficiency(&id(&format!("{} {}", row.model, row.precision), &row.hardware)).1, row.apj_per_j);
    }
}

/// What extends `ipw-routing` says only what may differ.
#[test]
fn scenarios_extend_the_routing_study() {
    for text_of in [include_str!("../../traces/ipw-tables.toml"), include_str!("../../traces/ipw-measured.toml")] {
        let spec = spec(text_of);
        assert_eq!(text(&spec, "extends"), "ipw-routing");
        assert!(["model", "dataset", "savings"].iter().all(|key| !spec.contains_key(*key)));
        let ids: Vec<&str> = list(&spec, "endpoint").map(|endpoint| text(endpoint, "id")).collect();
        let baselines = spec["defaults"]["baseline"].as_array().unwrap();
        assert!(baselines.len() == 2 && baselines.iter().all(|baseline| ids.contains(&baseline.as_str().unwrap())));
    }
}
