//! One recording, replayed and swept, and every interval of it.

use wattroute::analysis::Figure;
use wattroute::policy::PolicySpec;
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Lane, Replay, Request, Silent, Tally, Totals, Weights};
use wattroute::report::{Report, build, curve};
use wattroute::sweep::{Grid, sweep};
use wattroute::workload::ACCOUNTS;

use crate::methods::Ratio;
use crate::population::{ROUTER_ACCURACY, TAILS, Truths, recording};

/// An interval and what it should contain.
pub struct Found {
    pub figure: &'static str,
    pub method: &'static str,
    pub interval: Option<(f64, f64)>,
    pub truth: f64,
}

/// The policies: the oracle, and a router that errs and accepts what it gets.
const POLICIES: [&str; 2] = ["oracle", "noisy-oracle:misroute=accept,router_accuracy=0.8"];
/// The method of reports.
pub const REPORTED: &str = "percentile";
/// By tail the figures of a saving: of the oracle, of the router, the difference of both, and of a sweep.
const SAVINGS: [[&str; 4]; 3] = [
    ["saving, oracle, light tail", "saving, router, light tail", "difference of savings, light tail", "saving, sweep, light tail"],
    ["saving, oracle, heavy tail", "saving, router, heavy tail", "difference of savings, heavy tail", "saving, sweep, heavy tail"],
    ["saving, oracle, extreme tail", "saving, router, extreme tail", "difference of savings, extreme tail", "saving, sweep, extreme tail"],
];
const ACCURACIES: [&str; 3] = ["answer accuracy, oracle", "answer accuracy, router", "answer accuracy, sweep"];
const RELATIVE: &str = "answer accuracy, router over baseline";

/// Every interval of a recording of its own, those of other methods where they are asked for.
pub fn simulate(queries: usize, seed: u64, truth: &Truths, others: bool) -> Vec<Found> {
    let trace = recording(queries, seed);
    let specs = POLICIES.map(|text| PolicySpec::find(text).expect("a policy"));
    let replay = Replay::prepare(&trace, &specs, &Request { replicates: 1, seed, ..Request::default() }).expect("a recording without gaps");
    let totals = Totals::of(&replay, replay.run(&Silent).expect("policies that cannot fail"));
    let making = build::Making { verb: "replay".to_owned(), arguments: Vec::new(), carbon_g_per_kwh: None };
    let mut report = build::with_routers(&replay, &totals, making).expect("policies that plan");
    let grid = Grid::new(vec![ROUTER_ACCURACY]).expect("an accuracy");
    let misroute = Misroute::find("cloud").expect("a misroute");
    let sums = sweep(&replay, 1, misroute, &grid, &Silent).expect("a noisy oracle");
    report.curves.push(curve(&replay, 1, "cloud", &grid, &sums));
    let mut found = reported(&report, truth);
    if others {
        found.extend(by_other_methods(&replay, &totals.tallies, seed, truth));
    }
    found
}

fn accounts() -> [usize; TAILS.len()] {
    TAILS.map(|(metric, _)| ACCOUNTS.iter().position(|account| *account == metric).expect("an account"))
}

/// The intervals of a report.
fn reported(report: &Report, truth: &Truths) -> Vec<Found> {
    let mut found = Vec::new();
    let mut add = |figure: &'static str, of: Option<Figure>, truth: f64| {
        let interval = of.and_then(|figure| figure.low.zip(figure.high));
        found.push(Found { figure, method: REPORTED, interval, truth });
    };
    let [oracle, router] = &report.policies[..2] else { panic!("two policies") };
    let point = &report.curves[0].points[0];
    for (tail, account) in accounts().into_iter().enumerate() {
        let [oracle_saves, router_saves, sweep_saves] = truth.savings[tail];
        let truths = [oracle_saves, router_saves, oracle_saves - router_saves, sweep_saves];
        for ((name, figures), truth) in
            SAVINGS[tail].into_iter().zip([&oracle.savings, &router.savings, &router.regret, &point.savings]).zip(truths)
        {
            add(name, figures["large"].to_array()[account], truth);
        }
    }
    let accuracies = [oracle.answer_accuracy, router.answer_accuracy, point.answer_accuracy];
    for ((name, figure), truth) in ACCURACIES.into_iter().zip(accuracies).zip(truth.answer_accuracy) {
        add(name, figure, truth);
    }
    add(RELATIVE, router.relative_answer_accuracy["large"], truth.relative());
    found
}

/// The same figures of replays by other methods.
fn by_other_methods(replay: &Replay, tallies: &[Tally], seed: u64, truth: &Truths) -> Vec<Found> {
    let (layout, weights) = (replay.layout(), Weights::new(seed));
    let lane = |policy: usize, lane: Lane| -> Vec<f64> {
        let column = tallies[policy].buckets.lanes().nth(layout.at(lane)).expect("a lane");
        column.iter().map(|cell| cell.to_f64()).collect()
    };
    let mut figures: Vec<(&'static str, Ratio, f64)> = Vec::new();
    for (tail, account) in accounts().into_iter().enumerate() {
        let below = || lane(0, Lane::Theirs(0, account));
        let mine: [Vec<f64>; 2] = std::array::from_fn(|policy| lane(policy, Lane::Mine(0, account)));
        let more = mine[1].iter().zip(&mine[0]).map(|(router, oracle)| router - oracle).collect();
        let [oracle_saves, router_saves, _] = truth.savings[tail];
        let names = SAVINGS[tail];
        for ((name, above), truth) in names.into_iter().zip(mine).zip([oracle_saves, router_saves]) {
            figures.push((name, Ratio { above, below: below(), offset: 1.0, sign: -1.0 }, truth));
        }
        figures.push((names[2], Ratio { above: more, below: below(), offset: 0.0, sign: 1.0 }, oracle_saves - router_saves));
    }
    for (policy, (name, truth)) in ACCURACIES.into_iter().zip(truth.answer_accuracy).take(POLICIES.len()).enumerate() {
        let ratio = Ratio { above: lane(policy, Lane::Score), below: lane(policy, Lane::Scored), offset: 0.0, sign: 1.0 };
        figures.push((name, ratio, truth));
    }
    let relative = Ratio { above: lane(1, Lane::MyScore(0)), below: lane(1, Lane::TheirScore(0)), offset: 0.0, sign: 1.0 };
    figures.push((RELATIVE, relative, truth.relative()));
    let both = |(figure, ratio, truth): (&'static str, Ratio, f64)| {
        ratio.intervals(&weights).map(|(method, interval)| Found { figure, method, interval, truth })
    };
    figures.into_iter().flat_map(both).collect()
}
