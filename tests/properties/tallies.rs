//! Tallies of any parts that are cut at blocks of queries give the bytes of the whole.

use std::collections::HashMap;
use std::ops::Range;

use proptest::prelude::*;
use wattroute::Error;
use wattroute::draw::{Draws, Stream as Draw};
use wattroute::policy::PolicySpec;
use wattroute::policy::noisy_oracle::Misroute;
use wattroute::replay::{Request, Silent, Stream, part_of};
use wattroute::report::build::{self, Making};
use wattroute::report::tally::{PartTally, TallyFile, merge};
use wattroute::trace::{BLOCK_ROWS, Column, Feature, Metric, Trace};
use wattroute::workload::{RoleNames, WorkloadSpec};

use crate::streaming::{Slices, every_column, late};
use crate::support::recording::{recording, with_column};
use crate::support::{cases, spec};
use crate::{noisy, policy, prepare};

/// A trace, and how it is replayed.
struct Job {
    trace: Trace,
    specs: Vec<PolicySpec>,
    request: Request,
}

fn making() -> Making {
    Making { verb: "replay".to_owned(), arguments: vec!["replay".to_owned(), "here".to_owned()], carbon_g_per_kwh: Some(400.0) }
}

impl Job {
    /// The tally of some queries, read in parts of two blocks.
    fn tally(&self, queries: Range<usize>) -> Result<Vec<u8>, Error> {
        let (slices, columns) = (Slices(&self.trace), every_column());
        let queries = part_of(self.trace.len(), Some(queries.start), Some(queries.end))?;
        let stream = Stream::within(&slices, queries, &columns, &self.specs, &self.request, 2 * BLOCK_ROWS)?;
        PartTally { making: making(), part: stream.add_up(&Silent)? }.to_bytes()
    }

    /// The report of the whole at once.
    fn whole(&self) -> String {
        let replay = prepare(&self.trace, &self.specs, &self.request);
        serde_json::to_string_pretty(&build::report(&replay, &replay.run(&Silent).unwrap(), making())).unwrap()
    }

    /// Where it may be cut.
    fn cuts(&self) -> Vec<usize> {
        (BLOCK_ROWS..self.trace.len()).step_by(BLOCK_ROWS).collect()
    }
}

/// The parts between some of the cuts, by the bits of a number.
fn parts(job: &Job, cut: u32) -> Vec<Range<usize>> {
    let chosen = job.cuts().into_iter().enumerate().filter(|(bit, _)| cut >> bit & 1 == 1).map(|(_, at)| at);
    let ends: Vec<usize> = std::iter::once(0).chain(chosen).chain([job.trace.len()]).collect();
    ends.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

fn report_of(tallies: Vec<Vec<u8>>) -> Result<String, Error> {
    let open = |(number, bytes): (usize, Vec<u8>)| TallyFile::from_bytes(bytes, &format!("tally {number}"));
    let files = tallies.into_iter().enumerate().map(open).collect::<Result<_, _>>()?;
    Ok(serde_json::to_string_pretty(&merge(files)?).unwrap())
}

/// Some splits of a job, merged in some orders, against the whole. Tallies of a part are made once.
fn same(job: &Job, few: u32) {
    let whole = job.whole();
    let mut made: HashMap<Range<usize>, Vec<u8>> = HashMap::new();
    let splits = 0..1u32 << job.cuts().len();
    let mut runner = proptest::test_runner::TestRunner::new(cases(few));
    let tried = std::cell::RefCell::new(Vec::new());
    runner
        .run(&(splits, any::<u64>()), |(split, order)| {
            tried.borrow_mut().push((split, order));
            Ok(())
        })
        .unwrap();
    for (split, order) in tried.into_inner() {
        let mut tallies: Vec<Vec<u8>> = Vec::new();
        for part in parts(job, split) {
            tallies.push(made.entry(part.clone()).or_insert_with(|| job.tally(part).unwrap_or_else(|error| panic!("{error}"))).clone());
        }
        let draws = Draws::new(order, 0).stream(Draw::Sample, 0);
        (1..tallies.len()).for_each(|last| tallies.swap(last, draws.below(last as u64, last + 1)));
        let merged = report_of(tallies).unwrap_or_else(|error| panic!("{error}"));
        let differing = whole.lines().zip(merged.lines()).find(|(whole, merged)| whole != merged);
        assert!(whole == merged, "split {split:b} in order {order} gives another report: {differing:?}");
    }
}

/// Every kind of policy that may be replayed part by part, held against two baselines.
#[test]
fn any_split_in_any_order_gives_the_whole() {
    let mut trace = late(18_000);
    let hard = (0..18_000).map(|query| f64::from(query * 7 % 101) / 100.0).collect();
    trace.queries.features = vec![("hard".to_owned(), Feature::Number(Column::from_vec(hard)))];
    let by_category =
        spec("kind = \"by-category\"\n[parameters]\ndefault = \"fallback\"\n[parameters.route]\nfourth = \"e0\"\nfirst = \"e1\"\n");
    let cascade = spec("kind = \"cascade\"\n[parameters]\njudge_error = 0.2\norder = [\"e0\", \"e2\"]\n");
    let threshold = spec("kind = \"threshold\"\n[parameters]\ncolumn = \"hard\"\nat_least = 0.6\nlow = \"e0\"\n");
    let overhead = spec("kind = \"oracle\"\n[overhead]\nenergy_j = 0.25\n");
    let verified = noisy(0.7, Misroute::Local { detect: 0.7, false_alarm: 0.2 }, "");
    let specs = vec![policy("random"), by_category, cascade, threshold, overhead, policy("noisy-oracle"), verified];
    let roles = RoleNames { baselines: vec!["e2".to_owned(), "e1".to_owned()], ..RoleNames::default() };
    same(&Job { trace, specs, request: Request { roles, replicates: 2, seed: 7, ..Request::default() } }, 4);
}

/// Lanes that are made one by one, since an account that is not needed has gaps.
#[test]
fn gaps_that_streaming_allows() {
    let cost = (0..14_000).map(|query| if query % 5 == 0 { f64::NAN } else { 0.25 + f64::from(query % 11) });
    let trace = with_column(recording(14_000, 2), 1, Metric::CostUsd, cost.collect());
    let workload = WorkloadSpec { metrics: Some(vec![Metric::Score, Metric::EnergyJ]), ..WorkloadSpec::default() };
    let specs = vec![policy("noisy-oracle"), policy("oracle")];
    same(&Job { trace, specs, request: Request { workload, replicates: 2, seed: 3, ..Request::default() } }, 3);
}

/// The report of some parts; the job's tallies say how they differ.
fn refused(tallies: Vec<Vec<u8>>) -> String {
    report_of(tallies).unwrap_err().to_string()
}

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    let trace = || recording(9_000, 2);
    let job = |seed: u64, trace: Trace| Job {
        trace,
        specs: vec![policy("oracle"), policy("noisy-oracle")],
        request: Request { replicates: 1, seed, ..Request::default() },
    };
    let (mine, theirs) = (job(1, trace()), job(2, trace()));
    let tally = |job: &Job, part: Range<usize>| job.tally(part).unwrap();
    let (first, rest) = (tally(&mine, 0..4_096), tally(&mine, 4_096..9_000));
    let text = refused(vec![first.clone(), tally(&theirs, 4_096..9_000)]);
    assert!(text.contains("found: seed 2") && text.contains("allowed: seed 1, as in `tally 0`"), "{text}");
    // A part is lost, one is there twice, and two overlap: all are told.
    let text = refused(vec![rest.clone()]);
    assert!(text.contains("no tally of queries 0..4096") && text.contains("wattroute replay here --rows 0..4096 --tally FILE"), "{text}");
    let text = refused(vec![first.clone(), tally(&mine, 0..8_192), first.clone()]);
    assert!(text.contains("no tally of queries 8192..9000") && text.matches("there twice").count() == 2, "{text}");
    assert!(text.contains("queries 0..4096 in `tally 0` (0..4096) and in `tally 2` (0..4096)"), "{text}");
    // Row numbers that another part of the trace has had.
    let mut repeated = trace();
    repeated.queries.rows = (0..9_000).map(|query| query % 4_096).collect();
    let other = job(1, repeated);
    let text = refused(vec![tally(&other, 0..4_096), tally(&other, 4_096..8_192), tally(&other, 8_192..9_000)]);
    assert!(text.contains("row numbers do not increase"), "{text}");
    // Answers that take too much to be added up in lines, in one part only.
    let mut large = vec![1.0; 9_000];
    large[8_500] = 2f64.powi(31);
    let other = job(1, with_column(trace(), 0, Metric::EnergyJ, large));
    let text = refused(vec![tally(&other, 0..8_192), tally(&other, 8_192..9_000)]);
    assert!(text.contains("cells that are very large"), "{text}");
    // A metric that one part alone has.
    let mut gone = trace();
    gone.outcomes.iter_mut().for_each(|outcomes| {
        let cells = (0..9_000).map(|query| if query < 4_096 { 1.0 } else { f64::NAN }).collect();
        outcomes.metrics.set(Metric::CostUsd, Column::from_vec(cells));
    });
    let other = job(1, gone);
    let text = refused(vec![tally(&other, 0..4_096), tally(&other, 4_096..9_000)]);
    assert!(text.contains("metrics score, energy_j, flops, latency_s"), "{text}");
}
