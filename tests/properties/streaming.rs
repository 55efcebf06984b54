//! A trace that is read part by part gives the bytes of one that is read at once.

use std::ops::Range;

use wattroute::Error;
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::policy::{BuiltFrom, PolicySpec, shipped_names};
use wattroute::replay::{Parts, Replay, Request, Silent, Stream, Totals};
use wattroute::report::{Report, build, curve};
use wattroute::sweep::{Grid, Sweeping, sweep};
use wattroute::trace::{Column, Columns, Metric, Names, Trace};
use wattroute::workload::{Selection, WorkloadSpec};

use crate::support::recording::{recording, with_column};
use crate::support::spec;
use crate::{noisy, policy, prepare};

/// Parts of a trace in memory.
pub struct Slices<'a>(pub &'a Trace);

impl Parts for Slices<'_> {
    fn queries(&self) -> usize {
        self.0.len()
    }

    fn read(&self, range: Range<usize>, columns: &Columns) -> Result<Trace, Error> {
        let mut part = self.0.gather(&range.map(|row| row as u32).collect::<Vec<_>>());
        // As a reader would: a name that does not occur in a part is not known there.
        for names in [&mut part.queries.dataset, &mut part.queries.category].into_iter().flatten() {
            *names = Names::new((0..names.codes.len()).map(|row| names.get(row)));
        }
        if columns.metrics.is_empty() {
            part.outcomes.iter_mut().for_each(|outcomes| outcomes.metrics = Default::default());
        }
        Ok(part)
    }
}

pub fn every_column() -> Columns {
    Columns { features: true, ..Columns::metrics(&Metric::ALL) }
}

fn making() -> build::Making {
    build::Making { verb: "sweep".to_owned(), arguments: Vec::new(), carbon_g_per_kwh: Some(400.0) }
}

fn swept(replay: &Replay) -> Vec<usize> {
    (0..replay.entries.len()).filter(|&entry| replay.entries[entry].spec.name == "noisy-oracle").collect()
}

fn json(report: &Report) -> String {
    serde_json::to_string_pretty(report).unwrap()
}

/// The report of a trace that is replayed and swept at once.
fn at_once(trace: &Trace, specs: &[PolicySpec], request: &Request, misroutes: &[Misroute], grid: &Grid) -> String {
    let replay = prepare(trace, specs, request);
    let mut report = build::report(&replay, &replay.run(&Silent).unwrap(), making());
    for entry in swept(&replay) {
        for &misroute in misroutes {
            let sums = sweep(&replay, entry, misroute, grid, &Silent).unwrap();
            report.curves.push(curve(&replay, entry, &misroute.to_string(), grid, &sums));
        }
    }
    json(&report)
}

/// The report of the same in parts of so many queries.
fn in_parts(
    parts: &dyn Parts,
    size: usize,
    specs: &[PolicySpec],
    request: &Request,
    misroutes: &[Misroute],
    grid: &Grid,
) -> Result<String, Error> {
    let columns = every_column();
    let stream = Stream::new(parts, &columns, specs, request, size)?;
    let head = stream.head()?;
    let mut totals = Totals::default();
    let curves = swept(&head).into_iter().flat_map(|entry| misroutes.iter().map(move |&misroute| (entry, misroute)));
    let curves: Vec<(usize, Misroute)> = curves.collect();
    let mut sweeping: Vec<Sweeping> =
        curves.iter().map(|&(entry, misroute)| Sweeping::new(&head, entry, misroute, grid)).collect::<Result<_, _>>()?;
    let mut count = 0;
    stream.each(&head, |part| {
        count += 1;
        totals.add(part, &Silent)?;
        sweeping.iter_mut().try_for_each(|sweeping| sweeping.add(part, &Silent))
    })?;
    assert_eq!(count, parts.queries().div_ceil(size));
    let mut report = build::with_routers(&head, &totals, making())?;
    for ((entry, misroute), sweeping) in curves.into_iter().zip(sweeping) {
        report.curves.push(curve(&head, entry, &misroute.to_string(), grid, &sweeping.finish()));
    }
    Ok(json(&report))
}

fn same(trace: &Trace, sizes: &[usize], specs: &[PolicySpec], request: &Request, misroutes: &[Misroute]) {
    let grid = Grid::new(vec![0.0, 0.35, 0.8, 1.0]).unwrap();
    let whole = at_once(trace, specs, request, misroutes, &grid);
    for &size in sizes {
        let parts = in_parts(&Slices(trace), size, specs, request, misroutes, &grid).unwrap_or_else(|error| panic!("{error}"));
        let differing = whole.lines().zip(parts.lines()).find(|(whole, part)| whole != part);
        assert!(whole == parts, "parts of {size} give another report: {differing:?}");
    }
}

/// Policies that any part of a trace tells all about, with several misroute rules.
fn specs() -> Vec<PolicySpec> {
    let mut specs = vec![policy("always:endpoint=fallback"), policy("random"), policy("oracle"), policy("noisy-oracle")];
    let verifier = Misroute::Local { detect: 0.7, false_alarm: 0.2 };
    specs.extend([verifier, Misroute::Uniform].map(|misroute| noisy(0.7, misroute, "")));
    specs
}

/// A recording whose categories appear one after the other: from 5,000 queries on others than before.
pub fn late(queries: usize) -> Trace {
    let mut trace = recording(queries, 3);
    let category =
        |query: usize| (!query.is_multiple_of(7)).then(|| ["first", "second", "third", "fourth"][(query / 5_000 + query % 2) % 4]);
    trace.queries.category = Some(Names::new((0..queries).map(category)));
    trace.queries.dataset = Some(Names::new((0..queries).map(|query| Some(if query < 9_000 { "one" } else { "two" }))));
    trace
}

#[test]
fn the_shipped_trace_in_two_parts() {
    let trace = Trace::open("ladder", &every_column()).unwrap();
    let request = Request { replicates: 2, seed: 5, ..Request::default() };
    let swept = [Misroute::Cloud, Misroute::Local { detect: 1.0, false_alarm: 1.0 }];
    // 7,000 queries: a block and a rest, which a task of the sweep both belong to.
    same(&trace, &[4_096], &specs(), &request, &swept);
}

#[test]
fn categories_that_appear_late() {
    let trace = late(18_000);
    let by_category =
        spec("kind = \"by-category\"\n[parameters]\ndefault = \"fallback\"\n[parameters.route]\nfourth = \"e0\"\nfirst = \"e1\"\n");
    let cascade = spec("kind = \"cascade\"\n[parameters]\njudge_error = 0.2\norder = [\"e0\", \"e2\"]\n");
    let overhead = spec("kind = \"oracle\"\n[overhead]\nenergy_j = 0.25\n");
    let verified = noisy(0.7, Misroute::Local { detect: 0.7, false_alarm: 0.2 }, "");
    let specs = [by_category, cascade, overhead, policy("noisy-oracle"), verified];
    let request = Request { replicates: 2, seed: 7, ..Request::default() };
    // Parts that cut tasks of 16,384 queries, and one that does not.
    same(&trace, &[4_096, 16_384], &specs, &request, &[Misroute::Cloud, Misroute::Uniform]);
}

#[test]
fn accounts_that_are_not_needed_may_have_gaps() {
    let cost = (0..70_000).map(|query| if query % 5 == 0 { f64::NAN } else { 0.25 + f64::from(query % 11) });
    let trace = with_column(recording(70_000, 2), 1, Metric::CostUsd, cost.collect());
    let workload = WorkloadSpec { metrics: Some(vec![Metric::Score, Metric::EnergyJ]), ..WorkloadSpec::default() };
    let request = Request { workload, replicates: 1, seed: 3, ..Request::default() };
    // Without all cells lanes are made one by one, and tasks of a sweep are 65,536 queries: the last part
    // but one ends beyond that.
    same(&trace, &[12_288], &[policy("noisy-oracle")], &request, &[Misroute::Uniform]);
}

fn refused(trace: &Trace, specs: &[PolicySpec], request: &Request) -> Error {
    let grid = Grid::new(vec![0.5]).unwrap();
    in_parts(&Slices(trace), 4_096, specs, request, &[], &grid).err().unwrap_or_else(|| panic!("not refused"))
}

#[test]
fn what_needs_the_whole_is_refused() {
    let trace = recording(9_000, 2);
    let request = Request { replicates: 1, ..Request::default() };
    let error = refused(&trace, &[policy("oracle"), policy("cascade")], &request);
    assert!(error.is_usage() && error.to_string().contains("`cascade` of kind cascade"), "{error}");
    assert!(error.to_string().contains("leave out `--stream`"), "{error}");

    let selection = Selection { positions: Some(0..9), ..Selection::default() };
    let workload = WorkloadSpec { selection, ..WorkloadSpec::default() };
    let error = refused(&trace, &[policy("oracle")], &Request { workload, ..request.clone() });
    assert!(error.is_usage() && error.to_string().contains("`--workload`"), "{error}");

    let mut workload = WorkloadSpec::default();
    workload.missing.add("energy=complete").unwrap();
    let error = refused(&trace, &[policy("oracle")], &Request { workload, ..request.clone() });
    assert!(error.is_usage() && error.to_string().contains("--missing require"), "{error}");

    // A category that no part has is refused before any part is replayed.
    let unknown = spec("kind = \"by-category\"\n[parameters]\ndefault = \"fallback\"\n[parameters.route]\nnone = \"e0\"\n");
    let error = refused(&trace, &[unknown], &request);
    assert!(error.to_string().contains("no such category in the trace"), "{error}");
}

/// A kind that does not say otherwise is refused.
#[test]
fn only_kinds_that_say_so_are_built_on_parts() {
    let mut tell: Vec<&str> = Vec::new();
    for name in shipped_names() {
        let Ok(spec) = PolicySpec::find(name) else { continue };
        if spec.parameters.built_from() != BuiltFrom::Cells && !tell.contains(&spec.kind) {
            tell.push(spec.kind);
        }
    }
    tell.sort_unstable();
    // The shipped cascade tries endpoints in the order of their mean costs.
    assert_eq!(tell, ["always", "noisy-oracle", "oracle", "random"]);
}

#[test]
fn parts_that_lack_different_cells_are_refused() {
    let energy = |there: fn(usize) -> bool| (0..9_000).map(|query| if there(query) { 1.0 } else { f64::NAN }).collect::<Vec<f64>>();
    let request = Request { replicates: 1, ..Request::default() };
    let with = |cells: Vec<f64>| {
        let mut trace = recording(9_000, 2);
        trace.outcomes[0].metrics.set(Metric::EnergyJ, Column::from_vec(cells.clone()));
        trace.outcomes[1].metrics.set(Metric::EnergyJ, Column::from_vec(cells));
        trace
    };
    // Each part for itself has all of it or nothing; at once it would be refused too.
    let error = refused(&with(energy(|query| query < 4_096)), &[policy("oracle")], &request);
    assert!(error.to_string().contains("missing in parts of the trace") && error.to_string().contains("queries 4096 to 8192"), "{error}");
    // A part that has gaps is refused as the whole is.
    let error = refused(&with(energy(|query| query != 6_000)), &[policy("oracle")], &request);
    assert!(error.to_string().contains("lacks `energy_j` in 1 of 4096 queries"), "{error}");
    // Answers that take too much to be added up in lines, in one part only.
    let mut large = vec![1.0; 9_000];
    large[8_500] = 2f64.powi(31);
    let error = refused(&with(large), &[policy("oracle")], &request);
    assert!(error.to_string().contains("added up in another way"), "{error}");
}
