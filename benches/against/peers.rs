//! RouterBench's and RouteLLM's own evaluation on their own rows, from columns in memory.

use std::hint::black_box;
use std::path::PathBuf;

use wattroute::analysis::peers::{Hull, Pair, Point, Points};
use wattroute::policy::{Objective, PolicySpec};
use wattroute::replay::{Lane, Replay, Request, Silent};
use wattroute::trace::import::{self, ImportOptions};
use wattroute::trace::{Column, Columns, Metric, Trace};
use wattroute::workload::{RoleNames, WorkloadSpec};

use crate::routerbench::ASCENDING;
use crate::side::{Figures, Settings, Side};

const BUDGETS: [f64; 8] = [0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.005, 0.01, 100.0];
const ORACLE: &str = "kind = \"oracle\"\n[parameters]\nobjective = \"cost\"\ngoal = \"best\"\nnone_correct = \"free\"\n";

fn import(format: &str, inputs: &[PathBuf], options: &ImportOptions) -> &'static Trace {
    let format = import::find(format).expect("a format");
    let draft = import::import(format, inputs, options, Vec::new()).unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trace");
    draft.write(&path, false).unwrap_or_else(|error| panic!("{error}"));
    let name = path.display().to_string();
    Box::leak(Box::new(Trace::open(&name, &Columns::all()).unwrap_or_else(|error| panic!("{error}"))))
}

fn column(trace: &Trace, id: &str, metric: Metric) -> Vec<f64> {
    let endpoint = trace.endpoints().position(|(endpoint, _)| endpoint.id == id).unwrap_or_else(|| panic!("no endpoint {id}"));
    trace.metric(endpoint, metric).into_iter().flat_map(Column::iter).collect()
}

fn policy(toml: &str) -> PolicySpec {
    let file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
    std::fs::write(file.path(), toml).expect("a file that can be written");
    PolicySpec::find(&file.path().display().to_string()).unwrap_or_else(|error| panic!("{error}"))
}

/// Total cost and mean quality: of the models, of the cascade by budget, of the oracle; AIQ of the first two.
struct RouterBench {
    models: Vec<Point>,
    cascade: Vec<Point>,
    oracle: Point,
    aiq: [f64; 2],
}

fn route(trace: &'static Trace, specs: &[PolicySpec]) -> RouterBench {
    let of_model = |id: &&str| {
        let (cost, score) = (column(trace, id, Metric::CostUsd), column(trace, id, Metric::Score));
        Point::new(cost.iter().sum(), score.iter().sum::<f64>() / score.len() as f64)
    };
    let models: Vec<Point> = ASCENDING.iter().map(of_model).collect();
    let request = Request {
        roles: RoleNames { baselines: vec!["gpt-4-1106-preview".to_owned()], ..RoleNames::default() },
        workload: WorkloadSpec { correct_at: Some(1.0), ..WorkloadSpec::default() },
        objective: Some(Objective::Cost),
        replicates: 1,
        seed: 0,
    };
    let replay = Replay::prepare(trace, specs, &request).unwrap_or_else(|error| panic!("{error}"));
    let layout = replay.layout();
    let tallies = replay.run(&Silent).expect("the replay runs");
    let routed = tallies.iter().take(specs.len()).map(|tally| {
        let total = tally.buckets.total();
        let sum = |lane: Lane| total[layout.at(lane)].to_f64();
        Point::new(sum(Lane::Sum(2)), sum(Lane::Score) / sum(Lane::Scored))
    });
    let mut cascade: Vec<Point> = routed.collect();
    let oracle = cascade.remove(0);
    let most = models.iter().chain(&cascade).fold(0.0, |most: f64, point| most.max(point.cost));
    let aiq = |points: &[Point]| Hull::of(&Points::new(points.to_vec()).expect("points")).aiq(most).expect("costs");
    RouterBench { aiq: [aiq(&models), aiq(&cascade)], models, cascade, oracle }
}

pub fn routerbench(settings: &Settings) -> Side {
    let sets = ["winograde", "mbpp"].map(|name| {
        let files = ["train", "test"].map(|part| settings.data(&format!("routerbench/{name}_{part}.csv")));
        (name, import("routerbench", &files, &ImportOptions::default()))
    });
    let cascade =
        |budget: f64| format!("kind = \"cascade\"\n[parameters]\norder = {ASCENDING:?}\njudge_error = 0.0\nbudget_usd = {budget:?}\n");
    let specs: Vec<PolicySpec> = std::iter::once(policy(ORACLE)).chain(BUDGETS.map(cascade).iter().map(|toml| policy(toml))).collect();
    let mut result = Figures::new();
    for (name, trace) in sets {
        let found = route(trace, &specs);
        let mut put = |what: &str, figures: Vec<f64>| drop(result.insert(format!("{name} {what}"), figures));
        put("cost", found.models.iter().map(|point| point.cost).collect());
        put("quality", found.models.iter().map(|point| point.quality).collect());
        put("cascade cost", found.cascade.iter().map(|point| point.cost).collect());
        put("cascade quality", found.cascade.iter().map(|point| point.quality).collect());
        put("oracle", vec![found.oracle.cost, found.oracle.quality]);
        put("aiq", found.aiq.to_vec());
    }
    Side::new(result, move || sets.iter().for_each(|(_, trace)| drop(black_box(route(trace, &specs)))))
}

/// The columns that RouteLLM's evaluation takes.
struct RouteLlm {
    weak: Vec<f64>,
    strong: Vec<f64>,
    scores: Vec<f64>,
}

fn evaluate(rows: &RouteLlm) -> Figures {
    let pair = Pair::new(&rows.weak, &rows.strong).expect("a pair");
    let grid = pair.grid(&rows.scores, 10).expect("a grid");
    let points = |curve: &wattroute::analysis::peers::Curve, figure: fn(&wattroute::analysis::peers::CurvePoint) -> f64| -> Vec<f64> {
        curve.points().iter().map(figure).collect()
    };
    let cpt = [0.2, 0.5, 0.8].map(|part| pair.cpt_code(&grid, part).expect("a gap"));
    let named = [
        ("weak", vec![pair.weak_accuracy()]),
        ("strong", vec![pair.strong_accuracy()]),
        ("auc", vec![grid.area()]),
        ("apgr", vec![pair.apgr(&grid).expect("a gap")]),
        ("cpt", cpt.to_vec()),
        ("optimal", points(&pair.optimal(10), |point| point.accuracy)),
        ("share", points(&grid, |point| point.share)),
        ("accuracy", points(&grid, |point| point.accuracy)),
    ];
    named.map(|(name, figures)| (name.to_owned(), figures)).into()
}

pub fn routellm(settings: &Settings) -> Side {
    let drop_prompts = Some(settings.data("routellm/mmlu_contaminated_prompts.jsonl"));
    let options = ImportOptions { drop_prompts, ..ImportOptions::default() };
    let trace = import("routellm", &[settings.data("routellm/mmlu")], &options);
    let (weak, strong) = (column(trace, "mixtral-8x7b-instruct-v0.1", Metric::Score), column(trace, "gpt-4-1106-preview", Metric::Score));
    // A score that knows a little, as in `baselines/routellm.py`.
    let noise = |row: usize| ((row as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 11) as f64 / 2f64.powi(53);
    let scores = (0..weak.len()).map(|row| noise(row) + 0.2 * (strong[row] - weak[row])).collect();
    let rows = RouteLlm { weak, strong, scores };
    let result = evaluate(&rows);
    Side::new(result, move || drop(black_box(evaluate(black_box(&rows)))))
}
