//! Profiles and price lists, and what they fill in.

use std::path::{Path, PathBuf};

use wattroute::Result;
use wattroute::trace::enrich::{EnrichOptions, PriceList, Profile, enrich};
use wattroute::trace::{Draft, Metric};

use super::Reader;

const WORDS: &[&str] = &[
    "name",
    "entry",
    "model",
    "hardware",
    "batch_size",
    "energy_per_output_token_j",
    "energy_per_request_j",
    "latency_per_output_token_s",
    "latency_per_request_s",
    "throughput_output_tokens_per_s",
    "power_w",
    "params_total_b",
    "params_active_b",
    "input_usd_per_mtok",
    "output_usd_per_mtok",
    "energy_scope",
    "node",
    "accelerator",
    "small",
    "large",
    "laptop",
    "8 x H100",
    "xH100",
    "task",
    "configurations",
    "model_id",
    "gpu_model",
    "num_gpus",
    "max_num_seqs",
    "avg_batch_size",
    "avg_output_len",
    "avg_power_watts",
    "energy_per_token_joules",
    "energy_per_request_joules",
    "median_itl_ms",
    "output_throughput_tokens_per_sec",
    "nickname",
    "input_cost_per_token",
    "output_cost_per_token",
    "input_cost_per_token_above_128k_tokens",
    "input_token_price_per_million",
    "output_token_price_per_million",
];

/// Enriches the toy trace without its energies and prices, with and without stand-ins.
fn used(profile: Option<&Path>, prices: Option<&Path>, keys: &[String]) {
    let (draft, _) = Draft::open("toy").unwrap();
    let mut bare = draft;
    for endpoint in &mut bare.endpoints {
        [Metric::EnergyJ, Metric::LatencyS, Metric::CostUsd, Metric::Flops]
            .into_iter()
            .for_each(|metric| drop(endpoint.metrics.take(metric)));
        endpoint.endpoint.price = None;
    }
    let profiles: Vec<PathBuf> = profile.into_iter().map(Path::to_owned).collect();
    let plain = EnrichOptions { profiles, prices: prices.map(Path::to_owned), tokens_from_text: true, ..EnrichOptions::default() };
    let ids = ["small@laptop", "large@server"];
    let stand_ins = ids.iter().zip(keys.iter().chain(keys)).map(|(id, key)| ((*id).to_owned(), key.clone())).collect();
    for options in [EnrichOptions { stand_ins, electricity_usd_per_kwh: Some(0.3), ..plain.clone() }, plain] {
        if let Ok((filled, log)) = enrich(bare.clone(), &options, Vec::new()) {
            let _ = (filled.check(), log.lines());
        }
    }
}

fn profile(path: &Path) -> Result<()> {
    let found = Profile::read(path)?;
    let keys: Vec<String> = found.entries.iter().map(|entry| entry.key.clone()).collect();
    used(Some(path), None, &keys);
    Ok(())
}

pub static PROFILE_TOML: Reader = Reader {
    name: "profile-toml",
    group: "enriching",
    file: "profile.toml",
    words: WORDS,
    seeds: || {
        vec![
            b"name = \"bench\"\nenergy_scope = \"node\"\n[[entry]]\nmodel = \"org/small\"\nhardware = \"laptop\"\nenergy_per_output_token_j = 2.0\nlatency_per_output_token_s = 0.01\nparams_total_b = 8.0\nparams_active_b = 3.0\n[[entry]]\nmodel = \"org/Large\"\nbatch_size = 8\npower_w = 700.0\nthroughput_output_tokens_per_s = 100.0\ninput_usd_per_mtok = 1.0\noutput_usd_per_mtok = 2.0\n".to_vec(),
        ]
    },
    read: |folder, _| profile(&folder.join("profile.toml")),
};

pub static PROFILE_CSV: Reader = Reader {
    name: "profile-csv",
    group: "enriching",
    file: "profile.csv",
    words: WORDS,
    seeds: || {
        vec![b"model,batch_size,power_w,energy_per_request_j,latency_per_request_s,energy_scope,hardware\nsmall,1,40,,2,node,laptop\n\"large\",8,,90,,,8 x H100\n".to_vec()]
    },
    read: |folder, _| profile(&folder.join("profile.csv")),
};

pub static ML_ENERGY: Reader = Reader {
    name: "profile-ml-energy",
    group: "enriching",
    file: "gpqa.json",
    words: WORDS,
    seeds: || {
        vec![br#"{"task": "gpqa", "configurations": [{"model_id": "org/small", "gpu_model": "laptop", "num_gpus": 1, "max_num_seqs": 1,
"avg_batch_size": 1.0, "avg_output_len": 500, "avg_power_watts": 600, "energy_per_token_joules": 0.5, "energy_per_request_joules": 250,
"median_itl_ms": 20, "output_throughput_tokens_per_sec": 1200, "nickname": "Q"}, {"model_id": "org/large", "gpu_model": "H100", "num_gpus": 8,
"max_num_seqs": 16, "avg_batch_size": 12.0, "avg_power_watts": 600, "energy_per_token_joules": 0.5, "nickname": "R", "total_params_billions": 14}]}"#.to_vec()]
    },
    read: |folder, _| profile(&folder.join("gpqa.json")),
};

pub static PRICES: Reader = Reader {
    name: "prices",
    group: "enriching",
    file: "prices.json",
    words: WORDS,
    seeds: || {
        vec![br#"{"small": {"input_cost_per_token": 1e-05, "output_cost_per_token": 3e-05, "input_cost_per_token_above_128k_tokens": 2e-05},
"a/free": {"input_cost_per_token": 0, "output_cost_per_token": null}, "b/large": {"input_token_price_per_million": 10, "output_token_price_per_million": 30}}"#.to_vec()]
    },
    read: |folder, _| {
        let path = folder.join("prices.json");
        let list = PriceList::read(&path)?;
        let keys: Vec<String> = list.entries.iter().map(|entry| entry.key.clone()).collect();
        list.of_model("large");
        used(None, Some(&path), &keys);
        Ok(())
    },
};
