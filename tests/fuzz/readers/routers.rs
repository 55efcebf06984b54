//! Saved routers: what is read from them predicts, on a trace that they were fitted to.

use std::process::Command;
use std::sync::OnceLock;

use wattroute::policy::PolicySpec;
use wattroute::router::SavedRouter;

use super::Reader;
use crate::seeds::{replay, toy};

/// Each kind of router with settings for twelve queries.
const KINDS: [&str; 6] = [
    "logistic:features.text_dims=8,calibrate=isotonic",
    "logistic:features.text_dims=8,calibrate=platt",
    "knn:router.k=2,features.text_dims=8",
    "kmeans:router.clusters=2,features.text_dims=8",
    "mf:features.text_dims=8,router.dim=2",
    "bradley-terry",
];

/// The router with a calibration of each endpoint, for which the trace has too few answers.
fn calibrated(router: &[u8]) -> Vec<u8> {
    let mut router: serde_json::Value = serde_json::from_slice(router).unwrap();
    let curve = serde_json::json!({"isotonic": {"predicted": [0.1, 0.4, 0.9], "label": [0.0, 0.5, 0.8]}});
    let line = serde_json::json!({"platt": {"slope": 1.5, "intercept": -0.25}});
    let endpoints = router["past"].as_array().unwrap().len();
    router["calibrators"] = [curve, line, "none".into()].into_iter().cycle().take(endpoints).collect();
    router.to_string().into_bytes()
}

pub static SAVED: Reader = Reader {
    name: "saved-router",
    group: "routers",
    file: "router.json",
    words: &[
        "format",
        "wattroute-router",
        "version",
        "program",
        "kind",
        "logistic",
        "knn",
        "kmeans",
        "mf",
        "bradley-terry",
        "policy",
        "target",
        "score",
        "correct",
        "encoder",
        "predictor",
        "calibrators",
        "past",
        "endpoint",
        "fitted_to",
        "trace",
        "fingerprint",
        "queries",
        "ids",
        "toy",
        "small@laptop",
        "medium@laptop",
    ],
    seeds: || {
        static SEEDS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
        SEEDS.get_or_init(made).clone()
    },
    read: |folder, _| {
        let path = folder.join("router.json");
        SavedRouter::read(&path)?;
        let wanted = format!("saved:router.file=\"{}\",on_fitted=skip", path.display());
        let _ = PolicySpec::find(&wanted).and_then(|spec| replay(toy(), &[spec]));
        Ok(())
    },
};

/// What the program makes; made once.
fn made() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("router.json");
    let fitted = |kind: &&str| {
        let mut made = Command::new(env!("CARGO_BIN_EXE_wattroute"));
        made.args(["train", "toy", "--quiet", "--force", "--share", "0.6", "--router", kind, "-o"]);
        made.arg(&out).output().ok().filter(|made| made.status.success()).and_then(|_| std::fs::read(&out).ok())
    };
    let mut seeds: Vec<Vec<u8>> = KINDS.iter().filter_map(fitted).collect();
    seeds.extend(seeds.last().map(|seed| calibrated(seed)));
    assert!(seeds.len() >= 4, "few of the kinds of routers can be fitted here");
    seeds
}
