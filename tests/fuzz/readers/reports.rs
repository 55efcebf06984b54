//! Reports that are read back, shown and drawn.

use std::sync::OnceLock;

use wattroute::figure::{Drawing, FIGURES, Format, Width};
use wattroute::report::Report;

use super::Reader;
use crate::seeds::{printed, show};

/// The pictures of one in so many files are drawn, which takes long; all are laid out.
const DRAWN: u64 = 64;

pub static REPORT: Reader = Reader {
    name: "report",
    group: "reports",
    file: "report.json",
    words: &[
        "format",
        "wattroute-report",
        "version",
        "manifest",
        "run",
        "policies",
        "curves",
        "study",
        "day",
        "break_even",
        "reproduction",
        "compare",
        "routers",
        "notes",
        "value",
        "low",
        "high",
        "savings",
        "energy_j",
        "cost_usd",
        "latency_s",
        "flops",
        "fallback",
        "name",
        "points",
        "router_accuracy",
        "answer_accuracy",
        "queries",
        "endpoints",
        "seconds",
        "counts",
        "cumulative",
        "small@laptop",
        "large@server",
    ],
    seeds: || {
        static SEEDS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
        SEEDS.get_or_init(made).clone()
    },
    read: |folder, bytes| {
        let report = Report::read(folder)?;
        show(&report);
        for width in [Width::Natural, Width::OneColumn, Width::TwoColumns] {
            FIGURES.iter().for_each(|figure| drop(figure.scene(&report, width)));
        }
        if bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>() % DRAWN == 0 {
            let drawing = Drawing { formats: Format::ALL.to_vec(), width: Width::Natural };
            let _ = wattroute::figure::draw_all(&report, &folder.join("figures"), &drawing, true);
        }
        Ok(())
    },
};

/// What the program makes; made once.
fn made() -> Vec<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let arrivals = folder.path().join("a.csv");
    std::fs::write(&arrivals, "Timestamp (s),Response tokens\n0,1\n0.01,1\n0.02,1\n").unwrap();
    let arrivals = arrivals.to_str().unwrap();
    let verbs: [&[&str]; 6] = [
        &["replay", "toy", "--policy", "oracle", "--policy", "random", "--policy", "logistic:features.text_dims=8", "--carbon", "400"],
        &["sweep", "toy", "--accuracy", "0.5,0.75,1"],
        &["study", "toy"],
        &["day", "toy", "--arrivals-total", "100", "--arrivals", arrivals, "--carbon", "400"],
        &["break-even", "toy"],
        &["compare", "toy", "--policy", "oracle", "--policy", "random"],
    ];
    let mut seeds: Vec<Vec<u8>> = verbs.iter().map(|verb| printed(&[verb, &["--json"][..]].concat())).collect();
    // A published figure beside ours, which only a run of many minutes makes.
    let line = r#"{"key":"a.b","what":"w","unit":"share","paper":0.643,"here":0.639,"tolerance":0.01,"within":true,"source":"Table 1"}"#;
    let scenario = format!(
        r#""reproduction":{{"scenarios":[{{"name":"s","assumptions":["a"],"lines":[{line}],"break_even":"b"}}],"implications":[]}},"notes""#
    );
    let study = String::from_utf8(seeds[2].clone()).unwrap();
    seeds.push(study.replacen("\"notes\"", &scenario, 1).into_bytes());
    seeds
}
