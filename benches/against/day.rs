//! The paper's day: five strategies over one stream of arrivals, cumulative by minute.

use std::hint::black_box;

use wattroute::replay::{Replay, Silent, day};
use wattroute::trace::Metric;
use wattroute::workload::{ACCOUNTS, Arrivals};

use crate::replay::prepare;
use crate::side::{Figures, Settings, Side};

/// Policies, and what `baselines/day.py` calls them.
const STRATEGIES: [(&str, &str); 5] = [
    ("all-fallback", "all-fallback"),
    ("random", "random"),
    ("noisy-oracle:router_accuracy=0.6", "noisy-oracle 0.6"),
    ("noisy-oracle:router_accuracy=0.8", "noisy-oracle 0.8"),
    ("oracle", "oracle"),
];

fn run(replay: &Replay, arrivals: &Arrivals) -> day::DayTotals {
    day::run(replay, arrivals, &Silent).expect("the day runs")
}

/// What each strategy took after each quarter of the day, and the sum of its scores.
fn figures(totals: &day::DayTotals, arrivals: &Arrivals) -> Figures {
    let quarters = [1, 2, 3, 4].map(|quarter| arrivals.counts.len() / 4 * quarter);
    let after = |end: &usize| arrivals.counts[..*end].iter().sum::<u64>() as f64;
    let mut figures = Figures::from([("arrivals".to_owned(), quarters.iter().map(after).collect())]);
    for (strategy, (_, name)) in totals.strategies.iter().zip(STRATEGIES) {
        for (account, metric) in ACCOUNTS.iter().enumerate().take(day::DAY_ACCOUNTS) {
            let cumulative = strategy.cumulative(account).expect("an account that is known");
            figures.insert(format!("{name} {metric}"), quarters.map(|end| cumulative[end - 1]).to_vec());
        }
        let score = strategy.answer_accuracy().expect("scores") * arrivals.total() as f64;
        figures.insert(format!("{name} {}", Metric::Score), vec![score]);
    }
    figures
}

pub fn day(settings: &Settings) -> Side {
    let replay = prepare(settings.trace(), &STRATEGIES.map(|(policy, _)| policy), 1);
    let arrivals = Arrivals::built_in(settings.arrivals).expect("a day");
    let result = figures(&run(&replay, &arrivals), &arrivals);
    Side::new(result, move || drop(black_box(run(&replay, &arrivals))))
}
