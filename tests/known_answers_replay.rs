//! Replays of real files against figures that others published, by their own conventions.
//! `WATTROUTE_DATA` names the folder with the files; their licences are in its README.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "support/real.rs"]
mod real;
#[path = "support/routerbench.rs"]
mod routerbench;

use real::{data, trace};
use routerbench::ASCENDING;
use wattroute::policy::{Objective, PolicySpec};
use wattroute::replay::{Replay, Request, Silent};
use wattroute::report::{PolicyReport, Report, build};
use wattroute::trace::Trace;
use wattroute::trace::import::ImportOptions;
use wattroute::workload::{RoleNames, WorkloadSpec};

fn spec(toml: &str) -> PolicySpec {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    std::fs::write(file.path(), toml).unwrap();
    PolicySpec::find(file.path().to_str().unwrap()).unwrap_or_else(|error| panic!("{error}"))
}

fn replay(trace: &Trace, specs: &[PolicySpec], request: &Request) -> Report {
    let replay = Replay::prepare(trace, specs, request).unwrap_or_else(|error| panic!("{error}"));
    let tallies = replay.run(&Silent).unwrap();
    build::report(&replay, &tallies, build::Making { verb: "replay".to_owned(), arguments: Vec::new(), carbon_g_per_kwh: None })
}

fn request(baseline: &str, correct_at: Option<f64>, objective: Objective) -> Request {
    Request {
        roles: RoleNames { baselines: vec![baseline.to_owned()], ..RoleNames::default() },
        workload: WorkloadSpec { correct_at, ..WorkloadSpec::default() },
        objective: Some(objective),
        replicates: 20,
        seed: 0,
    }
}

fn accuracy(policy: &PolicyReport) -> f64 {
    policy.answer_accuracy.unwrap().value
}

fn close(found: f64, wanted: f64, tolerance: f64) {
    assert!((found - wanted).abs() <= tolerance, "found {found}, wanted {wanted}");
}

const RB_ORACLE: &str = "kind = \"oracle\"\n[parameters]\nobjective = \"cost\"\ngoal = \"best\"\nnone_correct = \"free\"\n";

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routerbench_oracles() {
    for (name, oracle_accuracy, oracle_usd) in [("winograde", 0.9992, 0.13559), ("mbpp", 0.8665, 0.20332)] {
        let files = [format!("routerbench/{name}_train.csv"), format!("routerbench/{name}_test.csv")];
        let trace = trace("routerbench", &files.each_ref().map(String::as_str), &ImportOptions::default());
        let adequate = RB_ORACLE.replace("best", "adequate");
        let report = replay(&trace, &[spec(RB_ORACLE), spec(&adequate)], &request("gpt-4-1106-preview", Some(1.0), Objective::Cost));
        for oracle in &report.policies {
            close(accuracy(oracle), oracle_accuracy, 5e-5);
            close(oracle.totals.cost_usd.unwrap(), oracle_usd, 5e-6);
            // Nobody serves the queries that nobody gets right.
            close(oracle.share.get("none").copied().unwrap_or(0.0), 1.0 - oracle_accuracy, 5e-5);
        }
    }
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routerbench_cascade() {
    let trace = trace("routerbench", &["routerbench/mbpp_train.csv", "routerbench/mbpp_test.csv"], &ImportOptions::default());
    let cascade = |budget: f64| {
        let parameters = format!("order = {ASCENDING:?}\njudge_error = 0.0\nbudget_usd = {budget:?}");
        spec(&format!("kind = \"cascade\"\n[parameters]\n{parameters}\n"))
    };
    let specs = [0.001, 0.01, 100.0].map(cascade);
    let report = replay(&trace, &specs, &request("gpt-4-1106-preview", Some(1.0), Objective::Cost));
    for (cascade, (wanted, usd)) in report.policies.iter().zip([(0.730_679, 0.150_478), (0.831_382, 0.615_712), (0.866_511, 1.761_484)]) {
        close(accuracy(cascade), wanted, 5e-7);
        close(cascade.totals.cost_usd.unwrap(), usd, 5e-7);
    }
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routerarena_pair() {
    let trace = trace("routerarena", &["routerarena"], &ImportOptions::default());
    let best = "kind = \"oracle\"\n[parameters]\nobjective = \"cost\"\ngoal = \"best\"\n";
    for (correct_at, coverage) in [(0.5, 0.741_656), (1.0, 0.695_921)] {
        let request = request("claude-3-haiku-20240307", Some(correct_at), Objective::Cost);
        let report = replay(&trace, &[spec(best), spec(&best.replace("best", "adequate"))], &request);
        close(accuracy(&report.policies[0]), 0.740_773, 5e-7);
        close(report.run.pools[0].coverage, coverage, 5e-7);
        // The least cost among correct answers serves every query that some model answers correctly.
        close(report.policies[1].router_accuracy.adequate.unwrap().value, 1.0, 0.0);
    }
    let refused = Replay::prepare(&trace, &[spec(best)], &request("claude-3-haiku-20240307", None, Objective::Cost));
    assert!(refused.is_err_and(|error| error.to_string().contains("graded")));
}

#[test]
#[ignore = "needs WATTROUTE_DATA"]
fn routellm_mmlu() {
    let (mixtral, gpt4) = ("mixtral-8x7b-instruct-v0.1", "gpt-4-1106-preview");
    let all = trace("routellm", &["routellm/mmlu"], &ImportOptions::default());
    let request = request(gpt4, None, Objective::Size);
    let always = |id: &str| spec(&format!("kind = \"always\"\n[parameters]\nendpoint = \"{id}\"\n"));
    let report = replay(&all, &[always(mixtral), always(gpt4)], &request);
    assert_eq!(report.run.queries, 14_042);
    close(accuracy(&report.policies[0]), 9_560.0 / 14_042.0, 1e-12);
    close(accuracy(&report.policies[1]), 11_315.0 / 14_042.0, 1e-12);
    close(report.run.pools[0].coverage, 0.858_638, 5e-7);

    let drop_prompts = Some(data("routellm/mmlu_contaminated_prompts.jsonl"));
    let clean = trace("routellm", &["routellm/mmlu"], &ImportOptions { drop_prompts, ..ImportOptions::default() });
    let random = |share: f64| spec(&format!("kind = \"random\"\n[parameters]\nfallback_share = {share:?}\n"));
    let report = replay(&clean, &[always(mixtral), always(gpt4), random(0.0), random(0.5), random(1.0)], &request);
    assert_eq!(report.run.queries, 14_037);
    let [weak, strong, never, half, ever] = [0, 1, 2, 3, 4].map(|policy| accuracy(&report.policies[policy]));
    close(weak, 0.680_915, 5e-7);
    close(strong, 0.805_870, 5e-7);
    assert_eq!((never, ever), (weak, strong));
    // A random router lies on the line between the two. The models differ on 2,496 + 742 queries, so that
    // one replicate has a standard deviation of sqrt(3238 / 4) / 14037 = 0.00203, twenty 0.00045.
    close(half, 0.743_392_46, 4.0 * 0.000_45);
}
