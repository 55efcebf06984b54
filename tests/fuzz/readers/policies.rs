//! Policy files, settings on the command line, and workload files.

use std::path::Path;

use wattroute::policy::PolicySpec;
use wattroute::replay::{Replay, Request};
use wattroute::workload::{Selection, WorkloadSpec};
use wattroute::{Error, Result};

use super::Reader;
use crate::seeds::{replay, shipped, toy};

const WORDS: &[&str] = &[
    "kind",
    "summary",
    "source",
    "parameters",
    "overhead",
    "energy_j",
    "latency_s",
    "cost_usd",
    "flops",
    "always",
    "oracle",
    "noisy-oracle",
    "random",
    "cascade",
    "threshold",
    "by-category",
    "learned",
    "bandit",
    "recorded",
    "endpoint",
    "fallback",
    "local",
    "router_accuracy",
    "misroute",
    "detect",
    "false_alarm",
    "cloud_to_local",
    "local_to_cloud",
    "objective",
    "size",
    "cost",
    "column",
    "at_least",
    "high",
    "low",
    "order",
    "judge_error",
    "confidence_at_least",
    "budget_usd",
    "route",
    "default",
    "router",
    "rule",
    "features",
    "logistic",
    "knn",
    "kmeans",
    "mf",
    "bradley-terry",
    "saved",
    "cheapest",
    "highest",
    "utility",
    "budget",
    "win-rate",
    "deadline",
    "tau",
    "lambda",
    "per_query",
    "total",
    "seconds",
    "quantile",
    "folds",
    "max_rows",
    "calibrate",
    "platt",
    "isotonic",
    "on_fitted",
    "skip",
    "text_dims",
    "k",
    "clusters",
    "weights",
    "epochs",
    "dim",
    "dimensions",
    "learning_rate",
    "prior",
    "algorithm",
    "linucb",
    "thompson",
    "alpha",
    "spread",
    "scale",
    "forgetting",
    "ridge",
    "fallback_share",
    "file",
    "decision",
    "score",
    "skip_if",
    "small@laptop",
    "large@server",
    "difficulty",
    "confidence",
];

/// How many passes or dimensions a learned policy may be asked for here: the time that it takes is the
/// wish of whoever writes the file.
const MOST: f64 = 300.0;

pub static FILE: Reader = Reader {
    name: "policy-file",
    group: "policies",
    file: "policy.toml",
    words: WORDS,
    seeds: || {
        let shipped_ones = [
            "all-fallback",
            "all-local",
            "bradley-terry",
            "cascade",
            "linucb",
            "logistic",
            "mf",
            "noisy-oracle",
            "oracle",
            "random",
            "thompson",
        ];
        let mut seeds: Vec<Vec<u8>> = shipped_ones.iter().map(|name| shipped(&format!("policies/{name}.toml"))).collect();
        seeds.extend([
            "kind = \"learned\"\n[parameters.router]\nkind = \"knn\"\nk = 3\n[parameters.rule]\nkind = \"utility\"\nlambda = 0.5\n",
            "kind = \"learned\"\n[parameters.router]\nkind = \"kmeans\"\nclusters = 2\n[parameters.rule]\nkind = \"budget\"\nper_query = 0.1\n",
            "kind = \"learned\"\n[parameters]\nfolds = 3\ncalibrate = \"isotonic\"\n[parameters.router]\nkind = \"logistic\"\n[parameters.rule]\nkind = \"deadline\"\nseconds = 5.0\nquantile = 0.9\n",
            "kind = \"threshold\"\n[parameters]\ncolumn = \"hard\"\nat_least = 0.5\nlow = \"small@laptop\"\n",
            "kind = \"by-category\"\n[parameters]\ndefault = \"fallback\"\n[parameters.route]\nlaw = \"small@laptop\"\n",
            "kind = \"always\"\n[parameters]\nendpoint = \"small@laptop\"\n[overhead]\nenergy_j = 1.5\nlatency_s = 0.1\n",
            "kind = \"noisy-oracle\"\n[parameters]\nrouter_accuracy = 0.8\nmisroute = \"local\"\ndetect = 0.7\nfalse_alarm = 0.2\n",
            "kind = \"random\"\n[parameters]\nweights = { \"small@laptop\" = 1.0, fallback = 2.0 }\n",
        ].map(|text| text.as_bytes().to_vec()));
        seeds
    },
    read: |folder, _| used(folder.join("policy.toml").to_str().unwrap()),
};

/// Replays a policy on the toy trace; that it does not fit the trace is no error of its file.
fn used(wanted: &str) -> Result<()> {
    let spec = PolicySpec::find(wanted)?;
    let long = spec.text.split(|c: char| !(c.is_ascii_alphanumeric() || ".+-".contains(c))).filter_map(|word| word.parse::<f64>().ok());
    let learned = ["learned", "bandit"].contains(&spec.kind);
    if !learned || long.fold(0.0, f64::max) <= MOST {
        let _ = replay(toy(), &[spec]);
    }
    Ok(())
}

/// The first line is `KIND|NAME:key=value,…`.
pub static SETTINGS: Reader = Reader {
    name: "policy-settings",
    group: "settings",
    file: "settings.txt",
    words: WORDS,
    seeds: || {
        [
            "oracle:objective=cost",
            "noisy-oracle:router_accuracy=0.6,misroute=uniform",
            "always:endpoint=small@laptop",
            "random:fallback_share=0.5",
            "cascade:judge_error=0.1,budget_usd=1",
            "knn:router.k=3,rule.kind=utility,rule.lambda=0.5",
            "logistic:folds=3,features.text_dims=16",
            "always:endpoint=\"large@server\"",
            "kmeans:router.clusters=2",
            "mf:rule.kind=utility,rule.lambda=0.5",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    },
    read: |_, bytes| {
        let text = String::from_utf8_lossy(bytes);
        used(text.lines().next().unwrap_or_default())
    },
};

pub static WORKLOAD: Reader = Reader {
    name: "workload",
    group: "workloads",
    file: "workload.toml",
    words: &["dataset", "category", "positions", "start", "end", "sample", "chat", "exam", "law", "advice"],
    seeds: || {
        [
            "",
            "positions = { start = 2, end = 9 }\nsample = 5\n",
            "dataset = []\ncategory = []\n",
            "dataset = [\"chat\"]\ncategory = [\"advice\"]\n",
        ]
        .map(|text| text.as_bytes().to_vec())
        .to_vec()
    },
    read: workload,
};

fn workload(folder: &Path, _: &[u8]) -> Result<()> {
    let text = std::fs::read_to_string(folder.join("workload.toml")).map_err(|cause| Error::new("no text").cause(cause))?;
    let selection = Selection::parse(&text, "workload.toml")?;
    // So many draws that a replay takes long are somebody's wish.
    if selection.sample.is_none_or(|sample| sample < 10_000) {
        let workload = WorkloadSpec { selection, ..WorkloadSpec::default() };
        let request = Request { workload, replicates: 1, ..Request::default() };
        let _ = Replay::prepare(toy(), &[PolicySpec::find("oracle")?], &request).and_then(|replay| replay.run(&wattroute::replay::Silent));
    }
    Ok(())
}
