//! Specs of synthetic traces.

use wattroute::synth::{Spec, synthesize};

use super::Reader;
use crate::seeds::shipped;

const SPEC_TEXT: &str = r#"format = 1
name = "small"
queries = 200
[defaults]
baseline = ["d@server"]
[[model]]
name = "a"
family = "one"
params_total_b = 1.0
[[model]]
name = "b"
family = "two"
params_total_b = 2.0
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
model = "d"
hardware = "server"
tier = "cloud"
profile = { energy_j_per_output_token = 2.0, latency_s_mean = 8.0 }
[[dataset]]
name = "chat"
share = 0.25
tokens = { input = { mean = 100, spread = 0.5 }, output = { mean = 400, spread = 0.5 }, difficulty_correlation = 0.6 }
accuracy = { a = 0.5, b = 0.6, d = 0.9 }
correlation = { within = 0.7, across = 0.5 }
categories = [{ name = "x", share = 0.7 }, { name = "y", share = 0.3 }]
[[dataset]]
name = "exam"
share = 0.75
tokens = { input = { mean = 50 }, output = { mean = 800, spread = 0.2 } }
accuracy = { a = 0.3, b = 0.4, d = 0.7 }
correlation = { common = 0.8 }
"#;

pub static SPEC: Reader = Reader {
    name: "synth-spec",
    group: "specs",
    file: "spec.toml",
    words: &[
        "format",
        "name",
        "queries",
        "defaults",
        "baseline",
        "model",
        "family",
        "params_total_b",
        "params_active_b",
        "endpoint",
        "hardware",
        "tier",
        "local",
        "cloud",
        "flops",
        "total",
        "active",
        "price",
        "profile",
        "power_w",
        "energy_j_mean",
        "energy_j_per_output_token",
        "latency_s_mean",
        "latency_s_per_output_token",
        "power_spread",
        "speed_spread",
        "dataset",
        "share",
        "tokens",
        "input",
        "output",
        "mean",
        "spread",
        "difficulty_correlation",
        "accuracy",
        "first_solver",
        "coverage",
        "correlation",
        "within",
        "across",
        "common",
        "categories",
        "solve",
        "extends",
        "ipw-routing",
        "ipw-tables",
        "variant_of",
        "savings",
        "perplexity",
        "output_scale",
        "source",
        "chat",
    ],
    seeds: || {
        let more = SPEC_TEXT
            .replace("accuracy = { a = 0.5", "coverage = 0.75\naccuracy = { a = 0.5")
            .replace("across = 0.5", "across = \"solve\"");
        let mut seeds = vec![SPEC_TEXT.as_bytes().to_vec(), more.into_bytes()];
        seeds.extend(
            ["ipw-coverage", "ipw-measured", "ipw-pairs", "ipw-routing", "ipw-tables"].map(|name| shipped(&format!("traces/{name}.toml"))),
        );
        seeds
    },
    read: |folder, _| {
        let spec = Spec::find(folder.join("spec.toml").to_str().unwrap())?;
        // The larger specs take seconds to fit.
        if spec.answers.models.len() <= 3 && spec.answers.datasets.len() <= 3 && spec.endpoints.len() <= 4 {
            let made = synthesize(&spec, 30, 1, true);
            if let Ok(synthesis) = made {
                let _ = synthesis.draft.check();
            }
        }
        Ok(())
    },
};
