//! The recorded trace that the repository ships, against the figures that its recording was published
//! with: the sign of the headline hangs on the batch size of the cloud.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

use wattroute::policy::{Objective, PolicySpec};
use wattroute::replay::{Replay, Request, Silent};
use wattroute::report::{Report, build};
use wattroute::trace::{Columns, Trace};
use wattroute::workload::{MissingRules, RoleNames, WorkloadSpec};

fn cloud(batch: u32) -> String {
    format!("ladder-xl@nvidia-h200-bs{batch}")
}

/// The oracle and the cloud alone, with the small models at batch 1 and the cloud at a batch size.
fn replay(trace: &Trace, batch: u32, objective: &str) -> Report {
    let mut missing = MissingRules::default();
    // At batch 4 the energy of four queries is missing.
    missing.add(if batch == 4 { "complete" } else { "require" }).unwrap();
    let request = Request {
        roles: RoleNames { baselines: vec![cloud(batch)], ..RoleNames::default() },
        workload: WorkloadSpec { missing, ..WorkloadSpec::default() },
        objective: Some(Objective::find(objective).unwrap()),
        replicates: 1,
        seed: 0,
    };
    let specs = ["oracle".to_owned(), format!("always:endpoint={}", cloud(batch))].map(|name| PolicySpec::find(&name).unwrap());
    let replay = Replay::prepare(trace, &specs, &request).unwrap_or_else(|error| panic!("{error}"));
    let tallies = replay.run(&Silent).unwrap();
    build::report(&replay, &tallies, build::Making { verb: "replay".to_owned(), arguments: Vec::new(), carbon_g_per_kwh: None })
}

/// In percent, as published: to four decimals.
fn close(found: f64, percent: f64) {
    assert!((100.0 * found - percent).abs() <= 5.1e-5, "{} is not {percent}%", 100.0 * found);
}

#[test]
fn oracle_savings_by_batch_size() {
    let trace = Trace::open("traces/ladder", &Columns::all()).unwrap();
    let table = [
        ("size", [(1, 66.4691), (4, 36.7437), (16, -43.3302), (64, -209.4847), (256, -407.9192)]),
        ("energy", [(1, 66.4706), (4, 40.1704), (16, -2.2151), (64, -20.6158), (256, -39.3304)]),
    ];
    for (objective, row) in table {
        for (batch, saving) in row {
            let report = replay(&trace, batch, objective);
            assert_eq!((report.run.queries, report.run.dropped), if batch == 4 { (6996, 4) } else { (7000, 0) });
            close(report.policies[0].savings[&cloud(batch)].energy.unwrap().value, saving);
        }
    }
}

#[test]
fn oracle_shares_and_answer_accuracy() {
    let trace = Trace::open("traces/ladder", &Columns::all()).unwrap();
    let report = replay(&trace, 1, "size");
    let oracle = &report.policies[0];
    for (model, share) in [("s", 63.4714), ("m", 14.4571), ("l", 9.2143), ("xl", 2.0857 + 10.7714)] {
        // The last one is the sum of two published figures, each rounded.
        close(oracle.share[&format!("ladder-{model}@nvidia-h200-bs1")], if model == "xl" { 100.0 * 900.0 / 7000.0 } else { share });
        assert!(model != "xl" || (share - 100.0 * 900.0 / 7000.0).abs() < 1e-4);
    }
    close(oracle.answer_accuracy.unwrap().value, 89.2286);
    close(report.policies[1].answer_accuracy.unwrap().value, 85.7143);
    close(report.run.pools[0].coverage_local, 87.1429);
    close(report.run.pools[0].coverage, 89.2286);
    // 10.7714% are solved by nobody and go to xl, the oracle's choice for want of a better one.
    assert_eq!(oracle.router_accuracy.adequate.unwrap().value, 1.0);
    assert_eq!(oracle.router_accuracy.agreement.unwrap().value, 1.0);
}

#[test]
fn the_program_says_the_same() {
    let output = Command::new(env!("CARGO_BIN_EXE_wattroute"))
        .args(["replay", "ladder", "--policy", "oracle", "--baseline", &cloud(16), "--replicates", "1", "--json"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let oracle = &report["policies"][0];
    close(oracle["savings"][cloud(16)]["energy"]["value"].as_f64().unwrap(), -43.3302);
    close(oracle["answer_accuracy"]["value"].as_f64().unwrap(), 89.2286);
    close(oracle["share"]["ladder-s@nvidia-h200-bs1"].as_f64().unwrap(), 63.4714);
}
