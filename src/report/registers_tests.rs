//! The same bytes in registers of any width.

use super::{build, curve};
use crate::policy::PolicySpec;
use crate::policy::noisy_oracle::Misroute;
use crate::replay::{Replay, Request, Silent, day};
use crate::sweep::{Grid, sweep};
use crate::trace::{Columns, Trace};
use crate::wide::narrowly;
use crate::workload::Arrivals;

/// Everything that is made in wide registers: a replay of most kinds of policies, a sweep and a day.
fn everything(trace: &Trace) -> String {
    let policies =
        ["oracle", "oracle:objective=energy", "noisy-oracle", "noisy-oracle:misroute=accept", "noisy-oracle:misroute=retry", "random"];
    let specs = policies.map(|policy| PolicySpec::find(policy).unwrap());
    let replay = Replay::prepare(trace, &specs, &Request { replicates: 3, seed: 5, ..Request::default() }).unwrap();
    let making = build::Making { verb: "replay".to_owned(), arguments: Vec::new(), carbon_g_per_kwh: None };
    let mut report = build::report(&replay, &replay.run(&Silent).unwrap(), making);
    let noisy = replay.entries.iter().position(|entry| entry.spec.kind == "noisy-oracle").unwrap();
    let grid = Grid::new((0..=20).map(|step| f64::from(step) / 20.0).collect()).unwrap();
    for (name, misroute) in Misroute::NAMED {
        let sums = sweep(&replay, noisy, misroute, &grid, &Silent).unwrap();
        report.curves.push(curve(&replay, noisy, name, &grid, &sums));
    }
    let arrivals = Arrivals::built_in(50_000).unwrap();
    let totals = day::run(&replay, &arrivals, &Silent).unwrap();
    format!("{}\n{totals:?}", serde_json::to_string(&report).unwrap())
}

#[test]
fn no_byte_depends_on_the_width_of_registers() {
    let trace = Trace::open("ladder", &Columns::all()).unwrap();
    let wide = everything(&trace);
    assert!(wide.contains("\"curves\":[{") && wide.len() > 100_000);
    assert!(narrowly(|| everything(&trace)) == wide, "other bytes without wide registers");
}
