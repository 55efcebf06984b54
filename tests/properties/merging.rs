//! The same bytes for any number of threads, and for a trace that is split.

use wattroute::policy::PolicySpec;
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Request, Silent, Tally};
use wattroute::report::curve;
use wattroute::sweep::{Grid, sweep};
use wattroute::trace::Trace;
use wattroute::workload::{Selection, WorkloadSpec};

use crate::support::recording::recording;
use crate::{noisy, policy, prepare, report};

fn specs() -> [PolicySpec; 4] {
    [policy("oracle"), noisy(0.7, Misroute::Local { detect: 0.8, false_alarm: 0.1 }, ""), policy("cascade"), policy("random")]
}

/// The report of a replay and a sweep as JSON.
fn json(trace: &Trace, specs: &[PolicySpec]) -> String {
    let replay = prepare(trace, specs, &Request { replicates: 1, seed: 11, ..Request::default() });
    let mut report = report(&replay);
    let grid = Grid::new(vec![0.2, 0.9]).unwrap();
    let sums = sweep(&replay, 0, Misroute::Uniform, &grid, &Silent).unwrap();
    report.curves.push(curve(&replay, 0, "uniform", &grid, &sums));
    serde_json::to_string(&report).unwrap()
}

#[test]
fn threads_do_not_change_a_byte() {
    // Two tasks of 16 blocks of 4,096 queries, the last block cut off.
    let trace = recording(70_000, 2);
    let specs = &specs()[1..2];
    let on = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| json(&trace, specs));
    let one = on(1);
    assert!(one.contains("\"curves\":[{"));
    for threads in [2, 8] {
        assert!(on(threads) == one, "{threads} threads give another report");
    }
}

/// The tallies of a range of positions.
fn tallies(trace: &Trace, positions: std::ops::Range<u32>) -> Vec<Tally> {
    let selection = Selection { positions: Some(positions), ..Selection::default() };
    let workload = WorkloadSpec { selection, ..WorkloadSpec::default() };
    prepare(trace, &specs(), &Request { workload, replicates: 2, seed: 11, ..Request::default() }).run(&Silent).unwrap()
}

#[test]
fn parts_merge_into_the_whole() {
    let trace = recording(20_000, 3);
    let whole = prepare(&trace, &specs(), &Request { replicates: 2, seed: 11, ..Request::default() }).run(&Silent).unwrap();
    // At block boundaries, and, since sums are exact, anywhere else.
    for bounds in [vec![0, 4096, 8192, 20_000], vec![0, 12_288, 20_000], vec![0, 1, 6000, 20_000]] {
        let parts: Vec<Vec<Tally>> = bounds.windows(2).map(|part| tallies(&trace, part[0]..part[1])).collect();
        // From the first to the last, from the last to the first, and the first two taken together last.
        let merge = |a: &[Tally], b: &[Tally]| -> Vec<Tally> {
            let mut merged = a.to_vec();
            merged.iter_mut().zip(b).for_each(|(sum, part)| sum.merge(part));
            merged
        };
        let forwards = parts[1..].iter().fold(parts[0].clone(), |sum, part| merge(&sum, part));
        let backwards = parts[1..].iter().fold(parts[0].clone(), |sum, part| merge(part, &sum));
        let last = parts[2..].iter().fold(parts[1].clone(), |sum, part| merge(&sum, part));
        for merged in [forwards, backwards, merge(&parts[0], &last)] {
            assert!(merged == whole, "parts at {bounds:?} add up to something else");
        }
    }
}
